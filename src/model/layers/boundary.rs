//! Boundary lines and their markers (界线、界桩), fields after the provincial record classes.

use serde::{Deserialize, Serialize};

use super::layer;
use crate::model::value::ListItem;
use crate::model::{Date, Files, ItemKind, MemberDef};

/// One stretch of a line between two markers.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct LineSegment {
    /// number of the stretch
    pub number: String,
    /// marker at its start
    pub from_marker: String,
    /// marker at its end
    pub to_marker: String,
    /// what it follows: code of the list `line_feature`
    pub feature: String,
    /// name of the river or road that it follows
    #[serde(skip_serializing_if = "String::is_empty")]
    pub feature_name: String,
    /// geodesic length, metres
    #[serde(skip_serializing_if = "Option::is_none")]
    pub length_m: Option<f64>,
    /// side that leads its inspection
    pub lead_side: String,
}

impl ListItem for LineSegment {
    const ITEM: ItemKind = ItemKind::Object(&[
        MemberDef::text("number"),
        MemberDef::text("from_marker"),
        MemberDef::text("to_marker"),
        MemberDef::code("feature", "line_feature"),
        MemberDef::text("feature_name"),
        MemberDef::number("length_m", "m"),
        MemberDef::code("lead_side", "side"),
    ]);
}

/// A fixed object from which a marker can be found again (方位物).
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct MarkerReference {
    /// the object and which part of it was measured
    pub object: String,
    /// coordinate azimuth from the marker, degrees
    pub azimuth_deg: Option<f64>,
    /// distance from the marker, metres
    pub distance_m: Option<f64>,
    /// longitude of the object itself, degrees, where it was surveyed
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lon: Option<f64>,
    /// its latitude
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lat: Option<f64>,
}

impl ListItem for MarkerReference {
    const ITEM: ItemKind = ItemKind::Object(&[
        MemberDef::text("object"),
        MemberDef::number("azimuth_deg", "°"),
        MemberDef::number("distance_m", "m"),
        MemberDef::number("lon", "°"),
        MemberDef::number("lat", "°"),
    ]);
}

/// What a marker was found to be on a day (界桩状态变化).
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct MarkerState {
    /// the day, `YYYY-MM-DD`
    pub date: String,
    /// code of the list `marker_condition`
    pub condition: String,
    /// what was done or seen
    pub note: String,
    /// who found it, or the inspection that did
    pub by: String,
}

impl ListItem for MarkerState {
    const ITEM: ItemKind = ItemKind::Object(&[
        MemberDef::day("date"),
        MemberDef::code("condition", "marker_condition"),
        MemberDef::text("note"),
        MemberDef::text("by"),
    ]);
}

/// A marker moved, added, replaced or given up, with its papers (界桩变动).
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct MarkerChange {
    /// the day, `YYYY-MM-DD`
    pub date: String,
    /// code of the list `marker_change`
    pub kind: String,
    /// agreement of both sides
    pub agreement_no: String,
    /// the day of the joint survey, `YYYY-MM-DD`
    pub survey_date: String,
    /// number under which it was filed with the approving body
    pub filing_no: String,
    /// why, and what was done
    pub note: String,
}

impl ListItem for MarkerChange {
    const ITEM: ItemKind = ItemKind::Object(&[
        MemberDef::day("date"),
        MemberDef::code("kind", "marker_change"),
        MemberDef::text("agreement_no"),
        MemberDef::day("survey_date"),
        MemberDef::text("filing_no"),
        MemberDef::text("note"),
    ]);
}

/// Who answers for a marker's survey or signed its register sheet.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct MarkerSignature {
    /// code of the list `side`
    pub side: String,
    /// code of the list `signature_role`
    pub role: String,
    /// who
    pub name: String,
    /// the day, `YYYY-MM-DD`
    pub date: String,
}

impl ListItem for MarkerSignature {
    const ITEM: ItemKind = ItemKind::Object(&[
        MemberDef::code("side", "side"),
        MemberDef::code("role", "signature_role"),
        MemberDef::text("name"),
        MemberDef::day("date"),
    ]);
}

layer! {
    /// 行政区域界线: the line between two divisions, with its parties, papers and inspections.
    pub struct BoundaryLine("boundary_line", Line) {
        name: String,
        level: Option<String> [list = "division_level"],
        spatial_id: Option<String>,
        party_a_code: Option<String>,
        party_a: Option<String>,
        party_b_code: Option<String>,
        party_b: Option<String>,
        start_point: Option<String>,
        end_point: Option<String>,
        length_km: Option<f64> [unit = "km"],
        measured_km: Option<f64> [unit = "km"],
        marker_count: Option<i64> [unit = "颗"],
        single_count: Option<i64> [unit = "颗"],
        double_count: Option<i64> [unit = "颗"],
        triple_count: Option<i64> [unit = "颗"],
        feature: Option<String> [list = "line_feature"],
        surveyed: Option<bool>,
        disputed: Option<bool>,
        approver: Option<String>,
        approval_no: Option<String>,
        approval_date: Option<Date>,
        agreement_no: Option<String>,
        agreement_date: Option<Date>,
        agreement_scale: Option<String>,
        datum: Option<String>,
        alignment_text: Option<String>,
        segments: Vec<LineSegment>,
        management_split: Option<String>,
        map_edition: Option<String>,
        last_inspection: Option<Date>,
        next_inspection: Option<Date>,
        archive_no: Option<String>,
        agreement_map: Option<String>,
        photos: Vec<String> [files = Files::Pictures],
        papers: Vec<String> [files = Files::Papers],
    }
}

