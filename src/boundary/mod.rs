//! Boundary lines and markers (行政区域界线、界桩): derived from the divisions, described in words, numbered.
//!
//! Services only: they read a snapshot and answer with changes and findings; writing is for `register`,
//! which the command line and the API call. Limits of communities and grids (管辖范围) are no administrative
//! boundaries: they have neither lines nor markers.

pub mod alignment;
pub mod arrival;
pub mod checks;
mod defaults;
pub mod editing;
mod frame;
pub mod inspection;
pub mod ledger;
pub mod lines;
pub mod number;
pub mod numbering;
pub mod objects;
pub mod path;
pub mod repair;
mod sight;
pub mod standard;
pub mod station;
pub mod tables;
pub mod versions;

pub use defaults::{Defaults, Follow, Lead, LeadDefaults, MarkerDefaults, defaults};
pub use sight::Sight;
