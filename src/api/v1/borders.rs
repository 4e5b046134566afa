//! `POST /api/v1/borders`: a border of divisions changed for all that lie along it; `…/preview`: what it would do.
//!
//! Coordinates are CGCS2000 longitude and latitude (CRS84 order), rounded to 1e-9° as the register keeps them:
//! points of borders are found by being equal.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::http::StatusCode;
use geo_types::{Coord, Geometry, LineString};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::content_tag;
use crate::api::answer::Answer;
use crate::api::app::App;
use crate::api::ask::{Ask, unknown_record};
use crate::api::editing::{Act, check_writable};
use crate::api::openapi::schemas::{Named, add};
use crate::api::problem::Problem;
use crate::api::route::{Route, Verb};
use crate::api::wire::geometry_json;
use crate::boundary::editing::{self, Action, Asked, Outcome, Planned, Refused};
use crate::model::{Date, IdSource, Record, RecordId, SetKind, geometry};

/// The routes.
pub const ROUTES: &[Route] = &[
    Route {
        method: Verb::Post,
        body: Some("BorderQuestion"),
        ..Route::get(
            "/api/v1/borders/preview",
            "boundary",
            "试改界线：两侧区划的新图形与面积 · what a change of a border would do to both sides",
            preview,
        )
        .answers("Borders")
    },
    Route {
        method: Verb::Post,
        body: Some("BorderChange"),
        ..Route::get(
            "/api/v1/borders",
            "boundary",
            "改动区划界线，两侧一起改 · a border changed on both of its sides",
            change,
        )
        .answers("Borders")
    },
];

/// Adds the schemas of what is sent here.
pub fn add_schemas(named: &mut Named) {
    add::<BorderQuestion>(named);
    add::<BorderChange>(named);
    add::<Borders>(named);
}

/// Points of one line or ring at most.
const MOST_POINTS: usize = 5_000;

/// What is to be done. Points are [longitude, latitude].
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum BorderAction {
    /// moves a point of a border
    Move {
        /// the point
        at: [f64; 2],
        /// where it goes
        to: [f64; 2],
    },
    /// puts a point into a border
    Insert {
        /// the points on both sides of it
        edge: [[f64; 2]; 2],
        /// the new point
        at: [f64; 2],
    },
    /// takes a point out
    Delete {
        /// the point
        at: [f64; 2],
    },
    /// lays a border onto the middle of a road or river
    Snap {
        /// two neighbouring points of the border
        edge: [[f64; 2]; 2],
        /// the middle line
        line: Vec<[f64; 2]>,
        /// metres that the border may lie from it
        within_m: f64,
    },
    /// cuts a division in two; the larger part keeps its identity
    Split {
        /// which
        division: String,
        /// across it
        line: Vec<[f64; 2]>,
        /// name of the other part
        name: String,
        /// code of the other part
        #[serde(default)]
        code: Option<String>,
    },
    /// makes one of neighbours with the same parent; the first stays
    Merge {
        /// two or more
        divisions: Vec<String>,
    },
    /// gives a piece to a neighbour with the same parent
    HandOver {
        /// from
        from: String,
        /// to
        to: String,
        /// ring round the piece
        piece: Vec<[f64; 2]>,
    },
}

/// A change of a border.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
pub struct BorderQuestion {
    /// what is to be done
    action: BorderAction,
    /// the day whose divisions are meant, today if absent
    #[serde(default)]
    day: Option<String>,
    /// from this day on things are so in law: the versions that hold end then. Absent: a mistake is corrected
    #[serde(default)]
    from: Option<String>,
}

/// A change of a border, by whom and why.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub struct BorderChange {
    #[serde(flatten)]
    question: BorderQuestion,
    /// tags of the divisions that change, by id, as the preview gave them
    held: BTreeMap<String, String>,
    #[serde(flatten)]
    act: Act,
}

/// What becomes of the divisions.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Borders {
    /// the revision looked at, or in which it now stands
    revision: u64,
    /// the highest level first
    divisions: Vec<BorderSide>,
}