layer! {
    /// 界桩: a marker on a line. Its business code is the full number with type letter.
    pub struct BoundaryMarker("boundary_marker", Point) {
        number: String,
        name: Option<String>,
        level: Option<String> [list = "division_level"],
        spatial_id: Option<String>,
        marker_type: Option<String> [list = "marker_type"],
        type_code: Option<String> [list = "marker_letter"],
        faces: Option<i64> [unit = "面"],
        material: Option<String> [list = "marker_material"],
        smart: Option<bool>,
        line_codes: Vec<String>,
        inscriptions: Vec<String>,
        place_a: Option<String>,
        place_b: Option<String>,
        place_c: Option<String>,
        received_lon: Option<f64> [unit = "°"],
        received_lat: Option<f64> [unit = "°"],
        x_m: Option<f64> [unit = "m"],
        y_m: Option<f64> [unit = "m"],
        zone: Option<i64>,
        zone_width: Option<i64> [unit = "°"],
        datum: Option<String>,
        elevation_m: Option<f64> [unit = "m"],
        height_datum: Option<String>,
        survey_method: Option<String>,
        survey_date: Option<Date>,
        survey_error_m: Option<f64> [unit = "m"],
        references: Vec<MarkerReference>,
        position_text: Option<String>,
        responsible_side: Option<String> [list = "side"],
        custodian: Option<String>,
        condition: Option<String> [list = "marker_condition"],
        condition_history: Vec<MarkerState>,
        changes: Vec<MarkerChange>,
        signatures: Vec<MarkerSignature>,
        sketch: Option<String>,
        photos: Vec<String> [files = Files::Pictures],
        videos: Vec<String>,
        register_sheet: Option<String>,
        result_table: Option<String>,
        tripoint_agreement: Option<String>,
        tripoint_map: Option<String>,
        tripoint_minutes: Option<String>,
        device_no: Option<String>,
        device_state: Option<String>,
        battery_percent: Option<f64> [unit = "%"],
        tilt_deg: Option<f64> [unit = "°"],
        drift_m: Option<f64> [unit = "m"],
        last_message: Option<String>,
        annexes: Vec<String> [files = Files::Papers],
    }
}

impl BoundaryLine {
    /// A line with a name and nothing else.
    pub fn named(name: &str) -> Self {
        Self {
            name: name.into(),
            level: None,
            spatial_id: None,
            party_a_code: None,
            party_a: None,
            party_b_code: None,
            party_b: None,
            start_point: None,
            end_point: None,
            length_km: None,
            measured_km: None,
            marker_count: None,
            single_count: None,
            double_count: None,
            triple_count: None,
            feature: None,
            surveyed: None,
            disputed: None,
            approver: None,
            approval_no: None,
            approval_date: None,
            agreement_no: None,
            agreement_date: None,
            agreement_scale: None,
            datum: None,
            alignment_text: None,
            segments: Vec::new(),
            management_split: None,
            map_edition: None,
            last_inspection: None,
            next_inspection: None,
            archive_no: None,
            agreement_map: None,
            photos: Vec::new(),
            papers: Vec::new(),
        }
    }
}

impl BoundaryMarker {
    /// A marker with a number and nothing else.
    pub fn numbered(number: &str) -> Self {
        Self {
            number: number.into(),
            name: None,
            level: None,
            spatial_id: None,
            marker_type: None,
            type_code: None,
            faces: None,
            material: None,
            smart: None,
            line_codes: Vec::new(),
            inscriptions: Vec::new(),
            place_a: None,
            place_b: None,
            place_c: None,
            received_lon: None,
            received_lat: None,
            x_m: None,
            y_m: None,
            zone: None,
            zone_width: None,
            datum: None,
            elevation_m: None,
            height_datum: None,
            survey_method: None,
            survey_date: None,
            survey_error_m: None,
            references: Vec::new(),
            position_text: None,
            responsible_side: None,
            custodian: None,
            condition: None,
            condition_history: Vec::new(),
            changes: Vec::new(),
            signatures: Vec::new(),
            sketch: None,
            photos: Vec::new(),
            videos: Vec::new(),
            register_sheet: None,
            result_table: None,
            tripoint_agreement: None,
            tripoint_map: None,
            tripoint_minutes: None,
            device_no: None,
            device_state: None,
            battery_percent: None,
            tilt_deg: None,
            drift_m: None,
            last_message: None,
            annexes: Vec::new(),
        }
    }
}
