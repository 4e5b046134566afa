//! Which files the records list, now and in all of the log: what must be kept beside the register.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use super::{Register, StoreError};
use crate::model::{Layer, MediaName, RecordId, Revision, listed};
use crate::store::{Span, Which};

/// Who lists a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lister {
    /// its layer
    pub layer: Layer,
    /// the first record that listed it
    pub id: RecordId,
}

impl Register {
    /// All files that any version of a record has ever listed. Costs one reading of the log.
    pub fn files_listed(&self) -> Result<BTreeMap<MediaName, Lister>, StoreError> {
        let mut all = BTreeMap::new();
        self.store.changes(Which::Span(Span::after(Revision(0))), &mut |_, change| {
            for record in [change.before(), change.after()].into_iter().flatten() {
                for name in listed(record).into_iter().filter_map(|one| one.name) {
                    all.entry(name).or_insert(Lister { layer: record.layer, id: record.id });
                }
            }
            ControlFlow::Continue(())
        })?;
        Ok(all)
    }
}
