//! `/api/v1/layers/{layer}/records/{id}/media`: the pictures and papers of a record: what it lists, each of them, one
//! more, one less.
//!
//! A file is kept first; that a record lists it, or no more, is a change set like any other.

use std::sync::Arc;

use axum::http::{StatusCode, header};
use serde::Serialize;
use serde_json::{Map, Value as Json, json};

use super::{WHEN, content_tag, matches};
use crate::api::answer::{Answer, holds, not_modified};
use crate::api::app::App;
use crate::api::ask::Ask;
use crate::api::editing::{Act, Content, Deed, Done, Task, check_writable, commit_made, no_precondition};
use crate::api::problem::Problem;
use crate::api::route::{Param, Route, Run, Verb, together};
use crate::api::view::View;
use crate::attachments::MediaError;
use crate::crs::{Crs, geodesic};
use crate::formats::media::{MOST_MEDIA, Unfit, media_name};
use crate::model::{Bilingual, FieldDef, Files, Layer, MediaName, Record, SetKind, listed};

const PATH: &str = "/api/v1/layers/{layer}/records/{id}/media";
const FILE: &str = "/api/v1/layers/{layer}/records/{id}/media/{file}";
const FIELD: Param = Param {
    name: "field",
    shape: "string",
    about: "列入哪个字段，如 photos；默认该图层第一个 · which field lists it, the layer's first if absent",
};
const SIZE: Param =
    Param { name: "size", shape: "string", about: "thumb：小图（JPEG） · thumb: a small JPEG" };

/// The routes.
pub const ROUTES: &[Route] = &[
    Route::get(PATH, "media", "记录所列的照片与扫描件 · pictures and papers that a record lists", list)
        .query(WHEN)
        .answers("MediaList"),
    Route {
        query: &[
            Param { name: "name", shape: "string", about: "文件名 · name of the file" },
            FIELD,
            super::AS_OF,
        ],
        run: Run::Held(add),
        ..Route::file(PATH, "media", "给记录添加一张照片或一份扫描件 · add a picture or paper to a record")
    }
    .answers("MediaAdded"),
    Route {
        media: &["image/jpeg", "image/png", "image/webp", "application/pdf"],
        ..Route::get(
            FILE,
            "media",
            "一张照片或一份扫描件，按条目或摘要 · one of them, by its entry or its digest",
            read,
        )
        .query(&together::<1, 2, 3>([SIZE], [super::AS_OF, super::REVISION]))
    },
    Route {
        method: Verb::Delete,
        ..Route::get(
            FILE,
            "media",
            "从记录中去掉，文件仍在历史中 · take it off the record, history keeps it",
            remove,
        )
        .query(&[FIELD, super::AS_OF])
        .answers("Done")
    },
];

/// What a record lists.
#[derive(Serialize, utoipa::ToSchema)]
pub struct MediaList {
    /// tag of the record, for `If-Match`
    etag: String,
    /// by field, in the order of the list
    items: Vec<MediaItem>,
    /// fields to which something may be added: `photos`, `papers`…
    fields: Vec<MediaField>,
}

/// A field that lists files.
#[derive(Serialize, utoipa::ToSchema)]
pub struct MediaField {
    name: &'static str,
    title: Bilingual,
    /// pictures or papers
    files: &'static str,
}

/// One file.
#[derive(Serialize, utoipa::ToSchema)]
pub struct MediaItem {
    /// the field that lists it; `extra` for what an import brought along
    field: &'static str,
    /// the entry as it stands
    entry: String,
    /// what people call it
    title: String,
    /// SHA-256, by which it is asked for; none where only a name is known
    digest: Option<String>,
    /// its media type
    media: Option<&'static str>,
    /// whether the file is there
    kept: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<u64>,
    /// columns of a picture
    #[serde(skip_serializing_if = "Option::is_none")]
    width: Option<u32>,
    /// lines of a picture
    #[serde(skip_serializing_if = "Option::is_none")]
    height: Option<u32>,
    /// when it was taken by the camera's clock
    #[serde(skip_serializing_if = "Option::is_none")]
    taken: Option<String>,
    /// where the camera says it was: longitude and latitude
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<[f64; 2]>,
    /// metres from there to the record, where that is a point
    #[serde(skip_serializing_if = "Option::is_none")]
    away_m: Option<f64>,
}

