//! The SQL functions that a GeoPackage's R-tree triggers call; SQLite does not bring them.

use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Result};

use super::blob::{self, Bounds};

/// Makes `ST_MinX`, `ST_MaxX`, `ST_MinY`, `ST_MaxY` and `ST_IsEmpty` known to a connection.
pub(super) fn register(connection: &Connection) -> Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    for (side, name) in ["ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY"].into_iter().enumerate() {
        connection.create_scalar_function(name, 1, flags, move |context| {
            Ok(bounds(context).map(|bounds| bounds[side]))
        })?;
    }
    connection.create_scalar_function("ST_IsEmpty", 1, flags, |context| Ok(bounds(context).is_none()))
}

fn bounds(context: &Context<'_>) -> Option<Bounds> {
    match context.get_raw(0) {
        ValueRef::Blob(bytes) => blob::bounds_in(bytes),
        _ => None,
    }
}
