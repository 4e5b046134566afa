//! `/api/v1/imports`: previews asked for, looked at, accepted or discarded.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Arc;

use axum::http::{StatusCode, header};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::jobs::{answer, id_of};
use crate::api::answer::Answer;
use crate::api::app::App;
use crate::api::ask::Ask;
use crate::api::editing::{Act, check_writable};
use crate::api::gate::allow_layer;
use crate::api::history::{FieldChange, field_changes};
use crate::api::problem::Problem;
use crate::api::route::{Param, Route, Verb};
use crate::api::wire::{geometry_json, write_geometry};
use crate::crs::Crs;
use crate::intake::{Placing, Refused};
use crate::jobs::import::{Acceptance, Changes, OnInvalid, PreviewParams, Shown, Unplaced};
use crate::jobs::import::{may_carry, other_datum};
use crate::jobs::{JobError, Work};
use crate::model::{Candidate, Change, Finding, Layer, Op, RecordId, SetKind};

const OFFSET: Param = Param { name: "offset", shape: "integer", about: "跳过条数 · how many to skip" };
const LIMIT: Param =
    Param { name: "limit", shape: "integer", about: "条数，至多 500 · how many, 500 at most" };

/// The routes.
pub const ROUTES: &[Route] = &[
    Route {
        method: Verb::Post,
        body: Some("ImportPreview"),
        status: 202,
        ..Route::get(
            "/api/v1/imports/preview",
            "imports",
            "预览一次导入，不写入 · preview an import, nothing is written",
            preview,
        )
        .answers("Job")
    },
    Route {
        method: Verb::Post,
        body: Some("Act"),
        status: 202,
        ..Route::get("/api/v1/imports/{id}/accept", "imports", "接受预览并写入 · accept a preview", accept)
            .answers("Job")
    },
    Route {
        method: Verb::Delete,
        status: 204,
        ..Route::get(
            "/api/v1/imports/{id}",
            "imports",
            "放弃预览及其文件 · discard a preview and its upload",
            discard,
        )
    },
    Route::get("/api/v1/imports/{id}/findings", "imports", "预览发现的问题 · findings", findings)
        .query(&[OFFSET, LIMIT])
        .answers("ImportFindings"),
    Route::get(
        "/api/v1/imports/{id}/unmatched",
        "imports",
        "没有对上记录的行及候选 · rows that found no record, with candidates",
        unmatched,
    )
    .query(&[OFFSET, LIMIT])
    .answers("ImportUnmatched"),
    Route::get(
        "/api/v1/imports/{id}/changes",
        "imports",
        "预览中的新增与变更 · what would be new or changed",
        changes,
    )
    .query(&[OFFSET, LIMIT, Param { name: "op", shape: "string", about: "new 或 changed · only these" }])
    .answers("ImportChanges"),
    Route {
        media: &["application/geo+json"],
        ..Route::get(
            "/api/v1/imports/{id}/features",
            "imports",
            "预览地图，至多 5000 个 · for the preview map, 5,000 at most",
            features,
        )
        .answers("FeatureCollection")
    },
    Route {
        media: &[XLSX],
        ..Route::get(
            "/api/v1/imports/{id}/refused.xlsx",
            "imports",
            "原表加“未导入原因”一列 · the rows with why they were not taken",
            refused,
        )
    },
];

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// What a preview is asked.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[schema(as = ImportPreview)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// the upload
    upload: String,
    /// which of its files, as in its sources
    file: String,
    /// layer within the file, as in its sources
    #[serde(default)]
    source_layer: Option<String>,
    /// into which layer
    layer: String,
    /// coordinate system, over what the file says
    #[serde(default)]
    crs: Option<String>,
    /// text encoding, where it is not found out rightly
    #[serde(default)]
    encoding: Option<String>,
    /// fields and the columns that fill them; an empty column leaves a field out
    #[serde(default)]
    map: BTreeMap<String, String>,
    /// fields and the values that all rows have in them, where a row does not say its own
    #[serde(default)]
    set: BTreeMap<String, String>,
    /// column by which records are recognised
    #[serde(default)]
    key: Option<String>,
    /// areas that cross themselves
    #[serde(default)]
    invalid: OnInvalid,
    /// whether rows only bring records up to date that are there, found by code or by division and name
    #[serde(default)]
    join: bool,
    /// of joined rows, by their number in the file, the id of the record that a person chose, or longitude and
    /// latitude in EPSG:4490 where the row is to be a new record
    #[serde(default)]
    #[schema(value_type = Object)]
    place: BTreeMap<String, Json>,
    /// whether lines are cut where they cross, bridges and tunnels excepted
    #[serde(default)]
    split_crossings: bool,
    /// divisions: neighbours that are not in the file follow borders that moved by up to so many metres
    #[serde(default)]
    carry_m: Option<f64>,
    /// of coordinates on Xi'an 1980 or Beijing 1954: `dx,dy,dz,rx,ry,rz,s` as the office has them, or `keep`
    #[serde(default)]
    datum: Option<String>,
    /// the source of new records; the file's name if absent
    #[serde(default)]
    source: Option<String>,
    /// the profile it was filled in from
    #[serde(default)]
    profile: Option<String>,
}

