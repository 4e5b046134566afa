//! What checks notice: a finding about one record, and how it is put together.

use geo_types::Coord;

use super::Ground;
use crate::model::{Bilingual, Finding, Layer, Record, RecordId, Secrecy, Severity, Spot, guard};
use crate::rules::Rule;
use crate::snapshot::Snapshot;

/// A finding and the record that it is about.
#[derive(Clone, Debug, PartialEq)]
pub struct Noticed {
    /// rule, severity, place, sentence, what to do
    pub finding: Finding,
    /// layer of the record
    pub layer: Layer,
    /// the record
    pub id: RecordId,
    /// its business code
    pub code: Option<String>,
    /// what it is called
    pub name: Option<String>,
    /// other records that the sentence speaks of: whoever may not see them may not see the finding
    pub others: Vec<(Layer, RecordId)>,
    /// level of the record, where it has one
    pub level: Option<String>,
    /// the ground that it is about, where it is about ground
    pub ground: Option<Ground>,
}

impl Noticed {
    /// Whether it speaks only of records up to a class of secrecy.
    pub fn is_shown(&self, snapshot: &Snapshot, highest: Secrecy) -> bool {
        let seen = |(layer, id): (Layer, RecordId)| {
            snapshot
                .layer(layer)
                .versions(id)
                .all(|record| record.secrecy <= highest && !guard::is_marked(record, highest))
        };
        seen((self.layer, self.id)) && self.others.iter().copied().all(seen)
    }

    /// By rule, layer, code, record and id of the finding.
    pub fn order(&self) -> impl Ord + '_ {
        (&self.finding.rule, self.layer, &self.code, self.id, &self.finding.id)
    }
}

/// Something noticed about a record.
pub struct Notice<'a> {
    about: &'a Record,
    what: Bilingual,
    field: Option<&'static str>,
    at: Option<Coord>,
    evidence: Option<String>,
    severity: Option<Severity>,
    others: Vec<(Layer, RecordId)>,
    ground: Option<Ground>,
}

impl<'a> Notice<'a> {
    /// About a record, in both languages.
    pub fn new(about: &'a Record, zh: impl Into<String>, en: impl Into<String>) -> Self {
        let what = Bilingual::new(zh, en);
        Self {
            about,
            what,
            field: None,
            at: None,
            evidence: None,
            severity: None,
            others: Vec::new(),
            ground: None,
        }
    }

    /// The field that it is about.
    #[must_use]
    pub fn field(mut self, field: &'static str) -> Self {
        self.field = Some(field);
        self
    }

    /// The place; the record's own, where it is a point, if none is given.
    #[must_use]
    pub fn at(mut self, at: Coord) -> Self {
        self.at = Some(at);
        self
    }

    /// The values that gave rise to it.
    #[must_use]
    pub fn evidence(mut self, evidence: impl Into<String>) -> Self {
        self.evidence = Some(evidence.into());
        self
    }

    /// Another weight than the rule's.
    #[must_use]
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = Some(severity);
        self
    }

    /// The ground that it is about.
    #[must_use]
    pub fn ground(mut self, ground: Ground) -> Self {
        self.ground = Some(ground);
        self
    }

    /// Another record that it speaks of.
    #[must_use]
    pub fn with(mut self, other: &Record) -> Self {
        self.others.push((other.layer, other.id));
        self
    }
}

/// What a check has noticed so far.
pub struct Found {
    rule: String,
    severity: Severity,
    remedy: Bilingual,
    noticed: Vec<Noticed>,
}

impl Found {
    /// Nothing yet, under a rule.
    pub fn of(rule: &Rule) -> Self {
        Self {
            rule: rule.id.clone(),
            severity: rule.severity,
            remedy: rule.remedy.clone(),
            noticed: Vec::new(),
        }
    }

    /// Takes one in.
    pub fn push(&mut self, notice: Notice<'_>) {
        let Notice { about, what, field, at, evidence, severity, others, ground } = notice;
        let at = at.or(match about.geometry.as_deref() {
            Some(geo_types::Geometry::Point(point)) => Some(point.0),
            _ => None,
        });
        let spot = Spot {
            field: field.map(str::to_owned),
            record: Some(format!("{}/{}", about.layer, about.id)),
            at: at.map(|at| [at.x, at.y]),
            ..Spot::default()
        };
        let severity = severity.unwrap_or(self.severity);
        // Two things noticed about one field of a record differ in what is said.
        let evidence = evidence.unwrap_or_else(|| what.zh.clone());
        let finding =
            Finding::new(&self.rule, severity, spot, what, self.remedy.clone()).with_evidence(evidence);
        self.noticed.push(Noticed {
            finding,
            layer: about.layer,
            id: about.id,
            code: about.code.as_deref().map(str::to_owned),
            name: about.label().map(str::to_owned),
            others,
            level: about.text("level").map(str::to_owned),
            ground,
        });
    }

    /// Keeps only what is wanted.
    pub fn retain(&mut self, wanted: impl FnMut(&Noticed) -> bool) {
        self.noticed.retain(wanted);
    }

    /// All of it.
    pub fn into_noticed(self) -> Vec<Noticed> {
        self.noticed
    }
}
