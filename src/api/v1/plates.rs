//! Door plates and signs before they are made: numbers along a street as a preview, signs that are missing. Nothing is
//! changed: an answer holds the changes to be sent to `/api/v1/changes`.

use std::sync::Arc;

use axum::http::StatusCode;
use geo_types::{Coord, Point};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};

use super::record::content_tag;
use crate::api::answer::Answer;
use crate::api::app::App;
use crate::api::ask::{Ask, unknown_record};
use crate::api::openapi::schemas::{Named, add};
use crate::api::problem::Problem;
use crate::api::route::{Param, Route, Verb};
use crate::api::view::View;
use crate::api::wire::geometry_json;
use crate::findings::severity_word;
use crate::model::layers::LayerStruct;
use crate::model::{Bilingual, Layer, RecordId, geometry};
use crate::names::plates::Streets;
use crate::names::plates::numbering::{self, Door, Kind, MOST_DOORS, Numbered, Numbering, Profile, State};
use crate::names::plates::signing;

const GEOJSON: &str = "application/geo+json";
/// Changes that one answer holds, as many as one request takes.
const MOST_CHANGES: usize = 1_000;

/// The routes.
pub const ROUTES: &[Route] = &[
    Route::get(
        "/api/v1/plates/profiles",
        "names",
        "门牌编号的各地做法 · presets of numbering by place",
        profiles,
    )
    .answers("NumberingProfiles"),
    Route {
        method: Verb::Post,
        body: Some("NumberingQuestion"),
        ..Route::get(
            "/api/v1/plates/numbering",
            "names",
            "沿一条路编门牌号，预览 · numbers for the doors along a street, as a preview",
            number,
        )
        .query(&[super::AS_OF, super::REVISION])
        .answers("NumberingAnswer")
    },
    Route {
        media: &[GEOJSON],
        ..Route::get(
            "/api/v1/signs/missing",
            "names",
            "起止点、交叉口缺少的标志，及拟设的标志 · signs that are missing, as proposals",
            missing,
        )
        .query(&[
            Param {
                name: "street", shape: "string", about: "道路代码或名称 · code or name of a street"
            },
            Param { name: "bbox", shape: "string", about: "西,南,东,北 · west,south,east,north" },
            Param { name: "offset", shape: "integer", about: "跳过条数 · how many to skip" },
            Param {
                name: "limit",
                shape: "integer",
                about: "条数，默认 200，至多 5000 · how many, 200, 5,000 at most",
            },
            super::AS_OF,
            super::REVISION,
        ])
    },
];

/// Adds the schemas of what is sent here.
pub fn add_schemas(named: &mut Named) {
    add::<NumberingProfiles>(named);
    add::<NumberingQuestion>(named);
    add::<NumberingAnswer>(named);
}

/// Presets of numbering.
#[derive(Serialize, utoipa::ToSchema)]
pub struct NumberingProfiles {
    /// the one that is used if none is named
    usual: Option<String>,
    profiles: Vec<ProfileDoc>,
}

/// A preset.
#[derive(Serialize, utoipa::ToSchema)]
pub struct ProfileDoc {
    id: String,
    title: Bilingual,
    /// `read` or `assumed`
    evidence: String,
    source: String,
    parameters: Numbering,
}

/// `GET /api/v1/plates/profiles`
fn profiles(app: &Arc<App>, _: &Ask) -> Result<Answer, Problem> {
    let internal = |error: crate::names::NamesError| Problem::internal(&error);
    let usual = numbering::profile_of(None, &app.boards.rules).map_err(internal)?;
    let one = |profile: &Profile| ProfileDoc {
        id: profile.id.clone(),
        title: profile.title.clone(),
        evidence: profile.evidence.clone(),
        source: profile.source.clone(),
        parameters: profile.numbering.clone(),
    };
    Answer::json(&NumberingProfiles {
        usual: usual.map(|profile| profile.id.clone()),
        profiles: numbering::profiles().map_err(internal)?.iter().map(one).collect(),
    })
}

