//! A rule's parameters: values with units, read into the struct of the check that uses them.

use std::collections::BTreeMap;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value as Json};

use super::{Evidence, RulesError};
use crate::model::Bilingual;

/// A value.
#[derive(Clone, Debug, PartialEq, Serialize, serde::Deserialize)]
#[serde(untagged)]
pub enum ParameterValue {
    /// yes or no
    Bool(bool),
    /// whole number
    Int(i64),
    /// number
    Real(f64),
    /// text
    Text(String),
    /// several texts
    Texts(Vec<String>),
}

impl ParameterValue {
    /// The kind in messages.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Bool(_) => "yes/no",
            Self::Int(_) => "whole number",
            Self::Real(_) => "number",
            Self::Text(_) => "text",
            Self::Texts(_) => "list of texts",
        }
    }

    /// Another value where it is of the same kind; a whole number is also a number.
    pub fn changed_to(&self, other: Self) -> Option<Self> {
        match (self, other) {
            (Self::Real(_), Self::Int(whole)) => Some(Self::Real(whole as f64)),
            (Self::Real(_), Self::Real(real)) if !real.is_finite() => None,
            (Self::Texts(_), Self::Texts(texts)) => Some(Self::Texts(texts)),
            (old, new) if old.kind() == new.kind() => Some(new),
            _ => None,
        }
    }

    fn to_json(&self) -> Json {
        serde_json::to_value(self).unwrap_or(Json::Null)
    }
}

/// A value with its unit, its meaning and how it is known.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Parameter {
    /// what is compared with
    pub value: ParameterValue,
    /// unit of measure
    pub unit: Option<String>,
    /// what it is
    pub title: Bilingual,
    /// how it is known
    pub evidence: Evidence,
}

/// The values as a struct; members that the struct does not have are left out.
pub fn read<T: DeserializeOwned>(
    rule: &str,
    parameters: &BTreeMap<String, Parameter>,
) -> Result<T, RulesError> {
    let object: Map<String, Json> =
        parameters.iter().map(|(name, parameter)| (name.clone(), parameter.value.to_json())).collect();
    serde_json::from_value(Json::Object(object)).map_err(|error| RulesError::Kind {
        rule: rule.to_owned(),
        parameter: "—".to_owned(),
        why: error.to_string(),
    })
}
