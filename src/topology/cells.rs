//! An area cut up by lines: the cells that roads and rivers make of it, its own outline untouched.
//!
//! Whoever borders on the area keeps its vertices bit for bit, so no new ones are put into the outline: a line that
//! meets it is led to the nearer end of the edge that it meets. Lines are noded among each other with a tolerance;
//! what leads nowhere cuts nothing. In a few rounds everything meets end to end; a piece of line that even then
//! crosses another is left out, so that cells never overlap. O(n log n) for lines that cross rarely.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use foldhash::fast::RandomState;
use geo::coordinate_position::{CoordPos, CoordinatePosition as _};
use geo_types::{Coord, MultiPolygon, Polygon};
use robust::{Coord as Exact, orient2d};

use super::boxes::{BoxTree, Extent};
use super::metric::Metric;
use super::outlines::inside_left;
use super::plane::distance2;
use super::walk::doubled_area;
use crate::model::geometry::round;

/// Rounds of noding at most.
const ROUNDS: usize = 8;

/// How near is the same.
#[derive(Clone, Copy, Debug)]
pub struct Cutting {
    /// what coordinates mean
    pub metric: Metric,
    /// lines within so many metres of each other's ends and of the outline meet there
    pub tolerance_m: f64,
}

type Edge = (u32, u32);

/// Points by number, each once.
struct Points {
    list: Vec<Coord>,
    known: HashMap<[u64; 2], u32, RandomState>,
    /// metres of each in a plane
    plane: Vec<Coord>,
    metric: Metric,
    latitude: f64,
}

impl Points {
    fn number(&mut self, c: Coord) -> u32 {
        let key = [(c.x + 0.0).to_bits(), (c.y + 0.0).to_bits()];
        if let Some(known) = self.known.get(&key) {
            return *known;
        }
        let number = self.list.len() as u32;
        self.known.insert(key, number);
        self.list.push(c);
        self.plane.push(self.metric.metres(c, self.latitude));
        number
    }

    fn at(&self, number: u32) -> Coord {
        self.plane[number as usize]
    }

    fn extent(&self, (a, b): Edge) -> Extent {
        Extent::round([self.at(a), self.at(b)])
    }

    /// Which side of the line from `a` to `b` a point lies on, exactly.
    fn side(&self, (a, b): Edge, p: u32) -> f64 {
        let exact = |number: u32| {
            let c = self.list[number as usize];
            Exact { x: c.x, y: c.y }
        };
        orient2d(exact(a), exact(b), exact(p))
    }

    fn cross(&self, one: Edge, other: Edge) -> bool {
        let opposite = |p: f64, q: f64| p > 0.0 && q < 0.0 || p < 0.0 && q > 0.0;
        opposite(self.side(one, other.0), self.side(one, other.1))
            && opposite(self.side(other, one.0), self.side(other, one.1))
    }

    /// Where two edges that cross do so, in the coordinates.
    fn crossing(&self, (a, b): Edge, (c, d): Edge) -> Coord {
        let [a, b, c, d] = [a, b, c, d].map(|number| self.list[number as usize]);
        let (way, other) = (b - a, d - c);
        let across = way.x * other.y - way.y * other.x;
        let share =
            if across == 0.0 { 0.5 } else { ((c.x - a.x) * other.y - (c.y - a.y) * other.x) / across };
        a + way * share.clamp(0.0, 1.0)
    }

    /// How far a point lies from an edge, metres, and the place of its foot: 0 and 1 at the ends.
    fn away(&self, p: Coord, (a, b): Edge) -> (f64, f64) {
        let (a, b) = (self.at(a), self.at(b));
        let (square, along) = distance2(p, a, b);
        (square.sqrt(), along)
    }

    fn distance(&self, p: Coord, number: u32) -> f64 {
        let off = p - self.at(number);
        off.x.hypot(off.y)
    }
}

/// The outline: edges that nothing changes.
struct Outline {
    edges: Vec<Edge>,
    ends: BTreeSet<u32>,
    tree: BoxTree,
}

