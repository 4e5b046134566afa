//! Where households live, as the register has it: counts by what they count, compounds by place, homes among
//! buildings. What is done with them (blocks, service circles) is not known here.

mod counts;
mod grounds;

pub use counts::Counts;
pub use grounds::Grounds;

use geo::InteriorPoint as _;
use geo_types::Coord;

use crate::crs::geodesic;
use crate::model::{Record, Value};

/// A point inside of a record's geometry.
pub fn middle(record: &Record) -> Option<Coord> {
    record.geometry.as_deref()?.interior_point().map(|point| point.0)
}

/// Whether people live in a building; one that does not say what it is counts.
pub fn is_residential(record: &Record) -> bool {
    record.text("kind").is_none_or(|kind| matches!(kind, "residential" | "house" | "dormitory" | "mixed"))
}

/// Footprint times floors, m².
pub fn floor_area(record: &Record) -> f64 {
    let floors = match record.get("floors") {
        Some(Value::Int(floors)) => floors.clamp(1, 200) as f64,
        _ => 1.0,
    };
    record.geometry.as_deref().map_or(0.0, geodesic::area_m2) * floors
}
