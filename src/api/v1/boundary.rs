//! `/api/v1/boundary`: lines derived, described in words, their markers numbered, their tables.
//!
//! What is proposed is got with GET, written with POST: the same work on the newest revision.

use std::sync::Arc;

use axum::http::{StatusCode, header};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use crate::api::answer::Answer;
use crate::api::app::App;
use crate::api::ask::Ask;
use crate::api::editing::{Act, check_reach, check_writable};
use crate::api::history;
use crate::api::ogc::encode;
use crate::api::problem::Problem;
use crate::api::route::{Param, Route, Verb};
use crate::boundary::alignment::{self, Direction, Leg};
use crate::boundary::lines::{self, Derivation, DeriveOptions, LinesError};
use crate::boundary::numbering::{self, Numbering, NumberingError, NumberingOptions};
use crate::boundary::tables::{self, Chosen, Table};
use crate::boundary::{Lead, Sight};
use crate::formats::{self, OutColumn, OutFeature, OutSchema};
use crate::model::layers::DivisionLevel;
use crate::model::{Change, IdSource, Layer, SetKind};
use crate::register::{CommitError, Decision};

const LEVEL: Param = Param {
    name: "level",
    shape: "string",
    about: "province、prefecture、county 或 township · one of these",
};
const STREETS: Param = Param {
    name: "streets",
    shape: "boolean",
    about: "乡级：街道一侧的也推算 · townships: also where a subdistrict is a side",
};
const SURVEYED: Param = Param {
    name: "surveyed",
    shape: "boolean",
    about: "已勘定的也改用区划边界的图形 · the divisions' border for surveyed lines too",
};
const HOME: Param = Param {
    name: "home",
    shape: "string",
    about: "名称以此区划开头（代码或名称） · names begin with this division",
};
const FIRST: Param = Param { name: "first", shape: "integer", about: "起始顺序号 · the first serial" };
const KEEP: Param =
    Param {
        name: "keep", shape: "boolean", about: "已有全号的保留 · full numbers that are there stay"
    };
const LINE: Param =
    Param { name: "line", shape: "string", about: "只要这条界线（代码） · of this line only" };

const SHEET: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// The routes.
pub const ROUTES: &[Route] = &[
    Route::get(
        "/api/v1/boundary/lines",
        "boundary",
        "试算：由区划推算的界线 · lines as they would be derived",
        preview,
    )
    .query(&[LEVEL, STREETS, SURVEYED, HOME])
    .answers("Derived"),
    Route {
        method: Verb::Post,
        body: Some("Derive"),
        ..Route::get(
            "/api/v1/boundary/lines",
            "boundary",
            "推算界线并写入 · derive lines and write them",
            derive,
        )
        .answers("Derived")
    },
    Route::get(
        "/api/v1/boundary/lines/{code}/text",
        "boundary",
        "界线走向说明：生成的，和已有的逐段 · a line's alignment: as written from its shape, and the one that is there",
        text,
    )
    .query(&[super::AS_OF])
    .answers("AlignmentDoc"),
    Route::get(
        "/api/v1/boundary/lines/{code}/numbering",
        "boundary",
        "试算：界桩编号 · numbers for its markers as proposed",
        propose,
    )
    .query(&[FIRST, KEEP])
    .answers("Numbers"),
    Route {
        method: Verb::Post,
        body: Some("NumberBy"),
        ..Route::get(
            "/api/v1/boundary/lines/{code}/numbering",
            "boundary",
            "给界桩编号 · number its markers",
            number,
        )
        .answers("Numbers")
    },
    Route {
        media: &[SHEET],
        ..Route::get("/api/v1/boundary/lines.xlsx", "boundary", "界线一览表 · table of lines", line_table)
            .query(&[super::AS_OF, LINE])
    },
    Route {
        media: &[SHEET],
        ..Route::get(
            "/api/v1/boundary/markers.xlsx",
            "boundary",
            "界桩成果表 · table of markers",
            marker_table,
        )
        .query(&[super::AS_OF, LINE])
    },
];

