//! The exact pieces of street that are within a time of their nearest source: edges clipped where the time is over.

use geo_types::Coord;

use super::search::Reached;
use super::street::Network;
use super::walk::Direction;

/// A piece of an edge, from one place on it to another: segment and share in one number, 2.5 is the middle of
/// the third segment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Piece {
    /// number of the edge
    pub edge: u32,
    /// where it begins
    pub from: f64,
    /// where it ends
    pub to: f64,
}

impl Network {
    /// The point of an edge at a place on it.
    pub fn point(&self, edge: u32, place: f64) -> Coord {
        let shape = self.shape(edge as usize);
        let segment = (place.max(0.0) as usize).min(shape.len() - 2);
        let share = (place - segment as f64).clamp(0.0, 1.0);
        let (a, b) = (shape[segment], shape[segment + 1]);
        Coord { x: a.x + share * (b.x - a.x), y: a.y + share * (b.y - a.y) }
    }

    /// Metres along an edge up to a place on it.
    pub fn metres(&self, edge: u32, place: f64) -> f64 {
        let range = self.range(edge as usize);
        let segment = (place.max(0.0) as usize).min(range.len() - 2);
        let share = (place - segment as f64).clamp(0.0, 1.0);
        let (a, b) = (self.along[range.start + segment], self.along[range.start + segment + 1]);
        a + share * (b - a)
    }

    /// The line of a piece.
    pub fn line(&self, piece: &Piece) -> Vec<Coord> {
        let shape = self.shape(piece.edge as usize);
        let first_inside = piece.from.floor() as usize + 1;
        let mut line = vec![self.point(piece.edge, piece.from)];
        for (at, vertex) in shape.iter().enumerate().skip(first_inside) {
            if at as f64 >= piece.to {
                break;
            }
            line.push(*vertex);
        }
        line.push(self.point(piece.edge, piece.to));
        line
    }
}

/// The pieces that are reached within so many seconds, edge by edge, in order along each.
pub fn pieces(network: &Network, reached: &Reached<'_>, limit_s: f64) -> Vec<Piece> {
    let arcs = reached.walk().arcs(reached.direction());
    let near = reached.nodes().iter().filter(|node| reached.node(**node).seconds <= limit_s);
    let mut edges: Vec<u32> = near.flat_map(|node| arcs.of(*node)).map(|arc| arc.edge).collect();
    edges.extend(reached.source_edges());
    edges.sort_unstable();
    edges.dedup();
    let mut found = Vec::with_capacity(edges.len());
    for edge in edges {
        of_edge(network, reached, (edge, limit_s), &mut found);
    }
    found
}

fn of_edge(network: &Network, reached: &Reached<'_>, (edge, limit_s): (u32, f64), found: &mut Vec<Piece>) {
    let range = network.range(edge as usize);
    let end = (range.len() - 1) as f64;
    let times = |place: usize| reached.walk().by_vertex(range.start + place);
    // Seconds by vertex that grow from the beginning, walked there from it or back to it; and towards the end.
    let (from_start, from_end): (Vec<f64>, Vec<f64>) = (0..range.len())
        .map(|at| match (reached.direction(), times(at)) {
            (Direction::Toward, (ahead, back)) => (back, ahead),
            (Direction::Away, (ahead, back)) => (ahead, back),
        })
        .unzip();
    let mut spans: Vec<(f64, f64)> = Vec::with_capacity(2);
    let ends = &network.edges[edge as usize];
    let whole = from_end[range.len() - 1];
    if let Some(to) = last_within(&from_start, limit_s - reached.node(ends.from).seconds) {
        spans.push((0.0, to));
    }
    if let Some(from) = first_above(&from_end, whole - (limit_s - reached.node(ends.to).seconds)) {
        spans.push((from, end));
    }
    for source in reached.on_edge(edge) {
        let spot = &reached.sources()[source as usize];
        let (to_start, to_end) = match reached.direction() {
            Direction::Toward => (spot.back[0], spot.ahead[0]),
            Direction::Away => (spot.ahead[0], spot.back[0]),
        };
        let left = limit_s - spot.off_s;
        if left < 0.0 {
            continue;
        }
        let here = place_of(network, edge, spot.along_m);
        let to = last_within(&from_start, to_start + left).unwrap_or(here);
        let from = first_above(&from_end, to_end - left).unwrap_or(here);
        spans.push((from.min(here), to.max(here)));
    }
    merge(edge, spans, found);
}

/// The last place where growing seconds are within a limit; none where they begin above it or the way is closed.
fn last_within(seconds: &[f64], limit: f64) -> Option<f64> {
    if limit.is_nan() || seconds[0] > limit || !seconds[0].is_finite() {
        return None;
    }
    let above = seconds.iter().position(|s| *s > limit);
    Some(match above {
        None => (seconds.len() - 1) as f64,
        Some(at) => (at - 1) as f64 + (limit - seconds[at - 1]) / (seconds[at] - seconds[at - 1]),
    })
}

/// The first place where growing seconds are at least so many; none where they never are or the way is closed.
fn first_above(seconds: &[f64], least: f64) -> Option<f64> {
    if least.is_nan() || !seconds[0].is_finite() || seconds[seconds.len() - 1] < least {
        return None;
    }
    let at = seconds.iter().position(|s| *s >= least)?;
    Some(if at == 0 {
        0.0
    } else {
        (at - 1) as f64 + (least - seconds[at - 1]) / (seconds[at] - seconds[at - 1])
    })
}

/// The place on an edge after so many metres.
fn place_of(network: &Network, edge: u32, metres: f64) -> f64 {
    let along = &network.along[network.range(edge as usize)];
    last_within(along, metres).unwrap_or(0.0)
}

/// Spans that touch are one piece.
fn merge(edge: u32, mut spans: Vec<(f64, f64)>, found: &mut Vec<Piece>) {
    spans.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut current: Option<Piece> = None;
    for (from, to) in spans {
        match &mut current {
            Some(piece) if from <= piece.to => piece.to = piece.to.max(to),
            _ => {
                found.extend(current.take());
                current = Some(Piece { edge, from, to });
            }
        }
    }
    found.extend(current);
}
