//! Tables without geometry to the records they are about: by key, id or code, else by division and name with
//! tolerance. A row that finds none, or several, is refused with records to choose from; nothing becomes new.
//!
//! All rows are settled together, certain ones first, so that a slip of the pen never takes a record that
//! another row names rightly. Names and thresholds are in `data/vocab/join.toml`.

mod apply;
mod divisions;
mod names;
mod words;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use geo_types::{Geometry, Point};

use self::divisions::Verdict;
pub(super) use self::divisions::{Divisions, Hint};
use self::names::Names;
use self::words::{Alike, Spelled, Words};
use super::columns::Columns;
use super::matching::{Match, Matcher};
use super::references::{significant, spellings};
use super::row::Row;
use super::{ImportError, ImportOptions, Placing};
use crate::model::{Candidate, GeometryKind, Layer, Record, RecordKey, RefBy, Value, geometry};
use crate::snapshot::Snapshot;

/// A row of a joined table that found no record: for a person to place.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Unmatched {
    /// its number in the file
    pub row: u64,
    /// what it says it is about
    pub label: String,
    /// why it was not joined
    pub why: crate::model::Bilingual,
    /// records that it may be about, the best first; see [`ImportOptions::place`]
    pub candidates: Vec<Candidate>,
}

/// What each row, in order, was joined with.
pub(super) struct Joined<'a> {
    outcomes: std::vec::IntoIter<Outcome<'a>>,
}

/// What a row was joined with.
enum Outcome<'a> {
    Found {
        record: &'a Arc<Record>,
        by: By,
    },
    /// a new record, where a person put it on the map
    Placed(Arc<Geometry>),
    Refused {
        why: Why,
        candidates: Vec<Candidate>,
    },
}

/// How a record was found.
#[derive(Clone, Copy, PartialEq)]
enum By {
    Person,
    Code,
    Name(Alike),
}

/// Why a row was not joined.
#[derive(Clone, Copy, PartialEq)]
enum Why {
    /// nothing to look for
    Blank,
    /// no record of that code or name
    Unknown,
    /// several that fit
    Several(usize),
    /// the name is there, in another division
    Elsewhere,
    /// the name is there, under another code
    OtherCode,
    /// the record is another row's
    Taken,
    /// the record that a person chose is not there
    NotThere,
    /// placed as a new record, but its code is that of one
    Known,
}

/// A row on its way.
struct Sought {
    names: Vec<Spelled>,
    hints: Vec<Hint>,
    has_code: bool,
}

/// Whether what a person placed on the map can lie there.
///
/// # Errors
/// The layer has no points, or a place is none.
pub(super) fn check_places(options: &ImportOptions) -> Result<(), ImportError> {
    for (row, placing) in &options.place {
        let Placing::At([lon, lat]) = *placing else { continue };
        if !matches!(options.layer.def().geometry, GeometryKind::Point | GeometryKind::Any) {
            return Err(ImportError::NoPoints(options.layer));
        }
        if !(lon.is_finite() && lat.is_finite() && lon.abs() <= 180.0 && lat.abs() <= 90.0) {
            return Err(ImportError::BadPlace(*row));
        }
    }
    Ok(())
}

/// Joins all rows; those that name divisions where codes belong get the codes.
pub(super) fn resolve<'a>(
    snapshot: &'a Snapshot,
    options: &ImportOptions,
    columns: &Columns,
    rows: &mut [Vec<Row>],
    matcher: &mut Matcher<'a>,
) -> Joined<'a> {
    let placed = options.place.iter().copied().collect();
    let divisions = Divisions::new(snapshot, options.as_of);
    let names = Names::new(snapshot.layer(options.layer), options);
    let mut joining =
        Joining { snapshot, options, placed, divisions, names, taken: HashSet::new(), words: Words::get() };
    let mut sought = Vec::new();
    let mut outcomes = Vec::new();
    for row in rows.iter_mut().flatten() {
        joining.settle_references(row, columns);
        sought.push(joining.sought(row));
        outcomes.push(joining.certain(row, matcher));
    }
    for pass in [Joining::by_name, Joining::by_slip, Joining::refuse] {
        for (sought, outcome) in sought.iter().zip(&mut outcomes) {
            if outcome.is_none() {
                *outcome = pass(&mut joining, sought);
            }
        }
    }
    let outcomes: Vec<_> = outcomes.into_iter().flatten().collect();
    Joined { outcomes: outcomes.into_iter() }
}

