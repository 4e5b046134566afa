//! The life of a name in law: `GET /api/v1/names/{layer}/{id}/life`, one event more with `POST …/events`; dates as
//! people write them.

use std::sync::Arc;

use axum::http::{StatusCode, header};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::record::content_tag;
use crate::api::answer::Answer;
use crate::api::app::App;
use crate::api::ask::{Ask, unknown_record};
use crate::api::editing::{Act, Content, Deed, Task, check_writable, commit};
use crate::api::openapi::schemas::{Named, add};
use crate::api::problem::Problem;
use crate::api::route::{Param, Route, Verb};
use crate::api::view::View;
use crate::api::wire::geometry_json;
use crate::crs::Crs;
use crate::model::layers::NameEvent;
use crate::model::{Bilingual, Date, Layer, Record, RecordId, SetKind, Value, geometry, vocab};
use crate::names::life::{self, Life, title};
use crate::names::{NamesError, dates};

/// The routes.
pub const ROUTES: &[Route] = &[
    Route::get(
        "/api/v1/names/{layer}/{id}/life",
        "names",
        "一个地名实体的全部名称、法定事项和状态 · all names of a place, their events in law and status",
        life_of,
    )
    .query(&[super::AS_OF, super::REVISION])
    .answers("PlaceLife"),
    Route {
        method: Verb::Post,
        body: Some("NameEventNew"),
        ..Route::get(
            "/api/v1/names/{layer}/{id}/events",
            "names",
            "登记一件法定事项，状态随之而定 · one more event in law; the status follows",
            add_event,
        )
        .query(&[super::AS_OF])
        .answers("NameEventDone")
    },
    Route::get(
        "/api/v1/names/life",
        "names",
        "各状态下可登记的事项 · which events may follow which status",
        matrix,
    )
    .answers("NameLife"),
    Route::get(
        "/api/v1/names/dates",
        "names",
        "读出照原样写的日期（清光绪年间）所指的起止 · the days that a date as written may mean",
        date,
    )
    .query(&[Param { name: "text", shape: "string", about: "日期 · the date as written" }])
    .answers("DateRead"),
];

/// Adds the schemas of what is sent here.
pub fn add_schemas(named: &mut Named) {
    add::<PlaceLife>(named);
    add::<NameEventNew>(named);
    add::<NameEventDone>(named);
    add::<NameLife>(named);
    add::<DateRead>(named);
}

fn failed(error: NamesError) -> Problem {
    Problem::internal(&error)
}

fn titled(list: &str, code: Option<&str>) -> Option<Bilingual> {
    code.map(|code| title(list, code))
}

/// A place with all its names.
#[derive(Serialize, utoipa::ToSchema)]
pub struct PlaceLife {
    revision: u64,
    as_of: String,
    /// none where the name is of no place
    place: Option<PlaceDoc>,
    extents: Vec<ExtentDoc>,
    names: Vec<NameDoc>,
}

/// The place.
#[derive(Serialize, utoipa::ToSchema)]
pub struct PlaceDoc {
    id: String,
    etag: String,
    code: Option<String>,
    name: Option<String>,
    roman: Option<String>,
    category: Option<String>,
    category_title: Option<Bilingual>,
    place_code: Option<String>,
    /// `given`, or `pending` until the national database returns it
    code_state: &'static str,
    protection: Option<ProtectionDoc>,
    division_codes: Vec<String>,
    at: Option<[f64; 2]>,
}

/// Its entry in the protection list.
#[derive(Serialize, utoipa::ToSchema)]
pub struct ProtectionDoc {
    class: String,
    class_title: Bilingual,
    measures: Option<String>,
    listed: Option<String>,
    document: Option<String>,
}

/// A further geometry of it.
#[derive(Serialize, utoipa::ToSchema)]
pub struct ExtentDoc {
    id: String,
    kind: Option<String>,
    #[schema(value_type = Object)]
    geometry: Json,
}

/// One of its names.
#[derive(Serialize, utoipa::ToSchema)]
pub struct NameDoc {
    id: String,
    etag: String,
    code: Option<String>,
    text: String,
    kind: Option<String>,
    kind_title: Option<Bilingual>,
    status: Option<String>,
    status_title: Option<Bilingual>,
    /// whether the status follows from events
    by_events: bool,
    roman: Option<String>,
    pinyin_toned: Option<String>,
    reading_reviewed: Option<bool>,
    specific: Option<String>,
    generic: Option<String>,
    meaning: Option<String>,
    origin: Option<String>,
    history: Option<String>,
    legend: Option<String>,
    /// in the order of their days
    events: Vec<EventDoc>,
    /// those that may follow now
    next: Vec<StepDoc>,
}

/// One event.
#[derive(Serialize, utoipa::ToSchema)]
pub struct EventDoc {
    kind: String,
    kind_title: Bilingual,
    date: String,
    date_text: String,
    /// the first day that it may have been
    from: Option<String>,
    /// the last
    to: Option<String>,
    authority: String,
    document: String,
    note: String,
    /// status after it
    status: Option<String>,
}

