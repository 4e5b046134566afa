//! What a side's record of a task says: its fields, how far from the archive the marker was found, what is wrong,
//! and in what the two sides' records differ.

use geo_types::{Coord, Geometry};
use serde::Serialize;
use serde_json::{Map, Value as Json};

use super::condition;
use crate::boundary::checks::{Inspected, Tolerance};
use crate::crs::geodesic;
use crate::model::layers::InspectionRecord;
use crate::model::{RecordId, record_to_json};

/// Something that a record says is not in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Trouble {
    /// looked for and not found
    NotFound,
    /// not intact, and not cured on the spot
    Condition,
    /// the inscription cannot be read well
    Inscription,
    /// reference objects are gone or do not fit
    References,
    /// farther from its archive position than the tolerance
    Offset,
    /// what the line follows has changed
    Feature,
    /// the terrain has changed
    Terrain,
    /// the line cannot be made out
    Unrecognisable,
    /// works across the line
    Works,
    /// a danger of dispute
    Dispute,
    /// to be surveyed again
    Resurvey,
    /// repaired, and the record does not show the neighbour present
    Alone,
}

impl Trouble {
    /// All kinds, in their order.
    pub const ALL: [Self; 12] = [
        Self::NotFound,
        Self::Condition,
        Self::Inscription,
        Self::References,
        Self::Offset,
        Self::Feature,
        Self::Terrain,
        Self::Unrecognisable,
        Self::Works,
        Self::Dispute,
        Self::Resurvey,
        Self::Alone,
    ];

    /// As people read it.
    pub fn title(self) -> crate::model::Bilingual {
        let (zh, en) = match self {
            Self::NotFound => ("未找到", "not found"),
            Self::Condition => ("界桩不完好", "marker not intact"),
            Self::Inscription => ("注记不清或有误", "inscription unclear or wrong"),
            Self::References => ("方位物缺失或不符", "reference objects gone or wrong"),
            Self::Offset => ("位置超限差", "position beyond tolerance"),
            Self::Feature => ("依附地物变化", "the feature followed has changed"),
            Self::Terrain => ("地形变化", "terrain changed"),
            Self::Unrecognisable => ("界线不能辨认", "line cannot be made out"),
            Self::Works => ("跨界生产建设", "works across the line"),
            Self::Dispute => ("纠纷隐患", "danger of dispute"),
            Self::Resurvey => ("需要补测", "to be surveyed again"),
            Self::Alone => ("修复时毗邻方未到场", "repaired without the neighbour"),
        };
        crate::model::Bilingual::new(zh, en)
    }
}

/// A record of a task.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Said {
    /// its id
    #[schema(value_type = String)]
    pub id: RecordId,
    /// `a`, `b`, `c`, `joint`; none where the record does not say
    pub side: Option<String>,
    /// its fields
    #[schema(value_type = Object)]
    pub fields: Map<String, Json>,
    /// where the marker was found: longitude and latitude
    pub at: Option<[f64; 2]>,
    /// metres from the archive position, by the place, else as written
    pub offset_m: Option<f64>,
    /// metres that it may be off with that device
    pub tolerance_m: Option<f64>,
    /// the condition in which the marker is left
    pub left: Option<String>,
    /// what is not in order
    pub troubles: Vec<Trouble>,
}

impl Said {
    /// Of a record; `archive` is where the register has the marker.
    pub(super) fn of(inspected: &Inspected<'_>, archive: Option<Coord>, by: &Measure) -> Option<Self> {
        let fields = inspected.fields()?;
        let at = match inspected.record.geometry.as_deref() {
            Some(Geometry::Point(point)) => Some(point.0),
            _ => None,
        };
        let measured = at.and_then(|at| Some(geodesic::distance_m(at, archive?)));
        let offset_m = measured.or(fields.offset_m);
        let tolerance_m = by.tolerance.as_ref().map(|tolerance| tolerance.of(fields));
        let left = condition::after(fields.found, fields.condition.as_deref(), fields.action.as_deref());
        Some(Self {
            id: inspected.record.id,
            side: fields.side.clone(),
            at: at.map(|at| [at.x, at.y]),
            offset_m: offset_m.map(|metres| (metres * 100.0).round() / 100.0),
            tolerance_m,
            left: left.map(str::to_owned),
            troubles: troubles(fields, offset_m.zip(tolerance_m), &by.repairs),
            fields: record_to_json(inspected.record),
        })
    }

