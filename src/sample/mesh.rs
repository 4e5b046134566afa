//! A planar map that can be cut: nodes, edges that faces share, faces as rings of edges.
//!
//! An edge that gets a point in its middle keeps its two halves as children, so that the face on its
//! other side finds the same point: whatever is built from these edges shares borders bit by bit.

use std::collections::{BTreeMap, VecDeque};

use geo_types::{Coord, LineString, MultiPolygon, Polygon};

use super::plane::{P, area_and_centroid, p};
use super::terrain::Terrain;

/// What an edge is on the ground.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Expressway,
    Arterial,
    Secondary,
    Branch,
    Lane,
    TownshipRoad,
    VillageRoad,
    Track,
    River,
    Ridge,
    Outside,
}

impl Kind {
    /// Whether one can walk or drive along it.
    pub(super) fn is_road(self) -> bool {
        self <= Self::Track
    }
}

/// One side of a face: an edge, along its direction or against it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Side {
    pub(super) edge: usize,
    pub(super) forward: bool,
}

/// A piece of border between two nodes.
#[derive(Clone, Debug)]
pub(super) struct Edge {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) kind: Kind,
    /// which cut or skeleton line it is part of
    pub(super) line: usize,
    children: Option<[usize; 2]>,
}

/// An area without holes.
#[derive(Clone, Debug)]
pub(super) struct Face {
    /// sides, counter-clockwise; leaves are found with [`Mesh::ring`]
    pub(super) ring: Vec<Side>,
    /// which part of the skeleton it came from
    pub(super) zone: usize,
    /// which community within the district, if any
    pub(super) community: Option<usize>,
}

/// A line as it was drawn: skeleton edge or cut.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) kind: Kind,
    pub(super) name: Option<&'static str>,
}

/// The map.
pub(super) struct Mesh {
    pub(super) nodes: Vec<P>,
    pub(super) edges: Vec<Edge>,
    pub(super) faces: Vec<Face>,
    pub(super) lines: Vec<Line>,
    /// how many leaf edges meet at each node
    pub(super) node_degrees: Vec<u8>,
    /// settled places of each leaf edge, from its first node to its last; filled by [`Mesh::settle`]
    arcs: Vec<Vec<Coord>>,
}

impl Mesh {
    /// Nothing yet.
    pub(super) fn new() -> Self {
        Self {
            nodes: Vec::new(),
            edges: Vec::new(),
            faces: Vec::new(),
            lines: Vec::new(),
            node_degrees: Vec::new(),
            arcs: Vec::new(),
        }
    }

    /// A new node.
    pub(super) fn add_node(&mut self, at: P) -> usize {
        self.nodes.push(at);
        self.node_degrees.push(0);
        self.nodes.len() - 1
    }

    /// A new edge of a line.
    pub(super) fn add_edge(&mut self, from: usize, to: usize, line: usize) -> usize {
        let kind = self.lines[line].kind;
        self.node_degrees[from] += 1;
        self.node_degrees[to] += 1;
        self.edges.push(Edge { from, to, kind, line, children: None });
        self.edges.len() - 1
    }

    /// Puts a point into a leaf edge; the point need not lie on the chord. Returns the node.
    pub(super) fn divide(&mut self, edge: usize, at: P) -> usize {
        debug_assert!(self.edges[edge].children.is_none());
        let node = self.add_node(at);
        let Edge { from, to, line, .. } = self.edges[edge];
        let first = self.add_edge(from, node, line);
        let second = self.add_edge(node, to, line);
        for part in [first, second] {
            self.edges[part].kind = self.edges[edge].kind;
        }
        self.edges[edge].children = Some([first, second]);
        self.node_degrees[from] -= 1;
        self.node_degrees[to] -= 1;
        node
    }

    /// Leaf edges of one edge, in its direction.
    pub(super) fn leaves(&self, edge: usize) -> Vec<usize> {
        let mut out = Vec::new();
        self.unfold(Side { edge, forward: true }, &mut |side| out.push(side.edge));
        out
    }

    fn unfold(&self, side: Side, each: &mut impl FnMut(Side)) {
        match self.edges[side.edge].children {
            None => each(side),
            Some([first, second]) => {
                let (a, b) = if side.forward { (first, second) } else { (second, first) };
                self.unfold(Side { edge: a, ..side }, each);
                self.unfold(Side { edge: b, ..side }, each);
            }
        }
    }

    /// The leaf sides of a face.
    pub(super) fn ring(&self, face: usize) -> Vec<Side> {
        let mut out = Vec::new();
        for &side in &self.faces[face].ring {
            self.unfold(side, &mut |leaf| out.push(leaf));
        }
        out
    }

    /// The node at which a side begins.
    pub(super) fn start(&self, side: Side) -> usize {
        let edge = &self.edges[side.edge];
        if side.forward { edge.from } else { edge.to }
    }

    /// The node at which a side ends.
    pub(super) fn end(&self, side: Side) -> usize {
        self.start(Side { forward: !side.forward, ..side })
    }

    /// The corners of a ring of sides in the ideal plane.
    pub(super) fn corners(&self, ring: &[Side]) -> Vec<P> {
        ring.iter().map(|&side| self.nodes[self.start(side)]).collect()
    }

