//! Which areas border on each other: they share an edge, bit for bit.

use std::collections::HashSet;
use std::sync::Arc;

use geo_types::{Geometry, Polygon};
use rstar::Envelope as _;

use super::bounds::{self, Bounds};
use super::ring;
use crate::model::Record;

/// An edge by its bits, from its lower end.
type Bits = [u64; 4];

fn bits(edge: &ring::Edge) -> Bits {
    [edge[0].x, edge[0].y, edge[1].x, edge[1].y].map(f64::to_bits)
}

fn polygons(geometry: &Geometry) -> &[Polygon] {
    match geometry {
        Geometry::MultiPolygon(parts) => &parts.0,
        Geometry::Polygon(polygon) => std::slice::from_ref(polygon),
        _ => &[],
    }
}

/// Those of `near` that share an edge with the area. O(edges of all).
pub(super) fn sharing_an_edge<'a>(area: &Geometry, near: Vec<&'a Arc<Record>>) -> Vec<&'a Arc<Record>> {
    let own: HashSet<Bits> = polygons(area).iter().flat_map(ring::edges).map(|edge| bits(&edge)).collect();
    let Some(bounds) = bounds::of(area) else { return Vec::new() };
    let shares = |record: &&Arc<Record>| {
        let parts = record.geometry.as_deref().map(polygons).unwrap_or_default();
        let edges = parts.iter().flat_map(ring::edges);
        edges
            .filter(|edge| bounds.intersects(&Bounds::from_points(edge)))
            .any(|edge| own.contains(&bits(&edge)))
    };
    near.into_iter().filter(shares).collect()
}
