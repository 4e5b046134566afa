//! Cuts rings and lines at a tile's buffer and brings them to its grid.
//!
//! Sutherland & Hodgman 1974 for rings, edge by edge for lines, in whole numbers. An edge is cut in the
//! same order of its ends whichever way it runs, so both sides of a border get the same points. A ring
//! that comes back into the tile leaves stretches along the buffer's edge, never inside it.

use std::ops::Range;

use super::shape::{CHUNK, Path, Shape, kept};
use super::world::{BUFFER, EXTENT, Frame, WorldBox, WorldPoint};

type Point = (i64, i64);

/// Cuts for one tile; keeps its buffers.
pub struct Cutter {
    frame: Frame,
    z: u8,
    clip: WorldBox,
    points: Vec<Point>,
    other: Vec<Point>,
    grid: Vec<(i32, i32)>,
}

impl Cutter {
    /// For a tile.
    pub fn new(frame: Frame, z: u8) -> Self {
        Self { frame, z, clip: frame.clip(), points: Vec::new(), other: Vec::new(), grid: Vec::new() }
    }

    /// Tile units of a point if it lies in the tile proper.
    pub fn inside(&self, p: WorldPoint) -> Option<(i32, i32)> {
        self.frame.inside(p)
    }

    /// A ring in tile units, open, with twice its area in the sense of the tile specification (y down,
    /// an outer ring's is positive); `None` where nothing of it is left.
    pub fn ring(&mut self, shape: &Shape, path: &Path) -> Option<(&mut Vec<(i32, i32)>, i64)> {
        if !path.bounds.meets(self.clip) {
            return None;
        }
        self.gather(shape, path, 0..path.len);
        if !self.clip.covers(path.bounds) {
            self.cut_ring();
        }
        self.snap_to_grid();
        if self.grid.len() < 3 {
            return None;
        }
        let area = double_area(&self.grid);
        (area != 0).then_some((&mut self.grid, area))
    }

    /// A stretch of a path in tile units, cut into the pieces that lie in the tile: `edges` edges from a
    /// vertex on, over the end of a ring if need be.
    pub fn line(
        &mut self,
        shape: &Shape,
        path: &Path,
        (start, edges): (usize, usize),
        each: &mut dyn FnMut(&[(i32, i32)]),
    ) {
        let end = start + edges + 1;
        self.points.clear();
        self.gather_more(shape, path, start..end.min(path.len));
        // A closed arc ends where it began: the range over the ring's end may include the start again.
        if end > path.len {
            self.gather_more(shape, path, 0..end - path.len);
        }
        let points = std::mem::take(&mut self.points);
        let mut last = None;
        self.grid.clear();
        for pair in points.windows(2) {
            let Some((a, b)) = cut_segment(self.clip, pair[0], pair[1]) else { continue };
            if last != Some(a) {
                self.flush(each);
                self.push_grid(a);
            }
            self.push_grid(b);
            last = Some(b);
        }
        self.flush(each);
        self.points = points;
    }

    fn flush(&mut self, each: &mut dyn FnMut(&[(i32, i32)])) {
        if self.grid.len() >= 2 {
            each(&self.grid);
        }
        self.grid.clear();
    }

    fn push_grid(&mut self, p: Point) {
        let p = self.frame.quantise(p);
        if self.grid.last() != Some(&p) {
            self.grid.push(p);
        }
    }

    fn gather(&mut self, shape: &Shape, path: &Path, range: Range<usize>) {
        self.points.clear();
        self.gather_more(shape, path, range);
    }

    /// Appends the vertices kept at this zoom. Of a run of vertices beyond one side of the tile only the
    /// first and the last are taken: what lies between cannot come into it.
    fn gather_more(&mut self, shape: &Shape, path: &Path, range: Range<usize>) {
        let (points, ranks) = (shape.outline().points(path), shape.ranks(path));
        let chunks = shape.outline().chunks(path);
        let mut from = range.start;
        while from < range.end {
            let chunk = from / CHUNK;
            let to = range.end.min((chunk + 1) * CHUNK);
            let keeps = |at: &usize| kept(ranks[*at], self.z);
            let point = |at: usize| (i64::from(points[at].x), i64::from(points[at].y));
            if chunks[chunk].meets(self.clip) {
                for at in (from..to).filter(keeps) {
                    push_bent(&mut self.points, self.clip, point(at));
                }
            } else if let Some(first) = (from..to).find(keeps) {
                push_bent(&mut self.points, self.clip, point(first));
                if let Some(last) = (from..to).rfind(keeps).filter(|last| *last != first) {
                    push_bent(&mut self.points, self.clip, point(last));
                }
            }
            from = to;
        }
    }

