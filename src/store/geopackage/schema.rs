//! The file's structure: GeoPackage 1.3's own tables, one table per layer with its titles, the log,
//! and how an older register is brought up to date.

use std::collections::{BTreeSet, HashSet};
use std::path::Path;

use rusqlite::{Connection, OptionalExtension as _, Transaction, TransactionBehavior, params};

use super::blob::SRS_ID;
use super::table::{self, Column, Content};
use super::{damaged, not_a_register, people, rtree, styles, work};
use crate::model::{FieldKind, Layer, vocab};
use crate::store::{NotARegister, RegisterInfo, StoreError};

/// `GPKG` as a number: SQLite's application id of a GeoPackage.
const APPLICATION_ID: i64 = 0x4750_4B47;

/// GeoPackage 1.3.0.
const USER_VERSION: i64 = 10_300;

/// Number of the structure of our tables in the file. A program refuses a file with a greater one.
const STORE_VERSION: i64 = 2;

const STORE_VERSION_KEY: &str = "store_version";

/// The tables that the GeoPackage standard (OGC 12-128r17) prescribes, and its reference systems.
const STANDARD_TABLES: &str = r#"
CREATE TABLE gpkg_spatial_ref_sys (
  srs_name TEXT NOT NULL, srs_id INTEGER NOT NULL PRIMARY KEY, organization TEXT NOT NULL,
  organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);
INSERT INTO gpkg_spatial_ref_sys VALUES
  ('Undefined Cartesian SRS', -1, 'NONE', -1, 'undefined', 'undefined Cartesian coordinate reference system'),
  ('Undefined geographic SRS', 0, 'NONE', 0, 'undefined', 'undefined geographic coordinate reference system'),
  ('WGS 84 geodetic', 4326, 'EPSG', 4326, 'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,AUTHORITY["EPSG","7030"]],AUTHORITY["EPSG","6326"]],PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],AXIS["Latitude",NORTH],AXIS["Longitude",EAST],AUTHORITY["EPSG","4326"]]', 'longitude/latitude coordinates in decimal degrees on the WGS 84 spheroid'),
  ('China Geodetic Coordinate System 2000', 4490, 'EPSG', 4490, 'GEOGCS["China Geodetic Coordinate System 2000",DATUM["China_2000",SPHEROID["CGCS2000",6378137,298.257222101,AUTHORITY["EPSG","1024"]],AUTHORITY["EPSG","1043"]],PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],AXIS["Latitude",NORTH],AXIS["Longitude",EAST],AUTHORITY["EPSG","4490"]]', '2000国家大地坐标系, longitude/latitude coordinates in decimal degrees');
CREATE TABLE gpkg_contents (
  table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE,
  description TEXT DEFAULT '',
  last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
  min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER,
  CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id));
CREATE TABLE gpkg_geometry_columns (
  table_name TEXT NOT NULL, column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL,
  srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT NOT NULL,
  CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name),
  CONSTRAINT uk_gc_table_name UNIQUE (table_name),
  CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
  CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id));
CREATE TABLE gpkg_extensions (
  table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL, definition TEXT NOT NULL,
  scope TEXT NOT NULL, CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name));
CREATE TABLE gpkg_data_columns (
  table_name TEXT NOT NULL, column_name TEXT NOT NULL, name TEXT, title TEXT, description TEXT,
  mime_type TEXT, constraint_name TEXT,
  CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name),
  CONSTRAINT gdc_tn UNIQUE (table_name, name));
CREATE TABLE gpkg_data_column_constraints (
  constraint_name TEXT NOT NULL, constraint_type TEXT NOT NULL, value TEXT, min NUMERIC,
  min_is_inclusive BOOLEAN, max NUMERIC, max_is_inclusive BOOLEAN, description TEXT,
  CONSTRAINT gdcc_ntv UNIQUE (constraint_name, constraint_type, value));
