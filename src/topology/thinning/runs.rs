//! A packed tree over short runs of consecutive vertices: is there a vertex within this triangle?

use geo_types::Coord;
use rayon::prelude::*;
use robust::{Coord as Exact, orient2d};

/// Vertices of a run: few enough to be looked through, many enough that the tree stays small.
const RUN: usize = 16;
/// Children of a node of the tree.
const FAN: usize = 8;

/// A box: least x, least y, largest x, largest y.
type Span = [f64; 4];

/// Some consecutive vertices of one chain.
#[derive(Clone, Copy)]
struct Run {
    chain: u32,
    from: u32,
    to: u32,
}

/// All vertices of all chains as they stand at the start of a round. Never changes.
pub(super) struct Runs<'a> {
    chains: &'a [&'a [Coord]],
    runs: Vec<Run>,
    /// boxes from the runs up to the root, each level a group of `FAN` of the one below
    levels: Vec<Vec<Span>>,
}

impl<'a> Runs<'a> {
    /// Sorted by place along a Z-shaped curve, so that what lies together is in one node. O(n log n).
    pub(super) fn new(chains: &'a [&'a [Coord]]) -> Self {
        let whole = chains.par_iter().map(|chain| span(chain)).reduce(|| EMPTY, joined);
        let mut keyed: Vec<(u32, Run, Span)> = chains
            .par_iter()
            .enumerate()
            .flat_map_iter(|(at, chain)| {
                (0..chain.len()).step_by(RUN).map(move |from| {
                    let to = chain.len().min(from + RUN);
                    let span = span(&chain[from..to]);
                    (key(span, whole), Run { chain: at as u32, from: from as u32, to: to as u32 }, span)
                })
            })
            .collect();
        keyed.par_sort_unstable_by_key(|(key, run, _)| (*key, run.chain, run.from));
        let runs = keyed.iter().map(|(_, run, _)| *run).collect();
        let mut levels = vec![keyed.iter().map(|(_, _, span)| *span).collect::<Vec<Span>>()];
        while let Some(below) = levels.last().filter(|level| level.len() > 1) {
            levels.push(below.chunks(FAN).map(|group| group.iter().copied().fold(EMPTY, joined)).collect());
        }
        Self { chains, runs, levels }
    }

    /// Whether a vertex that `counts` (by chain and place) lies within or on the triangle, other than at
    /// its corners.
    pub(super) fn any_within(&self, triangle: [Coord; 3], counts: impl Fn(usize, usize) -> bool) -> bool {
        let wanted = span(&triangle);
        // Depth is the logarithm to the base of 8 of the runs: 2^32 vertices need 10 levels of 7 waiting.
        let mut open = [(0u8, 0u32); 96];
        let mut waiting = 0;
        let top = self.levels.len() - 1;
        if self.levels[top].first().is_some_and(|root| meet(*root, wanted)) {
            open[0] = (top as u8, 0);
            waiting = 1;
        }
        while waiting > 0 {
            waiting -= 1;
            let (level, at) = open[waiting];
            if level == 0 {
                if self.run_has(self.runs[at as usize], triangle, wanted, &counts) {
                    return true;
                }
                continue;
            }
            let below = &self.levels[usize::from(level) - 1];
            let from = at as usize * FAN;
            for (child, span) in below.iter().enumerate().take((from + FAN).min(below.len())).skip(from) {
                if meet(*span, wanted) {
                    open[waiting] = (level - 1, child as u32);
                    waiting += 1;
                }
            }
        }
        false
    }

    fn run_has(
        &self,
        run: Run,
        triangle: [Coord; 3],
        wanted: Span,
        counts: &impl Fn(usize, usize) -> bool,
    ) -> bool {
        let chain = run.chain as usize;
        (run.from as usize..run.to as usize).any(|at| {
            let p = self.chains[chain][at];
            p.x >= wanted[0]
                && p.y >= wanted[1]
                && p.x <= wanted[2]
                && p.y <= wanted[3]
                && counts(chain, at)
                && within(p, triangle)
        })
    }
}

