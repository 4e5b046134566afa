//! Cuts areas into communities and communities into blocks: each cut is a street.
//!
//! A face is cut across its long axis (recursive bisection, as in procedural street layouts, e.g. Parish
//! and Müller 2001, but on shared edges). Of some dozen candidates the best is taken: parts of the wanted
//! sizes, right angles, ends at crossings that are already there. Linear in the corners per candidate.

use super::mesh::{Face, Kind, Line, Mesh, Side};
use super::plane::{
    P, area_and_centroid, contains, distance_to_segment, long_axis, p, segments_touch, sides,
};
use super::random::Dice;
use super::terrain::Terrain;

/// Where a cut meets the ring: at a corner or inside a side.
#[derive(Clone, Copy, Debug)]
enum End {
    Corner(usize),
    Inside(usize, P),
}

#[derive(Clone, Copy, Debug)]
struct Cut {
    from: End,
    to: End,
    score: f64,
}

/// The ring of a face, ready to be cut.
struct Subject<'a> {
    terrain: &'a Terrain,
    corners: Vec<P>,
    /// corners at which another street arrives already
    crossing: Vec<bool>,
    /// corners by a river or a ridge at which another street arrives: to go on there makes a bridge
    ford: Vec<bool>,
    /// share of the weight wanted on the first side
    want: f64,
    /// ends closer than this to a corner go to the corner, metres
    snap: f64,
}

/// Directions tried: off the short axis by 0°, ±7°, ±16°, then steeply; (cosine, sine).
const GENTLE: &[(f64, f64)] =
    &[(1.0, 0.0), (0.9925, 0.122), (0.9925, -0.122), (0.9613, 0.2756), (0.9613, -0.2756)];
const ANY: &[(f64, f64)] =
    &[(0.866, 0.5), (0.866, -0.5), (0.5, 0.866), (0.5, -0.866), (0.0, 1.0), (1.0, 0.0)];

