//! Promises on searching 620,573 names: every kind of query together, the index, a change set; SQLite's FTS5 with
//! prepared characters and pinyin is asked the same in the same run, as far as it can answer.

use boundstone::model::layers::{Division, DivisionLevel};
use boundstone::model::{Change, Date, IdSource, Layer, Record, Revision};
use boundstone::names::search::{Ask, Directory};
use boundstone::names::spelling::{Class, Speller};
use boundstone::snapshot::Snapshot;
use rusqlite::Connection;

use crate::report::{Better, Report};
use crate::snapshot::{cpu_seconds, shared, today};

/// Runs them.
pub fn run(report: &mut Report) {
    let all =
        ["search.620k_p50", "search.620k_p99", "search.620k_build", "search.620k_memory", "search.620k_edit"];
    if all.iter().any(|name| report.wants(name)) {
        search(report);
    }
}

/// The 620,573 village names, or made ones.
pub fn villages() -> Vec<(String, String)> {
    let file = "data/division-codes-to-village/package/dist/villages.csv.gz";
    let Some(path) = shared(file) else {
        eprintln!("{file} is not here: made names instead");
        return (0..620_573).map(|n| (format!("53{n:010}"), format!("第{n}村民委员会"))).collect();
    };
    let mut rows = csv::Reader::from_reader(flate2::read::GzDecoder::new(std::fs::File::open(path).unwrap()));
    rows.records().map(|row| row.unwrap()).map(|row| (row[0].to_owned(), row[1].to_owned())).collect()
}

/// Queries of each kind.
const EACH: usize = 60;

/// A query, and how FTS5 is asked for the same, where it can be.
struct Query {
    text: String,
    peer: Option<String>,
}

fn apart(text: &str) -> String {
    text.chars().map(|c| c.to_string()).collect::<Vec<_>>().join(" ")
}

fn core(name: &str) -> &str {
    let ends = ["社区居民委员会", "社区居委会", "居民委员会", "居委会", "村民委员会", "村委会", "社区"];
    ends.iter().find_map(|end| name.strip_suffix(end)).filter(|core| core.chars().count() > 1).unwrap_or(name)
}

/// Queries of all kinds, made of names that lie evenly in the table.
fn queries(names: &[(String, String)], speller: Speller<'_>) -> Vec<Query> {
    let mut all = Vec::new();
    for name in names.iter().step_by(names.len() / EACH).map(|(_, name)| name.as_str()) {
        let core = core(name);
        let letters: Vec<char> = core.chars().collect();
        let two: String = letters.iter().take(2).collect();
        let last: String = letters.iter().rev().take(2).rev().collect();
        let said = speller.spell(core, Some(Class::Village), None);
        let syllables: Vec<String> =
            said.syllables.iter().map(|one| speller_letters(one)).filter(|one| !one.is_empty()).collect();
        let pinyin = syllables.concat();
        let mut wrong = letters.clone();
        wrong[letters.len() / 2] = '永';
        let mut slip = pinyin.clone();
        if slip.len() > 3 {
            slip.remove(2);
        }
        let phrase = |text: &str| Some(format!("name:\"{}\"", apart(text)));
        let said_phrase = Some(format!("pinyin:\"{}\"", syllables.join(" ")));
        for (text, peer) in [
            (name.to_owned(), phrase(name)),
            (core.to_owned(), phrase(core)),
            (two.clone(), phrase(&two)),
            (last.clone(), phrase(&last)),
            (pinyin, said_phrase),
            (syllables.iter().filter_map(|one| one.chars().next()).collect(), None),
            (wrong.into_iter().collect(), None),
            (slip, None),
            (format!("{}{}", syllables[0], letters.iter().skip(1).collect::<String>()), None),
        ] {
            all.push(Query { text, peer });
        }
    }
    all
}

fn speller_letters(syllable: &str) -> String {
    use boundstone::names::spelling::toneless;
    toneless(syllable).replace('ü', "u").chars().filter(char::is_ascii_alphabetic).collect()
}

