//! Polygons from directed edges: walked into rings, rings cut where they touch themselves, holes given to shells.

use std::collections::HashMap;

use foldhash::fast::RandomState;
use geo_types::{Coord, Geometry, LineString, Polygon};

use super::boxes::Extent;
use super::coverage::{Coverage, of_parts};
use super::plane::{self, Place};

/// Directed chains with the inside on their left, by number of vertex.
#[derive(Default)]
pub(super) struct Chains {
    /// vertices of all chains, both ends of each
    vertices: Vec<u32>,
    starts: Vec<u32>,
}

impl Chains {
    /// Adds a chain.
    pub fn push(&mut self, chain: impl Iterator<Item = u32>) {
        self.starts.push(self.vertices.len() as u32);
        self.vertices.extend(chain);
    }

    fn len(&self) -> usize {
        self.starts.len()
    }

    fn get(&self, at: usize) -> &[u32] {
        let to = self.starts.get(at + 1).map_or(self.vertices.len(), |to| *to as usize);
        &self.vertices[self.starts[at] as usize..to]
    }
}

/// The polygons whose border the chains are: valid ones, without a ring that touches itself. Rings begin and run as
/// those of `like`, a feature of the coverage, as far as they have its vertices. O(n log n).
pub(super) fn polygons(
    chains: &Chains,
    point: &impl Fn(u32) -> Coord,
    coverage: &Coverage,
    like: usize,
) -> Geometry {
    let mut loops = Vec::new();
    for walk in walks(chains, point) {
        cut_loops(walk, &mut loops);
    }
    let order = Order::of(coverage, like);
    let (mut shells, mut holes) = (Vec::new(), Vec::new());
    for ring in loops {
        let ring = Ring::new(ring, point, &order);
        if ring.runs_left { shells.push((ring, Vec::new())) } else { holes.push(ring) }
    }
    shells.sort_by_key(|(ring, _): &(Ring, Vec<Ring>)| ring.first);
    holes.sort_by_key(|ring| ring.first);
    for hole in holes {
        let round = shells.iter().enumerate().filter(|(_, (shell, _))| shell.holds(&hole));
        let smallest = round.min_by(|(_, (a, _)), (_, (b, _))| a.area2.abs().total_cmp(&b.area2.abs()));
        if let Some(at) = smallest.map(|(at, _)| at) {
            shells[at].1.push(hole);
        }
    }
    let turned = order.turned;
    let parts = shells.into_iter().map(|(shell, holes)| {
        Polygon::new(shell.line(turned), holes.iter().map(|hole| hole.line(turned)).collect())
    });
    let parts: Vec<Polygon> = parts.collect();
    if parts.is_empty() && !coverage.is_multi(like) {
        return Geometry::Polygon(Polygon::new(LineString(Vec::new()), Vec::new()));
    }
    of_parts(parts, coverage.is_multi(like))
}

/// Closed walks, open at the end: at a vertex with several ways on the leftmost, so that areas that only touch come
/// apart.
fn walks(chains: &Chains, point: &impl Fn(u32) -> Coord) -> Vec<Vec<u32>> {
    let mut from: HashMap<u32, Vec<u32>, RandomState> = HashMap::default();
    for at in 0..chains.len() {
        from.entry(chains.get(at)[0]).or_default().push(at as u32);
    }
    let mut used = vec![false; chains.len()];
    let mut walks = Vec::new();
    for start in 0..chains.len() {
        if used[start] {
            continue;
        }
        let mut walk: Vec<u32> = Vec::new();
        let mut at = start;
        loop {
            used[at] = true;
            let chain = chains.get(at);
            let (end, before) = (chain[chain.len() - 1], chain[chain.len() - 2]);
            walk.extend(&chain[..chain.len() - 1]);
            let ways = from.get(&end).map(Vec::as_slice).unwrap_or_default();
            // From the reverse of the way in, the first one clockwise; where that was taken, the walk is closed.
            let to = |way: usize| point(chains.get(way)[1]);
            let (here, back) = (point(end), point(before));
            let next = ways
                .iter()
                .map(|way| *way as usize)
                .reduce(|best, way| if clockwise_first(here, back, to(way), to(best)) { way } else { best });
            match next {
                Some(next) if !used[next] => at = next,
                _ => break,
            }
        }
        walks.push(walk);
    }
    walks
}

/// Whether, turning clockwise from the way back, `p` is met before `q`.
fn clockwise_first(at: Coord, back: Coord, p: Coord, q: Coord) -> bool {
    // Clockwise from back to q: p lies strictly between, counter-clockwise from q to back.
    if q == back {
        return p != back;
    }
    plane::between(at, q, back, p)
}

/// Cuts a closed walk into loops that pass each vertex once; what only goes out and back falls away.
fn cut_loops(walk: Vec<u32>, loops: &mut Vec<Vec<u32>>) {
    let mut place: HashMap<u32, usize, RandomState> = HashMap::default();
    let mut open: Vec<u32> = Vec::new();
    for vertex in walk {
        if let Some(at) = place.get(&vertex).copied() {
            let ring: Vec<u32> = open.drain(at..).collect();
            ring.iter().for_each(|vertex| {
                place.remove(vertex);
            });
            if ring.len() > 2 {
                loops.push(ring);
            }
        }
        place.insert(vertex, open.len());
        open.push(vertex);
    }
    if open.len() > 2 {
        loops.push(open);
    }
}

