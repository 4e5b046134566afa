//! The form of a file of rules, as TOML has it.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Evidence, ParameterValue, SizeProfile, SourceKind};
use crate::model::{Bilingual, Date, Severity};

/// A file: the law, its rules, changes to rules of other files, sizes of communities and grids.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawFile {
    pub law: RawLaw,
    #[serde(default)]
    pub rule: Vec<RawRule>,
    #[serde(default)]
    pub change: Vec<RawChange>,
    #[serde(default)]
    pub profile: Vec<SizeProfile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawLaw {
    pub kind: SourceKind,
    pub zh: String,
    pub en: String,
    pub number: Option<String>,
    pub read_in: Option<String>,
    pub from: Option<Date>,
    pub to: Option<Date>,
}

/// A sentence in both languages.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    pub zh: String,
    pub en: String,
}

impl From<Words> for Bilingual {
    fn from(words: Words) -> Self {
        Self::new(words.zh, words.en)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawRule {
    pub id: String,
    pub title: Words,
    pub article: Words,
    pub sense: Words,
    pub remedy: Words,
    pub evidence: Evidence,
    pub severity: Severity,
    pub from: Option<Date>,
    pub to: Option<Date>,
    #[serde(default)]
    pub parameters: BTreeMap<String, RawParameter>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawParameter {
    pub value: ParameterValue,
    pub unit: Option<String>,
    pub zh: String,
    pub en: String,
    /// the rule's where absent
    pub evidence: Option<Evidence>,
}

/// What an office changes in a rule, and why.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawChange {
    pub rule: String,
    /// the document or decision that it goes back to
    pub basis: Words,
    #[serde(default)]
    pub off: bool,
    pub severity: Option<Severity>,
    #[serde(default)]
    pub parameters: BTreeMap<String, ParameterValue>,
}
