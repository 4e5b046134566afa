//! Where the name of an area is written.

use super::shape::{Outline, Path, Role};
use super::world::WorldPoint;

/// Rows across the area that are tried.
const ROWS: i64 = 9;

/// A point inside the largest part of an area, well away from its border: the middles of the widest
/// stretches inside along some rows, the one with most room taken. O(rows · vertices).
///
/// Not the pole of inaccessibility, but near it for the shapes that divisions have, and always inside;
/// `None` where there is no area.
pub fn point_inside(outline: &Outline) -> Option<WorldPoint> {
    let largest = largest_part(outline)?;
    let rings: Vec<&[WorldPoint]> = largest.iter().map(|path| outline.points(path)).collect();
    let bounds = largest.first()?.bounds;
    let mut best: Option<(f64, WorldPoint)> = None;
    for row in 0..ROWS {
        // Between grid rows, so that no vertex lies on the row.
        let y = bounds.min.1 + (bounds.max.1 - bounds.min.1) * (2 * row + 1) / (2 * ROWS);
        let y = y as f64 + 0.5;
        for x in middles(&rings, y) {
            let room = clearance_squared(&rings, (x, y));
            if best.is_none_or(|(most, _)| room > most) {
                best = Some((room, WorldPoint { x: x as u32, y: y as u32 }));
            }
        }
    }
    best.map(|(_, point)| point)
}

/// The part with the largest outer ring, and its holes.
fn largest_part(outline: &Outline) -> Option<&[Path]> {
    let paths = outline.paths();
    let area = |path: &Path| {
        let ring = outline.points(path);
        let next = ring.iter().cycle().skip(1);
        let cross = |(a, b): (&WorldPoint, &WorldPoint)| {
            i128::from(a.x) * i128::from(b.y) - i128::from(b.x) * i128::from(a.y)
        };
        ring.iter().zip(next).map(cross).sum::<i128>().abs()
    };
    let exteriors = (0..paths.len()).filter(|at| paths[*at].role == Role::Exterior);
    let at = exteriors.max_by_key(|at| area(&paths[*at]))?;
    let holes = paths[at + 1..].iter().take_while(|path| path.role == Role::Interior).count();
    Some(&paths[at..=at + holes])
}

/// Middles of the two widest stretches inside along a row.
fn middles(rings: &[&[WorldPoint]], y: f64) -> impl Iterator<Item = f64> {
    let mut crossings = Vec::new();
    for (a, b) in edges(rings) {
        let (ay, by) = (f64::from(a.y), f64::from(b.y));
        if (ay < y) != (by < y) {
            crossings.push(f64::from(a.x) + (y - ay) / (by - ay) * (f64::from(b.x) - f64::from(a.x)));
        }
    }
    crossings.sort_by(f64::total_cmp);
    let mut stretches: Vec<(f64, f64)> =
        crossings.chunks_exact(2).map(|pair| (pair[1] - pair[0], pair[0].midpoint(pair[1]))).collect();
    stretches.sort_by(|a, b| b.0.total_cmp(&a.0));
    stretches.truncate(2);
    stretches.into_iter().map(|(_, middle)| middle)
}

fn clearance_squared(rings: &[&[WorldPoint]], (x, y): (f64, f64)) -> f64 {
    let one = |(a, b): (WorldPoint, WorldPoint)| {
        let (ax, ay) = (f64::from(a.x), f64::from(a.y));
        let (dx, dy) = (f64::from(b.x) - ax, f64::from(b.y) - ay);
        let along = ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy).max(1.0);
        let along = along.clamp(0.0, 1.0);
        (x - ax - along * dx).powi(2) + (y - ay - along * dy).powi(2)
    };
    edges(rings).map(one).fold(f64::INFINITY, f64::min)
}

fn edges<'a>(rings: &'a [&'a [WorldPoint]]) -> impl Iterator<Item = (WorldPoint, WorldPoint)> + 'a {
    rings.iter().flat_map(|ring| ring.iter().copied().zip(ring.iter().copied().cycle().skip(1)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo::Contains as _;
    use geo_types::{Geometry, Point, Polygon, polygon};

    fn check(shape: &Polygon) {
        let at = point_inside(&Outline::of(&Geometry::Polygon(shape.clone()))).unwrap().lon_lat();
        assert!(shape.contains(&Point(at)), "{at:?}");
    }

    #[test]
    fn it_is_inside() {
        check(&polygon![(x: 100., y: 20.), (x: 101., y: 20.), (x: 101., y: 21.), (x: 100., y: 21.)]);
        // A horseshoe whose middle is outside.
        check(&polygon![
            (x: 0., y: 0.), (x: 10., y: 0.), (x: 10., y: 10.), (x: 9., y: 10.), (x: 9., y: 1.),
            (x: 1., y: 1.), (x: 1., y: 10.), (x: 0., y: 10.)
        ]);
        check(&polygon!(
            exterior: [(x: 0., y: 0.), (x: 10., y: 0.), (x: 10., y: 10.), (x: 0., y: 10.)],
            interiors: [[(x: 1., y: 1.), (x: 9., y: 1.), (x: 9., y: 9.), (x: 1., y: 9.)]],
        ));
        let flat = polygon![(x: 0., y: 0.), (x: 1., y: 0.), (x: 2., y: 0.)];
        assert_eq!(point_inside(&Outline::of(&Geometry::Polygon(flat))), None);
    }
}
