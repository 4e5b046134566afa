//! `/api/v1/boundary/ledger`, one line, one marker; and their papers: the map of a line, the sheet of a marker.

use std::sync::Arc;

use axum::http::{StatusCode, header};
use serde::Serialize;

use crate::api::answer::Answer;
use crate::api::app::App;
use crate::api::ask::Ask;
use crate::api::ogc::encode;
use crate::api::problem::Problem;
use crate::api::route::{Param, Route};
use crate::api::view::View;
use crate::boundary::Sight;
use crate::boundary::checks::{Board, Scene, Scope};
use crate::boundary::ledger::{self, LinePage, LineRow, MarkerPage};
use crate::documents::{DocumentsError, Fields, Filled, Sheet, SheetOptions, marker_card};
use crate::model::{Layer, Record, RecordId, Severity};

const SCALE: Param = Param {
    name: "scale",
    shape: "integer",
    about: "比例尺分母，默认取放得下的最大比例尺 · denominator of the scale; the largest that fits if absent",
};
const WHEN: &[Param] = &[super::AS_OF];
const PDF: &str = "application/pdf";
const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

/// The routes.
pub const ROUTES: &[Route] = &[
    Route::get("/api/v1/boundary/ledger", "boundary", "界线台账 · the lines of the register", list)
        .query(WHEN)
        .answers("Ledger"),
    Route::get(
        "/api/v1/boundary/lines/{code}",
        "boundary",
        "一条界线：界桩与分段依次 · a line with its markers and stretches in order",
        line,
    )
    .query(WHEN)
    .answers("LedgerLine"),
    Route {
        media: &[PDF],
        ..Route::get(
            "/api/v1/boundary/lines/{code}/sheet.pdf",
            "boundary",
            "界线附图（A3） · its map on A3",
            sheet,
        )
        .query(&[super::AS_OF, SCALE])
    },
    Route::get(
        "/api/v1/boundary/markers/{id}",
        "boundary",
        "一颗界桩：坐标、方位物、沿线位置 · a marker: coordinates, reference objects, place on its lines",
        marker,
    )
    .query(WHEN)
    .answers("MarkerPage"),
    Route::get(
        "/api/v1/boundary/markers/{id}/card",
        "boundary",
        "界桩登记表缺哪些内容 · what its register sheet lacks",
        lacks,
    )
    .query(WHEN)
    .answers("CardLacks"),
    Route {
        media: &[DOCX],
        ..Route::get(
            "/api/v1/boundary/markers/{id}/card.docx",
            "boundary",
            "界桩登记表 · its register sheet",
            docx,
        )
        .query(WHEN)
    },
    Route {
        media: &[PDF],
        ..Route::get(
            "/api/v1/boundary/markers/{id}/card.pdf",
            "boundary",
            "界桩登记表 · its register sheet",
            pdf,
        )
        .query(WHEN)
    },
];

/// All lines.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Ledger {
    revision: u64,
    as_of: String,
    /// by level and code
    lines: Vec<LedgerLineRow>,
}

/// Findings about a line and its markers.
#[derive(Clone, Copy, Default, Serialize, utoipa::ToSchema)]
pub struct FindingCounts {
    errors: usize,
    warnings: usize,
    notes: usize,
}

/// One line in the ledger.
#[derive(Serialize, utoipa::ToSchema)]
pub struct LedgerLineRow {
    #[serde(flatten)]
    row: LineRow,
    findings: FindingCounts,
}

/// One line.
#[derive(Serialize, utoipa::ToSchema)]
pub struct LedgerLine {
    #[serde(flatten)]
    page: LinePage,
    findings: FindingCounts,
}

/// What a form lacks.
#[derive(Serialize, utoipa::ToSchema)]
pub struct CardLacks {
    /// fields of the template that the record says nothing about
    empty: Vec<String>,
    /// names in the template that there are not
    unknown: Vec<String>,
}

fn sight(view: &View) -> Sight {
    Sight { as_of: view.as_of, show: view.show }
}

fn counts(view: &View, board: &Board, row: &LineRow) -> FindingCounts {
    let markers = row.marker_ids.iter().map(|id| (Layer::BoundaryMarker, *id));
    let mut counts = FindingCounts::default();
    for (layer, id) in markers.chain([(Layer::BoundaryLine, row.id)]) {
        for noticed in
            board.about(layer, id).iter().filter(|noticed| noticed.is_shown(&view.snapshot, view.show))
        {
            match noticed.finding.severity {
                Severity::Error => counts.errors += 1,
                Severity::Warning => counts.warnings += 1,
                Severity::Note => counts.notes += 1,
            }
        }
    }
    counts
}

/// `GET /api/v1/boundary/ledger`
fn list(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let view = View::of(app, ask)?;
    let board = app.boards.of(&app.register, &view)?;
    let scene = Scene::new(&view.snapshot, view.as_of, Scope::All);
    let rows =
        ledger::lines(&scene, &app.boards.rules, sight(&view)).map_err(|error| Problem::internal(&error))?;
    let lines = rows.into_iter().map(|row| LedgerLineRow { findings: counts(&view, &board, &row), row });
    Answer::json(&Ledger {
        revision: view.revision().0,
        as_of: view.as_of.to_string(),
        lines: lines.collect(),
    })
}