/// What is to be derived.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub struct Derive {
    /// province, prefecture, county or township
    level: String,
    /// townships: also where a subdistrict is a side
    #[serde(default)]
    streets: bool,
    /// the divisions' border for surveyed lines too
    #[serde(default)]
    surveyed: bool,
    /// names begin with this division, its code or name
    #[serde(default)]
    home: Option<String>,
    /// alternate, a, b or halves: how the lead of stretches is proposed
    #[serde(default)]
    lead: Option<String>,
    #[serde(flatten)]
    act: Act,
}

/// What deriving came to.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Derived {
    /// the revision in which it stands; none for a trial, or where nothing changed
    revision: Option<u64>,
    /// all lines of the level
    #[schema(value_type = Vec<Object>)]
    lines: Json,
    /// what was noticed
    #[schema(value_type = Object)]
    findings: Json,
}

/// How markers are to be numbered.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub struct NumberBy {
    /// the first serial, 1 if absent
    #[serde(default)]
    first: Option<u32>,
    /// full numbers that are there stay
    #[serde(default)]
    keep: bool,
    #[serde(flatten)]
    act: Act,
}

/// Numbers of a line's markers.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Numbers {
    /// the revision in which they stand; none for a trial, or where nothing changed
    revision: Option<u64>,
    /// eastward or southward
    run: String,
    /// the markers in the line's run: id, before, after, at_m, off_m
    #[schema(value_type = Vec<Object>)]
    markers: Json,
}

/// A line's alignment in words.
#[derive(Serialize, utoipa::ToSchema)]
pub struct AlignmentDoc {
    /// as written from the shape
    text: String,
    /// its legs: from, to, feature, feature_name, direction, distance_m
    #[schema(value_type = Vec<Object>)]
    legs: Json,
    /// whole length, metres
    total_m: Option<f64>,
    /// the text that is there with its legs and what of it was not understood
    #[schema(value_type = Object)]
    stored: Option<Json>,
}

fn sight(app: &App, ask: &Ask) -> Result<Sight, Problem> {
    Ok(Sight { as_of: ask.date("as_of")?.unwrap_or_else(|| app.today()), show: app.options.show })
}

fn flag(ask: &Ask, name: &str) -> Result<bool, Problem> {
    match ask.param(name) {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(_) => Err(Problem::parameter(name, "应为 true 或 false", "true or false is expected")),
    }
}

fn level(word: &str) -> Result<DivisionLevel, Problem> {
    DivisionLevel::from_code(word).ok_or_else(|| {
        Problem::parameter(
            "level",
            "应为 province、prefecture、county 或 township",
            "province, prefecture, county or township is expected",
        )
    })
}

/// By default names begin with the division that the register is called after.
fn options(app: &App, wanted: &Derive, sight: Sight) -> Result<DeriveOptions, Problem> {
    let mut options = DeriveOptions::new(level(&wanted.level)?, sight.as_of);
    options.sight = sight;
    (options.streets, options.surveyed) = (wanted.streets, wanted.surveyed);
    options.home = wanted.home.clone().or(Some(app.register.info()?.title));
    options.lead = match wanted.lead.as_deref() {
        None => options.lead,
        Some("alternate") => Lead::Alternate,
        Some("a") => Lead::A,
        Some("b") => Lead::B,
        Some("halves") => Lead::Halves,
        Some(_) => {
            return Err(Problem::parameter(
                "lead",
                "应为 alternate、a、b 或 halves",
                "alternate, a, b or halves is expected",
            ));
        }
    };
    Ok(options)
}

fn ids(app: &App) -> IdSource {
    IdSource::new(app.now_ms(), rand::random())
}

