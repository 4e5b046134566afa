//! The law as data (规则): what each rule says, from which article, since when, with which parameters.
//!
//! Rules stand in `data/rules/*.toml`, one file per law, standard or local profile, compiled in. An office
//! changes parameters, adds rules or size profiles, or switches rules off with files of the same form in a folder of its own
//! ([`Rules::with_folder`]). Code refers to a rule by its id; what a rule is checked with is not known here.

mod error;
mod parameter;
mod raw;
mod set;
mod size;

pub use error::RulesError;
pub use parameter::{Parameter, ParameterValue};
pub use set::Rules;
pub use size::{GridRules, SizeProfile};

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::model::{Bilingual, Date, Severity};

/// How a rule or a parameter is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Evidence {
    /// read in the source that is named
    Read,
    /// general knowledge or inferred: a default to be confirmed by the office, never law
    Assumed,
}

/// What kind of source a file stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SourceKind {
    /// 法规、规章
    Law,
    /// 标准
    Standard,
    /// 地方做法、规划
    Profile,
    /// 本程序的约定
    Practice,
}

/// A law, a standard or a local profile: what a file of rules stands for.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Source {
    /// short word, the file's name without its ending
    pub id: String,
    /// what kind
    pub kind: SourceKind,
    /// its title
    pub title: Bilingual,
    /// its number, e.g. 国务院令第353号
    pub number: Option<String>,
    /// where it was read
    pub read_in: Option<String>,
    /// in force from this day on
    pub from: Option<Date>,
    /// no longer in force from this day on
    pub to: Option<Date>,
}

/// One rule.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Rule {
    /// its id, e.g. `B07`
    pub id: String,
    /// the law that it stands in
    #[serde(skip)]
    pub source: Arc<Source>,
    /// what it is called
    pub title: Bilingual,
    /// article
    pub article: Bilingual,
    /// what the article says, in our own words
    pub sense: Bilingual,
    /// how it is known
    pub evidence: Evidence,
    /// how much a finding weighs
    pub severity: Severity,
    /// what a person does about a finding
    pub remedy: Bilingual,
    /// in force from this day on
    pub from: Option<Date>,
    /// no longer in force from this day on
    pub to: Option<Date>,
    /// whether it is switched off by the office
    pub off: bool,
    /// its parameters by name
    pub parameters: BTreeMap<String, Parameter>,
    /// why the office changed it, where it did
    pub changed: Option<Bilingual>,
}

impl Rule {
    /// Whether it applies on a day.
    pub fn holds(&self, day: Date) -> bool {
        !self.off && self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day < to)
    }

    /// Its parameters as a struct with one member of the same name for each that is wanted.
    pub fn parameters<T: DeserializeOwned>(&self) -> Result<T, RulesError> {
        parameter::read(&self.id, &self.parameters)
    }

    /// Article and law in one line, e.g. 《行政区域界线管理条例》第五条.
    pub fn cited(&self) -> Bilingual {
        let (law, article) = (&self.source.title, &self.article);
        let zh =
            if law.zh.is_empty() { article.zh.clone() } else { format!("《{}》{}", law.zh, article.zh) };
        Bilingual::new(zh, format!("{}, {}", law.en, article.en))
    }
}

#[cfg(test)]
mod tests;
