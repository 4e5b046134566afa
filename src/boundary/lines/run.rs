//! The run of a line: in which direction and order its chains are counted. A line runs from west to east, or
//! from north to south where it reaches farther that way, as serial numbers of markers do (see `data/boundary`).

use geo_types::{Coord, LineString, MultiLineString, Rect};

use crate::boundary::frame::{Frame, Plane};

/// Which way a line runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Run {
    /// from west to east
    Eastward,
    /// from north to south
    Southward,
}

impl Run {
    /// How the coordinates as a whole reach farther: west to east, or north to south.
    pub fn of(lines: &MultiLineString) -> Self {
        let Some(bounds) = bounds(lines) else { return Self::Eastward };
        let size = Frame::at(bounds.center()).to(bounds.max());
        if size[0] >= size[1] { Self::Eastward } else { Self::Southward }
    }

    /// How far along the way a place is: grows in the line's direction.
    fn along(self, c: Coord) -> f64 {
        match self {
            Self::Eastward => c.x,
            Self::Southward => -c.y,
        }
    }
}

fn bounds(lines: &MultiLineString) -> Option<Rect> {
    let all = || lines.0.iter().flat_map(|line| line.0.iter());
    let first = all().next()?;
    Some(all().fold(Rect::new(*first, *first), |bounds, c| {
        let (min, max) = (bounds.min(), bounds.max());
        Rect::new((min.x.min(c.x), min.y.min(c.y)), (max.x.max(c.x), max.y.max(c.y)))
    }))
}

/// The chains in the line's run: each begins at the end that comes first, a closed one at its first point and
/// clockwise, and they follow each other by where they begin.
pub fn in_order(lines: MultiLineString) -> MultiLineString {
    let run = Run::of(&lines);
    let mut chains: Vec<LineString> = lines.0.into_iter().filter(|line| line.0.len() > 1).collect();
    for chain in &mut chains {
        turn(chain, run);
    }
    let key = |chain: &LineString| chain.0.first().map_or((f64::INFINITY, 0.0), |c| (run.along(*c), c.x));
    chains.sort_by(|a, b| {
        let (a, b) = (key(a), key(b));
        a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1))
    });
    MultiLineString(chains)
}

fn turn(chain: &mut LineString, run: Run) {
    let (Some(&first), Some(&last)) = (chain.0.first(), chain.0.last()) else { return };
    if first != last {
        if run.along(last) < run.along(first) {
            chain.0.reverse();
        }
        return;
    }
    chain.0.pop();
    let start = (0..chain.0.len()).min_by(|a, b| {
        let (a, b) = (chain.0[*a], chain.0[*b]);
        run.along(a).total_cmp(&run.along(b)).then(a.x.total_cmp(&b.x)).then(a.y.total_cmp(&b.y))
    });
    chain.0.rotate_left(start.unwrap_or_default());
    if let Some(&start) = chain.0.first() {
        chain.0.push(start);
    }
    if !is_clockwise(chain) {
        chain.0.reverse();
    }
}

fn is_clockwise(ring: &LineString) -> bool {
    let Some(first) = ring.0.first() else { return true };
    let frame = Frame::at(*first);
    let doubled: f64 = ring
        .0
        .windows(2)
        .map(|pair| {
            let (a, b): (Plane, Plane) = (frame.to(pair[0]), frame.to(pair[1]));
            a[0] * b[1] - b[0] * a[1]
        })
        .sum();
    doubled <= 0.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo_types::{line_string, wkt};

    #[test]
    fn a_line_runs_from_west_to_east_or_from_north_to_south() {
        let lines = wkt!(MULTILINESTRING((102.9 25.0,102.8 25.01),(102.5 25.0,102.7 25.02)));
        let ordered = in_order(lines.clone());
        assert_eq!(ordered.0[0], lines.0[1]);
        assert_eq!(ordered.0[1].0.first(), lines.0[0].0.last());
        let north = in_order(MultiLineString(vec![line_string![(x: 102.5, y: 24.0), (x: 102.6, y: 25.0)]]));
        assert_eq!(north.0[0].0[0], Coord { x: 102.6, y: 25.0 });
        assert_eq!(Run::of(&north), Run::Southward);
    }

    #[test]
    fn a_closed_line_begins_in_the_west_and_goes_clockwise() {
        let ring =
            line_string![(x: 1., y: 0.), (x: 3., y: 0.), (x: 3., y: 1.), (x: 0., y: 1.), (x: 1., y: 0.)];
        let ordered = in_order(MultiLineString(vec![ring]));
        let [first, second, ..] = ordered.0[0].0[..] else { panic!() };
        assert_eq!(first, Coord { x: 0., y: 1. });
        assert_eq!(second, Coord { x: 3., y: 1. });
        assert_eq!(ordered.0[0].0.len(), 5);
    }
}