    fn cut_ring(&mut self) {
        let WorldBox { min, max } = self.clip;
        // Tested values: how far a point is on the kept side of an edge.
        let sides: [(fn(Point, i64) -> bool, Axis, i64); 4] = [
            (|p, v| p.0 >= v, Axis::X, min.0),
            (|p, v| p.0 <= v, Axis::X, max.0),
            (|p, v| p.1 >= v, Axis::Y, min.1),
            (|p, v| p.1 <= v, Axis::Y, max.1),
        ];
        for (keeps, axis, value) in sides {
            self.other.clear();
            let Some(mut before) = self.points.last().copied() else { return };
            let mut before_in = keeps(before, value);
            for &point in &self.points {
                let point_in = keeps(point, value);
                if point_in != before_in {
                    self.other.push(cut(before, point, axis, value));
                }
                if point_in {
                    self.other.push(point);
                }
                (before, before_in) = (point, point_in);
            }
            std::mem::swap(&mut self.points, &mut self.other);
        }
    }

    /// To the tile's grid, without repeats and without what only runs along the buffer's edge.
    fn snap_to_grid(&mut self) {
        self.grid.clear();
        for at in 0..self.points.len() {
            let p = self.frame.quantise(self.points[at]);
            push_ring_point(&mut self.grid, p);
        }
        // The ends meet: the same again over the seam.
        loop {
            let n = self.grid.len();
            if n < 3 {
                return;
            }
            if self.grid[0] == self.grid[n - 1]
                || on_one_edge(self.grid[n - 2], self.grid[n - 1], self.grid[0])
            {
                self.grid.pop();
            } else if on_one_edge(self.grid[n - 1], self.grid[0], self.grid[1]) {
                self.grid.remove(0);
            } else {
                return;
            }
        }
    }
}

fn push_ring_point(grid: &mut Vec<(i32, i32)>, p: (i32, i32)) {
    while let [.., a, b] = grid[..] {
        if !on_one_edge(a, b, p) {
            break;
        }
        grid.pop();
    }
    if grid.last() != Some(&p) {
        grid.push(p);
    }
}

/// Whether three points lie on the same edge of the buffer.
fn on_one_edge(a: (i32, i32), b: (i32, i32), c: (i32, i32)) -> bool {
    const EDGES: [i32; 2] = [-BUFFER as i32, (EXTENT + BUFFER) as i32];
    let x = a.0 == b.0 && b.0 == c.0 && EDGES.contains(&a.0);
    let y = a.1 == b.1 && b.1 == c.1 && EDGES.contains(&a.1);
    x || y
}

/// Pushes a point; three in a row beyond the same side become two.
fn push_bent(points: &mut Vec<Point>, clip: WorldBox, p: Point) {
    let code = outcode(clip, p);
    if code != 0
        && let [.., a, b] = points[..]
        && outcode(clip, a) & outcode(clip, b) & code != 0
    {
        points.pop();
    }
    points.push(p);
}

fn outcode(clip: WorldBox, p: Point) -> u8 {
    u8::from(p.0 < clip.min.0)
        | u8::from(p.0 > clip.max.0) << 1
        | u8::from(p.1 < clip.min.1) << 2
        | u8::from(p.1 > clip.max.1) << 3
}

#[derive(Clone, Copy)]
enum Axis {
    X,
    Y,
}

/// Where the edge from `a` to `b` crosses a line along an axis; the same for the edge from `b` to `a`.
fn cut(a: Point, b: Point, axis: Axis, value: i64) -> Point {
    let (a, b) = if a <= b { (a, b) } else { (b, a) };
    // `through` is the coordinate that is given, `along` the one sought.
    let at = |from: (i64, i64), to: (i64, i64)| {
        let rise = i128::from(value - from.0) * i128::from(to.1 - from.1);
        from.1 + rise.div_euclid(i128::from(to.0 - from.0)) as i64
    };
    match axis {
        Axis::X if a.0 == b.0 => (value, a.1),
        Axis::X => (value, at(a, b)),
        Axis::Y if a.1 == b.1 => (a.0, value),
        Axis::Y => (at((a.1, a.0), (b.1, b.0)), value),
    }
}

