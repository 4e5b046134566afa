//! Models for HiGHS: what is left after reduction is solved to the end, or as far as the time allows.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use highs::{Col, HighsModelStatus, Model, RowProblem, Sense};

use super::AccessError;
use super::cover::Cover;
use super::swap::Room;

/// Shortest time that is worth starting the solver for, seconds.
const LEAST_S: f64 = 0.01;
/// The solver is looked at so often, and waited for this much longer than its time.
const LOOK: Duration = Duration::from_millis(20);
const PATIENCE: f64 = 0.1;
/// A variable above this is one.
const HALF: f64 = 0.5;

/// What the solver found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Solved {
    /// numbers of the variables that are one, among those of sites; none where no solution was found
    pub chosen: Option<Vec<u32>>,
    /// value of that solution
    pub value: f64,
    /// no solution is better
    pub bound: f64,
    /// whether it came to the end
    pub ended: bool,
}

/// A model being built: its first columns are the sites.
pub struct Built {
    problem: RowProblem,
    sites: Vec<Col>,
    others: usize,
    start: Vec<f64>,
}

impl Built {
    /// Sites with what each adds to the objective; those of the start are one there.
    pub fn new(costs: &[f64], start: &[u32]) -> Self {
        let mut problem = RowProblem::default();
        let sites = costs.iter().map(|cost| problem.add_integer_column(*cost, 0.0..=1.0)).collect();
        let mut values = vec![0.0; costs.len()];
        for site in start {
            values[*site as usize] = 1.0;
        }
        Self { problem, sites, others: 0, start: values }
    }

    /// Another variable between 0 and 1 with what it adds, and its value in the start.
    pub fn variable(&mut self, adds: f64, start: f64) -> Col {
        self.others += 1;
        self.start.push(start);
        self.problem.add_column(adds, 0.0..=1.0)
    }

    /// The sum of factors times variables is at least something.
    pub fn at_least(&mut self, least: f64, terms: &[(Col, f64)]) {
        self.problem.add_row(least.., terms);
    }

    /// The sum of factors times variables is at most something.
    pub fn at_most(&mut self, most: f64, terms: &[(Col, f64)]) {
        self.problem.add_row(..=most, terms);
    }

    /// The variable of a site.
    pub fn site(&self, at: u32) -> Col {
        self.sites[at as usize]
    }

    /// All sites with a factor each.
    pub fn all_sites(&self, factor: impl Fn(usize) -> f64) -> Vec<(Col, f64)> {
        self.sites.iter().enumerate().map(|(at, site)| (*site, factor(at))).collect()
    }

    /// Solves it in the time that is left, which is asked again and again: where much less is left than none (the
    /// question was taken back), nobody waits for the solver to notice.
    ///
    /// # Errors
    /// The solver fails.
    pub fn solve(self, sense: Sense, left_s: &dyn Fn() -> f64) -> Result<Solved, AccessError> {
        let worst = match sense {
            Sense::Maximise => f64::INFINITY,
            Sense::Minimise => f64::NEG_INFINITY,
        };
        let nothing = Solved { chosen: None, value: 0.0, bound: worst, ended: false };
        let time_s = left_s();
        if time_s < LEAST_S {
            return Ok(nothing);
        }
        let (send, receive) = channel();
        let failed = |why: String| AccessError::Solver(format!("HiGHS: {why}"));
        let work = move || {
            // Nobody may wait for it any more.
            let _ = send.send(self.run(sense, time_s, worst));
        };
        std::thread::Builder::new().spawn(work).map_err(|error| failed(error.to_string()))?;
        loop {
            match receive.recv_timeout(LOOK) {
                Ok(found) => return found.map_err(failed),
                Err(RecvTimeoutError::Timeout) if left_s() > -PATIENCE * (time_s + 1.0) => {}
                Err(RecvTimeoutError::Timeout) => return Ok(nothing),
                Err(RecvTimeoutError::Disconnected) => return Err(failed("the thread ended".to_owned())),
            }
        }
    }

