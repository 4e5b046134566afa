//! `GET` and `POST /api/v1/layers/{layer}/export`: what matches goes out as a file.
//!
//! Only what the server shows is written. A workbook or text table is for people: titles as headings,
//! words instead of codes, id and version by which an import knows the rows again; the formats of maps
//! keep the names and codes of fields. The file is made whole before it is sent.

use std::collections::HashSet;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::http::{StatusCode, header};
use serde::Deserialize;
use tempfile::TempDir;

use crate::api::answer::Answer;
use crate::api::app::App;
use crate::api::ask::Ask;
use crate::api::ogc::{Asked, encode, known_fields, still_waited_for};
use crate::api::problem::Problem;
use crate::api::route::{Param, Verb};
use crate::crs::{Crs, Transform};
use crate::formats::{self, FormatError, Layout, OutFeature, SheetLook};
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

/// All that may be asked.
pub const PARAMS: &[Param] = &[
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
    super::FILTER,
    super::FILTER_LANG,
    super::FILTER_CRS,
    super::SORTBY,
    super::DATETIME,
    super::AS_OF,
    super::REVISION,
];

/// The most records that are named one by one.
const MOST_IDS: usize = 10_000;

/// A format that is offered: its word, media type, and whether it is a table for people.
struct Offered {
    word: &'static str,
    /// of the file sent, which for a shapefile is an archive
    sent_as: &'static str,
    media: &'static str,
    table: bool,
}

const fn map(word: &'static str, media: &'static str) -> Offered {
    Offered { word, sent_as: word, media, table: false }
}

