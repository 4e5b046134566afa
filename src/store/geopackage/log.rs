//! The log's two tables: heads of change sets and their changes, in canonical bytes.

use std::ops::ControlFlow;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension as _, Row, Statement, params};
use serde_json::{Map, Value as Json, json};

use super::append::{Inserts, RawText, by_statement};
use super::damaged;
use super::encode::Encoded;
use crate::model::{
    Change, ChangeSet, Digest, Header, Layer, LayerCount, LogHeader, Op, RecordKey, Revision, SCHEMA_NO,
    read_canonical,
};
use crate::store::{ChangeVisitor, Head, Span, StoreError, Which};

/// The newest change set.
pub(super) fn head(connection: &Connection) -> Result<Head, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT seq, hash FROM boundstone_change_set ORDER BY seq DESC LIMIT 1")?;
    let mut rows = statement.query([])?;
    match rows.next()? {
        None => Ok(Head::default()),
        Some(row) => {
            let revision = Revision(row.get(0)?);
            Ok(Head { revision, hash: digest(row, 1, revision)? })
        }
    }
}

/// The revision that a request led to.
pub(super) fn find_request(connection: &Connection, key: &str) -> Result<Option<Revision>, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT seq FROM boundstone_change_set WHERE idempotency_key = ?")?;
    Ok(statement.query_row([key], |row| row.get(0)).optional()?.map(Revision))
}

/// Where a change stands in the log: revision above, number within the change set below.
fn place(revision: Revision, n: u32) -> i64 {
    (revision.0.min(i32::MAX as u64) << 32) as i64 | i64::from(n)
}

/// The first and the last place of some change sets.
pub(super) fn places(span: Span) -> (i64, i64) {
    (place(span.after, u32::MAX), place(span.up_to, u32::MAX))
}

/// Writes the changes of one change set.
pub(super) struct EntryWriter<'a> {
    inserts: Inserts<'a>,
    revision: Revision,
    n: u32,
}

impl<'a> EntryWriter<'a> {
    pub(super) fn new(connection: &'a Connection, revision: Revision) -> Self {
        Self { inserts: Inserts::new(connection), revision, n: 0 }
    }

    /// Writes changes of one layer and one kind, in order.
    pub(super) fn write(
        &mut self,
        layer: Layer,
        op: Op,
        rows: &[(&Change, Encoded<'_>)],
    ) -> Result<(), StoreError> {
        let kind = (layer as u64) << 8 | op as u64;
        for rows in by_statement(rows) {
            let mut insert = self.inserts.take(kind, rows.len(), || insert_of(layer, op, rows.len()))?;
            let mut at = 1;
            for (change, encoded) in rows {
                at = self.bind(&mut insert, at, change, encoded)?;
            }
            insert.raw_execute()?;
            self.inserts.put_back(kind, rows.len(), insert);
        }
        Ok(())
    }

    /// Binds one row to the parameters from `at` on; returns where the next one's begin.
    fn bind(
        &mut self,
        insert: &mut Statement<'_>,
        at: usize,
        change: &Change,
        encoded: &Encoded<'_>,
    ) -> Result<usize, StoreError> {
        self.n = self.n.checked_add(1).ok_or_else(|| StoreError::Engine("too many changes".into()))?;
        let mut letters = [0; 26];
        let key = change.key();
        insert.raw_bind_parameter(at, place(self.revision, self.n))?;
        insert.raw_bind_parameter(at + 1, key.id.encode(&mut letters))?;
        insert.raw_bind_parameter(at + 2, key.version)?;
        let before = (encoded.before_json, encoded.before_wkb);
        let after = (encoded.after_json, encoded.after_wkb);
        let mut at = at + 3;
        for (_, (json, wkb)) in sides(change.op()).zip([before, after]).filter(|(there, _)| *there) {
            insert.raw_bind_parameter(at, RawText(json))?;
            if !wkb.is_empty() {
                insert.raw_bind_parameter(at + 1, wkb)?;
            }
            at += 2;
        }
        Ok(at)
    }
}

/// Whether a change has a side before and a side after.
fn sides(op: Op) -> std::array::IntoIter<bool, 2> {
    [op != Op::Insert, op != Op::Delete].into_iter()
}

/// `INSERT` of some changes that are alike: what they share stands in the statement, what they lack is left out.
fn insert_of(layer: Layer, op: Op, rows: usize) -> String {
    let names = ["before, before_geom", "after, after_geom"];
    let names: Vec<&str> = sides(op).zip(names).filter(|(there, _)| *there).map(|(_, names)| names).collect();
    let row = format!("(?, '{layer}', ?, ?, '{}'{})", op.code(), ", ?, ?".repeat(names.len()));
    let names = names.join(", ");
    let rows = vec![row.as_str(); rows].join(",");
    format!("INSERT INTO boundstone_change (place, layer, id, version, op, {names}) VALUES {rows}")
}

/// Writes the head of a change set: last, when its hash is known.
pub(super) fn write_header(
    connection: &Connection,
    revision: Revision,
    previous: Digest,
    hash: Digest,
    set: &ChangeSet,
) -> Result<(), StoreError> {
    let header = String::from_utf8(set.header.canonical())
        .map_err(|error| StoreError::Engine(format!("a header is not text: {error}")))?;
    connection.prepare_cached("INSERT INTO boundstone_change_set VALUES (?, ?, ?, ?, ?, ?, ?)")?.execute(
        params![
            revision.0,
            previous.0,
            hash.0,
            SCHEMA_NO,
            header,
            set.header.idempotency_key,
            counts_text(&set.counts()),
        ],
    )?;
    Ok(())
}

/// Counts as the table keeps them, so that a list of the log need not read the changes.
pub(super) fn counts_text(counts: &[LayerCount]) -> String {
    let of = |count: &LayerCount| {
        (count.layer.name().to_owned(), json!([count.inserted, count.updated, count.deleted]))
    };
    Json::Object(counts.iter().map(of).collect::<Map<_, _>>()).to_string()
}

fn read_counts(text: &str) -> Option<Vec<LayerCount>> {
    let object: Map<String, Json> = serde_json::from_str(text).ok()?;
    let mut counts = Vec::with_capacity(object.len());
    for (name, numbers) in object {
        let [inserted, updated, deleted] = serde_json::from_value(numbers).ok()?;
        counts.push(LayerCount { layer: name.parse().ok()?, inserted, updated, deleted });
    }
    Some(counts)
}

/// Carries out `Store::headers`.
pub(super) fn headers(
    connection: &Connection,
    span: Span,
    each: &mut dyn FnMut(LogHeader) -> ControlFlow<()>,
) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT seq, prev_hash, hash, header, counts FROM boundstone_change_set \
         WHERE seq > ? AND seq <= ? ORDER BY seq",
    )?;
    let mut rows = statement.query((span.after.0, span.up_to.0))?;
    while let Some(row) = rows.next()? {
        let revision = Revision(row.get(0)?);
        let place = || format!("change set {}", revision.0);
        let header: Header = serde_json::from_slice(bytes(row, 3)?)
            .map_err(|error| damaged(place(), format!("its header cannot be read: {error}")))?;
        let counts = std::str::from_utf8(bytes(row, 4)?).ok().and_then(read_counts);
        let counts = counts.ok_or_else(|| damaged(place(), "its counts cannot be read"))?;
        let previous = digest(row, 1, revision)?;
        let entry = LogHeader { revision, previous, hash: digest(row, 2, revision)?, header, counts };
        if each(entry).is_break() {
            break;
        }
    }
    Ok(())
}

