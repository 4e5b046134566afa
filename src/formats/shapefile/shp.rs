//! The .shp: records found and bounded here, each read by the crate `shapefile`.

use std::io::{Cursor, Read, Seek, SeekFrom};
use std::path::Path;

use geo_types::{Coord, Geometry, LineString, MultiPolygon, Point, Polygon, Triangle};
use shapefile::record::polygon::GenericPolygon;
use shapefile::{Patch, PointZ, PolygonRing, ReadableShape, Shape};

use super::super::report::{Noticed, Report};
use super::super::{FormatError, rings};
use super::companions::Bytes;
use crate::model::Severity;
use crate::model::geometry::for_each_coord;

/// Bytes of header before the first record.
const HEADER: u64 = 100;
/// Largest record that is read: some six million points.
const MAX_RECORD: u64 = 100 << 20;

/// What one record holds.
pub(super) enum Shaped {
    /// nothing
    Null,
    /// a geometry, and how many of its holes lie in no shell
    Geometry(Geometry, usize),
    /// something that cannot be read; the next one can
    Broken(String),
    /// something that cannot be read, and nothing after it
    Lost(String),
}

/// The records of a .shp.
pub(super) struct Shapes {
    source: Box<dyn Bytes>,
    /// where the file ends, by its header or in truth, whichever is first
    end: u64,
    at: u64,
    /// from the .shx: where the records are
    index: Option<std::vec::IntoIter<u64>>,
    count: Option<u64>,
    lost: bool,
}

impl Shapes {
    /// Reads the header and the index.
    pub fn open(
        path: &Path,
        mut source: Box<dyn Bytes>,
        shx: Option<Box<dyn Bytes>>,
        report: &mut Report,
    ) -> Result<Self, FormatError> {
        let size = source.seek(SeekFrom::End(0)).map_err(|e| FormatError::read(path, e))?;
        let mut header = [0; HEADER as usize];
        let read = source.seek(SeekFrom::Start(0)).and_then(|_| source.read_exact(&mut header));
        if read.is_err() || header[..4] != [0, 0, 0x27, 0x0a] {
            return Err(FormatError::broken(
                path,
                "不是 shapefile（文件头不对）",
                "not a shapefile: wrong header",
            ));
        }
        let declared = u64::from(big_endian(&header[24..28])) * 2;
        let mut end = size;
        if declared > size {
            report.file(truncated(declared, size));
        } else if declared > HEADER && declared < size {
            end = declared;
            report.file(trailing(declared, size));
        }
        let has_shx = shx.is_some();
        let index = shx.and_then(|shx| read_index(shx, end));
        if index.is_none() && size > HEADER {
            report.file(no_index(has_shx));
        }
        let count = index.as_ref().map(|index| index.len() as u64);
        Ok(Self { source, end, at: HEADER, index: index.map(Vec::into_iter), count, lost: false })
    }

    /// How many records the index names.
    pub fn count_hint(&self) -> Option<u64> {
        self.count
    }

    /// The next record.
    pub fn next_shape(&mut self, report: &mut Report) -> Option<Shaped> {
        if self.lost {
            return None;
        }
        let start = match &mut self.index {
            Some(index) => index.next()?,
            None => self.at,
        };
        if start + 8 > self.end {
            if start < self.end {
                report.file(trailing(start, self.end));
            }
            return None;
        }
        match self.record(start) {
            Ok(bytes) => Some(shape(&bytes)),
            Err(why) if self.index.is_some() => Some(Shaped::Broken(why)),
            Err(why) => {
                self.lost = true;
                Some(Shaped::Lost(why))
            }
        }
    }

    fn record(&mut self, start: u64) -> Result<Vec<u8>, String> {
        let io = |e: std::io::Error| e.to_string();
        // Seeking throws the buffer away, and most records follow each other.
        if self.at != start || self.source.stream_position().map_err(io)? != start {
            self.source.seek(SeekFrom::Start(start)).map_err(io)?;
        }
        let mut header = [0; 8];
        self.source.read_exact(&mut header).map_err(io)?;
        let length = u64::from(big_endian(&header[4..8])) * 2;
        if start + 8 + length > self.end || length < 4 {
            return Err(format!("record of {length} bytes where {} remain", self.end - start - 8));
        }
        if length > MAX_RECORD {
            return Err(format!("record of {length} bytes"));
        }
        let mut bytes = vec![0; length as usize];
        self.source.read_exact(&mut bytes).map_err(io)?;
        self.at = start + 8 + length;
        Ok(bytes)
    }
}

