//! The order of features: `sortby=+name,-code` (draft Part 8), and where a page begins in it.
//!
//! Texts are in the order of their letters' code points, by their first 100 letters; absent values
//! come last either way; equal ones are in order of id. The mark of a page holds the values of the
//! feature before it, so that it means the same place when features come and go in between.

use std::cmp::Ordering;

use serde_json::Value as Json;

use crate::api::ask::Ask;
use crate::api::problem::Problem;
use crate::model::{COMMON_FIELDS, FieldDef, FieldKind, Layer, Record, RecordId, Value};

/// The most fields of one order.
const MOST: usize = 4;
/// Letters of a text that count.
const LETTERS: usize = 100;

/// All fields that features can be ordered by.
pub fn sortables(layer: Layer) -> impl Iterator<Item = &'static FieldDef> {
    let plain = |field: &&FieldDef| !matches!(field.kind, FieldKind::List(_));
    COMMON_FIELDS.iter().chain(layer.def().fields).filter(plain)
}

/// An order asked for; without fields the order of ids.
#[derive(Debug, Default)]
pub struct Order(Vec<(&'static FieldDef, Direction)>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Direction {
    Rising,
    Falling,
}

/// A feature's place in an order.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    values: Vec<Option<Value>>,
    /// the feature
    pub id: RecordId,
}

impl Order {
    /// Reads `sortby`.
    pub fn read(ask: &Ask, layer: Layer) -> Result<Self, Problem> {
        let Some((_, text)) = ask.query.iter().find(|(name, _)| name == "sortby") else {
            return Ok(Self::default());
        };
        let mut fields: Vec<(&'static FieldDef, Direction)> = Vec::new();
        // A plus that is not encoded arrives as a blank.
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let (direction, name) = match part.strip_prefix('-') {
                Some(name) => (Direction::Falling, name),
                None => (Direction::Rising, part.strip_prefix('+').unwrap_or(part)),
            };
            let field = sortables(layer).find(|field| field.name == name).ok_or_else(|| {
                let known: Vec<&str> = sortables(layer).map(|field| field.name).collect();
                let (short, known): (String, _) = (name.chars().take(60).collect(), known.join(", "));
                Problem::parameter(
                    "sortby",
                    &format!("不能按“{short}”排序，可用：{known}"),
                    &format!("{short:?} is no sortable; these are: {known}"),
                )
            })?;
            if fields.iter().any(|(earlier, _)| earlier.name == field.name) || fields.len() == MOST {
                return Err(Problem::parameter(
                    "sortby",
                    "至多 4 个不同字段",
                    "at most 4 different fields are expected",
                ));
            }
            fields.push((field, direction));
        }
        Ok(Self(fields))
    }

    /// Whether it is the order of ids.
    pub fn is_plain(&self) -> bool {
        self.0.is_empty()
    }

    /// The place of a feature.
    pub fn mark(&self, record: &Record) -> Mark {
        let value = |field: &FieldDef| record.get(field.name).map(shortened);
        Mark { values: self.0.iter().map(|(field, _)| value(field)).collect(), id: record.id }
    }

    /// Which of two places comes first.
    pub fn compare(&self, a: &Mark, b: &Mark) -> Ordering {
        let values = self.0.iter().zip(a.values.iter().zip(&b.values));
        let differing = values
            .map(|((_, direction), (a, b))| match (a, b) {
                (Some(a), Some(b)) if *direction == Direction::Falling => order(b, a),
                (Some(a), Some(b)) => order(a, b),
                (None, None) => Ordering::Equal,
                (None, Some(_)) => Ordering::Greater,
                (Some(_), None) => Ordering::Less,
            })
            .find(|order| order.is_ne());
        differing.unwrap_or(Ordering::Equal).then(a.id.cmp(&b.id))
    }

    /// A place as it stands in a link.
    pub fn write(&self, mark: &Mark) -> String {
        if self.is_plain() {
            return format!("~{}", mark.id);
        }
        let values: Vec<Json> =
            mark.values.iter().map(|value| value.as_ref().map(Value::to_json).unwrap_or_default()).collect();
        let bytes = Json::Array(values).to_string();
        let hex: String = bytes.bytes().map(|byte| format!("{byte:02x}")).collect();
        format!("~{}~{hex}", mark.id)
    }

    /// Reads a place from a link.
    pub fn mark_of(&self, text: &str) -> Option<Mark> {
        let mut parts = text.strip_prefix('~')?.split('~');
        let id = parts.next()?.parse().ok()?;
        let hex = parts.next();
        if parts.next().is_some() || hex.is_some() == self.is_plain() {
            return None;
        }
        let Some(hex) = hex.filter(|hex| hex.is_ascii()) else {
            return Some(Mark { values: Vec::new(), id });
        };
        let byte = |at: usize| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok();
        let bytes: Option<Vec<u8>> = (0..hex.len()).step_by(2).map(byte).collect();
        let values: Vec<Json> = serde_json::from_slice(&bytes?).ok()?;
        if values.len() != self.0.len() {
            return None;
        }
        let read = |((field, _), json): (&(&'static FieldDef, Direction), &Json)| match (field.kind, json) {
            // As it was written: reading would trim.
            (FieldKind::Text, Json::String(text)) => Some(Some(Value::Text(text.as_str().into()))),
            (kind, json) => Value::from_json(kind, json).ok(),
        };
        Some(Mark { values: self.0.iter().zip(&values).map(read).collect::<Option<_>>()?, id })
    }
}

fn shortened(value: Value) -> Value {
    match value {
        Value::Text(text) if text.len() > LETTERS => {
            Value::Text(text.chars().take(LETTERS).collect::<String>().into())
        }
        other => other,
    }
}

fn order(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::Text(a), Value::Text(b)) => a.cmp(b),
        (Value::Int(a), Value::Int(b)) => a.cmp(b),
        (Value::Real(a), Value::Real(b)) => a.total_cmp(b),
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (Value::Date(a), Value::Date(b)) => a.cmp(b),
        _ => Ordering::Equal,
    }
}
