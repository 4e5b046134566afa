//! Faces of a patch: the planar graph of its pieces, walked round face by face, and what contains what.
//!
//! Which walk is a component's outer one is told by its leftmost corner, exactly; no area's sign is trusted.
//! O(n log n); asking what contains a component looks only at components whose box holds it.

use geo_types::{Coord, LineString, Polygon};

use super::boxes::{BoxTree, Extent};
use super::patch::Patch;
use super::plane;

/// The outside of everything.
pub(super) const UNBOUNDED: usize = 0;

/// One face.
#[derive(Debug, Default)]
pub(super) struct Face {
    /// half-edge on its outer walk; `None` for the unbounded face
    pub outer: Option<u32>,
    /// a half-edge on each walk round what lies within
    pub holes: Vec<u32>,
}

/// The faces of a patch; half-edges have their face on the left.
pub(super) struct Faces {
    pub faces: Vec<Face>,
    /// face of every half-edge
    pub face: Vec<u32>,
    next: Vec<u32>,
}

impl Faces {
    /// Walks round all faces.
    pub fn of(patch: &Patch) -> Self {
        let next = turns(patch);
        let (walk, walks) = walks(&next);
        let outer = outer_walks(patch, &walk, walks.len());
        let mut faces = vec![Face::default()];
        let mut face_of_walk = vec![u32::MAX; walks.len()];
        for (number, start) in walks.iter().enumerate() {
            if outer.at(number).is_none() {
                face_of_walk[number] = faces.len() as u32;
                faces.push(Face { outer: Some(*start), holes: Vec::new() });
            }
        }
        nest(patch, &walk, &outer, &mut face_of_walk);
        for (number, start) in walks.iter().enumerate() {
            if outer.at(number).is_some() {
                faces[face_of_walk[number] as usize].holes.push(*start);
            }
        }
        let face = walk.iter().map(|walk| face_of_walk[*walk as usize]).collect();
        Self { faces, face, next }
    }

    /// The half-edges of a walk.
    pub fn walk(&self, start: u32) -> impl Iterator<Item = u32> + '_ {
        let mut at = Some(start);
        std::iter::from_fn(move || {
            let here = at?;
            let next = self.next[here as usize];
            at = (next != start).then_some(next);
            Some(here)
        })
    }

    /// All half-edges round a face.
    pub fn border(&self, face: usize) -> impl Iterator<Item = u32> + '_ {
        let Face { outer, holes } = &self.faces[face];
        outer.iter().chain(holes).flat_map(|start| self.walk(*start))
    }

    /// A bounded face as a polygon.
    pub fn polygon(&self, patch: &Patch, face: usize) -> Polygon {
        let ring = |start: u32| {
            let mut line: Vec<Coord> = Vec::new();
            for half in self.walk(start) {
                let coords = patch.coords(half);
                line.extend(&coords[..coords.len() - 1]);
            }
            line.extend(line.first().copied());
            LineString(line)
        };
        let Face { outer, holes } = &self.faces[face];
        let shell = outer.map_or_else(|| LineString(Vec::new()), ring);
        Polygon::new(shell, holes.iter().map(|start| ring(*start)).collect())
    }

    /// How often each face is covered by features that count.
    pub fn depths(&self, patch: &Patch, counts: impl Fn(u32) -> bool) -> Vec<i32> {
        let mut depths = vec![None; self.faces.len()];
        let mut open = vec![UNBOUNDED];
        depths[UNBOUNDED] = Some(0);
        while let Some(face) = open.pop() {
            let depth = depths[face].unwrap_or(0);
            for half in self.border(face) {
                let beyond = self.face[half as usize ^ 1] as usize;
                if depths[beyond].is_none() {
                    let number = |left| patch.claimants(half, left).filter(|f| counts(*f)).count() as i32;
                    depths[beyond] = Some(depth + number(false) - number(true));
                    open.push(beyond);
                }
            }
        }
        depths.into_iter().map(|depth| depth.unwrap_or(0)).collect()
    }
}

