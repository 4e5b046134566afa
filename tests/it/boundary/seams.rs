//! Faults of borders repaired at one click, and borders that arrive by import.

use std::sync::Arc;

use boundstone::boundary::arrival::{Arrival, Settled, settle};
use boundstone::boundary::checks::{Board, Noticed};
use boundstone::boundary::editing::{Action, Asked, Planned, Refused, plan};
use boundstone::boundary::lines::{DeriveOptions, derive};
use boundstone::boundary::repair;
use boundstone::model::layers::{BoundaryLine, Division, DivisionLevel};
use boundstone::model::{
    Change, GeometryKind, Layer, Record, RecordId, Revision, Secrecy, Severity, Value, geometry,
};
use boundstone::rules::Rules;
use boundstone::snapshot::Snapshot;
use boundstone::topology::Kind;
use geo::Area as _;
use geo_types::{Coord, Geometry, LineString, MultiLineString, Polygon};

use super::{ids, today};

/// Some 3 m, in hundredths of a degree.
const E: f64 = 0.003;

/// Hundredths of a degree from 102° E, 25° N, on the register's grid.
fn at(x: f64, y: f64) -> Coord {
    geometry::round(Coord { x: 102.0 + x / 100.0, y: 25.0 + y / 100.0 })
}

fn area(ring: &[(f64, f64)]) -> Geometry {
    let ring: LineString = ring.iter().map(|(x, y)| at(*x, *y)).collect();
    geometry::settle(Polygon::new(ring, Vec::new()).into(), GeometryKind::Area).unwrap()
}

fn division(number: u128, code: &str, level: DivisionLevel, ring: &[(f64, f64)]) -> Record {
    let parent = match level {
        DivisionLevel::Township => Some("530102".to_owned()),
        DivisionLevel::Community => Some(code[..9].to_owned()),
        _ => None,
    };
    let mut record = Record::of(
        RecordId::from_bits(number),
        Division { parent_code: parent, ..Division::named(code, level) },
    );
    record.code = Some(code.into());
    record.geometry = Some(Arc::new(area(ring)));
    record
}

const WEST: &[(f64, f64)] = &[(0.0, 0.0), (2.0, 0.0), (2.0, 2.0), (0.0, 2.0)];
const EAST: &[(f64, f64)] = &[(2.0, 0.0), (4.0, 0.0), (4.0, 2.0), (2.0, 2.0)];

/// A county of two towns, each of one community; west and east meet at x = 2.
fn district(west: &[(f64, f64)], east: &[(f64, f64)]) -> Vec<Record> {
    use DivisionLevel::{Community, County, Township};
    let whole = [(0.0, 0.0), (2.0, 0.0), (4.0, 0.0), (4.0, 2.0), (2.0, 2.0), (0.0, 2.0)];
    vec![
        division(1, "530102", County, &whole),
        division(2, "530102001", Township, west),
        division(3, "530102002", Township, east),
        division(4, "530102001001", Community, west),
        division(5, "530102002001", Community, east),
    ]
}

fn snapshot(records: Vec<Record>) -> Snapshot {
    Snapshot::build(Revision(1), records)
}

fn seams(snapshot: &Snapshot) -> Vec<Noticed> {
    let board = Board::of(snapshot, Rules::compiled(), today()).unwrap();
    let is_seam = |noticed: &&Noticed| ["G01", "G02", "C04"].contains(&noticed.finding.rule.as_str());
    board.findings().into_iter().filter(is_seam).cloned().collect()
}

fn of_kind(snapshot: &Snapshot, kind: Kind) -> Noticed {
    let found = seams(snapshot);
    let one = found.iter().find(|noticed| noticed.ground.as_ref().is_some_and(|ground| ground.kind == kind));
    one.unwrap_or_else(|| panic!("no {kind:?} among {found:#?}")).clone()
}