/// What is to be numbered.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NumberingQuestion {
    /// code or name of a street
    #[serde(default)]
    street: Option<String>,
    /// or the id of one of its pieces
    #[serde(default)]
    street_id: Option<String>,
    /// or the id of a compound, whose buildings are numbered in rows
    #[serde(default)]
    compound_id: Option<String>,
    /// a preset, the office's if absent
    #[serde(default)]
    profile: Option<String>,
    /// parameters other than the preset's
    #[serde(default)]
    #[schema(value_type = Object)]
    parameters: Map<String, Json>,
    /// doors besides the plates that are there; absent: the plates, else gates and buildings beside the street
    #[serde(default)]
    doors: Option<Vec<DoorIn>>,
}

/// A door.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DoorIn {
    /// what it is called here
    #[serde(default)]
    id: Option<String>,
    /// longitude and latitude
    at: [f64; 2],
    #[serde(default)]
    kind: Kind,
    /// the compound that it belongs to
    #[serde(default)]
    compound: Option<String>,
}

/// A preview.
#[derive(Serialize, utoipa::ToSchema)]
pub struct NumberingAnswer {
    revision: u64,
    as_of: String,
    /// absent for a compound
    street: Option<StreetDoc>,
    parameters: Numbering,
    plates: Vec<Numbered>,
    /// how many, by what becomes of them
    #[schema(value_type = Object)]
    counts: Json,
    /// what D01 to D03 say of the result; none is good
    findings: Vec<NumberingFinding>,
    /// for `/api/v1/changes`, at most 1,000
    #[schema(value_type = Vec<Object>)]
    changes: Vec<Json>,
}

/// The street from its origin on.
#[derive(Serialize, utoipa::ToSchema)]
pub struct StreetDoc {
    code: Option<String>,
    name: String,
    length_m: f64,
    origin: Option<[f64; 2]>,
    #[schema(value_type = Object)]
    line: Json,
    /// `east_west` or `north_south`
    heading: &'static str,
}

/// A finding about the result.
#[derive(Serialize, utoipa::ToSchema)]
pub struct NumberingFinding {
    rule: String,
    severity: &'static str,
    what: Bilingual,
    /// the plate that it is about
    number: Option<String>,
    at: Option<[f64; 2]>,
}

fn misshapen(error: &numbering::NumberingError) -> Problem {
    let Bilingual { zh, en } = error.sentence();
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "numbering.impossible", zh, en)
}

/// The parameters of a preset with what is asked for otherwise.
fn parameters(app: &App, question: &NumberingQuestion) -> Result<Numbering, Problem> {
    let profile = numbering::profile_of(question.profile.as_deref(), &app.boards.rules);
    let profile = profile
        .map_err(|error| Problem::internal(&error))?
        .ok_or_else(|| Problem::parameter("profile", "没有这种编号做法", "there is no such preset"))?;
    let mut all = serde_json::to_value(&profile.numbering).map_err(|error| Problem::internal(&error))?;
    for (name, value) in &question.parameters {
        if all.get(name).is_none() && name != "origin_at" {
            return Err(Problem::parameter("parameters", "没有这个参数", "there is no such parameter"));
        }
        all[name] = value.clone();
    }
    serde_json::from_value(all).map_err(|error| {
        Problem::parameter("parameters", "参数的值不对", &format!("a value is wrong: {error}"))
    })
}

fn coord([x, y]: [f64; 2]) -> Result<Coord, Problem> {
    let sound = x.is_finite() && y.is_finite() && x.abs() <= 180.0 && y.abs() <= 90.0;
    let wrong = || Problem::parameter("at", "应为经度、纬度", "it must be longitude and latitude");
    sound.then_some(geometry::round(Coord { x, y })).ok_or_else(wrong)
}

