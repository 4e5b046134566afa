//! What the rules on communities have in common: which divisions are communities, and how many households these have.

use std::collections::HashMap;
use std::sync::Arc;

use super::{Notice, Scene};
use crate::model::layers::DivisionLevel;
use crate::model::{Bilingual, Date, Layer, Record, Value, geometry, vocab};

/// Communities in scope: villages have rules of their own.
pub(super) fn communities<'a>(scene: &Scene<'a>) -> impl Iterator<Item = &'a Arc<Record>> {
    scene.divisions().filter(|record| is_community(record))
}

/// Whether a division is a community and no village.
pub(super) fn is_community(record: &Record) -> bool {
    record.text("level") == Some(DivisionLevel::Community.code()) && record.text("kind") == Some("community")
}

/// A number of households, and of which kind and day.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Count {
    pub number: i64,
    /// code of `household_kind`
    pub kind: String,
    pub counted: Option<Date>,
}

/// Households of divisions that hold on the day.
pub(super) struct Counts<'a> {
    by_code: HashMap<&'a str, Vec<&'a Arc<Record>>>,
    by_id: HashMap<&'a str, Vec<&'a Arc<Record>>>,
}

impl<'a> Counts<'a> {
    /// All of them. O(counts).
    pub fn of(scene: &Scene<'a>) -> Self {
        let (mut by_code, mut by_id) = (HashMap::<_, Vec<_>>::new(), HashMap::<_, Vec<_>>::new());
        for record in scene.snapshot().layer(Layer::HouseholdCount).iter() {
            if !record.valid.contains(scene.day()) || record.text("subject_layer") != Some("division") {
                continue;
            }
            if let Some(code) = record.text("subject_code") {
                by_code.entry(code).or_default().push(record);
            } else if let Some(id) = record.text("subject_id") {
                by_id.entry(id).or_default().push(record);
            }
        }
        Self { by_code, by_id }
    }

    /// The newest count of the first of these kinds that there is one of.
    pub fn get(&self, division: &Record, kinds: &[String]) -> Option<Count> {
        let id = division.id.to_string();
        let own = division.code.as_deref().and_then(|code| self.by_code.get(code)).into_iter();
        let own: Vec<_> = own.chain(self.by_id.get(id.as_str())).flatten().collect();
        kinds.iter().find_map(|kind| {
            let of_kind = own.iter().filter(|record| record.text("kind") == Some(kind));
            let newest = of_kind.max_by_key(|record| (date(record), record.id))?;
            let number = number(newest, "number")? as i64;
            Some(Count { number, kind: kind.clone(), counted: date(newest) })
        })
    }
}

fn date(record: &Record) -> Option<Date> {
    match record.get("counted") {
        Some(Value::Date(date)) => Some(date),
        _ => None,
    }
}

/// A field that holds a number.
pub(super) fn number(record: &Record, field: &str) -> Option<f64> {
    match record.get(field)? {
        Value::Int(number) => Some(number as f64),
        Value::Real(number) => Some(number),
        _ => None,
    }
}

impl Count {
    /// The figure with its kind and day: 户籍户 6213 户（2025-12-31）.
    pub fn words(&self) -> Bilingual {
        let title = vocab::list("household_kind").get(&self.kind).map(|value| value.title.clone());
        let title = title.unwrap_or_else(|| Bilingual::new(self.kind.clone(), self.kind.clone()));
        let (zh, en) =
            self.counted.map_or_else(Default::default, |day| (format!("（{day}）"), format!(" ({day})")));
        Bilingual::new(
            format!("{} {} 户{zh}", title.zh, self.number),
            format!("{} {}{en}", self.number, title.en.to_lowercase()),
        )
    }
}

/// A place inside of a record's ground, for findings about the whole of it.
pub(super) fn about(record: &Record, what: Bilingual) -> Notice<'_> {
    use geo::InteriorPoint as _;
    let notice = Notice::new(record, what.zh, what.en);
    match record.geometry.as_deref().and_then(|ground| ground.interior_point()) {
        Some(at) => notice.at(geometry::round(at.0)),
        None => notice,
    }
}
