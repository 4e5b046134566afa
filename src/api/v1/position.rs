//! `GET /api/v1/layers/{layer}/position`: where a record stands in a filtered and ordered list, so that
//! a table finds the row of what was chosen on the map.

use std::sync::Arc;

use serde::Serialize;

use crate::api::answer::Answer;
use crate::api::app::App;
use crate::api::ask::Ask;
use crate::api::ogc::Asked;
use crate::api::problem::Problem;
use crate::api::route::{Param, together};
use crate::model::RecordId;

/// Where a record stands.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Position {
    /// counted from 0; none where the record does not match, or none was named
    position: Option<usize>,
    /// how many match
    total: usize,
    /// at which revision
    revision: u64,
}

/// What is asked beside the list.
const RECORD: Param = Param { name: "id", shape: "string", about: "记录的 ID · id of the record" };
/// All that may be asked.
pub const PARAMS: &[Param] = &together::<2, 6, 8>([RECORD, super::SORTBY], super::WHICH);

/// The handler.
pub fn get(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let asked = Asked::read(app, ask, PARAMS)?;
    let wanted = ask.param("id").map(str::parse::<RecordId>).transpose();
    let wanted = wanted.map_err(|_| Problem::parameter("id", "应为 ULID", "a ULID is expected"))?;
    let list = asked.all(app, ask)?;
    Answer::json(&Position {
        position: list.iter().position(|record| Some(record.id) == wanted),
        total: list.len(),
        revision: asked.view.revision().0,
    })
}
