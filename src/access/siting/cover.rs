//! What covering models look at: which candidate reaches which demand. Demand reached by the same candidates is one
//! row; rows and candidates that others dominate go.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use super::{Problem, Times};
use crate::access::coverage::within;

/// Pairs of rows or candidates that are compared at most when dominated ones are looked for.
const MOST_COMPARED: usize = 20_000_000;

/// Rows of demand, and the candidates that reach them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cover {
    /// weight of each row
    pub weights: Vec<f64>,
    /// candidates that reach a row, ascending
    pub rows: Vec<Vec<u32>>,
    /// rows that a candidate reaches, ascending
    pub columns: Vec<Vec<u32>>,
    /// by candidate, its number in the problem
    pub numbers: Vec<u32>,
    /// by candidate
    pub costs: Vec<f64>,
    /// weight reached by what exists
    pub covered: f64,
    /// weight that nothing can reach, and demand points without a candidate
    pub unreachable: Vec<usize>,
}

impl Cover {
    /// Rows of a problem: demand that existing facilities reach is done with, demand of no weight asks for nothing.
    pub fn of(problem: &Problem<'_>) -> Self {
        // Times are kept in four bytes, rounded as the limit is here.
        let limit = (problem.limit_s * (1.0 + 1e-9)) as f32;
        let Times { demand, of } = problem.times;
        let done = |at: usize| within(problem.existing_s[at], problem.limit_s);
        let mut lists: Vec<Vec<u32>> = vec![Vec::new(); *demand];
        for (candidate, reached) in of.iter().enumerate() {
            for (at, seconds) in reached {
                if *seconds <= limit && !done(*at as usize) {
                    lists[*at as usize].push(candidate as u32);
                }
            }
        }
        let mut cover = Self {
            columns: vec![Vec::new(); of.len()],
            numbers: (0..of.len() as u32).collect(),
            costs: problem.costs.map_or_else(|| vec![1.0; of.len()], <[f64]>::to_vec),
            ..Self::default()
        };
        let mut known: HashMap<Vec<u32>, usize, RandomState> = HashMap::default();
        for (at, list) in lists.into_iter().enumerate() {
            let weight = problem.weights[at];
            if done(at) {
                cover.covered += weight;
            } else if weight <= 0.0 {
                continue;
            } else if list.is_empty() {
                cover.unreachable.push(at);
            } else {
                match known.get(&list) {
                    Some(row) => cover.weights[*row] += weight,
                    None => {
                        known.insert(list.clone(), cover.rows.len());
                        cover.rows.push(list);
                        cover.weights.push(weight);
                    }
                }
            }
        }
        cover.turn();
        cover
    }

    /// Makes the columns of the rows.
    fn turn(&mut self) {
        self.columns.iter_mut().for_each(Vec::clear);
        for (row, list) in self.rows.iter().enumerate() {
            for candidate in list {
                self.columns[*candidate as usize].push(row as u32);
            }
        }
    }

    /// Keeps some rows and some candidates; rows that are left alike are one.
    #[must_use]
    pub fn keep(&self, rows: &[bool], candidates: &[bool]) -> Self {
        let mut new_number = vec![u32::MAX; self.columns.len()];
        let mut kept = Self { covered: self.covered, ..Self::default() };
        for (at, _) in candidates.iter().enumerate().filter(|(_, keep)| **keep) {
            new_number[at] = kept.numbers.len() as u32;
            kept.numbers.push(self.numbers[at]);
            kept.costs.push(self.costs[at]);
        }
        kept.columns = vec![Vec::new(); kept.numbers.len()];
        let mut known: HashMap<Vec<u32>, usize, RandomState> = HashMap::default();
        for (at, list) in self.rows.iter().enumerate().filter(|(at, _)| rows[*at]) {
            let list: Vec<u32> =
                list.iter().map(|c| new_number[*c as usize]).filter(|c| *c != u32::MAX).collect();
            match known.get(&list) {
                Some(row) => kept.weights[*row] += self.weights[at],
                None => {
                    known.insert(list.clone(), kept.rows.len());
                    kept.rows.push(list);
                    kept.weights.push(self.weights[at]);
                }
            }
        }
        kept.turn();
        kept
    }

    /// Candidates that no other dominates: one that reaches the same rows and more for no higher cost. Of equal ones
    /// the first stays.
    pub fn undominated_candidates(&self) -> Vec<bool> {
        let mut keep = vec![true; self.columns.len()];
        let mut compared = 0;
        for (at, column) in self.columns.iter().enumerate() {
            let Some(rarest) = column.iter().min_by_key(|row| self.rows[**row as usize].len()) else {
                keep[at] = false;
                continue;
            };
            for other in &self.rows[*rarest as usize] {
                let other = *other as usize;
                compared += column.len();
                if compared > MOST_COMPARED {
                    return keep;
                }
                let larger = (self.columns[other].len(), std::cmp::Reverse(other));
                let cheaper = self.costs[other] < self.costs[at];
                let before = larger > (column.len(), std::cmp::Reverse(at));
                if other != at
                    && keep[other]
                    && self.costs[other] <= self.costs[at]
                    && (cheaper || before)
                    && subset(column, &self.columns[other])
                {
                    keep[at] = false;
                    break;
                }
            }
        }
        keep
    }

    /// Rows that are not reached already wherever another is: only where all rows must be reached.
    pub fn undominated_rows(&self) -> Vec<bool> {
        let mut keep = vec![true; self.rows.len()];
        let mut compared = 0;
        for (at, row) in self.rows.iter().enumerate() {
            if !keep[at] {
                continue;
            }
            let Some(rarest) = row.iter().min_by_key(|c| self.columns[**c as usize].len()) else { continue };
            for other in &self.columns[*rarest as usize] {
                let other = *other as usize;
                compared += row.len();
                if compared > MOST_COMPARED {
                    return keep;
                }
                if other != at
                    && keep[other]
                    && self.rows[other].len() > row.len()
                    && subset(row, &self.rows[other])
                {
                    keep[other] = false;
                }
            }
        }
        keep
    }

    /// The weight of rows that a choice of candidates reaches.
    pub fn weight_of(&self, chosen: &[u32]) -> f64 {
        let mut reached = vec![false; self.rows.len()];
        for candidate in chosen {
            for row in &self.columns[*candidate as usize] {
                reached[*row as usize] = true;
            }
        }
        self.weights.iter().zip(reached).filter(|(_, reached)| *reached).map(|(weight, _)| weight).sum()
    }

    /// Weight of all rows.
    pub fn total(&self) -> f64 {
        self.weights.iter().sum()
    }
}

/// Whether all of a lies in b; both ascending.
fn subset(a: &[u32], b: &[u32]) -> bool {
    if a.len() > b.len() {
        return false;
    }
    let mut rest = b.iter();
    a.iter().all(|wanted| rest.by_ref().find(|found| *found >= wanted) == Some(wanted))
}
