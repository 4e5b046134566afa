//! The borders of both versions held against each other, neighbour by neighbour.

use std::collections::BTreeMap;

use geo_types::{Coord, Geometry, LineString, MultiPolygon};
use rayon::prelude::*;

use super::matching::Matches;
use super::offsets::{Offsets, Segments, offsets};
use super::overlay::Overlay;
use super::{BorderReport, Exchange, LineChange, LineEvidence, Member, Thresholds};
use crate::topology::Metric;
use crate::topology::coverage::{Coverage, CoverageError, OUTSIDE};

/// The other side of a border; `None` for the outside.
type Other = Option<usize>;

/// Borders of one version by feature and neighbour, in the coordinates of the file. Each stands twice, once
/// for either neighbour.
type Borders = Vec<BTreeMap<Other, Vec<Vec<Coord>>>>;

/// One old border of a matched feature, measured.
pub(super) struct Measured {
    other: Other,
    /// same vertices in both versions
    same: bool,
    evidence: LineEvidence,
    now: Vec<LineString>,
}

/// What was measured, by old feature.
pub(super) struct Lines {
    by_old: Vec<Vec<Measured>>,
    whole: Vec<Option<Whole>>,
}

/// All of a feature's border.
#[derive(Clone, Copy)]
struct Whole {
    same: bool,
    evidence: LineEvidence,
}

impl Lines {
    /// How far apart at most an old feature's border and that of its new one are, m; nothing where it has none.
    pub(super) fn farthest(&self, old: usize) -> Option<f64> {
        self.whole[old].map(|line| line.evidence.max_m)
    }

    /// Figures on all of an old feature's border.
    pub(super) fn whole(&self, old: usize) -> Option<LineEvidence> {
        self.whole[old].map(|line| line.evidence)
    }

    /// Whether a feature's border is vertex by vertex the same, whoever its neighbours are.
    pub(super) fn same(&self, old: usize) -> bool {
        self.whole[old].is_some_and(|line| line.same)
    }
}

/// Measures every border of every matched feature in both directions.
pub(super) fn measured(
    [old, new]: [&[Member]; 2],
    matches: &Matches,
    overlay: &Overlay,
    metric: Metric,
) -> Result<Lines, CoverageError> {
    let (borders_old, borders_new) = (borders(old)?, borders(new)?);
    let measured: Vec<(Vec<Measured>, Option<Whole>)> = (0..old.len())
        .into_par_iter()
        .map(|at| match matches.old[at] {
            None => (Vec::new(), None),
            Some((own, _)) => {
                let pair = [&borders_old[at], &borders_new[own]];
                of_feature(at, pair, matches, (metric, overlay.latitude(at)))
            }
        })
        .collect();
    let (by_old, whole) = measured.into_iter().unzip();
    Ok(Lines { by_old, whole })
}

fn borders(members: &[Member]) -> Result<Borders, CoverageError> {
    let shapes: Vec<Geometry> =
        members.par_iter().map(|member| Geometry::MultiPolygon(MultiPolygon::clone(member.shape))).collect();
    let coverage = Coverage::build(shapes.iter().map(Some))?;
    let mut borders: Borders = vec![BTreeMap::new(); members.len()];
    for arc in 0..coverage.arcs() {
        let sides = coverage.sides(arc);
        let other = |side: u32| (side != OUTSIDE).then_some(side as usize);
        for (own, neighbour) in [(sides.left, sides.right), (sides.right, sides.left)] {
            if let Some(own) = other(own).filter(|own| other(neighbour) != Some(*own)) {
                let line = coverage.arc(arc).iter().map(|point| coverage.point(*point)).collect();
                borders[own].entry(other(neighbour)).or_default().push(line);
            }
        }
    }
    Ok(borders)
}

/// A feature's borders against those of its new self.
fn of_feature(
    at: usize,
    [old, new]: [&BTreeMap<Other, Vec<Vec<Coord>>>; 2],
    matches: &Matches,
    (metric, latitude): (Metric, f64),
) -> (Vec<Measured>, Option<Whole>) {
    let metres = |lines: &Vec<Vec<Coord>>| -> Vec<Vec<Coord>> {
        lines.iter().map(|line| line.iter().map(|c| metric.metres(*c, latitude)).collect()).collect()
    };
    let all =
        |borders: &BTreeMap<Other, Vec<Vec<Coord>>>| borders.values().flatten().cloned().collect::<Vec<_>>();
    let (all_old, all_new) = (all(old), all(new));
    let points_new = points(&all_new, metric);
    let unchanged = points(&all_old, metric) == points_new;
    let (metres_old, metres_new) = (metres(&all_old), metres(&all_new));
    let segments = |lines: &[Vec<Coord>]| Segments::new(lines.iter().map(Vec::as_slice));
    let to = (!unchanged).then(|| (segments(&metres_old), segments(&metres_new)));
    let measure = |old: &Vec<Vec<Coord>>, new: &Vec<Vec<Coord>>| {
        let there = to.as_ref().and_then(|(_, theirs)| offsets(&metres(old), theirs)).map(Offsets::reversed);
        let back = to.as_ref().and_then(|(ours, _)| offsets(&metres(new), ours));
        let both = match (there, back) {
            (Some(there), Some(back)) => there.and(back),
            (one, other) => one.or(other).unwrap_or_default(),
        };
        evidence(both, old, new, metric)
    };
    let whole = Whole { same: unchanged, evidence: measure(&all_old, &all_new) };
    let none = Vec::new();
    let measured = old
        .iter()
        .filter(|(other, _)| is_told_from(at, **other, matches))
        .map(|(other, lines)| {
            let partner = other.map(|other| matches.old[other].map(|(own, _)| own));
            let now = match partner {
                None => new.get(&None),
                Some(None) => None,
                Some(own) => new.get(&own),
            }
            .unwrap_or(&none);
            // Where the neighbour is another now, the line may still be the same.
            let same = match now.is_empty() {
                true => {
                    let own = points(lines, metric);
                    common(&own, &points_new) == own.len()
                }
                false => points(lines, metric) == points(now, metric),
            };
            let evidence =
                if same { evidence(Offsets::default(), lines, now, metric) } else { measure(lines, now) };
            let drawn = if now.is_empty() { lines } else { now };
            Measured { other: *other, same, evidence, now: drawn.iter().cloned().map(LineString).collect() }
        })
        .collect();
    (measured, Some(whole))
}

