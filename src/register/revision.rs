//! Older revisions of the register, rebuilt from the log and kept for a while.

use std::collections::VecDeque;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, PoisonError};

use super::{Register, StoreError};
use crate::model::{Change, Revision};
use crate::snapshot::{ApplyError, Snapshot};
use crate::store::{Span, Which};

/// How many older revisions are kept. What did not change is shared with the newest.
const KEPT: usize = 6;

/// Why an older revision cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum RevisionError {
    /// the log does not reach it
    #[error("there is no revision {}: the newest is {}", wanted.0, newest.0)]
    Unknown {
        /// the one asked for
        wanted: Revision,
        /// the newest
        newest: Revision,
    },
    /// the store failed
    #[error(transparent)]
    Store(#[from] StoreError),
    /// the log does not fit the tables
    #[error(transparent)]
    Apply(#[from] ApplyError),
}

/// The revisions kept, most recently used last.
#[derive(Default)]
pub(super) struct Older(Mutex<VecDeque<Arc<Snapshot>>>);

impl Older {
    fn find(&self, revision: Revision) -> Option<Arc<Snapshot>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let at = kept.iter().position(|snapshot| snapshot.revision() == revision)?;
        let found = kept.remove(at)?;
        kept.push_back(found.clone());
        Some(found)
    }

    fn all(&self) -> Vec<Arc<Snapshot>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    fn keep(&self, snapshot: Arc<Snapshot>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.iter().any(|other| other.revision() == snapshot.revision()) {
            return;
        }
        if kept.len() == KEPT {
            kept.pop_front();
        }
        kept.push_back(snapshot);
    }
}

impl Register {
    /// The register as it was at a revision; 0 is the empty one.
    ///
    /// Rebuilt from the nearest revision at hand, forwards or backwards: costs as much as the changes
    /// in between. The newest costs nothing.
    pub fn at(&self, revision: Revision) -> Result<Arc<Snapshot>, RevisionError> {
        let newest = self.snapshot();
        if revision == newest.revision() {
            return Ok(newest);
        }
        if revision > newest.revision() {
            return Err(RevisionError::Unknown { wanted: revision, newest: newest.revision() });
        }
        if let Some(found) = self.older.find(revision) {
            return Ok(found);
        }
        let start = self.nearest(revision, newest)?;
        let rebuilt = if start.revision() < revision {
            self.forwards(&start, revision)?
        } else {
            self.backwards(&start, revision)?
        };
        let rebuilt = Arc::new(rebuilt);
        self.older.keep(rebuilt.clone());
        Ok(rebuilt)
    }

    /// The revision at hand from which the fewest changes lead to the one wanted.
    fn nearest(&self, wanted: Revision, newest: Arc<Snapshot>) -> Result<Arc<Snapshot>, StoreError> {
        let span = Span { after: Revision(0), up_to: newest.revision() };
        let mut changes_up_to = vec![0u64];
        self.store.headers(span, &mut |entry| {
            let before = changes_up_to.last().copied().unwrap_or_default();
            changes_up_to.push(before + entry.total());
            ControlFlow::Continue(())
        })?;
        let place = |revision: Revision| {
            let last = changes_up_to.len() - 1;
            changes_up_to[(revision.0 as usize).min(last)]
        };
        let mut at_hand = self.older.all();
        let empty = Arc::new(Snapshot::build(Revision(0), []));
        at_hand.push(newest);
        let distance = |snapshot: &Arc<Snapshot>| place(snapshot.revision()).abs_diff(place(wanted));
        Ok(at_hand
            .into_iter()
            .min_by_key(distance)
            .filter(|best| distance(best) < place(wanted))
            .unwrap_or(empty))
    }

    fn forwards(&self, start: &Snapshot, wanted: Revision) -> Result<Snapshot, RevisionError> {
        let mut snapshot = start.clone();
        for revision in start.revision().0 + 1..=wanted.0 {
            snapshot = snapshot.apply(Revision(revision), &self.changes_of(Revision(revision))?)?;
        }
        Ok(snapshot)
    }

    fn backwards(&self, start: &Snapshot, wanted: Revision) -> Result<Snapshot, RevisionError> {
        let mut snapshot = start.clone();
        for revision in (wanted.0 + 1..=start.revision().0).rev() {
            let changes = self.changes_of(Revision(revision))?;
            let inverse: Vec<Change> = changes.into_iter().rev().map(Change::inverse).collect();
            snapshot = snapshot.apply(Revision(revision - 1), &inverse)?;
        }
        Ok(snapshot)
    }

    /// Calls back with every change up to a revision, oldest first.
    pub(super) fn replay(
        &self,
        up_to: Revision,
        each: &mut dyn FnMut(Revision, Change),
    ) -> Result<(), StoreError> {
        let span = Span { after: Revision(0), up_to };
        self.store.changes(Which::Span(span), &mut |revision, change| {
            each(revision, change);
            ControlFlow::Continue(())
        })
    }
}
