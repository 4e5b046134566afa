//! The nearest point of the network to a place.
//!
//! Segments stand in an R-tree in metres of a plane scaled at the middle latitude; what it gives is measured again
//! in the scale of the place itself, so that the nearest is the nearest also in a network from south to north.

use geo_types::Coord;
use rstar::{AABB, PointDistance, RTree, RTreeObject};

use super::spot::{On, Spot};
use super::street::{Metric, Network};
use super::walk::Walk;

/// A segment of an edge, in metres of the scaled plane.
struct Segment {
    a: [f64; 2],
    b: [f64; 2],
    edge: u32,
    segment: u32,
}

/// The share of the way from a to b where the point nearest to p lies, and the square of the distance.
fn nearest(a: [f64; 2], b: [f64; 2], p: [f64; 2]) -> (f64, f64) {
    let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
    let length2 = dx * dx + dy * dy;
    let share = if length2 > 0.0 {
        (((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / length2).clamp(0.0, 1.0)
    } else {
        0.0
    };
    let (x, y) = (a[0] + share * dx - p[0], a[1] + share * dy - p[1]);
    (share, x * x + y * y)
}

impl RTreeObject for Segment {
    type Envelope = AABB<[f64; 2]>;

    fn envelope(&self) -> Self::Envelope {
        AABB::from_corners(self.a, self.b)
    }
}

impl PointDistance for Segment {
    fn distance_2(&self, point: &[f64; 2]) -> f64 {
        nearest(self.a, self.b, *point).1
    }
}

/// Finds the nearest point of the edges that a profile can use.
pub struct Locator {
    tree: RTree<Segment>,
    metric: Metric,
    scale: (f64, f64),
    /// by how much, at most, distances of the scaled plane may be too large
    slack: f64,
}

/// Where a place is joined to the network.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Found {
    /// on a street or beside it
    Spot(Spot),
    /// the nearest street is so many metres away, beyond the limit
    TooFar(f64),
}

impl Found {
    /// The spot, if it is one.
    pub fn spot(&self) -> Option<&Spot> {
        match self {
            Self::Spot(spot) => Some(spot),
            Self::TooFar(_) => None,
        }
    }
}

impl Locator {
    /// Indexes the segments of the edges that can be walked.
    pub fn new(network: &Network, walk: &Walk) -> Self {
        let all: Vec<usize> = (0..network.edges.len()).collect();
        Self::of_edges(network, walk, &all)
    }

    /// The same of some edges only.
    pub fn of_edges(network: &Network, walk: &Walk, edges: &[usize]) -> Self {
        let (south, north) = network.latitudes();
        let metric = network.metric;
        let scale = metric.scale((south + north) / 2.0);
        // At the edges of the network a degree of longitude is longer or shorter than in the middle.
        let slack = [south, north].into_iter().map(|y| scale.0 / metric.scale(y).0).fold(1.0, f64::max);
        let plane = |c: Coord| [c.x * scale.0, c.y * scale.1];
        let mut segments = Vec::with_capacity(network.shape.len());
        for edge in edges.iter().copied().filter(|edge| walk.usable(network, *edge)) {
            let shape = network.shape(edge);
            segments.extend(shape.windows(2).enumerate().map(|(segment, pair)| Segment {
                a: plane(pair[0]),
                b: plane(pair[1]),
                edge: edge as u32,
                segment: segment as u32,
            }));
        }
        Self { tree: RTree::bulk_load(segments), metric, scale, slack: slack * 1.02 }
    }

    /// The nearest point of the network, at most so many metres away. Of several that are equally near, the one on
    /// the edge with the lowest number.
    pub fn find(&self, network: &Network, walk: &Walk, at: Coord, limit_m: f64) -> Found {
        if !at.x.is_finite() || !at.y.is_finite() {
            return Found::TooFar(f64::INFINITY);
        }
        let here = self.metric.scale(at.y);
        let local =
            |p: [f64; 2]| [(p[0] / self.scale.0 - at.x) * here.0, (p[1] / self.scale.1 - at.y) * here.1];
        let mut best: Option<(f64, On)> = None;
        let wanted = [at.x * self.scale.0, at.y * self.scale.1];
        for (segment, distance2) in self.tree.nearest_neighbor_iter_with_distance_2(&wanted) {
            if best.is_some_and(|(nearest, _)| distance2.sqrt() > nearest * self.slack + 1e-6) {
                break;
            }
            let (share, d2) = nearest(local(segment.a), local(segment.b), [0.0, 0.0]);
            let (distance, on) = (d2.sqrt(), On { edge: segment.edge, segment: segment.segment, share });
            let order = |on: &On| (on.edge, on.segment);
            // Equal but for the last digits: the same vertex seen from two segments.
            let nearer = best.is_none_or(|(least, other)| {
                distance < least - 1e-7 || distance < least + 1e-7 && order(&on) < order(&other)
            });
            if nearer {
                best = Some((distance, on));
            }
        }
        let Some((distance, on)) = best else { return Found::TooFar(f64::INFINITY) };
        if distance > limit_m * 1.001 + 0.001 {
            return Found::TooFar(distance);
        }
        let spot = Spot::new(network, walk, on, 0.0);
        let off_m = self.metric.distance_m(at, spot.at);
        if off_m > limit_m {
            return Found::TooFar(off_m);
        }
        // A place that was meant to lie on the street lies on it.
        Found::Spot(Spot::new(network, walk, on, if off_m < 1e-6 { 0.0 } else { off_m }))
    }
}
