//! The R-tree of a layer's geometries, after the GeoPackage extension `gpkg_rtree_index`.
//!
//! Single edits go through the standard's triggers. A large import takes the triggers away, gathers
//! the boxes and writes the whole tree at once, packed by sort-tile-recursive (Leutenegger and others,
//! 1997) into SQLite's node format (sqlite.org/rtree.html): a million points in about a second where
//! inserting one by one takes many. O(n log n).

use std::collections::HashMap;

use rayon::iter::ParallelIterator as _;
use rayon::slice::ParallelSliceMut as _;
use rusqlite::{Connection, params, params_from_iter};

use super::append::by_statement;
use super::blob::Bounds;
use super::damaged;
use super::table::{self, GEOMETRY};
use crate::model::Layer;
use crate::store::StoreError;

/// Bytes of one cell of a node: a row number and four 32-bit floats.
const CELL: usize = 24;

/// Bytes before the cells: depth of the tree (root only) and number of cells.
const HEAD: usize = 4;

/// The root's number.
const ROOT: i64 = 1;

/// Name of a layer's R-tree.
pub(super) fn name(layer: Layer) -> String {
    format!("rtree_{layer}_{GEOMETRY}")
}

/// Makes an empty R-tree with its triggers and its entry among the extensions.
pub(super) fn create(connection: &Connection, layer: Layer) -> Result<(), StoreError> {
    let tree = name(layer);
    connection
        .execute_batch(&format!("CREATE VIRTUAL TABLE \"{tree}\" USING rtree(id, minx, maxx, miny, maxy)"))?;
    create_triggers(connection, layer)?;
    connection.execute(
        "INSERT INTO gpkg_extensions VALUES (?, ?, 'gpkg_rtree_index', \
         'http://www.geopackage.org/spec120/#extension_rtree', 'write-only')",
        params![layer.name(), GEOMETRY],
    )?;
    Ok(())
}

/// Name, event and body of each of the standard's triggers.
fn triggers(layer: Layer) -> [(String, String); 6] {
    let (tree, g) = (name(layer), GEOMETRY);
    let filled = format!("(NEW.\"{g}\" NOTNULL AND NOT ST_IsEmpty(NEW.\"{g}\"))");
    let empty = format!("(NEW.\"{g}\" ISNULL OR ST_IsEmpty(NEW.\"{g}\"))");
    let insert = format!(
        "INSERT OR REPLACE INTO \"{tree}\" VALUES (NEW.\"fid\", ST_MinX(NEW.\"{g}\"), ST_MaxX(NEW.\"{g}\"), \
         ST_MinY(NEW.\"{g}\"), ST_MaxY(NEW.\"{g}\"));"
    );
    let delete = format!("DELETE FROM \"{tree}\" WHERE id = OLD.\"fid\";");
    let delete_both = format!("DELETE FROM \"{tree}\" WHERE id IN (OLD.\"fid\", NEW.\"fid\");");
    let same = "OLD.\"fid\" = NEW.\"fid\"";
    let moved = "OLD.\"fid\" != NEW.\"fid\"";
    let trigger = |suffix: &str, event: &str, when: String, body: String| {
        let trigger = format!("{tree}_{suffix}");
        let sql =
            format!("CREATE TRIGGER \"{trigger}\" AFTER {event} ON \"{layer}\" WHEN {when} BEGIN {body} END");
        (trigger, sql)
    };
    let of_geometry = format!("UPDATE OF \"{g}\"");
    [
        trigger("insert", "INSERT", filled.clone(), insert.clone()),
        trigger("update1", &of_geometry, format!("{same} AND {filled}"), insert.clone()),
        trigger("update2", &of_geometry, format!("{same} AND {empty}"), delete.clone()),
        trigger("update3", "UPDATE", format!("{moved} AND {filled}"), delete.clone() + &insert),
        trigger("update4", "UPDATE", format!("{moved} AND {empty}"), delete_both),
        trigger("delete", "DELETE", format!("OLD.\"{g}\" NOTNULL"), delete),
    ]
}

