//! What runs along borders: lines of roads, rivers and railways laid over them.

use geo_types::Coord;

use super::{Piece, Units};
use crate::topology::{BoxTree, Extent};
use crate::zoning::barrier::Barrier;

/// A straight piece of a barrier, in metres of the units' plane.
#[derive(Clone, Copy, Debug)]
pub struct Line {
    /// from
    pub from: Coord,
    /// to
    pub to: Coord,
    /// what it is
    pub class: Barrier,
}

/// A border lies on a barrier within this distance, metres: half of a wide road.
const REACH_M: f64 = 25.0;
/// Samples are this far apart, metres.
const STEP_M: f64 = 10.0;
/// Directions nearer than this are along each other: the cosine between them.
const ALONG: f64 = 0.8;

/// Sets class and crossings of every border: the class is the strongest that covers at least half of it.
pub fn classify(units: &mut Units, lines: &[Line]) {
    let boxes: Vec<Extent> = lines.iter().map(|line| Extent::round([line.from, line.to])).collect();
    if boxes.is_empty() {
        return;
    }
    let tree = BoxTree::build(&boxes);
    for (border, pieces) in units.borders.iter_mut().zip(&units.pieces) {
        let mut covered = [0.0; Barrier::ALL.len()];
        let (mut length, mut crossings) = (0.0, 0);
        for piece in pieces {
            length += piece.length_m;
            crossings += crossed(piece, &tree, lines);
            cover(piece, &tree, lines, &mut covered);
        }
        let mut above = 0.0;
        border.class = Barrier::None;
        for class in Barrier::ALL.iter().rev() {
            above += covered[*class as usize];
            if above * 2.0 >= length && length > 0.0 {
                border.class = *class;
                break;
            }
        }
        border.crossings = Some(crossings);
    }
}

/// Adds the length of a piece to the strongest class that runs along each part of it.
fn cover(piece: &Piece, tree: &BoxTree, lines: &[Line], covered: &mut [f64; Barrier::ALL.len()]) {
    let own = piece.to - piece.from;
    let length = own.x.hypot(own.y);
    let steps = (length / STEP_M).ceil().max(1.0);
    for step in 0..steps as usize {
        let share = (step as f64 + 0.5) / steps;
        let here = piece.from + own * share;
        let mut best = Barrier::None;
        tree.visit(&Extent::round([here]).grown(REACH_M), |at| {
            let line = &lines[at as usize];
            if line.class > best && distance(here, line) <= REACH_M && runs_along(own, line) {
                best = line.class;
            }
        });
        covered[best as usize] += piece.length_m / steps;
    }
}

fn runs_along(own: Coord, line: &Line) -> bool {
    let along = line.to - line.from;
    let product = own.x.hypot(own.y) * along.x.hypot(along.y);
    product > 0.0 && ((own.x * along.x + own.y * along.y) / product).abs() >= ALONG
}

fn distance(c: Coord, line: &Line) -> f64 {
    let along = line.to - line.from;
    let square = along.x * along.x + along.y * along.y;
    let way = c - line.from;
    let share =
        if square > 0.0 { ((way.x * along.x + way.y * along.y) / square).clamp(0.0, 1.0) } else { 0.0 };
    let off = way - along * share;
    off.x.hypot(off.y)
}

/// Streets and lanes that lead over a piece.
fn crossed(piece: &Piece, tree: &BoxTree, lines: &[Line]) -> u32 {
    let mut count = 0;
    tree.visit(&Extent::round([piece.from, piece.to]), |at| {
        let line = &lines[at as usize];
        let walks = matches!(line.class, Barrier::Lane | Barrier::Street | Barrier::Arterial);
        if walks && !runs_along(piece.to - piece.from, line) && meet(piece, line) {
            count += 1;
        }
    });
    count
}

fn meet(piece: &Piece, line: &Line) -> bool {
    let side = |a: Coord, b: Coord, c: Coord| (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
    let apart = |a: Coord, b: Coord, c: Coord, d: Coord| (side(a, b, c) > 0.0) != (side(a, b, d) > 0.0);
    apart(piece.from, piece.to, line.from, line.to) && apart(line.from, line.to, piece.from, piece.to)
}
