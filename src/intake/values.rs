//! One cell to one value: codes as text, words through code lists, and what is kept as it came.

use serde_json::{Map, Number, Value as Json};

use super::marker;
use crate::model::vocab::{self, CodeList};
use crate::model::{FieldDef, FieldKind, ItemKind, RefBy, Value, ValueError};

/// 2^53: whole numbers beyond it lose digits in JSON and are kept as text.
const SAFE: f64 = 9_007_199_254_740_992.0;

/// How the cells of a column are read; made once per column.
#[derive(Clone, Copy)]
pub(super) struct Reader {
    /// the field
    pub field: &'static FieldDef,
    list: Option<&'static CodeList>,
    code: bool,
}

impl Reader {
    pub(super) fn new(field: &'static FieldDef) -> Self {
        let by_code = field.refers.is_some_and(|reference| reference.by == RefBy::Code);
        let name = field.name;
        Self {
            field,
            list: field.list.map(vocab::list),
            code: by_code || name == "code" || name.ends_with("_code") || name.ends_with("_codes"),
        }
    }

    /// The value of a cell; nothing for a blank one. A cell that does not fit comes back with the reason.
    pub(super) fn read(&self, cell: Json) -> Result<Option<Value>, (Json, ValueError)> {
        let value = match self.plain(cell)? {
            Some(Value::Text(text)) if self.code => Value::Text(code_text(text)),
            Some(value) => value,
            None => return Ok(None),
        };
        let (Some(list), Value::Text(word)) = (self.list, &value) else { return Ok(Some(value)) };
        match list.code_of(word) {
            Some(code) if *code == **word => Ok(Some(value)),
            Some(code) => Ok(Some(Value::Text(code.into()))),
            None if list.open => Ok(Some(value)),
            None => {
                let found: String = word.chars().take(60).collect();
                let error = ValueError::List { list: self.field.list.unwrap_or_default(), found };
                Err((value.to_json(), error))
            }
        }
    }

    fn is_references_in_words(&self, text: &str) -> bool {
        self.field.name == "references" && !text.trim_start().starts_with('[')
    }

    fn plain(&self, cell: Json) -> Result<Option<Value>, (Json, ValueError)> {
        let kind = self.field.kind;
        match (kind, cell) {
            // The commonest case takes the text over as it is.
            (FieldKind::Text, Json::String(text)) => {
                let trimmed = text.trim();
                Ok(match trimmed.len() {
                    0 => None,
                    n if n == text.len() => Some(Value::Text(text.into_boxed_str())),
                    _ => Some(Value::Text(trimmed.into())),
                })
            }
            (FieldKind::Bool | FieldKind::List(ItemKind::Text), Json::Number(number)) => {
                Value::from_text(kind, &number_text(&number)).map_err(|error| (Json::Number(number), error))
            }
            (FieldKind::Int, Json::String(text)) if self.field.name == "faces" => {
                marker::faces_of_text(&text).map_err(|error| (Json::String(text), error))
            }
            (FieldKind::List(ItemKind::Object(_)), Json::String(text))
                if self.is_references_in_words(&text) =>
            {
                Ok(marker::references_of_text(&text).map(|list| Value::List(Box::new(list))))
            }
            (FieldKind::Text, Json::Number(number)) => Ok(Some(Value::Text(number_text(&number).into()))),
            (FieldKind::List(ItemKind::Object(_)), cell) => {
                Value::from_json_whole(kind, &cell).map_err(|error| (cell, error))
            }
            (_, cell) => Value::from_json(kind, &cell).map_err(|error| (cell, error)),
        }
    }
}

/// A cell as text, for ids and keys; nothing for a blank one.
pub(super) fn cell_text(cell: &Json) -> Option<Box<str>> {
    match cell {
        Json::String(text) => Some(code_text(text.trim().into())).filter(|text| !text.is_empty()),
        Json::Number(number) => Some(number_text(number).into()),
        Json::Bool(flag) => Some(flag.to_string().into()),
        _ => None,
    }
}

/// A code that a spreadsheet has made a number of: `530102.0` is `530102`.
fn code_text(text: Box<str>) -> Box<str> {
    match text.strip_suffix(".0") {
        Some(whole) if !whole.is_empty() && whole.bytes().all(|b| b.is_ascii_digit()) => whole.into(),
        _ => text,
    }
}

fn number_text(number: &Number) -> String {
    match number.as_f64() {
        Some(f) if number.is_f64() => format!("{}", f + 0.0),
        _ => number.to_string(),
    }
}

