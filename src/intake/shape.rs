//! A file's geometry to the register's: transformed, settled, checked.

use geo_types::{Coord, Geometry};

use serde_json::{Value as Json, json};

use super::{OtherDatum, validity};
use crate::crs::{Crs, CrsError, Transform};
use crate::model::geometry::{self, GeometryError};
use crate::model::{GeometryKind, Layer};

/// What became of a geometry.
pub(super) enum Shape {
    /// fit to be kept; with a place where its outline crosses itself, if it does
    Settled(Geometry, Option<Coord>),
    /// it has no coordinates
    Empty,
    /// the layer keeps no geometry
    LeftOut,
    /// it cannot be kept
    Refused {
        /// for the coordinates, not for the kind
        out_of_range: bool,
        /// why
        zh: String,
        /// why
        en: String,
    },
}

/// Prepared for one file and one layer.
pub(super) struct Shaper {
    kind: GeometryKind,
    way: Option<Transform>,
    /// system and datum of what is received, where it is another datum's
    received: Option<Json>,
}

impl Shaper {
    pub(super) fn new(layer: Layer, crs: Option<&Crs>, datum: Option<OtherDatum>) -> Result<Self, CrsError> {
        let kind = layer.def().geometry;
        let (Some(crs), Some(datum)) = (crs, datum) else {
            let way = crs.map(|crs| Transform::new(crs, &Crs::REGISTER)).transpose()?;
            return Ok(Self { kind, way, received: None });
        };
        let way = match datum {
            OtherDatum::Shift(shift) => Some(Transform::shifted(crs, shift)?),
            OtherDatum::Keep => None,
        };
        let received = json!({ "crs": crs.to_string(), "datum": crs.datum() });
        Ok(Self { kind, way, received: Some(received) })
    }

    /// What was received of another datum, to be kept beside the record.
    pub(super) fn received(&self, found: &Geometry) -> Option<Json> {
        let mut received = self.received.clone().filter(|_| self.kind != GeometryKind::None)?;
        received["geometry"] = serde_json::to_value(geojson::Geometry::from(found)).ok()?;
        Some(received)
    }

    /// Whether geometries stay on their datum, beside records without any.
    pub(super) fn only_keeps(&self) -> bool {
        self.received.is_some() && self.way.is_none()
    }

    /// Whether the system of the coordinates is known.
    pub(super) fn ready(&self) -> bool {
        self.way.is_some() || self.received.is_some()
    }

    /// Whether the file's coordinates are the register's numbers.
    pub(super) fn keeps_numbers(&self) -> bool {
        self.received.is_none() && self.way.as_ref().is_none_or(Transform::is_identity)
    }

    /// Without a known system the coordinates are taken for the register's: callers ask before.
    pub(super) fn shape(&self, found: Geometry) -> Shape {
        if self.kind == GeometryKind::None {
            return Shape::LeftOut;
        }
        if !matches!(found, Geometry::Point(_)) && geometry::coord_count(&found) == 0 {
            return Shape::Empty;
        }
        let moved = match &self.way {
            Some(way) if !way.is_identity() => match way.geometry(found) {
                Ok(moved) => moved,
                Err(error) => {
                    return Shape::Refused {
                        out_of_range: true,
                        zh: "坐标超出所给坐标系的范围".into(),
                        en: error.to_string(),
                    };
                }
            },
            _ => found,
        };
        match geometry::settle(moved, self.kind) {
            Ok(settled) => {
                let invalid = validity::crossing(&settled);
                Shape::Settled(settled, invalid)
            }
            Err(error) => refusal(error),
        }
    }
}

/// A kind of GeoJSON in a word.
fn word(kind: &str) -> &str {
    match kind {
        "Point" => "点",
        "MultiPoint" => "多个点",
        "LineString" | "MultiLineString" => "线",
        "Polygon" | "MultiPolygon" => "面",
        "GeometryCollection" => "几种图形的组合",
        other => other,
    }
}

fn refusal(error: GeometryError) -> Shape {
    let zh = match error {
        GeometryError::Kind { wanted, found } => {
            let wanted = match wanted {
                GeometryKind::Point => "点",
                GeometryKind::Line => "线",
                GeometryKind::Area => "面",
                GeometryKind::Any | GeometryKind::None => "单一类型的图形",
            };
            format!("图形类型不符：该图层收{wanted}，这是{}", word(found))
        }
        GeometryError::Range => "坐标不是以度为单位的经纬度".into(),
        GeometryError::Empty => "图形不完整：线不足两点，或环不足四点".into(),
    };
    Shape::Refused { out_of_range: error == GeometryError::Range, zh, en: error.to_string() }
}
