//! Who is within reach of a class of service, or of all classes that are asked for together.

use std::sync::Arc;

use rayon::prelude::*;

use super::question::{Asked, By, Misshapen, Question};
use super::situation::Situation;
use super::times::{Times, times};
use crate::access::coverage::within;
use crate::access::ground::{Ground, Passing, Walked};

/// Times of all classes, and who is covered.
#[derive(Clone, Debug, PartialEq)]
pub struct Reach {
    /// classes as they are asked for
    pub asked: Vec<Asked>,
    /// by network or straight
    pub by: By,
    /// facilities, gates and links, class by class
    pub situation: Situation,
    /// times, class by class
    pub times: Vec<Arc<Times>>,
    /// by home, whether it is within reach of every class
    pub covered: Vec<bool>,
}

/// What coverage lies between, where gates are assumed.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, utoipa::ToSchema)]
#[schema(as = CircleInterval)]
pub struct Interval {
    /// share of households with every assumed gate where it serves least
    pub low: Option<f64>,
    /// and where it serves most
    pub high: Option<f64>,
    /// compounds whose gate is assumed
    pub compounds: usize,
}

/// What times of a class hang on, where nothing is tried out.
fn kept_under(asked: &Asked, by: By) -> String {
    format!("{by:?} {} {} {}", asked.service.id, asked.pace().name, asked.states.join(","))
}

impl Reach {
    /// Of a question.
    ///
    /// # Errors
    /// The question names what is not there, or cannot be read.
    pub fn of(ground: &Ground, question: &Question) -> Result<Self, Misshapen> {
        let asked = question.settle()?;
        let situation = Situation::of(ground, question, &asked)?;
        Self::in_situation(ground, (asked, question.measure), situation)
    }

    /// Of a situation.
    ///
    /// # Errors
    /// A new gate or link is too far from every street.
    pub fn in_situation(
        ground: &Ground,
        (asked, by): (Vec<Asked>, By),
        situation: Situation,
    ) -> Result<Self, Misshapen> {
        // Joined to the streets before threads ask for it: whoever makes it works with all of them.
        let walked: Vec<Option<Arc<Walked>>> = asked.iter().map(|one| ground.walked(&one.pace())).collect();
        let times = (0..asked.len())
            .into_par_iter()
            .map(|at| {
                let (one, sites) = (&asked[at], &situation.sites[at]);
                let make =
                    || times(ground, (one, by, walked[at].as_deref()), &sites.counting, &situation.ways);
                match situation.ways.is_empty() && !sites.are_touched() {
                    true => ground.kept_times(&kept_under(one, by), make),
                    false => make().map(Arc::new),
                }
            })
            .collect::<Result<Vec<Arc<Times>>, Misshapen>>()?;
        let is_covered = |home: usize| {
            asked.iter().zip(&times).all(|(asked, times)| within(times.homes[home].seconds, asked.limit_s()))
        };
        let covered = (0..ground.homes.all.len()).map(is_covered).collect();
        Ok(Self { asked, by, situation, times, covered })
    }

    /// Minutes of a home to the last of the classes; `None` where one is beyond all reach.
    pub fn minutes(&self, home: usize) -> Option<f64> {
        let each = self.asked.iter().zip(&self.times);
        let minutes = each.map(|(asked, times)| asked.minutes(times.homes[home].seconds)).fold(0.0, f64::max);
        minutes.is_finite().then_some(minutes)
    }

    /// The nearest site of a home, of a single class.
    pub fn nearest(&self, home: usize) -> Option<usize> {
        match self.times.as_slice() {
            [times] => usize::try_from(times.homes[home].site)
                .ok()
                .filter(|site| *site < self.situation.sites[0].counting.len()),
            _ => None,
        }
    }

    /// Classes that a home is not within reach of.
    pub fn lacking(&self, home: usize) -> Vec<&'static str> {
        let each = self.asked.iter().zip(&self.times);
        let lacking = each.filter(|(asked, times)| !within(times.homes[home].seconds, asked.limit_s()));
        lacking.map(|(asked, _)| asked.service.id.as_str()).collect()
    }

    /// Households within reach.
    pub fn households(&self, ground: &Ground) -> f64 {
        let homes = ground.homes.all.iter().zip(&self.covered);
        homes.filter(|(_, covered)| **covered).map(|(home, _)| home.households).sum()
    }

    /// What the share of households lies between, whichever way assumed gates stand: each compound's gate is one.
    pub fn interval(&self, ground: &Ground) -> Interval {
        let mut of_yard: std::collections::HashMap<u32, Vec<usize>> = Default::default();
        for (number, home) in ground.homes.all.iter().enumerate() {
            if let Some(yard) = home.yard.filter(|yard| ground.yards.yards[*yard as usize].assumed.is_some())
            {
                of_yard.entry(yard).or_default().push(number);
            }
        }
        let all = ground.households();
        let sure = self.households(ground);
        let (mut low, mut high, mut compounds) = (sure, sure, 0);
        if self.by == By::Network && self.times.iter().all(|times| !times.doors.is_empty()) {
            for (yard, homes) in of_yard {
                let Some((least, most)) = self.at_assumed(ground, yard, &homes) else { continue };
                let now: f64 = homes
                    .iter()
                    .filter(|home| self.covered[**home])
                    .map(|home| ground.homes.all[*home].households)
                    .sum();
                low += least.min(now) - now;
                high += most.max(now) - now;
                compounds += 1;
            }
        }
        let share = |covered: f64| crate::access::Share::of(covered, all).0;
        Interval { low: share(low), high: share(high), compounds }
    }

    /// Least and most households of a compound within reach, over the places where its gate may stand; none where a
    /// gate was opened for the question.
    fn at_assumed(&self, ground: &Ground, yard: u32, homes: &[usize]) -> Option<(f64, f64)> {
        let own = &ground.yards.yards[yard as usize];
        let ways = &self.situation.ways;
        let opened = ways.gates.iter().any(|gate| gate.0 == yard)
            || own.doors.clone().any(|door| ways.opened.contains(&door));
        if opened {
            return None;
        }
        let places = own.doors.clone().filter(|door| {
            let door = &ground.yards.doors[*door];
            door.gate.is_none() && door.passing == Passing::Private
        });
        let mut range: Option<(f64, f64)> = None;
        for door in places {
            let reaches = |home: usize| {
                let leg = ground.homes.legs[ground.homes.all[home].leg + door - own.doors.start];
                self.asked.iter().zip(&self.times).all(|(asked, times)| {
                    let by_gate = times.doors[door].seconds + leg / asked.pace().speed_m_per_s;
                    within(by_gate.min(times.inside[home].seconds), asked.limit_s())
                })
            };
            let households: f64 = homes
                .iter()
                .filter(|home| reaches(**home))
                .map(|home| ground.homes.all[*home].households)
                .sum();
            range = Some(range.map_or((households, households), |(low, high)| {
                (f64::min(low, households), f64::max(high, households))
            }));
        }
        range
    }
}
