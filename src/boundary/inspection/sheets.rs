//! A round as the tables that an office keeps: progress, tasks, the records of both sides, what is not in order,
//! and in what the sides differ. Written by whoever asks; nothing here knows files.

use serde_json::Value as Json;

use super::progress::Progress;
use super::said::Said;
use super::tasks::Task;
use super::title;
use crate::boundary::checks::Round;
use crate::crs::dms;
use crate::model::{Bilingual, FieldDef, FieldKind, Language, Layer, LayerDef};

/// One sheet: its name, its columns, its rows; absent cells are null.
#[derive(Clone, Debug, PartialEq)]
pub struct Sheet {
    /// what it is called
    pub name: String,
    /// headings with the kind of what stands below
    pub columns: Vec<(String, FieldKind)>,
    /// rows
    pub rows: Vec<Vec<Json>>,
}

/// Headings in both languages.
type Headings = &'static [(&'static str, &'static str, FieldKind)];

const LINE: (&str, &str, FieldKind) = ("界线", "Line", FieldKind::Text);
const SUBJECT: (&str, &str, FieldKind) = ("界桩全号或段号", "Marker or segment", FieldKind::Text);

const PROGRESS: Headings = &[
    ("界线代码", "Line", FieldKind::Text),
    ("界线", "Name", FieldKind::Text),
    ("一方", "Side", FieldKind::Text),
    ("名称", "Party", FieldKind::Text),
    ("任务数", "Tasks", FieldKind::Int),
    ("已查", "Done", FieldKind::Int),
    ("未查", "To do", FieldKind::Int),
    ("有问题", "With problems", FieldKind::Int),
    ("界桩状态", "Conditions", FieldKind::Text),
];

const TASKS: Headings = &[
    LINE,
    ("对象", "Subject", FieldKind::Text),
    SUBJECT,
    ("名称", "Name", FieldKind::Text),
    ("牵头或管理方", "Lead", FieldKind::Text),
    ("东经", "Longitude", FieldKind::Text),
    ("北纬", "Latitude", FieldKind::Text),
    ("距起点(米)", "From the start (m)", FieldKind::Real),
    ("甲方已查", "Done by A", FieldKind::Text),
    ("乙方已查", "Done by B", FieldKind::Text),
    ("联检后状态", "Condition", FieldKind::Text),
    ("问题", "Problems", FieldKind::Text),
    ("两方不一致", "The sides differ in", FieldKind::Text),
];

const PROBLEMS: Headings = &[
    LINE,
    SUBJECT,
    ("一方", "Side", FieldKind::Text),
    ("问题", "Problem", FieldKind::Text),
    ("说明", "Particulars", FieldKind::Text),
    ("处理意见", "Opinion", FieldKind::Text),
    ("责任人", "Owner", FieldKind::Text),
    ("期限", "Deadline", FieldKind::Text),
    ("结果", "Result", FieldKind::Text),
];

const DIFFERENCES: Headings = &[
    LINE,
    SUBJECT,
    ("项目", "Field", FieldKind::Text),
    ("甲方记录", "Side A says", FieldKind::Text),
    ("乙方记录", "Side B says", FieldKind::Text),
];

/// What of a record is written out, in this order.
const FIELDS: &[&str] = &[
    "side",
    "inspected",
    "weather",
    "inspectors",
    "found",
    "device",
    "accuracy_m",
    "condition",
    "inscription",
    "references_valid",
    "references_text",
    "surroundings",
    "feature_changed",
    "terrain_change",
    "recognisable",
    "cross_line_works",
    "dispute_grade",
    "dispute_text",
    "action",
    "repaired_by",
    "neighbour_present",
    "neighbour_names",
    "resurvey",
    "opinion",
    "remarks",
];

/// The sheets of a round, in a language.
pub fn sheets(round: &Round<'_>, progress: &Progress, tasks: &[Task], language: Language) -> Vec<Sheet> {
    let words = Words { language, names: names(progress) };
    vec![
        words.sheet(("进度", "Progress"), PROGRESS, words.progress(progress)),
        words.sheet(("任务", "Tasks"), TASKS, tasks.iter().map(|task| words.task(task)).collect()),
        words.records(tasks),
        words.sheet(("问题", "Problems"), PROBLEMS, words.problems(round, tasks)),
        words.sheet(("两方差异", "Differences"), DIFFERENCES, words.differences(tasks)),
    ]
}

