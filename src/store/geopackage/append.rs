//! Appending a change set: log, tables, R-trees and extents in one transaction.

use std::io::Write as _;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection, Statement, ToSql, Transaction, TransactionBehavior};

use super::blob::Bounds;
use super::encode::{self, Batch, Encoded};
use super::rtree::{self, Gathered};
use super::table::{self, Content};
use super::{damaged, log};
use crate::model::{Change, ChangeSet, Date, Layer, LayerCount, Op, Record, Revision, Value, canonical_json};
use crate::store::{Head, StoreError};

/// From so many changes of a layer on, its R-tree is written anew instead of row by row…
const BULK: u64 = 2_000;

/// Rows that one `INSERT` writes: its fixed cost is shared by them. Half the time of row by row (measured with
/// a million rows into the log and a table, SQLite 3.40); more rows gain nothing.
const ROWS_AT_ONCE: usize = 64;

/// Rows by the `INSERT` that writes them: as many as go at once, what is left one by one, so that two
/// statements are prepared and not one per number of rows.
pub(super) fn by_statement<T>(rows: &[T]) -> impl Iterator<Item = &[T]> {
    let full = rows.chunks_exact(ROWS_AT_ONCE);
    let rest = full.remainder().chunks(1);
    full.chain(rest)
}

/// The statements that [`by_statement`] needs, held while a change set is written: to find them in the
/// connection's cache by their long text, for every [`ROWS_AT_ONCE`] rows, took a tenth of an import's time.
pub(super) struct Inserts<'a> {
    connection: &'a Connection,
    /// Which columns or rows a statement is for, whether it writes many, and the statement.
    held: Vec<(u64, bool, CachedStatement<'a>)>,
}

impl<'a> Inserts<'a> {
    /// So many statements are held at most: rows of one set are mostly alike.
    const HELD: usize = 8;

    pub(super) fn new(connection: &'a Connection) -> Self {
        Self { connection, held: Vec::new() }
    }

    /// The statement of a kind for so many rows, nothing bound; given back by [`Self::put_back`].
    pub(super) fn take(
        &mut self,
        kind: u64,
        rows: usize,
        sql: impl FnOnce() -> String,
    ) -> Result<CachedStatement<'a>, StoreError> {
        let place = self.held.iter().position(|held| held.0 == kind && held.1 == (rows > 1));
        let mut statement = match place {
            Some(place) => self.held.swap_remove(place).2,
            None => self.connection.prepare_cached(&sql())?,
        };
        statement.clear_bindings();
        Ok(statement)
    }

    pub(super) fn put_back(&mut self, kind: u64, rows: usize, statement: CachedStatement<'a>) {
        if self.held.len() == Self::HELD {
            self.held.swap_remove(0);
        }
        self.held.push((kind, rows > 1, statement));
    }
}

/// …if they are at least this part of what the layer holds already: the whole tree must be read and written.
const BULK_SHARE: u64 = 10;

/// Carries out `Store::append`.
pub(super) fn append(
    connection: &mut Connection,
    expected: Revision,
    set: &ChangeSet,
) -> Result<Head, StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let before = log::head(&transaction)?;
    if let Some(key) = set.header.idempotency_key.as_deref()
        && let Some(done) = log::find_request(&transaction, key)?
    {
        return Err(StoreError::Repeated(done));
    }
    if before.revision != expected {
        return Err(StoreError::Conflict { expected, found: before.revision });
    }
    let revision = Revision(before.revision.0 + 1);
    let counts = set.counts();
    let mut layers = LayerWriter::all(&transaction, &counts)?;
    let hash = {
        let mut entries = log::EntryWriter::new(&transaction, revision);
        encode::encode(set, before.hash, |changes, batch| {
            write_batch(changes, batch, &mut entries, &mut layers)
        })?
    };
    for (count, layer) in counts.iter().zip(layers) {
        layer.finish(&transaction, count.layer)?;
    }
    log::write_header(&transaction, revision, before.hash, hash, set)?;
    transaction.commit()?;
    Ok(Head { revision, hash })
}

