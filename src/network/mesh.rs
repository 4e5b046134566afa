//! Points along all streets and between them, triangulated once: what outlines of reached streets are drawn on.
//!
//! A place belongs to the street point nearest to it. The mesh holds every node, points along each edge at most
//! [`STEP_M`] apart, and, where no street is near, points of a lattice that no one reaches. An outline runs half-way
//! between a point that is reached and one that is not; see `outline`.

use std::collections::HashMap;

use foldhash::fast::RandomState;
use geo_types::Coord;
use spade::{DelaunayTriangulation, HasPosition, Point2, Triangulation as _};

use super::street::Network;
use super::walk::Walk;

/// Points along a street are at most so many metres apart.
const STEP_M: f64 = 20.0;
/// A place farther than this from every street is nobody's, metres; an outline lies at most half of it off a street.
const OFF_M: f64 = 100.0;

/// A point of the mesh.
struct Vertex {
    at: Point2<f64>,
    number: u32,
}

impl HasPosition for Vertex {
    type Scalar = f64;

    fn position(&self) -> Point2<f64> {
        self.at
    }
}

/// The mesh of a network for one profile.
pub struct Mesh {
    /// point of each node; `u32::MAX` for a node without a usable edge
    pub(super) of_node: Vec<u32>,
    /// by edge: how many points lie within it, and the number of the first in `inner`
    pub(super) of_edge: Vec<(u32, u32)>,
    /// points within edges
    pub(super) inner: Vec<u32>,
    /// where the points are
    pub(super) at: Vec<Coord>,
    /// corners of the triangles, counter-clockwise
    pub(super) triangles: Vec<[u32; 3]>,
    /// by point: where its triangles stand in `around`
    first: Vec<u32>,
    around: Vec<u32>,
}

impl Mesh {
    /// Makes it: a second or so for a city.
    pub fn new(network: &Network, walk: &Walk) -> Self {
        let mut points = Points::new(network);
        let mut mesh = Self {
            of_node: vec![u32::MAX; network.nodes.len()],
            of_edge: Vec::with_capacity(network.edges.len()),
            inner: Vec::new(),
            at: Vec::new(),
            triangles: Vec::new(),
            first: Vec::new(),
            around: Vec::new(),
        };
        for (number, edge) in network.edges.iter().enumerate() {
            let usable = walk.usable(network, number);
            let length = network.length_m(number);
            let inner = if usable { ((length / STEP_M).ceil() as u32).saturating_sub(1) } else { 0 };
            mesh.of_edge.push((inner, mesh.inner.len() as u32));
            if !usable {
                continue;
            }
            for node in [edge.from, edge.to] {
                mesh.of_node[node as usize] = points.number(network.nodes[node as usize]);
            }
            let mut behind = 0;
            let along = &network.along[network.range(number)];
            for at in 1..=inner {
                let metres = length * f64::from(at) / f64::from(inner + 1);
                while along[behind + 1] < metres {
                    behind += 1;
                }
                let share = (metres - along[behind]) / (along[behind + 1] - along[behind]);
                mesh.inner.push(points.number(network.point(number as u32, behind as f64 + share)));
            }
        }
        points.add_lattice();
        mesh.at = std::mem::take(&mut points.at);
        mesh.triangulate(points.scale);
        mesh
    }

    /// The triangles round a point.
    pub(super) fn triangles_at(&self, point: u32) -> &[u32] {
        &self.around[self.first[point as usize] as usize..self.first[point as usize + 1] as usize]
    }

    /// The points of an edge from its beginning to its end.
    pub(super) fn along(&self, network: &Network, edge: u32) -> Vec<u32> {
        let (count, first) = self.of_edge[edge as usize];
        let ends = &network.edges[edge as usize];
        let mut all = Vec::with_capacity(count as usize + 2);
        all.push(self.of_node[ends.from as usize]);
        all.extend_from_slice(&self.inner[first as usize..(first + count) as usize]);
        all.push(self.of_node[ends.to as usize]);
        all
    }

