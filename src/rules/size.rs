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
    /// where it is from
    pub source: String,
    /// `read` or `assumed`
    #[schema(value_type = String)]
    pub evidence: Evidence,
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
