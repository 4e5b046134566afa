//! Geometries in filters and how they lie to those of records.

use geo::{BoundingRect as _, Intersects as _, Relate as _};
use geo_types::{Coord, Geometry, GeometryCollection, Rect};
use serde_json::Value as Json;

use super::FilterError;
use crate::crs::Crs;
use crate::model::{GeometryKind, Record, geometry};

/// A relation of two geometries (OGC Simple Features).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Relation {
    Contains,
    Crosses,
    Disjoint,
    Equals,
    Intersects,
    Overlaps,
    Touches,
    Within,
}

impl Relation {
    /// By the name of the function.
    pub(super) fn of(name: &str) -> Option<Self> {
        Some(match name {
            "s_contains" => Self::Contains,
            "s_crosses" => Self::Crosses,
            "s_disjoint" => Self::Disjoint,
            "s_equals" => Self::Equals,
            "s_intersects" => Self::Intersects,
            "s_overlaps" => Self::Overlaps,
            "s_touches" => Self::Touches,
            "s_within" => Self::Within,
            _ => return None,
        })
    }

    fn holds(self, a: &Geometry, b: &Geometry) -> bool {
        let near = a.bounding_rect().zip(b.bounding_rect()).is_some_and(|(a, b)| a.intersects(&b));
        match self {
            // The cheap questions first: most records lie elsewhere.
            _ if !near => self == Self::Disjoint,
            Self::Intersects => a.intersects(b),
            Self::Disjoint => !a.intersects(b),
            Self::Contains => a.relate(b).is_contains(),
            Self::Within => a.relate(b).is_within(),
            Self::Equals => a.relate(b).is_equal_topo(),
            Self::Touches => a.relate(b).is_touches(),
            Self::Crosses => a.relate(b).is_crosses(),
            Self::Overlaps => a.relate(b).is_overlaps(),
        }
    }
}

/// A geometry asked about.
#[derive(Clone, Debug)]
pub(super) enum Shape {
    /// the record's
    Own,
    /// one that stands in the filter, in the register's coordinates
    Given(Box<Geometry>),
}

impl Shape {
    fn of<'a>(&'a self, record: &'a Record) -> Option<&'a Geometry> {
        match self {
            Self::Own => record.geometry.as_deref(),
            Self::Given(geometry) => Some(geometry),
        }
    }
}

/// Two geometries and how they should lie.
#[derive(Clone, Debug)]
pub(super) struct Spatial {
    pub(super) relation: Relation,
    pub(super) left: Shape,
    pub(super) right: Shape,
}

impl Spatial {
    /// Unknown where the record has no geometry.
    pub(super) fn truth(&self, record: &Record) -> Option<bool> {
        Some(self.relation.holds(self.left.of(record)?, self.right.of(record)?))
    }

    /// The box that a record's geometry must meet.
    pub(super) fn window(&self) -> Option<Rect> {
        match (&self.left, &self.right) {
            (Shape::Own, Shape::Given(given)) | (Shape::Given(given), Shape::Own)
                if self.relation != Relation::Disjoint =>
            {
                geometry::bounds(given)
            }
            _ => None,
        }
    }
}

/// A geometry as GeoJSON or a `bbox` of a filter, in the register's coordinates.
pub(super) fn read(json: &Json, crs: &Crs) -> Result<Geometry, FilterError> {
    let bad =
        |why: &dyn std::fmt::Display| FilterError::Geometry(why.to_string().chars().take(200).collect());
    let plain = match json.get("bbox") {
        Some(numbers) => Geometry::Polygon(corners(numbers).ok_or_else(|| bad(&"bbox"))?.to_polygon()),
        None => {
            let read: geojson::Geometry =
                serde_json::from_value(json.clone()).map_err(|error| bad(&error))?;
            Geometry::try_from(read).map_err(|error| bad(&error))?
        }
    };
    let moved = crs.place(plain).map_err(|error| bad(&error))?;
    match moved {
        Geometry::GeometryCollection(parts) if !parts.0.is_empty() => {
            let settled: Result<Vec<_>, _> =
                parts.0.into_iter().map(|part| geometry::settle(part, GeometryKind::Any)).collect();
            settled
                .map(|parts| Geometry::GeometryCollection(GeometryCollection(parts)))
                .map_err(|error| bad(&error))
        }
        other => geometry::settle(other, GeometryKind::Any).map_err(|error| bad(&error)),
    }
}

fn corners(numbers: &Json) -> Option<Rect> {
    let numbers: Vec<f64> = numbers.as_array()?.iter().map(Json::as_f64).collect::<Option<_>>()?;
    let (low, high) = match numbers[..] {
        [x, y, u, v] | [x, y, _, u, v, _] => (Coord { x, y }, Coord { x: u, y: v }),
        _ => return None,
    };
    (low.x <= high.x && low.y <= high.y).then(|| Rect::new(low, high))
}