impl Outline {
    /// The end of an edge of the outline that a point is nearest to.
    fn nearer(&self, points: &Points, edge: u32, p: Coord) -> u32 {
        let (a, b) = self.edges[edge as usize];
        if points.distance(p, a) <= points.distance(p, b) { a } else { b }
    }

    /// The number of a point; one beside the outline is the end of the edge that it lies beside.
    fn settle(&self, points: &mut Points, c: Coord, tolerance_m: f64) -> u32 {
        let p = points.metric.metres(c, points.latitude);
        let mut best: Option<(f64, u32)> = None;
        self.tree.visit(&Extent::round([p]).grown(tolerance_m), |edge| {
            let (away, _) = points.away(p, self.edges[edge as usize]);
            if away <= tolerance_m && best.is_none_or(|(least, known)| (away, edge) < (least, known)) {
                best = Some((away, edge));
            }
        });
        match best {
            Some((_, edge)) => self.nearer(points, edge, p),
            None => points.number(round(c)),
        }
    }

    /// The number of a point where lines cross; one beside a vertex of the outline is that.
    fn beside(&self, points: &mut Points, c: Coord, tolerance_m: f64) -> u32 {
        let p = points.metric.metres(c, points.latitude);
        let mut best: Option<(f64, u32)> = None;
        self.tree.visit(&Extent::round([p]).grown(tolerance_m), |edge| {
            for end in [self.edges[edge as usize].0, self.edges[edge as usize].1] {
                let away = points.distance(p, end);
                if away <= tolerance_m && best.is_none_or(|(least, known)| (away, end) < (least, known)) {
                    best = Some((away, end));
                }
            }
        });
        best.map_or_else(|| points.number(round(c)), |(_, end)| end)
    }
}

/// The cells of an area, in the order in which walks round them begin; the area's own parts where no line cuts it.
/// Together they are the area: where they would not be, because its outline crosses itself, it comes back uncut.
pub fn cells(area: &MultiPolygon, lines: &[[Coord; 2]], how: &Cutting) -> Vec<Polygon> {
    let whole = || area.0.clone();
    let ys = || area.0.iter().flat_map(|part| part.exterior().0.iter().map(|c| c.y));
    let (low, high) =
        ys().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), y| (low.min(y), high.max(y)));
    if low > high || lines.is_empty() {
        return whole();
    }
    let mut points = Points {
        list: Vec::new(),
        known: HashMap::default(),
        plane: Vec::new(),
        metric: how.metric,
        latitude: (low + high) / 2.0,
    };
    let outline = outline(area, &mut points);
    let mut cuts: BTreeSet<Edge> = BTreeSet::new();
    for [a, b] in lines {
        let ends = [*a, *b].map(|c| outline.settle(&mut points, c, how.tolerance_m));
        enter(&mut cuts, ends[0], ends[1]);
    }
    // Noding adds a few edges for each crossing; where bent lines cross ever more, what there is has to do.
    let most = 4 * cuts.len() + 500;
    for _ in 0..ROUNDS {
        let known = cuts.clone();
        cuts = split(&cuts, &against_outline(&mut points, &cuts, &outline, how.tolerance_m));
        let met = among_each_other(&mut points, &cuts, &outline, how.tolerance_m);
        cuts = split(&cuts, &met);
        if cuts.len() > most {
            cuts = known;
            break;
        }
        if cuts == known {
            break;
        }
    }
    let fixed: BTreeSet<Edge> = outline.edges.iter().map(|edge| ordered(*edge)).collect();
    cuts.retain(|edge| !fixed.contains(edge));
    cuts.retain(|(a, b)| {
        let middle = (points.list[*a as usize] + points.list[*b as usize]) / 2.0;
        area.coordinate_position(&middle) == CoordPos::Inside
    });
    drop_crossing(&points, &mut cuts, &outline);
    prune(&mut cuts, &outline.ends);
    let found = drawn(&points, &outline, &cuts);
    let size = |parts: &[Polygon]| -> f64 {
        let ring = |ring: &geo_types::LineString| doubled_area(ring).abs();
        let part = |part: &Polygon| ring(part.exterior()) - part.interiors().iter().map(ring).sum::<f64>();
        parts.iter().map(part).sum()
    };
    let (all, own) = (size(&found), size(&area.0));
    if (all - own).abs() <= own * 1e-7 { found } else { whole() }
}

