//! The one write path and the one follow path.
//!
//! `commit` takes a function from a snapshot to changes, appends them under the revision they were
//! decided on and decides again where another writer was first. `follow` brings the snapshot up to
//! what other processes wrote. `history`, `at`, `undo` and `verify` read the log beside the snapshot.

mod event;
mod history;
mod listed;
mod merge;
mod publish;
mod revision;
mod together;
mod undo;
mod verify;

// Those who call the register need these words of its store, and may not import the store itself.
pub use crate::store::{Head, Member, NotARegister, RegisterInfo, StoreError};
pub use event::Event;
pub use history::{HistoryEntry, LogItem};
pub use listed::Lister;
pub use merge::{MergeError, Merged};
pub use publish::Published;
pub use revision::RevisionError;
pub use together::{Clash, Clashes, Outcome};
pub use undo::UndoRefusal;
pub use verify::{VerifyReport, VerifyStage};

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::{Duration, Instant};

use crate::model::{Change, ChangeSet, Header, LogHeader, Revision, Secrecy};
use crate::snapshot::{ApplyError, Snapshot};
use crate::store::{AccountStore, JobStore, SettingStore, Span, Store, Which};

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

/// What a deciding function decided: the changes, and what the head of the change set says of their origin.
#[derive(Debug, Default)]
pub struct Decision {
    /// the changes; none: nothing is committed
    pub changes: Vec<Change>,
    /// goes into the header, where there is any
    pub origin: Option<serde_json::Value>,
}

impl From<Vec<Change>> for Decision {
    fn from(changes: Vec<Change>) -> Self {
        Self { changes, origin: None }
    }
}

/// A register: a store and the snapshot of its newest revision.
pub struct Register {
    store: Box<dyn Store>,
    current: RwLock<Arc<Snapshot>>,
    /// One writer of this process at a time; also guards the order in which snapshots are replaced.
    writing: Mutex<Pending>,
    /// Whether something is pending: read without the lock.
    behind: AtomicBool,
    listeners: event::Listeners,
    older: revision::Older,
    undone: history::Undone,
    /// The newest revision as it is seen up to a class below the highest.
    sights: Mutex<[Option<(Revision, Arc<Snapshot>)>; 2]>,
}

/// A large change set that is in the store and not yet in the snapshot: a program that only imports
/// never needs the snapshot after.
#[derive(Default)]
struct Pending(Option<(Revision, Vec<Change>)>);

/// How long a commit is decided anew when other processes write in between: the lock of the file is not
/// handed out in turn, so a writer that is never idle can be first many times.
const PATIENCE: Duration = Duration::from_secs(60);

/// Change sets beyond this many changes are applied to the snapshot when it is next asked for.
const APPLIED_AT_ONCE: usize = 50_000;

