//! Features cut: split along a line, a piece handed over.

use std::collections::{BTreeMap, HashMap, HashSet};

use foldhash::fast::RandomState;
use geo::coordinate_position::{CoordPos, CoordinatePosition as _};
use geo::line_intersection::{LineIntersection, line_intersection};
use geo::{Area as _, InteriorPoint as _};
use geo_types::{Coord, Line, LineString, MultiPolygon, Polygon};

use super::pieces::{drawn, inside_left};
use super::points::with_between;
use super::rings::{edges, redrawn, rings};
use super::{Draft, Refusal, Shapes};

/// Most vertices of a line to cut along.
const LONGEST: usize = 5_000;

type Key = [u64; 4];

fn key([a, b]: [Coord; 2]) -> Key {
    [a.x, a.y, b.x, b.y].map(|v| (v + 0.0).to_bits())
}

/// A feature cut into pieces.
struct Cut {
    /// the pieces
    pieces: Vec<Polygon>,
    /// the cutting edges, in the direction of the line
    along: HashSet<Key, RandomState>,
    /// new vertices by edge, from its first end to its second
    points: Vec<([Coord; 2], Vec<Coord>)>,
    /// the feature with these vertices
    whole: MultiPolygon,
}

impl Draft {
    pub(super) fn split(&self, feature: usize, line: &LineString) -> Result<Shapes, Refusal> {
        let cut = self.cut(feature, std::iter::once(line))?;
        let (mut left, mut right, mut apart) = (Vec::new(), Vec::new(), Vec::new());
        for piece in &cut.pieces {
            let sides = inside_left(piece);
            let forward = sides.iter().any(|edge| cut.along.contains(&key(*edge)));
            let backward = sides.iter().any(|[a, b]| cut.along.contains(&key([*b, *a])));
            match (forward, backward) {
                (true, true) => return Err(Refusal::Tangled),
                (true, false) => left.push(piece),
                (false, true) => right.push(piece),
                (false, false) => apart.push(piece),
            }
        }
        if left.is_empty() || right.is_empty() {
            return Err(Refusal::NotAcross(feature));
        }
        let area = |pieces: &[&Polygon]| pieces.iter().map(|piece| piece.unsigned_area()).sum::<f64>();
        let (kept, made) = if area(&left) >= area(&right) { (&mut left, right) } else { (&mut right, left) };
        kept.append(&mut apart);
        let mut shapes = self.with_points(&cut, feature)?;
        shapes.push((feature, Some(self.joined(kept.iter().copied())?.0)));
        shapes.push((self.len(), Some(self.joined(made.into_iter())?.0)));
        Ok(shapes)
    }

    pub(super) fn handed_over(&self, from: usize, to: usize, piece: &Polygon) -> Result<Shapes, Refusal> {
        if from == to {
            return Err(Refusal::Few);
        }
        self.present(to)?;
        let lines = std::iter::once(piece.exterior()).chain(piece.interiors());
        let cut = self.cut(from, lines)?;
        let inside = |part: &&Polygon| {
            part.interior_point().is_some_and(|point| piece.coordinate_position(&point.0) == CoordPos::Inside)
        };
        let (given, kept): (Vec<&Polygon>, Vec<&Polygon>) = cut.pieces.iter().partition(inside);
        if given.is_empty() {
            return Err(Refusal::Outside(from));
        }
        if kept.is_empty() {
            return Err(Refusal::UsedUp(from));
        }
        let mut shapes = self.with_points(&cut, from)?;
        let place = shapes.iter().position(|(feature, _)| *feature == to);
        let theirs = match place {
            Some(place) => shapes.swap_remove(place).1.unwrap_or_else(|| MultiPolygon(Vec::new())),
            None => MultiPolygon::clone(self.present(to)?),
        };
        shapes.push((to, Some(self.joined(theirs.0.iter().chain(given))?.0)));
        shapes.push((from, Some(self.joined(kept.into_iter())?.0)));
        Ok(shapes)
    }

