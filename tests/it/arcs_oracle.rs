//! Arcs of a level kept in step with changes, against arcs built from nothing after each of them.

use std::sync::Arc;

use boundstone::boundary::editing::{Action, Asked, Target, plan};
use boundstone::model::layers::{Division, DivisionLevel};
use boundstone::model::{
    Change, Date, GeometryKind, IdSource, Layer, Period, Record, RecordId, Revision, geometry,
};
use boundstone::snapshot::{ArcSide, LevelArcs, Snapshot};
use geo_types::{Coord, Geometry, LineString, MultiPolygon, Polygon};
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

fn day(year: i16) -> Date {
    Date::new(year, 1, 1).unwrap()
}

type Listed = Vec<(Vec<[u64; 2]>, [bool; 2], Vec<ArcSide>)>;

fn listed(arcs: &LevelArcs) -> Listed {
    let bits = |c: &Coord| [(c.x + 0.0).to_bits(), (c.y + 0.0).to_bits()];
    let one = |arc: &Arc<boundstone::snapshot::BorderArc>| {
        (arc.points().iter().map(bits).collect(), arc.nodes(), arc.sides().to_vec())
    };
    let mut all: Listed = arcs.iter().map(one).collect();
    all.sort();
    assert_eq!(all.len(), arcs.len());
    assert_eq!(all.iter().map(|(points, ..)| points.len()).sum::<usize>(), arcs.vertices());
    all
}

fn assert_in_step(snapshot: &Snapshot, days: &[Date], what: &str) {
    for level in DivisionLevel::ALL {
        for day in days {
            let rows = snapshot.layer(Layer::Division).iter();
            let held = rows.filter(|r| r.valid.contains(*day) && r.text("level") == Some(level.code()));
            let scratch =
                LevelArcs::of_areas(held.filter_map(|record| Some((record.id, record.geometry.as_deref()?))));
            let kept = snapshot.arcs(*level, *day);
            assert_eq!(listed(&kept), listed(&scratch), "{what} {level:?} {day:?}");
            for id in scratch.iter().flat_map(|arc| arc.sides()).map(|side| side.id) {
                assert_eq!(kept.of(id), scratch.of(id), "{what}");
            }
        }
    }
}

/// Rings of few places on a small lattice: spikes, repeated vertices, overlaps, rings of one and two vertices,
/// rings that touch themselves, duplicates.
fn scrawl(rng: &mut ChaCha8Rng) -> Geometry {
    let at = [rng.random_range(0..6), rng.random_range(0..6)];
    let place = |rng: &mut ChaCha8Rng| Coord {
        x: f64::from(at[0] + rng.random_range(0..4)),
        y: -f64::from(at[1] + rng.random_range(-1..3)),
    };
    let ring = |rng: &mut ChaCha8Rng| -> LineString {
        if rng.random_range(0..3) == 0 {
            return (0..rng.random_range(1..9)).map(|_| place(rng)).collect();
        }
        let (a, b) = (place(rng), place(rng));
        LineString(vec![a, Coord { x: b.x, y: a.y }, b, Coord { x: a.x, y: b.y }])
    };
    let parts = (0..rng.random_range(1..3)).map(|_| {
        let holes = (0..rng.random_range(0..2)).map(|_| ring(rng)).collect();
        Polygon::new(ring(rng), holes)
    });
    Geometry::MultiPolygon(MultiPolygon(parts.collect()))
}

fn scrawled(ids: &mut IdSource, rng: &mut ChaCha8Rng) -> Record {
    let level = if rng.random_range(0..4) == 0 { DivisionLevel::County } else { DivisionLevel::Township };
    let mut record = Record::of(ids.next_id(), Division::named("某", level));
    record.geometry = (rng.random_range(0..9) > 0).then(|| Arc::new(scrawl(rng)));
    if rng.random_range(0..3) == 0 {
        let from = rng.random_range(1990..2020);
        record.valid = Period::new(Some(day(from)), Some(day(from + rng.random_range(1..40)))).unwrap();
    }
    record
}

