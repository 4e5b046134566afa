//! `POST /api/v1/names/check`: what the law says of a name while it is typed; `GET /api/v1/names/{layer}/{id}/impact`:
//! what a renaming would touch.

use std::collections::BTreeMap;
use std::sync::Arc;

use geo_types::{Coord, Geometry, Point};
use serde::{Deserialize, Serialize};

use super::export::attached;
use crate::api::answer::Answer;
use crate::api::app::App;
use crate::api::ask::{Ask, unknown_record};
use crate::api::openapi::schemas::{Named, add};
use crate::api::problem::Problem;
use crate::api::route::{Param, Route, Verb};
use crate::api::view::View;
use crate::formats::{self, OutColumn, OutFeature, OutSchema};
use crate::model::{Bilingual, Language, Layer, RecordId};
use crate::names::checks::{CheckError, Decision, Measures, NameClass, Proposal, Proposed, propose};
use crate::names::impact::{self, Impact, Touch, Touched};

const SHEET: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const TO: Param =
    Param { name: "to", shape: "string", about: "拟改的名称 · the name that it would have" };

/// The routes.
pub const ROUTES: &[Route] = &[
    Route {
        method: Verb::Post,
        body: Some("NameQuestion"),
        ..Route::get(
            "/api/v1/names/check",
            "names",
            "核查拟用的名称，边输入边查 · what the law says of a name that is proposed",
            check,
        )
        .query(&[super::AS_OF, super::REVISION])
        .answers("NameAnswer")
    },
    Route::get(
        "/api/v1/names/{layer}/{id}/impact",
        "names",
        "更名会涉及什么：标志、门牌、地址、派生地名 · what a renaming would touch",
        touched,
    )
    .query(&[
        TO,
        Param { name: "offset", shape: "integer", about: "跳过条数 · how many to skip" },
        Param {
            name: "limit",
            shape: "integer",
            about: "条数，默认 200，至多 5000 · how many, 200, 5,000 at most",
        },
        Param {
            name: "format",
            shape: "string",
            about: "json（默认）或 geojson，后者用于图上 · json (if absent) or geojson, for the map",
        },
        super::AS_OF,
        super::REVISION,
    ])
    .answers("NameImpact"),
    Route {
        media: &[SHEET],
        ..Route::get(
            "/api/v1/names/{layer}/{id}/impact/export",
            "names",
            "更名涉及的清单和新旧对照表 · what a renaming would touch, as a workbook",
            export,
        )
        .query(&[TO, super::AS_OF, super::REVISION])
    },
];

/// Adds the schemas of what is sent here.
pub fn add_schemas(named: &mut Named) {
    add::<NameQuestion>(named);
    add::<NameAnswer>(named);
    add::<NameImpact>(named);
}

/// Characters of a name, papers and decisions at most.
const LONGEST: usize = 100;
const MOST: usize = 100;

/// A name that is proposed.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NameQuestion {
    name: String,
    /// by its generic term if absent
    #[serde(default)]
    class: Option<NameClass>,
    /// longitude and latitude
    #[serde(default)]
    at: Option<[f64; 2]>,
    /// code of the division that it lies in; by its place if absent
    #[serde(default)]
    division: Option<String>,
    /// the record that is to be called so
    #[serde(default)]
    renames: Option<RecordNamed>,
    #[serde(default)]
    measures: Measures,
    /// papers that are there; not looked at if absent
    #[serde(default)]
    papers: Option<Vec<String>>,
    /// who is to approve; not looked at if absent
    #[serde(default)]
    approver: Option<String>,
    /// its spelling; not looked at if absent
    #[serde(default)]
    roman: Option<String>,
    /// what people have decided
    #[serde(default)]
    decisions: Vec<Decision>,
    /// how many names that would pass are wanted, 10 at most
    #[serde(default)]
    free: usize,
}

/// A record.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordNamed {
    layer: String,
    id: String,
}

/// What is said of it.
#[derive(Serialize, utoipa::ToSchema)]
pub struct NameAnswer {
    revision: u64,
    as_of: String,
    /// version of the rules: sixteen hexadecimal digits
    rules: String,
    /// what people call its class
    class_title: Bilingual,
    #[serde(flatten)]
    proposed: Proposed,
}

