//! Findings: what a reader or a checker noticed. Bad data is not an error; it is data about data.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::Bilingual;

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// 提示
    Note,
    /// 请确认
    Warning,
    /// 必须改
    Error,
}

/// Where it was noticed: in a file, in the register, on the map. Absent parts are not known.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Spot {
    /// file, as the user named it
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// row, counted from 1 as a person would (a table's heading is row 1)
    #[serde(skip_serializing_if = "Option::is_none")]
    pub row: Option<u64>,
    /// field or column
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// layer and record
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<String>,
    /// longitude and latitude
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<[f64; 2]>,
}

/// One thing noticed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// deterministic: the same noticing has the same id
    pub id: String,
    /// which check, a stable word such as `import.date`
    pub rule: String,
    /// how much it weighs
    pub severity: Severity,
    /// where
    pub spot: Spot,
    /// what is wrong
    pub what: Bilingual,
    /// what was done, or what to do
    pub done: Bilingual,
    /// the value that gave rise to it, shortened
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<String>,
}

impl Finding {
    /// A finding; its id follows from rule, spot and evidence.
    pub fn new(rule: &str, severity: Severity, spot: Spot, what: Bilingual, done: Bilingual) -> Self {
        Self { id: String::new(), rule: rule.into(), severity, spot, what, done, evidence: None }.with_id()
    }

    /// With the value that gave rise to it, cut to 120 characters.
    #[must_use]
    pub fn with_evidence(mut self, evidence: impl AsRef<str>) -> Self {
        self.evidence = Some(evidence.as_ref().chars().take(120).collect());
        self.with_id()
    }

    fn with_id(mut self) -> Self {
        let mut hash = Sha256::new();
        let spot = serde_json::to_string(&self.spot).unwrap_or_default();
        for part in [&self.rule, &spot, self.evidence.as_deref().unwrap_or_default()] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part.as_bytes());
        }
        self.id = hash.finalize()[..8].iter().map(|byte| format!("{byte:02x}")).collect();
        self
    }
}

/// Findings with a bound: all are counted, the first of each rule and field are kept.
///
/// A table of 600,000 rows may have the same fault in each; nobody reads that list.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Findings {
    /// those kept
    pub kept: Vec<Finding>,
    /// how many there were by rule
    pub counts: std::collections::BTreeMap<String, u64>,
}

impl Findings {
    /// How many of one rule and field are kept in full.
    pub const KEPT_PER_RULE: u64 = 200;

    /// Takes one in.
    pub fn push(&mut self, finding: Finding) {
        let count = self.counts.entry(finding.rule.clone()).or_default();
        *count += 1;
        if *count <= Self::KEPT_PER_RULE {
            self.kept.push(finding);
        }
    }

    /// Whether another one of that rule would be kept: lets a caller skip building it.
    pub fn wants(&self, rule: &str) -> bool {
        self.counts.get(rule).is_none_or(|&count| count < Self::KEPT_PER_RULE)
    }

    /// Counts one that is not kept.
    pub fn count(&mut self, rule: &str) {
        *self.counts.entry(rule.to_owned()).or_default() += 1;
    }

    /// Takes all of another's in.
    pub fn extend(&mut self, other: Self) {
        let mut counted: std::collections::BTreeMap<String, u64> = other.counts;
        for finding in other.kept {
            if let Some(count) = counted.get_mut(&finding.rule) {
                *count -= 1;
            }
            self.push(finding);
        }
        for (rule, count) in counted {
            *self.counts.entry(rule).or_default() += count;
        }
    }

    /// How many in all.
    pub fn total(&self) -> u64 {
        self.counts.values().sum()
    }
}
