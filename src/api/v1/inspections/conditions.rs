//! `GET /api/v1/inspections/markers/{id}`: the condition of a marker over time, and which record each came from.
//!
//! A record changes the marker's condition in its own change set, so the log tells both together; records that
//! only confirm what was known stand between.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde::Serialize;

use crate::api::answer::Answer;
use crate::api::app::App;
use crate::api::ask::Ask;
use crate::api::history;
use crate::api::problem::Problem;
use crate::api::view::View;
use crate::boundary::inspection;
use crate::model::layers::InspectionRecord;
use crate::model::{ActDescription, Layer, Record, Revision};
use crate::register::HistoryEntry;

/// The condition of a marker over time.
#[derive(Serialize, utoipa::ToSchema)]
pub struct MarkerConditions {
    /// id of the marker
    marker: String,
    /// its full number
    number: Option<String>,
    /// its condition on the day asked for
    condition: Option<String>,
    /// newest first
    history: Vec<ConditionLine>,
}

/// One time that it was looked at, or its record changed.
#[derive(Serialize, utoipa::ToSchema)]
pub struct ConditionLine {
    /// the day on which it was found so, else on which it was recorded
    day: String,
    /// word of the list `marker_condition`
    condition: Option<String>,
    /// what the register had before
    before: Option<String>,
    /// whether the register's condition changed with it
    changed: bool,
    /// the inspection record that it came from
    record: Option<ConditionSource>,
    act: ActDescription,
}

/// An inspection record.
#[derive(Clone, Serialize, utoipa::ToSchema)]
pub struct ConditionSource {
    /// its id
    id: String,
    /// code of the round
    round: String,
    /// a, b, c or joint
    side: Option<String>,
    /// the condition as found
    found: Option<String>,
    /// what was done on the spot
    action: Option<String>,
    /// who looked
    inspectors: Vec<String>,
}

/// The handler.
pub fn get(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let view = View::of(app, ask)?;
    let marker = view.record(Layer::BoundaryMarker, ask.record_id()?)?;
    let number = marker.code.as_deref().or_else(|| marker.text("number"));
    let records: Vec<(&Record, InspectionRecord)> = view
        .records(Layer::InspectionRecord)
        .filter(|record| number.is_some() && record.text("marker_code") == number)
        .filter_map(|record| Some((&**record, record.read().ok()?)))
        .collect();
    let mut of_revision: HashMap<Revision, usize> = HashMap::new();
    let mut acts: Vec<Option<HistoryEntry>> = Vec::with_capacity(records.len());
    for (at, (record, _)) in records.iter().enumerate() {
        let entries = app.register.history(Layer::InspectionRecord, record.id)?;
        of_revision.extend(entries.iter().map(|entry| (entry.revision, at)));
        acts.push(entries.into_iter().next_back());
    }
    let (mut lines, mut used) = (Vec::new(), HashSet::new());
    for entry in app.register.history(Layer::BoundaryMarker, marker.id)? {
        let of =
            |record: Option<&Record>| record.and_then(|record| record.text("condition")).map(str::to_owned);
        let (before, condition) = (of(entry.change.before()), of(entry.change.after()));
        if before == condition || !history::shows(&entry.change, view.show) {
            continue;
        }
        let source = of_revision.get(&entry.revision).copied();
        used.extend(source);
        let source = source.and_then(|at| records.get(at));
        lines.push((entry.revision, line(app, &entry, (before, condition, true), source)));
    }
    for (at, entry) in acts.iter().enumerate().filter(|(at, _)| !used.contains(at)) {
        let (Some(entry), Some(source)) = (entry, records.get(at)) else { continue };
        let fields = &source.1;
        let left =
            inspection::condition_after(fields.found, fields.condition.as_deref(), fields.action.as_deref());
        if let Some(left) = left {
            let seen = (None, Some(left.to_owned()), false);
            lines.push((entry.revision, line(app, entry, seen, Some(source))));
        }
    }
    lines.sort_by(|(a, one), (b, other)| (&other.day, b).cmp(&(&one.day, a)));
    Answer::json(&MarkerConditions {
        marker: marker.id.to_string(),
        number: number.map(str::to_owned),
        condition: marker.text("condition").map(str::to_owned),
        history: lines.into_iter().map(|(_, line)| line).collect(),
    })
}

fn line(
    app: &App,
    entry: &HistoryEntry,
    (before, condition, changed): (Option<String>, Option<String>, bool),
    source: Option<&(&Record, InspectionRecord)>,
) -> ConditionLine {
    let found = source.and_then(|(_, fields)| fields.inspected);
    let recorded = || entry.header.at.chars().take("2026-01-01".len()).collect();
    ConditionLine {
        day: found.map_or_else(recorded, |day| day.to_string()),
        condition,
        before,
        changed,
        record: source.map(|(record, fields)| ConditionSource {
            id: record.id.to_string(),
            round: fields.round_code.clone(),
            side: fields.side.clone(),
            found: fields.condition.clone(),
            action: fields.action.clone(),
            inspectors: fields.inspectors.clone(),
        }),
        act: ActDescription {
            register: app.place_of(entry.revision),
            ..ActDescription::of(entry.revision, &entry.header, entry.undone_by)
        },
    }
}