/// `POST /api/v1/plates/numbering`
fn number(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let view = View::of(app, ask)?;
    let mut question: NumberingQuestion = ask.json()?;
    let wanted = parameters(app, &question)?;
    let given = question.doors.take().map(|doors| {
        if doors.len() > MOST_DOORS {
            return Err(misshapen(&numbering::NumberingError::TooMany));
        }
        let door = |door: DoorIn| {
            let DoorIn { id, at, kind, compound } = door;
            Ok(Door { id, at: coord(at)?, kind, compound, ..Door::default() })
        };
        doors.into_iter().map(door).collect::<Result<Vec<Door>, Problem>>()
    });
    let given = given.transpose()?;
    let streets = Streets::of(&view.snapshot, view.as_of);
    let rules = &app.boards.rules;
    if let Some(id) = &question.compound_id {
        let id: RecordId = id.parse().map_err(|_| unknown_record())?;
        let compound = view.record(Layer::Compound, id)?;
        let preview =
            numbering::number_compound(&streets, compound, &wanted).map_err(|error| misshapen(&error))?;
        return answer(&view, (wanted, preview), None);
    }
    let by_id = || {
        let id: RecordId = question.street_id.as_deref()?.parse().ok()?;
        streets.all.iter().find(|street| street.pieces.iter().any(|piece| piece.id == id))
    };
    let named = || {
        let word = question.street.as_deref()?.trim();
        streets.by_code(word).or_else(|| streets.by_name(word))
    };
    let street = named().or_else(by_id);
    let street = street.filter(|street| street.pieces.iter().all(|piece| piece.secrecy <= view.show));
    let street = street.ok_or_else(unknown_record)?;
    let preview =
        numbering::number(&streets, street, &wanted, given, rules).map_err(|error| misshapen(&error))?;
    answer(&view, (wanted, preview), Some(street))
}

fn answer(
    view: &View,
    (parameters, mut preview): (Numbering, numbering::Preview),
    street: Option<&crate::names::plates::Street<'_>>,
) -> Result<Answer, Problem> {
    // What is not shown counts, but is not told.
    let told = |layer: Layer, id: RecordId| {
        view.snapshot.layer(layer).versions(id).all(|record| record.secrecy <= view.show)
    };
    let door = |id: &str| id.parse().is_ok_and(|id| !told(Layer::Gate, id) || !told(Layer::Building, id));
    preview.plates.retain(|plate| {
        plate.plate.is_none_or(|id| told(Layer::DoorPlate, id)) && !plate.door.as_deref().is_some_and(door)
    });
    preview.findings.retain(|noticed| {
        told(noticed.layer, noticed.id) && noticed.others.iter().all(|(layer, id)| told(*layer, *id))
    });
    let mut counts = Map::new();
    for state in [State::New, State::Kept, State::Changed, State::Reserved, State::Shared] {
        let word = serde_json::to_value(state).ok().and_then(|word| word.as_str().map(str::to_owned));
        let many = preview.plates.iter().filter(|plate| plate.state == state).count();
        counts.insert(word.unwrap_or_default(), many.into());
    }
    let course = preview.course.as_ref().zip(street).map(|(course, street)| StreetDoc {
        code: street.pieces.iter().find_map(|piece| piece.code.as_deref()).map(str::to_owned),
        name: street.name.clone(),
        length_m: (course.length_m * 10.0).round() / 10.0,
        origin: course.line.first().map(|at| [at.x, at.y]),
        line: geometry_json(&geo_types::LineString(course.line.clone()).into()),
        heading: if course.east_west { "east_west" } else { "north_south" },
    });
    let findings = preview.findings.iter().map(|noticed| NumberingFinding {
        rule: noticed.finding.rule.clone(),
        severity: severity_word(noticed.finding.severity),
        what: noticed.finding.what.clone(),
        number: noticed.name.clone(),
        at: noticed.finding.spot.at,
    });
    let changes = street.map_or_else(Vec::new, |street| changes(view, street, &preview.plates));
    Answer::json(&NumberingAnswer {
        revision: view.revision().0,
        as_of: view.as_of.to_string(),
        street: course,
        parameters,
        findings: findings.collect(),
        changes,
        counts: counts.into(),
        plates: preview.plates,
    })
}

/// The set members of a typed record: what it has, by name.
fn members<T: LayerStruct>(of: T) -> Map<String, Json> {
    let fields = of.into_fields();
    let def = T::LAYER.def();
    fields
        .iter()
        .filter_map(|(at, value)| Some((def.fields.get(at)?.name.to_owned(), value.to_json())))
        .collect()
}