fn ordered((a, b): Edge) -> Edge {
    (a.min(b), a.max(b))
}

fn enter(cuts: &mut BTreeSet<Edge>, a: u32, b: u32) {
    if a != b {
        cuts.insert(ordered((a, b)));
    }
}

/// The edges of the outline, with the area on their left.
fn outline(area: &MultiPolygon, points: &mut Points) -> Outline {
    let edges: Vec<Edge> =
        area.0.iter().flat_map(inside_left).map(|[a, b]| (points.number(a), points.number(b))).collect();
    let boxes: Vec<Extent> = edges.iter().map(|edge| points.extent(*edge)).collect();
    let ends = edges.iter().flat_map(|(a, b)| [*a, *b]).collect();
    Outline { tree: BoxTree::build(&boxes), ends, edges }
}

/// Points that are to be put into edges.
type Splits = BTreeMap<Edge, Vec<(f64, u32)>>;

/// Where lines cross the outline, or pass its vertices: the vertices that they are led to.
fn against_outline(
    points: &mut Points,
    cuts: &BTreeSet<Edge>,
    outline: &Outline,
    tolerance_m: f64,
) -> Splits {
    let mut splits = Splits::new();
    for cut in cuts {
        let mut met = Vec::new();
        outline.tree.visit(&points.extent(*cut).grown(tolerance_m), |edge| met.push(edge));
        met.sort_unstable();
        for number in met {
            let edge = outline.edges[number as usize];
            if points.cross(*cut, edge) {
                let at = points.metric.metres(points.crossing(*cut, edge), points.latitude);
                let to = outline.nearer(points, number, at);
                put(points, &mut splits, *cut, to);
            }
            for end in [edge.0, edge.1] {
                touch(points, &mut splits, *cut, end, tolerance_m);
            }
        }
    }
    splits
}

/// Puts a point into an edge.
fn put(points: &Points, splits: &mut Splits, edge: Edge, point: u32) {
    if point != edge.0 && point != edge.1 {
        let (_, along) = points.away(points.at(point), edge);
        splits.entry(edge).or_default().push((along, point));
    }
}

/// Puts a point into an edge that passes it.
fn touch(points: &Points, splits: &mut Splits, edge: Edge, point: u32, tolerance_m: f64) {
    if point == edge.0 || point == edge.1 {
        return;
    }
    let (away, along) = points.away(points.at(point), edge);
    if away <= tolerance_m && along > 0.0 && along < 1.0 {
        splits.entry(edge).or_default().push((along, point));
    }
}

/// Where lines cross each other, or pass each other's ends.
fn among_each_other(
    points: &mut Points,
    cuts: &BTreeSet<Edge>,
    outline: &Outline,
    tolerance_m: f64,
) -> Splits {
    let list: Vec<Edge> = cuts.iter().copied().collect();
    let boxes: Vec<Extent> = list.iter().map(|edge| points.extent(*edge)).collect();
    let tree = BoxTree::build(&boxes);
    let mut splits = Splits::new();
    for (at, one) in list.iter().enumerate() {
        let mut met = Vec::new();
        tree.visit(&boxes[at].grown(tolerance_m), |other| {
            if other as usize > at {
                met.push(other as usize);
            }
        });
        met.sort_unstable();
        for other in met.into_iter().map(|other| list[other]) {
            if points.cross(*one, other) {
                let crossing = points.crossing(*one, other);
                let to = outline.beside(points, crossing, tolerance_m);
                put(points, &mut splits, *one, to);
                put(points, &mut splits, other, to);
            }
            for (edge, ends) in [(*one, other), (other, *one)] {
                for end in [ends.0, ends.1] {
                    touch(points, &mut splits, edge, end, tolerance_m);
                }
            }
        }
    }
    splits
}

fn split(cuts: &BTreeSet<Edge>, splits: &Splits) -> BTreeSet<Edge> {
    let mut all = BTreeSet::new();
    for edge in cuts {
        let mut through = splits.get(edge).cloned().unwrap_or_default();
        through.sort_by(|p, q| p.0.total_cmp(&q.0).then(p.1.cmp(&q.1)));
        let mut from = edge.0;
        for (_, point) in through {
            enter(&mut all, from, point);
            from = point;
        }
        enter(&mut all, from, edge.1);
    }
    all
}

