//! `GET /api/v1/checks`: what the rules say about lines, markers and communities; `GET /api/v1/rules`: the rules.

use std::collections::BTreeMap;
use std::sync::Arc;

use geo_types::{Coord, Rect};
use serde::Serialize;

use crate::api::answer::{Answer, holds, not_modified};
use crate::api::app::App;
use crate::api::ask::Ask;
use crate::api::ogc::page_tag;
use crate::api::problem::Problem;
use crate::api::route::{Param, Route};
use crate::api::view::View;
use crate::boundary::checks::{self, CheckFinding, Noticed};
use crate::boundary::standard::Target;
use crate::model::{Bilingual, Layer};
use crate::rules::{Evidence, Parameter, Rule};

/// The routes.
pub const ROUTES: &[Route] = &[
    Route::get("/api/v1/checks", "checks", "依法检核的问题 · findings of the checks", list)
        .query(PARAMS)
        .answers("Checks"),
    Route::get("/api/v1/rules", "checks", "检核所依据的规则与参数 · the rules and their parameters", rules)
        .query(&[super::AS_OF])
        .answers("RuleList"),
];

const PARAMS: &[Param] = &[
    Param {
        name: "rule", shape: "string", about: "规则号，可用逗号隔开几个 · rules, separated by commas"
    },
    Param { name: "layer", shape: "string", about: "记录所在图层 · layer of the records" },
    Param { name: "severity", shape: "string", about: "error、warning 或 note · error, warning or note" },
    Param { name: "record", shape: "string", about: "只要这条记录的 · only about this record (id)" },
    Param {
        name: "bbox",
        shape: "array number",
        about: "只要位置在此经纬度窗口内的 · only those in this window of longitudes and latitudes",
    },
    Param { name: "offset", shape: "integer", about: "跳过条数 · how many to skip" },
    Param {
        name: "limit",
        shape: "integer",
        about: "条数，默认 200，至多 2000 · how many, 200, 2,000 at most",
    },
    super::AS_OF,
    super::REVISION,
];

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
    severities: BTreeMap<&'static str, usize>,
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
    let board = app.boards.of(&app.register, &view)?;
    let rules = &app.boards.rules;
    let matching: Vec<CheckFinding> = board
        .findings()
        .into_iter()
        .filter(|noticed| asked.takes(noticed) && noticed.is_shown(&view.snapshot, view.show))
        .filter_map(|noticed| Some(CheckFinding::of(noticed, rules.on(&noticed.finding.rule, view.as_of)?)))
        .filter(|finding| asked.severity.as_deref().is_none_or(|severity| severity == finding.severity))
        .collect();
    let (mut counts, mut severities) = (BTreeMap::new(), BTreeMap::new());
    for finding in &matching {
        *counts.entry(finding.rule.clone()).or_default() += 1;
        *severities.entry(finding.severity).or_default() += 1;
    }
    let page = Checks {
        revision: view.revision().0,
        as_of: view.as_of.to_string(),
        rules: rules.version().to_owned(),
        total: matching.len(),
        counts,
        severities,
        findings: matching.into_iter().skip(offset).take(limit).collect(),
    };
    Ok(Answer::json(&page)?.with(axum::http::header::ETAG, &tag))
}

/// What is asked for.
struct Asked {
    rules: Vec<String>,
    layer: Option<Layer>,
    severity: Option<String>,
    record: Option<String>,
    window: Option<Rect>,
}

impl Asked {
    fn read(app: &App, ask: &Ask) -> Result<Self, Problem> {
        let rules: Vec<String> = ask
            .param("rule")
            .into_iter()
            .flat_map(|text| text.split(','))
            .map(|rule| rule.trim().to_owned())
            .collect();
        let known = |rule: &str| app.boards.rules.all().iter().any(|own| own.id == rule);
        if rules.iter().any(|rule| !known(rule)) {
            return Err(Problem::parameter("rule", "没有这条规则", "there is no such rule"));
        }
        let layer = ask.param("layer").map(|name| {
            let named = Layer::ALL.iter().copied().find(|layer| layer.name() == name);
            named.ok_or_else(|| Problem::parameter("layer", "没有这个图层", "there is no such layer"))
        });
        let severity = ask.param("severity").map(str::to_owned);
        if severity.as_deref().is_some_and(|word| !["error", "warning", "note"].contains(&word)) {
            let (zh, en) = ("应为 error、warning 或 note", "it must be error, warning or note");
            return Err(Problem::parameter("severity", zh, en));
        }
        Ok(Self {
            rules,
            layer: layer.transpose()?,
            severity,
            record: ask.param("record").map(str::to_owned),
            window: ask.param("bbox").map(window).transpose()?,
        })
    }

    fn takes(&self, noticed: &Noticed) -> bool {
        let inside = |window: &Rect| {
            noticed.finding.spot.at.is_some_and(|[x, y]| {
                let (min, max) = (window.min(), window.max());
                (min.x..=max.x).contains(&x) && (min.y..=max.y).contains(&y)
            })
        };
        (self.rules.is_empty() || self.rules.contains(&noticed.finding.rule))
            && self.layer.is_none_or(|layer| layer == noticed.layer)
            && self.record.as_ref().is_none_or(|id| *id == noticed.id.to_string())
            && self.window.as_ref().is_none_or(inside)
    }
}

fn window(text: &str) -> Result<Rect, Problem> {
    let numbers: Vec<f64> = text.split(',').take(7).filter_map(|number| number.trim().parse().ok()).collect();
    match numbers[..] {
        [west, south, east, north]
            if west <= east && south <= north && numbers.iter().all(|number| number.is_finite()) =>
        {
            Ok(Rect::new(Coord { x: west, y: south }, Coord { x: east, y: north }))
        }
        _ => Err(Problem::parameter(
            "bbox",
            "应为西、南、东、北四个数",
            "it must be west, south, east and north",
        )),
    }
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
        severity: checks::severity_word(rule.severity),
        from: rule.from.map(|day| day.to_string()),
        to: rule.to.map(|day| day.to_string()),
        applies: rule.holds(day),
        checked: checks::ALL.iter().any(|check| check.rule == rule.id)
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
