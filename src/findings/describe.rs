//! A finding as it goes out, over HTTP and from the command line: with its rule, article and record.

use serde::Serialize;

use super::Noticed;
use crate::model::{Bilingual, Date, Layer, RecordId, Severity};
use crate::rules::{Evidence, Rule};
use crate::snapshot::Snapshot;

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
    /// level of the record
    pub level: Option<String>,
    /// what is wrong with the coverage, e.g. `overlap`, where it is about ground
    pub kind: Option<&'static str>,
    /// how much ground, m²
    pub area_m2: Option<f64>,
    /// how wide, m
    pub width_m: Option<f64>,
    /// box round the ground: west, south, east, north
    pub bbox: Option<[f64; 4]>,
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
        let ground = noticed.ground.as_ref();
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
            level: noticed.level.clone(),
            kind: ground.map(|ground| ground.kind.word()),
            area_m2: ground.map(|ground| ground.area_m2),
            width_m: ground.map(|ground| ground.width_m),
            bbox: ground
                .and_then(|ground| ground.bounds())
                .map(|b| [b.min().x, b.min().y, b.max().x, b.max().y]),
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

/// A record that a finding speaks of.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct CheckRecord {
    /// its layer
    pub layer: &'static str,
    /// its id
    pub record: String,
    /// its business code
    pub code: Option<String>,
    /// what it is called
    pub name: Option<String>,
}

impl CheckRecord {
    /// The records of a finding, its own first, as they are on a day.
    pub fn all(noticed: &Noticed, snapshot: &Snapshot, day: Date) -> Vec<Self> {
        let one = |(layer, id): (Layer, RecordId)| {
            let record = snapshot.layer(layer).get(id, day);
            Self {
                layer: layer.name(),
                record: id.to_string(),
                code: record.and_then(|record| record.code.as_deref()).map(str::to_owned),
                name: record.and_then(|record| record.label()).map(str::to_owned),
            }
        };
        std::iter::once((noticed.layer, noticed.id)).chain(noticed.others.iter().copied()).map(one).collect()
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
