//! The records that the register already has of lines, and which derived border each is.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use geo_types::{Coord, Geometry, LineString, MultiLineString};

use super::borders::Knot;
use super::{DeriveOptions, Pair};
use crate::model::{Bilingual, Finding, Findings, Layer, Record, RecordId, Severity, Spot};
use crate::snapshot::Snapshot;

/// Records of lines, by the pair that they are of.
pub(super) struct Existing {
    of: BTreeMap<(RecordId, RecordId), Vec<Arc<Record>>>,
    /// those of no pair that borders today
    left: Vec<Arc<Record>>,
}

impl Existing {
    /// Finds each record's pair: by the codes of its sides, by its own code, else by the vertices it runs along.
    pub fn of<'r>(records: impl Iterator<Item = &'r Arc<Record>>, pairs: &[Pair<'_>]) -> Self {
        let mut by_parties = BTreeMap::new();
        let mut by_code = BTreeMap::new();
        for (at, pair) in pairs.iter().enumerate() {
            by_parties.insert((pair.a.called.code.as_str(), pair.b.called.code.as_str()), at);
            by_code.extend(pair.code().map(|code| (code, at)));
        }
        let mut found = Self { of: BTreeMap::new(), left: Vec::new() };
        let mut unknown = Vec::new();
        for record in records {
            let code = |field| record.text(field).unwrap_or_default();
            let (one, other) = (code("party_a_code"), code("party_b_code"));
            let sides = if one <= other { (one, other) } else { (other, one) };
            let own = record.code.as_deref().and_then(|code| by_code.get(code));
            match by_parties.get(&sides).or(own) {
                Some(at) => found.add(&pairs[*at], record),
                None if record.text("level").is_some() => unknown.push(record),
                None => {}
            }
        }
        let knots: Vec<(usize, HashSet<Knot>)> = if unknown.is_empty() {
            Vec::new()
        } else {
            let free = pairs.iter().enumerate().filter(|(_, pair)| !found.of.contains_key(&key(pair)));
            free.map(|(at, pair)| (at, vertices(&pair.shape).map(Knot::of).collect())).collect()
        };
        for record in unknown {
            match best(&knots, record) {
                Some(at) => found.add(&pairs[at], record),
                None => found.left.push(Arc::clone(record)),
            }
        }
        found
    }

    fn add(&mut self, pair: &Pair<'_>, record: &Arc<Record>) {
        self.of.entry(key(pair)).or_default().push(Arc::clone(record));
    }

    /// The records of a pair.
    pub fn take(&mut self, pair: &Pair<'_>) -> Vec<Arc<Record>> {
        self.of.remove(&key(pair)).unwrap_or_default()
    }

    /// The lines whose sides do not border any more.
    pub fn into_left(self) -> Vec<Arc<Record>> {
        self.left
    }

    /// Notes the lines whose sides do not border any more.
    pub fn left(self, findings: &mut Findings) {
        for record in self.left {
            let spot = Spot { record: Some(format!("boundary_line {}", record.id)), ..Spot::default() };
            let what = Bilingual::new(
                "两侧区划没有共同边界，或其中一侧已不在登记册中",
                "its sides share no border, or one of them is not in the register",
            );
            let done = Bilingual::new(
                "记录未改动；若该界线已撤销，请注明失效日期",
                "the record is left as it is; if the line is no more, give it an end date",
            );
            let finding = Finding::new("lines.gone", Severity::Warning, spot, what, done);
            findings.push(finding.with_evidence(record.label().unwrap_or_default()));
        }
    }
}

fn key(pair: &Pair<'_>) -> (RecordId, RecordId) {
    (pair.a.id(), pair.b.id())
}

/// The lines of the level that hold on the day; where subdistricts are left out, their lines are not looked at.
pub(super) fn lines<'a>(
    snapshot: &'a Snapshot,
    options: &'a DeriveOptions,
) -> impl Iterator<Item = &'a Arc<Record>> + 'a {
    let level = options.level.code();
    let skips_streets = level == "township" && !options.streets;
    snapshot.layer(Layer::BoundaryLine).iter().filter(move |record| {
        let street = |field| record.text(field).is_some_and(|name| name.ends_with("街道"));
        options.sight.sees(record)
            && record.text("level").is_none_or(|own| own == level)
            && !(skips_streets && (street("party_a") || street("party_b")))
    })
}

fn vertices(lines: &MultiLineString) -> impl Iterator<Item = Coord> + '_ {
    lines.0.iter().flat_map(|line| line.0.iter().copied())
}

/// The pair whose border a record runs along for at least half of its vertices.
fn best(pairs: &[(usize, HashSet<Knot>)], record: &Record) -> Option<usize> {
    let Some(Geometry::MultiLineString(lines)) = record.geometry.as_deref() else { return None };
    let own: Vec<Knot> = vertices(lines).map(Knot::of).collect();
    let shared = |knots: &HashSet<Knot>| own.iter().filter(|knot| knots.contains(knot)).count();
    let counted = pairs.iter().map(|(at, knots)| (shared(knots), *at));
    let best = counted.max_by_key(|(count, at)| (*count, std::cmp::Reverse(*at)));
    best.filter(|(count, _)| *count * 2 >= own.len().max(2)).map(|(_, at)| at)
}

/// Hands the parts of a border to the records of one pair: each part to the record with which it shares most
/// vertices, to the first where it shares none.
pub(super) fn shared_out(
    records: Vec<Arc<Record>>,
    shape: &MultiLineString,
) -> Vec<(Arc<Record>, MultiLineString)> {
    let own: Vec<HashSet<Knot>> = records
        .iter()
        .map(|record| match record.geometry.as_deref() {
            Some(Geometry::MultiLineString(lines)) => vertices(lines).map(Knot::of).collect(),
            _ => HashSet::new(),
        })
        .collect();
    let mut parts: Vec<Vec<LineString>> = vec![Vec::new(); records.len()];
    for line in &shape.0 {
        let shared = |knots: &HashSet<Knot>| line.0.iter().filter(|c| knots.contains(&Knot::of(**c))).count();
        let best = own.iter().enumerate().max_by_key(|(at, knots)| (shared(knots), std::cmp::Reverse(*at)));
        if let Some((at, _)) = best {
            parts[at].push(line.clone());
        }
    }
    records.into_iter().zip(parts.into_iter().map(MultiLineString)).collect()
}
