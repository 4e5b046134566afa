//! Builds pages of the index from the edges in them.
//!
//! What is known of a page: for each polygon with edges in it, whether it holds the north-east corner.
//! From there all is worked out locally. A polygon holds the corner of a cell if it holds the page's corner,
//! changed once for every edge met on the way there (south along the east side, then west along the
//! cell's north line). Time and memory are linear in edges and the cells they touch, and in
//! cells × polygons ÷ 64.

use geo_types::Coord;

use super::super::bounds::Bounds;
use super::super::ring::{Edge, is_below};
use super::grid::Grid;
use super::page::{BITS, Cell, Leaf, LeafEdge, Page, Slot};

/// A polygon whose border meets the page.
pub(super) struct Part {
    pub slot: Slot,
    /// whether it holds the page's north-east corner
    pub inside: bool,
}

/// What a page is made of.
#[derive(Default)]
pub(super) struct Load {
    /// polygons that hold all of it
    pub base: Vec<Slot>,
    /// polygons whose border meets it
    pub parts: Vec<Part>,
    /// edges in it (some may lie outside) and whose of `parts` they are
    pub edges: Vec<(Edge, u32)>,
}

/// A cell with more edges than this becomes a finer raster, if that can divide them.
const LEAF_EDGES: usize = 14;
/// How many edges of a leaf are compared with a new one.
const CROWD: usize = 64;
/// Most columns of a page.
const MOST_COLUMNS: u32 = 128;
/// How often a raster is refined.
const DEPTH: u32 = 5;
/// Cells that an edge may touch on average: keeps a page linear in its edges.
const SPREAD: f64 = 4.0;

/// Columns (and rows) with which so many edges are well divided: cells grow with edges, but long edges,
/// which touch many cells, are not cut up.
fn columns(bounds: &Bounds, edges: &[(Edge, u32)]) -> u32 {
    let size = bounds.upper() - bounds.lower();
    let share = |length: f64, of: f64| if of > 0.0 { (length.abs() / of).min(1.0) } else { 1.0 };
    let length: f64 =
        edges.iter().map(|([a, b], _)| share(b.x - a.x, size.x) + share(b.y - a.y, size.y)).sum();
    let count = edges.len() as f64;
    let wanted = (count.sqrt() * 1.5).min(SPREAD * count / length.max(1e-9)).min(f64::from(MOST_COLUMNS));
    // Powers of two divide without rounding.
    1 << (wanted.max(1.0).log2().round() as u32)
}

/// Builds a page.
pub(super) fn page(bounds: Bounds, load: Load) -> Page {
    let columns = columns(&bounds, &load.edges);
    build(Grid::new(bounds, columns, columns), load, 0)
}

fn build(grid: Grid, load: Load, depth: u32) -> Page {
    let cells = grid.columns as usize * grid.rows as usize;
    let corners = Corners::work_out(&grid, &load);
    let edges = CellEdges::sort(&grid, &load.edges);
    let mut making = Making {
        cells: Vec::with_capacity(cells),
        leaves: Vec::new(),
        edges: Vec::new(),
        slots: Vec::new(),
        pages: Vec::new(),
        last_cover: None,
        scratch: Scratch { bordering: vec![0; corners.words], ..Scratch::default() },
    };
    for row in 0..grid.rows {
        for column in 0..grid.columns {
            let at = grid.index(column, row);
            let inside = corners.at(at);
            let cell = match edges.at(at) {
                [] => making.cover(&load, inside),
                here => making.border(&grid, (column, row), &load, here, inside, depth),
            };
            making.cells.push(cell);
        }
    }
    Page {
        grid,
        base: load.base.into(),
        cells: making.cells.into(),
        leaves: making.leaves.into(),
        edges: making.edges.into(),
        slots: making.slots.into(),
        pages: making.pages.into(),
    }
}

/// For every cell the polygons that hold its north-east corner: a bit for each part.
struct Corners {
    words: usize,
    bits: Vec<u64>,
}