INSERT INTO gpkg_extensions VALUES
  ('gpkg_data_columns', NULL, 'gpkg_schema', 'http://www.geopackage.org/spec121/#extension_schema', 'read-write'),
  ('gpkg_data_column_constraints', NULL, 'gpkg_schema', 'http://www.geopackage.org/spec121/#extension_schema', 'read-write');
"#;

/// Bytes of a page of the file. Twice SQLite's default: an import of a million rows writes a third fewer
/// pages, and one edit still only a few dozen kilobytes.
const PAGE_SIZE: i64 = 8192;

/// What is ours: the register's own words and the log. A row of the log is never rewritten. Its place is
/// its key (see `log::place`), so that change sets lie one after another without an index of their own;
/// the index on `id` answers the history of a fact (ids are unique over all layers).
const OWN_TABLES: &str = r#"
CREATE TABLE boundstone_register (key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE boundstone_change_set (
  seq INTEGER PRIMARY KEY, prev_hash BLOB NOT NULL, hash BLOB NOT NULL, schema_no INTEGER NOT NULL,
  header TEXT NOT NULL, idempotency_key TEXT UNIQUE, counts TEXT NOT NULL);
CREATE TABLE boundstone_change (
  place INTEGER PRIMARY KEY, layer TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, op TEXT NOT NULL,
  before TEXT, before_geom BLOB, after TEXT, after_geom BLOB,
  seq INTEGER GENERATED ALWAYS AS (place >> 32) VIRTUAL, n INTEGER GENERATED ALWAYS AS (place & 4294967295) VIRTUAL);
CREATE INDEX boundstone_change_id ON boundstone_change (id);
CREATE TRIGGER boundstone_change_set_kept BEFORE DELETE ON boundstone_change_set
  BEGIN SELECT RAISE(ABORT, 'the log is never rewritten'); END;
CREATE TRIGGER boundstone_change_set_fixed BEFORE UPDATE ON boundstone_change_set
  BEGIN SELECT RAISE(ABORT, 'the log is never rewritten'); END;
CREATE TRIGGER boundstone_change_kept BEFORE DELETE ON boundstone_change
  BEGIN SELECT RAISE(ABORT, 'the log is never rewritten'); END;
CREATE TRIGGER boundstone_change_fixed BEFORE UPDATE ON boundstone_change
  BEGIN SELECT RAISE(ABORT, 'the log is never rewritten'); END;
INSERT INTO gpkg_extensions VALUES
  ('boundstone_register', NULL, 'boundstone_log', 'https://github.com/boundstone/boundstone', 'read-write'),
  ('boundstone_change_set', NULL, 'boundstone_log', 'https://github.com/boundstone/boundstone', 'read-write'),
  ('boundstone_change', NULL, 'boundstone_log', 'https://github.com/boundstone/boundstone', 'read-write');
"#;

/// The tables of the log; each refuses to be rewritten through two triggers, `_kept` and `_fixed`.
pub(super) const LOG_TABLES: [&str; 2] = ["boundstone_change_set", "boundstone_change"];

/// Makes all tables in an empty file.
pub(super) fn create(connection: &Connection, info: &RegisterInfo) -> Result<(), StoreError> {
    connection.pragma_update(None, "page_size", PAGE_SIZE)?;
    connection.pragma_update(None, "application_id", APPLICATION_ID)?;
    connection.pragma_update(None, "user_version", USER_VERSION)?;
    let transaction = connection.unchecked_transaction()?;
    transaction.execute_batch(STANDARD_TABLES)?;
    transaction.execute_batch(OWN_TABLES)?;
    transaction.execute_batch(work::TABLES)?;
    transaction.execute_batch(people::TABLES)?;
    transaction.execute_batch(styles::TABLE)?;
    let mut word = transaction.prepare("INSERT INTO boundstone_register VALUES (?1, ?2)")?;
    for (key, value) in [
        ("title", info.title.as_str()),
        ("created", info.created.as_str()),
        (STORE_VERSION_KEY, STORE_VERSION.to_string().as_str()),
    ] {
        word.execute((key, value))?;
    }
    drop(word);
    for layer in Layer::ALL {
        create_layer(&transaction, *layer)?;
    }
    create_code_lists(&transaction)?;
    Ok(transaction.commit()?)
}

fn create_layer(connection: &Connection, layer: Layer) -> Result<(), StoreError> {
    let def = layer.def();
    connection.execute_batch(&table::create(layer))?;
    let geometry = table::geometry_type(def.geometry);
    let data_type = if geometry.is_some() { "features" } else { "attributes" };
    let srs = geometry.map(|_| SRS_ID);
    let title = def.title();
    connection.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, srs_id) VALUES (?, ?, ?, ?, ?)",
        params![def.name, data_type, title.zh, title.en, srs],
    )?;
    if let Some(geometry) = geometry {
        connection.execute(
            "INSERT INTO gpkg_geometry_columns VALUES (?, ?, ?, ?, 0, 0)",
            params![def.name, table::GEOMETRY, geometry, SRS_ID],
        )?;
        rtree::create(connection, layer)?;
    }
    let mut taken = HashSet::new();
    for column in table::columns(layer) {
        describe_column(connection, layer, &column, &mut taken)?;
    }
    styles::write(connection, layer)
}

