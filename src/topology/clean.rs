//! Mending a coverage: outlines that cross themselves are made valid, vertices within a hair of each other become
//! one, overlaps go to one of those that claim them, narrow gaps to a neighbour. All else stays bit for bit.
//!
//! Only the neighbourhood of what is dirty is cut up; a feature whose border is not part of it is handed back as it
//! came. What cleaning made may be cleaned again and nothing changes.

use std::collections::BTreeSet;

use geo_types::Geometry;

use super::assemble::{self, Chains};
use super::assign::{self, Owners};
use super::coverage::{Coverage, OUTSIDE, polygons};
use super::finding::{Flaw, Kind};
use super::ground::{Ground, Settings};
use super::locks::Locks;
use super::noding;
use super::overlay::Overlay;
use super::patch::Patch;
use super::repair::Repaired;
use crate::model::Severity;

/// Who gets an overlap or a gap, of those that it touches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Strategy {
    /// with whom it has the longest border
    #[default]
    LongestBorder,
    /// the feature with the larger area
    LargerArea,
    /// the feature with the smaller area
    SmallerArea,
    /// the one that comes first in the file
    First,
    /// this one; where it is not concerned, the longest border
    Owner(u32),
}

/// How a coverage is mended.
#[derive(Clone, Debug)]
pub struct Cleaning {
    /// units, gap width (0 fills none), tolerance
    pub settings: Settings,
    /// who gets what
    pub strategy: Strategy,
    /// borders that stay where they are
    pub locks: Locks,
}

/// What was done in one place.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// what was wrong: a gap, an overlap, a crossing outline
    pub kind: Kind,
    /// who has the ground now; [`OUTSIDE`] where it stays open
    pub to: u32,
    /// who claimed it before, or lay round it
    pub among: Vec<u32>,
    /// where
    pub place: Geometry,
    /// how much ground, m² or the unit of the plane squared
    pub area: f64,
    /// how wide
    pub width: f64,
}

/// A coverage after cleaning.
#[derive(Clone, Debug, Default)]
pub struct Cleaned {
    /// the features that changed, by number
    pub changed: Vec<(usize, Geometry)>,
    /// what was done
    pub changes: Vec<Change>,
    /// false where it was given up: more crossings than can be looked at, or no end to noding
    pub complete: bool,
}

/// Passes after which cleaning stops; the second mostly finds nothing to do.
const PASSES: usize = 4;

/// Cleans; until nothing changes.
pub fn clean(coverage: &Coverage, how: &Cleaning) -> Cleaned {
    let mut done = Cleaned { complete: true, ..Cleaned::default() };
    let mut current = std::borrow::Cow::Borrowed(coverage);
    for pass in 0..PASSES {
        let Some(step) = pass_over(&current, how) else {
            done.complete = false;
            return done;
        };
        if step.changed.is_empty() {
            break;
        }
        done.changes.extend(step.changes);
        done.complete = step.complete;
        for (feature, geometry) in step.changed {
            match done.changed.binary_search_by_key(&feature, |one| one.0) {
                Ok(at) => done.changed[at].1 = geometry,
                Err(at) => done.changed.insert(at, (feature, geometry)),
            }
        }
        if pass + 1 == PASSES {
            break;
        }
        let mut next = done.changed.iter().peekable();
        let all: Vec<Geometry> = (0..coverage.features())
            .map(|feature| match next.next_if(|one| one.0 == feature) {
                Some(one) => one.1.clone(),
                None => coverage.geometry(feature),
            })
            .collect();
        match Coverage::build(all.iter().map(Some)) {
            Ok(built) => current = std::borrow::Cow::Owned(built),
            Err(_) => break,
        }
    }
    done
}

