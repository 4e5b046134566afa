//! The server through HTTP.

mod answering;
pub mod app;
mod basemaps;
mod bonds;
mod border_lines;
mod borders;
mod boundary;
mod checks;
mod exporting;
mod filtering;
mod fitted;
mod hostile;
mod importing;
mod inspections;
mod jobs;
mod media;
mod ogc;
mod openapi;
mod papers;
mod plans;
mod reading;
mod scans;
mod server;
mod sums;
mod tiles;
mod transactions;
mod writing;