    /// A field as text, where it is one.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.fields.get(name).and_then(Json::as_str)
    }

    /// Whether it is the record of a side: its own, or that of both.
    pub fn is_of(&self, side: &str) -> bool {
        self.side.as_deref().is_none_or(|own| own == side || own == "joint")
    }
}

/// What records are held against: the tolerance of B14 and the repairs of B11, where these rules hold.
pub(super) struct Measure {
    pub tolerance: Option<Tolerance>,
    pub repairs: Vec<String>,
}

fn troubles(fields: &InspectionRecord, offset: Option<(f64, f64)>, repairs: &[String]) -> Vec<Trouble> {
    let filled = |text: &Option<String>| text.as_deref().is_some_and(|text| !text.trim().is_empty());
    let not = |word: &Option<String>, good: &str| word.as_deref().is_some_and(|word| word != good);
    let left = condition::after(fields.found, fields.condition.as_deref(), fields.action.as_deref());
    let action = fields.action.as_deref();
    let repaired = action.is_some_and(|action| repairs.iter().any(|repair| repair == action));
    let put_back = action == Some("moved_back");
    let is = |trouble: &Trouble| match trouble {
        Trouble::NotFound => fields.found == Some(false),
        Trouble::Condition => left.is_some_and(|left| left != "intact"),
        Trouble::Inscription => not(&fields.inscription, "legible") && action != Some("repainted"),
        Trouble::References => fields.references_valid == Some(false),
        Trouble::Offset => !put_back && offset.is_some_and(|(metres, most)| metres > most),
        Trouble::Feature => fields.feature_changed == Some(true),
        Trouble::Terrain => filled(&fields.terrain_change),
        Trouble::Unrecognisable => fields.recognisable == Some(false),
        Trouble::Works => filled(&fields.cross_line_works),
        Trouble::Dispute => not(&fields.dispute_grade, "none"),
        Trouble::Resurvey => fields.resurvey == Some(true),
        Trouble::Alone => repaired && fields.neighbour_present != Some(true),
    };
    Trouble::ALL.into_iter().filter(is).collect()
}

/// Fields in which two sides can contradict each other; what is written in sentences is for people to compare.
const COMPARED: &[&str] = &[
    "found",
    "condition",
    "inscription",
    "references_valid",
    "action",
    "repaired_by",
    "feature_changed",
    "recognisable",
    "dispute_grade",
    "resurvey",
];

/// The fields in which records differ: where both say something else, or one found terrain changes or works
/// that the other did not, or they place the marker farther apart than both tolerances allow.
pub(super) fn differences(records: &[Said]) -> Vec<&'static str> {
    let (Some(one), Some(other)) = (
        records.iter().find(|said| said.side.as_deref() == Some("a")),
        records.iter().find(|said| said.side.as_deref() == Some("b")),
    ) else {
        return Vec::new();
    };
    let both = |name: &&&str| match (one.fields.get(**name), other.fields.get(**name)) {
        (Some(a), Some(b)) => a != b,
        _ => false,
    };
    let mut names: Vec<&'static str> = COMPARED.iter().filter(both).copied().collect();
    let filled = |said: &Said, name: &str| said.text(name).is_some_and(|text| !text.trim().is_empty());
    let only_one = |name: &&&str| filled(one, name) != filled(other, name);
    names.extend(["terrain_change", "cross_line_works"].iter().filter(only_one));
    if let (Some([ax, ay]), Some([bx, by])) = (one.at, other.at) {
        let apart = geodesic::distance_m(Coord { x: ax, y: ay }, Coord { x: bx, y: by });
        let most = one.tolerance_m.unwrap_or_default() + other.tolerance_m.unwrap_or_default();
        if apart > most && most > 0.0 {
            names.push("geometry");
        }
    }
    names
}
