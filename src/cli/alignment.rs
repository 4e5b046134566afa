//! `boundstone lines text`: the alignment of a line in words (界线走向说明), written from its shape or read back.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use serde_json::{Value as Json, json};

use super::failure::Failure;
use super::registers::{Authorship, open_to_read, open_to_write, today};
use super::words::{self, language, line, t, warn};
use crate::boundary::Sight;
use crate::boundary::alignment::{self, Alignment, Direction, Leg};
use crate::model::{Change, Date, Language, Layer, Record, SetKind, Value};
use crate::register::CommitError;
use crate::snapshot::Snapshot;

/// The alignment of a line in words.
#[derive(Args)]
#[command(after_help = t(
    "例：\n  boundstone lines text 官渡区.gpkg --line 53010001030111\n  boundstone lines text 官渡区.gpkg --line 53010001030111 --stored\n  boundstone lines text 官渡区.gpkg --line 53010001030111 --apply --by 张三 --reason 补录走向说明",
    "Examples:\n  boundstone lines text guandu.gpkg --line 53010001030111\n  boundstone lines text guandu.gpkg --line 53010001030111 --stored\n  boundstone lines text guandu.gpkg --line 53010001030111 --apply --by Zhang --reason 'alignment'"
))]
pub struct Text {
    #[arg(value_name = "REGISTER", help = t("登记册文件", "register file"))]
    register: PathBuf,
    #[arg(long, value_name = "CODE", help = t("界线代码", "the line's code"))]
    line: String,
    #[arg(long, conflicts_with = "apply", help = t("读登记册中已有的走向说明，逐段列出", "take the text that the register has and list its legs"))]
    stored: bool,
    #[arg(long, value_name = "DATE", help = t("按哪一天，默认今天", "on which day, default today"))]
    as_of: Option<Date>,
    #[arg(long, requires = "by", requires = "reason", help = t("把生成的说明写入登记册；已有说明的不覆盖，除非加 --replace", "write it into the register; a text that is there stays unless --replace is given"))]
    apply: bool,
    #[arg(long, requires = "apply", help = t("覆盖已有的说明", "in place of the text that is there"))]
    replace: bool,
    #[arg(long, value_name = "NAME", help = t("经办人", "who does it"))]
    by: Option<String>,
    #[arg(long, value_name = "TEXT", help = t("事由", "why"))]
    reason: Option<String>,
    #[arg(long, value_name = "NO", help = t("依据文号", "number of the document that orders it"))]
    document: Option<String>,
    #[arg(long, help = t("以 JSON 输出", "print JSON"))]
    json: bool,
}

impl Text {
    /// Prints the text, or what is read from the one that is there; writes it where asked.
    pub fn run(self) -> Result<(), Failure> {
        let day = self.as_of.unwrap_or_else(today);
        if let (Some(by), Some(reason), true) = (self.by.clone(), self.reason.clone(), self.apply) {
            return self.write(Authorship::new(by, reason, self.document.clone()), day);
        }
        let register = open_to_read(&self.register)?;
        let snapshot = register.snapshot();
        let record = self.record(&snapshot, day)?;
        if self.stored {
            return self.read(&record);
        }
        let found = alignment::of_line(&snapshot, &record, Sight::all(day)).ok_or_else(no_shape)?;
        self.report(&found, &alignment::write(&found), None);
        Ok(())
    }

    fn record(&self, snapshot: &Snapshot, day: Date) -> Result<Arc<Record>, Failure> {
        let mut found = snapshot.layer(Layer::BoundaryLine).by_code(self.line.trim());
        found.find(|record| record.valid.contains(day)).cloned().ok_or_else(|| {
            Failure::nothing(
                format!("没有代码为 {} 的界线", self.line),
                format!("there is no line {}", self.line),
            )
            .then("界线代码可用 boundstone lines list 列出。", "List the codes with boundstone lines list.")
        })
    }

    fn write(&self, authorship: Authorship, day: Date) -> Result<(), Failure> {
        let register = open_to_write(&self.register)?;
        let mut done = None;
        let committed = register.commit(authorship.header(SetKind::Edit), |snapshot| {
            let record = self.record(snapshot, day)?;
            if record.text("alignment_text").is_some() && !self.replace {
                return Err(Failure::nothing("已有走向说明", "the line has a text already")
                    .then("要覆盖请加 --replace。", "Give --replace to put another in its place."));
            }
            let found = alignment::of_line(snapshot, &record, Sight::all(day)).ok_or_else(no_shape)?;
            let text = alignment::write(&found);
            let at = Layer::BoundaryLine.def().index_of("alignment_text").ok_or_else(no_shape)?;
            let fields = record.fields.with(at, Some(Value::Text(text.as_str().into())));
            let after = Record { fields, ..Record::clone(&record) };
            done = Some((found, text));
            let changed = after != *record;
            Ok(changed.then(|| Change::update(Record::clone(&record), after)).into_iter().collect::<Vec<_>>())
        });
        let revision = match committed {
            Ok(head) => Some(head.revision.0),
            Err(CommitError::Nothing) => None,
            Err(error) => return Err(error.into()),
        };
        if let Some((found, text)) = done {
            self.report(&found, &text, revision);
        }
        Ok(())
    }

    fn report(&self, found: &Alignment, text: &str, revision: Option<u64>) {
        if self.json {
            let legs: Vec<Json> = found.legs.iter().map(leg_json).collect();
            words::json(
                &json!({"line": self.line, "text": text, "legs": legs, "total_m": found.total_m, "revision": revision}),
            );
            return;
        }
        line(text);
        if let Some(revision) = revision {
            line(words::written(revision));
        }
    }

    fn read(&self, record: &Record) -> Result<(), Failure> {
        let Some(text) = record.text("alignment_text") else {
            return Err(Failure::nothing("该界线没有走向说明", "the line has no text").then(
                "去掉 --stored 可由图形生成一份。",
                "Without --stored one is written from its shape.",
            ));
        };
        let (found, unread) = alignment::read(text);
        if self.json {
            let legs: Vec<Json> = found.legs.iter().map(leg_json).collect();
            let unread: Vec<Json> =
                unread.iter().map(|one| json!({"text": one.text, "after_leg": one.after})).collect();
            words::json(
                &json!({"line": self.line, "legs": legs, "total_m": found.total_m, "unread": unread}),
            );
            return Ok(());
        }
        for leg in &found.legs {
            line(leg_line(leg));
        }
        for one in &unread {
            warn(format!("  {}：{}", t("未读懂", "not understood"), one.text));
        }
        Ok(())
    }
}

fn no_shape() -> Failure {
    Failure::nothing("该界线没有图形", "the line has no shape")
        .then("请先推算或导入界线。", "Derive or import the line first.")
}

fn direction_word(direction: Direction) -> &'static str {
    match language() {
        Language::Zh => direction.name(),
        Language::En => direction.english(),
    }
}

fn leg_line(leg: &Leg) -> String {
    let or = |text: &str| if text.is_empty() { "—".to_owned() } else { text.to_owned() };
    let metres = leg.distance_m.map_or("—".to_owned(), |metres| format!("{metres:.0} m"));
    let direction = leg.direction.map_or("—", direction_word);
    let along = format!("{} {}", or(&leg.feature), leg.feature_name);
    format!("  {} → {}  {direction}  {metres}  {}", or(&leg.from), or(&leg.to), along.trim())
}

fn leg_json(leg: &Leg) -> Json {
    json!({
        "from": leg.from, "to": leg.to, "feature": leg.feature, "feature_name": leg.feature_name,
        "direction": leg.direction.map(Direction::name), "distance_m": leg.distance_m,
    })
}
