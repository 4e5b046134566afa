//! Size profiles: how large communities and grids are to be in a place.

use serde::{Deserialize, Serialize};

use super::Evidence;
use crate::model::{Bilingual, vocab};

/// One profile. Files of rules hold them under `[[profile]]`.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ZoningProfile)]
pub struct SizeProfile {
    /// its word
    pub id: String,
    /// what it is called
    pub title: Bilingual,
    /// `community`, `grid`
    #[serde(rename(serialize = "task_kinds", deserialize = "tasks"))]
    pub tasks: Vec<String>,
    /// households of a zone at least
    pub min: f64,
    /// and at most
    pub max: f64,
    /// best
    pub ideal: Option<f64>,
    /// at most where compounds are dense
    pub wide_max: Option<f64>,
    /// area of a zone at least, km²
    pub least_km2: Option<f64>,
    /// premises of a community at least, m²
    pub premises_m2: Option<f64>,
    /// counts of households that the source means, the usual one first
    pub counts: Vec<String>,
    /// of grids: what is a grid by itself, and where villages are
    #[serde(default)]
    pub grids: Option<GridRules>,
    /// where it is from
    pub source: String,
    /// `read` or `assumed`
    #[schema(value_type = String)]
    pub evidence: Evidence,
}

/// Exclusive grids (专属网格), and grids of villages (农村网格): both without a band of households.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ZoningGridRules)]
pub struct GridRules {
    /// kinds of compounds that are grids by themselves
    pub exclusive_compounds: Vec<String>,
    /// kinds of areas (用地) that are
    pub exclusive_areas: Vec<String>,
    /// from this area on, m²
    pub exclusive_least_m2: f64,
    /// bare ground between such a site and the streets around it is the site's, up to this width, m
    pub exclusive_margin_m: f64,
    /// urban-rural classes of communities whose grids are villages or groups
    pub rural_classes: Vec<String>,
    /// kinds of compounds that are natural villages
    pub village_compounds: Vec<String>,
}

impl GridRules {
    fn is_sound(&self) -> bool {
        let known = |list: &str, words: &[String]| {
            let list = vocab::list(list);
            words.iter().all(|word| list.get(word).is_some())
        };
        let length = |number: f64| number.is_finite() && (0.0..=1e9).contains(&number);
        length(self.exclusive_least_m2)
            && length(self.exclusive_margin_m)
            && known("compound_kind", &self.exclusive_compounds)
            && known("compound_kind", &self.village_compounds)
            && known("area_kind", &self.exclusive_areas)
            && known("urban_rural_class", &self.rural_classes)
    }
}

impl SizeProfile {
    /// What is wrong with it.
    pub(super) fn fault(&self) -> Option<String> {
        let counts = vocab::list("household_kind");
        let positive = |number: Option<f64>| number.is_none_or(|number| number.is_finite() && number >= 0.0);
        let within = |number: f64| (self.min..=self.max).contains(&number);
        let word = |word: &str| {
            !word.is_empty()
                && word.len() <= 40
                && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        };
        let why = if !word(&self.id) {
            "id: letters, digits and - are wanted, 40 at most"
        } else if !(self.min >= 0.0 && self.max > 0.0 && self.min <= self.max && self.max <= 1e7) {
            "min is not above max, both are numbers of households"
        } else if self.ideal.is_some_and(|ideal| !within(ideal)) {
            "ideal lies between min and max"
        } else if self.wide_max.is_some_and(|wide| !(self.max..=1e7).contains(&wide)) {
            "wide_max is not below max"
        } else if !positive(self.least_km2) || !positive(self.premises_m2) {
            "least_km2 and premises_m2 are not negative"
        } else if self.grids.as_ref().is_some_and(|grids| !grids.is_sound()) {
            "grids: kinds of the lists compound_kind, area_kind and urban_rural_class; lengths are not negative"
        } else if self.counts.is_empty() || self.counts.iter().any(|kind| counts.get(kind).is_none()) {
            "counts: one or more of the household kinds"
        } else if self.tasks.iter().any(|task| !["community", "grid"].contains(&task.as_str())) {
            "tasks: community, grid"
        } else {
            return None;
        };
        Some(format!("profile {}: {why}", self.id))
    }
}
