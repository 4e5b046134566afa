//! Whether a point lies in a polygon, by one exact rule that gives every point of a shared border to
//! exactly one side.
//!
//! A point is taken to lie a little to the east of where it is, and far less than that to the north: a
//! place that no edge goes through. An edge on the point itself then lies to its west. All edges are
//! looked at from their lower end, so that both neighbours compute the very same numbers, and signs are
//! exact (Shewchuk's adaptive predicate, crate `robust`). A ring is filled where a ray to the east meets an
//! odd number of edges: holes, spikes, repeated points and rings without area need no special case.

use geo_types::{Coord, Polygon};

/// An edge from its lower end, or of a level one from its west end.
pub(super) type Edge = [Coord; 2];

/// The same edge whichever way it was drawn; `None` for one without length.
pub(super) fn upward(a: Coord, b: Coord) -> Option<Edge> {
    if a == b {
        None
    } else if (a.y, a.x) < (b.y, b.x) {
        Some([a, b])
    } else {
        Some([b, a])
    }
}

/// The edges of a polygon, upward.
pub(super) fn edges(polygon: &Polygon) -> impl Iterator<Item = Edge> + '_ {
    std::iter::once(polygon.exterior())
        .chain(polygon.interiors())
        .flat_map(|ring| ring.0.windows(2).filter_map(|pair| upward(pair[0], pair[1])))
}

/// Above 0 where the point lies to the left (west) of an upward edge's line, 0 on it.
#[inline]
pub(super) fn side(edge: &Edge, at: Coord) -> f64 {
    let robust = |c: Coord| robust::Coord { x: c.x, y: c.y };
    robust::orient2d(robust(edge[0]), robust(edge[1]), robust(at))
}

/// Whether a point at the height of an edge lies west of it, and so a ray to the east meets it.
#[inline]
pub(super) fn is_west(edge: &Edge, at: Coord) -> bool {
    let (x0, x1) = (edge[0].x, edge[1].x);
    // Beyond both ends no product is needed; most calls end here.
    if at.x < x0.min(x1) {
        true
    } else if at.x >= x0.max(x1) {
        false
    } else {
        side(edge, at) > 0.0
    }
}

/// Whether the ray to the east from a point meets the edge.
#[inline]
pub(super) fn ray_meets(edge: &Edge, at: Coord) -> bool {
    edge[0].y <= at.y && at.y < edge[1].y && is_west(edge, at)
}

/// Whether a point at the longitude of an edge lies below it, and so the way north meets it.
#[inline]
pub(super) fn is_below(edge: &Edge, at: Coord) -> bool {
    let [low, high] = edge;
    if at.y < low.y {
        return true;
    }
    if at.y > high.y {
        return false;
    }
    let side = side(edge, at);
    if low.y == high.y {
        // level: a point on it is taken to lie a little north of it
        side < 0.0
    } else if high.x > low.x {
        // rising eastward: below is right of it, and a point on it, taken a little east, is below
        side <= 0.0
    } else {
        side > 0.0
    }
}

/// Whether the point lies in the polygon.
pub(super) fn contains(polygon: &Polygon, at: Coord) -> bool {
    edges(polygon).filter(|edge| ray_meets(edge, at)).count() % 2 == 1
}
