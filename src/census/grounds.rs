//! Compounds by place: in which one a building stands that does not say it.

use geo::coordinate_position::{CoordPos, CoordinatePosition as _};
use geo_types::{Coord, Geometry};

use crate::model::{Record, RecordId, geometry};
use crate::topology::{BoxTree, Extent};

/// Compounds by place.
pub struct Grounds<'a> {
    shapes: Vec<(RecordId, &'a Geometry)>,
    tree: BoxTree,
}

impl<'a> Grounds<'a> {
    /// Of records with an area, in an order that decides where several hold a place.
    pub fn of(records: impl IntoIterator<Item = &'a Record>) -> Self {
        let shapes: Vec<(RecordId, &Geometry)> =
            records.into_iter().filter_map(|record| Some((record.id, record.geometry.as_deref()?))).collect();
        let extent = |(_, shape): &(RecordId, &Geometry)| {
            let bounds = geometry::bounds(shape);
            bounds.map_or(Extent::EMPTY, |bounds| Extent::round([bounds.min(), bounds.max()]))
        };
        let boxes: Vec<Extent> = shapes.iter().map(extent).collect();
        Self { tree: BoxTree::build(&boxes), shapes }
    }

    /// The first compound that a point lies in.
    pub fn at(&self, c: Coord) -> Option<RecordId> {
        let mut near = Vec::new();
        self.tree.visit(&Extent::round([c]), |number| near.push(number as usize));
        near.sort_unstable();
        let holds = |number: &usize| self.shapes[*number].1.coordinate_position(&c) != CoordPos::Outside;
        near.into_iter().find(holds).map(|number| self.shapes[number].0)
    }
}