    /// Area (m²) and centroid of a face in the ideal plane.
    pub(super) fn area_and_centroid(&self, face: usize) -> (f64, P) {
        area_and_centroid(&self.corners(&self.ring(face)))
    }

    /// The leaf edges with their numbers.
    pub(super) fn leaf_edges(&self) -> impl Iterator<Item = (usize, &Edge)> {
        self.edges.iter().enumerate().filter(|(_, edge)| edge.children.is_none())
    }

    /// Draws all leaf edges: points every 45 m in town and 90 m outside, bent by the land, rounded once.
    pub(super) fn settle(&mut self, terrain: &Terrain) {
        let draw = |edge: &Edge| {
            if edge.children.is_some() {
                return Vec::new();
            }
            points_between(terrain, self.nodes[edge.from], self.nodes[edge.to])
                .map(|at| terrain.place(at))
                .collect()
        };
        self.arcs = self.edges.iter().map(draw).collect();
    }

    /// The places of a leaf edge.
    pub(super) fn arc(&self, edge: usize) -> &[Coord] {
        &self.arcs[edge]
    }

    /// Joins sides end to end into one line of places; consecutive sides must share nodes.
    pub(super) fn chain(&self, sides: &[Side]) -> LineString {
        let mut out: Vec<Coord> = Vec::new();
        for side in sides {
            let arc = &self.arcs[side.edge];
            let skip = usize::from(!out.is_empty());
            if side.forward {
                out.extend(arc.iter().skip(skip));
            } else {
                out.extend(arc.iter().rev().skip(skip));
            }
        }
        LineString(out)
    }

    /// The union of faces as polygons: sides that two of them share cancel, the rest is joined into rings.
    pub(super) fn union(&self, faces: impl IntoIterator<Item = usize>) -> MultiPolygon {
        let rings = self.outline(faces);
        let mut outers: Vec<(Vec<P>, Polygon)> = Vec::new();
        let mut holes = Vec::new();
        for ring in &rings {
            let corners = self.corners(ring);
            let line = self.chain(ring);
            if area_and_centroid(&corners).0 > 0.0 {
                outers.push((corners, Polygon::new(line, Vec::new())));
            } else {
                holes.push((corners[0], line));
            }
        }
        for (at, hole) in holes {
            let inside = |(corners, _): &&mut (Vec<P>, Polygon)| {
                super::plane::contains(corners, at) || corners.contains(&at)
            };
            if let Some((_, polygon)) = outers.iter_mut().find(inside) {
                polygon.interiors_push(hole);
            }
        }
        MultiPolygon(outers.into_iter().map(|(_, polygon)| polygon).collect())
    }

    /// The rings of sides round a union of faces.
    pub(super) fn outline(&self, faces: impl IntoIterator<Item = usize>) -> Vec<Vec<Side>> {
        let mut sides: BTreeMap<usize, Side> = BTreeMap::new();
        for face in faces {
            for side in self.ring(face) {
                if sides.remove(&side.edge).is_none() {
                    sides.insert(side.edge, side);
                }
            }
        }
        self.join_rings(sides.into_values())
    }

    fn join_rings(&self, sides: impl IntoIterator<Item = Side>) -> Vec<Vec<Side>> {
        let mut at_node: BTreeMap<usize, VecDeque<Side>> = BTreeMap::new();
        for side in sides {
            at_node.entry(self.start(side)).or_default().push_back(side);
        }
        let mut rings = Vec::new();
        while let Some(first) = at_node.first_entry().and_then(|mut entry| entry.get_mut().pop_front()) {
            let mut ring = vec![first];
            loop {
                let last = ring[ring.len() - 1];
                let node = self.end(last);
                let Some(next) = at_node.get_mut(&node).and_then(|choices| self.sharpest(last, choices))
                else {
                    break;
                };
                ring.push(next);
            }
            at_node.retain(|_, choices| !choices.is_empty());
            rings.push(ring);
        }
        rings
    }

    /// Of the sides that leave a node, the one most to the right: parts that touch in a point stay apart.
    fn sharpest(&self, last: Side, choices: &mut VecDeque<Side>) -> Option<Side> {
        let heading = self.nodes[self.end(last)] - self.nodes[self.start(last)];
        let turn = |side: &Side| {
            let next = self.nodes[self.end(*side)] - self.nodes[self.start(*side)];
            let (sin, cos) = (heading.unit().cross(next.unit()), heading.unit().dot(next.unit()));
            // Grows with the angle from -180° to 180° without a library's arcus.
            if sin >= 0.0 { 1.0 - cos } else { cos - 1.0 }
        };
        let at = (0..choices.len()).min_by(|&a, &b| turn(&choices[a]).total_cmp(&turn(&choices[b])))?;
        choices.remove(at)
    }
}

/// Points from one to another at regular steps, both ends included.
pub(super) fn points_between(terrain: &Terrain, from: P, to: P) -> impl Iterator<Item = P> {
    let step = 45.0 + 45.0 * (1.0 - terrain.urban((from + to) * 0.5));
    let parts = ((from.to(to) / step).ceil() as usize).max(1);
    (0..=parts).map(move |at| match at {
        0 => from,
        _ if at == parts => to,
        _ => {
            let t = at as f64 / parts as f64;
            p(from.x + (to.x - from.x) * t, from.y + (to.y - from.y) * t)
        }
    })
}
