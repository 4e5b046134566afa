//! Features of a coverage into fewer: arcs between two of the same group drop out, the rest makes the rings.

use geo_types::{Coord, MultiPolygon};
use rayon::prelude::*;

use super::coverage::{ArcUse, Coverage};
use super::walk::{Side, polygons, rings};

/// The outline of every group, by number below `groups`; `group_of` gives the group of a feature, `None`
/// for one that is left out. Vertices stay as they are. Holes go to the shells they lie in, parts that do
/// not touch along a border stay parts, what touches in a point only stays apart. Where features of a group
/// overlap or leave a gap, so does its outline: check and clean first. O(arcs + vertices), parallel.
pub fn dissolve(
    coverage: &Coverage,
    groups: usize,
    group_of: impl Fn(usize) -> Option<usize>,
) -> Vec<MultiPolygon> {
    let mut borders: Vec<Vec<ArcUse>> = vec![Vec::new(); groups];
    let (mut left, mut right) = (Vec::new(), Vec::new());
    for arc in 0..coverage.arcs() {
        left.clear();
        right.clear();
        for (ring, inside_left) in coverage.uses(arc) {
            let side = if inside_left { &mut left } else { &mut right };
            let group = group_of(coverage.feature_of(ring)).filter(|group| *group < groups);
            side.extend(group.filter(|group| !side.contains(group)));
        }
        for (own, other, reversed) in [(&left, &right, false), (&right, &left, true)] {
            for group in own.iter().filter(|group| !other.contains(group)) {
                borders[*group].push(ArcUse::new(arc, reversed));
            }
        }
    }
    borders.par_iter().map(|uses| outline(coverage, uses)).collect()
}

fn outline(coverage: &Coverage, uses: &[ArcUse]) -> MultiPolygon {
    let coords: Vec<Vec<Coord>> = uses
        .iter()
        .map(|one| coverage.arc(one.arc()).iter().map(|point| coverage.point(*point)).collect())
        .collect();
    let sides: Vec<Side> =
        uses.iter().zip(&coords).map(|(one, coords)| Side { coords, reversed: one.reversed() }).collect();
    polygons(rings(&sides))
}
