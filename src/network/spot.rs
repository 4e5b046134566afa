//! A place along an edge, with the seconds to both ends of it.

use geo_types::Coord;

use super::street::Network;
use super::walk::{Direction, Walk};

/// A place along an edge, for one profile.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spot {
    /// number of the edge
    pub edge: u32,
    /// where it begins and ends
    pub nodes: [u32; 2],
    /// seconds from the beginning of the edge, and from there to its end; infinite where that way is closed
    pub ahead: [f64; 2],
    /// seconds back to the beginning of the edge, and from its end back to here
    pub back: [f64; 2],
    /// seconds between the place itself and the street
    pub off_s: f64,
    /// metres between the place itself and the street
    pub off_m: f64,
    /// metres along the edge
    pub along_m: f64,
    /// where on the street
    pub at: Coord,
    /// the same as segment and share
    pub on: On,
}

/// A place on an edge: behind which of its vertices, and what share of the segment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct On {
    /// number of the edge
    pub edge: u32,
    /// number of the segment within the edge
    pub segment: u32,
    /// share of it, 0 to 1
    pub share: f64,
}

impl Spot {
    /// The seconds of a place on an edge, so many metres off it.
    pub fn new(network: &Network, walk: &Walk, on: On, off_m: f64) -> Self {
        let range = network.range(on.edge as usize);
        let (a, b) = (range.start + on.segment as usize, range.start + on.segment as usize + 1);
        // Ends are hit exactly, whatever rounding makes of the sum.
        let between = |from: f64, to: f64| match on.share {
            share if share <= 0.0 => from,
            share if share >= 1.0 => to,
            share => from + share * (to - from),
        };
        let ((ahead_a, back_a), (ahead_b, back_b)) = (walk.by_vertex(a), walk.by_vertex(b));
        let (whole_ahead, whole_back) = walk.by_vertex(range.end - 1);
        let rest = |whole: f64, part: f64| if whole.is_finite() { whole - part } else { f64::INFINITY };
        let (ahead, back) = (finite(ahead_a, ahead_b, between), finite(back_a, back_b, between));
        let (p, q) = (network.shape[a], network.shape[b]);
        let along_m = between(network.along[a], network.along[b]);
        let (mut ahead, mut back) = ([ahead, rest(whole_ahead, ahead)], [back, rest(whole_back, back)]);
        // At an end of the edge the place is that node, whichever ways the street is closed.
        if along_m <= 0.0 {
            (ahead[0], back[0]) = (0.0, 0.0);
        }
        if along_m >= network.along[range.end - 1] {
            (ahead[1], back[1]) = (0.0, 0.0);
        }
        Self {
            edge: on.edge,
            nodes: [network.edges[on.edge as usize].from, network.edges[on.edge as usize].to],
            ahead,
            back,
            off_s: off_m / walk.profile().speed_m_per_s,
            off_m,
            along_m,
            at: Coord { x: between(p.x, q.x), y: between(p.y, q.y) },
            on,
        }
    }

    /// The same place for another profile that can use the same edges.
    #[must_use]
    pub fn for_walk(&self, network: &Network, walk: &Walk) -> Self {
        Self::new(network, walk, self.on, self.off_m)
    }

    /// Seconds between this place and the edge's beginning and end, the way people walk: with
    /// [`Direction::Toward`] from the ends to here, with [`Direction::Away`] from here to the ends.
    pub fn as_source(&self, direction: Direction) -> [f64; 2] {
        match direction {
            Direction::Toward => [self.ahead[0], self.back[1]],
            Direction::Away => [self.back[0], self.ahead[1]],
        }
    }

    /// The same where this is the place that is asked for the nearest source.
    pub fn as_target(&self, direction: Direction) -> [f64; 2] {
        match direction {
            Direction::Toward => self.as_source(Direction::Away),
            Direction::Away => self.as_source(Direction::Toward),
        }
    }

    /// Seconds along the edge from here to another place on it.
    pub fn straight_to(&self, other: &Self) -> f64 {
        let (here, there) = (self.along_m, other.along_m);
        let ahead = if self.ahead[0].is_finite() { other.ahead[0] - self.ahead[0] } else { f64::INFINITY };
        let back = if self.back[0].is_finite() { self.back[0] - other.back[0] } else { f64::INFINITY };
        match here.total_cmp(&there) {
            std::cmp::Ordering::Less => ahead.max(0.0),
            std::cmp::Ordering::Greater => back.max(0.0),
            std::cmp::Ordering::Equal => 0.0,
        }
    }
}

fn finite(a: f64, b: f64, between: impl Fn(f64, f64) -> f64) -> f64 {
    if a.is_finite() && b.is_finite() { between(a, b) } else { f64::INFINITY }
}
