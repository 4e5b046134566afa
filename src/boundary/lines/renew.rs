//! Lines brought along with a change of borders: those of the divisions that changed, and no others. A line that
//! was kept gets its new shape and figures; between divisions that border only now, one is made where lines are
//! kept at all; one whose divisions border no more is told.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use foldhash::fast::RandomState;
use geo_types::{Geometry, LineString, MultiLineString, Rect};

use super::borders::{Borders, Knot};
use super::existing::{self, Existing};
use super::merge::{self, Merging};
use super::units::{self, Unit};
use super::{DeriveOptions, Pair, ambiguous, pairs};
use crate::model::{Change, Findings, IdSource, Layer, Record, RecordId};
use crate::snapshot::Snapshot;

/// Edges, whichever way they run.
type Edges = HashSet<(Knot, Knot), RandomState>;

/// Divisions of one level whose borders have changed, and where.
#[derive(Debug, Default)]
pub(in crate::boundary) struct Changed {
    ids: BTreeSet<RecordId>,
    codes: BTreeSet<Box<str>>,
    /// edges that one of them had and has no more
    gone: Edges,
    /// the box round what any of them lost or got
    window: Option<Rect>,
}

impl Changed {
    /// One of them, before and after.
    pub fn add(&mut self, before: Option<&Record>, after: Option<&Record>) {
        for record in [before, after].into_iter().flatten() {
            self.ids.insert(record.id);
            self.codes.extend(record.code.clone());
        }
        let edges = |record: Option<&Record>| -> Edges {
            let geometry = record.and_then(|record| record.geometry.as_deref());
            geometry.into_iter().flat_map(|geometry| drawn(&outline(geometry))).collect()
        };
        let (old, new) = (edges(before), edges(after));
        for (a, b) in old.symmetric_difference(&new) {
            let edge = Rect::new(a.coord(), b.coord());
            self.window = Some(self.window.map_or(edge, |window| around(window, edge)));
        }
        self.gone.extend(old.difference(&new));
    }

    /// Whether a line ran along a border that one of them has no more.
    fn had(&self, line: &Record) -> bool {
        match line.geometry.as_deref() {
            Some(Geometry::MultiLineString(lines)) => drawn(lines).any(|edge| self.gone.contains(&edge)),
            _ => false,
        }
    }

    /// Whether two divisions had a common border before.
    fn bordered(before: &Snapshot, options: &DeriveOptions, pair: &Pair<'_>) -> bool {
        let was = |unit: &Unit| -> Option<Edges> {
            let mut versions = before.layer(Layer::Division).versions(unit.id());
            let held = versions.find(|record| options.sight.sees(record))?;
            Some(drawn(&outline(held.geometry.as_deref()?)).collect())
        };
        matches!((was(pair.a), was(pair.b)), (Some(a), Some(b)) if !a.is_disjoint(&b))
    }
}

/// The edges of lines.
fn drawn(lines: &MultiLineString) -> impl Iterator<Item = (Knot, Knot)> + use<> {
    let edges: Vec<(Knot, Knot)> =
        lines.0.iter().flat_map(|line| line.0.windows(2)).filter_map(merge::edge).collect();
    edges.into_iter()
}

fn around(a: Rect, b: Rect) -> Rect {
    Rect::new(
        (a.min().x.min(b.min().x), a.min().y.min(b.min().y)),
        (a.max().x.max(b.max().x), a.max().y.max(b.max().y)),
    )
}

/// The rings of an area as lines.
fn outline(geometry: &Geometry) -> MultiLineString {
    let polygons: &[geo_types::Polygon] = match geometry {
        Geometry::MultiPolygon(parts) => &parts.0,
        Geometry::Polygon(polygon) => std::slice::from_ref(polygon),
        _ => &[],
    };
    let rings = |polygon: &geo_types::Polygon| -> Vec<LineString> {
        std::iter::once(polygon.exterior()).chain(polygon.interiors()).cloned().collect()
    };
    MultiLineString(polygons.iter().flat_map(rings).collect())
}

/// What becomes of lines.
#[derive(Debug, Default)]
pub(in crate::boundary) struct Renewed {
    /// records that are new or change
    pub changes: Vec<Change>,
    /// lines whose divisions border no more
    pub ended: Vec<Arc<Record>>,
}

