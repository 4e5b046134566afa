//! A geometry made ready for tiles: in the plane, with the lowest zoom at which each vertex is kept and
//! boxes round short runs of vertices, so that a tile looks only at what is near it.

use std::sync::Arc;

use geo_types::{Geometry, LineString, Polygon};

use super::world::{MAX_ZOOM, WorldBox, WorldPoint};
use crate::topology;

/// Vertices per box.
pub const CHUNK: usize = 64;
/// How far a simplified line may depart from the real one, in tile units: half a pixel of a map that
/// shows a tile on 512.
const TOLERANCE_UNITS: u32 = 4;
/// Marks a vertex at which borders meet, in the byte of its rank.
const NODE: u8 = 0x80;

/// What a path of a geometry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// outer ring of a part; its holes follow
    Exterior,
    /// hole of the part before
    Interior,
    /// a line
    Line,
    /// loose points
    Points,
}

/// One ring (open: the first vertex is not repeated) or line.
#[derive(Clone, Copy, Debug)]
pub struct Path {
    /// place of the first vertex
    pub start: usize,
    /// how many
    pub len: usize,
    /// place of the first box
    pub chunk: usize,
    /// what it is
    pub role: Role,
    /// round all of it
    pub bounds: WorldBox,
}

/// The vertices of a geometry, no vertex twice in a row.
#[derive(Debug)]
pub struct Outline {
    points: Vec<WorldPoint>,
    chunks: Vec<WorldBox>,
    paths: Vec<Path>,
    bounds: WorldBox,
}

impl Outline {
    /// In the plane.
    pub fn of(geometry: &Geometry) -> Self {
        let mut outline =
            Self { points: Vec::new(), chunks: Vec::new(), paths: Vec::new(), bounds: WorldBox::EMPTY };
        outline.add(geometry);
        outline.points.shrink_to_fit();
        outline.chunks.shrink_to_fit();
        outline
    }

    fn add(&mut self, geometry: &Geometry) {
        match geometry {
            Geometry::Point(p) => self.path([WorldPoint::of(p.0)], Role::Points),
            Geometry::MultiPoint(points) => {
                self.path(points.0.iter().map(|p| WorldPoint::of(p.0)), Role::Points);
            }
            Geometry::Line(line) => self.path([line.start, line.end].map(WorldPoint::of), Role::Line),
            Geometry::LineString(line) => self.line(line, Role::Line),
            Geometry::MultiLineString(lines) => lines.0.iter().for_each(|line| self.line(line, Role::Line)),
            Geometry::Polygon(polygon) => self.polygon(polygon),
            Geometry::MultiPolygon(polygons) => polygons.0.iter().for_each(|polygon| self.polygon(polygon)),
            Geometry::Rect(rect) => self.polygon(&rect.to_polygon()),
            Geometry::Triangle(triangle) => self.polygon(&triangle.to_polygon()),
            Geometry::GeometryCollection(parts) => parts.0.iter().for_each(|part| self.add(part)),
        }
    }

    fn polygon(&mut self, polygon: &Polygon) {
        self.line(polygon.exterior(), Role::Exterior);
        polygon.interiors().iter().for_each(|ring| self.line(ring, Role::Interior));
    }

    fn line(&mut self, line: &LineString, role: Role) {
        self.path(line.0.iter().map(|c| WorldPoint::of(*c)), role);
    }

    fn path(&mut self, points: impl IntoIterator<Item = WorldPoint>, role: Role) {
        let start = self.points.len();
        for p in points {
            if role == Role::Points || self.points.len() == start || self.points.last() != Some(&p) {
                self.points.push(p);
            }
        }
        if matches!(role, Role::Exterior | Role::Interior) {
            while self.points.len() > start + 1 && self.points[start] == self.points[self.points.len() - 1] {
                self.points.pop();
            }
        }
        let chunk = self.chunks.len();
        for run in self.points[start..].chunks(CHUNK) {
            self.chunks.push(WorldBox::round(run.iter().copied()));
        }
        let bounds = self.chunks[chunk..].iter().fold(WorldBox::EMPTY, |all, one| all.with(*one));
        self.bounds = self.bounds.with(bounds);
        self.paths.push(Path { start, len: self.points.len() - start, chunk, role, bounds });
    }

