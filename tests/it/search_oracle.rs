//! Search by name and pinyin, and adjacency, against asking every record.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use boundstone::model::layers::{Division, DivisionLevel};
use boundstone::model::{Change, Date, IdSource, Layer, Record, RecordKey, Revision, Value};
use boundstone::snapshot::{HitKind, Snapshot};
use geo_types::{Coord, Geometry, MultiPolygon, Rect};
use proptest::prelude::*;
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;

/// The letters of names and their syllables, without and with tones.
const LETTERS: &[(char, &str, &str)] = &[
    ('华', "hua", "huá"),
    ('山', "shan", "shān"),
    ('街', "jie", "jiē"),
    ('安', "an", "ān"),
    ('A', "", ""),
    ('b', "", ""),
    ('１', "", ""),
];

/// Short names of few letters, so that queries hit; some have no code, some no name but a code, some pinyin.
fn record(ids: &mut IdSource, rng: &mut ChaCha8Rng) -> Record {
    let word: String =
        (0..rng.random_range(1..6)).map(|_| LETTERS[rng.random_range(0..LETTERS.len())].0).collect();
    let set = |record: &mut Record, field: &str, text: &str| {
        let at = record.layer.def().index_of(field).unwrap();
        record.fields = record.fields.with(at, Some(Value::Text(text.into())));
    };
    let named = rng.random_range(0..4) > 0;
    let mut record = match rng.random_range(0..4) {
        0 | 1 => Record::of(ids.next_id(), Division::named(&word, DivisionLevel::Community)),
        2 => Record::new(Layer::Place, ids.next_id(), Default::default()),
        _ => Record::new(Layer::Sign, ids.next_id(), Default::default()),
    };
    if named && record.layer != Layer::Division {
        let field = if record.layer == Layer::Place { "name" } else { "text" };
        set(&mut record, field, &word);
    }
    if (named || record.layer == Layer::Division)
        && rng.random_range(0..3) > 0
        && let Some(syllables) = syllables(&word)
    {
        let toned = record.layer == Layer::Division && rng.random_range(0..2) == 0;
        let mut pinyin = String::new();
        for (plain, tones) in syllables {
            let next = if toned { tones } else { plain };
            let mut letters = next.chars();
            match rng.random_range(0..3) {
                0 => pinyin.push(' '),
                1 => pinyin.push('\''),
                _ if plain.starts_with('a') => pinyin.push('’'),
                _ => {}
            }
            if rng.random_range(0..3) == 0 {
                pinyin.extend(letters.next().into_iter().flat_map(char::to_uppercase));
            }
            pinyin.extend(letters);
        }
        set(&mut record, if toned { "pinyin_toned" } else { "roman" }, &pinyin);
    }
    record.code = (rng.random_range(0..3) > 0).then(|| format!("53{}", rng.random_range(0..300)).into());
    record
}

/// The syllables of a name, if all its letters have one.
fn syllables(name: &str) -> Option<Vec<(&'static str, &'static str)>> {
    let of =
        |c: char| LETTERS.iter().find(|(letter, ..)| *letter == c).map(|(_, plain, tones)| (*plain, *tones));
    name.chars().map(|c| of(c).filter(|(plain, _)| !plain.is_empty())).collect()
}

fn fold(text: &str) -> String {
    text.replace('１', "1").to_ascii_lowercase()
}

/// A query in Latin letters, bare.
fn bare(query: &str) -> Option<String> {
    let mut text = query.to_lowercase().replace([' ', '\''], "");
    for (_, plain, toned) in LETTERS.iter().filter(|(_, plain, _)| !plain.is_empty()) {
        text = text.replace(toned, plain);
    }
    let fits = text.len() > 1 && text.is_ascii() && text.starts_with(char::is_alphabetic);
    fits.then_some(text)
}

/// How well the pinyin of a record answers a query.
fn sound(record: &Record, query: &str) -> Option<HitKind> {
    let query = bare(query)?;
    record.text("roman").or(record.text("pinyin_toned").filter(|_| record.layer == Layer::Division))?;
    let syllables: Vec<&str> = syllables(record.label()?)?.into_iter().map(|(plain, _)| plain).collect();
    let initials: String = syllables.iter().map(|syllable| &syllable[..1]).collect();
    let from = |at: usize| syllables[at..].concat();
    let found = [
        (from(0) == query, HitKind::Pinyin),
        (from(0).starts_with(&query) || initials == query, HitKind::PinyinPrefix),
        (
            initials.starts_with(&query) || (0..syllables.len()).any(|at| from(at).starts_with(&query)),
            HitKind::PinyinInfix,
        ),
        (query.len() > 2 && left_out(&syllables).any(|some| some.concat() == query), HitKind::Loose),
        (
            query.len() > 2
                && syllables.len() <= query.len() + 2
                && left_out(&syllables).any(|some| some.iter().map(|s| &s[..1]).collect::<String>() == query),
            HitKind::Loose,
        ),
    ];
    found.into_iter().find(|(holds, _)| *holds).map(|(_, kind)| kind)
}

