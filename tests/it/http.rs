//! The server through HTTP.
