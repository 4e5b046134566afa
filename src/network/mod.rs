//! The walking network: streets as a graph, times by who walks, the nearest street, shortest times, isochrones.
//!
//! [`Streets`] come from lines as they stand or from OpenStreetMap ways; [`Network`] is what they make; [`Walk`] is
//! the network for one profile, with a time for every piece of street in both directions. Nothing here reads files:
//! heights come through a function. What the times are for (facilities, coverage) is not known here.

mod error;
mod kth;
mod lines;
mod locate;
mod mesh;
mod osm;
mod outline;
mod pieces;
mod profile;
mod route;
mod search;
mod spot;
mod square;
mod street;
mod walk;

pub use error::NetworkError;
pub use kth::{Nearest, k_nearest};
pub use lines::Lines;
pub use locate::{Found, Locator};
pub use mesh::Mesh;
pub use osm::{OsmCounts, OsmStreets, OsmWay, WayTags};
pub use outline::outline;
pub use pieces::{Piece, pieces};
pub use profile::{Profile, Slope, profiles};
pub use route::{Route, route};
pub use search::{Label, Reached, Search};
pub use spot::{On, Spot};
pub use street::{Crossing, Metric, Network, OneWay, Street, Streets, Tags};
pub use walk::{Direction, Island, Walk};

#[cfg(test)]
mod tests;
