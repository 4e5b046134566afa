//! Well-known binary to `geo` types, bounded; heights and measures dropped, arcs made into chords.

use geo_types::{
    Coord, Geometry, GeometryCollection, LineString, MultiLineString, MultiPoint, MultiPolygon, Point,
    Polygon,
};

/// How deep collections may nest.
const MAX_DEPTH: usize = 16;
/// Chord of an arc: at most so many degrees, as GDAL does by default.
const STEP_DEGREES: f64 = 4.0;

/// Reads a geometry; `None` for one without coordinates.
pub(super) fn read(bytes: &[u8]) -> Result<Option<Geometry>, &'static str> {
    let geometry = Reader { bytes, at: 0 }.geometry(0)?;
    let mut any = false;
    crate::model::geometry::for_each_coord(&geometry, &mut |c| any |= c.x.is_finite());
    Ok(any.then_some(geometry))
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

/// What a head says: type without dimensions, numbers per coordinate, byte order.
struct Head {
    kind: u32,
    numbers: usize,
    little: bool,
}

type Read<T> = Result<T, &'static str>;

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Read<[u8; N]> {
        let end = self.at + N;
        let bytes = self.bytes.get(self.at..end).and_then(|b| b.try_into().ok()).ok_or("geometry cut off")?;
        self.at = end;
        Ok(bytes)
    }

    fn head(&mut self) -> Read<Head> {
        let little = self.take::<1>()?[0] != 0;
        let code = self.u32(little)?;
        // ISO counts in thousands, PostGIS and old OGR set high bits.
        let iso = code & 0x0fff_ffff;
        let (z, m) = (
            code & 0x8000_0000 != 0 || matches!(iso / 1000, 1 | 3),
            code & 0x4000_0000 != 0 || matches!(iso / 1000, 2 | 3),
        );
        if code & 0x2000_0000 != 0 {
            self.u32(little)?;
        }
        Ok(Head { kind: iso % 1000, numbers: 2 + usize::from(z) + usize::from(m), little })
    }

    fn u32(&mut self, little: bool) -> Read<u32> {
        let bytes = self.take()?;
        Ok(if little { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) })
    }

    /// A count of things of at least so many bytes each.
    fn count(&mut self, little: bool, least: usize) -> Read<usize> {
        let count = self.u32(little)? as usize;
        let fits = count.checked_mul(least).is_some_and(|n| n <= self.bytes.len() - self.at);
        if fits { Ok(count) } else { Err("more parts than bytes") }
    }

    fn coord(&mut self, head: &Head) -> Read<Coord> {
        let mut numbers = [0.0; 4];
        for number in &mut numbers[..head.numbers] {
            let bytes = self.take()?;
            *number = if head.little { f64::from_le_bytes(bytes) } else { f64::from_be_bytes(bytes) };
        }
        Ok(Coord { x: numbers[0], y: numbers[1] })
    }

    fn line(&mut self, head: &Head) -> Read<LineString> {
        let count = self.count(head.little, head.numbers * 8)?;
        (0..count).map(|_| self.coord(head)).collect::<Read<Vec<_>>>().map(LineString)
    }

    fn polygon(&mut self, head: &Head) -> Read<Polygon> {
        let count = self.count(head.little, 4)?;
        let rings = (0..count).map(|_| self.line(head)).collect::<Read<Vec<_>>>()?;
        Ok(of_rings(rings))
    }

    fn parts(&mut self, head: &Head, depth: usize) -> Read<Vec<Geometry>> {
        let count = self.count(head.little, 5)?;
        (0..count).map(|_| self.geometry(depth + 1)).collect()
    }

    fn geometry(&mut self, depth: usize) -> Read<Geometry> {
        if depth > MAX_DEPTH {
            return Err("nested too deep");
        }
        let head = self.head()?;
        Ok(match head.kind {
            1 => Point(self.coord(&head)?).into(),
            2 => self.line(&head)?.into(),
            3 | 17 => self.polygon(&head)?.into(),
            8 => arcs(&self.line(&head)?).into(),
            9 => joined(self.parts(&head, depth)?)?.into(),
            10 => {
                let rings = self.parts(&head, depth)?.into_iter().map(|part| joined(vec![part]));
                of_rings(rings.collect::<Read<_>>()?).into()
            }
            4 => {
                let points = self.parts(&head, depth)?.into_iter().map(|part| match part {
                    Geometry::Point(p) => Ok(p),
                    _ => Err("not a point among points"),
                });
                MultiPoint(points.collect::<Read<_>>()?).into()
            }
            5 | 11 => {
                let lines = self.parts(&head, depth)?.into_iter().map(|part| joined(vec![part]));
                MultiLineString(lines.collect::<Read<_>>()?).into()
            }
            6 | 12 | 15 | 16 => {
                let areas = self.parts(&head, depth)?.into_iter().map(|part| match part {
                    Geometry::Polygon(p) => Ok(p),
                    _ => Err("not an area among areas"),
                });
                MultiPolygon(areas.collect::<Read<_>>()?).into()
            }
            7 => Geometry::GeometryCollection(GeometryCollection(self.parts(&head, depth)?)),
            _ => return Err("a type of geometry that is not known"),
        })
    }
}

