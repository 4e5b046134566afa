//! Boxes in degrees, closed on all sides: those of `rstar`.

use geo_types::{Coord, Geometry, Rect};

use crate::model::geometry;

/// A box; round nothing it is the one that holds no point.
pub(super) type Bounds = rstar::AABB<Coord>;

/// Round a geometry; `None` for an empty one.
pub(super) fn of(geometry: &Geometry) -> Option<Bounds> {
    geometry::bounds(geometry).map(from)
}

/// From a rectangle.
pub(super) fn from(rect: Rect) -> Bounds {
    Bounds::from_corners(rect.min(), rect.max())
}

/// As a rectangle; `None` for the box round nothing.
pub(super) fn rect(bounds: Bounds) -> Option<Rect> {
    let (min, max) = (bounds.lower(), bounds.upper());
    (min.x <= max.x && min.y <= max.y).then(|| Rect::new(min, max))
}
