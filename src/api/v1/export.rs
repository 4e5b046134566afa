//! `GET` and `POST /api/v1/layers/{layer}/export`: what matches goes out as a file.
//!
//! Only what the server shows is written. A workbook or text table is for people: titles as headings,
//! words instead of codes, id and version by which an import knows the rows again; the formats of maps
//! keep the names and codes of fields. The file is made whole before it is sent; a large one becomes a job
//! where the asker says that it may come later (`Prefer: respond-async`).

use std::collections::HashSet;
use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;

use axum::http::{HeaderName, StatusCode, header};
use serde::Deserialize;
use tempfile::TempDir;

use crate::api::answer::Answer;
use crate::api::app::App;
use crate::api::ask::Ask;
use crate::api::ogc::{Asked, CONTENT_CRS, encode, known_fields, still_waited_for, uri};
use crate::api::problem::Problem;
use crate::api::route::{Param, Verb, together};
use crate::crs::Crs;
use crate::formats::{FormatError, OUT_KINDS, OutError, OutKind, OutRequest};
use crate::model::{Layer, Record, RecordId};

/// Which records, beside the query.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExportOf {
    /// only these of those that match; at most 10,000
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>)]
    ids: Option<Vec<String>>,
}

/// What is asked beside the list.
const OWN: [Param; 7] = [
    Param { name: "format", shape: "string", about: "xlsx csv geojson shp gpkg kml dxf fgb" },
    Param {
        name: "columns",
        shape: "string",
        about: "只写这些字段（逗号分隔），geometry 为图形；不给则全部 · only these fields, geometry among them; all if absent",
    },
    Param {
        name: "ids",
        shape: "string",
        about: "只写这些记录，逗号分隔；很多时用 POST · only these records; many by POST",
    },
    Param {
        name: "words",
        shape: "boolean",
        about: "代码写作文字、列名用标题，xlsx 与 csv 默认 true · words for codes, titles for names",
    },
    Param {
        name: "encoding",
        shape: "string",
        about: "shp 的文字编码，如 GBK · text encoding of a shapefile",
    },
    Param {
        name: "crs", shape: "string", about: "坐标系，如 EPSG:4547，默认 EPSG:4490 · coordinate system"
    },
    super::SORTBY,
];
/// All that may be asked.
pub const PARAMS: &[Param] = &together::<7, 6, 13>(OWN, super::WHICH);

/// The most records that are named one by one.
const MOST_IDS: usize = 10_000;

/// The handler.
pub fn get(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let asked = Asked::read(app, ask, PARAMS)?;
    let wanted = wanted(ask, asked.layer)?;
    let ids = ids(ask)?;
    let list = asked.all(app, ask)?;
    let chosen = |record: &&Arc<Record>| ids.as_ref().is_none_or(|ids| ids.contains(&record.id));
    let records: Vec<&Arc<Record>> = list.iter().filter(chosen).collect();
    let (kind, plan) = wanted.kind().zip(wanted.plan()).ok_or_else(|| Problem::internal(&"no plan"))?;
    let stem = format!("{}-{}", asked.layer.def().title().get(ask.language), asked.view.as_of);
    if may_come_later(app, ask) && plan.is_large(&records) {
        let job = app.jobs.export(wanted, stem, asked.view.revision(), &records, app.options.show)?;
        let place = format!("/api/v1/jobs/{}", job.id);
        return Ok(super::jobs::answer(app, job, StatusCode::ACCEPTED)?
            .with(header::LOCATION, &place)
            .with(APPLIED, LATER));
    }
    let folder = tempfile::tempdir().map_err(|error| Problem::internal(&error))?;
    let place = (folder.path(), stem.as_str(), kind);
    let crs = plan.crs_in(Path::new(&format!("{stem}.{}", kind.word)));
    let written = plan.write_into(place, &records, |_| still_waited_for(ask)).map_err(refused)?;
    let file = File::open(&written.path).map_err(|error| Problem::internal(&error))?;
    let name = format!("{stem}.{}", kind.sent_as);
    let answer = sent(kind, file, Some(folder))
        .with(header::CONTENT_DISPOSITION, &attached(asked.layer.name(), &name));
    Ok(match &crs {
        Some(crs @ (Crs::Epsg(_) | Crs::Crs84)) => answer.with(CONTENT_CRS, &format!("<{}>", uri(crs))),
        _ => answer,
    })
}

