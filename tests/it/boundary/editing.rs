//! Borders changed for all divisions along them.

use std::sync::Arc;

use boundstone::boundary::editing::{Action, Asked, Planned, Refused, Window, arcs, plan};
use boundstone::model::layers::{BoundaryLine, Division, DivisionLevel};
use boundstone::model::{Change, Date, Layer, Op, Record, RecordId, Revision, Secrecy};
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
pub(super) fn district() -> Vec<Record> {
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
pub(super) fn at(x: f64, y: f64) -> Coord {
    boundstone::model::geometry::round(Coord { x: 102.0 + x / 100.0, y: 25.0 + y / 100.0 })
}

fn snapshot(records: Vec<Record>) -> Snapshot {
    Snapshot::build(Revision(0), records)
}

fn asked(action: Action) -> Asked {
    Asked { day: today(), from: None, actions: vec![action] }
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
        division: RecordId::from_bits(6).into(),
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
        division: RecordId::from_bits(6).into(),
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
    let cut =
        Action::Split { division: RecordId::from_bits(3).into(), line, name: "新街道".into(), code: None };
    assert!(matches!(planned(&before, cut), Err(Refused::HasParts(_))));
    let piece = Polygon::from(Rect::new(at(3.0, 1.0), at(5.0, 3.0)));
    let over =
        Action::HandOver { from: RecordId::from_bits(4).into(), to: RecordId::from_bits(6).into(), piece };
    assert_eq!(planned(&before, over), Err(Refused::OtherLevels));
    let merged =
        Action::Merge { divisions: vec![RecordId::from_bits(5).into(), RecordId::from_bits(99).into()] };
    assert_eq!(planned(&before, merged), Err(Refused::NoDivision(RecordId::from_bits(99))));
}

#[test]
fn a_piece_goes_over_and_a_merger_ends_a_division_in_law() {
    let before = snapshot(district());
    let piece = polygon![at(1.0, -1.0), at(3.0, -1.0), at(3.0, 0.5), at(1.0, 0.5), at(1.0, -1.0)];
    let over =
        Action::HandOver { from: RecordId::from_bits(5).into(), to: RecordId::from_bits(6).into(), piece };
    let over = planned(&before, over).unwrap();
    let there = after(&before, &over);
    check_levels(&there);
    let lost = shape(&before, "530102001001").unsigned_area() - shape(&there, "530102001001").unsigned_area();
    assert!((lost - 0.01 * 0.005).abs() < 1e-9, "{lost}");
    // From a day on: the versions that hold end, the one that stays gets another.
    let from: Date = "2027-01-01".parse().unwrap();
    let merge =
        Action::Merge { divisions: vec![RecordId::from_bits(5).into(), RecordId::from_bits(6).into()] };
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

/// All counties' areas together stay what they were, and townships are what counties are made of.
fn county_areas(snapshot: &Snapshot) -> [f64; 2] {
    ["530102", "530103"].map(|code| shape(snapshot, code).unsigned_area())
}

#[test]
fn several_actions_build_on_each_other_and_are_one_plan() {
    let before = snapshot(district());
    let actions = vec![
        Action::Insert { edge: [at(4.0, 0.0), at(4.0, 2.0)], at: at(4.1, 1.0) },
        Action::Move { at: at(4.1, 1.0), to: at(4.3, 1.1) },
        Action::Split {
            division: RecordId::from_bits(6).into(),
            line: line_string![at(1.5, 1.1), at(4.3, 1.1)],
            name: "甲社区".into(),
            code: Some("530102001003".into()),
        },
        // A point of the new part's border.
        Action::Move { at: at(4.3, 1.1), to: at(4.2, 1.1) },
    ];
    let asked = Asked { actions: actions.clone(), ..asked(actions[0].clone()) };
    let planned = plan(&before, &asked, &mut ids(&before)).unwrap();
    assert_eq!(codes(&planned), ["530102", "530103", "530102001", "530102001001", "530102001002", "new"]);
    let there = after(&before, &planned);
    check_levels(&there);
    let total = |snapshot: &Snapshot| county_areas(snapshot).iter().sum::<f64>();
    assert!((total(&there) - total(&before)).abs() < 1e-12);
    // Two new parts may not have one code.
    let again = Action::Split {
        division: RecordId::from_bits(5).into(),
        line: line_string![at(-0.5, 1.5), at(2.5, 1.5)],
        name: "乙社区".into(),
        code: Some("530102001003".into()),
    };
    let twice = Asked { actions: [actions, vec![again]].concat(), ..asked };
    assert_eq!(plan(&before, &twice, &mut ids(&before)), Err(Refused::CodeTaken("530102001003".into())));
}

#[test]
fn a_piece_goes_over_to_another_county_on_every_level() {
    let mut records = district();
    let east = records[1].geometry.clone();
    let fields =
        Division { parent_code: Some("530103".into()), ..Division::named("东镇", DivisionLevel::Township) };
    let mut town = Record::of(RecordId::from_bits(7), fields);
    town.code = Some("530103001".into());
    town.geometry = east;
    records.push(town);
    let before = snapshot(records);
    let over = |from, to, piece: Polygon| Action::HandOver {
        from: RecordId::from_bits(from).into(),
        to: RecordId::from_bits(to).into(),
        piece,
    };
    // The north township gives a corner at the county border to the east one.
    let piece = Polygon::from(Rect::new(at(3.0, 3.0), at(4.0, 4.0)));
    let done = planned(&before, over(4, 7, piece)).unwrap();
    assert_eq!(codes(&done), ["530102", "530103", "530102002", "530103001"]);
    let there = after(&before, &done);
    check_levels(&there);
    let (old, new) = (county_areas(&before), county_areas(&there));
    let given = 0.01 * 0.01;
    assert!((old[0] - new[0] - given).abs() < 1e-9 && (new[1] - old[1] - given).abs() < 1e-9);
    // One that does not lie at that border would tear the counties apart.
    let inland = Polygon::from(Rect::new(at(1.0, 3.0), at(2.0, 3.5)));
    let refused = planned(&before, over(4, 7, inland));
    assert!(matches!(refused, Err(Refused::DoesNotFollow { .. } | Refused::Edit(..))), "{refused:?}");
}

fn window(west: f64, south: f64, east: f64, north: f64) -> Window {
    Window {
        level: DivisionLevel::County,
        bounds: Rect::new(at(west, south), at(east, north)),
        show: Secrecy::Secret,
    }
}

#[test]
fn the_arcs_of_a_level_know_sides_locks_and_lines() {
    let mut records = district();
    let mut line = Record::of(
        RecordId::from_bits(50),
        BoundaryLine { surveyed: Some(true), ..BoundaryLine::named("五盘线") },
    );
    line.geometry = Some(Arc::new(MultiLineString(vec![line_string![at(4.0, 0.0), at(4.0, 2.0)]]).into()));
    records.push(line);
    let there = snapshot(records);
    let nothing = Asked { day: today(), from: None, actions: Vec::new() };
    let found = arcs(&there, &nothing, &window(3.5, 0.5, 4.5, 3.5)).unwrap();
    let labels: Vec<&str> = found.sides.iter().map(|side| side.label.as_str()).collect();
    assert_eq!(labels, ["530102", "530103"]);
    let [border] = &found.borders[..] else { panic!("{found:?}") };
    assert_eq!((border.points.len(), &border.locked[..], border.line), (3, &[[0, 1]][..], Some(0)));
    assert_eq!(border.nodes, [true, true]);
    let west = border.left.map(|at| found.sides[at].label.as_str());
    let upwards = border.points[0].y < border.points[2].y;
    assert_eq!(west, Some(if upwards { "530102" } else { "530103" }), "left of its direction");
    assert!((border.length_m - 4_430.0).abs() < 5.0, "{}", border.length_m);
    // Where the window ends, the border goes on.
    let part = arcs(&there, &nothing, &window(3.5, 2.5, 4.5, 3.5)).unwrap();
    assert_eq!(part.borders[0].points.len(), 2);
    assert!(part.borders[0].nodes.contains(&false) && part.borders[0].locked.is_empty());
    assert!(arcs(&there, &nothing, &window(5.0, 1.0, 6.0, 2.0)).unwrap().borders.is_empty());
}

#[test]
fn the_arcs_show_what_is_not_yet_written() {
    let there = snapshot(district());
    let level = |level| Window { level, ..window(-1.0, -1.0, 9.0, 5.0) };
    let moved = asked(Action::Move { at: at(4.0, 2.0), to: at(4.3, 2.1) });
    for one in [DivisionLevel::County, DivisionLevel::Township, DivisionLevel::Community] {
        let found = arcs(&there, &moved, &level(one)).unwrap();
        let has = |c: Coord| found.borders.iter().any(|border| border.points.contains(&c));
        assert!(has(at(4.3, 2.1)) && !has(at(4.0, 2.0)), "{one:?}");
    }
    let line = line_string![at(1.5, 1.0), at(4.5, 1.0)];
    let cut =
        Action::Split { division: RecordId::from_bits(6).into(), line, name: "新社区".into(), code: None };
    let found = arcs(&there, &asked(cut), &level(DivisionLevel::Community)).unwrap();
    let new = found.sides.iter().find(|side| side.record.is_none()).unwrap();
    assert_eq!((new.label.as_str(), new.area_m2.is_some()), ("新社区", true));
    let merged =
        Action::Merge { divisions: vec![RecordId::from_bits(5).into(), RecordId::from_bits(6).into()] };
    let found = arcs(&there, &asked(merged), &level(DivisionLevel::Community)).unwrap();
    assert_eq!(found.sides.len(), 1);
}
