//! Damage that only the store can see: pages, the hash chain over the stored bytes, rows that cannot be
//! read, R-trees that disagree with their tables, triggers taken away.

use std::collections::HashMap;

use rusqlite::Connection;

use super::blob::{self, Bounds};
use super::table::{self, GEOMETRY};
use super::{load, log, rtree};
use crate::model::{Bilingual, Chain, Digest, Finding, Layer, Revision, Severity, Spot};
use crate::store::{Progress, Span, StoreError};

/// Carries out `Store::check`.
pub(super) fn check(
    connection: &Connection,
    each: &mut dyn FnMut(Finding),
    progress: &mut Progress<'_>,
) -> Result<(), StoreError> {
    let view = connection.unchecked_transaction()?;
    let entries: u64 = view.query_row("SELECT count(*) FROM boundstone_change", [], |row| row.get(0))?;
    let mut rows = 0u64;
    for layer in Layer::ALL {
        rows +=
            view.query_row(&format!("SELECT count(*) FROM \"{layer}\""), [], |row| row.get::<_, u64>(0))?;
    }
    let total = entries + rows;
    progress(0, total);
    pages(&view, each)?;
    triggers(&view, each)?;
    let mut done = chain(&view, each, &mut |done| progress(done, total))?;
    for layer in Layer::ALL {
        done += tables(&view, *layer, each)?;
        progress(done, total);
    }
    Ok(())
}

fn finding(rule: &str, place: String, what: Bilingual) -> Finding {
    let spot = Spot { record: Some(place), ..Spot::default() };
    let done = Bilingual::new("请从备份恢复", "restore the register from a backup");
    Finding::new(rule, Severity::Error, spot, what, done)
}

fn pages(connection: &Connection, each: &mut dyn FnMut(Finding)) -> Result<(), StoreError> {
    let mut statement = connection.prepare("PRAGMA integrity_check(100)")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let text: String = row.get(0)?;
        if text != "ok" {
            let what = Bilingual::new(format!("文件损坏:{text}"), format!("the file is damaged: {text}"));
            each(finding("verify.file", "file".into(), what).with_evidence(text));
        }
    }
    Ok(())
}

/// The log's own guards must be there: a program that took them away could have rewritten it.
fn triggers(connection: &Connection, each: &mut dyn FnMut(Finding)) -> Result<(), StoreError> {
    let mut known =
        connection.prepare("SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name = ?")?;
    for table in super::schema::LOG_TABLES {
        for guard in ["kept", "fixed"] {
            let name = format!("{table}_{guard}");
            if known.query_row([&name], |row| row.get::<_, i64>(0))? == 0 {
                let what = Bilingual::new(
                    format!("日志的保护触发器 {name} 不见了"),
                    format!("the log's guard {name} is gone"),
                );
                each(finding("verify.guard", name, what));
            }
        }
    }
    Ok(())
}

/// Goes along the chain over the bytes as they are stored; returns how many changes there are.
fn chain(
    connection: &Connection,
    each: &mut dyn FnMut(Finding),
    progress: &mut dyn FnMut(u64),
) -> Result<u64, StoreError> {
    let mut sets = connection
        .prepare("SELECT seq, prev_hash, hash, header, counts FROM boundstone_change_set ORDER BY seq")?;
    let mut changes = connection.prepare(
        "SELECT n, layer, id, version, op, before, before_geom, after, after_geom \
         FROM boundstone_change WHERE place BETWEEN ?1 AND ?2 ORDER BY place",
    )?;
    let mut rows = sets.query([])?;
    let (mut head, mut expected, mut done) = (Digest::default(), 1u64, 0);
    while let Some(row) = rows.next()? {
        let seq: u64 = row.get(0)?;
        let place = || format!("revision {seq}");
        if seq != expected {
            let what = Bilingual::new(
                format!("日志缺第 {expected} 至 {} 号变更", seq.saturating_sub(1)),
                format!("revisions {expected} to {} are missing from the log", seq.saturating_sub(1)),
            );
            each(finding("verify.log.missing", place(), what));
        }
        expected = seq + 1;
        if log::bytes(row, 1)? != head.0 {
            let what = Bilingual::new(
                format!("第 {seq} 号变更没有接上前一号的校验值"),
                format!("revision {seq} does not continue the hash of the one before"),
            );
            each(finding("verify.log.chain", place(), what));
        }
        let previous = Digest(log::bytes(row, 1)?.try_into().unwrap_or_default());
        let stored = Digest(log::bytes(row, 2)?.try_into().unwrap_or_default());
        let mut hash = Digest::chain(previous);
        hash.part(log::bytes(row, 3)?);
        let entries = entries(&mut changes, Revision(seq), &mut hash, each)?;
        if hash.finish() != stored {
            let what = Bilingual::new(
                format!("第 {seq} 号变更的内容与其校验值不符:有行被改动、增删或调换次序"),
                format!(
                    "revision {seq} does not agree with its hash: rows were changed, added, removed or reordered"
                ),
            );
            each(finding("verify.log.hash", place(), what));
        }
        head = stored;
        done += entries;
        progress(done);
    }
    orphans(connection, each)?;
    Ok(done)
}