/// Milliseconds of CPU of each run of some work, rising.
fn times(count: usize, mut work: impl FnMut(usize)) -> Vec<f64> {
    let mut times: Vec<f64> = (0..count)
        .map(|at| {
            let start = cpu_seconds();
            work(at);
            (cpu_seconds() - start) * 1e3
        })
        .collect();
    times.sort_unstable_by(f64::total_cmp);
    times
}

/// FTS5 over characters and syllables, each a token.
fn fts5(names: &[(String, String)], speller: Speller<'_>) -> Connection {
    let db = Connection::open_in_memory().unwrap();
    db.execute_batch("CREATE VIRTUAL TABLE names USING fts5(code UNINDEXED, name, pinyin); BEGIN").unwrap();
    let mut insert = db.prepare("INSERT INTO names VALUES (?1, ?2, ?3)").unwrap();
    for (code, name) in names {
        let said = speller.spell(core(name), Some(Class::Village), None).syllables;
        let said: Vec<String> = said.iter().map(|one| speller_letters(one)).collect();
        insert.execute((code, apart(name), said.join(" "))).unwrap();
    }
    drop(insert);
    db.execute_batch("COMMIT").unwrap();
    db
}

fn search(report: &mut Report) {
    let mut ids = IdSource::new(1, 1);
    let names = villages();
    let speller = Speller::standard().unwrap();
    let records = names.iter().map(|(code, name)| {
        let mut record = Record::of(ids.next_id(), Division::named(name, DivisionLevel::Community));
        record.code = Some(code.as_str().into());
        record
    });
    let snapshot = Snapshot::build(Revision(1), records.collect::<Vec<_>>());
    let start = std::time::Instant::now();
    let directory = Directory::build(&snapshot).unwrap();
    let built = start.elapsed().as_secs_f64();
    let note = format!("{} names", names.len());
    report.add("search.620k_build", built, "s", Better::Lower, ("promise", Some(30.0)), &note);
    let size = directory.bytes() as f64 / 1e6;
    report.add("search.620k_memory", size, "MB", Better::Lower, ("promise", Some(500.0)), &note);
    let queries = queries(&names, speller);
    let as_of: Date = today();
    let find = |at: usize| {
        let ask = Ask { text: &queries[at].text, near: None, limit: 10, as_of, layers: Layer::ALL };
        std::hint::black_box(directory.search(&snapshot, ask, |_| true).unwrap().len());
    };
    let ours = times(queries.len(), find);
    let db = fts5(&names, speller);
    let can: Vec<&str> = queries.iter().filter_map(|query| query.peer.as_deref()).collect();
    let mut select =
        db.prepare("SELECT code FROM names WHERE names MATCH ?1 ORDER BY rank LIMIT 10").unwrap();
    let peer = times(can.len(), |at| {
        let rows = select.query_map([can[at]], |row| row.get::<_, String>(0)).unwrap();
        std::hint::black_box(rows.count());
    });
    let at = |times: &[f64], part: f64| times[((times.len() - 1) as f64 * part) as usize];
    for (name, part) in [("search.620k_p50", 0.5), ("search.620k_p99", 0.99)] {
        let note = format!("{} queries of 9 kinds, {note}; FTS5 can answer {}", queries.len(), can.len());
        let peer = ("SQLite FTS5, prepared characters and pinyin", Some(at(&peer, part)));
        report.add(name, at(&ours, part), "ms", Better::Lower, peer, &note);
    }
    edit(report, &snapshot, &directory);
}

/// A name changed and found.
fn edit(report: &mut Report, snapshot: &Snapshot, directory: &Directory) {
    let old = snapshot.layer(Layer::Division).iter().nth(1_000).unwrap().as_ref().clone();
    let mut new = old.clone();
    new.remarks = Some("x".into());
    let changes = [Change::update(old, new)];
    let next = snapshot.apply(Revision(2), &changes).unwrap();
    let start = cpu_seconds();
    std::hint::black_box(directory.after(&next, &changes).unwrap().len());
    let ms = (cpu_seconds() - start) * 1e3;
    report.add("search.620k_edit", ms, "ms", Better::Lower, ("promise", Some(50.0)), "one division changed");
}