fn preview(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let word = ask.param("level").ok_or_else(|| Problem::parameter("level", "缺少", "it is missing"))?;
    let mut options = DeriveOptions::new(level(word)?, app.today());
    options.sight = sight(app, ask)?;
    (options.streets, options.surveyed) = (flag(ask, "streets")?, flag(ask, "surveyed")?);
    options.home = ask.param("home").map(str::to_owned).or(Some(app.register.info()?.title));
    let made = lines::derive(&app.register.snapshot_up_to(app.options.show), &options, &mut ids(app))
        .map_err(no_lines)?;
    Answer::json(&derived(&made, None))
}

fn derive(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    check_writable(app)?;
    let wanted: Derive = ask.json()?;
    let options = options(app, &wanted, sight(app, ask)?)?;
    let head = wanted.act.keyed(ask).header(app, SetKind::Edit)?;
    let (mut ids, mut done) = (ids(app), None);
    let committed = app.register.commit(head, |snapshot| {
        let mut made = lines::derive(snapshot, &options, &mut ids).map_err(no_lines)?;
        let changes = std::mem::take(&mut made.changes);
        done = Some(made);
        shown(app, &changes)?;
        check_reach(app, snapshot, &changes)?;
        let origin = json!({"derived": Layer::BoundaryLine.name(), "level": options.level.code()});
        Ok::<_, Problem>(Decision { changes, origin: Some(origin) })
    });
    let revision = revision_of(committed)?;
    match done {
        Some(made) => Answer::json(&derived(&made, revision)),
        // Carried out before: the same request sent again.
        None => Answer::json(&Derived { revision, lines: json!([]), findings: json!({}) }),
    }
}

fn derived(made: &Derivation, revision: Option<u64>) -> Derived {
    Derived { revision, lines: json!(made.lines), findings: json!(made.findings) }
}

