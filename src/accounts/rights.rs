//! The table of rights: what can be allowed, which role allows it, what a route and a layer need.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use super::settings::Settings;
use crate::model::{Bilingual, Fields, Layer, Record, Secrecy};

/// What can be allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Right {
    /// see public records
    Read,
    /// see the log, checks, jobs and drafts
    Work,
    /// change names, roads, signs and plates
    EditNames,
    /// approve names
    ApproveNames,
    /// change divisions, lines and markers
    EditBoundaries,
    /// record inspections
    Inspect,
    /// change compounds, buildings, households and facilities
    EditData,
    /// make plans of communities and sites
    Plan,
    /// accept plans
    ApprovePlans,
    /// import files
    Import,
    /// manage pictures, profiles and settings
    System,
    /// add and disable accounts
    People,
    /// give and take roles
    Grants,
    /// see who came in
    Audit,
}

impl Right {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::Read,
        Self::Work,
        Self::EditNames,
        Self::ApproveNames,
        Self::EditBoundaries,
        Self::Inspect,
        Self::EditData,
        Self::Plan,
        Self::ApprovePlans,
        Self::Import,
        Self::System,
        Self::People,
        Self::Grants,
        Self::Audit,
    ];

    /// Its word in the table.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Work => "work",
            Self::EditNames => "edit_names",
            Self::ApproveNames => "approve_names",
            Self::EditBoundaries => "edit_boundaries",
            Self::Inspect => "inspect",
            Self::EditData => "edit_data",
            Self::Plan => "plan",
            Self::ApprovePlans => "approve_plans",
            Self::Import => "import",
            Self::System => "system",
            Self::People => "people",
            Self::Grants => "grants",
            Self::Audit => "audit",
        }
    }

    /// By its word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|right| right.code() == code)
    }

    /// What it allows, in words.
    pub fn title(self) -> &'static Bilingual {
        static NONE: OnceLock<Bilingual> = OnceLock::new();
        let title = Rights::compiled().titles.get(&self);
        title.unwrap_or_else(|| NONE.get_or_init(|| Bilingual::new("", "")))
    }
}

/// Within what a role can be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bounds {
    /// everywhere only
    None,
    /// divisions, by their codes
    Division,
    /// boundary lines, by their codes
    Line,
}

/// What a person is in the office.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Role {
    /// its word
    pub id: String,
    /// what it is called
    pub title: Bilingual,
    /// the highest class that its holder sees
    #[serde(serialize_with = "word_of", deserialize_with = "class_of")]
    pub sees: Secrecy,
    /// within what it can be given
    pub bounds: Bounds,
    /// what it allows
    pub may: Vec<Right>,
}

/// The role of whoever is not logged in.
pub(super) const PUBLIC: &str = "public";

fn word_of<S: serde::Serializer>(class: &Secrecy, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(class.code())
}

fn class_of<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Secrecy, D::Error> {
    let word = String::deserialize(from)?;
    Secrecy::from_code(&word).ok_or_else(|| serde::de::Error::custom(format!("no class {word:?}")))
}

/// What a route needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// any of these; none where it is open to all
    pub any: Vec<Right>,
    /// whether only for whoever sees all that the server shows and is not bounded
    pub whole: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRoutes {
    need: Vec<Right>,
    #[serde(default)]
    whole: bool,
    routes: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTable {
    #[allow(dead_code, reason = "for those who read the file")]
    evidence: String,
    rights: BTreeMap<Right, Bilingual>,
    roles: Vec<Role>,
    layers: BTreeMap<Right, Vec<String>>,
    routes: Vec<RawRoutes>,
    settings: Settings,
    approvals: Vec<Approval>,
}

/// A change by which something proposed stops waiting.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    /// the right to approve
    pub need: Right,
    #[serde(deserialize_with = "layer_of")]
    layer: Layer,
    /// the field that says how far it is
    field: String,
    /// its value while it waits
    waits: String,
    /// fields that an approval changes beside it
    with: Vec<String>,
}

fn layer_of<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Layer, D::Error> {
    let name = String::deserialize(from)?;
    name.parse().map_err(|_| serde::de::Error::custom(format!("no layer {name}")))
}

impl Approval {
    /// Whether a record waits for approval.
    pub fn waits(&self, record: &Record) -> bool {
        record.layer == self.layer && record.text(&self.field) == Some(self.waits.as_str())
    }

    /// Whether a change does nothing but approve.
    pub fn is_nothing_else(&self, before: &Record, after: &Record) -> bool {
        let own = |name: &str| self.field == name || self.with.iter().any(|with| with == name);
        let mut fields = before.layer.def().fields.iter().filter(|field| !own(field.name));
        let bare = |record: &Record| Record { fields: Fields::default(), ..record.clone() };
        fields.all(|field| before.get(field.name) == after.get(field.name)) && bare(before) == bare(after)
    }
}

/// The table.
#[derive(Debug)]
pub struct Rights {
    titles: BTreeMap<Right, Bilingual>,
    roles: Vec<Role>,
    layers: Vec<(Right, Vec<Layer>)>,
    /// pattern without its star, whether it had one, what is needed
    routes: Vec<(String, bool, Need)>,
    settings: Settings,
    approvals: Vec<Approval>,
}

