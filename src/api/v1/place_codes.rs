//! Place codes: places that wait for one of the national database, the table that it is sent, and its answer.

use std::sync::Arc;

use axum::http::{StatusCode, header};
use serde::Serialize;
use serde_json::{Map, Value as Json};

use super::export::attached;
use super::record::content_tag;
use crate::api::answer::Answer;
use crate::api::app::App;
use crate::api::ask::Ask;
use crate::api::editing::{Act, Content, Deed, Task, commit_made};
use crate::api::openapi::schemas::{Named, add};
use crate::api::problem::Problem;
use crate::api::route::{Param, Route, Run};
use crate::api::view::View;
use crate::crs::Crs;
use crate::formats::{self, OutColumn, OutFeature, OutSchema};
use crate::model::{Language, SetKind, geometry};
use crate::names::census_table;
use crate::names::codes::{self, Row};

const SHEET: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// The routes.
pub const ROUTES: &[Route] = &[
    Route::get(
        "/api/v1/names/codes/pending",
        "names",
        "已批准、尚无地名代码的地名 · places that wait for a code of the national database",
        pending,
    )
    .query(&[
        Param { name: "offset", shape: "integer", about: "跳过条数 · how many to skip" },
        Param {
            name: "limit",
            shape: "integer",
            about: "条数，默认 200，至多 5000 · how many, 200, 5,000 at most",
        },
        super::AS_OF,
        super::REVISION,
    ])
    .answers("CodesPending"),
    Route {
        media: &[SHEET],
        ..Route::get(
            "/api/v1/names/codes/pending/export",
            "names",
            "上报国家地名信息库的表 · the table for the national database",
            export,
        )
        .query(&[super::AS_OF, super::REVISION])
    },
    Route {
        query: &[
            Param {
                name: "name",
                shape: "string",
                about: "文件名（.xlsx、.csv） · name of the file (.xlsx, .csv)",
            },
            Param {
                name: "preview",
                shape: "boolean",
                about: "只试读，不改登记册 · only read, change nothing",
            },
        ],
        run: Run::Held(take_codes),
        status: 200,
        ..Route::file(
            "/api/v1/names/codes",
            "names",
            "国家地名信息库返回的地名代码 · codes that the national database returned",
        )
    }
    .answers("CodesTaken"),
];

/// Adds the schemas of what is sent here.
pub fn add_schemas(named: &mut Named) {
    add::<CodesPending>(named);
    add::<CodesTaken>(named);
}

/// Places that wait for a code.
#[derive(Serialize, utoipa::ToSchema)]
pub struct CodesPending {
    revision: u64,
    as_of: String,
    total: usize,
    places: Vec<PendingDoc>,
}

/// One of them.
#[derive(Serialize, utoipa::ToSchema)]
pub struct PendingDoc {
    id: String,
    code: Option<String>,
    name: Option<String>,
    category: Option<String>,
    division: Option<String>,
    at: Option<[f64; 2]>,
    /// what the table asks for and the place does not have
    lacks: Vec<&'static str>,
}

/// `GET /api/v1/names/codes/pending`
fn pending(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let view = View::of(app, ask)?;
    let limit = ask.limit(200, 5_000)?;
    let offset = ask.parsed::<usize>("offset")?.unwrap_or(0);
    let all = codes::pending(&view.snapshot, view.as_of, view.show);
    let one = |sheet: &census_table::Sheet<'_>| {
        let cell = |column| sheet.cell(&view.snapshot, view.as_of, column);
        let bounds = sheet.place.geometry.as_deref().and_then(geometry::bounds);
        let at = bounds.map(|bounds| geometry::round(bounds.center()));
        PendingDoc {
            id: sheet.place.id.to_string(),
            code: cell("code"),
            name: cell("standard_name"),
            category: cell("category_code"),
            division: cell("division_codes"),
            at: at.map(|at| [at.x, at.y]),
            lacks: codes::lacks(sheet, &view.snapshot, view.as_of),
        }
    };
    Answer::json(&CodesPending {
        revision: view.revision().0,
        as_of: view.as_of.to_string(),
        total: all.len(),
        places: all.iter().skip(offset).take(limit).map(one).collect(),
    })
}