fn changes(view: &View, street: &crate::names::plates::Street<'_>, plates: &[Numbered]) -> Vec<Json> {
    let changed = plates.iter().filter(|plate| !matches!(plate.state, State::Kept | State::Shared));
    changed
        .take(MOST_CHANGES)
        .filter_map(|plate| {
            let mut set = members(plate.as_plate(street));
            match plate.plate {
                None => {
                    set.insert("full_address".to_owned(), format!("{}{}", street.name, plate.text).into());
                    let point = geometry_json(&Point::new(plate.at[0], plate.at[1]).into());
                    Some(json!({ "op": "create", "layer": "door_plate", "set": set, "geometry": point }))
                }
                Some(id) => {
                    let record = view.snapshot.layer(Layer::DoorPlate).get(id, view.as_of)?;
                    if record.secrecy > view.show {
                        return None;
                    }
                    set.entry("sub_no").or_insert(Json::Null);
                    let etag = format!("\"{}\"", content_tag(record));
                    if plate.state == State::New {
                        // A number that was in reserve moves to its door.
                        let address = format!("{}{}", street.name, plate.text);
                        set.insert("full_address".to_owned(), address.into());
                        let point = geometry_json(&Point::new(plate.at[0], plate.at[1]).into());
                        return Some(json!({
                            "op": "patch", "layer": "door_plate", "id": id.to_string(), "etag": etag, "set": set,
                            "geometry": point,
                        }));
                    }
                    // The concordance of old and new (D04).
                    let was = plate.was.clone().unwrap_or_default();
                    let address = record.text("full_address").map(str::to_owned);
                    set.insert(
                        "original_address".to_owned(),
                        address.clone().unwrap_or_else(|| format!("{}{was}", street.name)).into(),
                    );
                    let old = record.text("plate_no").unwrap_or_default();
                    if let Some(address) = address.filter(|_| !old.is_empty()) {
                        let new = match address.rfind(old) {
                            Some(at) => format!("{}{}{}", &address[..at], plate.text, &address[at + old.len()..]),
                            None => format!("{}{}", street.name, plate.text),
                        };
                        set.insert("full_address".to_owned(), new.into());
                    }
                    Some(json!({
                        "op": "patch", "layer": "door_plate", "id": id.to_string(),
                        "etag": format!("\"{}\"", content_tag(record)), "set": set,
                    }))
                }
            }
        })
        .collect()
}

/// `GET /api/v1/signs/missing`
fn missing(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let view = View::of(app, ask)?;
    let limit = ask.limit(200, 5_000)?;
    let offset = ask.parsed::<usize>("offset")?.unwrap_or(0);
    let window = ask.param("bbox").map(|text| {
        let numbers: Vec<f64> = text.split(',').filter_map(|part| part.trim().parse().ok()).collect();
        <[f64; 4]>::try_from(numbers)
            .map_err(|_| Problem::parameter("bbox", "应为西,南,东,北", "west,south,east,north is expected"))
    });
    let window = window.transpose()?;
    let streets = Streets::of(&view.snapshot, view.as_of);
    let only = ask.param("street").map(str::trim).filter(|word| !word.is_empty());
    let mut all = signing::missing(&streets, &app.boards.rules, only, view.show)
        .map_err(|error| Problem::internal(&error))?;
    if let Some([west, south, east, north]) = window {
        all.retain(|one| (west..=east).contains(&one.at.x) && (south..=north).contains(&one.at.y));
    }
    let names: std::collections::BTreeSet<&str> = all.iter().map(|one| one.sign.text.as_str()).collect();
    let (total, many) = (all.len(), names.len());
    let features: Vec<Json> = all
        .into_iter()
        .skip(offset)
        .take(limit)
        .map(|one| {
            let sign = one.sign.clone();
            let point = geometry_json(&Point(one.at).into());
            let change =
                json!({ "op": "create", "layer": "sign", "set": members(one.sign), "geometry": point.clone() });
            json!({
                "type": "Feature", "geometry": point,
                "properties": {
                    "street": sign.text, "code": one.code, "at": one.place.word(), "crossing": one.crossing,
                    "text": sign.text, "roman": sign.roman, "direction": sign.direction, "kind": sign.kind,
                    "facing_deg": sign.facing_deg, "change": change,
                },
            })
        })
        .collect();
    Answer::json_as(
        GEOJSON,
        &json!({
            "type": "FeatureCollection", "revision": view.revision().0, "as_of": view.as_of.to_string(),
            "total": total, "streets": many, "features": features,
        }),
    )
}
