//! One benchmark per promise on speed. `cargo bench -- [NAME]` prints a table and writes `target/bench.json`.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a benchmark that cannot run should stop")]

mod borders;
mod geos;
mod names;
mod peers;
mod proposals;
mod reach;
mod register;
mod report;
mod rows;
mod siting;
mod snapshot;
mod store;
mod tiles;
mod topology_checks;
mod topology_edits;
mod zoning;

use report::Report;

fn main() {
    if rows::measure_in_child() {
        return;
    }
    let only = std::env::args().skip(1).find(|arg| !arg.starts_with('-'));
    let mut report = Report::new(only);
    register::run(&mut report);
    snapshot::run(&mut report);
    rows::run(&mut report);
    names::run(&mut report);
    proposals::run(&mut report);
    store::run(&mut report);
    tiles::run(&mut report);
    topology_checks::run(&mut report);
    topology_edits::run(&mut report);
    borders::run(&mut report);
    zoning::run(&mut report);
    reach::run(&mut report);
    siting::run(&mut report);
    report.finish();
}
