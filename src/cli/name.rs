//! `boundstone name`: what the law says of a name that is proposed; `boundstone rename`: what a renaming touches.

use std::path::PathBuf;

use clap::Args;
use geo_types::{Coord, Point};
use serde_json::json;

use super::check::rules_for;
use super::failure::Failure;
use super::inspect::AsOf;
use super::name_batch;
use super::registers::open_to_read;
use super::search::point;
use super::serve::Show;
use super::words::{self, line, t, thousands};
use crate::findings::severity_title;
use crate::formats::{self, OutColumn, OutFeature, OutSchema};
use crate::model::{Bilingual, Language, Layer, Record, RecordId};
use crate::names::checks::{CheckError, Inventory, Measures, NameClass, Proposal, propose};
use crate::names::impact::{self, Touch};
use crate::snapshot::Snapshot;

/// The word of a class on the command line.
fn class(text: &str) -> Result<NameClass, String> {
    let all = || NameClass::ALL.map(NameClass::word).join(", ");
    NameClass::ALL
        .into_iter()
        .find(|class| class.word() == text || class.title().zh == text)
        .ok_or_else(|| format!("{} {}", t("应为", "expected one of"), all()))
}

/// Checks a name that is proposed.
#[derive(Args)]
#[command(after_help = t("例：\n  boundstone name 五华区.gpkg 翠湖路 --class street --at 102.70,25.05\n  boundstone name 五华区.gpkg 昙华大厦 --class building --floors 18 --site-m2 1200\n  boundstone name 五华区.gpkg 文林路 --renames 530102L0007 --paper 申请书 --paper 方案\n  boundstone name 五华区.gpkg --batch 拟名.xlsx --to 核查结果.xlsx\n类别：county township subdistrict committee village street estate building facility bridge water land。见 docs/地名指南.md。", "Examples:\n  boundstone name wuhua.gpkg 翠湖路 --class street --at 102.70,25.05\n  boundstone name wuhua.gpkg 昙华大厦 --class building --floors 18 --site-m2 1200\nClasses: county township subdistrict committee village street estate building facility bridge water land."))]
pub struct Name {
    #[arg(value_name = "REGISTER", help = t("登记册文件", "register file"))]
    register: PathBuf,
    #[arg(value_name = "NAME", required_unless_present = "batch", help = t("拟用的名称", "the name that is proposed"))]
    name: Option<String>,
    #[arg(long, value_name = "FILE", conflicts_with = "name", help = t("成批核查：表格（名称、类别、经度、纬度、区划代码），csv 或 xlsx", "many at once: a table (name, class, lon, lat, division), csv or xlsx"))]
    batch: Option<PathBuf>,
    #[arg(long, value_name = "FILE", requires = "batch", help = t("成批核查的结果写成 .xlsx 或 .csv", "write what is found about them as .xlsx or .csv"))]
    to: Option<PathBuf>,
    #[arg(long, value_name = "CLASS", value_parser = class, help = t("地名类别，默认按通名判断", "what it is of, default by its generic term"))]
    class: Option<NameClass>,
    #[arg(long, value_name = "LON,LAT", value_parser = point, allow_hyphen_values = true, help = t("位置（CGCS2000 经度,纬度）", "where it is (CGCS2000 longitude,latitude)"))]
    at: Option<Coord>,
    #[arg(long, value_name = "CODE", help = t("所在区划代码，默认按位置", "code of the division it lies in, default by its place"))]
    division: Option<String>,
    #[arg(long, value_name = "CODE", help = t("更名：原有记录的代码或标识", "of a renaming: code or id of the record"))]
    renames: Option<String>,
    #[arg(long, value_name = "N", help = t("层数", "storeys"))]
    floors: Option<f64>,
    #[arg(long, value_name = "M2", help = t("用地面积", "site, m²"))]
    site_m2: Option<f64>,
    #[arg(long, value_name = "M2", help = t("建筑面积", "floor area, m²"))]
    floor_m2: Option<f64>,
    #[arg(long, value_name = "PERCENT", help = t("绿地率", "share of green"))]
    green_percent: Option<f64>,
    #[arg(long, value_name = "PERCENT", help = t("空地率", "share of open ground"))]
    open_percent: Option<f64>,
    #[arg(long, value_name = "TITLE", help = t("已有的申请材料，可给多次", "a paper that is there; may be given several times"))]
    paper: Vec<String>,
    #[arg(long, value_name = "BODY", help = t("拟由谁批准", "who is to approve"))]
    approver: Option<String>,
    #[arg(long, value_name = "SPELLING", help = t("拟用的罗马字母拼写", "its spelling"))]
    roman: Option<String>,
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u8).range(0..=10), help = t("推荐几个可用的名称", "how many names that would pass"))]
    free: u8,
    #[arg(long, value_name = "DIR", help = t("本单位的规则文件夹，默认为登记册旁的“登记册文件名.rules”", "the office's folder of rules, default REGISTER.rules beside the register"))]
    rules: Option<PathBuf>,
    #[command(flatten)]
    as_of: AsOf,
    #[arg(long, value_enum, default_value = "internal", help = t("与到哪一密级为止的名称比较", "the highest class of secrecy compared with"))]
    show: Show,
    #[arg(long, help = t("以 JSON 输出", "print JSON"))]
    json: bool,
}