/// What becomes of one division.
#[derive(Serialize, utoipa::ToSchema)]
pub struct BorderSide {
    id: String,
    label: Option<String>,
    code: Option<String>,
    level: Option<String>,
    /// tag to send with the change; none for a new division
    etag: Option<String>,
    /// m², geodesic
    area_before_m2: f64,
    /// m², geodesic
    area_after_m2: f64,
    /// GeoJSON; null for a new division
    #[schema(value_type = Object)]
    before: Json,
    /// GeoJSON; null for a division that ends
    #[schema(value_type = Object)]
    after: Json,
}

impl From<&Outcome> for BorderSide {
    fn from(outcome: &Outcome) -> Self {
        let Outcome { before, after, area_before_m2, area_after_m2 } = outcome;
        let shape = |record: Option<&Record>| {
            record.and_then(|record| record.geometry.as_deref()).map_or(Json::Null, geometry_json)
        };
        let either = before.as_deref().or(after.as_ref());
        let word = |name: &str| either.and_then(|record| record.text(name)).map(str::to_owned);
        Self {
            id: either.map(|record| record.id.to_string()).unwrap_or_default(),
            label: either.and_then(|record| record.label()).map(str::to_owned),
            code: either.and_then(|record| record.code.as_deref()).map(str::to_owned),
            level: word("level"),
            etag: before.as_deref().map(|record| format!("\"{}\"", content_tag(record))),
            area_before_m2: *area_before_m2,
            area_after_m2: *area_after_m2,
            before: shape(before.as_deref()),
            after: shape(after.as_ref()),
        }
    }
}

fn preview(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let asked = read(app, ask.json::<BorderQuestion>()?)?;
    let snapshot = app.register.snapshot();
    let mut ids = IdSource::new(app.now_ms(), rand::random());
    let planned = editing::plan(&snapshot, &asked, &mut ids).map_err(|why| refusal(&why))?;
    check_shown(app, &planned)?;
    Answer::json(&answer(snapshot.revision().0, &planned))
}

fn change(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    check_writable(app)?;
    let BorderChange { question, held, act } = ask.json()?;
    let header = act.keyed(ask).header(app, SetKind::Edit)?;
    let asked = read(app, question)?;
    let mut done = None;
    let head = app.register.commit(header, |snapshot| {
        let mut ids = IdSource::new(app.now_ms(), rand::random());
        let planned = editing::plan(snapshot, &asked, &mut ids).map_err(|why| refusal(&why))?;
        check_shown(app, &planned)?;
        check_held(&held, &planned)?;
        let changes = planned.changes.clone();
        done = Some(planned);
        Ok(changes)
    })?;
    // A request that was carried out before is not planned again.
    Answer::json(&answer(head.revision.0, &done.unwrap_or_default()))
}

fn answer(revision: u64, planned: &Planned) -> Borders {
    Borders { revision, divisions: planned.outcomes.iter().map(BorderSide::from).collect() }
}

/// What is not shown cannot be changed, and nothing is said of it.
fn check_shown(app: &App, planned: &Planned) -> Result<(), Problem> {
    let hidden =
        |outcome: &Outcome| outcome.before.as_deref().is_some_and(|record| record.secrecy > app.options.show);
    if planned.outcomes.iter().any(hidden) { Err(unknown_record()) } else { Ok(()) }
}

/// That every division is as the person saw it who decided.
fn check_held(held: &BTreeMap<String, String>, planned: &Planned) -> Result<(), Problem> {
    for record in planned.outcomes.iter().filter_map(|outcome| outcome.before.as_deref()) {
        let now = format!("\"{}\"", content_tag(record));
        match held.get(&record.id.to_string()) {
            Some(tag) if *tag == now => {}
            Some(_) => {
                return Err(Problem::new(
                    StatusCode::PRECONDITION_FAILED,
                    "edit.overtaken",
                    format!("“{}”已被别人修改，本次修改未生效。", record.label().unwrap_or_default()),
                    "A division was changed after you looked; your change was not made.",
                )
                .then(
                    "请重新试改，核对两侧后再提交。",
                    "Preview again, look at both sides, and send anew.",
                ));
            }
            None => {
                return Err(Problem::new(
                    StatusCode::PRECONDITION_REQUIRED,
                    "edit.unseen",
                    format!("改动还涉及“{}”，held 中没有它。", record.label().unwrap_or_default()),
                    "The change touches a division that is not in held.",
                )
                .then(
                    "请先试改（preview），再带着其中的 etag 提交。",
                    "Preview first and send the tags it gives.",
                ));
            }
        }
    }
    Ok(())
}

