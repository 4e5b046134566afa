//! The part of a coverage about which something is to be asked: borders with one side open, doubled ones, and
//! those in trouble, noded, as pieces between nodes that claim what lies on their two sides.
//!
//! A settled border (one feature left, another right) changes nothing in how often the plane is covered, so it is
//! left out; where it crosses or runs through an overlap it is taken in.

use std::collections::HashMap;

use foldhash::fast::RandomState;
use geo_types::Coord;

use super::boxes::Extent;
use super::coverage::Coverage;
use super::noding::Noded;

/// A feature that has a piece as its border, with its inside on one side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Claim {
    pub feature: u32,
    /// which ring of it, for features taken one by one
    pub ring: u32,
    pub left: bool,
}

/// A stretch of border between two nodes of the patch.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    pub from: u32,
    pub to: u32,
    /// places of first and last vertex among the vertices of all arcs, for an untouched stretch
    pub places: Option<(u32, u32)>,
    pub claims: Vec<Claim>,
    /// whether some of its edges were troubled before noding
    pub troubled: bool,
    /// how many arcs it was made from: more than one for borders that noding brought together
    pub arcs: u32,
}

impl Piece {
    /// The one feature on the left and the one on the right, where there is just one on either side.
    pub fn settled(&self) -> Option<(u32, u32)> {
        match self.claims[..] {
            [a, b] if a.left != b.left && a.feature != b.feature => {
                Some(if a.left { (a.feature, b.feature) } else { (b.feature, a.feature) })
            }
            _ => None,
        }
    }
}

/// Pieces and what they are made of.
pub(super) struct Patch<'a> {
    pub coverage: &'a Coverage,
    pub noded: &'a Noded,
    pub pieces: Vec<Piece>,
    /// which arcs are in it, all of each
    pub holds: Vec<bool>,
}

impl<'a> Patch<'a> {
    /// All arcs that are open, doubled or troubled, and those that `more` asks for.
    pub fn new(coverage: &'a Coverage, noded: &'a Noded, more: impl Fn(usize) -> bool) -> Self {
        let mut patch = Self { coverage, noded, pieces: Vec::new(), holds: vec![false; coverage.arcs()] };
        let mut known: HashMap<(u32, u32), u32, RandomState> = HashMap::default();
        for arc in 0..coverage.arcs() {
            let sides = coverage.sides(arc);
            let settled = sides.is_settled() && sides.left != sides.right;
            let (start, edges) = (coverage.arc_start(arc) as u32, coverage.arc(arc).len() as u32 - 1);
            let troubled = noded.pieces.range(start..start + edges).next().is_some()
                || !noded.merged.is_empty()
                    && coverage.arc(arc).iter().any(|vertex| noded.merged.contains_key(vertex));
            if !settled || troubled || more(arc) {
                patch.holds[arc] = true;
                patch.take_in(arc, &mut known);
            }
        }
        patch
    }

    /// Cuts an arc into untouched stretches and noded edges.
    fn take_in(&mut self, arc: usize, known: &mut HashMap<(u32, u32), u32, RandomState>) {
        let (coverage, noded) = (self.coverage, self.noded);
        let claims: Vec<Claim> = coverage
            .uses(arc)
            .map(|(ring, left)| Claim { feature: coverage.feature_of(ring) as u32, ring: ring as u32, left })
            .collect();
        let (start, edges) = (coverage.arc_start(arc) as u32, coverage.arc(arc).len() as u32 - 1);
        let points = coverage.all_arc_points();
        let vertex = |place: u32| points[place as usize];
        let mut from = start;
        let mut close = |patch: &mut Self, from: u32, to: u32| {
            if from < to {
                patch.stretch(from, to, claims.clone(), known);
            }
        };
        let mut stops: Vec<u32> = noded.pieces.range(start..start + edges).map(|(place, _)| *place).collect();
        if !noded.merged.is_empty() {
            let moved = |place: &u32| {
                noded.merged.contains_key(&vertex(*place)) || noded.merged.contains_key(&vertex(place + 1))
            };
            stops.extend((start..start + edges).filter(moved));
            stops.sort_unstable();
            stops.dedup();
        }
        let mut bits = Vec::new();
        for place in stops {
            close(self, from, place);
            match noded.pieces.get(&place) {
                Some(chain) => bits.extend(chain.windows(2).map(|pair| (pair[0], pair[1]))),
                None => bits.push((noded.now(vertex(place)), noded.now(vertex(place + 1)))),
            }
            from = place + 1;
        }
        close(self, from, start + edges);
        for (from, to) in bits {
            self.bit(from, to, &claims, known);
        }
    }

