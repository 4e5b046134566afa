//! Chinese column titles and code lists for QGIS: it takes the default style of a table from the file, and a
//! style may say nothing but what the columns are called. (Titles in `gpkg_data_columns` it reads only with
//! newer versions of GDAL.) A style that an office makes the default itself is left alone.

use std::fmt::Write as _;

use quick_xml::escape::escape;
use rusqlite::{Connection, params};

use super::table::{self, Column, Content, GEOMETRY};
use crate::model::{FieldKind, Layer, vocab};
use crate::store::StoreError;

/// QGIS's own table of styles.
pub(super) const TABLE: &str = r#"
CREATE TABLE layer_styles (
  id INTEGER PRIMARY KEY NOT NULL, f_table_catalog TEXT(256), f_table_schema TEXT(256), f_table_name TEXT(256),
  f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT, useAsDefault BOOLEAN,
  description TEXT, owner TEXT(30), ui TEXT(30),
  update_time DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')));
INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES ('layer_styles', 'attributes', 'layer_styles');
"#;

/// Name of our styles.
const NAME: &str = "界碑";

/// Writes a layer's style, in place of an older one of ours.
pub(super) fn write(connection: &Connection, layer: Layer) -> Result<(), StoreError> {
    let geometry = table::geometry_type(layer.def().geometry).map_or("", |_| GEOMETRY);
    let columns = table::columns(layer);
    let changed = connection.execute(
        "UPDATE layer_styles SET styleQML = ?3 WHERE f_table_name = ?1 AND styleName = ?2",
        params![layer.name(), NAME, style(layer, &columns)],
    )?;
    if changed == 0 {
        connection.execute(
            "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, \
             styleName, styleQML, styleSLD, useAsDefault, description, owner) \
             VALUES ('', '', ?1, ?4, ?2, ?3, '', 1, ?5, '')",
            params![layer.name(), NAME, style(layer, &columns), geometry, layer.def().title().zh],
        )?;
    }
    Ok(())
}

/// The style as QGIS writes it: titles of the columns, and their codes as lists to choose from.
fn style(layer: Layer, columns: &[Column]) -> String {
    let (mut lists, mut titles) = (String::new(), String::new());
    for (at, column) in
        columns.iter().filter(|column| !matches!(column.content, Content::Geometry)).enumerate()
    {
        let title = &vocab::field(layer.name(), column.name).title.zh;
        // `fid` comes first.
        let _ =
            write!(titles, r#"<alias index="{}" field="{}" name="{}"/>"#, at + 1, column.name, escape(title));
        if let Content::Field(field) = column.content
            && let Some(list) = field.list.map(vocab::list)
            && !list.open
            && !matches!(field.kind, FieldKind::List(_))
        {
            let _ = write!(
                lists,
                r#"<field name="{}"><editWidget type="ValueMap"><config><Option type="Map"><Option name="map" type="List">"#,
                column.name
            );
            for value in &list.values {
                let (title, code) = (escape(&value.title.zh), escape(&value.code));
                let _ = write!(
                    lists,
                    r#"<Option type="Map"><Option name="{title}" type="QString" value="{code}"/></Option>"#
                );
            }
            lists += "</Option></Option></config></editWidget></field>";
        }
    }
    format!(
        "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\
         <qgis version=\"3.22.0\" styleCategories=\"Fields|Forms\">\
         <fieldConfiguration>{lists}</fieldConfiguration><aliases>{titles}</aliases></qgis>"
    )
}
