//! Service circles: who reaches what in which time, what share that is, and where the next facility belongs.
//!
//! `ground` is what a register gives (streets, gates, homes, facilities), `circle` what is asked of it, `checks` the
//! findings on it.
//! Each problem is a struct of plain values: places on a network, weights, limits. Nothing here reads files or knows
//! a clock; answers are the same for the same input, whatever the number of threads.

pub mod checks;
pub mod circle;
mod coverage;
mod error;
pub mod ground;
mod reach;
mod service;
pub mod siting;
mod straight;

pub use coverage::{Counted, Coverage, Share, Units, within as is_within};
pub use error::AccessError;
pub use reach::{Reach, Served};
pub use service::{Evidence, Limit, Measure, Per, Service, Services, Standard, Target, services};
pub use straight::straight_m;