    fn stretch(
        &mut self,
        from: u32,
        to: u32,
        claims: Vec<Claim>,
        known: &mut HashMap<(u32, u32), u32, RandomState>,
    ) {
        let points = self.coverage.all_arc_points();
        let ends = (points[from as usize], points[to as usize]);
        if to - from == 1 {
            known.insert((ends.0.min(ends.1), ends.0.max(ends.1)), self.pieces.len() as u32);
        }
        self.pieces.push(Piece {
            from: ends.0,
            to: ends.1,
            places: Some((from, to)),
            claims,
            troubled: false,
            arcs: 1,
        });
    }

    /// A noded edge; the same one again adds its claims.
    fn bit(
        &mut self,
        from: u32,
        to: u32,
        claims: &[Claim],
        known: &mut HashMap<(u32, u32), u32, RandomState>,
    ) {
        if from == to {
            return;
        }
        let next = self.pieces.len() as u32;
        let at = *known.entry((from.min(to), from.max(to))).or_insert(next);
        if at == next {
            let claims = claims.to_vec();
            self.pieces.push(Piece { from, to, places: None, claims, troubled: true, arcs: 1 });
            return;
        }
        let piece = &mut self.pieces[at as usize];
        let turned = piece.from != from;
        piece.claims.extend(claims.iter().map(|claim| Claim { left: claim.left != turned, ..*claim }));
        piece.troubled = true;
        piece.arcs += 1;
    }

    /// Where a vertex is.
    pub fn point(&self, vertex: u32) -> Coord {
        let base = self.coverage.points().len();
        match (vertex as usize).checked_sub(base) {
            Some(made) => self.noded.made[made],
            None => self.coverage.point(vertex),
        }
    }

    /// How many edges a piece has.
    pub fn edges(&self, piece: usize) -> usize {
        self.pieces[piece].places.map_or(1, |(first, last)| (last - first) as usize)
    }

    /// The vertex at a place of a piece, from 0 to its number of edges.
    pub fn vertex(&self, piece: usize, at: usize) -> u32 {
        let piece = &self.pieces[piece];
        match piece.places {
            Some((first, _)) => self.coverage.all_arc_points()[first as usize + at],
            None if at == 0 => piece.from,
            None => piece.to,
        }
    }

    /// The vertices of a piece, both ends included.
    pub fn chain(&self, piece: usize) -> impl DoubleEndedIterator<Item = u32> + ExactSizeIterator + '_ {
        (0..self.edges(piece) + 1).map(move |at| self.vertex(piece, at))
    }

    /// The coordinates of a half-edge's vertices, both ends included.
    pub fn coords(&self, half: u32) -> Vec<Coord> {
        let chain = self.chain(half as usize / 2);
        let at = |vertex| self.point(vertex);
        if half.is_multiple_of(2) { chain.map(at).collect() } else { chain.rev().map(at).collect() }
    }

    /// A box round a piece.
    pub fn extent(&self, piece: usize) -> Extent {
        Extent::round(self.chain(piece).map(|vertex| self.point(vertex)))
    }

    /// Start of a half-edge (piece · 2, + 1 for its reverse).
    pub fn start(&self, half: u32) -> u32 {
        let piece = &self.pieces[half as usize / 2];
        if half.is_multiple_of(2) { piece.from } else { piece.to }
    }

    /// The vertex that a half-edge goes to first.
    pub fn way(&self, half: u32) -> u32 {
        let piece = half as usize / 2;
        self.vertex(piece, if half.is_multiple_of(2) { 1 } else { self.edges(piece) - 1 })
    }

    /// The features that claim the left (or else the right) side of a half-edge.
    pub fn claimants(&self, half: u32, left: bool) -> impl Iterator<Item = u32> + '_ {
        let claims = &self.pieces[half as usize / 2].claims;
        let wanted = left == (half.is_multiple_of(2));
        claims.iter().filter(move |claim| claim.left == wanted).map(|claim| claim.feature)
    }
}