/// What goes wrong with word lists and rules.
pub fn failed(error: &CheckError) -> Failure {
    Failure::nothing(format!("规则或词表有误：{error}"), format!("rules or word lists are broken: {error}"))
}

impl Name {
    /// Prints what is found, with the names that it meets.
    pub fn run(self) -> Result<(), Failure> {
        if let Some(file) = &self.batch {
            return self.many(file);
        }
        let name = self.name.unwrap_or_default();
        if name.trim().is_empty() || name.chars().count() > 100 {
            return Err(Failure::Usage(Bilingual::new(
                "名称应为 1 至 100 字",
                "a name has 1 to 100 characters",
            )));
        }
        let rules = rules_for(self.rules.as_deref(), &self.register)?;
        let register = open_to_read(&self.register)?;
        let snapshot = self.as_of.snapshot(&register)?;
        let day = self.as_of.date();
        let inventory = Inventory::build(&snapshot, day).map_err(|error| failed(&error.into()))?;
        let renames = self.renames.as_deref().map(|word| record_of(&snapshot, word)).transpose()?;
        let proposal = Proposal {
            name,
            class: self.class,
            geometry: self.at.map(|at| Point(at).into()),
            division: self.division,
            renames: renames.map(|record| (record.layer, record.id)),
            measures: Measures {
                floors: self.floors,
                site_m2: self.site_m2,
                floor_m2: self.floor_m2,
                green_percent: self.green_percent,
                open_percent: self.open_percent,
            },
            papers: Some(self.paper).filter(|papers| !papers.is_empty()),
            approver: self.approver,
            roman: self.roman,
            decisions: Vec::new(),
        };
        let wanted = usize::from(self.free);
        let proposed = propose((&snapshot, &inventory), &proposal, &rules, (day, self.show.into()), wanted)
            .map_err(|error| failed(&error))?;
        if self.json {
            words::json(&json!({
                "revision": snapshot.revision().0, "as_of": day, "rules": rules.version(), "proposed": proposed,
            }));
            return Ok(());
        }
        let class = proposed.class.title();
        line(format!(
            "{}  {}  {} + {}  {}",
            proposed.name,
            words::say(&class),
            proposed.specific,
            if proposed.generic.is_empty() { "—" } else { &proposed.generic },
            proposed.spelling
        ));
        if proposed.findings.is_empty() {
            line(t("没有发现问题", "nothing is found"));
        }
        for one in &proposed.findings {
            let finding = &one.finding;
            let assumed = if finding.basis == "read" { "" } else { t("（待核定）", " (assumed)") };
            let severity = severity_title(finding.severity);
            line(format!("  {}  {}  {}", words::say(&severity), finding.rule, words::say(&finding.what)));
            line(format!("    {}{assumed}  → {}", words::say(&finding.article), words::say(&finding.remedy)));
        }
        if !proposed.free.is_empty() {
            line(format!("{}{}", t("可用的名称：", "names that would pass: "), proposed.free.join("、")));
        }
        Ok(())
    }
}

impl Name {
    /// Those of a table.
    fn many(&self, file: &std::path::Path) -> Result<(), Failure> {
        let rows = name_batch::rows(file)?;
        let rules = rules_for(self.rules.as_deref(), &self.register)?;
        let register = open_to_read(&self.register)?;
        let snapshot = self.as_of.snapshot(&register)?;
        let day = self.as_of.date();
        let inventory = Inventory::build(&snapshot, day).map_err(|error| failed(&error.into()))?;
        let (of, show, wanted) = ((&*snapshot, &inventory), self.show.into(), usize::from(self.free));
        let mut answers = Vec::with_capacity(rows.len());
        for row in rows {
            let said = propose(of, &row.proposal, &rules, (day, show), wanted);
            answers.push((row.number, said.map_err(|error| failed(&error))?));
        }
        if let Some(to) = &self.to {
            name_batch::write(to, &answers)?;
        }
        name_batch::report(&answers, self.json);
        Ok(())
    }
}

