//! The solver against naive twins: scores from scratch, and every division that there is of small graphs.

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use super::barrier::Barrier;
use super::bounds::obstacle;
use super::graph::Border;
use super::problem::{Band, PER_HOUSEHOLD, Problem, counted};
use super::score::score;
use super::search::State;
use super::solve::{Proof, Status, solve};
use super::task::{Facts, Task};
use super::units::Units;
use super::watch::Watch;
use super::{Obstacle, Preset};

/// A grid of cells of 100 m, some borders left out so that the graph stays in one piece, with these households.
fn grid(width: usize, households: &[f64], band: (f64, f64), rng: &mut ChaCha8Rng) -> Task {
    let count = households.len();
    let mut units = Units { area: vec![1_000_000; count], outline: vec![400_000; count], ..Units::default() };
    for at in 0..count {
        let right = (at % width + 1 < width && at + 1 < count).then_some(at + 1);
        let above = (at + width < count).then_some(at + width);
        for (next, always) in [(right, at < width), (above, true)] {
            // The first row and all columns hold it together.
            if let Some(next) = next.filter(|_| always || rng.random_range(0..4) > 0) {
                let class = Barrier::ALL[rng.random_range(0..7)];
                let (a, b) = (at as u32, next as u32);
                units.borders.push(Border { a, b, pairs: 1, length_mm: 100_000, class, crossings: Some(1) });
            }
        }
    }
    let present = (0..count).map(|at| Some((at / 5) as u32)).collect();
    let facts = Facts { households: households.to_vec(), present: Some(present), ..Facts::default() };
    Task { work: 200_000, ..Task::new(&units, &facts, (band.0, band.1, Some((band.0 + band.1) / 2.0))) }
}

fn run(task: &Task) -> super::Answer {
    solve(task, &Watch::new(&|| true))
}

/// Every division into zones in one piece and within the band.
fn divisions(problem: &Problem) -> Vec<Vec<u32>> {
    fn go(problem: &Problem, zone: &mut Vec<u32>, used: u32, list: &mut Vec<Vec<u32>>) {
        let at = zone.len();
        if at == problem.nodes() {
            let rows = score(problem, zone).0;
            if rows.iter().all(|row| row.in_band && row.pieces == 1) {
                list.push(zone.clone());
            }
            return;
        }
        for next in 0..=used {
            let weight: i64 =
                (0..at).filter(|other| zone[*other] == next).map(|other| problem.weight[other]).sum();
            if weight + problem.weight[at] <= problem.band.max {
                zone.push(next);
                go(problem, zone, used.max(next + 1), list);
                zone.pop();
            }
        }
    }
    let mut list = Vec::new();
    go(problem, &mut Vec::new(), 0, &mut list);
    list
}

/// The fewest cut edges of all divisions; `None` where there is none.
fn fewest(problem: &Problem) -> Option<u64> {
    divisions(problem).iter().map(|zone| score(problem, zone).1.cut_edges).min()
}

#[test]
fn scores_by_difference_are_those_from_scratch() {
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    for round in 0..20 {
        let households: Vec<f64> = (0..40).map(|_| f64::from(rng.random_range(0..100_u8)) / 7.0).collect();
        let mut task = grid(8, &households, (60.0, 120.0), &mut rng);
        task.problem.weigh(Preset::ALL[round % 4].weights());
        let zone: Vec<u32> = (0..40).map(|_| rng.random_range(0..5)).collect();
        let mut state = State::new(&task.problem, zone, 8);
        for _ in 0..200 {
            let (node, to) = (rng.random_range(0..40), rng.random_range(0..8));
            let flip = state.flip(node, to);
            if flip.from == to {
                continue;
            }
            let (before, difference) = (state.energy(3.0), state.difference(&flip, 3.0));
            state.apply(&flip);
            let fresh = State::new(&task.problem, state.zone.clone(), 8);
            assert!((state.energy(3.0) - before - difference).abs() < 1e-9);
            assert_eq!((state.energy(3.0), &state.zones), (fresh.energy(3.0), &fresh.zones));
            let mut cut = [state.cut().to_vec(), fresh.cut().to_vec()];
            cut.iter_mut().for_each(|list| list.sort_unstable());
            assert_eq!(cut[0], cut[1]);
            let (rows, scores) = score(&task.problem, &state.zone);
            assert_eq!(scores.cut_edges, state.cut().len() as u64);
            assert!(
                (scores.households_out_of_band - state.miss() as f64 / PER_HOUSEHOLD as f64).abs() < 1e-6
            );
            for row in rows {
                let zone = state.zones[row.zone as usize];
                assert_eq!((row.outline_m * 1000.0).round() as i64, zone.outline);
            }
        }
    }
}