fn failed(error: CheckError) -> Problem {
    Problem::internal(&error)
}

fn layer_of(name: &str) -> Result<Layer, Problem> {
    let found = Layer::ALL.iter().copied().find(|layer| layer.name() == name);
    found.ok_or_else(|| Problem::parameter("layer", "没有这个图层", "there is no such layer"))
}

impl NameQuestion {
    fn proposal(self) -> Result<Proposal, Problem> {
        let long =
            self.papers.as_ref().is_some_and(|papers| papers.len() > MOST) || self.decisions.len() > MOST;
        if self.name.trim().is_empty() || self.name.chars().count() > LONGEST || long {
            return Err(Problem::parameter(
                "name",
                "名称应为 1 至 100 字",
                "it must have 1 to 100 characters",
            ));
        }
        let placed = |[x, y]: [f64; 2]| {
            let sound = x.is_finite() && y.is_finite() && x.abs() <= 180.0 && y.abs() <= 90.0;
            let wrong = || Problem::parameter("at", "应为经度、纬度", "it must be longitude and latitude");
            sound.then(|| Geometry::from(Point(Coord { x, y }))).ok_or_else(wrong)
        };
        let renames = match self.renames {
            Some(RecordNamed { layer, id }) => {
                Some((layer_of(&layer)?, id.parse().map_err(|_| unknown_record())?))
            }
            None => None,
        };
        Ok(Proposal {
            name: self.name,
            class: self.class,
            geometry: self.at.map(placed).transpose()?,
            division: self.division.filter(|code| !code.trim().is_empty()),
            renames,
            measures: self.measures,
            papers: self.papers,
            approver: self.approver,
            roman: self.roman,
            decisions: self.decisions,
        })
    }
}

/// `POST /api/v1/names/check`
fn check(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let view = View::of(app, ask)?;
    let question: NameQuestion = ask.json()?;
    let wanted = question.free.min(10);
    let proposal = question.proposal()?;
    let inventory = app.boards.inventories.of(&app.register, &view)?;
    let rules = &app.boards.rules;
    let of = (&*view.snapshot, &*inventory);
    let proposed = propose(of, &proposal, rules, (view.as_of, view.show), wanted).map_err(failed)?;
    Answer::json(&NameAnswer {
        revision: view.revision().0,
        as_of: view.as_of.to_string(),
        rules: rules.version().to_owned(),
        class_title: proposed.class.title(),
        proposed,
    })
}

/// What a renaming touches.
#[derive(Serialize, utoipa::ToSchema)]
pub struct NameImpact {
    revision: u64,
    as_of: String,
    from: String,
    to: String,
    class: Option<NameClass>,
    /// how many texts in all
    total: usize,
    /// in how many records
    records: usize,
    /// by layer
    by_layer: Vec<LayerCount>,
    /// box round all that has a place: west, south, east, north
    bbox: Option<[f64; 4]>,
    /// by kind
    counts: BTreeMap<String, usize>,
    /// what people call the kinds
    #[schema(value_type = Object)]
    titles: BTreeMap<Touch, Bilingual>,
    touched: Vec<Touched>,
}

/// How many texts of a layer.
#[derive(Serialize, utoipa::ToSchema)]
pub struct LayerCount {
    layer: &'static str,
    title: Bilingual,
    count: usize,
}

/// Texts by layer, in the order of the layers.
fn by_layer(touched: &[Touched]) -> Vec<LayerCount> {
    let count = |layer: &Layer| touched.iter().filter(|one| one.layer == layer.name()).count();
    let one =
        |layer: &Layer| LayerCount { layer: layer.name(), title: layer.def().title(), count: count(layer) };
    Layer::ALL.iter().map(one).filter(|one| one.count > 0).collect()
}

fn bbox(touched: &[Touched]) -> Option<[f64; 4]> {
    let around = |all: [f64; 4], at: &[f64; 2]| {
        [all[0].min(at[0]), all[1].min(at[1]), all[2].max(at[0]), all[3].max(at[1])]
    };
    let mut places = touched.iter().filter_map(|one| one.at.as_ref());
    let first = places.next()?;
    Some(places.fold([first[0], first[1], first[0], first[1]], around))
}

