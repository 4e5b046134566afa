//! A finding as it goes out, over HTTP and from the command line: with its rule, article and record.

use serde::Serialize;

use super::Noticed;
use crate::model::{Bilingual, Layer, Severity};
use crate::rules::{Evidence, Rule};

/// One finding of a check.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct CheckFinding {
    /// deterministic: the same noticing has the same id
    pub id: String,
    /// the rule, e.g. `B07`
    pub rule: String,
    /// what the rule is called
    pub title: Bilingual,
    /// law and article
    pub article: Bilingual,
    /// `read` in the source, or `assumed`
    pub basis: &'static str,
    /// `error`, `warning` or `note`
    pub severity: &'static str,
    /// layer of the record
    pub layer: &'static str,
    /// id of the record
    pub record: String,
    /// its business code
    pub code: Option<String>,
    /// what it is called
    pub name: Option<String>,
    /// the field that it is about
    pub field: Option<String>,
    /// longitude and latitude
    pub at: Option<[f64; 2]>,
    /// what is wrong
    pub what: Bilingual,
    /// what to do
    pub remedy: Bilingual,
    /// the values that gave rise to it
    pub evidence: Option<String>,
}

impl CheckFinding {
    /// Of what was noticed under a rule.
    pub fn of(noticed: &Noticed, rule: &Rule) -> Self {
        let finding = &noticed.finding;
        Self {
            id: finding.id.clone(),
            rule: finding.rule.clone(),
            title: rule.title.clone(),
            article: rule.cited(),
            basis: match rule.evidence {
                Evidence::Read => "read",
                Evidence::Assumed => "assumed",
            },
            severity: word(finding.severity),
            layer: noticed.layer.name(),
            record: noticed.id.to_string(),
            code: noticed.code.clone(),
            name: noticed.name.clone(),
            field: finding.spot.field.clone(),
            at: finding.spot.at,
            what: finding.what.clone(),
            remedy: finding.done.clone(),
            evidence: finding.evidence.clone(),
        }
    }

    /// The layer of its record, as people read it.
    pub fn layer_title(&self) -> Bilingual {
        let layer = Layer::ALL.iter().find(|layer| layer.name() == self.layer);
        layer.map(|layer| layer.def().title()).unwrap_or_default()
    }
}

/// A severity's word on the wire.
pub const fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Note => "note",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

/// A severity as people read it.
pub fn severity_title(word: &str) -> Bilingual {
    match word {
        "error" => Bilingual::new("必须改", "error"),
        "warning" => Bilingual::new("请确认", "check"),
        _ => Bilingual::new("提示", "note"),
    }
}
