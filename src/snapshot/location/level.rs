//! The index of one level of divisions: a coarse raster of pages, and the records they speak of.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use geo::Area as _;
use geo_types::{Coord, Geometry, Polygon};
use rayon::iter::{IntoParallelIterator as _, IntoParallelRefIterator as _, ParallelIterator as _};
use rayon::slice::ParallelSliceMut as _;
use rstar::Envelope as _;

use super::super::bounds::{self, Bounds};
use super::super::paged::{Edit, Ordered, Paged};
use super::super::ring::{self, Edge};
use super::build::{self, Load, Part};
use super::grid::{Grid, Window};
use super::page::{Page, Slot};
use crate::model::{Date, Period, Record, RecordKey};

/// One page for so many edges.
const PAGE_EDGES: usize = 600;
/// Most columns of pages.
const MOST_COLUMNS: u32 = 64;
/// Pages that polygons may touch in all, on top of 16 for each polygon.
const SPREAD: usize = 4_000_000;

/// A record and what is asked of it often.
#[derive(Clone)]
struct Member {
    record: Arc<Record>,
    /// square degrees: the smaller of two that overlap is the answer
    area: f64,
    valid: Period,
}

impl Member {
    fn of(record: &Arc<Record>) -> Self {
        let area = record.geometry.as_deref().map_or(0.0, Geometry::unsigned_area);
        Self { record: record.clone(), area, valid: record.valid }
    }
}

/// The members by slot, in shared pieces.
#[derive(Clone, Default)]
struct Members {
    pieces: Vec<Arc<Vec<Option<Member>>>>,
    len: Slot,
}

/// Members of a piece.
const PIECE: usize = 1024;

impl Members {
    fn build(members: Vec<Member>) -> Self {
        let len = members.len() as Slot;
        let mut members = members.into_iter().map(Some);
        let pieces = (0..(len as usize).div_ceil(PIECE))
            .map(|_| Arc::new(members.by_ref().take(PIECE).collect()))
            .collect();
        Self { pieces, len }
    }

    #[inline]
    fn get(&self, slot: Slot) -> Option<&Member> {
        self.pieces.get(slot as usize / PIECE)?.get(slot as usize % PIECE)?.as_ref()
    }

    /// Sets a slot that is there, or the next one.
    fn set(&mut self, slot: Slot, member: Option<Member>) {
        if slot as usize / PIECE == self.pieces.len() {
            self.pieces.push(Arc::default());
        }
        let piece = Arc::make_mut(&mut self.pieces[slot as usize / PIECE]);
        match piece.get_mut(slot as usize % PIECE) {
            Some(place) => *place = member,
            None => {
                piece.push(member);
                self.len += 1;
            }
        }
    }
}

/// Where a record stands in the list of members.
#[derive(Clone)]
struct Place {
    key: RecordKey,
    slot: Slot,
}

impl Ordered for Place {
    fn order(&self, other: &Self) -> std::cmp::Ordering {
        self.key.cmp(&other.key)
    }
}

/// A cell of the coarse raster.
#[derive(Clone)]
enum Tile {
    Nothing,
    Owner(Slot),
    Page(Arc<Page>),
}

/// Point location among the records of one level.
#[derive(Clone)]
pub(super) struct LevelIndex {
    grid: Grid,
    tiles: Vec<Tile>,
    members: Members,
    places: Paged<Place>,
    free: Vec<Slot>,
    /// all records hold always: no need to look at dates
    timeless: bool,
}

/// The polygons of a record: each is filled by itself, so that parts that overlap do not cancel out.
fn polygons(record: &Record) -> &[Polygon] {
    match record.geometry.as_deref() {
        Some(Geometry::MultiPolygon(parts)) => &parts.0,
        Some(Geometry::Polygon(polygon)) => std::slice::from_ref(polygon),
        _ => &[],
    }
}

/// A polygon's share of one tile.
struct Share<'a> {
    tile: usize,
    inside: bool,
    edges: Vec<&'a [Coord]>,
}