/// What is touched as points for the map.
fn on_map(view: &View, impact: &Impact, (offset, limit): (usize, usize)) -> Result<Answer, Problem> {
    let features: Vec<serde_json::Value> = impact
        .touched
        .iter()
        .filter_map(|one| {
            let mut properties = serde_json::to_value(one).ok()?;
            let at = one.at?;
            properties.as_object_mut()?.remove("at");
            Some(serde_json::json!({
                "type": "Feature", "geometry": { "type": "Point", "coordinates": at }, "properties": properties,
            }))
        })
        .skip(offset)
        .take(limit)
        .collect();
    Answer::json_as(
        "application/geo+json",
        &serde_json::json!({
            "type": "FeatureCollection", "revision": view.revision().0, "from": impact.from, "to": impact.to,
            "total": impact.touched.iter().filter(|one| one.at.is_some()).count(), "features": features,
        }),
    )
}

fn impact_of(app: &Arc<App>, ask: &Ask) -> Result<(View, Impact), Problem> {
    let view = View::of(app, ask)?;
    let to = ask.param("to").map(str::trim).unwrap_or_default();
    if to.is_empty() || to.chars().count() > LONGEST {
        return Err(Problem::parameter("to", "应为拟改的名称", "it must be the name that it would have"));
    }
    let layer = layer_of(ask.segment("layer"))?;
    let id: RecordId = ask.segment("id").parse().map_err(|_| unknown_record())?;
    let inventory = app.boards.inventories.of(&app.register, &view)?;
    let of = (&*view.snapshot, &*inventory);
    let found = impact::impact(of, (layer, id), to, (view.as_of, view.show));
    let impact = found.map_err(|error| failed(error.into()))?.ok_or_else(unknown_record)?;
    Ok((view, impact))
}

/// `GET /api/v1/names/{layer}/{id}/impact`
fn touched(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let limit = ask.limit(200, 5_000)?;
    let offset = ask.parsed::<usize>("offset")?.unwrap_or(0);
    let (view, impact) = impact_of(app, ask)?;
    match ask.param("format").unwrap_or("json") {
        "json" => {}
        "geojson" => return on_map(&view, &impact, (offset, limit)),
        _ => return Err(Problem::parameter("format", "应为 json 或 geojson", "json or geojson is expected")),
    }
    let records: std::collections::HashSet<&str> =
        impact.touched.iter().map(|one| one.record.as_str()).collect();
    Answer::json(&NameImpact {
        records: records.len(),
        by_layer: by_layer(&impact.touched),
        bbox: bbox(&impact.touched),
        revision: view.revision().0,
        as_of: view.as_of.to_string(),
        from: impact.from,
        to: impact.to,
        class: impact.class,
        total: impact.counts.values().sum(),
        counts: impact.counts,
        titles: Touch::ALL.into_iter().map(|touch| (touch, touch.title())).collect(),
        touched: impact.touched.into_iter().skip(offset).take(limit).collect(),
    })
}

/// `GET /api/v1/names/{layer}/{id}/impact/export`
fn export(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let (_, found) = impact_of(app, ask)?;
    let internal = |error: &dyn std::fmt::Display| Problem::internal(error);
    let folder = tempfile::tempdir().map_err(|error| internal(&error))?;
    let path = folder.path().join("impact.xlsx");
    let name = if ask.language == Language::Zh { "更名对照" } else { "renaming" };
    let column = |(name, title, kind): (&str, Bilingual, _)| OutColumn {
        name: name.into(),
        title: Some(title.get(ask.language).to_owned()),
        kind,
    };
    let columns = impact::columns().into_iter().map(column).collect();
    let schema = OutSchema { name: name.into(), columns, crs: None, encoding: None };
    let mut sink = formats::create(&path, &schema).map_err(|error| internal(&error))?;
    for one in &found.touched {
        let values = impact::row(one, ask.language);
        sink.write(OutFeature { geometry: None, values }).map_err(|error| internal(&error))?;
    }
    sink.finish().map_err(|error| internal(&error))?;
    let bytes = std::fs::read(&path).map_err(|error| internal(&error))?;
    let file = format!("{name}-{}-{}.xlsx", found.from, found.to);
    let disposition = attached("renaming", &file);
    Ok(Answer::bytes(SHEET, bytes).with(axum::http::header::CONTENT_DISPOSITION, &disposition))
}