fn revision_of(done: Result<crate::register::Head, CommitError<Problem>>) -> Result<Option<u64>, Problem> {
    match done {
        Ok(head) => Ok(Some(head.revision.0)),
        Err(CommitError::Nothing) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Refuses changes of what is not shown here.
fn shown(app: &App, changes: &[Change]) -> Result<(), Problem> {
    if changes.iter().all(|change| history::shows(change, app.options.show)) {
        return Ok(());
    }
    Err(Problem::new(
        StatusCode::FORBIDDEN,
        "boundary.hidden",
        "其中有此处不公开的记录，不能在这里改动。",
        "Records that are not shown here would change.",
    )
    .then("请由有权限的人员在服务器上办理。", "Have it done by those who may see them."))
}

fn no_lines(error: LinesError) -> Problem {
    let said = error.sentence();
    let code = match error {
        LinesError::NoBoundary(_) => "lines.no_boundary",
        LinesError::NoDivisions(_) => "lines.no_divisions",
    };
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code, said.zh, said.en)
}

fn text(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let (snapshot, sight) = (app.register.snapshot_up_to(app.options.show), sight(app, ask)?);
    let code = ask.segment("code");
    let mut found = snapshot.layer(Layer::BoundaryLine).by_code(code);
    let record = found.find(|record| sight.sees(record)).ok_or_else(unknown_line)?;
    let made = alignment::of_line(&snapshot, record, sight).unwrap_or_default();
    let stored = record.text("alignment_text").map(|text| {
        let (read, unread) = alignment::read(text);
        let unread: Vec<Json> =
            unread.iter().map(|one| json!({"text": one.text, "after_leg": one.after})).collect();
        json!({"text": text, "legs": legs(&read.legs), "total_m": read.total_m, "unread": unread})
    });
    let text = alignment::write(&made);
    Answer::json(&AlignmentDoc { text, legs: legs(&made.legs), total_m: made.total_m, stored })
}

fn legs(legs: &[Leg]) -> Json {
    let leg = |leg: &Leg| {
        json!({
            "from": leg.from, "to": leg.to, "feature": leg.feature, "feature_name": leg.feature_name,
            "direction": leg.direction.map(Direction::name), "distance_m": leg.distance_m,
        })
    };
    Json::Array(legs.iter().map(leg).collect())
}

fn unknown_line() -> Problem {
    Problem::unknown("line.unknown", "没有这条界线。", "There is no such line.")
}

fn propose(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let options = NumberingOptions {
        line: ask.segment("code").to_owned(),
        first: ask.parsed("first")?.unwrap_or(1),
        keep: flag(ask, "keep")?,
        sight: sight(app, ask)?,
    };
    let made =
        numbering::number(&app.register.snapshot_up_to(app.options.show), &options).map_err(no_numbers)?;
    Answer::json(&numbers(&made, None))
}

fn number(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    check_writable(app)?;
    let NumberBy { first, keep, act } = ask.json()?;
    let line = ask.segment("code").to_owned();
    let options = NumberingOptions { line, first: first.unwrap_or(1), keep, sight: sight(app, ask)? };
    let head = act.keyed(ask).header(app, SetKind::Edit)?;
    let mut done = None;
    let committed = app.register.commit(head, |snapshot| {
        let mut made = numbering::number(snapshot, &options).map_err(no_numbers)?;
        let changes = std::mem::take(&mut made.changes);
        done = Some(made);
        shown(app, &changes)?;
        check_reach(app, snapshot, &changes)?;
        Ok::<_, Problem>(Decision { changes, origin: Some(json!({"numbered": options.line})) })
    });
    let revision = revision_of(committed)?;
    match done {
        Some(made) => Answer::json(&numbers(&made, revision)),
        None => Answer::json(&Numbers { revision, run: String::new(), markers: json!([]) }),
    }
}

fn numbers(made: &Numbering, revision: Option<u64>) -> Numbers {
    let run = match made.run {
        lines::Run::Eastward => "eastward",
        lines::Run::Southward => "southward",
    };
    Numbers { revision, run: run.into(), markers: json!(made.markers) }
}

fn no_numbers(error: NumberingError) -> Problem {
    let said = error.sentence();
    match error {
        NumberingError::NoLine(_) => unknown_line(),
        NumberingError::NoMarkers(_) | NumberingError::TooMany { .. } => {
            Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "markers.not_numbered", said.zh, said.en)
        }
    }
}

fn line_table(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let chosen = Chosen { sight: sight(app, ask)?, line: ask.param("line") };
    sheet(tables::lines(&app.register.snapshot_up_to(app.options.show), chosen), chosen)
}

fn marker_table(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let chosen = Chosen { sight: sight(app, ask)?, line: ask.param("line") };
    sheet(tables::markers(&app.register.snapshot_up_to(app.options.show), chosen), chosen)
}

/// A table as a workbook.
fn sheet(table: Table, chosen: Chosen<'_>) -> Result<Answer, Problem> {
    let internal = |error: &dyn std::fmt::Display| Problem::internal(error);
    let folder = tempfile::tempdir().map_err(|error| internal(&error))?;
    let path = folder.path().join("table.xlsx");
    let columns = table.columns.into_iter().map(|(name, kind)| OutColumn { name, title: None, kind });
    let schema = OutSchema { name: table.name.into(), columns: columns.collect(), crs: None, encoding: None };
    let mut sink = formats::create(&path, &schema).map_err(|error| internal(&error))?;
    for values in table.rows {
        sink.write(OutFeature { geometry: None, values }).map_err(|error| internal(&error))?;
    }
    sink.finish().map_err(|error| internal(&error))?;
    let bytes = std::fs::read(&path).map_err(|error| internal(&error))?;
    let name = encode(&format!("{}-{}.xlsx", table.name, chosen.sight.as_of));
    let disposition = format!("attachment; filename=\"table.xlsx\"; filename*=UTF-8''{name}");
    Ok(Answer::bytes(SHEET, bytes).with(header::CONTENT_DISPOSITION, &disposition))
}
