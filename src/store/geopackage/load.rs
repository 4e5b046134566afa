//! Reading the current tables back into records.

use std::sync::Arc;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};
use serde_json::{Map, Value as Json};

use super::blob;
use super::table::{self, Column, Content};
use super::{damaged, log};
use crate::model::{Date, FieldKind, Fields, Layer, Period, Record, Secrecy, Value, wkb};
use crate::store::{Head, StoreError};

/// Carries out `Store::load`.
pub(super) fn load(connection: &Connection, each: &mut dyn FnMut(Record)) -> Result<Head, StoreError> {
    // One reading transaction: the log's head and the rows are of the same moment.
    let view = connection.unchecked_transaction()?;
    let head = log::head(&view)?;
    for layer in Layer::ALL {
        for_each_row(&view, *layer, &mut |_, record| {
            each(record?);
            Ok(())
        })?;
    }
    Ok(head)
}

/// Calls back with every row of a layer: its number and the record, or why it cannot be read.
pub(super) fn for_each_row(
    connection: &Connection,
    layer: Layer,
    each: &mut dyn FnMut(i64, Result<Record, StoreError>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut reader = RowReader::new(layer);
    let mut statement = connection.prepare_cached(&table::select(layer))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let number: i64 = row.get(0)?;
        let record = reader.read(row).map_err(|what| damaged(format!("table {layer}, fid {number}"), what));
        each(number, record)?;
    }
    Ok(())
}

struct RowReader {
    layer: Layer,
    columns: Vec<(Column, Option<usize>)>,
    /// The source of the row before: whole imports share one.
    source: Option<Arc<str>>,
}

/// Why a row cannot be read.
type Wrong = String;

impl RowReader {
    fn new(layer: Layer) -> Self {
        let place = |column: Column| (column, layer.def().index_of(column.name));
        Self { layer, columns: table::columns(layer).into_iter().map(place).collect(), source: None }
    }

    fn read(&mut self, row: &Row<'_>) -> Result<Record, Wrong> {
        let wrong = |error: rusqlite::Error| error.to_string();
        let id = text(row.get_ref(1).map_err(wrong)?, "id")?.parse().map_err(|error| format!("{error}"))?;
        let mut record = Record::new(self.layer, id, Fields::default());
        let mut pairs = Vec::new();
        let (mut from, mut to) = (None, None);
        for (at, (column, own)) in self.columns.iter().enumerate().skip(1) {
            let value = row.get_ref(at + 1).map_err(wrong)?;
            if matches!(value, ValueRef::Null) && !matches!(column.content, Content::Version) {
                continue;
            }
            match (column.content, own) {
                (Content::Field(field), Some(own)) => {
                    pairs.push((*own, read_value(value, field.kind, column.name)?));
                }
                (Content::Field(_), None) => match column.name {
                    "code" => record.code = Some(text(value, "code")?.into()),
                    "source" => record.source = Some(shared(&mut self.source, text(value, "source")?)),
                    "remarks" => record.remarks = Some(text(value, "remarks")?.into()),
                    "secrecy" => record.secrecy = secrecy(text(value, "secrecy")?)?,
                    "valid_from" => from = Some(date(value, "valid_from")?),
                    _ => to = Some(date(value, "valid_to")?),
                },
                (Content::Version, _) => record.version = row.get(at + 1).map_err(wrong)?,
                (Content::Extra, _) => record.extra = Some(Box::new(extra(text(value, "extra")?)?)),
                (Content::Geometry, _) => {
                    let bytes = value.as_blob().ok().and_then(blob::wkb_of);
                    let shape = bytes.and_then(wkb::read).ok_or("the geometry cannot be read")?;
                    record.geometry = Some(Arc::new(shape));
                }
                (Content::Id, _) => {}
            }
        }
        record.valid = Period::new(from, to).map_err(|error| error.to_string())?;
        record.fields = Fields::from_pairs(pairs);
        Ok(record)
    }
}

/// The same source text is kept once for a run of rows.
fn shared(last: &mut Option<Arc<str>>, text: &str) -> Arc<str> {
    match last {
        Some(last) if **last == *text => last.clone(),
        _ => last.insert(Arc::from(text)).clone(),
    }
}

fn text<'a>(value: ValueRef<'a>, column: &str) -> Result<&'a str, Wrong> {
    value.as_str().map_err(|_| format!("{column} is not text"))
}

fn date(value: ValueRef<'_>, column: &str) -> Result<Date, Wrong> {
    text(value, column)?.parse().map_err(|error| format!("{column}: {error}"))
}

fn secrecy(word: &str) -> Result<Secrecy, Wrong> {
    Secrecy::from_code(word).ok_or_else(|| format!("secrecy is {word:?}"))
}

fn extra(text: &str) -> Result<Map<String, Json>, Wrong> {
    serde_json::from_str(text).map_err(|error| format!("extra: {error}"))
}

fn read_value(value: ValueRef<'_>, kind: FieldKind, column: &str) -> Result<Value, Wrong> {
    let unfit = || format!("{column} is not a {}", kind.name());
    Ok(match (kind, value) {
        (FieldKind::Text, _) => Value::Text(text(value, column)?.into()),
        (FieldKind::Int, ValueRef::Integer(number)) => Value::Int(number),
        (FieldKind::Real, ValueRef::Real(number)) => Value::Real(number),
        (FieldKind::Real, ValueRef::Integer(number)) => Value::Real(number as f64),
        (FieldKind::Bool, ValueRef::Integer(flag)) => Value::Bool(flag != 0),
        (FieldKind::Date, _) => Value::Date(date(value, column)?),
        (FieldKind::List(_), _) => {
            let json: Json = serde_json::from_str(text(value, column)?).map_err(|_| unfit())?;
            if !json.is_array() {
                return Err(unfit());
            }
            Value::List(Box::new(json))
        }
        _ => return Err(unfit()),
    })
}
