//! `GET /api/v1/checks`: what the rules say about lines, markers, communities and names; `GET /api/v1/rules`: the rules.

mod ask;
mod repair;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

use super::export::attached;
use crate::api::answer::{Answer, holds, not_modified};
use crate::api::app::App;
use crate::api::ask::Ask;
use crate::api::ogc::page_tag;
use crate::api::openapi::schemas::{Named, add};
use crate::api::problem::Problem;
use crate::api::route::{Param, Route, Verb, together};
use crate::api::view::View;
use crate::boundary::checks;
use crate::boundary::standard::Target;
use crate::findings::{CheckFinding, severity_word, sheet};
use crate::formats::{self, OutColumn, OutFeature, OutSchema};
use crate::model::{Bilingual, Language};
use crate::rules::{Evidence, Parameter, Rule};
use ask::Asked;
pub use ask::window;

const SHEET: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// The routes.
pub const ROUTES: &[Route] = &[
    Route::get("/api/v1/checks", "checks", "依法检核的问题 · findings of the checks", list)
        .query(PARAMS)
        .answers("Checks"),
    Route::get("/api/v1/rules", "checks", "检核所依据的规则与参数 · the rules and their parameters", rules)
        .query(&[super::AS_OF])
        .answers("RuleList"),
    Route {
        media: &[SHEET],
        ..Route::get(
            "/api/v1/checks/export",
            "checks",
            "所列问题的表格 · what is listed, as a workbook",
            export,
        )
        .query(&ask::WHICH)
    },
    Route::get(
        "/api/v1/checks/{id}",
        "checks",
        "一个问题：依据、位置、所涉记录、能否一键修复 · one finding: rule, place, records, whether it can be repaired at once",
        repair::detail,
    )
    .query(&[super::AS_OF, super::REVISION])
    .answers("CheckDetail"),
    Route {
        method: Verb::Post,
        body: Some("RepairQuestion"),
        ..Route::get(
            "/api/v1/checks/{id}/repair/preview",
            "checks",
            "试修复：各区划的新图形与面积 · what the repair of a finding would do",
            repair::preview,
        )
        .answers("Borders")
    },
    Route {
        method: Verb::Post,
        body: Some("RepairChange"),
        ..Route::get(
            "/api/v1/checks/{id}/repair",
            "checks",
            "修复一个问题，各级区划一起改 · repairs a finding, on all levels at once",
            repair::change,
        )
        .answers("Borders")
    },
];

const PARAMS: &[Param] = &together::<2, 11, 13>(
    [
        Param { name: "offset", shape: "integer", about: "跳过条数 · how many to skip" },
        Param {
            name: "limit",
            shape: "integer",
            about: "条数，默认 200，至多 2000 · how many, 200, 2,000 at most",
        },
    ],
    ask::WHICH,
);

/// Adds the schemas of what is sent here.
pub fn add_schemas(named: &mut Named) {
    add::<Checks>(named);
    add::<RuleList>(named);
    add::<repair::CheckDetail>(named);
    add::<repair::RepairQuestion>(named);
    add::<repair::RepairChange>(named);
}

/// A page of findings.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Checks {
    revision: u64,
    as_of: String,
    /// version of the rules: sixteen hexadecimal digits
    rules: String,
    /// how many match
    total: usize,
    /// of those that match, by rule
    counts: BTreeMap<String, usize>,
    /// of those that match, by severity
    severities: BTreeMap<String, usize>,
    /// of those about ground, by kind
    kinds: BTreeMap<String, usize>,
    /// by level of the record
    levels: BTreeMap<String, usize>,
    /// by rule, layer and code
    findings: Vec<CheckFinding>,
}

/// `GET /api/v1/checks`
fn list(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let view = View::of(app, ask)?;
    let tag = page_tag(app, ask, &view, app.boards.rules.version());
    if holds(ask, &tag) {
        return Ok(not_modified(&tag));
    }
    let asked = Asked::read(app, ask)?;
    let limit = ask.limit(200, 2_000)?;
    let offset = ask.parsed::<usize>("offset")?.unwrap_or(0);
    let matching = ask::matching(app, &asked, &view)?;
    let count = |of: &dyn Fn(&CheckFinding) -> Option<String>| {
        let mut counts = BTreeMap::new();
        matching.iter().filter_map(of).for_each(|word| *counts.entry(word).or_default() += 1);
        counts
    };
    let page = Checks {
        revision: view.revision().0,
        as_of: view.as_of.to_string(),
        rules: app.boards.rules.version().to_owned(),
        total: matching.len(),
        counts: count(&|finding| Some(finding.rule.clone())),
        severities: count(&|finding| Some(finding.severity.to_owned())),
        kinds: count(&|finding| finding.kind.map(str::to_owned)),
        levels: count(&|finding| finding.level.clone()),
        findings: matching.into_iter().skip(offset).take(limit).collect(),
    };
    Ok(Answer::json(&page)?.with(axum::http::header::ETAG, &tag))
}

