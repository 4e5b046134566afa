//! `PATCH /api/v1/layers/{layer}/records/{id}`: a person changes one record.

use std::sync::Arc;

use axum::http::{StatusCode, header};
use geo_types::Geometry;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value as Json};

use super::record::{content_tag, matches};
use crate::api::answer::Answer;
use crate::api::app::App;
use crate::api::ask::{Ask, unknown_record};
use crate::api::problem::Problem;
use crate::model::{
    Bilingual, Change, Date, FieldDef, Finding, Header, Layer, LayerDef, Period, Record, RecordId, Revision,
    Secrecy, SetKind, Severity, Spot, Value, geometry, vocab,
};
use crate::register::{CommitError, StoreError};
use crate::snapshot::Snapshot;

/// Who does it and why.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
pub struct Act {
    /// who, at most 100 characters
    by: String,
    /// why, at most 2,000 characters
    reason: String,
    /// number of the document that orders it
    #[serde(default)]
    document: Option<String>,
    /// chosen by the client: sending it again returns the first result
    #[serde(default)]
    idempotency_key: Option<String>,
}

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

/// What was done.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Done {
    /// the revision in which it stands
    revision: u64,
    /// tag of the record as it is now
    #[serde(skip_serializing_if = "Option::is_none")]
    etag: Option<String>,
}

impl Done {
    /// A revision without a record.
    pub fn at(revision: Revision) -> Self {
        Self { revision: revision.0, etag: None }
    }
}

impl Act {
    /// The head of its change set.
    pub fn header(&self, app: &App, kind: SetKind) -> Result<Header, Problem> {
        let lacking = |name: &str, text: &str, most: usize| {
            let length = text.trim().chars().count();
            if length == 0 || length > most {
                Err(Problem::new(
                    StatusCode::UNPROCESSABLE_ENTITY,
                    "act.incomplete",
                    format!("{name} 必填，且不超过 {most} 字。"),
                    format!("{name} must be given and have at most {most} characters."),
                )
                .with("field", name))
            } else {
                Ok(())
            }
        };
        lacking("by", &self.by, 100)?;
        lacking("reason", &self.reason, 2000)?;
        for (name, text) in [("document", &self.document), ("idempotency_key", &self.idempotency_key)] {
            if let Some(text) = text.as_deref().filter(|text| !text.trim().is_empty()) {
                lacking(name, text, 200)?;
            }
        }
        let clean = |text: &Option<String>| {
            text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
        };
        Ok(Header {
            kind,
            by: self.by.trim().to_owned(),
            verified: false,
            reason: self.reason.trim().to_owned(),
            document: clean(&self.document),
            at: timestamp(app.now_ms()),
            undoes: None,
            idempotency_key: clean(&self.idempotency_key),
            origin: None,
        })
    }
}

/// RFC 3339 in UTC with milliseconds.
pub fn timestamp(unix_ms: u64) -> String {
    let ms = i64::try_from(unix_ms).unwrap_or_default();
    jiff::Timestamp::from_millisecond(ms).map(|at| format!("{at:.3}")).unwrap_or_default()
}

/// Refuses where nothing may be changed.
pub fn check_writable(app: &App) -> Result<(), Problem> {
    if app.options.read_only {
        let problem = Problem::new(
            StatusCode::FORBIDDEN,
            "register.read_only",
            "服务器以只读方式运行，不能修改。",
            "The server runs read-only; nothing can be changed.",
        );
        return Err(problem.then("请联系管理员。", "Ask the administrator."));
    }
    Ok(())
}

