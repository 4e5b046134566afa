//! Where people live and what serves them: compounds, gates, buildings, households, facilities.

use super::{Layer, by_code, by_id, layer};
use crate::model::Date;

layer! {
    /// 小区、院落: a compound that is never cut by a community's limit.
    pub struct Compound("compound", Area) {
        name: Option<String>,
        kind: Option<String> [list = "compound_kind"],
        community_code: Option<String> [refers = by_code(Layer::Division)],
        address: Option<String>,
        closed: Option<bool>,
        built_year: Option<i64>,
        building_count: Option<i64> [unit = "栋"],
        manager: Option<String>,
    }
}

layer! {
    /// 出入口: a gate of a compound, or a barrier on a path.
    pub struct Gate("gate", Point) {
        name: Option<String>,
        compound_id: Option<String> [refers = by_id(Layer::Compound)],
        kind: Option<String> [list = "gate_kind"],
        foot: Option<String> [list = "foot_access"],
        opening_hours: Option<String>,
    }
}

layer! {
    /// 建筑物: a building.
    pub struct Building("building", Area) {
        name: Option<String>,
        number: Option<String>,
        compound_id: Option<String> [refers = by_id(Layer::Compound)],
        kind: Option<String> [list = "building_kind"],
        address: Option<String>,
        floors: Option<i64> [unit = "层"],
        height_m: Option<f64> [unit = "m"],
        built_year: Option<i64>,
    }
}

layer! {
    /// 户数: how many households a community, compound or building has, by which count, from where, when.
    pub struct HouseholdCount("household_count", None) {
        subject_layer: String [list = "household_subject"],
        subject_id: Option<String>,
        subject_code: Option<String>,
        kind: String [list = "household_kind"],
        number: i64 [unit = "户"],
        counted: Option<Date>,
        basis: Option<String>,
    }
}

layer! {
    /// 服务设施: a facility that serves people.
    pub struct Facility("facility", Point) {
        name: String,
        kind: Option<String> [list = "facility_kind"],
        circle: Option<String> [list = "circle_level"],
        status: Option<String> [list = "facility_status"],
        address: Option<String>,
        community_code: Option<String> [refers = by_code(Layer::Division)],
        floor_area_m2: Option<f64> [unit = "m²"],
        site_area_m2: Option<f64> [unit = "m²"],
        beds: Option<i64> [unit = "张"],
        nursing_beds: Option<i64> [unit = "张"],
        capacity: Option<i64>,
        opening_hours: Option<String>,
        operator: Option<String>,
        served_communities: Vec<String>,
        standard_profile: Option<String>,
        radius_m: Option<f64> [unit = "m"],
        verified: Option<Date>,
    }
}

layer! {
    /// 封闭用地、绿地: areas one may not cross, or may walk through.
    pub struct ClosedOrGreenArea("closed_or_green_area", Area) {
        name: Option<String>,
        kind: Option<String> [list = "area_kind"],
        walkable: Option<bool>,
        opening_hours: Option<String>,
        operator: Option<String>,
    }
}
