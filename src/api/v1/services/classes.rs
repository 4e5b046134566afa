//! What may be asked: classes, profiles, counts, targets; and the homes that answers number.

use std::sync::Arc;

use serde::Serialize;
use serde_json::{Value as Json, json};

use super::ask::{counts, ground, usual_count};
use crate::access::circle::{is_few, tenth};
use crate::access::ground::Passing;
use crate::access::services;
use crate::api::answer::Answer;
use crate::api::app::App;
use crate::api::ask::Ask;
use crate::api::problem::Problem;
use crate::api::view::View;
use crate::model::{Layer, RecordId, vocab};
use crate::network::{Profile, profiles};

/// Gates in one answer at most.
const MOST_GATES: usize = 500;
/// Parts cut off from the main network that are listed.
const MOST_PARTS: usize = 50;

/// What may be asked.
#[derive(Serialize, utoipa::ToSchema)]
pub struct ServiceClasses {
    /// classes in the order of lists, with how many facilities count and how many are in other states
    #[schema(value_type = Vec<Object>)]
    classes: Vec<Json>,
    /// which classes are asked for together
    #[schema(value_type = Object)]
    required: Json,
    /// who walks
    #[schema(value_type = Vec<Object>)]
    profiles: Vec<Json>,
    /// counts of households that the register has
    #[schema(value_type = Vec<Object>)]
    counts: Vec<Json>,
    /// the usual one
    count: String,
    /// today
    date: String,
    revision: u64,
    /// what plans want reached
    #[schema(value_type = Vec<Object>)]
    targets: Json,
}

/// Homes in columns of equal length.
#[derive(Serialize, utoipa::ToSchema)]
pub struct ServiceHomes {
    revision: u64,
    date: String,
    count: String,
    /// how many homes
    n: usize,
    lon: Vec<f64>,
    lat: Vec<f64>,
    /// households; 0 where too few to be named
    households: Vec<f64>,
    /// people of 60 and more, likewise
    elders: Vec<f64>,
    /// number of the compound, −1 for none
    compound: Vec<i64>,
    /// number of the community, −1 for none
    community: Vec<i64>,
    /// 1 where the compound's gate is assumed
    gateless: Vec<u8>,
    /// compounds that are numbered
    #[schema(value_type = Vec<Object>)]
    compounds: Vec<Json>,
    /// communities that are numbered
    #[schema(value_type = Vec<Object>)]
    communities: Vec<Json>,
    /// their subdistricts
    #[schema(value_type = Vec<Object>)]
    streets: Vec<Json>,
    /// what is off the network, estimated or assumed
    #[schema(value_type = Object)]
    notes: Json,
}

/// Gates that those on foot cannot use.
#[derive(Serialize, utoipa::ToSchema)]
pub struct ServiceGates {
    /// those of compounds with most households first
    #[schema(value_type = Vec<Object>)]
    gates: Vec<Json>,
}

pub(super) fn profile(profile: &Profile) -> Json {
    json!({
        "id": profile.name, "title": profile.title, "speed_m_per_s": profile.speed_m_per_s,
        "steps": profile.steps > 0.0, "basis": profile.basis,
    })
}

pub(super) fn classes(app: &Arc<App>, _: &Ask) -> Result<Answer, Problem> {
    let view = View::now(app);
    let mut states: std::collections::BTreeMap<(String, String), usize> = Default::default();
    for record in view.records(Layer::Facility).filter(|record| record.geometry.is_some()) {
        let word = |field: &str, usual: &str| record.text(field).unwrap_or(usual).to_owned();
        *states.entry((word("kind", ""), word("status", "running"))).or_default() += 1;
    }
    let class = |service: &crate::access::Service| {
        let mut one = json!(service);
        let (mut counting, mut others) = (0, serde_json::Map::new());
        for ((kind, status), count) in states.iter().filter(|((kind, _), _)| service.kinds.contains(kind)) {
            let _ = kind;
            if service.states.contains(status) {
                counting += count;
            } else {
                let known = others.get(status).and_then(Json::as_u64).unwrap_or(0);
                others.insert(status.clone(), json!(known + *count as u64));
            }
        }
        one["facilities"] = json!(counting);
        one["other_states"] = json!(others);
        one
    };
    let services = services();
    let required: Vec<&str> =
        services.classes.iter().filter(|class| class.required).map(|class| class.id.as_str()).collect();
    let mut levels: Vec<&str> =
        services.classes.iter().filter(|class| class.required).map(|class| class.level.as_str()).collect();
    levels.sort_by_key(|level| level.parse::<u32>().unwrap_or(0));
    levels.dedup();
    let title = |code: &str| vocab::list("household_kind").get(code).map(|value| value.title.clone());
    Answer::json(&ServiceClasses {
        classes: services.classes.iter().map(class).collect(),
        required: json!({ "classes": required, "levels": levels }),
        profiles: profiles().iter().map(profile).collect(),
        counts: counts(&view)
            .into_iter()
            .map(|(id, households)| json!({ "title": title(&id), "id": id, "households": households }))
            .collect(),
        count: usual_count(&view),
        date: view.as_of.to_string(),
        revision: view.revision().0,
        targets: json!(services.targets),
    })
}

