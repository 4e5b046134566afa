//! Geometry as the register keeps it: longitude and latitude in degrees, rounded once, of the layer's kind.

use geo_types::{Coord, Geometry, LineString, MultiLineString, MultiPolygon, Polygon, Rect};

use super::GeometryKind;

/// Why a geometry is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GeometryError {
    /// not of the layer's kind
    #[error("the layer takes {wanted:?}, this is a {found}")]
    Kind {
        /// what the layer takes
        wanted: GeometryKind,
        /// what was there
        found: &'static str,
    },
    /// NaN, infinite, or beyond ±180/±90 degrees
    #[error("a coordinate is not a longitude and latitude in degrees")]
    Range,
    /// no coordinates, or a ring of fewer than four
    #[error("the geometry is empty or a ring has fewer than four points")]
    Empty,
}

/// Grid to which coordinates are rounded on entry, in units per degree: 1e-9 degree, about 0.1 mm.
pub const UNITS_PER_DEGREE: f64 = 1e9;

/// Rounds a coordinate to the register's grid, so that equal points are bit-equal; never `-0.0`.
pub fn round(c: Coord) -> Coord {
    let one = |v: f64| (v * UNITS_PER_DEGREE).round() / UNITS_PER_DEGREE + 0.0;
    Coord { x: one(c.x), y: one(c.y) }
}

/// Makes a geometry fit to be kept: checks range and kind, rounds, promotes a single line or polygon
/// to a multi geometry of one part where the layer wants those, closes rings.
pub fn settle(geometry: Geometry, kind: GeometryKind) -> Result<Geometry, GeometryError> {
    let geometry = match (kind, geometry) {
        (GeometryKind::Point, Geometry::MultiPoint(mut points)) if points.0.len() == 1 => {
            points.0.pop().map(Geometry::Point).ok_or(GeometryError::Empty)?
        }
        (GeometryKind::Line, Geometry::Line(line)) => {
            Geometry::MultiLineString(MultiLineString(vec![LineString(vec![line.start, line.end])]))
        }
        (GeometryKind::Line, Geometry::LineString(line)) => {
            Geometry::MultiLineString(MultiLineString(vec![line]))
        }
        (GeometryKind::Area, Geometry::Polygon(polygon)) => {
            Geometry::MultiPolygon(MultiPolygon(vec![polygon]))
        }
        (GeometryKind::Area, Geometry::Rect(rect)) => {
            Geometry::MultiPolygon(MultiPolygon(vec![rect.to_polygon()]))
        }
        (_, other) => other,
    };
    let fits = match (kind, &geometry) {
        (GeometryKind::Point, Geometry::Point(_))
        | (GeometryKind::Line, Geometry::MultiLineString(_))
        | (GeometryKind::Area, Geometry::MultiPolygon(_)) => true,
        (GeometryKind::Any, Geometry::GeometryCollection(_)) | (GeometryKind::None, _) => false,
        (GeometryKind::Any, _) => true,
        _ => false,
    };
    if !fits {
        return Err(GeometryError::Kind { wanted: kind, found: kind_name(&geometry) });
    }
    settle_coordinates(geometry)
}

fn settle_coordinates(geometry: Geometry) -> Result<Geometry, GeometryError> {
    Ok(match geometry {
        Geometry::Point(p) => Geometry::Point(settle_coord(p.0)?.into()),
        Geometry::MultiPoint(mut points) => {
            for p in &mut points.0 {
                p.0 = settle_coord(p.0)?;
            }
            if points.0.is_empty() {
                return Err(GeometryError::Empty);
            }
            Geometry::MultiPoint(points)
        }
        Geometry::Line(line) => {
            settle_coordinates(Geometry::LineString(LineString(vec![line.start, line.end])))?
        }
        Geometry::LineString(line) => Geometry::LineString(settle_line(line)?),
        Geometry::MultiLineString(lines) => {
            let lines: Vec<_> = lines.0.into_iter().map(settle_line).collect::<Result<_, _>>()?;
            if lines.is_empty() {
                return Err(GeometryError::Empty);
            }
            Geometry::MultiLineString(MultiLineString(lines))
        }
        Geometry::Polygon(polygon) => Geometry::Polygon(settle_polygon(polygon)?),
        Geometry::MultiPolygon(polygons) => {
            let polygons: Vec<_> = polygons.0.into_iter().map(settle_polygon).collect::<Result<_, _>>()?;
            if polygons.is_empty() {
                return Err(GeometryError::Empty);
            }
            Geometry::MultiPolygon(MultiPolygon(polygons))
        }
        Geometry::Rect(rect) => settle_coordinates(Geometry::Polygon(rect.to_polygon()))?,
        Geometry::Triangle(triangle) => settle_coordinates(Geometry::Polygon(triangle.to_polygon()))?,
        Geometry::GeometryCollection(_) => {
            return Err(GeometryError::Kind { wanted: GeometryKind::Any, found: "GeometryCollection" });
        }
    })
}

fn settle_coord(c: Coord) -> Result<Coord, GeometryError> {
    if c.x.abs() <= 180.0 && c.y.abs() <= 90.0 { Ok(round(c)) } else { Err(GeometryError::Range) }
}

fn settle_line(mut line: LineString) -> Result<LineString, GeometryError> {
    for c in &mut line.0 {
        *c = settle_coord(*c)?;
    }
    if line.0.len() < 2 { Err(GeometryError::Empty) } else { Ok(line) }
}

