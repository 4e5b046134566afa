//! Divisions, from the province down to the grid (行政区划 and units below it).

use super::{Layer, by_code, code_enum, layer};
use crate::model::Date;

code_enum! {
    /// The level of a division; higher levels come first.
    pub enum DivisionLevel in "division_level" {
        /// 省级
        Province = "province",
        /// 地级
        Prefecture = "prefecture",
        /// 县级
        County = "county",
        /// 乡级: 街道、镇、乡
        Township = "township",
        /// 社区、村
        Community = "community",
        /// 居民小组、村民小组
        Group = "group",
        /// 网格
        Grid = "grid",
    }
}

impl DivisionLevel {
    /// The level that a division code of that many digits belongs to.
    pub fn of_code(code: &str) -> Option<Self> {
        if !code.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let significant = match code.len() {
            6 if code.ends_with("0000") => 2,
            6 if code.ends_with("00") => 4,
            12 if code.ends_with("000000") => return Self::of_code(&code[..6]),
            12 if code.ends_with("000") => 9,
            n => n,
        };
        match significant {
            2 => Some(Self::Province),
            4 => Some(Self::Prefecture),
            6 => Some(Self::County),
            9 => Some(Self::Township),
            12 => Some(Self::Community),
            _ => None,
        }
    }
}

layer! {
    /// 行政区划、社区(村)、小组、网格: an area with an authority, or a part of one. Its code is the business code.
    pub struct Division("division", Area) {
        name: String,
        level: DivisionLevel,
        parent_code: Option<String> [refers = by_code(Layer::Division)],
        kind: Option<String> [list = "division_kind"],
        short_name: Option<String>,
        former_names: Vec<String>,
        roman: Option<String>,
        pinyin_toned: Option<String>,
        code_system: Option<String> [list = "code_system"],
        code_year: Option<i64>,
        urban_rural_class: Option<String> [list = "urban_rural_class"],
        grid_kind: Option<String> [list = "grid_kind"],
        seat: Option<String>,
        area_km2: Option<f64> [unit = "km²"],
        population: Option<i64> [unit = "人"],
        population_60: Option<i64> [unit = "人"],
        population_80: Option<i64> [unit = "人"],
        committee_members: Option<i64> [unit = "人"],
        staff: Option<i64> [unit = "人"],
        premises_m2: Option<f64> [unit = "m²"],
        bounds_text: Option<String>,
        approver: Option<String>,
        set_up_document: Option<String>,
        set_up_date: Option<Date>,
        predecessors: Vec<String>,
        successors: Vec<String>,
    }
}

impl Division {
    /// A division with a name and a level and nothing else.
    pub fn named(name: &str, level: DivisionLevel) -> Self {
        Self {
            name: name.into(),
            level,
            parent_code: None,
            kind: None,
            short_name: None,
            former_names: Vec::new(),
            roman: None,
            pinyin_toned: None,
            code_system: None,
            code_year: None,
            urban_rural_class: None,
            grid_kind: None,
            seat: None,
            area_km2: None,
            population: None,
            population_60: None,
            population_80: None,
            committee_members: None,
            staff: None,
            premises_m2: None,
            bounds_text: None,
            approver: None,
            set_up_document: None,
            set_up_date: None,
            predecessors: Vec::new(),
            successors: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_level_follows_from_the_code() {
        for (code, level) in [
            ("530000", Some(DivisionLevel::Province)),
            ("53", Some(DivisionLevel::Province)),
            ("530100", Some(DivisionLevel::Prefecture)),
            ("530102", Some(DivisionLevel::County)),
            ("530102000000", Some(DivisionLevel::County)),
            ("530102002", Some(DivisionLevel::Township)),
            ("530102002000", Some(DivisionLevel::Township)),
            ("530102002001", Some(DivisionLevel::Community)),
            ("5301-2", None),
            ("", None),
        ] {
            assert_eq!(DivisionLevel::of_code(code), level, "{code}");
        }
    }
}
