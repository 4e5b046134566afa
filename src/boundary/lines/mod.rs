//! Lines between neighbouring divisions: derived from the borders that they share, bit for bit, and kept as
//! records. Deriving again keeps ids and what people entered; it renews shapes and figures and says what changed.
//!
//! A line is one record for a pair of divisions of one level, with as many parts as their border has; where the
//! register holds several records for a pair, each keeps the parts that it runs along.

mod borders;
mod existing;
pub mod follow;
mod merge;
pub mod naming;
mod renew;
mod run;
mod segments;
mod units;

use std::collections::{BTreeMap, BTreeSet};

use geo_types::{LineString, MultiLineString};
use serde::Serialize;

pub(super) use renew::{Changed, renew};
pub use run::{Run, in_order};

use self::borders::{Borders, Knot};
use self::existing::Existing;
use self::naming::Called;
use self::units::Unit;
use super::defaults::{Lead, defaults};
use super::sight::Sight;
use crate::model::layers::DivisionLevel;
use crate::model::{Bilingual, Change, Date, Finding, Findings, IdSource, RecordId, Severity, Spot};
use crate::snapshot::Snapshot;

/// What to derive, and how.
#[derive(Clone, Debug)]
pub struct DeriveOptions {
    /// the level of the divisions on both sides
    pub level: DivisionLevel,
    /// which divisions, lines, markers, roads and waters are looked at
    pub sight: Sight,
    /// at township level also lines at which a subdistrict (街道) lies: its limits are those of an office's area
    pub streets: bool,
    /// names begin with this division (its code or name) where it is a side: an office names itself first
    pub home: Option<String>,
    /// also renew the shapes of lines that are marked as surveyed (勘定)
    pub surveyed: bool,
    /// how the lead of stretches is proposed
    pub lead: Lead,
}

impl DeriveOptions {
    /// Everything by default.
    pub fn new(level: DivisionLevel, as_of: Date) -> Self {
        Self {
            level,
            sight: Sight::all(as_of),
            streets: false,
            home: None,
            surveyed: false,
            lead: defaults().lead.rule,
        }
    }
}

/// Why no line is derived.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LinesError {
    /// communities, groups, grids
    #[error("{} have no administrative boundaries, only limits of what they look after: no lines are kept of them", .0.code())]
    NoBoundary(DivisionLevel),
    /// nothing to derive from
    #[error("the register has no divisions of the level {} with a shape", .0.code())]
    NoDivisions(DivisionLevel),
}

impl LinesError {
    /// For an official.
    pub fn sentence(&self) -> Bilingual {
        let zh = match self {
            Self::NoBoundary(_) => {
                "社区、小组和网格的界限是管辖范围，不是行政区域界线，不设界线和界桩".to_owned()
            }
            Self::NoDivisions(level) => {
                let title = crate::model::vocab::list("division_level").get(level.code());
                let title = title.map(|value| value.title.zh.clone()).unwrap_or_default();
                format!("登记册中没有带图形的{title}区划")
            }
        };
        Bilingual::new(zh, self.to_string())
    }
}

/// What became of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// there was no record
    New,
    /// its record changed
    Changed,
    /// its record is as it would be derived
    Unchanged,
}

/// One line, as derived.
#[derive(Clone, Debug, Serialize)]
pub struct LineOutcome {
    /// its record
    pub id: RecordId,
    /// its code
    pub code: Option<String>,
    /// its name
    pub name: String,
    /// codes of both sides, the smaller first
    pub parties: [String; 2],
    /// what became of it
    pub outcome: Outcome,
    /// parts that are not connected
    pub parts: usize,
    /// geodesic length, metres
    pub length_m: f64,
    /// geodesic length of the shape that its record had, metres
    pub before_m: Option<f64>,
    /// name of its start
    pub start: Option<String>,
    /// name of its end
    pub end: Option<String>,
    /// markers that stand on it
    pub markers: usize,
    /// stretches between them
    pub segments: usize,
    /// fields that changed, `geometry` among them
    pub changed: Vec<&'static str>,
}

/// What deriving came to.
#[derive(Debug)]
pub struct Derivation {
    /// what is to be committed
    pub changes: Vec<Change>,
    /// all lines of the level, by the codes of their sides
    pub lines: Vec<LineOutcome>,
    /// what was noticed
    pub findings: Findings,
}