fn settle_polygon(polygon: Polygon) -> Result<Polygon, GeometryError> {
    let (exterior, interiors) = polygon.into_inner();
    let ring = |line: LineString| {
        let line = settle_line(line)?;
        // A ring of three different points and the first again; `Polygon::new` closes open ones.
        let closed = line.0.first() == line.0.last();
        if line.0.len() < if closed { 4 } else { 3 } { Err(GeometryError::Empty) } else { Ok(line) }
    };
    let interiors = interiors.into_iter().map(ring).collect::<Result<_, _>>()?;
    Ok(Polygon::new(ring(exterior)?, interiors))
}

/// Name of a geometry's type as GeoJSON has it.
pub fn kind_name(geometry: &Geometry) -> &'static str {
    match geometry {
        Geometry::Point(_) => "Point",
        Geometry::Line(_) | Geometry::LineString(_) => "LineString",
        Geometry::Polygon(_) | Geometry::Rect(_) | Geometry::Triangle(_) => "Polygon",
        Geometry::MultiPoint(_) => "MultiPoint",
        Geometry::MultiLineString(_) => "MultiLineString",
        Geometry::MultiPolygon(_) => "MultiPolygon",
        Geometry::GeometryCollection(_) => "GeometryCollection",
    }
}

/// Calls `each` with every line and every ring, in stored order.
pub fn for_each_line(geometry: &Geometry, each: &mut impl FnMut(&LineString)) {
    fn rings(polygon: &Polygon, each: &mut impl FnMut(&LineString)) {
        each(polygon.exterior());
        polygon.interiors().iter().for_each(each);
    }
    match geometry {
        Geometry::LineString(line) => each(line),
        Geometry::MultiLineString(lines) => lines.0.iter().for_each(each),
        Geometry::Polygon(polygon) => rings(polygon, each),
        Geometry::MultiPolygon(parts) => parts.0.iter().for_each(|part| rings(part, each)),
        Geometry::GeometryCollection(all) => all.0.iter().for_each(|one| for_each_line(one, each)),
        _ => {}
    }
}

/// Calls `each` with every coordinate, in stored order.
pub fn for_each_coord(geometry: &Geometry, each: &mut impl FnMut(Coord)) {
    let line = |line: &LineString, each: &mut dyn FnMut(Coord)| line.0.iter().for_each(|c| each(*c));
    match geometry {
        Geometry::Point(p) => each(p.0),
        Geometry::Line(l) => [l.start, l.end].into_iter().for_each(&mut *each),
        Geometry::LineString(l) => line(l, each),
        Geometry::MultiPoint(points) => points.0.iter().for_each(|p| each(p.0)),
        Geometry::MultiLineString(lines) => lines.0.iter().for_each(|l| line(l, each)),
        Geometry::Polygon(p) => {
            line(p.exterior(), each);
            p.interiors().iter().for_each(|l| line(l, each));
        }
        Geometry::MultiPolygon(polygons) => {
            for p in &polygons.0 {
                line(p.exterior(), each);
                p.interiors().iter().for_each(|l| line(l, each));
            }
        }
        Geometry::GeometryCollection(parts) => parts.0.iter().for_each(|g| for_each_coord(g, each)),
        Geometry::Rect(r) => [r.min(), r.max()].into_iter().for_each(&mut *each),
        Geometry::Triangle(t) => t.to_array().into_iter().for_each(&mut *each),
    }
}

/// The box round a geometry; `None` for an empty one.
pub fn bounds(geometry: &Geometry) -> Option<Rect> {
    let (mut min, mut max) =
        (Coord { x: f64::INFINITY, y: f64::INFINITY }, Coord { x: f64::NEG_INFINITY, y: f64::NEG_INFINITY });
    for_each_coord(geometry, &mut |c| {
        min = Coord { x: min.x.min(c.x), y: min.y.min(c.y) };
        max = Coord { x: max.x.max(c.x), y: max.y.max(c.y) };
    });
    (min.x <= max.x && min.y <= max.y).then(|| Rect::new(min, max))
}

/// How many coordinates a geometry has.
pub fn coord_count(geometry: &Geometry) -> usize {
    let mut count = 0;
    for_each_coord(geometry, &mut |_| count += 1);
    count
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo_types::{point, polygon};

    #[test]
    fn what_is_kept_is_rounded_promoted_and_of_the_layers_kind() {
        let settled =
            settle(point! { x: 102.123_456_789_4, y: -0.000_000_000_1 }.into(), GeometryKind::Point);
        assert_eq!(settled, Ok(point! { x: 102.123_456_789, y: 0.0 }.into()));
        let square = polygon![(x: 0., y: 0.), (x: 1., y: 0.), (x: 1., y: 1.)];
        let settled = settle(square.clone().into(), GeometryKind::Area);
        assert_eq!(settled, Ok(MultiPolygon(vec![square.clone()]).into()));
        assert!(matches!(settle(square.into(), GeometryKind::Line), Err(GeometryError::Kind { .. })));
        assert_eq!(
            settle(point! { x: 510_000.0, y: 2_770_000.0 }.into(), GeometryKind::Point),
            Err(GeometryError::Range)
        );
        assert_eq!(
            settle(point! { x: f64::NAN, y: 0.0 }.into(), GeometryKind::Any),
            Err(GeometryError::Range)
        );
        assert_eq!(settle(MultiPolygon(vec![]).into(), GeometryKind::Area), Err(GeometryError::Empty));
    }
}
