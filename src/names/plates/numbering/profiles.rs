//! The parameters of numbering, and presets of them by place.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::NumberingError;
use crate::model::Bilingual;
use crate::names::NamesError;
use crate::rules::{ParameterValue, Rules};

const LIST: &str = include_str!("../../../../data/names/numbering.toml");
const NAME: &str = "data/names/numbering.toml";

/// The end at which numbers begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// 东
    East,
    /// 西
    West,
    /// 南
    South,
    /// 北
    North,
}

/// A side, seen from the origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// 左
    Left,
    /// 右
    Right,
}

/// How numbers follow from where doors are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// one after the other
    Order,
    /// by metres from the origin (量化编号)
    Distance,
    /// row after row, there and back: buildings of a compound
    SShape,
}

/// How doors are numbered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Numbering {
    /// where streets that run east and west begin
    pub origin_ew: Origin,
    /// where streets that run north and south begin
    pub origin_ns: Origin,
    /// a point near the end to begin from: goes before the two
    #[serde(default)]
    pub origin_at: Option<[f64; 2]>,
    /// the side of the odd numbers
    pub odd: Side,
    /// how
    pub method: Method,
    /// metres to a number, by distance
    pub interval_m: f64,
    /// metres between doors from which numbers are reserved, and to each of them
    pub spacing_m: f64,
    /// whether wide gaps have numbers in reserve
    pub reserve: bool,
    /// numbers that are not given
    pub skip: Vec<u32>,
    /// the first number
    pub start: u32,
    /// whether plates that are issued keep their numbers
    pub keep_existing: bool,
    /// metres from the centre line within which doors belong to the street
    pub reach_m: f64,
}

/// A preset.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Profile {
    /// its word
    pub id: String,
    /// what people call it
    pub title: Bilingual,
    /// `read` or `assumed`
    pub evidence: String,
    /// where it was read
    pub source: String,
    /// the parameters
    #[serde(flatten)]
    pub numbering: Numbering,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    profile: Vec<Profile>,
}

/// All presets, the usual one first.
pub fn profiles() -> Result<&'static [Profile], NamesError> {
    static ALL: LazyLock<Result<Raw, String>> =
        LazyLock::new(|| toml::from_str(LIST).map_err(|error| error.to_string()));
    match &*ALL {
        Ok(raw) => Ok(&raw.profile),
        Err(text) => Err(NamesError::List { list: NAME, text: text.clone() }),
    }
}

/// The preset of a word; without one that of the office (parameter `profile` of rule D01), else the first.
pub fn profile_of(word: Option<&str>, rules: &Rules) -> Result<Option<&'static Profile>, NamesError> {
    let all = profiles()?;
    let rule = rules.all().iter().find(|rule| rule.id == "D01");
    let office = match rule.and_then(|rule| rule.parameters.get("profile")).map(|one| &one.value) {
        Some(ParameterValue::Text(word)) => Some(word.as_str()),
        _ => None,
    };
    Ok(match word {
        Some(word) => all.iter().find(|profile| profile.id == word),
        None => all.iter().find(|profile| Some(profile.id.as_str()) == office).or_else(|| all.first()),
    })
}

impl Numbering {
    /// Refuses values that mean nothing.
    pub fn check(&self) -> Result<(), NumberingError> {
        let within = |name, value: f64, least: f64, most: f64| {
            let sound = value.is_finite() && (least..=most).contains(&value);
            if sound { Ok(()) } else { Err(NumberingError::Parameter(name)) }
        };
        within("interval_m", self.interval_m, 1.0, 1_000.0)?;
        within("spacing_m", self.spacing_m, 1.0, 1_000.0)?;
        within("reach_m", self.reach_m, 1.0, 500.0)?;
        within("start", f64::from(self.start), 1.0, 99_999.0)?;
        within("skip", self.skip.len() as f64, 0.0, 200.0)?;
        let [x, y] = self.origin_at.unwrap_or_default();
        within("origin_at", x, -180.0, 180.0).and_then(|()| within("origin_at", y, -90.0, 90.0))
    }
}
