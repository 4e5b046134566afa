//! Where new facilities of a class belong on the ground of a register: candidates, the model solved, what it gains.

use geo::InteriorPoint as _;
use geo_types::Coord;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::question::{Asked, Change, Misshapen, Question, place};
use super::reach::Reach;
use super::situation::{Site, Touched, yard_at};
use super::times::Paced;
use crate::access::coverage::within;
use crate::access::ground::{Ground, Walked, defaults};
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
    /// what a facility costs at each of the points, in units of 10,000 yuan; the usual cost if absent
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub costs: Vec<f64>,
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
    /// what it costs, in units of 10,000 yuan
    pub cost: f64,
}

/// What came of a model.
#[derive(Clone, Debug, PartialEq)]
pub struct Sited {
    /// how many candidates there were
    pub candidates: usize,
    /// those that are chosen
    pub chosen: Vec<Candidate>,
    /// households that each adds, in order; of several classes, the mean
    pub gains: Vec<f64>,
    /// what was chosen as changes of the question, a site with several classes as one change for each
    pub changes: Vec<Change>,
    /// whether costs went into the model
    pub by_cost: bool,
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
        cost: defaults().costs.add,
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
            more: 0.0,
        },
    }
}

/// Candidates of a question.
///
/// # Errors
/// Points that are none, or too many.
pub fn candidates(ground: &Ground, reach: &Reach, wanted: &Candidates) -> Result<Vec<Candidate>, Misshapen> {
    let service: &Service = reach.asked[0].service;
    if wanted.from == From::Planned && reach.asked.len() > 1 {
        let (zh, en) = ("几类合设时候选点不能取规划设施", "planned facilities are of one class each");
        return Err(Misshapen::new("candidates", zh, en));
    }
    let fits = |cost: &f64| cost.is_finite() && *cost > 0.0;
    if !wanted.costs.is_empty()
        && (wanted.costs.len() != wanted.points.len() || !wanted.costs.iter().all(fits))
    {
        let (zh, en) = ("费用应与地点一一对应，都大于 0", "one cost above 0 for each point is expected");
        return Err(Misshapen::new("candidates", zh, en));
    }
    let found: Vec<Candidate> = match wanted.from {
        From::Points => {
            let title = if reach.asked.len() > 1 { "综合服务设施" } else { service.title.zh.as_str() };
            let one = |(number, point): (usize, &[f64; 2])| {
                let at = place(*point)?;
                let made = candidate(ground, at, yard_at(ground, at), format!("新设{title}"));
                Ok(Candidate { cost: wanted.costs.get(number).copied().unwrap_or(made.cost), ..made })
            };
            let points = wanted.points.iter().enumerate().take(MOST_CANDIDATES + 1);
            points.map(one).collect::<Result<_, Misshapen>>()?
        }
        From::Planned => {
            let idle = &reach.situation.sites[0].idle;
            let open = idle.iter().filter(|site| site.touched != Some(Touched::Closed));
            let one = |site: &Site| {
                let facility = site.facility?;
                let id = ground.facilities[facility].id().to_string();
                let compound = site.yard.map(|yard| ground.yards.yards[yard as usize].id.to_string());
                let change = Change::Run { facility: id };
                Some(Candidate { site: site.clone(), compound, change, cost: defaults().costs.run })
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

/// Seconds between candidates and homes, up to a limit; `None` where the time is over before the end.
pub fn pairs(
    paced: &Paced<'_>,
    candidates: &[Candidate],
    limit_s: f64,
    go_on: &(dyn Fn() -> bool + Sync),
) -> Option<Vec<Vec<(u32, f32)>>> {
    let one = |candidate: &Candidate| {
        let near = || paced.near(std::slice::from_ref(&candidate.site), limit_s);
        let seconds = |(home, seconds): (u32, f64)| (home, seconds as f32);
        go_on().then(|| near().into_iter().map(seconds).collect())
    };
    candidates.par_iter().map(one).collect()
}

/// What is asked of the solver.
pub struct Order<'a> {
    /// the model
    pub model: Model,
    /// how many new sites
    pub count: Option<usize>,
    /// most that may be spent, in units of 10,000 yuan
    pub budget: Option<f64>,
    /// most households that a new facility can serve
    pub capacity: Option<f64>,
    /// seconds that are left
    pub left_s: &'a (dyn Fn() -> f64 + Sync),
}

/// Homes of all classes one after the other, with their times to candidates and to what exists: shares of the limit
/// where sites are to be within it, so that classes with limits of their own stand side by side; else seconds.
struct Demand {
    times: Times,
    existing: Vec<f64>,
    weights: Vec<f64>,
    /// what is within reach, in what times are in
    reach: f64,
}

impl Demand {
    fn of(
        ground: &Ground,
        reach: &Reach,
        candidates: &[Candidate],
        order: &Order<'_>,
    ) -> Result<Self, NotSited> {
        let network = ground.network.as_ref().ok_or(NotSited::Access(AccessError::NoCandidate))?;
        let homes = &ground.homes.all;
        let classes = reach.asked.len();
        let all_pairs = matches!(order.model, Model::PMedian | Model::PCentre);
        let mut demand = Self {
            times: Times { demand: homes.len() * classes, of: vec![Vec::new(); candidates.len()] },
            existing: Vec::with_capacity(homes.len() * classes),
            weights: Vec::with_capacity(homes.len() * classes),
            reach: if all_pairs { reach.asked[0].limit_s() } else { 1.0 },
        };
        if all_pairs && homes.len().saturating_mul(candidates.len()) > MOST_PAIRS {
            return Err(NotSited::Access(AccessError::TooLarge(homes.len() * candidates.len())));
        }
        for (class, asked) in reach.asked.iter().enumerate() {
            let walked = ground.walked(&asked.pace()).ok_or(NotSited::Access(AccessError::NoCandidate))?;
            let walked: &Walked = &walked;
            let paced = Paced::new(ground, network, walked, &reach.situation.ways)?;
            let (limit_s, unit) =
                if all_pairs { (f64::INFINITY, 1.0) } else { (asked.limit_s(), asked.limit_s()) };
            let near = pairs(&paced, candidates, limit_s, &|| (order.left_s)() > 0.0)
                .ok_or(NotSited::Access(AccessError::OutOfTime))?;
            let first = (class * homes.len()) as u32;
            for (all, near) in demand.times.of.iter_mut().zip(near) {
                all.extend(near.into_iter().map(|(home, seconds)| (first + home, seconds / unit as f32)));
            }
            demand.existing.extend(reach.times[class].homes.iter().map(|time| time.seconds / unit));
            demand.weights.extend(homes.iter().map(|home| home.households / classes as f64));
        }
        Ok(demand)
    }
}

/// Most pairs of candidates and homes that are held.
const MOST_PAIRS: usize = 100_000_000;

/// Solves a model on the ground. Where several classes are asked for together, each new site has all of them, and a
/// household counts for the share of them that it reaches.
///
/// # Errors
/// There is no street; the model has no answer; the time is over before all candidates are looked at.
pub fn site(
    ground: &Ground,
    reach: &Reach,
    candidates: Vec<Candidate>,
    order: &Order<'_>,
) -> Result<Sited, NotSited> {
    let demand = Demand::of(ground, reach, &candidates, order)?;
    if demand.times.of.iter().all(Vec::is_empty) {
        return Err(NotSited::Access(AccessError::NoCandidate));
    }
    let costs: Vec<f64> = candidates.iter().map(|candidate| candidate.cost).collect();
    let alike = costs.windows(2).all(|pair| pair[0] == pair[1]);
    let by_cost = order.budget.is_some() || !alike && matches!(order.model, Model::Lscp { .. });
    let capacities: Option<Vec<f64>> = order.capacity.map(|most| vec![most; candidates.len()]);
    let mut answer = solve(&Problem {
        times: &demand.times,
        weights: &demand.weights,
        existing_s: &demand.existing,
        limit_s: demand.reach,
        model: order.model,
        count: order.count,
        costs: by_cost.then_some(costs.as_slice()),
        budget: order.budget,
        capacities: capacities.as_deref(),
        left_s: order.left_s,
    })
    .map_err(NotSited::Access)?;
    let (order, gains) = in_order(&answer.chosen, &demand);
    answer.chosen.clone_from(&order);
    // Homes that are beyond reach, once each, whichever class it is.
    let homes = ground.homes.all.len();
    answer.unreachable.iter_mut().for_each(|at| *at %= homes.max(1));
    answer.unreachable.sort_unstable();
    answer.unreachable.dedup();
    let count = candidates.len();
    let chosen: Vec<Candidate> = order.into_iter().map(|number| candidates[number].clone()).collect();
    let changes = chosen.iter().flat_map(|candidate| changes(candidate, &reach.asked)).collect();
    Ok(Sited { candidates: count, chosen, gains, changes, by_cost, answer })
}

/// A candidate as changes of a question: one for each class.
fn changes(candidate: &Candidate, asked: &[Asked]) -> Vec<Change> {
    match (&candidate.change, asked) {
        (Change::Add { place, name, .. }, [_, _, ..]) => {
            let one = |asked: &Asked| Change::Add {
                place: *place,
                class: Some(asked.service.id.clone()),
                name: name.clone(),
            };
            asked.iter().map(one).collect()
        }
        (change, _) => vec![change.clone()],
    }
}

/// Chosen candidates, the one that adds most first, with what each adds to those before it.
fn in_order(chosen: &[usize], demand: &Demand) -> (Vec<usize>, Vec<f64>) {
    let mut covered: Vec<bool> = demand.existing.iter().map(|time| within(*time, demand.reach)).collect();
    // Times are kept in four bytes.
    let most = (demand.reach * (1.0 + 1e-9)) as f32;
    let mut left: Vec<usize> = chosen.to_vec();
    let (mut order, mut gains) = (Vec::new(), Vec::new());
    let near = |candidate: usize| {
        let held = demand.times.of[candidate].iter();
        held.filter(|(_, time)| *time <= most).map(|(home, _)| *home as usize)
    };
    while !left.is_empty() {
        let gain = |candidate: usize, covered: &[bool]| -> f64 {
            near(candidate).filter(|home| !covered[*home]).map(|home| demand.weights[home]).sum()
        };
        let best = (0..left.len()).max_by(|a, b| {
            gain(left[*a], &covered).total_cmp(&gain(left[*b], &covered)).then(left[*b].cmp(&left[*a]))
        });
        let Some(at) = best else { break };
        let candidate = left.swap_remove(at);
        gains.push(gain(candidate, &covered));
        near(candidate).for_each(|home| covered[home] = true);
        order.push(candidate);
    }
    (order, gains)
}

/// A question with further changes.
pub fn with_changes(question: &Question, changes: &[Change]) -> Question {
    let mut with = question.clone();
    with.changes.extend_from_slice(changes);
    with
}
