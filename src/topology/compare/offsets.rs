//! How far one line runs from another, and whether it is shifted as a whole. Metres of a plane.

use geo_types::{Coord, Line};

use crate::topology::boxes::{BoxTree, Extent};
use crate::topology::plane;

/// Distances of a line's points from another line.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Offsets {
    /// the farthest, m
    pub max_m: f64,
    /// on average, m
    pub mean_m: f64,
    /// the shift that explains them best: east and north, m
    pub shift_m: [f64; 2],
    /// what the shift leaves unexplained, root of the mean square, m
    pub rest_m: f64,
    /// root of the mean square of the distances, m
    pub rms_m: f64,
    /// length looked at, m
    pub length_m: f64,
}

impl Offsets {
    /// Length of the shift, m.
    pub fn shift_length(&self) -> f64 {
        self.shift_m[0].hypot(self.shift_m[1])
    }

    /// Of two lines together, weighed by length.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let length = self.length_m + other.length_m;
        let share = if length > 0.0 { self.length_m / length } else { 0.5 };
        let mean = |a: f64, b: f64| a * share + b * (1.0 - share);
        let square = |a: f64, b: f64| mean(a * a, b * b).sqrt();
        Self {
            max_m: self.max_m.max(other.max_m),
            mean_m: mean(self.mean_m, other.mean_m),
            shift_m: [0, 1].map(|at| mean(self.shift_m[at], other.shift_m[at])),
            rest_m: square(self.rest_m, other.rest_m),
            rms_m: square(self.rms_m, other.rms_m),
            length_m: length,
        }
    }

    /// The same seen from the other line.
    #[must_use]
    pub fn reversed(self) -> Self {
        Self { shift_m: self.shift_m.map(|v| -v), ..self }
    }
}

/// Segments to measure distances from.
pub(super) struct Segments {
    all: Vec<Line>,
    tree: BoxTree,
}

impl Segments {
    pub(super) fn new<'a>(lines: impl Iterator<Item = &'a [Coord]>) -> Self {
        let all: Vec<Line> =
            lines.flat_map(|line| line.windows(2).map(|pair| Line::new(pair[0], pair[1]))).collect();
        let boxes: Vec<Extent> = all.iter().map(|one| Extent::round([one.start, one.end])).collect();
        Self { tree: BoxTree::build(&boxes), all }
    }

    /// The nearest segment to a point, of equally near ones the first, and the point's distance from it. `near` is
    /// a segment that may be near, and becomes the nearest: along a line it is mostly the one before.
    fn nearest(&self, p: Coord, near: &mut usize) -> Option<(&Line, f64)> {
        let distance2 = |at: usize| plane::distance2(p, self.all[at].start, self.all[at].end).0;
        let known = (*near < self.all.len()).then_some(*near).or((!self.all.is_empty()).then_some(0))?;
        let mut best = (distance2(known), known);
        // What is nearer meets the box round the circle so far; the margin is for rounding.
        let reach = best.0.sqrt() * (1.0 + 1e-9);
        let reach = Coord { x: reach, y: reach };
        self.tree.visit(&Extent { min: p - reach, max: p + reach }, |at| {
            let at = at as usize;
            let d = distance2(at);
            if (d, at) < best {
                best = (d, at);
            }
        });
        *near = best.1;
        Some((&self.all[best.1], best.0.sqrt()))
    }
}

/// Points looked at along a line, at most so many beside its vertices.
const SAMPLES: f64 = 250.0;

/// Measures lines against segments: at even distances for what is an average, at vertices too for the
/// farthest. Nothing where either is empty.
pub(super) fn offsets(lines: &[Vec<Coord>], to: &Segments) -> Option<Offsets> {
    let length: f64 = lines.iter().flat_map(|line| line.windows(2)).map(|p| distance(p[0], p[1])).sum();
    let step = (length / SAMPLES).max(f64::MIN_POSITIVE);
    let mut sums = Sums::default();
    let (mut max, mut near) = (0.0f64, 0);
    for line in lines {
        let mut to_next = step / 2.0;
        for pair in line.windows(2) {
            max = max.max(to.nearest(pair[0], &mut near)?.1);
            let long = distance(pair[0], pair[1]);
            while to_next < long {
                let p = pair[0] + (pair[1] - pair[0]) * (to_next / long);
                let (segment, d) = to.nearest(p, &mut near)?;
                max = max.max(d);
                sums.add(p, segment, d);
                to_next += step;
            }
            to_next -= long;
        }
        if let Some(last) = line.last() {
            max = max.max(to.nearest(*last, &mut near)?.1);
        }
    }
    Some(Offsets { max_m: max, length_m: length, ..sums.solved() })
}

