//! One integration binary: few processes, many tests.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "these are tests")]

mod adjacency_oracle;
mod arcs_oracle;
mod blocks;
mod boundary;
mod checks;
mod circles;
mod cli;
mod crs_suites;
mod durability;
mod formats;
mod http;
mod import_borders;
mod intake;
mod layering;
mod location_oracle;
mod messy;
mod names;
mod naming;
mod oracle;
mod pinyin_suite;
mod reach;
mod sample;
mod search_suite;
mod shared;
mod simplify_suite;
mod site;
mod snapshot_oracle;
mod store_contract;
mod tiles;
mod together;
mod topology;
mod topology_commands;
mod underlays;
mod users;
mod zone;
