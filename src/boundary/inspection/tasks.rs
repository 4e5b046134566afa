//! The tasks of a round: every marker and every segment of its lines, where they lie, and what was said of them.

use std::collections::{HashMap, HashSet};

use geo::Simplify as _;
use geo_types::{Coord, LineString};
use serde::Serialize;

use super::said::{Measure, Said, differences};
use crate::boundary::checks::{Inspected, Line, Marker, Round, Scene, Tolerance};
use crate::boundary::defaults::defaults;
use crate::boundary::number::take_apart;
use crate::boundary::path::Path;
use crate::model::layers::{LineSegment, MarkerReference};
use crate::model::{RecordId, Secrecy};
use crate::rules::{Rules, RulesError};

/// What a task is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// 界桩
    Marker,
    /// 界线段
    Segment,
}

impl Subject {
    /// Its word in the list `inspection_subject`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Marker => "marker",
            Self::Segment => "segment",
        }
    }

    /// The subject of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Marker, Self::Segment].into_iter().find(|subject| subject.word() == word)
    }
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
    /// longitude and latitude of a marker, or of the middle of a segment
    pub at: Option<[f64; 2]>,
    /// metres from the start of the line, by which tasks stand along it
    pub along_m: Option<f64>,
    /// of a segment its course, drawn coarsely (2 m)
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub course: Vec<[f64; 2]>,
    /// id of the marker's record
    #[schema(value_type = Option<String>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub marker: Option<RecordId>,
    /// of a marker its kind: `single`, `double`, `triple`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// of a marker the condition that the register has
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registered: Option<String>,
    /// of a marker its reference objects
    #[schema(value_type = Vec<Object>)]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<MarkerReference>,
    /// of a segment what it follows, and between which markers it lies
    #[schema(value_type = Option<Object>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub segment: Option<LineSegment>,
    /// the round's first record of it
    pub done: Option<String>,
    /// the condition in which the last record leaves the marker
    pub condition: Option<String>,
    /// the records of both sides
    pub records: Vec<Said>,
    /// fields in which the sides' records differ
    pub differences: Vec<&'static str>,
}

impl Task {
    /// Whether a side has a record of it.
    pub fn is_done_by(&self, side: &str) -> bool {
        self.records.iter().any(|said| said.is_of(side))
    }

    /// Whether a record says that something is not in order.
    pub fn has_trouble(&self) -> bool {
        self.records.iter().any(|said| !said.troubles.is_empty())
    }
}

/// How a line without segments is inspected: as one.
const WHOLE: &str = "1";

/// Metres by which the course of a segment may be drawn beside it, as degrees of latitude.
const COARSE: f64 = 2.0 / 111_000.0;

/// All tasks of a round with what was said: for each of its lines the markers by number, then the segments in
/// their order. A marker where several of its lines meet is one task. O(markers × vertices of their lines).
pub fn tasks(scene: &Scene<'_>, round: &Round<'_>, rules: &Rules) -> Result<Vec<Task>, RulesError> {
    let codes: Vec<&str> = round.line_codes().collect();
    let mut tasks = plain(scene, &codes);
    let measure = measure(scene, rules)?;
    let said = RoundRecords::of(scene, round);
    for task in &mut tasks {
        fill(task, said.about(task), &measure);
    }
    for code in codes {
        if let Some(line) = scene.line(code) {
            place(scene, line, &mut tasks);
        }
    }
    Ok(tasks)
}

/// The tasks of a round with whether they are done, without places and what was said. O(markers + records).
pub(in crate::boundary) fn covered(scene: &Scene<'_>, round: &Round<'_>) -> Vec<Task> {
    let codes: Vec<&str> = round.line_codes().collect();
    let said = RoundRecords::of(scene, round);
    let mut tasks = plain(scene, &codes);
    for task in &mut tasks {
        task.done = said.about(task).first().map(|inspected| inspected.record.id.to_string());
    }
    tasks
}

