//! Adjacency, against asking every record.

use std::collections::HashSet;
use std::sync::Arc;

use boundstone::model::layers::{Division, DivisionLevel};
use boundstone::model::{Date, IdSource, Layer, Record, RecordKey, Revision};
use boundstone::snapshot::Snapshot;
use geo_types::{Coord, Geometry, MultiPolygon, Rect};
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

#[test]
fn areas_that_share_an_edge_are_adjacent() {
    let mut ids = IdSource::new(1, 1);
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let cell = |n: i32| {
        Rect::new((f64::from(n % 8), f64::from(n / 8)), (f64::from(n % 8 + 1), f64::from(n / 8 + 1)))
    };
    let mut records: Vec<Record> = (0..64)
        .map(|n| {
            let level = if n == 9 { DivisionLevel::County } else { DivisionLevel::Community };
            let mut record = Record::of(ids.next_id(), Division::named("某", level));
            record.geometry =
                Some(Arc::new(Geometry::MultiPolygon(MultiPolygon(vec![cell(n).to_polygon()]))));
            record
        })
        .collect();
    let keys: Vec<RecordKey> = records.iter().map(Record::key).collect();
    records.swap(rng.random_range(0..64), 40);
    let snapshot = Snapshot::build(Revision(1), records);
    let view = snapshot.layer(Layer::Division);
    for n in 0..64i32 {
        let beside = |m: i32| (n % 8 - m % 8).abs() + (n / 8 - m / 8).abs() == 1 && (n == 9) == (m == 9);
        let expected: HashSet<_> = (0..64).filter(|m| beside(*m)).map(|m| keys[m as usize]).collect();
        let record = view.version(keys[n as usize]).unwrap();
        let found = view.adjacent(record, Date::new(2026, 1, 1).unwrap());
        assert_eq!(found.iter().map(|r| r.key()).collect::<HashSet<_>>(), expected, "{n}");
    }
    let corner = Coord { x: 0.5, y: 0.5 };
    assert_eq!(snapshot.locate(corner, Date::new(2026, 1, 1).unwrap())[0].key(), keys[0]);
}
