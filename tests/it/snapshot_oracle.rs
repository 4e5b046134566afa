//! Clever against naive: the snapshot against brute force.

use boundstone::model::{Change, Date, IdSource, Layer, Period, Record, RecordId, RecordKey, Revision};
use boundstone::snapshot::Snapshot;
use geo_types::{Coord, Geometry, LineString, MultiLineString, MultiPolygon, Point, Polygon, Rect};
use proptest::prelude::*;
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;

use crate::oracle::layer::NaiveLayer;

fn day(year: i16) -> Date {
    Date::new(year, 1, 1).unwrap()
}

/// A random record of a layer near Kunming; degenerate and missing geometries included.
fn record(layer: Layer, id: RecordId, rng: &mut ChaCha8Rng) -> Record {
    let mut record = Record::new(layer, id, Default::default());
    record.version = rng.random_range(1..3);
    record.code = (rng.random_range(0..4) > 0).then(|| rng.random_range(0..50u32).to_string().into());
    if rng.random_range(0..3) == 0 {
        let from = rng.random_range(1990..2020);
        record.valid = Period::new(Some(day(from)), Some(day(from + rng.random_range(1..40)))).unwrap();
    }
    let cell = |rng: &mut ChaCha8Rng| Coord {
        x: 102.0 + f64::from(rng.random_range(0..400)) / 128.0,
        y: 24.0 + f64::from(rng.random_range(0..400)) / 128.0,
    };
    let at = cell(rng);
    let near = |rng: &mut ChaCha8Rng| Coord {
        x: at.x + f64::from(rng.random_range(0..9)) / 128.0,
        y: at.y + f64::from(rng.random_range(0..9)) / 128.0,
    };
    record.geometry = match (layer, rng.random_range(0..12)) {
        (_, 0) => None,
        (Layer::Facility, _) => Some(Geometry::Point(Point(at))),
        (Layer::Road, n) => Some(Geometry::MultiLineString(MultiLineString(vec![LineString(
            (0..=n).map(|_| near(rng)).collect(),
        )]))),
        _ => {
            let shape = Rect::new(at, near(rng)).to_polygon();
            Some(Geometry::MultiPolygon(MultiPolygon(vec![shape])))
        }
    }
    .map(Into::into);
    record
}

fn sorted(records: Vec<&std::sync::Arc<Record>>) -> Vec<RecordKey> {
    let mut keys: Vec<_> = records.into_iter().map(|record| record.key()).collect();
    keys.sort_unstable();
    keys
}

fn assert_same(snapshot: &Snapshot, layer: Layer, naive: &NaiveLayer, rng: &mut ChaCha8Rng) {
    let view = snapshot.layer(layer);
    assert_eq!(view.iter().map(|r| r.key()).collect::<Vec<_>>(), naive.keys());
    assert_eq!(view.len(), naive.keys().len());
    for _ in 0..6 {
        let as_of = day(rng.random_range(1985..2065));
        assert_eq!(view.count(as_of), naive.count(as_of));
        let code = rng.random_range(0..52u32).to_string();
        let coded: Vec<_> = view.by_code(&code).map(|r| r.key()).collect();
        assert_eq!(coded, naive.by_code(&code));
        let at = Coord { x: rng.random_range(101.0..106.0), y: rng.random_range(23.0..28.0) };
        let size = rng.random_range(0.0..1.0);
        let window = Rect::new(at, Coord { x: at.x + size, y: at.y + size / 2.0 });
        assert_eq!(sorted(view.window(window)), naive.window(window));
        let area: Geometry = Polygon::new(
            LineString::from(vec![(at.x, at.y), (at.x + size, at.y + 0.1), (at.x, at.y + size)]),
            vec![],
        )
        .into();
        assert_eq!(sorted(view.intersecting(&area)), naive.intersecting(&area));
        let nearest = view.nearest(at, 7, as_of);
        let expected = naive.nearest(at, 7, as_of);
        assert_eq!(nearest.len(), expected.len());
        for (found, wanted) in nearest.iter().zip(&expected) {
            // The foot on a line is found on a local plane.
            let slack = if layer == Layer::Facility { 0.0 } else { 1e-3 + wanted.0 * 1e-3 };
            assert!((found.0 - wanted.0).abs() <= slack, "{} {}", found.0, wanted.0);
            assert!(found.1.key() == wanted.1 || slack > 0.0);
        }
        if let Some(last) = naive.keys().get(rng.random_range(0..naive.keys().len().max(1))) {
            assert_eq!(view.version(*last).map(|r| &**r), naive.get(*last));
            assert_eq!(view.iter_after(last.id).map(|r| r.key()).collect::<Vec<_>>(), naive.after(last.id));
            assert!(view.versions(last.id).all(|r| r.id == last.id));
        }
    }
}

/// A random batch: new rows, changed rows, rows taken away.
fn batch(layer: Layer, naive: &NaiveLayer, size: usize, seed: u64, rng: &mut ChaCha8Rng) -> Vec<Change> {
    let mut ids = IdSource::new(1_000, seed);
    let mut changes = Vec::new();
    let mut keys = naive.keys();
    for _ in 0..size {
        let old = (!keys.is_empty() && rng.random_range(0..3) > 0)
            .then(|| keys.swap_remove(rng.random_range(0..keys.len())))
            .and_then(|key| naive.get(key));
        changes.push(match old {
            None => Change::insert(record(layer, ids.next_id(), rng)),
            Some(old) if rng.random_range(0..2) == 0 => Change::delete(old.clone()),
            Some(old) => {
                let after = Record { version: old.version, ..record(layer, old.id, rng) };
                Change::update(old.clone(), after)
            }
        });
    }
    changes
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3, max_shrink_iters: 8, failure_persistence: None, ..Default::default() })]
    #[test]
    fn a_layer_answers_like_a_plain_map_through_any_edits(
        seed in any::<u64>(),
        start in prop_oneof![0usize..40, 2500usize..5000],
        sizes in prop::collection::vec(prop_oneof![1usize..5, 20usize..400, 1000usize..4000], 1..5),
    ) {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        for layer in [Layer::Facility, Layer::Road, Layer::Building] {
            let mut ids = IdSource::new(1, seed);
            let records: Vec<_> = (0..start).map(|_| record(layer, ids.next_id(), &mut rng)).collect();
            let mut naive = NaiveLayer::default();
            records.iter().for_each(|record| naive.put(record.clone()));
            let mut snapshot = Snapshot::build(Revision(1), records);
            assert_same(&snapshot, layer, &naive, &mut rng);
            for (at, size) in sizes.iter().enumerate() {
                let changes = batch(layer, &naive, *size, at as u64, &mut rng);
                let (before, kept) = (snapshot.clone(), naive.clone());
                changes.iter().for_each(|change| naive.apply(change));
                snapshot = snapshot.apply(Revision(2 + at as u64), &changes).unwrap();
                assert_same(&snapshot, layer, &naive, &mut rng);
                assert_same(&before, layer, &kept, &mut rng);
                // what does not fit is refused: all of it once more
                prop_assert!(snapshot.apply(Revision(0), &changes).is_err()
                    || changes.iter().all(|change| change.op() == boundstone::model::Op::Update));
            }
        }
    }
}
