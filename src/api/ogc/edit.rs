//! OGC API Features Part 4: features are created, replaced, updated and deleted.
//!
//! Who does it and why stands in headers (`Change-By`, `Change-Reason`, `Change-Document`), the tag of
//! what it was decided on in `If-Match`, the coordinate system of the geometry in `Content-Crs`.

use std::sync::Arc;

use axum::http::{StatusCode, header};
use serde_json::{Map, Value as Json};

use super::items::CONTENT_CRS;
use super::links::origin;
use super::{collections, crs};
use crate::api::answer::Answer;
use crate::api::app::App;
use crate::api::ask::Ask;
use crate::api::editing::{Act, Content, Deed, Done, Task, check_writable, commit, new_id};
use crate::api::problem::Problem;
use crate::crs::Crs;
use crate::model::{Op, SetKind};

/// Members of a feature that say nothing of the record, or are looked at elsewhere.
const PASSED_OVER: &[&str] = &["type", "id", "properties", "geometry", "links", "bbox", "etag"];

/// `POST /ogc/collections/{layer}/items`
pub fn create(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    check_writable(app)?;
    let layer = ask.layer()?;
    let feature: Map<String, Json> = ask.json()?;
    let content = content(app, ask, &feature, false)?;
    let header = Act::from_headers(ask).header(app, SetKind::Edit)?;
    let id = match feature.get("id") {
        None | Some(Json::Null) => new_id(app),
        Some(id) => {
            let id = id.as_str().and_then(|id| id.parse().ok());
            id.ok_or_else(|| bad_body("id 应为 ULID，或不给", "id must be a ULID, or absent"))?
        }
    };
    let task = Task { layer, id, as_of: app.today(), held: None, deed: Deed::Create(content) };
    let committed = commit(app, header, &[task])?;
    let made = committed.one(|done| done.layer == layer && done.op == Op::Insert)?;
    let answer = Answer::json(&Done::with_tag(committed.revision, made.etag.clone()))?;
    let location = format!("{}/ogc/collections/{layer}/items/{}", origin(app, ask), made.id);
    let answer = Answer { status: StatusCode::CREATED, ..answer }.with(header::LOCATION, &location);
    Ok(tagged(answer, made.etag.as_deref()))
}

/// `PUT /ogc/collections/{layer}/items/{id}`
pub fn replace(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let feature = check_writable(app).and_then(|()| ask.json())?;
    change(app, ask, Deed::Replace(content(app, ask, &feature, false)?))
}

/// `PATCH /ogc/collections/{layer}/items/{id}` with a merge patch (RFC 7396) of the feature
pub fn update(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let feature = check_writable(app).and_then(|()| ask.json())?;
    change(app, ask, Deed::Patch(content(app, ask, &feature, true)?))
}

/// `DELETE /ogc/collections/{layer}/items/{id}`
pub fn delete(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    check_writable(app)?;
    change(app, ask, Deed::Delete)
}

fn change(app: &App, ask: &Ask, deed: Deed) -> Result<Answer, Problem> {
    let (layer, id) = (ask.layer()?, ask.record_id()?);
    let as_of = ask.date("as_of")?.unwrap_or_else(|| app.today());
    let header = Act::from_headers(ask).header(app, SetKind::Edit)?;
    let held = ask.header(header::IF_MATCH).map(str::to_owned);
    let committed = commit(app, header, &[Task { layer, id, as_of, held, deed }])?;
    let done = committed.one(|done| (done.layer, done.id) == (layer, id))?;
    let answer = Answer::json(&Done::with_tag(committed.revision, done.etag.clone()))?;
    Ok(tagged(answer, done.etag.as_deref()))
}

fn tagged(answer: Answer, etag: Option<&str>) -> Answer {
    match etag {
        Some(etag) => answer.with(header::ETAG, etag),
        None => answer,
    }
}

fn bad_body(zh: &str, en: &str) -> Problem {
    Problem::new(
        StatusCode::BAD_REQUEST,
        "body.invalid",
        format!("请求内容读不懂：{zh}"),
        format!("The body cannot be read: {en}"),
    )
}

/// What a feature, or a merge patch of one, says of the record.
fn content(app: &App, ask: &Ask, feature: &Map<String, Json>, merge: bool) -> Result<Content, Problem> {
    let is_feature = feature.get("type").is_none_or(|kind| kind == "Feature");
    if !is_feature || !merge && !feature.contains_key("type") {
        return Err(bad_body("应为 GeoJSON 的 Feature", "a Feature of GeoJSON is expected"));
    }
    // Of a member that nobody knows it would be wrong to say that it was taken in.
    if let Some(name) = feature.keys().find(|name| !PASSED_OVER.contains(&name.as_str())) {
        let short: String = name.chars().take(60).collect();
        return Err(bad_body(&format!("不认识成员“{short}”"), &format!("unknown member {short:?}")));
    }
    if let (Some(id), segment) = (feature.get("id"), ask.segment("id"))
        && !segment.is_empty()
        && id.as_str() != Some(segment)
    {
        return Err(bad_body("id 与地址不符", "the id is not that of the address"));
    }
    let set = match feature.get("properties") {
        Some(Json::Object(members)) => members.clone(),
        None => Map::new(),
        Some(Json::Null) if !merge => Map::new(),
        Some(_) => return Err(bad_body("properties 应为对象", "properties must be an object")),
    };
    let crs = match ask.header(CONTENT_CRS) {
        Some(text) => {
            offered_crs(app, ask, "Content-Crs", text.trim().trim_start_matches('<').trim_end_matches('>'))?
        }
        None => Crs::Crs84,
    };
    Ok(Content { set, geometry: feature.get("geometry").cloned(), crs, merge })
}

/// A coordinate system by its address, among those that are offered.
pub fn offered_crs(app: &App, ask: &Ask, name: &str, text: &str) -> Result<Crs, Problem> {
    crs::read(name, text, &crs::offered(collections::extent(app, ask)?))
}