/// What was added.
#[derive(Serialize, utoipa::ToSchema)]
pub struct MediaAdded {
    /// the revision in which it stands
    revision: u64,
    /// the entry
    entry: String,
    /// SHA-256
    digest: String,
    /// tag of the record as it is now
    etag: Option<String>,
}

/// Files of one record.
const MOST_LISTED: usize = 200;

fn list(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let (layer, id, view) = (ask.layer()?, ask.record_id()?, View::of(app, ask)?);
    let record = view.record(layer, id)?;
    let items = listed(record).into_iter().map(|one| item(app, record, one)).collect::<Result<_, _>>()?;
    let fields = fields(layer).filter_map(|field| {
        let title = layer.def().field_title(field.name);
        Some(MediaField { name: field.name, title, files: field.files?.word() })
    });
    Answer::json(&MediaList { etag: format!("\"{}\"", content_tag(record)), items, fields: fields.collect() })
}

fn fields(layer: Layer) -> impl Iterator<Item = &'static FieldDef> {
    layer.def().fields.iter().filter(|field| field.files.is_some())
}

fn item(app: &App, record: &Record, one: crate::model::Listed<'_>) -> Result<MediaItem, Problem> {
    let about = one.name.as_ref().map_or(Ok(None), |name| app.options.media.about(name))?;
    let (bytes, look) = about.map_or((None, None), |(bytes, look)| (Some(bytes), Some(look)));
    let look = look.unwrap_or_default();
    let away_m = match (look.exif.at, record.geometry.as_deref()) {
        (Some([x, y]), Some(geo_types::Geometry::Point(point))) => {
            Some(geodesic::distance_m(geo_types::Coord { x, y }, point.0))
        }
        _ => None,
    };
    let name = one.name.as_ref();
    Ok(MediaItem {
        field: one.field,
        title: name.map_or_else(|| one.entry.to_owned(), |name| name.title().to_owned()),
        digest: name.map(|name| name.digest().to_string()),
        media: name.map(|name| name.kind().media_type()),
        entry: one.entry.to_owned(),
        kept: bytes.is_some(),
        bytes,
        width: look.pixels.map(|(width, _)| width),
        height: look.pixels.map(|(_, height)| height),
        taken: look.exif.taken,
        at: look.exif.at,
        away_m: away_m.map(|metres| (metres * 10.0).round() / 10.0),
    })
}

/// The refusal for a file that the record does not list.
fn unlisted() -> Problem {
    Problem::unknown("media.unknown", "这条记录没有列出这个文件。", "The record does not list that file.")
}

/// The entry that is asked for, as it stands or by its digest.
fn entry<'a>(record: &'a Record, file: &str, field: Option<&str>) -> Option<crate::model::Listed<'a>> {
    let is_it = |one: &crate::model::Listed<'_>| {
        let digest = one.name.as_ref().map(|name| name.digest().to_string());
        (one.entry == file || digest.as_deref() == Some(file)) && field.is_none_or(|field| field == one.field)
    };
    listed(record).into_iter().find(is_it)
}

