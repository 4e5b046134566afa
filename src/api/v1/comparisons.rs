//! `/api/v1/comparisons`: two versions of divisions side by side, days of the register or uploaded files.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::http::{StatusCode, header};
use geo_types::Geometry;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::export::{attached, sent};
use super::{id_of, job_answer};
use crate::api::answer::Answer;
use crate::api::app::App;
use crate::api::ask::Ask;
use crate::api::editing::check_writable;
use crate::api::openapi::schemas::{Named, add};
use crate::api::problem::Problem;
use crate::api::route::{Param, Route, Verb};
use crate::boundary::versions::{self, Item};
use crate::crs::Crs;
use crate::formats::{self, OutColumn, OutFeature, OutKind, OutSchema};
use crate::jobs::{CompareParams, JobError, Source, Work};
use crate::model::layers::DivisionLevel;
use crate::model::{FieldKind, Language, RecordId};

const CHANGE: Param = Param {
    name: "change",
    shape: "string",
    about: "只列这几类，可用逗号隔开 · only these classes, separated by commas",
};

/// The routes.
pub const ROUTES: &[Route] = &[
    Route {
        method: Verb::Post,
        body: Some("Comparing"),
        status: 202,
        ..Route::get(
            "/api/v1/comparisons",
            "boundary",
            "两版区划对比，作为任务进行 · compares two versions of divisions, as a job",
            begin,
        )
        .answers("Job")
    },
    Route::get(
        "/api/v1/comparisons/{id}",
        "boundary",
        "对比的结果，逐个列出 · what became of each division",
        list,
    )
    .query(&[
        CHANGE,
        Param { name: "offset", shape: "integer", about: "跳过条数 · how many to skip" },
        Param {
            name: "limit",
            shape: "integer",
            about: "条数，默认 200，至多 5000 · how many, 200, 5,000 at most",
        },
    ])
    .answers("Compared"),
    Route::get(
        "/api/v1/comparisons/{id}/items/{n}",
        "boundary",
        "一个区划的新旧图形和易手地块 · shapes of one division before and after, and ground that changed hands",
        item,
    ),
    Route {
        media: &["application/octet-stream"],
        ..Route::get(
            "/api/v1/comparisons/{id}/export",
            "boundary",
            "结果写成文件：xlsx、geojson 等 · the result as a file",
            export,
        )
        .query(&[
            CHANGE,
            Param {
                name: "format", shape: "string", about: "xlsx、geojson 等 · xlsx, geojson and others"
            },
        ])
    },
];

/// Adds the schemas of what is sent here.
pub fn add_schemas(named: &mut Named) {
    add::<Comparing>(named);
    add::<Compared>(named);
}

/// What is to be compared.
#[derive(Deserialize, utoipa::ToSchema)]
pub struct Comparing {
    /// the earlier version
    old: Source,
    /// the later version
    new: Source,
    /// level of the register's divisions, `township` if absent
    #[serde(default)]
    level: Option<String>,
    /// only below this division, by its code
    #[serde(default)]
    within: Option<String>,
}

/// The result of a comparison.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Compared {
    /// what was compared
    title: String,
    /// how many match
    total: usize,
    /// of all, by class; renamed and re-coded beside them
    counts: BTreeMap<String, usize>,
    items: Vec<Item>,
}

fn begin(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    check_writable(app)?;
    let Comparing { old, new, level, within } = ask.json()?;
    let level = level.unwrap_or_else(|| DivisionLevel::Township.code().to_owned());
    if DivisionLevel::from_code(&level).is_none() {
        return Err(Problem::parameter("level", "没有这个级别", "there is no such level"));
    }
    for source in [&old, &new] {
        let Source::File { upload, file, crs, .. } = source else { continue };
        if !app.jobs.upload(*upload)?.sources.iter().any(|source| source.file == *file) {
            return Err(JobError::Unknown.into());
        }
        if let Some(text) = crs {
            text.parse::<Crs>().and_then(|crs| crs.check()).map_err(|error| {
                let said = error.sentence();
                Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "import.crs", said.zh, said.en)
            })?;
        }
    }
    let within = within.map(|code| code.trim().to_owned()).filter(|code| !code.is_empty());
    let params = CompareParams { old, new, level, within, show: app.options.show };
    job_answer(app, app.jobs.submit(Work::Compare(params), None)?, StatusCode::ACCEPTED)
}

/// The items of a comparison that may be shown, with its title.
fn items(app: &App, id: RecordId) -> Result<(String, Vec<Item>), Problem> {
    let (job, items) = app.jobs.compared(id)?;
    match job.work {
        // What was compared with more than is shown now is not shown.
        Work::Compare(params) if params.show <= app.options.show => Ok((params.title(), items)),
        _ => Err(JobError::Unknown.into()),
    }
}

fn wanted(ask: &Ask, items: Vec<Item>) -> Vec<Item> {
    let classes: Vec<&str> =
        ask.param("change").into_iter().flat_map(|text| text.split(',')).map(str::trim).collect();
    let is_wanted = |item: &Item| {
        let is = |class: &&str| match *class {
            "renamed" => item.renamed,
            "recoded" => item.recoded,
            class => item.change == class,
        };
        classes.is_empty() || classes.iter().any(is)
    };
    items.into_iter().filter(|item| is_wanted(item)).collect()
}

