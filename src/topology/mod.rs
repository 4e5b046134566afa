//! Planar coverages: what polygons that meet along shared edges have in common.
//!
//! Polygons are stored as they came; here their rings are cut into arcs at the vertices where three or
//! more stretches of border meet ([`Nodes`], [`arcs`]), and an arc is looked at in one direction only
//! ([`is_forward`]), so that whatever is computed on it is the same for the polygons on both sides.
//! [`significance`] is such a computation: which vertices matter at which scale.
//!
//! Nothing here repairs: borders that are not vertex by vertex the same have no arc in common.

mod arcs;
mod simplify;

pub use arcs::{Arc, Nodes, Vertex, arcs, is_forward};
pub use simplify::significance;
