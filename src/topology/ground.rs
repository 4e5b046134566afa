//! The coverage that is looked at and worked on: features that cross themselves made valid first, and the edges
//! that trouble each other found.

use std::borrow::Cow;

use geo_types::Geometry;

use super::boxes::Extent;
use super::contacts::{self, Edge, Pair};
use super::coverage::Coverage;
use super::coverage::polygons;
use super::locks::Locks;
use super::metric::Metric;
use super::noding::{self, Tolerance};
use super::repair::{self, Repaired};

/// How a coverage is looked at.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// what the coordinates are
    pub metric: Metric,
    /// up to which width a gap is an error (or is filled), m or the unit of the plane
    pub gap_width: f64,
    /// below which width a part is a sliver
    pub sliver_width: f64,
    /// how near is the same, in coordinate units; by default 1e-8 degree or a 100,000,000th of the extent
    pub snap: Option<f64>,
}

impl Settings {
    /// Gaps of up to 10 m, slivers below 1 m.
    pub fn new(metric: Metric) -> Self {
        Self { metric, gap_width: 10.0, sliver_width: 1.0, snap: None }
    }

    /// How near is the same, for these coordinates.
    pub fn snap(&self, coverage: &Coverage) -> f64 {
        self.snap.unwrap_or_else(|| match self.metric {
            Metric::Degrees => 1e-8,
            Metric::Plane => {
                let extent = Extent::round(coverage.points().iter().copied());
                (extent.max.x - extent.min.x).hypot(extent.max.y - extent.min.y).max(0.0) / 1e8
            }
        })
    }

    pub(super) fn tolerance<'a>(&self, coverage: &Coverage, locks: &'a Locks) -> Tolerance<'a> {
        // New vertices lie on the grid on which coordinates are stored.
        let steps = if self.metric == Metric::Degrees { 1e9 } else { 0.0 };
        Tolerance { snap: self.snap(coverage), steps, locks }
    }
}

/// A coverage without features that cross themselves, and its trouble.
pub(super) struct Ground<'a> {
    pub coverage: Cow<'a, Coverage>,
    pub troubles: Vec<Pair>,
    pub repaired: Vec<Repaired>,
}

impl<'a> Ground<'a> {
    /// `None` where more edges cross than can be looked at.
    pub fn prepare(coverage: &'a Coverage, tolerance: &Tolerance) -> Option<Self> {
        let troubles = find(coverage, tolerance)?;
        let disturbs = |pair: &&Pair| Edge::at(coverage, pair.0).disturbs(&Edge::at(coverage, pair.1));
        let disturbing: Vec<Pair> = troubles.iter().filter(disturbs).copied().collect();
        let suspects = repair::suspects(coverage, &disturbing);
        let mut repaired = repair::repair(coverage, suspects, tolerance);
        repaired.retain(|one| differs(&coverage.geometry(one.suspect.feature), &one.geometry));
        if repaired.is_empty() {
            return Some(Self { coverage: Cow::Borrowed(coverage), troubles, repaired });
        }
        let all: Vec<Geometry> = {
            let mut next = repaired.iter().peekable();
            (0..coverage.features())
                .map(|feature| match next.next_if(|one| one.suspect.feature == feature) {
                    Some(one) => one.geometry.clone(),
                    None => coverage.geometry(feature),
                })
                .collect()
        };
        let coverage = Coverage::build(all.iter().map(Some)).ok()?;
        let troubles = find(&coverage, tolerance)?;
        Some(Self { coverage: Cow::Owned(coverage), troubles, repaired })
    }
}

fn find(coverage: &Coverage, tolerance: &Tolerance) -> Option<Vec<Pair>> {
    let snap = tolerance.snap;
    contacts::pairs(coverage, snap, |one, other| noding::trouble(&one, &other, snap))
}

/// Whether a repair changed more than to give a touch its vertex.
fn differs(before: &Geometry, after: &Geometry) -> bool {
    let look = |geometry: &Geometry| {
        let parts = polygons(geometry).iter();
        let rings = parts.map(|part| (part.exterior().0.len() > 3, part.interiors().len()));
        let area: f64 = polygons(geometry).iter().map(|part| Metric::Plane.ground(part)).sum();
        let count: usize = polygons(geometry)
            .iter()
            .map(|part| part.exterior().0.len() + part.interiors().iter().map(|r| r.0.len()).sum::<usize>())
            .sum();
        (rings.collect::<Vec<_>>(), area, count)
    };
    let ((rings, area, count), (new_rings, new_area, new_count)) = (look(before), look(after));
    rings != new_rings || (area - new_area).abs() > 1e-12 * area.max(new_area) || new_count < count
}
