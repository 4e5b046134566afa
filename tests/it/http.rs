//! The server through HTTP.

mod app;
mod reading;
mod writing;
