//! Names found as people type them: whole or in part, in characters, pinyin or both, with one slip, under a
//! former name, or behind the division that they lie in.
//!
//! [`Directory`] is the search over a register; the modules beside it are the index that it asks. Pinyin is a
//! layer for slips: what is written in characters is compared as characters.

mod directory;
mod find;
mod fold;
mod han;
mod index;
mod kind;
mod latin;
mod letters;
mod owners;
mod rank;
mod syllable;

pub use directory::{Ask, Directory, Found};
pub(super) use fold::{alike, core, fold, is_han};
pub use kind::Kind;
pub(super) use letters::plain;