    /// Its rings and lines.
    pub fn paths(&self) -> &[Path] {
        &self.paths
    }

    /// The vertices of one of them.
    pub fn points(&self, path: &Path) -> &[WorldPoint] {
        &self.points[path.start..path.start + path.len]
    }

    /// The boxes of one of them: of [`CHUNK`] vertices each.
    pub fn chunks(&self, path: &Path) -> &[WorldBox] {
        &self.chunks[path.chunk..path.chunk + path.len.div_ceil(CHUNK)]
    }

    /// Round all.
    pub fn bounds(&self) -> WorldBox {
        self.bounds
    }

    /// How many vertices.
    pub fn len(&self) -> usize {
        self.points.len()
    }
}

/// An outline and the ranks of its vertices.
#[derive(Clone, Debug)]
pub struct Shape {
    outline: Arc<Outline>,
    /// Lowest zoom at which a vertex is kept, and [`NODE`].
    ranks: Arc<[u8]>,
}

impl Shape {
    /// Of a geometry that shares no border: every path is simplified for itself.
    pub fn alone(geometry: &Geometry) -> Self {
        Self::ranked(Arc::new(Outline::of(geometry)), |_| false)
    }

    /// Of a geometry for the highest zoom only, where every vertex is kept.
    pub fn whole(geometry: &Geometry) -> Self {
        let outline = Outline::of(geometry);
        let ranks = vec![0; outline.len()].into();
        Self { outline: Arc::new(outline), ranks }
    }

    /// Of an outline whose nodes are known.
    pub fn ranked(outline: Arc<Outline>, is_node: impl Fn(WorldPoint) -> bool) -> Self {
        let mut ranks = vec![0; outline.len()];
        let mut ranker = Ranker::default();
        for path in outline.paths() {
            let (points, ranks) = (outline.points(path), &mut ranks[path.start..path.start + path.len]);
            match path.role {
                Role::Points => {}
                Role::Line => ranker.line(points, ranks),
                Role::Exterior | Role::Interior => {
                    for (point, rank) in points.iter().zip(ranks.iter_mut()) {
                        *rank = if is_node(*point) { NODE } else { 0 };
                    }
                    for arc in arcs(points, ranks) {
                        ranker.arc(points, arc, ranks);
                    }
                }
            }
        }
        Self { outline, ranks: ranks.into() }
    }

    /// The same after the nodes among some vertices changed: `node` says of a changed vertex what it is
    /// now and `None` of any other. Calls `touched` with the box of every arc that looks different.
    #[must_use]
    pub fn renoded(
        &self,
        node: impl Fn(WorldPoint) -> Option<bool>,
        mut touched: impl FnMut(WorldBox),
    ) -> Self {
        let mut ranks = self.ranks.to_vec();
        let mut ranker = Ranker::default();
        for path in self.outline.paths() {
            let (points, ranks) = (self.outline.points(path), &mut ranks[path.start..path.start + path.len]);
            let changed: Vec<bool> = points.iter().map(|p| node(*p).is_some()).collect();
            if path.role == Role::Line || path.role == Role::Points || !changed.contains(&true) {
                continue;
            }
            for (point, rank) in points.iter().zip(ranks.iter_mut()) {
                if let Some(now) = node(*point) {
                    *rank = *rank & !NODE | if now { NODE } else { 0 };
                }
            }
            for arc in arcs(points, ranks) {
                if !arc.places(points.len()).any(|at| changed[at]) {
                    continue;
                }
                ranker.arc(points, arc, ranks);
                if arc.places(points.len()).any(|at| ranks[at] != self.ranks[path.start + at]) {
                    touched(WorldBox::round(arc.places(points.len()).map(|at| points[at])));
                }
            }
        }
        Self { outline: self.outline.clone(), ranks: ranks.into() }
    }