const PREFER: HeaderName = HeaderName::from_static("prefer");
const APPLIED: HeaderName = HeaderName::from_static("preference-applied");
/// What a client says that takes a job for an answer (RFC 7240).
const LATER: &str = "respond-async";

/// Whether the asker takes a job where the file takes long, and there are jobs.
fn may_come_later(app: &App, ask: &Ask) -> bool {
    let said = ask.header(PREFER).unwrap_or_default();
    !app.options.read_only && said.split([',', ';']).any(|word| word.trim().eq_ignore_ascii_case(LATER))
}

/// A file that is sent; its folder lives as long.
pub fn sent(kind: &'static OutKind, mut file: File, folder: Option<TempDir>) -> Answer {
    Answer::written(
        kind.media,
        Box::new(move |out| {
            let copied = io::copy(&mut file, out).map(|_| ());
            drop(folder);
            copied
        }),
    )
}

/// The header that says what a file is called: in Latin letters for old programs, else as it is.
pub fn attached(plain: &str, name: &str) -> String {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    format!("attachment; filename=\"{plain}.{ending}\"; filename*=UTF-8''{}", encode(name))
}

fn wanted(ask: &Ask, layer: Layer) -> Result<OutRequest, Problem> {
    let format = ask.param("format").unwrap_or("xlsx").to_ascii_lowercase();
    let kind = OutKind::of(&format).ok_or_else(|| {
        let known: Vec<&str> = OUT_KINDS.iter().map(|kind| kind.word).collect();
        let known = known.join(", ");
        Problem::parameter("format", &format!("应为 {known} 之一"), &format!("one of {known} is expected"))
    })?;
    let words = match ask.param("words") {
        None => kind.table,
        Some("true") => true,
        Some("false") => false,
        Some(_) => {
            return Err(Problem::parameter("words", "应为 true 或 false", "true or false is expected"));
        }
    };
    let (columns, located) = match ask.param("columns") {
        None => (None, true),
        Some(names) => {
            let (places, names): (Vec<&str>, Vec<&str>) =
                names.split(',').map(str::trim).partition(|name| *name == "geometry");
            // Id and version are always there.
            let names: Vec<&str> =
                names.into_iter().filter(|name| !["id", "version"].contains(name)).collect();
            let fields = known_fields("columns", &names.join(","), layer)?;
            (Some(fields.iter().map(|field| field.name.to_owned()).collect()), !places.is_empty())
        }
    };
    let crs = ask.param("crs").map_or(Ok(Crs::REGISTER), str::parse).map_err(|_| {
        Problem::parameter("crs", "读不懂的坐标系", "a coordinate system such as EPSG:4490 is expected")
    })?;
    let located = layer.has_geometry() && (located || !kind.table);
    Ok(OutRequest {
        layer: layer.name().to_owned(),
        format,
        columns,
        words,
        language: ask.language,
        crs: located.then(|| crs.to_string()),
        encoding: ask.param("encoding").map(str::to_owned),
    })
}

fn ids(ask: &Ask) -> Result<Option<HashSet<RecordId>>, Problem> {
    let given = if ask.method == Verb::Post.word() { ask.json::<ExportOf>()?.ids } else { None };
    let listed = ask.param("ids").map(|ids| ids.split(',').map(|id| id.trim().to_owned()).collect());
    let Some(ids) = given.or(listed) else { return Ok(None) };
    if ids.len() > MOST_IDS {
        return Err(Problem::parameter("ids", "至多 10000 个", "at most 10,000"));
    }
    let ids: Result<HashSet<RecordId>, _> = ids.iter().map(|id| id.parse()).collect();
    ids.map(Some).map_err(|_| Problem::parameter("ids", "应为 ULID", "ULIDs are expected"))
}

/// What the format cannot hold is told; what our own disk refuses is not the asker's fault.
fn refused(error: OutError<Problem>) -> Problem {
    match error {
        OutError::Stopped(problem) => problem,
        OutError::Crs(error) => Problem::parameter(
            "crs",
            &format!("不能转换到该坐标系：{error}"),
            &format!("no way there: {error}"),
        ),
        OutError::Format(error @ (FormatError::Write { .. } | FormatError::Worker { .. })) => {
            Problem::internal(&error)
        }
        OutError::Format(other) => {
            let said = other.sentence();
            Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "export.refused", said.zh, said.en)
                .then("请换一种格式，或先筛选。", "Choose another format, or filter first.")
        }
    }
}