/// Makes the triggers.
pub(super) fn create_triggers(connection: &Connection, layer: Layer) -> Result<(), StoreError> {
    for (_, sql) in triggers(layer) {
        connection.execute_batch(&sql)?;
    }
    Ok(())
}

/// Takes the triggers away, within a transaction that makes them again.
pub(super) fn drop_triggers(connection: &Connection, layer: Layer) -> Result<(), StoreError> {
    for (trigger, _) in triggers(layer) {
        connection.execute_batch(&format!("DROP TRIGGER IF EXISTS \"{trigger}\""))?;
    }
    Ok(())
}

/// A box in the R-tree's precision.
#[derive(Clone, Copy)]
struct Entry {
    key: i64,
    sides: [f32; 4],
}

impl Entry {
    /// Rounded outwards: a box must hold what it is the box of.
    fn new(key: i64, bounds: Bounds) -> Self {
        let [west, east, south, north] = bounds;
        Self { key, sides: [floor(west), ceil(east), floor(south), ceil(north)] }
    }

    fn x(&self) -> f32 {
        self.sides[0] + self.sides[1]
    }

    fn y(&self) -> f32 {
        self.sides[2] + self.sides[3]
    }
}

fn floor(side: f64) -> f32 {
    let near = side as f32;
    if f64::from(near) > side { near.next_down() } else { near }
}

fn ceil(side: f64) -> f32 {
    let near = side as f32;
    if f64::from(near) < side { near.next_up() } else { near }
}

/// What became of rows while the triggers were away: their box, or none.
#[derive(Default)]
pub(super) struct Gathered {
    /// New rows, rising by number: they were not in the tree before.
    pub(super) new: Vec<(i64, Bounds)>,
    /// Rows that may have been in the tree.
    pub(super) changed: HashMap<i64, Option<Bounds>>,
}

/// Writes the tree anew from what it held and what was gathered.
pub(super) fn rebuild(connection: &Connection, layer: Layer, gathered: Gathered) -> Result<(), StoreError> {
    let tree = name(layer);
    let mut entries = Vec::with_capacity(gathered.new.len());
    let mut select = connection.prepare(&format!("SELECT id, minx, maxx, miny, maxy FROM \"{tree}\""))?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let key: i64 = row.get(0)?;
        if !gathered.changed.contains_key(&key) {
            entries.push(Entry::new(key, [row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?]));
        }
    }
    drop(rows);
    drop(select);
    entries.extend(gathered.new.into_iter().map(|(key, bounds)| Entry::new(key, bounds)));
    let changed = gathered.changed.into_iter();
    entries.extend(changed.filter_map(|(key, bounds)| Some(Entry::new(key, bounds?))));
    write(connection, &tree, entries)
}

fn write(connection: &Connection, tree: &str, entries: Vec<Entry>) -> Result<(), StoreError> {
    let size: usize = connection.query_row(
        &format!("SELECT length(data) FROM \"{tree}_node\" WHERE nodeno = {ROOT}"),
        [],
        |row| row.get(0),
    )?;
    let room = size.saturating_sub(HEAD) / CELL;
    if room < 2 {
        return Err(damaged(tree, format!("a node of {size} bytes")));
    }
    connection.execute_batch(&format!(
        "DELETE FROM \"{tree}_node\"; DELETE FROM \"{tree}_rowid\"; DELETE FROM \"{tree}_parent\";"
    ))?;
    let mut writer = NodeWriter::new(connection, tree, size)?;
    let mut level = entries;
    let mut depth: u16 = 0;
    while level.len() > room {
        pack(&mut level, room);
        let mut above = Vec::with_capacity(level.len() / room + 1);
        for cells in level.chunks(room) {
            above.push(writer.write(cells, depth)?);
        }
        level = above;
        depth += 1;
    }
    writer.write_root(&level, depth)?;
    writer.write_rows()
}

