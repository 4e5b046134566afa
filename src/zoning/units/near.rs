//! Borders that run beside each other without being bit-equal.

use std::collections::BTreeMap;

use geo_types::Coord;

use super::{Piece, TOLERANCE_M};
use crate::topology::{BoxTree, Extent};

/// Directions further apart than this are no common border: the cosine between them.
const ALONG: f64 = 0.5;

/// Pieces of units' outlines with nothing bit-equal on the other side, each with its unit: where two units' pieces
/// run beside each other. Lengths are the mean of both sides.
pub(super) fn meetings(open: &[(u32, Piece)]) -> Vec<((u32, u32), Piece)> {
    let boxes: Vec<Extent> = open.iter().map(|(_, piece)| Extent::round([piece.from, piece.to])).collect();
    if boxes.is_empty() {
        return Vec::new();
    }
    let tree = BoxTree::build(&boxes);
    let mut found = Vec::new();
    for (at, (unit, piece)) in open.iter().enumerate() {
        let mut beside: BTreeMap<u32, Vec<(f64, f64)>> = BTreeMap::new();
        tree.visit(&boxes[at].grown(TOLERANCE_M), |other| {
            let (owner, known) = &open[other as usize];
            if owner != unit
                && let Some(stretch) = stretch(piece, known)
            {
                beside.entry(*owner).or_default().push(stretch);
            }
        });
        for (owner, mut stretches) in beside {
            stretches.sort_by(|p, q| p.0.total_cmp(&q.0));
            let (mut from, mut to) = stretches[0];
            let mut whole = Vec::new();
            for (next, end) in &stretches[1..] {
                if *next > to {
                    whole.push((from, to));
                    (from, to) = (*next, *end);
                } else {
                    to = to.max(*end);
                }
            }
            whole.push((from, to));
            let pair = ((*unit).min(owner), (*unit).max(owner));
            // Both sides find each other: half from each.
            found.extend(whole.into_iter().map(|(from, to)| (pair, part(piece, from, to))));
        }
    }
    found
}

/// The share of a piece, 0..1, that lies within the tolerance of another and beside it.
fn stretch(piece: &Piece, other: &Piece) -> Option<(f64, f64)> {
    let along = other.to - other.from;
    let length = along.x.hypot(along.y);
    let own = piece.to - piece.from;
    let own_length = own.x.hypot(own.y);
    if length <= 0.0 || own_length <= 0.0 {
        return None;
    }
    let cosine = (own.x * along.x + own.y * along.y) / (length * own_length);
    if cosine.abs() < ALONG {
        return None;
    }
    let along = along / length;
    let place = |c: Coord| {
        let way = c - other.from;
        (way.x * along.x + way.y * along.y, way.x * along.y - way.y * along.x)
    };
    let ((s0, d0), (s1, d1)) = (place(piece.from), place(piece.to));
    let (mut from, mut to) = (0.0_f64, 1.0_f64);
    // Linear in the share: within [low, high].
    for (start, end, low, high) in [(s0, s1, 0.0, length), (d0, d1, -TOLERANCE_M, TOLERANCE_M)] {
        let step = end - start;
        if step.abs() < 1e-12 {
            if start < low - 1e-9 || start > high + 1e-9 {
                return None;
            }
            continue;
        }
        let (p, q) = ((low - start) / step, (high - start) / step);
        from = from.max(p.min(q));
        to = to.min(p.max(q));
    }
    (to - from > 1e-9).then_some((from, to))
}

fn part(piece: &Piece, from: f64, to: f64) -> Piece {
    let own = piece.to - piece.from;
    Piece {
        from: piece.from + own * from,
        to: piece.from + own * to,
        length_m: piece.length_m * (to - from) / 2.0,
    }
}
