//! What checks of any kind notice about records: put together, described with its rule, and as rows of a table.
//!
//! Which checks there are is known to those who have them (`boundary::checks`, `names::checks`).

mod describe;
mod found;
mod ground;
mod run;
pub mod sheet;

pub use describe::{CheckFinding, CheckRecord, severity_title, word as severity_word};
pub use found::{Found, Notice, Noticed};
pub use ground::Ground;
pub use run::run;
