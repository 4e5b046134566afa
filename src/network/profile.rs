//! Who walks: speed, steps, waiting, slopes, from `data/access/profiles.toml`.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;

use super::NetworkError;
use crate::model::Bilingual;

/// Fastest and slowest speed that is taken for walking, m/s.
const SPEEDS: std::ops::RangeInclusive<f64> = 0.01..=20.0;

/// Who walks.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    /// stable word, e.g. `elder`
    pub name: String,
    /// for people
    pub title: Bilingual,
    /// on the level
    pub speed_m_per_s: f64,
    /// share of the speed that is left on steps; 0: steps cannot be used
    pub steps: f64,
    /// waiting at a crossing without signals, seconds
    pub crossing_s: f64,
    /// waiting at a crossing with signals, seconds
    pub signal_s: f64,
    /// what slopes do
    pub slope: Slope,
    /// slopes above this (rise by run) cannot be used
    pub steepest: Option<f64>,
    /// where the figures are from
    pub basis: Bilingual,
}

/// What slopes do to the speed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Slope {
    /// nothing
    Level,
    /// W. Tobler, Three presentations on geographical analysis and modeling (1993): exp(-3.5 |slope + 0.05|), here
    /// scaled to 1 on the level
    Hiker,
}

impl Slope {
    /// The share of the speed on the level at a slope (rise by run, uphill positive).
    pub fn factor(self, slope: f64) -> f64 {
        match self {
            Self::Level => 1.0,
            // Beyond 45° nobody walks faster or slower than there; noise of heights ends up here.
            Self::Hiker => (-3.5 * ((slope.clamp(-1.0, 1.0) + 0.05).abs() - 0.05)).exp(),
        }
    }
}

impl Profile {
    /// One of [`profiles`].
    ///
    /// # Errors
    /// There is none of that name.
    pub fn by_name(name: &str) -> Result<Self, NetworkError> {
        profiles().iter().find(|profile| profile.name == name).cloned().ok_or_else(|| {
            NetworkError::NoProfile {
                wanted: name.to_owned(),
                known: profiles().iter().map(|profile| profile.name.as_str()).collect::<Vec<_>>().join(", "),
            }
        })
    }

    /// Length divided by speed and nothing else, whatever the slope or the steps.
    ///
    /// # Errors
    /// The speed is not between 0.01 and 20 m/s.
    pub fn plain(speed_m_per_s: f64) -> Result<Self, NetworkError> {
        if !SPEEDS.contains(&speed_m_per_s) {
            return Err(NetworkError::Speed(speed_m_per_s.to_string()));
        }
        Ok(Self {
            name: "speed".into(),
            title: Bilingual::new("给定步速", "a given speed"),
            speed_m_per_s,
            steps: 1.0,
            crossing_s: 0.0,
            signal_s: 0.0,
            slope: Slope::Hiker,
            steepest: None,
            basis: Bilingual::new("命令行给定", "given on the command line"),
        })
    }
}

impl Profile {
    /// The same ways without any waiting, at one metre a second: its seconds are metres.
    #[must_use]
    pub fn in_metres(&self) -> Self {
        Self {
            name: format!("{}/m", self.name),
            speed_m_per_s: 1.0,
            steps: if self.steps > 0.0 { 1.0 } else { 0.0 },
            crossing_s: 0.0,
            signal_s: 0.0,
            slope: Slope::Level,
            ..self.clone()
        }
    }
}

/// As the file has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawProfile {
    zh: String,
    en: String,
    speed_m_per_s: f64,
    steps: f64,
    crossing_s: f64,
    signal_s: f64,
    slope: Slope,
    steepest: Option<f64>,
    basis: Bilingual,
    /// `read` in a source or `assumed`; for those who read the file
    #[serde(rename = "evidence")]
    _evidence: Evidence,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Evidence {
    Read,
    Assumed,
}

/// The profiles that the program was built with.
#[expect(clippy::expect_used, reason = "the file is compiled in and a test reads it")]
pub fn profiles() -> &'static [Profile] {
    static PROFILES: OnceLock<Vec<Profile>> = OnceLock::new();
    PROFILES.get_or_init(|| {
        let raw: BTreeMap<String, RawProfile> =
            toml::from_str(include_str!("../../data/access/profiles.toml")).expect("profiles.toml");
        raw.into_iter()
            .map(|(name, raw)| Profile {
                name,
                title: Bilingual::new(raw.zh, raw.en),
                speed_m_per_s: raw.speed_m_per_s,
                steps: raw.steps,
                crossing_s: raw.crossing_s,
                signal_s: raw.signal_s,
                slope: raw.slope,
                steepest: raw.steepest,
                basis: raw.basis,
            })
            .collect()
    })
}