    /// Cuts a feature along lines: where they meet its border, vertices are put in; of the lines only what lies
    /// inside and leads somewhere counts.
    fn cut<'a>(&self, feature: usize, lines: impl Iterator<Item = &'a LineString>) -> Result<Cut, Refusal> {
        let shape = self.present(feature)?;
        let mut cutting: Vec<[Coord; 2]> = Vec::new();
        for line in lines {
            if line.0.iter().any(|c| !(c.x.is_finite() && c.y.is_finite())) {
                return Err(Refusal::NotANumber);
            }
            let points: Vec<Coord> = line.0.iter().map(|c| self.onto_vertex(shape, self.round(*c))).collect();
            cutting
                .extend(points.windows(2).filter(|pair| pair[0] != pair[1]).map(|pair| [pair[0], pair[1]]));
        }
        if cutting.len() > LONGEST {
            return Err(Refusal::TooLong(cutting.len()));
        }
        if crosses_itself(&cutting) {
            return Err(Refusal::Tangled);
        }
        let (points, noded) = self.noded(shape, &cutting);
        let whole = redrawn(shape, |ring| with_all(ring, &points));
        let border: HashSet<Key, RandomState> =
            edges(&whole).flat_map(|[a, b]| [key([a, b]), key([b, a])]).collect();
        let within = |[a, b]: &[Coord; 2]| {
            !border.contains(&key([*a, *b]))
                && shape.coordinate_position(&((*a + *b) / 2.0)) == CoordPos::Inside
        };
        let inner = leading_somewhere(noded.into_iter().filter(within).collect(), &whole);
        let mut all: Vec<[Coord; 2]> = whole.0.iter().flat_map(inside_left).collect();
        all.extend(inner.iter().flat_map(|[a, b]| [[*a, *b], [*b, *a]]));
        let along = inner.iter().map(|edge| key(*edge)).collect();
        Ok(Cut { pieces: drawn(&all).0, along, points, whole })
    }

    /// A point drawn next to a vertex is meant to be it: nearer than ten steps of the grid.
    fn onto_vertex(&self, shape: &MultiPolygon, c: Coord) -> Coord {
        let near = 10.0 / self.units;
        let close = |v: &&Coord| (v.x - c.x).abs() <= near && (v.y - c.y).abs() <= near;
        rings(shape).flat_map(|ring| &ring.0).find(close).copied().unwrap_or(c)
    }

    /// Where lines and border meet: the new vertices of every edge of the border that is met, and the lines in
    /// pieces between them.
    fn noded(
        &self,
        shape: &MultiPolygon,
        cutting: &[[Coord; 2]],
    ) -> (Vec<([Coord; 2], Vec<Coord>)>, Vec<[Coord; 2]>) {
        let mut on_border: Vec<([Coord; 2], Vec<Coord>)> = Vec::new();
        let mut on_line: BTreeMap<usize, Vec<Coord>> = BTreeMap::new();
        for edge in edges(shape).filter(|[a, b]| a != b) {
            let mut new = Vec::new();
            for (at, cut) in cutting.iter().enumerate() {
                for point in meetings(edge, *cut) {
                    let point = self.onto_ends(point, edge, *cut);
                    if !edge.contains(&point) {
                        new.push(point);
                    }
                    if !cut.contains(&point) {
                        on_line.entry(at).or_default().push(point);
                    }
                }
            }
            if !new.is_empty() {
                on_border.push((edge, sorted(edge, new)));
            }
        }
        let mut noded = Vec::new();
        for (at, cut) in cutting.iter().enumerate() {
            let between = sorted(*cut, on_line.remove(&at).unwrap_or_default());
            let all: Vec<Coord> = std::iter::once(cut[0]).chain(between).chain([cut[1]]).collect();
            noded.extend(all.windows(2).filter(|pair| pair[0] != pair[1]).map(|pair| [pair[0], pair[1]]));
        }
        (on_border, noded)
    }

    fn onto_ends(&self, point: Coord, edge: [Coord; 2], cut: [Coord; 2]) -> Coord {
        let near = 2.0 / self.units;
        let rounded = self.round(point);
        let close = |v: &Coord| (v.x - point.x).abs() <= near && (v.y - point.y).abs() <= near;
        edge.into_iter().chain(cut).find(close).unwrap_or(rounded)
    }

    /// The neighbours of a cut feature, with the new vertices on the edges they share.
    fn with_points(&self, cut: &Cut, feature: usize) -> Result<Shapes, Refusal> {
        let mut touched: Vec<usize> = cut.points.iter().flat_map(|(edge, _)| self.along(*edge)).collect();
        touched.sort_unstable();
        touched.dedup();
        touched.retain(|other| *other != feature);
        let mut shapes = Shapes::new();
        for other in touched {
            shapes.push((other, Some(redrawn(self.present(other)?, |ring| with_all(ring, &cut.points)))));
        }
        debug_assert!(!cut.whole.0.is_empty());
        Ok(shapes)
    }
}

