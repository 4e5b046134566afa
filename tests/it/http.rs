//! The server through HTTP.

mod answering;
pub mod app;
mod basemaps;
mod bonds;
mod borders;
mod boundary;
mod checks;
mod exporting;
mod filtering;
mod hostile;
mod importing;
mod jobs;
mod ogc;
mod openapi;
mod reading;
mod scans;
mod server;
mod sums;
mod tiles;
mod transactions;
mod writing;
