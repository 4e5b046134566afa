//! What is asked about service circles (口径), and what is changed for the sake of a question.

use serde::{Deserialize, Serialize};

use crate::access::{Limit, Service, services};
use crate::model::{Bilingual, Date, RecordId, vocab};
use crate::network::Profile;

/// Changes in one question at most.
pub const MOST_CHANGES: usize = 200;
/// Vertices of a new link at most.
const MOST_VERTICES: usize = 200;
/// The longest limits that are taken.
const MOST_MINUTES: f64 = 120.0;
const MOST_METRES: f64 = 10_000.0;
/// By how much a facility is extended at most.
const MOST_EXTENSION: f64 = 100_000.0;
/// All required classes together.
pub const REQUIRED: &str = "required";

/// How far something is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CircleMeasure)]
pub enum By {
    /// along the streets
    #[default]
    Network,
    /// in a straight line, for comparison
    Straight,
}

/// A change that is tried out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[schema(as = CircleChange)]
pub enum Change {
    /// a facility that no longer counts
    Close {
        /// its id
        facility: String,
    },
    /// a facility that counts whatever its state
    Run {
        /// its id
        facility: String,
    },
    /// a facility at another place
    Move {
        /// its id
        facility: String,
        /// longitude and latitude
        place: [f64; 2],
    },
    /// a new facility
    Add {
        /// longitude and latitude
        place: [f64; 2],
        /// its class, where several are asked for together
        #[serde(default, skip_serializing_if = "Option::is_none")]
        class: Option<String>,
        /// what it is called
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
    },
    /// a facility that takes more
    Extend {
        /// its id
        facility: String,
        /// by so much of what its class's capacity is counted in
        by: f64,
    },
    /// a gate that is opened to those on foot
    OpenGate {
        /// its id
        gate: String,
    },
    /// a new gate of a compound
    AddGate {
        /// the compound's id
        compound: String,
        /// longitude and latitude
        place: [f64; 2],
    },
    /// a new crossing, footbridge or path
    Link {
        /// longitudes and latitudes
        line: Vec<[f64; 2]>,
    },
}

/// What is asked.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CircleQuestion)]
pub struct Question {
    /// class of service, or `required`, `required-5`, `required-10`, `required-15`
    #[serde(default)]
    pub class: String,
    /// who walks; the class's own if absent
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// limit of its own, minutes
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minutes: Option<f64>,
    /// limit of its own, metres
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metres: Option<f64>,
    /// `network` if absent
    #[serde(default)]
    pub measure: By,
    /// states of facilities that count; the class's own if absent
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub states: Option<Vec<String>>,
    /// which count of households; the first that there is if absent
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<String>,
    /// the day; today if absent
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub date: Option<Date>,
    /// what is tried out
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Change>,
}

/// Why a question is none.
#[derive(Clone, Debug, PartialEq)]
pub struct Misshapen {
    /// the member that is wrong
    pub field: &'static str,
    /// what is wrong with it
    pub what: Bilingual,
}

impl Misshapen {
    /// About a member.
    pub fn new(field: &'static str, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { field, what: Bilingual::new(zh, en) }
    }
}

/// One class as it is asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// the class
    pub service: &'static Service,
    /// what is within reach
    pub limit: Limit,
    /// who walks
    pub profile: Profile,
    /// states that count
    pub states: Vec<String>,
}

impl Asked {
    /// The profile whose seconds the limit is held against: metres are seconds at a metre a second.
    pub fn pace(&self) -> Profile {
        match self.limit {
            Limit::Minutes(_) => self.profile.clone(),
            Limit::Metres(_) => self.profile.in_metres(),
        }
    }

    /// The limit in seconds of [`Self::pace`].
    pub fn limit_s(&self) -> f64 {
        match self.limit {
            Limit::Minutes(minutes) => minutes * 60.0,
            Limit::Metres(metres) => metres,
        }
    }

    /// Seconds of [`Self::pace`] as minutes of who walks.
    pub fn minutes(&self, seconds: f64) -> f64 {
        match self.limit {
            Limit::Minutes(_) => seconds / 60.0,
            Limit::Metres(_) => seconds / self.profile.speed_m_per_s / 60.0,
        }
    }
}

impl Question {
    /// Whether several classes are asked for together.
    pub fn is_together(&self) -> bool {
        self.class == REQUIRED || self.class.starts_with("required-")
    }

    /// What it is called.
    pub fn title(&self) -> Bilingual {
        match self.class.as_str() {
            REQUIRED => Bilingual::new("各类必备设施合并", "all required services together"),
            class => match class.strip_prefix("required-") {
                Some(level) => Bilingual::new(
                    format!("{level} 分钟圈必备设施合并"),
                    format!("required services of the {level}-minute circle together"),
                ),
                None => services().class(class).map_or_else(Bilingual::default, |class| class.title.clone()),
            },
        }
    }

