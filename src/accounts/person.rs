//! A person: login, name, password's hash, roles.

use serde::{Deserialize, Serialize};

use super::error::AccountError;
use super::lockout::Lockout;
use super::rights::{Bounds, Rights};
use crate::model::RecordId;
use crate::store::PersonRow;

/// Characters of a login and of a name at most.
const LONGEST: usize = 40;
/// Codes that one grant names at most.
const MOST_CODES: usize = 500;

/// A role given to a person, within bounds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// the role's word
    pub role: String,
    /// codes of divisions: each with all below it; none means everywhere
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub divisions: Vec<String>,
    /// codes of boundary lines; none means all
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<String>,
}

impl Grant {
    /// A role everywhere.
    pub fn of(role: &str) -> Self {
        Self { role: role.to_owned(), ..Self::default() }
    }

    /// Refuses what the table of rights does not know or does not allow.
    pub(super) fn check(&self) -> Result<(), AccountError> {
        let wrong = || AccountError::Role(self.role.clone());
        let role = Rights::compiled().roles().find(|role| role.id == self.role).ok_or_else(wrong)?;
        let digits =
            |code: &String| (2..=12).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_digit());
        let word = |code: &String| (1..=60).contains(&code.len());
        let fits = match role.bounds {
            Bounds::None => self.divisions.is_empty() && self.lines.is_empty(),
            Bounds::Division => self.lines.is_empty() && self.divisions.iter().all(digits),
            Bounds::Line => self.divisions.is_empty() && self.lines.iter().all(word),
        };
        if fits && self.divisions.len() + self.lines.len() <= MOST_CODES { Ok(()) } else { Err(wrong()) }
    }

    /// Whether it is given within bounds.
    pub fn is_bounded(&self) -> bool {
        !self.divisions.is_empty() || !self.lines.is_empty()
    }
}

/// A person.
#[derive(Clone, Debug, PartialEq)]
pub struct Person {
    /// the person
    pub id: RecordId,
    /// what the person logs in as
    pub login: String,
    pub(super) tick: u64,
    pub(super) kept: Kept,
}

/// What a person's row holds beside its columns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Kept {
    pub(super) name: String,
    pub(super) hash: String,
    /// the password was given by somebody else and must be changed at the next login
    #[serde(default)]
    pub(super) must_change: bool,
    #[serde(default)]
    pub(super) disabled: bool,
    #[serde(default)]
    pub(super) grants: Vec<Grant>,
    #[serde(default)]
    pub(super) lockout: Lockout,
    pub(super) made_ms: u64,
    /// when the password was set
    pub(super) set_ms: u64,
    #[serde(default)]
    pub(super) last_ms: Option<u64>,
    /// who took over what the person is in charge of
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) successor: Option<RecordId>,
}

impl Person {
    /// What the person is called; it stands in the log.
    pub fn name(&self) -> &str {
        &self.kept.name
    }

    /// The roles.
    pub fn grants(&self) -> &[Grant] {
        &self.kept.grants
    }

    /// Whether the account is disabled.
    pub fn is_disabled(&self) -> bool {
        self.kept.disabled
    }

    /// Who took over what the person was in charge of.
    pub fn successor(&self) -> Option<RecordId> {
        self.kept.successor
    }

    /// Whether the password must be changed before anything else.
    pub fn must_change(&self) -> bool {
        self.kept.must_change
    }

    /// Seconds for which no password is looked at.
    pub fn locked_seconds(&self, now_ms: u64) -> u64 {
        self.kept.lockout.seconds(now_ms)
    }

    /// When the person last came in, milliseconds since 1970.
    pub fn last_ms(&self) -> Option<u64> {
        self.kept.last_ms
    }

    pub(super) fn read(row: PersonRow) -> Result<Self, AccountError> {
        let kept = serde_json::from_str(&row.body).map_err(|error| AccountError::Kept(error.to_string()))?;
        Ok(Self { id: row.id, login: row.login, tick: row.tick, kept })
    }

    pub(super) fn row(&self) -> Result<PersonRow, AccountError> {
        let body =
            serde_json::to_string(&self.kept).map_err(|error| AccountError::Kept(error.to_string()))?;
        Ok(PersonRow { id: self.id, login: self.login.clone(), tick: self.tick, body })
    }
}

/// A login as it is kept: small letters, digits, dots, dashes; written in capitals it is the same.
pub(super) fn login_of(text: &str) -> Result<String, AccountError> {
    let login = text.trim().to_lowercase();
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || ".-_@".contains(c);
    if (2..=LONGEST).contains(&login.len()) && login.chars().all(plain) {
        Ok(login)
    } else {
        Err(AccountError::Name(text.chars().take(LONGEST).collect()))
    }
}

/// A name as it stands in the log.
pub(super) fn name_of(text: &str) -> Result<String, AccountError> {
    let name = text.trim();
    if (1..=LONGEST).contains(&name.chars().count()) && !name.chars().any(char::is_control) {
        Ok(name.to_owned())
    } else {
        Err(AccountError::Name(name.chars().take(LONGEST).collect()))
    }
}
