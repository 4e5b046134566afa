//! `boundstone name REGISTER --batch FILE`: many proposals at once, from a table, with all findings as a table.

use std::path::Path;

use geo_types::Point;
use serde_json::{Value as Json, json};

use super::failure::Failure;
use super::words::{self, language, line, t, thousands};
use crate::findings::severity_title;
use crate::formats::{self, OutColumn, OutFeature, OutSchema, ReadOptions};
use crate::model::{Bilingual, FieldKind};
use crate::names::checks::{NameClass, Proposal, Proposed};

/// Proposals of one table at most.
const MOST: usize = 100_000;
/// Rows left out that are told one by one.
const SHOWN: u64 = 5;

/// A row of the table: its number and what it proposes.
pub struct Row {
    /// as a person counts it
    pub number: u64,
    /// what is proposed
    pub proposal: Proposal,
}

/// The column of a table that has one of some headings.
fn column(headings: &[String], wanted: &[&str]) -> Option<usize> {
    headings.iter().position(|heading| {
        let heading = heading.trim().to_lowercase();
        wanted.iter().any(|one| heading == *one)
    })
}

/// The proposals of a table. Rows that cannot be read, have no name or one of more than 100 characters are left out,
/// which is said.
pub fn rows(file: &Path) -> Result<Vec<Row>, Failure> {
    let mut source = formats::open(file, &ReadOptions::default())?;
    let headings = source.columns().to_vec();
    let at = |wanted: &[&str]| column(&headings, wanted);
    let name = at(&["name", "名称", "拟用名称", "地名", "标准名称"]).ok_or_else(|| {
        Failure::nothing("表格没有“名称”一栏", "the table has no column name").then(
            "第一行写栏名：名称、类别、经度、纬度、区划代码。",
            "Head it: name, class, lon, lat, division.",
        )
    })?;
    let class = at(&["class", "类别", "地名类别"]);
    let (lon, lat) = (at(&["lon", "经度", "longitude", "x"]), at(&["lat", "纬度", "latitude", "y"]));
    let division = at(&["division", "区划代码", "所在区划代码", "所在区划"]);
    let (mut all, mut left) = (Vec::new(), 0_u64);
    let mut leave = |row: u64, why: &str| {
        left += 1;
        if left <= SHOWN {
            words::warn(format!("  {} {row}  {why}", t("第", "row")));
        }
    };
    while let Some(feature) = source.next_feature() {
        let feature = match feature {
            Ok(feature) => feature,
            Err(finding) => {
                leave(finding.spot.row.unwrap_or_default(), words::say(&finding.what));
                continue;
            }
        };
        let cell = |at: Option<usize>| -> Option<String> {
            let (_, value) = feature.values.iter().find(|(column, _)| Some(*column) == at)?;
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            Some(text.trim().to_owned()).filter(|text| !text.is_empty())
        };
        let Some(text) = cell(Some(name)).filter(|text| text.chars().count() <= 100) else {
            leave(feature.row, t("没有名称，或超过 100 字", "no name, or one of more than 100 characters"));
            continue;
        };
        let number = |at| cell(at).and_then(|text| text.parse::<f64>().ok()).filter(|one| one.is_finite());
        let placed = number(lon).zip(number(lat)).map(|(x, y)| Point::new(x, y).into());
        let class = cell(class).and_then(|word| {
            NameClass::ALL.into_iter().find(|class| class.word() == word || class.title().zh == word)
        });
        let geometry = placed.or(feature.geometry);
        let proposal =
            Proposal { name: text, class, geometry, division: cell(division), ..Proposal::default() };
        all.push(Row { number: feature.row, proposal });
        if all.len() >= MOST {
            leave(
                feature.row,
                t(
                    "至多 100000 行，其后没有读，请分成几个文件",
                    "100,000 rows at most: those after it were not read, split the file",
                ),
            );
            break;
        }
    }
    if left > 0 {
        words::warn(format!("{} {}", t("未检查的行：", "rows left out:"), thousands(left)));
    }
    Ok(all)
}

