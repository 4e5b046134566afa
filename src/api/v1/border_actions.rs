//! What may be done to a border, as it is sent: words and coordinates into [`Action`].

use axum::http::StatusCode;
use geo_types::{Coord, Geometry, LineString};
use serde::Deserialize;

use crate::api::ask::unknown_record;
use crate::api::problem::Problem;
use crate::boundary::editing::{Action, Target};
use crate::model::{RecordId, geometry};

/// Points of one line or ring at most.
const MOST_POINTS: usize = 5_000;
/// Actions of one question at most.
const MOST_ACTIONS: usize = 200;

/// What is asked for, checked as far as it can be without the register.
pub(super) fn actions(actions: Vec<BorderAction>) -> Result<Vec<Action>, Problem> {
    if actions.len() > MOST_ACTIONS {
        return Err(misshapen("actions", "一次至多 200 步改动", "200 actions at once at most"));
    }
    actions.into_iter().map(action).collect()
}

/// What was sent does not have the form that it should have.
pub(super) fn misshapen(field: &'static str, zh: &str, en: &str) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "border.misshapen", zh, en).with("field", field)
}

/// What is to be done. Points are [longitude, latitude]. Divisions are named by id; the part that a split cuts off by
/// `new:` and the split's place among the actions, from 0.
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
        /// two points of the border between which it is laid; absent: from node to node
        #[serde(default)]
        stretch: Option<[[f64; 2]; 2]>,
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

fn action(action: BorderAction) -> Result<Action, Problem> {
    let at = |[x, y]: [f64; 2]| geometry::round(Coord { x, y });
    let id = |text: &str| match text.strip_prefix("new:") {
        Some(place) => place.parse().map(Target::Made).map_err(|_| unknown_record()),
        None => text.parse::<RecordId>().map(Target::Record).map_err(|_| unknown_record()),
    };
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
        BorderAction::Snap { edge, stretch, line: points, within_m } => {
            if !(within_m > 0.0 && within_m <= 2_000.0) {
                return Err(misshapen(
                    "within_m",
                    "within_m 应在 0 至 2000 米之间",
                    "within_m lies within 0 and 2000 m",
                ));
            }
            let stretch = stretch.map(|ends| ends.map(at));
            Action::Snap { edge: edge.map(at), stretch, line: line(points)?, within_m }
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
