//! From one coordinate system to another.

use std::cell::RefCell;
use std::rc::Rc;

use geo::MapCoords as _;
use geo_types::{Coord, Geometry, LineString, Polygon};
use proj::Proj;

use super::datum_shift::Figure;
use super::definition::{Definition, proj_text, short};
use super::{Crs, CrsError, Datum, DatumShift, gcj02};

/// A way from one system to another; x is longitude or easting, y latitude or northing, on both ends.
///
/// Making one costs milliseconds (PROJ reads its database), using it a microsecond or less, so make one per
/// thread and job: PROJ's objects belong to one thread, and so does this. [`Transform::shared`] remembers the
/// last few of a thread.
pub struct Transform {
    from: Crs,
    to: Crs,
    steps: Vec<Step>,
}

enum Step {
    /// with the largest |x| and |y| that make sense before it: PROJ writes a line to stderr for each point
    /// that it cannot take, and a bad file may have a million
    Proj(Proj, Coord),
    Own(fn(Coord) -> Coord),
    Shift(DatumShift, Figure),
}

impl Transform {
    /// Finds the way. Between datums without published parameters there is none: an error, not a guess.
    pub fn new(from: &Crs, to: &Crs) -> Result<Self, CrsError> {
        let mut steps = Vec::new();
        match (from, to) {
            (from, to) if from == to => {}
            (Crs::Gcj02, Crs::Bd09) => steps.push(Step::Own(gcj02::to_bd09)),
            (Crs::Bd09, Crs::Gcj02) => steps.push(Step::Own(gcj02::from_bd09)),
            _ => {
                let start = leave_shifted(from, &mut steps);
                let mut last = Vec::new();
                let end = enter_shifted(to, &mut last);
                steps.extend(between(start, end)?);
                steps.extend(last);
            }
        }
        Ok(Self { from: from.clone(), to: to.clone(), steps })
    }

    /// The same, remembered for this thread: for servers that transform a little, often.
    pub fn shared(from: &Crs, to: &Crs) -> Result<Rc<Self>, CrsError> {
        /// How many a thread remembers.
        const KEPT: usize = 8;
        thread_local! { static RECENT: RefCell<Vec<Rc<Transform>>> = const { RefCell::new(Vec::new()) }; }
        RECENT.with_borrow_mut(|recent| {
            let at = recent.iter().position(|known| known.from == *from && known.to == *to);
            let found = match at {
                Some(at) => recent.remove(at),
                None => Rc::new(Self::new(from, to)?),
            };
            recent.insert(0, Rc::clone(&found));
            recent.truncate(KEPT);
            Ok(found)
        })
    }

    /// From a system of Xi'an 1980 or Beijing 1954 to the register's, with the parameters that an office supplies.
    ///
    /// # Errors
    /// The system stands on neither.
    pub fn shifted(from: &Crs, shift: DatumShift) -> Result<Self, CrsError> {
        let start = Definition::of(from)?;
        let Some((datum, figure)) = start.closed.as_deref().zip(start.figure) else {
            return Err(CrsError::NoShiftNeeded(short(from)));
        };
        let degrees = match datum {
            "xian1980" => Crs::Epsg(Datum::Xian1980.geographic()),
            "beijing1954" => Crs::Epsg(Datum::Beijing1954.geographic()),
            _ => figure.degrees_on(),
        };
        let mut steps = Vec::new();
        if *from != degrees {
            steps.push(proj(from, &degrees, start.geographic)?);
        }
        steps.push(Step::Shift(shift, figure));
        Ok(Self { from: from.clone(), to: Crs::REGISTER, steps })
    }

    /// Whether coordinates stay the same numbers.
    pub fn is_identity(&self) -> bool {
        self.steps.is_empty()
    }

    /// One coordinate. Not finite before or after: an error.
    pub fn coord(&self, c: Coord) -> Result<Coord, CrsError> {
        let mut at = c;
        if !finite(at) {
            return Err(self.point_error(c));
        }
        for step in &self.steps {
            at = match step {
                Step::Own(shift) => shift(at),
                Step::Shift(shift, figure) => shift.apply(*figure, at),
                Step::Proj(proj, most) if at.x.abs() <= most.x && at.y.abs() <= most.y => {
                    proj.convert(at).map_err(|_| self.point_error(c))?
                }
                Step::Proj(..) => return Err(self.point_error(c)),
            };
            if !finite(at) {
                return Err(self.point_error(c));
            }
        }
        Ok(at)
    }

    /// All coordinates of a geometry.
    pub fn geometry(&self, mut geometry: Geometry) -> Result<Geometry, CrsError> {
        self.map(&mut geometry)?;
        Ok(geometry)
    }

    /// Every coordinate of a line, in place.
    pub fn line(&self, line: &mut LineString) -> Result<(), CrsError> {
        line.0.iter_mut().try_for_each(|c| self.place(c))
    }

    fn place(&self, c: &mut Coord) -> Result<(), CrsError> {
        *c = self.coord(*c)?;
        Ok(())
    }