/// The handler.
pub fn patch(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    check_writable(app)?;
    let (layer, id) = (ask.layer()?, ask.record_id()?);
    let as_of = ask.date("as_of")?.unwrap_or_else(|| app.today());
    let edit: Edit = ask.json()?;
    let header = edit.act.header(app, SetKind::Edit)?;
    if let Some(key) = &header.idempotency_key
        && let Some(revision) = app.register.find_request(key)?
    {
        return done(app, layer, id, as_of, revision);
    }
    let held = ask.header(header::IF_MATCH).ok_or_else(|| {
        Problem::new(
            StatusCode::PRECONDITION_REQUIRED,
            "edit.no_precondition",
            "修改记录须带 If-Match，说明是在哪个版本上改的。",
            "A change needs If-Match with the tag of the record it was decided on.",
        )
        .then("请先读取记录，把其 etag 放入 If-Match。", "Read the record first and send its etag.")
    })?;
    let decide = |snapshot: &Snapshot| -> Result<Vec<Change>, Problem> {
        let before = snapshot.layer(layer).get(id, as_of).filter(|r| r.secrecy <= app.options.show);
        let before = before.ok_or_else(unknown_record)?;
        let content = content_tag(before);
        if !matches(held, &content) {
            return Err(Problem::new(
                StatusCode::PRECONDITION_FAILED,
                "edit.overtaken",
                "打开之后这条记录已被别人修改，本次修改未生效。",
                "The record was changed after you read it; your change was not made.",
            )
            .then("请重新打开记录，核对后再改。", "Read it again, compare, and change it anew.")
            .with("etag", format!("\"{content}\"")));
        }
        let after = apply(snapshot, before, &edit)?;
        Ok(if after == **before { Vec::new() } else { vec![Change::update((**before).clone(), after)] })
    };
    match app.register.commit(header, decide) {
        Ok(head) => done(app, layer, id, as_of, head.revision),
        Err(CommitError::Store(StoreError::Repeated(revision))) => done(app, layer, id, as_of, revision),
        Err(error) => Err(error.into()),
    }
}

fn done(app: &App, layer: Layer, id: RecordId, as_of: Date, revision: Revision) -> Result<Answer, Problem> {
    let snapshot = app.register.snapshot();
    let versions = snapshot.layer(layer);
    let now = versions.get(id, as_of).or_else(|| versions.versions(id).next());
    let etag = now.map(|record| format!("\"{}\"", content_tag(record)));
    let answer = Answer::json(&Done { revision: revision.0, etag: etag.clone() })?;
    Ok(match etag {
        Some(etag) => answer.with(header::ETAG, &etag),
        None => answer,
    })
}

/// The record after the edit, or the findings that say what does not fit.
fn apply(snapshot: &Snapshot, before: &Record, edit: &Edit) -> Result<Record, Problem> {
    let mut after = before.clone();
    let mut findings = Vec::new();
    let mut period = (before.valid.from(), before.valid.to());
    for (name, json) in &edit.set {
        if let Err(what) = set_field(&mut after, &mut period, name, json) {
            findings.push(refusal("edit.field", name, before, what));
        }
    }
    match Period::new(period.0, period.1) {
        Ok(valid) => after.valid = valid,
        Err(_) => {
            let what = Bilingual::new("失效日期须晚于生效日期。", "The last day must come after the first.");
            findings.push(refusal("edit.period", "valid_to", before, what));
        }
    }
    let others = snapshot.layer(before.layer).versions(before.id).filter(|r| r.version != before.version);
    if after.valid != before.valid && others.into_iter().any(|other| overlap(other.valid, after.valid)) {
        let what = Bilingual::new(
            "该期间与这一对象的另一个版本重叠。",
            "The period overlaps that of another version of the same fact.",
        );
        findings.push(refusal("edit.period", "valid_from", before, what));
    }
    if let Some(json) = &edit.geometry {
        match new_geometry(before.layer, json) {
            Ok(geometry) => after.geometry = geometry.map(Arc::new),
            Err((rule, what)) => findings.push(refusal(rule, "geometry", before, what)),
        }
    }
    if findings.is_empty() { Ok(after) } else { Err(Problem::findings(&findings)) }
}

fn overlap(a: Period, b: Period) -> bool {
    let before = |end: Option<Date>, start: Option<Date>| match (end, start) {
        (Some(end), Some(start)) => end <= start,
        _ => false,
    };
    !before(a.to(), b.from()) && !before(b.to(), a.from())
}

