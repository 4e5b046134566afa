//! Where lines meet and have to be cut: crossings, ends on another line, vertices that two lines share.
//!
//! Pairs of segments come from an R-tree; whether two cross is decided by robust orientation. What is nearer than
//! [`NEAR_M`] is the same place: drawings that met before their coordinates were transformed meet afterwards.
//! O(n log n + pairs), with a bound on the pairs.

use geo_types::Coord;
use robust::{Coord as Exact, orient2d};
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree, RTreeObject as _};

use crate::model::geometry::round;

/// Metres within which an end lies on a line. A straight line of a plane bends by a centimetre per kilometre when
/// it is brought to degrees.
const NEAR_M: f64 = 0.05;
/// Metres of a degree of latitude.
const DEGREE_M: f64 = 111_000.0;
/// Pairs of segments that are looked at; real networks need five per segment.
const MOST_PAIRS: u64 = 100_000_000;

/// A line of the file.
pub(super) struct Line {
    /// its coordinates, two or more
    pub coords: Vec<Coord>,
    /// whether it passes over or under others
    pub over: bool,
    /// its level over the ground
    pub level: i64,
}

/// A cut: in which segment, how far along it (0 to 1), where.
type Cut = (usize, f64, Coord);

type Boxed = GeomWithData<Rectangle<[f64; 2]>, (u32, u32)>;

/// The pieces of each line; one for a line that is not cut. With the number of different places where lines were
/// cut. `None` where there are too many pairs to look at.
pub(super) fn pieces(lines: &[Line]) -> Option<(Vec<Vec<Vec<Coord>>>, usize)> {
    let mut boxes = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        for (n, pair) in line.coords.windows(2).enumerate() {
            let corners = Rectangle::from_corners([pair[0].x, pair[0].y], [pair[1].x, pair[1].y]);
            boxes.push(Boxed::new(corners, (at as u32, n as u32)));
        }
    }
    let tree = RTree::bulk_load(boxes);
    let mut cuts: Vec<Vec<Cut>> = lines.iter().map(|_| Vec::new()).collect();
    let mut pairs = 0;
    for one in tree.iter() {
        let (low, high) = (one.envelope().lower(), one.envelope().upper());
        let (x, y) = margins(low[1]);
        let window = AABB::from_corners([low[0] - x, low[1] - y], [high[0] + x, high[1] + y]);
        for other in tree.locate_in_envelope_intersecting(&window) {
            pairs += 1;
            if pairs > MOST_PAIRS {
                return None;
            }
            if one.data < other.data {
                meet(lines, one.data, other.data, &mut cuts);
            }
        }
    }
    let mut places = Vec::new();
    let all = lines.iter().zip(cuts).map(|(line, cuts)| cut(&line.coords, cuts, &mut places)).collect();
    places.sort_unstable();
    places.dedup();
    Some((all, places.len()))
}

/// Degrees of [`NEAR_M`] at a latitude.
fn margins(latitude: f64) -> (f64, f64) {
    let y = NEAR_M / DEGREE_M;
    (y / latitude.to_radians().cos().max(0.01), y)
}

fn metres(a: Coord, b: Coord) -> f64 {
    let scale = a.y.to_radians().cos();
    ((b.x - a.x) * scale).hypot(b.y - a.y) * DEGREE_M
}

struct Segment<'a> {
    line: &'a Line,
    at: usize,
    n: usize,
    a: Coord,
    b: Coord,
}

impl<'a> Segment<'a> {
    fn of(lines: &'a [Line], (at, n): (u32, u32)) -> Self {
        let (at, n) = (at as usize, n as usize);
        let line = &lines[at];
        Self { line, at, n, a: line.coords[n], b: line.coords[n + 1] }
    }

    /// Its ends, with whether each is an end of the whole line.
    fn ends(&self) -> [(Coord, f64, bool); 2] {
        let last = self.line.coords.len() - 2;
        [(self.a, 0.0, self.n == 0), (self.b, 1.0, self.n == last)]
    }

    /// How far along it the nearest place to a point is, and the metres to it.
    fn nearest(&self, p: Coord) -> (f64, f64) {
        let scale = p.y.to_radians().cos();
        let (dx, dy) = ((self.b.x - self.a.x) * scale, self.b.y - self.a.y);
        let (px, py) = ((p.x - self.a.x) * scale, p.y - self.a.y);
        let length = dx * dx + dy * dy;
        let along = if length > 0.0 { ((px * dx + py * dy) / length).clamp(0.0, 1.0) } else { 0.0 };
        (along, (px - along * dx).hypot(py - along * dy) * DEGREE_M)
    }

