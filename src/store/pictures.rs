//! Tiles of one picture in a GeoPackage of its own, read only: the file is made by GDAL's child process.

use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, OptionalExtension as _, params};

use super::{NotARegister, StoreError};

/// How long a writer waits for readers.
const BUSY: Duration = Duration::from_secs(5);
/// The table of the tiles.
pub const TILE_TABLE: &str = "underlay";

/// What the file says of its picture.
#[derive(Clone, Debug, PartialEq)]
pub struct PictureFileInfo {
    /// what it is called
    pub title: String,
    /// what else was written down
    pub about: String,
    /// when it was made, RFC 3339
    pub made: String,
    /// west, south, east, north, metres of EPSG:3857
    pub bounds: [f64; 4],
    /// the lowest and the highest zoom that has tiles
    pub zooms: (u8, u8),
}

/// A file of tiles.
pub struct PictureFile {
    info: PictureFileInfo,
    connection: Mutex<Connection>,
}

impl PictureFile {
    /// Opens a file.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let wrong = |why| StoreError::NotARegister { path: path.display().to_string(), why };
        std::fs::File::open(path).map_err(|error| wrong(NotARegister::File(error)))?;
        let mode = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, mode)?;
        let (title, about, made, bounds) = connection.query_row(
            "SELECT coalesce(identifier, ''), coalesce(description, ''), last_change, min_x, min_y, max_x, max_y \
             FROM gpkg_contents WHERE table_name = ? AND data_type = 'tiles' AND srs_id = 3857",
            [TILE_TABLE],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, [row.get(3)?, row.get(4)?, row.get(5)?, row.get(6)?])),
        )?;
        let zooms = connection.query_row(
            &format!("SELECT min(zoom_level), max(zoom_level) FROM {TILE_TABLE}"),
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        let info = PictureFileInfo { title, about, made, bounds, zooms };
        Ok(Self { info, connection: Mutex::new(connection) })
    }

    /// Writes into a file what its picture is called and what else is to be known of it.
    pub fn describe(path: &Path, title: &str, about: &str) -> Result<(), StoreError> {
        let mode = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, mode)?;
        connection.busy_timeout(BUSY)?;
        connection.execute(
            "UPDATE gpkg_contents SET identifier = ?, description = ? WHERE table_name = ?",
            params![title, about, TILE_TABLE],
        )?;
        Ok(())
    }

    /// What the file says of its picture.
    pub fn info(&self) -> &PictureFileInfo {
        &self.info
    }

    /// A tile, PNG, JPEG or WebP; column and row counted from the north-west corner.
    pub fn tile(&self, zoom: u8, column: u32, row: u32) -> Result<Option<Vec<u8>>, StoreError> {
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let mut statement = connection.prepare_cached(&format!(
            "SELECT tile_data FROM {TILE_TABLE} WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?"
        ))?;
        Ok(statement.query_row(params![zoom, column, row], |row| row.get(0)).optional()?)
    }
}