/// Derives the lines of a level from the shapes of its divisions.
///
/// O(n log n) in the number of vertices, and the search for roads and water along the lines.
///
/// # Errors
/// The level has no administrative boundaries, or there are no divisions.
pub fn derive(
    snapshot: &Snapshot,
    options: &DeriveOptions,
    ids: &mut IdSource,
) -> Result<Derivation, LinesError> {
    let units = units::units(snapshot, options)?;
    let arcs = snapshot.arcs(options.level, options.sight.as_of);
    let borders = Borders::among(&arcs, units.iter().map(Unit::id));
    let pairs = pairs(&units, &borders, options);
    let long = ambiguous(&pairs);
    let mut findings = Findings::default();
    if borders.crowded > 0 {
        findings.push(crowded(borders.crowded));
    }
    let mut existing = Existing::of(existing::lines(snapshot, options), &pairs);
    let mut merging = merge::Merging {
        snapshot,
        options,
        ids,
        units: &units,
        borders: &borders,
        findings: &mut findings,
        renewing: None,
        changes: Vec::new(),
    };
    let mut lines = Vec::with_capacity(pairs.len());
    for pair in &pairs {
        let name = pair.name(long.contains(&pair.name(false)));
        let mut known = existing.take(pair);
        if known.len() < 2 {
            lines.extend(merging.line(pair, &name, known.pop().as_ref(), pair.shape.clone()));
            continue;
        }
        for (record, shape) in existing::shared_out(known, &pair.shape) {
            lines.extend(merging.line(pair, &name, Some(&record), shape));
        }
    }
    let changes = merging.changes;
    existing.left(&mut findings);
    Ok(Derivation { changes, lines, findings })
}

/// Two divisions and the border between them.
pub(in crate::boundary) struct Pair<'a> {
    /// the side of the smaller code
    a: &'a Unit,
    /// the other side
    b: &'a Unit,
    /// whether names begin with the other side
    b_first: bool,
    /// the border, in the line's run
    shape: MultiLineString,
}

impl Pair<'_> {
    fn name(&self, long: bool) -> String {
        let (a, b): (&Called, &Called) = (&self.a.called, &self.b.called);
        if self.b_first { naming::name(b, a, long) } else { naming::name(a, b, long) }
    }

    fn code(&self) -> Option<String> {
        naming::code(&self.a.called, &self.b.called)
    }
}

fn pairs<'a>(units: &'a [Unit], borders: &Borders, options: &DeriveOptions) -> Vec<Pair<'a>> {
    let is_home = |unit: &Unit| {
        options.home.as_deref().is_some_and(|home| unit.called.code == home || unit.called.name == home)
    };
    let kept = |(a, b): &(usize, usize)| options.streets || !(units[*a].street || units[*b].street);
    let found = borders.between.iter().filter(|(pair, _)| kept(pair));
    found
        .map(|((a, b), chains)| {
            let line = |chain: &borders::Chain| LineString(chain.iter().map(|knot| knot.coord()).collect());
            let shape = in_order(MultiLineString(chains.iter().map(line).collect()));
            let (a, b) = (&units[*a], &units[*b]);
            Pair { a, b, b_first: is_home(b) && !is_home(a), shape }
        })
        .collect()
}

/// Short names that more than one line would have.
fn ambiguous(pairs: &[Pair<'_>]) -> BTreeSet<String> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for pair in pairs {
        *counts.entry(pair.name(false)).or_default() += 1;
    }
    counts.into_iter().filter(|(_, count)| *count > 1).map(|(name, _)| name).collect()
}

fn crowded(count: usize) -> Finding {
    let what = Bilingual::new(
        format!("{count} 段边界同时属于三个以上区划，区划互相重叠"),
        format!("{count} stretches of border belong to more than two divisions, which overlap"),
    );
    let done = Bilingual::new(
        "这些段未归入任何界线，请先检查区划的拓扑",
        "they are in no line; check the divisions' topology first",
    );
    Finding::new("lines.overlap", Severity::Warning, Spot::default(), what, done)
}

/// The names of the divisions round the end of a line, by code, where three or more meet.
fn tripoint(borders: &Borders, units: &[Unit], at: Option<&geo_types::Coord>) -> Option<String> {
    let around: Vec<&Called> =
        borders.around(Knot::of(*at?)).filter_map(|unit| units.get(unit)).map(|unit| &unit.called).collect();
    (around.len() > 2).then(|| naming::meeting(&around))
}
