//! One table per layer: its columns, and the SQL that follows from the layer's definition.

use std::fmt::Write as _;

use crate::model::{COMMON_FIELDS, FieldDef, FieldKind, GeometryKind, Layer};

/// Name of the geometry column.
pub(super) const GEOMETRY: &str = "geom";

/// What a column holds.
#[derive(Clone, Copy)]
pub(super) enum Content {
    Id,
    Version,
    Field(&'static FieldDef),
    Extra,
    Geometry,
}

/// One column beside `fid`.
#[derive(Clone, Copy)]
pub(super) struct Column {
    pub(super) name: &'static str,
    pub(super) sql_type: &'static str,
    pub(super) content: Content,
}

/// The columns of a layer's table in stored order, without `fid`.
pub(super) fn columns(layer: Layer) -> Vec<Column> {
    let def = layer.def();
    let field = |field: &'static FieldDef| Column {
        name: field.name,
        sql_type: sql_type(field.kind),
        content: Content::Field(field),
    };
    let mut columns = vec![
        Column { name: "id", sql_type: "TEXT", content: Content::Id },
        Column { name: "version", sql_type: "INTEGER", content: Content::Version },
    ];
    columns.extend(COMMON_FIELDS.iter().chain(def.fields).map(field));
    columns.push(Column { name: "extra", sql_type: "TEXT", content: Content::Extra });
    if let Some(sql_type) = geometry_type(def.geometry) {
        columns.push(Column { name: GEOMETRY, sql_type, content: Content::Geometry });
    }
    columns
}

fn sql_type(kind: FieldKind) -> &'static str {
    match kind {
        FieldKind::Text | FieldKind::List(_) => "TEXT",
        FieldKind::Int => "INTEGER",
        FieldKind::Real => "REAL",
        FieldKind::Bool => "BOOLEAN",
        FieldKind::Date => "DATE",
    }
}

/// A layer's geometry type as GeoPackage names it; `None` for a table without geometry.
pub(super) fn geometry_type(kind: GeometryKind) -> Option<&'static str> {
    match kind {
        GeometryKind::None => None,
        GeometryKind::Point => Some("POINT"),
        GeometryKind::Line => Some("MULTILINESTRING"),
        GeometryKind::Area => Some("MULTIPOLYGON"),
        GeometryKind::Any => Some("GEOMETRY"),
    }
}

/// `CREATE TABLE` of a layer. A stored row is one lawful version of a fact: (id, version) is unique.
pub(super) fn create(layer: Layer) -> String {
    let mut sql = format!("CREATE TABLE \"{layer}\" (\"fid\" INTEGER PRIMARY KEY");
    for column in columns(layer) {
        let _ = write!(sql, ", {}", declaration(&column));
    }
    sql + ", UNIQUE (\"id\", \"version\"))"
}

/// A column as `CREATE TABLE` and `ALTER TABLE` declare it.
pub(super) fn declaration(column: &Column) -> String {
    let must = matches!(column.content, Content::Id | Content::Version);
    format!("\"{}\" {}{}", column.name, column.sql_type, if must { " NOT NULL" } else { "" })
}

/// All columns of a layer, as [`insert`] takes them.
pub(super) const EVERY_COLUMN: u64 = u64::MAX;

/// The bit of a column in a set of them, by its place in [`columns`]. Columns from the 64th on share one:
/// they are written or left out together.
pub(super) fn bit(column: usize) -> u64 {
    1 << column.min(63)
}

fn names(layer: Layer, wanted: u64) -> Vec<String> {
    let columns = columns(layer);
    let wanted = columns.iter().enumerate().filter(|(at, _)| wanted & bit(*at) != 0);
    wanted.map(|(_, column)| format!("\"{}\"", column.name)).collect()
}

/// `INSERT` of some rows with one parameter per wanted column of each.
pub(super) fn insert(layer: Layer, wanted: u64, rows: usize) -> String {
    let names = names(layer, wanted);
    let parameters = parameters(names.len(), rows);
    format!("INSERT INTO \"{layer}\" ({}) VALUES {parameters}", names.join(", "))
}

/// The parameters of some rows, for `VALUES`.
pub(super) fn parameters(columns: usize, rows: usize) -> String {
    let row = format!("({})", vec!["?"; columns].join(","));
    vec![row.as_str(); rows].join(",")
}

/// `UPDATE` of one row with one parameter per column; returns its `fid`.
pub(super) fn update(layer: Layer) -> String {
    let mut sql = format!("UPDATE \"{layer}\" SET ");
    for (at, column) in columns(layer).iter().enumerate().skip(2) {
        let comma = if at > 2 { ", " } else { "" };
        let _ = write!(sql, "{comma}\"{}\" = ?{}", column.name, at + 1);
    }
    sql + " WHERE \"id\" = ?1 AND \"version\" = ?2 RETURNING \"fid\""
}

/// `DELETE` of one row by id and version; returns its `fid`.
pub(super) fn delete(layer: Layer) -> String {
    format!("DELETE FROM \"{layer}\" WHERE \"id\" = ?1 AND \"version\" = ?2 RETURNING \"fid\"")
}

/// `SELECT` of all rows in the order in which they were written: `fid`, then the columns.
pub(super) fn select(layer: Layer) -> String {
    format!("SELECT \"fid\", {} FROM \"{layer}\" ORDER BY \"fid\"", names(layer, EVERY_COLUMN).join(", "))
}
