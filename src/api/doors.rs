//! The doors of a server: who comes in by which key, how often one may try, what is noted of it.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use moka::sync::Cache;

use super::app::App;
use super::problem::Problem;
use crate::accounts::{Access, AccessLog, AccountError, Accounts, Opened, Secret};
use crate::model::Digest;

/// How long a key is taken as it was found: what an administrator ends elsewhere ends after this.
const KEY_KEPT: Duration = Duration::from_secs(2);
/// How often a register without people is asked whether it has some.
const ASKED_EVERY: Duration = Duration::from_secs(1);
/// How exactly it is known when a key was last used.
const SEEN_EVERY_MS: u64 = 60_000;
/// Passwords that are looked at at once: each takes 19 MiB and some tens of milliseconds.
const HASHED_AT_ONCE: usize = 4;
/// Refused logins from one address within a minute; more are not looked at.
const TRIES: u32 = 20;
const TRIES_WITHIN: Duration = Duration::from_secs(60);
/// Addresses that are remembered.
const ADDRESSES: usize = 10_000;

/// The doors.
pub struct Doors {
    keys: Cache<Digest, Opened>,
    /// whether there are people; once there are, there always are
    guarded: AtomicBool,
    asked: Mutex<Option<Instant>>,
    seen: Mutex<BTreeMap<Digest, u64>>,
    tries: Mutex<HashMap<IpAddr, (Instant, u32)>>,
    hashing: AtomicUsize,
    log: AccessLog,
}

impl Default for Doors {
    fn default() -> Self {
        Self {
            keys: Cache::builder().max_capacity(10_000).time_to_live(KEY_KEPT).build(),
            guarded: AtomicBool::new(false),
            asked: Mutex::default(),
            seen: Mutex::default(),
            tries: Mutex::default(),
            hashing: AtomicUsize::new(0),
            log: AccessLog::default(),
        }
    }
}

/// A lock whose holder panicked is taken over: what these guard changes in single steps.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A place among those whose passwords are looked at.
pub struct Turn<'a>(&'a AtomicUsize);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Doors {
    /// Whether the answer to [`App::is_guarded`] is known without asking the store.
    pub fn knows(&self) -> bool {
        self.guarded.load(Ordering::Acquire) || lock(&self.asked).is_some_and(|at| at.elapsed() < ASKED_EVERY)
    }

    /// The key as it was just found.
    pub fn kept(&self, secret: &Secret) -> Option<Opened> {
        self.keys.get(&secret.digest())
    }

    /// Forgets a key that has ended here.
    pub fn forget(&self, digest: Option<Digest>) {
        match digest {
            Some(digest) => self.keys.invalidate(&digest),
            None => self.keys.invalidate_all(),
        }
    }

    /// Whether an address may try another password; seconds to wait where not.
    pub fn may_try(&self, address: Option<IpAddr>) -> Result<(), u64> {
        let Some(address) = address else { return Ok(()) };
        match lock(&self.tries).get(&address) {
            Some((since, tries)) if *tries >= TRIES && since.elapsed() < TRIES_WITHIN => {
                Err((TRIES_WITHIN - since.elapsed()).as_secs().max(1))
            }
            _ => Ok(()),
        }
    }

    /// Notes that a password from an address was wrong.
    pub fn failed(&self, address: Option<IpAddr>) {
        let Some(address) = address else { return };
        let mut tries = lock(&self.tries);
        tries.retain(|_, (since, _)| since.elapsed() < TRIES_WITHIN);
        // So many at once are no people; those that are remembered stay.
        if tries.len() < ADDRESSES {
            tries.entry(address).or_insert_with(|| (Instant::now(), 0)).1 += 1;
        }
    }

    /// A turn at having a password looked at.
    pub fn turn(&self) -> Option<Turn<'_>> {
        let taken = self.hashing.fetch_add(1, Ordering::AcqRel);
        let turn = Turn(&self.hashing);
        (taken < HASHED_AT_ONCE).then_some(turn)
    }
}