impl Corners {
    fn work_out(grid: &Grid, load: &Load) -> Self {
        let words = load.parts.len().div_ceil(64);
        let mut bits = vec![0u64; grid.columns as usize * grid.rows as usize * words];
        let mut side = vec![0u64; grid.rows as usize * words];
        let corner = grid.corner(grid.columns - 1, grid.rows - 1);
        for (edge, part) in &load.edges {
            let (word, bit) = (*part as usize / 64, 1u64 << (part % 64));
            for row in grid.crossed_rows(edge) {
                // All corners west of the edge change, unless the east side is west of it too.
                let west = grid.corners_west(edge, row);
                if west > 0 && west < grid.columns {
                    bits[grid.index(west - 1, row) * words + word] ^= bit;
                }
            }
            let (west, east) = (edge[0].x.min(edge[1].x), edge[0].x.max(edge[1].x));
            if west <= corner.x && corner.x < east && !is_below(edge, corner) {
                let below = |row: u32| is_below(edge, Coord { x: corner.x, y: grid.y(row + 1) });
                if let Some(row) = (0..grid.rows).rev().find(|row| below(*row)) {
                    side[row as usize * words + word] ^= bit;
                }
            }
        }
        let mut start = vec![0u64; words];
        for (at, part) in load.parts.iter().enumerate() {
            start[at / 64] |= u64::from(part.inside) << (at % 64);
        }
        for row in (0..grid.rows).rev() {
            for word in 0..words {
                start[word] ^= side[row as usize * words + word];
                let mut now = start[word];
                for column in (0..grid.columns).rev() {
                    let at = &mut bits[grid.index(column, row) * words + word];
                    now ^= *at;
                    *at = now;
                }
            }
        }
        Self { words, bits }
    }

    fn at(&self, cell: usize) -> &[u64] {
        &self.bits[cell * self.words..][..self.words]
    }
}

/// The edges of each cell, as places in the load.
struct CellEdges {
    starts: Vec<u32>,
    edges: Vec<u32>,
}

impl CellEdges {
    fn sort(grid: &Grid, edges: &[(Edge, u32)]) -> Self {
        let all = grid.all();
        let mut starts = vec![0u32; grid.columns as usize * grid.rows as usize + 1];
        let mut touched = Vec::with_capacity(edges.len() * 2);
        for (at, (edge, _)) in edges.iter().enumerate() {
            grid.touched(edge, &all, |column, row| {
                let cell = grid.index(column, row);
                starts[cell + 1] += 1;
                touched.push((cell as u32, at as u32));
            });
        }
        for cell in 1..starts.len() {
            starts[cell] += starts[cell - 1];
        }
        let mut next = starts.clone();
        let mut sorted = vec![0; touched.len()];
        for (cell, edge) in touched {
            let to = &mut next[cell as usize];
            sorted[*to as usize] = edge;
            *to += 1;
        }
        Self { starts, edges: sorted }
    }

    fn at(&self, cell: usize) -> &[u32] {
        &self.edges[self.starts[cell] as usize..self.starts[cell + 1] as usize]
    }
}

/// A page in the making.
struct Making {
    cells: Vec<Cell>,
    leaves: Vec<Leaf>,
    edges: Vec<LeafEdge>,
    slots: Vec<Slot>,
    pages: Vec<Page>,
    /// the last leaf without edges and its polygons: neighbours mostly have the same
    last_cover: Option<(Cell, Vec<Slot>)>,
    scratch: Scratch,
}

/// Lists of the cell at hand, kept so that memory is not asked for anew for every cell.
#[derive(Default)]
struct Scratch {
    /// the parts with edges in it, as bits and as list
    bordering: Vec<u64>,
    parts: Vec<usize>,
    /// its edges, with places in `parts`
    edges: Vec<(Edge, u32)>,
    /// its polygons: those of `parts`, then those that hold all of it
    slots: Vec<Slot>,
}

impl Scratch {
    fn gather(&mut self, load: &Load, here: &[u32], inside: &[u64]) {
        self.bordering.fill(0);
        for edge in here {
            let part = load.edges[*edge as usize].1 as usize;
            self.bordering[part / 64] |= 1 << (part % 64);
        }
        self.parts.clear();
        self.parts.extend(bits(&self.bordering));
        let parts = &self.parts;
        self.edges.clear();
        self.edges.extend(here.iter().map(|edge| {
            let (edge, part) = load.edges[*edge as usize];
            (edge, parts.partition_point(|p| *p < part as usize) as u32)
        }));
        for (bordering, inside) in self.bordering.iter_mut().zip(inside) {
            *bordering = inside & !*bordering;
        }
        self.slots.clear();
        let covering = bits(&self.bordering);
        self.slots.extend(parts.iter().copied().chain(covering).map(|part| load.parts[part].slot));
    }
}