/// An open ring with vertices put into several of its edges.
fn with_all(ring: &[Coord], points: &[([Coord; 2], Vec<Coord>)]) -> Vec<Coord> {
    let mut drawn = ring.to_vec();
    for (edge, between) in points {
        drawn = with_between(&drawn, *edge, between);
    }
    drawn
}

/// Points along an edge in order, each once.
fn sorted([a, b]: [Coord; 2], mut points: Vec<Coord>) -> Vec<Coord> {
    let along = |p: &Coord| (p.x - a.x) * (b.x - a.x) + (p.y - a.y) * (b.y - a.y);
    points.sort_by(|p, q| along(p).total_cmp(&along(q)));
    points.dedup();
    points
}

/// Where two segments meet: nowhere, in a point, or along a stretch with two ends.
fn meetings([a, b]: [Coord; 2], [c, d]: [Coord; 2]) -> Vec<Coord> {
    let apart = |p: f64, q: f64, r: f64, s: f64| p.max(q) < r.min(s) || r.max(s) < p.min(q);
    if apart(a.x, b.x, c.x, d.x) || apart(a.y, b.y, c.y, d.y) {
        return Vec::new();
    }
    match line_intersection(Line::new(a, b), Line::new(c, d)) {
        None => Vec::new(),
        Some(LineIntersection::SinglePoint { intersection, .. }) => vec![intersection],
        Some(LineIntersection::Collinear { intersection }) => vec![intersection.start, intersection.end],
    }
}

/// Whether edges meet other than end to end.
fn crosses_itself(cutting: &[[Coord; 2]]) -> bool {
    cutting.iter().enumerate().any(|(at, one)| {
        cutting[at + 1..].iter().any(|other| {
            meetings(*one, *other).iter().any(|point| !(one.contains(point) && other.contains(point)))
        })
    })
}

/// Edges without those that end inside: a line that stops halfway cuts nothing.
fn leading_somewhere(mut inner: Vec<[Coord; 2]>, whole: &MultiPolygon) -> Vec<[Coord; 2]> {
    let point = |c: Coord| [(c.x + 0.0).to_bits(), (c.y + 0.0).to_bits()];
    let mut count: HashMap<[u64; 2], usize, RandomState> = HashMap::default();
    // A vertex of the border holds what ends there.
    rings(whole).flat_map(|ring| &ring.0).for_each(|c| *count.entry(point(*c)).or_default() += 2);
    inner.iter().flatten().for_each(|c| *count.entry(point(*c)).or_default() += 1);
    loop {
        let loose = |edge: &[Coord; 2]| edge.iter().any(|c| count.get(&point(*c)).is_none_or(|n| *n < 2));
        let Some(place) = inner.iter().position(loose) else { return inner };
        for c in inner.swap_remove(place) {
            if let Some(n) = count.get_mut(&point(c)) {
                *n -= 1;
            }
        }
    }
}
