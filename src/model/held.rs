//! Values where they lie: a field's place is found once, its value is then read from many records uncopied.

use super::{COMMON_FIELDS, Date, Layer, Record, Value};

/// Where a record of some layer holds a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// among its own fields
    Own(usize),
    /// business code
    Code,
    /// first day
    From,
    /// last day
    To,
    /// where it comes from
    Source,
    /// who may see it
    Secrecy,
    /// remarks
    Remarks,
}

/// A value that is not copied.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Held<'a> {
    /// text, also every code
    Text(&'a str),
    /// a day
    Date(Date),
    /// any other
    Other(&'a Value),
}

impl Place {
    /// Of an own or common field; `None` where the layer has none of that name.
    pub fn of(layer: Layer, name: &str) -> Option<Self> {
        if let Some(at) = layer.def().index_of(name) {
            return Some(Self::Own(at));
        }
        let known = COMMON_FIELDS.iter().any(|field| field.name == name);
        known.then_some(match name {
            "code" => Self::Code,
            "valid_from" => Self::From,
            "valid_to" => Self::To,
            "source" => Self::Source,
            "secrecy" => Self::Secrecy,
            _ => Self::Remarks,
        })
    }
}

impl Record {
    /// The value at a place of its layer.
    pub fn held(&self, place: Place) -> Option<Held<'_>> {
        match place {
            Place::Own(at) => self.fields.get(at).map(Held::from),
            Place::Code => self.code.as_deref().map(Held::Text),
            Place::From => self.valid.from().map(Held::Date),
            Place::To => self.valid.to().map(Held::Date),
            Place::Source => self.source.as_deref().map(Held::Text),
            Place::Secrecy => Some(Held::Text(self.secrecy.code())),
            Place::Remarks => self.remarks.as_deref().map(Held::Text),
        }
    }
}

impl<'a> From<&'a Value> for Held<'a> {
    fn from(value: &'a Value) -> Self {
        match value {
            Value::Text(text) => Self::Text(text),
            Value::Date(day) => Self::Date(*day),
            other => Self::Other(other),
        }
    }
}

impl Held<'_> {
    /// The value itself.
    pub fn to_value(self) -> Value {
        match self {
            Self::Text(text) => Value::Text(text.into()),
            Self::Date(day) => Value::Date(day),
            Self::Other(value) => value.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Fields, Period, Secrecy};

    #[test]
    fn what_is_held_is_what_is_got_by_name() {
        let layer = Layer::Facility;
        let at = |name: &str| layer.def().index_of(name).unwrap();
        let mut pairs = vec![(at("name"), Value::Text("翠湖小学".into())), (at("capacity"), Value::Int(30))];
        pairs.sort_by_key(|(at, _)| *at);
        let mut record =
            Record::new(layer, "01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().unwrap(), Fields::from_pairs(pairs));
        record.code = Some("F1".into());
        record.valid = Period::new(Date::new(2026, 1, 1), None).unwrap();
        record.secrecy = Secrecy::Internal;
        for field in COMMON_FIELDS.iter().chain(layer.def().fields) {
            let place = Place::of(layer, field.name).unwrap();
            assert_eq!(record.held(place).map(Held::to_value), record.get(field.name), "{}", field.name);
        }
        assert_eq!(Place::of(layer, "moon"), None);
    }
}