fn big_endian(bytes: &[u8]) -> u32 {
    bytes.iter().take(4).fold(0, |n, b| n << 8 | u32::from(*b))
}

fn little_endian(bytes: &[u8], at: usize) -> Option<u32> {
    Some(bytes.get(at..at + 4)?.iter().rev().fold(0, |n, b| n << 8 | u32::from(*b)))
}

/// Places of the records by the .shx; `None` if it is not one, or points out of the .shp.
fn read_index(mut shx: Box<dyn Bytes>, end: u64) -> Option<Vec<u64>> {
    let size = shx.seek(SeekFrom::End(0)).ok()?;
    // Every record has at least twelve bytes in the .shp and eight here.
    if size < HEADER || size > end.checked_mul(2)? {
        return None;
    }
    shx.seek(SeekFrom::Start(0)).ok()?;
    let mut bytes = Vec::with_capacity(size as usize);
    shx.read_to_end(&mut bytes).ok()?;
    if !bytes.starts_with(&[0, 0, 0x27, 0x0a]) {
        return None;
    }
    let places: Vec<u64> =
        bytes[HEADER as usize..].chunks_exact(8).map(|entry| u64::from(big_endian(entry)) * 2).collect();
    places.iter().all(|at| *at >= HEADER && at + 8 <= end).then_some(places)
}

/// Reads one record, after looking whether what it says of its own size is true.
fn shape(bytes: &[u8]) -> Shaped {
    let kind = little_endian(bytes, 0).unwrap_or_default();
    if let Err(why) = check_counts(kind, bytes) {
        return Shaped::Broken(why.into());
    }
    match Shape::read_from(&mut Cursor::new(bytes), bytes.len() as i32) {
        Ok(shape) => finite(convert(shape)),
        // Points whose M or Z is missing.
        Err(_) if matches!(kind, 1 | 11 | 21) && bytes.len() >= 20 => {
            let number = |at: usize| bytes[at..at + 8].try_into().map(f64::from_le_bytes).unwrap_or(f64::NAN);
            point(number(4), number(12))
        }
        Err(e) => Shaped::Broken(e.to_string()),
    }
}

/// A coordinate that is no number makes a geometry worthless.
fn finite(shaped: Shaped) -> Shaped {
    if let Shaped::Geometry(geometry, _) = &shaped {
        let mut finite = true;
        for_each_coord(geometry, &mut |c| finite &= c.x.is_finite() && c.y.is_finite());
        if !finite {
            return Shaped::Broken("a coordinate is not a number".into());
        }
    }
    shaped
}

fn check_counts(kind: u32, bytes: &[u8]) -> Result<(), &'static str> {
    let count = |at: usize| little_endian(bytes, at).map(|n| n as usize).ok_or("record too short");
    let size = bytes.len();
    match kind {
        0 | 1 | 11 | 21 => Ok(()),
        8 | 18 | 28 => {
            let points = count(36)?;
            if points.checked_mul(16).is_some_and(|n| n + 40 <= size) {
                Ok(())
            } else {
                Err("more points than bytes")
            }
        }
        3 | 5 | 13 | 15 | 23 | 25 | 31 => {
            let (parts, points) = (count(36)?, count(40)?);
            let per_part = if kind == 31 { 8 } else { 4 };
            let fits = parts
                .checked_mul(per_part)
                .zip(points.checked_mul(16))
                .is_some_and(|(a, b)| 44 + a + b <= size);
            if !fits {
                return Err("more points than bytes");
            }
            let mut last = 0;
            for part in 0..parts {
                let start = count(44 + part * 4)?;
                if start < last || start > points || (part == 0 && start != 0) {
                    return Err("the parts are out of order");
                }
                last = start;
            }
            Ok(())
        }
        _ => Err("unknown type of shape"),
    }
}

fn convert(shape: Shape) -> Shaped {
    match shape {
        Shape::NullShape => Shaped::Null,
        Shape::Point(p) => point(p.x, p.y),
        Shape::PointM(p) => point(p.x, p.y),
        Shape::PointZ(p) => point(p.x, p.y),
        Shape::Polygon(p) => area(p),
        Shape::PolygonM(p) => area(p),
        Shape::PolygonZ(p) => area(p),
        Shape::Multipatch(patches) => patch_area(patches.into_inner()),
        lines_or_points => match Geometry::try_from(lines_or_points) {
            Ok(Geometry::MultiLineString(mut lines)) => {
                lines.0.retain(|line| !line.0.is_empty());
                match lines.0.len() {
                    0 => Shaped::Null,
                    1 => Shaped::Geometry(lines.0.remove(0).into(), 0),
                    _ => Shaped::Geometry(lines.into(), 0),
                }
            }
            Ok(geometry) => Shaped::Geometry(geometry, 0),
            Err(e) => Shaped::Broken(e.to_string()),
        },
    }
}