fn names(progress: &Progress) -> Vec<(String, String)> {
    progress.by_line.iter().map(|line| (line.line.clone(), line.name.clone())).collect()
}

/// The language, and what lines are called.
struct Words {
    language: Language,
    names: Vec<(String, String)>,
}

impl Words {
    fn say(&self, text: &Bilingual) -> String {
        text.get(self.language).to_owned()
    }

    fn pick(&self, zh: &str, en: &str) -> String {
        self.say(&Bilingual::new(zh, en))
    }

    fn word(&self, list: &str, code: Option<&str>) -> Json {
        code.map_or(Json::Null, |code| Json::from(self.say(&title(list, code))))
    }

    fn line(&self, code: &str) -> Json {
        let known = self.names.iter().find(|(own, _)| own == code);
        Json::from(known.map_or(code, |(_, name)| name.as_str()))
    }

    /// Which line, and what on it.
    fn subject(&self, task: &Task) -> [Json; 2] {
        [self.line(&task.line), Json::from(task.key.as_str())]
    }

    fn sheet(&self, (zh, en): (&str, &str), headings: Headings, rows: Vec<Vec<Json>>) -> Sheet {
        let columns = headings.iter().map(|(zh, en, kind)| (self.pick(zh, en), *kind)).collect();
        Sheet { name: self.pick(zh, en), columns, rows }
    }

    fn progress(&self, progress: &Progress) -> Vec<Vec<Json>> {
        let mut rows = Vec::new();
        for line in &progress.by_line {
            for side in &line.sides {
                let conditions: Vec<String> = side
                    .conditions
                    .iter()
                    .map(|(word, count)| format!("{} {count}", self.say(&title("marker_condition", word))))
                    .collect();
                rows.push(vec![
                    Json::from(line.line.as_str()),
                    Json::from(line.name.as_str()),
                    self.word("side", Some(&side.side)),
                    side.party.as_deref().map_or(Json::Null, Json::from),
                    Json::from(line.tasks),
                    Json::from(side.done),
                    Json::from(side.to_do),
                    Json::from(side.troubles),
                    text(conditions.join(self.comma())),
                ]);
            }
        }
        rows
    }

