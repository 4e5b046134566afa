//! Classes of service, and targets of plans, from `data/access/services.toml`.

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use crate::model::Bilingual;

/// What is within reach.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// minutes at the pace of who walks, waiting included
    Minutes(f64),
    /// metres along the streets
    Metres(f64),
}

impl Limit {
    /// For an official.
    pub fn said(self) -> Bilingual {
        match self {
            Self::Minutes(minutes) => {
                Bilingual::new(format!("步行 {minutes} 分钟"), format!("{minutes} min on foot"))
            }
            Self::Metres(metres) => Bilingual::new(format!("{metres} 米"), format!("{metres} m")),
        }
    }
}

/// What a facility can take, and by how many of whom that is measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measure {
    /// field of the facility
    pub field: String,
    /// field that holds the part of it for nursing
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nursing: Option<String>,
    /// of whom
    pub per: Per,
    /// by how many
    pub per_number: f64,
    /// what is counted
    pub unit: Bilingual,
    /// how much of it there should be by so many; a facility that has less for those nearest to it is full
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standard: Option<Standard>,
}

/// What there should be.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Standard {
    /// how much
    pub value: f64,
    /// whether it was read
    pub evidence: Evidence,
}

/// Of whom capacity is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Per {
    /// households
    Households,
    /// people
    Residents,
    /// people of 60 and more
    Elders,
}

/// A class of service.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Service {
    /// stable word
    pub id: String,
    /// for people
    pub title: Bilingual,
    /// kinds of facility that give it
    pub kinds: Vec<String>,
    /// states that count
    pub states: Vec<String>,
    /// what is within reach
    pub limit: Limit,
    /// circle: 5, 10 or 15
    pub level: String,
    /// whether it counts where all required ones are asked for together
    pub required: bool,
    /// who walks
    pub profile: String,
    /// what a facility can take
    pub capacity: Option<Measure>,
    /// where the figures are from
    pub basis: Bilingual,
    /// `read` or `assumed`
    pub evidence: Evidence,
}

/// Whether a figure was read in a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// read
    Read,
    /// assumed
    Assumed,
}

/// What a plan wants reached.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Target {
    /// stable word
    pub id: String,
    /// for people
    pub title: Bilingual,
    /// class, or a word for all required ones
    pub class: String,
    /// who walks, where it is not the class's own; with the limit it locks what the plan means
    pub profile: Option<String>,
    /// limit where it is not the class's own
    pub limit: Option<Limit>,
    /// which figure: `households`, `residents`, `elders`, `units` …
    pub figure: String,
    /// the share wanted
    pub share: f64,
    /// the share at the beginning
    pub from: Option<f64>,
    /// by when
    pub year: Option<i64>,
    /// where it is from
    pub basis: Bilingual,
    /// whether it was read there
    pub evidence: Evidence,
}

/// All of the file.
#[derive(Clone, Debug, PartialEq)]
pub struct Services {
    /// which count of households is taken where none is named: the first that there is
    pub counts: Vec<String>,
    /// classes in the order of lists
    pub classes: Vec<Service>,
    /// targets
    pub targets: Vec<Target>,
}

impl Services {
    /// A class by its word.
    pub fn class(&self, id: &str) -> Option<&Service> {
        self.classes.iter().find(|class| class.id == id)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawService {
    id: String,
    zh: String,
    en: String,
    kinds: Vec<String>,
    states: Vec<String>,
    limit: Limit,
    level: String,
    required: bool,
    profile: String,
    capacity: Option<Measure>,
    basis: Bilingual,
    evidence: Evidence,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTarget {
    id: String,
    zh: String,
    en: String,
    class: String,
    profile: Option<String>,
    limit: Option<Limit>,
    figure: String,
    share: f64,
    from: Option<f64>,
    year: Option<i64>,
    basis: Bilingual,
    evidence: Evidence,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    counts: Vec<String>,
    class: Vec<RawService>,
    #[serde(default)]
    target: Vec<RawTarget>,
}

/// The classes that the program was built with.
#[expect(clippy::expect_used, reason = "the file is compiled in and a test reads it")]
pub fn services() -> &'static Services {
    static SERVICES: OnceLock<Services> = OnceLock::new();
    SERVICES.get_or_init(|| {
        let file: File =
            toml::from_str(include_str!("../../data/access/services.toml")).expect("services.toml");
        let class = |raw: RawService| Service {
            id: raw.id,
            title: Bilingual::new(raw.zh, raw.en),
            kinds: raw.kinds,
            states: raw.states,
            limit: raw.limit,
            level: raw.level,
            required: raw.required,
            profile: raw.profile,
            capacity: raw.capacity,
            basis: raw.basis,
            evidence: raw.evidence,
        };
        let target = |raw: RawTarget| Target {
            id: raw.id,
            title: Bilingual::new(raw.zh, raw.en),
            class: raw.class,
            profile: raw.profile,
            limit: raw.limit,
            figure: raw.figure,
            share: raw.share,
            from: raw.from,
            year: raw.year,
            basis: raw.basis,
            evidence: raw.evidence,
        };
        Services {
            counts: file.counts,
            classes: file.class.into_iter().map(class).collect(),
            targets: file.target.into_iter().map(target).collect(),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::layers::LayerStruct as _;
    use crate::model::{layers, vocab};
    use crate::network::Profile;

    #[test]
    fn classes_name_kinds_states_profiles_and_fields_that_there_are() {
        let services = services();
        let kinds = vocab::list("facility_kind");
        let states = vocab::list("facility_status");
        for class in &services.classes {
            assert!(class.kinds.iter().all(|kind| kinds.get(kind).is_some()), "{}", class.id);
            assert!(class.states.iter().all(|state| states.get(state).is_some()), "{}", class.id);
            assert!(Profile::by_name(&class.profile).is_ok(), "{}", class.id);
            assert!(["5", "10", "15"].contains(&class.level.as_str()), "{}", class.id);
            let fields =
                class.capacity.iter().flat_map(|measure| [Some(&measure.field), measure.nursing.as_ref()]);
            for field in fields.flatten() {
                assert!(layers::Facility::LAYER.def().index_of(field).is_some(), "{}: {field}", class.id);
            }
        }
        let ids: std::collections::BTreeSet<&str> =
            services.classes.iter().map(|class| class.id.as_str()).collect();
        assert_eq!(ids.len(), services.classes.len());
        assert!(services.counts.iter().all(|count| vocab::list("household_kind").get(count).is_some()));
        for target in &services.targets {
            assert!(target.class.starts_with("required") || services.class(&target.class).is_some());
            assert!((0.0..=1.0).contains(&target.share), "{}", target.id);
        }
    }
}