    /// The vertex that a place on it stands for, if it is one of its ends.
    fn vertex(&self, p: Coord) -> Option<(f64, Coord)> {
        let near = |c: Coord| metres(c, p) <= NEAR_M;
        if near(self.a) { Some((0.0, self.a)) } else { near(self.b).then_some((1.0, self.b)) }
    }
}

fn meet(lines: &[Line], one: (u32, u32), other: (u32, u32), cuts: &mut [Vec<Cut>]) {
    let (s, t) = (Segment::of(lines, one), Segment::of(lines, other));
    let same_line = s.at == t.at;
    let closed = same_line && s.line.coords.first() == s.line.coords.last();
    let neighbours = same_line && (t.n - s.n == 1 || closed && t.n - s.n == s.line.coords.len() - 2);
    if neighbours {
        return;
    }
    let apart = s.line.over || t.line.over || s.line.level != t.line.level;
    if !same_line {
        let touched = touch(&s, &t, apart, cuts) | touch(&t, &s, apart, cuts);
        if touched || apart {
            return;
        }
    }
    let Some((place, along_s, along_t)) = crossing(&s, &t) else { return };
    cuts[s.at].push((s.n, along_s, place));
    cuts[t.at].push((t.n, along_t, place));
}

/// The ends of a segment that lie on another: both lines are cut there. Of lines that pass over each other only
/// the ends of a whole line count, and what passes over is not cut.
fn touch(s: &Segment<'_>, t: &Segment<'_>, apart: bool, cuts: &mut [Vec<Cut>]) -> bool {
    let mut touched = false;
    for (end, along, last) in s.ends() {
        if apart && !last {
            continue;
        }
        let (on, off) = t.nearest(end);
        if off > NEAR_M {
            continue;
        }
        touched = true;
        let (on, place) = t.vertex(end).unwrap_or((on, end));
        if !t.line.over {
            cuts[t.at].push((t.n, on, place));
        }
        if !s.line.over && !last {
            cuts[s.at].push((s.n, along, end));
        }
    }
    touched
}

/// Where two segments cross inside both.
fn crossing(s: &Segment<'_>, t: &Segment<'_>) -> Option<(Coord, f64, f64)> {
    let side = |s: &Segment<'_>, c: Coord| {
        let exact = |c: Coord| Exact { x: c.x, y: c.y };
        orient2d(exact(s.a), exact(s.b), exact(c))
    };
    let (t_a, t_b, s_a, s_b) = (side(s, t.a), side(s, t.b), side(t, s.a), side(t, s.b));
    let opposite = |a: f64, b: f64| a < 0.0 && b > 0.0 || a > 0.0 && b < 0.0;
    if !opposite(t_a, t_b) || !opposite(s_a, s_b) {
        return None;
    }
    let (on_s, on_t) = (s_a / (s_a - s_b), t_a / (t_a - t_b));
    Some((round(s.a + (s.b - s.a) * on_s), on_s, on_t))
}

