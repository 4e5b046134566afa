//! Edits of a coverage: a border is moved once, for the features on both of its sides.
//!
//! An edit is a pure question to a [`Draft`]: what would the features be? The answer are their new shapes and
//! what a check of just these and their neighbours finds, or why not. [`Draft::apply`] takes an answer in;
//! [`Edited::inverse`] gives every shape back bit for bit.

mod check;
mod cut;
mod locked;
mod pieces;
mod points;
mod refusal;
mod rings;
mod snap;

use std::sync::Arc;

use geo_types::{Coord, LineString, MultiPolygon, Polygon};
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};

use super::{Locks, Metric};
pub use locked::Divided;
pub use refusal::Refusal;

/// A shape in a draft, shared with whoever asked.
pub type Shape = Arc<MultiPolygon>;

/// A coverage under edit: shapes by number and their boxes in a tree, both kept in step by [`Self::apply`].
#[derive(Clone, Debug)]
pub struct Draft {
    shapes: Vec<Option<Shape>>,
    tree: RTree<Boxed>,
    locks: Locks,
    metric: Metric,
    /// coordinates are kept as multiples of one over this
    units: f64,
}

type Boxed = GeomWithData<Rectangle<[f64; 2]>, usize>;

/// One thing to do. Coordinates of existing vertices are meant bit for bit.
#[derive(Clone, Debug, PartialEq)]
pub enum Edit {
    /// moves a vertex in all rings that have it
    Move {
        /// the vertex
        at: Coord,
        /// where it goes
        to: Coord,
    },
    /// puts a vertex into an edge, in all rings that have it
    Insert {
        /// both ends of the edge
        edge: [Coord; 2],
        /// the new vertex
        at: Coord,
    },
    /// takes a vertex out, in all rings that have it; not one where borders meet
    Delete {
        /// the vertex
        at: Coord,
    },
    /// lays the border that an edge is part of, or a stretch of it, onto a line (middle of a road or river)
    Snap {
        /// both ends of an edge of the border
        edge: [Coord; 2],
        /// the vertices of the border between which it is laid; `None`: from node to node
        stretch: Option<[Coord; 2]>,
        /// the line
        line: LineString,
        /// how far the border may lie from it, in metres
        within_m: f64,
    },
    /// cuts a feature along a line; the larger side keeps its number
    Split {
        /// which feature
        feature: usize,
        /// across it, from outside to outside
        line: LineString,
    },
    /// makes one of neighbours; the first keeps its number
    Merge {
        /// two or more
        features: Vec<usize>,
    },
    /// gives what lies within a piece from one feature to another
    HandOver {
        /// from
        from: usize,
        /// to
        to: usize,
        /// the piece; what of it lies outside of `from` does not count
        piece: Polygon,
    },
}

/// What becomes of one feature. `None`: it is not there.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// its number
    pub feature: usize,
    /// before
    pub before: Option<Shape>,
    /// after
    pub after: Option<Shape>,
}

/// The answer to an edit that can be done.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Edited {
    /// features that change, by rising number
    pub changes: Vec<Change>,
    /// locked edges that got vertices on them: their stretches are locked from then on
    pub divided: Vec<Divided>,
}

impl Edited {
    /// The edit that takes this one back.
    #[must_use]
    pub fn inverse(&self) -> Self {
        let turned = |change: &Change| Change {
            feature: change.feature,
            before: change.after.clone(),
            after: change.before.clone(),
        };
        // What was locked in stretches is locked as a whole as well.
        Self { changes: self.changes.iter().map(turned).collect(), divided: Vec::new() }
    }
}

impl Draft {
    /// From shapes by number. New coordinates are rounded to a grid of so many units: 1e9 to the degree, or
    /// 1e4 to the metre. O(n log n) for the tree of boxes.
    pub fn new(shapes: impl IntoIterator<Item = MultiPolygon>, locks: Locks, metric: Metric) -> Self {
        let shapes: Vec<Option<Shape>> = shapes.into_iter().map(|shape| Some(Arc::new(shape))).collect();
        let boxes = shapes.iter().enumerate().filter_map(|(at, shape)| boxed(at, shape.as_deref()?));
        let tree = RTree::bulk_load(boxes.collect());
        let units = match metric {
            Metric::Plane => 1e4,
            Metric::Degrees => 1e9,
        };
        Self { shapes, tree, locks, metric, units }
    }

    /// A feature's shape.
    pub fn shape(&self, feature: usize) -> Option<&Shape> {
        self.shapes.get(feature)?.as_ref()
    }

    /// How many numbers are given out, those of features that are gone among them.
    pub fn len(&self) -> usize {
        self.shapes.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.shapes.is_empty()
    }

