//! Several registers merged into one: each becomes one change set of the new one.
//!
//! The records keep their ids and lawful versions; the logs stay in the registers merged, which the new
//! change sets name by revision and hash.

use std::collections::HashMap;
use std::convert::Infallible;

use serde_json::json;

use super::{Clashes, CommitError, Head, Member, Register, StoreError};
use crate::model::{Change, Header, Layer, Record, RecordId, RefBy, Value};

/// Why registers are not merged.
#[derive(Debug, thiserror::Error)]
pub enum MergeError {
    /// another program changed one of them meanwhile
    #[error("{0} has been changed while it was being merged: merge again")]
    Moved(String),
    /// a store failed
    #[error(transparent)]
    Store(#[from] StoreError),
    /// the new register did not take it
    #[error(transparent)]
    Commit(#[from] CommitError<Infallible>),
}

/// What became of one register.
#[derive(Clone, Debug)]
pub struct Merged {
    /// the register
    pub member: Member,
    /// where it was
    pub from: Head,
    /// rows taken over
    pub rows: u64,
    /// rows left out, because an earlier register's with the same code stand for them; copies with the same
    /// id are not counted
    pub left_out: u64,
    /// the change set that they are; `None` where nothing was written
    pub into: Option<Head>,
}

/// Facts left out and those that stand for them.
type LeftOut = HashMap<(Layer, RecordId), RecordId>;

impl Register {
    /// Merges the registers that this is a view over into an empty one, or only counts where there is none.
    /// Of facts that clash the first is kept: whoever calls decides before whether that is wanted.
    pub fn merge_into(
        &self,
        target: Option<&Register>,
        clashes: &Clashes,
        header: &dyn Fn() -> Header,
        stop: &dyn Fn() -> bool,
    ) -> Result<Vec<Merged>, MergeError> {
        let mut left_out = LeftOut::new();
        for clash in clashes.all.iter().filter(|clash| clash.code.is_some()) {
            // What stands for it may itself be left out for one before.
            let kept = left_out.get(&(clash.layer, clash.kept)).copied().unwrap_or(clash.kept);
            left_out.insert((clash.layer, clash.other), kept);
        }
        let mut done = Vec::new();
        for (at, member) in self.members().into_iter().enumerate() {
            if stop() {
                break;
            }
            let (merged, changes) = self.changes_from(at, member, &left_out)?;
            let into = match target.filter(|_| !changes.is_empty()) {
                None => None,
                Some(target) => {
                    let mut header = header();
                    header.origin = Some(json!({
                        "register": merged.member.info.title, "created": merged.member.info.created,
                        "file": merged.member.file,
                        "revision": merged.from.revision.0, "hash": merged.from.hash.to_string(),
                    }));
                    let mut changes = Some(changes);
                    Some(target.commit(header, |_| Ok::<_, Infallible>(changes.take().unwrap_or_default()))?)
                }
            };
            done.push(Merged { into, ..merged });
        }
        Ok(done)
    }

    /// What a member brings.
    fn changes_from(
        &self,
        at: usize,
        member: Member,
        left_out: &LeftOut,
    ) -> Result<(Merged, Vec<Change>), MergeError> {
        let mut merged = Merged { member, from: Head::default(), rows: 0, left_out: 0, into: None };
        let mut changes = Vec::new();
        let Some(union) = self.store.union() else { return Ok((merged, changes)) };
        merged.from = union.records_of(at, true, &mut |record| {
            if left_out.contains_key(&(record.layer, record.id)) {
                merged.left_out += 1;
            } else {
                changes.push(Change::insert(redirected(record, left_out)));
            }
        })?;
        if union.loaded(at) != Some(merged.from) {
            return Err(MergeError::Moved(merged.member.label));
        }
        merged.rows = changes.len() as u64;
        Ok((merged, changes))
    }
}

/// A record that points at facts left out, pointing at those that stand for them.
fn redirected(mut record: Record, left_out: &LeftOut) -> Record {
    if left_out.is_empty() {
        return record;
    }
    for (at, field) in record.layer.def().fields.iter().enumerate() {
        let Some(refers) = field.refers.filter(|refers| refers.by == RefBy::Id) else { continue };
        let target = record.fields.get(at).and_then(Value::as_text).and_then(|text| text.parse().ok());
        let kept = target.and_then(|id: RecordId| left_out.get(&(refers.layer, id)));
        if let Some(kept) = kept {
            record.fields = record.fields.with(at, Some(Value::Text(kept.to_string().into())));
        }
    }
    record
}