    fn comma(&self) -> &'static str {
        match self.language {
            Language::Zh => "、",
            Language::En => ", ",
        }
    }

    fn yes(&self, yes: bool) -> Json {
        Json::from(if yes { self.pick("是", "yes") } else { self.pick("否", "no") })
    }

    fn task(&self, task: &Task) -> Vec<Json> {
        let mut troubles: Vec<_> =
            task.records.iter().flat_map(|said| said.troubles.iter().copied()).collect();
        troubles.sort_unstable();
        troubles.dedup();
        let troubles: Vec<String> = troubles.into_iter().map(|trouble| self.say(&trouble.title())).collect();
        let differing: Vec<String> = task.differences.iter().map(|name| self.field(name)).collect();
        let mut row = vec![
            self.line(&task.line),
            self.word("inspection_subject", Some(task.subject.word())),
            Json::from(task.key.as_str()),
            Json::from(task.name.as_str()),
            self.word("side", task.lead.as_deref()),
        ];
        row.extend(degrees(task.at, 2));
        row.extend([
            task.along_m.map_or(Json::Null, |metres| Json::from(metres.round())),
            self.yes(task.is_done_by("a")),
            self.yes(task.is_done_by("b")),
            self.word("marker_condition", task.condition.as_deref()),
            text(troubles.join(self.comma())),
            text(differing.join(self.comma())),
        ]);
        row
    }

    fn field(&self, name: &str) -> String {
        match name {
            "geometry" => self.pick("实测位置", "position found"),
            name => self.say(&record_def().field_title(name)),
        }
    }

    fn records(&self, tasks: &[Task]) -> Sheet {
        let first: Headings = &[
            LINE,
            SUBJECT,
            ("名称", "Name", FieldKind::Text),
            ("实测东经", "Longitude found", FieldKind::Text),
            ("实测北纬", "Latitude found", FieldKind::Text),
            ("与档案相差(米)", "Off the archive (m)", FieldKind::Real),
            ("限差(米)", "Tolerance (m)", FieldKind::Real),
        ];
        let mut sheet = self.sheet(("记录", "Records"), first, Vec::new());
        let own = FIELDS.iter().map(|name| {
            let kind = record_def().field(name).map_or(FieldKind::Text, |field| match field.kind {
                FieldKind::Real => FieldKind::Real,
                FieldKind::Date => FieldKind::Date,
                _ => FieldKind::Text,
            });
            (self.field(name), kind)
        });
        sheet.columns.extend(own);
        sheet.rows =
            tasks.iter().flat_map(|task| task.records.iter().map(|said| self.record(task, said))).collect();
        sheet
    }

    fn record(&self, task: &Task, said: &Said) -> Vec<Json> {
        let metres = |value: Option<f64>| value.map_or(Json::Null, Json::from);
        let mut row = self.subject(task).to_vec();
        row.push(Json::from(task.name.as_str()));
        row.extend(degrees(said.at, 4));
        row.extend([metres(said.offset_m), metres(said.offset_m.and(said.tolerance_m))]);
        row.extend(FIELDS.iter().map(|name| self.value(name, said)));
        row
    }

    /// A field of a record as people read it.
    fn value(&self, name: &str, said: &Said) -> Json {
        let field: Option<&FieldDef> = record_def().field(name);
        match (said.fields.get(name), field.and_then(|field| field.list)) {
            (Some(Json::String(code)), Some(list)) => self.word(list, Some(code)),
            (Some(Json::Bool(yes)), _) => self.yes(*yes),
            (Some(Json::Array(items)), _) => {
                let items: Vec<&str> = items.iter().filter_map(Json::as_str).collect();
                text(items.join(self.comma()))
            }
            (Some(value), _) => value.clone(),
            (None, _) => Json::Null,
        }
    }

    fn problems(&self, round: &Round<'_>, tasks: &[Task]) -> Vec<Vec<Json>> {
        let mut rows = Vec::new();
        for task in tasks {
            for said in task.records.iter().filter(|said| !said.troubles.is_empty()) {
                let troubles: Vec<String> =
                    said.troubles.iter().map(|trouble| self.say(&trouble.title())).collect();
                let told = ["references_text", "terrain_change", "cross_line_works", "dispute_text"];
                let told: Vec<&str> = told.iter().filter_map(|name| said.text(name)).collect();
                let mut row = self.subject(task).to_vec();
                row.extend([
                    self.word("side", said.side.as_deref()),
                    text(troubles.join(self.comma())),
                    text(told.join("；")),
                    said.text("opinion").map_or(Json::Null, Json::from),
                    Json::Null,
                    Json::Null,
                    Json::Null,
                ]);
                rows.push(row);
            }
        }
        for problem in round.fields().map(|fields| fields.problems.as_slice()).unwrap_or_default() {
            let mut row = vec![Json::Null; 3];
            row.extend([text(problem.what.clone()), Json::Null, Json::Null]);
            row.extend([&problem.owner, &problem.deadline, &problem.result].map(|said| text(said.clone())));
            rows.push(row);
        }
        rows
    }

    fn differences(&self, tasks: &[Task]) -> Vec<Vec<Json>> {
        let mut rows = Vec::new();
        for task in tasks {
            let of = |side: &str| task.records.iter().find(|said| said.side.as_deref() == Some(side));
            let (Some(one), Some(other)) = (of("a"), of("b")) else { continue };
            for name in &task.differences {
                let value = |said: &Said| match (*name, said.at) {
                    ("geometry", at @ Some(_)) => {
                        let place = degrees(at, 4);
                        Json::from(place.each_ref().map(|one| one.as_str().unwrap_or_default()).join(" "))
                    }
                    (name, _) => self.value(name, said),
                };
                let mut row = self.subject(task).to_vec();
                row.extend([Json::from(self.field(name)), value(one), value(other)]);
                rows.push(row);
            }
        }
        rows
    }
}

/// Longitude and latitude in degrees, minutes and seconds with so many digits.
fn degrees(at: Option<[f64; 2]>, digits: usize) -> [Json; 2] {
    let Some([x, y]) = at else { return [Json::Null, Json::Null] };
    [(x, dms::Axis::Longitude), (y, dms::Axis::Latitude)]
        .map(|(value, axis)| Json::from(dms::format(value, axis, digits)))
}

fn record_def() -> &'static LayerDef {
    Layer::InspectionRecord.def()
}

fn text(said: String) -> Json {
    if said.is_empty() { Json::Null } else { Json::from(said) }
}
