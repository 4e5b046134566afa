//! `PATCH /api/v1/layers/{layer}/records/{id}`: a person changes one record; `POST /api/v1/changes`: many.

use std::sync::Arc;

use axum::http::{StatusCode, header};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value as Json};

use crate::api::answer::Answer;
use crate::api::app::App;
use crate::api::ask::Ask;
use crate::api::editing::{Act, Content, Deed, Done, Task, check_writable, commit, new_id};
use crate::api::ogc::offered_crs;
use crate::api::problem::Problem;
use crate::crs::Crs;
use crate::model::{Date, Layer, RecordId, SetKind};

/// What is to be changed.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub struct Edit {
    /// fields to set; null takes a value away
    #[serde(default)]
    #[schema(value_type = Object)]
    set: Map<String, Json>,
    /// GeoJSON; null takes the geometry away, absent leaves it
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Object)]
    geometry: Option<Json>,
    #[serde(flatten)]
    act: Act,
}

/// Keeps null apart from absent.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Json>, D::Error> {
    Json::deserialize(deserializer).map(Some)
}

/// The handler for one record.
pub fn patch(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    check_writable(app)?;
    let (layer, id) = (ask.layer()?, ask.record_id()?);
    let as_of = ask.date("as_of")?.unwrap_or_else(|| app.today());
    let Edit { set, geometry, act } = ask.json()?;
    let header = act.keyed(ask).header(app, SetKind::Edit)?;
    let held = ask.header(header::IF_MATCH).map(str::to_owned);
    let content = Content { set, geometry, crs: Crs::Crs84, merge: false };
    let committed = commit(app, header, &[Task { layer, id, as_of, held, deed: Deed::Patch(content) }])?;
    let etag = committed.one(|done| (done.layer, done.id) == (layer, id))?.etag.clone();
    let answer = Answer::json(&Done::with_tag(committed.revision, etag.clone()))?;
    Ok(match etag {
        Some(etag) => answer.with(header::ETAG, &etag),
        None => answer,
    })
}

/// Many changes as one change set, all or none.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub struct Changes {
    /// at least one, at most 1,000
    changes: Vec<OneChange>,
    /// coordinate system of all geometries, as in `crs` of a collection; CRS84 if absent
    #[serde(default)]
    crs: Option<String>,
    #[serde(flatten)]
    act: Act,
}

/// One of many changes.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OneChange {
    op: Verb,
    /// name of the layer
    layer: String,
    /// the record; of a new one a ULID of the client's choice, or none
    #[serde(default)]
    id: Option<String>,
    /// tag of the record that the change was decided on; all but `create` need it
    #[serde(default)]
    etag: Option<String>,
    /// the version that holds on that day, today if absent
    #[serde(default)]
    as_of: Option<String>,
    /// fields to set; null takes a value away
    #[serde(default)]
    #[schema(value_type = Object)]
    set: Map<String, Json>,
    /// GeoJSON; null takes the geometry away; absent leaves it, or in `create` and `replace` means none
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Object)]
    geometry: Option<Json>,
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Verb {
    /// a new record
    Create,
    /// all of it anew
    Replace,
    /// only what is given
    Patch,
    /// taken away
    Delete,
}

/// What was done.
#[derive(Serialize, utoipa::ToSchema)]
pub struct ChangesDone {
    /// the revision in which all of it stands
    revision: u64,
    /// in the order in which they were sent; those that changed nothing are left out
    changes: Vec<OneDone>,
}

/// What was done to one record.
#[derive(Serialize, utoipa::ToSchema)]
pub struct OneDone {
    /// insert, update or delete
    op: &'static str,
    layer: &'static str,
    id: String,
    /// its tag as it is now
    etag: Option<String>,
}

/// The most changes of one request.
const MOST: usize = 1000;

/// The handler for many.
pub fn changes(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    check_writable(app)?;
    let Changes { changes, crs, act } = ask.json()?;
    let header = act.keyed(ask).header(app, SetKind::Edit)?;
    if changes.is_empty() || changes.len() > MOST {
        return Err(bad_item("changes", 0, "应有 1 至 1000 项", "1 to 1000 items are expected"));
    }
    let crs = match crs {
        Some(text) => offered_crs(app, ask, "crs", &text)?,
        None => Crs::Crs84,
    };
    let tasks: Vec<Task> = changes
        .into_iter()
        .enumerate()
        .map(|(at, change)| task(app, at, change, &crs))
        .collect::<Result<_, _>>()?;
    let committed = commit(app, header, &tasks)?;
    let one = |done: &crate::api::editing::Outcome| OneDone {
        op: done.op.code(),
        layer: done.layer.name(),
        id: done.id.to_string(),
        etag: done.etag.clone(),
    };
    Answer::json(&ChangesDone {
        revision: committed.revision.0,
        changes: committed.shown().map(one).collect(),
    })
}

fn bad_item(field: &str, at: usize, zh: &str, en: &str) -> Problem {
    Problem::new(
        StatusCode::BAD_REQUEST,
        "changes.invalid",
        format!("第 {} 项的 {field} 不对：{zh}", at + 1),
        format!("{field} of item {} is wrong: {en}", at + 1),
    )
    .with("item", at)
    .with("field", field)
}

fn task(app: &App, at: usize, change: OneChange, crs: &Crs) -> Result<Task, Problem> {
    let OneChange { op, layer, id, etag, as_of, set, geometry } = change;
    let layer: Layer =
        layer.parse().map_err(|_| bad_item("layer", at, "没有这个图层", "there is no such layer"))?;
    let id: RecordId = match id {
        Some(id) => id.parse().map_err(|_| bad_item("id", at, "应为 ULID", "a ULID is expected"))?,
        None if op == Verb::Create => new_id(app),
        None => return Err(bad_item("id", at, "缺少", "it is missing")),
    };
    let as_of = match as_of {
        Some(day) => {
            day.parse::<Date>().map_err(|_| bad_item("as_of", at, "应为日期", "a day is expected"))?
        }
        None => app.today(),
    };
    let content = Content { set, geometry, crs: crs.clone(), merge: false };
    let deed = match op {
        Verb::Create => Deed::Create(content),
        Verb::Replace => Deed::Replace(content),
        Verb::Patch => Deed::Patch(content),
        Verb::Delete => Deed::Delete,
    };
    Ok(Task { layer, id, as_of, held: etag, deed })
}
