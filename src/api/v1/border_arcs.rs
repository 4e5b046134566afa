//! `POST /api/v1/borders/arcs`: the borders of one level in a window, to be taken hold of on a map.

use std::sync::Arc;

use geo_types::{Coord, Rect};
use serde::{Deserialize, Serialize};

use super::border_actions::{BorderAction, actions, misshapen};
use super::borders::refusal;
use crate::api::answer::Answer;
use crate::api::app::App;
use crate::api::ask::Ask;
use crate::api::openapi::schemas::{Named, add};
use crate::api::problem::Problem;
use crate::api::route::{Route, Verb};
use crate::boundary::editing::{self, Asked, Border, Side, Window};
use crate::model::layers::DivisionLevel;
use crate::model::{Date, Record, Value};

/// The route.
pub const ROUTES: &[Route] = &[Route {
    method: Verb::Post,
    body: Some("BorderWindow"),
    ..Route::get(
        "/api/v1/borders/arcs",
        "boundary",
        "窗口内某一级区划的界线，可带尚未提交的改动 · borders of a level in a window, with changes not yet made",
        arcs,
    )
    .answers("BorderArcs")
}];

/// Adds the schemas of what is sent here.
pub fn add_schemas(named: &mut Named) {
    add::<BorderWindow>(named);
    add::<BorderArcs>(named);
}

/// Which borders are wanted.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub struct BorderWindow {
    /// of divisions of this level (code)
    level: String,
    /// west, south, east, north
    window: [f64; 4],
    /// the day whose divisions are meant, today if absent
    #[serde(default)]
    day: Option<String>,
    /// as these actions would leave them
    #[serde(default)]
    actions: Vec<BorderAction>,
}

/// The borders of a level in a window.
#[derive(Serialize, utoipa::ToSchema)]
pub struct BorderArcs {
    revision: u64,
    /// there are more than one could take hold of: come nearer. Nothing else is said then
    too_many: bool,
    /// divisions along the borders
    divisions: Vec<BorderDivision>,
    borders: Vec<BorderArc>,
    /// records of boundary lines that borders belong to
    lines: Vec<BorderLine>,
}

/// A division beside a border.
#[derive(Serialize, utoipa::ToSchema)]
pub struct BorderDivision {
    /// null for one that the actions make
    id: Option<String>,
    /// for such a one the place of the split that makes it: later actions name it `new:<place>`
    made: Option<usize>,
    label: String,
    code: Option<String>,
    parent_code: Option<String>,
    /// m², geodesic; null where it would take long
    area_m2: Option<f64>,
}

/// A border, or what of it lies in the window and one point beyond.
#[derive(Serialize, utoipa::ToSchema)]
pub struct BorderArc {
    /// longitudes and latitudes, to the last digit
    points: Vec<[f64; 2]>,
    /// to the left of its direction: place among the divisions; null: none
    left: Option<usize>,
    /// to the right
    right: Option<usize>,
    /// whether it meets others at its ends; else it goes on beyond the window there, or is a ring
    nodes: [bool; 2],
    /// first and last point of each stretch that may not move: it is surveyed
    locked: Vec<[usize; 2]>,
    /// place among the lines
    line: Option<usize>,
    /// metres
    length_m: f64,
}

/// A record of a boundary line.
#[derive(Serialize, utoipa::ToSchema)]
pub struct BorderLine {
    /// null where it is not shown
    id: Option<String>,
    label: Option<String>,
    code: Option<String>,
    surveyed: bool,
}

fn arcs(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let question = ask.json::<BorderWindow>()?;
    let level = DivisionLevel::from_code(&question.level)
        .ok_or_else(|| misshapen("level", "没有这一级区划", "there is no such level of divisions"))?;
    let day = match question.day.map(|text| text.parse::<Date>()) {
        Some(Ok(day)) => day,
        Some(Err(_)) => return Err(misshapen("day", "日期应写作 2026-01-31", "write days as 2026-01-31")),
        None => app.today(),
    };
    let window = Window { level, bounds: bounds(question.window)?, show: app.options.show };
    let asked = Asked { day, from: None, actions: actions(question.actions)? };
    let snapshot = app.register.snapshot_up_to(app.options.show);
    let found = editing::arcs(&snapshot, &asked, &window).map_err(|why| refusal(&why))?;
    let line = |record: &Arc<Record>| {
        let shown = record.secrecy <= app.options.show;
        BorderLine {
            id: shown.then(|| record.id.to_string()),
            label: record.label().filter(|_| shown).map(str::to_owned),
            code: record.code.as_deref().filter(|_| shown).map(str::to_owned),
            surveyed: record.get("surveyed") == Some(Value::Bool(true)),
        }
    };
    Answer::json(&BorderArcs {
        revision: snapshot.revision().0,
        too_many: found.too_many,
        divisions: found.sides.into_iter().map(BorderDivision::from).collect(),
        borders: found.borders.into_iter().map(BorderArc::from).collect(),
        lines: found.lines.iter().map(line).collect(),
    })
}

fn bounds([west, south, east, north]: [f64; 4]) -> Result<Rect, Problem> {
    let sound = [west, south, east, north].iter().all(|v| v.is_finite())
        && -180.0 <= west
        && west < east
        && east <= 180.0
        && -90.0 <= south
        && south < north
        && north <= 90.0;
    if !sound {
        return Err(misshapen(
            "window",
            "窗口应为西、南、东、北四个经纬度",
            "the window is west, south, east, north in degrees",
        ));
    }
    Ok(Rect::new(Coord { x: west, y: south }, Coord { x: east, y: north }))
}

impl From<Side> for BorderDivision {
    fn from(side: Side) -> Self {
        let Side { record, made, label, area_m2 } = side;
        Self {
            id: record.as_ref().map(|record| record.id.to_string()),
            made,
            label,
            code: record.as_ref().and_then(|record| record.code.as_deref()).map(str::to_owned),
            parent_code: record.as_ref().and_then(|record| record.text("parent_code")).map(str::to_owned),
            area_m2,
        }
    }
}

impl From<Border> for BorderArc {
    fn from(border: Border) -> Self {
        let Border { points, left, right, nodes, locked, line, length_m } = border;
        Self {
            points: points.into_iter().map(|c| [c.x, c.y]).collect(),
            left,
            right,
            nodes,
            locked,
            line,
            length_m,
        }
    }
}
