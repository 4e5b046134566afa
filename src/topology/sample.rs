//! A made-up coverage for tests: a warped grid with winding borders, enclaves, lakes and missing cells.

use geo_types::{Coord, Geometry, LineString, MultiPolygon, Polygon};

/// `n` by `n` cells of 100 with 14 edges to a side, drawn by numbers from -1 to 1. Every third cell has an
/// enclave, which is a feature of its own; every fifth a lake with nobody in it; every eleventh is missing.
pub(super) fn cells(n: usize, random: &[f64]) -> Vec<Geometry> {
    let random = |k: usize| random[k % random.len()];
    let node = |c: usize, r: usize| Coord {
        x: 100.0 * c as f64 + 30.0 * random(c * 7 + r * 3),
        y: 100.0 * r as f64 + 30.0 * random(c * 5 + r * 11),
    };
    let side = |from: (usize, usize), to: (usize, usize)| {
        let (low, high) = (from.min(to), from.max(to));
        let (a, b, salt) = (node(low.0, low.1), node(high.0, high.1), low.0 * 13 + low.1 * 5 + high.0);
        let way = b - a;
        let mut line: Vec<Coord> = (0..=14)
            .map(|k| {
                let along = f64::from(k) / 14.0;
                let reach = 0.3 * along.min(1.0 - along) * random(salt * 31 + k as usize);
                Coord { x: a.x + along * way.x - reach * way.y, y: a.y + along * way.y + reach * way.x }
            })
            .collect();
        // The ends come out exactly where they are.
        (line[0], line[14]) = (a, b);
        if from > to {
            line.reverse();
        }
        line.pop();
        line
    };
    let mut shapes = Vec::new();
    for (c, r) in (0..n * n).map(|k| (k % n, k / n)) {
        let number = c + r * n;
        if number % 11 == 10 {
            continue;
        }
        let corners = [(c, r), (c + 1, r), (c + 1, r + 1), (c, r + 1)];
        let ring: Vec<Coord> = (0..4).flat_map(|k| side(corners[k], corners[(k + 1) % 4])).collect();
        let middle = corners.iter().fold(Coord { x: 0.0, y: 0.0 }, |sum, (c, r)| sum + node(*c, *r) / 4.0);
        let inner = |dx: f64, salt: usize| -> LineString {
            (0..12)
                .map(|k| {
                    let (turn, reach) = (f64::from(k) * 0.52, 5.0 + 2.0 * random(salt + k as usize));
                    Coord { x: middle.x + dx + reach * turn.cos(), y: middle.y + reach * turn.sin() }
                })
                .collect()
        };
        let mut holes = Vec::new();
        if number.is_multiple_of(3) {
            holes.push(inner(-8.0, number));
            shapes.push(Polygon::new(inner(-8.0, number), vec![]).into());
        }
        if number.is_multiple_of(5) {
            holes.push(inner(8.0, number * 3));
        }
        shapes.push(MultiPolygon(vec![Polygon::new(LineString(ring), holes)]).into());
    }
    shapes
}