fn cut_segment(clip: WorldBox, mut a: Point, mut b: Point) -> Option<(Point, Point)> {
    for (bit, axis, value) in [
        (1, Axis::X, clip.min.0),
        (2, Axis::X, clip.max.0),
        (4, Axis::Y, clip.min.1),
        (8, Axis::Y, clip.max.1),
    ] {
        match (outcode(clip, a) & bit != 0, outcode(clip, b) & bit != 0) {
            (true, true) => return None,
            (true, false) => a = cut(a, b, axis, value),
            (false, true) => b = cut(a, b, axis, value),
            (false, false) => {}
        }
    }
    Some((a, b))
}

/// Twice the area of an open ring.
pub fn double_area(ring: &[(i32, i32)]) -> i64 {
    let next = ring.iter().cycle().skip(1);
    ring.iter()
        .zip(next)
        .map(|(a, b)| i64::from(a.0) * i64::from(b.1) - i64::from(b.0) * i64::from(a.1))
        .sum()
}

/// Twice the area of a tile with its buffer: a ring of that area covers all of it.
pub const DOUBLE_FULL: i64 = 2 * (EXTENT + 2 * BUFFER) * (EXTENT + 2 * BUFFER);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tiles::world::TileCoord;
    use geo::{Area as _, BooleanOps as _};
    use geo_types::{Coord, LineString, Polygon, Rect};
    use proptest::prelude::*;

    /// A star round a point, in degrees.
    fn star(radii: &[f64], at: Coord, size: f64) -> Polygon {
        let n = radii.len() as f64;
        let ring = radii.iter().enumerate().map(|(i, r)| {
            let t = i as f64 / n * std::f64::consts::TAU;
            Coord { x: at.x + size * r * t.cos(), y: at.y + size * r * t.sin() }
        });
        Polygon::new(LineString::from_iter(ring), vec![])
    }

    proptest! {
        #[test]
        fn rings_are_cut_like_geo_cuts_them(
            radii in prop::collection::vec(0.2..1.0f64, 3..400),
            x in 102.0..103.0f64, y in 24.5..25.5f64, size in 0.01..2.0f64, z in 8u8..11,
        ) {
            let star = star(&radii, Coord { x, y }, size);
            let tile = TileCoord::at(Coord { x: 102.5, y: 25.0 }, z);
            let shape = Shape::whole(&star.clone().into());
            let mut cutter = Cutter::new(tile.frame(), z);
            let path = shape.outline().paths()[0];
            let got = cutter.ring(&shape, &path).map_or(0, |(_, area)| area.abs()) as f64 / 2.0;
            // The same in tile units with floating point.
            let frame = tile.frame();
            let unit = frame.units(1) as f64;
            let side = 4096.0 + 64.0;
            let origin = (frame.clip().min.0 + frame.units(64), frame.clip().min.1 + frame.units(64));
            let plane = Polygon::new(LineString::from_iter(shape.outline().points(&path).iter().map(|p| Coord {
                x: (i64::from(p.x) - origin.0) as f64 / unit, y: (i64::from(p.y) - origin.1) as f64 / unit,
            })), vec![]);
            let window = Rect::new((-64.0, -64.0), (side, side)).to_polygon();
            let want = plane.intersection(&window).unsigned_area();
            // Every vertex may move by half a unit across a boundary of that length.
            let slack = 4.0 * (radii.len() as f64 + 4.0) * 64.0 + want * 0.002;
            prop_assert!((got - want).abs() <= slack, "{got} {want}");
        }

        #[test]
        fn cuts_do_not_depend_on_direction(
            a in (-9_000i64..9_000, -9_000i64..9_000), b in (-9_000i64..9_000, -9_000i64..9_000),
        ) {
            let clip = WorldBox { min: (-1000, -1000), max: (1000, 1000) };
            let there = cut_segment(clip, a, b);
            prop_assert_eq!(there, cut_segment(clip, b, a).map(|(a, b)| (b, a)));
        }
    }
}
