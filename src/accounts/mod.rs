//! Who may do what: people, passwords, sessions, tokens, roles and the one table of rights.
//!
//! Rights stand in `data/accounts/rights.toml` ([`Rights`]); whoever asks is a [`Who`], and what one may follows
//! from both and from nothing else. People lie beside the log, never in it: a password must be forgotten when it is
//! changed. Nothing here knows HTTP; the clock is passed in.

mod access;
mod error;
mod handover;
mod lockout;
mod password;
mod people;
mod person;
mod rights;
mod sessions;
mod settings;
mod who;

pub use access::{Access, AccessKind, AccessLog};
pub use error::AccountError;
pub use handover::in_charge;
pub use lockout::Lockout;
pub use people::{Accounts, Initial, NewPerson};
pub use person::{Grant, Person};
pub use rights::{Approval, Bounds, Need, Right, Rights, Role};
pub use sessions::{Key, KeyKind, LoggedIn, MOST_TOKEN_DAYS, Opened, Place, Secret};
pub use settings::Settings;
pub use who::{Reach, Who};

// Whoever asks for accesses may not import the store itself.
pub use crate::store::WhichAccesses;

#[cfg(test)]
mod tests;