    fn run(self, sense: Sense, time_s: f64, worst: f64) -> Result<Solved, String> {
        let said = |status| format!("{status:?}");
        let mut model: Model = self.problem.try_optimise(sense).map_err(said)?;
        model.make_quiet();
        model.set_option("time_limit", time_s);
        model.set_option("mip_rel_gap", 0.0);
        model.set_option("mip_abs_gap", 1e-7);
        // A start that the solver cannot use is no reason not to solve.
        let _ = model.try_set_solution(Some(&self.start), None, None, None);
        let solved = model.try_solve().map_err(said)?;
        let bound = solved.double_info_value(c"mip_dual_bound").map_err(said)?;
        let ended = match solved.status() {
            HighsModelStatus::Optimal => true,
            HighsModelStatus::Infeasible | HighsModelStatus::UnboundedOrInfeasible => {
                return Ok(Solved { chosen: None, value: 0.0, bound: worst, ended: true });
            }
            _ => false,
        };
        let has_one = solved.int_info_value(c"primal_solution_status").map_err(said)? == 2;
        let columns = solved.get_solution();
        let ones =
            columns.columns()[..self.sites.len()].iter().enumerate().filter(|(_, value)| **value > HALF);
        let chosen = has_one.then(|| ones.map(|(at, _)| at as u32).collect());
        let value = solved.objective_value();
        // Solved to the end, the bound is the value: presolve alone leaves no other.
        let bound = if ended && has_one { value } else { bound };
        Ok(Solved { chosen, value, bound: if bound.is_finite() { bound } else { worst }, ended })
    }
}

/// The most weight of rows that are reached, or nothing where it is less than wanted; what the bound is of.
pub fn most_weight(
    cover: &Cover,
    (room, wanted): (Room, Option<f64>),
    start: &[u32],
    left_s: &dyn Fn() -> f64,
) -> Result<Solved, AccessError> {
    let mut model = Built::new(&vec![0.0; cover.numbers.len()], start);
    let mut reached = vec![false; cover.rows.len()];
    let mut sum = Vec::new();
    for site in start {
        cover.columns[*site as usize].iter().for_each(|row| reached[*row as usize] = true);
    }
    for (at, row) in cover.rows.iter().enumerate() {
        let is_reached = model.variable(cover.weights[at], f64::from(u8::from(reached[at])));
        sum.push((is_reached, cover.weights[at]));
        let mut terms: Vec<(Col, f64)> = row.iter().map(|site| (model.site(*site), 1.0)).collect();
        terms.push((is_reached, -1.0));
        model.at_least(0.0, &terms);
    }
    if let Some(least) = wanted {
        model.at_least(least, &sum);
    }
    limit(&mut model, cover, room);
    model.solve(Sense::Maximise, left_s)
}

/// The least cost of sites that reach all rows, or so much weight of them.
pub fn least_cost(
    cover: &Cover,
    least_weight: Option<f64>,
    start: &[u32],
    left_s: &dyn Fn() -> f64,
) -> Result<Solved, AccessError> {
    let mut model = Built::new(&cover.costs, start);
    let mut reached = vec![false; cover.rows.len()];
    for site in start {
        cover.columns[*site as usize].iter().for_each(|row| reached[*row as usize] = true);
    }
    let mut sum = Vec::new();
    for (at, row) in cover.rows.iter().enumerate() {
        let mut terms: Vec<(Col, f64)> = row.iter().map(|site| (model.site(*site), 1.0)).collect();
        if least_weight.is_some() {
            let is_reached = model.variable(0.0, f64::from(u8::from(reached[at])));
            terms.push((is_reached, -1.0));
            sum.push((is_reached, cover.weights[at]));
            model.at_least(0.0, &terms);
        } else {
            model.at_least(1.0, &terms);
        }
    }
    if let Some(least) = least_weight {
        model.at_least(least, &sum);
    }
    model.solve(Sense::Minimise, left_s)
}

/// Bounds the number and the cost of sites.
pub fn limit(model: &mut Built, cover: &Cover, room: Room) {
    if room.count < cover.numbers.len() {
        let all = model.all_sites(|_| 1.0);
        model.at_most(room.count as f64, &all);
    }
    if room.budget.is_finite() {
        let all = model.all_sites(|at| cover.costs[at]);
        model.at_most(room.budget, &all);
    }
}
