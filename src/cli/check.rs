//! `boundstone check`: what the rules say about lines, markers, communities, names, signs and plates.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use serde_json::{Value as Json, json};

use super::failure::Failure;
use super::inspect::AsOf;
use super::name;
use super::registers::open_to_read;
use super::serve::Show;
use super::words::{self, line, t, thousands};
use crate::access::checks as circles;
use crate::access::ground::{Ground, Scope as GroundScope, usual_count};
use crate::boundary::checks::{self, Scene, Scope};
use crate::crs::Crs;
use crate::findings::{CheckFinding, Noticed, severity_title, sheet};
use crate::formats::{self, OutColumn, OutFeature, OutSchema};
use crate::model::{Bilingual, Layer, Record, Secrecy};
use crate::names::checks::{self as naming, CheckError, Inventory};
use crate::rules::Rules;
use crate::snapshot::Snapshot;

/// Findings of a rule that are printed.
const SHOWN: usize = 20;

/// Checks a register by the rules.
#[derive(Args)]
#[command(after_help = t("例：\n  boundstone check 五华区.gpkg\n  boundstone check 五华区.gpkg --rule B07 --rule B02 --xlsx 检核.xlsx\n规则的参数可在“五华区.gpkg.rules”文件夹中修改，见 docs/依法检核.md。", "Examples:\n  boundstone check wuhua.gpkg\n  boundstone check wuhua.gpkg --rule B07 --rule B02 --xlsx findings.xlsx\nParameters may be changed in a folder wuhua.gpkg.rules beside the register; see docs/依法检核.md."))]
pub struct Check {
    #[arg(value_name = "REGISTER", help = t("登记册文件", "register file"))]
    register: PathBuf,
    #[arg(long, value_name = "RULE", help = t("只按此规则检核，可给多次，如 B07", "this rule only; may be given several times, e.g. B07"))]
    rule: Vec<String>,
    #[arg(long, value_name = "L", help = t("只列此图层的问题", "findings about this layer only"))]
    layer: Option<Layer>,
    #[arg(long, value_name = "DIR", help = t("本单位的规则文件夹，默认为登记册旁的“登记册文件名.rules”", "the office's folder of rules, default REGISTER.rules beside the register"))]
    rules: Option<PathBuf>,
    #[command(flatten)]
    as_of: AsOf,
    #[arg(long, value_enum, default_value = "internal", help = t("列出到哪一密级为止", "the highest class of secrecy listed"))]
    show: Show,
    #[arg(long, value_name = "FILE", help = t("把全部问题写成表格：.xlsx 或 .csv", "write all findings as a table: .xlsx or .csv"))]
    xlsx: Option<PathBuf>,
    #[arg(long, help = t("以 JSON 输出", "print JSON"))]
    json: bool,
}

impl Check {
    /// Prints the findings by rule.
    pub fn run(self) -> Result<(), Failure> {
        let rules = rules_for(self.rules.as_deref(), &self.register)?;
        self.known(&rules)?;
        let register = open_to_read(&self.register)?;
        let snapshot = self.as_of.snapshot(&register)?;
        let found = self.found(&snapshot, &rules)?;
        if let Some(file) = &self.xlsx {
            write_table(file, &found)?;
        }
        if self.json {
            words::json(&self.document(&snapshot, &rules, &found));
        } else {
            self.print(&rules, &found);
        }
        Ok(())
    }

    /// Refuses rules that there are not.
    fn known(&self, rules: &Rules) -> Result<(), Failure> {
        let all: Vec<&str> = all_rules().collect();
        let unknown =
            |rule: &&String| !all.contains(&rule.as_str()) || rules.all().iter().all(|r| r.id != **rule);
        match self.rule.iter().find(unknown) {
            None => Ok(()),
            Some(rule) => Err(Failure::Usage(Bilingual::new(
                format!("没有规则 {rule}，可以是 {}", all.join("、")),
                format!("there is no rule {rule:?}; it may be {}", all.join(", ")),
            ))),
        }
    }

