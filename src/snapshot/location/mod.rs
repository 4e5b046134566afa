//! Point location: which division of a level a point lies in.
//!
//! A raster of pages over each level. Most cells of a page are wholly in one polygon and say which; a cell
//! that a border goes through holds the edges in it, those of neighbours once, and for each polygon whether
//! it holds the cell's corner; a point is decided by the few edges between it and the corner, with exact
//! predicates (see `ring` for the rule on borders). Pages are finer where edges are dense and are nested
//! where they crowd. All lawful versions are in one index; the day is looked at when asking.
//!
//! An edit builds those pages anew that the changed edges may touch and shares all others.
//! The idea is that of raster-accelerated point location (e.g. Žalik and Kolingerova 2001, "a cell-based
//! point-in-polygon algorithm"), with exact arithmetic and nested, persistent pages added.

mod build;
mod grid;
mod level;
mod page;

use std::sync::{Arc, OnceLock};

use geo_types::Coord;
use rayon::iter::{IndexedParallelIterator as _, ParallelIterator as _};
use rayon::slice::{ParallelSlice as _, ParallelSliceMut as _};

use self::level::LevelIndex;
use crate::model::layers::DivisionLevel;
use crate::model::{Date, Layer, Record};

/// The indexes of all levels, each built when first asked for and then kept up to date.
#[derive(Clone, Default)]
pub(super) struct Locator {
    levels: [Arc<OnceLock<LevelIndex>>; DivisionLevel::ALL.len()],
}

/// Fewer points than this are not worth another core.
const LEAST_SHARE: usize = 16_384;

fn level_of(record: &Record) -> Option<DivisionLevel> {
    if record.layer != Layer::Division {
        return None;
    }
    record.text("level").and_then(DivisionLevel::from_code)
}

impl Locator {
    fn index<'a>(
        &self,
        level: DivisionLevel,
        rows: impl FnOnce() -> Box<dyn Iterator<Item = &'a Arc<Record>> + 'a>,
    ) -> &LevelIndex {
        self.levels[level as usize]
            .get_or_init(|| LevelIndex::build(rows().filter(|record| level_of(record) == Some(level))))
    }

    /// The division of a level round a point on a day. `rows` are all rows of the layer.
    pub fn locate<'a>(
        &'a self,
        level: DivisionLevel,
        at: Coord,
        as_of: Date,
        rows: impl FnOnce() -> Box<dyn Iterator<Item = &'a Arc<Record>> + 'a>,
    ) -> Option<&'a Arc<Record>> {
        self.index(level, rows).locate(at, as_of)
    }

    /// The same for many points.
    pub fn locate_many<'a>(
        &'a self,
        level: DivisionLevel,
        at: &[Coord],
        as_of: Date,
        rows: impl FnOnce() -> Box<dyn Iterator<Item = &'a Arc<Record>> + 'a>,
    ) -> Vec<Option<&'a Arc<Record>>> {
        let index = self.index(level, rows);
        let mut found = vec![None; at.len()];
        let share = at.len().div_ceil(rayon::current_num_threads()).max(LEAST_SHARE);
        at.par_chunks(share)
            .zip(found.par_chunks_mut(share))
            .for_each(|(at, found)| index.locate_many(at, as_of, found));
        found
    }

    /// The locator after some rows went and some came.
    #[must_use]
    pub fn edited(&self, removed: &[Arc<Record>], added: &[Arc<Record>]) -> Self {
        let of = |rows: &[Arc<Record>], level| -> Vec<Arc<Record>> {
            rows.iter().filter(|record| level_of(record) == Some(level)).cloned().collect()
        };
        let mut next = self.clone();
        for level in DivisionLevel::ALL {
            let (removed, added) = (of(removed, *level), of(added, *level));
            if removed.is_empty() && added.is_empty() {
                continue;
            }
            let old = self.levels[*level as usize].get();
            let index = old.and_then(|index| index.edited(&removed, &added));
            next.levels[*level as usize] = Arc::new(index.map(OnceLock::from).unwrap_or_default());
        }
        next
    }

    /// Bytes of the index of a level, 0 where it is not built.
    pub fn bytes(&self, level: DivisionLevel) -> usize {
        self.levels[level as usize].get().map_or(0, LevelIndex::bytes)
    }
}
