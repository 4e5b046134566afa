//! The order of features: `sortby=+name,-code` (draft Part 8), and where a page begins in it.
//!
//! Texts are in the order of `model::collation_key` (Chinese by pinyin), by their first 100 letters; absent
//! values come last either way; equal ones are in order of id. The mark of a page holds the values of the
//! feature before it, so that it means the same place when features come and go in between.
//!
//! A whole list is arranged by ranks: each field's values become whole numbers once, different texts are
//! compared by their keys once, and records are then sorted by numbers alone.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;

use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};
use rayon::slice::ParallelSliceMut as _;
use serde_json::Value as Json;

use crate::api::ask::Ask;
use crate::api::problem::Problem;
use crate::model::{
    COMMON_FIELDS, FieldDef, FieldKind, Held, Layer, Place, Record, RecordId, Value, collation_key,
};

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
pub struct Order(Vec<Step>);

/// One field of an order.
#[derive(Debug)]
struct Step {
    field: &'static FieldDef,
    place: Place,
    direction: Direction,
}

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
        let mut fields: Vec<Step> = Vec::new();
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
            if fields.iter().any(|earlier| earlier.field.name == field.name) || fields.len() == MOST {
                return Err(Problem::parameter(
                    "sortby",
                    "至多 4 个不同字段",
                    "at most 4 different fields are expected",
                ));
            }
            // A field of the layer's list has its place.
            fields.extend(Place::of(layer, field.name).map(|place| Step { field, place, direction }));
        }
        Ok(Self(fields))
    }

    /// Whether it is the order of ids.
    pub fn is_plain(&self) -> bool {
        self.0.is_empty()
    }

    /// The place of a feature.
    pub fn mark(&self, record: &Record) -> Mark {
        let value = |step: &Step| record.held(step.place).map(|value| shortened(value.to_value()));
        Mark { values: self.0.iter().map(value).collect(), id: record.id }
    }

    /// Which of two places comes first.
    pub fn compare(&self, a: &Mark, b: &Mark) -> Ordering {
        let values = self.0.iter().zip(a.values.iter().zip(&b.values));
        let differing = values
            .map(|(step, (a, b))| match (a, b) {
                (Some(a), Some(b)) if step.direction == Direction::Falling => order(b, a),
                (Some(a), Some(b)) => order(a, b),
                (None, None) => Ordering::Equal,
                (None, Some(_)) => Ordering::Greater,
                (Some(_), None) => Ordering::Less,
            })
            .find(|order| order.is_ne());
        differing.unwrap_or(Ordering::Equal).then(a.id.cmp(&b.id))
    }

    /// Records, which are in order of id, in this order.
    pub fn arrange(&self, records: &[&Arc<Record>]) -> Vec<Arc<Record>> {
        if self.is_plain() {
            return records.iter().map(|record| Arc::clone(record)).collect();
        }
        let columns: Vec<Vec<u64>> = self.0.iter().map(|step| step.ranks(records)).collect();
        let mut order: Vec<([u64; MOST], u32)> = (0..records.len())
            .map(|at| {
                let rank = |step: usize| columns.get(step).map_or(0, |ranks| ranks[at]);
                (std::array::from_fn(rank), at as u32)
            })
            .collect();
        order.par_sort_unstable();
        order.into_iter().map(|(_, at)| Arc::clone(records[at as usize])).collect()
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
        let read = |(step, json): (&Step, &Json)| match (step.field.kind, json) {
            // As it was written: reading would trim.
            (FieldKind::Text, Json::String(text)) => Some(Some(Value::Text(text.as_str().into()))),
            (kind, json) => Value::from_json(kind, json).ok(),
        };
        Some(Mark { values: self.0.iter().zip(&values).map(read).collect::<Option<_>>()?, id })
    }
}

/// Of an absent value: after all others, whichever way they go.
const ABSENT: u64 = u64::MAX;

impl Step {
    /// By record: a number that stands in the same order as its value, between 1 and `ABSENT`.
    fn ranks(&self, records: &[&Arc<Record>]) -> Vec<u64> {
        let turned = |rank: u64| if self.direction == Direction::Falling { ABSENT - rank } else { rank };
        if self.field.kind != FieldKind::Text {
            let rank =
                |record: &&Arc<Record>| record.held(self.place).map_or(ABSENT, |held| turned(number(held)));
            return records.iter().map(rank).collect();
        }
        let mut numbers: HashMap<&str, usize, foldhash::fast::RandomState> = HashMap::default();
        let of: Vec<Option<usize>> = records
            .iter()
            .map(|record| {
                let Some(Held::Text(text)) = record.held(self.place) else { return None };
                let next = numbers.len();
                Some(*numbers.entry(text).or_insert(next))
            })
            .collect();
        let ranks = text_ranks(numbers);
        of.into_iter().map(|at| at.map_or(ABSENT, |at| turned(ranks[at]))).collect()
    }
}

