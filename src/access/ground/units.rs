//! Communities and the subdistricts above them, numbered.

use std::collections::HashMap;

use crate::model::layers::DivisionLevel;
use crate::model::{Record, RecordId, Value};

/// A community, or a subdistrict or town.
#[derive(Clone, Debug, PartialEq)]
pub struct Unit {
    /// its record
    pub id: RecordId,
    /// its code
    pub code: String,
    /// its name
    pub name: String,
    /// a community's subdistrict, by number
    pub street: Option<u32>,
    /// people
    pub residents: Option<f64>,
    /// people of 60 and more
    pub elders: Option<f64>,
}

/// All of them, each level by code.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Units {
    /// communities
    pub communities: Vec<Unit>,
    /// subdistricts and towns
    pub streets: Vec<Unit>,
    numbers: HashMap<String, u32>,
}

fn number(record: &Record, field: &str) -> Option<f64> {
    match record.get(field) {
        Some(Value::Int(number)) if number >= 0 => Some(number as f64),
        _ => None,
    }
}

impl Units {
    /// Of divisions that have a code and an area.
    pub fn of<'a>(divisions: impl Iterator<Item = &'a Record>) -> Self {
        let mut units = Self::default();
        let mut parents: HashMap<String, String> = HashMap::new();
        for record in divisions.filter(|record| record.geometry.is_some()) {
            let (Some(code), Some(level)) = (record.code.as_deref(), record.text("level")) else { continue };
            let level = DivisionLevel::from_code(level);
            let list = match level {
                Some(DivisionLevel::Community) => &mut units.communities,
                Some(DivisionLevel::Township) => &mut units.streets,
                _ => continue,
            };
            if let Some(parent) = record.text("parent_code") {
                parents.insert(code.to_owned(), parent.to_owned());
            }
            list.push(Unit {
                id: record.id,
                code: code.to_owned(),
                name: record.text("name").unwrap_or(code).to_owned(),
                street: None,
                residents: number(record, "population"),
                elders: number(record, "population_60"),
            });
        }
        for list in [&mut units.communities, &mut units.streets] {
            list.sort_by(|a, b| (&a.code, a.id).cmp(&(&b.code, b.id)));
            list.dedup_by(|a, b| a.code == b.code);
        }
        let streets: HashMap<&str, u32> =
            units.streets.iter().enumerate().map(|(at, unit)| (unit.code.as_str(), at as u32)).collect();
        for unit in &mut units.communities {
            unit.street = parents.get(&unit.code).and_then(|parent| streets.get(parent.as_str())).copied();
        }
        let numbered = units.communities.iter().enumerate().map(|(at, unit)| (unit.code.clone(), at as u32));
        units.numbers = numbered.collect();
        units
    }

    /// The number of a community.
    pub fn community_of(&self, code: &str) -> Option<u32> {
        self.numbers.get(code).copied()
    }
}