/// Cuts a polygon up by tiles, those of a window only.
fn shares<'a>(polygon: &'a Polygon, grid: &Grid, within: &Window) -> Vec<Share<'a>> {
    let rings = std::iter::once(polygon.exterior()).chain(polygon.interiors());
    // A hole outside its polygon, which is wrong but happens, must not be lost; nor may a ring where another
    // one, of a single point, lies outside of the raster.
    let windows = rings.filter_map(|ring| grid.window(&Bounds::from_points(&ring.0)));
    let Some(window) = windows.reduce(Window::join).and_then(|window| window.meet(within)) else {
        return Vec::new();
    };
    let (columns, first) = (window.columns() as usize, window.first);
    let place = |column: u32, row: u32| (row - first.1) as usize * columns + (column - first.0) as usize;
    let mut inside = vec![false; columns * window.rows() as usize];
    let mut edges: Vec<Vec<&[Coord]>> = vec![Vec::new(); inside.len()];
    for ring in std::iter::once(polygon.exterior()).chain(polygon.interiors()) {
        for pair in ring.0.windows(2) {
            let Some(edge) = ring::upward(pair[0], pair[1]) else { continue };
            grid.touched(&edge, &window, |column, row| edges[place(column, row)].push(pair));
            for row in grid.crossed_rows(&edge) {
                let west = grid.corners_west(&edge, row);
                if (first.1..=window.last.1).contains(&row) && west > first.0 {
                    let at = place((west - 1).min(window.last.0), row);
                    inside[at] = !inside[at];
                }
            }
        }
    }
    for row in inside.chunks_mut(columns) {
        let mut now = false;
        for at in row.iter_mut().rev() {
            now ^= *at;
            *at = now;
        }
    }
    let tile = |at: usize| grid.index(first.0 + (at % columns) as u32, first.1 + (at / columns) as u32);
    let all = inside.into_iter().zip(edges).enumerate();
    all.filter(|(_, (inside, edges))| *inside || !edges.is_empty())
        .map(|(at, (inside, edges))| Share { tile: tile(at), inside, edges })
        .collect()
}