fn bits(words: &[u64]) -> impl Iterator<Item = usize> + '_ {
    words.iter().enumerate().flat_map(|(at, word)| {
        let mut word = *word;
        std::iter::from_fn(move || {
            let bit = (word != 0).then(|| word.trailing_zeros() as usize)?;
            word &= word - 1;
            Some(at * 64 + bit)
        })
    })
}

impl Making {
    /// A cell without edges: held wholly or not at all.
    fn cover(&mut self, load: &Load, inside: &[u64]) -> Cell {
        let mut holding = bits(inside);
        match (holding.next(), holding.next()) {
            (None, _) => Cell::NOTHING,
            (Some(only), None) => Cell::owner(load.parts[only].slot),
            (Some(_), Some(_)) => {
                let slots: Vec<Slot> = bits(inside).map(|part| load.parts[part].slot).collect();
                if let Some((cell, last)) = &self.last_cover
                    && *last == slots
                {
                    return *cell;
                }
                let cell = self.leaf(&slots, |_| true, &[]);
                self.last_cover = Some((cell, slots));
                cell
            }
        }
    }

    /// A cell with edges.
    fn border(
        &mut self,
        grid: &Grid,
        (column, row): (u32, u32),
        load: &Load,
        here: &[u32],
        inside: &[u64],
        depth: u32,
    ) -> Cell {
        let mut scratch = std::mem::take(&mut self.scratch);
        scratch.gather(load, here, inside);
        let is_inside = |part: usize| inside[part / 64] >> (part % 64) & 1 == 1;
        let (count, bounds) = (scratch.parts.len(), grid.cell(column, row));
        let divide = scratch.edges.len() > LEAF_EDGES && depth < DEPTH && !grid.is_fine();
        let columns = if divide { columns(&bounds, &scratch.edges).min(16) } else { 1 };
        let cell = if columns >= 4 {
            let part = |part: &usize| Part { slot: load.parts[*part].slot, inside: is_inside(*part) };
            let load = Load {
                base: scratch.slots[count..].to_vec(),
                parts: scratch.parts.iter().map(part).collect(),
                edges: scratch.edges.clone(),
            };
            self.pages.push(build(Grid::new(bounds, columns, columns), load, depth + 1));
            Cell::page(self.pages.len() - 1)
        } else {
            let holds = |at: usize| scratch.parts.get(at).is_none_or(|part| is_inside(*part));
            self.leaf(&scratch.slots, holds, &scratch.edges)
        };
        self.scratch = scratch;
        cell
    }

    /// Writes a cell's polygons and edges, 32 polygons at a time.
    fn leaf(&mut self, slots: &[Slot], is_inside: impl Fn(usize) -> bool, edges: &[(Edge, u32)]) -> Cell {
        let (cell, count) = (Cell::leaf(self.leaves.len()), slots.len());
        for first in (0..count).step_by(BITS) {
            let last = (first + BITS).min(count);
            let start = self.edges.len();
            for (edge, part) in edges {
                let part = *part as usize;
                if !(first..last).contains(&part) {
                    continue;
                }
                let bit = 1u32 << (part - first);
                // Neighbours share their edges. Not sought for in a crowd: the answer is the same without.
                let near = self.edges.len().saturating_sub(CROWD).max(start);
                match self.edges[near..].iter_mut().find(|other| other.edge == *edge) {
                    Some(other) => other.toggles ^= bit,
                    None => self.edges.push(LeafEdge { edge: *edge, toggles: bit }),
                }
            }
            self.leaves.push(Leaf {
                edges: start as u32,
                slots: self.slots.len() as u32,
                edge_count: (self.edges.len() - start) as u32,
                slot_count: (last - first) as u16,
                more: last < count,
                inside: (first..last).fold(0, |bits, at| bits | u32::from(is_inside(at)) << (at - first)),
            });
            self.slots.extend_from_slice(&slots[first..last]);
        }
        cell
    }
}
