//! Well-known binary (OGC 06-103r4), two-dimensional: how geometry stands in the log and in the file.
//!
//! The writer is little-endian. The reader takes both byte orders and trusts nothing: counts are
//! checked against the bytes that are left before anything is allocated.

use geo_types::{
    Coord, Geometry, GeometryCollection, LineString, MultiLineString, MultiPoint, MultiPolygon, Point,
    Polygon,
};

/// Collections in collections deeper than this are refused.
const DEPTH: u32 = 8;

/// Writes a geometry behind what the buffer holds. A line of two points, a rectangle and a triangle
/// are written as a line string and polygons.
pub fn write(geometry: &Geometry, out: &mut Vec<u8>) {
    match geometry {
        Geometry::Point(point) => {
            head(1, out);
            coord(point.0, out);
        }
        Geometry::Line(line) => write_line(&[line.start, line.end], out),
        Geometry::LineString(line) => write_line(&line.0, out),
        Geometry::Polygon(polygon) => write_polygon(polygon, out),
        Geometry::MultiPoint(points) => {
            head_of(4, points.0.len(), out);
            for point in &points.0 {
                head(1, out);
                coord(point.0, out);
            }
        }
        Geometry::MultiLineString(lines) => {
            head_of(5, lines.0.len(), out);
            lines.0.iter().for_each(|line| write_line(&line.0, out));
        }
        Geometry::MultiPolygon(polygons) => {
            head_of(6, polygons.0.len(), out);
            polygons.0.iter().for_each(|polygon| write_polygon(polygon, out));
        }
        Geometry::GeometryCollection(parts) => {
            head_of(7, parts.0.len(), out);
            parts.0.iter().for_each(|part| write(part, out));
        }
        Geometry::Rect(rect) => write_polygon(&rect.to_polygon(), out),
        Geometry::Triangle(triangle) => write_polygon(&triangle.to_polygon(), out),
    }
}

fn head(kind: u32, out: &mut Vec<u8>) {
    out.push(1);
    out.extend_from_slice(&kind.to_le_bytes());
}

fn head_of(kind: u32, parts: usize, out: &mut Vec<u8>) {
    head(kind, out);
    count(parts, out);
}

fn count(parts: usize, out: &mut Vec<u8>) {
    out.extend_from_slice(&(parts as u32).to_le_bytes());
}

fn coord(c: Coord, out: &mut Vec<u8>) {
    out.extend_from_slice(&c.x.to_le_bytes());
    out.extend_from_slice(&c.y.to_le_bytes());
}

fn coords(line: &[Coord], out: &mut Vec<u8>) {
    count(line.len(), out);
    out.reserve(16 * line.len());
    line.iter().for_each(|c| coord(*c, out));
}

fn write_line(line: &[Coord], out: &mut Vec<u8>) {
    head(2, out);
    coords(line, out);
}

fn write_polygon(polygon: &Polygon, out: &mut Vec<u8>) {
    let empty = polygon.exterior().0.is_empty();
    head_of(3, if empty { 0 } else { 1 + polygon.interiors().len() }, out);
    if !empty {
        coords(&polygon.exterior().0, out);
        polygon.interiors().iter().for_each(|ring| coords(&ring.0, out));
    }
}

/// Reads one two-dimensional geometry that fills the bytes; `None` for anything else.
pub fn read(bytes: &[u8]) -> Option<Geometry> {
    let mut reader = Reader { rest: bytes, big: false };
    let geometry = reader.geometry(0)?;
    reader.rest.is_empty().then_some(geometry)
}