fn refusal(rule: &str, field: &str, record: &Record, what: Bilingual) -> Finding {
    let spot = Spot {
        field: Some(field.to_owned()),
        record: Some(format!("{}/{}", record.layer.name(), record.id)),
        ..Spot::default()
    };
    let done = Bilingual::new("未修改。", "Nothing was changed.");
    Finding::new(rule, Severity::Error, spot, what, done)
}

fn set_field(
    record: &mut Record,
    period: &mut (Option<Date>, Option<Date>),
    name: &str,
    json: &Json,
) -> Result<(), Bilingual> {
    let def = record.layer.def();
    if name == "extra" {
        record.extra = match json {
            Json::Null => None,
            Json::Object(members) => Some(Box::new(members.clone())),
            _ => return Err(Bilingual::new("extra 应为对象。", "extra must be an object.")),
        };
        return Ok(());
    }
    let Some(field) = def.field(name) else {
        let short: String = name.chars().take(60).collect();
        return Err(Bilingual::new(format!("没有字段“{short}”。"), format!("There is no field {short:?}.")));
    };
    let title = def.field_title(name);
    let value = read_value(field, &title, json)?;
    let text = |value: Option<Value>| match value {
        Some(Value::Text(text)) => Some(text),
        _ => None,
    };
    let date = |value: Option<Value>| match value {
        Some(Value::Date(date)) => Some(date),
        _ => None,
    };
    match name {
        "code" => record.code = text(value),
        "source" => record.source = text(value).map(Arc::from),
        "remarks" => record.remarks = text(value),
        "secrecy" => record.secrecy = text(value).and_then(|t| Secrecy::from_code(&t)).unwrap_or_default(),
        "valid_from" => period.0 = date(value),
        "valid_to" => period.1 = date(value),
        _ => {
            if let Some(at) = def.index_of(name) {
                record.fields = record.fields.with(at, value);
            }
        }
    }
    Ok(())
}

fn read_value(field: &FieldDef, title: &Bilingual, json: &Json) -> Result<Option<Value>, Bilingual> {
    let value = Value::from_json(field.kind, json).map_err(|error| {
        Bilingual::new(format!("“{}”的值不对：{error}", title.zh), format!("{}: {error}", title.en))
    })?;
    match &value {
        None if field.required => Err(Bilingual::new(
            format!("“{}”必填，不能清空。", title.zh),
            format!("{} is required and cannot be taken away.", title.en),
        )),
        Some(value) if !LayerDef::admits(field, value) => {
            let list = field.list.unwrap_or_default();
            let words: Vec<&str> =
                vocab::list(list).values.iter().take(12).map(|v| v.code.as_str()).collect();
            Err(Bilingual::new(
                format!("“{}”的值不在代码表 {list} 中，可用：{}。", title.zh, words.join("、")),
                format!("{} is not in the code list {list}: {}.", title.en, words.join(", ")),
            ))
        }
        _ => Ok(value),
    }
}

fn new_geometry(layer: Layer, json: &Json) -> Result<Option<Geometry>, (&'static str, Bilingual)> {
    if layer == Layer::Division {
        return Err((
            "edit.division_geometry",
            Bilingual::new(
                "行政区划的界线与邻区共用，不能在这里单独修改。",
                "A division's border is shared with its neighbours and cannot be changed here.",
            ),
        ));
    }
    if json.is_null() {
        return Ok(None);
    }
    let bad = |error: &dyn std::fmt::Display| {
        (
            "edit.geometry",
            Bilingual::new(format!("图形不合要求：{error}"), format!("The geometry does not fit: {error}")),
        )
    };
    let read = serde_json::from_value::<geojson::Geometry>(json.clone()).map_err(|error| bad(&error))?;
    let plain = Geometry::try_from(read).map_err(|error| bad(&error))?;
    geometry::settle(plain, layer.def().geometry).map(Some).map_err(|error| bad(&error))
}
