//! A home or a facility clicked.

use std::sync::Arc;

use geo_types::Geometry;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::ask::{ground_of, misshapen, reach_of, single, unknown, wrong};
use super::coverage::is_added;
use crate::access::Limit;
use crate::access::circle::{
    By, From, Nearest, Paced, Question, Reach, Served, is_few, nearest_of_each, serves, tenth,
};
use crate::access::ground::Ground;
use crate::api::answer::Answer;
use crate::api::app::App;
use crate::api::ask::Ask;
use crate::api::problem::Problem;
use crate::api::wire::geometry_json;
use crate::network::{Mesh, outline, pieces};

/// A home, or a place.
#[derive(Deserialize, utoipa::ToSchema)]
pub struct HomeAsked {
    /// profile, own class's limit, count, date and changes are taken from it
    #[serde(default)]
    question: Question,
    /// number of the home
    #[serde(default)]
    home: Option<usize>,
    /// longitude and latitude
    #[serde(default)]
    place: Option<[f64; 2]>,
}

/// The nearest of each class.
#[derive(Serialize, utoipa::ToSchema)]
pub struct HomeDoc {
    place: [f64; 2],
    /// its compound's name
    name: Option<String>,
    /// null for a place, and where too few to be named
    households: Option<f64>,
    elders: Option<f64>,
    /// whether its compound's gate is assumed
    gateless: bool,
    /// whether no class is reached at all
    off_network: bool,
    /// one for each class, in the order of classes
    nearest: Vec<Nearest>,
}

/// A facility.
#[derive(Deserialize, utoipa::ToSchema)]
pub struct FacilityAsked {
    question: Question,
    /// its id
    #[serde(default)]
    facility: Option<String>,
    /// or the number of the change that adds it
    #[serde(default)]
    added: Option<usize>,
}

/// Whom a facility serves.
#[derive(Serialize, utoipa::ToSchema)]
pub struct FacilityDoc {
    id: Option<String>,
    name: String,
    class: String,
    place: [f64; 2],
    #[schema(value_type = Object)]
    limit: Limit,
    /// all within its reach
    within: Served,
    /// those for whom it is the nearest
    nearest: Served,
    /// those whom no other reaches
    alone: Served,
    #[schema(value_type = Option<Object>)]
    capacity: Option<Json>,
    /// homes within its reach
    homes: Vec<usize>,
    /// their minutes
    minutes: Vec<f64>,
    /// what is within its reach
    #[schema(value_type = Option<Object>)]
    outline: Option<Json>,
}

pub(super) fn home(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let HomeAsked { question, home, place } = ask.json()?;
    let ground = ground_of(app, &question)?;
    let at = match (home, place) {
        (Some(home), None) => From::Home(home),
        (None, Some([x, y])) if x.is_finite() && y.is_finite() && x.abs() <= 180.0 && y.abs() <= 90.0 => {
            From::Place(geo_types::Coord { x, y })
        }
        _ => return Err(wrong("home", "请给出住处编号或经纬度之一", "give a home's number, or a place")),
    };
    if matches!(at, From::Home(home) if home >= ground.homes.all.len()) {
        return Err(unknown());
    }
    let nearest = nearest_of_each(&ground, &question, at).map_err(misshapen)?;
    let own = match at {
        From::Home(home) => Some(&ground.homes.all[home]),
        From::Place(_) => None,
    };
    let yard = own.and_then(|home| home.yard).map(|yard| &ground.yards.yards[yard as usize]);
    let seen = own.filter(|home| !is_few(home.households, ground.scope.show));
    let place = match at {
        From::Home(home) => ground.homes.all[home].at,
        From::Place(at) => at,
    };
    Answer::json(&HomeDoc {
        place: [place.x, place.y],
        name: yard.map(|yard| yard.name.clone()).filter(|name| !name.is_empty()),
        households: seen.map(|home| tenth(home.households)),
        elders: seen.map(|home| tenth(home.elders)),
        gateless: yard.is_some_and(|yard| yard.assumed.is_some()),
        off_network: nearest.iter().all(|one| one.minutes.is_none()),
        nearest,
    })
}

pub(super) fn facility(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let FacilityAsked { question, facility, added } = ask.json()?;
    single(&question)?;
    let (ground, reach) = reach_of(app, &question)?;
    let sites = &reach.situation.sites[0].counting;
    let is = |site: &crate::access::circle::Site| match (&facility, added) {
        (Some(id), None) => {
            site.facility.is_some_and(|number| ground.facilities[number].id().to_string() == *id)
        }
        (None, Some(change)) => is_added(site, change),
        _ => false,
    };
    let site = sites.iter().position(is).ok_or_else(unknown)?;
    let serves = serves(&ground, &reach, site).map_err(misshapen)?;
    let own = &sites[site];
    let record = own.facility.map(|number| &ground.facilities[number]);
    let measure = reach.asked[0].service.capacity.as_ref();
    let capacity = measure.zip(record).and_then(|(measure, record)| {
        Some(json!({ "value": record.number(&measure.field)?, "unit": measure.unit }))
    });
    Answer::json(&FacilityDoc {
        id: record.map(|record| record.id().to_string()),
        name: own.name.clone(),
        class: question.class.clone(),
        place: [own.at.x, own.at.y],
        limit: reach.asked[0].limit,
        homes: serves.homes.iter().map(|(home, _)| *home).collect(),
        minutes: serves.homes.iter().map(|(_, minutes)| tenth(*minutes)).collect(),
        within: serves.within,
        nearest: serves.nearest,
        alone: serves.alone,
        capacity,
        outline: ring(&ground, &reach, site)?,
    })
}

/// The outline of what is within reach of one site.
fn ring(ground: &Ground, reach: &Reach, site: usize) -> Result<Option<Json>, Problem> {
    let asked = &reach.asked[0];
    let walked = ground.walked(&asked.pace());
    let (By::Network, Some((network, walked))) = (reach.by, ground.network.as_ref().zip(walked.as_deref()))
    else {
        return Ok(None);
    };
    let paced = Paced::new(ground, network, walked, &reach.situation.ways).map_err(misshapen)?;
    let (mut sources, _) = paced.sources(&reach.situation.sites[0].counting[site..=site]);
    let mesh = Mesh::new(network, &walked.walk);
    let shape = paced.search(&mut sources, asked.limit_s(), |reached, _| {
        outline(network, &mesh, &pieces(network, reached, asked.limit_s()))
    });
    Ok(Some(geometry_json(&Geometry::MultiPolygon(shape))))
}