    /// Its vertices.
    pub fn outline(&self) -> &Arc<Outline> {
        &self.outline
    }

    /// The ranks of a path's vertices: compare with [`kept`].
    pub fn ranks(&self, path: &Path) -> &[u8] {
        &self.ranks[path.start..path.start + path.len]
    }

    /// The arcs of a path.
    pub fn arcs(&self, path: &Path) -> Vec<topology::Arc> {
        arcs(self.outline.points(path), self.ranks(path))
    }

    /// The vertices at which borders meet.
    pub fn nodes(&self) -> impl Iterator<Item = WorldPoint> {
        self.outline
            .points
            .iter()
            .zip(self.ranks.iter())
            .filter(|(_, rank)| **rank & NODE != 0)
            .map(|(p, _)| *p)
    }

    /// Bytes it takes.
    pub fn weight(&self) -> usize {
        self.outline.len() * 9 + self.outline.chunks.len() * 32 + self.outline.paths.len() * 72 + 128
    }
}

/// Whether a vertex of that rank is kept at a zoom.
pub fn kept(rank: u8, z: u8) -> bool {
    rank & !NODE <= z
}

fn arcs(points: &[WorldPoint], ranks: &[u8]) -> Vec<topology::Arc> {
    topology::arcs(points, |at| ranks[at] & NODE != 0)
}

/// Computes ranks; keeps its buffers.
#[derive(Default)]
struct Ranker {
    points: Vec<WorldPoint>,
    significance: Vec<f64>,
}

impl Ranker {
    fn line(&mut self, points: &[WorldPoint], ranks: &mut [u8]) {
        topology::significance(points, &mut self.significance);
        for (rank, significance) in ranks.iter_mut().zip(&self.significance) {
            *rank = zoom_of(*significance);
        }
    }

    fn arc(&mut self, ring: &[WorldPoint], arc: topology::Arc, ranks: &mut [u8]) {
        self.points.clear();
        self.points.extend(arc.places(ring.len()).map(|at| ring[at]));
        topology::significance(&self.points, &mut self.significance);
        for (at, significance) in arc.places(ring.len()).zip(&self.significance) {
            ranks[at] = ranks[at] & NODE | zoom_of(*significance);
        }
    }
}

/// The lowest zoom whose tolerance does not exceed the (squared) one up to which a vertex is kept. At the
/// highest zoom every vertex is kept: maps stretch those tiles.
fn zoom_of(significance: f64) -> u8 {
    (0..MAX_ZOOM)
        .find(|z| {
            let tolerance = f64::from(TOLERANCE_UNITS << (20 - u32::from(*z)));
            significance >= tolerance * tolerance
        })
        .unwrap_or(MAX_ZOOM)
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo_types::{Coord, polygon};

    #[test]
    fn rings_are_open_and_without_repeats() {
        let shape = Shape::alone(&Geometry::Polygon(polygon![
            (x: 100., y: 20.), (x: 101., y: 20.), (x: 101., y: 20.), (x: 101., y: 21.), (x: 100., y: 20.)
        ]));
        let path = shape.outline().paths()[0];
        assert_eq!((path.len, path.role), (3, Role::Exterior));
        assert_eq!(shape.outline().points(&path)[0], WorldPoint::of(Coord { x: 100., y: 20. }));
        assert!(shape.ranks(&path).iter().all(|rank| kept(*rank, 6)));
    }

    #[test]
    fn ranks_follow_the_tolerance() {
        let unit_at = |z: u32| f64::from(1u32 << (20 - z));
        assert_eq!(zoom_of(f64::INFINITY), 0);
        assert_eq!(zoom_of(0.0), MAX_ZOOM);
        assert_eq!(zoom_of((4.0 * unit_at(6)).powi(2)), 6);
        assert_eq!(zoom_of((3.99 * unit_at(6)).powi(2)), 7);
    }
}
