//! Borders changed for all divisions along them.

use std::sync::Arc;

use boundstone::boundary::editing::{Action, Asked, Planned, Refused, plan};
use boundstone::model::layers::{BoundaryLine, Division, DivisionLevel};
use boundstone::model::{Change, Date, Layer, Op, Record, RecordId, Revision};
use boundstone::snapshot::Snapshot;
use boundstone::topology::edit::Refusal;
use geo::Area as _;
use geo_types::{
    Coord, Geometry, LineString, MultiLineString, MultiPolygon, Polygon, Rect, line_string, polygon,
};

use super::{ids, today};

/// Two counties beside each other; the west one has two townships, the south one of two communities.
///
/// ```text
/// 4 +-------+-------+
///   | north |       |
/// 2 +---+---+ east  |
///   | a | b |       |
/// 0 +---+---+-------+
///   0   2   4       8   (hundredths of a degree from 102° E, 25° N)
/// ```
fn district() -> Vec<Record> {
    let area = |west: f64, south: f64, east: f64, north: f64, more: &[(f64, f64)]| {
        let mut ring = vec![(west, south), (east, south), (east, north), (west, north)];
        for point in more {
            let on = |a: (f64, f64), b: (f64, f64)| {
                let between = |v: f64, p: f64, q: f64| v >= p.min(q) && v <= p.max(q);
                (b.0 - a.0) * (point.1 - a.1) == (b.1 - a.1) * (point.0 - a.0)
                    && between(point.0, a.0, b.0)
                    && between(point.1, a.1, b.1)
            };
            let at = (0..ring.len()).find(|at| on(ring[*at], ring[(at + 1) % ring.len()])).unwrap();
            ring.insert(at + 1, *point);
        }
        let ring: LineString = ring.into_iter().map(|(x, y)| at(x, y)).collect();
        MultiPolygon(vec![Polygon::new(ring, Vec::new())])
    };
    let division =
        |number: u128, code: &str, level: DivisionLevel, parent: Option<&str>, area: MultiPolygon| {
            let fields = Division { parent_code: parent.map(str::to_owned), ..Division::named(code, level) };
            let mut record = Record::of(RecordId::from_bits(number), fields);
            record.code = Some(code.into());
            record.geometry = Some(Arc::new(area.into()));
            record
        };
    use DivisionLevel::{Community, County, Township};
    vec![
        division(1, "530102", County, None, area(0.0, 0.0, 4.0, 4.0, &[(2.0, 0.0), (4.0, 2.0), (0.0, 2.0)])),
        division(2, "530103", County, None, area(4.0, 0.0, 8.0, 4.0, &[(4.0, 2.0)])),
        division(
            3,
            "530102001",
            Township,
            Some("530102"),
            area(0.0, 0.0, 4.0, 2.0, &[(2.0, 0.0), (2.0, 2.0)]),
        ),
        division(4, "530102002", Township, Some("530102"), area(0.0, 2.0, 4.0, 4.0, &[(2.0, 2.0)])),
        division(5, "530102001001", Community, Some("530102001"), area(0.0, 0.0, 2.0, 2.0, &[])),
        division(6, "530102001002", Community, Some("530102001"), area(2.0, 0.0, 4.0, 2.0, &[])),
    ]
}

/// Hundredths of a degree from 102° E, 25° N, on the register's grid.
fn at(x: f64, y: f64) -> Coord {
    boundstone::model::geometry::round(Coord { x: 102.0 + x / 100.0, y: 25.0 + y / 100.0 })
}

fn snapshot(records: Vec<Record>) -> Snapshot {
    Snapshot::build(Revision(0), records)
}

fn asked(action: Action) -> Asked {
    Asked { day: today(), from: None, action }
}

fn planned(snapshot: &Snapshot, action: Action) -> Result<Planned, Refused> {
    plan(snapshot, &asked(action), &mut ids(snapshot))
}

fn after(snapshot: &Snapshot, planned: &Planned) -> Snapshot {
    snapshot.apply(Revision(1), &planned.changes).unwrap()
}

fn codes(planned: &Planned) -> Vec<&str> {
    planned
        .outcomes
        .iter()
        .map(|one| one.before.as_ref().map_or("new", |record| record.code.as_deref().unwrap_or_default()))
        .collect()
}

fn shape(snapshot: &Snapshot, code: &str) -> MultiPolygon {
    let record = snapshot.layer(Layer::Division).by_code(code).find(|r| r.valid.contains(today())).unwrap();
    match record.geometry.as_deref().unwrap() {
        Geometry::MultiPolygon(parts) => parts.clone(),
        other => panic!("{other:?}"),
    }
}

