//! GeoJSON coordinates straight into `geo` types, without a tree of JSON values in between.

use geo_types::{
    Coord, Geometry, GeometryCollection, LineString, MultiLineString, MultiPoint, MultiPolygon, Point,
    Polygon,
};
use serde::Deserialize;
use serde::de::{Deserializer, Error as _, SeqAccess, Visitor};

/// A geometry as it stands. (serde_json bounds the depth of collections within collections.)
#[derive(Default, Deserialize)]
pub(super) struct RawGeometry {
    /// its `type`
    #[serde(rename = "type", default)]
    pub kind: Option<String>,
    /// its `coordinates`
    #[serde(default)]
    pub coordinates: Option<Nest>,
    /// members of a collection
    #[serde(default)]
    pub geometries: Option<Vec<RawGeometry>>,
}

/// Coordinates by how deep they are nested.
pub(super) enum Nest {
    Empty,
    Position(Coord, bool),
    Line(Vec<Coord>, bool),
    Rings(Vec<Vec<Coord>>, bool),
    Multi(Vec<Vec<Vec<Coord>>>, bool),
}

/// Why a geometry cannot be read, Chinese and English.
pub(super) type Why = (&'static str, &'static str);

impl RawGeometry {
    /// The geometry, `None` if it is empty, and whether it had heights.
    pub fn into_geometry(self) -> Result<(Option<Geometry>, bool), Why> {
        if let Some(parts) = self.geometries {
            let mut heights = false;
            let mut geometries = Vec::with_capacity(parts.len());
            for part in parts {
                let (geometry, high) = part.into_geometry()?;
                heights |= high;
                geometries.extend(geometry);
            }
            let geometry = (!geometries.is_empty())
                .then_some(Geometry::GeometryCollection(GeometryCollection(geometries)));
            return Ok((geometry, heights));
        }
        let kind = self.kind.as_deref().unwrap_or_default();
        let nest = self.coordinates.ok_or(("没有坐标", "no coordinates"))?;
        let lines = |rings: Vec<Vec<Coord>>| rings.into_iter().map(LineString).collect::<Vec<_>>();
        Ok(match (kind, nest) {
            (_, Nest::Empty) => (None, false),
            ("Point", Nest::Position(c, high)) => (Some(Point(c).into()), high),
            ("MultiPoint", Nest::Line(line, high)) => {
                (Some(MultiPoint(line.into_iter().map(Point).collect()).into()), high)
            }
            ("LineString", Nest::Line(line, high)) => (Some(LineString(line).into()), high),
            ("MultiLineString", Nest::Rings(rings, high)) => {
                (Some(MultiLineString(lines(rings)).into()), high)
            }
            ("Polygon", Nest::Rings(rings, high)) => (Some(polygon(rings).into()), high),
            ("MultiPolygon", Nest::Multi(parts, high)) => {
                let polygons = parts.into_iter().filter(|rings| !rings.is_empty()).map(polygon).collect();
                (Some(MultiPolygon(polygons).into()), high)
            }
            ("Point" | "MultiPoint" | "LineString" | "MultiLineString" | "Polygon" | "MultiPolygon", _) => {
                return Err(("坐标的层数与图形类型不符", "the coordinates are not nested as the type wants"));
            }
            _ => return Err(("图形类型不是 GeoJSON 的", "not a type of geometry that GeoJSON knows")),
        })
    }
}

fn polygon(rings: Vec<Vec<Coord>>) -> Polygon {
    let mut rings = rings.into_iter().map(LineString);
    Polygon::new(rings.next().unwrap_or_else(|| LineString(vec![])), rings.collect())
}

impl<'de> Deserialize<'de> for Nest {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        match from.deserialize_any(NestVisitor)? {
            Item::Nest(nest) => Ok(nest),
            Item::Number(_) => Err(D::Error::custom("a number where coordinates are wanted")),
        }
    }
}

/// What may stand in an array of coordinates.
enum Item {
    Number(f64),
    Nest(Nest),
}

impl<'de> Deserialize<'de> for Item {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(NestVisitor)
    }
}

/// A position that stands in an array of positions; no allocation.
struct Position(Coord, bool);

impl<'de> Deserialize<'de> for Position {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct PositionVisitor;
        impl<'de> Visitor<'de> for PositionVisitor {
            type Value = Position;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a position")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Position, A::Error> {
                let x = seq.next_element()?.ok_or_else(|| A::Error::custom("an empty position"))?;
                rest_of_position(x, &mut seq)
            }
        }
        from.deserialize_seq(PositionVisitor)
    }
}

fn rest_of_position<'de, A: SeqAccess<'de>>(x: f64, seq: &mut A) -> Result<Position, A::Error> {
    let y = seq.next_element()?.ok_or_else(|| A::Error::custom("a position of one number"))?;
    let mut more = false;
    while seq.next_element::<Option<f64>>()?.is_some() {
        more = true;
    }
    Ok(Position(Coord { x, y }, more))
}

struct NestVisitor;

impl<'de> Visitor<'de> for NestVisitor {
    type Value = Item;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("coordinates")
    }

    fn visit_f64<E>(self, number: f64) -> Result<Item, E> {
        Ok(Item::Number(number))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Item, E> {
        Ok(Item::Number(number as f64))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Item, E> {
        Ok(Item::Number(number as f64))
    }

    fn visit_unit<E>(self) -> Result<Item, E> {
        Ok(Item::Nest(Nest::Empty))
    }

    /// The first element tells how deep this one is; the others are read as what it was.
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Item, A::Error> {
        let mut first = loop {
            match seq.next_element::<Item>()? {
                None => return Ok(Item::Nest(Nest::Empty)),
                Some(Item::Nest(Nest::Empty)) => {}
                Some(item) => break item,
            }
        };
        let nest = match &mut first {
            Item::Number(x) => {
                let Position(c, high) = rest_of_position(*x, &mut seq)?;
                Nest::Position(c, high)
            }
            Item::Nest(Nest::Position(c, high)) => {
                let mut line = vec![*c];
                while let Some(Position(c, more)) = seq.next_element()? {
                    line.push(c);
                    *high |= more;
                }
                line.shrink_to_fit();
                Nest::Line(line, *high)
            }
            Item::Nest(Nest::Line(line, high)) => {
                let mut rings = vec![std::mem::take(line)];
                while let Some(nest) = seq.next_element()? {
                    match nest {
                        Nest::Line(line, more) => {
                            rings.push(line);
                            *high |= more;
                        }
                        Nest::Empty => {}
                        _ => return Err(A::Error::custom("coordinates of unequal depth")),
                    }
                }
                Nest::Rings(rings, *high)
            }
            Item::Nest(Nest::Rings(rings, high)) => {
                let mut parts = vec![std::mem::take(rings)];
                while let Some(nest) = seq.next_element()? {
                    match nest {
                        Nest::Rings(rings, more) => {
                            parts.push(rings);
                            *high |= more;
                        }
                        Nest::Empty => {}
                        _ => return Err(A::Error::custom("coordinates of unequal depth")),
                    }
                }
                Nest::Multi(parts, *high)
            }
            Item::Nest(_) => return Err(A::Error::custom("coordinates nested too deep")),
        };
        Ok(Item::Nest(nest))
    }
}