/// One pass; `None` where it has to be given up.
fn pass_over(coverage: &Coverage, how: &Cleaning) -> Option<Cleaned> {
    let tolerance = how.settings.tolerance(coverage, &how.locks);
    let ground = Ground::prepare(coverage, &tolerance)?;
    let noded = noding::node(&ground.coverage, &ground.troubles, &tolerance);
    let overlay = Overlay::of(&ground.coverage, &noded, |_| true);
    let owners = assign::owners(&overlay, how);
    let touched = touched(&overlay, &owners, &ground.repaired);
    let mut changed = Vec::new();
    for feature in touched {
        let geometry = rebuilt(&overlay, &owners, feature);
        // The feature as it came is the model; after a repair the ground has other rings.
        if geometry != coverage.geometry(feature) {
            changed.push((feature, geometry));
        }
    }
    let mut changes: Vec<Change> =
        ground.repaired.iter().map(|one| of_repair(coverage, one, &how.settings)).collect();
    changes.extend(owners.changes);
    Some(Cleaned { changed, changes, complete: noded.complete })
}

fn of_repair(coverage: &Coverage, one: &Repaired, settings: &Settings) -> Change {
    let area = |geometry: &Geometry| -> f64 {
        polygons(geometry).iter().map(|part| settings.metric.ground(part)).sum()
    };
    let feature = one.suspect.feature;
    let crosses = !one.suspect.crossings.is_empty();
    let places = if crosses { &one.suspect.crossings } else { &one.suspect.dangles };
    Change {
        kind: if crosses { Kind::SelfIntersection } else { Kind::Dangle },
        to: feature as u32,
        among: vec![feature as u32],
        place: geo_types::MultiPoint::from(places.clone()).into(),
        area: (area(&one.geometry) - area(&coverage.geometry(feature))).abs(),
        width: 0.0,
    }
}

/// The features whose border changed: by noding, by faces that came or went, by a repair.
fn touched(overlay: &Overlay, owners: &Owners, repaired: &[Repaired]) -> Vec<usize> {
    let patch = &overlay.patch;
    let mut touched: BTreeSet<usize> = repaired.iter().map(|one| one.suspect.feature).collect();
    for (at, piece) in patch.pieces.iter().enumerate() {
        let (left, right) = owners.sides[at];
        let claimed = |side: bool| {
            let mut claims = piece.claims.iter().filter(move |claim| claim.left == side);
            (claims.next().map_or(OUTSIDE, |claim| claim.feature), claims.next().is_none())
        };
        let same = claimed(true) == (left, true) && claimed(false) == (right, true);
        if !same || piece.troubled {
            touched.extend(piece.claims.iter().map(|claim| claim.feature as usize));
            touched.extend([left, right].into_iter().filter(|f| *f != OUTSIDE).map(|f| f as usize));
        }
    }
    touched.into_iter().collect()
}

/// A feature anew from its untouched arcs and the pieces that it owns.
fn rebuilt(overlay: &Overlay, owners: &Owners, feature: usize) -> Geometry {
    let patch: &Patch = &overlay.patch;
    let coverage = patch.coverage;
    let mut chains = Chains::default();
    for ring in coverage.parts_of(feature).flat_map(|part| coverage.rings_of(part)) {
        for one in coverage.ring_arcs(ring).iter().filter(|one| !patch.holds[one.arc()]) {
            let arc = coverage.arc(one.arc()).iter().copied();
            if coverage.inside_left(ring) != one.reversed() {
                chains.push(arc);
            } else {
                chains.push(arc.rev());
            }
        }
    }
    for (piece, left) in owners.of_feature(feature as u32) {
        if left {
            chains.push(patch.chain(piece));
        } else {
            chains.push(patch.chain(piece).rev());
        }
    }
    assemble::polygons(&chains, &|vertex| patch.point(vertex), coverage, feature)
}

/// A change as a finding, for a list of both.
impl From<Change> for Flaw {
    fn from(change: Change) -> Self {
        Self {
            kind: change.kind,
            severity: Severity::Note,
            features: change.among,
            place: change.place,
            area: change.area,
            width: change.width,
        }
    }
}
