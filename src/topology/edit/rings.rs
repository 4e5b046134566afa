//! Vertices and edges in the rings of a shape.

use geo_types::{Coord, LineString, MultiPolygon, Polygon};

/// All rings, shells and holes.
pub(super) fn rings(shape: &MultiPolygon) -> impl Iterator<Item = &LineString> {
    shape.0.iter().flat_map(|part| std::iter::once(part.exterior()).chain(part.interiors()))
}

/// Every edge in the direction of its ring.
pub(super) fn edges(shape: &MultiPolygon) -> impl Iterator<Item = [Coord; 2]> {
    rings(shape).flat_map(|ring| ring.0.windows(2).map(|pair| [pair[0], pair[1]]))
}

/// The vertices before and after each passage of a ring through a point.
pub(super) fn passages(shape: &MultiPolygon, at: Coord) -> Vec<[Coord; 2]> {
    let mut found = Vec::new();
    for ring in rings(shape) {
        let open = open(ring);
        for (place, _) in open.iter().enumerate().filter(|(_, c)| **c == at) {
            let n = open.len();
            found.push([open[(place + n - 1) % n], open[(place + 1) % n]]);
        }
    }
    found
}

/// A ring without its closing vertex.
pub(super) fn open(ring: &LineString) -> &[Coord] {
    match ring.0.split_last() {
        Some((last, rest)) if rest.first() == Some(last) => rest,
        _ => &ring.0,
    }
}

/// The shape with every ring redrawn; rings come and go open.
pub(super) fn redrawn(shape: &MultiPolygon, mut draw: impl FnMut(&[Coord]) -> Vec<Coord>) -> MultiPolygon {
    let mut ring = |ring: &LineString| {
        let mut line = draw(open(ring));
        line.extend(line.first().copied());
        LineString(line)
    };
    MultiPolygon(
        shape
            .0
            .iter()
            .map(|part| {
                let shell = ring(part.exterior());
                Polygon::new(shell, part.interiors().iter().map(&mut ring).collect())
            })
            .collect(),
    )
}

/// A place where a ring has fewer than three corners or the same vertex twice in a row.
pub(super) fn collapsed(shape: &MultiPolygon) -> Option<Coord> {
    rings(shape).find_map(|ring| {
        let twice = ring.0.windows(2).find(|pair| pair[0] == pair[1]).map(|pair| pair[0]);
        twice.or_else(|| (ring.0.len() < 4).then(|| ring.0.first().copied()).flatten())
    })
}
