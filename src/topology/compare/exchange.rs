//! Ground that changed hands: overlays of old and new features that are not the same.
//!
//! What is left of a feature beside its new self are strips along its border. Each neighbour is held against the
//! strips near it only, and of the neighbour only what lies near them.

use geo::{BooleanOps as _, BoundingRect as _};
use geo_types::{MultiPolygon, Polygon};
use rayon::prelude::*;

use super::borders::Lines;
use super::matching::Matches;
use super::overlay::{Near, Overlay, area_m2, width_m};
use super::{Exchange, Piece, Thresholds};

/// What passed from each old feature, and what came from outside. Features whose whole border lies closer
/// to the old one than half the width of a piece that counts are not looked at: nothing that counts can have
/// passed.
pub(super) fn exchanged(
    matches: &Matches,
    overlay: &Overlay,
    lines: &Lines,
    t: &Thresholds,
) -> Vec<Exchange> {
    let near = |line: Option<f64>| line.is_some_and(|max| max < t.moved_width_m / 2.0);
    let quiet_old: Vec<bool> = (0..matches.old.len()).map(|at| near(lines.farthest(at))).collect();
    let own = |at: usize| matches.old[at].map(|(own, _)| own);
    let mut found: Vec<Exchange> = (0..matches.old.len())
        .into_par_iter()
        .filter(|at| !quiet_old[*at])
        .flat_map_iter(|at| from_old(overlay, at, own(at), t))
        .collect();
    let gained: Vec<Exchange> = (0..matches.new.len())
        .into_par_iter()
        .filter(|at| matches.new[*at].is_none_or(|old| !quiet_old[old]))
        .filter_map(|at| from_outside(overlay, at, matches, t))
        .collect();
    found.extend(gained);
    found
}

/// To whom an old feature's ground passed.
fn from_old(overlay: &Overlay, at: usize, own: Option<usize>, t: &Thresholds) -> Vec<Exchange> {
    let latitude = overlay.latitude(at);
    let mut rest = overlay.old_metres(at);
    let mut found = Vec::new();
    if let Some(own) = own {
        rest = rest.difference(&overlay.new_metres(own, latitude));
    }
    for other in overlay.candidates(at).into_iter().filter(|other| Some(*other) != own) {
        if rest.0.is_empty() {
            break;
        }
        let passed = taken(&mut rest, overlay.new_near(other, latitude));
        found.extend(exchange(overlay, (Some(at), Some(other)), &passed, latitude, t));
    }
    found.extend(exchange(overlay, (Some(at), None), &rest, latitude, t));
    found
}

/// What a new feature has of ground that was no one's.
fn from_outside(overlay: &Overlay, at: usize, matches: &Matches, t: &Thresholds) -> Option<Exchange> {
    let latitude = overlay.latitude_new(at);
    let mut rest = overlay.new_metres(at, latitude);
    let own = matches.new[at];
    let others = overlay.candidates_old(at).into_iter().filter(|other| Some(*other) != own);
    for other in own.into_iter().chain(others) {
        if rest.0.is_empty() {
            return None;
        }
        taken(&mut rest, overlay.old_near(other, latitude));
    }
    exchange(overlay, (None, Some(at)), &rest, latitude, t)
}

/// Takes what a feature covers out of some strips of ground.
fn taken(rest: &mut MultiPolygon, theirs: Near) -> MultiPolygon {
    let bounds = theirs.bounds();
    let meets = |part: &Polygon| {
        let (Some(own), Some(bounds)) = (part.bounding_rect(), bounds) else { return false };
        own.min().x <= bounds.max().x
            && bounds.min().x <= own.max().x
            && own.min().y <= bounds.max().y
            && bounds.min().y <= own.max().y
    };
    let (near, far): (Vec<Polygon>, Vec<Polygon>) = std::mem::take(&mut rest.0).into_iter().partition(meets);
    rest.0 = far;
    let near = MultiPolygon(near);
    let Some(window) = near.bounding_rect() else { return MultiPolygon(Vec::new()) };
    let theirs = theirs.within(window);
    let passed = near.intersection(&theirs);
    let left = if passed.0.is_empty() { near } else { near.difference(&theirs) };
    rest.0.extend(left.0);
    passed
}

/// Sums and pieces; nothing where there is less than a square metre.
fn exchange(
    overlay: &Overlay,
    (from, to): (Option<usize>, Option<usize>),
    passed: &MultiPolygon,
    latitude: f64,
    t: &Thresholds,
) -> Option<Exchange> {
    let area = area_m2(passed);
    if area < 1.0 {
        return None;
    }
    let pieces = passed.0.iter().filter_map(|piece| {
        let (area_m2, width_m) = (area_m2(&MultiPolygon(vec![piece.clone()])), width_m(piece));
        let counts = area_m2 >= t.moved_area_m2 && width_m >= t.moved_width_m;
        counts.then(|| Piece { area_m2, width_m, shape: overlay.coordinates(piece, latitude) })
    });
    Some(Exchange { from, to, area_m2: area, pieces: pieces.collect() })
}
