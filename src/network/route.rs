//! The way from a place to its nearest source, street by street, read off the times of a search.

use geo_types::Coord;

use super::search::Reached;
use super::spot::Spot;
use super::street::Network;
use super::walk::Direction;

/// By how much sums along a way may differ from the label, seconds.
const ROUNDING: f64 = 1e-6;

/// A way on foot.
#[derive(Clone, Debug, PartialEq)]
pub struct Route {
    /// its vertices, from the place to the source, on the streets
    pub line: Vec<Coord>,
    /// metres along the streets
    pub metres: f64,
    /// number of the source
    pub source: u32,
}

/// The way from a place to the source that is nearest to it, for times toward sources; nothing where none is reached.
pub fn route(network: &Network, reached: &Reached<'_>, place: &Spot) -> Option<Route> {
    let label = reached.at(place);
    if !label.seconds.is_finite() || reached.direction() != Direction::Toward {
        return None;
    }
    let source = reached.sources().get(label.source as usize)?;
    let wanted = label.seconds - place.off_s;
    let mut way = Way { network, line: vec![place.at], metres: 0.0 };
    let direct = source.off_s + place.straight_to(source);
    if place.edge == source.edge && direct <= wanted + ROUNDING {
        way.along(place.edge, place.along_m, source.along_m);
        way.push(source.at);
        return Some(Route { line: way.line, metres: way.metres, source: label.source });
    }
    // Out of the place's edge by the end that gives its time.
    let ends = place.as_target(Direction::Toward);
    let through = |at: usize| reached.node(place.nodes[at]).seconds + ends[at];
    let end = if through(0) <= through(1) { 0 } else { 1 };
    let length = network.length_m(place.edge as usize);
    way.along(place.edge, place.along_m, if end == 0 { 0.0 } else { length });
    let mut node = place.nodes[end];
    let arcs = reached.walk().arcs(Direction::Away);
    // No shortest way meets a node twice.
    for _ in 0..=network.node_count() {
        let here = reached.node(node);
        if let Some(at) = arrived(reached, node, here.seconds, label.source) {
            let from = if at == 0 { 0.0 } else { network.length_m(source.edge as usize) };
            way.along(source.edge, from, source.along_m);
            way.push(source.at);
            return Some(Route { line: way.line, metres: way.metres, source: label.source });
        }
        let on = arcs.of(node).iter().filter(|arc| {
            let next = reached.node(arc.to);
            next.source == label.source
                && (next.seconds + arc.seconds - here.seconds).abs() <= ROUNDING
                && (next.seconds < here.seconds || arc.seconds == 0.0)
        });
        let arc = on.min_by(|a, b| reached.node(a.to).seconds.total_cmp(&reached.node(b.to).seconds))?;
        let length = network.length_m(arc.edge as usize);
        let edge = &network.edges[arc.edge as usize];
        let (from, to) = if edge.from == node && edge.to == arc.to { (0.0, length) } else { (length, 0.0) };
        way.along(arc.edge, from, to);
        node = arc.to;
    }
    None
}

/// Which end of the source's edge a node is, if its time comes from the source itself.
fn arrived(reached: &Reached<'_>, node: u32, seconds: f64, source: u32) -> Option<usize> {
    let spot = reached.sources().get(source as usize)?;
    let to = spot.as_source(Direction::Toward);
    (0..2).find(|at| spot.nodes[*at] == node && (to[*at] + spot.off_s - seconds).abs() <= ROUNDING)
}

struct Way<'a> {
    network: &'a Network,
    line: Vec<Coord>,
    metres: f64,
}

impl Way<'_> {
    fn push(&mut self, at: Coord) {
        if self.line.last() != Some(&at) {
            self.line.push(at);
        }
    }

    /// The vertices of an edge between two places on it, metres from its beginning, with the end that is a node.
    fn along(&mut self, edge: u32, from: f64, to: f64) {
        self.metres += (to - from).abs();
        let range = self.network.range(edge as usize);
        let (low, high) = (from.min(to), from.max(to));
        let between = |at: &usize| (low..=high).contains(&self.network.along[*at]);
        let mut vertices: Vec<usize> = range.filter(between).collect();
        if from > to {
            vertices.reverse();
        }
        for at in vertices {
            self.push(self.network.shape[at]);
        }
    }
}
