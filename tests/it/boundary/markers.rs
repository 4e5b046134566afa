//! Markers from tables and receivers, numbered along their line.

use std::ops::ControlFlow;

use boundstone::boundary::Sight;
use boundstone::boundary::lines::{DeriveOptions, derive};
use boundstone::boundary::numbering::{NumberingError, NumberingOptions, number};
use boundstone::boundary::tables::{self, Chosen};
use boundstone::crs::{Crs, Transform, dms};
use boundstone::formats::{self, OutColumn, OutFeature, OutSchema, ReadOptions};
use boundstone::intake::{ImportError, ImportOptions, plan_import};
use boundstone::model::layers::{BoundaryLine, BoundaryMarker, DivisionLevel};
use boundstone::model::{Layer, Record, Revision};
use boundstone::snapshot::Snapshot;
use geo_types::{Coord, Geometry};

use super::lines::{marker, three};
use super::{after, ids, imported, today};
use crate::shared::shared;

fn empty() -> Snapshot {
    Snapshot::build(Revision(0), [])
}

fn at(record: &Record) -> Coord {
    let Some(Geometry::Point(point)) = record.geometry.as_deref() else { panic!("{record:?}") };
    point.0
}

fn near(a: Coord, b: Coord) -> bool {
    (a.x - b.x).abs() < 1e-7 && (a.y - b.y).abs() < 1e-7
}

const TABLE: &str = "界桩编号,东经,北纬,纵坐标X,横坐标Y,高程(m),类型,材质,面数,方位物1,方位角1,距离1(m),方位物2,方位角2,距离2(m),界桩现状,管理方\n\
    53010001030111001Q,102°42′15.48″,25°02′35.88″,2772345.123,34571234.567,1890.12,单立双面,花岗岩,双面,电杆基座,200°30′00″,12.50,石桥东端,12°00′00″,33.1,完好,甲方\n\
    53010001030111002A,102-43-15.48,25-02-35.88,,,1888.0,同号双立,石质,2,独立树,88.5,7米,,,,掉漆,乙方\n";

#[test]
fn a_marker_table_as_offices_have_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("界桩成果表.csv");
    let (bytes, ..) = encoding_rs::GBK.encode(TABLE);
    std::fs::write(&path, bytes).unwrap();
    let plan = imported(&empty(), &path, Layer::BoundaryMarker, Some(Crs::Epsg(4490)));
    assert_eq!((plan.counts.new, plan.counts.refused), (2, 0), "{:?}", plan.findings.kept);
    let records: Vec<&Record> = plan.changes.iter().filter_map(|change| change.after()).collect();
    let first = records[0].read::<BoundaryMarker>().unwrap();
    assert_eq!(first.number, "53010001030111001Q");
    assert_eq!(records[0].code.as_deref(), Some("53010001030111001Q"), "by it the marker is found again");
    assert!(near(at(records[0]), Coord { x: 102.7043, y: 25.0433 }), "{:?}", at(records[0]));
    assert!(near(at(records[1]), Coord { x: 102.7043 + 1.0 / 60.0, y: 25.0433 }));
    assert_eq!((first.x_m, first.y_m), (Some(2_772_345.123), Some(34_571_234.567)));
    assert_eq!((first.zone, first.zone_width), (Some(34), Some(3)));
    assert_eq!((first.type_code.as_deref(), first.marker_type.as_deref()), (Some("Q"), Some("single")));
    assert_eq!((first.material.as_deref(), first.faces), (Some("stone"), Some(2)));
    assert_eq!((first.elevation_m, first.condition.as_deref()), (Some(1890.12), Some("intact")));
    let objects: Vec<_> =
        first.references.iter().map(|r| (r.object.as_str(), r.azimuth_deg, r.distance_m)).collect();
    assert_eq!(objects, [("电杆基座", Some(200.5), Some(12.5)), ("石桥东端", Some(12.0), Some(33.1))]);
    assert_eq!(records[0].extra, None);
    let second = records[1].read::<BoundaryMarker>().unwrap();
    assert_eq!((second.type_code.as_deref(), second.marker_type.as_deref()), (Some("A"), Some("double")));
    assert_eq!(second.references[0].distance_m, Some(7.0));
    assert_eq!((second.condition.as_deref(), second.responsible_side.as_deref()), (Some("faded"), Some("b")));
    // Again: nothing changes.
    let there = after(&empty(), &plan.changes);
    let again = imported(&there, &path, Layer::BoundaryMarker, Some(Crs::Epsg(4490)));
    assert!(again.changes.is_empty(), "{:?}", again.changes);
}

