//! Saved answers of imports: for a kind of file with certain columns, into which layer and how.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{OnInvalid, Source, Upload};
use crate::jobs::{JobError, Jobs};

/// Where they stand among the settings.
const TOPIC: &str = "import_profile";
/// Profiles of one register.
const MOST: usize = 500;
/// Part of the columns that must be the same for a profile to be proposed.
const ALIKE: f64 = 0.6;

/// A saved profile.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = ImportProfile)]
pub struct Profile {
    /// what it is called
    #[serde(default)]
    pub name: String,
    /// into which layer
    pub layer: String,
    /// format of the files that it is for
    pub file_kind: String,
    /// their columns
    pub columns: Vec<String>,
    /// the answers
    pub options: ProfileOptions,
}

/// Answers of an import.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ProfileOptions {
    /// coordinate system
    pub crs: Option<String>,
    /// text encoding
    pub encoding: Option<String>,
    /// fields and the columns that fill them
    pub map: BTreeMap<String, String>,
    /// fields and the values that all rows have in them
    pub set: BTreeMap<String, String>,
    /// column by which records are recognised
    pub key: Option<String>,
    /// areas that cross themselves
    pub invalid: OnInvalid,
    /// source of new records
    pub source: Option<String>,
    /// whether rows without geometry join records
    pub join: bool,
    /// whether lines are cut where they cross
    pub split_crossings: bool,
    /// parameters from an older datum, or `keep`
    pub datum: Option<String>,
}

impl Profile {
    /// How well it fits, from 0 to 1: columns of both over columns of either, of the same format only.
    fn fit(&self, source: &Source) -> f64 {
        if self.file_kind != source.kind {
            return 0.0;
        }
        let (ours, theirs): (BTreeSet<&String>, BTreeSet<&String>) =
            (self.columns.iter().collect(), source.columns.iter().collect());
        let both = ours.intersection(&theirs).count();
        let either = ours.union(&theirs).count();
        if either == 0 { 0.0 } else { both as f64 / either as f64 }
    }
}

impl Jobs {
    /// All profiles, by name.
    pub fn profiles(&self) -> Result<Vec<Profile>, JobError> {
        let kept = self.inner().register.settings().settings(TOPIC)?;
        kept.into_iter()
            .map(|(name, text)| {
                let profile: Profile = serde_json::from_str(&text)
                    .map_err(|error| JobError::Kept(format!("{name}: {error}")))?;
                Ok(Profile { name, ..profile })
            })
            .collect()
    }

    /// Saves one under a name, in the place of one of that name.
    pub fn save_profile(&self, profile: &Profile) -> Result<(), JobError> {
        let known = self.profiles()?;
        if known.len() >= MOST && !known.iter().any(|other| other.name == profile.name) {
            return Err(JobError::Full(MOST));
        }
        let text = serde_json::to_string(profile).map_err(|error| JobError::Kept(error.to_string()))?;
        self.inner().register.settings().set_setting(TOPIC, &profile.name, Some(&text))?;
        Ok(())
    }

    /// Takes one away.
    pub fn remove_profile(&self, name: &str) -> Result<(), JobError> {
        if self.inner().register.settings().set_setting(TOPIC, name, None)? {
            Ok(())
        } else {
            Err(JobError::Unknown)
        }
    }

    /// The upload with the name of the best fitting profile at each of its sources.
    pub fn with_profiles(&self, mut upload: Upload) -> Result<Upload, JobError> {
        let profiles = self.profiles()?;
        for source in &mut upload.sources {
            let best = profiles.iter().map(|profile| (profile.fit(source), profile));
            let best = best.filter(|(fit, _)| *fit >= ALIKE).max_by(|(a, _), (b, _)| a.total_cmp(b));
            source.profile = best.map(|(_, profile)| profile.name.clone());
        }
        Ok(upload)
    }
}
