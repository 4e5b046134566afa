//! How far a round is: as a whole, by line, and for each side of a line.

use std::collections::BTreeMap;

use serde::Serialize;

use super::tasks::{Subject, Task, tasks};
use crate::boundary::checks::{Round, Scene};
use crate::model::Date;
use crate::rules::{Rules, RulesError};

/// How far a round is.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Progress {
    /// id of the round
    pub id: String,
    /// its code
    pub code: String,
    /// what it is called
    pub name: String,
    /// word of the list `inspection_stage`
    pub stage: Option<String>,
    /// word of the list `inspection_cause`
    pub cause: Option<String>,
    /// `a`, `b` or `joint`
    pub lead_side: Option<String>,
    /// codes of its lines
    pub lines: Vec<String>,
    /// markers to be inspected
    pub markers: usize,
    /// markers inspected
    pub markers_done: usize,
    /// segments to be inspected
    pub segments: usize,
    /// segments inspected
    pub segments_done: usize,
    /// tasks of which a record says that something is not in order
    pub troubles: usize,
    /// tasks of which both sides' records differ
    pub differences: usize,
    /// markers inspected, by the condition in which they were left
    pub conditions: BTreeMap<String, usize>,
    /// the same by line
    pub by_line: Vec<LineProgress>,
    /// first day planned
    #[schema(value_type = Option<String>)]
    pub planned_from: Option<Date>,
    /// last day planned
    #[schema(value_type = Option<String>)]
    pub planned_to: Option<Date>,
    /// the day on which it ended
    #[schema(value_type = Option<String>)]
    pub ended: Option<Date>,
    /// the last day planned, where it is past and the round is not closed
    #[schema(value_type = Option<String>)]
    pub late_since: Option<Date>,
}

/// How far a round is on a line.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct LineProgress {
    /// code of the line
    pub line: String,
    /// what it is called
    pub name: String,
    /// tasks on it
    pub tasks: usize,
    /// those with a record
    pub done: usize,
    /// those of which both sides' records differ
    pub differences: usize,
    /// side A, then side B
    pub sides: Vec<SideProgress>,
}

/// How far a side is on a line. What both recorded together counts for both.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct SideProgress {
    /// `a` or `b`
    pub side: String,
    /// name of the party
    pub party: Option<String>,
    /// tasks with a record of this side
    pub done: usize,
    /// tasks without
    pub to_do: usize,
    /// tasks of which this side says that something is not in order
    pub troubles: usize,
    /// markers recorded by this side, by the condition in which they were left
    pub conditions: BTreeMap<String, usize>,
}

/// How far a round is on the scene's day.
pub fn progress(scene: &Scene<'_>, round: &Round<'_>, rules: &Rules) -> Result<Progress, RulesError> {
    Ok(progress_of(scene, round, &tasks(scene, round, rules)?))
}

/// The same from the round's tasks.
pub fn progress_of(scene: &Scene<'_>, round: &Round<'_>, tasks: &[Task]) -> Progress {
    let count = |subject, done: bool| {
        tasks.iter().filter(|task| task.subject == subject && (!done || task.done.is_some())).count()
    };
    let fields = round.fields();
    let text = |name| round.record.text(name).map(str::to_owned);
    let stage = text("stage");
    let planned_to = fields.and_then(|fields| fields.planned_to);
    Progress {
        id: round.record.id.to_string(),
        code: round.code().to_owned(),
        name: round.record.label().unwrap_or_default().to_owned(),
        cause: text("cause"),
        lead_side: text("lead_side"),
        lines: round.line_codes().map(str::to_owned).collect(),
        markers: count(Subject::Marker, false),
        markers_done: count(Subject::Marker, true),
        segments: count(Subject::Segment, false),
        segments_done: count(Subject::Segment, true),
        troubles: tasks.iter().filter(|task| task.has_trouble()).count(),
        differences: tasks.iter().filter(|task| !task.differences.is_empty()).count(),
        conditions: tally(tasks.iter().filter_map(|task| task.condition.as_deref())),
        by_line: round.line_codes().map(|line| of_line(scene, line, tasks)).collect(),
        planned_from: fields.and_then(|fields| fields.planned_from),
        planned_to,
        ended: fields.and_then(|fields| fields.ended),
        late_since: planned_to.filter(|day| *day < scene.day() && stage.as_deref() != Some("closed")),
        stage,
    }
}

fn tally<'a>(words: impl Iterator<Item = &'a str>) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for word in words {
        *counts.entry(word.to_owned()).or_default() += 1;
    }
    counts
}

fn of_line(scene: &Scene<'_>, code: &str, tasks: &[Task]) -> LineProgress {
    let here: Vec<&Task> = tasks.iter().filter(|task| task.line == code).collect();
    let line = scene.line(code);
    let side = |(side, party): (&str, &str)| {
        let own = |task: &&&Task| task.is_done_by(side);
        let done = here.iter().filter(own).count();
        let records = || here.iter().flat_map(|task| task.records.iter().filter(|said| said.is_of(side)));
        SideProgress {
            side: side.to_owned(),
            party: line.and_then(|line| line.record.text(party)).map(str::to_owned),
            done,
            to_do: here.len() - done,
            troubles: here
                .iter()
                .filter(|task| task.records.iter().any(|said| said.is_of(side) && !said.troubles.is_empty()))
                .count(),
            conditions: tally(records().filter_map(|said| said.left.as_deref())),
        }
    };
    LineProgress {
        line: code.to_owned(),
        name: line.and_then(|line| line.record.label()).unwrap_or(code).to_owned(),
        tasks: here.len(),
        done: here.iter().filter(|task| task.done.is_some()).count(),
        differences: here.iter().filter(|task| !task.differences.is_empty()).count(),
        sides: [("a", "party_a"), ("b", "party_b")].map(side).into(),
    }
}