/// The lines of one level that a change of borders concerns, in the register as it is after the change.
/// O(n log n) in the vertices of the divisions that changed and those near them.
pub(in crate::boundary) fn renew(
    (before, after): (&Snapshot, &Snapshot),
    options: &DeriveOptions,
    changed: &Changed,
    ids: &mut IdSource,
) -> Renewed {
    let Some(window) = changed.window else { return Renewed::default() };
    let kept = candidates(after, options, (changed, window));
    if kept.is_empty() {
        return Renewed::default();
    }
    let units = units::near(after, options, window);
    let arcs = after.arcs(options.level, options.sight.as_of);
    let borders = Borders::among(&arcs, units.iter().map(Unit::id));
    let is_changed = |pair: &Pair<'_>| [pair.a, pair.b].iter().any(|unit| changed.ids.contains(&unit.id()));
    let all = pairs(&units, &borders, options);
    let long = ambiguous(&all);
    let concerned: Vec<Pair<'_>> = all.into_iter().filter(is_changed).collect();
    let mut existing = Existing::of(kept.iter(), &concerned);
    let streets = kept.iter().any(|line| {
        ["party_a", "party_b"].iter().any(|side| line.text(side).is_some_and(|name| name.ends_with("街道")))
    });
    let mut findings = Findings::default();
    let mut merging = Merging {
        snapshot: after,
        options,
        ids,
        units: &units,
        borders: &borders,
        findings: &mut findings,
        renewing: Some(&kept),
        changes: Vec::new(),
    };
    for pair in &concerned {
        let known = existing.take(pair);
        if known.is_empty() {
            let wanted = streets || !(pair.a.street || pair.b.street);
            if wanted && !Changed::bordered(before, options, pair) {
                let name = pair.name(long.contains(&pair.name(false)));
                merging.line(pair, &name, None, pair.shape.clone());
            }
            continue;
        }
        if known.len() == 1 && is_drawn(&known[0], pair) {
            continue;
        }
        let shared = if known.len() == 1 {
            known.into_iter().map(|record| (record, pair.shape.clone())).collect()
        } else {
            existing::shared_out(known, &pair.shape)
        };
        for (record, shape) in shared {
            merging.line(pair, record.label().unwrap_or_default(), Some(&record), shape);
        }
    }
    let changes = merging.changes;
    let known = |line: &Arc<Record>| changed.had(line) && sides_known(before, line);
    let ended = existing.into_left().into_iter().filter(known).collect();
    Renewed { changes, ended }
}

/// Whether a line runs along the border of a pair as it is.
fn is_drawn(line: &Record, pair: &Pair<'_>) -> bool {
    let Some(Geometry::MultiLineString(lines)) = line.geometry.as_deref() else { return false };
    let [a, b] = [pair.a, pair.b].map(|unit| Some(unit.called.code.as_str()).filter(|code| !code.is_empty()));
    let sides = [line.text("party_a_code"), line.text("party_b_code")];
    (sides == [a, b] || sides == [b, a])
        && drawn(lines).collect::<Edges>() == drawn(&pair.shape).collect::<Edges>()
}

/// Whether both sides of a line are in the register; what lies beyond it cannot be told to border no more.
fn sides_known(snapshot: &Snapshot, line: &Record) -> bool {
    let known = |side: &&str| {
        let code = line.text(side).unwrap_or_default();
        snapshot.layer(Layer::Division).by_code(code).any(|record| record.geometry.is_some())
    };
    ["party_a_code", "party_b_code"].iter().all(known)
}

/// The lines that run along a border that changed, or have one of the divisions as a side.
fn candidates(
    snapshot: &Snapshot,
    options: &DeriveOptions,
    (changed, window): (&Changed, Rect),
) -> Vec<Arc<Record>> {
    let level = options.level.code();
    let near = snapshot.layer(Layer::BoundaryLine).window(window).into_iter();
    let of_level =
        near.filter(|line| options.sight.sees(line) && line.text("level").is_none_or(|own| own == level));
    let is_side = |line: &Record| {
        ["party_a_code", "party_b_code"]
            .iter()
            .any(|side| line.text(side).is_some_and(|code| changed.codes.contains(code)))
    };
    let mut found: Vec<Arc<Record>> =
        of_level.filter(|line| is_side(line) || changed.had(line)).cloned().collect();
    found.sort_by_key(|line| line.key());
    found
}
