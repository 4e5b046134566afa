//! The models against trying all choices, on small random instances.

use proptest::prelude::*;

use super::*;

/// An instance: seconds by candidate and home (absent: no way), weights, seconds to what exists.
#[derive(Clone, Debug)]
struct Town {
    seconds: Vec<Vec<Option<u16>>>,
    weights: Vec<f64>,
    existing: Vec<f64>,
    costs: Vec<f64>,
    count: usize,
}

fn town() -> impl Strategy<Value = Town> {
    (1..9_usize, 1..12_usize).prop_flat_map(|(candidates, homes)| {
        let time = proptest::option::weighted(0.9, 1..1000_u16);
        let existing = prop_oneof![3 => Just(f64::INFINITY), 1 => (1..1500_u16).prop_map(f64::from)];
        (
            proptest::collection::vec(proptest::collection::vec(time, homes), candidates),
            proptest::collection::vec((0..20_u8).prop_map(f64::from), homes),
            proptest::collection::vec(existing, homes),
            proptest::collection::vec((1..10_u8).prop_map(f64::from), candidates),
            1..4_usize,
        )
            .prop_map(|(seconds, weights, existing, costs, count)| Town {
                seconds,
                weights,
                existing,
                costs,
                count,
            })
    })
}

impl Town {
    fn times(&self) -> Times {
        let of = self.seconds.iter().map(|homes| {
            let known = homes.iter().enumerate().filter_map(|(at, s)| Some((at as u32, f32::from((*s)?))));
            known.collect()
        });
        Times { demand: self.weights.len(), of: of.collect() }
    }

    fn problem<'a>(&'a self, times: &'a Times, model: Model) -> Problem<'a> {
        Problem {
            times,
            weights: &self.weights,
            existing_s: &self.existing,
            limit_s: 400.0,
            model,
            count: Some(self.count),
            costs: None,
            budget: None,
            capacities: None,
            left_s: &|| 10.0,
        }
    }

    /// Seconds of each home with a choice.
    fn with(&self, chosen: u32) -> Vec<f64> {
        let of = |home: usize| {
            let sites = (0..self.seconds.len()).filter(|site| chosen & (1 << site) != 0);
            let known = sites.filter_map(|site| self.seconds[site][home]).map(f64::from);
            known.fold(self.existing[home], f64::min)
        };
        (0..self.weights.len()).map(of).collect()
    }

    fn reached(&self, chosen: u32) -> f64 {
        self.with(chosen).iter().zip(&self.weights).filter(|(s, _)| **s <= 400.0).map(|(_, w)| w).sum()
    }

    fn choices(&self) -> impl Iterator<Item = u32> {
        0..1_u32 << self.seconds.len()
    }

    fn cost(&self, chosen: u32) -> f64 {
        self.costs
            .iter()
            .enumerate()
            .filter(|(site, _)| chosen & (1 << site) != 0)
            .map(|(_, cost)| cost)
            .sum()
    }
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-6 * (1.0 + a.abs())
}

