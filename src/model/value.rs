//! One field's value, and how Rust types map to it.

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value as Json;

use super::{Bilingual, Date, FieldKind, ItemKind};

/// A value that is there; an absent one is not stored.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// text, also every code
    Text(Box<str>),
    /// whole number within ±2^53, so that JSON keeps it
    Int(i64),
    /// finite number
    Real(f64),
    /// yes or no
    Bool(bool),
    /// day
    Date(Date),
    /// list of texts or of objects
    List(Box<Json>),
}

/// Why a text or JSON is no value of a field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ValueError {
    /// wrong kind
    #[error("expected {expected}, found {found}")]
    Kind {
        /// what the field takes
        expected: &'static str,
        /// what was there, shortened
        found: String,
    },
    /// not of the code list
    #[error("{found:?} is not in the code list {list}")]
    List {
        /// name of the code list
        list: &'static str,
        /// what was there
        found: String,
    },
}

impl ValueError {
    /// The same for an official.
    pub fn sentence(&self) -> Bilingual {
        let zh = match self {
            Self::Kind { expected, found } => {
                let expected = match *expected {
                    "text" => "文字",
                    "whole number" => "整数",
                    "number" => "数字",
                    "yes/no" => "是或否",
                    "date" => "日期（如 2026-11-21）",
                    "list" => "列表",
                    other => other,
                };
                format!("应为{expected}，实为“{found}”")
            }
            Self::List { list, found } => format!("“{found}”不在代码表 {list} 中"),
        };
        Bilingual::new(zh, self.to_string())
    }
}

/// 2^53: beyond it JSON readers lose digits.
pub const SAFE_INT: i64 = 1 << 53;

impl Value {
    /// Its text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// As JSON on the wire.
    pub fn to_json(&self) -> Json {
        match self {
            Self::Text(text) => Json::from(&**text),
            Self::Int(number) => Json::from(*number),
            Self::Real(number) => Json::from(*number),
            Self::Bool(flag) => Json::from(*flag),
            Self::Date(date) => Json::from(date.to_string()),
            Self::List(list) => (**list).clone(),
        }
    }

    /// Reads JSON as a value of that kind; `Ok(None)` for null and empty text.
    ///
    /// Texts are taken for numbers, flags and days where they read as such, and numbers for texts:
    /// a code that a file holds as a number is text here.
    pub fn from_json(kind: FieldKind, json: &Json) -> Result<Option<Self>, ValueError> {
        match json {
            Json::Null => Ok(None),
            Json::String(text) => Self::from_text(kind, text),
            Json::Number(number) => match kind {
                FieldKind::Text | FieldKind::Date => Self::from_text(kind, &number_text(number)),
                FieldKind::Int => {
                    let whole = number.as_i64().or_else(|| {
                        number
                            .as_f64()
                            .filter(|f| f.fract() == 0.0 && f.abs() < SAFE_INT as f64)
                            .map(|f| f as i64)
                    });
                    Self::int(whole).ok_or_else(|| mismatch(kind, json)).map(Some)
                }
                FieldKind::Real => Ok(Some(Self::Real(
                    number.as_f64().filter(|f| f.is_finite()).ok_or_else(|| mismatch(kind, json))?,
                ))),
                FieldKind::Bool if number.as_i64() == Some(0) => Ok(Some(Self::Bool(false))),
                FieldKind::Bool if number.as_i64() == Some(1) => Ok(Some(Self::Bool(true))),
                FieldKind::Bool | FieldKind::List(_) => Err(mismatch(kind, json)),
            },
            Json::Bool(flag) => match kind {
                FieldKind::Bool => Ok(Some(Self::Bool(*flag))),
                FieldKind::Text => Ok(Some(Self::Text(if *flag { "true" } else { "false" }.into()))),
                _ => Err(mismatch(kind, json)),
            },
            Json::Array(items) => match kind {
                FieldKind::List(_) if items.is_empty() => Ok(None),
                FieldKind::List(ItemKind::Text) if items.iter().all(Json::is_string) => {
                    Ok(Some(Self::List(Box::new(json.clone()))))
                }
                FieldKind::List(ItemKind::Object(_)) if items.iter().all(Json::is_object) => {
                    Ok(Some(Self::List(Box::new(json.clone()))))
                }
                _ => Err(mismatch(kind, json)),
            },
            Json::Object(_) => Err(mismatch(kind, json)),
        }
    }

    /// The same, where it comes from people: members of listed objects in the kinds that the layer's struct takes,
    /// empty ones left out, unknown ones as they are.
    pub fn from_json_whole(kind: FieldKind, json: &Json) -> Result<Option<Self>, ValueError> {
        let mut value = Self::from_json(kind, json)?;
        let (FieldKind::List(ItemKind::Object(members)), Some(Self::List(list))) = (kind, &mut value) else {
            return Ok(value);
        };
        for object in list.as_array_mut().into_iter().flatten().filter_map(Json::as_object_mut) {
            for member in members {
                let Some(given) = object.get_mut(member.name) else { continue };
                match Self::from_json(member.kind, given)? {
                    Some(value) => *given = value.to_json(),
                    None => {
                        object.shift_remove(member.name);
                    }
                }
            }
        }
        Ok(value)
    }

