//! The ground of a finding: where it is on the map, how large and how wide.

use geo_types::{Geometry, Rect};

use crate::model::geometry;
use crate::model::layers::DivisionLevel;
use crate::topology::Kind;

/// Which ground a finding is about.
#[derive(Clone, Debug, PartialEq)]
pub struct Ground {
    /// what is wrong with the coverage there
    pub kind: Kind,
    /// of which level
    pub level: DivisionLevel,
    /// where: the ground, the stretch of border or the point; the same for the same fault
    pub place: Geometry,
    /// m²
    pub area_m2: f64,
    /// m
    pub width_m: f64,
    /// whether the finding belongs to the place and not to its record: kept in step by window
    pub by_place: bool,
}

impl Ground {
    /// The box round it.
    pub fn bounds(&self) -> Option<Rect> {
        geometry::bounds(&self.place)
    }
}
