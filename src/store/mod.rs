//! Stores: where the log and the current tables live. The only SQL is in here.
//!
//! A store answers no spatial question and knows no snapshot. `memory` is the reference;
//! one contract suite (`tests/it/store_contract.rs`) runs on all.

pub mod geopackage;
mod media;
mod memory;
mod people;
mod pictures;
mod union;
mod work;

pub use geopackage::GeoPackageStore;
pub use media::{MediaFile, MediaFolder, MediaMemory, MediaStore};
pub use memory::MemoryStore;
pub use people::{AccessRow, AccountStore, KeyRow, PersonRow, WhichAccesses};
pub use pictures::{PictureFile, PictureFileInfo};
pub use union::{Member, Union};
pub use work::{JobRow, JobState, JobStore, SettingStore};

use std::ops::ControlFlow;

use crate::model::{Change, ChangeSet, Digest, Finding, Layer, LogHeader, Record, RecordId, Revision};

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
    #[error("{path}: {why}")]
    NotARegister {
        /// the file
        path: String,
        /// what is wrong with it
        why: NotARegister,
    },
    /// what is stored cannot be read
    #[error("damaged at {place}: {what}")]
    Damaged {
        /// table and row
        place: String,
        /// what is wrong
        what: String,
    },
    /// another program holds the register for writing and does not let go
    #[error("another program has been writing to the register for {waited_s} s; try again later")]
    Busy {
        /// how long was waited, seconds
        waited_s: u64,
    },
    /// opened for reading only
    #[error("the register was opened for reading only")]
    ReadOnly,
    /// the disk, the file system or the database engine
    #[error("{0}")]
    Engine(String),
}

/// Why a file cannot be used as a register.
#[derive(Debug, thiserror::Error)]
pub enum NotARegister {
    /// it cannot be opened, made or read as a file
    #[error("{0}")]
    File(std::io::Error),
    /// the database engine does not take it
    #[error("not a database: {0}")]
    NotADatabase(String),
    /// a database of something else
    #[error("not a GeoPackage")]
    NotAGeoPackage,
    /// a GeoPackage of something else
    #[error("a GeoPackage, but not a register: import it into one instead")]
    OtherGeoPackage,
    /// structure of a program that came later
    #[error("made by a newer program (structure {0}): update the program")]
    Newer(i64),
    /// structure of a program before the first release
    #[error("made by a trial version of this program: make the register anew")]
    Trial,
    /// lacks layers or fields that came since, and was opened for reading
    #[error("made by an older program: open it once for writing to bring it up to date")]
    Older,
    /// a table lacks a column that it cannot be without
    #[error("{0} lacks a column")]
    LacksColumn(String),
}

/// A stretch of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// the revision before the first
    pub after: Revision,
    /// the last; a revision beyond the head means the head
    pub up_to: Revision,
}

impl Span {
    /// From a revision (exclusive) to the head.
    pub fn after(after: Revision) -> Self {
        Self { after, up_to: Revision(i64::MAX as u64) }
    }

    /// One revision.
    pub fn only(revision: Revision) -> Self {
        Self { after: Revision(revision.0.saturating_sub(1)), up_to: revision }
    }

    fn contains(self, revision: Revision) -> bool {
        self.after < revision && revision <= self.up_to
    }
}

/// Which changes of the log are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// all of a stretch
    Span(Span),
    /// those of one fact, all its versions; answered from an index
    Record(Layer, RecordId),
}

/// What hears of the changes asked for: the revision and the change.
pub type ChangeVisitor<'a> = dyn FnMut(Revision, Change) -> ControlFlow<()> + 'a;

/// What hears how far long work is: so many of so many.
pub type Progress<'a> = dyn FnMut(u64, u64) + 'a;

/// A place where change sets are kept, and beside them jobs, settings and people.
pub trait Store: JobStore + SettingStore + AccountStore {
    /// What the register is.
    fn info(&self) -> Result<RegisterInfo, StoreError>;

    /// The newest change set.
    fn head(&self) -> Result<Head, StoreError>;

    /// Appends a change set to the log and brings the current tables up to it, all or nothing,
    /// durable when it returns. Refused as a conflict unless the head is at `expected`.
    fn append(&self, expected: Revision, set: &ChangeSet) -> Result<Head, StoreError>;

    /// All rows of the current tables, read in one view; returns the head of that view.
    fn load(&self, each: &mut dyn FnMut(Record)) -> Result<Head, StoreError>;

    /// Heads of change sets, oldest first, until the visitor breaks.
    fn headers(
        &self,
        span: Span,
        each: &mut dyn FnMut(LogHeader) -> ControlFlow<()>,
    ) -> Result<(), StoreError>;

    /// Changes, oldest first and in the order of their change sets, until the visitor breaks.
    fn changes(&self, which: Which, each: &mut ChangeVisitor<'_>) -> Result<(), StoreError>;

    /// The revision that a client's request led to, if it was carried out.
    fn find_request(&self, idempotency_key: &str) -> Result<Option<Revision>, StoreError>;

    /// Looks for damage that only the store can see: its own structure, the hash chain over the
    /// bytes as they are stored, indexes that disagree with their tables.
    fn check(&self, each: &mut dyn FnMut(Finding), progress: &mut Progress<'_>) -> Result<(), StoreError>;

    /// The registers that it is put together from, where it is a view over several.
    fn union(&self) -> Option<&Union> {
        None
    }
}