/// The longest text of an option.
const MOST_TEXT: usize = 500;

fn told(name: &str, text: Option<String>) -> Result<Option<String>, Problem> {
    let text = text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    match text {
        Some(text) if text.chars().count() > MOST_TEXT => {
            Err(Problem::parameter(name, "太长", "it is too long"))
        }
        text => Ok(text),
    }
}

/// Rows and what a person said of them.
fn placed(place: BTreeMap<String, Json>) -> Result<BTreeMap<String, Placing>, Problem> {
    let bad = || {
        Problem::parameter(
            "place",
            "应为行号，与记录标识或 [经度, 纬度]",
            "rows are expected, with the id of a record or [longitude, latitude]",
        )
    };
    let one = |(row, said): (String, Json)| {
        row.parse::<u64>().map_err(|_| bad())?;
        Ok((row, serde_json::from_value(said).map_err(|_| bad())?))
    };
    place.into_iter().map(one).collect()
}

/// Values for all rows: those that are none say nothing.
fn constants(set: BTreeMap<String, String>) -> Result<BTreeMap<String, String>, Problem> {
    let one = |(field, text): (String, String)| {
        let text = told("set", Some(text));
        text.map(|text| text.map(|text| (field, text))).transpose()
    };
    set.into_iter().filter_map(one).collect()
}

fn preview(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    check_writable(app)?;
    let asked: Asked = ask.json()?;
    let upload: RecordId = asked.upload.parse().map_err(|_| JobError::Unknown)?;
    let layer: Layer = asked.layer.parse().map_err(|_| {
        Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "layer.unknown",
            "没有这个图层。",
            "There is no such layer.",
        )
        .with("field", "layer")
    })?;
    allow_layer(&app.who, layer, &[])?;
    let crs = told("crs", asked.crs)?;
    if let Some(text) = &crs {
        text.parse::<Crs>().and_then(|crs| crs.check()).map_err(|error| {
            let said = error.sentence();
            Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "import.crs", said.zh, said.en)
                .with("field", "crs")
        })?;
    }
    if asked.carry_m.is_some_and(|metres| !may_carry(metres)) {
        return Err(Problem::parameter("carry_m", "应在 0 至 500 米之间", "it lies within 0 and 500 m"));
    }
    let datum = told("datum", asked.datum)?;
    if let Some(text) = &datum {
        other_datum(text).map_err(|error| {
            let said = error.sentence();
            Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "import.datum", said.zh, said.en)
                .with("field", "datum")
        })?;
    }
    if !app.jobs.upload(upload)?.sources.iter().any(|source| source.file == asked.file) {
        return Err(JobError::Unknown.into());
    }
    let params = PreviewParams {
        upload,
        file: asked.file,
        source_layer: asked.source_layer.filter(|layer| !layer.is_empty()),
        layer,
        crs,
        encoding: told("encoding", asked.encoding)?,
        map: asked.map,
        set: constants(asked.set)?,
        key: told("key", asked.key)?,
        invalid: asked.invalid,
        join: asked.join,
        place: placed(asked.place)?,
        split_crossings: asked.split_crossings,
        carry_m: asked.carry_m,
        datum,
        source: told("source", asked.source)?,
        profile: told("profile", asked.profile)?,
        as_of: app.today(),
    };
    answer(app, app.jobs.submit(Work::ImportPreview(params), None)?, StatusCode::ACCEPTED)
}

