//! Siting (选址): where the next facilities belong, with a bound that says how far from the best the answer can be.
//!
//! Four models: LSCP (fewest or cheapest sites that reach all, or a target share), MCLP (most weight reached by p
//! sites or a budget), p-median (least weighted walking), p-centre (least longest walk). What exists is fixed and
//! free. Each first has its instance reduced (demand reached by the same candidates is one; rows and columns that
//! others dominate go), then a fast start (greedy, interchange), then bounds by Lagrange multipliers, which also fix
//! candidates, and HiGHS for what is left. The answer is anytime: bound and gap are always of what was proved, and
//! `proved` is said only where they leave nothing open.

mod centre;
mod cover;
mod exact;
mod maximum;
mod median;
mod minimum;
mod swap;
mod times;

pub use times::{Times, times, times_while};

use super::AccessError;

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Model {
    /// the fewest sites (the least cost) so that this share of the weight is reached; 1 is all
    Lscp {
        /// share of all weight; more than can be reached at all counts as that
        target: f64,
    },
    /// the most weight reached by at most so many sites, or within the budget
    Mclp,
    /// the least sum of weight times seconds
    PMedian,
    /// the least longest time
    PCentre,
}

/// A question of siting.
pub struct Problem<'a> {
    /// times between candidates and demand
    pub times: &'a Times,
    /// weight of each demand point
    pub weights: &'a [f64],
    /// seconds of each demand point to what exists; infinite where nothing does
    pub existing_s: &'a [f64],
    /// limit of reach, seconds; LSCP and MCLP only
    pub limit_s: f64,
    /// what is asked
    pub model: Model,
    /// how many new sites
    pub count: Option<usize>,
    /// cost of each candidate
    pub costs: Option<&'a [f64]>,
    /// most that may be spent
    pub budget: Option<f64>,
    /// most weight that each candidate can serve; MCLP only
    pub capacities: Option<&'a [f64]>,
    /// seconds that are left, asked again and again: less than none once the time is over, without end where the
    /// question is taken back
    pub left_s: &'a (dyn Fn() -> f64 + Sync),
}

/// Where the sites belong.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    /// numbers of the candidates, ascending
    pub chosen: Vec<usize>,
    /// LSCP: sites or their cost; MCLP: weight reached, by what exists, too; p-median: weight × seconds; p-centre:
    /// seconds
    pub objective: f64,
    /// no answer is better than this
    pub bound: f64,
    /// whether the objective is the best there is
    pub proved: bool,
    /// demand points that no candidate and nothing that exists reaches: left out of LSCP, p-median and p-centre
    pub unreachable: Vec<usize>,
    /// demand points and candidates that were left after the reduction; what HiGHS was given
    pub reduced: Option<(usize, usize)>,
}

impl Answer {
    /// |objective − bound| / |objective|; 0 where both are 0.
    pub fn gap(&self) -> f64 {
        let difference = (self.objective - self.bound).abs();
        if difference == 0.0 { 0.0 } else { difference / self.objective.abs().max(f64::MIN_POSITIVE) }
    }
}

/// Finds sites.
///
/// # Errors
/// A model without the number of sites that it needs; the solver fails.
pub fn solve(problem: &Problem<'_>) -> Result<Answer, AccessError> {
    match problem.model {
        Model::Lscp { target } => minimum::solve(problem, target),
        Model::Mclp if problem.capacities.is_some() => maximum::with_capacity(problem),
        Model::Mclp => maximum::solve(problem),
        Model::PMedian => median::solve(problem),
        Model::PCentre => centre::solve(problem),
    }
}

#[cfg(test)]
mod tests;
