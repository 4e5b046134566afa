//! Simulated annealing over single nodes and short chains of them on the borders between zones (Metropolis;
//! geometric cooling over a budget of elementary steps, so that the outcome does not depend on the machine).

use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;

use super::super::watch::Watch;
use super::state::{Flip, State};

/// From hot to cold.
#[derive(Clone, Copy, Debug)]
pub(in crate::zoning) struct Schedule {
    /// temperature at the beginning, in cut borders
    pub hot: f64,
    /// and at the end
    pub cold: f64,
    /// price of a mean unit's households out of band, at the beginning and at the end
    pub penalty: (f64, f64),
    /// elementary steps
    pub work: u64,
}

/// How many proposals pass between two looks at temperature and watch.
const STRIDE: u32 = 256;
/// One proposal in so many is a chain of two.
const CHAINS: u32 = 8;

/// Anneals. `false` where the watch ended it.
pub(in crate::zoning) fn anneal(
    state: &mut State,
    schedule: &Schedule,
    rng: &mut ChaCha8Rng,
    watch: &Watch,
) -> bool {
    let first = state.work;
    let (mut temperature, mut penalty) = (schedule.hot, schedule.penalty.0);
    for turn in 0_u32.. {
        if turn % STRIDE == 0 {
            let done = (state.work - first) as f64 / schedule.work.max(1) as f64;
            if done >= 1.0 || state.cut().is_empty() {
                break;
            }
            if !watch.go_on() {
                return false;
            }
            temperature = schedule.hot * (schedule.cold / schedule.hot).powf(done);
            penalty = schedule.penalty.0 * (schedule.penalty.1 / schedule.penalty.0).powf(done);
        }
        state.work += 2;
        let Some((node, to)) = draw(state, rng) else { continue };
        let flip = state.flip(node, to);
        let difference = state.difference(&flip, penalty);
        if turn % CHAINS == 0 {
            chain(state, &flip, difference, (temperature, penalty), rng);
        } else if accepted(difference, temperature, rng) && state.can_leave(node) {
            state.apply(&flip);
        }
    }
    true
}

fn accepted(difference: f64, temperature: f64, rng: &mut ChaCha8Rng) -> bool {
    difference <= 0.0 || {
        let exponent = -difference / temperature;
        exponent > -30.0 && f64::from(rng.random::<f32>()) < exponent.exp()
    }
}

/// A node beside another zone, and that zone.
fn draw(state: &State, rng: &mut ChaCha8Rng) -> Option<(u32, u32)> {
    let drawn: u64 = rng.random();
    let cut = state.cut();
    let number = cut[(((drawn >> 32) * cut.len() as u64) >> 32) as usize];
    let border = &state.problem.graph.borders()[number as usize];
    let (node, other) = if drawn & 1 == 0 { (border.a, border.b) } else { (border.b, border.a) };
    let free = state.problem.fixed[node as usize].is_none();
    (free && state.zones[state.zone[node as usize] as usize].nodes > 1)
        .then(|| (node, state.zone[other as usize]))
}

/// One node into a zone, and another out of that zone (back, as a swap, or on into a third): both or none.
fn chain(
    state: &mut State,
    flip: &Flip,
    first: f64,
    (temperature, penalty): (f64, f64),
    rng: &mut ChaCha8Rng,
) {
    if !state.can_leave(flip.node) {
        return;
    }
    state.apply(flip);
    let next = walk_to_edge(state, flip, rng);
    let done = next.is_some_and(|(node, to)| {
        let second = state.flip(node, to);
        let difference = first + state.difference(&second, penalty);
        let good = accepted(difference, temperature, rng) && state.can_leave(node);
        if good {
            state.apply(&second);
        }
        good
    });
    if !done {
        let back = state.flip(flip.node, flip.from);
        state.apply(&back);
    }
}

/// From a node that came into a zone a few steps within it, to another that borders on a zone beyond.
fn walk_to_edge(state: &State, flip: &Flip, rng: &mut ChaCha8Rng) -> Option<(u32, u32)> {
    let graph = &state.problem.graph;
    let mut here = flip.node;
    for _ in 0..8 {
        let around = graph.around(here);
        let pick = ((u64::from(rng.random::<u32>()) * around.len() as u64) >> 32) as usize;
        let (next, _) = *around.get(pick)?;
        let zone = state.zone[next as usize];
        if zone == flip.to {
            here = next;
        } else if here != flip.node && state.problem.fixed[here as usize].is_none() {
            return Some((here, zone));
        }
    }
    None
}

/// Downhill until nothing gets better: every node on a border, in order, to the best zone beside it.
pub(in crate::zoning) fn settle(state: &mut State, penalty: f64, watch: &Watch) {
    let nodes = state.problem.nodes() as u32;
    for _ in 0..50 {
        let mut better = false;
        for node in 0..nodes {
            let own = state.zone[node as usize];
            if state.problem.fixed[node as usize].is_some() || state.zones[own as usize].nodes <= 1 {
                continue;
            }
            let mut best: Option<(f64, Flip)> = None;
            let mut tried = own;
            for (next, _) in state.problem.graph.around(node) {
                let to = state.zone[*next as usize];
                if to == own || to == tried {
                    continue;
                }
                tried = to;
                let flip = state.flip(node, to);
                let difference = state.difference(&flip, penalty);
                if difference < -1e-9 && best.as_ref().is_none_or(|(known, _)| difference < *known) {
                    best = Some((difference, flip));
                }
            }
            if let Some((_, flip)) = best
                && state.can_leave(node)
            {
                state.apply(&flip);
                better = true;
            }
        }
        if !better || !watch.go_on() {
            break;
        }
    }
}