/// An event that may follow.
#[derive(Serialize, utoipa::ToSchema)]
pub struct StepDoc {
    kind: String,
    title: Bilingual,
    /// the status after it; absent: it stays
    status: Option<String>,
    status_title: Option<Bilingual>,
    /// the statuses after which it may happen
    after: Vec<String>,
}

fn step(step: &life::Step) -> StepDoc {
    StepDoc {
        kind: step.kind.clone(),
        title: title("name_event", &step.kind),
        status: step.status.clone(),
        status_title: titled("name_status", step.status.as_deref()),
        after: step.after.clone(),
    }
}

fn text(record: &Record, field: &str) -> Option<String> {
    record.text(field).map(str::to_owned)
}

fn name_doc(life: &Life, record: &Record) -> NameDoc {
    let kind = record.text("kind");
    let events = life::events(record);
    let derived = life.status(kind, &events);
    let status = derived.clone().or_else(|| text(record, "status"));
    let day = |date: Option<Date>| date.map(|date| date.to_string());
    let one = |dated: life::Dated| EventDoc {
        kind_title: title("name_event", &dated.event.kind),
        kind: dated.event.kind,
        date: dated.event.date,
        date_text: dated.event.date_text,
        from: day(dated.from),
        to: day(dated.to),
        authority: dated.event.authority,
        document: dated.event.document,
        note: dated.event.note,
        status: dated.status,
    };
    NameDoc {
        id: record.id.to_string(),
        etag: content_tag(record),
        code: record.code.as_deref().map(str::to_owned),
        text: record.text("text").unwrap_or_default().to_owned(),
        kind_title: titled("name_kind", kind),
        kind: kind.map(str::to_owned),
        status_title: titled("name_status", status.as_deref()),
        by_events: derived.is_some(),
        roman: text(record, "roman"),
        pinyin_toned: text(record, "pinyin_toned"),
        reading_reviewed: record.get("reading_reviewed").map(|flag| flag == Value::Bool(true)),
        specific: text(record, "specific"),
        generic: text(record, "generic"),
        meaning: text(record, "meaning"),
        origin: text(record, "origin"),
        history: text(record, "history"),
        legend: text(record, "legend"),
        events: life.told(kind, &events).into_iter().map(one).collect(),
        next: life.next(status.as_deref()).map(step).collect(),
        status,
    }
}

fn place_doc(record: &Record) -> PlaceDoc {
    let code = text(record, "place_code").filter(|code| !code.trim().is_empty());
    let date = |field: &str| match record.get(field) {
        Some(Value::Date(date)) => Some(date.to_string()),
        _ => None,
    };
    let divisions = match record.get("division_codes") {
        Some(Value::List(json)) => serde_json::from_value(*json).unwrap_or_default(),
        _ => Vec::new(),
    };
    let at = record.geometry.as_deref().and_then(geometry::bounds).map(|bounds| bounds.center());
    PlaceDoc {
        id: record.id.to_string(),
        etag: content_tag(record),
        code: record.code.as_deref().map(str::to_owned),
        name: record.label().map(str::to_owned),
        roman: text(record, "roman"),
        category: text(record, "category"),
        category_title: titled("place_category", record.text("category")),
        code_state: if code.is_some() { "given" } else { "pending" },
        place_code: code,
        protection: text(record, "protection_class").map(|class| ProtectionDoc {
            class_title: title("protection_class", &class),
            class,
            measures: text(record, "protection_measures"),
            listed: date("protection_listed"),
            document: text(record, "protection_document"),
        }),
        division_codes: divisions,
        at: at.map(geometry::round).map(|at| [at.x, at.y]),
    }
}

/// `GET /api/v1/names/{layer}/{id}/life`
fn life_of(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let view = View::of(app, ask)?;
    let life = life::life().map_err(failed)?;
    let (layer, id) = (ask.layer()?, ask.record_id()?);
    let seen = |record: &&Arc<Record>| record.secrecy <= view.show && record.valid.contains(view.as_of);
    let held = |layer: Layer, id: RecordId| view.snapshot.layer(layer).get(id, view.as_of).filter(seen);
    let record = held(layer, id).ok_or_else(unknown_record)?;
    let place = match layer {
        Layer::Place => Some(id),
        Layer::Name => record.text("place_id").and_then(|id| id.parse().ok()),
        _ => return Err(Problem::parameter("layer", "应为 place 或 name", "place or name is expected")),
    };
    let place = place.and_then(|id| held(Layer::Place, id));
    let of_place = |layer: Layer| -> Vec<&Arc<Record>> {
        let Some(wanted) = place.map(|place| place.id.to_string()) else { return Vec::new() };
        let all = view.snapshot.layer(layer).iter().filter(seen);
        all.filter(|one| one.text("place_id") == Some(wanted.as_str())).collect()
    };
    let mut names = if place.is_some() { of_place(Layer::Name) } else { vec![record] };
    names.sort_by(|a, b| (&a.code, a.id).cmp(&(&b.code, b.id)));
    let extent = |one: &Arc<Record>| {
        let shape = one.geometry.as_deref()?;
        Some(ExtentDoc { id: one.id.to_string(), kind: text(one, "kind"), geometry: geometry_json(shape) })
    };
    Answer::json(&PlaceLife {
        revision: view.revision().0,
        as_of: view.as_of.to_string(),
        place: place.map(|place| place_doc(place)),
        extents: of_place(Layer::PlaceExtent).into_iter().filter_map(extent).collect(),
        names: names.into_iter().map(|name| name_doc(life, name)).collect(),
    })
}

