//! Coverage of a class or of all required ones, and what changes make of it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::ask::{misshapen, reach_of};
use crate::access::Limit;
use crate::access::circle::{
    By, Capacity, Definition, Figures, Interval, Level, Part, Question, Reach, Site, Touched, UncoveredList,
    UnitFigures, by_unit, figures, tenth,
};
use crate::access::ground::Ground;
use crate::api::answer::Answer;
use crate::api::app::App;
use crate::api::ask::Ask;
use crate::api::problem::Problem;

/// Homes beyond reach in one answer at most.
const MOST_UNCOVERED: usize = 5_000;
/// Minutes of the bands.
const BANDS: [f64; 3] = [5.0, 10.0, 15.0];

/// What is asked.
#[derive(Deserialize, utoipa::ToSchema)]
pub struct CoverageOf {
    question: Question,
    /// parts of the answer: `homes`, `units`, `uncovered`, `straight`, `interval`; `units` and `interval` if absent
    #[serde(default)]
    with: Option<Vec<String>>,
    /// homes beyond reach that are listed, 200 if absent
    #[serde(default)]
    uncovered_limit: Option<usize>,
}

/// Coverage.
#[derive(Serialize, utoipa::ToSchema)]
pub struct CoverageDoc {
    revision: u64,
    date: String,
    definition: Definition,
    /// with the changes
    whole: Figures,
    /// without them, where there are any
    before: Option<Figures>,
    /// one class: households within 5, 10 and 15 minutes
    #[schema(value_type = Vec<Object>)]
    bands: Vec<Json>,
    interval: Option<Interval>,
    /// the same in a straight line
    straight: Option<Figures>,
    capacity: Option<Capacity>,
    streets: Option<Vec<UnitFigures>>,
    communities: Option<Vec<UnitFigures>>,
    /// several classes: each alone
    #[schema(value_type = Vec<Object>)]
    by_class: Vec<Json>,
    /// by home: `minutes`, `covered`, `was`, `nearest`
    #[schema(value_type = Option<Object>)]
    homes: Option<Json>,
    /// facilities: those that count, in the numbers of `nearest`, then those that do not
    #[schema(value_type = Vec<Object>)]
    facilities: Vec<Json>,
    uncovered: Option<UncoveredList>,
}

fn string(covered: &[bool]) -> String {
    covered.iter().map(|covered| if *covered { '1' } else { '0' }).collect()
}

/// Households within so many seconds of one class.
pub(super) fn households(ground: &Ground, reach: &Reach, class: usize, limit_s: f64) -> Part {
    let mut covered = 0.0;
    for (home, time) in ground.homes.all.iter().zip(&reach.times[class].homes) {
        if crate::access::is_within(time.seconds, limit_s) {
            covered += home.households;
        }
    }
    Part::of(covered, ground.households())
}

fn bands(ground: &Ground, reach: &Reach) -> Vec<Json> {
    let [asked] = reach.asked.as_slice() else { return Vec::new() };
    let limit_s = |minutes: f64| match asked.limit {
        Limit::Minutes(_) => minutes * 60.0,
        Limit::Metres(_) => minutes * 60.0 * asked.profile.speed_m_per_s,
    };
    let band = |minutes: &f64| json!({ "minutes": minutes, "households": households(ground, reach, 0, limit_s(*minutes)) });
    BANDS.iter().map(band).collect()
}

fn by_class(ground: &Ground, reach: &Reach) -> Vec<Json> {
    if reach.asked.len() < 2 {
        return Vec::new();
    }
    let one = |(class, asked): (usize, &crate::access::circle::Asked)| json!({ "class": asked.service.id, "households": households(ground, reach, class, asked.limit_s()) });
    reach.asked.iter().enumerate().map(one).collect()
}

fn homes(ground: &Ground, reach: &Reach, before: Option<&Reach>) -> Json {
    let count = ground.homes.all.len();
    let minutes: Vec<Option<f64>> = (0..count).map(|home| reach.minutes(home).map(tenth)).collect();
    let nearest: Vec<i64> = (0..count)
        .map(|home| reach.nearest(home).and_then(|at| i64::try_from(at).ok()).unwrap_or(-1))
        .collect();
    json!({
        "minutes": minutes,
        "covered": string(&reach.covered),
        "was": before.map(|before| string(&before.covered)),
        "nearest": nearest,
    })
}

/// Facilities of all classes that are asked for; those that count stand first, in the order of their numbers.
pub(super) fn facilities(ground: &Ground, reach: &Reach) -> Vec<Json> {
    let one = |class: &str, site: &Site, counts: bool| {
        let facility = site.facility.map(|number| &ground.facilities[number]);
        json!({
            "id": facility.map(|facility| facility.id().to_string()),
            "name": site.name,
            "class": class,
            "place": [site.at.x, site.at.y],
            "status": facility.map_or("planned", |facility| facility.status.as_str()),
            "counts": counts,
            "change": site.touched,
            "at": site.change,
        })
    };
    let all = reach.asked.iter().zip(&reach.situation.sites);
    let counting = all
        .clone()
        .flat_map(|(asked, sites)| sites.counting.iter().map(move |site| one(&asked.service.id, site, true)));
    let idle =
        all.flat_map(|(asked, sites)| sites.idle.iter().map(move |site| one(&asked.service.id, site, false)));
    counting.chain(idle).collect()
}

/// The answer to a question.
pub(super) fn document(
    app: &App,
    question: &Question,
    wants: &dyn Fn(&str) -> bool,
    most: usize,
) -> Result<CoverageDoc, Problem> {
    let (ground, reach) = reach_of(app, question)?;
    let ground = &*ground;
    let changed = !question.changes.is_empty();
    let before =
        if changed { Some(Reach::of(ground, &question.unchanged()).map_err(misshapen)?) } else { None };
    let before = before.as_ref();
    let straight = if wants("straight") {
        let straight = Question { measure: By::Straight, ..question.clone() };
        Some(figures(ground, &Reach::of(ground, &straight).map_err(misshapen)?))
    } else {
        None
    };
    let units = |level| wants("units").then(|| by_unit(ground, &reach, before, level));
    Ok(CoverageDoc {
        revision: ground.revision.0,
        date: ground.scope.day.to_string(),
        definition: Definition::of(ground, question, &reach),
        whole: figures(ground, &reach),
        before: before.map(|before| figures(ground, before)),
        bands: bands(ground, &reach),
        interval: wants("interval").then(|| reach.interval(ground)),
        straight,
        capacity: Capacity::of(ground, &reach),
        streets: units(Level::Street),
        communities: units(Level::Community),
        by_class: by_class(ground, &reach),
        homes: wants("homes").then(|| homes(ground, &reach, before)),
        facilities: facilities(ground, &reach),
        uncovered: wants("uncovered").then(|| UncoveredList::of(ground, &reach, most)),
    })
}

pub(super) fn coverage(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let CoverageOf { question, with, uncovered_limit } = ask.json()?;
    let with = with.unwrap_or_else(|| vec!["units".into(), "interval".into()]);
    let most = uncovered_limit.unwrap_or(200).min(MOST_UNCOVERED);
    Answer::json(&document(app, &question, &|part| with.iter().any(|word| word == part), most)?)
}

/// Whether a site was added for the question, by the number of its change.
pub(super) fn is_added(site: &Site, change: usize) -> bool {
    site.touched == Some(Touched::Added) && site.change == Some(change)
}
