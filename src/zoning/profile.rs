//! Profiles: how large communities and grids are to be in a place, from `data/zoning/profiles.toml`.

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use crate::model::Bilingual;

/// One profile.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ZoningProfile)]
pub struct Profile {
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
    pub evidence: String,
}

#[derive(Deserialize)]
struct File {
    profile: Vec<Profile>,
}

impl Profile {
    /// Those that the program was built with.
    #[expect(clippy::expect_used, reason = "the file is compiled in and a test reads it")]
    pub fn all() -> &'static [Self] {
        static ALL: OnceLock<Vec<Profile>> = OnceLock::new();
        ALL.get_or_init(|| {
            let file: File =
                toml::from_str(include_str!("../../data/zoning/profiles.toml")).expect("profiles.toml");
            file.profile
        })
    }

    /// By its word.
    pub fn of(id: &str) -> Option<&'static Self> {
        Self::all().iter().find(|profile| profile.id == id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_whole() {
        let counts = crate::model::vocab::list("household_kind");
        for profile in Profile::all() {
            assert!(profile.min < profile.max && !profile.title.en.is_empty(), "{}", profile.id);
            assert!(profile.counts.iter().all(|kind| counts.get(kind).is_some()));
            assert!(profile.tasks.iter().all(|task| ["community", "grid"].contains(&task.as_str())));
            assert_eq!(Profile::of(&profile.id), Some(profile));
        }
        assert_eq!(Profile::of("wuhua").map(|profile| (profile.min, profile.max)), Some((3000.0, 5000.0)));
    }
}