pub(super) fn homes(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let ground = ground(app, ask.param("count"), ask.date("date")?)?;
    let homes = &ground.homes.all;
    let named = |number: f64, households: f64| {
        if is_few(households, ground.scope.show) { 0.0 } else { tenth(number) }
    };
    let six = |degrees: f64| (degrees * 1e6).round() / 1e6;
    let signed = |number: Option<u32>| number.map_or(-1, i64::from);
    let yards = &ground.yards.yards;
    let assumed = |yard: Option<u32>| yard.is_some_and(|yard| yards[yard as usize].assumed.is_some());
    let units = &ground.units;
    Answer::json(&ServiceHomes {
        revision: ground.revision.0,
        date: ground.scope.day.to_string(),
        count: ground.scope.count.clone(),
        n: homes.len(),
        lon: homes.iter().map(|home| six(home.at.x)).collect(),
        lat: homes.iter().map(|home| six(home.at.y)).collect(),
        households: homes.iter().map(|home| named(home.households, home.households)).collect(),
        elders: homes.iter().map(|home| named(home.elders, home.households)).collect(),
        compound: homes.iter().map(|home| signed(home.yard)).collect(),
        community: homes.iter().map(|home| signed(home.community)).collect(),
        gateless: homes.iter().map(|home| u8::from(assumed(home.yard))).collect(),
        compounds: yards.iter().map(|yard| json!({ "id": yard.id.to_string(), "name": yard.name })).collect(),
        communities: units
            .communities
            .iter()
            .map(|unit| {
                let street = unit.street.map(|at| &units.streets[at as usize].code);
                json!({ "code": unit.code, "name": unit.name, "street": street })
            })
            .collect(),
        streets: units.streets.iter().map(|unit| json!({ "code": unit.code, "name": unit.name })).collect(),
        notes: notes(&ground),
    })
}

/// What is off the network, estimated or assumed, by the pace of adults.
fn notes(ground: &crate::access::ground::Ground) -> Json {
    let walked = Profile::by_name("adult").ok().and_then(|profile| ground.walked(&profile));
    let off = walked.as_ref().map_or(ground.homes.all.len(), |walked| {
        let way = |home: usize| walked.way(ground, home);
        let off = |home: &usize| {
            let yard = ground.homes.all[*home].yard.map(|yard| &ground.yards.yards[yard as usize]);
            let by_door =
                yard.is_some_and(|yard| yard.doors.clone().any(|door| walked.doors[door].is_some()));
            match way(*home) {
                crate::access::ground::Way::Street => walked.homes[*home].is_none(),
                _ => !by_door,
            }
        };
        (0..ground.homes.all.len()).filter(off).count()
    });
    let islands = walked.as_ref().map(|walked| walked.walk.islands()).unwrap_or_default();
    let near =
        |node: u32| ground.network.as_ref().map(|network| network.nodes()[node as usize]).map(|c| [c.x, c.y]);
    let parts: Vec<Json> = islands
        .iter()
        .take(MOST_PARTS)
        .map(|part| json!({ "metres": part.length_m.round(), "near": near(part.node) }))
        .collect();
    json!({
        "off_network": off, "estimated_homes": ground.homes.estimated, "gateless_compounds": ground.yards.gateless(),
        "cut_off_parts": parts, "cut_off_count": islands.len(),
        "roads_walked": ground.roads.walked, "roads_closed": ground.roads.closed,
    })
}

pub(super) fn gates(app: &Arc<App>, _: &Ask) -> Result<Answer, Problem> {
    let ground = ground(app, None, None)?;
    let mut households = vec![0.0; ground.yards.yards.len()];
    for home in &ground.homes.all {
        if let Some(yard) = home.yard {
            households[yard as usize] += home.households;
        }
    }
    let shut = |door: &&crate::access::ground::Door| door.gate.is_some() && door.passing == Passing::Shut;
    let mut shut: Vec<&crate::access::ground::Door> = ground.yards.doors.iter().filter(shut).collect();
    shut.sort_by(|a, b| {
        households[b.yard as usize].total_cmp(&households[a.yard as usize]).then(a.gate.cmp(&b.gate))
    });
    let view = View::now(app);
    let kind = |gate: Option<RecordId>| {
        let record = view.snapshot.layer(Layer::Gate).get(gate?, view.as_of)?;
        record.text("kind").map(str::to_owned)
    };
    let one = |door: &&crate::access::ground::Door| {
        let yard = &ground.yards.yards[door.yard as usize];
        json!({
            "id": door.gate.map(|id| id.to_string()), "name": door.name, "compound": yard.id.to_string(),
            "compound_name": yard.name, "place": [door.at.x, door.at.y], "kind": kind(door.gate),
        })
    };
    Answer::json(&ServiceGates { gates: shut.iter().take(MOST_GATES).map(one).collect() })
}