/// Whether a border is told from the side of this feature: that of the lower number, of the other where that one
/// has no counterpart.
fn is_told_from(at: usize, other: Other, matches: &Matches) -> bool {
    other.is_none_or(|other| other >= at || matches.old[other].is_none())
}

/// Different vertices on a grid of a centimetre or so, rising: formats round differently.
fn points(lines: &[Vec<Coord>], metric: Metric) -> Vec<(i64, i64)> {
    let unit = match metric {
        Metric::Plane => 1e2,
        Metric::Degrees => 1e7,
    };
    let grid = |c: &Coord| ((c.x * unit).round() as i64, (c.y * unit).round() as i64);
    let mut points: Vec<(i64, i64)> = lines.iter().flatten().map(grid).collect();
    points.sort_unstable();
    points.dedup();
    points
}

/// How many of some rising values are among others.
fn common(some: &[(i64, i64)], others: &[(i64, i64)]) -> usize {
    let mut others = others.iter().peekable();
    let is_there = |one: &&(i64, i64)| {
        while others.next_if(|other| other < one).is_some() {}
        others.peek() == Some(one)
    };
    some.iter().filter(is_there).count()
}

fn evidence(both: Offsets, old: &[Vec<Coord>], new: &[Vec<Coord>], metric: Metric) -> LineEvidence {
    let (before, after) = (points(old, metric), points(new, metric));
    let fewer = before.len().min(after.len());
    LineEvidence {
        max_m: both.max_m,
        mean_m: both.mean_m,
        shift_m: both.shift_m,
        rest_m: both.rest_m,
        length_m: both.length_m / 2.0,
        vertices_old: before.len(),
        vertices_new: after.len(),
        common_vertices: if fewer == 0 { 0.0 } else { common(&before, &after) as f64 / fewer as f64 },
    }
}

/// Every border once, with its class.
pub(super) fn reported(
    lines: &Lines,
    matches: &Matches,
    exchanges: &[Exchange],
    t: &Thresholds,
) -> Vec<BorderReport> {
    let mut by_pair: BTreeMap<(Other, Other), (f64, bool)> = BTreeMap::new();
    for exchange in exchanges {
        let to = exchange.to.map(|to| matches.new[to]);
        // What a feature without counterpart took is not along a border of the old version.
        let Some(to) = to.map_or(Some(None), |own| own.map(Some)) else { continue };
        let sum = by_pair.entry((exchange.from.min(to), exchange.from.max(to))).or_default();
        sum.0 += exchange.area_m2;
        sum.1 |= !exchange.pieces.is_empty();
    }
    let mut reports = Vec::new();
    for (at, measured) in lines.by_old.iter().enumerate() {
        for one in measured {
            let pair = [Some(at).min(one.other), Some(at).max(one.other)];
            let (exchanged_m2, moved) = by_pair.get(&(pair[0], pair[1])).copied().unwrap_or_default();
            reports.push(BorderReport {
                old: [Some(at), one.other],
                change: line_change(&one.evidence, one.same, moved && !one.same, t),
                line: one.evidence,
                exchanged_m2,
                now: one.now.clone(),
            });
        }
    }
    reports
}

/// Share of vertices in common from which a line is made of another's.
const MADE_OF: f64 = 0.9;
/// Share of the differences that a shift may leave unexplained.
const UNEXPLAINED: f64 = 0.5;

/// The class of a line by its figures.
pub(super) fn line_change(line: &LineEvidence, same: bool, moved: bool, t: &Thresholds) -> LineChange {
    let (a, b) = (line.vertices_old.min(line.vertices_new), line.vertices_old.max(line.vertices_new));
    let fewer = a as f64 <= t.fewer_vertices * b as f64;
    let shift = line.shift_m[0].hypot(line.shift_m[1]);
    let rms = shift.hypot(line.rest_m);
    let shifted = shift > t.noise_m && line.rest_m <= UNEXPLAINED * rms;
    // A coarse line may leave a fine one by more at a few bends.
    let drawn_coarser = line.max_m > t.noise_m && line.mean_m <= t.tolerance_m && !shifted;
    if same {
        LineChange::Unchanged
    } else if moved {
        LineChange::Moved
    } else if fewer && (line.common_vertices >= MADE_OF || drawn_coarser) {
        LineChange::Generalised
    } else if line.max_m > t.tolerance_m || line.max_m > t.noise_m && shifted {
        LineChange::Resurveyed
    } else {
        LineChange::Redigitised
    }
}
