//! Counts of households by what they count; the newest counts.

use std::collections::HashMap;

use crate::model::{Date, Layer, Record, RecordId, Value};
use crate::snapshot::Snapshot;

/// Counts of one kind, by what they count: layer word, then id or code.
pub struct Counts<'a> {
    by_id: HashMap<(&'a str, &'a str), &'a Record>,
    by_code: HashMap<(&'a str, &'a str), &'a Record>,
}

fn date(record: &Record) -> Option<Date> {
    match record.get("counted") {
        Some(Value::Date(date)) => Some(date),
        _ => None,
    }
}

fn number(record: &Record) -> i64 {
    match record.get("number") {
        Some(Value::Int(number)) => number.clamp(0, 10_000_000),
        _ => 0,
    }
}

impl<'a> Counts<'a> {
    /// All of one kind (a code of `household_kind`) among the records that are seen. O(counts).
    pub fn of(snapshot: &'a Snapshot, kind: &str, sees: &dyn Fn(&Record) -> bool) -> Self {
        let mut counts = Self { by_id: HashMap::new(), by_code: HashMap::new() };
        for record in snapshot.layer(Layer::HouseholdCount).iter() {
            if record.text("kind") != Some(kind) || !sees(record) {
                continue;
            }
            let Some(layer) = record.text("subject_layer") else { continue };
            let newer = |known: &mut &'a Record| {
                if (date(record), record.id) > (date(known), known.id) {
                    *known = record;
                }
            };
            if let Some(id) = record.text("subject_id") {
                counts.by_id.entry((layer, id)).and_modify(newer).or_insert(record);
            } else if let Some(code) = record.text("subject_code") {
                counts.by_code.entry((layer, code)).and_modify(newer).or_insert(record);
            }
        }
        counts
    }

    /// Households of a record, and when they were counted.
    pub fn get(&self, layer: &str, id: RecordId, code: Option<&str>) -> Option<(i64, Option<Date>)> {
        let text = id.to_string();
        let by_id = self.by_id.get(&(layer, text.as_str())).copied();
        let by_code = || code.and_then(|code| self.by_code.get(&(layer, code)).copied());
        by_id.or_else(by_code).map(|record| (number(record), date(record)))
    }

    /// Households of all records of some layers that have a count.
    pub fn total(&self, layers: &[&str]) -> i64 {
        let own =
            |((layer, _), record): (&(&str, &str), &&Record)| layers.contains(layer).then(|| number(record));
        self.by_id.iter().filter_map(own).sum::<i64>() + self.by_code.iter().filter_map(own).sum::<i64>()
    }
}