/// Orders entries so that every run of `room` of them lies close together.
fn pack(entries: &mut [Entry], room: usize) {
    let nodes = entries.len().div_ceil(room);
    let slices = (nodes as f64).sqrt().ceil() as usize;
    let slice = nodes.div_ceil(slices.max(1)) * room;
    entries.par_sort_unstable_by(|a, b| a.x().total_cmp(&b.x()).then(a.key.cmp(&b.key)));
    entries.par_chunks_mut(slice).for_each(|entries| {
        entries.sort_unstable_by(|a, b| a.y().total_cmp(&b.y()).then(a.key.cmp(&b.key)));
    });
}

struct NodeWriter<'a> {
    connection: &'a Connection,
    tree: &'a str,
    node: rusqlite::Statement<'a>,
    parent: rusqlite::Statement<'a>,
    /// Row number and leaf, written at the end in rising order.
    rows: Vec<(i64, i64)>,
    buffer: Vec<u8>,
    next: i64,
}

impl<'a> NodeWriter<'a> {
    fn new(connection: &'a Connection, tree: &'a str, size: usize) -> Result<Self, StoreError> {
        let insert =
            |table: &str| connection.prepare(&format!("INSERT INTO \"{tree}_{table}\" VALUES (?1, ?2)"));
        Ok(Self {
            connection,
            tree,
            node: insert("node")?,
            parent: insert("parent")?,
            rows: Vec::new(),
            buffer: vec![0; size],
            next: ROOT + 1,
        })
    }

    /// Writes a node below the root; returns its entry for the level above.
    fn write(&mut self, cells: &[Entry], depth: u16) -> Result<Entry, StoreError> {
        let number = self.next;
        self.next += 1;
        self.put(number, cells, 0, depth == 0)?;
        let sides = cells.iter().fold(
            [f32::INFINITY, f32::NEG_INFINITY, f32::INFINITY, f32::NEG_INFINITY],
            |[west, east, south, north], cell| {
                let [w, e, s, n] = cell.sides;
                [west.min(w), east.max(e), south.min(s), north.max(n)]
            },
        );
        Ok(Entry { key: number, sides })
    }

    fn write_root(&mut self, cells: &[Entry], depth: u16) -> Result<(), StoreError> {
        self.put(ROOT, cells, depth, depth == 0)
    }

    fn put(&mut self, number: i64, cells: &[Entry], depth: u16, leaf: bool) -> Result<(), StoreError> {
        self.buffer.fill(0);
        self.buffer[..2].copy_from_slice(&depth.to_be_bytes());
        self.buffer[2..HEAD].copy_from_slice(&(cells.len() as u16).to_be_bytes());
        for (cell, out) in cells.iter().zip(self.buffer[HEAD..].chunks_exact_mut(CELL)) {
            out[..8].copy_from_slice(&cell.key.to_be_bytes());
            for (side, out) in cell.sides.iter().zip(out[8..].chunks_exact_mut(4)) {
                out.copy_from_slice(&side.to_be_bytes());
            }
            if leaf {
                self.rows.push((cell.key, number));
            } else {
                self.parent.execute((cell.key, number))?;
            }
        }
        self.node.execute((number, &self.buffer))?;
        Ok(())
    }

    fn write_rows(mut self) -> Result<(), StoreError> {
        self.rows.par_sort_unstable();
        for rows in by_statement(&self.rows) {
            let parameters = table::parameters(2, rows.len());
            let sql = format!("INSERT INTO \"{}_rowid\" VALUES {parameters}", self.tree);
            let numbers = rows.iter().flat_map(|(row, leaf)| [row, leaf]);
            self.connection.prepare_cached(&sql)?.execute(params_from_iter(numbers))?;
        }
        Ok(())
    }
}