/// The column's Chinese title, what it holds and its code list, for QGIS and GDAL.
fn describe_column(
    connection: &Connection,
    layer: Layer,
    column: &Column,
    taken: &mut HashSet<String>,
) -> Result<(), StoreError> {
    let title = vocab::field(layer.name(), column.name).title.clone();
    if title.zh.is_empty() {
        return Ok(());
    }
    let (mime, list, unit) = match column.content {
        Content::Extra => (Some("application/json"), None, None),
        Content::Field(field) => {
            let json = matches!(field.kind, FieldKind::List(_)).then_some("application/json");
            (json, field.list.filter(|list| is_closed(list)), field.unit)
        }
        Content::Id | Content::Version | Content::Geometry => (None, None, None),
    };
    // The short name must be unique within its table; two columns of one title keep their column name.
    let short = if taken.insert(title.zh.clone()) { title.zh.as_str() } else { column.name };
    let description = unit.map_or(title.en.clone(), |unit| format!("{} ({unit})", title.en));
    connection.execute(
        "INSERT INTO gpkg_data_columns VALUES (?, ?, ?, ?, ?, ?, ?)",
        params![layer.name(), column.name, short, title.zh, description, mime, list],
    )?;
    Ok(())
}

/// An open list takes other words too: as an enumeration it would keep QGIS from showing those.
fn is_closed(list: &str) -> bool {
    let list = vocab::list(list);
    !list.open && !list.values.is_empty()
}

fn create_code_lists(connection: &Connection) -> Result<(), StoreError> {
    let columns = Layer::ALL.iter().flat_map(|layer| table::columns(*layer));
    let lists: BTreeSet<&str> = columns
        .filter_map(|column| match column.content {
            Content::Field(field) => field.list.filter(|list| is_closed(list)),
            _ => None,
        })
        .collect();
    let mut insert = connection.prepare(
        "INSERT OR IGNORE INTO gpkg_data_column_constraints (constraint_name, constraint_type, value, description) \
         VALUES (?, 'enum', ?, ?)",
    )?;
    for list in lists {
        for value in &vocab::list(list).values {
            insert.execute((list, &value.code, &value.title.zh))?;
        }
    }
    Ok(())
}