impl Subject<'_> {
    fn point(&self, end: End) -> P {
        match end {
            End::Corner(at) => self.corners[at],
            End::Inside(_, at) => at,
        }
    }

    fn weight(&self, ring: &[P]) -> f64 {
        let (area, centre) = area_and_centroid(ring);
        area * self.terrain.density(centre)
    }

    /// The best of all candidates, if any is sound.
    fn best(&self, dice: &mut Dice) -> Option<Cut> {
        let jitter = dice.between(-0.04, 0.04);
        let axis = long_axis(&self.corners);
        self.best_of(axis, GENTLE, &[0.0, -0.07, 0.07, -0.14, 0.14], jitter)
            .or_else(|| self.best_of(axis, ANY, &[0.0, -0.1, 0.1, -0.2, 0.2, -0.3, 0.3], jitter))
    }

    fn best_of(&self, axis: P, turns: &[(f64, f64)], steps: &[f64], jitter: f64) -> Option<Cut> {
        let mut best: Option<Cut> = None;
        for &(cos, sin) in turns {
            let along = p(axis.x * cos - axis.y * sin, axis.x * sin + axis.y * cos);
            let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
            for corner in &self.corners {
                low = low.min(corner.dot(along));
                high = high.max(corner.dot(along));
            }
            for step in steps {
                let share = (self.want + step + jitter).clamp(0.12, 0.88);
                for cut in self.cuts_at(along, low + (high - low) * share) {
                    if best.is_none_or(|b| cut.score < b.score) {
                        best = Some(cut);
                    }
                }
            }
        }
        best
    }

    /// All sound cuts along the line of points with that coordinate on an axis.
    fn cuts_at(&self, axis: P, level: f64) -> Vec<Cut> {
        let across = axis.left();
        let mut hits: Vec<(f64, End)> = Vec::new();
        for (at, (a, b)) in sides(&self.corners).enumerate() {
            let (da, db) = (a.dot(axis) - level, b.dot(axis) - level);
            if (da > 0.0) != (db > 0.0) {
                let hit = a + (b - a) * (da / (da - db));
                hits.push((hit.dot(across), self.snapped(at, a, b, hit)));
            }
        }
        hits.sort_by(|a, b| a.0.total_cmp(&b.0));
        hits.chunks_exact(2).filter_map(|pair| self.sound(pair[0].1, pair[1].1)).collect()
    }

    fn snapped(&self, side: usize, a: P, b: P, hit: P) -> End {
        let next = (side + 1) % self.corners.len();
        let (to_a, to_b) = (hit.to(a), hit.to(b));
        let reach = |corner: usize| {
            self.snap
                * if self.ford[corner] {
                    2.2
                } else if self.crossing[corner] {
                    1.3
                } else {
                    0.45
                }
        };
        if to_a <= to_b && to_a < reach(side) {
            End::Corner(side)
        } else if to_b < reach(next) {
            End::Corner(next)
        } else if to_a < reach(side) {
            End::Corner(side)
        } else {
            End::Inside(side, hit)
        }
    }

    /// Scores a cut; `None` if it leaves the face, runs along its border or makes a sliver.
    fn sound(&self, from: End, to: End) -> Option<Cut> {
        let (a, b) = (self.point(from), self.point(to));
        let n = self.corners.len();
        let touches = |end: End, side: usize| match end {
            End::Corner(at) => side == at || (side + 1) % n == at,
            End::Inside(at, _) => side == at,
        };
        let length = a.to(b);
        if length < 0.5 * self.snap || !contains(&self.corners, (a + b) * 0.5) {
            return None;
        }
        for (side, (c, d)) in sides(&self.corners).enumerate() {
            if !touches(from, side) && !touches(to, side) && segments_touch(a, b, c, d) {
                return None;
            }
        }
        for (at, corner) in self.corners.iter().enumerate() {
            let is_end = |end: End| matches!(end, End::Corner(c) if c == at);
            if !is_end(from) && !is_end(to) && distance_to_segment(*corner, a, b) < 0.22 * self.snap {
                return None;
            }
        }
        let square = self.squareness(from, b - a)? + self.squareness(to, a - b)?;
        let (first, second) = self.parts(from, to);
        let (w1, w2) = (self.weight(&first), self.weight(&second));
        let share = w1 / (w1 + w2);
        let off = (share - self.want).abs().min((1.0 - share - self.want).abs());
        let meets = |end: End| match end {
            End::Corner(at) if self.ford[at] => 0.5,
            End::Corner(at) if self.crossing[at] => 0.22,
            _ => 0.0,
        };
        let thin = [&first, &second].into_iter().map(|ring| slenderness(ring)).fold(0.0, f64::max);
        let score = 2.6 * off + 0.8 * square + 0.12 * thin - meets(from) - meets(to);
        (w1 > 0.0 && w2 > 0.0 && off < 0.3).then_some(Cut { from, to, score })
    }

    /// 0 for a right angle with the border at that end, up to 1; `None` below about 30°.
    fn squareness(&self, end: End, heading: P) -> Option<f64> {
        let n = self.corners.len();
        let heading = heading.unit();
        let (before, after) = match end {
            End::Corner(at) => (
                self.corners[(at + n - 1) % n] - self.corners[at],
                self.corners[(at + 1) % n] - self.corners[at],
            ),
            End::Inside(at, _) => {
                (self.corners[at] - self.corners[(at + 1) % n], self.corners[(at + 1) % n] - self.corners[at])
            }
        };
        let (c1, c2) = (heading.dot(before.unit()), heading.dot(after.unit()));
        let worst = c1.max(c2);
        (worst < 0.86).then_some(if matches!(end, End::Corner(_)) { worst.max(0.0) } else { worst.abs() })
    }

    /// The two rings that a cut makes.
    fn parts(&self, from: End, to: End) -> (Vec<P>, Vec<P>) {
        let walk = |from: End, to: End| {
            let mut ring = vec![self.point(from)];
            let n = self.corners.len();
            let mut at = match from {
                End::Corner(at) | End::Inside(at, _) => (at + 1) % n,
            };
            let stop = match to {
                End::Corner(at) => at,
                End::Inside(at, _) => (at + 1) % n,
            };
            while at != stop {
                ring.push(self.corners[at]);
                at = (at + 1) % n;
            }
            ring.push(self.point(to));
            ring
        };
        (walk(from, to), walk(to, from))
    }
}

/// Perimeter squared over area, against a square's.
fn slenderness(ring: &[P]) -> f64 {
    let around: f64 = sides(ring).map(|(a, b)| a.to(b)).sum();
    let area = area_and_centroid(ring).0;
    if area > 0.0 { around * around / (16.0 * area) } else { 99.0 }
}

/// Cuts a face in two by a new line of that kind, the first part having about the wanted share of the weight.
/// Returns the number of the second part: the part that is nearer to the wanted share stays the first.
fn cut_face(
    mesh: &mut Mesh,
    terrain: &Terrain,
    face: usize,
    want: f64,
    kind: Kind,
    snap: f64,
    dice: &mut Dice,
) -> Option<usize> {
    let ring = mesh.ring(face);
    let degrees = &mesh.node_degrees;
    let corners = mesh.corners(&ring);
    let crossing: Vec<bool> = ring.iter().map(|&side| degrees[mesh.start(side)] > 2).collect();
    let n = ring.len();
    let barrier = |side: Side| matches!(mesh.edges[side.edge].kind, Kind::River | Kind::Ridge);
    let ford =
        (0..n).map(|at| crossing[at] && barrier(ring[at]) && barrier(ring[(at + n - 1) % n])).collect();
    let subject = Subject { terrain, corners, crossing, ford, want, snap };
    let cut = subject.best(dice)?;
    let (first, second) = subject.parts(cut.from, cut.to);
    let swap = {
        let (w1, w2) = (subject.weight(&first), subject.weight(&second));
        (w1 / (w1 + w2) - want).abs() > (w2 / (w1 + w2) - want).abs()
    };
    let mut node_of = |end: End| match end {
        End::Corner(at) => mesh.start(ring[at]),
        End::Inside(at, point) => mesh.divide(ring[at].edge, point),
    };
    let (from, to) = (node_of(cut.from), node_of(cut.to));
    mesh.lines.push(Line { kind, name: None });
    let edge = mesh.add_edge(from, to, mesh.lines.len() - 1);
    if terrain.urban((mesh.nodes[from] + mesh.nodes[to]) * 0.5) < 0.5 {
        wander(mesh, &subject.corners, edge, dice);
    }
    let ring = mesh.ring(face);
    let at = ring.iter().position(|&side| mesh.start(side) == from)?;
    let mut turned: Vec<Side> = ring[at..].iter().chain(&ring[..at]).copied().collect();
    let until = turned.iter().position(|&side| mesh.start(side) == to)?;
    let mut rest = turned.split_off(until);
    turned.push(Side { edge, forward: false });
    rest.push(Side { edge, forward: true });
    if swap {
        std::mem::swap(&mut turned, &mut rest);
    }
    let Face { zone, community, .. } = mesh.faces[face];
    mesh.faces[face].ring = turned;
    mesh.faces.push(Face { ring: rest, zone, community });
    Some(mesh.faces.len() - 1)
}