impl LevelIndex {
    /// From all records of a level. O(edges + cells), on all cores.
    pub fn build<'a>(records: impl Iterator<Item = &'a Arc<Record>>) -> Self {
        let records: Vec<&Arc<Record>> = records.filter(|record| !polygons(record).is_empty()).collect();
        let members = Members::build(records.par_iter().map(|record| Member::of(record)).collect());
        let place = |(slot, record): (usize, &&Arc<Record>)| Place { key: record.key(), slot: slot as Slot };
        let mut index = Self {
            grid: coarse(&records),
            tiles: Vec::new(),
            places: Paged::build(records.iter().enumerate().map(place).collect()),
            timeless: records.iter().all(|record| record.valid == Period::ALWAYS),
            members,
            free: Vec::new(),
        };
        let all = index.grid.all();
        let slots: Vec<Slot> = (0..records.len() as Slot).collect();
        index.tiles = vec![Tile::Nothing; index.grid.columns as usize * index.grid.rows as usize];
        for (at, tile) in index.tiles_of(&slots, &all) {
            index.tiles[at] = tile;
        }
        index
    }

    /// The tiles of a window that some members touch, from nothing but those members.
    fn tiles_of(&self, slots: &[Slot], window: &Window) -> Vec<(usize, Tile)> {
        let cut = |slot: &Slot| {
            let record = self.members.get(*slot).map(|member| &*member.record);
            let parts = record.map(polygons).unwrap_or_default();
            parts
                .iter()
                .flat_map(|part| shares(part, &self.grid, window))
                .map(|s| (*slot, s))
                .collect::<Vec<_>>()
        };
        let mut shares: Vec<(Slot, Share)> = slots.par_iter().flat_map_iter(cut).collect();
        shares.par_sort_by_key(|(_, share)| share.tile);
        let by_tile: Vec<&[(Slot, Share)]> = shares.chunk_by(|a, b| a.1.tile == b.1.tile).collect();
        let build = |shares: &[(Slot, Share)]| {
            let (at, columns) = (shares[0].1.tile, self.grid.columns as usize);
            (at, tile(self.grid.cell((at % columns) as u32, (at / columns) as u32), shares))
        };
        by_tile.into_par_iter().map(build).collect()
    }

    /// The record round a point on a day: of several that overlap the one with the smallest area, then
    /// the lowest key.
    #[inline]
    pub fn locate(&self, at: Coord, as_of: Date) -> Option<&Arc<Record>> {
        let mut best: Option<&Member> = None;
        self.holding(at, |slot| {
            // A slot in a page always has a member.
            let Some(member) = self.members.get(slot) else { return };
            if (self.timeless || member.valid.contains(as_of))
                && best.is_none_or(|best| member.precedes(best))
            {
                best = Some(member);
            }
        });
        best.map(|member| &member.record)
    }

    #[inline]
    fn holding(&self, at: Coord, mut each: impl FnMut(Slot)) {
        match self.tile_of(at).map(|tile| &self.tiles[tile]) {
            None | Some(Tile::Nothing) => {}
            Some(Tile::Owner(slot)) => each(*slot),
            Some(Tile::Page(page)) => page.holding(at, each),
        }
    }

    #[inline]
    fn tile_of(&self, at: Coord) -> Option<usize> {
        let inside = self.grid.holds(at);
        inside.then(|| self.grid.index(self.grid.column(at.x), self.grid.row(at.y)))
    }

    /// [`Self::locate`] for many points: tile by tile, so that what is read stays in the processor's cache.
    pub fn locate_many<'a>(&'a self, at: &[Coord], as_of: Date, found: &mut [Option<&'a Arc<Record>>]) {
        const ELSEWHERE: u16 = u16::MAX;
        let tiles = self.tiles.len();
        if at.len() < tiles {
            for (at, found) in at.iter().zip(found) {
                *found = self.locate(*at, as_of);
            }
            return;
        }
        // Counting sort by tile; there are at most 4,096.
        let mut starts = vec![0u32; tiles + 1];
        let tile_of = |at: &Coord| {
            let tile = self.tile_of(*at).filter(|tile| !matches!(self.tiles[*tile], Tile::Nothing));
            let tile = tile.map_or(ELSEWHERE, |tile| tile as u16);
            if tile != ELSEWHERE {
                starts[usize::from(tile) + 1] += 1;
            }
            tile
        };
        let keys: Vec<u16> = at.iter().map(tile_of).collect();
        for tile in 0..tiles {
            starts[tile + 1] += starts[tile];
        }
        let mut order = vec![0u32; starts[tiles] as usize];
        for (point, tile) in keys.iter().enumerate().filter(|(_, tile)| **tile != ELSEWHERE) {
            let next = &mut starts[usize::from(*tile)];
            order[*next as usize] = point as u32;
            *next += 1;
        }
        for point in order {
            found[point as usize] = self.locate(at[point as usize], as_of);
        }
    }

    /// The index after some records went and some came; `None` where it must be built anew because
    /// something lies outside its raster. Rebuilds the tiles that changed edges may touch.
    pub fn edited(&self, removed: &[Arc<Record>], added: &[Arc<Record>]) -> Option<Self> {
        // Many changes at once are an import: building anew, when next asked, costs less.
        if removed.len().max(added.len()) > 64 + self.members.len as usize / 8 {
            return None;
        }
        let come: HashMap<RecordKey, &Arc<Record>> =
            added.iter().filter(|new| !polygons(new).is_empty()).map(|new| (new.key(), new)).collect();
        let mut kept = HashSet::new();
        let mut next = self.clone();
        next.timeless &= come.values().all(|new| new.valid == Period::ALWAYS);
        let mut changed = BTreeSet::new();
        let mut dirty = Vec::new();
        let mut places = Vec::new();
        for old in removed {
            let place = self.places.from(|place| place.key < old.key()).next();
            let Some(place) = place.filter(|place| place.key == old.key()) else { continue };
            if let Some(new) = come.get(&old.key()) {
                kept.insert(old.key());
                dirty.extend(difference(polygons(old), polygons(new)));
                next.members.set(place.slot, Some(Member::of(new)));
                changed.insert(place.slot);
            } else {
                dirty.extend(difference(polygons(old), &[]));
                next.members.set(place.slot, None);
                next.free.push(place.slot);
                places.push(Edit::Remove(place.clone()));
            }
        }
        // In the order given, so that the same edits give the same slots.
        for new in added.iter().filter(|new| come.contains_key(&new.key()) && !kept.contains(&new.key())) {
            dirty.extend(difference(&[], polygons(new)));
            let slot = next.free.pop().unwrap_or(next.members.len);
            next.members.set(slot, Some(Member::of(new)));
            changed.insert(slot);
            places.push(Edit::Put(Place { key: new.key(), slot }));
        }
        next.places = self.places.edited(places);
        next.refresh(&dirty, &changed)?;
        Some(next)
    }

    /// Builds the tiles anew that some boxes touch.
    fn refresh(&mut self, dirty: &[Bounds], changed: &BTreeSet<Slot>) -> Option<()> {
        let reach = self.grid.padded();
        for bounds in dirty {
            if !reach.contains_envelope(bounds) {
                return None;
            }
            let window = self.grid.window(bounds)?;
            let mut slots: Vec<Slot> = changed.iter().copied().collect();
            let rows = window.first.1..=window.last.1;
            let columns = || window.first.0..=window.last.0;
            let tiles: Vec<usize> = rows
                .flat_map(|row| columns().map(move |column| (column, row)))
                .map(|(c, r)| self.grid.index(c, r))
                .collect();
            for tile in tiles {
                match std::mem::replace(&mut self.tiles[tile], Tile::Nothing) {
                    Tile::Nothing => {}
                    Tile::Owner(slot) => slots.push(slot),
                    Tile::Page(page) => page.members(&mut |slot| slots.push(slot)),
                }
            }
            slots.sort_unstable();
            slots.dedup();
            slots.retain(|slot| self.members.get(*slot).is_some());
            for (at, tile) in self.tiles_of(&slots, &window) {
                self.tiles[at] = tile;
            }
        }
        Some(())
    }

    /// Bytes on the heap.
    pub fn bytes(&self) -> usize {
        let pages = self.tiles.iter().map(|tile| match tile {
            Tile::Page(page) => page.bytes() + size_of::<Page>(),
            _ => 0,
        });
        pages.sum::<usize>()
            + self.tiles.capacity() * size_of::<Tile>()
            + self.members.len as usize * size_of::<Option<Member>>()
            + self.places.len() * size_of::<Place>()
    }
}

