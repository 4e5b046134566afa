//! Outlines as directed edges, and polygons from such edges.

use geo_types::{Coord, MultiPolygon, Polygon};

use super::walk::{Side, doubled_area, polygons, rings};

/// The edges of a polygon with its inside on their left.
pub fn inside_left(part: &Polygon) -> Vec<[Coord; 2]> {
    let mut edges = Vec::new();
    let all =
        std::iter::once((part.exterior(), true)).chain(part.interiors().iter().map(|hole| (hole, false)));
    for (ring, shell) in all {
        let turned = (doubled_area(ring) > 0.0) != shell;
        let pairs = ring.0.windows(2).filter(|pair| pair[0] != pair[1]);
        edges.extend(pairs.map(|pair| if turned { [pair[1], pair[0]] } else { [pair[0], pair[1]] }));
    }
    edges
}

/// Polygons from edges with the inside on their left; what leads nowhere is left out.
pub fn drawn(edges: &[[Coord; 2]]) -> MultiPolygon {
    let sides: Vec<Side> = edges.iter().map(|edge| Side { coords: edge, reversed: false }).collect();
    polygons(rings(&sides))
}