fn sound(answer: &Answer) -> bool {
    answer.proved && answer.gap() < 1e-6
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn the_most_weight(town in town(), budget in 1..20_u8) {
        let times = town.times();
        let found = solve(&town.problem(&times, Model::Mclp)).unwrap();
        let few = |chosen: &u32| chosen.count_ones() as usize <= town.count;
        let best = town.choices().filter(few).map(|c| town.reached(c)).fold(0.0, f64::max);
        prop_assert!(near(found.objective, best) && sound(&found), "{found:?} {best}");
        let chosen = found.chosen.iter().fold(0, |all, site| all | 1 << site);
        prop_assert!(near(town.reached(chosen), best) && few(&chosen));
        let budget = f64::from(budget);
        let asked = Problem { costs: Some(&town.costs), budget: Some(budget), count: None, ..town.problem(&times, Model::Mclp) };
        let found = solve(&asked).unwrap();
        let best = town.choices().filter(|c| town.cost(*c) <= budget).map(|c| town.reached(c)).fold(0.0, f64::max);
        prop_assert!(near(found.objective, best) && sound(&found), "{found:?} {best}");
    }

    #[test]
    fn the_fewest_sites(town in town(), share in 0.1..1.0_f64) {
        let times = town.times();
        let all = town.reached(u32::MAX >> (32 - town.seconds.len()));
        let whole: f64 = town.weights.iter().sum();
        for target in [1.0, share] {
            let found = solve(&town.problem(&times, Model::Lscp { target })).unwrap();
            let wanted = (target * whole).min(all) - 1e-9;
            let enough = |chosen: &u32| town.reached(*chosen) >= wanted;
            let best = town.choices().filter(enough).map(u32::count_ones).min().unwrap();
            prop_assert!(near(found.objective, f64::from(best)) && sound(&found), "{found:?} {best}");
            let chosen = found.chosen.iter().fold(0, |all, site| all | 1 << site);
            prop_assert!(enough(&chosen));
            let asked = Problem { costs: Some(&town.costs), ..town.problem(&times, Model::Lscp { target }) };
            let found = solve(&asked).unwrap();
            let best = town.choices().filter(enough).map(|c| town.cost(c)).fold(f64::MAX, f64::min);
            prop_assert!(near(found.objective, best) && sound(&found), "{found:?} {best}");
        }
    }

    #[test]
    fn the_least_walking(town in town()) {
        let times = town.times();
        let found = solve(&town.problem(&times, Model::PMedian)).unwrap();
        let sum = |chosen: u32| -> f64 {
            let every = town.with(u32::MAX >> (32 - town.seconds.len()));
            let seconds = town.with(chosen);
            (0..seconds.len())
                .filter(|home| every[*home].is_finite())
                .map(|home| town.weights[home] * seconds[home].min(86_400.0))
                .sum()
        };
        let few = |chosen: &u32| chosen.count_ones() as usize <= town.count;
        let best = town.choices().filter(few).map(sum).fold(f64::MAX, f64::min);
        prop_assert!(near(found.objective, best) && sound(&found), "{found:?} {best}");
    }

    #[test]
    fn the_shortest_longest_walk(town in town()) {
        let times = town.times();
        let found = solve(&town.problem(&times, Model::PCentre)).unwrap();
        let every = town.with(u32::MAX >> (32 - town.seconds.len()));
        let longest = |chosen: u32| {
            let seconds = town.with(chosen);
            (0..seconds.len())
                .filter(|home| every[*home].is_finite() && town.weights[*home] > 0.0)
                .map(|home| seconds[home])
                .fold(0.0, f64::max)
        };
        let few = |chosen: &u32| chosen.count_ones() as usize <= town.count;
        let best = town.choices().filter(few).map(longest).fold(f64::INFINITY, f64::min);
        prop_assert!(best.is_infinite() || near(found.objective, best) && sound(&found), "{found:?} {best}");
    }
}

#[test]
fn capacity_shares_homes_between_sites() {
    // Two sites that both reach both homes, each can serve 10 of 12.
    let times = Times { demand: 2, of: vec![vec![(0, 1.0), (1, 1.0)], vec![(0, 1.0), (1, 1.0)]] };
    let problem = Problem {
        times: &times,
        weights: &[7.0, 5.0],
        existing_s: &[f64::INFINITY; 2],
        limit_s: 400.0,
        model: Model::Mclp,
        count: Some(1),
        costs: None,
        budget: None,
        capacities: Some(&[10.0, 9.0]),
        left_s: &|| 10.0,
    };
    let found = solve(&problem).unwrap();
    assert!(near(found.objective, 10.0) && found.chosen == [0] && found.proved, "{found:?}");
    let found = solve(&Problem { count: Some(2), ..problem }).unwrap();
    assert!(near(found.objective, 12.0), "{found:?}");
}

#[test]
fn time_that_is_over_leaves_a_bound() {
    let times = Times { demand: 3, of: vec![vec![(0, 1.0)], vec![(1, 1.0)], vec![(0, 1.0), (2, 9.0)]] };
    let problem = Problem {
        times: &times,
        weights: &[4.0, 2.0, 1.0],
        existing_s: &[f64::INFINITY; 3],
        limit_s: 400.0,
        model: Model::Mclp,
        count: Some(2),
        costs: None,
        budget: None,
        capacities: None,
        left_s: &|| 0.0,
    };
    for model in [Model::Mclp, Model::PMedian, Model::PCentre, Model::Lscp { target: 0.8 }] {
        let found = solve(&Problem { model, ..problem }).unwrap();
        let worse = found.objective - found.bound;
        assert!(if model == Model::Mclp { worse <= 0.0 } else { worse >= 0.0 }, "{model:?} {found:?}");
    }
    assert_eq!(solve(&Problem { count: None, ..problem }), Err(AccessError::NoCount));
}