impl Member {
    fn precedes(&self, other: &Self) -> bool {
        let keys = || self.record.key().cmp(&other.record.key());
        self.area.total_cmp(&other.area).then_with(keys).is_lt()
    }
}

/// The coarse raster for some records.
fn coarse(records: &[&Arc<Record>]) -> Grid {
    let boxes = |record: &&Arc<Record>| {
        polygons(record)
            .iter()
            .flat_map(|polygon| {
                std::iter::once(polygon.exterior())
                    .chain(polygon.interiors())
                    .map(|ring| Bounds::from_points(&ring.0))
            })
            .collect::<Vec<_>>()
    };
    let boxes: Vec<Bounds> = records.par_iter().flat_map_iter(boxes).collect();
    let edges: usize = records.iter().flat_map(|record| polygons(record)).map(|p| p.exterior().0.len()).sum();
    let round = boxes.iter().fold(Bounds::new_empty(), |round, bounds| round.merged(bounds));
    let (min, max) = bounds::rect(round).map_or_else(Default::default, |rect| (rect.min(), rect.max()));
    // Some room, so that an edit at the outer border stays within the raster.
    let room = (max.x - min.x).max(max.y - min.y) / 256.0;
    let room = Coord { x: room, y: room };
    let round = Bounds::from_corners(min - room, max + room);
    let mut columns = ((edges / PAGE_EDGES) as f64).sqrt().ceil().clamp(1.0, f64::from(MOST_COLUMNS)) as u32;
    loop {
        let grid = Grid::new(round, columns, columns);
        let cells = |window: Window| window.columns() as usize * window.rows() as usize;
        let touched: usize = boxes.iter().filter_map(|bounds| grid.window(bounds)).map(cells).sum();
        if columns == 1 || touched <= boxes.len() * 16 + SPREAD {
            return grid;
        }
        columns /= 2;
    }
}

/// One tile from the shares that polygons have in it.
fn tile(bounds: Bounds, shares: &[(Slot, Share)]) -> Tile {
    let mut load = Load::default();
    for (slot, share) in shares {
        if share.edges.is_empty() {
            load.base.push(*slot);
            continue;
        }
        let part = load.parts.len() as u32;
        load.parts.push(Part { slot: *slot, inside: share.inside });
        let edges = share.edges.iter().filter_map(|pair| ring::upward(pair[0], pair[1]));
        load.edges.extend(edges.map(|edge| (edge, part)));
    }
    match (load.base.as_slice(), load.parts.is_empty()) {
        ([], true) => Tile::Nothing,
        ([only], true) => Tile::Owner(*only),
        _ => Tile::Page(Arc::new(build::page(bounds, load))),
    }
}

/// Boxes outside which two lists of polygons hold the same points. What differs is bounded by edges that
/// only one of them has, and so lies in the box round these.
fn difference(old: &[Polygon], new: &[Polygon]) -> Vec<Bounds> {
    let round = |edges: &[Edge]| Bounds::from_points(edges.as_flattened());
    let whole = |polygon: &Polygon| round(&ring::edges(polygon).collect::<Vec<_>>());
    if old.len() != new.len() {
        return old.iter().chain(new).map(whole).collect();
    }
    let pairs = old.iter().zip(new).filter(|(old, new)| old != new);
    pairs
        .map(|(old, new)| {
            let sorted = |polygon| {
                let mut edges: Vec<Edge> = ring::edges(polygon).collect();
                edges.sort_unstable_by(order);
                edges
            };
            let (old, new) = (sorted(old), sorted(new));
            let lone = |edge: &&Edge, others: &[Edge]| others.binary_search_by(|o| order(o, edge)).is_err();
            let gone = old.iter().filter(|edge| lone(edge, &new));
            let come = new.iter().filter(|edge| lone(edge, &old));
            let differing: Vec<Edge> = gone.chain(come).copied().collect();
            // Only how often an edge is there may differ: then all of it is taken.
            round(if differing.is_empty() { &old } else { &differing })
        })
        .filter(|bounds| bounds::rect(*bounds).is_some())
        .collect()
}

fn order(a: &Edge, b: &Edge) -> std::cmp::Ordering {
    let numbers = |e: &Edge| [e[0].x, e[0].y, e[1].x, e[1].y];
    numbers(a).partial_cmp(&numbers(b)).unwrap_or(std::cmp::Ordering::Equal)
}
