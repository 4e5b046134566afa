//! How the network and the homes are read from a register, from `data/access/ground.toml`.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;

use crate::access::Evidence;

/// The file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Defaults {
    /// whether the figures were read or assumed
    pub evidence: Evidence,
    /// farthest from a street that a place is joined, metres
    pub snap_m: f64,
    /// farthest that a new link's end is joined, metres
    pub link_m: f64,
    /// assumed gates stand so far apart along an outline, metres
    pub gate_every_m: f64,
    /// and at most so far from a street
    pub gate_street_m: f64,
    /// a path so deep inside a compound is one inside it, metres
    pub inside_m: f64,
    /// gates so near to the outline of a park or school lead into it, metres
    pub area_gate_m: f64,
    /// homes with fewer households are not named to everybody
    pub fewest: f64,
    /// kinds of compound that are villages
    pub villages: Vec<String>,
    gates: Gates,
    roads: BTreeMap<String, String>,
    /// what options cost
    pub costs: Costs,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Gates {
    open: Vec<String>,
    private: Vec<String>,
    shut: Vec<String>,
}

/// What options cost, in units of 10,000 yuan.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Costs {
    /// a new facility
    pub add: f64,
    /// a planned or closed one that is opened
    pub run: f64,
    /// a gate that is opened
    pub open_gate: f64,
    /// a new gate
    pub add_gate: f64,
    /// a crossing
    pub crossing: f64,
    /// longest link that is a crossing, metres
    pub crossing_m: f64,
    /// a footbridge
    pub footbridge: f64,
    /// a further place in a facility that is full
    pub extend_per_place: f64,
    /// a further square metre of one
    pub extend_per_m2: f64,
}

/// Who gets through a gate on foot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passing {
    /// everybody
    Open,
    /// those who live there
    Private,
    /// nobody
    Shut,
}

impl Defaults {
    /// Who gets through a gate of a kind with that access on foot.
    pub fn passing(&self, kind: Option<&str>, foot: Option<&str>) -> Passing {
        let is =
            |list: &[String], word: Option<&str>| word.is_some_and(|word| list.iter().any(|w| w == word));
        let kind_open = kind.is_none() || is(&self.gates.open, kind);
        if is(&self.gates.shut, foot) || !kind_open {
            Passing::Shut
        } else if is(&self.gates.private, foot) {
            Passing::Private
        } else {
            Passing::Open
        }
    }

    /// What a class of road is in OpenStreetMap's words.
    pub fn highway(&self, class: Option<&str>) -> &str {
        class.and_then(|class| self.roads.get(class)).map_or("road", String::as_str)
    }
}

/// The defaults that the program was built with.
#[expect(clippy::expect_used, reason = "the file is compiled in and a test reads it")]
pub fn defaults() -> &'static Defaults {
    static DEFAULTS: OnceLock<Defaults> = OnceLock::new();
    DEFAULTS.get_or_init(|| {
        toml::from_str(include_str!("../../../data/access/ground.toml")).expect("ground.toml")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::vocab;

    #[test]
    fn the_file_names_words_that_there_are() {
        let defaults = defaults();
        let has = |list: &str, word: &String| vocab::list(list).get(word).is_some();
        assert!(defaults.gates.open.iter().all(|word| has("gate_kind", word)));
        assert!(
            defaults.gates.private.iter().chain(&defaults.gates.shut).all(|word| has("foot_access", word))
        );
        assert!(defaults.roads.keys().all(|word| has("road_class", word)));
        assert!(defaults.villages.iter().all(|word| has("compound_kind", word)));
        assert_eq!(defaults.passing(None, None), Passing::Open);
        assert_eq!(defaults.passing(Some("main"), Some("private")), Passing::Private);
        assert_eq!(defaults.passing(Some("emergency"), Some("yes")), Passing::Shut);
        assert_eq!(defaults.passing(Some("foot"), Some("no")), Passing::Shut);
        assert_eq!((defaults.highway(Some("lane")), defaults.highway(None)), ("residential", "road"));
    }
}
