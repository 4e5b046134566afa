//! Values as they stand on the wire: geometry as GeoJSON, boxes.

use geo_types::{Coord, Geometry, LineString, Polygon, Rect};
use serde_json::Value as Json;

/// West, south, east, north.
pub fn bbox_of(rect: Rect) -> [f64; 4] {
    [rect.min().x, rect.min().y, rect.max().x, rect.max().y]
}

/// Writes a geometry as GeoJSON, each coordinate passed through `place`.
///
/// Rings are written as they are stored; RFC 7946's winding is restored by [`wound`] before.
pub fn write_geometry(geometry: &Geometry, place: &dyn Fn(Coord) -> Coord, out: &mut Vec<u8>) {
    let mut w = GeometryWriter { place, out };
    match geometry {
        Geometry::Point(p) => {
            w.open("Point");
            w.coord(p.0);
        }
        Geometry::MultiPoint(points) => {
            w.open("MultiPoint");
            w.list(points.0.iter(), |w, p| w.coord(p.0));
        }
        Geometry::Line(line) => {
            w.open("LineString");
            w.list([line.start, line.end].iter(), |w, c| w.coord(*c));
        }
        Geometry::LineString(line) => {
            w.open("LineString");
            w.line(line, false);
        }
        Geometry::MultiLineString(lines) => {
            w.open("MultiLineString");
            w.list(lines.0.iter(), |w, line| w.line(line, false));
        }
        Geometry::Polygon(polygon) => {
            w.open("Polygon");
            w.polygon(polygon);
        }
        Geometry::MultiPolygon(polygons) => {
            w.open("MultiPolygon");
            w.list(polygons.0.iter(), |w, polygon| w.polygon(polygon));
        }
        Geometry::Rect(rect) => {
            w.open("Polygon");
            w.polygon(&rect.to_polygon());
        }
        Geometry::Triangle(triangle) => {
            w.open("Polygon");
            w.polygon(&triangle.to_polygon());
        }
        Geometry::GeometryCollection(_) => {
            // The register keeps no collections (`geometry::settle`).
            out.extend_from_slice(b"null");
            return;
        }
    }
    out.push(b'}');
}

struct GeometryWriter<'a> {
    place: &'a dyn Fn(Coord) -> Coord,
    out: &'a mut Vec<u8>,
}

impl GeometryWriter<'_> {
    fn open(&mut self, kind: &str) {
        self.out.extend_from_slice(b"{\"type\":\"");
        self.out.extend_from_slice(kind.as_bytes());
        self.out.extend_from_slice(b"\",\"coordinates\":");
    }

    fn coord(&mut self, c: Coord) {
        let c = (self.place)(c);
        self.out.push(b'[');
        self.number(c.x);
        self.out.push(b',');
        self.number(c.y);
        self.out.push(b']');
    }

    fn number(&mut self, number: f64) {
        // JSON has no infinity; a place outside a projection's reach has no coordinates there.
        if number.is_finite() {
            let mut buffer = ryu_js::Buffer::new();
            self.out.extend_from_slice(buffer.format_finite(number).as_bytes());
        } else {
            self.out.extend_from_slice(b"null");
        }
    }

    fn list<T>(&mut self, items: impl Iterator<Item = T>, mut one: impl FnMut(&mut Self, T)) {
        self.out.push(b'[');
        for (at, item) in items.enumerate() {
            if at > 0 {
                self.out.push(b',');
            }
            one(self, item);
        }
        self.out.push(b']');
    }

    fn line(&mut self, line: &LineString, backwards: bool) {
        if backwards {
            self.list(line.0.iter().rev(), |w, c| w.coord(*c));
        } else {
            self.list(line.0.iter(), |w, c| w.coord(*c));
        }
    }

    /// Outer ring counter-clockwise, holes clockwise: the right-hand rule of RFC 7946.
    fn polygon(&mut self, polygon: &Polygon) {
        self.out.push(b'[');
        self.line(polygon.exterior(), doubled_area(polygon.exterior()) < 0.0);
        for hole in polygon.interiors() {
            self.out.push(b',');
            self.line(hole, doubled_area(hole) > 0.0);
        }
        self.out.push(b']');
    }
}

/// Twice the signed area of a ring, positive where it runs counter-clockwise; taken from its first
/// point, so that small rings far from the origin keep their sign.
fn doubled_area(ring: &LineString) -> f64 {
    let Some(origin) = ring.0.first() else { return 0.0 };
    ring.0
        .windows(2)
        .map(|w| {
            let (ax, ay) = (w[0].x - origin.x, w[0].y - origin.y);
            let (bx, by) = (w[1].x - origin.x, w[1].y - origin.y);
            ax * by - bx * ay
        })
        .sum()
}

/// A geometry as a JSON value.
pub fn geometry_json(geometry: &Geometry) -> Json {
    let mut bytes = Vec::new();
    write_geometry(geometry, &|c| c, &mut bytes);
    serde_json::from_slice(&bytes).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo_types::{point, polygon};

    #[test]
    fn rings_follow_the_right_hand_rule_and_numbers_are_short() {
        let clockwise = polygon![
            exterior: [(x: 0., y: 0.), (x: 0., y: 4.), (x: 4., y: 4.), (x: 4., y: 0.)],
            interiors: [[(x: 1., y: 1.), (x: 2., y: 1.), (x: 2., y: 2.), (x: 1., y: 2.)]],
        ];
        let mut bytes = Vec::new();
        write_geometry(&clockwise.into(), &|c| c, &mut bytes);
        assert_eq!(
            String::from_utf8_lossy(&bytes),
            "{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[4,0],[4,4],[0,4],[0,0]],[[1,1],[1,2],[2,2],[2,1],[1,1]]]}"
        );
        let place = geometry_json(&point! { x: 102.123_456_789, y: 25.0 }.into());
        assert_eq!(place.to_string(), "{\"type\":\"Point\",\"coordinates\":[102.123456789,25]}");
    }
}
