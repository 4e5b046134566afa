//! `boundstone rounds`: how far inspections are, which lines are due, and what a round has to look at.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value as Json, json};

use super::check::rules_for;
use super::failure::Failure;
use super::inspect::AsOf;
use super::registers::open_to_read;
use super::words::{self, line, t};
use crate::boundary::checks::{Due, Round, Scene, Scope};
use crate::boundary::inspection::{self, LineDue, Progress, Subject, Task};
use crate::crs::Crs;
use crate::formats::{self, OutColumn, OutFeature, OutSchema};
use crate::model::FieldKind;

/// Lists inspection rounds and the lines that are due.
#[derive(Args)]
#[command(after_help = t("例：\n  boundstone rounds 五华区.gpkg\n  boundstone rounds 五华区.gpkg 2027-五盘 --xlsx 任务.xlsx", "Examples:\n  boundstone rounds wuhua.gpkg\n  boundstone rounds wuhua.gpkg 2027-1 --xlsx tasks.xlsx"))]
pub struct Rounds {
    #[arg(value_name = "REGISTER", help = t("登记册文件", "register file"))]
    register: PathBuf,
    #[arg(value_name = "ID", help = t("轮次编号；给出时列出任务", "code of a round; its tasks are listed"))]
    round: Option<String>,
    #[arg(long, value_name = "DIR", help = t("本单位的规则文件夹，默认为登记册旁的“登记册文件名.rules”", "the office's folder of rules, default REGISTER.rules beside the register"))]
    rules: Option<PathBuf>,
    #[command(flatten)]
    as_of: AsOf,
    #[arg(long, value_name = "FILE", requires = "round", help = t("把任务写成表格：.xlsx 或 .csv", "write the tasks as a table: .xlsx or .csv"))]
    xlsx: Option<PathBuf>,
    #[arg(long, help = t("以 JSON 输出", "print JSON"))]
    json: bool,
}

impl Rounds {
    /// Prints rounds and lines, or a round's tasks.
    pub fn run(self) -> Result<(), Failure> {
        let rules = rules_for(self.rules.as_deref(), &self.register)?;
        let register = open_to_read(&self.register)?;
        let snapshot = self.as_of.snapshot(&register)?;
        let scene = Scene::new(&snapshot, self.as_of.date(), Scope::All);
        if let Some(code) = &self.round {
            return self.one(&scene, code);
        }
        let mut rounds: Vec<Progress> =
            scene.all_rounds().map(|round| inspection::progress(&scene, round)).collect();
        rounds.sort_by(|a, b| a.code.cmp(&b.code));
        let due = inspection::due(&scene, &rules)?;
        if self.json {
            words::json(&json!({ "as_of": self.as_of.date(), "rounds": rounds, "due": due }));
            return Ok(());
        }
        rounds.iter().for_each(|round| line(round_line(round)));
        due.iter().for_each(|due| line(due_line(due)));
        if rounds.is_empty() && due.is_empty() {
            line(t("没有县级以上界线，也没有联检轮次", "no lines of county level and no rounds"));
        }
        Ok(())
    }

    fn one(&self, scene: &Scene<'_>, code: &str) -> Result<(), Failure> {
        let found: Option<&Round<'_>> = scene.all_rounds().find(|round| round.code() == code);
        let Some(round) = found else {
            return Err(Failure::nothing(
                format!("没有联检轮次 {code}"),
                format!("there is no round {code}"),
            )
            .then(
                "轮次可用 boundstone rounds 登记册 列出。",
                "List the rounds with: boundstone rounds REGISTER",
            ));
        };
        let tasks = inspection::tasks(scene, round);
        let progress = inspection::progress(scene, round);
        if let Some(file) = &self.xlsx {
            write_table(file, &tasks)?;
        }
        if self.json {
            words::json(&json!({ "round": progress, "tasks": tasks }));
            return Ok(());
        }
        line(round_line(&progress));
        for task in &tasks {
            let mark = if task.done.is_some() { "✓" } else { "·" };
            line(format!("  {mark} {}  {}  {}", task.line, task.key, task.name));
        }
        Ok(())
    }
}

fn round_line(round: &Progress) -> String {
    let stage = round.stage.as_deref().map(|stage| inspection::title("inspection_stage", stage));
    let stage = stage.as_ref().map(words::say).unwrap_or_default();
    let late = round.late_since.map(|day| format!("  {} {day}", t("已逾期，计划完成", "late, planned for")));
    format!(
        "{}  {}  {stage}  {} {}/{}  {} {}/{}{}",
        round.code,
        round.name,
        t("界桩", "markers"),
        round.markers_done,
        round.markers,
        t("界线段", "segments"),
        round.segments_done,
        round.segments,
        late.unwrap_or_default()
    )
}

fn due_line(due: &LineDue) -> String {
    let state = match due.due {
        Due::Later => t("未到期", "later"),
        Due::Notice => t("一年内到期", "within a year"),
        Due::Remind => t("半年内到期", "within six months"),
        Due::Urge => t("三个月内到期", "within three months"),
        Due::Overdue => t("已超期", "overdue"),
    };
    let round = due.round.as_deref().map(|round| format!("  {} {round}", t("进行中", "under way:")));
    format!(
        "{}  {}  {} {}  {state} ({} {}){}",
        due.code,
        due.name,
        t("应于", "due by"),
        due.by,
        due.days_left,
        t("天", "days"),
        round.unwrap_or_default()
    )
}

fn write_table(file: &Path, tasks: &[Task]) -> Result<(), Failure> {
    let titles = [
        ("subject", "对象", "Subject"),
        ("line", "界线代码", "Line"),
        ("key", "界桩全号或段号", "Marker or segment"),
        ("name", "名称", "Name"),
        ("lead", "牵头或管理方", "Side"),
        ("done", "已查", "Done"),
        ("condition", "状态", "Condition"),
    ];
    let column = |(name, zh, en): (&str, &'static str, &'static str)| OutColumn {
        name: name.to_owned(),
        title: Some(t(zh, en).to_owned()),
        kind: FieldKind::Text,
    };
    let schema = OutSchema {
        name: t("联检任务", "tasks").to_owned(),
        columns: titles.into_iter().map(column).collect(),
        crs: Some(Crs::REGISTER),
        encoding: None,
    };
    let mut sink = formats::create(file, &schema)?;
    for task in tasks {
        let subject = match task.subject {
            Subject::Marker => inspection::title("inspection_subject", "marker"),
            Subject::Segment => inspection::title("inspection_subject", "segment"),
        };
        let said = |list: &str, code: &Option<String>| {
            code.as_deref().map(|code| words::say(&inspection::title(list, code)).to_owned())
        };
        let values = vec![
            Json::from(words::say(&subject)),
            Json::from(task.line.as_str()),
            Json::from(task.key.as_str()),
            Json::from(task.name.as_str()),
            Json::from(said("side", &task.lead)),
            Json::from(if task.done.is_some() { t("是", "yes") } else { t("否", "no") }),
            Json::from(said("marker_condition", &task.condition)),
        ];
        let geometry = task.at.map(|[x, y]| geo_types::Point::new(x, y).into());
        sink.write(OutFeature { geometry, values })?;
    }
    sink.finish()?;
    Ok(())
}