/// Takes one change set's changes into its hash; returns how many there are.
fn entries(
    statement: &mut rusqlite::Statement<'_>,
    revision: Revision,
    hash: &mut Chain,
    each: &mut dyn FnMut(Finding),
) -> Result<u64, StoreError> {
    let mut rows = statement.query(log::places(Span::only(revision)))?;
    let mut count = 0u64;
    while let Some(row) = rows.next()? {
        count += 1;
        let n: u64 = row.get(0)?;
        if n != count {
            let id = String::from_utf8_lossy(log::bytes(row, 2)?);
            let what = Bilingual::new(
                format!("第 {} 号变更缺第 {count} 行", revision.0),
                format!("revision {} has no row {count}", revision.0),
            );
            each(finding("verify.log.row", format!("revision {}, change {n}, {id}", revision.0), what));
            count = n;
        }
        hash.part(log::bytes(row, 1)?);
        hash.part(log::bytes(row, 2)?);
        hash.part(row.get::<_, i64>(3)?.to_string().as_bytes());
        for column in 4..=8 {
            hash.part(log::bytes(row, column)?);
        }
    }
    Ok(count)
}

fn orphans(connection: &Connection, each: &mut dyn FnMut(Finding)) -> Result<(), StoreError> {
    let mut statement = connection.prepare(
        "SELECT DISTINCT seq FROM boundstone_change WHERE seq NOT IN (SELECT seq FROM boundstone_change_set) LIMIT 20",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let seq: i64 = row.get(0)?;
        let what = Bilingual::new(
            format!("日志里有第 {seq} 号变更的行,却没有它的抬头"),
            format!("the log has rows of revision {seq} but not its head"),
        );
        each(finding("verify.log.missing", format!("revision {seq}"), what));
    }
    Ok(())
}

/// Rows that cannot be read, and rows that the R-tree does not find; returns how many rows there are.
fn tables(connection: &Connection, layer: Layer, each: &mut dyn FnMut(Finding)) -> Result<u64, StoreError> {
    let mut count = 0;
    load::for_each_row(connection, layer, &mut |number, record| {
        count += 1;
        if let Err(error) = record {
            let what =
                Bilingual::new(format!("这一行无法读出:{error}"), format!("the row cannot be read: {error}"));
            each(finding("verify.row.unreadable", format!("{layer} fid {number}"), what));
        }
        Ok(())
    })?;
    if table::geometry_type(layer.def().geometry).is_some() {
        index(connection, layer, each)?;
    }
    Ok(count)
}

fn index(connection: &Connection, layer: Layer, each: &mut dyn FnMut(Finding)) -> Result<(), StoreError> {
    let tree = rtree::name(layer);
    let verdict: String = connection.query_row("SELECT rtreecheck(?)", [&tree], |row| row.get(0))?;
    if verdict != "ok" {
        let what = Bilingual::new(
            format!("空间索引 {tree} 损坏:{verdict}"),
            format!("the index {tree} is damaged: {verdict}"),
        );
        each(finding("verify.index", tree.clone(), what).with_evidence(verdict));
    }
    let mut boxes: HashMap<i64, [f32; 4]> = HashMap::new();
    let mut select = connection.prepare(&format!("SELECT id, minx, maxx, miny, maxy FROM \"{tree}\""))?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let side = |at| row.get::<_, f64>(at).map(|side| side as f32);
        boxes.insert(row.get(0)?, [side(1)?, side(2)?, side(3)?, side(4)?]);
    }
    let mut select = connection.prepare(&format!("SELECT fid, \"{GEOMETRY}\" FROM \"{layer}\""))?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let number: i64 = row.get(0)?;
        let bounds = blob::bounds_in(log::bytes(row, 1)?);
        let fits = match (boxes.remove(&number), bounds) {
            (None, None) => true,
            (Some(sides), Some(bounds)) => holds(sides, bounds),
            _ => false,
        };
        if !fits {
            let what = Bilingual::new(
                format!("{layer} 第 {number} 行与空间索引不符"),
                format!("row {number} of {layer} and the index {tree} disagree"),
            );
            each(finding("verify.index", format!("{layer} fid {number}"), what));
        }
    }
    for number in boxes.into_keys() {
        let what = Bilingual::new(
            format!("空间索引 {tree} 含有不存在的第 {number} 行"),
            format!("the index {tree} holds row {number}, which is not there"),
        );
        each(finding("verify.index", format!("{layer} fid {number}"), what));
    }
    Ok(())
}

/// Whether the index's box holds the row's: it is rounded outwards to 32 bits.
fn holds(sides: [f32; 4], bounds: Bounds) -> bool {
    let [west, east, south, north] = sides.map(f64::from);
    let [w, e, s, n] = bounds;
    west <= w && e <= east && south <= s && n <= north
}
