//! Polygons from loose rings: which is a hole of which. Used where a format only says "these rings" (shapefile, OSM).

use geo::algorithm::coordinate_position::{CoordPos, coord_pos_relative_to_ring};
use geo_types::{Coord, LineString, MultiPolygon, Polygon, Rect};

/// Rings known to be shells or holes become polygons: each hole goes to the smallest shell that holds it. A hole
/// that lies in none becomes a polygon of its own, so that nothing is lost; the number of those is returned.
pub(crate) fn polygons(shells: Vec<LineString>, holes: Vec<LineString>) -> (MultiPolygon, usize) {
    let mut shells: Vec<Shell> = shells.into_iter().map(Shell::new).collect();
    let mut stray = Vec::new();
    let alone = shells.len() == 1;
    for hole in holes {
        let at = if alone { Some(0) } else { smallest_around(&shells, &hole) };
        match at {
            Some(at) => shells[at].holes.push(hole),
            None => stray.push(hole),
        }
    }
    let strays = stray.len();
    let polygons = shells.into_iter().map(|s| Polygon::new(s.ring, s.holes));
    let polygons = polygons.chain(stray.into_iter().map(|ring| Polygon::new(ring, vec![])));
    (MultiPolygon(polygons.collect()), strays)
}

/// Rings of which nothing is known: those at even depth are shells, those at odd depth holes.
pub(crate) fn nested(rings: Vec<LineString>) -> MultiPolygon {
    let all: Vec<Shell> = rings.into_iter().map(Shell::new).collect();
    let depth = |at: usize| {
        all.iter().enumerate().filter(|(other, s)| *other != at && s.holds(&all[at].ring)).count()
    };
    let depths: Vec<usize> = (0..all.len()).map(depth).collect();
    let (mut shells, mut holes) = (Vec::new(), Vec::new());
    for (shell, depth) in all.into_iter().zip(depths) {
        if depth % 2 == 0 { shells.push(shell.ring) } else { holes.push(shell.ring) }
    }
    polygons(shells, holes).0
}

/// Twice the signed area; positive counter-clockwise. Relative to the first point, for precision.
pub(crate) fn signed_area2(ring: &LineString) -> f64 {
    let Some(origin) = ring.0.first() else { return 0.0 };
    let cross =
        |a: &Coord, b: &Coord| (a.x - origin.x) * (b.y - origin.y) - (b.x - origin.x) * (a.y - origin.y);
    ring.0.windows(2).map(|w| cross(&w[0], &w[1])).sum()
}

struct Shell {
    ring: LineString,
    bounds: Option<Rect>,
    area: f64,
    holes: Vec<LineString>,
}

impl Shell {
    fn new(mut ring: LineString) -> Self {
        use geo::BoundingRect;
        ring.close();
        Self { bounds: ring.bounding_rect(), area: signed_area2(&ring).abs(), ring, holes: Vec::new() }
    }

    /// Whether a ring lies inside: told by its first point that is not on this one's border.
    fn holds(&self, ring: &LineString) -> bool {
        let Some(bounds) = self.bounds else { return false };
        for &c in &ring.0 {
            if c.x < bounds.min().x || c.x > bounds.max().x || c.y < bounds.min().y || c.y > bounds.max().y {
                return false;
            }
            match coord_pos_relative_to_ring(c, &self.ring) {
                CoordPos::Inside => return true,
                CoordPos::Outside => return false,
                CoordPos::OnBoundary => {}
            }
        }
        // All on the border: the same ring, or one drawn into it; the smaller is inside.
        signed_area2(ring).abs() < self.area
    }
}

fn smallest_around(shells: &[Shell], hole: &LineString) -> Option<usize> {
    let around = shells.iter().enumerate().filter(|(_, shell)| shell.holds(hole));
    around.min_by(|(_, a), (_, b)| a.area.total_cmp(&b.area)).map(|(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(x: f64, y: f64, size: f64) -> LineString {
        LineString::from(vec![(x, y), (x + size, y), (x + size, y + size), (x, y + size), (x, y)])
    }

    #[test]
    fn holes_go_to_the_smallest_shell_round_them() {
        let (lake, island, pond) = (square(0., 0., 10.), square(2., 2., 6.), square(3., 3., 1.));
        let rings = vec![pond.clone(), square(20., 0., 1.), lake.clone(), island.clone(), square(1., 1., 8.)];
        let found = nested(rings);
        // lake ⊃ 8-square (hole) ⊃ island (shell) ⊃ pond (hole), and one apart
        assert_eq!(found.0.len(), 3);
        let of =
            |ring: &LineString| found.0.iter().find(|p| p.exterior() == ring).map(|p| p.interiors().to_vec());
        assert_eq!(of(&lake), Some(vec![square(1., 1., 8.)]));
        assert_eq!(of(&island), Some(vec![pond]));
        let (made, strays) = polygons(vec![lake, island], vec![square(50., 50., 1.)]);
        assert_eq!((made.0.len(), strays), (3, 1));
    }
}
