//! Simplification held against what a person would draw and against a naive crossing test.

use proptest::prelude::*;

use super::*;

fn at(x: f64, y: f64) -> Coord {
    Coord { x, y }
}

fn plain(coords: &[Coord]) -> Chain<'_> {
    Chain { coords, locked: false, free: false }
}

fn how(method: Method, amount: Amount) -> Thinning {
    Thinning { method, amount, metric: Metric::Plane }
}

fn drawn(chains: &[Vec<Coord>], done: &Thinned) -> Vec<Vec<Coord>> {
    let one = |(chain, kept): (&Vec<Coord>, &Vec<u32>)| kept.iter().map(|at| chain[*at as usize]).collect();
    chains.iter().zip(&done.kept).map(one).collect()
}

fn run(chains: &[Vec<Coord>], how: &Thinning) -> Vec<Vec<Coord>> {
    run_with(chains, how, false)
}

fn run_with(chains: &[Vec<Coord>], how: &Thinning, free: bool) -> Vec<Vec<Coord>> {
    let closed = |c: &[Coord]| c.len() > 3 && c.first() == c.last();
    let borrowed: Vec<Chain> = chains.iter().map(|c| Chain { free: free && closed(c), ..plain(c) }).collect();
    drawn(chains, &thin(&borrowed, how))
}

/// Pairs of segments that share more than a common end.
fn crossings(lines: &[Vec<Coord>]) -> usize {
    let segments: Vec<geo_types::Line> =
        lines.iter().flat_map(|l| l.windows(2).map(|w| geo_types::Line::new(w[0], w[1]))).collect();
    let mut count = 0;
    for (i, a) in segments.iter().enumerate() {
        for b in &segments[i + 1..] {
            use geo::line_intersection::{LineIntersection as Meet, line_intersection};
            count += usize::from(match line_intersection(*a, *b) {
                None => false,
                Some(Meet::Collinear { intersection }) => intersection.start != intersection.end,
                Some(Meet::SinglePoint { intersection: p, .. }) => {
                    ![a.start, a.end].contains(&p) || ![b.start, b.end].contains(&p)
                }
            });
        }
    }
    count
}

#[test]
fn small_bumps_go_and_large_ones_stay() {
    let line = vec![at(0.0, 0.0), at(5.0, 1.0), at(10.0, 0.0), at(15.0, -7.0), at(20.0, 0.0)];
    let wanted = vec![at(0.0, 0.0), at(10.0, 0.0), at(15.0, -7.0), at(20.0, 0.0)];
    let area = how(Method::Visvalingam, Amount::Area(6.0));
    assert_eq!(run(std::slice::from_ref(&line), &area)[0], wanted);
    let distance = how(Method::DouglasPeucker, Amount::Tolerance(5.0));
    let wanted = vec![at(0.0, 0.0), at(15.0, -7.0), at(20.0, 0.0)];
    assert_eq!(run(std::slice::from_ref(&line), &distance)[0], wanted);
    let all = how(Method::Visvalingam, Amount::Keep(1.0));
    assert_eq!(run(std::slice::from_ref(&line), &all)[0], line);
    let none = how(Method::Visvalingam, Amount::Keep(0.0));
    assert_eq!(run(&[line], &none)[0], [at(0.0, 0.0), at(20.0, 0.0)]);
}

#[test]
fn two_borders_between_the_same_ends_do_not_fall_together() {
    let upper = vec![at(0.0, 0.0), at(4.0, 1.0), at(5.0, 1.2), at(10.0, 0.0)];
    let lower = vec![at(0.0, 0.0), at(5.0, -1.0), at(10.0, 0.0)];
    let done = run(&[upper, lower], &how(Method::Visvalingam, Amount::Tolerance(1e3)));
    let mut inner: Vec<usize> = done.iter().map(|l| l.len() - 2).collect();
    inner.sort_unstable();
    assert_eq!(inner, [0, 1]);
}

#[test]
fn an_island_keeps_four_corners_and_its_side_of_the_coast() {
    let coast = vec![at(0.0, 0.0), at(4.0, 10.0), at(8.0, 0.0)];
    let island: Vec<Coord> = [(4.0, 2.0), (5.0, 2.0), (5.0, 3.0), (4.5, 3.1), (4.0, 3.0), (4.0, 2.0)]
        .map(|(x, y)| at(x, y))
        .into();
    let far = Thinning { metric: Metric::Plane, ..how(Method::Visvalingam, Amount::Tolerance(1e3)) };
    let done = run(&[coast.clone(), island.clone()], &far);
    assert_eq!(done[0], coast, "the island lies in the bay that would be cut off");
    assert_eq!(done[1].len(), 5);
    let alone = run(&[coast], &far);
    assert_eq!(alone[0].len(), 2);
    let borrowed = [Chain { locked: true, ..plain(&island) }];
    assert_eq!(thin(&borrowed, &far).kept[0].len(), island.len());
}

