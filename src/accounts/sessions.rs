//! Keys: sessions that a login opens, and tokens for programs. Only their hashes are kept.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::error::AccountError;
use super::lockout::Lockout;
use super::password;
use super::people::Accounts;
use super::person::Person;
use super::rights::Right;
use super::who::Who;
use crate::model::{Bilingual, Digest, RecordId};
use crate::store::KeyRow;

/// Days that a token holds at most.
pub const MOST_TOKEN_DAYS: u64 = 366;
/// Tokens and sessions of one person at most; the oldest session goes first.
const MOST_KEYS: usize = 50;
const MINUTE_MS: u64 = 60_000;
const HOUR_MS: u64 = 60 * MINUTE_MS;
const DAY_MS: u64 = 24 * HOUR_MS;

/// What opens the register: 256 random bits in hex. Never written to a log.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    fn new() -> Self {
        let bytes: [u8; 32] = rand::random();
        Self(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// As a client sends it; `None` where it has not the form of one.
    pub fn read(text: &str) -> Option<Self> {
        let plain =
            text.len() == 64 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        plain.then(|| Self(text.to_owned()))
    }

    /// For the client, once.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What is kept of it.
    pub fn digest(&self) -> Digest {
        Digest(Sha256::digest(self.0.as_bytes()).into())
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

/// What a key is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum KeyKind {
    /// opened by a login
    Session {
        /// from where
        place: Place,
    },
    /// made for a program
    Token {
        /// what for
        title: String,
        /// what it allows of what its person may
        may: Vec<Right>,
    },
}

/// From where somebody comes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// address of the other end
    #[serde(default)]
    pub address: String,
    /// what the client calls itself, shortened
    #[serde(default)]
    pub agent: String,
}

impl Place {
    /// Shortened to what is kept.
    pub fn of(address: &str, agent: &str) -> Self {
        let short = |text: &str, most: usize| text.chars().filter(|c| !c.is_control()).take(most).collect();
        Self { address: short(address, 60), agent: short(agent, 120) }
    }
}

/// A session or token as it is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// its hash; its first digits name it
    pub digest: Digest,
    /// whose
    pub person: RecordId,
    /// what it is
    pub kind: KeyKind,
    /// when it was made, milliseconds since 1970
    pub made_ms: u64,
    /// when it was last used
    pub seen_ms: u64,
    /// when it ends at the latest
    pub ends_ms: u64,
}

impl Key {
    fn read(row: KeyRow) -> Result<Self, AccountError> {
        let KeyRow { digest, person, made_ms, seen_ms, ends_ms, body } = row;
        let kind = serde_json::from_str(&body).map_err(|error| AccountError::Kept(error.to_string()))?;
        Ok(Self { digest, person, kind, made_ms, seen_ms, ends_ms })
    }

    /// What it is called where it is listed: the first twelve digits of its hash.
    pub fn name(&self) -> String {
        self.digest.to_string().chars().take(12).collect()
    }

    /// Whether it still opens anything.
    pub fn holds(&self, idle_minutes: u64, now_ms: u64) -> bool {
        let idle = match self.kind {
            KeyKind::Session { .. } => idle_minutes.saturating_mul(MINUTE_MS),
            KeyKind::Token { .. } => u64::MAX,
        };
        now_ms < self.ends_ms && now_ms.saturating_sub(self.seen_ms) < idle
    }
}

/// A login that went well.
#[derive(Debug)]
pub struct LoggedIn {
    /// for the client
    pub secret: Secret,
    /// who
    pub person: Person,
    /// when the session ends at the latest
    pub ends_ms: u64,
}

/// Whose a key is and what it opens.
#[derive(Clone, Debug)]
pub struct Opened {
    /// who asks
    pub who: Who,
    /// the key
    pub key: Key,
}

