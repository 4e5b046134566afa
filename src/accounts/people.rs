//! The people of a register: added, changed, disabled, given roles.

use super::error::AccountError;
use super::lockout::Lockout;
use super::password;
use super::person::{Grant, Kept, Person, login_of, name_of};
use super::settings::Settings;
use crate::model::{IdSource, RecordId};
use crate::store::{AccountStore, SettingStore};

/// The people of a register.
#[derive(Clone, Copy)]
pub struct Accounts<'a> {
    pub(super) store: &'a dyn AccountStore,
    settings: &'a dyn SettingStore,
}

/// Somebody to be added.
#[derive(Clone, Debug, Default)]
pub struct NewPerson {
    /// what the person logs in as
    pub login: String,
    /// what the person is called; it stands in the log, so no two are called the same
    pub name: String,
    /// the roles
    pub grants: Vec<Grant>,
}

/// Which password a person gets.
#[derive(Clone, Debug)]
pub enum Initial {
    /// one that we make up, to be changed at the first login
    Made,
    /// one that is given, to be changed at the first login
    Given(String),
}

/// How often a change is tried anew where another came between.
const TRIES: usize = 5;

impl<'a> Accounts<'a> {
    /// Of a register's store.
    pub fn of(store: &'a dyn AccountStore, settings: &'a dyn SettingStore) -> Self {
        Self { store, settings }
    }

    /// What the office has set.
    pub fn settings(&self) -> Result<Settings, AccountError> {
        Settings::of(self.settings)
    }

    /// Sets one setting.
    pub fn set(&self, name: &str, text: &str) -> Result<Settings, AccountError> {
        Settings::set(self.settings, name, text)
    }

    /// Everybody, by login.
    pub fn people(&self) -> Result<Vec<Person>, AccountError> {
        self.store.people()?.into_iter().map(Person::read).collect()
    }

    /// Whether there is anybody: a register without people is open to whoever reaches it.
    pub fn is_empty(&self) -> Result<bool, AccountError> {
        Ok(self.store.people()?.is_empty())
    }

    /// The person with that login.
    pub fn by_login(&self, login: &str) -> Result<Person, AccountError> {
        let unknown = || AccountError::Unknown(login.chars().take(40).collect());
        let wanted = login_of(login).map_err(|_| unknown())?;
        self.people()?.into_iter().find(|person| person.login == wanted).ok_or_else(unknown)
    }

    /// One person.
    pub fn by_id(&self, id: RecordId) -> Result<Person, AccountError> {
        let found = self.people()?.into_iter().find(|person| person.id == id);
        found.ok_or_else(|| AccountError::Unknown(id.to_string()))
    }

    /// Adds a person; returns the password for the first login.
    pub fn add(
        &self,
        new: NewPerson,
        initial: Initial,
        now_ms: u64,
    ) -> Result<(Person, String), AccountError> {
        let (login, name) = (login_of(&new.login)?, name_of(&new.name)?);
        new.grants.iter().try_for_each(Grant::check)?;
        if self.people()?.iter().any(|other| other.name() == name) {
            return Err(AccountError::Taken(name));
        }
        let word = self.chosen(initial, [&login, &name])?;
        let person = Person {
            id: IdSource::new(now_ms, rand::random()).next_id(),
            login,
            tick: 0,
            kept: Kept {
                name,
                hash: password::hash(&word)?,
                must_change: true,
                disabled: false,
                grants: new.grants,
                lockout: Lockout::default(),
                made_ms: now_ms,
                set_ms: now_ms,
                last_ms: None,
                successor: None,
            },
        };
        if self.store.add_person(&person.row()?)? {
            Ok((person, word))
        } else {
            Err(AccountError::Taken(person.login))
        }
    }

    fn chosen(&self, initial: Initial, called: [&str; 2]) -> Result<String, AccountError> {
        match initial {
            Initial::Made => Ok(password::initial()),
            Initial::Given(word) => {
                password::check(&word, self.settings()?.password_length, called)?;
                Ok(word)
            }
        }
    }

    /// Gives a person a new password, to be changed at the next login, and ends all that the person has open.
    pub fn reset(&self, id: RecordId, initial: Initial, now_ms: u64) -> Result<String, AccountError> {
        let person = self.by_id(id)?;
        let word = self.chosen(initial, [&person.login, person.name()])?;
        let hash = password::hash(&word)?;
        self.change(id, |kept| {
            kept.hash.clone_from(&hash);
            (kept.must_change, kept.set_ms, kept.lockout) = (true, now_ms, Lockout::default());
            Ok(())
        })?;
        self.end_all(id, None)?;
        Ok(word)
    }

    /// A person changes the own password; all other sessions end.
    pub fn change_password(
        &self,
        id: RecordId,
        (old, new): (&str, &str),
        keep: Option<crate::model::Digest>,
        now_ms: u64,
    ) -> Result<(), AccountError> {
        let person = self.by_id(id)?;
        if !password::fits(old, &person.kept.hash)? {
            return Err(AccountError::Wrong);
        }
        password::check(new, self.settings()?.password_length, [&person.login, person.name()])?;
        if password::fits(new, &person.kept.hash)? {
            let (zh, en) = ("新密码与旧密码相同。", "The new password is the old one.");
            return Err(AccountError::Weak(crate::model::Bilingual::new(zh, en)));
        }
        let hash = password::hash(new)?;
        self.change(id, |kept| {
            kept.hash.clone_from(&hash);
            (kept.must_change, kept.set_ms) = (false, now_ms);
            Ok(())
        })?;
        self.end_all(id, keep)
    }

    /// Disables or enables an account; disabled, all that the person has open ends.
    pub fn disable(&self, id: RecordId, disabled: bool) -> Result<Person, AccountError> {
        let person = self.change(id, |kept| {
            kept.disabled = disabled;
            if !disabled {
                kept.lockout = Lockout::default();
                kept.successor = None;
            }
            Ok(())
        })?;
        if disabled {
            self.end_all(id, None)?;
        }
        Ok(person)
    }

    /// Gives a person these roles and no others.
    pub fn grant(&self, id: RecordId, grants: &[Grant]) -> Result<Person, AccountError> {
        grants.iter().try_for_each(Grant::check)?;
        self.change(id, |kept| {
            kept.grants = grants.to_vec();
            Ok(())
        })
    }

    /// Changes what is kept of a person, on what another may just have written.
    pub(super) fn change(
        &self,
        id: RecordId,
        mut with: impl FnMut(&mut Kept) -> Result<(), AccountError>,
    ) -> Result<Person, AccountError> {
        for _ in 0..TRIES {
            let mut person = self.by_id(id)?;
            with(&mut person.kept)?;
            if self.store.replace_person(&person.row()?)? {
                person.tick += 1;
                return Ok(person);
            }
        }
        Err(AccountError::Overtaken)
    }
}
