//! The server through HTTP.

mod app;
mod filtering;
mod hostile;
mod ogc;
mod openapi;
mod reading;
mod server;
mod tiles;
mod transactions;
mod writing;