const EMPTY: Span = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];

fn joined(a: Span, b: Span) -> Span {
    [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])]
}

fn span(points: &[Coord]) -> Span {
    points.iter().fold(EMPTY, |s, p| [s[0].min(p.x), s[1].min(p.y), s[2].max(p.x), s[3].max(p.y)])
}

fn meet(a: Span, b: Span) -> bool {
    a[0] <= b[2] && b[0] <= a[2] && a[1] <= b[3] && b[1] <= a[3]
}

/// Place of a box's centre along the Z-shaped curve over the whole: bits of column and row in turn.
fn key(span: Span, whole: Span) -> u32 {
    let cell = |low: f64, high: f64, from: f64, to: f64| {
        let width = (to - from).max(f64::MIN_POSITIVE);
        (((low + high) / 2.0 - from) / width * 65_535.0) as u32 & 0xffff
    };
    let spread = |v: u32| {
        let v = (v | v << 8) & 0x00ff_00ff;
        let v = (v | v << 4) & 0x0f0f_0f0f;
        let v = (v | v << 2) & 0x3333_3333;
        (v | v << 1) & 0x5555_5555
    };
    spread(cell(span[0], span[2], whole[0], whole[2]))
        | spread(cell(span[1], span[3], whole[1], whole[3])) << 1
}

/// Whether a point lies in or on a triangle and is none of its corners. Exact.
fn within(p: Coord, [a, b, c]: [Coord; 3]) -> bool {
    if p == a || p == b || p == c {
        return false;
    }
    let side = |from: Coord, to: Coord| {
        orient2d(Exact { x: from.x, y: from.y }, Exact { x: to.x, y: to.y }, Exact { x: p.x, y: p.y })
    };
    let (ab, bc, ca) = (side(a, b), side(b, c), side(c, a));
    (ab >= 0.0 && bc >= 0.0 && ca >= 0.0) || (ab <= 0.0 && bc <= 0.0 && ca <= 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tree_finds_what_a_scan_finds() {
        let spread = |seed: u64, at: u64| {
            let mixed = (seed * 1_000_003 + at).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            Coord { x: (mixed >> 40) as f64 / 1e5, y: ((mixed >> 16) & 0xff_ffff) as f64 / 1e5 }
        };
        let chains: Vec<Vec<Coord>> =
            (0..40).map(|chain| (0..(chain * 7 % 90)).map(|at| spread(chain, at)).collect()).collect();
        let slices: Vec<&[Coord]> = chains.iter().map(Vec::as_slice).collect();
        let runs = Runs::new(&slices);
        let mut found = 0;
        for t in 0..400 {
            let corner = spread(77, t);
            let by = |dx: f64, dy: f64| Coord { x: corner.x + dx, y: corner.y + dy };
            let triangle = [corner, by(3.0, 1.0), by(-1.0, 4.0)];
            let naive = chains.iter().flatten().any(|p| within(*p, triangle));
            assert_eq!(runs.any_within(triangle, |_, _| true), naive);
            found += usize::from(naive);
        }
        assert!(found > 20 && found < 380, "{found}");
        assert!(!Runs::new(&[]).any_within([Coord::zero(); 3], |_, _| true));
    }

    #[test]
    fn edges_count_and_corners_do_not() {
        let at = |x: f64, y: f64| Coord { x, y };
        let triangle = [at(0.0, 0.0), at(4.0, 0.0), at(0.0, 4.0)];
        assert!(
            within(at(2.0, 0.0), triangle)
                && within(at(1.0, 1.0), triangle)
                && within(at(2.0, 2.0), triangle)
        );
        assert!(!within(at(0.0, 0.0), triangle) && !within(at(3.0, 3.0), triangle));
        let flat = [at(0.0, 0.0), at(2.0, 2.0), at(4.0, 4.0)];
        assert!(within(at(1.0, 1.0), flat) && !within(at(1.0, 1.5), flat));
    }
}