/// For every half-edge the next one round the face on its left.
fn turns(patch: &Patch) -> Vec<u32> {
    let halves = patch.pieces.len() as u32 * 2;
    let mut order: Vec<(u32, u32)> = (0..halves).map(|half| (patch.start(half), half)).collect();
    let by_angle = |p: &(u32, u32), q: &(u32, u32)| {
        p.0.cmp(&q.0).then_with(|| {
            let way = |half| patch.point(patch.way(half));
            plane::around(patch.point(p.0), way(p.1), way(q.1)).then(p.1.cmp(&q.1))
        })
    };
    order.sort_unstable_by(by_angle);
    let mut next = vec![0; halves as usize];
    let mut from = 0;
    while from < order.len() {
        let to = from + order[from..].iter().take_while(|one| one.0 == order[from].0).count();
        for at in from..to {
            // Coming in along the reverse of this one, the next is its neighbour clockwise.
            let before = if at == from { to - 1 } else { at - 1 };
            next[order[at].1 as usize ^ 1] = order[before].1;
        }
        from = to;
    }
    next
}

/// The walk that every half-edge is on, and a half-edge of every walk.
fn walks(next: &[u32]) -> (Vec<u32>, Vec<u32>) {
    let mut walk = vec![u32::MAX; next.len()];
    let mut starts = Vec::new();
    for start in 0..next.len() {
        if walk[start] != u32::MAX {
            continue;
        }
        let number = starts.len() as u32;
        starts.push(start as u32);
        let mut at = start;
        while walk[at] == u32::MAX {
            walk[at] = number;
            at = next[at] as usize;
        }
    }
    (walk, starts)
}

/// What hangs together.
struct Component {
    /// its leftmost vertex, the lowest of several
    leftmost: Coord,
    /// where the edge leads that leaves it nearest to due north
    steepest: Coord,
    extent: Extent,
    /// that edge's half-edge: on its left lies what is round the component
    half: u32,
}

/// Which walks go round a component from outside.
struct Outer {
    /// by walk: the component, if it is its outer walk
    component: Vec<Option<u32>>,
    components: Vec<Component>,
    /// component of every piece
    of_piece: Vec<u32>,
}

impl Outer {
    fn at(&self, walk: usize) -> Option<u32> {
        self.component[walk]
    }
}

fn outer_walks(patch: &Patch, walk: &[u32], walks: usize) -> Outer {
    let mut above: Vec<u32> = (0..walks as u32).collect();
    // Both sides of a piece hang together, and so do neighbours round a vertex: they have a walk in common.
    for piece in 0..patch.pieces.len() {
        let (one, other) = (root(&mut above, walk[piece * 2]), root(&mut above, walk[piece * 2 + 1]));
        above[one.max(other) as usize] = one.min(other);
    }
    let mut number = vec![u32::MAX; walks];
    let mut of_piece = Vec::with_capacity(patch.pieces.len());
    let mut components: Vec<Component> = Vec::new();
    for piece in 0..patch.pieces.len() {
        let root = root(&mut above, walk[piece * 2]) as usize;
        if number[root] == u32::MAX {
            number[root] = components.len() as u32;
            let far = Coord { x: f64::INFINITY, y: f64::INFINITY };
            components.push(Component { leftmost: far, steepest: far, extent: Extent::EMPTY, half: 0 });
        }
        of_piece.push(number[root]);
        let component = &mut components[number[root] as usize];
        let mut before: Option<Coord> = None;
        for vertex in patch.chain(piece) {
            let at = patch.point(vertex);
            if let Some(before) = before {
                component.meet(before, at, piece as u32 * 2);
                component.meet(at, before, piece as u32 * 2 + 1);
            }
            before = Some(at);
        }
    }
    let mut component = vec![None; walks];
    for (at, one) in components.iter().enumerate() {
        component[walk[one.half as usize] as usize] = Some(at as u32);
    }
    Outer { component, components, of_piece }
}

fn root(above: &mut [u32], mut at: u32) -> u32 {
    while above[at as usize] != at {
        above[at as usize] = above[above[at as usize] as usize];
        at = above[at as usize];
    }
    at
}

