//! Streets as they come, and the network that they make: nodes, edges with their shape and lengths.

use std::ops::Range;

use geo_types::Coord;

use super::NetworkError;
use crate::crs::geodesic::Ellipsoid;

/// What coordinates are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Metric {
    /// longitude and latitude; lengths are geodesic
    Degrees,
    /// metres in a plane
    Plane,
}

impl Metric {
    /// Metres between two points.
    pub fn distance_m(self, a: Coord, b: Coord) -> f64 {
        match self {
            Self::Plane => (a.x - b.x).hypot(a.y - b.y),
            Self::Degrees if a == b => 0.0,
            Self::Degrees => Ellipsoid::cgcs2000().distance_m(a, b),
        }
    }

    /// Metres of a unit of x and of y at a latitude: to look at a small neighbourhood as a plane.
    pub fn scale(self, latitude: f64) -> (f64, f64) {
        match self {
            Self::Plane => (1.0, 1.0),
            Self::Degrees => {
                let (a, e2) = (6_378_137.0_f64, 0.006_694_380_022_900_8_f64);
                let (sin, cos) = latitude.to_radians().sin_cos();
                let w = (1.0 - e2 * sin * sin).sqrt();
                ((a * cos / w).to_radians(), (a * (1.0 - e2) / (w * w * w)).to_radians())
            }
        }
    }
}

/// Whether a street may be walked both ways.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OneWay {
    /// both ways
    #[default]
    Both,
    /// as drawn only
    Forward,
    /// against the way it is drawn only
    Backward,
}

/// A street that is itself the crossing of a road.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Crossing {
    /// it is none
    #[default]
    None,
    /// without signals
    Plain,
    /// with signals
    Signals,
}

/// What makes a difference to those who walk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tags {
    /// steps
    pub steps: bool,
    /// bridge or tunnel: its heights run straight from end to end
    pub level: bool,
    /// one-way for feet
    pub one_way: OneWay,
    /// a crossing
    pub crossing: Crossing,
}

/// One street from node to node.
#[derive(Clone, Debug)]
pub struct Street {
    /// number of its first node
    pub from: u32,
    /// number of its last node
    pub to: u32,
    /// all vertices, both ends among them
    pub shape: Vec<Coord>,
    /// what makes a difference
    pub tags: Tags,
    /// row of the file or id of the way
    pub source: i64,
}

/// Streets and how many nodes they number.
#[derive(Clone, Debug, Default)]
pub struct Streets {
    /// how many nodes
    pub nodes: usize,
    /// streets
    pub streets: Vec<Street>,
}

/// An edge of the network.
#[derive(Clone, Debug)]
pub struct Edge {
    /// node where it begins
    pub from: u32,
    /// node where it ends
    pub to: u32,
    /// first of its vertices
    pub first: u32,
    /// how many vertices, two or more
    pub count: u32,
    /// what makes a difference
    pub tags: Tags,
    /// row of the file or id of the way
    pub source: i64,
}

/// Streets joined at their ends. Nodes are numbered along a space-filling curve: neighbours lie close in memory.
#[derive(Clone, Debug)]
pub struct Network {
    pub(super) metric: Metric,
    pub(super) nodes: Vec<Coord>,
    pub(super) edges: Vec<Edge>,
    /// vertices of all edges
    pub(super) shape: Vec<Coord>,
    /// metres along its edge, by vertex
    pub(super) along: Vec<f64>,
    /// height by vertex, metres; empty where heights are not known, NaN where one is not
    pub(super) heights: Vec<f64>,
}

impl Network {
    /// Joins streets.
    ///
    /// # Errors
    /// There are none, or more vertices than 32 bits number.
    pub fn build(streets: Streets, metric: Metric) -> Result<Self, NetworkError> {
        let Streets { nodes: count, mut streets } = streets;
        streets.retain(|street| street.shape.len() >= 2);
        let vertices: usize = streets.iter().map(|street| street.shape.len()).sum();
        if vertices.max(count) >= u32::MAX as usize {
            return Err(NetworkError::TooLarge(vertices.max(count)));
        }
        if streets.is_empty() {
            return Err(NetworkError::Empty);
        }
        let mut places = vec![None; count];
        for street in &streets {
            places[street.from as usize] = street.shape.first().copied();
            places[street.to as usize] = street.shape.last().copied();
        }
        let order = ordered(&places);
        let mut number = vec![u32::MAX; count];
        for (new, old) in order.iter().enumerate() {
            number[*old as usize] = new as u32;
        }
        streets.sort_by_key(|street| number[street.from as usize].min(number[street.to as usize]));
        let mut network = Self {
            metric,
            nodes: order.iter().filter_map(|old| places[*old as usize]).collect(),
            edges: Vec::with_capacity(streets.len()),
            shape: Vec::with_capacity(vertices),
            along: Vec::with_capacity(vertices),
            heights: Vec::new(),
        };
        for street in streets {
            let (from, to) = (number[street.from as usize], number[street.to as usize]);
            let (first, count) = (network.shape.len() as u32, street.shape.len() as u32);
            network.edges.push(Edge { from, to, first, count, tags: street.tags, source: street.source });
            let mut metres = 0.0;
            for (at, vertex) in street.shape.iter().enumerate() {
                if at > 0 {
                    metres += metric.distance_m(street.shape[at - 1], *vertex);
                }
                network.along.push(metres);
            }
            network.shape.extend(street.shape);
        }
        Ok(network)
    }