fn write_batch(
    changes: &[Change],
    batch: &Batch,
    entries: &mut log::EntryWriter<'_>,
    layers: &mut [LayerWriter<'_>],
) -> Result<(), StoreError> {
    let rows: Vec<(&Change, Encoded<'_>)> = changes.iter().zip(batch.iter()).collect();
    let alike = |a: &Change, b: &Change| a.layer() == b.layer() && a.op() == b.op();
    for rows in rows.chunk_by(|a, b| alike(a.0, b.0)) {
        let change = rows[0].0;
        entries.write(change.layer(), change.op(), rows)?;
        // Few layers take part in one set; a search through them costs less than a map.
        let Some(writer) = layers.iter_mut().find(|writer| writer.layer == change.layer()) else { continue };
        match change.op() {
            Op::Insert => by_statement(rows).try_for_each(|rows| writer.insert(rows))?,
            Op::Update => rows.iter().try_for_each(|(change, encoded)| writer.update(change, encoded))?,
            Op::Delete => rows.iter().try_for_each(|(change, _)| writer.delete(change))?,
        }
    }
    Ok(())
}

/// Writes the rows of one layer.
struct LayerWriter<'a> {
    layer: Layer,
    columns: Vec<Slot>,
    /// Boxes, where the R-tree is to be written anew.
    gathered: Option<Gathered>,
    connection: &'a Connection,
    inserts: Inserts<'a>,
    /// Box round all that was written.
    extent: Option<Bounds>,
    letters: [u8; 26],
    scratch: Vec<u8>,
}

/// Where a column's value comes from.
#[derive(Clone, Copy)]
enum Slot {
    Common(&'static str),
    Own(usize),
    Id,
    Version,
    Extra,
    Geometry,
}

impl<'a> LayerWriter<'a> {
    fn all(transaction: &'a Transaction<'_>, counts: &[LayerCount]) -> Result<Vec<Self>, StoreError> {
        // All triggers go before the first statement is made: each change of structure would have it made again.
        let bulk = counts.iter().map(|count| is_bulk(transaction, count)).collect::<Result<Vec<_>, _>>()?;
        for (count, _) in counts.iter().zip(&bulk).filter(|(_, bulk)| **bulk) {
            rtree::drop_triggers(transaction, count.layer)?;
        }
        counts.iter().zip(bulk).map(|(count, bulk)| Self::new(transaction, count.layer, bulk)).collect()
    }

    fn new(connection: &'a Connection, layer: Layer, bulk: bool) -> Result<Self, StoreError> {
        let slot = |column: &table::Column| match column.content {
            Content::Id => Slot::Id,
            Content::Version => Slot::Version,
            Content::Field(field) => {
                layer.def().index_of(field.name).map_or(Slot::Common(field.name), Slot::Own)
            }
            Content::Extra => Slot::Extra,
            Content::Geometry => Slot::Geometry,
        };
        Ok(Self {
            layer,
            columns: table::columns(layer).iter().map(slot).collect(),
            gathered: bulk.then(Gathered::default),
            connection,
            inserts: Inserts::new(connection),
            extent: None,
            letters: [0; 26],
            scratch: Vec::new(),
        })
    }

    fn unfit(&self, change: &Change) -> StoreError {
        let key = change.key();
        let place = format!("{} {} version {}", self.layer, key.id, key.version);
        damaged(place, "a change does not fit the row as it is")
    }

    /// Notes the box of a row that was written.
    fn gather(&mut self, op: Op, row: i64, bounds: Option<Bounds>) {
        if let Some(gathered) = &mut self.gathered {
            match (op, bounds) {
                (Op::Insert, Some(bounds)) => gathered.new.push((row, bounds)),
                (Op::Insert, None) => {}
                (_, bounds) => {
                    gathered.changed.insert(row, bounds);
                }
            }
        }
        if let Some([west, east, south, north]) = bounds {
            let [w, e, s, n] = self.extent.unwrap_or([west, east, south, north]);
            self.extent = Some([west.min(w), east.max(e), south.min(s), north.max(n)]);
        }
    }

    fn insert(&mut self, rows: &[(&Change, Encoded<'_>)]) -> Result<(), StoreError> {
        let layer = self.layer;
        // Columns that no row fills are left out: most are empty, and each costs SQLite a step for every row.
        let filled = rows.iter().fold(0, |filled, (change, encoded)| filled | self.filled(change, encoded));
        let sql = || table::insert(layer, filled, rows.len());
        let mut statement = self.inserts.take(filled, rows.len(), sql)?;
        let width = (0..self.columns.len()).filter(|at| filled & table::bit(*at) != 0).count();
        for (at, (change, encoded)) in rows.iter().enumerate() {
            self.bind(change, encoded, filled, at * width + 1, &mut statement)?;
        }
        let done = statement.raw_execute();
        self.inserts.put_back(filled, rows.len(), statement);
        match done {
            Ok(_) => {
                // Numbers rise one by one.
                let first = self.connection.last_insert_rowid() - (rows.len() as i64 - 1);
                (first..)
                    .zip(rows)
                    .for_each(|(row, (_, encoded))| self.gather(Op::Insert, row, encoded.bounds));
                Ok(())
            }
            Err(error) if error.sqlite_error_code() == Some(rusqlite::ErrorCode::ConstraintViolation) => {
                match rows {
                    [(change, _)] => Err(self.unfit(change)),
                    // One of them is there already; alone it says so.
                    _ => rows.chunks(1).try_for_each(|row| self.insert(row)),
                }
            }
            Err(error) => Err(error.into()),
        }
    }

    fn update(&mut self, change: &Change, encoded: &Encoded<'_>) -> Result<(), StoreError> {
        let mut statement = self.connection.prepare_cached(&table::update(self.layer))?;
        statement.clear_bindings();
        self.bind(change, encoded, table::EVERY_COLUMN, 1, &mut statement)?;
        let row = only_row(&mut statement)?.ok_or_else(|| self.unfit(change))?;
        self.gather(Op::Update, row, encoded.bounds);
        Ok(())
    }

    fn delete(&mut self, change: &Change) -> Result<(), StoreError> {
        let key = change.key();
        let mut statement = self.connection.prepare_cached(&table::delete(self.layer))?;
        statement.raw_bind_parameter(1, key.id.encode(&mut self.letters))?;
        statement.raw_bind_parameter(2, key.version)?;
        let row = only_row(&mut statement)?.ok_or_else(|| self.unfit(change))?;
        self.gather(Op::Delete, row, None);
        Ok(())
    }

    /// The columns that the row after a change fills, a bit for each in stored order.
    fn filled(&self, change: &Change, encoded: &Encoded<'_>) -> u64 {
        let Some(record) = change.after() else { return 0 };
        let fills = |slot: &Slot| match slot {
            Slot::Id | Slot::Version => true,
            Slot::Own(field) => record.fields.get(*field).is_some(),
            Slot::Common(name) => common(record, name).is_some(),
            Slot::Extra => record.extra.as_deref().is_some_and(|extra| !extra.is_empty()),
            Slot::Geometry => !encoded.blob.is_empty(),
        };
        let bits = self.columns.iter().enumerate().filter(|(_, slot)| fills(slot));
        bits.fold(0, |filled, (at, _)| filled | table::bit(at))
    }

    /// Binds those columns of the row after a change that are asked for to the parameters from `first` on.
    fn bind(
        &mut self,
        change: &Change,
        encoded: &Encoded<'_>,
        columns: u64,
        first: usize,
        statement: &mut Statement<'_>,
    ) -> Result<(), StoreError> {
        let Some(record) = change.after() else { return Ok(()) };
        let scratch = &mut self.scratch;
        let slots = self.columns.iter().enumerate().filter(|(at, _)| columns & table::bit(*at) != 0);
        for (at, (_, slot)) in (first..).zip(slots) {
            match slot {
                Slot::Id => statement.raw_bind_parameter(at, record.id.encode(&mut self.letters))?,
                Slot::Version => statement.raw_bind_parameter(at, record.version)?,
                Slot::Own(field) => {
                    if let Some(value) = record.fields.get(*field) {
                        bind_value(value, at, scratch, statement)?;
                    }
                }
                Slot::Common(name) => match common(record, name) {
                    Some(Common::Text(text)) => statement.raw_bind_parameter(at, text)?,
                    Some(Common::Day(day)) => bind_value(&Value::Date(day), at, scratch, statement)?,
                    None => {}
                },
                Slot::Extra => {
                    if let Some(extra) = record.extra.as_deref().filter(|extra| !extra.is_empty()) {
                        scratch.clear();
                        canonical_json(&serde_json::Value::Object(extra.clone()), scratch);
                        statement.raw_bind_parameter(at, RawText(scratch))?;
                    }
                }
                Slot::Geometry => {
                    if !encoded.blob.is_empty() {
                        statement.raw_bind_parameter(at, encoded.blob)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Writes the R-tree, where that was put off, and the layer's entry in `gpkg_contents`.
    fn finish(self, connection: &Connection, layer: Layer) -> Result<(), StoreError> {
        if let Some(gathered) = self.gathered {
            rtree::rebuild(connection, layer, gathered)?;
            rtree::create_triggers(connection, layer)?;
        }
        let [west, east, south, north] = self.extent.map_or([None; 4], |sides| sides.map(Some));
        // The extent only grows: it may be larger than what the layer holds, never smaller.
        connection
            .prepare_cached(
                "UPDATE gpkg_contents SET last_change = strftime('%Y-%m-%dT%H:%M:%fZ','now'), \
                 min_x = min(ifnull(min_x, ?2), ifnull(?2, min_x)), max_x = max(ifnull(max_x, ?3), ifnull(?3, max_x)), \
                 min_y = min(ifnull(min_y, ?4), ifnull(?4, min_y)), max_y = max(ifnull(max_y, ?5), ifnull(?5, max_y)) \
                 WHERE table_name = ?1",
            )?
            .execute((layer.name(), west, east, south, north))?;
        Ok(())
    }
}

fn is_bulk(connection: &Connection, count: &LayerCount) -> Result<bool, StoreError> {
    if !count.layer.has_geometry() || count.total() < BULK {
        return Ok(false);
    }
    // The greatest row number stands for the count: it is found at once.
    let sql = format!("SELECT ifnull(max(fid), 0) FROM \"{}\"", count.layer);
    let present: u64 = connection.query_row(&sql, [], |row| row.get(0))?;
    Ok(count.total() >= present / BULK_SHARE)
}

fn only_row(statement: &mut Statement<'_>) -> Result<Option<i64>, StoreError> {
    let mut rows = statement.raw_query();
    let number = rows.next()?.map(|row| row.get(0)).transpose()?;
    // To the end, so that the statement counts as done and not as broken off.
    while rows.next()?.is_some() {}
    Ok(number)
}

/// Text that need not be checked and copied before it is bound.
pub(super) struct RawText<'a>(pub(super) &'a [u8]);

impl ToSql for RawText<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(ValueRef::Text(self.0)))
    }
}

/// The value of a field that every layer has.
enum Common<'a> {
    Text(&'a str),
    Day(Date),
}

fn common<'a>(record: &'a Record, name: &str) -> Option<Common<'a>> {
    match name {
        "code" => record.code.as_deref().map(Common::Text),
        "source" => record.source.as_deref().map(Common::Text),
        "remarks" => record.remarks.as_deref().map(Common::Text),
        "secrecy" => Some(Common::Text(record.secrecy.code())),
        "valid_from" => record.valid.from().map(Common::Day),
        _ => record.valid.to().map(Common::Day),
    }
}

fn bind_value(
    value: &Value,
    at: usize,
    scratch: &mut Vec<u8>,
    statement: &mut Statement<'_>,
) -> Result<(), StoreError> {
    match value {
        Value::Text(text) => statement.raw_bind_parameter(at, &**text)?,
        Value::Int(number) => statement.raw_bind_parameter(at, number)?,
        Value::Real(number) => statement.raw_bind_parameter(at, number)?,
        Value::Bool(flag) => statement.raw_bind_parameter(at, flag)?,
        Value::Date(date) => {
            scratch.clear();
            let _ = write!(scratch, "{date}");
            statement.raw_bind_parameter(at, RawText(scratch))?;
        }
        Value::List(list) => {
            scratch.clear();
            canonical_json(list, scratch);
            statement.raw_bind_parameter(at, RawText(scratch))?;
        }
    }
    Ok(())
}
