//! Shapes of geometries that share no border; those of large ones are kept.

use std::sync::Arc;

use geo_types::{Geometry, Polygon};
use moka::sync::Cache;

use super::shape::Shape;
use super::world::MAX_ZOOM;

/// Vertices from which a shape is worth keeping.
const LARGE: usize = 200;

/// The shapes of large geometries, found by the geometry's address. A kept shape holds its geometry, so
/// that no other can come to lie at the same address.
pub struct Shapes(Cache<usize, (Arc<Geometry>, Shape)>);

impl Shapes {
    /// Keeps that many bytes.
    pub fn new(bytes: u64) -> Self {
        let weigh = |_: &usize, (_, shape): &(Arc<Geometry>, Shape)| {
            // The geometry may be held here alone: 16 bytes a vertex.
            u32::try_from(shape.weight() + 16 * shape.outline().len()).unwrap_or(u32::MAX)
        };
        Self(Cache::builder().weigher(weigh).max_capacity(bytes).build())
    }

    /// The shape of a geometry for tiles of a zoom.
    pub fn of(&self, geometry: &Arc<Geometry>, z: u8) -> Shape {
        if size(geometry) >= LARGE {
            let make = || (geometry.clone(), Shape::alone(geometry));
            self.0.get_with(Arc::as_ptr(geometry).addr(), make).1
        } else if z == MAX_ZOOM {
            Shape::whole(geometry)
        } else {
            Shape::alone(geometry)
        }
    }
}

/// How many vertices, without looking at them.
fn size(geometry: &Geometry) -> usize {
    let polygon =
        |p: &Polygon| p.exterior().0.len() + p.interiors().iter().map(|ring| ring.0.len()).sum::<usize>();
    match geometry {
        Geometry::LineString(line) => line.0.len(),
        Geometry::MultiLineString(lines) => lines.0.iter().map(|line| line.0.len()).sum(),
        Geometry::Polygon(p) => polygon(p),
        Geometry::MultiPolygon(polygons) => polygons.0.iter().map(polygon).sum(),
        Geometry::MultiPoint(points) => points.0.len(),
        _ => 0,
    }
}
