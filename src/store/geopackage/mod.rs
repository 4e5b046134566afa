//! The register in one GeoPackage file: current tables that QGIS opens as they are, and the log beside them.
//!
//! Many processes may read while one writes (SQLite's write-ahead log); a second writer waits. A commit
//! is on the disk when `append` returns. This is not a reader of foreign GeoPackages: that is `formats`.

mod append;
mod blob;
mod check;
mod encode;
mod functions;
mod load;
mod log;
mod people;
mod rtree;
mod schema;
mod styles;
mod table;
mod work;

use std::fs::OpenOptions;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::{ChangeVisitor, Head, NotARegister, Progress, RegisterInfo, Span, Store, StoreError, Which};
use crate::model::{ChangeSet, Finding, LogHeader, Record, Revision};

/// How often a writer looks whether another one is done. SQLite's own waiting sleeps longer and longer,
/// so that a program that writes without pause would never let a second one in.
const LOOK_EVERY: Duration = Duration::from_millis(2);

/// How long it waits at least before it gives up.
const PATIENCE: Duration = Duration::from_secs(60);

/// Page cache of the writing connection, KiB: a large import writes few pages twice, and memory that is touched
/// for the first time costs more than it saves (a million rows: a sixth less time than with 128 MiB, measured
/// beside the shorter statements of `append`).
const WRITER_CACHE_KIB: i64 = 16 * 1024;

/// A register in a GeoPackage file.
pub struct GeoPackageStore {
    path: PathBuf,
    // Closed before the writer: the last connection to close tidies the write-ahead log away.
    readers: Mutex<Vec<Connection>>,
    writer: Option<Mutex<Connection>>,
}

impl GeoPackageStore {
    /// Makes a new register; refused where the file exists.
    pub fn create(path: &Path, info: &RegisterInfo) -> Result<Self, StoreError> {
        OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(path)
            .map_err(|error| not_a_register(path, NotARegister::File(error)))?;
        let made = Self::connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE).and_then(|connection| {
            schema::create(&connection, info)?;
            Ok(connection)
        });
        match made {
            Ok(connection) => Self::with_writer(path, connection),
            Err(error) => {
                // Nothing half is left; the reason for the failure matters more than that of a failed removal.
                let _ = std::fs::remove_file(path);
                Err(error)
            }
        }
    }

    /// Opens a register for reading and writing; one made by an older program is brought up to date.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let connection = Self::connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        schema::recognise(&connection, path)?;
        schema::upgrade(&connection, path)?;
        Self::with_writer(path, connection)
    }

    /// Opens a register for reading.
    pub fn open_read_only(path: &Path) -> Result<Self, StoreError> {
        let connection = Self::connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        schema::recognise(&connection, path)?;
        schema::check_current(&connection, path)?;
        Ok(Self { path: path.into(), readers: Mutex::new(vec![connection]), writer: None })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn with_writer(path: &Path, connection: Connection) -> Result<Self, StoreError> {
        functions::register(&connection)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "cache_size", -WRITER_CACHE_KIB)?;
        // After a large import the write-ahead log shrinks again.
        connection.pragma_update(None, "journal_size_limit", 64 << 20)?;
        connection.set_prepared_statement_cache_capacity(128);
        Ok(Self { path: path.into(), readers: Mutex::default(), writer: Some(Mutex::new(connection)) })
    }

    fn connect(path: &Path, mode: OpenFlags) -> Result<Connection, StoreError> {
        // Looked at first: SQLite's own message for a missing file says only "unable to open".
        std::fs::File::open(path).map_err(|error| not_a_register(path, NotARegister::File(error)))?;
        let connection = Connection::open_with_flags(path, mode | OpenFlags::SQLITE_OPEN_NO_MUTEX)
            .map_err(|error| not_a_register(path, NotARegister::NotADatabase(error.to_string())))?;
        connection.busy_handler(Some(wait))?;
        Ok(connection)
    }

    fn writer(&self) -> Result<MutexGuard<'_, Connection>, StoreError> {
        let writer = self.writer.as_ref().ok_or(StoreError::ReadOnly)?;
        // A panic in the middle left a transaction that was rolled back when it was dropped.
        Ok(writer.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Lends a reading connection; a new one is opened where all are in use.
    fn read<T>(&self, work: impl FnOnce(&Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let idle = self.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match idle {
            Some(connection) => connection,
            None => Self::connect(&self.path, OpenFlags::SQLITE_OPEN_READ_ONLY)?,
        };
        let result = work(&connection);
        self.readers.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        result
    }
}

impl Store for GeoPackageStore {
    fn info(&self) -> Result<RegisterInfo, StoreError> {
        self.read(schema::info)
    }

    fn head(&self) -> Result<Head, StoreError> {
        self.read(log::head)
    }

    fn append(&self, expected: Revision, set: &ChangeSet) -> Result<Head, StoreError> {
        append::append(&mut *self.writer()?, expected, set)
    }

    fn load(&self, each: &mut dyn FnMut(Record)) -> Result<Head, StoreError> {
        self.read(|connection| load::load(connection, each))
    }

    fn headers(
        &self,
        span: Span,
        each: &mut dyn FnMut(LogHeader) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        self.read(|connection| log::headers(connection, span, each))
    }

    fn changes(&self, which: Which, each: &mut ChangeVisitor<'_>) -> Result<(), StoreError> {
        self.read(|connection| log::changes(connection, which, each))
    }

    fn find_request(&self, idempotency_key: &str) -> Result<Option<Revision>, StoreError> {
        self.read(|connection| log::find_request(connection, idempotency_key))
    }

    fn check(&self, each: &mut dyn FnMut(Finding), progress: &mut Progress<'_>) -> Result<(), StoreError> {
        self.read(|connection| check::check(connection, each, progress))
    }
}

/// SQLite's busy handler: whether to try once more.
fn wait(tries: i32) -> bool {
    std::thread::sleep(LOOK_EVERY);
    LOOK_EVERY.saturating_mul(tries.unsigned_abs()) < PATIENCE
}

fn not_a_register(path: &Path, why: NotARegister) -> StoreError {
    StoreError::NotARegister { path: path.display().to_string(), why }
}

fn damaged(place: impl Into<String>, what: impl Into<String>) -> StoreError {
    StoreError::Damaged { place: place.into(), what: what.into() }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                Self::Busy { waited_s: PATIENCE.as_secs() }
            }
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                damaged("the file", error.to_string())
            }
            _ => Self::Engine(error.to_string()),
        }
    }
}
