//! A line as a way to go: metres from its start, the place at so many metres, the place nearest to a point.

use geo_types::{Coord, Geometry, LineString, MultiLineString, Rect};

use super::frame::{self, Frame};
use crate::crs::geodesic;

/// A line with the metres walked up to each of its vertices. Parts follow each other without a way between.
#[derive(Clone, Debug)]
pub struct Path {
    parts: Vec<Part>,
    length_m: f64,
}

#[derive(Clone, Debug)]
struct Part {
    coords: Vec<Coord>,
    /// metres from the line's start, geodesic
    walked: Vec<f64>,
}

/// A place on a line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// metres from the line's start
    pub at_m: f64,
    /// metres from the point that was asked for
    pub off_m: f64,
    /// whether the point lies to the left of the line, going on
    pub left: bool,
    /// the place
    pub on: Coord,
}

impl Path {
    /// Of the parts of a line, in their order.
    pub fn new(lines: &MultiLineString) -> Self {
        let mut path = Self { parts: Vec::with_capacity(lines.0.len()), length_m: 0.0 };
        lines.0.iter().filter(|line| line.0.len() > 1).for_each(|line| path.push(line));
        path
    }

    /// Of a record's geometry; an empty one where it is no line.
    pub fn of(geometry: Option<&Geometry>) -> Self {
        match geometry {
            Some(Geometry::MultiLineString(lines)) => Self::new(lines),
            Some(Geometry::LineString(line)) => Self::new(&MultiLineString(vec![line.clone()])),
            _ => Self { parts: Vec::new(), length_m: 0.0 },
        }
    }

    fn push(&mut self, line: &LineString) {
        let mut walked = Vec::with_capacity(line.0.len());
        walked.push(self.length_m);
        for pair in line.0.windows(2) {
            self.length_m += geodesic::distance_m(pair[0], pair[1]);
            walked.push(self.length_m);
        }
        self.parts.push(Part { coords: line.0.clone(), walked });
    }

    /// Geodesic length, metres.
    pub fn length_m(&self) -> f64 {
        self.length_m
    }

    /// Where parts begin and end, metres from the start.
    pub fn spans(&self) -> impl Iterator<Item = (f64, f64)> + '_ {
        self.parts.iter().filter_map(|part| Some((*part.walked.first()?, *part.walked.last()?)))
    }

    /// First and last point; `None` for a line without any.
    pub fn ends(&self) -> Option<(Coord, Coord)> {
        Some((*self.parts.first()?.coords.first()?, *self.parts.last()?.coords.last()?))
    }

    /// The point so many metres from the start, kept within the line; `None` for a line without any.
    pub fn point(&self, at_m: f64) -> Option<Coord> {
        let after = |part: &&Part| part.walked.last().is_some_and(|last| *last >= at_m);
        let part = self.parts.iter().find(after).or(self.parts.last())?;
        let next = part.walked.partition_point(|walked| *walked < at_m).clamp(1, part.coords.len() - 1);
        let (a, b) = (part.coords[next - 1], part.coords[next]);
        let (from, to) = (part.walked[next - 1], part.walked[next]);
        let share = if to > from { ((at_m - from) / (to - from)).clamp(0.0, 1.0) } else { 0.0 };
        Some(if share == 0.0 {
            a
        } else if share == 1.0 {
            b
        } else {
            a + (b - a) * share
        })
    }

    /// The points of a stretch between two distances from the start, both ends included.
    pub fn stretch(&self, from_m: f64, to_m: f64) -> Vec<Coord> {
        let mut points: Vec<Coord> = self.point(from_m).into_iter().collect();
        points.extend(self.vertices(from_m, to_m).map(|(_, c)| c));
        points.extend(self.point(to_m));
        points.dedup();
        points
    }

    /// The vertices strictly between two distances from the start, each with its own.
    pub fn vertices(&self, from_m: f64, to_m: f64) -> impl Iterator<Item = (f64, Coord)> + '_ {
        self.parts.iter().flat_map(move |part| {
            let first = part.walked.partition_point(|at| *at <= from_m);
            let inside = part.walked[first..].iter().zip(&part.coords[first..]);
            inside.take_while(move |(at, _)| **at < to_m).map(|(at, c)| (*at, *c))
        })
    }

    /// The place nearest to a point, measured on the plane at the point; `None` for a line without any. O(n).
    pub fn nearest(&self, point: Coord) -> Option<Place> {
        let frame = Frame::at(point);
        let mut best: Option<Place> = None;
        for part in &self.parts {
            let mut a = frame.to(part.coords[0]);
            for next in 1..part.coords.len() {
                let b = frame.to(part.coords[next]);
                let (share, off_m) = frame::nearest([0.0, 0.0], a, b);
                if best.is_none_or(|best| off_m < best.off_m) {
                    let (from, to) = (part.walked[next - 1], part.walked[next]);
                    let (start, end) = (part.coords[next - 1], part.coords[next]);
                    best = Some(Place {
                        at_m: from + share * (to - from),
                        off_m,
                        left: (b[0] - a[0]) * -a[1] - (b[1] - a[1]) * -a[0] > 0.0,
                        on: if share == 0.0 { start } else { start + (end - start) * share },
                    });
                }
                a = b;
            }
        }
        best
    }

    /// The box round a stretch, widened by so many metres.
    pub fn window(points: &[Coord], wider_m: f64) -> Option<Rect> {
        let first = *points.first()?;
        let (mut min, mut max) = (first, first);
        for c in points {
            min = Coord { x: min.x.min(c.x), y: min.y.min(c.y) };
            max = Coord { x: max.x.max(c.x), y: max.y.max(c.y) };
        }
        let margin = Frame::at(first).degrees(wider_m);
        Some(Rect::new(min - margin, max + margin))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo_types::wkt;

    fn path() -> Path {
        Path::new(&wkt!(MULTILINESTRING((102.70 25.0,102.71 25.0,102.72 25.0),(102.74 25.0,102.75 25.0))))
    }

    #[test]
    fn places_and_points_agree() {
        let path = path();
        let km = path.length_m() / 3.0;
        assert!((km - 1009.0).abs() < 2.0, "{km}");
        let spans: Vec<_> = path.spans().collect();
        assert!(spans.len() == 2 && (spans[0].1 - 2.0 * km).abs() < 0.01 && spans[0].1 == spans[1].0);
        for at in [0.0, 300.0, km, 1.5 * km, 2.5 * km, 3.0 * km] {
            let point = path.point(at).unwrap();
            let place = path.nearest(point).unwrap();
            assert!((place.at_m - at).abs() < 0.01 && place.off_m < 0.01, "{at} {place:?}");
        }
        assert_eq!(path.point(-5.0), path.point(0.0));
        assert_eq!(path.point(1e9), path.point(path.length_m()));
    }

    #[test]
    fn sides_are_told_apart() {
        let north = path().nearest(Coord { x: 102.715, y: 25.001 }).unwrap();
        let south = path().nearest(Coord { x: 102.715, y: 24.999 }).unwrap();
        assert!(north.left && !south.left);
        assert!((north.off_m - 110.8).abs() < 0.5, "{north:?}");
        assert!(Path::of(None).nearest(Coord { x: 0.0, y: 0.0 }).is_none());
    }

    #[test]
    fn stretches_keep_the_vertices_between() {
        let path = path();
        let stretch = path.stretch(500.0, 1500.0);
        assert_eq!(stretch.len(), 3);
        assert_eq!(stretch[1], Coord { x: 102.71, y: 25.0 });
    }
}