/// `GET /api/v1/names/codes/pending/export`
fn export(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let view = View::of(app, ask)?;
    let internal = |error: &dyn std::fmt::Display| Problem::internal(error);
    let folder = tempfile::tempdir().map_err(|error| internal(&error))?;
    let path = folder.path().join("codes.xlsx");
    let name = if ask.language == Language::Zh { "地名上报表" } else { "names" };
    let columns = census_table::columns().map(|(name, title, kind)| OutColumn {
        name: name.into(),
        title: Some(title.get(ask.language).to_owned()),
        kind,
    });
    let schema = OutSchema { name: name.into(), columns: columns.collect(), crs: None, encoding: None };
    let mut sink = formats::create(&path, &schema).map_err(|error| internal(&error))?;
    for sheet in codes::pending(&view.snapshot, view.as_of, view.show) {
        let values = sheet.row(&view.snapshot, view.as_of);
        sink.write(OutFeature { geometry: None, values }).map_err(|error| internal(&error))?;
    }
    sink.finish().map_err(|error| internal(&error))?;
    let bytes = std::fs::read(&path).map_err(|error| internal(&error))?;
    let disposition = attached("names", &format!("{name}.xlsx"));
    Ok(Answer::bytes(SHEET, bytes).with(header::CONTENT_DISPOSITION, &disposition))
}

/// What an answer of the national database led to.
#[derive(Serialize, utoipa::ToSchema)]
pub struct CodesTaken {
    /// absent where nothing was changed
    revision: Option<u64>,
    /// places that have a code now, or would
    matched: usize,
    /// places beyond what one change set takes: send the file again for them
    left: usize,
    /// places that had that code already
    unchanged: usize,
    refused: Vec<codes::Refused>,
    rows: Vec<codes::Given>,
}

/// Places that one answer may give codes to, so that they stay one change set that people can look through.
const MOST_GIVEN: usize = 20_000;

/// `POST /api/v1/names/codes`
fn take_codes(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let rows = rows_of(ask)?;
    let day = app.today();
    let show = app.options.show;
    let snapshot = app.register.snapshot();
    let mut read = codes::answer(&snapshot, day, show, &rows);
    let left = read.given.len().saturating_sub(MOST_GIVEN);
    read.given.truncate(MOST_GIVEN);
    let mut taken = CodesTaken {
        revision: None,
        left,
        matched: read.given.len(),
        unchanged: read.unchanged,
        refused: read.refused,
        rows: read.given,
    };
    if ask.param("preview") == Some("true") || taken.rows.is_empty() {
        return Answer::json(&taken);
    }
    let header = Act::from_headers(ask).header(app, SetKind::Edit)?;
    let committed = commit_made(app, header, |snapshot| {
        let read = codes::answer(snapshot, day, show, &rows);
        let tasks = read.given.iter().take(MOST_GIVEN).filter_map(|given| {
            let held = snapshot.layer(codes::LAYER).get(given.id, day).map(|record| content_tag(record));
            let set = Map::from_iter([("place_code".to_owned(), Json::from(given.place_code.as_str()))]);
            let content = Content { set, geometry: None, crs: Crs::Crs84, merge: false };
            Some(Task {
                layer: codes::LAYER,
                id: given.id,
                as_of: day,
                held: Some(held?),
                deed: Deed::Patch(content),
            })
        });
        Ok(tasks.collect())
    })?;
    taken.revision = Some(committed.revision.0);
    Answer::json(&taken)
}

/// The rows of the file in the body.
fn rows_of(ask: &Ask) -> Result<Vec<Row>, Problem> {
    let name = ask.param("name").unwrap_or("codes.xlsx").to_lowercase();
    let ending = if name.ends_with(".csv") { "csv" } else { "xlsx" };
    let folder = tempfile::tempdir().map_err(|error| Problem::internal(&error))?;
    let path = folder.path().join(format!("codes.{ending}"));
    std::fs::write(&path, &ask.body).map_err(|error| Problem::internal(&error))?;
    let unreadable = |error: formats::FormatError| {
        Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "codes.unreadable",
            "文件读不了，应为 xlsx 或 csv 表格。",
            format!("The file cannot be read as a table: {error}"),
        )
    };
    formats::text_rows(&path, codes::MOST_ROWS).map_err(unreadable)
}