    fn triangulate(&mut self, scale: (f64, f64)) {
        let vertex = |(number, c): (usize, &Coord)| Vertex {
            at: Point2::new(c.x * scale.0, c.y * scale.1),
            number: number as u32,
        };
        let vertices = self.at.iter().enumerate().map(vertex).collect();
        // Fails for numbers that are not finite only, and those are no streets.
        let Ok(found) = DelaunayTriangulation::<Vertex>::bulk_load(vertices) else {
            self.first = vec![0; self.at.len() + 1];
            return;
        };
        self.triangles =
            found.inner_faces().map(|face| face.vertices().map(|vertex| vertex.data().number)).collect();
        let mut first = vec![0u32; self.at.len() + 1];
        for corner in self.triangles.iter().flatten() {
            first[*corner as usize + 1] += 1;
        }
        for at in 0..self.at.len() {
            first[at + 1] += first[at];
        }
        let mut next = first.clone();
        self.around = vec![0; 3 * self.triangles.len()];
        for (at, triangle) in self.triangles.iter().enumerate() {
            for corner in triangle {
                self.around[next[*corner as usize] as usize] = at as u32;
                next[*corner as usize] += 1;
            }
        }
        self.first = first;
    }
}

/// Points being numbered: places that coincide are one.
struct Points {
    at: Vec<Coord>,
    numbers: HashMap<(u64, u64), u32, RandomState>,
    scale: (f64, f64),
}

impl Points {
    fn new(network: &Network) -> Self {
        let (mut south, mut north) = (f64::MAX, f64::MIN);
        for node in &network.nodes {
            (south, north) = (south.min(node.y), north.max(node.y));
        }
        let scale = network.metric.scale((south + north) / 2.0);
        Self { at: Vec::new(), numbers: HashMap::default(), scale }
    }

    fn number(&mut self, at: Coord) -> u32 {
        let next = self.at.len() as u32;
        // 0.0 and -0.0 are one place.
        let number = *self.numbers.entry(((at.x + 0.0).to_bits(), (at.y + 0.0).to_bits())).or_insert(next);
        if number == next {
            self.at.push(at);
        }
        number
    }

    /// Adds points of a lattice where streets are farther than [`OFF_M`] but not than three times that.
    fn add_lattice(&mut self) {
        let cell = |c: &Coord| {
            let (x, y) = (c.x * self.scale.0 / OFF_M, c.y * self.scale.1 / OFF_M);
            (x.floor() as i64, y.floor() as i64)
        };
        let mut filled: HashMap<(i64, i64), Vec<u32>, RandomState> = HashMap::default();
        for (number, at) in self.at.iter().enumerate() {
            filled.entry(cell(at)).or_default().push(number as u32);
        }
        let mut wanted: Vec<(i64, i64)> = filled
            .keys()
            .flat_map(|(x, y)| (-3..=3).flat_map(move |dx| (-3..=3).map(move |dy| (x + dx, y + dy))))
            .collect();
        wanted.sort_unstable();
        wanted.dedup();
        let mut added = Vec::new();
        for (x, y) in wanted {
            // Every second row is shifted, so that neighbours are equally far.
            let shift = if y.rem_euclid(2) == 0 { 0.25 } else { 0.75 };
            let at = [(x as f64 + shift) * OFF_M, (y as f64 + 0.5) * OFF_M];
            let near = (-1..=1).flat_map(|dx| (-1..=1).map(move |dy| (x + dx, y + dy))).any(|cell| {
                filled.get(&cell).into_iter().flatten().any(|number| {
                    let c = self.at[*number as usize];
                    (c.x * self.scale.0 - at[0]).hypot(c.y * self.scale.1 - at[1]) < OFF_M
                })
            });
            if !near {
                added.push(Coord { x: at[0] / self.scale.0, y: at[1] / self.scale.1 });
            }
        }
        self.at.extend(added);
    }
}
