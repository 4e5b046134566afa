//! Which vertices of an arc matter at which scale.

use super::{Vertex, is_forward};

/// Longest stretch that is looked at as a whole. Douglas–Peucker is quadratic at worst (spirals made to
/// hurt); cutting at fixed places of the canonical direction bounds it and stays the same for both sides.
const STRETCH: usize = 2048;

/// For every vertex of an arc (both ends included) the square of the tolerance up to which it is kept;
/// infinite for the ends. Keeping the vertices whose value is at least `t²` gives a line that departs
/// from the arc by less than `t`, and smaller `t` only adds vertices.
///
/// Douglas & Peucker 1973, each vertex capped by the one that had to be kept before it. Computed in the
/// canonical direction: the reverse of an arc gets the same values, bit for bit. A closed arc (first and
/// last the same) opens at the vertex farthest from its ends. O(n log n) as a rule, at worst O(n · 2048).
pub fn significance<V: Vertex>(arc: &[V], out: &mut Vec<f64>) {
    out.clear();
    out.resize(arc.len(), 0.0);
    let forward = is_forward(arc);
    let vertex = |at: usize| if forward { arc[at] } else { arc[arc.len() - 1 - at] }.xy();
    let last = arc.len().saturating_sub(1);
    let mut from = 0;
    while from < last {
        let to = last.min(from + STRETCH);
        stretch(&vertex, from, to, out);
        from = to;
    }
    if !forward {
        out.reverse();
    }
}

fn stretch(vertex: &impl Fn(usize) -> (f64, f64), from: usize, to: usize, out: &mut [f64]) {
    out[from] = f64::INFINITY;
    out[to] = f64::INFINITY;
    let mut open = vec![(from, to, f64::INFINITY)];
    while let Some((from, to, cap)) = open.pop() {
        let (a, b) = (vertex(from), vertex(to));
        let (mut worst, mut at) = (-1.0, from);
        for place in from + 1..to {
            let distance = distance_squared(vertex(place), a, b);
            if distance > worst {
                (worst, at) = (distance, place);
            }
        }
        if at > from {
            out[at] = cap.min(worst);
            open.push((from, at, out[at]));
            open.push((at, to, out[at]));
        }
    }
}

/// Square of the distance from a point to a segment.
fn distance_squared(p: (f64, f64), a: (f64, f64), b: (f64, f64)) -> f64 {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let (px, py) = (p.0 - a.0, p.1 - a.1);
    let along = px * dx + py * dy;
    let length = dx * dx + dy * dy;
    if along <= 0.0 {
        px * px + py * py
    } else if along >= length {
        (p.0 - b.0).powi(2) + (p.1 - b.1).powi(2)
    } else {
        let across = px * dy - py * dx;
        across * across / length
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_bump_counts_by_its_height() {
        let mut out = Vec::new();
        significance(&[(0, 0), (5, 1), (10, 0), (15, -7), (20, 0)], &mut out);
        assert_eq!(out[0], f64::INFINITY);
        assert_eq!(out[3], 49.0);
        assert!(out[1] < 49.0 && out[1] > 0.0 && out[2] > 0.0);
    }

    #[test]
    fn a_spiral_does_not_take_for_ever() {
        let spiral: Vec<(i32, i32)> = (0..200_000)
            .map(|i| {
                let (r, t) = (f64::from(i), f64::from(i) * 0.01);
                ((r * t.cos()) as i32, (r * t.sin()) as i32)
            })
            .collect();
        let mut out = Vec::new();
        significance(&spiral, &mut out);
        assert_eq!(out.len(), spiral.len());
    }

    proptest! {
        #[test]
        fn both_directions_agree_and_the_line_stays_near(
            line in prop::collection::vec((-50..50i32, -50..50i32), 2..80),
            tolerance in 1.0..40.0f64,
        ) {
            let (mut there, mut back) = (Vec::new(), Vec::new());
            significance(&line, &mut there);
            let reversed: Vec<_> = line.iter().rev().copied().collect();
            significance(&reversed, &mut back);
            back.reverse();
            prop_assert_eq!(&there, &back);
            let kept: Vec<_> = (0..line.len()).filter(|at| there[*at] >= tolerance * tolerance).collect();
            for pair in kept.windows(2) {
                for at in pair[0]..pair[1] {
                    let d = distance_squared(line[at].xy(), line[pair[0]].xy(), line[pair[1]].xy());
                    prop_assert!(d < tolerance * tolerance);
                }
            }
        }
    }
}