fn refusal(why: &Refused) -> Problem {
    match why {
        Refused::NoDivision(_) => unknown_record(),
        why => Problem::findings(&[why.finding()]),
    }
}

fn misshapen(field: &'static str, zh: &str, en: &str) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "border.misshapen", zh, en).with("field", field)
}

fn read(app: &App, question: BorderQuestion) -> Result<Asked, Problem> {
    let day = |text: Option<String>, field: &'static str| {
        let read = |text: String| text.parse::<Date>();
        text.map(read)
            .transpose()
            .map_err(|_| misshapen(field, "日期应写作 2026-01-31", "write days as 2026-01-31"))
    };
    let from = day(question.from, "from")?;
    let today = day(question.day, "day")?.unwrap_or_else(|| app.today());
    Ok(Asked { day: today, from, action: action(question.action)? })
}

fn action(action: BorderAction) -> Result<Action, Problem> {
    let at = |[x, y]: [f64; 2]| geometry::round(Coord { x, y });
    let id = |text: &str| text.parse::<RecordId>().map_err(|_| unknown_record());
    let line = |points: Vec<[f64; 2]>| {
        if points.len() < 2 || points.len() > MOST_POINTS {
            return Err(misshapen("line", "线应有 2 至 5000 个点", "a line has 2 to 5000 points"));
        }
        Ok(LineString(points.into_iter().map(at).collect()))
    };
    Ok(match action {
        BorderAction::Move { at: from, to } => Action::Move { at: at(from), to: at(to) },
        BorderAction::Insert { edge, at: new } => Action::Insert { edge: edge.map(at), at: at(new) },
        BorderAction::Delete { at: gone } => Action::Delete { at: at(gone) },
        BorderAction::Snap { edge, line: points, within_m } => {
            if !(within_m > 0.0 && within_m <= 2_000.0) {
                return Err(misshapen(
                    "within_m",
                    "within_m 应在 0 至 2000 米之间",
                    "within_m lies within 0 and 2000 m",
                ));
            }
            Action::Snap { edge: edge.map(at), line: line(points)?, within_m }
        }
        BorderAction::Split { division, line: points, name, code } => {
            if name.trim().is_empty() || name.chars().count() > 100 {
                return Err(misshapen("name", "新划出的部分要有名称", "the new part needs a name"));
            }
            let code = code.map(|code| code.trim().to_owned()).filter(|code| !code.is_empty());
            Action::Split { division: id(&division)?, line: line(points)?, name, code }
        }
        BorderAction::Merge { divisions } => {
            if divisions.len() < 2 || divisions.len() > 50 {
                return Err(misshapen("divisions", "合并 2 至 50 个区划", "2 to 50 divisions are merged"));
            }
            Action::Merge { divisions: divisions.iter().map(|text| id(text)).collect::<Result<_, _>>()? }
        }
        BorderAction::HandOver { from, to, piece } => {
            if piece.len() < 3 || piece.len() > MOST_POINTS {
                return Err(misshapen(
                    "piece",
                    "地块的环应有 3 至 5000 个点",
                    "the ring has 3 to 5000 points",
                ));
            }
            let mut ring = line(piece)?;
            ring.close();
            let piece = geo_types::Polygon::new(ring, Vec::new());
            if geometry::bounds(&Geometry::Polygon(piece.clone())).is_none() {
                return Err(misshapen("piece", "地块没有面积", "the piece has no area"));
            }
            Action::HandOver { from: id(&from)?, to: id(&to)?, piece }
        }
    })
}