fn of_rings(rings: Vec<LineString>) -> Polygon {
    let mut rings = rings.into_iter();
    Polygon::new(rings.next().unwrap_or_else(|| LineString(vec![])), rings.collect())
}

/// Lines one after another as one.
fn joined(parts: Vec<Geometry>) -> Read<LineString> {
    let mut line: Vec<Coord> = Vec::new();
    for part in parts {
        let Geometry::LineString(part) = part else { return Err("not a line among lines") };
        let skip = usize::from(line.last().is_some() && line.last() == part.0.first());
        line.extend(part.0.into_iter().skip(skip));
    }
    Ok(LineString(line))
}

/// Arcs through every second point (start, through, end; start, …) as chords.
fn arcs(line: &LineString) -> LineString {
    let Some(&first) = line.0.first() else { return LineString(vec![]) };
    let mut out = vec![first];
    let mut at = 0;
    while let (Some(&a), Some(&b), Some(&c)) = (line.0.get(at), line.0.get(at + 1), line.0.get(at + 2)) {
        chords(a, b, c, &mut out);
        at += 2;
    }
    out.extend(line.0.iter().skip(at + 1));
    LineString(out)
}

/// The arc from a through b to c, without a.
fn chords(a: Coord, b: Coord, c: Coord, out: &mut Vec<Coord>) {
    // A full circle: b is opposite a.
    let (center, sweep) = if a == c {
        ((a + b) / 2.0, std::f64::consts::TAU)
    } else {
        let (u, v) = (b - a, c - a);
        let d = 2.0 * (u.x * v.y - u.y * v.x);
        let (uu, vv) = (u.x * u.x + u.y * u.y, v.x * v.x + v.y * v.y);
        // Nearly in line: the radius says nothing.
        if d.abs() < 1e-12 * (uu + vv) {
            out.extend([b, c]);
            return;
        }
        let center = a + Coord { x: (v.y * uu - u.y * vv) / d, y: (u.x * vv - v.x * uu) / d };
        let angle = |p: Coord| (p.y - center.y).atan2(p.x - center.x);
        let turn = (angle(c) - angle(a)).rem_euclid(std::f64::consts::TAU);
        (center, if d > 0.0 { turn } else { turn - std::f64::consts::TAU })
    };
    let steps = (sweep.abs().to_degrees() / STEP_DEGREES).ceil().max(2.0) as usize;
    let arm = a - center;
    for step in 1..steps {
        let (sin, cos) = (sweep * step as f64 / steps as f64).sin_cos();
        out.push(center + Coord { x: arm.x * cos - arm.y * sin, y: arm.x * sin + arm.y * cos });
    }
    out.push(c);
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo_types::polygon;
    use geozero::{CoordDimensions, ToWkb};

    #[test]
    fn what_others_write_is_read_and_every_cut_refused() {
        let polygon = polygon!(exterior: [(x: 0., y: 0.), (x: 4., y: 0.), (x: 4., y: 4.), (x: 0., y: 0.)],
            interiors: [[(x: 1., y: 1.), (x: 2., y: 1.), (x: 2., y: 2.), (x: 1., y: 1.)]]);
        let geometry: Geometry = MultiPolygon(vec![polygon.clone(), polygon]).into();
        let bytes = geometry.to_wkb(CoordDimensions::xy()).unwrap();
        assert_eq!(read(&bytes), Ok(Some(geometry)));
        for end in 0..bytes.len() {
            assert!(read(&bytes[..end]).is_err());
        }
    }

    #[test]
    fn an_arc_keeps_to_its_circle() {
        let mut bytes = vec![1, 8, 0, 0, 0, 3, 0, 0, 0];
        for number in [1.0_f64, 0.0, 0.0, 1.0, -1.0, 0.0] {
            bytes.extend(number.to_le_bytes());
        }
        let Ok(Some(Geometry::LineString(line))) = read(&bytes) else { panic!("not a line") };
        assert_eq!(line.0.len(), 46);
        assert!(line.0.iter().all(|c| (c.x.hypot(c.y) - 1.0).abs() < 1e-12 && c.y >= -1e-12));
        assert_eq!(line.0.last(), Some(&Coord { x: -1.0, y: 0.0 }));
    }
}