impl Register {
    /// Reads the store's tables into a snapshot.
    pub fn open(store: Box<dyn Store>) -> Result<Self, StoreError> {
        let snapshot = build(&*store)?;
        Ok(Self {
            store,
            current: RwLock::new(Arc::new(snapshot)),
            writing: Mutex::default(),
            behind: AtomicBool::new(false),
            listeners: event::Listeners::default(),
            older: revision::Older::default(),
            undone: history::Undone::default(),
            sights: Mutex::default(),
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

    /// Its jobs: no facts, and no part of the log.
    pub fn jobs(&self) -> &dyn JobStore {
        &*self.store
    }

    /// Who may come in: no facts, and no part of the log.
    pub fn people(&self) -> &dyn AccountStore {
        &*self.store
    }

    /// What people have set.
    pub fn settings(&self) -> &dyn SettingStore {
        &*self.store
    }

    /// The newest revision that this process has seen. Never waits: while a large import is being
    /// taken in, others get the revision before it.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        if self.behind.load(Ordering::Acquire)
            && let Ok(mut pending) = self.writing.try_lock()
            && let Err(error) = self.settle(&mut pending)
        {
            tracing::error!(%error, "the snapshot cannot be brought up to date");
        }
        self.current()
    }

    /// The newest revision as those see it who see up to a class: its records without guarded attributes.
    pub fn snapshot_up_to(&self, show: Secrecy) -> Arc<Snapshot> {
        let whole = self.snapshot();
        let at = match show {
            Secrecy::Public => 0,
            Secrecy::Internal => 1,
            Secrecy::Secret => return whole,
        };
        let mut sights = self.sights.lock().unwrap_or_else(PoisonError::into_inner);
        match &sights[at] {
            Some((revision, seen)) if *revision == whole.revision() => seen.clone(),
            _ => {
                let seen = whole.up_to(show).map_or_else(|| whole.clone(), Arc::new);
                sights[at] = Some((whole.revision(), seen.clone()));
                seen
            }
        }
    }

    /// Decides on the newest snapshot and appends what was decided; returns its place and hash.
    /// A request that was carried out before (by its idempotency key) returns the first result.
    pub fn commit<D: Into<Decision>, E>(
        &self,
        header: Header,
        mut decide: impl FnMut(&Snapshot) -> Result<D, E>,
    ) -> Result<Head, CommitError<E>> {
        let mut pending = self.lock_writing();
        if let Some(key) = header.idempotency_key.as_deref()
            && let Some(done) = self.store.find_request(key)?
        {
            return Ok(self.first_result(done)?);
        }
        let begun = Instant::now();
        loop {
            self.settle(&mut pending)?;
            let snapshot = self.current();
            let Decision { changes, origin } = decide(&snapshot).map_err(CommitError::Refused)?.into();
            if changes.is_empty() {
                return Err(CommitError::Nothing);
            }
            check_fit(&snapshot, &changes)?;
            let mut set = ChangeSet { header: header.clone(), changes };
            set.header.origin = origin.or(set.header.origin);
            match self.store.append(snapshot.revision(), &set) {
                Ok(head) => {
                    self.take_in(&mut pending, head.revision, set.changes)?;
                    return Ok(head);
                }
                Err(StoreError::Repeated(done)) => return Ok(self.first_result(done)?),
                Err(StoreError::Conflict { .. }) if begun.elapsed() < PATIENCE => {
                    self.catch_up(&mut pending)?;
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Takes in what other processes appended and what is pending; returns the newest revision.
    pub fn follow(&self) -> Result<Revision, CommitError<std::convert::Infallible>> {
        let mut pending = self.lock_writing();
        self.settle(&mut pending)?;
        if self.store.head()?.revision > self.current().revision() {
            self.catch_up(&mut pending)?;
        }
        Ok(self.current().revision())
    }

    /// Hears of every revision from now on.
    pub fn subscribe(&self) -> Receiver<Event> {
        self.listeners.subscribe()
    }

    fn current(&self) -> Arc<Snapshot> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn replace(&self, next: Snapshot) {
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(next);
    }

    fn lock_writing(&self) -> MutexGuard<'_, Pending> {
        self.writing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn first_result(&self, done: Revision) -> Result<Head, StoreError> {
        let mut head = Head { revision: done, ..Head::default() };
        self.store.headers(Span::only(done), &mut |entry| {
            head.hash = entry.hash;
            ControlFlow::Break(())
        })?;
        Ok(head)
    }

    fn catch_up<E>(&self, pending: &mut Pending) -> Result<(), CommitError<E>> {
        for entry in self.headers_of(Span::after(self.current().revision()))? {
            self.settle(pending)?;
            let changes = self.changes_of(entry.revision)?;
            self.take_in(pending, entry.revision, changes)?;
        }
        Ok(self.settle(pending)?)
    }

    fn headers_of(&self, span: Span) -> Result<Vec<LogHeader>, StoreError> {
        let mut headers = Vec::new();
        self.store.headers(span, &mut |entry| {
            headers.push(entry);
            ControlFlow::Continue(())
        })?;
        Ok(headers)
    }

    fn changes_of(&self, revision: Revision) -> Result<Vec<Change>, StoreError> {
        let mut changes = Vec::new();
        self.store.changes(Which::Span(Span::only(revision)), &mut |_, change| {
            changes.push(change);
            ControlFlow::Continue(())
        })?;
        Ok(changes)
    }

    /// The next revision is in the store: brings the snapshot up to it, at once or when it is asked for.
    fn take_in(
        &self,
        pending: &mut Pending,
        revision: Revision,
        changes: Vec<Change>,
    ) -> Result<(), ApplyError> {
        let event = Event::of(revision, &changes);
        if changes.len() > APPLIED_AT_ONCE {
            pending.0 = Some((revision, changes));
            self.behind.store(true, Ordering::Release);
        } else {
            self.replace(self.current().apply(revision, &changes)?);
        }
        self.listeners.tell(&event);
        Ok(())
    }

    fn settle(&self, pending: &mut Pending) -> Result<(), ApplyError> {
        if let Some((revision, changes)) = pending.0.take() {
            self.replace(self.current().apply(revision, &changes)?);
            self.behind.store(false, Ordering::Release);
        }
        Ok(())
    }
}

fn build(store: &dyn Store) -> Result<Snapshot, StoreError> {
    let mut records = Vec::new();
    let head = store.load(&mut |record| records.push(record))?;
    Ok(Snapshot::build(head.revision, records))
}

/// Whether every change meets the row that it was decided on, so that what is written can be applied.
fn check_fit(snapshot: &Snapshot, changes: &[Change]) -> Result<(), ApplyError> {
    for change in changes {
        let (layer, key) = (change.layer(), change.key());
        if snapshot.layer(layer).version(key).is_some() != change.before().is_some() {
            return Err(ApplyError { layer, key });
        }
    }
    Ok(())
}