fn list(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    check_writable(app)?;
    let (title, all) = items(app, id_of(ask)?)?;
    let counts = versions::counts(&all);
    let limit = ask.limit(200, 5_000)?;
    let offset = ask.parsed::<usize>("offset")?.unwrap_or(0);
    let listed = wanted(ask, all);
    let total = listed.len();
    Answer::json(&Compared {
        title,
        total,
        counts,
        items: listed.into_iter().skip(offset).take(limit).collect(),
    })
}

fn item(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    check_writable(app)?;
    let id = id_of(ask)?;
    items(app, id)?;
    let n = ask.segment("n").parse().map_err(|_| Problem::from(JobError::Unknown))?;
    Answer::json(&app.jobs.compared_shapes(id, n)?)
}

/// Columns of the file: name, Chinese, English, kind.
const COLUMNS: [(&str, &str, &str, FieldKind); 13] = [
    ("change", "分类", "Class", FieldKind::Text),
    ("old_code", "旧代码", "Old code", FieldKind::Text),
    ("old_name", "旧名称", "Old name", FieldKind::Text),
    ("new_code", "新代码", "New code", FieldKind::Text),
    ("new_name", "新名称", "New name", FieldKind::Text),
    ("renamed", "更名", "Renamed", FieldKind::Bool),
    ("recoded", "换码", "Re-coded", FieldKind::Bool),
    ("others", "涉及", "Others", FieldKind::Text),
    ("area_old_m2", "旧面积(平方米)", "Old area (m²)", FieldKind::Real),
    ("area_new_m2", "新面积(平方米)", "New area (m²)", FieldKind::Real),
    ("moved_m2", "易手(平方米)", "Changed hands (m²)", FieldKind::Real),
    ("max_m", "边界最远相差(米)", "Borders apart at most (m)", FieldKind::Real),
    ("mean_m", "边界平均相差(米)", "Borders apart on average (m)", FieldKind::Real),
];

fn row(item: &Item, language: Language) -> Vec<Json> {
    let side = |side: &Option<versions::Side>, code: bool| {
        side.as_ref().map_or(Json::Null, |side| Json::from(if code { &*side.code } else { &*side.name }))
    };
    let called =
        |side: &versions::Side| if side.name.is_empty() { side.code.clone() } else { side.name.clone() };
    let (zh, en) = versions::title(&item.change);
    let others: Vec<String> = item.others.iter().map(called).collect();
    vec![
        Json::from(if language == Language::Zh { zh } else { en }),
        side(&item.old, true),
        side(&item.old, false),
        side(&item.new, true),
        side(&item.new, false),
        Json::from(item.renamed),
        Json::from(item.recoded),
        Json::from(others.join("、")),
        Json::from(item.area_old_m2),
        Json::from(item.area_new_m2),
        Json::from(item.moved_m2),
        item.max_m.map_or(Json::Null, Json::from),
        item.mean_m.map_or(Json::Null, Json::from),
    ]
}

/// A file of the result; those with shapes have the new one, or the old one where there is none.
fn export(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    check_writable(app)?;
    let id = id_of(ask)?;
    let (title, all) = items(app, id)?;
    let format = ask.param("format").unwrap_or("xlsx").to_ascii_lowercase();
    let kind = OutKind::of(&format)
        .filter(|kind| kind.table || kind.word == "geojson")
        .ok_or_else(|| Problem::parameter("format", "应为 xlsx、csv 或 geojson", "xlsx, csv or geojson"))?;
    let internal = |error: &dyn std::fmt::Display| Problem::internal(error);
    let folder = tempfile::tempdir().map_err(|error| internal(&error))?;
    let path = folder.path().join(format!("compared.{}", kind.sent_as));
    let words = kind.table;
    let columns = COLUMNS.into_iter().map(|(name, zh, en, kind)| {
        let title = if ask.language == Language::Zh { zh } else { en };
        OutColumn { name: name.into(), title: words.then(|| title.to_owned()), kind }
    });
    let located = !kind.table;
    let schema = OutSchema {
        name: title.clone(),
        columns: columns.collect(),
        crs: located.then_some(Crs::REGISTER),
        encoding: None,
    };
    let mut sink = formats::create(&path, &schema).map_err(|error| internal(&error))?;
    for item in wanted(ask, all) {
        let mut geometry = None;
        if located {
            let shapes = app.jobs.compared_shapes(id, item.n)?;
            let shape = ["new", "old"].into_iter().map(|side| &shapes[side]).find(|shape| !shape.is_null());
            let read =
                shape.and_then(|shape| serde_json::from_value::<geojson::Geometry>(shape.clone()).ok());
            geometry = read.and_then(|shape| Geometry::try_from(shape).ok());
        }
        let values = row(&item, ask.language);
        sink.write(OutFeature { geometry, values }).map_err(|error| internal(&error))?;
    }
    sink.finish().map_err(|error| internal(&error))?;
    let file = std::fs::File::open(&path).map_err(|error| internal(&error))?;
    let stem = if ask.language == Language::Zh { "两版对比" } else { "comparison" };
    let name = format!("{stem} {title}.{}", kind.sent_as);
    Ok(sent(kind, file, Some(folder)).with(header::CONTENT_DISPOSITION, &attached("comparison", &name)))
}
