//! Reading the log: what happened to a record, and the list of all change sets.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::{Mutex, PoisonError};

use super::{Register, StoreError};
use crate::model::{Change, ChangeSet, Header, Layer, LogEntry, LogHeader, RecordId, Revision};
use crate::store::{Span, Which};

/// One thing that happened to a record.
#[derive(Clone, Debug, PartialEq)]
pub struct HistoryEntry {
    /// when, in the order of the log
    pub revision: Revision,
    /// who, why, by which document
    pub header: Header,
    /// a row of the record before and after
    pub change: Change,
    /// the change set that took it back and stands
    pub undone_by: Option<Revision>,
}

/// One line of the list of change sets.
#[derive(Clone, Debug, PartialEq)]
pub struct LogItem {
    /// the change set's head
    pub entry: LogHeader,
    /// the change set that took it back and stands
    pub undone_by: Option<Revision>,
}

impl Register {
    /// All that happened to a record, to any of its lawful versions, oldest first.
    /// Answered from an index; a log of any length costs only what the record's own history costs.
    pub fn history(&self, layer: Layer, id: RecordId) -> Result<Vec<HistoryEntry>, StoreError> {
        let mut found: Vec<(Revision, Change)> = Vec::new();
        self.store.changes(Which::Record(layer, id), &mut |revision, change| {
            found.push((revision, change));
            ControlFlow::Continue(())
        })?;
        let undone = self.undone()?;
        let mut entries: Vec<HistoryEntry> = Vec::with_capacity(found.len());
        for (revision, change) in found {
            let header = match entries.last() {
                Some(last) if last.revision == revision => Some(last.header.clone()),
                _ => self.headers_of(Span::only(revision))?.pop().map(|entry| entry.header),
            };
            let undone_by = undone.get(&revision).copied();
            entries.extend(header.map(|header| HistoryEntry { revision, header, change, undone_by }));
        }
        Ok(entries)
    }

    /// The list of change sets after one (exclusive) up to another, oldest first, without their changes.
    /// Revisions have no gaps: the newest fifty are those after the head less fifty.
    pub fn log_items(&self, after: Revision, up_to: Revision) -> Result<Vec<LogItem>, StoreError> {
        let undone = self.undone()?;
        let entries = self.headers_of(Span { after, up_to })?;
        let item = |entry: LogHeader| LogItem { undone_by: undone.get(&entry.revision).copied(), entry };
        Ok(entries.into_iter().map(item).collect())
    }

    /// One change set with all its changes; `None` where there is none.
    pub fn log_entry(&self, revision: Revision) -> Result<Option<LogEntry>, StoreError> {
        let Some(entry) = self.headers_of(Span::only(revision))?.pop() else { return Ok(None) };
        let changes = self.changes_of(revision)?;
        Ok(Some(LogEntry {
            revision,
            previous: entry.previous,
            hash: entry.hash,
            set: ChangeSet { header: entry.header, changes },
        }))
    }

    /// Calls back with every change of one change set, holding one at a time.
    pub fn each_change(&self, revision: Revision, each: &mut dyn FnMut(&Change)) -> Result<(), StoreError> {
        self.store.changes(Which::Span(Span::only(revision)), &mut |_, change| {
            each(&change);
            ControlFlow::Continue(())
        })
    }

    /// The log with all changes from `after` on, oldest first, until the visitor breaks.
    pub fn log(
        &self,
        after: Revision,
        each: &mut dyn FnMut(LogEntry) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        for entry in self.headers_of(Span::after(after))? {
            let Some(entry) = self.log_entry(entry.revision)? else { break };
            if each(entry).is_break() {
                break;
            }
        }
        Ok(())
    }

    /// The change sets that are taken back, and by which.
    pub(super) fn undone(&self) -> Result<BTreeMap<Revision, Revision>, StoreError> {
        let mut seen = self.undone.0.lock().unwrap_or_else(PoisonError::into_inner);
        let span = Span::after(seen.up_to);
        let mut found = Vec::new();
        let mut up_to = seen.up_to;
        self.store.headers(span, &mut |entry| {
            found.extend(entry.header.undoes.map(|undoes| (entry.revision, undoes)));
            up_to = entry.revision;
            ControlFlow::Continue(())
        })?;
        seen.up_to = up_to;
        seen.undos.extend(found);
        Ok(standing(&seen.undos))
    }
}

/// The undo change sets of the log as far as it was read: the log only grows.
#[derive(Default)]
pub(super) struct Undone(Mutex<Undos>);

#[derive(Default)]
struct Undos {
    up_to: Revision,
    /// which one, and what it takes back; rising
    undos: Vec<(Revision, Revision)>,
}

/// What is taken back by which, given all undos: an undo that was itself taken back does not count.
fn standing(undos: &[(Revision, Revision)]) -> BTreeMap<Revision, Revision> {
    let mut standing = BTreeMap::new();
    for (by, undone) in undos.iter().rev() {
        if !standing.contains_key(by) {
            standing.insert(*undone, *by);
        }
    }
    standing
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_undo_that_was_undone_does_not_stand() {
        let undos = [(3, 2), (4, 3), (6, 1)].map(|(by, undone)| (Revision(by), Revision(undone)));
        let expected = [(3, 4), (1, 6)].map(|(undone, by)| (Revision(undone), Revision(by)));
        assert_eq!(standing(&undos), BTreeMap::from(expected));
        // Undone, redone, undone again.
        let undos = [(3, 2), (4, 3), (5, 2)].map(|(by, undone)| (Revision(by), Revision(undone)));
        assert_eq!(standing(&undos).get(&Revision(2)), Some(&Revision(5)));
    }
}