/// Where the vertices stood in a feature, and which way its shells ran.
struct Order {
    first: HashMap<u32, u32, RandomState>,
    /// whether shells ran clockwise
    turned: bool,
}

impl Order {
    fn of(coverage: &Coverage, feature: usize) -> Self {
        let mut first = HashMap::default();
        let rings = coverage.parts_of(feature).flat_map(|part| coverage.rings_of(part));
        for vertex in rings.flat_map(|ring| coverage.ring(ring)) {
            let next = first.len() as u32;
            first.entry(*vertex).or_insert(next);
        }
        let shell = coverage.parts_of(feature).next().and_then(|part| coverage.rings_of(part).next());
        Self { first, turned: shell.is_some_and(|ring| !coverage.inside_left(ring)) }
    }
}

struct Ring {
    points: Vec<Coord>,
    extent: Extent,
    /// whether its inside is on its left
    runs_left: bool,
    area2: f64,
    first: u32,
}

impl Ring {
    fn new(mut ring: Vec<u32>, point: &impl Fn(u32) -> Coord, order: &Order) -> Self {
        let place = |vertex: &u32| order.first.get(vertex).copied().unwrap_or(u32::MAX);
        let start = (0..ring.len()).min_by_key(|at| (place(&ring[*at]), *at)).unwrap_or(0);
        let first = ring.get(start).map_or(u32::MAX, place);
        ring.rotate_left(start);
        let points: Vec<Coord> = ring.into_iter().map(point).collect();
        let n = points.len();
        // Which way it runs is told by its leftmost corner, exactly.
        let corner = (0..n).min_by(|p, q| {
            let key = |at: usize| (points[at].x, points[at].y);
            key(*p).partial_cmp(&key(*q)).unwrap_or(std::cmp::Ordering::Equal)
        });
        let corner = corner.unwrap_or(0);
        let runs_left = n > 2
            && plane::turn(points[(corner + n - 1) % n], points[corner], points[(corner + 1) % n]) > 0.0;
        let area2 = points.windows(2).map(|pair| {
            let (a, b) = (pair[0] - points[0], pair[1] - points[0]);
            a.x * b.y - b.x * a.y
        });
        let area2 = area2.sum();
        Self { extent: Extent::round(points.iter().copied()), points, runs_left, area2, first }
    }

    /// The closed line, its inside on the left or, turned, on the right.
    fn line(&self, turned: bool) -> LineString {
        let mut line = self.points.clone();
        if turned {
            line[1..].reverse();
        }
        line.extend(line.first().copied());
        LineString(line)
    }

    /// Whether a ring that does not cross this one lies inside.
    fn holds(&self, ring: &Self) -> bool {
        if !self.extent.meets(&ring.extent) || ring.points.iter().any(|c| !self.extent.holds(*c)) {
            return false;
        }
        let n = self.points.len();
        let edges = || (0..n).map(|at| (self.points[at], self.points[(at + 1) % n]));
        let vertices = ring.points.iter().copied();
        let middles = ring.points.windows(2).map(|pair| (pair[0] + pair[1]) / 2.0);
        vertices
            .chain(middles)
            .map(|c| plane::place_in(edges(), c))
            .find(|place| *place != Place::Border)
            .is_some_and(|place| place == Place::Inside)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo_types::polygon;

    fn square(x: f64, y: f64, size: f64) -> [Coord; 4] {
        [(x, y), (x + size, y), (x + size, y + size), (x, y + size)].map(|(x, y)| Coord { x, y })
    }

    #[test]
    fn what_touches_at_a_point_comes_apart() {
        // Two squares corner to corner, and a hole that touches its shell at a corner.
        let [a, b] = [square(0., 0., 2.), square(2., 2., 6.)];
        let hole = [(2., 2.), (3., 4.), (4., 3.)].map(|(x, y)| Coord { x, y });
        let points = [&a[..], &b[..], &hole[..]].concat();
        let number = |c: Coord| points.iter().position(|p| *p == c).unwrap() as u32;
        let mut chains = Chains::default();
        for ring in [&a[..], &b[..], &hole[..]] {
            for at in 0..ring.len() {
                chains.push([number(ring[at]), number(ring[(at + 1) % ring.len()])].into_iter());
            }
        }
        let like: Geometry = polygon![(x: 0., y: 0.), (x: 2., y: 0.), (x: 2., y: 2.), (x: 0., y: 2.)].into();
        let coverage = Coverage::build([Some(&like)]).unwrap();
        let made = polygons(&chains, &|at| points[at as usize], &coverage, 0);
        let Geometry::MultiPolygon(parts) = made else { panic!("{made:?}") };
        let counts: Vec<_> = parts.iter().map(|p| (p.exterior().0.len(), p.interiors().len())).collect();
        assert_eq!(counts, [(5, 0), (5, 1)]);
    }
}
