//! One finding with its place and records; its repair at one click: previewed, then made as one change set.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::ask::find;
use crate::api::answer::Answer;
use crate::api::app::App;
use crate::api::ask::{Ask, unknown_record};
use crate::api::editing::{Act, check_writable};
use crate::api::problem::Problem;
use crate::api::v1::borders::{answer, carry_out, check_shown, refusal};
use crate::api::view::View;
use crate::api::wire::geometry_json;
use crate::boundary::editing::{self, Action, Asked, Mend};
use crate::boundary::repair;
use crate::findings::{CheckFinding, CheckRecord};
use crate::model::{Bilingual, Date, IdSource, RecordId, SetKind, geometry};

/// Vertices of a place that are sent; larger ones are sent as their box.
const MOST_VERTICES: usize = 20_000;
/// How wide an overlap or gap may be where the rule does not say, m.
const WIDEST_M: f64 = 10.0;

/// One finding, with all that is known of it.
#[derive(Serialize, utoipa::ToSchema)]
pub struct CheckDetail {
    revision: u64,
    finding: CheckFinding,
    /// what the rule says, in our own words
    sense: Bilingual,
    /// GeoJSON of the ground; absent where the finding is about no ground, or it is too large
    #[schema(value_type = Object)]
    place: Json,
    /// the records that it speaks of, its own first
    records: Vec<CheckRecord>,
    repair: RepairOffer,
}

/// Whether it can be repaired at one click.
#[derive(Serialize, utoipa::ToSchema)]
pub struct RepairOffer {
    offered: bool,
    /// who may get the ground, by id; empty where there is nothing to choose
    owners: Vec<CheckRecord>,
    /// why not
    why: Option<Bilingual>,
    /// what a person should do then
    next: Option<Bilingual>,
}

/// How a finding is to be repaired.
#[derive(Clone, Debug, Default, Deserialize, utoipa::ToSchema)]
pub struct RepairQuestion {
    /// the division that gets the ground; whoever fits best if absent
    #[serde(default)]
    owner: Option<String>,
}

/// A repair, by whom and why.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub struct RepairChange {
    #[serde(flatten)]
    question: RepairQuestion,
    /// tags of the divisions that change, by id, as the preview gave them
    held: BTreeMap<String, String>,
    #[serde(flatten)]
    act: Act,
}

/// `GET /api/v1/checks/{id}`
pub(super) fn detail(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let view = View::of(app, ask)?;
    let noticed = find(app, &view, ask.segment("id"))?;
    let rules = &app.boards.rules;
    let rule = rules.on(&noticed.finding.rule, view.as_of).ok_or_else(unknown_record)?;
    let records = CheckRecord::all(&noticed, &view.snapshot, view.as_of);
    let place = noticed.ground.as_ref().map(|ground| &ground.place);
    let place = place.filter(|place| geometry::coord_count(place) <= MOST_VERTICES);
    let repair = match repair::of(&noticed, &view.snapshot, widest_m(app, view.as_of), None) {
        Ok(mend) => RepairOffer {
            offered: !app.options.read_only && view.revision() == view.newest,
            owners: owners(&mend, &records),
            why: None,
            next: None,
        },
        Err(hand) => {
            RepairOffer { offered: false, owners: Vec::new(), why: Some(hand.why), next: Some(hand.next) }
        }
    };
    Answer::json(&CheckDetail {
        revision: view.revision().0,
        finding: CheckFinding::of(&noticed, rule),
        sense: rule.sense.clone(),
        place: place.map_or(Json::Null, geometry_json),
        records,
        repair,
    })
}

/// Those among whom the ground can go.
fn owners(mend: &Mend, records: &[CheckRecord]) -> Vec<CheckRecord> {
    if !matches!(mend.kind, crate::topology::Kind::Overlap | crate::topology::Kind::Gap) {
        return Vec::new();
    }
    let own: Vec<String> = mend.divisions.iter().map(ToString::to_string).collect();
    records.iter().filter(|record| own.contains(&record.record)).cloned().collect()
}

fn widest_m(app: &App, day: Date) -> f64 {
    #[derive(Deserialize)]
    struct Parameters {
        repair_m: f64,
    }
    let rule = app.boards.rules.on("G01", day);
    rule.and_then(|rule| rule.parameters::<Parameters>().ok()).map_or(WIDEST_M, |wanted| wanted.repair_m)
}

/// The finding as something to be done.
fn read(app: &Arc<App>, ask: &Ask, question: &RepairQuestion) -> Result<Asked, Problem> {
    let view = View::now(app);
    let noticed = find(app, &view, ask.segment("id"))?;
    let owner = question.owner.as_deref().map(|id| id.parse::<RecordId>().map_err(|_| unknown_record()));
    let mend = repair::of(&noticed, &view.snapshot, widest_m(app, view.as_of), owner.transpose()?);
    let mend = mend.map_err(|hand| {
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "check.by_hand", hand.why.zh, hand.why.en)
            .then(hand.next.zh, hand.next.en)
    })?;
    Ok(Asked { day: view.as_of, from: None, actions: vec![Action::Mend(mend)] })
}

/// `POST /api/v1/checks/{id}/repair/preview`
pub(super) fn preview(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let asked = read(app, ask, &ask.json()?)?;
    let snapshot = app.register.snapshot();
    let mut ids = IdSource::new(app.now_ms(), rand::random());
    let planned = editing::plan(&snapshot, &asked, &mut ids).map_err(|why| refusal(&why))?;
    check_shown(app, &planned)?;
    Answer::json(&answer(app, snapshot.revision().0, &planned))
}

/// `POST /api/v1/checks/{id}/repair`
pub(super) fn change(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    check_writable(app)?;
    let RepairChange { question, held, act } = ask.json()?;
    let header = act.keyed(ask).header(app, SetKind::Edit)?;
    carry_out(app, header, &read(app, ask, &question)?, &held)
}