fn accept(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    check_writable(app)?;
    let act: Act = ask.json()?;
    let acceptance = Acceptance::from(act.keyed(ask).header(app, SetKind::Import)?);
    app.jobs.draft(id_of(ask)?)?.1.layer.parse().map_or(Ok(()), |layer| allow_layer(&app.who, layer, &[]))?;
    answer(app, app.jobs.accept(id_of(ask)?, acceptance)?, StatusCode::ACCEPTED)
}

fn discard(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    check_writable(app)?;
    app.jobs.discard(id_of(ask)?)?;
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// A page of findings.
#[derive(Serialize, utoipa::ToSchema)]
pub struct ImportFindings {
    /// how many different ones there are
    total: usize,
    #[schema(value_type = Vec<Object>)]
    findings: Vec<Placed>,
}

/// A finding, and where it is on the map.
#[derive(Serialize)]
struct Placed {
    #[serde(flatten)]
    finding: Finding,
    at: Option<[f64; 2]>,
}

fn page(ask: &Ask) -> Result<(usize, usize), Problem> {
    Ok((ask.parsed::<usize>("offset")?.unwrap_or(0), ask.limit(100, 500)?))
}

fn findings(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    check_writable(app)?;
    let (offset, limit) = page(ask)?;
    let id = id_of(ask)?;
    let mut all = app.jobs.draft_findings(id)?;
    let layer = app.jobs.draft(id)?.1.layer;
    all.retain_mut(|finding| {
        // A join is told of by the name of its record.
        let names_one = finding.rule.starts_with("import.joined") && !finding.candidates.is_empty();
        keep_shown(app, &layer, &mut finding.candidates);
        !names_one || !finding.candidates.is_empty()
    });
    // What must be mended comes first; among equals as in the file.
    all.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    let total = all.len();
    let placed = |finding: Finding| Placed { at: finding.spot.at, finding };
    Answer::json(&ImportFindings {
        total,
        findings: all.into_iter().skip(offset).take(limit).map(placed).collect(),
    })
}

/// A page of rows that found no record.
#[derive(Serialize, utoipa::ToSchema)]
pub struct ImportUnmatched {
    /// how many there are
    total: usize,
    #[schema(value_type = Vec<Object>)]
    rows: Vec<Unplaced>,
}

fn unmatched(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    check_writable(app)?;
    let (offset, limit) = page(ask)?;
    let id = id_of(ask)?;
    let all = app.jobs.draft_unplaced(id)?;
    let layer = app.jobs.draft(id)?.1.layer;
    let total = all.len();
    let mut rows: Vec<Unplaced> = all.into_iter().skip(offset).take(limit).collect();
    rows.iter_mut().for_each(|row| keep_shown(app, &layer, &mut row.candidates));
    Answer::json(&ImportUnmatched { total, rows })
}

/// Leaves out what may not be shown, or is gone since.
fn keep_shown(app: &App, layer: &str, candidates: &mut Vec<Candidate>) {
    let (Ok(layer), snapshot) = (layer.parse::<Layer>(), app.register.snapshot()) else { return };
    candidates.retain(|candidate| {
        let Ok(id) = candidate.id.parse::<RecordId>() else { return false };
        let mut versions = snapshot.layer(layer).versions(id).peekable();
        versions.peek().is_some() && versions.all(|record| record.secrecy <= app.options.show)
    });
}

/// A page of changes.
#[derive(Serialize, utoipa::ToSchema)]
pub struct ImportChanges {
    /// how many there are to be seen
    total: usize,
    changes: Vec<ImportChange>,
}

/// One record that would be new or changed.
#[derive(Serialize, utoipa::ToSchema)]
pub struct ImportChange {
    /// new or changed
    op: &'static str,
    id: String,
    label: Option<String>,
    code: Option<String>,
    /// fields that differ
    fields: Vec<FieldChange>,
    /// GeoJSON, as it would be
    #[schema(value_type = Object)]
    geometry: Option<Json>,
    /// whether the geometry differs
    geometry_changed: bool,
}

fn word(op: Op) -> &'static str {
    match op {
        Op::Insert => "new",
        Op::Update => "changed",
        Op::Delete => "gone",
    }
}

impl From<&Change> for ImportChange {
    fn from(change: &Change) -> Self {
        let record = change.after().or(change.before());
        let after = change.after().and_then(|record| record.geometry.as_deref());
        Self {
            op: word(change.op()),
            id: change.key().id.to_string(),
            label: record.and_then(|record| record.label()).map(str::to_owned),
            code: record.and_then(|record| record.code.as_deref()).map(str::to_owned),
            fields: field_changes(change),
            geometry: after.map(geometry_json),
            geometry_changed: crate::api::history::geometry_changed(change),
        }
    }
}

