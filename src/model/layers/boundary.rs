//! Boundary lines and their markers (界线、界桩), fields after the provincial record classes.

use serde::{Deserialize, Serialize};

use super::layer;
use crate::model::value::ListItem;
use crate::model::{Date, FieldKind, ItemKind};

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
    /// side that leads its inspection
    pub lead_side: String,
}

impl ListItem for LineSegment {
    const ITEM: ItemKind = ItemKind::Object(&[
        ("number", FieldKind::Text),
        ("from_marker", FieldKind::Text),
        ("to_marker", FieldKind::Text),
        ("feature", FieldKind::Text),
        ("lead_side", FieldKind::Text),
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
}

impl ListItem for MarkerReference {
    const ITEM: ItemKind = ItemKind::Object(&[
        ("object", FieldKind::Text),
        ("azimuth_deg", FieldKind::Real),
        ("distance_m", FieldKind::Real),
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
        faces: Option<i64> [unit = "面"],
        material: Option<String> [list = "marker_material"],
        smart: Option<bool>,
        line_codes: Vec<String>,
        inscriptions: Vec<String>,
        place_a: Option<String>,
        place_b: Option<String>,
        place_c: Option<String>,
        x_m: Option<f64> [unit = "m"],
        y_m: Option<f64> [unit = "m"],
        zone: Option<i64>,
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
        device_no: Option<String>,
    }
}