/// Columns of a change in the order in which [`read_change`] takes them.
const CHANGE: &str = "c.seq, c.n, c.layer, c.id, c.version, c.op, c.before, c.before_geom, c.after, c.after_geom, s.schema_no \
     FROM boundstone_change c JOIN boundstone_change_set s ON s.seq = c.seq";

/// Carries out `Store::changes`.
pub(super) fn changes(
    connection: &Connection,
    which: Which,
    each: &mut ChangeVisitor<'_>,
) -> Result<(), StoreError> {
    let wanted = match which {
        Which::Span(_) => "c.place > ?1 AND c.place <= ?2",
        Which::Record(..) => "c.id = ?1 AND c.layer = ?2",
    };
    let mut statement =
        connection.prepare_cached(&format!("SELECT {CHANGE} WHERE {wanted} ORDER BY c.place"))?;
    let mut rows = match which {
        Which::Span(span) => statement.query(places(span))?,
        Which::Record(layer, id) => statement.query((id.to_string(), layer.name()))?,
    };
    while let Some(row) = rows.next()? {
        let (revision, change) = read_change(row)?;
        if each(revision, change).is_break() {
            break;
        }
    }
    Ok(())
}

fn read_change(row: &Row<'_>) -> Result<(Revision, Change), StoreError> {
    let (seq, n): (u64, i64) = (row.get(0)?, row.get(1)?);
    let wrong = |what: String| damaged(format!("change set {seq}, change {n}"), what);
    let layer: Layer = text(row, 2)?.parse().map_err(|error| wrong(format!("{error}")))?;
    let id = text(row, 3)?.parse().map_err(|error| wrong(format!("{error}")))?;
    let key = RecordKey { id, version: row.get(4)? };
    let op = Op::from_code(text(row, 5)?).ok_or_else(|| wrong("an unknown operation".into()))?;
    let schema_no: u32 = row.get(10)?;
    if schema_no > SCHEMA_NO {
        return Err(wrong(format!("written in form {schema_no}, this program knows {SCHEMA_NO}")));
    }
    let side = |json: usize, geometry: usize| -> Result<_, StoreError> {
        let json = bytes(row, json)?;
        if json.is_empty() {
            return Err(wrong("a side of the change is missing".into()));
        }
        read_canonical(layer, key, json, bytes(row, geometry)?).map_err(|error| wrong(error.to_string()))
    };
    let change = match op {
        Op::Insert => Change::insert(side(8, 9)?),
        Op::Update => Change::update(side(6, 7)?, side(8, 9)?),
        Op::Delete => Change::delete(side(6, 7)?),
    };
    Ok((Revision(seq), change))
}

/// Bytes of a text or blob; none for NULL.
pub(super) fn bytes<'a>(row: &'a Row<'_>, at: usize) -> Result<&'a [u8], StoreError> {
    match row.get_ref(at)? {
        ValueRef::Null => Ok(&[]),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => Ok(bytes),
        other => Err(damaged("the log", format!("a {} where bytes belong", other.data_type()))),
    }
}

fn text<'a>(row: &'a Row<'_>, at: usize) -> Result<&'a str, StoreError> {
    std::str::from_utf8(bytes(row, at)?).map_err(|error| damaged("the log", error.to_string()))
}

fn digest(row: &Row<'_>, at: usize, revision: Revision) -> Result<Digest, StoreError> {
    let bytes: Option<[u8; 32]> = bytes(row, at)?.try_into().ok();
    bytes.map(Digest).ok_or_else(|| damaged(format!("change set {}", revision.0), "a hash is not 32 bytes"))
}
