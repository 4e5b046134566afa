//! Filters in CQL2, text and JSON, over the records of one layer.
//!
//! What is asked is read by the crate `cql2` within bounds (it comes from strangers), then translated
//! once, against the layer's definition, into a small typed predicate: an unknown property or a wrong
//! type is an error before the first record is looked at. Logic has three values, as in SQL: a
//! comparison with an absent value is neither true nor false, and only what is true is kept.
//!
//! Nothing here knows HTTP, who may see what, or a snapshot: the caller asks for the boxes to look
//! into ([`Filter::windows`]) and shows each record ([`Filter::admits`]).

mod compile;
mod error;
mod parse;
mod predicate;
mod space;
mod text;
mod time;

pub use error::FilterError;
pub use parse::{Form, canonical};

use geo_types::Rect;

use crate::crs::Crs;
use crate::model::{COMMON_FIELDS, FieldDef, FieldKind, ItemKind, Layer, Record};
use predicate::Test;

/// A filter for one layer.
#[derive(Debug)]
pub struct Filter {
    test: Test,
}

impl Filter {
    /// Reads a filter for a layer; coordinates in it are of `crs`, in the order of its authority.
    pub fn read(text: &str, form: Form, layer: Layer, crs: &Crs) -> Result<Self, FilterError> {
        let expression = canonical(text, form)?;
        Ok(Self { test: compile::compile(&expression, layer, crs)? })
    }

    /// Whether the filter is true of the record.
    pub fn admits(&self, record: &Record) -> bool {
        self.test.truth(record) == Some(true)
    }

    /// Boxes outside of which the filter is never true (degrees); `None` where there are no such bounds.
    pub fn windows(&self) -> Option<Vec<Rect>> {
        self.test.windows()
    }
}

/// The fields of a layer that a filter may name, beside `id` and `geometry`: all but lists of objects.
pub fn queryables(layer: Layer) -> impl Iterator<Item = &'static FieldDef> {
    let plain = |field: &&FieldDef| !matches!(field.kind, FieldKind::List(ItemKind::Object(_)));
    COMMON_FIELDS.iter().chain(layer.def().fields).filter(plain)
}