#[test]
fn leaving_is_allowed_just_where_the_zone_stays_in_one_piece() {
    let mut rng = ChaCha8Rng::seed_from_u64(11);
    let (mut yes, mut no) = (0, 0);
    for _ in 0..60 {
        let task = grid(6, &[1.0; 30], (1.0, 30.0), &mut rng);
        let zone: Vec<u32> =
            (0..30).map(|at| u32::from(at % 6 > 2) + 2 * u32::from(rng.random_bool(0.2))).collect();
        let mut state = State::new(&task.problem, zone, 4);
        for node in 0..30 {
            let own = state.zone[node as usize];
            let pieces = |zone: &[u32]| {
                let rows = score(&task.problem, zone).0;
                rows.iter().find(|row| row.zone == own).map_or(0, |row| row.pieces)
            };
            let before = pieces(&state.zone);
            if before != 1 {
                continue;
            }
            let allowed = state.can_leave(node);
            let mut without = state.zone.clone();
            without[node as usize] = 99;
            assert_eq!(allowed, pieces(&without) <= 1, "{node}");
            if allowed { yes += 1 } else { no += 1 }
        }
    }
    assert!(yes > 100 && no > 20, "{yes} {no}");
}

#[test]
fn small_graphs_are_divided_best_wherever_they_can_be_and_else_proved_impossible() {
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let (mut possible, mut exhausted, mut relaxed) = (0, 0, 0);
    for round in 0..80 {
        let count = rng.random_range(4..=8);
        let households: Vec<f64> = (0..count).map(|_| f64::from(rng.random_range(0..9_u8)) * 100.0).collect();
        let min = f64::from(rng.random_range(3..9_u8)) * 100.0;
        let max = min + f64::from(rng.random_range(0..6_u8)) * 100.0;
        let mut task = grid(3, &households, (min, max), &mut rng);
        task.seed = round;
        task.preset = Preset::Compact;
        let (fewest_cuts, answer) = (fewest(&task.problem), run(&task));
        if let Some(fewest) = fewest_cuts {
            possible += 1;
            assert_eq!(obstacle(&task.problem, &task.problem.band), None, "{round}");
            assert!(answer.proofs.is_empty(), "{round}");
            assert_eq!(answer.status, Status::InBand, "{round}: {:?}", answer.plans[0].scores);
            assert_eq!((answer.plans[0].scores.cut_edges, answer.cut_bound), (fewest, fewest), "{round}");
            assert_eq!(answer.bound_by, "exact_model");
            continue;
        }
        assert_eq!(answer.status, Status::Impossible, "{round}");
        let heavy = |proof: &&Proof| !matches!(proof, Proof::Island { obstacle: Obstacle::Heavy { .. }, .. });
        let Some(Proof::Island { obstacle, needed, .. }) = answer.proofs.iter().find(heavy) else { continue };
        exhausted += usize::from(matches!(obstacle, Obstacle::Exhausted { .. }));
        if answer.proofs.len() > 1 {
            continue;
        }
        // The least change of either end works, and a household less does not.
        let works = |min: f64, max: f64| {
            let band = Band { min: counted(min), max: counted(max), ideal: None, wide: None };
            fewest(&Problem { band, ..task.problem.clone() }).is_some()
        };
        if let Some(needed) = needed.0 {
            assert!(works(min, needed) && !works(min, needed - 1.0), "{round}: at most {needed}");
            relaxed += 1;
        }
        if let Some(needed) = needed.1 {
            assert!(works(needed, max) && !works(needed + 1.0, max), "{round}: at least {needed}");
            relaxed += 1;
        }
    }
    assert!(possible > 20 && exhausted > 0 && relaxed > 10, "{possible} {exhausted} {relaxed}");
}

#[test]
fn every_preset_of_a_small_graph_is_at_its_best() {
    let mut rng = ChaCha8Rng::seed_from_u64(13);
    for round in 0..6 {
        let households: Vec<f64> = (0..9).map(|_| f64::from(rng.random_range(1..6_u8)) * 100.0).collect();
        let mut task = grid(3, &households, (400.0, 1100.0), &mut rng);
        task.preset = [Preset::LeastChange, Preset::Barriers, Preset::Balanced][round % 3];
        let answer = run(&task);
        if answer.status != Status::InBand {
            continue;
        }
        task.problem.weigh(task.preset.weights());
        // Of every other division that is known to be possible, none costs less.
        let cost = |zone: &[u32]| least_energy(&task.problem, zone);
        let best = cost(&answer.plans[0].zone);
        for other in divisions(&task.problem) {
            assert!(best <= cost(&other) + 1e-6, "{round}: {best} {}", cost(&other));
        }
    }
}