fn changes(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    check_writable(app)?;
    let (offset, limit) = page(ask)?;
    let op = match ask.param("op") {
        None => None,
        Some("new") => Some(Op::Insert),
        Some("changed") => Some(Op::Update),
        Some(_) => return Err(Problem::parameter("op", "应为 new 或 changed", "it is new or changed")),
    };
    let Some(mut kept) = app.jobs.draft_changes(id_of(ask)?, app.options.show, op)? else {
        return Answer::json(&ImportChanges { total: 0, changes: Vec::new() });
    };
    let wanted: Vec<Shown> = kept.shown().iter().skip(offset).take(limit).copied().collect();
    let mut found = Vec::with_capacity(wanted.len());
    for one in wanted {
        found.push(ImportChange::from(&kept.read(one)?));
    }
    Answer::json(&ImportChanges { total: kept.shown().len(), changes: found })
}

/// Features of the preview map.
const MOST_FEATURES: usize = 5000;
/// Bytes after which no more are sent.
const MOST_BYTES: usize = 48 << 20;

fn features(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    check_writable(app)?;
    let id = id_of(ask)?;
    let kept = app.jobs.draft_changes(id, app.options.show, None)?;
    let refused = app.jobs.draft_refused(id)?;
    Ok(Answer::written(
        "application/geo+json",
        Box::new(move |out| {
            out.write_all(b"{\"type\":\"FeatureCollection\",\"features\":[")?;
            let mut drawing = Drawing { out, bytes: 0, begun: false };
            if let Some(kept) = kept {
                drawing.changes(kept)?;
            }
            drawing.refused(&refused)?;
            out.write_all(b"]}")
        }),
    ))
}

struct Drawing<'a> {
    out: &'a mut dyn Write,
    bytes: usize,
    begun: bool,
}

impl Drawing<'_> {
    /// Evenly spread over all of them.
    fn changes(&mut self, mut kept: Changes) -> std::io::Result<()> {
        let shown: Vec<Shown> = kept.shown().to_vec();
        let step = shown.len().div_ceil(MOST_FEATURES).max(1);
        for one in shown.into_iter().step_by(step) {
            let change = kept.read(one).map_err(std::io::Error::other)?;
            let Some(record) = change.after() else { continue };
            let Some(shape) = record.geometry.as_deref() else { continue };
            let mut geometry = Vec::new();
            write_geometry(shape, &|c| c, &mut geometry);
            let properties = json!({
                "op": word(change.op()), "id": record.id.to_string(), "label": record.label(),
            });
            if !self.feature(&properties, &geometry)? {
                break;
            }
        }
        Ok(())
    }

    fn refused(&mut self, refused: &[Refused]) -> std::io::Result<()> {
        let placed: Vec<&Refused> = refused.iter().filter(|row| row.at.is_some()).collect();
        let step = placed.len().div_ceil(MOST_FEATURES / 5).max(1);
        for row in placed.into_iter().step_by(step) {
            let geometry = json!({ "type": "Point", "coordinates": row.at }).to_string();
            let properties = json!({ "op": "refused", "row": row.row, "why": row.why });
            if !self.feature(&properties, geometry.as_bytes())? {
                break;
            }
        }
        Ok(())
    }

    /// Whether there is room for more.
    fn feature(&mut self, properties: &Json, geometry: &[u8]) -> std::io::Result<bool> {
        if std::mem::replace(&mut self.begun, true) {
            self.out.write_all(b",")?;
        }
        write!(self.out, "{{\"type\":\"Feature\",\"properties\":{properties},\"geometry\":")?;
        self.out.write_all(geometry)?;
        self.out.write_all(b"}")?;
        self.bytes += geometry.len() + 100;
        Ok(self.bytes < MOST_BYTES)
    }
}

fn refused(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    check_writable(app)?;
    let bytes = app.jobs.refused_book(id_of(ask)?)?;
    // 未导入.xlsx, as RFC 8187 writes it.
    let name = "attachment; filename=\"refused.xlsx\"; filename*=UTF-8''%E6%9C%AA%E5%AF%BC%E5%85%A5.xlsx";
    Ok(Answer::bytes(XLSX, bytes).with(header::CONTENT_DISPOSITION, name))
}