/// One more event of a name.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub struct NameEventNew {
    /// code of the list `name_event`
    kind: String,
    /// day, if known to the day
    #[serde(default)]
    date: String,
    /// as people write it
    #[serde(default)]
    date_text: String,
    /// who decided
    #[serde(default)]
    authority: String,
    /// number of the paper that decided it
    #[serde(default)]
    document_no: String,
    #[serde(default)]
    note: String,
    #[serde(flatten)]
    act: Act,
}

/// What came of it.
#[derive(Serialize, utoipa::ToSchema)]
pub struct NameEventDone {
    revision: u64,
    etag: Option<String>,
    status: Option<String>,
    status_title: Option<Bilingual>,
}

/// `POST /api/v1/names/{layer}/{id}/events`
fn add_event(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    check_writable(app)?;
    let (layer, id) = (ask.layer()?, ask.record_id()?);
    if layer != Layer::Name {
        return Err(Problem::parameter("layer", "应为 name", "name is expected"));
    }
    let as_of = ask.date("as_of")?.unwrap_or_else(|| app.today());
    let new: NameEventNew = ask.json()?;
    let event = NameEvent {
        kind: new.kind,
        date: new.date.trim().to_owned(),
        date_text: new.date_text.trim().to_owned(),
        authority: new.authority,
        document: new.document_no,
        note: new.note,
        ..NameEvent::default()
    };
    let header = new.act.keyed(ask).header(app, SetKind::Edit)?;
    let life = life::life().map_err(failed)?;
    let snapshot = app.register.snapshot();
    let record = snapshot.layer(layer).get(id, as_of).filter(|record| record.secrecy <= app.options.show);
    let record = record.ok_or_else(unknown_record)?;
    let held = ask.header(header::IF_MATCH).map(str::to_owned);
    // An event that was sent already is no second one: the key finds it.
    let repeated = match &header.idempotency_key {
        Some(key) => app.register.find_request(key)?.is_some(),
        None => false,
    };
    if let Some(why) = life.refusal(record, &event).filter(|_| !repeated) {
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "name.event_order", why.zh, why.en)
            .then("请核对事项和日期。", "Look at the event and its date again.")
            .with("field", "kind"));
    }
    let after = life.with_event(record, event);
    let field = |name: &str| after.get(name).map_or(Json::Null, |value| value.to_json());
    let set =
        ["events", "status"].into_iter().map(|name| (name.to_owned(), field(name))).collect::<Map<_, _>>();
    let content = Content { set, geometry: None, crs: Crs::Crs84, merge: false };
    let committed = commit(app, header, &[Task { layer, id, as_of, held, deed: Deed::Patch(content) }])?;
    let etag = committed.one(|done| (done.layer, done.id) == (layer, id))?.etag.clone();
    let status = text(&after, "status");
    let done = NameEventDone {
        revision: committed.revision.0,
        etag: etag.clone(),
        status_title: titled("name_status", status.as_deref()),
        status,
    };
    let answer = Answer::json(&done)?;
    Ok(match etag {
        Some(etag) => answer.with(header::ETAG, &etag),
        None => answer,
    })
}

/// Which events may follow which status.
#[derive(Serialize, utoipa::ToSchema)]
pub struct NameLife {
    events: Vec<StepDoc>,
    statuses: Vec<StatusDoc>,
}

/// A status.
#[derive(Serialize, utoipa::ToSchema)]
pub struct StatusDoc {
    status: String,
    title: Bilingual,
}

/// `GET /api/v1/names/life`
fn matrix(_: &Arc<App>, _: &Ask) -> Result<Answer, Problem> {
    let life = life::life().map_err(failed)?;
    let statuses = vocab::list("name_status").values.iter();
    Answer::json(&NameLife {
        events: life.steps().iter().map(step).collect(),
        statuses: statuses
            .map(|value| StatusDoc { status: value.code.clone(), title: value.title.clone() })
            .collect(),
    })
}

/// A date as written and what it means.
#[derive(Serialize, utoipa::ToSchema)]
pub struct DateRead {
    text: String,
    /// whether it was understood
    read: bool,
    from: Option<String>,
    to: Option<String>,
    precision: Option<dates::Precision>,
}

/// `GET /api/v1/names/dates`
fn date(_: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let text: String = ask.param("text").unwrap_or_default().chars().take(100).collect();
    let read = dates::read(&text);
    let day =
        |of: fn(&dates::Interval) -> Option<Date>| read.as_ref().and_then(of).map(|date| date.to_string());
    Answer::json(&DateRead {
        read: read.is_some(),
        from: day(|read| read.from),
        to: day(|read| read.to),
        precision: read.map(|read| read.precision),
        text,
    })
}
