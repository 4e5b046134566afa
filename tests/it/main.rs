//! One integration binary: few processes, many tests.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "these are tests")]

mod boundary;
mod checks;
mod cli;
mod crs_suites;
mod durability;
mod formats;
mod http;
mod intake;
mod layering;
mod location_oracle;
mod messy;
mod oracle;
mod sample;
mod search_oracle;
mod shared;
mod simplify_suite;
mod snapshot_oracle;
mod store_contract;
mod tiles;
mod together;
mod topology;
mod topology_commands;
mod underlays;