/// Lets a long country road leave its straight line, where there is room for it.
fn wander(mesh: &mut Mesh, corners: &[P], edge: usize, dice: &mut Dice) {
    let (a, b) = (mesh.nodes[mesh.edges[edge].from], mesh.nodes[mesh.edges[edge].to]);
    let along = b - a;
    if along.length() < 800.0 {
        return;
    }
    let middle = a + along * dice.between(0.4, 0.6) + along.left() * dice.between(-0.11, 0.11);
    let room = 0.12 * along.length();
    let free = contains(corners, middle)
        && sides(corners).all(|(c, d)| {
            let clear = |from: P| !segments_touch(from + (middle - from) * 0.02, middle, c, d);
            clear(a) && clear(b) && distance_to_segment(middle, c, d) > room
        });
    if free {
        mesh.divide(edge, middle);
        for part in mesh.leaves(edge) {
            wander(mesh, corners, part, dice);
        }
    }
}

/// The kind of street that cuts an area of that many square metres.
fn street_kind(terrain: &Terrain, at: P, area: f64) -> Kind {
    let hectares = area / 10_000.0;
    if terrain.urban(at) > 0.45 {
        match hectares {
            h if h > 160.0 => Kind::Arterial,
            h if h > 36.0 => Kind::Secondary,
            h if h > 9.0 => Kind::Branch,
            _ => Kind::Lane,
        }
    } else {
        match hectares {
            h if h > 700.0 => Kind::TownshipRoad,
            h if h > 180.0 => Kind::VillageRoad,
            _ => Kind::Track,
        }
    }
}

/// Cuts a face into that many communities of about equal weight; gives each face its community, counting from `first`.
pub(super) fn into_communities(
    mesh: &mut Mesh,
    terrain: &Terrain,
    face: usize,
    count: usize,
    first: usize,
    dice: &mut Dice,
) {
    let mut work = vec![(face, count, first)];
    while let Some((face, count, first)) = work.pop() {
        let part = if count < 2 { None } else { Some(count / 2) };
        let (area, centre) = mesh.area_and_centroid(face);
        let snap = (area / count as f64).sqrt() * 0.16;
        let kind = street_kind(terrain, centre, area * 0.8);
        let cut = part.and_then(|part| {
            let want = part as f64 / count as f64;
            Some((part, cut_face(mesh, terrain, face, want, kind, snap, dice)?))
        });
        match cut {
            Some((part, other)) => {
                work.push((other, count - part, first + part));
                work.push((face, part, first));
            }
            None => mesh.faces[face].community = Some(first),
        }
    }
}

/// Cuts all faces down to blocks: large ones everywhere first, so that the great streets run through.
pub(super) fn into_blocks(
    mesh: &mut Mesh,
    terrain: &Terrain,
    wanted: impl Fn(&Face, P) -> f64,
    dice: &mut Dice,
) {
    let mut rounds: Vec<f64> = vec![30e6];
    while rounds[rounds.len() - 1] > 8_000.0 {
        rounds.push(rounds[rounds.len() - 1] * 0.62);
    }
    let mut stuck = vec![false; mesh.faces.len()];
    for threshold in rounds {
        let mut face = 0;
        while face < mesh.faces.len() {
            stuck.resize(mesh.faces.len(), false);
            let (area, centre) = mesh.area_and_centroid(face);
            let limit = wanted(&mesh.faces[face], centre) * 1.5;
            if !stuck[face] && area > threshold && area > limit {
                let kind = street_kind(terrain, centre, area);
                let want = dice.between(0.4, 0.5);
                let snap = (area.sqrt() * 0.17).clamp(24.0, 500.0);
                if cut_face(mesh, terrain, face, want, kind, snap, dice).is_none() {
                    stuck[face] = true;
                } else {
                    continue;
                }
            }
            face += 1;
        }
    }
}