/// Writes the findings, a row to each; names without any have a row of their own.
pub fn write(file: &Path, answers: &[(u64, Proposed)]) -> Result<(), Failure> {
    let column = |name: &str, zh: &'static str, en: &'static str| OutColumn {
        name: name.into(),
        title: Some(t(zh, en).to_owned()),
        kind: FieldKind::Text,
    };
    let columns = vec![
        column("row", "行", "Row"),
        column("name", "名称", "Name"),
        column("class", "类别", "Class"),
        column("spelling", "拼写", "Spelling"),
        column("rule", "规则", "Rule"),
        column("severity", "轻重", "Severity"),
        column("article", "依据", "Article"),
        column("what", "问题", "What is wrong"),
        column("remedy", "处理办法", "What to do"),
        column("met", "冲突的地名", "Names that it meets"),
        column("free", "可用的名称", "Names that would pass"),
    ];
    let name = t("拟名核查", "proposals").to_owned();
    let mut sink = formats::create(file, &OutSchema { name, columns, crs: None, encoding: None })?;
    let say = |text: &Bilingual| Json::from(text.get(language()));
    for (row, answer) in answers {
        let head = || {
            let class = answer.class.title();
            vec![
                row.to_string().into(),
                answer.name.as_str().into(),
                say(&class),
                answer.spelling.as_str().into(),
            ]
        };
        if answer.findings.is_empty() {
            let mut values: Vec<Json> = head();
            values.extend([Json::Null, t("通过", "passes").into()]);
            values.resize(11, Json::Null);
            sink.write(OutFeature { geometry: None, values })?;
        }
        for one in &answer.findings {
            let finding = &one.finding;
            let met: Vec<String> = one
                .met
                .iter()
                .map(|met| match &met.code {
                    Some(code) => format!("{} {code}", met.name),
                    None => met.name.clone(),
                })
                .collect();
            let mut values: Vec<Json> = head();
            values.extend([
                finding.rule.as_str().into(),
                say(&severity_title(finding.severity)),
                say(&finding.article),
                say(&finding.what),
                say(&finding.remedy),
                met.join("；").into(),
                answer.free.join("、").into(),
            ]);
            sink.write(OutFeature { geometry: None, values })?;
        }
    }
    sink.finish()?;
    Ok(())
}

/// Prints what came of them.
pub fn report(answers: &[(u64, Proposed)], as_json: bool) {
    if as_json {
        let all: Vec<Json> =
            answers.iter().map(|(row, answer)| json!({"row": row, "proposed": answer})).collect();
        words::json(&json!({"total": answers.len(), "names": all}));
        return;
    }
    let worst = |answer: &Proposed| {
        let severities = answer.findings.iter().map(|one| one.finding.severity);
        severities.fold(0, |worst, severity| {
            worst.max(match severity {
                "error" => 3,
                "warning" => 2,
                _ => 1,
            })
        })
    };
    for (row, answer) in answers.iter().filter(|(_, answer)| worst(answer) > 1).take(50) {
        let rules: Vec<&str> = answer.findings.iter().map(|one| one.finding.rule.as_str()).collect();
        line(format!("  {row}  {}  {}", answer.name, rules.join(" ")));
    }
    let many = |wanted: &dyn Fn(u8) -> bool| {
        thousands(answers.iter().filter(|(_, answer)| wanted(worst(answer))).count() as u64)
    };
    line(format!(
        "{} {}：{} {}，{} {}，{} {}",
        thousands(answers.len() as u64),
        t("个名称", "names"),
        t("必须改", "errors"),
        many(&|worst| worst == 3),
        t("请确认", "to be checked"),
        many(&|worst| worst == 2),
        t("通过", "pass"),
        many(&|worst| worst < 2)
    ));
}