/// The record of a code or an id, among the layers that have names.
fn record_of<'s>(snapshot: &'s Snapshot, word: &str) -> Result<&'s Record, Failure> {
    let layers = [
        Layer::Division,
        Layer::Road,
        Layer::Place,
        Layer::Name,
        Layer::Compound,
        Layer::Building,
        Layer::Water,
        Layer::Facility,
    ];
    let by_code = layers.iter().find_map(|layer| snapshot.layer(*layer).by_code(word).last());
    let by_id = || {
        let id: RecordId = word.parse().ok()?;
        Layer::ALL.iter().find_map(|layer| snapshot.layer(*layer).versions(id).last())
    };
    by_code.or_else(by_id).map(|record| &**record).ok_or_else(|| {
        Failure::nothing(
            format!("没有代码或标识为 {word} 的记录"),
            format!("no record has the code or id {word}"),
        )
    })
}

/// Lists what a renaming would touch.
#[derive(Args)]
#[command(after_help = t("例：\n  boundstone rename 五华区.gpkg 530102L0007 --to 昙华路\n  boundstone rename 五华区.gpkg 530102L0007 --to 昙华路 --xlsx 对照表.xlsx\n只列出，不改登记册。", "Examples:\n  boundstone rename wuhua.gpkg 530102L0007 --to 昙华路\n  boundstone rename wuhua.gpkg 530102L0007 --to 昙华路 --xlsx concordance.xlsx\nNothing is changed."))]
pub struct Rename {
    #[arg(value_name = "REGISTER", help = t("登记册文件", "register file"))]
    register: PathBuf,
    #[arg(value_name = "CODE", help = t("记录的代码或标识", "code or id of the record"))]
    record: String,
    #[arg(long, value_name = "NAME", help = t("拟改的名称", "the name that it would have"))]
    to: String,
    #[command(flatten)]
    as_of: AsOf,
    #[arg(long, value_enum, default_value = "internal", help = t("列出到哪一密级为止", "the highest class of secrecy listed"))]
    show: Show,
    #[arg(long, value_name = "FILE", help = t("写成新旧对照表：.xlsx 或 .csv", "write the concordance: .xlsx or .csv"))]
    xlsx: Option<PathBuf>,
    #[arg(long, help = t("以 JSON 输出", "print JSON"))]
    json: bool,
}

impl Rename {
    /// Prints what is touched, by kind.
    pub fn run(self) -> Result<(), Failure> {
        const SHOWN: usize = 10;
        let register = open_to_read(&self.register)?;
        let snapshot = self.as_of.snapshot(&register)?;
        let day = self.as_of.date();
        let record = record_of(&snapshot, &self.record)?;
        let inventory = Inventory::build(&snapshot, day).map_err(|error| failed(&error.into()))?;
        let of = (record.layer, record.id);
        let found = impact::impact((&snapshot, &inventory), of, &self.to, (day, self.show.into()))
            .map_err(|error| failed(&error.into()))?;
        let Some(impact) = found else {
            return Err(Failure::nothing("这条记录在这一天没有名称", "the record has no name on that day"));
        };
        if let Some(file) = &self.xlsx {
            let language = words::language();
            let column = |(name, title, kind): (&str, Bilingual, _)| OutColumn {
                name: name.into(),
                title: Some(title.get(language).to_owned()),
                kind,
            };
            let columns = impact::columns().into_iter().map(column).collect();
            let name = t("更名对照", "renaming").to_owned();
            let mut sink = formats::create(file, &OutSchema { name, columns, crs: None, encoding: None })?;
            for one in &impact.touched {
                sink.write(OutFeature { geometry: None, values: impact::row(one, language) })?;
            }
            sink.finish()?;
        }
        if self.json {
            words::json(&json!(impact));
            return Ok(());
        }
        line(format!("{} → {}", impact.from, impact.to));
        for touch in Touch::ALL {
            let of: Vec<_> = impact.touched.iter().filter(|one| one.touch == touch).collect();
            if of.is_empty() {
                continue;
            }
            line(format!("{}  {}", words::say(&touch.title()), thousands(of.len() as u64)));
            for one in of.iter().take(SHOWN) {
                let code = one.code.as_deref().unwrap_or(&one.record);
                let sure = match (one.sure, words::language()) {
                    (true, _) => "",
                    (false, Language::Zh) => "（请核对）",
                    (false, Language::En) => " (to be confirmed)",
                };
                line(format!("  {code}  {} → {}{sure}", one.old, one.new));
            }
            if of.len() > SHOWN {
                line(format!("  … {} {}", t("另有", "and more:"), thousands((of.len() - SHOWN) as u64)));
            }
        }
        Ok(())
    }
}
