//! `GET /api/v1/inspections/{id}/round.xlsx`: a round as the workbook that an office keeps.

use std::sync::Arc;

use axum::http::header;

use crate::api::answer::Answer;
use crate::api::app::App;
use crate::api::ask::Ask;
use crate::api::ogc::encode;
use crate::api::problem::Problem;
use crate::api::view::View;
use crate::boundary::checks::{Scene, Scope};
use crate::boundary::inspection;
use crate::formats::{BookSheet, write_book};

/// What it is sent as.
pub const SHEET: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// The handler.
pub fn get(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let view = View::of(app, ask)?;
    let scene = Scene::new(&view.snapshot, view.as_of, Scope::All);
    let round = super::asked_round(&view, &scene, ask)?;
    let tasks = super::shown_tasks(app, &view, &scene, round)?;
    let progress = inspection::progress_of(&scene, round, &tasks);
    let sheets = inspection::sheets(round, &progress, &tasks, ask.language);
    let sheets: Vec<BookSheet> = sheets
        .into_iter()
        .map(|sheet| BookSheet { name: sheet.name, columns: sheet.columns, rows: sheet.rows })
        .collect();
    let internal = |error: &dyn std::fmt::Display| Problem::internal(error);
    let folder = tempfile::tempdir().map_err(|error| internal(&error))?;
    let path = folder.path().join("round.xlsx");
    write_book(&path, &sheets).map_err(|error| internal(&error))?;
    let bytes = std::fs::read(&path).map_err(|error| internal(&error))?;
    let name = encode(&format!("{}-{}.xlsx", progress.code, progress.name));
    let disposition = format!("attachment; filename=\"round.xlsx\"; filename*=UTF-8''{name}");
    Ok(Answer::bytes(SHEET, bytes).with(header::CONTENT_DISPOSITION, &disposition))
}
