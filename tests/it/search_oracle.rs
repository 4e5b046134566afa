//! Search by name and adjacency against asking every record.

use std::collections::HashSet;
use std::sync::Arc;

use boundstone::model::layers::{Division, DivisionLevel, Place};
use boundstone::model::{Change, Date, IdSource, Layer, Record, RecordKey, Revision};
use boundstone::snapshot::{HitKind, Snapshot};
use geo_types::{Coord, Geometry, MultiPolygon, Rect};
use proptest::prelude::*;
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;

/// Short names of few letters, so that queries hit; some have no code, some no name but a code.
fn record(ids: &mut IdSource, rng: &mut ChaCha8Rng) -> Record {
    let letters = ['华', '山', '街', 'A', 'b', '１'];
    let word = |rng: &mut ChaCha8Rng| -> String {
        (0..rng.random_range(1..6)).map(|_| letters[rng.random_range(0..letters.len())]).collect()
    };
    let mut record = if rng.random_range(0..2) == 0 {
        Record::of(ids.next_id(), Division::named(&word(rng), DivisionLevel::Community))
    } else {
        Record::new(Layer::Place, ids.next_id(), Default::default())
    };
    if record.layer == Layer::Place && rng.random_range(0..4) > 0 {
        let at = Layer::Place.def().index_of("name").unwrap();
        record.fields = record.fields.with(at, Some(boundstone::model::Value::Text(word(rng).into())));
        assert!(record.read::<Place>().is_ok());
    }
    record.code = (rng.random_range(0..3) > 0).then(|| format!("53{}", rng.random_range(0..300)).into());
    record
}

fn fold(text: &str) -> String {
    text.replace('１', "1").to_ascii_lowercase()
}

fn naive(records: &[Record], query: &str, limit: usize) -> (usize, Vec<(HitKind, RecordKey)>) {
    let query = fold(query);
    let kind = |record: &Record| {
        let code = record.code.as_deref().map(fold).unwrap_or_default();
        let name = record.label().map(fold).unwrap_or_default();
        let found = [
            (code == query, HitKind::Code),
            (name == query, HitKind::Exact),
            (code.starts_with(&query) || name.starts_with(&query), HitKind::Prefix),
            (code.contains(&query) || name.contains(&query), HitKind::Infix),
        ];
        found.into_iter().find(|(holds, _)| *holds).map(|(_, kind)| kind)
    };
    let length = |record: &Record| {
        let (name, code) = (record.label().map(fold), record.code.as_deref().map(fold));
        code.clone().map_or(0, |c| c.len()) + if name == code { 0 } else { name.map_or(0, |n| n.len()) + 1 }
    };
    let mut hits: Vec<_> =
        records.iter().filter_map(|r| Some((kind(r)?, length(r), r.layer, r.key()))).collect();
    hits.sort_unstable();
    let total = hits.len();
    (total, hits.into_iter().take(limit).map(|(kind, _, _, key)| (kind, key)).collect())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..Default::default() })]
    #[test]
    fn search_finds_what_asking_every_record_finds(seed in any::<u64>(), count in 0usize..3000) {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut ids = IdSource::new(1, seed);
        let mut records: Vec<_> = (0..count).map(|_| record(&mut ids, &mut rng)).collect();
        let mut snapshot = Snapshot::build(Revision(1), records.clone());
        let layers = [Layer::Division, Layer::Place];
        for round in 0..3 {
            for query in ["华", "华山", "a", "AB1", "53", "5312", "531", "山街华", "没有", "1", "b山"] {
                for limit in [0, 1, 7, 10_000] {
                    let found = snapshot.search(query, &layers, limit, |_| true);
                    let (total, hits) = naive(&records, query, limit);
                    prop_assert_eq!(found.total, Some(total));
                    let found: Vec<_> = found.hits.iter().map(|h| (h.kind, h.record.key())).collect();
                    prop_assert_eq!(found, hits, "{} {}", query, limit);
                }
            }
            let new = record(&mut ids, &mut rng);
            records.push(new.clone());
            let mut changes = vec![Change::insert(new)];
            if records.len() > 3 {
                changes.push(Change::delete(records.swap_remove(round)));
            }
            snapshot = snapshot.apply(Revision(2), &changes).unwrap();
        }
    }
}

#[test]
fn a_query_that_everything_has_is_answered_without_a_total() {
    let mut ids = IdSource::new(1, 1);
    let records = (0..20_000).map(|n| {
        let mut record =
            Record::of(ids.next_id(), Division::named(&format!("第{n}村"), DivisionLevel::Community));
        record.code = Some(format!("{n:05}").into());
        record
    });
    let snapshot = Snapshot::build(Revision(1), records);
    let found =
        snapshot.search("村", &[Layer::Division], 5, |record| record.code.as_deref() > Some("00003"));
    assert_eq!(found.total, None);
    let names: Vec<_> = found.hits.iter().map(|hit| hit.record.label().unwrap()).collect();
    assert_eq!(names, ["第4村", "第5村", "第6村", "第7村", "第8村"]);
    let found = snapshot.search("００１２３", Layer::ALL, 5, |_| true);
    assert_eq!((found.total, found.hits[0].kind), (Some(1), HitKind::Code));
}

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