/// Takes out what still crosses the outline or another line, or runs through a point without meeting it there.
fn drop_crossing(points: &Points, cuts: &mut BTreeSet<Edge>, outline: &Outline) {
    let list: Vec<Edge> = cuts.iter().copied().collect();
    let boxes: Vec<Extent> = list.iter().map(|edge| points.extent(*edge)).collect();
    let tree = BoxTree::build(&boxes);
    let through = |edge: Edge, p: u32| {
        p != edge.0 && p != edge.1 && points.side(edge, p) == 0.0 && {
            let (away, along) = points.away(points.at(p), edge);
            away < 1e-6 && along > 0.0 && along < 1.0
        }
    };
    let conflict = |one: Edge, other: Edge| {
        points.cross(one, other)
            || [other.0, other.1].iter().any(|p| through(one, *p))
            || [one.0, one.1].iter().any(|p| through(other, *p))
    };
    for (at, edge) in list.iter().enumerate() {
        let mut bad = false;
        outline.tree.visit(&boxes[at], |number| bad |= conflict(*edge, outline.edges[number as usize]));
        tree.visit(&boxes[at], |other| {
            let other = other as usize;
            bad |= other < at && cuts.contains(&list[other]) && conflict(*edge, list[other]);
        });
        if bad {
            cuts.remove(edge);
        }
    }
}

/// Takes out what leads nowhere.
fn prune(cuts: &mut BTreeSet<Edge>, anchored: &BTreeSet<u32>) {
    let mut at: BTreeMap<u32, Vec<Edge>> = BTreeMap::new();
    for edge in cuts.iter() {
        at.entry(edge.0).or_default().push(*edge);
        at.entry(edge.1).or_default().push(*edge);
    }
    let mut loose: Vec<u32> =
        at.iter().filter(|(p, edges)| edges.len() == 1 && !anchored.contains(p)).map(|(p, _)| *p).collect();
    while let Some(point) = loose.pop() {
        let Some(edge) = at.get_mut(&point).and_then(Vec::pop) else { continue };
        cuts.remove(&edge);
        let other = if edge.0 == point { edge.1 } else { edge.0 };
        if let Some(edges) = at.get_mut(&other) {
            edges.retain(|known| *known != edge);
            if edges.len() == 1 && !anchored.contains(&other) {
                loose.push(other);
            }
        }
    }
}

fn drawn(points: &Points, outline: &Outline, cuts: &BTreeSet<Edge>) -> Vec<Polygon> {
    let both = cuts.iter().flat_map(|(a, b)| [(*a, *b), (*b, *a)]);
    let coords: Vec<[Coord; 2]> = outline
        .edges
        .iter()
        .copied()
        .chain(both)
        .map(|(a, b)| [points.list[a as usize], points.list[b as usize]])
        .collect();
    super::outlines::drawn(&coords).0
}

#[cfg(test)]
mod tests {
    use geo::Area as _;
    use geo_types::{LineString, Rect, coord};

    use super::*;

    fn square(size: f64) -> MultiPolygon {
        let corner = coord! { x: size, y: size };
        let mut ring = Rect::new(coord! { x: 0.0, y: 0.0 }, corner).to_polygon().exterior().0.clone();
        // A vertex in the middle of each side.
        let mut dense = Vec::new();
        for pair in ring.windows(2) {
            dense.extend([pair[0], (pair[0] + pair[1]) / 2.0]);
        }
        dense.push(ring.remove(0));
        MultiPolygon(vec![Polygon::new(LineString(dense), Vec::new())])
    }

    fn line(points: &[(f64, f64)]) -> Vec<[Coord; 2]> {
        let at = |(x, y): (f64, f64)| Coord { x, y };
        points.windows(2).map(|pair| [at(pair[0]), at(pair[1])]).collect()
    }

    const HOW: Cutting = Cutting { metric: Metric::Plane, tolerance_m: 0.5 };

