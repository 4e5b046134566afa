//! The R-tree of a layer: immutable pages of about 1,000 features under a flat list of page boxes.
//!
//! Pages and the groups of 16 within them are packed by sort-tile-recursive (Leutenegger, Lopez and
//! Edgington 1997). The tree is laid out flat: at these sizes scanning boxes that lie side by side is
//! quicker than following pointers, and rebuilding a page after an edit is one small sort. An edit
//! rebuilds the page it touches and copies the list of pages; all else is shared with the tree before.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use rayon::iter::{IntoParallelIterator as _, IntoParallelRefMutIterator as _, ParallelIterator as _};
use rayon::slice::{ParallelSlice as _, ParallelSliceMut as _};

use super::bounds::Bounds;
use crate::model::Record;

/// Features of a fresh page.
const TARGET: usize = 1000;
/// A page that would hold more is split.
const MAX: usize = 2000;
/// A page that would hold fewer is dissolved into others.
const MIN: usize = 200;
/// Features of a group within a page.
const GROUP: usize = 16;
/// Batches larger than this share of the tree are packed anew, which also restores the quality of pages.
const REPACK: usize = 4;

/// A feature and its box, which is worked out once.
#[derive(Clone)]
pub(super) struct Boxed {
    pub bounds: Bounds,
    pub record: Arc<Record>,
}

impl Boxed {
    /// `None` for a record without geometry.
    pub fn of(record: &Arc<Record>) -> Option<Self> {
        let bounds = Bounds::of(record.geometry.as_deref()?)?;
        Some(Self { bounds, record: record.clone() })
    }

    /// Identity: the tree holds each record object once.
    fn address(&self) -> usize {
        Arc::as_ptr(&self.record) as usize
    }
}

/// Some features close together, in groups.
pub(super) struct Page {
    pub items: Box<[Boxed]>,
    /// one box for each `GROUP` of items
    pub groups: Box<[Bounds]>,
}

impl Page {
    fn pack(mut items: Vec<Boxed>) -> Branch {
        tile(&mut items, GROUP);
        let groups: Box<[Bounds]> =
            items.chunks(GROUP).map(|group| Bounds::round(group.iter().map(|item| item.bounds))).collect();
        let bounds = Bounds::round(groups.iter().copied());
        Branch { bounds, page: Arc::new(Self { items: items.into(), groups }) }
    }

    /// The items of one group.
    pub fn group(&self, at: usize) -> &[Boxed] {
        let end = (at * GROUP + GROUP).min(self.items.len());
        &self.items[at * GROUP..end]
    }
}

/// A page and its box.
#[derive(Clone)]
pub(super) struct Branch {
    pub bounds: Bounds,
    pub page: Arc<Page>,
}

/// The tree.
#[derive(Clone, Default)]
pub(super) struct RTree {
    branches: Arc<Vec<Branch>>,
    len: usize,
}

impl RTree {
    /// Packs features. O(n log n), on all cores.
    pub fn build(items: Vec<Boxed>) -> Self {
        let len = items.len();
        Self { branches: Arc::new(pack(items)), len }
    }

    /// The pages.
    pub fn branches(&self) -> &[Branch] {
        &self.branches
    }

    /// Round everything.
    pub fn bounds(&self) -> Bounds {
        Bounds::round(self.branches.iter().map(|branch| branch.bounds))
    }

    /// Calls `each` for every feature whose box meets the window.
    pub fn window<'a>(&'a self, window: &Bounds, mut each: impl FnMut(&'a Boxed)) {
        for branch in self.branches.iter().filter(|branch| branch.bounds.meets(window)) {
            let whole = window.holds(&branch.bounds);
            for (at, group) in branch.page.groups.iter().enumerate() {
                if whole || window.holds(group) {
                    branch.page.group(at).iter().for_each(&mut each);
                } else if group.meets(window) {
                    branch.page.group(at).iter().filter(|item| item.bounds.meets(window)).for_each(&mut each);
                }
            }
        }
    }

    /// The tree after some features went and some came. `removed` are record objects that are in it.
    pub fn edited(&self, removed: Vec<Boxed>, added: Vec<Boxed>) -> Self {
        let len = (self.len + added.len()).saturating_sub(removed.len());
        if (removed.len() + added.len()) * REPACK > self.len {
            let gone: HashSet<usize> = removed.iter().map(Boxed::address).collect();
            let all = self.branches.iter().flat_map(|branch| branch.page.items.iter());
            let mut items: Vec<Boxed> = all.filter(|item| !gone.contains(&item.address())).cloned().collect();
            items.extend(added);
            return Self::build(items);
        }
        let mut edit = TreeEdit { branches: self.branches.as_ref().clone(), touched: BTreeMap::new() };
        for item in &removed {
            edit.remove(item);
        }
        for item in added {
            edit.add(item);
        }
        edit.finish(len)
    }
}

