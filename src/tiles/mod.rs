//! Vector tiles from a snapshot: simplified on shared arcs, encoded, cached, dropped where stale.
//!
//! [`TileService::tile`] is all that a server needs; `tiles/layers.toml` says what a tile holds. Borders
//! that divisions share stay shared at every zoom: each is simplified once (`coverage`), in whole numbers
//! from there on. Not for maps on paper, and not for tiles of anything but the register.

mod clip;
mod compose;
mod coverage;
mod divisions;
mod gzip;
mod label;
mod layers;
mod mvt;
mod service;
mod shape;
mod shapes;
mod world;

pub use compose::{Selection, TileRequest};
pub use layers::{VectorLayer, vector_layers};
pub use service::{Tile, TileCounts, TileService};
pub use world::{EXTENT, MAX_ZOOM, TileCoord, WorldPoint};
