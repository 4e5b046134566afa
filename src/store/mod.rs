//! Stores: where the log and the current tables live. The only SQL is in here.
//!
//! A store answers no spatial question and knows no snapshot. `memory` is the reference;
//! one contract suite (`tests/it/store_contract.rs`) runs on all.

mod memory;

pub use memory::MemoryStore;

use std::ops::ControlFlow;

use crate::model::{ChangeSet, Digest, LogEntry, Record, Revision};

/// The newest change set's place and chain hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Head {
    /// its place; 0 in an empty register
    pub revision: Revision,
    /// its hash; zeros in an empty register
    pub hash: Digest,
}

/// What a register is, written once when it is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisterInfo {
    /// what it is called, e.g. 五华区
    pub title: String,
    /// when it was made, RFC 3339
    pub created: String,
}

/// Why a store cannot do what it is asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// another writer was first: decide again on the newer state
    #[error("the register has moved on: expected revision {expected:?}, it is at {found:?}")]
    Conflict {
        /// the revision that the change set was decided on
        expected: Revision,
        /// where the register is
        found: Revision,
    },
    /// a change set with this idempotency key is in the log already
    #[error("this request was carried out before, as revision {0:?}")]
    Repeated(Revision),
    /// the file is not a register, or a newer program's
    #[error("{path}: {what}")]
    NotARegister {
        /// the file
        path: String,
        /// what is wrong with it
        what: String,
    },
    /// what is stored cannot be read
    #[error("damaged at {place}: {what}")]
    Damaged {
        /// table and row
        place: String,
        /// what is wrong
        what: String,
    },
    /// the disk, the file system or the database engine
    #[error("{0}")]
    Engine(String),
}

/// A place where change sets are kept.
pub trait Store: Send + Sync {
    /// What the register is.
    fn info(&self) -> Result<RegisterInfo, StoreError>;

    /// The newest change set.
    fn head(&self) -> Result<Head, StoreError>;

    /// Appends a change set to the log and brings the current tables up to it, all or nothing,
    /// durable when it returns. Refused as a conflict unless the head is at `expected`.
    fn append(&self, expected: Revision, set: &ChangeSet) -> Result<Head, StoreError>;

    /// All rows of the current tables, read in one view; returns the head of that view.
    fn load(&self, each: &mut dyn FnMut(Record)) -> Result<Head, StoreError>;

    /// The log from `after` (exclusive) on, oldest first, until the visitor breaks.
    fn log(
        &self,
        after: Revision,
        each: &mut dyn FnMut(LogEntry) -> ControlFlow<()>,
    ) -> Result<(), StoreError>;

    /// The revision that a client's request led to, if it was carried out.
    fn find_request(&self, idempotency_key: &str) -> Result<Option<Revision>, StoreError>;
}
