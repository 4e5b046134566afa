//! Planar coverages: what polygons that meet along shared edges have in common.
//!
//! Polygons are stored as they came; a [`Coverage`] cuts their rings into arcs at the vertices where three or
//! more stretches of border meet, knows what lies on both sides of each, and gives every polygon back bit for
//! bit. On it stand [`validate`] (what is wrong, and how much) and [`clean`] (gaps, overlaps and crossings
//! mended, all else untouched), [`simplify`] and [`dissolve`], [`compare`] (two versions, each difference put into
//! a class) and [`edit`] (borders moved, features split and joined, checked on what is touched).
//!
//! For tiles, which look at all divisions of all days at once, [`Nodes`] and [`arcs`] do the cutting alone, in
//! one direction only ([`is_forward`]), so that whatever is computed on an arc is the same for the polygons on
//! both sides; [`significance`] is such a computation: which vertices matter at which scale.

mod arcs;
mod assemble;
mod assign;
mod boxes;
mod cells;
mod clean;
pub mod compare;
mod contacts;
mod coverage;
mod dissolve;
pub mod edit;
mod faces;
mod finding;
mod ground;
mod locks;
mod marks;
mod measure;
mod metric;
mod noding;
mod notes;
pub mod outlines;
mod overlay;
mod parent;
mod patch;
mod plane;
mod points;
mod repair;
#[cfg(test)]
mod sample;
mod simplified;
mod simplify;
mod thinning;
mod validate;
mod walk;

pub use arcs::{Arc, Nodes, Vertex, arcs, is_forward};
pub use boxes::{BoxTree, Extent};
pub use cells::{Cutting, cells};
pub use clean::{Change, Cleaned, Cleaning, Strategy, clean};
pub use coverage::{ArcUse, Coverage, CoverageError, OUTSIDE, Sides};
pub use dissolve::dissolve;
pub use finding::{Flaw, Kind};
pub use ground::Settings;
pub use locks::Locks;
pub use metric::Metric;
pub use parent::against_parent;
pub use plane::distance2;
pub use simplified::{Keeping, Simplified, simplify};
pub use simplify::significance;
pub use thinning::{Amount, Chain, Method, Thinned, Thinning, thin};
pub use validate::{Validation, invalid_edges, point_of, validate};
