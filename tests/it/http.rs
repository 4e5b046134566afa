//! The server through HTTP.

mod app;
mod filtering;
mod hostile;
mod importing;
mod jobs;
mod ogc;
mod openapi;
mod reading;
mod server;
mod tiles;
mod transactions;
mod writing;