struct Joining<'a, 'o> {
    snapshot: &'a Snapshot,
    options: &'o ImportOptions,
    placed: HashMap<u64, Placing>,
    divisions: Divisions<'a>,
    names: Names<'a>,
    taken: HashSet<RecordKey>,
    words: &'static Words,
}

impl<'a> Joining<'a, '_> {
    /// Names of divisions in the fields that hold their codes.
    fn settle_references(&mut self, row: &mut Row, columns: &Columns) {
        let def = self.options.layer.def();
        for (at, field) in def.fields.iter().enumerate() {
            let refers = field.refers.is_some_and(|r| r.layer == Layer::Division && r.by == RefBy::Code);
            let Some(text) = row.get(at).filter(|_| refers).and_then(Value::as_text).map(str::to_owned)
            else {
                continue;
            };
            let view = self.snapshot.layer(Layer::Division);
            let is_code = text.bytes().all(|b| b.is_ascii_digit())
                || spellings(&text).iter().any(|code| view.by_code(code).next().is_some());
            if is_code {
                continue;
            }
            row.fields.retain(|(place, _)| *place != at);
            let hints = self.divisions.hints(self.options.layer, row);
            match self.divisions.named_one(&text, &hints).and_then(|record| record.code.clone()) {
                Some(code) => row.set(at, Value::Text(code)),
                // Not a code, and no division of that name: kept as it came, still a hint.
                None => row.keep(columns.name_of(field.name).unwrap_or(field.name), text.into()),
            }
        }
    }

    fn sought(&self, row: &Row) -> Sought {
        let names = names::of(self.options.layer, |at| row.get(at), row.code.as_deref());
        Sought {
            names: names
                .iter()
                .map(|(name, _)| self.words.spell(name))
                .filter(|n| !n.whole.is_empty())
                .collect(),
            hints: self.divisions.hints(self.options.layer, row),
            has_code: row.code.is_some(),
        }
    }

    fn take(&mut self, record: &'a Arc<Record>, by: By) -> Outcome<'a> {
        if self.taken.insert(record.key()) {
            Outcome::Found { record, by }
        } else {
            Outcome::Refused { why: Why::Taken, candidates: self.listed(&[(record, 1.0)]) }
        }
    }

    /// What a person chose, else key, id or code.
    fn certain(&mut self, row: &Row, matcher: &mut Matcher<'a>) -> Option<Outcome<'a>> {
        if let Some(placing) = self.placed.get(&row.number).copied() {
            return Some(self.placed(row, placing, matcher));
        }
        let key = row.said().and_then(|said| said.key.as_deref());
        if row.code.is_none() && !row.said().is_some_and(|said| said.names_one()) {
            return None;
        }
        match matcher.find(row) {
            Match::Found(record) => Some(self.take(record, By::Code)),
            Match::Taken => Some(Outcome::Refused { why: Why::Taken, candidates: Vec::new() }),
            Match::Ambiguous(count) => {
                let code = key.or(row.code.as_deref()).unwrap_or_default();
                let same: Vec<_> =
                    self.snapshot.layer(self.options.layer).by_code(code).map(|r| (r, 1.0)).collect();
                Some(Outcome::Refused { why: Why::Several(count), candidates: self.listed(&same) })
            }
            Match::New | Match::NoKey => None,
        }
    }

    /// What a person said of a row.
    fn placed(&mut self, row: &Row, placing: Placing, matcher: &mut Matcher<'a>) -> Outcome<'a> {
        let view = self.snapshot.layer(self.options.layer);
        let id = match placing {
            Placing::Record(id) => id,
            Placing::At([lon, lat]) => {
                let kind = self.options.layer.def().geometry;
                let by_code = row.code.is_some() || row.said().is_some_and(|said| said.names_one());
                let known = if by_code { matcher.find(row) } else { Match::New };
                return match (geometry::settle(Point::new(lon, lat).into(), kind), known) {
                    (Ok(point), Match::New | Match::NoKey) => Outcome::Placed(Arc::new(point)),
                    // Its code is a record's: it cannot be a new one.
                    (Ok(_), Match::Found(record)) => {
                        Outcome::Refused { why: Why::Known, candidates: self.listed(&[(record, 1.0)]) }
                    }
                    (_, Match::Ambiguous(count)) => {
                        Outcome::Refused { why: Why::Several(count), candidates: Vec::new() }
                    }
                    _ => Outcome::Refused { why: Why::Taken, candidates: Vec::new() },
                };
            }
        };
        match view.get(id, self.options.as_of) {
            Some(record) => self.take(record, By::Person),
            None => Outcome::Refused { why: Why::NotThere, candidates: Vec::new() },
        }
    }

    /// Names that are the same but for spelling.
    fn by_name(&mut self, sought: &Sought) -> Option<Outcome<'a>> {
        let found = self.names.same(&sought.names);
        self.pick(sought, found)
    }

    /// Names with a slip of the pen, among the records that no other row has taken.
    fn by_slip(&mut self, sought: &Sought) -> Option<Outcome<'a>> {
        let mut found = self.names.near(&sought.names);
        found.retain(|(record, alike)| alike.kind == Alike::Typo && !self.taken.contains(&record.key()));
        self.pick(sought, found)
    }

    /// The only one that fits best, among those in the right division if any are there.
    fn pick(&mut self, sought: &Sought, found: Vec<names::Found<'a>>) -> Option<Outcome<'a>> {
        if found.is_empty() {
            return None;
        }
        let judged: Vec<_> =
            found.iter().map(|one| (self.divisions.judge(one.0, &sought.hints), one)).collect();
        let best = judged.iter().map(|(verdict, _)| *verdict).min()?;
        let shown: Vec<_> = found.iter().map(|(record, alike)| (*record, alike.score)).collect();
        if best == Verdict::Contradicts {
            return Some(Outcome::Refused { why: Why::Elsewhere, candidates: self.listed(&shown) });
        }
        let fitting = || judged.iter().filter(|(verdict, _)| *verdict == best).map(|(_, one)| *one);
        let top = fitting().map(|(_, alike)| alike.score).fold(0.0, f64::max);
        let mut tops = fitting().filter(|(_, alike)| alike.score >= top);
        let (record, alike) = tops.next()?;
        let more = tops.count();
        if more > 0 {
            return Some(Outcome::Refused { why: Why::Several(more + 1), candidates: self.listed(&shown) });
        }
        // The code was not found before: a record of that name under another code is another's, perhaps.
        if sought.has_code && record.code.is_some() {
            return Some(Outcome::Refused { why: Why::OtherCode, candidates: self.listed(&shown) });
        }
        Some(self.take(record, By::Name(alike.kind)))
    }

    /// What is left, with the most similar records.
    fn refuse(&mut self, sought: &Sought) -> Option<Outcome<'a>> {
        let why = if sought.names.is_empty() && !sought.has_code { Why::Blank } else { Why::Unknown };
        let similar: Vec<_> = self
            .names
            .near(&sought.names)
            .into_iter()
            .map(|(record, alike)| {
                let weight = match self.divisions.judge(record, &sought.hints) {
                    Verdict::Agrees => 1.0,
                    Verdict::Unknown => 0.95,
                    Verdict::Contradicts => 0.7,
                };
                (record, alike.score * weight)
            })
            .collect();
        Some(Outcome::Refused { why, candidates: self.listed(&similar) })
    }

    /// The best of some records, as people see them.
    fn listed(&mut self, found: &[(&'a Arc<Record>, f64)]) -> Vec<Candidate> {
        let limits = &self.words.limits;
        let mut best: Vec<_> = found.iter().filter(|(_, score)| *score >= limits.least_score).collect();
        best.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.key().cmp(&b.0.key())));
        best.truncate(limits.candidates);
        let show = |(record, score): &(&'a Arc<Record>, f64)| Candidate {
            id: record.id.to_string(),
            label: record.label().unwrap_or_default().to_owned(),
            within: self.divisions.describe(record),
            score: (score * 100.0).round() / 100.0,
        };
        best.into_iter().map(show).collect()
    }
}

/// Whether two codes of a layer mean the same record.
fn same_code(layer: Layer, a: &str, b: &str) -> bool {
    a == b || layer == Layer::Division && significant(a) == significant(b)
}