/// The line by its code, else by its record's id: a line need not have a code.
fn line_of<'v>(view: &'v View, ask: &Ask) -> Result<&'v Record, Problem> {
    let code = ask.segment("code");
    let (layer, sight) = (view.snapshot.layer(Layer::BoundaryLine), sight(view));
    let by_code = layer.by_code(code).find(|record| sight.sees(record));
    let by_id = || layer.get(code.parse::<RecordId>().ok()?, view.as_of).filter(|record| sight.sees(record));
    by_code
        .or_else(by_id)
        .map(|record| &**record)
        .ok_or_else(|| Problem::unknown("line.unknown", "没有这条界线。", "There is no such line."))
}

/// `GET /api/v1/boundary/lines/{code}`
fn line(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let view = View::of(app, ask)?;
    let record = line_of(&view, ask)?;
    let board = app.boards.of(&app.register, &view)?;
    let scene = Scene::new(&view.snapshot, view.as_of, Scope::All);
    let page = ledger::line(&view.snapshot, &scene, &app.boards.rules, record, sight(&view));
    let page =
        page.map_err(|error| Problem::internal(&error))?.ok_or_else(crate::api::ask::unknown_record)?;
    let findings = counts(&view, &board, &page.row);
    Answer::json(&LedgerLine { page, findings })
}

/// `GET /api/v1/boundary/markers/{id}`
fn marker(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let view = View::of(app, ask)?;
    let record = view.record(Layer::BoundaryMarker, ask.record_id()?)?;
    let page: MarkerPage =
        ledger::marker(&view.snapshot, record, sight(&view)).ok_or_else(crate::api::ask::unknown_record)?;
    Answer::json(&page)
}

/// `GET /api/v1/boundary/lines/{code}/sheet.pdf`
fn sheet(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let view = View::of(app, ask)?;
    let record = line_of(&view, ask)?;
    let options = SheetOptions { sight: sight(&view), scale: ask.parsed("scale")? };
    let drawn = Sheet::draw(&view.snapshot, record, options).map_err(no_paper)?;
    let name = format!("{}附图-{}.pdf", record.label().unwrap_or("界线"), view.as_of);
    file(PDF, drawn.pdf(&app.options.templates).map_err(no_paper)?, &name)
}

fn card(app: &Arc<App>, ask: &Ask) -> Result<(Fields, String), Problem> {
    let view = View::of(app, ask)?;
    let record = view.record(Layer::BoundaryMarker, ask.record_id()?)?;
    let fields = marker_card::fields(&view.snapshot, record, sight(&view)).map_err(no_paper)?;
    Ok((fields, record.text("number").unwrap_or_default().to_owned()))
}

/// `GET /api/v1/boundary/markers/{id}/card`
fn lacks(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let (fields, _) = card(app, ask)?;
    let Filled { empty, unknown, .. } =
        marker_card::docx(&fields, &app.options.templates).map_err(no_paper)?;
    Answer::json(&CardLacks { empty, unknown })
}

/// `GET /api/v1/boundary/markers/{id}/card.docx`
fn docx(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let (fields, number) = card(app, ask)?;
    let filled = marker_card::docx(&fields, &app.options.templates).map_err(no_paper)?;
    file(DOCX, filled.bytes, &format!("界桩登记表-{number}.docx"))
}

/// `GET /api/v1/boundary/markers/{id}/card.pdf`
fn pdf(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let (fields, number) = card(app, ask)?;
    let filled = marker_card::pdf(&fields, &app.options.templates).map_err(no_paper)?;
    file(PDF, filled.bytes, &format!("界桩登记表-{number}.pdf"))
}

fn file(media: &'static str, bytes: Vec<u8>, name: &str) -> Result<Answer, Problem> {
    let ending = name.rsplit('.').next().unwrap_or_default();
    let disposition = format!("attachment; filename=\"paper.{ending}\"; filename*=UTF-8''{}", encode(name));
    Ok(Answer::bytes(media, bytes).with(header::CONTENT_DISPOSITION, &disposition))
}

pub(super) fn no_paper(error: DocumentsError) -> Problem {
    let (why, next) = error.sentences();
    let (status, code) = match error {
        DocumentsError::NoFont => (StatusCode::SERVICE_UNAVAILABLE, "paper.no_font"),
        DocumentsError::NoShape(_) => (StatusCode::UNPROCESSABLE_ENTITY, "paper.no_shape"),
        DocumentsError::TooLarge { .. } => (StatusCode::UNPROCESSABLE_ENTITY, "paper.too_large"),
        DocumentsError::Template { .. } | DocumentsError::Typeset { .. } => {
            (StatusCode::UNPROCESSABLE_ENTITY, "paper.template")
        }
    };
    Problem::new(status, code, why.zh, why.en).then(next.zh, next.en)
}
