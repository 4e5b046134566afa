//! The one write path and the one follow path.
//!
//! `commit` takes a function from a snapshot to changes, appends them under the revision they were
//! decided on and decides again where another writer was first. `follow` brings the snapshot up to
//! what other processes wrote.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use geo_types::Rect;

use crate::model::{Change, ChangeSet, Header, Layer, LogEntry, Revision, Secrecy, geometry};
use crate::snapshot::{ApplyError, Snapshot};
use crate::store::Store;
// Those who call the register need these words of its store, and may not import the store itself.
pub use crate::store::{Head, RegisterInfo, StoreError};

/// What changed: heard by pages that are open and by caches.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// the new revision
    pub revision: Revision,
    /// layers changed
    pub layers: Vec<Layer>,
    /// box round all that changed, before and after; `None` where nothing changed has a geometry
    pub extent: Option<Rect>,
    /// the same by class and layer, so that nobody hears where something secret lies
    parts: Vec<(Secrecy, Layer, Option<Rect>)>,
}

/// Why a commit came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum CommitError<E> {
    /// the deciding function refused
    #[error("{0}")]
    Refused(E),
    /// nothing would change
    #[error("nothing would change")]
    Nothing,
    /// the store failed
    #[error(transparent)]
    Store(#[from] StoreError),
    /// store and snapshot disagree
    #[error(transparent)]
    Apply(#[from] ApplyError),
}

/// A register: a store and the snapshot of its newest revision.
pub struct Register {
    store: Box<dyn Store>,
    current: RwLock<Arc<Snapshot>>,
    /// One writer of this process at a time; also guards the order in which snapshots are replaced.
    writing: Mutex<()>,
    listeners: Mutex<Vec<Sender<Event>>>,
}

/// How often a commit is decided anew when other processes write in between.
const ATTEMPTS: usize = 20;

impl Register {
    /// Reads the store's tables into a snapshot.
    pub fn open(store: Box<dyn Store>) -> Result<Self, StoreError> {
        let mut records = Vec::new();
        let head = store.load(&mut |record| records.push(record))?;
        let snapshot = Snapshot::build(head.revision, records);
        Ok(Self {
            store,
            current: RwLock::new(Arc::new(snapshot)),
            writing: Mutex::default(),
            listeners: Mutex::default(),
        })
    }

    /// What the register is.
    pub fn info(&self) -> Result<RegisterInfo, StoreError> {
        self.store.info()
    }

    /// The newest change set in the store.
    pub fn head(&self) -> Result<Head, StoreError> {
        self.store.head()
    }

    /// The revision that a client's request led to, if it was carried out before.
    pub fn find_request(&self, idempotency_key: &str) -> Result<Option<Revision>, StoreError> {
        self.store.find_request(idempotency_key)
    }

    /// The newest revision that this process has seen.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Decides on the newest snapshot and appends what was decided; returns its place and hash.
    pub fn commit<E>(
        &self,
        header: Header,
        mut decide: impl FnMut(&Snapshot) -> Result<Vec<Change>, E>,
    ) -> Result<Head, CommitError<E>> {
        let writing = self.lock_writing();
        for attempt in 1.. {
            let snapshot = self.snapshot();
            let changes = decide(&snapshot).map_err(CommitError::Refused)?;
            if changes.is_empty() {
                return Err(CommitError::Nothing);
            }
            let set = ChangeSet { header: header.clone(), changes };
            match self.store.append(snapshot.revision(), &set) {
                Ok(head) => {
                    self.advance(&snapshot, head.revision, &set.changes)?;
                    return Ok(head);
                }
                Err(StoreError::Conflict { .. }) if attempt < ATTEMPTS => {
                    self.catch_up(&writing)?;
                }
                Err(error) => return Err(error.into()),
            }
        }
        unreachable!("the loop ends by returning")
    }

    /// Takes in what other processes appended; returns the newest revision.
    pub fn follow(&self) -> Result<Revision, CommitError<std::convert::Infallible>> {
        let writing = self.lock_writing();
        if self.store.head()?.revision > self.snapshot().revision() {
            self.catch_up(&writing)?;
        }
        Ok(self.snapshot().revision())
    }

    /// Hears of every revision from now on.
    pub fn subscribe(&self) -> Receiver<Event> {
        let (sender, receiver) = channel();
        self.listeners.lock().unwrap_or_else(PoisonError::into_inner).push(sender);
        receiver
    }

    /// The log from `after` on, oldest first, until the visitor breaks.
    pub fn log(
        &self,
        after: Revision,
        each: &mut dyn FnMut(LogEntry) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        self.store.log(after, each)
    }

    fn lock_writing(&self) -> MutexGuard<'_, ()> {
        self.writing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn catch_up<E>(&self, _writing: &MutexGuard<'_, ()>) -> Result<(), CommitError<E>> {
        let mut failed = None;
        self.store.log(self.snapshot().revision(), &mut |entry| match self.advance(
            &self.snapshot(),
            entry.revision,
            &entry.set.changes,
        ) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                failed = Some(error);
                ControlFlow::Break(())
            }
        })?;
        failed.map_or(Ok(()), |error| Err(error.into()))
    }

    fn advance(&self, from: &Snapshot, revision: Revision, changes: &[Change]) -> Result<(), ApplyError> {
        let next = Arc::new(from.apply(revision, changes)?);
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = next;
        let event = Event::of(revision, changes);
        let mut listeners = self.listeners.lock().unwrap_or_else(PoisonError::into_inner);
        listeners.retain(|listener| listener.send(event.clone()).is_ok());
        Ok(())
    }
}

impl Event {
    fn of(revision: Revision, changes: &[Change]) -> Self {
        let mut parts: BTreeMap<(Secrecy, Layer), Option<Rect>> = BTreeMap::new();
        for record in changes.iter().flat_map(|change| [change.before(), change.after()]).flatten() {
            let bounds = record.geometry.as_deref().and_then(geometry::bounds);
            let part = parts.entry((record.secrecy, record.layer)).or_default();
            *part = join(*part, bounds);
        }
        let parts: Vec<_> =
            parts.into_iter().map(|((class, layer), extent)| (class, layer, extent)).collect();
        Self::from_parts(revision, parts)
    }

    /// The event as it is heard where records up to a class are shown.
    #[must_use]
    pub fn up_to(&self, show: Secrecy) -> Self {
        let parts = self.parts.iter().filter(|(class, _, _)| *class <= show).copied().collect();
        Self::from_parts(self.revision, parts)
    }

    fn from_parts(revision: Revision, parts: Vec<(Secrecy, Layer, Option<Rect>)>) -> Self {
        let mut layers: Vec<Layer> = parts.iter().map(|(_, layer, _)| *layer).collect();
        layers.sort_unstable();
        layers.dedup();
        let extent = parts.iter().fold(None, |sum, (_, _, extent)| join(sum, *extent));
        Self { revision, layers, extent, parts }
    }
}

fn join(a: Option<Rect>, b: Option<Rect>) -> Option<Rect> {
    let (Some(a), Some(b)) = (a, b) else { return a.or(b) };
    let (min, max) = (
        (a.min().x.min(b.min().x), a.min().y.min(b.min().y)),
        (a.max().x.max(b.max().x), a.max().y.max(b.max().y)),
    );
    Some(Rect::new(min, max))
}