/// One task of a round, by its line and key, without what was said of it; `None` where the round has no such task.
/// A marker where several of its lines meet is found by any of them.
pub fn task(
    scene: &Scene<'_>,
    round: &Round<'_>,
    subject: Subject,
    (line, key): (&str, &str),
) -> Option<Task> {
    let codes: Vec<&str> = round.line_codes().collect();
    let fits = |task: &Task| {
        task.subject == subject && task.key == key && (subject == Subject::Marker || task.line == line)
    };
    plain(scene, &codes).into_iter().find(fits)
}

/// The tasks that a round over these lines would have, with their places.
pub(super) fn of_lines(scene: &Scene<'_>, codes: &[&str]) -> Vec<Task> {
    let mut tasks = plain(scene, codes);
    for line in codes.iter().filter_map(|code| scene.line(code)) {
        place(scene, line, &mut tasks);
    }
    tasks
}

fn plain(scene: &Scene<'_>, codes: &[&str]) -> Vec<Task> {
    let mut tasks: Vec<Task> = Vec::new();
    let mut seen: HashSet<RecordId> = HashSet::new();
    let mut lines: HashSet<&str> = HashSet::new();
    for code in codes.iter().filter(|code| lines.insert(code)) {
        let Some(line) = scene.line(code) else { continue };
        let mut markers: Vec<_> = scene.markers_of(code).collect();
        markers.retain(|marker| marker.record.text("condition") != Some("scrapped"));
        markers.sort_by_key(|marker| (marker.number(), marker.record.id));
        let new = markers.into_iter().filter(|marker| seen.insert(marker.record.id));
        tasks.extend(new.map(|marker| of_marker(code, marker)));
        let segments = line.fields().map(|fields| fields.segments.as_slice()).unwrap_or_default();
        let name = line.record.label().unwrap_or(code);
        tasks.extend(segments.iter().map(|segment| of_segment(code, name, &segment.number, Some(segment))));
        if segments.is_empty() {
            tasks.push(of_segment(code, name, WHOLE, None));
        }
    }
    tasks
}

fn of_marker(line: &str, marker: &Marker<'_>) -> Task {
    let text = |name| marker.record.text(name).map(str::to_owned);
    Task {
        subject: Subject::Marker,
        line: line.to_owned(),
        key: marker.number().to_owned(),
        name: marker.record.label().unwrap_or_default().to_owned(),
        lead: text("responsible_side"),
        at: marker.at().map(|at| [at.x, at.y]),
        along_m: None,
        course: Vec::new(),
        marker: Some(marker.record.id),
        kind: text("marker_type"),
        registered: text("condition"),
        references: marker.fields().map(|fields| fields.references.clone()).unwrap_or_default(),
        segment: None,
        done: None,
        condition: None,
        records: Vec::new(),
        differences: Vec::new(),
    }
}

fn of_segment(line: &str, name: &str, number: &str, segment: Option<&LineSegment>) -> Task {
    let lead = segment.map(|segment| segment.lead_side.clone()).filter(|lead| !lead.is_empty());
    Task {
        subject: Subject::Segment,
        line: line.to_owned(),
        key: number.to_owned(),
        name: format!("{name}第{number}段"),
        lead,
        at: None,
        along_m: None,
        course: Vec::new(),
        marker: None,
        kind: None,
        registered: None,
        references: Vec::new(),
        segment: segment.cloned(),
        done: None,
        condition: None,
        records: Vec::new(),
        differences: Vec::new(),
    }
}

/// The records of a round by what they are about, the earliest first.
struct RoundRecords<'s, 'a> {
    markers: HashMap<String, Vec<&'s Inspected<'a>>>,
    segments: HashMap<(String, String), Vec<&'s Inspected<'a>>>,
}

impl<'s, 'a> RoundRecords<'s, 'a> {
    fn of(scene: &'s Scene<'a>, round: &Round<'_>) -> Self {
        let mut all: Vec<&Inspected<'a>> = scene.inspected_in(round.code()).collect();
        all.sort_by_key(|inspected| {
            (inspected.fields().and_then(|fields| fields.inspected), inspected.record.id)
        });
        let (mut markers, mut segments) = (HashMap::new(), HashMap::new());
        for inspected in all {
            let Some(fields) = inspected.fields() else { continue };
            match (fields.subject.as_str(), &fields.marker_code, &fields.line_code, &fields.segment) {
                ("marker", Some(marker), _, _) => {
                    markers.entry(marker.clone()).or_insert_with(Vec::new).push(inspected);
                }
                ("segment", _, Some(line), Some(segment)) => {
                    let key = (line.clone(), segment.clone());
                    segments.entry(key).or_insert_with(Vec::new).push(inspected);
                }
                _ => {}
            }
        }
        Self { markers, segments }
    }

