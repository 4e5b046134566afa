//! Cells joined into blocks: what lies under one compound, and slivers with a neighbour.

use std::collections::BTreeMap;

use geo::MapCoords as _;
use geo::coordinate_position::{CoordPos, CoordinatePosition as _};
use geo_types::{Coord, LineString, MultiPolygon};

use super::defaults::Defaults;
use crate::topology::{BoxTree, Coverage, Extent, Metric, OUTSIDE, distance2};

/// Numbers of groups by the smallest member.
pub(super) struct Groups(Vec<u32>);

impl Groups {
    pub fn new(count: usize) -> Self {
        Self((0..count as u32).collect())
    }

    pub fn root(&mut self, mut cell: u32) -> u32 {
        while self.0[cell as usize] != cell {
            let above = self.0[self.0[cell as usize] as usize];
            self.0[cell as usize] = above;
            cell = above;
        }
        cell
    }

    pub fn join(&mut self, a: u32, b: u32) {
        let (a, b) = (self.root(a), self.root(b));
        self.0[a.max(b) as usize] = a.min(b);
    }
}

/// Compounds in a plane.
pub(super) struct Compounds {
    shapes: Vec<MultiPolygon>,
    tree: BoxTree,
    latitude: f64,
    inside_m: f64,
}

/// Samples along an edge are this far apart, metres.
const STEP_M: f64 = 3.0;

impl Compounds {
    pub fn new(shapes: &[MultiPolygon], latitude: f64, defaults: &Defaults) -> Self {
        let plane = |c: Coord| Metric::Degrees.metres(c, latitude);
        let shapes: Vec<MultiPolygon> = shapes.iter().map(|shape| shape.map_coords(plane)).collect();
        let points = |shape: &MultiPolygon| -> Vec<Coord> {
            shape.0.iter().flat_map(|part| part.exterior().0.iter().copied()).collect()
        };
        let boxes: Vec<Extent> = shapes.iter().map(|shape| Extent::round(points(shape))).collect();
        Self { tree: BoxTree::build(&boxes), shapes, latitude, inside_m: defaults.inside_m }
    }

    /// The compound that an edge runs through, deeper inside than the tolerance.
    pub fn cut_by(&self, [a, b]: [Coord; 2]) -> Option<usize> {
        let [a, b] = [a, b].map(|c| Metric::Degrees.metres(c, self.latitude));
        let way = b - a;
        let steps = (way.x.hypot(way.y) / STEP_M).ceil().max(1.0);
        let mut near = Vec::new();
        self.tree.visit(&Extent::round([a, b]), |number| near.push(number as usize));
        near.sort_unstable();
        near.into_iter().find(|number| {
            (0..steps as usize).any(|step| {
                let at = a + way * ((step as f64 + 0.5) / steps);
                let shape = &self.shapes[*number];
                shape.coordinate_position(&at) == CoordPos::Inside && depth(shape, at) > self.inside_m
            })
        })
    }
}

fn depth(shape: &MultiPolygon, at: Coord) -> f64 {
    let ring = |ring: &LineString| {
        ring.lines().map(|edge| distance2(at, edge.start, edge.end).0.sqrt()).fold(f64::INFINITY, f64::min)
    };
    let rings = shape.0.iter().flat_map(|part| std::iter::once(part.exterior()).chain(part.interiors()));
    rings.map(ring).fold(f64::INFINITY, f64::min)
}

/// Joins cells of one subdistrict whose common border runs through a compound; gives the compounds that reach
/// beyond all cells, or into another subdistrict, by number.
pub(super) fn whole_compounds(
    coverage: &Coverage,
    compounds: &Compounds,
    street: &dyn Fn(u32) -> usize,
    groups: &mut Groups,
) -> Vec<usize> {
    let mut cut = Vec::new();
    for arc in 0..coverage.arcs() {
        let sides = coverage.sides(arc);
        let (left, right) = (sides.left, sides.right);
        let inner = left != OUTSIDE && right != OUTSIDE && street(left) == street(right);
        if left == right {
            continue;
        }
        let vertices = coverage.arc(arc);
        let edges = vertices.windows(2).map(|pair| [coverage.point(pair[0]), coverage.point(pair[1])]);
        for compound in edges.filter_map(|edge| compounds.cut_by(edge)) {
            if !inner {
                cut.push(compound);
            } else {
                groups.join(left, right);
                break;
            }
        }
    }
    cut.sort_unstable();
    cut.dedup();
    cut
}

/// What is known of the cells, for slivers.
pub(super) struct Sizes<'a> {
    /// m²
    pub area: &'a [f64],
    /// outline, m
    pub outline: &'a [f64],
    /// whether anybody or any compound is in it
    pub lived_in: &'a [bool],
    /// subdistrict and community of each
    pub of: &'a [(usize, Option<usize>)],
    /// common borders, m
    pub borders: &'a [(u32, u32, f64)],
}

/// Joins what is too small or too narrow to be a block, and empty, with the neighbour along whose border it lies
/// longest: one of the same community, else one of the same subdistrict where no community has it.
pub(super) fn slivers(sizes: &Sizes<'_>, defaults: &Defaults, groups: &mut Groups) {
    let mut around: Vec<Vec<(u32, f64)>> = vec![Vec::new(); sizes.area.len()];
    for (a, b, length) in sizes.borders {
        around[*a as usize].push((*b, *length));
        around[*b as usize].push((*a, *length));
    }
    let small = |cell: &usize| {
        let width = 2.0 * sizes.area[*cell] / sizes.outline[*cell].max(0.1);
        !sizes.lived_in[*cell] && (sizes.area[*cell] < defaults.sliver_m2 || width < defaults.sliver_width_m)
    };
    let mut order: Vec<usize> = (0..sizes.area.len()).filter(small).collect();
    order.sort_by(|a, b| sizes.area[*a].total_cmp(&sizes.area[*b]).then(a.cmp(b)));
    for cell in order {
        let root = groups.root(cell as u32);
        let mut beside: BTreeMap<u32, f64> = BTreeMap::new();
        for (other, length) in &around[cell] {
            let fits = sizes.of[*other as usize] == sizes.of[cell]
                || sizes.of[cell].1.is_none() && sizes.of[*other as usize].0 == sizes.of[cell].0;
            let group = groups.root(*other);
            if fits && group != root {
                *beside.entry(group).or_default() += length;
            }
        }
        let best = beside.into_iter().max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)));
        if let Some((group, _)) = best {
            groups.join(group, root);
        }
    }
}