fn repaired(snapshot: &Snapshot, noticed: &Noticed, owner: Option<u128>) -> Result<Planned, Refused> {
    let owner = owner.map(RecordId::from_bits);
    let mend = repair::of(noticed, snapshot, 10.0, owner).unwrap();
    let asked = Asked { day: today(), from: None, actions: vec![Action::Mend(mend)] };
    plan(snapshot, &asked, &mut ids(snapshot))
}

fn after(snapshot: &Snapshot, planned: &Planned) -> Snapshot {
    snapshot.apply(Revision(2), &planned.changes).unwrap()
}

fn ground(snapshot: &Snapshot, code: &str) -> f64 {
    let record = snapshot.layer(Layer::Division).by_code(code).next().unwrap();
    match record.geometry.as_deref().unwrap() {
        Geometry::MultiPolygon(parts) => parts.unsigned_area() * 1e4,
        other => panic!("{other:?}"),
    }
}

fn near(a: f64, b: f64) {
    assert!((a - b).abs() < 1e-6, "{a} {b}");
}

#[test]
fn the_sound_district_has_no_seams() {
    let found = seams(&snapshot(district(WEST, EAST)));
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn a_narrow_overlap_goes_to_one_of_both_on_all_levels() {
    let east = [(2.0 - E, 0.0), (4.0, 0.0), (4.0, 2.0), (2.0 - E, 2.0)];
    let before = snapshot(district(WEST, &east));
    let overlap = of_kind(&before, Kind::Overlap);
    let size = overlap.ground.clone().unwrap();
    assert!((size.width_m - 3.0).abs() < 0.2, "{size:?}");
    assert_eq!(overlap.level.as_deref(), Some("township"));
    for (owner, west) in [(2, 4.0), (3, (2.0 - E) * 2.0)] {
        let planned = repaired(&before, &overlap, Some(owner)).unwrap();
        let after = after(&before, &planned);
        assert!(seams(&after).is_empty(), "{:#?}", seams(&after));
        near(ground(&after, "530102001"), west);
        near(ground(&after, "530102001001"), west);
        near(ground(&after, "530102002001"), 8.0 - west);
        near(ground(&after, "530102"), 8.0);
    }
    // Without a word the shortest way, whichever that is.
    let planned = repaired(&before, &overlap, None).unwrap();
    assert!(seams(&after(&before, &planned)).is_empty());
}

#[test]
fn a_narrow_gap_is_closed_on_all_levels() {
    // Open in the middle, so that it has ground all round.
    let east = [(2.0, 0.0), (4.0, 0.0), (4.0, 2.0), (2.0, 2.0), (2.0 + E, 1.0)];
    let before = snapshot(district(WEST, &east));
    let gap = of_kind(&before, Kind::Gap);
    let planned = repaired(&before, &gap, None).unwrap();
    let after = after(&before, &planned);
    assert!(seams(&after).is_empty(), "{:#?}", seams(&after));
    near(ground(&after, "530102001") + ground(&after, "530102002"), 8.0);
    near(ground(&after, "530102001001") + ground(&after, "530102002001"), 8.0);
}

#[test]
fn vertices_that_differ_are_put_in_on_both_sides() {
    let west = [(0.0, 0.0), (2.0, 0.0), (2.0, 1.0), (2.0, 2.0), (0.0, 2.0)];
    let before = snapshot(district(&west, EAST));
    let mismatch = of_kind(&before, Kind::Mismatch);
    let planned = repaired(&before, &mismatch, None).unwrap();
    let after = after(&before, &planned);
    assert!(seams(&after).is_empty(), "{:#?}", seams(&after));
    near(ground(&after, "530102001"), 4.0);
    assert!(planned.outcomes.iter().all(|one| (one.area_after_m2 - one.area_before_m2).abs() < 0.01));
}

#[test]
fn a_crossing_outline_is_untied() {
    let mut records = district(WEST, EAST);
    records.push(division(
        9,
        "530103",
        DivisionLevel::County,
        &[(5.0, 0.0), (7.0, 0.0), (5.0, 0.0003), (7.0, 0.0003), (7.0, 2.0), (5.0, 2.0)],
    ));
    let before = snapshot(records);
    let crossing = of_kind(&before, Kind::SelfIntersection);
    let planned = repaired(&before, &crossing, None).unwrap();
    // Splinters remain, told as such.
    let left = seams(&after(&before, &planned));
    let is_crossing =
        |noticed: &Noticed| noticed.ground.as_ref().is_some_and(|g| g.kind == Kind::SelfIntersection);
    assert!(!left.iter().any(is_crossing), "{left:#?}");
}

#[test]
fn what_is_wide_or_a_matter_of_papers_is_for_a_person() {
    let east = [(1.9, 0.0), (4.0, 0.0), (4.0, 2.0), (1.9, 2.0)];
    let before = snapshot(district(WEST, &east));
    let overlap = of_kind(&before, Kind::Overlap);
    let hand = repair::of(&overlap, &before, 10.0, None).unwrap_err();
    assert!(hand.why.zh.contains("超过 10 米"), "{}", hand.why.zh);
    assert!(!hand.next.en.is_empty());
}

/// A surveyed line along the west's border: the overlap can only go to the west.
#[test]
fn a_surveyed_line_does_not_move() {
    let east = [(2.0 - E, 0.0), (4.0, 0.0), (4.0, 2.0), (2.0 - E, 2.0)];
    let mut records = district(WEST, &east);
    let fields = BoundaryLine { surveyed: Some(true), ..BoundaryLine::named("东西线") };
    let mut line = Record::of(RecordId::from_bits(20), fields);
    line.code = Some("530102001002".into());
    let course: LineString = [at(2.0, 0.0), at(2.0, 2.0)].into_iter().collect();
    line.geometry = Some(Arc::new(MultiLineString(vec![course]).into()));
    records.push(line);
    let before = snapshot(records);
    let overlap = of_kind(&before, Kind::Overlap);
    assert!(repaired(&before, &overlap, Some(3)).is_err(), "the line would lie inside of the east");
    let planned = repaired(&before, &overlap, None).unwrap();
    near(ground(&after(&before, &planned), "530102001"), 4.0);

    // Nor does an import move it.
    let sound: Vec<Record> = before.layer(Layer::BoundaryLine).iter().map(|one| Record::clone(one)).collect();
    let sound = snapshot(district(WEST, EAST).into_iter().chain(sound).collect());
    let settled =
        arrived(&sound, "530102001", &[(0.0, 0.0), (2.0 + E, 0.0), (2.0 + E, 2.0), (0.0, 2.0)], Some(50.0));
    assert_eq!(settled.refused.len(), 1, "{settled:#?}");
    assert_eq!(settled.refused[0].1.rule, "border.locked");
    assert!(settled.carried.is_empty());
}

/// A division arrives with another area.
fn arrived(before: &Snapshot, code: &str, ring: &[(f64, f64)], carry_m: Option<f64>) -> Settled {
    let old = before.layer(Layer::Division).by_code(code).next().unwrap();
    let new = Record { geometry: Some(Arc::new(area(ring))), ..Record::clone(old) };
    let changes = [Change::update(Record::clone(old), new)];
    settle(before, &changes, Arrival { day: today(), carry_m, show: Secrecy::Secret }, Rules::compiled())
        .unwrap()
}

/// The west's community, its border with the east's moved by some 3 m in the middle.
const BENT: &[(f64, f64)] = &[(0.0, 0.0), (2.0, 0.0), (2.0 + E, 1.0), (2.0, 2.0), (0.0, 2.0)];

#[test]
fn a_border_that_arrives_alone_no_longer_fits_its_neighbour() {
    let before = snapshot(district(WEST, EAST));
    let settled = arrived(&before, "530102001", BENT, None);
    let rules: Vec<&str> = settled.findings.iter().map(|finding| finding.rule.as_str()).collect();
    assert!(rules.contains(&"border.overlap"), "{rules:?}");
    let overlap = settled.findings.iter().find(|finding| finding.rule == "border.overlap").unwrap();
    assert!(overlap.spot.at.is_some_and(|at| (at[0] - 102.02).abs() < 1e-4), "{overlap:?}");
    assert!(overlap.what.zh.contains("平方米") && overlap.done.zh.contains("随同调整"));
    assert!(settled.carried.is_empty() && settled.refused.is_empty());
    // What was wrong before is not told again.
    let same = arrived(&before, "530102001", WEST, None);
    assert!(same.findings.is_empty());
}

#[test]
fn neighbours_are_carried_along_if_that_is_asked() {
    let before = snapshot(district(WEST, EAST));
    let inside: &[(f64, f64)] = &[(0.0, 0.0), (2.0, 0.0), (2.0 - E, 1.0), (2.0, 2.0), (0.0, 2.0)];
    for (ring, west) in [(BENT, 4.0 + E), (inside, 4.0 - E)] {
        let settled = arrived(&before, "530102001001", ring, Some(50.0));
        let mut all: Vec<Change> = settled.carried.clone();
        let old = before.layer(Layer::Division).by_code("530102001001").next().unwrap();
        let new = Record { geometry: Some(Arc::new(area(ring))), ..Record::clone(old) };
        all.push(Change::update(Record::clone(old), new));
        let after = before.apply(Revision(2), &all).unwrap();
        assert!(seams(&after).is_empty(), "{:#?}", seams(&after));
        near(ground(&after, "530102001"), west);
        near(ground(&after, "530102002"), 8.0 - west);
        near(ground(&after, "530102"), 8.0);
        assert!(settled.findings.iter().all(|finding| finding.rule == "border.carried"), "{settled:#?}");
    }
    // Half a kilometre is no slip of a survey: the neighbour stays, and it is told.
    let far: &[(f64, f64)] = &[(0.0, 0.0), (2.0, 0.0), (2.5, 1.0), (2.0, 2.0), (0.0, 2.0)];
    let settled = arrived(&before, "530102001", far, Some(50.0));
    assert!(settled.findings.iter().any(|finding| finding.rule == "border.overlap"), "{settled:#?}");
}

/// The district with the line between its towns derived, agreed and named by people.
fn with_line() -> Snapshot {
    let before = snapshot(district(WEST, EAST));
    let options = DeriveOptions::new(DivisionLevel::Township, today());
    let mut made = derive(&before, &options, &mut ids(&before)).unwrap().changes;
    assert_eq!(made.len(), 1);
    let line = made.pop().unwrap().after().unwrap().clone();
    let at = Layer::BoundaryLine.def().index_of("name").unwrap();
    let fields = line.fields.clone().with(at, Some(Value::Text("老东西线".into())));
    before.apply(Revision(2), &[Change::insert(Record { fields, ..line })]).unwrap()
}

fn lines_of(settled: &Settled) -> Vec<&Change> {
    settled.carried.iter().filter(|change| change.layer() == Layer::BoundaryLine).collect()
}

#[test]
fn lines_follow_borders_that_arrive_and_what_people_entered_stays() {
    let before = with_line();
    for (carry_m, code) in [(Some(50.0), "530102001"), (Some(50.0), "530102001001")] {
        let settled = arrived(&before, code, BENT, carry_m);
        let [change] = lines_of(&settled)[..] else { panic!("{settled:#?}") };
        let line = change.after().unwrap();
        assert_eq!(line.label(), Some("老东西线"));
        let Some(Geometry::MultiLineString(parts)) = line.geometry.as_deref() else { panic!() };
        assert_eq!(parts.0.len(), 1);
        assert!(parts.0[0].0.contains(&at(2.0 + E, 1.0)), "{parts:?}");
        let told = settled.findings.iter().find(|finding| finding.rule == "border.line").unwrap();
        assert!(told.what.zh.contains("老东西线"), "{told:?}");
    }
}

#[test]
fn a_line_is_not_cut_short_by_an_outline_that_no_longer_fits() {
    let before = with_line();
    // Alone, the new outline shares nothing with the neighbour.
    let settled = arrived(&before, "530102001", BENT, None);
    assert!(lines_of(&settled).is_empty(), "{settled:#?}");
    let told: Vec<&str> = settled.findings.iter().map(|finding| finding.rule.as_str()).collect();
    assert!(told.contains(&"border.line_ended"), "{told:?}");
    // A third of the border still fits.
    let bent: &[(f64, f64)] = &[(0.0, 0.0), (2.0, 0.0), (2.0, 0.5), (2.0 + E, 1.0), (2.0, 2.0), (0.0, 2.0)];
    let east: &[(f64, f64)] = &[(2.0, 0.0), (4.0, 0.0), (4.0, 2.0), (2.0, 2.0), (2.0, 0.5)];
    let west: &[(f64, f64)] = &[(0.0, 0.0), (2.0, 0.0), (2.0, 0.5), (2.0, 2.0), (0.0, 2.0)];
    let fresh = snapshot(district(west, east));
    let options = DeriveOptions::new(DivisionLevel::Township, today());
    let made = derive(&fresh, &options, &mut ids(&fresh)).unwrap().changes;
    let kept = fresh.apply(Revision(2), &made).unwrap();
    let settled = arrived(&kept, "530102001", bent, None);
    assert!(lines_of(&settled).is_empty(), "{settled:#?}");
    let told: Vec<&str> = settled.findings.iter().map(|finding| finding.rule.as_str()).collect();
    assert!(told.contains(&"border.line_apart"), "{told:?}");
}

#[test]
fn a_county_that_arrives_says_which_towns_no_longer_fit() {
    let before = snapshot(district(WEST, EAST));
    let smaller = [(0.0, 0.0), (2.0, 0.0), (4.0 - E, 0.0), (4.0 - E, 2.0), (2.0, 2.0), (0.0, 2.0)];
    let settled = arrived(&before, "530102", &smaller, Some(50.0));
    let told = settled.findings.iter().find(|finding| finding.rule == "border.outside_parent");
    let told = told.unwrap_or_else(|| panic!("{settled:#?}"));
    assert!(told.what.zh.contains("530102002"), "{told:?}");
}

/// A strip along the parent's border: narrow it is a fault, wider a question, and ground of kilometres a division
/// that is not in the register.
#[test]
fn a_strip_along_the_parents_border_is_told_by_its_width() {
    let metre = 1.0 / 1_009.4; // of longitude at 25° N, in hundredths of a degree
    for (metres, wanted) in [
        (5.0, Some(Severity::Error)),
        (11.0, Some(Severity::Warning)),
        (45.0, Some(Severity::Warning)),
        (900.0, None),
    ] {
        let edge = 4.0 - metres * metre;
        let east = [(2.0, 0.0), (edge, 0.0), (edge, 2.0), (2.0, 2.0)];
        let found = seams(&snapshot(district(WEST, &east)));
        let strip = found.iter().find(|noticed| {
            noticed.finding.rule == "G02"
                && noticed.ground.as_ref().is_some_and(|g| g.kind == Kind::Uncovered)
        });
        assert_eq!(strip.map(|noticed| noticed.finding.severity), wanted, "{metres} m: {found:#?}");
        let width = strip.and_then(|noticed| noticed.ground.as_ref()).map(|ground| ground.width_m);
        assert!(width.is_none_or(|width| (width - metres).abs() < 0.05 * metres), "{metres} {width:?}");
    }
}

/// Ground between divisions of one level: wider than 10 m it is asked about, and not passed over.
#[test]
fn a_gap_of_eleven_metres_is_a_warning() {
    let wide = 11.0 / 1_009.4;
    let east = [(2.0, 0.0), (4.0, 0.0), (4.0, 2.0), (2.0, 2.0), (2.0 + wide, 1.5), (2.0 + wide, 0.5)];
    let gap = of_kind(&snapshot(district(WEST, &east)), Kind::Gap);
    assert_eq!(gap.finding.severity, Severity::Warning);
    assert!(gap.ground.as_ref().is_some_and(|ground| ground.width_m > 10.0), "{gap:?}");
}