/// What a division costs, whichever communities its zones go on: each one at most once.
fn least_energy(problem: &Problem, zone: &[u32]) -> f64 {
    let names: std::collections::BTreeSet<u32> = zone.iter().copied().collect();
    let place: std::collections::BTreeMap<u32, usize> =
        names.iter().enumerate().map(|(at, z)| (*z, at)).collect();
    let mut best = f64::INFINITY;
    fn go(names: &mut Vec<u32>, left: usize, communities: usize, tell: &mut dyn FnMut(&[u32])) {
        if left == 0 {
            return tell(names);
        }
        // Numbers from `communities` on stand for none.
        let none = (communities + names.len()) as u32;
        for number in (0..communities as u32).chain([none]) {
            if !names.contains(&number) {
                names.push(number);
                go(names, left - 1, communities, tell);
                names.pop();
            }
        }
    }
    go(&mut Vec::new(), names.len(), problem.communities, &mut |numbers| {
        let named: Vec<u32> = zone.iter().map(|zone| numbers[place[zone]]).collect();
        best = best.min(State::new(problem, named, 0).energy(0.0));
    });
    best
}

#[test]
fn every_kind_of_proof_names_what_is_in_the_way() {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let mut found = |households: &[f64], band| {
        let width = households.len();
        let answer = run(&grid(width, households, band, &mut rng));
        assert_eq!(answer.status, Status::Impossible);
        match answer.proofs.into_iter().next() {
            Some(Proof::Island { obstacle, units, needed, .. }) => (obstacle, units, needed),
            other => panic!("{other:?}"),
        }
    };
    let (obstacle, units, needed) = found(&[1000.0, 9800.0, 2500.0], (3000.0, 5000.0));
    assert!(matches!(obstacle, Obstacle::Heavy { node: 1, .. }));
    assert_eq!((units, needed.0), (vec![1], Some(9800.0)));
    let (obstacle, units, needed) = found(&[400.0, 600.0], (3000.0, 5000.0));
    assert!(matches!(obstacle, Obstacle::Light { .. }));
    assert_eq!((units.len(), needed.1), (2, Some(1000.0)));
    let (obstacle, _, needed) = found(&[2000.0, 2000.0, 1500.0], (3000.0, 4500.0));
    assert!(matches!(obstacle, Obstacle::Total { least: 2, most: 1, .. }), "{obstacle:?}");
    assert_eq!(needed, (Some(5500.0), Some(2000.0)));
    // A chain: the first must go with the second, which is too much; all in all two zones would do.
    let (obstacle, units, _) = found(&[2000.0, 4000.0, 1000.0, 3000.0], (3000.0, 5000.0));
    assert!(matches!(obstacle, Obstacle::Cut { node: 1, .. }), "{obstacle:?}");
    assert_eq!(units, [1]);
}

#[test]
fn the_same_seed_gives_the_same_division_on_any_number_of_threads() {
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    let households: Vec<f64> = (0..200).map(|_| f64::from(rng.random_range(0..200_u8))).collect();
    let task = Task { alternatives: 4, ..grid(20, &households, (1500.0, 2500.0), &mut rng) };
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let answer = pool.install(|| run(&task));
        answer.plans.into_iter().map(|plan| plan.zone).collect::<Vec<_>>()
    };
    let one = on(1);
    assert_eq!(one, on(3));
    assert!(one.len() > 1);
    let other = run(&Task { seed: 2, ..task.clone() });
    assert_ne!(one[0], other.plans[0].zone);
}

#[test]
fn parents_groups_and_numbers_of_zones_are_kept() {
    let mut rng = ChaCha8Rng::seed_from_u64(9);
    let households: Vec<f64> = (0..120).map(|_| f64::from(rng.random_range(50..150_u8))).collect();
    let mut task = grid(12, &households, (600.0, 1500.0), &mut rng);
    task.parent = (0..120).map(|at| u32::from(at % 12 > 5)).collect();
    // Two units far apart, and two that lie in both parents.
    task.together[0] = Some(1);
    task.together[39] = Some(1);
    let answer = run(&Task { zones: Some(11..=11), ..task.clone() });
    assert_eq!(answer.status, Status::InBand);
    let plan = &answer.plans[0];
    assert_eq!((plan.scores.zones, plan.scores.zones_in_pieces), (11, 0));
    assert_eq!(plan.zone[0], plan.zone[39]);
    for (zone, other) in plan.zone.iter().zip(&task.parent).flat_map(|one| {
        plan.zone.iter().zip(&task.parent).filter(move |two| one.0 == two.0).map(move |two| (one.1, two.1))
    }) {
        assert_eq!(zone, other);
    }
    let answer = run(&Task { zones: Some(40..=50), ..task.clone() });
    assert!(matches!(answer.proofs[0], Proof::Zones { .. }));
    task.together[11] = Some(1);
    let answer = run(&task);
    assert!(matches!(&answer.proofs[0], Proof::Torn { units } if *units == [0, 11, 39]));
}

