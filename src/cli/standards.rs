//! `boundstone standards`: townships against the standard for a town or a subdistrict.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde_json::json;

use super::check::rules_for;
use super::failure::Failure;
use super::inspect::AsOf;
use super::registers::open_to_read;
use super::words::{self, line, t};
use crate::boundary::standard::{Assessment, Criterion, Target, assess};

/// What a township is to become.
#[derive(Clone, Copy, ValueEnum)]
pub enum Wanted {
    /// 镇
    #[value(help = t("乡改镇", "a township to a town"))]
    Town,
    /// 街道
    #[value(help = t("镇改街道", "a town to a subdistrict"))]
    Subdistrict,
}

/// Holds townships against a standard.
#[derive(Args)]
#[command(after_help = t("例：\n  boundstone standards 某县.gpkg subdistrict\n默认值未经核定，请先在“登记册文件名.rules”文件夹中换成本省标准，见 docs/依法检核.md。", "Example:\n  boundstone standards county.gpkg subdistrict\nThe defaults are assumed: enter your province's figures in REGISTER.rules first, see docs/依法检核.md."))]
pub struct Standards {
    #[arg(value_name = "REGISTER", help = t("登记册文件", "register file"))]
    register: PathBuf,
    #[arg(value_enum, value_name = "KIND", help = t("town 乡改镇，subdistrict 镇改街道", "town or subdistrict"))]
    target: Wanted,
    #[arg(value_name = "ID", help = t("只看此代码的乡镇", "only the township of this code"))]
    code: Option<String>,
    #[arg(long, value_name = "DIR", help = t("本单位的规则文件夹，默认为登记册旁的“登记册文件名.rules”", "the office's folder of rules, default REGISTER.rules beside the register"))]
    rules: Option<PathBuf>,
    #[command(flatten)]
    as_of: AsOf,
    #[arg(long, help = t("以 JSON 输出", "print JSON"))]
    json: bool,
}

impl Standards {
    /// Prints each township with its figures.
    pub fn run(self) -> Result<(), Failure> {
        let rules = rules_for(self.rules.as_deref(), &self.register)?;
        let register = open_to_read(&self.register)?;
        let snapshot = self.as_of.snapshot(&register)?;
        let target = match self.target {
            Wanted::Town => Target::Town,
            Wanted::Subdistrict => Target::Subdistrict,
        };
        let day = self.as_of.date();
        let found = assess(&snapshot, &rules, day, target, self.code.as_deref())?;
        if self.json {
            words::json(
                &json!({ "rule": target.rule(), "as_of": day, "rules": rules.version(), "divisions": found }),
            );
            return Ok(());
        }
        if let Some(rule) = rules.on(target.rule(), day) {
            line(format!("{}  {}  {}", rule.id, words::say(&rule.title), words::say(&rule.source.title)));
        }
        found.iter().for_each(print);
        if found.is_empty() {
            line(t("没有可比照的乡镇", "there is no township to be held against it"));
        }
        Ok(())
    }
}

fn print(assessment: &Assessment) {
    let (code, name) = (assessment.code.as_deref(), assessment.name.as_deref());
    line(format!("{}  {}  {}", code.unwrap_or("—"), name.unwrap_or_default(), verdict(assessment.met)));
    for Criterion { title, wanted, found, unit, met, .. } in &assessment.criteria {
        let found = found.map_or_else(|| t("不详", "unknown").to_owned(), |found| format!("{found:.1}"));
        line(format!("    {}  {found} / {wanted} {unit}  {}", words::say(title), verdict(*met)));
    }
}

fn verdict(met: Option<bool>) -> &'static str {
    match met {
        Some(true) => t("达到", "met"),
        Some(false) => t("未达到", "not met"),
        None => t("资料不足", "not known"),
    }
}