    fn polygon(&self, polygon: &mut Polygon) -> Result<(), CrsError> {
        polygon.try_exterior_mut(|ring| self.line(ring))?;
        polygon.try_interiors_mut(|rings| rings.iter_mut().try_for_each(|ring| self.line(ring)))
    }

    fn map(&self, geometry: &mut Geometry) -> Result<(), CrsError> {
        match geometry {
            Geometry::Point(p) => self.place(&mut p.0),
            Geometry::MultiPoint(points) => points.0.iter_mut().try_for_each(|p| self.place(&mut p.0)),
            Geometry::Line(l) => self.place(&mut l.start).and_then(|()| self.place(&mut l.end)),
            Geometry::LineString(l) => self.line(l),
            Geometry::MultiLineString(lines) => lines.0.iter_mut().try_for_each(|l| self.line(l)),
            Geometry::Polygon(p) => self.polygon(p),
            Geometry::MultiPolygon(polygons) => polygons.0.iter_mut().try_for_each(|p| self.polygon(p)),
            Geometry::GeometryCollection(parts) => parts.0.iter_mut().try_for_each(|part| self.map(part)),
            // A rectangle or triangle is none any more after a transformation.
            Geometry::Rect(r) => {
                *geometry = Geometry::Polygon(r.to_polygon());
                self.map(geometry)
            }
            Geometry::Triangle(t) => {
                *geometry = Geometry::Polygon(t.to_polygon());
                self.map(geometry)
            }
        }
    }

    fn point_error(&self, c: Coord) -> CrsError {
        let (x, y) = (c.x.to_string(), c.y.to_string());
        CrsError::Point { x, y, from: short(&self.from), to: short(&self.to) }
    }
}

impl Crs {
    /// A geometry as it is written on a wire in this system, in the register's coordinates: axes that the
    /// authority has the other way round are exchanged (see [`Crs::latitude_first`]).
    ///
    /// # Errors
    /// There is no way to the register's system, or a coordinate lies outside of this one.
    pub fn place(&self, geometry: Geometry) -> Result<Geometry, CrsError> {
        let placed =
            if self.latitude_first() { geometry.map_coords(|c| Coord { x: c.y, y: c.x }) } else { geometry };
        if self.is_register() {
            Ok(placed)
        } else {
            Transform::shared(self, &Self::REGISTER)?.geometry(placed)
        }
    }
}

fn finite(c: Coord) -> bool {
    c.x.is_finite() && c.y.is_finite()
}

/// Out of GCJ-02 or BD-09 into the register's degrees.
fn leave_shifted<'a>(from: &'a Crs, steps: &mut Vec<Step>) -> &'a Crs {
    match from {
        Crs::Gcj02 => steps.push(Step::Own(gcj02::to_wgs84)),
        Crs::Bd09 => {
            steps.extend([Step::Own(gcj02::from_bd09), Step::Own(gcj02::to_wgs84)]);
        }
        _ => return from,
    }
    &Crs::REGISTER
}

/// From the register's degrees into GCJ-02 or BD-09.
fn enter_shifted<'a>(to: &'a Crs, steps: &mut Vec<Step>) -> &'a Crs {
    match to {
        Crs::Gcj02 => steps.push(Step::Own(gcj02::from_wgs84)),
        Crs::Bd09 => {
            steps.extend([Step::Own(gcj02::from_wgs84), Step::Own(gcj02::to_bd09)]);
        }
        _ => return to,
    }
    &Crs::REGISTER
}

/// The steps between two systems that PROJ knows.
///
/// The way leads over WGS 84 or CGCS2000 degrees, which are the same numbers here: the EPSG data set gives
/// parameters of other datums to WGS 84, hardly any to CGCS2000.
fn between(from: &Crs, to: &Crs) -> Result<Vec<Step>, CrsError> {
    if from.same_numbers(to) {
        return Ok(Vec::new());
    }
    let (start, end) = (Definition::of(from)?, Definition::of(to)?);
    if start.closed != end.closed {
        return Err(CrsError::NoParameters {
            from: short(from),
            from_datum: start.datum,
            to: short(to),
            to_datum: end.datum,
        });
    }
    if start.closed.is_some() {
        return Ok(vec![proj(from, to, start.geographic)?]);
    }
    let mut steps = Vec::new();
    if !from.is_register() {
        steps.push(proj(from, &Crs::Epsg(start.hub), start.geographic)?);
    }
    if !to.is_register() {
        steps.push(proj(&Crs::Epsg(end.hub), to, true)?);
    }
    Ok(steps)
}

fn proj(from: &Crs, to: &Crs, degrees: bool) -> Result<Step, CrsError> {
    /// Metres or feet beyond which no system of the earth reaches.
    const FARTHEST: f64 = 1e9;
    let most = if degrees { Coord { x: 360.0, y: 90.0 } } else { Coord { x: FARTHEST, y: FARTHEST } };
    let proj = Proj::new_known_crs(&proj_text(from), &proj_text(to), None).map_err(|error| {
        CrsError::Unknown { crs: format!("{} → {}", short(from), short(to)), reason: error.to_string() }
    })?;
    Ok(Step::Proj(proj, most))
}
