//! Editable defaults of lines and markers, read from `data/boundary/lines.toml`.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;

/// The defaults.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Defaults {
    /// pattern of the line code by level (and `township_across`), see `lines::code`
    pub code: BTreeMap<String, String>,
    /// markers
    pub marker: MarkerDefaults,
    /// inspection
    pub lead: LeadDefaults,
    /// what a line follows
    pub follow: Follow,
}

/// Numbers of markers and how they find their line.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MarkerDefaults {
    /// digits of the serial
    pub serial_digits: usize,
    /// a marker without a line belongs to the nearest one within so many metres
    pub near_m: f64,
    /// markers of one number lie within so many metres along the line
    pub pair_m: f64,
}

/// Who leads inspections.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeadDefaults {
    /// how stretches are shared out
    pub rule: Lead,
}

/// How the lead of stretches is proposed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lead {
    /// odd stretches A, even ones B
    Alternate,
    /// all A
    A,
    /// all B
    B,
    /// A the first half of the length, B the second
    Halves,
}

/// When a line counts as following a road or watercourse.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Follow {
    /// within so many metres
    pub within_m: f64,
    /// directions differ by at most so many degrees
    pub angle_deg: f64,
    /// along at least this share of a stretch
    pub share: f64,
    /// runs shorter than this, metres, are not told apart
    pub min_run_m: f64,
    /// a stretch is straight where its length exceeds the straight way by less than this share
    pub straight: f64,
}

/// The defaults that the program was built with.
#[expect(clippy::expect_used, reason = "the file is compiled in and a test reads it")]
pub fn defaults() -> &'static Defaults {
    static DEFAULTS: OnceLock<Defaults> = OnceLock::new();
    DEFAULTS
        .get_or_init(|| toml::from_str(include_str!("../../data/boundary/lines.toml")).expect("lines.toml"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_whole() {
        let defaults = defaults();
        for level in ["province", "prefecture", "county", "township", "township_across"] {
            assert!(defaults.code.contains_key(level), "{level}");
        }
        assert_eq!((defaults.marker.serial_digits, defaults.lead.rule), (3, Lead::Alternate));
    }
}
