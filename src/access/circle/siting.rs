//! Where new facilities of a class belong on the ground of a register: candidates, the model solved, what it gains.

use geo::InteriorPoint as _;
use geo_types::Coord;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::question::{Change, Misshapen, Question, place};
use super::reach::Reach;
use super::situation::{Site, Touched, yard_at};
use super::times::Paced;
use crate::access::coverage::within;
use crate::access::ground::{Ground, Walked};
use crate::access::siting::{Answer, Model, Problem, Times, solve};
use crate::access::{AccessError, Service};
use crate::model::Bilingual;

/// Candidates of one question at most.
pub const MOST_CANDIDATES: usize = 5_000;

/// Where new facilities may stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SitingFrom)]
pub enum From {
    /// in the middle of each compound where people live
    #[default]
    #[serde(alias = "homes")]
    Compounds,
    /// facilities of the class that are planned, being built or closed
    Planned,
    /// in community halls
    CommunityHalls,
    /// at given places
    Points,
}

/// Candidates.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SitingCandidates)]
pub struct Candidates {
    /// compounds if absent
    #[serde(default)]
    pub from: From,
    /// longitudes and latitudes
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub points: Vec<[f64; 2]>,
}

/// A place where a facility may stand.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// the site
    pub site: Site,
    /// the compound that it lies in
    pub compound: Option<String>,
    /// what it is as a change of a question
    pub change: Change,
}

/// What came of a model.
#[derive(Clone, Debug, PartialEq)]
pub struct Sited {
    /// how many candidates there were
    pub candidates: usize,
    /// those that are chosen
    pub chosen: Vec<Candidate>,
    /// households that each adds, in order
    pub gains: Vec<f64>,
    /// the model's answer
    pub answer: Answer,
}

/// Why there is none.
#[derive(Clone, Debug, PartialEq)]
pub enum NotSited {
    /// the question is none
    Misshapen(Misshapen),
    /// the model has no answer
    Access(AccessError),
}

impl std::convert::From<Misshapen> for NotSited {
    fn from(wrong: Misshapen) -> Self {
        Self::Misshapen(wrong)
    }
}

impl NotSited {
    /// For an official.
    pub fn sentence(&self) -> Bilingual {
        match self {
            Self::Misshapen(wrong) => wrong.what.clone(),
            Self::Access(error) => error.sentence(),
        }
    }
}

fn candidate(ground: &Ground, at: Coord, yard: Option<u32>, name: String) -> Candidate {
    let own = yard.map(|yard| &ground.yards.yards[yard as usize]);
    Candidate {
        compound: own.map(|yard| yard.id.to_string()),
        change: Change::Add { place: [at.x, at.y], class: None, name: Some(name.clone()) },
        site: Site {
            facility: None,
            name,
            at,
            yard,
            community: None,
            touched: Some(Touched::Added),
            change: None,
        },
    }
}

/// Candidates of a question.
///
/// # Errors
/// Points that are none, or too many.
pub fn candidates(ground: &Ground, reach: &Reach, wanted: &Candidates) -> Result<Vec<Candidate>, Misshapen> {
    let service: &Service = reach.asked[0].service;
    let found: Vec<Candidate> = match wanted.from {
        From::Points => {
            let one = |point: &[f64; 2]| {
                let at = place(*point)?;
                Ok(candidate(ground, at, yard_at(ground, at), format!("新设{}", service.title.zh)))
            };
            wanted.points.iter().take(MOST_CANDIDATES + 1).map(one).collect::<Result<_, Misshapen>>()?
        }
        From::Planned => {
            let idle = &reach.situation.sites[0].idle;
            let open = idle.iter().filter(|site| site.touched != Some(Touched::Closed));
            let one = |site: &Site| {
                let facility = site.facility?;
                let id = ground.facilities[facility].id().to_string();
                let compound = site.yard.map(|yard| ground.yards.yards[yard as usize].id.to_string());
                Some(Candidate { site: site.clone(), compound, change: Change::Run { facility: id } })
            };
            open.filter_map(one).collect()
        }
        From::CommunityHalls => {
            let halls = ground.facilities.iter().filter(|facility| {
                facility.record.text("kind") == Some("community_hall") && facility.status == "running"
            });
            halls.map(|hall| candidate(ground, hall.at, hall.yard, hall.name().to_owned())).collect()
        }
        From::Compounds => {
            let mut lived_in = vec![false; ground.yards.yards.len()];
            ground
                .homes
                .all
                .iter()
                .filter_map(|home| home.yard)
                .for_each(|yard| lived_in[yard as usize] = true);
            let yards = ground.yards.yards.iter().enumerate().filter(|(number, _)| lived_in[*number]);
            let one = |(number, yard): (usize, &crate::access::ground::Yard)| {
                let middle = yard.shape.as_deref()?.interior_point()?;
                Some(candidate(ground, middle.0, Some(number as u32), yard.name.clone()))
            };
            yards.filter_map(one).collect()
        }
    };
    if found.is_empty() || found.len() > MOST_CANDIDATES {
        return Err(Misshapen::new(
            "candidates",
            format!("候选点有 {} 处，应为 1 至 {MOST_CANDIDATES} 处", found.len()),
            format!("there are {} candidates; 1 to {MOST_CANDIDATES} are expected", found.len()),
        ));
    }
    Ok(found)
}