#[test]
fn points_of_a_receiver_ask_for_their_zone() {
    let folder = tempfile::tempdir().unwrap();
    let kunming = Coord { x: 102.7043, y: 25.0433 };
    let way = Transform::new(&Crs::REGISTER, &Crs::Epsg(4543)).unwrap();
    let plane = way.coord(kunming).unwrap();
    let (n, e) = (plane.y, plane.x);
    for (name, text) in [
        ("rtk.txt", format!("JZ001,{n:.4},{e:.4},1890.123\r\nJZ002,{:.4},{e:.4},1891.5\r\n", n + 10.0)),
        (
            "rtk.dat",
            format!("JZ001   {n:.4}   {e:.4}   1890.123\nJZ002   {:.4}   {e:.4}   1891.5\n", n + 10.0),
        ),
        ("cass.csv", format!("JZ001,JZ,{e:.4},{n:.4},1890.123\nJZ002,JZ,{e:.4},{:.4},1891.5\n", n + 10.0)),
    ] {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        let mut source = formats::open(&path, &ReadOptions::default()).unwrap();
        let options = ImportOptions::new(Layer::BoundaryMarker, name, today());
        let asked = plan_import(&empty(), source.as_mut(), &options, &mut ids(&empty()), &mut |_| {
            ControlFlow::Continue(())
        });
        assert!(matches!(asked, Err(ImportError::CrsQuestion { .. })), "{name}: {asked:?}");
        let plan = imported(&empty(), &path, Layer::BoundaryMarker, Some(Crs::Epsg(4543)));
        assert_eq!((plan.counts.new, plan.counts.refused), (2, 0), "{name}: {:?}", plan.findings.kept);
        assert_eq!(plan.findings.counts.get("import.points"), Some(&1), "{name}");
        let record = plan.changes[0].after().unwrap();
        let own = record.read::<BoundaryMarker>().unwrap();
        assert!((at(record).x - kunming.x).abs() < 1e-8 && (at(record).y - kunming.y).abs() < 1e-8, "{name}");
        assert_eq!((own.number.as_str(), own.elevation_m), ("JZ001", Some(1890.123)), "{name}");
        assert!(
            (own.x_m.unwrap() - n).abs() < 1e-3 && (own.y_m.unwrap() - e).abs() < 1e-3,
            "{name}: {own:?}"
        );
        assert_eq!((own.zone, own.zone_width, own.datum.as_deref()), (Some(34), Some(3), Some("CGCS2000")));
    }
}

/// Line 官盘线 from west to east with markers along it; the first two stand on both sides of it.
fn with_markers() -> Snapshot {
    let base = Snapshot::build(Revision(0), three());
    let options = DeriveOptions::new(DivisionLevel::County, today());
    let lines = after(&base, &derive(&base, &options, &mut ids(&base)).unwrap().changes);
    let line = Some("53010001030111");
    let double = |id, number: &str, x, y| {
        let mut record = marker(id, number, line, x, y);
        let mut fields = record.read::<BoundaryMarker>().unwrap();
        fields.marker_type = Some("double".into());
        record.fields = boundstone::model::layers::LayerStruct::into_fields(fields);
        boundstone::model::Change::insert(record)
    };
    let mut changes = vec![double(91, "乙", 102.72, 24.9997), double(90, "甲", 102.7201, 25.0003)];
    changes.extend(
        [marker(92, "丙", line, 102.78, 25.0), marker(93, "丁", line, 102.75, 25.0)]
            .map(boundstone::model::Change::insert),
    );
    after(&lines, &changes)
}

#[test]
fn serials_run_along_the_line_and_letters_say_the_side() {
    let snapshot = with_markers();
    let options =
        NumberingOptions { line: "53010001030111".into(), first: 1, keep: false, sight: Sight::all(today()) };
    let found = number(&snapshot, &options).unwrap();
    let plain: Vec<_> = found
        .markers
        .iter()
        .map(|one| (one.before.as_str(), one.after.strip_prefix("53010001030111").unwrap()))
        .collect();
    // 盘龙 (530103) lies north and has the smaller code: A.
    assert_eq!(plain, [("甲", "001A"), ("乙", "001B"), ("丁", "002Q"), ("丙", "003Q")]);
    let next = after(&snapshot, &found.changes);
    let numbered: Vec<_> =
        next.layer(Layer::BoundaryMarker).iter().map(|r| r.code.clone().unwrap()).collect();
    assert!(numbered.iter().any(|code| &**code == "53010001030111001B"));
    // Nothing more to do, and a new one is numbered on.
    assert!(number(&next, &options).unwrap().changes.is_empty());
    let more = after(
        &next,
        &[boundstone::model::Change::insert(marker(95, "新", Some("53010001030111"), 102.71, 25.0))],
    );
    let kept = number(&more, &NumberingOptions { keep: true, ..options.clone() }).unwrap();
    let changed: Vec<_> =
        kept.markers.iter().filter(|one| one.before != one.after).map(|one| one.after.as_str()).collect();
    assert_eq!(changed, ["53010001030111004Q"]);
    let none = number(&snapshot, &NumberingOptions { line: "1".into(), ..options }).unwrap_err();
    assert_eq!(none, NumberingError::NoLine("1".into()));
}