impl Component {
    /// Looks at an edge in one direction.
    fn meet(&mut self, from: Coord, to: Coord, half: u32) {
        self.extent = self.extent.joined(Extent { min: from, max: from });
        let left = from.x < self.leftmost.x || from.x == self.leftmost.x && from.y < self.leftmost.y;
        if left || from == self.leftmost && plane::turn(from, self.steepest, to) > 0.0 {
            (self.leftmost, self.steepest, self.half) = (from, to, half);
        }
    }
}

/// Edges to a box.
const RUN: usize = 16;

/// All edges of a patch, in runs with a box round each.
struct Edges<'a> {
    patch: &'a Patch<'a>,
    /// piece and the first edge in it
    runs: Vec<(u32, u32)>,
    tree: BoxTree,
}

impl<'a> Edges<'a> {
    fn of(patch: &'a Patch<'a>) -> Self {
        let (mut runs, mut boxes) = (Vec::new(), Vec::new());
        for piece in 0..patch.pieces.len() {
            let edges = patch.edges(piece);
            for first in (0..edges).step_by(RUN) {
                let places = first..=edges.min(first + RUN);
                boxes.push(Extent::round(places.map(|at| patch.point(patch.vertex(piece, at)))));
                runs.push((piece as u32, first as u32));
            }
        }
        Self { patch, runs, tree: BoxTree::build(&boxes) }
    }

    /// The half-edge, its left side towards the point, that is met first going left from just above it.
    fn left_of(&self, at: Coord, from: f64, wanted: impl Fn(u32) -> bool) -> Option<u32> {
        let window = Extent { min: Coord { x: from, y: at.y }, max: at };
        let mut nearest: Option<(f64, f64, u32)> = None;
        self.tree.visit(&window, |run| {
            let (piece, first) = self.runs[run as usize];
            if !wanted(piece) {
                return;
            }
            let mut before: Option<Coord> = None;
            let (piece, first) = (piece as usize, first as usize);
            for place in first..=self.patch.edges(piece).min(first + RUN) {
                let here = self.patch.point(self.patch.vertex(piece, place));
                let Some(a) = before.replace(here) else { continue };
                if (a.y > at.y) == (here.y > at.y) {
                    continue;
                }
                let upward = here.y > a.y;
                let (low, high) = if upward { (a, here) } else { (here, a) };
                if plane::turn(low, high, at) >= 0.0 {
                    continue;
                }
                // Just above the point, edges from one vertex lie in the order of their slopes.
                let slope = (high.x - low.x) / (high.y - low.y);
                let x = low.x + (at.y - low.y) * slope;
                if nearest.is_none_or(|(best, lean, _)| x > best || x == best && slope > lean) {
                    nearest = Some((x, slope, piece as u32 * 2 + u32::from(upward)));
                }
            }
        });
        nearest.map(|(_, _, half)| half)
    }
}

/// Gives the outer walk of every component the face that the component lies in.
fn nest(patch: &Patch, walk: &[u32], outer: &Outer, face_of_walk: &mut [u32]) {
    let components = &outer.components;
    let boxes: Vec<Extent> = components.iter().map(|one| one.extent).collect();
    let tree = BoxTree::build(&boxes);
    let mut edges = None;
    let mut order: Vec<usize> = (0..components.len()).collect();
    order.sort_unstable_by(|p, q| components[*p].leftmost.x.total_cmp(&components[*q].leftmost.x));
    for at in order {
        let one = &components[at];
        let mut round = Vec::new();
        let mut from = f64::INFINITY;
        tree.visit(&Extent { min: one.leftmost, max: one.leftmost }, |other| {
            if other as usize != at {
                round.push(other);
                from = from.min(boxes[other as usize].min.x);
            }
        });
        let mut face = UNBOUNDED as u32;
        if !round.is_empty() {
            let edges = edges.get_or_insert_with(|| Edges::of(patch));
            let wanted = |piece: u32| round.contains(&outer.of_piece[piece as usize]);
            if let Some(half) = edges.left_of(one.leftmost, from, wanted) {
                face = face_of_walk[walk[half as usize] as usize];
            }
        }
        face_of_walk[walk[one.half as usize] as usize] = face;
    }
}