#[test]
fn whatever_is_scrawled_arcs_stay_in_step() {
    for seed in 0..8 {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut ids = IdSource::new(1, seed);
        let records: Vec<Record> = (0..40).map(|_| scrawled(&mut ids, &mut rng)).collect();
        let mut snapshot = Snapshot::build(Revision(1), records);
        let days = [day(2000), day(2030)];
        assert_in_step(&snapshot, &days, "at first");
        for step in 0..15 {
            let rows: Vec<Record> =
                snapshot.layer(Layer::Division).iter().map(|r| Record::clone(r)).collect();
            let mut changes: Vec<Change> = Vec::new();
            for _ in 0..rng.random_range(1..4) {
                let old = rows[rng.random_range(0..rows.len())].clone();
                if changes.iter().any(|change| change.key() == old.key()) {
                    continue;
                }
                let mut new = Record { id: old.id, version: old.version, ..scrawled(&mut ids, &mut rng) };
                match rng.random_range(0..6) {
                    0 => changes.push(Change::insert(scrawled(&mut ids, &mut rng))),
                    1 => changes.push(Change::delete(old)),
                    2 => {
                        // The old version ends, another one begins.
                        let Ok(ended) = Period::new(old.valid.from(), Some(day(2025))) else { continue };
                        new.version = old.version + 100;
                        new.valid = Period::new(Some(day(2025)), None).unwrap();
                        changes.push(Change::update(old.clone(), Record { valid: ended, ..old }));
                        if rows.iter().all(|row| row.key() != new.key()) {
                            changes.push(Change::insert(new));
                        }
                    }
                    3 => {
                        // Nothing but a name.
                        changes.push(Change::update(old.clone(), Record { code: Some("1".into()), ..old }));
                    }
                    _ => changes.push(Change::update(old, new)),
                }
            }
            let before = snapshot.clone();
            snapshot = before.apply(Revision(step + 2), &changes).unwrap();
            assert_in_step(&snapshot, &days, &format!("seed {seed} step {step}"));
            if step % 5 == 4 {
                let back: Vec<Change> = changes.into_iter().rev().map(Change::inverse).collect();
                let undone = snapshot.apply(Revision(step + 3), &back).unwrap();
                assert_in_step(&undone, &days, &format!("seed {seed} step {step} undone"));
                assert_eq!(
                    listed(&undone.arcs(DivisionLevel::Township, days[0])),
                    listed(&before.arcs(DivisionLevel::Township, days[0]))
                );
            }
        }
    }
}

/// A place in hundredths of a degree.
fn at(x: f64, y: f64) -> Coord {
    geometry::round(Coord { x: 102.0 + x / 100.0, y: 25.0 + y / 100.0 })
}

/// A square with a vertex at every unit.
fn square(number: u128, code: &str, level: DivisionLevel, [x, y, size]: [i32; 3]) -> Record {
    let place = |k: i32| match (k / size, k % size) {
        (0, along) => (x + along, y),
        (1, along) => (x + size, y + along),
        (2, along) => (x + size - along, y + size),
        (_, along) => (x, y + size - along),
    };
    let ring: LineString = (0..4 * size).map(place).map(|(x, y)| at(x.into(), y.into())).collect();
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
    let shape = geometry::settle(Polygon::new(ring, Vec::new()).into(), GeometryKind::Area).unwrap();
    record.geometry = Some(Arc::new(shape));
    record
}

/// A county of four towns of nine communities each.
fn district() -> Vec<Record> {
    use DivisionLevel::{Community, County, Township};
    let mut all = vec![square(1, "530102", County, [0, 0, 12])];
    for town in 0..4 {
        let code = format!("53010200{}", town + 1);
        let (x, y) = (town % 2 * 6, town / 2 * 6);
        all.push(square(100 + town as u128, &code, Township, [x, y, 6]));
        for part in 0..9 {
            let own = [x + part % 3 * 2, y + part / 3 * 2, 2];
            let number = 1_000 + (town * 9 + part) as u128;
            all.push(square(number, &format!("{code}00{}", part + 1), Community, own));
        }
    }
    all
}

