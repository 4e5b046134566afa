//! A piece of the index: a raster whose cells know their owner, or the few edges that decide.

use geo_types::Coord;

use super::super::ring::{Edge, is_below, is_west};
use super::grid::Grid;

/// Place of a polygon's record in the level.
pub(super) type Slot = u32;

/// Most polygons of one leaf: a bit each.
pub(super) const BITS: usize = 32;

/// What a cell holds, in 32 bits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Cell(u32);

/// A [`Cell`] taken apart.
pub(super) enum Content {
    /// in no polygon
    Nothing,
    /// wholly in one polygon
    Owner(Slot),
    /// edges decide, or several polygons hold it
    Leaf(usize),
    /// a finer raster
    Page(usize),
}

const TAG: u32 = 30;

impl Cell {
    pub const NOTHING: Self = Self(u32::MAX);

    /// Slots, leaves and pages beyond 2^30 do not occur: a level would need as many polygons or edges.
    pub fn owner(slot: Slot) -> Self {
        Self(slot)
    }

    pub fn leaf(at: usize) -> Self {
        Self(1 << TAG | at as u32)
    }

    pub fn page(at: usize) -> Self {
        Self(2 << TAG | at as u32)
    }

    #[inline]
    pub fn content(self) -> Content {
        let at = (self.0 & ((1 << TAG) - 1)) as usize;
        match self.0 >> TAG {
            0 => Content::Owner(self.0),
            1 => Content::Leaf(at),
            2 => Content::Page(at),
            _ => Content::Nothing,
        }
    }
}

/// An edge and the polygons of the leaf whose border it belongs to: a shared one is looked at once.
pub(super) struct LeafEdge {
    pub edge: Edge,
    pub toggles: u32,
}

/// Up to 32 polygons of a cell: which of them hold its north-east corner, and the edges by which other
/// points of the cell differ from the corner.
pub(super) struct Leaf {
    pub edges: u32,
    pub slots: u32,
    pub edge_count: u32,
    pub slot_count: u16,
    /// the next leaf belongs to the same cell
    pub more: bool,
    pub inside: u32,
}

/// A raster of cells.
pub(super) struct Page {
    pub grid: Grid,
    /// polygons that hold all of the page, besides those of its cells
    pub base: Box<[Slot]>,
    pub cells: Box<[Cell]>,
    pub leaves: Box<[Leaf]>,
    pub edges: Box<[LeafEdge]>,
    pub slots: Box<[Slot]>,
    pub pages: Box<[Page]>,
}

impl Page {
    /// Calls `each` for every polygon that holds a point of the page.
    #[inline]
    pub fn holding(&self, at: Coord, mut each: impl FnMut(Slot)) {
        let mut page = self;
        loop {
            page.base.iter().for_each(|slot| each(*slot));
            let (column, row) = (page.grid.column(at.x), page.grid.row(at.y));
            match page.cells[page.grid.index(column, row)].content() {
                Content::Nothing => return,
                Content::Owner(slot) => return each(slot),
                Content::Leaf(first) => {
                    return page.holding_in_leaf(first, page.grid.corner(column, row), at, each);
                }
                Content::Page(child) => page = &page.pages[child],
            }
        }
    }

    /// Walks from the corner, which is known, south along the cell's side and then west to the point;
    /// every edge met on the way changes the side.
    fn holding_in_leaf(&self, first: usize, corner: Coord, at: Coord, mut each: impl FnMut(Slot)) {
        let turn = Coord { x: corner.x, y: at.y };
        for leaf in &self.leaves[first..] {
            let mut inside = leaf.inside;
            let edges = &self.edges[leaf.edges as usize..][..leaf.edge_count as usize];
            for LeafEdge { edge, toggles } in edges {
                let [low, high] = edge;
                if low.y <= at.y && at.y < high.y && is_west(edge, at) != is_west(edge, turn) {
                    inside ^= toggles;
                }
                if low.x.min(high.x) <= corner.x
                    && corner.x < low.x.max(high.x)
                    && is_below(edge, turn) != is_below(edge, corner)
                {
                    inside ^= toggles;
                }
            }
            let slots = &self.slots[leaf.slots as usize..][..usize::from(leaf.slot_count)];
            while inside != 0 {
                each(slots[inside.trailing_zeros() as usize]);
                inside &= inside - 1;
            }
            if !leaf.more {
                return;
            }
        }
    }

    /// All polygons that the page knows, repeated and in no order.
    pub fn members(&self, each: &mut impl FnMut(Slot)) {
        self.base.iter().chain(&self.slots).for_each(|slot| each(*slot));
        for cell in &self.cells {
            if let Content::Owner(slot) = cell.content() {
                each(slot);
            }
        }
        self.pages.iter().for_each(|page| page.members(each));
    }

    /// Bytes on the heap.
    pub fn bytes(&self) -> usize {
        std::mem::size_of_val(&*self.base)
            + std::mem::size_of_val(&*self.cells)
            + std::mem::size_of_val(&*self.leaves)
            + std::mem::size_of_val(&*self.edges)
            + std::mem::size_of_val(&*self.slots)
            + std::mem::size_of_val(&*self.pages)
            + self.pages.iter().map(Self::bytes).sum::<usize>()
    }
}
