//! The server through HTTP.

mod app;
mod hostile;
mod ogc;
mod openapi;
mod reading;
mod server;
mod tiles;
mod writing;
