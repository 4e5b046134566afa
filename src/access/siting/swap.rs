//! A fast start for the most weight within reach: greedy, then the best exchange of one site for another until there
//! is none.

use super::cover::Cover;

/// A choice of candidates and how often each row is reached.
pub struct Choice<'a> {
    cover: &'a Cover,
    /// the candidates
    pub chosen: Vec<u32>,
    times: Vec<u32>,
    /// what they cost
    cost: f64,
}

/// How many sites, and what they may cost.
#[derive(Clone, Copy, Debug)]
pub struct Room {
    /// at most so many sites
    pub count: usize,
    /// at most this cost
    pub budget: f64,
}

/// What rounding makes of a sum of costs.
const SLACK: f64 = 1e-9;

impl<'a> Choice<'a> {
    /// A choice as it stands.
    pub fn of(cover: &'a Cover, chosen: &[u32]) -> Self {
        let mut choice = Self { cover, chosen: Vec::new(), times: vec![0; cover.rows.len()], cost: 0.0 };
        chosen.iter().for_each(|candidate| choice.add(*candidate));
        choice
    }

    fn add(&mut self, candidate: u32) {
        self.chosen.push(candidate);
        self.cost += self.cover.costs[candidate as usize];
        for row in &self.cover.columns[candidate as usize] {
            self.times[*row as usize] += 1;
        }
    }

    fn remove(&mut self, place: usize) {
        let candidate = self.chosen.swap_remove(place);
        self.cost -= self.cover.costs[candidate as usize];
        for row in &self.cover.columns[candidate as usize] {
            self.times[*row as usize] -= 1;
        }
    }

    /// Weight that it reaches.
    pub fn weight(&self) -> f64 {
        self.cover.weights.iter().zip(&self.times).filter(|(_, times)| **times > 0).map(|(w, _)| w).sum()
    }

    /// Adds the candidate that gains most (by cost where there is a budget) until nothing is gained or there is no
    /// room.
    pub fn fill(&mut self, room: Room) {
        let gain_of = |times: &[u32], candidate: usize| -> f64 {
            let rows = self.cover.columns[candidate].iter();
            rows.filter(|row| times[**row as usize] == 0).map(|row| self.cover.weights[*row as usize]).sum()
        };
        // Gains only fall: a stale one is an upper bound, and the first that stays first is the best.
        let by = |gain: f64, cost: f64| if room.budget.is_finite() { gain / cost.max(SLACK) } else { gain };
        let mut waiting: Vec<(f64, u32)> = (0..self.cover.columns.len())
            .map(|c| (by(gain_of(&self.times, c), self.cover.costs[c]), c as u32))
            .filter(|(gain, _)| *gain > 0.0)
            .collect();
        let order = |a: &(f64, u32), b: &(f64, u32)| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1));
        waiting.sort_by(order);
        while self.chosen.len() < room.count {
            let Some((_, candidate)) = waiting.pop() else { return };
            let cost = self.cover.costs[candidate as usize];
            if self.cost + cost > room.budget * (1.0 + SLACK) {
                continue;
            }
            let gain = by(gain_of(&self.times, candidate as usize), cost);
            if gain <= 0.0 {
                continue;
            }
            let fresh = (gain, candidate);
            let place = waiting.partition_point(|other| order(other, &fresh).is_lt());
            if place < waiting.len() {
                waiting.insert(place, fresh);
            } else {
                self.add(candidate);
            }
        }
    }

    /// Exchanges one site for another as long as weight is gained and there is time.
    pub fn exchange(&mut self, room: Room, left_s: &dyn Fn() -> f64) {
        let cover = self.cover;
        let mut place_of = vec![usize::MAX; cover.columns.len()];
        while left_s() > 0.0 {
            for (place, candidate) in self.chosen.iter().enumerate() {
                place_of[*candidate as usize] = place;
            }
            // What is lost with each site, and for each row reached once, by which one.
            let mut loss = vec![0.0; self.chosen.len()];
            let mut only = vec![usize::MAX; cover.rows.len()];
            for (place, candidate) in self.chosen.iter().enumerate() {
                for row in &cover.columns[*candidate as usize] {
                    if self.times[*row as usize] == 1 {
                        loss[place] += cover.weights[*row as usize];
                        only[*row as usize] = place;
                    }
                }
            }
            let mut best: Option<(f64, usize, u32)> = None;
            let mut saved = vec![0.0; self.chosen.len()];
            for candidate in (0..cover.columns.len()).filter(|c| place_of[*c] == usize::MAX) {
                let mut gain = 0.0;
                saved.fill(0.0);
                for row in &cover.columns[candidate] {
                    let weight = cover.weights[*row as usize];
                    match only[*row as usize] {
                        usize::MAX if self.times[*row as usize] == 0 => gain += weight,
                        usize::MAX => {}
                        place => saved[place] += weight,
                    }
                }
                for place in 0..self.chosen.len() {
                    let net = gain + saved[place] - loss[place];
                    let cost = self.cost - cover.costs[self.chosen[place] as usize] + cover.costs[candidate];
                    if net > best.map_or(SLACK, |best| best.0) && cost <= room.budget * (1.0 + SLACK) {
                        best = Some((net, place, candidate as u32));
                    }
                }
            }
            self.chosen.iter().for_each(|candidate| place_of[*candidate as usize] = usize::MAX);
            let Some((_, place, candidate)) = best else { return };
            self.remove(place);
            self.add(candidate);
            self.fill(room);
        }
    }
}
