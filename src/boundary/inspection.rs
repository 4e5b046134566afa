//! Inspection rounds (联检): what they have to look at, how far they are, which lines are due.
//!
//! A round looks at every marker and every segment of its lines (省级界线联检实施办法; county rounds follow it).
//! Its tasks follow from the lines as they are; a task is done when the round has a record of it.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;

use super::checks::{Due, Period, Round, Scene};
use crate::model::{Bilingual, Date, RecordId, vocab};
use crate::rules::{Rules, RulesError};

/// What a task is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// 界桩
    Marker,
    /// 界线段
    Segment,
}

/// Something that a round has to look at.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Task {
    /// marker or segment
    pub subject: Subject,
    /// code of the line
    pub line: String,
    /// full number of the marker, or number of the segment
    pub key: String,
    /// as people call it
    pub name: String,
    /// `a`, `b`, `joint`: who leads here, where it is known
    pub lead: Option<String>,
    /// longitude and latitude of a marker
    pub at: Option<[f64; 2]>,
    /// the round's record of it
    pub done: Option<String>,
    /// the condition that the record says
    pub condition: Option<String>,
}

/// How a line without segments is inspected: as one.
const WHOLE: &str = "1";

/// All tasks of a round: for each of its lines the markers by number, then the segments in their order.
/// A marker where several of its lines meet is one task. O(markers + records of the round).
pub fn tasks(scene: &Scene<'_>, round: &Round<'_>) -> Vec<Task> {
    let done = Done::of(scene, round);
    let mut tasks: Vec<Task> = Vec::new();
    let mut seen: std::collections::HashSet<RecordId> = std::collections::HashSet::new();
    for code in round.line_codes() {
        let Some(line) = scene.line(code) else { continue };
        let mut markers: Vec<_> = scene.markers_of(code).collect();
        markers.retain(|marker| marker.record.text("condition") != Some("scrapped"));
        markers.sort_by_key(|marker| (marker.number(), marker.record.id));
        for marker in markers {
            if !seen.insert(marker.record.id) {
                continue;
            }
            let record = done.markers.get(marker.number());
            tasks.push(Task {
                subject: Subject::Marker,
                line: code.to_owned(),
                key: marker.number().to_owned(),
                name: marker.record.label().unwrap_or_default().to_owned(),
                lead: marker.record.text("responsible_side").map(str::to_owned),
                at: marker.at().map(|at| [at.x, at.y]),
                done: record.map(|(id, _)| id.to_string()),
                condition: record.and_then(|(_, condition)| condition.clone()),
            });
        }
        let segments = line.fields().map(|fields| fields.segments.as_slice()).unwrap_or_default();
        let numbers =
            segments.iter().map(|segment| (segment.number.as_str(), Some(segment.lead_side.as_str())));
        let whole = segments.is_empty().then_some((WHOLE, None));
        for (number, lead) in numbers.chain(whole) {
            let name = line.record.label().unwrap_or(code);
            tasks.push(Task {
                subject: Subject::Segment,
                line: code.to_owned(),
                key: number.to_owned(),
                name: format!("{name}第{number}段"),
                lead: lead.filter(|lead| !lead.is_empty()).map(str::to_owned),
                at: None,
                done: done.segments.get(&(code.to_owned(), number.to_owned())).map(RecordId::to_string),
                condition: None,
            });
        }
    }
    tasks
}

/// The records of a round by what they are about.
struct Done {
    markers: HashMap<String, (RecordId, Option<String>)>,
    segments: HashMap<(String, String), RecordId>,
}

impl Done {
    fn of(scene: &Scene<'_>, round: &Round<'_>) -> Self {
        let mut done = Self { markers: HashMap::new(), segments: HashMap::new() };
        for inspected in scene.inspected_in(round.code()) {
            let Some(fields) = inspected.fields() else { continue };
            let id = inspected.record.id;
            match (fields.subject.as_str(), &fields.marker_code, &fields.line_code, &fields.segment) {
                ("marker", Some(marker), _, _) => {
                    done.markers.insert(marker.clone(), (id, fields.condition.clone()));
                }
                ("segment", _, Some(line), Some(segment)) => {
                    done.segments.insert((line.clone(), segment.clone()), id);
                }
                _ => {}
            }
        }
        done
    }
}

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
    /// markers inspected, by the condition in which they were found
    pub conditions: BTreeMap<String, usize>,
    /// the last day planned, where it is past and the round is not closed
    #[schema(value_type = Option<String>)]
    pub late_since: Option<Date>,
}

/// How far a round is on the scene's day.
pub fn progress(scene: &Scene<'_>, round: &Round<'_>) -> Progress {
    let tasks = tasks(scene, round);
    let count = |subject, done: bool| {
        tasks.iter().filter(|task| task.subject == subject && (!done || task.done.is_some())).count()
    };
    let mut conditions = BTreeMap::new();
    for condition in tasks.iter().filter_map(|task| task.condition.clone()) {
        *conditions.entry(condition).or_default() += 1;
    }
    let fields = round.fields();
    let stage = fields.and_then(|fields| fields.stage.clone());
    let planned = fields.and_then(|fields| fields.planned_to);
    Progress {
        id: round.record.id.to_string(),
        code: round.code().to_owned(),
        name: round.record.label().unwrap_or_default().to_owned(),
        lines: round.line_codes().map(str::to_owned).collect(),
        markers: count(Subject::Marker, false),
        markers_done: count(Subject::Marker, true),
        segments: count(Subject::Segment, false),
        segments_done: count(Subject::Segment, true),
        conditions,
        late_since: planned.filter(|day| *day < scene.day() && stage.as_deref() != Some("closed")),
        stage,
    }
}

/// When a line is to be inspected next.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct LineDue {
    /// id of the line
    pub id: String,
    /// its code
    pub code: String,
    /// what it is called
    pub name: String,
    /// the day counted from: the last inspection, else the agreement
    #[schema(value_type = String)]
    pub last: Date,
    /// due by
    #[schema(value_type = String)]
    pub by: Date,
    /// days left; negative once it is past
    pub days_left: i32,
    /// how near it is
    pub due: Due,
    /// code of a round that is under way for it
    pub round: Option<String>,
}

/// All lines of county level and up by the day they are due, the earliest first. Empty where the rule of the
/// period is not in force.
pub fn due(scene: &Scene<'_>, rules: &Rules) -> Result<Vec<LineDue>, RulesError> {
    let Some(rule) = rules.on("B09", scene.day()) else { return Ok(Vec::new()) };
    let period: Period = rule.parameters()?;
    let mut due: Vec<LineDue> = scene
        .all_lines()
        .iter()
        .filter(|line| line.is_county_up())
        .filter_map(|line| {
            let last = scene.last_inspection(line)?;
            let by = period.next(last);
            let open = scene.all_rounds().find(|round| {
                round.record.text("stage") != Some("closed")
                    && round.line_codes().any(|code| code == line.code())
            });
            Some(LineDue {
                id: line.record.id.to_string(),
                code: line.code().to_owned(),
                name: line.record.label().unwrap_or_default().to_owned(),
                last,
                by,
                days_left: by.days() - scene.day().days(),
                due: period.due(by, scene.day()),
                round: open.map(|round| round.code().to_owned()),
            })
        })
        .collect();
    due.sort_by(|a, b| (a.by, &a.code).cmp(&(b.by, &b.code)));
    Ok(due)
}

/// A stage or condition as people read it.
pub fn title(list: &str, code: &str) -> Bilingual {
    let value = vocab::list(list).get(code);
    value.map_or_else(|| Bilingual::new(code, code), |value| value.title.clone())
}
