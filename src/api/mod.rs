//! HTTP only: parse, call, render. OGC API under /ogc, our own under /api/v1, tiles under /tiles.
//!
//! Every route stands in one table (`routes`): its path, its parameters, what it answers and the plain
//! function that answers. From the table come the axum router, the refusal of unknown parameters and
//! the OpenAPI documents, so none of them can disagree. Handlers are synchronous and run on the
//! blocking pool; nothing here knows a socket, a signal or a limit: that is `server`.

mod answer;
mod app;
mod ask;
mod boards;
mod directories;
mod doors;
mod editing;
mod events;
mod gate;
mod history;
mod inventories;
mod metrics;
mod negotiate;
mod ogc;
mod openapi;
mod problem;
mod route;
mod scans;
mod steps;
mod tiles;
mod underlays;
mod v1;
mod view;
mod wire;

pub use app::UPLOAD_BYTES;
pub use app::{App, Clock, Options};
pub use gate::Peer;
pub use metrics::Metrics;
pub use openapi::{document_3_0, document_3_1};
pub use problem::Problem;
pub use route::{Route, router, routes};
pub use tiles::warm as warm_tiles;
pub use v1::is_upload;
