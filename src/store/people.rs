//! Who may come in: people, the keys they hold (sessions, tokens), and who came in and read what is secret.
//!
//! Beside the log and in none of its hashes: a password must be forgotten when it is changed, a session ends, and
//! who came in is kept for a time only. What a person may is in a text that only `accounts` understands.

use super::StoreError;
use crate::model::{Digest, RecordId};

/// A person as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonRow {
    /// the person
    pub id: RecordId,
    /// what the person logs in as; no two have the same
    pub login: String,
    /// rises by one with every writing
    pub tick: u64,
    /// everything else, JSON
    pub body: String,
}

/// A key that opens the register for its person: a session or a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRow {
    /// hash of the secret; the secret itself is nowhere
    pub digest: Digest,
    /// whose
    pub person: RecordId,
    /// when it was made, milliseconds since 1970
    pub made_ms: u64,
    /// when it was last used
    pub seen_ms: u64,
    /// when it ends at the latest
    pub ends_ms: u64,
    /// everything else, JSON
    pub body: String,
}

/// That somebody came in, was refused, or read what is secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessRow {
    /// when, milliseconds since 1970
    pub at_ms: u64,
    /// who, where that is known
    pub person: Option<RecordId>,
    /// what, JSON
    pub body: String,
}

/// Which accesses are wanted; the newest come first.
#[derive(Clone, Copy, Debug, Default)]
pub struct WhichAccesses {
    /// only this person's
    pub person: Option<RecordId>,
    /// from this instant on
    pub from_ms: Option<u64>,
    /// before this instant
    pub before_ms: Option<u64>,
    /// at most so many
    pub limit: usize,
}

/// People, keys and accesses. No part of the log and of no hash.
pub trait AccountStore: Send + Sync {
    /// All people, by login.
    fn people(&self) -> Result<Vec<PersonRow>, StoreError>;

    /// Adds a person; `false` where the login is taken.
    fn add_person(&self, row: &PersonRow) -> Result<bool, StoreError>;

    /// Writes a person anew (all but the id) with the tick raised by one; `false` where another writing came
    /// between or the login is taken.
    fn replace_person(&self, row: &PersonRow) -> Result<bool, StoreError>;

    /// Adds a key.
    fn add_key(&self, row: &KeyRow) -> Result<(), StoreError>;

    /// The key with that hash.
    fn key(&self, digest: Digest) -> Result<Option<KeyRow>, StoreError>;

    /// Keys of one person or of all, the newest first.
    fn keys(&self, person: Option<RecordId>) -> Result<Vec<KeyRow>, StoreError>;

    /// Notes when a key was last used.
    fn see_key(&self, digest: Digest, seen_ms: u64) -> Result<(), StoreError>;

    /// Takes a key away; `false` where there is none.
    fn remove_key(&self, digest: Digest) -> Result<bool, StoreError>;

    /// Takes all keys away that ended before an instant.
    fn forget_keys(&self, before_ms: u64) -> Result<(), StoreError>;

    /// Adds accesses.
    fn add_accesses(&self, rows: &[AccessRow]) -> Result<(), StoreError>;

    /// Accesses, newest first.
    fn accesses(&self, which: WhichAccesses) -> Result<Vec<AccessRow>, StoreError>;

    /// Takes accesses away that were before an instant; how many.
    fn forget_accesses(&self, before_ms: u64) -> Result<usize, StoreError>;
}
