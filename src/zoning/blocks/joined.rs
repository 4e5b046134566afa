//! Cells joined into blocks: what lies under one compound, and slivers with a neighbour.

use std::collections::BTreeMap;

use geo::coordinate_position::{CoordPos, CoordinatePosition as _};
use geo::{InteriorPoint as _, MapCoords as _};
use geo_types::{Coord, Geometry, LineString, MultiPolygon};

use super::defaults::Defaults;
use super::homes::Homes;
use super::parted::Parting;
use crate::topology::{BoxTree, Coverage, Extent, Metric, OUTSIDE, distance2};
use crate::zoning::units::Units;

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

/// What is known of the cells, for slivers and margins.
pub(super) struct Sizes<'a> {
    /// m²
    pub area: Vec<f64>,
    /// outline, m
    pub outline: Vec<f64>,
    /// whether anybody or any compound is in it
    pub lived_in: Vec<bool>,
    /// whether any household is
    pub housed: Vec<bool>,
    /// subdistrict and community of each
    pub of: &'a [(usize, Option<usize>)],
    /// neighbours of each, with the length of the common border, m
    around: Vec<Vec<(u32, f64)>>,
}

impl<'a> Sizes<'a> {
    /// Of measured cells.
    pub fn new(units: &Units, of: &'a [(usize, Option<usize>)], homes: &Homes) -> Self {
        let mut around: Vec<Vec<(u32, f64)>> = vec![Vec::new(); units.area.len()];
        for border in &units.borders {
            let length = border.length_mm as f64 / 1000.0;
            around[border.a as usize].push((border.b, length));
            around[border.b as usize].push((border.a, length));
        }
        Self {
            area: units.area.iter().map(|area| *area as f64 / 100.0).collect(),
            outline: units.outline.iter().map(|length| *length as f64 / 1000.0).collect(),
            lived_in: homes.at.iter().map(|homes| !homes.is_empty()).collect(),
            housed: homes.at.iter().map(|homes| homes.iter().any(|home| home.households > 0)).collect(),
            of,
            around,
        }
    }

    /// Joins the ground about compounds in a block that was parted with the compound along which it lies longest.
    pub fn courts(&self, shapes: &[Geometry], block: &[usize], parting: &Parting<'_>, groups: &mut Groups) {
        let own = |shape: &Geometry| shape.interior_point().and_then(|point| parting.at(point.0));
        let compound: Vec<Option<usize>> = shapes.iter().map(own).collect();
        for cell in (0..shapes.len()).filter(|cell| compound[*cell].is_none()) {
            let beside = self.around[cell].iter().filter(|(other, _)| {
                let other = *other as usize;
                block[other] == block[cell] && compound[other].is_some()
            });
            if let Some((other, _)) = beside.max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0))) {
                groups.join(cell as u32, *other);
            }
        }
    }

    fn width(&self, cell: usize) -> f64 {
        2.0 * self.area[cell] / self.outline[cell].max(0.1)
    }

    /// Cells that go to a site beside them, each with the cell of the site along which it lies longest: bare and narrow
    /// ones, and those that sites part from all households of their community. `site` has the site of each cell.
    pub fn margins(
        &self,
        site: &[Option<usize>],
        takes: &dyn Fn(usize) -> bool,
        margin_m: f64,
    ) -> Vec<(usize, usize)> {
        let is_site = |cell: usize| site[cell].is_some_and(takes);
        if !(0..site.len()).any(is_site) {
            return Vec::new();
        }
        let reached = self.reached(&is_site);
        let mut taken: Vec<Option<usize>> = vec![None; site.len()];
        let mut open: Vec<usize> = (0..site.len())
            .filter(|cell| site[*cell].is_none())
            .filter(|cell| !reached[*cell] || !self.lived_in[*cell] && self.width(*cell) < margin_m)
            .collect();
        // Round by round: what borders on what was taken is taken next.
        loop {
            let found: Vec<(usize, usize)> = open
                .iter()
                .filter_map(|cell| {
                    let own = self.around[*cell].iter().filter(|(other, _)| {
                        let other = *other as usize;
                        (is_site(other) || taken[other].is_some() && !reached[*cell])
                            && self.of[other] == self.of[*cell]
                    });
                    let best = own.max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)))?;
                    Some((*cell, best.0 as usize))
                })
                .collect();
            if found.is_empty() {
                break;
            }
            for (cell, beside) in found {
                taken[cell] = Some(taken[beside].unwrap_or(beside));
            }
            open.retain(|cell| taken[*cell].is_none());
        }
        taken.into_iter().enumerate().filter_map(|(cell, beside)| Some((cell, beside?))).collect()
    }

    /// Cells from which homes of the same community are reached without crossing a site.
    fn reached(&self, is_site: &dyn Fn(usize) -> bool) -> Vec<bool> {
        let mut reached: Vec<bool> =
            (0..self.area.len()).map(|cell| self.housed[cell] && !is_site(cell)).collect();
        let mut open: Vec<usize> = (0..self.area.len()).filter(|cell| reached[*cell]).collect();
        while let Some(cell) = open.pop() {
            for (other, _) in &self.around[cell] {
                let other = *other as usize;
                if !reached[other] && !is_site(other) && self.of[other] == self.of[cell] {
                    reached[other] = true;
                    open.push(other);
                }
            }
        }
        reached
    }
}

/// Joins what is too small or too narrow to be a block, and empty, with the neighbour along whose border it lies
/// longest: one of the same community, else one of the same subdistrict where no community has it.
pub(super) fn slivers(sizes: &Sizes<'_>, defaults: &Defaults, groups: &mut Groups) {
    let small = |cell: &usize| {
        !sizes.lived_in[*cell]
            && (sizes.area[*cell] < defaults.sliver_m2 || sizes.width(*cell) < defaults.sliver_width_m)
    };
    let mut order: Vec<usize> = (0..sizes.area.len()).filter(small).collect();
    order.sort_by(|a, b| sizes.area[*a].total_cmp(&sizes.area[*b]).then(a.cmp(b)));
    for cell in order {
        let root = groups.root(cell as u32);
        let mut beside: BTreeMap<u32, f64> = BTreeMap::new();
        for (other, length) in &sizes.around[cell] {
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
