//! Boxes as the trees keep them: four numbers, no checks, closed on all sides.

use geo_types::{Coord, Geometry, Rect};

use crate::model::geometry;

/// A closed box in degrees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Bounds {
    pub min: Coord,
    pub max: Coord,
}

impl Bounds {
    /// Holds nothing; grows to whatever is joined.
    pub const NOTHING: Self = Self {
        min: Coord { x: f64::INFINITY, y: f64::INFINITY },
        max: Coord { x: f64::NEG_INFINITY, y: f64::NEG_INFINITY },
    };

    /// Round a geometry; `None` for an empty one.
    pub fn of(geometry: &Geometry) -> Option<Self> {
        geometry::bounds(geometry).map(Self::from)
    }

    /// Round all of some boxes.
    pub fn round(boxes: impl IntoIterator<Item = Self>) -> Self {
        boxes.into_iter().fold(Self::NOTHING, Self::join)
    }

    /// Round some coordinates.
    pub fn of_coords<'a>(coords: impl IntoIterator<Item = &'a Coord>) -> Self {
        Self::round(coords.into_iter().map(|c| Self { min: *c, max: *c }))
    }

    /// Round some edges.
    pub fn of_edges(edges: &[[Coord; 2]]) -> Self {
        Self::of_coords(edges.iter().flatten())
    }

    /// Round both.
    pub fn join(self, other: Self) -> Self {
        Self {
            min: Coord { x: self.min.x.min(other.min.x), y: self.min.y.min(other.min.y) },
            max: Coord { x: self.max.x.max(other.max.x), y: self.max.y.max(other.max.y) },
        }
    }

    /// Whether they share a point.
    pub fn meets(&self, other: &Self) -> bool {
        self.min.x <= other.max.x
            && self.max.x >= other.min.x
            && self.min.y <= other.max.y
            && self.max.y >= other.min.y
    }

    /// Whether the other lies in this one.
    pub fn holds(&self, other: &Self) -> bool {
        self.min.x <= other.min.x
            && self.max.x >= other.max.x
            && self.min.y <= other.min.y
            && self.max.y >= other.max.y
    }

    /// Half the length round it.
    pub fn margin(&self) -> f64 {
        (self.max.x - self.min.x) + (self.max.y - self.min.y)
    }

    /// Twice its centre: enough for sorting.
    pub fn middle(&self) -> (f64, f64) {
        (self.min.x + self.max.x, self.min.y + self.max.y)
    }

    /// As a rectangle; `None` for [`Self::NOTHING`].
    pub fn rect(self) -> Option<Rect> {
        (self.min.x <= self.max.x && self.min.y <= self.max.y).then(|| Rect::new(self.min, self.max))
    }
}

impl From<Rect> for Bounds {
    fn from(rect: Rect) -> Self {
        Self { min: rect.min(), max: rect.max() }
    }
}