/// Seconds between candidates and homes, up to a limit.
pub fn pairs(paced: &Paced<'_>, candidates: &[Candidate], limit_s: f64) -> Times {
    let one = |candidate: &Candidate| -> Vec<(u32, f32)> {
        let times = paced.times_within(std::slice::from_ref(&candidate.site), limit_s);
        let near = times.homes.iter().enumerate().filter(|(_, time)| {
            time.seconds.is_finite() && (limit_s.is_infinite() || within(time.seconds, limit_s))
        });
        near.map(|(home, time)| (home as u32, time.seconds as f32)).collect()
    };
    Times { demand: paced.ground.homes.all.len(), of: candidates.par_iter().map(one).collect() }
}

/// What is asked of the solver.
pub struct Order<'a> {
    /// the model
    pub model: Model,
    /// how many new sites
    pub count: Option<usize>,
    /// seconds that are left
    pub left_s: &'a (dyn Fn() -> f64 + Sync),
}

/// Solves a model on the ground.
///
/// # Errors
/// There is no street; the model has no answer.
pub fn site(
    ground: &Ground,
    (reach, walked): (&Reach, &Walked),
    candidates: Vec<Candidate>,
    order: &Order<'_>,
) -> Result<Sited, NotSited> {
    let network = ground.network.as_ref().ok_or(NotSited::Access(AccessError::NoCandidate))?;
    let paced = Paced::new(ground, network, walked, &reach.situation.ways)?;
    let limit_s = reach.asked[0].limit_s();
    let all_pairs = matches!(order.model, Model::PMedian | Model::PCentre);
    let times = pairs(&paced, &candidates, if all_pairs { f64::INFINITY } else { limit_s });
    if times.of.iter().all(Vec::is_empty) {
        return Err(NotSited::Access(AccessError::NoCandidate));
    }
    let weights: Vec<f64> = ground.homes.all.iter().map(|home| home.households).collect();
    let existing_s: Vec<f64> = reach.times[0].homes.iter().map(|time| time.seconds).collect();
    let answer = solve(&Problem {
        times: &times,
        weights: &weights,
        existing_s: &existing_s,
        limit_s,
        model: order.model,
        count: order.count,
        costs: None,
        budget: None,
        capacities: None,
        left_s: order.left_s,
    })
    .map_err(NotSited::Access)?;
    let (order, gains) = in_order(&answer.chosen, &times, &weights, &reach.covered, limit_s);
    let mut answer = answer;
    answer.chosen.clone_from(&order);
    let count = candidates.len();
    let chosen = order.into_iter().map(|number| candidates[number].clone()).collect();
    Ok(Sited { candidates: count, chosen, gains, answer })
}

/// Chosen candidates, the one that adds most first, with what each adds to those before it.
fn in_order(
    chosen: &[usize],
    times: &Times,
    weights: &[f64],
    covered: &[bool],
    limit_s: f64,
) -> (Vec<usize>, Vec<f64>) {
    let mut covered = covered.to_vec();
    let mut left: Vec<usize> = chosen.to_vec();
    let (mut order, mut gains) = (Vec::new(), Vec::new());
    let near = |candidate: usize| {
        times.of[candidate].iter().filter(move |(_, seconds)| within(f64::from(*seconds), limit_s))
    };
    while !left.is_empty() {
        let gain = |candidate: usize, covered: &[bool]| -> f64 {
            near(candidate)
                .filter(|(home, _)| !covered[*home as usize])
                .map(|(home, _)| weights[*home as usize])
                .sum()
        };
        let best = (0..left.len()).max_by(|a, b| {
            gain(left[*a], &covered).total_cmp(&gain(left[*b], &covered)).then(left[*b].cmp(&left[*a]))
        });
        let Some(at) = best else { break };
        let candidate = left.swap_remove(at);
        gains.push(gain(candidate, &covered));
        near(candidate).for_each(|(home, _)| covered[*home as usize] = true);
        order.push(candidate);
    }
    (order, gains)
}

/// The changes of a question with what was chosen.
pub fn with_chosen(question: &Question, chosen: &[Candidate]) -> Question {
    let mut with = question.clone();
    with.changes.extend(chosen.iter().map(|candidate| candidate.change.clone()));
    with
}