/// On every level the areas of the parts are the area of the whole, and every edge inside has two sides.
fn check_levels(snapshot: &Snapshot) {
    let area = |code: &str| shape(snapshot, code).unsigned_area();
    let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-12, "{a} {b}");
    near(area("530102"), area("530102001") + area("530102002"));
    let all: Vec<Record> = snapshot.layer(Layer::Division).iter().map(|r| Record::clone(r)).collect();
    for level in ["county", "township", "community"] {
        let mut edges = std::collections::HashMap::new();
        for record in all.iter().filter(|r| r.text("level") == Some(level) && r.valid.contains(today())) {
            let Some(Geometry::MultiPolygon(parts)) = record.geometry.as_deref() else { continue };
            for pair in parts.0.iter().flat_map(|part| part.exterior().0.windows(2)) {
                let key = |c: Coord| (c.x.to_bits(), c.y.to_bits());
                let (a, b) = (key(pair[0]).min(key(pair[1])), key(pair[0]).max(key(pair[1])));
                *edges.entry((a, b)).or_insert(0) += 1;
            }
        }
        assert!(edges.values().all(|count| *count <= 2), "{level}");
        // Every border above is a border here.
        let above =
            all.iter().filter(|r| r.text("level") == Some("county") && r.code.as_deref() == Some("530102"));
        for record in above.filter(|_| level == "township") {
            let Some(Geometry::MultiPolygon(parts)) = record.geometry.as_deref() else { continue };
            for pair in parts.0.iter().flat_map(|part| part.exterior().0.windows(2)) {
                let key = |c: Coord| (c.x.to_bits(), c.y.to_bits());
                let (a, b) = (key(pair[0]).min(key(pair[1])), key(pair[0]).max(key(pair[1])));
                assert!(edges.contains_key(&(a, b)), "{pair:?}");
            }
        }
    }
}

#[test]
fn a_point_moves_in_every_division_that_has_it() {
    let before = snapshot(district());
    let move_it = Action::Move { at: at(4.0, 2.0), to: at(4.3, 2.1) };
    let planned = planned(&before, move_it).unwrap();
    assert_eq!(codes(&planned), ["530102", "530103", "530102001", "530102002", "530102001002"]);
    let gained: f64 = planned.outcomes[..2].iter().map(|one| one.area_after_m2 - one.area_before_m2).sum();
    assert!(gained.abs() < 1.0, "what one county gains the other loses: {gained}");
    assert!(planned.outcomes[0].area_after_m2 - planned.outcomes[0].area_before_m2 > 1e5);
    check_levels(&after(&before, &planned));
    // And back again: bit for bit what it was.
    let there = after(&before, &planned);
    let back =
        plan(&there, &asked(Action::Move { at: at(4.3, 2.1), to: at(4.0, 2.0) }), &mut ids(&there)).unwrap();
    let again = there.apply(Revision(2), &back.changes).unwrap();
    for record in district() {
        assert_eq!(again.layer(Layer::Division).get(record.id, today()).map(|r| &**r), Some(&record));
    }
}

#[test]
fn what_would_tear_or_is_surveyed_is_refused() {
    let mut records = district();
    let there = snapshot(records.clone());
    // Over the border beyond.
    let over = planned(&there, Action::Move { at: at(2.0, 2.0), to: at(9.0, 9.0) });
    assert!(matches!(over, Err(Refused::Edit(Refusal::Faulty { .. }, _))), "{over:?}");
    let nowhere = planned(&there, Action::Move { at: at(3.0, 1.0), to: at(3.0, 1.1) });
    assert!(matches!(nowhere, Err(Refused::Edit(Refusal::NoVertex { .. }, _))), "{nowhere:?}");
    // Three borders meet there.
    let node = planned(&there, Action::Delete { at: at(4.0, 2.0) });
    assert!(matches!(node, Err(Refused::Edit(Refusal::Node { .. }, _))), "{node:?}");
    let mut line = Record::of(
        RecordId::from_bits(50),
        BoundaryLine { surveyed: Some(true), ..BoundaryLine::named("五盘线") },
    );
    let border = line_string![at(4.0, 0.0), at(4.0, 2.0), at(4.0, 4.0)];
    line.geometry = Some(Arc::new(MultiLineString(vec![border]).into()));
    records.push(line);
    let fixed = planned(&snapshot(records), Action::Move { at: at(4.0, 2.0), to: at(4.3, 2.1) });
    let Err(Refused::Edit(Refusal::Locked { at: place }, _)) = &fixed else { panic!("{fixed:?}") };
    assert_eq!(*place, at(4.0, 2.0));
    let finding = fixed.unwrap_err().finding();
    assert_eq!((finding.rule.as_str(), finding.spot.at.is_some()), ("edit.locked", true));
}