    fn found(&self, snapshot: &Snapshot, rules: &Rules) -> Result<Vec<CheckFinding>, Failure> {
        let day = self.as_of.date();
        let wanted = |rule: &str| self.rule.is_empty() || self.rule.iter().any(|asked| asked == rule);
        let scene = Scene::new(snapshot, day, Scope::All);
        let mut all = checks::run_some(&scene, rules, &wanted)?;
        if naming::checked_rules().any(wanted) {
            let broken = |error: CheckError| name::failed(&error);
            let inventory = Inventory::build(snapshot, day).map_err(|error| broken(error.into()))?;
            let names = naming::of_register((snapshot, &inventory), day, rules, &wanted);
            all.extend(names.map_err(broken)?);
        }
        let highest: Secrecy = self.show.into();
        if circles::ALL.iter().any(|check| wanted(check.rule)) {
            let sees = |record: &Record| record.valid.contains(day) && record.secrecy <= highest;
            let scope = GroundScope { day, show: highest, count: usual_count(snapshot, &sees) };
            let ground = Ground::of(snapshot, scope)?;
            all.extend(circles::run(&circles::Scene { snapshot, ground: &ground }, rules, &wanted)?);
        }
        let listed = |noticed: &&Noticed| {
            self.layer.is_none_or(|layer| layer == noticed.layer) && noticed.is_shown(snapshot, highest)
        };
        let described = |noticed: &Noticed| {
            rules.on(&noticed.finding.rule, day).map(|rule| CheckFinding::of(noticed, rule))
        };
        Ok(all.iter().filter(listed).filter_map(described).collect())
    }

    fn document(&self, snapshot: &Snapshot, rules: &Rules, found: &[CheckFinding]) -> Json {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        found.iter().for_each(|finding| *counts.entry(&finding.rule).or_default() += 1);
        json!({
            "revision": snapshot.revision().0, "as_of": self.as_of.date(), "rules": rules.version(),
            "total": found.len(), "counts": counts, "findings": found,
        })
    }

    fn print(&self, rules: &Rules, found: &[CheckFinding]) {
        let day = self.as_of.date();
        for id in all_rules() {
            let of_rule: Vec<&CheckFinding> = found.iter().filter(|finding| finding.rule == id).collect();
            let Some(rule) = rules.on(id, day).filter(|_| !of_rule.is_empty()) else { continue };
            let count = thousands(of_rule.len() as u64);
            let assumed = if of_rule[0].basis == "read" { "" } else { t("（待核定）", " (assumed)") };
            line(format!(
                "{}  {}  {}{assumed}  {count}",
                rule.id,
                words::say(&rule.title),
                words::say(&rule.cited())
            ));
            of_rule.iter().take(SHOWN).for_each(|finding| line(finding_line(finding)));
            if of_rule.len() > SHOWN {
                let more = thousands((of_rule.len() - SHOWN) as u64);
                line(format!("    … {} {more}", t("另有", "and more:")));
            }
            line(format!("    → {}", words::say(&rule.remedy)));
        }
        let errors = found.iter().filter(|finding| finding.severity == "error").count();
        let (errors, total) = (thousands(errors as u64), thousands(found.len() as u64));
        line(match words::language() {
            crate::model::Language::Zh => {
                format!("共 {total} 条，其中必须改 {errors} 条（规则版本 {}）", rules.version())
            }
            crate::model::Language::En => {
                format!("{total} findings, {errors} errors (rules {})", rules.version())
            }
        });
    }
}

/// Every rule that there is a check for.
fn all_rules() -> impl Iterator<Item = &'static str> {
    let circles = circles::ALL.iter().map(|check| check.rule);
    checks::ALL.iter().map(|check| check.rule).chain(naming::checked_rules()).chain(circles)
}

/// Those compiled in, changed by the folder that is named, or by the one beside the register if it is there.
pub fn rules_for(folder: Option<&Path>, register: &Path) -> Result<Arc<Rules>, Failure> {
    let mut name = register.file_name().unwrap_or_default().to_owned();
    name.push(".rules");
    let beside = register.with_file_name(name);
    match folder.or_else(|| beside.is_dir().then_some(beside.as_path())) {
        Some(folder) => Ok(Arc::new(Rules::compiled().with_folder(folder)?)),
        None => Ok(Rules::compiled().clone()),
    }
}

fn finding_line(finding: &CheckFinding) -> String {
    let severity = severity_title(finding.severity);
    let code = finding.code.as_deref().unwrap_or(&finding.record);
    let name = finding.name.as_deref().filter(|name| *name != code).unwrap_or_default();
    let at = finding.at.map(|[lon, lat]| format!(" ({lon:.6}, {lat:.6})")).unwrap_or_default();
    format!("  {}  {code} {name}{at}  {}", words::say(&severity), words::say(&finding.what))
}

fn write_table(file: &Path, found: &[CheckFinding]) -> Result<(), Failure> {
    let columns = sheet::columns(words::language()).into_iter();
    let columns = columns
        .map(|(name, title, kind)| OutColumn { name: name.to_owned(), title: Some(title.to_owned()), kind })
        .collect();
    let name = t("检核结果", "findings").to_owned();
    let mut sink =
        formats::create(file, &OutSchema { name, columns, crs: Some(Crs::REGISTER), encoding: None })?;
    for finding in found {
        let geometry = finding.at.map(|[x, y]| geo_types::Point::new(x, y).into());
        sink.write(OutFeature { geometry, values: sheet::row(finding, words::language()) })?;
    }
    sink.finish()?;
    Ok(())
}
