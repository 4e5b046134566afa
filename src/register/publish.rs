//! What a register shows to everybody, as a register of its own: for a second server outside, so that the one inside
//! need never face the internet.

use std::convert::Infallible;
use std::sync::Arc;

use super::{CommitError, Head, Register};
use crate::model::{Change, Header, Layer, Record, RefBy, Reference, Secrecy, Value};
use crate::snapshot::{LayerView, Snapshot};

/// Letters of an id.
const ID_LENGTH: usize = 26;

/// What was published.
#[derive(Clone, Copy, Debug)]
pub struct Published {
    /// the change set that it is in the new register; `None` where there was nothing
    pub head: Option<Head>,
    /// rows taken over
    pub rows: usize,
    /// rows that are not public, or cannot stand without one that is not
    pub left_out: usize,
}

impl Register {
    /// Writes the public records of the newest revision into an empty register, without guarded attributes and
    /// without pointing at records that are not public. The log stays inside: what was once public and is not any more
    /// is not in it.
    pub fn publish_into(
        &self,
        target: &Register,
        header: Header,
    ) -> Result<Published, CommitError<Infallible>> {
        let (whole, seen) = (self.snapshot(), self.snapshot_up_to(Secrecy::Public));
        let all: usize = Layer::ALL.iter().map(|layer| whole.layer(*layer).len()).sum();
        let mut changes: Vec<Change> = Layer::ALL
            .iter()
            .flat_map(|layer| seen.layer(*layer).iter())
            .filter_map(|record| published(&seen, record))
            .map(Change::insert)
            .collect();
        let rows = changes.len();
        if rows == 0 {
            return Ok(Published { head: None, rows, left_out: all });
        }
        let head = target.commit(header, |_| Ok::<_, Infallible>(std::mem::take(&mut changes)))?;
        Ok(Published { head: Some(head), rows, left_out: all - rows })
    }
}

/// The record as it is published; `None` where it is not.
fn published(seen: &Snapshot, record: &Arc<Record>) -> Option<Record> {
    if record.secrecy > Secrecy::Public {
        return None;
    }
    let mut public = (**record).clone();
    for (at, field) in record.layer.def().fields.iter().enumerate() {
        let Some(value) = record.fields.get(at) else { continue };
        let text = value.as_text();
        let hidden = match field.refers {
            Some(refers) => text.is_some_and(|text| is_hidden(seen, refers, text)),
            None => text.is_some_and(|text| is_hidden_id(seen, text)),
        };
        if hidden {
            if field.required {
                return None;
            }
            public.fields = public.fields.with(at, None);
        }
        if let (Some(refers), Value::List(items)) = (field.refers, value)
            && let Some(items) = items.as_array()
            && items.iter().any(|item| item.as_str().is_some_and(|text| is_hidden(seen, refers, text)))
        {
            let open =
                |item: &&serde_json::Value| item.as_str().is_none_or(|text| !is_hidden(seen, refers, text));
            let left: Vec<_> = items.iter().filter(open).cloned().collect();
            public.fields = public.fields.with(at, Some(Value::List(Box::new(left.into()))));
        }
    }
    Some(public)
}

/// Whether a text is the id of a record of any layer that is not public: what a count is of is not said by a
/// definition.
fn is_hidden_id(seen: &Snapshot, text: &str) -> bool {
    text.len() == ID_LENGTH
        && text.parse::<crate::model::RecordId>().is_ok()
        && Layer::ALL.iter().any(|layer| is_hidden(seen, Reference { layer: *layer, by: RefBy::Id }, text))
}

/// Whether what is named is there and none of it is public.
fn is_hidden(seen: &Snapshot, to: Reference, name: &str) -> bool {
    let rows: &LayerView = seen.layer(to.layer);
    let mut found = match to.by {
        RefBy::Id => match name.parse() {
            Ok(id) => rows.versions(id).cloned().collect::<Vec<_>>(),
            Err(_) => return false,
        },
        RefBy::Code => rows.by_code(name).cloned().collect(),
    }
    .into_iter()
    .peekable();
    found.peek().is_some() && found.all(|record| record.secrecy > Secrecy::Public)
}
