//! `boundstone merge`: several registers become a new one.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde_json::{Value as Json, json};

use super::failure::Failure;
use super::registers::{Authorship, listers, must_be_new, now_text, open_together, remove, stem};
use super::stop;
use super::words::{self, language, line, t, thousands};
use crate::attachments::Attachments;
use crate::model::{Findings, Language, SetKind};
use crate::register::{Clashes, Merged, Outcome, Register};
use crate::store::{GeoPackageStore, RegisterInfo};

/// Merges registers.
#[derive(Args)]
#[command(after_help = t(
    "例：\n  boundstone merge 昆明市.gpkg 五华区.gpkg 盘龙区.gpkg --by 张三 --reason 市级汇总 --dry-run\n各登记册各成一个变更集，记录编号不变；同一图层的代码相同而内容不同时不合并，除非给 --on-clash keep-first。",
    "Example:\n  boundstone merge kunming.gpkg wuhua.gpkg panlong.gpkg --by Zhang --reason 'for the prefecture' --dry-run\nEach register becomes one change set, ids stay. Where codes of a layer are the same and the records differ, nothing is merged unless --on-clash keep-first is given."
))]
pub struct Merge {
    #[arg(value_name = "OUT", help = t("要新建的登记册", "the register to make"))]
    out: PathBuf,
    #[arg(value_name = "REGISTER", required = true, num_args = 2.., help = t("要合并的登记册，排在前面的优先", "registers to merge, the first weighs most"))]
    registers: Vec<PathBuf>,
    #[arg(long, value_name = "TITLE", help = t("新登记册的名称，默认取文件名", "what it is called, default the file's name"))]
    title: Option<String>,
    #[arg(long, value_enum, default_value = "refuse", help = t("代码相同而内容不同时", "where codes are the same and records differ"))]
    on_clash: OnClash,
    #[arg(long, help = t("只试算，不写入", "work it out, write nothing"))]
    dry_run: bool,
    #[command(flatten)]
    authorship: Authorship,
    #[arg(long, help = t("以 JSON 输出", "print JSON"))]
    json: bool,
}

/// What becomes of records that clash.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum OnClash {
    /// nothing is merged
    #[value(help = t("不合并", "merge nothing"))]
    Refuse,
    /// the first stays
    #[value(help = t("以排在前面的登记册为准", "the register named first is right"))]
    KeepFirst,
}

impl Merge {
    /// Looks for clashes, then writes the new register beside its place and moves it there when it is whole.
    pub fn run(self) -> Result<(), Failure> {
        stop::listen();
        must_be_new(&self.out)?;
        let sources = open_together(&self.registers)?;
        let clashes = sources.clashes()?;
        stop::check()?;
        let refused = self.on_clash == OnClash::Refuse && clashes.different() > 0;
        let outcome = if self.on_clash == OnClash::Refuse { Outcome::Refused } else { Outcome::KeptFirst };
        let mut findings = clashes.findings(&sources.members(), outcome);
        let done = if self.dry_run || refused {
            None
        } else {
            Some(self.write(&sources, &clashes, &mut findings)?)
        };
        match (&done, self.dry_run) {
            (Some(done), _) => self.report(done, &findings),
            (None, true) => {
                let header = || self.authorship.clone().header(SetKind::Import);
                let counted = sources.merge_into(None, &clashes, &header, &stop::asked)?;
                stop::check()?;
                self.report(&counted, &findings);
            }
            (None, false) => self.report(&[], &findings),
        }
        if !refused {
            return Ok(());
        }
        let count = thousands(clashes.different() as u64);
        Err(Failure::nothing(format!("{count} 条记录互相冲突"), format!("{count} records clash")).then(
            "请核定后再合并，或用 --on-clash keep-first 以排在前面的登记册为准。",
            "Settle them and merge again, or take those of the register named first with --on-clash keep-first.",
        ))
    }

    fn write(
        &self,
        sources: &Register,
        clashes: &Clashes,
        findings: &mut Findings,
    ) -> Result<Vec<Merged>, Failure> {
        let making = self.out.with_extension("making.gpkg");
        remove(&making)?;
        let title = self.title.clone().unwrap_or_else(|| stem(&self.out));
        let made = || -> Result<Vec<Merged>, Failure> {
            let info = RegisterInfo { title, created: now_text() };
            let target = Register::open(Box::new(GeoPackageStore::create(&making, &info)?))?;
            let header = || self.authorship.clone().header(SetKind::Import);
            let done = sources.merge_into(Some(&target), clashes, &header, &stop::asked)?;
            stop::check()?;
            // Pictures and papers come along before the register stands under its name.
            let (from, to) =
                (Attachments::beside(&self.registers), Attachments::beside(std::slice::from_ref(&self.out)));
            let files = target.files_listed()?;
            to.take_over(&from, listers(&files))?.into_iter().for_each(|finding| findings.push(finding));
            Ok(done)
        };
        let made = made().and_then(|done| {
            std::fs::rename(&making, &self.out).map_err(|error| Failure::disk(&self.out, &error))?;
            Ok(done)
        });
        if made.is_err() {
            // Nothing half is left; why it failed matters more than a failed removal.
            let _ = remove(&making);
        }
        made
    }

    fn report(&self, done: &[Merged], findings: &Findings) {
        if self.json {
            words::json(&json!({
                "dry_run": self.dry_run, "findings": findings,
                "registers": done.iter().map(described).collect::<Vec<_>>(),
            }));
            return;
        }
        words::findings(findings);
        for merged in done {
            let (label, rows, left) =
                (&merged.member.label, thousands(merged.rows), thousands(merged.left_out));
            line(match (language(), &merged.into) {
                (Language::Zh, Some(head)) => {
                    format!("{label}：并入 {rows} 条，未并入 {left} 条，为变更集 {}", head.revision.0)
                }
                (Language::Zh, None) => format!("{label}：并入 {rows} 条，不并入 {left} 条"),
                (Language::En, Some(head)) => {
                    format!("{label}: {rows} taken over, {left} left out, change set {}", head.revision.0)
                }
                (Language::En, None) => format!("{label}: {rows} taken over, {left} left out"),
            });
        }
        if self.dry_run {
            line(t("试算，未写入", "worked out only, nothing written"));
        } else if !done.is_empty() {
            line(format!("{} {}", t("已合并为", "merged into"), self.out.display()));
        }
    }
}

fn described(merged: &Merged) -> Json {
    json!({
        "file": merged.member.file, "title": merged.member.info.title,
        "revision": merged.from.revision.0, "hash": merged.from.hash.to_string(),
        "rows": merged.rows, "left_out": merged.left_out,
        "into": merged.into.map(|head| head.revision.0),
    })
}