    /// The same question without changes.
    #[must_use]
    pub fn unchanged(&self) -> Self {
        Self { changes: Vec::new(), ..self.clone() }
    }

    /// The classes that are asked for, with their limits and paces.
    ///
    /// # Errors
    /// A class, profile, state or limit that there is not.
    pub fn settle(&self) -> Result<Vec<Asked>, Misshapen> {
        let own_limit = self.own_limit()?;
        let level = self.class.strip_prefix("required-");
        let is_asked = |service: &&'static Service| match (self.is_together(), level) {
            (true, None) => service.required,
            (true, Some(level)) => service.required && service.level == level,
            (false, _) => service.id == self.class,
        };
        let classes: Vec<&'static Service> = services().classes.iter().filter(is_asked).collect();
        if classes.is_empty() {
            return Err(Misshapen::new("class", "没有这类服务", "there is no such class of service"));
        }
        if self.is_together() && (own_limit.is_some() || self.states.is_some()) {
            return Err(Misshapen::new(
                if own_limit.is_some() { "minutes" } else { "states" },
                "各类合并时按各类自己的时限和状态计算",
                "classes taken together have their own limits and states",
            ));
        }
        if self.changes.len() > MOST_CHANGES {
            return Err(Misshapen::new("changes", "改动过多", "too many changes"));
        }
        let states = vocab::list("facility_status");
        if let Some(unknown) = self.states.iter().flatten().find(|state| states.get(state).is_none()) {
            let short: String = unknown.chars().take(40).collect();
            return Err(Misshapen::new(
                "states",
                format!("没有“{short}”这种设施状态"),
                format!("there is no state {short:?} of a facility"),
            ));
        }
        let asked = |service: &'static Service| {
            let name = self.profile.as_deref().unwrap_or(&service.profile);
            let profile = Profile::by_name(name).map_err(|error| {
                let said = error.sentence();
                Misshapen { field: "profile", what: said }
            })?;
            Ok(Asked {
                service,
                limit: own_limit.unwrap_or(service.limit),
                profile,
                states: self.states.clone().unwrap_or_else(|| service.states.clone()),
            })
        };
        classes.into_iter().map(asked).collect()
    }

    fn own_limit(&self) -> Result<Option<Limit>, Misshapen> {
        let fits = |value: f64, most: f64| value.is_finite() && value > 0.0 && value <= most;
        match (self.minutes, self.metres) {
            (Some(_), Some(_)) => {
                Err(Misshapen::new("metres", "分钟和米只能给一种", "give minutes or metres, not both"))
            }
            (Some(minutes), None) if fits(minutes, MOST_MINUTES) => Ok(Some(Limit::Minutes(minutes))),
            (None, Some(metres)) if fits(metres, MOST_METRES) => Ok(Some(Limit::Metres(metres))),
            (None, None) => Ok(None),
            (Some(_), None) => {
                Err(Misshapen::new("minutes", "应大于 0，不超过 120 分钟", "above 0, 120 minutes at most"))
            }
            (None, Some(_)) => {
                Err(Misshapen::new("metres", "应大于 0，不超过 10000 米", "above 0, 10,000 m at most"))
            }
        }
    }
}

/// By how much a facility is extended.
///
/// # Errors
/// It is not above 0, or more than any facility takes.
pub fn extension(by: f64) -> Result<f64, Misshapen> {
    match by {
        by if by.is_finite() && by > 0.0 && by <= MOST_EXTENSION => Ok(by),
        _ => Err(Misshapen::new("by", "扩建的数量应大于 0，不超过 100000", "above 0, 100,000 at most")),
    }
}

/// A place of a change.
///
/// # Errors
/// It is no longitude and latitude.
pub fn place(of: [f64; 2]) -> Result<geo_types::Coord, Misshapen> {
    let [x, y] = of;
    if x.is_finite() && y.is_finite() && x.abs() <= 180.0 && y.abs() <= 90.0 {
        Ok(geo_types::Coord { x, y })
    } else {
        Err(Misshapen::new("place", "应为经度、纬度", "longitude and latitude are expected"))
    }
}

/// The line of a new link.
///
/// # Errors
/// It has too few vertices or too many, or they are no longitude and latitude.
pub fn line(of: &[[f64; 2]]) -> Result<Vec<geo_types::Coord>, Misshapen> {
    if !(2..=MOST_VERTICES).contains(&of.len()) {
        return Err(Misshapen::new("line", "应有 2 至 200 个点", "2 to 200 points are expected"));
    }
    of.iter().map(|at| place(*at)).collect()
}

/// An id in a change.
///
/// # Errors
/// It is none.
pub fn id(text: &str, field: &'static str) -> Result<RecordId, Misshapen> {
    text.parse().map_err(|_| Misshapen::new(field, "没有这条记录", "there is no such record"))
}