#[test]
fn the_end_of_a_free_ring_may_go() {
    let ring: Vec<Coord> = [(5.0, -0.1), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0), (0.0, 0.0), (5.0, -0.1)]
        .map(|(x, y)| at(x, y))
        .into();
    let far = how(Method::Visvalingam, Amount::Tolerance(2.0));
    let free = thin(&[Chain { free: true, ..plain(&ring) }], &far);
    assert_eq!(drawn(std::slice::from_ref(&ring), &free)[0], [ring[1], ring[2], ring[3], ring[4], ring[1]]);
    assert_eq!(run(std::slice::from_ref(&ring), &far)[0], ring);
    let all = how(Method::Visvalingam, Amount::Tolerance(1e6));
    assert_eq!(thin(&[Chain { free: true, ..plain(&ring) }], &all).kept[0].len(), 5);
}

#[test]
fn degrees_are_measured_in_metres() {
    let line = vec![at(100.0, 60.0), at(100.001, 60.001), at(100.002, 60.0)];
    // Half of 111 m (0.002° of longitude at 60° north) times 111 m.
    let area = Metric::Degrees.area([line[0], line[1], line[2]]);
    assert!((area / (0.5 * 111.2 * 111.2) - 1.0).abs() < 0.01, "{area}");
    let degrees =
        |limit| Thinning { metric: Metric::Degrees, ..how(Method::Visvalingam, Amount::Tolerance(limit)) };
    assert_eq!(run(std::slice::from_ref(&line), &degrees(75.0))[0].len(), 3);
    assert_eq!(run(&[line], &degrees(82.0))[0].len(), 2);
}

#[test]
fn odd_chains_do_no_harm() {
    let odd: Vec<Vec<Coord>> = vec![
        vec![],
        vec![at(1.0, 1.0)],
        vec![at(1.0, 1.0), at(1.0, 1.0)],
        vec![at(0.0, 0.0), at(9.0, 0.0), at(3.0, 0.0)],
        vec![at(2.0, 2.0), at(2.0, 2.0), at(2.0, 2.0), at(3.0, 3.0)],
    ];
    let done = run(&odd, &how(Method::Visvalingam, Amount::Tolerance(1.0)));
    assert_eq!(done[..3], odd[..3]);
    assert_eq!(done[4], [at(2.0, 2.0), at(3.0, 3.0)]);
}

/// Borders of a warped grid, each side a random zigzag within its own diamond, with an island in each cell.
fn grid(n: usize, seed: &[f64]) -> Vec<Vec<Coord>> {
    let random = |k: usize| seed[k % seed.len()];
    let node = |c: usize, r: usize| {
        at(100.0 * c as f64 + 30.0 * random(c * 7 + r * 3), 100.0 * r as f64 + 30.0 * random(c * 5 + r * 11))
    };
    let zigzag = |a: Coord, b: Coord, salt: usize| {
        let steps = 14;
        let mut line = vec![a];
        for k in 1..steps {
            let along = k as f64 / steps as f64;
            let reach = 0.34 * along.min(1.0 - along) * random(salt * 31 + k);
            let (dx, dy) = (b.x - a.x, b.y - a.y);
            line.push(at(a.x + along * dx - reach * dy, a.y + along * dy + reach * dx));
        }
        line.push(b);
        line
    };
    let mut lines = Vec::new();
    for c in 0..=n {
        for r in 0..=n {
            if c < n {
                lines.push(zigzag(node(c, r), node(c + 1, r), c * 13 + r));
            }
            if r < n {
                lines.push(zigzag(node(c, r), node(c, r + 1), c * 17 + r * 5 + 1));
            }
            if c < n && r < n {
                let (a, b) = (node(c, r), node(c + 1, r + 1));
                let middle = at((a.x + b.x) / 2.0, (a.y + b.y) / 2.0);
                let mut ring: Vec<Coord> = (0..12)
                    .map(|k| {
                        let (turn, reach) = (f64::from(k) * 0.52, 9.0 + 4.0 * random(c + r * 3 + k as usize));
                        at(middle.x + reach * turn.cos(), middle.y + reach * turn.sin())
                    })
                    .collect();
                ring.push(ring[0]);
                lines.push(ring);
            }
        }
    }
    lines
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn nothing_crosses_that_did_not_cross(
        seed in prop::collection::vec(-1.0..1.0f64, 61),
        tolerance in 1.0..300.0f64,
        douglas in any::<bool>(),
        free in any::<bool>(),
    ) {
        let lines = grid(3, &seed);
        prop_assume!(crossings(&lines) == 0);
        let method = if douglas { Method::DouglasPeucker } else { Method::Visvalingam };
        let done = run_with(&lines, &how(method, Amount::Tolerance(tolerance)), free);
        prop_assert_eq!(crossings(&done), 0);
        for (before, after) in lines.iter().zip(&done) {
            let closed = before.first() == before.last();
            prop_assert!(closed && free || (before.first(), before.last()) == (after.first(), after.last()));
            prop_assert_eq!(after.first() == after.last(), closed);
            let least = if closed { 5 } else { 2 };
            prop_assert!(after.len() >= least);
        }
        let again = run_with(&lines, &how(method, Amount::Tolerance(tolerance)), free);
        prop_assert_eq!(done, again);
    }
}
