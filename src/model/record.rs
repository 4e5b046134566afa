//! One version of a fact.

use std::sync::Arc;

use geo_types::Geometry;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::layers::LayerStruct;
use super::{COMMON_FIELDS, Layer, Period, RecordId, Value};

/// Who may see a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Secrecy {
    /// 公开
    #[default]
    Public,
    /// 内部
    Internal,
    /// 秘密
    Secret,
}

impl Secrecy {
    /// All classes, the lowest first.
    pub const ALL: [Self; 3] = [Self::Public, Self::Internal, Self::Secret];

    /// Its word in the code list `secrecy`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Internal => "internal",
            Self::Secret => "secret",
        }
    }

    /// By its word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.code() == code)
    }
}

/// Key of a stored row: a fact and which of its lawful versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordKey {
    /// the fact
    pub id: RecordId,
    /// its version, from 1
    pub version: u32,
}

/// A record's own fields by their place in the layer's definition; only those that have a value.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Fields(Box<[(u8, Value)]>);

impl Fields {
    /// From pairs of place and value, rising by place.
    pub fn from_pairs(pairs: impl IntoIterator<Item = (usize, Value)>) -> Self {
        let pairs: Box<[_]> = pairs.into_iter().map(|(index, value)| (index as u8, value)).collect();
        debug_assert!(pairs.windows(2).all(|w| w[0].0 < w[1].0));
        Self(pairs)
    }

    /// The value at a place.
    pub fn get(&self, index: usize) -> Option<&Value> {
        let at = self.0.binary_search_by_key(&index, |(i, _)| usize::from(*i)).ok()?;
        Some(&self.0[at].1)
    }

    /// All that have a value.
    pub fn iter(&self) -> impl Iterator<Item = (usize, &Value)> {
        self.0.iter().map(|(index, value)| (usize::from(*index), value))
    }

    /// The same with one value set or taken away.
    #[must_use]
    pub fn with(&self, index: usize, value: Option<Value>) -> Self {
        let mut pairs: Vec<_> = self.0.iter().filter(|(i, _)| usize::from(*i) != index).cloned().collect();
        if let Some(value) = value {
            let at = pairs.partition_point(|(i, _)| usize::from(*i) < index);
            pairs.insert(at, (index as u8, value));
        }
        Self(pairs.into())
    }
}

/// One version of a fact: what a stored row, a feature on the wire and a line of a table hold.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// its layer
    pub layer: Layer,
    /// the fact
    pub id: RecordId,
    /// which lawful version, from 1
    pub version: u32,
    /// when it holds in law
    pub valid: Period,
    /// who may see it
    pub secrecy: Secrecy,
    /// business code
    pub code: Option<Box<str>>,
    /// where it comes from
    pub source: Option<Arc<str>>,
    /// remarks
    pub remarks: Option<Box<str>>,
    /// own fields
    pub fields: Fields,
    /// columns of an import that the layer does not know
    pub extra: Option<Box<Map<String, Json>>>,
    /// CGCS2000 longitude and latitude (EPSG:4490), degrees, settled (see `geometry::settle`)
    pub geometry: Option<Arc<Geometry>>,
}

impl Record {
    /// A first version, public, valid always, without geometry.
    pub fn new(layer: Layer, id: RecordId, fields: Fields) -> Self {
        Self {
            layer,
            id,
            version: 1,
            valid: Period::ALWAYS,
            secrecy: Secrecy::Public,
            code: None,
            source: None,
            remarks: None,
            fields,
            extra: None,
            geometry: None,
        }
    }

    /// The same from a layer's struct.
    pub fn of<T: LayerStruct>(id: RecordId, fields: T) -> Self {
        Self::new(T::LAYER, id, fields.into_fields())
    }

    /// Its fields as the layer's struct; the name of a field that does not fit otherwise.
    pub fn read<T: LayerStruct>(&self) -> Result<T, &'static str> {
        if self.layer == T::LAYER { T::from_fields(&self.fields) } else { Err("layer") }
    }

    /// Its key.
    pub fn key(&self) -> RecordKey {
        RecordKey { id: self.id, version: self.version }
    }

    /// An own or common field by name.
    pub fn get(&self, name: &str) -> Option<Value> {
        let text = |t: &str| Some(Value::Text(t.into()));
        if COMMON_FIELDS.iter().any(|field| field.name == name) {
            return match name {
                "code" => self.code.as_deref().and_then(text),
                "valid_from" => self.valid.from().map(Value::Date),
                "valid_to" => self.valid.to().map(Value::Date),
                "source" => self.source.as_deref().and_then(text),
                "secrecy" => text(self.secrecy.code()),
                _ => self.remarks.as_deref().and_then(text),
            };
        }
        self.fields.get(self.layer.def().index_of(name)?).cloned()
    }

    /// Text of an own field by name.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.fields.get(self.layer.def().index_of(name)?)?.as_text()
    }

    /// What it is called on maps and in lists: the layer's label field, else its code.
    pub fn label(&self) -> Option<&str> {
        let own = self.layer.def().label_field().and_then(|at| self.fields.get(at)).and_then(Value::as_text);
        own.or(self.code.as_deref())
    }
}
