//! Service circles: scenarios that people keep, and where new facilities belong, worked out as a job.

mod kept;
mod siting;

pub use kept::Scenario;
pub(super) use siting::siting;
pub use siting::{SitingModel, SitingParams, SitingRun};
