//! Joint inspection of boundary lines (界线联检): rounds, and what was found at each marker and segment.

use serde::{Deserialize, Serialize};

use super::{Layer, by_code, layer};
use crate::model::value::ListItem;
use crate::model::{Date, Files, ItemKind, MemberDef};

/// Something that a round has to settle.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct InspectionProblem {
    /// what it is
    pub what: String,
    /// who settles it
    pub owner: String,
    /// until when, `YYYY-MM-DD`
    pub deadline: String,
    /// what came of it
    pub result: String,
}

impl ListItem for InspectionProblem {
    const ITEM: ItemKind = ItemKind::Object(&[
        MemberDef::text("what"),
        MemberDef::text("owner"),
        MemberDef::day("deadline"),
        MemberDef::text("result"),
    ]);
}

layer! {
    /// 联检轮次: a joint inspection of some lines. Its code is what records name it by.
    pub struct InspectionRound("inspection_round", None) {
        name: String,
        round_no: Option<i64>,
        year: Option<i64>,
        cause: Option<String> [list = "inspection_cause"],
        line_codes: Vec<String>,
        lead_side: Option<String> [list = "side"],
        participants_a: Vec<String>,
        participants_b: Vec<String>,
        stage: Option<String> [list = "inspection_stage"],
        planned_from: Option<Date>,
        planned_to: Option<Date>,
        begun: Option<Date>,
        ended: Option<Date>,
        problems: Vec<InspectionProblem>,
        report_text: Option<String>,
        signed_a: Option<String>,
        signed_a_date: Option<Date>,
        signed_b: Option<String>,
        signed_b_date: Option<Date>,
        filing_no: Option<String>,
        filing_date: Option<Date>,
        filing_receiver: Option<String>,
        archive_sets: Option<i64> [unit = "套"],
    }
}

layer! {
    /// 联检记录: what one round found at a marker or along a segment. The point is where the marker was found.
    pub struct InspectionRecord("inspection_record", Point) {
        round_code: String [refers = by_code(Layer::InspectionRound)],
        subject: String [list = "inspection_subject"],
        line_code: Option<String> [refers = by_code(Layer::BoundaryLine)],
        marker_code: Option<String> [refers = by_code(Layer::BoundaryMarker)],
        segment: Option<String>,
        side: Option<String> [list = "side"],
        inspected: Option<Date>,
        weather: Option<String>,
        inspectors: Vec<String>,
        found: Option<bool>,
        device: Option<String> [list = "inspection_device"],
        accuracy_m: Option<f64> [unit = "m"],
        offset_m: Option<f64> [unit = "m"],
        condition: Option<String> [list = "marker_condition"],
        inscription: Option<String> [list = "inscription_state"],
        references_valid: Option<bool>,
        references_text: Option<String>,
        surroundings: Option<String>,
        action: Option<String> [list = "inspection_action"],
        repaired_by: Option<String> [list = "side"],
        neighbour_present: Option<bool>,
        neighbour_names: Vec<String>,
        photos_before: Vec<String> [files = Files::Pictures],
        photos_after: Vec<String> [files = Files::Pictures],
        from_marker: Option<String>,
        to_marker: Option<String>,
        feature_changed: Option<bool>,
        terrain_change: Option<String>,
        recognisable: Option<bool>,
        cross_line_works: Option<String>,
        dispute_grade: Option<String> [list = "dispute_grade"],
        dispute_text: Option<String>,
        opinion: Option<String>,
        resurvey: Option<bool>,
    }
}

impl InspectionRound {
    /// A round with a name and nothing else.
    pub fn named(name: &str) -> Self {
        Self {
            name: name.into(),
            round_no: None,
            year: None,
            cause: None,
            line_codes: Vec::new(),
            lead_side: None,
            participants_a: Vec::new(),
            participants_b: Vec::new(),
            stage: None,
            planned_from: None,
            planned_to: None,
            begun: None,
            ended: None,
            problems: Vec::new(),
            report_text: None,
            signed_a: None,
            signed_a_date: None,
            signed_b: None,
            signed_b_date: None,
            filing_no: None,
            filing_date: None,
            filing_receiver: None,
            archive_sets: None,
        }
    }
}

impl InspectionRecord {
    /// A record of a round about a subject (word of `inspection_subject`) and nothing else.
    pub fn of(round_code: &str, subject: &str) -> Self {
        Self {
            round_code: round_code.into(),
            subject: subject.into(),
            line_code: None,
            marker_code: None,
            segment: None,
            side: None,
            inspected: None,
            weather: None,
            inspectors: Vec::new(),
            found: None,
            device: None,
            accuracy_m: None,
            offset_m: None,
            condition: None,
            inscription: None,
            references_valid: None,
            references_text: None,
            surroundings: None,
            action: None,
            repaired_by: None,
            neighbour_present: None,
            neighbour_names: Vec::new(),
            photos_before: Vec::new(),
            photos_after: Vec::new(),
            from_marker: None,
            to_marker: None,
            feature_changed: None,
            terrain_change: None,
            recognisable: None,
            cross_line_works: None,
            dispute_grade: None,
            dispute_text: None,
            opinion: None,
            resurvey: None,
        }
    }
}