/// All choices of syllables, in order, that have the first and the last.
fn left_out<'a>(syllables: &'a [&'a str]) -> impl Iterator<Item = Vec<&'a str>> {
    let (count, ends) = (syllables.len(), 1 | 1 << (syllables.len() - 1));
    let chosen = (0..1_u32 << count).filter(move |bits| bits & ends == ends);
    chosen.map(move |bits| (0..count).filter(|at| bits & 1 << at != 0).map(|at| syllables[at]).collect())
}

/// Whether a name has all characters of a query in order and its last one at the end: the longest common
/// subsequence of both is the query.
fn loose(name: &str, query: &str) -> bool {
    let (name, query): (Vec<char>, Vec<char>) = (name.chars().collect(), query.chars().collect());
    let ends = query.last().is_some_and(|c| !c.is_ascii() && name.last() == Some(c));
    let mut longest = vec![vec![0; query.len() + 1]; name.len() + 1];
    for (i, a) in name.iter().enumerate() {
        for (j, b) in query.iter().enumerate() {
            longest[i + 1][j + 1] =
                if a == b { longest[i][j] + 1 } else { longest[i][j + 1].max(longest[i + 1][j]) };
        }
    }
    ends && query.len() > 2 && longest[name.len()][query.len()] == query.len()
}

type Line = (HitKind, RecordKey, usize);

/// All hits in order, the same ones once with their number.
fn naive(records: &[Record], query: &str) -> (usize, Vec<Line>) {
    let (asked, query) = (query, fold(query));
    let kind = |record: &Record| {
        let code = record.code.as_deref().map(fold).unwrap_or_default();
        let name = record.label().map(fold).unwrap_or_default();
        let found = [
            (code == query, HitKind::Code),
            (name == query, HitKind::Exact),
            (code.starts_with(&query) || name.starts_with(&query), HitKind::Prefix),
            (code.contains(&query) || name.contains(&query), HitKind::Infix),
            (loose(&name, &query), HitKind::Loose),
        ];
        let written = found.into_iter().find(|(holds, _)| *holds).map(|(_, kind)| kind);
        written.into_iter().chain(sound(record, asked)).min()
    };
    let named = |record: &Record| record.label().is_some() && record.label() != record.code.as_deref();
    let weight = |record: &Record| match record.layer {
        Layer::Division => 0,
        Layer::Place => 1,
        _ => 2,
    };
    let length = |record: &Record| record.label().map_or(0, |label| fold(label).len());
    let mut hits: Vec<_> = records
        .iter()
        .filter_map(|r| Some((kind(r)?, !named(r), weight(r), length(r), r.layer, r.key(), r.label())))
        .collect();
    hits.sort_unstable();
    let mut lines: Vec<Line> = Vec::new();
    let mut signs: HashMap<(HitKind, Option<&str>), usize> = HashMap::new();
    for (kind, _, _, _, layer, key, label) in hits {
        match signs.get(&(kind, label)) {
            Some(at) if layer == Layer::Sign && label.is_some() => lines[*at].2 += 1,
            _ => {
                if layer == Layer::Sign {
                    signs.insert((kind, label), lines.len());
                }
                lines.push((kind, key, 1));
            }
        }
    }
    (lines.len(), lines)
}

const QUERIES: &[&str] = &[
    "华",
    "华山",
    "a",
    "AB1",
    "53",
    "5312",
    "531",
    "山街华",
    "没有",
    "1",
    "b山",
    "a华山",
    "华安山街",
    "huashan",
    "Hua Shan",
    "Shān",
    "hs",
    "h'a",
    "anhua",
    "as",
    "sh",
    "huá'ān",
    "an",
    "5a",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..Default::default() })]
    #[test]
    fn search_finds_what_asking_every_record_finds(seed in any::<u64>(), count in 0usize..3000) {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut ids = IdSource::new(1, seed);
        let mut records: Vec<_> = (0..count).map(|_| record(&mut ids, &mut rng)).collect();
        let mut snapshot = Snapshot::build(Revision(1), records.clone());
        let layers = [Layer::Division, Layer::Place, Layer::Sign];
        for round in 0..3 {
            for query in QUERIES {
                let (total, all) = naive(&records, query);
                for limit in [0, 1, 7, 10_000] {
                    let found = snapshot.search(query, &layers, limit, |_| true);
                    prop_assert_eq!(found.total, Some(total));
                    let found: Vec<_> =
                        found.hits.iter().map(|h| (h.kind, h.record.key(), h.same.unwrap())).collect();
                    prop_assert_eq!(found, &all[..limit.min(total)], "{} {}", query, limit);
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