#[test]
fn stretches_follow_the_new_numbers() {
    let snapshot = with_markers();
    let options = DeriveOptions::new(DivisionLevel::County, today());
    let derived = after(&snapshot, &derive(&snapshot, &options, &mut ids(&snapshot)).unwrap().changes);
    let numbering =
        NumberingOptions { line: "53010001030111".into(), first: 1, keep: false, sight: Sight::all(today()) };
    let found = number(&derived, &numbering).unwrap();
    let next = after(&derived, &found.changes);
    let line = next.layer(Layer::BoundaryLine).by_code("53010001030111").next().unwrap();
    let own = line.read::<BoundaryLine>().unwrap();
    let to: Vec<_> = own.segments.iter().map(|s| s.to_marker.as_str()).collect();
    assert!(to.contains(&"53010001030111002") && to.contains(&"53010001030111003"), "{to:?}");
}

/// The table that goes out comes in again and finds its markers.
#[test]
fn the_table_of_markers_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("界桩成果表.csv");
    let (bytes, ..) = encoding_rs::GBK.encode(TABLE);
    std::fs::write(&path, bytes).unwrap();
    let first = imported(&empty(), &path, Layer::BoundaryMarker, Some(Crs::Epsg(4490)));
    let there = after(&empty(), &first.changes);
    let made = tables::markers(&there, Chosen { sight: Sight::all(today()), line: None });
    assert_eq!(made.rows.len(), 2);
    let out = folder.path().join("out.xlsx");
    let column = |(name, kind): &(String, _)| OutColumn { name: name.clone(), title: None, kind: *kind };
    let columns = made.columns.iter().map(column).collect();
    let schema = OutSchema { name: made.name.into(), columns, crs: None, encoding: None };
    let mut sink = formats::create(&out, &schema).unwrap();
    for values in made.rows {
        sink.write(OutFeature { geometry: None, values }).unwrap();
    }
    sink.finish().unwrap();
    let back = imported(&there, &out, Layer::BoundaryMarker, Some(Crs::Epsg(4490)));
    assert_eq!((back.counts.new, back.counts.refused), (0, 0), "{:?}", back.findings.kept);
    let next = after(&there, &back.changes);
    for (before, later) in
        there.layer(Layer::BoundaryMarker).iter().zip(next.layer(Layer::BoundaryMarker).iter())
    {
        let (a, b) = (before.read::<BoundaryMarker>().unwrap(), later.read::<BoundaryMarker>().unwrap());
        assert_eq!((a.references, a.material, a.marker_type), (b.references, b.material, b.marker_type));
        assert!(near(at(before), at(later)));
        assert_eq!(before.extra, later.extra);
    }
}

/// Marks of a subdivision in Western Australia: form, condition, and observations from mark to mark.
#[test]
fn marks_of_a_survey_plan() {
    let Some(path) = shared("data/boundary-marks-cadastral-wa/_sources/wa/examples/extended-example.json")
    else {
        return;
    };
    let plan = imported(&empty(), &path, Layer::BoundaryMarker, None);
    assert_eq!((plan.counts.new, plan.counts.refused), (148, 0), "{:?}", plan.findings.kept);
    let markers: Vec<(Coord, BoundaryMarker)> = plan
        .changes
        .iter()
        .filter_map(|change| change.after())
        .map(|record| (at(record), record.read().unwrap()))
        .collect();
    let pegs = markers.iter().filter(|(_, m)| m.material.as_deref() == Some("wood")).count();
    assert_eq!(pegs, 45);
    assert!(markers.iter().all(|(_, m)| m.condition.as_deref() == Some("intact")));
    let observed: usize = markers.iter().map(|(_, m)| m.references.len()).sum();
    // Recomputed on the plane of the plan: each observation leads to the mark that it names.
    let way = Transform::new(&Crs::REGISTER, &Crs::Epsg(7850)).unwrap();
    let places: std::collections::HashMap<&str, Coord> =
        markers.iter().map(|(at, m)| (m.number.as_str(), way.coord(*at).unwrap())).collect();
    let (mut apart, mut off): (Vec<f64>, Vec<f64>) = (Vec::new(), Vec::new());
    for (_, one) in &markers {
        let from = places[one.number.as_str()];
        for reference in &one.references {
            let to = places[reference.object.as_str()];
            let metres = reference.distance_m.unwrap();
            apart.push(((from.x - to.x).hypot(from.y - to.y) - metres).abs());
            let Some(angle) = reference.azimuth_deg.map(f64::to_radians) else { continue };
            off.push((from.x + metres * angle.sin() - to.x).hypot(from.y + metres * angle.cos() - to.y));
        }
    }
    for (what, list) in [("distances", &mut apart), ("bearings and distances", &mut off)] {
        list.sort_by(f64::total_cmp);
        let at = |share: usize| list[(list.len() - 1) * share / 100];
        eprintln!(
            "{} {what}: median {:.4} m, 95 % {:.3} m, worst {:.3} m",
            list.len(),
            at(50),
            at(95),
            at(100)
        );
    }
    // 180 different lines between two marks, each seen from both ends; 11 of them with a bearing.
    assert_eq!((observed, apart.len(), off.len()), (360, 360, 22));
    assert!(apart[180] < 0.05 && off[21] < 1.0, "{} {}", apart[180], off[21]);
    assert_eq!(plan.findings.counts.get("import.observations"), Some(&1));
    let text = dms::format(markers[0].0.x, dms::Axis::Longitude, 2);
    assert!(text.starts_with("115°"), "{text}");
}
