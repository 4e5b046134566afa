//! Tiles: shared borders stay shared, nothing hidden shows, an edit drops only what it touched.

mod borders;
mod content;
mod decode;
mod service;
mod wiggly;

use boundstone::model::{Date, Record, Revision, Secrecy};
use boundstone::snapshot::Snapshot;
use boundstone::tiles::{Selection, TileCoord, TileRequest};

fn day() -> Date {
    Date::new(2026, 1, 1).unwrap()
}

fn snapshot(records: impl IntoIterator<Item = Record>) -> Snapshot {
    Snapshot::build(Revision(1), records)
}

fn all(coord: TileCoord) -> TileRequest {
    TileRequest { coord, selection: Selection::All, as_of: day(), secrecy: Secrecy::Public }
}