impl Accounts<'_> {
    /// Opens a session for whoever has the password.
    pub fn log_in(
        &self,
        (login, word): (&str, &str),
        place: Place,
        now_ms: u64,
    ) -> Result<LoggedIn, (AccountError, Option<RecordId>)> {
        let person = match self.by_login(login) {
            Ok(person) => person,
            Err(AccountError::Unknown(_)) => {
                password::as_if(word);
                return Err((AccountError::Wrong, None));
            }
            Err(error) => return Err((error, None)),
        };
        let id = person.id;
        self.let_in(person, word, place, now_ms).map_err(|error| (error, Some(id)))
    }

    fn let_in(
        &self,
        person: Person,
        word: &str,
        place: Place,
        now_ms: u64,
    ) -> Result<LoggedIn, AccountError> {
        let settings = self.settings()?;
        let seconds = person.locked_seconds(now_ms);
        if seconds > 0 {
            return Err(AccountError::Locked { seconds });
        }
        if !password::fits(word, &person.kept.hash)? {
            let after = self.change(person.id, |kept| {
                kept.lockout = kept.lockout.failed(&settings, now_ms);
                Ok(())
            })?;
            let seconds = after.locked_seconds(now_ms);
            return Err(if seconds > 0 { AccountError::Locked { seconds } } else { AccountError::Wrong });
        }
        // Only whoever knows the password learns that the account is disabled.
        if person.is_disabled() {
            return Err(AccountError::Disabled);
        }
        let person = self.change(person.id, |kept| {
            (kept.lockout, kept.last_ms) = (Lockout::default(), Some(now_ms));
            Ok(())
        })?;
        self.make_room(person.id)?;
        let secret = Secret::new();
        let ends_ms = now_ms.saturating_add(settings.session_hours.saturating_mul(HOUR_MS));
        self.keep(&secret, person.id, &KeyKind::Session { place }, (now_ms, ends_ms))?;
        self.store.forget_keys(now_ms)?;
        Ok(LoggedIn { secret, person, ends_ms })
    }

    fn keep(
        &self,
        secret: &Secret,
        person: RecordId,
        kind: &KeyKind,
        (made_ms, ends_ms): (u64, u64),
    ) -> Result<(), AccountError> {
        let body = serde_json::to_string(kind).map_err(|error| AccountError::Kept(error.to_string()))?;
        let row = KeyRow { digest: secret.digest(), person, made_ms, seen_ms: made_ms, ends_ms, body };
        Ok(self.store.add_key(&row)?)
    }

    fn make_room(&self, person: RecordId) -> Result<(), AccountError> {
        let sessions = self.keys(Some(person))?;
        let sessions = sessions.iter().filter(|key| matches!(key.kind, KeyKind::Session { .. }));
        for old in sessions.skip(MOST_KEYS - 1) {
            self.store.remove_key(old.digest)?;
        }
        Ok(())
    }

    /// Makes a token for a program: it allows of what its person may what is listed, for so many days.
    pub fn new_token(
        &self,
        person: RecordId,
        title: &str,
        may: &[Right],
        days: u64,
        now_ms: u64,
    ) -> Result<(Secret, Key), AccountError> {
        let refuse = |zh: &str, en: &str| Err(AccountError::Token(Bilingual::new(zh, en)));
        let person = self.by_id(person)?;
        let title = title.trim();
        if title.is_empty() || title.chars().count() > 60 {
            return refuse(
                "请写明令牌的用途，不超过 60 字。",
                "Say what the token is for, in 60 characters at most.",
            );
        }
        if !(1..=MOST_TOKEN_DAYS).contains(&days) {
            return refuse("令牌的期限为 1 至 366 天。", "A token holds for 1 to 366 days.");
        }
        let who = Who::of(&person, None);
        if may.is_empty() || !may.iter().all(|right| who.may(*right)) {
            return refuse(
                "令牌的权限须在其人的权限之内，且至少一项。",
                "A token allows at least one thing, and nothing that its person may not.",
            );
        }
        if self.keys(Some(person.id))?.len() >= MOST_KEYS {
            return refuse(
                "令牌和会话太多，请先收回一些。",
                "There are too many tokens and sessions; end some first.",
            );
        }
        let secret = Secret::new();
        let kind = KeyKind::Token { title: title.to_owned(), may: may.to_vec() };
        let ends_ms = now_ms.saturating_add(days * DAY_MS);
        self.keep(&secret, person.id, &kind, (now_ms, ends_ms))?;
        let key = Key {
            digest: secret.digest(),
            person: person.id,
            kind,
            made_ms: now_ms,
            seen_ms: now_ms,
            ends_ms,
        };
        Ok((secret, key))
    }

    /// Whose a key is, where it still opens anything.
    pub fn opened(&self, secret: &Secret, now_ms: u64) -> Result<Option<Opened>, AccountError> {
        let Some(row) = self.store.key(secret.digest())? else { return Ok(None) };
        let key = Key::read(row)?;
        if !key.holds(self.settings()?.idle_minutes, now_ms) {
            return Ok(None);
        }
        let person = self.by_id(key.person)?;
        if person.is_disabled() {
            return Ok(None);
        }
        let who = Who::of(&person, Some(&key));
        Ok(Some(Opened { who, key }))
    }

    /// Notes that a key was used.
    pub fn seen(&self, digest: Digest, now_ms: u64) -> Result<(), AccountError> {
        Ok(self.store.see_key(digest, now_ms)?)
    }

    /// Sessions and tokens of one person or of all, the newest first.
    pub fn keys(&self, person: Option<RecordId>) -> Result<Vec<Key>, AccountError> {
        self.store.keys(person)?.into_iter().map(Key::read).collect()
    }

    /// Those that still open anything.
    pub fn open_keys(&self, person: Option<RecordId>, now_ms: u64) -> Result<Vec<Key>, AccountError> {
        let idle = self.settings()?.idle_minutes;
        let mut keys = self.keys(person)?;
        keys.retain(|key| key.holds(idle, now_ms));
        Ok(keys)
    }

    /// Ends a session or a token.
    pub fn end(&self, digest: Digest) -> Result<bool, AccountError> {
        Ok(self.store.remove_key(digest)?)
    }

    /// Ends one of a person's by its name; `false` where there is none.
    pub fn end_named(&self, person: RecordId, name: &str) -> Result<bool, AccountError> {
        let found = self.keys(Some(person))?.into_iter().find(|key| key.name() == name);
        found.map_or(Ok(false), |key| self.end(key.digest))
    }

    /// Ends all that a person has open, but for one.
    pub(super) fn end_all(&self, person: RecordId, but: Option<Digest>) -> Result<(), AccountError> {
        for key in self.keys(Some(person))?.iter().filter(|key| Some(key.digest) != but) {
            self.end(key.digest)?;
        }
        Ok(())
    }
}