const OFFERED: &[Offered] = &[
    Offered {
        table: true,
        ..map("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
    },
    Offered { table: true, ..map("csv", "text/csv; charset=utf-8") },
    map("geojson", "application/geo+json"),
    Offered { sent_as: "zip", ..map("shp", "application/zip") },
    map("gpkg", "application/geopackage+sqlite3"),
    map("kml", "application/vnd.google-earth.kml+xml"),
    map("dxf", "image/vnd.dxf"),
    map("fgb", "application/flatgeobuf"),
];

/// What a file is to be.
struct Plan {
    format: &'static Offered,
    layout: Layout,
    /// whether geometry is written, and in which system
    crs: Option<Crs>,
    encoding: Option<String>,
}

/// The handler.
pub fn get(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let asked = Asked::read(app, ask, PARAMS)?;
    let plan = plan(ask, asked.layer)?;
    let ids = ids(ask)?;
    let list = asked.all(app, ask)?;
    let wanted = |record: &&Arc<Record>| ids.as_ref().is_none_or(|ids| ids.contains(&record.id));
    let records: Vec<&Arc<Record>> = list.iter().filter(wanted).collect();
    let folder = tempfile::tempdir().map_err(|error| Problem::internal(&error))?;
    // A shapefile's parts are called as the file is.
    let title = asked.layer.def().title().get(ask.language).to_owned();
    let stem = format!("{title}-{}", asked.view.as_of);
    let path = folder.path().join(format!("{stem}.{}", plan.format.word));
    write(ask, &plan, &records, &path)?;
    let file = if plan.format.sent_as == plan.format.word { path } else { zipped(&folder, &stem)? };
    let name = format!("{stem}.{}", plan.format.sent_as);
    let disposition = format!(
        "attachment; filename=\"{}.{}\"; filename*=UTF-8''{}",
        asked.layer,
        plan.format.sent_as,
        encode(&name)
    );
    let file = File::open(&file).map_err(|error| Problem::internal(&error))?;
    Ok(sent(plan.format.media, file, folder).with(header::CONTENT_DISPOSITION, &disposition))
}

/// The folder lives as long as its file is sent.
fn sent(media: &'static str, mut file: File, folder: TempDir) -> Answer {
    Answer::written(
        media,
        Box::new(move |out| {
            let copied = io::copy(&mut file, out).map(|_| ());
            drop(folder);
            copied
        }),
    )
}

fn plan(ask: &Ask, layer: Layer) -> Result<Plan, Problem> {
    let words: Vec<&str> = OFFERED.iter().map(|format| format.word).collect();
    let wanted = ask.param("format").unwrap_or("xlsx").to_ascii_lowercase();
    let format = OFFERED.iter().find(|format| format.word == wanted).ok_or_else(|| {
        let known = words.join(", ");
        Problem::parameter("format", &format!("应为 {known} 之一"), &format!("one of {known} is expected"))
    })?;
    let in_words = match ask.param("words") {
        None => format.table,
        Some("true") => true,
        Some("false") => false,
        Some(_) => {
            return Err(Problem::parameter("words", "应为 true 或 false", "true or false is expected"));
        }
    };
    let (layout, located) = match ask.param("columns") {
        None => (Layout::whole(layer), true),
        Some(names) => {
            let (places, names): (Vec<&str>, Vec<&str>) =
                names.split(',').map(str::trim).partition(|name| *name == "geometry");
            // Id and version are always there.
            let names: Vec<&str> =
                names.into_iter().filter(|name| !["id", "version"].contains(name)).collect();
            (Layout::of(layer, &known_fields("columns", &names.join(","), layer)?), !places.is_empty())
        }
    };
    let layout = if in_words { layout.in_words(ask.language) } else { layout };
    let crs = ask.param("crs").map_or(Ok(Crs::REGISTER), str::parse).map_err(|_| {
        Problem::parameter("crs", "读不懂的坐标系", "a coordinate system such as EPSG:4490 is expected")
    })?;
    let located = layer.has_geometry() && (located || !format.table);
    Ok(Plan {
        format,
        layout,
        crs: located.then_some(crs),
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

fn write(ask: &Ask, plan: &Plan, records: &[&Arc<Record>], path: &Path) -> Result<(), Problem> {
    let schema = plan.layout.schema(ask.language, plan.crs.clone(), plan.encoding.clone());
    let mut sink = match plan.format.word {
        "xlsx" => {
            let look = SheetLook { choices: plan.layout.choices(), marks: 2 };
            formats::create_sheet(path, &schema, look).map_err(refused)?
        }
        _ => formats::create(path, &schema).map_err(refused)?,
    };
    let away = |error: &dyn std::fmt::Display| {
        Problem::parameter("crs", &format!("不能转换到该坐标系：{error}"), &format!("no way there: {error}"))
    };
    let crs = plan.crs.clone().unwrap_or(Crs::REGISTER);
    let transform = Transform::shared(&Crs::REGISTER, &crs).map_err(|error| away(&error))?;
    for (at, record) in records.iter().enumerate() {
        if at % 256 == 0 {
            still_waited_for(ask)?;
        }
        let geometry = record.geometry.as_deref().filter(|_| plan.crs.is_some()).cloned();
        let geometry = match geometry {
            Some(geometry) if !crs.is_register() => {
                Some(transform.geometry(geometry).map_err(|error| away(&error))?)
            }
            other => other,
        };
        sink.write(OutFeature { geometry, values: plan.layout.values(record) }).map_err(refused)?;
    }
    still_waited_for(ask)?;
    sink.finish().map_err(refused)?;
    Ok(())
}

/// What the format cannot hold is told; what our own disk refuses is not the asker's fault.
fn refused(error: FormatError) -> Problem {
    match error {
        FormatError::Write { .. } | FormatError::Worker { .. } => Problem::internal(&error),
        other => {
            let said = other.sentence();
            Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "export.refused", said.zh, said.en)
                .then("请换一种格式，或先筛选。", "Choose another format, or filter first.")
        }
    }
}

/// The parts of a shapefile as one archive, Chinese names in UTF-8.
fn zipped(folder: &TempDir, stem: &str) -> Result<PathBuf, Problem> {
    let path = folder.path().join("all.zip");
    let pack = || -> io::Result<()> {
        let mut parts: Vec<PathBuf> = std::fs::read_dir(folder.path())?
            .filter_map(|entry| entry.ok().map(|entry| entry.path()))
            .filter(|part| part.file_stem().is_some_and(|name| name == stem))
            .collect();
        parts.sort();
        let mut zip = zip::ZipWriter::new(File::create(&path)?);
        for part in parts {
            let name = part.file_name().unwrap_or_default().to_string_lossy();
            zip.start_file(name, zip::write::SimpleFileOptions::default().large_file(true))?;
            io::copy(&mut File::open(&part)?, &mut zip)?;
        }
        zip.finish()?;
        Ok(())
    };
    pack().map_err(|error| Problem::internal(&error))?;
    Ok(path)
}