/// `GET /api/v1/checks/export`: what is listed, as a workbook.
fn export(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let view = View::of(app, ask)?;
    let matching = ask::matching(app, &Asked::read(app, ask)?, &view)?;
    let internal = |error: &dyn std::fmt::Display| Problem::internal(error);
    let folder = tempfile::tempdir().map_err(|error| internal(&error))?;
    let path = folder.path().join("findings.xlsx");
    let columns = sheet::columns(ask.language).into_iter();
    let name = if ask.language == Language::Zh { "检核结果" } else { "findings" };
    let schema = OutSchema {
        name: name.into(),
        columns: columns
            .map(|(name, title, kind)| OutColumn { name: name.into(), title: Some(title.into()), kind })
            .collect(),
        crs: None,
        encoding: None,
    };
    let mut sink = formats::create(&path, &schema).map_err(|error| internal(&error))?;
    for finding in &matching {
        let values = sheet::row(finding, ask.language);
        sink.write(OutFeature { geometry: None, values }).map_err(|error| internal(&error))?;
    }
    sink.finish().map_err(|error| internal(&error))?;
    let bytes = std::fs::read(&path).map_err(|error| internal(&error))?;
    let disposition = attached("findings", &format!("{name}-{}.xlsx", view.as_of));
    Ok(Answer::bytes(SHEET, bytes).with(axum::http::header::CONTENT_DISPOSITION, &disposition))
}

/// All rules.
#[derive(Serialize, utoipa::ToSchema)]
pub struct RuleList {
    /// sixteen hexadecimal digits
    version: String,
    rules: Vec<RuleDoc>,
}

/// One rule.
#[derive(Serialize, utoipa::ToSchema)]
pub struct RuleDoc {
    id: String,
    title: Bilingual,
    /// law and article
    article: Bilingual,
    /// what it says, in our own words
    sense: Bilingual,
    /// what to do about a finding
    remedy: Bilingual,
    /// `read` in the source, or `assumed`
    basis: &'static str,
    severity: &'static str,
    /// in force from this day on
    from: Option<String>,
    /// no longer in force from this day on
    to: Option<String>,
    /// whether it applies on the day asked for
    applies: bool,
    /// whether there is a check for it
    checked: bool,
    /// why the office changed it
    changed: Option<Bilingual>,
    parameters: Vec<ParameterDoc>,
}

/// One parameter.
#[derive(Serialize, utoipa::ToSchema)]
pub struct ParameterDoc {
    name: String,
    title: Bilingual,
    #[schema(value_type = Object)]
    value: serde_json::Value,
    unit: Option<String>,
    /// `read` in the source, or `assumed`
    basis: &'static str,
}

const fn basis(evidence: Evidence) -> &'static str {
    match evidence {
        Evidence::Read => "read",
        Evidence::Assumed => "assumed",
    }
}

fn parameter_doc((name, parameter): (&String, &Parameter)) -> ParameterDoc {
    ParameterDoc {
        name: name.clone(),
        title: parameter.title.clone(),
        value: serde_json::to_value(&parameter.value).unwrap_or_default(),
        unit: parameter.unit.clone(),
        basis: basis(parameter.evidence),
    }
}

/// `GET /api/v1/rules`
fn rules(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let day = ask.date("as_of")?.unwrap_or_else(|| app.today());
    let doc = |rule: &Rule| RuleDoc {
        id: rule.id.clone(),
        title: rule.title.clone(),
        article: rule.cited(),
        sense: rule.sense.clone(),
        remedy: rule.remedy.clone(),
        basis: basis(rule.evidence),
        severity: severity_word(rule.severity),
        from: rule.from.map(|day| day.to_string()),
        to: rule.to.map(|day| day.to_string()),
        applies: rule.holds(day),
        checked: checks::ALL.iter().any(|check| check.rule == rule.id)
            || crate::names::checks::checked_rules().any(|checked| checked == rule.id)
            || crate::access::checks::ALL.iter().any(|check| check.rule == rule.id)
            || Target::ALL.iter().any(|target| target.rule() == rule.id),
        changed: rule.changed.clone(),
        parameters: rule.parameters.iter().map(parameter_doc).collect(),
    };
    let rules = &app.boards.rules;
    Answer::json(&RuleList {
        version: rules.version().to_owned(),
        rules: rules.all().iter().map(doc).collect(),
    })
}