fn distance(a: Coord, b: Coord) -> f64 {
    (a.x - b.x).hypot(a.y - b.y)
}

/// Sums for the shift with the least squares: of a line only what is across it can be seen.
#[derive(Default)]
struct Sums {
    n: f64,
    d: f64,
    dd: f64,
    nn: [f64; 3],
    nd: [f64; 2],
}

impl Sums {
    fn add(&mut self, p: Coord, segment: &Line, d: f64) {
        let along = segment.end - segment.start;
        let long = along.x.hypot(along.y);
        if long == 0.0 {
            return;
        }
        let normal = [-along.y / long, along.x / long];
        let side = (p.x - segment.start.x) * normal[0] + (p.y - segment.start.y) * normal[1];
        // From the segment to the point, with its sign.
        let across = if side < 0.0 { -d } else { d };
        self.n += 1.0;
        self.d += d;
        self.dd += d * d;
        self.nn[0] += normal[0] * normal[0];
        self.nn[1] += normal[0] * normal[1];
        self.nn[2] += normal[1] * normal[1];
        self.nd[0] += normal[0] * across;
        self.nd[1] += normal[1] * across;
    }

    fn solved(&self) -> Offsets {
        if self.n == 0.0 {
            return Offsets::default();
        }
        // Along a straight line the shift lengthwise is unknown: a little weight keeps it near none.
        let little = 1e-3 * self.n;
        let (a, b, c) = (self.nn[0] + little, self.nn[1], self.nn[2] + little);
        let det = a * c - b * b;
        let shift = [(c * self.nd[0] - b * self.nd[1]) / det, (a * self.nd[1] - b * self.nd[0]) / det];
        // Sum of (across - n·s)².
        let [x, y] = shift;
        let explained = 2.0 * (x * self.nd[0] + y * self.nd[1])
            - (x * x * self.nn[0] + 2.0 * x * y * self.nn[1] + y * y * self.nn[2]);
        Offsets {
            mean_m: self.d / self.n,
            shift_m: shift,
            rest_m: ((self.dd - explained).max(0.0) / self.n).sqrt(),
            rms_m: (self.dd / self.n).sqrt(),
            ..Offsets::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wavy(dx: f64, dy: f64) -> Vec<Coord> {
        (0..200)
            .map(|k| {
                let t = f64::from(k) * 0.1;
                Coord { x: 300.0 * t + dx, y: 900.0 * t.sin() + dy }
            })
            .collect()
    }

    fn measured(a: &[Coord], b: &[Coord]) -> Offsets {
        offsets(&[a.to_vec()], &Segments::new(std::iter::once(b))).unwrap()
    }

    #[test]
    fn a_shift_is_found_and_explains_all() {
        let found = measured(&wavy(6.0, -8.0), &wavy(0.0, 0.0));
        assert!((found.shift_m[0] - 6.0).abs() < 0.5 && (found.shift_m[1] + 8.0).abs() < 0.5, "{found:?}");
        assert!(found.rest_m < 0.2 * found.rms_m, "{found:?}");
        assert!(found.max_m <= 10.0 + 1e-9 && found.max_m > 9.0);
        assert_eq!(found.reversed().shift_m[0], -found.shift_m[0]);
    }

    #[test]
    fn noise_has_no_shift() {
        let noisy: Vec<Coord> = wavy(0.0, 0.0)
            .iter()
            .enumerate()
            .map(|(at, c)| Coord { x: c.x, y: c.y + if at % 2 == 0 { 4.0 } else { -4.0 } })
            .collect();
        let found = measured(&noisy, &wavy(0.0, 0.0));
        assert!(found.shift_length() < 0.4 && found.rest_m > 0.8 * found.rms_m, "{found:?}");
    }

    #[test]
    fn a_straight_line_is_shifted_across_only() {
        let line = |y: f64| vec![Coord { x: 0.0, y }, Coord { x: 1000.0, y }];
        let found = measured(&line(7.0), &line(0.0));
        assert!((found.shift_m[1] - 7.0).abs() < 0.05 && found.shift_m[0].abs() < 1e-6);
        assert_eq!((found.max_m, found.mean_m, found.length_m), (7.0, 7.0, 1000.0));
        assert!(offsets(&[line(1.0)], &Segments::new(std::iter::empty())).is_none());
    }
}