    fn about(&self, task: &Task) -> &[&'s Inspected<'a>] {
        let found = match task.subject {
            Subject::Marker => self.markers.get(&task.key),
            Subject::Segment => self.segments.get(&(task.line.clone(), task.key.clone())),
        };
        found.map(Vec::as_slice).unwrap_or_default()
    }
}

fn measure(scene: &Scene<'_>, rules: &Rules) -> Result<Measure, RulesError> {
    let tolerance = Tolerance::on(rules, scene.day())?;
    Ok(Measure { tolerance, repairs: crate::boundary::checks::repairs(rules, scene.day())? })
}

fn fill(task: &mut Task, records: &[&Inspected<'_>], measure: &Measure) {
    let archive = task.at.map(|[x, y]| Coord { x, y });
    task.done = records.first().map(|inspected| inspected.record.id.to_string());
    task.records = records.iter().filter_map(|inspected| Said::of(inspected, archive, measure)).collect();
    // Side A before B on one day, whichever was sent first.
    task.records.sort_by(|p, q| (p.text("inspected"), &p.side).cmp(&(q.text("inspected"), &q.side)));
    task.differences = differences(&task.records);
    task.condition = task.records.iter().rev().find_map(|said| said.left.clone());
}

/// Places the tasks of a line along it, and draws its segments.
fn place(scene: &Scene<'_>, line: &Line<'_>, tasks: &mut [Task]) {
    let path = Path::of(line.record.geometry.as_deref());
    let digits = defaults().marker.serial_digits;
    let mut stops: HashMap<String, Vec<f64>> = HashMap::new();
    let mut along: HashMap<RecordId, f64> = HashMap::new();
    for marker in scene.markers_of(line.code()) {
        let Some(place) = marker.at().and_then(|at| path.nearest(at)) else { continue };
        let stem = take_apart(marker.number(), digits).stem.to_owned();
        stops.entry(stem).or_default().push(place.at_m);
        along.insert(marker.record.id, place.at_m);
    }
    let middle = |name: &str| {
        let stones = stops.get(name)?;
        Some(stones.iter().sum::<f64>() / stones.len() as f64)
    };
    let mut before = 0.0;
    let last = line.fields().and_then(|fields| fields.segments.last()).map(|last| last.number.clone());
    for task in tasks.iter_mut().filter(|task| task.line == line.code()) {
        if let Some(marker) = task.marker {
            task.along_m = along.get(&marker).copied();
            continue;
        }
        let (from, to) = match &task.segment {
            Some(segment) => {
                let from = middle(&segment.from_marker).unwrap_or(before);
                let end = (Some(&task.key) == last.as_ref()).then(|| path.length_m());
                let to = middle(&segment.to_marker).or(end);
                (from, to.unwrap_or(from + segment.length_m.unwrap_or_default()))
            }
            None => (0.0, path.length_m()),
        };
        let (from, to) = (from.min(to), from.max(to));
        before = to;
        task.along_m = Some((from + to) / 2.0);
        task.at = path.point((from + to) / 2.0).map(|at| [at.x, at.y]);
        let course = LineString(path.stretch(from, to)).simplify(COARSE);
        task.course = course.0.iter().map(|c| [rounded(c.x), rounded(c.y)]).collect();
    }
}

/// To 1e-7°: about a centimetre, for drawing.
fn rounded(degrees: f64) -> f64 {
    (degrees * 1e7).round() / 1e7
}

/// Whether a task speaks only of what may be shown.
pub fn is_shown(scene: &Scene<'_>, task: &Task, highest: Secrecy) -> bool {
    scene.line(&task.line).is_none_or(|line| line.record.secrecy <= highest)
        && (task.subject == Subject::Segment
            || scene.numbered(&task.key).all(|marker| marker.record.secrecy <= highest))
}
