//! A raster over a box: which cell a point lies in, which cells an edge touches, and on which side of an
//! edge the corners lie.

use geo_types::Coord;
use rstar::Envelope as _;

use super::super::bounds::Bounds;
use super::super::ring::{Edge, is_west};

/// A box cut into columns and rows. The lines between them are computed in one way only, so that building
/// and asking see the very same numbers.
#[derive(Clone, Debug)]
pub(super) struct Grid {
    min: Coord,
    max: Coord,
    step: Coord,
    /// cells per degree
    scale: Coord,
    /// how far round its box a cell takes edges in: more than any rounding of a point's cell
    pad: f64,
    pub columns: u32,
    pub rows: u32,
}

/// Columns and rows from the first to the last, both included.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    pub first: (u32, u32),
    pub last: (u32, u32),
}

impl Window {
    pub fn columns(&self) -> u32 {
        self.last.0 - self.first.0 + 1
    }

    pub fn rows(&self) -> u32 {
        self.last.1 - self.first.1 + 1
    }

    /// Round both.
    pub fn join(self, other: Self) -> Self {
        Self {
            first: (self.first.0.min(other.first.0), self.first.1.min(other.first.1)),
            last: (self.last.0.max(other.last.0), self.last.1.max(other.last.1)),
        }
    }

    /// What both have.
    pub fn meet(self, other: &Self) -> Option<Self> {
        let first = (self.first.0.max(other.first.0), self.first.1.max(other.first.1));
        let last = (self.last.0.min(other.last.0), self.last.1.min(other.last.1));
        (first.0 <= last.0 && first.1 <= last.1).then_some(Self { first, last })
    }
}

impl Grid {
    pub fn new(bounds: Bounds, columns: u32, rows: u32) -> Self {
        let (min, max) = (bounds.lower(), bounds.upper());
        let (width, height) = (max.x - min.x, max.y - min.y);
        let step = Coord { x: width / f64::from(columns), y: height / f64::from(rows) };
        let scale = |count: u32, size: f64| if size > 0.0 { f64::from(count) / size } else { 0.0 };
        let magnitude = min.x.abs().max(max.x.abs()).max(min.y.abs()).max(max.y.abs());
        Self {
            min,
            max,
            step,
            scale: Coord { x: scale(columns, width), y: scale(rows, height) },
            pad: step.x.max(step.y) * 1e-6 + magnitude * 1e-14,
            columns,
            rows,
        }
    }

    /// The box with its margin.
    pub fn padded(&self) -> Bounds {
        self.pad_round(self.min, self.max)
    }

    fn pad_round(&self, min: Coord, max: Coord) -> Bounds {
        let pad = Coord { x: self.pad, y: self.pad };
        Bounds::from_corners(min - pad, max + pad)
    }

    /// Whether cells of this size can still be told apart from rounding.
    pub fn is_fine(&self) -> bool {
        self.step.x.min(self.step.y) < self.pad * 1e3
    }

    /// A line between columns: 0 the west side, `columns` the east side.
    #[inline]
    pub fn x(&self, line: u32) -> f64 {
        if line == self.columns { self.max.x } else { self.min.x + f64::from(line) * self.step.x }
    }

    /// A line between rows: 0 the south side, `rows` the north side.
    #[inline]
    pub fn y(&self, line: u32) -> f64 {
        if line == self.rows { self.max.y } else { self.min.y + f64::from(line) * self.step.y }
    }

    /// The north-east corner of a cell: what is known of a cell is known there.
    #[inline]
    pub fn corner(&self, column: u32, row: u32) -> Coord {
        Coord { x: self.x(column + 1), y: self.y(row + 1) }
    }

    /// The box of a cell.
    pub fn cell(&self, column: u32, row: u32) -> Bounds {
        Bounds::from_corners(Coord { x: self.x(column), y: self.y(row) }, self.corner(column, row))
    }

    /// The column of a longitude, the nearest one for those outside.
    #[inline]
    pub fn column(&self, x: f64) -> u32 {
        (((x - self.min.x) * self.scale.x) as u32).min(self.columns - 1)
    }

    /// The row of a latitude, the nearest one for those outside.
    #[inline]
    pub fn row(&self, y: f64) -> u32 {
        (((y - self.min.y) * self.scale.y) as u32).min(self.rows - 1)
    }

    /// Whether a point lies in the box.
    #[inline]
    pub fn holds(&self, at: Coord) -> bool {
        at.x >= self.min.x && at.x <= self.max.x && at.y >= self.min.y && at.y <= self.max.y
    }

    /// Where a cell stands in arrays, row by row.
    #[inline]
    pub fn index(&self, column: u32, row: u32) -> usize {
        row as usize * self.columns as usize + column as usize
    }

    /// All cells.
    pub fn all(&self) -> Window {
        Window { first: (0, 0), last: (self.columns - 1, self.rows - 1) }
    }

    /// The cells that a box touches; `None` where it lies outside.
    pub fn window(&self, bounds: &Bounds) -> Option<Window> {
        if !self.padded().intersects(bounds) {
            return None;
        }
        let padded = self.pad_round(bounds.lower(), bounds.upper());
        let cell = |at: Coord| (self.column(at.x), self.row(at.y));
        Some(Window { first: cell(padded.lower()), last: cell(padded.upper()) })
    }

    /// Calls `each` with every cell of the window that the edge touches or comes within the margin of.
    pub fn touched(&self, edge: &Edge, within: &Window, mut each: impl FnMut(u32, u32)) {
        let [low, high] = *edge;
        let (west, east) = (low.x.min(high.x), low.x.max(high.x));
        let Some(window) = self.window(&Bounds::from_corners(low, high)) else { return };
        let (first_row, last_row) = (window.first.1.max(within.first.1), window.last.1.min(within.last.1));
        let slope = (high.x - low.x) / (high.y - low.y);
        let at = |y: f64| (low.x + (y - low.y) * slope).clamp(west, east);
        for row in first_row..=last_row {
            let (mut from, mut to) = (west, east);
            if first_row != last_row && high.y > low.y {
                let a = at((self.y(row) - self.pad).max(low.y));
                let b = at((self.y(row + 1) + self.pad).min(high.y));
                (from, to) = (a.min(b), a.max(b));
            }
            if to + self.pad < self.min.x || from - self.pad > self.max.x {
                continue;
            }
            let first = self.column(from - self.pad).max(within.first.0);
            let last = self.column(to + self.pad).min(within.last.0);
            (first..=last).for_each(|column| each(column, row));
        }
    }

    /// The rows whose north line the edge crosses: those from which a ray along it may meet the edge.
    pub fn crossed_rows(&self, edge: &Edge) -> impl Iterator<Item = u32> + use<'_> {
        let (low, high) = (edge[0].y, edge[1].y);
        let (first, last) = (self.row(low).saturating_sub(1), self.row(high));
        (first..=last).filter(move |row| {
            let y = self.y(row + 1);
            low <= y && y < high
        })
    }

    /// How many of the corners on the north line of a row lie west of an edge that crosses it.
    pub fn corners_west(&self, edge: &Edge, row: u32) -> u32 {
        let y = self.y(row + 1);
        let [low, high] = edge;
        let x = low.x + (y - low.y) * ((high.x - low.x) / (high.y - low.y));
        let west = |count: u32| is_west(edge, Coord { x: self.x(count), y });
        // The estimate may be one off; the exact predicate decides.
        let mut count = if x < self.min.x { 0 } else { self.column(x) };
        while count < self.columns && west(count + 1) {
            count += 1;
        }
        while count > 0 && !west(count) {
            count -= 1;
        }
        count
    }
}
