//! The cells of the ground between the lines that cut it.

use geo::coordinate_position::{CoordPos, CoordinatePosition as _};
use geo_types::{Coord, Geometry, Polygon};
use rayon::prelude::*;

use super::defaults::Defaults;
use super::ground::Ground;
use super::parted::Parting;
use super::{BlocksError, MOST_CELLS};
use crate::topology::{BoxTree, Cutting, Extent, Metric, cells};

/// Cells with where they are from.
pub(super) struct Cells {
    pub shapes: Vec<Geometry>,
    /// subdistrict and community
    pub of: Vec<(usize, Option<usize>)>,
    /// the number of the block that it was parted from; cells of one block have the same
    pub block: Vec<usize>,
    tree: BoxTree,
}

impl Cells {
    /// Of all pieces of the ground, by these lines.
    ///
    /// # Errors
    /// Too many.
    pub fn cut(
        ground: &Ground,
        lines: &[[Coord; 2]],
        parting: Option<&Parting<'_>>,
        defaults: &Defaults,
    ) -> Result<Self, BlocksError> {
        let how = Cutting { metric: Metric::Degrees, tolerance_m: defaults.tolerance_m };
        let boxes: Vec<Extent> = lines.iter().map(|line| Extent::round(*line)).collect();
        let tree = BoxTree::build(&boxes);
        let parts = |block: Polygon| match parting {
            Some(parting) => parting.parts(block, &how),
            None => vec![block],
        };
        let cut: Vec<Vec<Vec<Polygon>>> = ground
            .pieces
            .par_iter()
            .map(|piece| {
                let points = piece.area.0.iter().flat_map(|part| part.exterior().0.iter().copied());
                let mut near = Vec::new();
                // A few metres more, for lines that end just before the limit.
                tree.visit(&Extent::round(points).grown(1e-4), |line| near.push(line as usize));
                near.sort_unstable();
                let near: Vec<[Coord; 2]> = near.into_iter().map(|line| lines[line]).collect();
                cells(&piece.area, &near, &how).into_iter().map(parts).collect()
            })
            .collect();
        let count = cut.iter().flatten().map(Vec::len).sum();
        if count > MOST_CELLS {
            return Err(BlocksError::TooMany(count));
        }
        let of = ground
            .pieces
            .iter()
            .zip(&cut)
            .flat_map(|(piece, blocks)| blocks.iter().flatten().map(|_| (piece.street, piece.community)));
        let of = of.collect();
        let numbered = cut.iter().flatten().enumerate();
        let block = numbered.flat_map(|(number, parts)| parts.iter().map(move |_| number)).collect();
        let shapes: Vec<Geometry> = cut.into_iter().flatten().flatten().map(Geometry::Polygon).collect();
        let extent = |shape: &Geometry| match shape {
            Geometry::Polygon(polygon) => Extent::round(polygon.exterior().0.iter().copied()),
            _ => Extent::EMPTY,
        };
        let boxes: Vec<Extent> = shapes.iter().map(extent).collect();
        Ok(Self { tree: BoxTree::build(&boxes), shapes, of, block })
    }

    /// The cell that a point lies in, the first where several meet.
    pub fn at(&self, c: Coord) -> Option<usize> {
        let mut found: Option<(bool, usize)> = None;
        self.tree.visit(&Extent::round([c]), |cell| {
            let outside = match self.shapes[cell as usize].coordinate_position(&c) {
                CoordPos::Inside => false,
                CoordPos::OnBoundary => true,
                CoordPos::Outside => return,
            };
            let key = (outside, cell as usize);
            if found.is_none_or(|known| key < known) {
                found = Some(key);
            }
        });
        found.map(|(_, cell)| cell)
    }
}
