//! Sums of fields over records: whole numbers exactly, others without the noise of adding many.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value as Json;

use crate::model::{FieldDef, FieldKind, Layer, Record, Value};

/// The figures of one field.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Figures {
    /// whole where the field is
    #[schema(value_type = f64)]
    sum: Json,
    /// none where no record has a value
    #[schema(value_type = Option<f64>)]
    min: Json,
    #[schema(value_type = Option<f64>)]
    max: Json,
    /// records with a value
    count: usize,
}

/// A field that is summed, and where records hold it.
#[derive(Clone, Copy, Debug)]
pub struct Summed {
    field: &'static FieldDef,
    at: usize,
}

impl Summed {
    /// An own field of a layer; `None` for any other.
    pub fn of(layer: Layer, field: &'static FieldDef) -> Option<Self> {
        layer.def().index_of(field.name).map(|at| Self { field, at })
    }
}

/// One field's sum while records are added.
#[derive(Clone, Debug, Default)]
struct Sum {
    count: usize,
    whole: i128,
    real: f64,
    /// what the last additions lost (Neumaier)
    lost: f64,
    ends: Option<(f64, f64)>,
}

/// The sums of some fields over some records.
pub struct Tally<'a> {
    fields: &'a [Summed],
    sums: Vec<Sum>,
    /// records added
    pub count: usize,
}

impl Sum {
    fn add(&mut self, value: f64) {
        let next = self.real + value;
        self.lost +=
            if self.real.abs() >= value.abs() { self.real - next + value } else { value - next + self.real };
        self.real = next;
        self.reach(value, value);
    }

    fn reach(&mut self, low: f64, high: f64) {
        let (min, max) = self.ends.unwrap_or((low, high));
        self.ends = Some((min.min(low), max.max(high)));
    }

    fn figures(&self, kind: FieldKind) -> Figures {
        let whole = kind == FieldKind::Int;
        let json = |value: f64| if whole { Json::from(value as i64) } else { Json::from(value) };
        let sum = match i64::try_from(self.whole) {
            Ok(sum) if whole => Json::from(sum),
            _ if whole => Json::from(self.whole as f64),
            _ => Json::from(self.real + self.lost),
        };
        let ends = self.ends.map(|(min, max)| (json(min), json(max)));
        let (min, max) = ends.unwrap_or((Json::Null, Json::Null));
        Figures { sum, min, max, count: self.count }
    }
}

impl<'a> Tally<'a> {
    /// Nothing yet.
    pub fn of(fields: &'a [Summed]) -> Self {
        Self { fields, sums: vec![Sum::default(); fields.len()], count: 0 }
    }

    /// Adds a record.
    pub fn add(&mut self, record: &Record) {
        self.count += 1;
        for (field, sum) in self.fields.iter().zip(&mut self.sums) {
            match record.fields.get(field.at) {
                Some(Value::Int(number)) => {
                    sum.count += 1;
                    sum.whole += i128::from(*number);
                    sum.reach(*number as f64, *number as f64);
                }
                Some(Value::Real(number)) => {
                    sum.count += 1;
                    sum.add(*number);
                }
                _ => {}
            }
        }
    }

    /// Adds what another has.
    pub fn join(&mut self, other: &Self) {
        self.count += other.count;
        for (sum, more) in self.sums.iter_mut().zip(&other.sums) {
            sum.count += more.count;
            sum.whole += more.whole;
            if let Some((low, high)) = more.ends {
                let next = sum.real + more.real;
                sum.lost += more.lost
                    + if sum.real.abs() >= more.real.abs() {
                        sum.real - next + more.real
                    } else {
                        more.real - next + sum.real
                    };
                sum.real = next;
                sum.reach(low, high);
            }
        }
    }

    /// The figures by field.
    pub fn figures(&self) -> BTreeMap<&'static str, Figures> {
        let of = |(summed, sum): (&Summed, &Sum)| (summed.field.name, sum.figures(summed.field.kind));
        self.fields.iter().zip(&self.sums).map(of).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Fields, RecordId};

    #[test]
    fn many_small_numbers_are_added_without_noise() {
        let def = Layer::Facility.def();
        let summed = |name: &str| Summed::of(Layer::Facility, def.field(name).unwrap()).unwrap();
        let fields = [summed("floor_area_m2"), summed("beds")];
        let (area, beds) = (def.index_of("floor_area_m2").unwrap(), def.index_of("beds").unwrap());
        let id: RecordId = "01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().unwrap();
        let of = |pairs: Vec<(usize, Value)>| Record::new(Layer::Facility, id, Fields::from_pairs(pairs));
        let (mut left, mut right) = (Tally::of(&fields), Tally::of(&fields));
        for n in 0..1000 {
            let tally = if n % 3 == 0 { &mut left } else { &mut right };
            tally.add(&of(vec![(area, Value::Real(0.1))]));
        }
        left.add(&of(vec![(area, Value::Real(1e15)), (beds, Value::Int(7))]));
        left.add(&of(vec![(area, Value::Real(-1e15))]));
        left.join(&right);
        let figures = left.figures();
        assert_eq!(left.count, 1002);
        assert_eq!(figures["floor_area_m2"].sum, Json::from(100.0));
        assert_eq!(
            (figures["floor_area_m2"].min.as_f64(), figures["floor_area_m2"].count),
            (Some(-1e15), 1002)
        );
        assert_eq!(figures["beds"], Figures { sum: 7.into(), min: 7.into(), max: 7.into(), count: 1 });
    }
}