/// One thing that a person may do to communities, and its name.
fn deed(snapshot: &Snapshot, rng: &mut ChaCha8Rng) -> (&'static str, Action) {
    let today = day(2026);
    let communities: Vec<&Arc<Record>> = snapshot
        .layer(Layer::Division)
        .iter()
        .filter(|r| r.text("level") == Some(DivisionLevel::Community.code()) && r.valid.contains(today))
        .collect();
    let one = communities[rng.random_range(0..communities.len())];
    let Some(Geometry::MultiPolygon(parts)) = one.geometry.as_deref() else { panic!() };
    let ring = &parts.0[0].exterior().0;
    let place = rng.random_range(0..ring.len() - 1);
    let (here, next) = (ring[place], ring[place + 1]);
    let nudge = |rng: &mut ChaCha8Rng| Coord {
        x: f64::from(rng.random_range(-4..=4)) * 1e-3,
        y: f64::from(rng.random_range(-4..=4)) * 1e-3,
    };
    let near = snapshot.layer(Layer::Division).adjacent(one, today);
    let other = near.first().map_or(one.id, |record| record.id);
    match rng.random_range(0..6) {
        0 => ("move", Action::Move { at: here, to: geometry::round(here + nudge(rng)) }),
        1 => {
            let at = geometry::round((here + next) / 2.0 + nudge(rng) / 10.0);
            ("insert", Action::Insert { edge: [here, next], at })
        }
        2 => ("delete", Action::Delete { at: here }),
        3 => {
            let middle = ring[..ring.len() - 1].iter().fold(Coord { x: 0.0, y: 0.0 }, |sum, c| sum + *c)
                / (ring.len() - 1) as f64;
            let (way, off) = (Coord { x: 0.05, y: 0.013 }, nudge(rng));
            let line = LineString(vec![middle - way + off, middle + way - off]);
            let split =
                Action::Split { division: one.id.into(), line, name: "新社区".to_owned(), code: None };
            ("split", split)
        }
        4 => {
            let divisions: Vec<Target> = vec![one.id.into(), other.into()];
            ("merge", Action::Merge { divisions })
        }
        _ => {
            let (a, b) = (here - Coord { x: 0.006, y: 0.006 }, here + Coord { x: 0.006, y: 0.006 });
            let piece = geo_types::Rect::new(a, b).to_polygon();
            ("hand over", Action::HandOver { from: one.id.into(), to: other.into(), piece })
        }
    }
}

#[test]
fn what_people_do_to_borders_and_undo_keeps_arcs_in_step() {
    let days = [day(2026), day(2010)];
    let mut done: std::collections::BTreeMap<&str, usize> = Default::default();
    for seed in 0..4 {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut snapshot = Snapshot::build(Revision(1), district());
        let mut ids = IdSource::new(7, seed);
        assert_in_step(&snapshot, &days, "at first");
        let mut past: Vec<Vec<Change>> = Vec::new();
        for step in 0..30 {
            let revision = Revision(step + 2);
            if rng.random_range(0..8) == 0
                && let Some(last) = past.pop()
            {
                let back: Vec<Change> = last.into_iter().rev().map(Change::inverse).collect();
                snapshot = snapshot.apply(revision, &back).unwrap();
                *done.entry("undo").or_default() += 1;
            } else if rng.random_range(0..12) == 0 {
                // An import: a division arrives with another outline, whatever its neighbours think.
                let rows: Vec<&Arc<Record>> = snapshot.layer(Layer::Division).iter().collect();
                let old = Record::clone(rows[rng.random_range(0..rows.len())]);
                let moved = [rng.random_range(0..10), rng.random_range(0..10), 3];
                let shape = square(1, "530102", DivisionLevel::County, moved).geometry;
                let change = Change::update(old.clone(), Record { geometry: shape, ..old });
                snapshot = snapshot.apply(revision, std::slice::from_ref(&change)).unwrap();
                past.push(vec![change]);
                *done.entry("import").or_default() += 1;
            } else {
                let (what, action) = deed(&snapshot, &mut rng);
                let from = (rng.random_range(0..3) == 0).then(|| day(2020));
                let asked = Asked { day: day(2026), from, actions: vec![action] };
                let Ok(planned) = plan(&snapshot, &asked, &mut ids) else { continue };
                snapshot = snapshot.apply(revision, &planned.changes).unwrap();
                past.push(planned.changes);
                *done.entry(what).or_default() += 1;
            }
            assert_in_step(&snapshot, &days, &format!("seed {seed} step {step}"));
        }
    }
    for what in ["move", "insert", "delete", "split", "merge", "hand over", "undo", "import"] {
        assert!(done.get(what).is_some_and(|count| *count > 0), "{what}: {done:?}");
    }
}