#[test]
fn a_new_point_and_a_cut_reach_the_borders_above() {
    let before = snapshot(district());
    // A point between two that both counties, a township and a community have.
    let put =
        planned(&before, Action::Insert { edge: [at(4.0, 0.0), at(4.0, 2.0)], at: at(4.1, 1.0) }).unwrap();
    assert_eq!(codes(&put), ["530102", "530103", "530102001", "530102001002"]);
    check_levels(&after(&before, &put));
    // Community b cut from its west side to the county's border.
    let line = line_string![at(1.5, 1.0), at(4.5, 1.0)];
    let cut = Action::Split {
        division: RecordId::from_bits(6),
        line,
        name: "新社区".into(),
        code: Some("530102001003".into()),
    };
    let cut = planned(&before, cut).unwrap();
    assert_eq!(codes(&cut), ["530102", "530103", "530102001", "530102001001", "530102001002", "new"]);
    let there = after(&before, &cut);
    check_levels(&there);
    let made = there.layer(Layer::Division).by_code("530102001003").next().unwrap();
    assert_eq!((made.text("name"), made.text("parent_code")), (Some("新社区"), Some("530102001")));
    let both = shape(&there, "530102001002").unsigned_area() + shape(&there, "530102001003").unsigned_area();
    assert!((both - shape(&before, "530102001002").unsigned_area()).abs() < 1e-12);
    let taken = Action::Split {
        division: RecordId::from_bits(6),
        line: line_string![at(1.5, 1.0), at(4.5, 1.0)],
        name: "重号".into(),
        code: Some("530102001001".into()),
    };
    assert_eq!(planned(&before, taken), Err(Refused::CodeTaken("530102001001".into())));
}

#[test]
fn parts_are_changed_before_the_whole() {
    let before = snapshot(district());
    let line = line_string![at(-1.0, 1.0), at(5.0, 1.0)];
    let cut = Action::Split { division: RecordId::from_bits(3), line, name: "新街道".into(), code: None };
    assert!(matches!(planned(&before, cut), Err(Refused::HasParts(_))));
    let piece = Polygon::from(Rect::new(at(3.0, 1.0), at(5.0, 3.0)));
    let over = Action::HandOver { from: RecordId::from_bits(4), to: RecordId::from_bits(6), piece };
    assert_eq!(planned(&before, over), Err(Refused::OtherLevels));
    let merged = Action::Merge { divisions: vec![RecordId::from_bits(5), RecordId::from_bits(99)] };
    assert_eq!(planned(&before, merged), Err(Refused::NoDivision(RecordId::from_bits(99))));
}

#[test]
fn a_piece_goes_over_and_a_merger_ends_a_division_in_law() {
    let before = snapshot(district());
    let piece = polygon![at(1.0, -1.0), at(3.0, -1.0), at(3.0, 0.5), at(1.0, 0.5), at(1.0, -1.0)];
    let over = Action::HandOver { from: RecordId::from_bits(5), to: RecordId::from_bits(6), piece };
    let over = planned(&before, over).unwrap();
    let there = after(&before, &over);
    check_levels(&there);
    let lost = shape(&before, "530102001001").unsigned_area() - shape(&there, "530102001001").unsigned_area();
    assert!((lost - 0.01 * 0.005).abs() < 1e-9, "{lost}");
    // From a day on: the versions that hold end, the one that stays gets another.
    let from: Date = "2027-01-01".parse().unwrap();
    let merge = Action::Merge { divisions: vec![RecordId::from_bits(5), RecordId::from_bits(6)] };
    let merged = plan(&before, &Asked { from: Some(from), ..asked(merge) }, &mut ids(&before)).unwrap();
    let ops: Vec<Op> = merged.changes.iter().map(Change::op).collect();
    assert_eq!(ops, [Op::Update, Op::Insert, Op::Update]);
    let there = after(&before, &merged);
    let divisions = there.layer(Layer::Division);
    assert!(divisions.get(RecordId::from_bits(6), today()).is_some());
    assert!(divisions.get(RecordId::from_bits(6), from).is_none());
    let stays = divisions.get(RecordId::from_bits(5), from).unwrap();
    assert_eq!(stays.version, 2);
    let area = |record: &Record| match record.geometry.as_deref() {
        Some(Geometry::MultiPolygon(parts)) => parts.unsigned_area(),
        _ => 0.0,
    };
    assert!((area(stays) - shape(&before, "530102001").unsigned_area()).abs() < 1e-12);
}
