//! Who came in, who was refused, who read what is secret. Kept for a time, then forgotten.

use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::error::AccountError;
use super::people::Accounts;
use super::sessions::Place;
use crate::model::RecordId;
use crate::store::{AccessRow, WhichAccesses};

const DAY_MS: u64 = 24 * 60 * 60_000;
/// Accesses that wait to be written at most; beyond that they are written at once by whoever brings the next.
const MOST_WAITING: usize = 1000;

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccessKind {
    /// a login
    LoggedIn,
    /// name or password were wrong, or the account is locked or disabled
    Refused,
    /// a logout, or a session that was ended
    LoggedOut,
    /// secret records were read
    ReadSecret,
    /// an account was added, changed, disabled, or given roles
    Account,
}

impl AccessKind {
    /// Its word.
    pub const fn code(self) -> &'static str {
        match self {
            Self::LoggedIn => "logged_in",
            Self::Refused => "refused",
            Self::LoggedOut => "logged_out",
            Self::ReadSecret => "read_secret",
            Self::Account => "account",
        }
    }
}

/// One access.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    /// when, milliseconds since 1970
    pub at_ms: u64,
    /// who, where that is known
    pub person: Option<RecordId>,
    /// what happened
    pub kind: AccessKind,
    /// what it was about: a path, a login
    pub about: String,
    /// from where
    pub place: Place,
}

#[derive(Serialize, Deserialize)]
struct Body {
    kind: AccessKind,
    about: String,
    place: Place,
}

impl Access {
    fn row(&self) -> Result<AccessRow, AccountError> {
        let body = Body { kind: self.kind, about: self.about.clone(), place: self.place.clone() };
        let body = serde_json::to_string(&body).map_err(|error| AccountError::Kept(error.to_string()))?;
        Ok(AccessRow { at_ms: self.at_ms, person: self.person, body })
    }

    fn read(row: AccessRow) -> Result<Self, AccountError> {
        let Body { kind, about, place } =
            serde_json::from_str(&row.body).map_err(|error| AccountError::Kept(error.to_string()))?;
        Ok(Self { at_ms: row.at_ms, person: row.person, kind, about, place })
    }
}

impl Accounts<'_> {
    /// Accesses, newest first.
    pub fn accesses(&self, which: WhichAccesses) -> Result<Vec<Access>, AccountError> {
        self.store.accesses(which)?.into_iter().map(Access::read).collect()
    }

    /// Notes accesses, and forgets those whose time is over.
    pub fn note(&self, accesses: &[Access], now_ms: u64) -> Result<(), AccountError> {
        let rows = accesses.iter().map(Access::row).collect::<Result<Vec<_>, _>>()?;
        if !rows.is_empty() {
            self.store.add_accesses(&rows)?;
        }
        let kept = self.settings()?.access_days.saturating_mul(DAY_MS);
        self.store.forget_accesses(now_ms.saturating_sub(kept))?;
        Ok(())
    }
}

/// Accesses that wait to be written: a read must not wait for whoever is writing to the register.
#[derive(Debug, Default)]
pub struct AccessLog(Mutex<Vec<Access>>);

impl AccessLog {
    /// Notes one; whether so many wait that they are to be written now.
    pub fn add(&self, access: Access) -> bool {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.push(access);
        waiting.len() >= MOST_WAITING
    }

    /// Writes what waits; what cannot be written goes on waiting.
    pub fn write(&self, accounts: &Accounts<'_>, now_ms: u64) -> Result<(), AccountError> {
        let taken = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        if taken.is_empty() {
            return Ok(());
        }
        accounts.note(&taken, now_ms).inspect_err(|_| {
            let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            waiting.splice(0..0, taken);
        })
    }
}
