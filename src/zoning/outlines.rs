//! The ground of zones: blocks of one zone dissolved, every vertex as it was.

use geo_types::MultiPolygon;

use super::blocks::Blocks;
use crate::topology::{Coverage, CoverageError, dissolve};

impl Blocks {
    /// The ground of each zone, by number below `zones`; blocks without a zone are left out.
    ///
    /// # Errors
    /// More vertices than can be numbered.
    pub fn outlines(&self, zone: &[Option<u32>], zones: usize) -> Result<Vec<MultiPolygon>, CoverageError> {
        let coverage = Coverage::build(self.shapes.iter().map(Some))?;
        Ok(dissolve(&coverage, zones, |unit| zone[unit].map(|zone| zone as usize)))
    }
}
