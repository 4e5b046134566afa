//! Boundstone (界碑): the register of place names, boundaries, communities and service facilities of a district.
//!
//! Data flows one way: formats in → register (change log in a store) → snapshot (R-trees in memory) →
//! services → api, tiles, documents → web. `ARCHITECTURE.md` says who may import whom.

pub mod model;

pub mod crs;

pub mod rules;

pub mod filter;

pub mod topology;

pub mod network;

pub mod formats;

pub mod store;

pub mod snapshot;

pub mod register;

pub mod intake;

pub mod findings;

pub mod boundary;

pub mod names;

pub mod census;

pub mod zoning;

pub mod access;

pub mod sample;

pub mod underlays;

pub mod attachments;

pub mod tiles;

pub mod documents;

pub mod accounts;

pub mod jobs;

pub mod api;

pub mod server;

pub mod cli;