fn read(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let (layer, id, view) = (ask.layer()?, ask.record_id()?, View::of(app, ask)?);
    let record = view.record(layer, id)?;
    let one = entry(record, ask.segment("file"), None).ok_or_else(unlisted)?;
    let name = one.name.ok_or_else(|| {
        Problem::unknown(
            "media.name_only",
            "登记册只记了这个文件的名称，没有存文件。",
            "Only the file's name is recorded; the file was never kept.",
        )
        .then("请把文件添加到记录中。", "Add the file to the record.")
    })?;
    let small = match ask.param("size") {
        None => false,
        Some("thumb") => true,
        Some(_) => return Err(Problem::parameter("size", "只能是 thumb", "only thumb is known")),
    };
    let tag = format!("\"{}{}\"", name.digest(), if small { ".small" } else { "" });
    if holds(ask, &tag) {
        return Ok(not_modified(&tag));
    }
    let (media, bytes) = if small {
        ("image/jpeg", app.options.media.small(&name, &app.options.worker)?)
    } else {
        (name.kind().media_type(), app.options.media.read(&name)?)
    };
    // A PDF may hold more than a page to look at: it is saved, not opened among our pages.
    let place = if name.kind().is_picture() { "inline" } else { "attachment" };
    Ok(Answer::bytes(media, bytes)
        .with(header::ETAG, &tag)
        // The bytes of a digest never change; who may see them can, so that nobody keeps them for long.
        .with(header::CACHE_CONTROL, "private, max-age=3600")
        .with(header::CONTENT_DISPOSITION, &format!("{place}; filename*=UTF-8''{}", file_name(&name)))
        .with(header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"))
}

/// Title and ending, percent-encoded (RFC 8187).
fn file_name(name: &MediaName) -> String {
    let text = format!("{}.{}", name.title(), name.kind().ending());
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// The field that is to list a file: the one named, else the layer's first; `None` means `extra.media`.
fn field_for(layer: Layer, wanted: Option<&str>) -> Result<Option<&'static FieldDef>, Problem> {
    match wanted {
        None => Ok(fields(layer).next()),
        Some("extra") => Ok(None),
        Some(wanted) => fields(layer).find(|field| field.name == wanted).map(Some).ok_or_else(|| {
            Problem::parameter(
                "field",
                "该图层没有这个存放照片的字段",
                "the layer has no such field of files",
            )
        }),
    }
}

fn add(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    check_writable(app)?;
    let (layer, id) = (ask.layer()?, ask.record_id()?);
    let as_of = ask.date("as_of")?.unwrap_or_else(|| app.today());
    let called = ask.param("name").ok_or_else(|| Problem::parameter("name", "缺少", "it is missing"))?;
    let field = field_for(layer, ask.param("field"))?;
    let header = Act::from_headers(ask).header(app, SetKind::Edit)?;
    let held = ask.header(header::IF_MATCH).map(str::to_owned);
    if let Some(problem) = no_precondition(held.as_deref()) {
        return Err(problem);
    }
    let view = View::at(app, ask, as_of)?;
    let record = view.record(layer, id)?;
    let files = field.and_then(|field| field.files).unwrap_or(Files::Papers);
    let name = media_name(called, &ask.body, files).map_err(MediaError::from)?;
    if listed(record).len() >= MOST_LISTED {
        return Err(unfit(
            "media.too_many",
            Bilingual::new(
                "这条记录的文件太多（至多 200 个）。",
                "The record has too many files (200 at most).",
            ),
        ));
    }
    // What would be refused anyway leaves no file behind.
    if held.as_deref().is_some_and(|held| matches(held, &content_tag(record))) {
        app.options.media.keep_sound(&name, &ask.body, &app.options.worker)?;
    }
    let name = name.to_string();
    let done = commit_made(app, header, |snapshot| {
        let found = snapshot.layer(layer).get(id, as_of);
        let set = found.map(|record| with_entry(record, field, &name)).unwrap_or_default();
        Ok(vec![task(layer, id, as_of, held.clone(), set)])
    })?;
    let etag = done.one(|done| (done.layer, done.id) == (layer, id))?.etag.clone();
    let digest = MediaName::parse(&name).map(|name| name.digest().to_string()).unwrap_or_default();
    let added = MediaAdded { revision: done.revision.0, entry: name, digest, etag };
    Ok(Answer { status: StatusCode::CREATED, ..Answer::json(&added)? })
}

fn task(
    layer: Layer,
    id: crate::model::RecordId,
    as_of: crate::model::Date,
    held: Option<String>,
    set: Map<String, Json>,
) -> Task {
    let content = Content { set, geometry: None, crs: Crs::Crs84, merge: false };
    Task { layer, id, as_of, held, deed: Deed::Patch(content) }
}

/// The field as it is with one entry more; the same entry is not listed twice.
fn with_entry(record: &Record, field: Option<&FieldDef>, entry: &str) -> Map<String, Json> {
    match field {
        Some(field) => {
            let own = listed(record).into_iter().filter(|one| one.field == field.name).map(|one| one.entry);
            let mut entries: Vec<&str> = own.collect();
            if !entries.contains(&entry) {
                entries.push(entry);
            }
            Map::from_iter([(field.name.to_owned(), json!(entries))])
        }
        None => {
            let mut extra = record.extra.as_deref().cloned().unwrap_or_default();
            let items = extra.entry("media").or_insert_with(|| json!([]));
            let there = items.as_array().is_some_and(|all| all.iter().any(|item| item["kept"] == entry));
            let name = MediaName::parse(entry);
            if let (Some(items), false, Some(name)) = (items.as_array_mut(), there, name) {
                let kind = if name.kind().is_picture() { "image" } else { "document" };
                let file = format!("{}.{}", name.title(), name.kind().ending());
                items.push(json!({ "file": file, "kind": kind, "kept": entry }));
            }
            Map::from_iter([("extra".to_owned(), Json::Object(extra))])
        }
    }
}

/// The field as it is without an entry.
fn without_entry(record: &Record, one: &crate::model::Listed<'_>) -> Map<String, Json> {
    if one.field != "extra" {
        let own = listed(record).into_iter().filter(|other| other.field == one.field);
        let rest: Vec<&str> = own.map(|other| other.entry).filter(|entry| *entry != one.entry).collect();
        let rest = if rest.is_empty() { Json::Null } else { json!(rest) };
        return Map::from_iter([(one.field.to_owned(), rest)]);
    }
    let mut extra = record.extra.as_deref().cloned().unwrap_or_default();
    if let Some(items) = extra.get_mut("media").and_then(Json::as_array_mut) {
        items.retain(|item| {
            item["kept"] != one.entry && (item["file"] != one.entry || !item["kept"].is_null())
        });
        if items.is_empty() {
            extra.shift_remove("media");
        }
    }
    let extra = if extra.is_empty() { Json::Null } else { Json::Object(extra) };
    Map::from_iter([("extra".to_owned(), extra)])
}

fn remove(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    check_writable(app)?;
    let (layer, id) = (ask.layer()?, ask.record_id()?);
    let as_of = ask.date("as_of")?.unwrap_or_else(|| app.today());
    let header = Act::from_headers(ask).header(app, SetKind::Edit)?;
    let held = ask.header(header::IF_MATCH).map(str::to_owned);
    if let Some(problem) = no_precondition(held.as_deref()) {
        return Err(problem);
    }
    let (file, field) = (ask.segment("file"), ask.param("field"));
    let done = commit_made(app, header, |snapshot| {
        let found = snapshot.layer(layer).get(id, as_of).filter(|record| record.secrecy <= app.options.show);
        let record = found.ok_or_else(crate::api::ask::unknown_record)?;
        let fresh = held.as_deref().is_some_and(|held| matches(held, &content_tag(record)));
        let set = match entry(record, file, field) {
            Some(one) => without_entry(record, &one),
            // Where the record has moved on, that is what is said.
            None if fresh => return Err(unlisted()),
            None => Map::new(),
        };
        Ok(vec![task(layer, id, as_of, held.clone(), set)])
    })?;
    let etag = done.one(|done| (done.layer, done.id) == (layer, id))?.etag.clone();
    Answer::json(&Done::with_tag(done.revision, etag))
}

fn unfit(code: &'static str, said: Bilingual) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code, said.zh, said.en)
        .then("文件未保存，记录未改动。", "Nothing was kept, the record is as it was.")
}

impl From<MediaError> for Problem {
    fn from(error: MediaError) -> Self {
        let said = error.sentence();
        let said = Bilingual::new(format!("{}。", said.zh), format!("{}.", said.en));
        match error {
            MediaError::Unfit(Unfit::TooLarge) => {
                Self::new(StatusCode::PAYLOAD_TOO_LARGE, "media.too_large", said.zh, said.en)
                    .then("请缩小图片后再添加。", "Make it smaller and add it again.")
                    .with("limit", MOST_MEDIA as u64)
            }
            MediaError::Unfit(Unfit::Empty) => unfit("media.empty", said),
            MediaError::Unfit(Unfit::Unknown | Unfit::NotAPicture) => unfit("media.kind", said),
            MediaError::Unfit(Unfit::NoSize | Unfit::Pixels(..)) => unfit("media.pixels", said),
            MediaError::Undecodable(why) => {
                tracing::info!(%why, "a picture is not taken");
                unfit("media.damaged", said)
            }
            MediaError::Missing(_) => Self::unknown("media.missing", said.zh, said.en).then(
                "请从备份恢复登记册旁的 .media 文件夹，或重新添加照片。",
                "Restore the .media folder beside the register from a backup, or add the picture again.",
            ),
            MediaError::Altered(_) => Self::new(StatusCode::CONFLICT, "media.altered", said.zh, said.en)
                .then(
                    "请从备份恢复；重新添加原照片也会复原。",
                    "Restore it from a backup; adding the original again puts it right, too.",
                ),
            MediaError::Disk(error) => Self::internal(&error),
        }
    }
}