/// A point; some programs write `NaN` or a very small number where there is none.
fn point(x: f64, y: f64) -> Shaped {
    if x.is_finite() && y.is_finite() && x > shapefile::NO_DATA {
        Shaped::Geometry(Point::new(x, y).into(), 0)
    } else {
        Shaped::Null
    }
}

fn area<P>(polygon: GenericPolygon<P>) -> Shaped
where
    P: shapefile::record::traits::ShrinkablePoint
        + shapefile::record::traits::GrowablePoint
        + Copy
        + PartialEq
        + shapefile::record::traits::HasXY,
    Coord: From<P>,
{
    // Nesting compares coordinates, which must be numbers for that.
    let ring = |points: Vec<P>| LineString(points.into_iter().map(Coord::from).collect::<Vec<_>>());
    let (mut shells, mut holes) = (Vec::new(), Vec::new());
    for part in polygon.into_inner() {
        match part {
            PolygonRing::Outer(points) if !points.is_empty() => shells.push(ring(points)),
            PolygonRing::Inner(points) if !points.is_empty() => holes.push(ring(points)),
            _ => {}
        }
    }
    if shells.iter().chain(&holes).flat_map(|ring| &ring.0).any(|c| !c.x.is_finite() || !c.y.is_finite()) {
        return Shaped::Broken("a coordinate is not a number".into());
    }
    // Programs that do not know the rule write shells the wrong way round.
    let strays_are_shells = shells.is_empty();
    let (areas, strays) =
        if strays_are_shells { (rings::nested(holes), 0) } else { rings::polygons(shells, holes) };
    single(areas, strays)
}

fn single(mut areas: MultiPolygon, strays: usize) -> Shaped {
    match areas.0.len() {
        0 => Shaped::Null,
        1 => Shaped::Geometry(areas.0.remove(0).into(), strays),
        _ => Shaped::Geometry(areas.into(), strays),
    }
}

/// Surfaces in space, seen from above: rings as they are, strips and fans as triangles.
fn patch_area(patches: Vec<Patch>) -> Shaped {
    let flat = |points: &[PointZ]| points.iter().map(|p| Coord { x: p.x, y: p.y }).collect::<Vec<_>>();
    let triangle = |a, b, c| Triangle::new(a, b, c).to_polygon();
    let mut areas: Vec<Polygon> = Vec::new();
    for patch in &patches {
        let points = flat(patch.points());
        match patch {
            Patch::TriangleStrip(_) => areas.extend(points.windows(3).map(|w| triangle(w[0], w[1], w[2]))),
            Patch::TriangleFan(_) => {
                let Some((&first, rest)) = points.split_first() else { continue };
                areas.extend(rest.windows(2).map(|w| triangle(first, w[0], w[1])));
            }
            Patch::InnerRing(_) | Patch::Ring(_) if !areas.is_empty() => {
                if let Some(last) = areas.last_mut() {
                    last.interiors_push(LineString(points));
                }
            }
            _ => areas.push(Polygon::new(LineString(points), vec![])),
        }
    }
    single(MultiPolygon(areas), 0)
}

fn truncated(declared: u64, size: u64) -> Noticed<'static> {
    Noticed {
        rule: "import.file",
        severity: Severity::Error,
        what: (
            format!(".shp 应有 {declared} 字节，实有 {size} 字节，文件不完整"),
            format!("the .shp should have {declared} bytes and has {size}: it is cut off"),
        ),
        done: ("读取现有的图形", "what is there was read"),
    }
}

fn trailing(end: u64, size: u64) -> Noticed<'static> {
    Noticed {
        rule: "import.file",
        severity: Severity::Warning,
        what: (
            format!(".shp 在第 {end} 字节之后还有 {} 字节多余内容", size - end),
            format!("the .shp has {} bytes after its end at {end}", size - end),
        ),
        done: ("多余内容未读取", "they were not read"),
    }
}

fn no_index(broken: bool) -> Noticed<'static> {
    Noticed {
        rule: "import.shx",
        severity: Severity::Note,
        what: if broken {
            ("索引文件（.shx）与图形不符".into(), "the index (.shx) does not fit the shapes".into())
        } else {
            ("缺少索引文件（.shx）".into(), "the index (.shx) is missing".into())
        },
        done: ("按顺序读取图形", "the shapes were read one after another"),
    }
}