    fn sizes(cells: &[Polygon]) -> Vec<i64> {
        let mut sizes: Vec<i64> = cells.iter().map(|cell| cell.unsigned_area().round() as i64).collect();
        sizes.sort_unstable();
        sizes
    }

    #[test]
    fn a_cross_of_roads_makes_four_and_a_dead_end_none() {
        let mut lines = line(&[(-10.0, 50.0), (110.0, 50.0)]);
        lines.extend(line(&[(50.0, -10.0), (50.0, 110.0)]));
        lines.extend(line(&[(20.0, 50.0), (20.0, 80.0)]));
        assert_eq!(sizes(&cells(&square(100.0), &lines, &HOW)), [2500; 4]);
    }

    #[test]
    fn the_outline_gets_no_vertex_and_lines_end_at_its_own() {
        // Meets the left side at 43, between the vertices at 0 and 50.
        let found = cells(&square(100.0), &line(&[(-5.0, 43.0), (50.0, 43.0), (105.0, 57.0)]), &HOW);
        assert_eq!(found.len(), 2);
        let own: Vec<Coord> = square(100.0).0[0].exterior().0.clone();
        let on_outline = |c: &Coord| c.x == 0.0 || c.y == 0.0 || c.x == 100.0 || c.y == 100.0;
        for cell in &found {
            assert!(cell.exterior().0.iter().filter(|c| on_outline(c)).all(|c| own.contains(c)));
        }
        assert_eq!(sizes(&found).iter().sum::<i64>(), 10_000);
    }

    #[test]
    fn roads_that_nearly_meet_do_and_a_ring_road_is_a_cell_with_a_hole_round_it() {
        // Ends 0.3 m short of the other.
        let mut lines = line(&[(0.0, 50.0), (100.0, 50.0)]);
        lines.extend(line(&[(50.0, 0.0), (50.0, 49.7)]));
        // The other is led to it.
        assert_eq!(sizes(&cells(&square(100.0), &lines, &HOW)), [2493, 2493, 5015]);
        let ring = line(&[(20.0, 20.0), (40.0, 20.0), (40.0, 40.0), (20.0, 40.0), (20.0, 20.0)]);
        let found = cells(&square(100.0), &ring, &HOW);
        assert_eq!(sizes(&found), [400, 9600]);
        // Hung on the border by a stem.
        let mut stem = ring;
        stem.extend(line(&[(0.0, 0.0), (20.0, 20.0)]));
        assert_eq!(sizes(&cells(&square(100.0), &stem, &HOW)), [400, 9600]);
    }

    #[test]
    fn a_road_beside_the_limit_cuts_nothing_off() {
        let lines = line(&[(0.3, -5.0), (0.3, 20.0), (0.2, 70.0), (0.3, 105.0)]);
        assert_eq!(sizes(&cells(&square(100.0), &lines, &HOW)), [10_000]);
    }

    #[test]
    fn random_lines_fill_the_area() {
        use rand::{RngExt as _, SeedableRng as _};
        for seed in 0..20 {
            let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(seed);
            let mut lines = Vec::new();
            for _ in 0..rng.random_range(1..10) {
                let mut at = || (rng.random_range(-10.0..110.0), rng.random_range(-10.0..110.0));
                lines.extend(line(&[at(), at(), at()]));
            }
            let found = cells(&square(100.0), &lines, &HOW);
            let sum: f64 = found.iter().map(|cell| cell.unsigned_area()).sum();
            assert!((sum - 10_000.0).abs() < 1e-3, "seed {seed}: {sum}");
            // No two have ground in common.
            let shapes: Vec<geo_types::Geometry> = found.iter().cloned().map(Into::into).collect();
            let coverage = crate::topology::Coverage::build(shapes.iter().map(Some)).unwrap();
            let settings = crate::topology::Settings::new(Metric::Plane);
            let mut flaws = crate::topology::validate(&coverage, &settings).flaws;
            flaws.retain(|flaw| {
                matches!(flaw.kind, crate::topology::Kind::Overlap | crate::topology::Kind::Duplicate)
            });
            assert!(flaws.is_empty(), "seed {seed}: {flaws:?}");
        }
    }
}