struct Reader<'a> {
    rest: &'a [u8],
    big: bool,
}

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (bytes, rest) = self.rest.split_first_chunk::<N>()?;
        self.rest = rest;
        Some(*bytes)
    }

    fn word(&mut self) -> Option<u32> {
        let bytes = self.take()?;
        Some(if self.big { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
    }

    fn number(&mut self) -> Option<f64> {
        let bytes = self.take()?;
        Some(if self.big { f64::from_be_bytes(bytes) } else { f64::from_le_bytes(bytes) })
    }

    /// A count of things that take at least so many bytes each.
    fn count(&mut self, least: usize) -> Option<usize> {
        let count = self.word()? as usize;
        (count <= self.rest.len() / least).then_some(count)
    }

    fn head(&mut self) -> Option<u32> {
        self.big = match self.take::<1>()? {
            [0] => true,
            [1] => false,
            _ => return None,
        };
        self.word()
    }

    fn coord(&mut self) -> Option<Coord> {
        Some(Coord { x: self.number()?, y: self.number()? })
    }

    fn line(&mut self) -> Option<LineString> {
        let count = self.count(16)?;
        let mut line = Vec::with_capacity(count);
        for _ in 0..count {
            line.push(self.coord()?);
        }
        Some(LineString(line))
    }

    fn polygon(&mut self) -> Option<Polygon> {
        let count = self.count(4)?;
        let mut rings = Vec::with_capacity(count);
        for _ in 0..count {
            rings.push(self.line()?);
        }
        let mut rings = rings.into_iter();
        let exterior = rings.next().unwrap_or(LineString(Vec::new()));
        Some(Polygon::new(exterior, rings.collect()))
    }

    fn parts<T>(&mut self, kind: u32, mut part: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let count = self.count(9)?;
        let mut parts = Vec::with_capacity(count);
        for _ in 0..count {
            if self.head()? != kind {
                return None;
            }
            parts.push(part(self)?);
        }
        Some(parts)
    }

    fn geometry(&mut self, depth: u32) -> Option<Geometry> {
        Some(match self.head()? {
            1 => Geometry::Point(Point(self.coord()?)),
            2 => Geometry::LineString(self.line()?),
            3 => Geometry::Polygon(self.polygon()?),
            4 => Geometry::MultiPoint(MultiPoint(self.parts(1, |r| r.coord().map(Point))?)),
            5 => Geometry::MultiLineString(MultiLineString(self.parts(2, Self::line)?)),
            6 => Geometry::MultiPolygon(MultiPolygon(self.parts(3, Self::polygon)?)),
            7 if depth < DEPTH => {
                let count = self.count(9)?;
                let mut parts = Vec::new();
                for _ in 0..count {
                    parts.push(self.geometry(depth + 1)?);
                }
                Geometry::GeometryCollection(GeometryCollection(parts))
            }
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use geozero::{CoordDimensions, ToWkb as _};
    use proptest::prelude::*;

    fn any_geometry() -> impl Strategy<Value = Geometry> {
        let any_coord = || (-180.0..180.0, -90.0..90.0).prop_map(|(x, y)| Coord { x, y });
        let any_line = move |least| prop::collection::vec(any_coord(), least..8).prop_map(LineString);
        let any_polygon = move || {
            (any_line(3), prop::collection::vec(any_line(3), 0..3)).prop_map(|(e, i)| Polygon::new(e, i))
        };
        prop_oneof![
            any_coord().prop_map(|c| Point(c).into()),
            any_line(2).prop_map(Geometry::from),
            any_polygon().prop_map(Geometry::from),
            prop::collection::vec(any_coord().prop_map(Point), 1..5).prop_map(|p| MultiPoint(p).into()),
            prop::collection::vec(any_line(2), 1..4).prop_map(|l| MultiLineString(l).into()),
            prop::collection::vec(any_polygon(), 1..4).prop_map(|p| MultiPolygon(p).into()),
        ]
    }

    proptest! {
        #[test]
        fn written_as_an_independent_writer_does_and_read_back(geometry in any_geometry()) {
            let mut ours = Vec::new();
            write(&geometry, &mut ours);
            let theirs = geometry.to_wkb(CoordDimensions::xy()).map_err(|e| TestCaseError::fail(e.to_string()))?;
            prop_assert_eq!(&ours, &theirs);
            prop_assert_eq!(read(&ours), Some(geometry));
        }

        #[test]
        fn damaged_bytes_are_refused_and_never_panic(geometry in any_geometry(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
            let mut bytes = Vec::new();
            write(&geometry, &mut bytes);
            prop_assert_eq!(read(&bytes[..bytes.len() - 1]), None);
            let at = at.index(bytes.len());
            bytes[at] = byte;
            let _ = read(&bytes);
        }
    }

    #[test]
    fn a_count_beyond_the_bytes_allocates_nothing() {
        assert_eq!(read(&[1, 2, 0, 0, 0, 255, 255, 255, 255]), None);
        let mut deep = Vec::new();
        for _ in 0..100_000 {
            deep.extend_from_slice(&[1, 7, 0, 0, 0, 1, 0, 0, 0]);
        }
        assert_eq!(read(&deep), None);
        assert_eq!(
            read(&[0, 0, 0, 0, 1, 63, 240, 0, 0, 0, 0, 0, 0, 64, 0, 0, 0, 0, 0, 0, 0]),
            Some(Point::new(1.0, 2.0).into())
        );
    }
}
