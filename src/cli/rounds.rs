//! `boundstone rounds`: how far inspections are, which lines are due, and what a round has to look at.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::check::rules_for;
use super::failure::Failure;
use super::inspect::AsOf;
use super::registers::open_to_read;
use super::words::{self, language, line, t};
use crate::boundary::checks::{Due, Round, Scene, Scope};
use crate::boundary::inspection::{self, LineDue, LineProgress, Progress, Sheet, SideProgress, Task};
use crate::formats::{self, BookSheet, OutColumn, OutFeature, OutSchema};
use crate::rules::Rules;

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
    #[arg(long, value_name = "FILE", requires = "round", help = t("写成表格：.xlsx（进度、任务、双方记录、问题、差异）或 .csv（任务）", "write tables: .xlsx (progress, tasks, records of both sides, problems, differences) or .csv (tasks)"))]
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
            return self.one(&scene, &rules, code);
        }
        let progress = |round| inspection::progress(&scene, round, &rules);
        let mut rounds: Vec<Progress> = scene.all_rounds().map(progress).collect::<Result<_, _>>()?;
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

    fn one(&self, scene: &Scene<'_>, rules: &Rules, code: &str) -> Result<(), Failure> {
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
        let tasks = inspection::tasks(scene, round, rules)?;
        let progress = inspection::progress_of(scene, round, &tasks);
        if let Some(file) = &self.xlsx {
            write_tables(file, inspection::sheets(round, &progress, &tasks, language()))?;
        }
        if self.json {
            words::json(&json!({ "round": progress, "tasks": tasks }));
            return Ok(());
        }
        line(round_line(&progress));
        for own in &progress.by_line {
            own.sides.iter().for_each(|side| line(side_line(own, side)));
        }
        for task in &tasks {
            line(task_line(task));
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

fn side_line(line: &LineProgress, side: &SideProgress) -> String {
    format!(
        "  {}  {} {}  {} {}/{}  {} {}",
        line.name,
        words::say(&inspection::title("side", &side.side)),
        side.party.as_deref().unwrap_or_default(),
        t("已查", "done"),
        side.done,
        line.tasks,
        t("有问题", "with problems"),
        side.troubles,
    )
}

fn task_line(task: &Task) -> String {
    let mark = if task.done.is_some() { "✓" } else { "·" };
    let mut troubles: Vec<_> = task.records.iter().flat_map(|said| &said.troubles).collect();
    troubles.sort_unstable();
    troubles.dedup();
    let troubles: Vec<String> =
        troubles.into_iter().map(|trouble| words::say(&trouble.title()).to_owned()).collect();
    let said = match troubles.is_empty() {
        true => String::new(),
        false => format!("  ! {}", troubles.join(t("、", ", "))),
    };
    format!("  {mark} {}  {}  {}{said}", task.line, task.key, task.name)
}

/// A workbook with all sheets, or, in a format that holds one table, the tasks.
fn write_tables(file: &Path, sheets: Vec<Sheet>) -> Result<(), Failure> {
    let book = file.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("xlsx"));
    let own = |sheet: Sheet| BookSheet { name: sheet.name, columns: sheet.columns, rows: sheet.rows };
    if book {
        let sheets: Vec<BookSheet> = sheets.into_iter().map(own).collect();
        return Ok(formats::write_book(file, &sheets)?);
    }
    let Some(tasks) = sheets.into_iter().nth(1) else { return Ok(()) };
    let columns = tasks.columns.into_iter().map(|(name, kind)| OutColumn { name, title: None, kind });
    let schema = OutSchema { name: tasks.name, columns: columns.collect(), crs: None, encoding: None };
    let mut sink = formats::create(file, &schema)?;
    for values in tasks.rows {
        sink.write(OutFeature { geometry: None, values })?;
    }
    sink.finish()?;
    Ok(())
}