/// What happens to one page.
#[derive(Default)]
struct PageEdit {
    gone: HashSet<usize>,
    come: Vec<Boxed>,
}

/// A batch of edits, gathered page by page.
struct TreeEdit {
    branches: Vec<Branch>,
    touched: BTreeMap<usize, PageEdit>,
}

impl TreeEdit {
    fn remove(&mut self, item: &Boxed) {
        let address = item.address();
        let at = self.branches.iter().position(|branch| {
            branch.bounds.holds(&item.bounds)
                && branch.page.groups.iter().enumerate().any(|(at, group)| {
                    group.holds(&item.bounds)
                        && branch.page.group(at).iter().any(|other| other.address() == address)
                })
        });
        if let Some(at) = at {
            self.touched.entry(at).or_default().gone.insert(address);
        }
    }

    /// Into the page that grows least.
    fn add(&mut self, item: Boxed) {
        let growth = |branch: &Branch| {
            let after = branch.bounds.join(item.bounds).margin();
            (after - branch.bounds.margin(), after)
        };
        let best = self.branches.iter().enumerate().min_by(|a, b| {
            let (a, b) = (growth(a.1), growth(b.1));
            a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1))
        });
        if let Some((at, _)) = best {
            // Boxes of pages stay as they were while the batch is dealt out; a page that takes many
            // is cut anew in `finish`.
            self.touched.entry(at).or_default().come.push(item);
        }
    }

    fn finish(mut self, len: usize) -> RTree {
        let mut homeless = Vec::new();
        // From the back, so that places of pages not yet dealt with stay valid.
        for (at, edit) in std::mem::take(&mut self.touched).into_iter().rev() {
            let old = self.branches.swap_remove(at);
            let mut items: Vec<Boxed> =
                old.page.items.iter().filter(|item| !edit.gone.contains(&item.address())).cloned().collect();
            items.extend(edit.come);
            if items.len() < MIN && !self.branches.is_empty() {
                homeless.extend(items);
            } else if items.len() > MAX {
                self.branches.extend(pack(items));
            } else if !items.is_empty() {
                self.branches.push(Page::pack(items));
            }
        }
        if homeless.is_empty() {
            return RTree { branches: Arc::new(self.branches), len };
        }
        for item in homeless {
            self.add(item);
        }
        // What was dissolved makes its new homes larger, never smaller: this ends.
        self.finish(len)
    }
}

/// Cuts features into packed pages.
fn pack(mut items: Vec<Boxed>) -> Vec<Branch> {
    if items.is_empty() {
        return Vec::new();
    }
    // Even shares: no small page is left over.
    let size = items.len().div_ceil(items.len().div_ceil(TARGET));
    tile(&mut items, size);
    let pages: Vec<Vec<Boxed>> = items.par_chunks(size).map(<[Boxed]>::to_vec).collect();
    drop(items);
    pages.into_par_iter().map(Page::pack).collect()
}

/// Orders features so that each run of `size` lies close together: slices by x, each slice by y.
fn tile(items: &mut [Boxed], size: usize) {
    if items.len() <= size {
        return;
    }
    let runs = items.len().div_ceil(size);
    let slices = (runs as f64).sqrt().ceil() as usize;
    let slice = runs.div_ceil(slices) * size;
    // Ties are broken by the other axis and the key, so that the same rows give the same tree.
    let by = |first: fn((f64, f64)) -> f64| {
        move |a: &Boxed, b: &Boxed| {
            let (x, y) = (a.bounds.middle(), b.bounds.middle());
            first(x).total_cmp(&first(y)).then_with(|| a.record.key().cmp(&b.record.key()))
        }
    };
    if items.len() > 10 * TARGET {
        items.par_sort_unstable_by(by(|m| m.0));
        let mut parts: Vec<&mut [Boxed]> = items.chunks_mut(slice).collect();
        parts.par_iter_mut().for_each(|part| part.sort_unstable_by(by(|m| m.1)));
    } else {
        items.sort_unstable_by(by(|m| m.0));
        for part in items.chunks_mut(slice) {
            part.sort_unstable_by(by(|m| m.1));
        }
    }
}