    /// What coordinates are.
    pub fn metric(&self) -> Metric {
        self.metric
    }

    /// Least and greatest y of its nodes.
    pub(super) fn latitudes(&self) -> (f64, f64) {
        let ys = self.nodes.iter().map(|node| node.y);
        (ys.clone().fold(f64::MAX, f64::min), ys.fold(f64::MIN, f64::max))
    }

    /// How many nodes.
    pub fn node_count(&self) -> usize {
        self.nodes.len()
    }

    /// How many edges.
    pub fn edge_count(&self) -> usize {
        self.edges.len()
    }

    /// How many vertices all edges have.
    pub fn vertex_count(&self) -> usize {
        self.shape.len()
    }

    /// Nodes by number.
    pub fn nodes(&self) -> &[Coord] {
        &self.nodes
    }

    /// Edges by number.
    pub fn edges(&self) -> &[Edge] {
        &self.edges
    }

    /// Where the vertices of an edge stand.
    pub(super) fn range(&self, edge: usize) -> Range<usize> {
        let Edge { first, count, .. } = self.edges[edge];
        first as usize..(first + count) as usize
    }

    /// The vertices of an edge.
    pub fn shape(&self, edge: usize) -> &[Coord] {
        &self.shape[self.range(edge)]
    }

    /// Metres of an edge.
    pub fn length_m(&self, edge: usize) -> f64 {
        self.along[self.range(edge).end - 1]
    }

    /// Metres of all edges.
    pub fn total_m(&self) -> f64 {
        (0..self.edges.len()).map(|edge| self.length_m(edge)).sum()
    }

    /// Bytes of memory that it holds.
    pub fn bytes(&self) -> usize {
        self.nodes.capacity() * size_of::<Coord>()
            + self.edges.capacity() * size_of::<Edge>()
            + self.shape.capacity() * size_of::<Coord>()
            + (self.along.capacity() + self.heights.capacity()) * size_of::<f64>()
    }

    /// Takes heights of a function, metres above the sea or nothing where there is a void: voids within an edge are
    /// bridged by its other heights; bridges and tunnels run straight from end to end. Gives back how many vertices
    /// had a height of their own.
    pub fn set_heights(&mut self, height: &dyn Fn(Coord) -> Option<f64>) -> usize {
        let mut heights: Vec<f64> =
            self.shape.iter().map(|at| height(*at).filter(|h| h.is_finite()).unwrap_or(f64::NAN)).collect();
        let known = heights.iter().filter(|height| height.is_finite()).count();
        for edge in 0..self.edges.len() {
            let range = self.range(edge);
            if self.edges[edge].tags.level {
                let last = range.len() - 1;
                heights[range.clone()][1..last].fill(f64::NAN);
            }
            bridge(&mut heights[range.clone()], &self.along[range]);
        }
        self.heights = heights;
        known
    }
}

/// Fills what is not known from both sides, along the edge; beyond the outermost height that is known with it.
fn bridge(heights: &mut [f64], along: &[f64]) {
    let mut last: Option<usize> = None;
    for at in 0..=heights.len() {
        let known = at < heights.len() && heights[at].is_finite();
        if !known && at < heights.len() {
            continue;
        }
        let next = known.then_some(at);
        let begin = last.map_or(0, |last| last + 1);
        for void in begin..at.min(heights.len()) {
            heights[void] = match (last, next) {
                (Some(a), Some(b)) if along[b] > along[a] => {
                    let share = (along[void] - along[a]) / (along[b] - along[a]);
                    heights[a] + share * (heights[b] - heights[a])
                }
                (Some(known), _) | (None, Some(known)) => heights[known],
                (None, None) => f64::NAN,
            };
        }
        last = next.or(last);
    }
}

/// Numbers of nodes that have a place, along a Hilbert curve.
fn ordered(places: &[Option<Coord>]) -> Vec<u32> {
    let (mut low, mut high) = ([f64::MAX; 2], [f64::MIN; 2]);
    for place in places.iter().flatten() {
        low = [low[0].min(place.x), low[1].min(place.y)];
        high = [high[0].max(place.x), high[1].max(place.y)];
    }
    let cells = f64::from(u16::MAX);
    let cell = |value: f64, axis: usize| {
        let width = high[axis] - low[axis];
        if width > 0.0 { ((value - low[axis]) / width * cells) as u32 } else { 0 }
    };
    let mut keyed: Vec<(u32, u32)> = places
        .iter()
        .enumerate()
        .filter_map(|(at, place)| place.map(|p| (hilbert(cell(p.x, 0), cell(p.y, 1)), at as u32)))
        .collect();
    keyed.sort_unstable();
    keyed.into_iter().map(|(_, at)| at).collect()
}

/// Distance along the Hilbert curve of order 16 in its well-known iterative form.
fn hilbert(mut x: u32, mut y: u32) -> u32 {
    let mut distance = 0;
    let mut side = 1u32 << 15;
    while side > 0 {
        let (rx, ry) = (u32::from(x & side > 0), u32::from(y & side > 0));
        distance += side * side * ((3 * rx) ^ ry);
        if ry == 0 {
            if rx == 1 {
                x = 0xffff - x;
                y = 0xffff - y;
            }
            std::mem::swap(&mut x, &mut y);
        }
        side >>= 1;
    }
    distance
}