/// A cell that is an object, or text that reads as one.
pub(super) fn object(cell: Json) -> Result<Map<String, Json>, Json> {
    match cell {
        Json::Object(members) => Ok(members),
        Json::String(text) if text.starts_with('{') => match serde_json::from_str(&text) {
            Ok(members) => Ok(members),
            Err(_) => Err(Json::String(text)),
        },
        other => Err(other),
    }
}

/// A cell as `extra` keeps it: in the form in which the log's canonical JSON gives it back.
/// Nothing for null and empty text.
pub(super) fn kept(cell: Json) -> Option<Json> {
    match cell {
        Json::Null => None,
        Json::String(text) if text.is_empty() => None,
        cell => Some(settled(cell)),
    }
}

fn settled(json: Json) -> Json {
    match json {
        Json::Number(number) => settled_number(number),
        Json::Array(items) => Json::Array(items.into_iter().map(settled).collect()),
        Json::Object(members) => {
            let members: Map<String, Json> =
                members.into_iter().map(|(name, member)| (name, settled(member))).collect();
            Json::Object(members)
        }
        other => other,
    }
}

fn settled_number(number: Number) -> Json {
    match (number.as_i64(), number.as_f64()) {
        (Some(whole), _) if (whole as f64).abs() < SAFE => Json::from(whole),
        _ if !number.is_f64() => Json::String(number.to_string()),
        (_, Some(f)) if f.fract() == 0.0 && f.abs() < SAFE => Json::from(f as i64),
        // Canonical JSON writes these without an exponent, as the whole numbers that readers spoil.
        (_, Some(f)) if f.fract() == 0.0 && f.abs() < 1e21 => Json::String(format!("{f}")),
        (_, Some(f)) => Json::from(f),
        _ => Json::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Layer, canonical_json};
    use proptest::prelude::*;
    use serde_json::json;

    fn read(layer: Layer, field: &str, cell: Json) -> Result<Option<Json>, Json> {
        let reader = Reader::new(layer.def().field(field).unwrap());
        reader.read(cell).map(|value| value.map(|v| v.to_json())).map_err(|(cell, _)| cell)
    }

    #[test]
    fn codes_are_text_and_words_become_codes() {
        for (field, cell, value) in [
            ("code", json!(110101001000_u64), json!("110101001000")),
            ("code", json!(110101001000.0), json!("110101001000")),
            ("code", json!("530102.0"), json!("530102")),
            ("parent_code", json!(" 530102 "), json!("530102")),
            ("kind", json!("街道"), json!("subdistrict")),
            ("kind", json!("自创的种类"), json!("自创的种类")),
            ("level", json!("街道"), json!("township")),
            ("population", json!("1,234"), json!(1234)),
            ("population", json!(5.0), json!(5)),
            ("set_up_date", json!("1983年4月1日"), json!("1983-04-01")),
            ("former_names", json!("甲；乙"), json!(["甲", "乙"])),
            ("former_names", json!(7), json!(["7"])),
        ] {
            assert_eq!(read(Layer::Division, field, cell.clone()), Ok(Some(value)), "{field} {cell}");
        }
        assert_eq!(read(Layer::Division, "level", json!("银河")), Err(json!("银河")));
        assert_eq!(read(Layer::Division, "population", json!("很多")), Err(json!("很多")));
        assert_eq!(read(Layer::Division, "population", json!("  ")), Ok(None));
        assert_eq!(read(Layer::Road, "bridge", json!(1.0)), Ok(Some(json!(true))));
        let references = json!([{"object": "塔", "azimuth_deg": "12.5", "distance_m": ""}]);
        let fitted = read(Layer::BoundaryMarker, "references", references);
        assert_eq!(fitted, Ok(Some(json!([{"object": "塔", "azimuth_deg": 12.5}]))));
    }

    proptest! {
        #[test]
        fn what_is_kept_comes_back_from_the_log_the_same(f in any::<f64>().prop_filter("finite", |f| f.is_finite()), i in any::<i64>(), u in any::<u64>()) {
            let whole = f.trunc();
            for cell in [json!(f), json!(whole), json!(i), json!(u), json!([i, {"a": f}])] {
                let kept = kept(cell).unwrap_or_default();
                let mut bytes = Vec::new();
                canonical_json(&kept, &mut bytes);
                let back: Json = serde_json::from_slice(&bytes).map_err(|e| TestCaseError::fail(e.to_string()))?;
                let again = super::kept(back.clone()).unwrap_or_default();
                prop_assert_eq!(&again, &kept, "{}", String::from_utf8_lossy(&bytes));
            }
        }
    }
}