/// A line in pieces. Cuts at its ends, and a second one at the same place, cut nothing.
fn cut(coords: &[Coord], mut cuts: Vec<Cut>, places: &mut Vec<(u64, u64)>) -> Vec<Vec<Coord>> {
    cuts.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let (Some(first), Some(last)) = (coords.first(), coords.last()) else { return Vec::new() };
    let (mut all, mut piece, mut next) = (Vec::new(), vec![*first], 1);
    for (n, along, place) in cuts {
        let end = n == 0 && along <= 0.0 || n + 2 == coords.len() && along >= 1.0;
        if end
            || metres(*first, place) <= NEAR_M && n == 0
            || metres(*last, place) <= NEAR_M && n + 2 == coords.len()
        {
            continue;
        }
        while next <= n {
            piece.push(coords[next]);
            next += 1;
        }
        let begun = piece.len() == 1 || piece.len() == 2 && metres(piece[0], piece[1]) <= NEAR_M;
        if begun && metres(piece[0], place) <= NEAR_M {
            continue;
        }
        if piece.last() != Some(&place) {
            piece.push(place);
        }
        places.push((place.x.to_bits(), place.y.to_bits()));
        all.push(std::mem::replace(&mut piece, vec![place]));
    }
    for c in &coords[next..] {
        if piece.last() != Some(c) {
            piece.push(*c);
        }
    }
    all.push(piece);
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo::line_intersection::{LineIntersection, line_intersection};
    use geo_types::{Line as Straight, coord};
    use proptest::prelude::*;

    fn line(coords: &[(f64, f64)]) -> Line {
        let coords = coords.iter().map(|(x, y)| coord! { x: 102.7 + x * 1e-3, y: 25.0 + y * 1e-3 });
        Line { coords: coords.map(round).collect(), over: false, level: 0 }
    }

    fn counts(lines: &[Line]) -> Vec<usize> {
        pieces(lines).unwrap().0.iter().map(Vec::len).collect()
    }

    #[test]
    fn lines_are_cut_where_they_cross_end_or_share_a_vertex() {
        let cross = [line(&[(0., 0.), (2., 2.)]), line(&[(0., 2.), (2., 0.)])];
        assert_eq!(counts(&cross), [2, 2]);
        let (parts, places) = pieces(&cross).unwrap();
        assert_eq!(places, 1);
        assert_eq!(parts[0][0].last(), parts[1][1].first(), "they meet bit for bit");
        // An end on a line, a millimetre short of it.
        let tee = [line(&[(0., 0.), (2., 0.)]), line(&[(1., 0.000_01), (1., 1.)])];
        assert_eq!(counts(&tee), [2, 1]);
        assert_eq!(pieces(&tee).unwrap().0[0][1][0], tee[1].coords[0]);
        let short = [line(&[(0., 0.), (2., 0.)]), line(&[(1., 0.01), (1., 1.)])];
        assert_eq!(counts(&short), [1, 1], "a metre off is another matter");
        // A crossing at a vertex that both have.
        let shared = [line(&[(0., 0.), (1., 1.), (2., 2.)]), line(&[(0., 2.), (1., 1.), (2., 0.)])];
        assert_eq!(counts(&shared), [2, 2]);
        let chained = [line(&[(0., 0.), (1., 0.)]), line(&[(1., 0.), (2., 0.)])];
        assert_eq!(counts(&chained), [1, 1]);
        // A figure of eight crosses itself once; a ring does not.
        let eight = [line(&[(0., 0.), (2., 2.), (2., 0.), (0., 2.)])];
        assert_eq!(counts(&eight), [3]);
        let ring = [line(&[(0., 0.), (1., 0.), (1., 1.), (0., 0.)])];
        assert_eq!(counts(&ring), [1]);
        // Along a common stretch both are cut at its ends.
        let along = [line(&[(0., 0.), (2., 0.)]), line(&[(1., 0.), (3., 0.)])];
        assert_eq!(counts(&along), [2, 2]);
    }

    #[test]
    fn what_passes_over_is_not_cut_but_its_ends_are_joined() {
        let road = || line(&[(0., 0.), (4., 0.)]);
        let bridge = |coords| Line { over: true, ..line(coords) };
        assert_eq!(counts(&[road(), bridge(&[(1., -1.), (1., 1.)])]), [1, 1]);
        assert_eq!(counts(&[road(), bridge(&[(1., 0.), (1., 1.)])]), [2, 1]);
        let above = Line { level: 1, ..line(&[(1., -1.), (1., 1.)]) };
        assert_eq!(counts(&[road(), above]), [1, 1]);
    }

    proptest! {
        /// On random lines: nothing is lost, every piece ends at a cut or an end, no two pieces cross any more.
        #[test]
        fn pieces_are_the_lines_and_cross_no_more(raw in prop::collection::vec(prop::collection::vec((0..60_i32, 0..60_i32), 2..5), 2..7)) {
            let lines: Vec<Line> = raw.iter().map(|list| {
                let mut list: Vec<_> = list.iter().map(|(x, y)| (f64::from(*x), f64::from(*y))).collect();
                list.dedup();
                if list.len() < 2 { list.push((70.0, 70.0)); }
                line(&list)
            }).collect();
            let (parts, _) = pieces(&lines).unwrap();
            let length = |coords: &[Coord]| coords.windows(2).map(|w| metres(w[0], w[1])).sum::<f64>();
            for (line, parts) in lines.iter().zip(&parts) {
                let total: f64 = parts.iter().map(|part| length(part)).sum();
                let whole = length(&line.coords);
                prop_assert!((total - whole).abs() < 0.5 + whole * 2e-4, "{} {}", total, whole);
                prop_assert_eq!(parts[0][0], line.coords[0]);
                prop_assert_eq!(parts.last().unwrap().last(), line.coords.last());
                prop_assert!(parts.windows(2).all(|pair| pair[0].last() == pair[1].first()));
            }
            let all: Vec<(usize, Straight)> = parts.iter().flatten().enumerate()
                .flat_map(|(n, part)| part.windows(2).map(move |w| (n, Straight::new(w[0], w[1])))).collect();
            for (at, (n, a)) in all.iter().enumerate() {
                for (m, b) in &all[at + 1..] {
                    if n == m { continue }
                    if let Some(LineIntersection::SinglePoint { intersection: p, is_proper: true }) = line_intersection(*a, *b) {
                        let ends = [a.start, a.end, b.start, b.end];
                        prop_assert!(ends.iter().any(|end| metres(*end, p) < 0.2), "{a:?} {b:?}");
                    }
                }
            }
        }
    }
}