    /// Reads text as a value of that kind; `Ok(None)` for blank text.
    pub fn from_text(kind: FieldKind, text: &str) -> Result<Option<Self>, ValueError> {
        let trimmed = text.trim();
        if trimmed.is_empty() {
            return Ok(None);
        }
        let fail = || ValueError::Kind { expected: kind.name(), found: trimmed.chars().take(60).collect() };
        let value = match kind {
            FieldKind::Text => Self::Text(trimmed.into()),
            FieldKind::Int => {
                let plain = trimmed.replace([',', '，'], "");
                let plain = plain.strip_suffix(".0").unwrap_or(&plain);
                Self::int(plain.parse().ok()).ok_or_else(fail)?
            }
            FieldKind::Real => {
                let plain = trimmed.replace([',', '，'], "");
                Self::Real(plain.parse::<f64>().ok().filter(|f| f.is_finite()).ok_or_else(fail)?)
            }
            FieldKind::Bool => Self::Bool(match trimmed.to_lowercase().as_str() {
                "true" | "yes" | "y" | "1" | "t" | "是" | "有" => true,
                "false" | "no" | "n" | "0" | "f" | "否" | "无" => false,
                _ => return Err(fail()),
            }),
            FieldKind::Date => Self::Date(trimmed.parse().map_err(|_| fail())?),
            FieldKind::List(ItemKind::Text) if !trimmed.starts_with('[') => {
                let items: Vec<Json> = trimmed
                    .split([';', '；', '、', '|'])
                    .map(str::trim)
                    .filter(|i| !i.is_empty())
                    .map(Json::from)
                    .collect();
                Self::List(Box::new(Json::Array(items)))
            }
            FieldKind::List(_) => {
                let json: Json = serde_json::from_str(trimmed).map_err(|_| fail())?;
                return Self::from_json(kind, &json);
            }
        };
        Ok(Some(value))
    }

    fn int(number: Option<i64>) -> Option<Self> {
        number.filter(|n| n.abs() <= SAFE_INT).map(Self::Int)
    }
}

/// A JSON number as people would write it: no exponent, no trailing `.0`.
pub fn number_text(number: &serde_json::Number) -> String {
    match (number.as_i64(), number.as_u64(), number.as_f64()) {
        (Some(n), _, _) => n.to_string(),
        (_, Some(n), _) => n.to_string(),
        (_, _, Some(f)) => format!("{f}"),
        _ => number.to_string(),
    }
}

fn mismatch(kind: FieldKind, json: &Json) -> ValueError {
    ValueError::Kind { expected: kind.name(), found: json.to_string().chars().take(60).collect() }
}

/// A Rust type that can stand in a layer's struct.
pub trait FieldValue: Sized {
    /// the kind in which it is stored
    const KIND: FieldKind;
    /// whether a record must have it
    const REQUIRED: bool = true;
    /// the code list it is bound to
    const LIST: Option<&'static str> = None;
    /// From what is stored; `None` where it does not fit.
    fn from_value(value: Option<&Value>) -> Option<Self>;
    /// To what is stored.
    fn into_value(self) -> Option<Value>;
}

impl<T: FieldValue> FieldValue for Option<T> {
    const KIND: FieldKind = T::KIND;
    const REQUIRED: bool = false;
    const LIST: Option<&'static str> = T::LIST;
    fn from_value(value: Option<&Value>) -> Option<Self> {
        match value {
            None => Some(None),
            Some(_) => T::from_value(value).map(Some),
        }
    }
    fn into_value(self) -> Option<Value> {
        self.and_then(T::into_value)
    }
}

impl FieldValue for String {
    const KIND: FieldKind = FieldKind::Text;
    fn from_value(value: Option<&Value>) -> Option<Self> {
        value.and_then(Value::as_text).map(str::to_owned)
    }
    fn into_value(self) -> Option<Value> {
        if self.is_empty() { None } else { Some(Value::Text(self.into())) }
    }
}

macro_rules! plain_value {
    ($type:ty, $variant:ident) => {
        impl FieldValue for $type {
            const KIND: FieldKind = FieldKind::$variant;
            fn from_value(value: Option<&Value>) -> Option<Self> {
                if let Some(Value::$variant(inner)) = value { Some(*inner) } else { None }
            }
            fn into_value(self) -> Option<Value> {
                Some(Value::$variant(self))
            }
        }
    };
}
plain_value!(i64, Int);
plain_value!(f64, Real);
plain_value!(bool, Bool);
plain_value!(Date, Date);

/// What a list may hold.
pub trait ListItem: Serialize + DeserializeOwned {
    /// its shape
    const ITEM: ItemKind;
}

impl ListItem for String {
    const ITEM: ItemKind = ItemKind::Text;
}

impl<T: ListItem> FieldValue for Vec<T> {
    const KIND: FieldKind = FieldKind::List(T::ITEM);
    const REQUIRED: bool = false;
    fn from_value(value: Option<&Value>) -> Option<Self> {
        match value {
            None => Some(Self::new()),
            Some(Value::List(json)) => serde_json::from_value((**json).clone()).ok(),
            Some(_) => None,
        }
    }
    fn into_value(self) -> Option<Value> {
        if self.is_empty() {
            return None;
        }
        serde_json::to_value(self).ok().map(|json| Value::List(Box::new(whole(json))))
    }
}

/// Whole numbers as whole numbers, as the log gives them back: a list that was stored equals the same made anew.
fn whole(json: Json) -> Json {
    match json {
        Json::Number(number) => match number.as_f64() {
            Some(f) if number.is_f64() && f.fract() == 0.0 && f.abs() < SAFE_INT as f64 => {
                Json::from(f as i64)
            }
            _ => Json::Number(number),
        },
        Json::Array(items) => Json::Array(items.into_iter().map(whole).collect()),
        Json::Object(members) => {
            Json::Object(members.into_iter().map(|(name, member)| (name, whole(member))).collect())
        }
        other => other,
    }
}