/// Refuses a file that is no register of ours or a newer program's.
pub(super) fn recognise(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    let wrong = |why| not_a_register(path, why);
    let id: i64 = connection
        .pragma_query_value(None, "application_id", |row| row.get(0))
        .map_err(|error| wrong(NotARegister::NotADatabase(error.to_string())))?;
    if id != APPLICATION_ID {
        return Err(wrong(NotARegister::NotAGeoPackage));
    }
    let ours = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'boundstone_register'";
    let known: i64 = connection.query_row(ours, [], |row| row.get(0))?;
    if known == 0 {
        return Err(wrong(NotARegister::OtherGeoPackage));
    }
    let version = store_version(connection)?;
    if version > STORE_VERSION {
        return Err(wrong(NotARegister::Newer(version)));
    }
    if version < STORE_VERSION {
        return Err(wrong(NotARegister::Trial));
    }
    Ok(())
}

fn store_version(connection: &Connection) -> Result<i64, StoreError> {
    let text = word(connection, STORE_VERSION_KEY)?;
    text.parse().map_err(|_| damaged("boundstone_register", format!("{STORE_VERSION_KEY} is {text:?}")))
}

/// Brings an older register up to this program: layers and fields that came since get their tables and
/// columns. A change of what a table means gets a step of its own here, by store version.
pub(super) fn upgrade(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    if is_current(connection)? && work::is_there(connection)? && people::is_there(connection)? {
        return Ok(());
    }
    super::functions::register(connection)?;
    // At once for writing: two programs may open an older register at the same moment.
    let transaction = Transaction::new_unchecked(connection, TransactionBehavior::Immediate)?;
    if !work::is_there(&transaction)? {
        transaction.execute_batch(work::TABLES)?;
    }
    if !people::is_there(&transaction)? {
        transaction.execute_batch(people::TABLES)?;
    }
    for layer in Layer::ALL {
        let present = present_columns(&transaction, layer.name())?;
        if present.is_empty() {
            create_layer(&transaction, *layer)?;
            continue;
        }
        let titles = "SELECT name FROM gpkg_data_columns WHERE table_name = ? AND name IS NOT NULL";
        let mut taken: HashSet<String> = transaction
            .prepare(titles)?
            .query_map([layer.name()], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        for column in table::columns(*layer).iter().filter(|column| !present.contains(column.name)) {
            if matches!(column.content, Content::Id | Content::Version | Content::Geometry) {
                return Err(not_a_register(
                    path,
                    NotARegister::LacksColumn(format!("{layer}.{}", column.name)),
                ));
            }
            transaction.execute_batch(&format!(
                "ALTER TABLE \"{layer}\" ADD COLUMN {}",
                table::declaration(column)
            ))?;
            describe_column(&transaction, *layer, column, &mut taken)?;
        }
        styles::write(&transaction, *layer)?;
    }
    create_code_lists(&transaction)?;
    Ok(transaction.commit()?)
}

/// Refuses a register that must be brought up to date first, which a reader cannot do.
pub(super) fn check_current(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    if is_current(connection)? { Ok(()) } else { Err(not_a_register(path, NotARegister::Older)) }
}

fn is_current(connection: &Connection) -> Result<bool, StoreError> {
    for layer in Layer::ALL {
        let present = present_columns(connection, layer.name())?;
        if table::columns(*layer).iter().any(|column| !present.contains(column.name)) {
            return Ok(false);
        }
    }
    Ok(true)
}

fn present_columns(connection: &Connection, table: &str) -> Result<HashSet<String>, StoreError> {
    let mut statement = connection.prepare("SELECT name FROM pragma_table_info(?)")?;
    Ok(statement.query_map([table], |row| row.get(0))?.collect::<Result<_, _>>()?)
}

/// What the register is.
pub(super) fn info(connection: &Connection) -> Result<RegisterInfo, StoreError> {
    Ok(RegisterInfo { title: word(connection, "title")?, created: word(connection, "created")? })
}

fn word(connection: &Connection, key: &str) -> Result<String, StoreError> {
    let sql = "SELECT value FROM boundstone_register WHERE key = ?";
    let found = connection.query_row(sql, [key], |row| row.get(0)).optional()?;
    found.ok_or_else(|| damaged("boundstone_register", format!("{key} is missing")))
}