    /// What the edit would do, checked on what it touches. Changes nothing. Time goes with the vertices of the
    /// features touched and their neighbours, not with the size of the coverage.
    ///
    /// # Errors
    /// Why it is not done: what it is about is not there, a border is locked, or the result would have faults
    /// that were not there before.
    pub fn plan(&self, edit: &Edit) -> Result<Edited, Refusal> {
        match edit {
            Edit::Move { at, to } => self.answer(self.moved(*at, self.round(*to))?),
            Edit::Insert { edge, at } => self.answer(self.inserted(*edge, self.round(*at))?),
            Edit::Delete { at } => self.answer(self.deleted(*at)?),
            // The feet of the border's ends on the line may lie beyond the next border: then without them.
            Edit::Snap { edge, stretch, line, within_m } => {
                let border = self.stretch_of(*edge, *stretch)?;
                self.answer(self.snapped(&border, line, *within_m, true)?).or_else(|refused| {
                    match self.snapped(&border, line, *within_m, false) {
                        Ok(shapes) => self.answer(shapes),
                        Err(_) => Err(refused),
                    }
                })
            }
            Edit::Split { feature, line } => self.answer(self.split(*feature, line)?),
            Edit::Merge { features } => self.answer(self.merged(features)?),
            Edit::HandOver { from, to, piece } => self.answer(self.handed_over(*from, *to, piece)?),
        }
    }

    /// The changes that new shapes are, checked.
    fn answer(&self, shapes: Shapes) -> Result<Edited, Refusal> {
        let mut changes: Vec<Change> = shapes
            .into_iter()
            .map(|(feature, after)| Change {
                feature,
                before: self.shape(feature).cloned(),
                after: after.map(Arc::new),
            })
            .filter(|change| change.before != change.after)
            .collect();
        changes.sort_by_key(|change| change.feature);
        let divided = self.divided(&changes)?;
        self.checked(&changes)?;
        Ok(Edited { changes, divided })
    }

    /// Takes an answer in.
    ///
    /// # Errors
    /// A feature is no longer what it was when the question was asked; nothing is changed then.
    pub fn apply(&mut self, edited: &Edited) -> Result<(), Refusal> {
        let stale = |change: &&Change| self.shape(change.feature) != change.before.as_ref();
        if let Some(change) = edited.changes.iter().find(stale) {
            return Err(Refusal::Changed(change.feature));
        }
        for change in &edited.changes {
            if let Some(old) = change.before.as_deref().and_then(|shape| boxed(change.feature, shape)) {
                self.tree.remove(&old);
            }
            if let Some(new) = change.after.as_deref().and_then(|shape| boxed(change.feature, shape)) {
                self.tree.insert(new);
            }
            if self.shapes.len() <= change.feature {
                self.shapes.resize(change.feature + 1, None);
            }
            self.shapes[change.feature] = change.after.clone();
        }
        self.lock(&edited.divided);
        Ok(())
    }

    /// Locks the stretches of locked edges that got vertices.
    pub fn lock(&mut self, divided: &[Divided]) {
        self.locks.extend(divided.iter().flat_map(Divided::stretches));
    }

    /// Features whose box meets another, rising.
    fn near(&self, span: &AABB<[f64; 2]>) -> Vec<usize> {
        let mut found: Vec<usize> =
            self.tree.locate_in_envelope_intersecting(span).map(|found| found.data).collect();
        found.sort_unstable();
        found
    }

    fn near_point(&self, at: Coord) -> Vec<usize> {
        self.near(&AABB::from_point([at.x, at.y]))
    }

    fn present(&self, feature: usize) -> Result<&Shape, Refusal> {
        self.shape(feature).ok_or(Refusal::NoFeature(feature))
    }

    fn round(&self, c: Coord) -> Coord {
        let one = |v: f64| (v * self.units).round() / self.units + 0.0;
        Coord { x: one(c.x), y: one(c.y) }
    }
}

/// New shapes by number; `None` for a feature that is no more.
type Shapes = Vec<(usize, Option<MultiPolygon>)>;

fn span(shape: &MultiPolygon) -> Option<AABB<[f64; 2]>> {
    let mut points = shape.0.iter().flat_map(|part| &part.exterior().0).map(|c| [c.x, c.y]).peekable();
    points.peek()?;
    let (mut low, mut high) = ([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]);
    for point in points {
        for at in 0..2 {
            low[at] = low[at].min(point[at]);
            high[at] = high[at].max(point[at]);
        }
    }
    (low[0] <= high[0] && low[1] <= high[1]).then(|| AABB::from_corners(low, high))
}

fn boxed(at: usize, shape: &MultiPolygon) -> Option<Boxed> {
    Some(GeomWithData::new(Rectangle::from_aabb(span(shape)?), at))
}

#[cfg(test)]
mod tests;