impl From<AccountError> for Problem {
    fn from(error: AccountError) -> Self {
        use axum::http::StatusCode;
        let said = error.sentence();
        let of = |status, code| Self::new(status, code, said.zh.clone(), said.en.clone());
        match error {
            AccountError::Wrong => of(StatusCode::UNAUTHORIZED, "login.wrong").then(
                "请核对后再试；忘记密码请找系统管理员重设。",
                "Check both; an administrator can reset a password.",
            ),
            AccountError::Locked { seconds } => of(StatusCode::TOO_MANY_REQUESTS, "login.locked")
                .then(
                    "请稍后再试，或请系统管理员重设密码。",
                    "Wait, or have an administrator reset the password.",
                )
                .with("retry_after", seconds),
            AccountError::Disabled => of(StatusCode::FORBIDDEN, "login.disabled")
                .then("请联系系统管理员。", "Ask an administrator."),
            AccountError::Unknown(_) => of(StatusCode::NOT_FOUND, "person.unknown"),
            AccountError::Successor(_) => of(StatusCode::UNPROCESSABLE_ENTITY, "person.successor"),
            AccountError::Taken(_) => of(StatusCode::CONFLICT, "person.taken"),
            AccountError::Overtaken => of(StatusCode::CONFLICT, "person.overtaken"),
            AccountError::Name(_) => of(StatusCode::UNPROCESSABLE_ENTITY, "person.name"),
            AccountError::Weak(_) => of(StatusCode::UNPROCESSABLE_ENTITY, "password.weak"),
            AccountError::Role(_) => of(StatusCode::UNPROCESSABLE_ENTITY, "person.role"),
            AccountError::Token(_) => of(StatusCode::UNPROCESSABLE_ENTITY, "token.unfit"),
            AccountError::Setting(_) => of(StatusCode::UNPROCESSABLE_ENTITY, "setting.unfit"),
            AccountError::Store(error) => error.into(),
            other @ (AccountError::Kept(_) | AccountError::Hash(_)) => Self::internal(&other),
        }
    }
}

impl App {
    /// The people of the register.
    pub fn accounts(&self) -> Accounts<'_> {
        Accounts::of(self.register.people(), self.register.settings())
    }

    /// Whether the register has people, so that what one may depends on who one is. Asks the store now and then.
    pub fn is_guarded(&self) -> Result<bool, Problem> {
        if self.doors.knows() {
            return Ok(self.doors.guarded.load(Ordering::Acquire));
        }
        let guarded = !self.accounts().is_empty()?;
        self.doors.guarded.store(guarded, Ordering::Release);
        *lock(&self.doors.asked) = Some(Instant::now());
        Ok(guarded)
    }

    /// Whose key it is, where it opens anything. Asks the store.
    pub fn opened(&self, secret: &Secret) -> Result<Option<Opened>, Problem> {
        let now = self.now_ms();
        let found = self.accounts().opened(secret, now)?;
        if let Some(opened) = &found {
            if now.saturating_sub(opened.key.seen_ms) > SEEN_EVERY_MS {
                lock(&self.doors.seen).insert(opened.key.digest, now);
            }
            self.doors.keys.insert(opened.key.digest, opened.clone());
        }
        Ok(found)
    }

    /// Notes an access; it is written by [`Self::write_accesses`].
    pub fn note(&self, access: Access) {
        if self.doors.log.add(access) {
            self.write_accesses();
        }
    }

    /// Writes what was noted of accesses and when keys were last used. Waits for whoever writes to the register.
    pub fn write_accesses(&self) {
        let seen = std::mem::take(&mut *lock(&self.doors.seen));
        let accounts = self.accounts();
        let written = seen
            .into_iter()
            .try_for_each(|(digest, at)| accounts.seen(digest, at))
            .and_then(|()| self.doors.log.write(&accounts, self.now_ms()));
        if let Err(error) = written {
            tracing::warn!(%error, "who came in cannot be noted");
        }
    }
}
