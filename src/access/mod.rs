//! Service circles: who reaches what in which time, what share that is, and where the next facility belongs.
//!
//! Each problem is a struct of plain values: places on a network, weights, limits. Nothing here reads files or knows
//! a clock; answers are the same for the same input, whatever the number of threads.

mod coverage;
mod error;
mod reach;
pub mod siting;
mod straight;

pub use coverage::{Counted, Coverage, Share, Units};
pub use error::AccessError;
pub use reach::{Reach, Served};
pub use straight::straight_m;
