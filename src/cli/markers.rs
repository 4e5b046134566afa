//! `boundstone markers`: boundary markers numbered.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::json;

use super::failure::Failure;
use super::registers::{Authorship, open_to_read, open_to_write, today};
use super::words::{self, language, line, t};
use crate::boundary::Sight;
use crate::boundary::lines::Run;
use crate::boundary::numbering::{Numbering, NumberingError, NumberingOptions, number};
use crate::model::{Bilingual, Date, Language, SetKind};
use crate::register::{CommitError, Decision};

/// Boundary markers.
#[derive(Args)]
#[command(after_help = t(
    "例：\n  boundstone markers number 官渡区.gpkg --line 53010001030111\n  boundstone markers number 官渡区.gpkg --line 53010001030111 --apply --by 张三 --reason 界桩编号",
    "Examples:\n  boundstone markers number guandu.gpkg --line 53010001030111\n  boundstone markers number guandu.gpkg --line 53010001030111 --apply --by Zhang --reason 'numbering'"
))]
pub struct Markers {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    #[command(about = t("给一条界线的界桩编号：自西向东或自北向南，从 001 起；不加 --apply 只预览", "number the markers of a line: from west to east or north to south, from 001; without --apply only a preview"))]
    Number(Number),
    #[command(about = t("写出界桩成果表（xlsx、csv），可再导入", "write the table of markers (xlsx, csv), which can be imported again"))]
    Table(super::tables::TableOf),
    #[command(about = t("界桩登记表（docx、pdf），按模板填写", "register sheets of markers (docx, pdf), filled from a template"))]
    Card(super::papers::Card),
}

impl Markers {
    /// Does what is asked.
    pub fn run(self) -> Result<(), Failure> {
        match self.what {
            What::Number(number) => number.run(),
            What::Table(table) => table.markers(),
            What::Card(card) => card.run(),
        }
    }
}

#[derive(Args)]
struct Number {
    #[arg(value_name = "REGISTER", help = t("登记册文件", "register file"))]
    register: PathBuf,
    #[arg(long, value_name = "CODE", help = t("界线代码", "the line's code"))]
    line: String,
    #[arg(long, value_name = "N", default_value_t = 1, help = t("起始顺序号", "the first serial"))]
    first: u32,
    #[arg(long, help = t("已有本界线全号的界桩保留原号，只给其余的续编", "markers that have a full number of this line keep it, the others are numbered on"))]
    keep: bool,
    #[arg(long, value_name = "DATE", help = t("按哪一天的界线和界桩，默认今天", "the day whose line and markers count, default today"))]
    as_of: Option<Date>,
    #[arg(long, requires = "by", requires = "reason", help = t("写入登记册", "write it"))]
    apply: bool,
    #[arg(long, value_name = "NAME", help = t("经办人", "who does it"))]
    by: Option<String>,
    #[arg(long, value_name = "TEXT", help = t("事由", "why"))]
    reason: Option<String>,
    #[arg(long, value_name = "NO", help = t("依据文号", "number of the document that orders it"))]
    document: Option<String>,
    #[arg(long, help = t("以 JSON 输出", "print JSON"))]
    json: bool,
}

impl Number {
    fn run(self) -> Result<(), Failure> {
        let options = NumberingOptions {
            line: self.line.trim().to_owned(),
            first: self.first,
            keep: self.keep,
            sight: Sight::all(self.as_of.unwrap_or_else(today)),
        };
        let (Some(by), Some(reason), true) = (self.by.clone(), self.reason.clone(), self.apply) else {
            let register = open_to_read(&self.register)?;
            let made = number(&register.snapshot(), &options)?;
            self.report(&made, None);
            return Ok(());
        };
        let register = open_to_write(&self.register)?;
        let authorship = Authorship::new(by, reason, self.document.clone());
        let mut done = None;
        let committed = register.commit(authorship.header(SetKind::Edit), |snapshot| {
            let mut made = number(snapshot, &options).map_err(Failure::from)?;
            let changes = std::mem::take(&mut made.changes);
            done = Some(made);
            let origin = json!({"numbered": options.line, "first": options.first, "keep": options.keep});
            Ok::<_, Failure>(Decision { changes, origin: Some(origin) })
        });
        let revision = match committed {
            Ok(head) => Some(head.revision.0),
            Err(CommitError::Nothing) => None,
            Err(error) => return Err(error.into()),
        };
        if let Some(done) = done {
            self.report(&done, revision);
        }
        Ok(())
    }

    fn report(&self, made: &Numbering, revision: Option<u64>) {
        let eastward = made.run == Run::Eastward;
        let renamed = made.markers.iter().filter(|one| one.before != one.after).count();
        if self.json {
            words::json(&json!({
                "line": self.line, "run": if eastward { "eastward" } else { "southward" },
                "revision": revision, "renumbered": renamed, "markers": made.markers,
            }));
            return;
        }
        for one in &made.markers {
            let mark = if one.before == one.after { "  " } else { "→ " };
            let (km, off) = (one.at_m / 1000.0, one.off_m);
            line(match language() {
                Language::Zh => {
                    format!(
                        "  {:<24} {mark}{:<24} 距起点 {km:.3} 公里，偏离界线 {off:.1} 米",
                        one.before, one.after
                    )
                }
                Language::En => {
                    format!(
                        "  {:<24} {mark}{:<24} {km:.3} km from the start, {off:.1} m off the line",
                        one.before, one.after
                    )
                }
            });
        }
        let way = if eastward {
            t("自西向东", "from west to east")
        } else {
            t("自北向南", "from north to south")
        };
        let end = match (revision, self.apply) {
            (Some(revision), _) => words::written(revision),
            (None, true) => t("无须改动", "nothing to change").to_owned(),
            (None, false) => {
                t("预览，未写入（写入请加 --apply）", "a preview, nothing written (write it with --apply)")
                    .to_owned()
            }
        };
        line(match language() {
            Language::Zh => format!("{way}，界桩 {} 颗，改号 {renamed} 颗；{end}", made.markers.len()),
            Language::En => {
                format!("{way}, {} markers, {renamed} with another number; {end}", made.markers.len())
            }
        });
    }
}

impl From<NumberingError> for Failure {
    fn from(error: NumberingError) -> Self {
        let (zh, en) = match error {
            NumberingError::NoLine(_) => (
                "界线代码可用 boundstone lines list 列出；没有界线时先推算：boundstone lines derive。",
                "List the codes with boundstone lines list; where there are no lines, derive them first: boundstone lines derive.",
            ),
            NumberingError::NoMarkers(_) => (
                "请先导入界桩：boundstone import … --layer boundary_marker。",
                "Bring the markers in first: boundstone import … --layer boundary_marker.",
            ),
            NumberingError::TooMany { .. } => ("请减小 --first。", "Give a smaller --first."),
        };
        let sentence: Bilingual = error.sentence();
        Self::from(sentence).then(zh, en)
    }
}