#[test]
fn what_is_to_be_apart_and_what_is_locked_is_kept() {
    let mut rng = ChaCha8Rng::seed_from_u64(13);
    let households: Vec<f64> = (0..300).map(|_| f64::from(rng.random_range(50..150_u8))).collect();
    let count = households.len();
    let mut units = Units { area: vec![1_000_000; count], outline: vec![400_000; count], ..Units::default() };
    for at in 0..count as u32 {
        let right = (at % 20 < 19).then_some(at + 1);
        for next in right.into_iter().chain((at + 20 < count as u32).then_some(at + 20)) {
            let class = Barrier::None;
            units.borders.push(Border {
                a: at,
                b: next,
                pairs: 1,
                length_mm: 100_000,
                class,
                crossings: None,
            });
        }
    }
    let facts = Facts {
        households,
        present: Some((0..300).map(|at| Some(at / 60)).collect()),
        // Neighbours; and units of two communities that stay where they are.
        apart: vec![vec![0, 1], vec![150, 151]],
        locked: vec![30, 35, 70, 71],
        ..Facts::default()
    };
    let task = Task { work: 3_000_000, alternatives: 3, ..Task::new(&units, &facts, (2000.0, 4000.0, None)) };
    let answer = run(&task);
    assert_eq!(answer.status, Status::InBand);
    for plan in &answer.plans {
        assert_eq!(plan.scores.apart_broken, 0);
        assert_eq!(plan.scores.zones_out_of_band, 0, "{:?}", plan.preset);
        assert!(plan.zone[0] != plan.zone[1] && plan.zone[150] != plan.zone[151]);
        assert!(
            plan.zone[30] == plan.zone[35]
                && plan.zone[70] == plan.zone[71]
                && plan.zone[30] != plan.zone[70]
        );
    }
    // One that shares a zone with another it is to be apart from is counted.
    let all = vec![1; 300];
    assert_eq!(score(&task.problem, &all).1.apart_broken, 1 + 1 + 1);
    let both = Facts { together: Some((0..300).map(|at| (at < 2).then_some(0)).collect()), ..facts };
    let answer = run(&Task { work: 100_000, ..Task::new(&units, &both, (2000.0, 4000.0, None)) });
    assert!(
        answer.proofs.iter().any(|proof| matches!(proof, Proof::Contradiction { units } if *units == [0, 1]))
    );
}

#[test]
fn small_graphs_with_units_apart_agree_with_all_divisions_there_are() {
    let mut rng = ChaCha8Rng::seed_from_u64(29);
    let (mut possible, mut impossible) = (0, 0);
    for _ in 0..60 {
        let households: Vec<f64> = (0..9).map(|_| f64::from(rng.random_range(1..20_u8))).collect();
        let total: f64 = households.iter().sum();
        let mut task = grid(3, &households, (total / 3.4, total / 2.6), &mut rng);
        let (a, b) = (rng.random_range(0..4_u32), rng.random_range(4..9_u32));
        task.problem.apart = vec![Vec::new(); 9];
        task.problem.apart[a as usize] = vec![b];
        task.problem.apart[b as usize] = vec![a];
        let whole = divisions(&task.problem);
        let fewest = whole
            .iter()
            .filter(|zone| zone[a as usize] != zone[b as usize])
            .map(|zone| score(&task.problem, zone).1.cut_edges)
            .min();
        let answer = run(&task);
        match fewest {
            None => {
                impossible += 1;
                assert_ne!(answer.status, Status::InBand);
            }
            Some(fewest) => {
                possible += 1;
                assert_eq!(answer.status, Status::InBand);
                assert!(answer.cut_bound <= fewest && fewest <= answer.plans[0].scores.cut_edges);
            }
        }
    }
    assert!(possible > 10 && impossible > 0, "{possible} {impossible}");
}

#[test]
fn a_dense_unit_may_have_a_zone_of_its_own_up_to_the_wider_limit() {
    let mut rng = ChaCha8Rng::seed_from_u64(31);
    let mut households = vec![100.0; 60];
    households[25] = 1800.0;
    let mut task = grid(10, &households, (800.0, 1500.0), &mut rng);
    let answer = run(&task);
    assert!(matches!(answer.proofs[..], [Proof::Island { obstacle: Obstacle::Heavy { node: 25, .. }, .. }]));
    task.problem.band.wide = Some(counted(2000.0));
    let answer = run(&task);
    assert_eq!(answer.status, Status::InBand);
    let plan = &answer.plans[0];
    let dense = &plan.zones[plan.zone[25] as usize - 1];
    assert!(dense.in_band && (1800.0..=2000.0).contains(&dense.households), "{dense:?}");
    assert!(plan.zones.iter().filter(|zone| zone.zone != dense.zone).all(|zone| zone.households <= 1500.0));
}
