//! One chain of the search: a start, cooling on every level, repair where zones are out of band. Its outcome depends
//! on the problem, the seed and the budget alone.

use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;

use super::super::problem::Problem;
use super::super::watch::Watch;
use super::anneal::{Schedule, anneal, settle};
use super::levels::{Level, coarsen};
use super::recombine::{recombine, repair};
use super::state::{Count, State};
use super::tree::Splitter;

/// Where a chain begins.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::zoning) enum Start<'a> {
    /// cut out of random spanning trees
    Tree,
    /// coarsened, divided, refined
    Levels,
    /// a division there is, improved at a low temperature
    Given(&'a [u32]),
}

/// What a chain is to do.
#[derive(Clone, Debug)]
pub(in crate::zoning) struct Chain<'a> {
    pub start: Start<'a>,
    /// zones to begin with
    pub zones: usize,
    /// numbers of zones that are allowed
    pub count: Count,
    /// elementary steps
    pub work: u64,
    pub seed: u64,
    /// temperature to begin with
    pub hot: f64,
}

/// What came of it.
#[derive(Clone, Debug)]
pub(in crate::zoning) struct Outcome {
    /// the zone of every node
    pub zone: Vec<u32>,
    /// households out of band
    pub miss: i64,
    /// pairs of nodes that are to be apart and share a zone, and zones too many or too few
    pub broken: i64,
    /// what it costs
    pub energy: f64,
    /// whether the watch ended it before its budget did
    pub cut_short: bool,
}

/// Price of a mean unit's households out of band at the end: dearer than any border.
const DEAR: f64 = 40.0;

/// Runs a chain on connected nodes.
pub(in crate::zoning) fn run(problem: &Problem, chain: &Chain, watch: &Watch) -> Outcome {
    let mut rng = ChaCha8Rng::seed_from_u64(chain.seed);
    let mut splitter = Splitter::new(problem);
    let mut whole = true;
    let mut state = match chain.start {
        Start::Given(zone) => State::new(problem, zone.to_vec(), problem.communities),
        Start::Tree => {
            let nodes: Vec<u32> = (0..problem.nodes() as u32).collect();
            let zone = splitter.split(&nodes, chain.zones, 3, &mut rng);
            State::new(problem, zone, chain.zones)
        }
        Start::Levels => {
            let zone = through_levels(problem, chain, watch, &mut rng, &mut whole);
            State::new(problem, zone, chain.zones)
        }
    };
    state.work += splitter.work;
    splitter.work = 0;
    let left = chain.work.saturating_sub(if chain.start == Start::Levels { chain.work / 4 } else { 0 });
    let schedule =
        |hot: f64, work: u64| Schedule { hot, cold: 0.08, penalty: (0.5_f64.max(hot), DEAR), work };
    whole &= anneal(&mut state, &schedule(chain.hot, left * 8 / 10), &mut rng, watch);
    // A chain that was ended early is hot: what cooled down before it is better, so no time is spent on it.
    if whole || state.wrong(&chain.count) > (0, 0) && problem.nodes() < 2000 {
        settle(&mut state, DEAR, watch);
    }
    let mut best = state.clone();
    let mut rest = left / 10;
    while best.wrong(&chain.count) > (0, 0) && rest > 0 && whole && watch.go_on() {
        let before = state.work;
        repair(&mut state, &mut splitter, &chain.count, (rest / 3 + 1, watch), &mut rng);
        whole &= anneal(&mut state, &schedule(0.3, rest / 6 + 1), &mut rng, watch);
        settle(&mut state, DEAR, watch);
        rest = rest.saturating_sub((state.work - before).max(1));
        if (state.wrong(&chain.count), state.energy(0.0)) < (best.wrong(&chain.count), best.energy(0.0)) {
            best = state.clone();
        } else {
            recombine(&mut state, &mut splitter, (1.0, DEAR), &mut rng);
        }
    }
    let (miss, broken) = best.wrong(&chain.count);
    Outcome { miss, broken, energy: best.energy(0.0), zone: best.zone, cut_short: !whole }
}

/// Coarsens, divides the coarsest by trees, anneals on every level but the finest.
fn through_levels(
    problem: &Problem,
    chain: &Chain,
    watch: &Watch,
    rng: &mut ChaCha8Rng,
    whole: &mut bool,
) -> Vec<u32> {
    let heaviest = problem.band.max / 8;
    let levels: Vec<Level> = coarsen(problem, chain.zones * 16, heaviest, rng);
    let coarsest = levels.last().map_or(problem, |level| &level.problem);
    let nodes: Vec<u32> = (0..coarsest.nodes() as u32).collect();
    let mut splitter = Splitter::new(coarsest);
    let mut zone = splitter.split(&nodes, chain.zones, 3, rng);
    let budget = chain.work / 4;
    for at in (0..levels.len()).rev() {
        let mut state = State::new(&levels[at].problem, zone, chain.zones);
        state.work += splitter.work;
        splitter.work = 0;
        let hot = if at + 1 == levels.len() { 3.0_f64.max(chain.hot) } else { chain.hot };
        let work = budget / levels.len() as u64;
        let schedule = Schedule { hot, cold: 0.3, penalty: (1.0, DEAR), work };
        *whole &= anneal(&mut state, &schedule, rng, watch);
        let coarse = state.zone;
        zone =
            levels[at].group_of.iter().map(|group| group.map_or(0, |group| coarse[group as usize])).collect();
    }
    zone
}