/// By number of a text: its place in the order of texts, from 1; those that are equal in it share one.
fn text_ranks(numbers: HashMap<&str, usize, foldhash::fast::RandomState>) -> Vec<u64> {
    let numbered: Vec<(&str, usize)> = numbers.into_iter().collect();
    let mut keyed: Vec<(Vec<u8>, usize)> =
        numbered.par_iter().map(|(text, number)| (collation_key(cut(text)), *number)).collect();
    keyed.par_sort_unstable();
    let mut ranks = vec![0; keyed.len()];
    let mut rank = 0;
    for (at, (key, number)) in keyed.iter().enumerate() {
        if at == 0 || keyed[at - 1].0 != *key {
            rank += 1;
        }
        ranks[*number] = rank;
    }
    ranks
}

/// A number in the order of the values, greater than 0.
fn number(held: Held<'_>) -> u64 {
    const SIGN: u64 = 1 << 63;
    match held {
        Held::Date(day) => SIGN.wrapping_add_signed(day.days().into()),
        Held::Other(Value::Int(whole)) => SIGN.wrapping_add_signed(*whole),
        // The order of `total_cmp`: of the negative ones the larger bits come first.
        Held::Other(Value::Real(real)) => {
            let bits = real.to_bits();
            if bits & SIGN == 0 { bits | SIGN } else { !bits }
        }
        Held::Other(Value::Bool(flag)) => 1 + u64::from(*flag),
        _ => 1,
    }
}

/// The letters of a text that count.
fn cut(text: &str) -> &str {
    if text.len() <= LETTERS {
        return text;
    }
    text.char_indices().nth(LETTERS).map_or(text, |(end, _)| &text[..end])
}

fn shortened(value: Value) -> Value {
    match value {
        Value::Text(text) if text.len() > LETTERS => Value::Text(cut(&text).into()),
        other => other,
    }
}

fn order(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::Text(a), Value::Text(b)) => collation_key(a).cmp(&collation_key(b)),
        (Value::Int(a), Value::Int(b)) => a.cmp(b),
        (Value::Real(a), Value::Real(b)) => a.total_cmp(b),
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (Value::Date(a), Value::Date(b)) => a.cmp(b),
        _ => Ordering::Equal,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::{Date, Fields, Period};

    fn step(name: &str, direction: Direction) -> Step {
        let (field, place) = (Layer::Facility.def().field(name).unwrap(), Place::of(Layer::Facility, name));
        Step { field, place: place.unwrap(), direction }
    }

    fn record(
        id: u128,
        name: Option<String>,
        beds: Option<i64>,
        area: Option<f64>,
        from: Option<i32>,
    ) -> Record {
        let def = Layer::Facility.def();
        let at = |name: &str| def.index_of(name).unwrap();
        let mut pairs: Vec<(usize, Value)> = [
            (at("name"), name.map(|name| Value::Text(name.into()))),
            (at("beds"), beds.map(Value::Int)),
            (at("floor_area_m2"), area.map(Value::Real)),
        ]
        .into_iter()
        .filter_map(|(at, value)| Some((at, value?)))
        .collect();
        pairs.sort_by_key(|(at, _)| *at);
        let mut record = Record::new(Layer::Facility, RecordId::from_bits(id), Fields::from_pairs(pairs));
        let day = Date::new(2026, 1, 1).unwrap();
        record.valid = Period::new(from.map(|days| day.plus_days(days)), None).unwrap();
        record
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]
        /// Arranging by ranks is sorting by marks.
        #[test]
        fn ranks_stand_as_marks_do(
            rows in prop::collection::vec((
                prop::option::of("[a-cA-C中华山翠湖大观]{0,3}"),
                prop::option::of(-3i64..3),
                prop::option::of(prop::sample::select(vec![-1e9, -0.5, -0.0, 0.0, 0.5, 3e300])),
                prop::option::of(-2i32..2),
            ), 0..60),
            fields in prop::sample::subsequence(vec!["name", "beds", "floor_area_m2", "valid_from"], 1..4),
            falling in prop::collection::vec(any::<bool>(), 4),
        ) {
            let records: Vec<Arc<Record>> = rows
                .into_iter()
                .enumerate()
                .map(|(at, (name, beds, area, from))| Arc::new(record(at as u128, name, beds, area, from)))
                .collect();
            let way = |falling: &bool| if *falling { Direction::Falling } else { Direction::Rising };
            let steps = fields.iter().zip(&falling).map(|(name, falling)| step(name, way(falling)));
            let order = Order(steps.collect());
            let mut wanted = records.clone();
            wanted.sort_by(|a, b| order.compare(&order.mark(a), &order.mark(b)));
            let found = order.arrange(&records.iter().collect::<Vec<_>>());
            prop_assert_eq!(found, wanted);
        }
    }
}