impl Rights {
    /// The table that is compiled in.
    #[expect(clippy::expect_used, reason = "the file is compiled in and a test reads it")]
    pub fn compiled() -> &'static Self {
        static TABLE: OnceLock<Rights> = OnceLock::new();
        TABLE.get_or_init(|| {
            Self::read(include_str!("../../data/accounts/rights.toml")).expect("the table compiled in")
        })
    }

    fn read(text: &str) -> Result<Self, String> {
        let raw: RawTable = toml::from_str(text).map_err(|error| error.to_string())?;
        let mut layers = Vec::new();
        for (right, names) in raw.layers {
            let read = |name: &String| name.parse::<Layer>().map_err(|_| format!("no layer {name}"));
            layers.push((right, names.iter().map(read).collect::<Result<_, _>>()?));
        }
        let mut routes = Vec::new();
        for RawRoutes { need, whole, routes: patterns } in raw.routes {
            for pattern in patterns {
                let need = Need { any: need.clone(), whole };
                let starred = pattern.ends_with('*');
                routes.push((pattern.trim_end_matches('*').to_owned(), starred, need));
            }
        }
        Ok(Self {
            titles: raw.rights,
            roles: raw.roles,
            layers,
            routes,
            settings: raw.settings,
            approvals: raw.approvals,
        })
    }

    /// All roles that people can be given.
    pub fn roles(&self) -> impl Iterator<Item = &Role> {
        self.roles.iter().filter(|role| role.id != PUBLIC)
    }

    /// A role by its word, that of the public included.
    pub fn role(&self, id: &str) -> Option<&Role> {
        self.roles.iter().find(|role| role.id == id)
    }

    /// The roles that allow something.
    pub fn roles_that_may(&self, right: Right) -> impl Iterator<Item = &Role> {
        self.roles().filter(move |role| role.may.contains(&right))
    }

    /// The rights of which one is needed to change a layer's records.
    pub fn for_layer(&self, layer: Layer) -> impl Iterator<Item = Right> {
        self.layers.iter().filter(move |(_, layers)| layers.contains(&layer)).map(|(right, _)| *right)
    }

    /// The rights to approve what is proposed of a layer.
    pub fn approvals_of(&self, layer: Layer) -> impl Iterator<Item = Right> {
        self.approvals.iter().filter(move |approval| approval.layer == layer).map(|approval| approval.need)
    }

    /// The approval that a change is.
    pub fn approval(&self, before: &Record, after: &Record) -> Option<&Approval> {
        self.approvals.iter().find(|approval| approval.waits(before) && !approval.waits(after))
    }

    /// What a route needs, by its method and its path with `{names}`; `None` where the table has no word for it.
    pub fn for_route(&self, method: &str, path: &str) -> Option<&Need> {
        let asked = format!("{method} {path}");
        let fits = |(pattern, starred, _): &&(String, bool, Need)| {
            if *starred { asked.starts_with(pattern.as_str()) } else { asked == *pattern }
        };
        // Of two that are equally long the one without a star is the narrower.
        let found =
            self.routes.iter().filter(fits).max_by_key(|(pattern, starred, _)| (pattern.len(), !starred));
        found.map(|(_, _, need)| need)
    }

    /// The settings of an office that has set nothing.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_a_title_for_every_right_and_a_role_for_each_but_none_unknown() {
        let table = Rights::compiled();
        for right in Right::ALL {
            assert_eq!(Right::from_code(right.code()), Some(right));
            assert!(!right.title().zh.is_empty() && !right.title().en.is_empty(), "{right:?}");
            assert!(table.roles_that_may(right).next().is_some(), "{right:?} is given to nobody");
        }
        let mut ids: Vec<_> = table.roles.iter().map(|role| &role.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), table.roles.len());
        assert!(
            table.role(PUBLIC).is_some_and(|role| role.may == [Right::Read] && role.sees == Secrecy::Public)
        );
    }

    #[test]
    fn every_layer_can_be_changed_by_somebody() {
        for layer in Layer::ALL {
            assert!(Rights::compiled().for_layer(*layer).next().is_some(), "{layer}");
        }
    }

    #[test]
    fn the_three_administrators_are_apart() {
        let of = |id: &str| Rights::compiled().role(id).unwrap().may.clone();
        let (system, security, audit) = (of("system_admin"), of("security_admin"), of("audit_admin"));
        assert!(!system.contains(&Right::Grants) && !system.contains(&Right::Audit));
        assert!(!security.contains(&Right::People) && !security.contains(&Right::Audit));
        assert!(!audit.contains(&Right::People) && !audit.contains(&Right::Grants));
    }

    #[test]
    fn the_longest_pattern_counts() {
        let table = Rights::compiled();
        let need = |method, path| table.for_route(method, path).map(|need| need.any.clone());
        assert_eq!(need("GET", "/api/v1/register"), Some(vec![Right::Read]));
        assert_eq!(need("GET", "/api/v1/jobs"), Some(vec![Right::Work]));
        assert_eq!(need("POST", "/api/v1/zoning/plans/{id}/accept"), Some(vec![Right::ApprovePlans]));
        assert_eq!(need("POST", "/api/v1/zoning/plans"), Some(vec![Right::Plan, Right::ApprovePlans]));
        assert_eq!(need("POST", "/api/v1/login"), Some(vec![]));
        assert_eq!(need("POST", "/api/v1/nothing"), None);
    }
}
