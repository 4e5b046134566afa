//! A sorted sequence in immutable pages: the rows of a layer, its codes.
//!
//! Cloning is O(1); a batch of m edits copies the pages that it touches (about 500 items each) and the
//! list of pages, so that one edit among a million rows costs some ten microseconds. Chosen over a
//! general persistent map because it is built from a million rows in one sort, is read in order without
//! pointer chasing.

use std::cmp::Ordering;
use std::sync::Arc;

use rayon::slice::ParallelSliceMut as _;

/// What is kept: cheap to clone, with a total order. Items that compare equal are the same item.
pub(super) trait Ordered: Clone + Send + Sync {
    /// Before, same or after.
    fn order(&self, other: &Self) -> Ordering;
}

/// A page never holds more items than this; a fuller one is split evenly.
const MAX: usize = 1024;
/// Pages of a fresh build, and what splitting aims at.
const TARGET: usize = 512;
/// A page that has shrunk below this joins its neighbour.
const MIN: usize = 128;

/// Some neighbouring items.
struct Page<T> {
    items: Box<[T]>,
}

impl<T> Page<T> {
    fn new(items: Vec<T>) -> Arc<Self> {
        Arc::new(Self { items: items.into() })
    }
}

/// The sorted sequence.
pub(super) struct Paged<T> {
    pages: Arc<Vec<Arc<Page<T>>>>,
    len: usize,
}

impl<T> Clone for Paged<T> {
    fn clone(&self) -> Self {
        Self { pages: self.pages.clone(), len: self.len }
    }
}

impl<T> Default for Paged<T> {
    fn default() -> Self {
        Self { pages: Arc::default(), len: 0 }
    }
}

/// One edit.
pub(super) enum Edit<T> {
    /// the item is there afterwards, in place of an equal one if there is any
    Put(T),
    /// no equal item is there afterwards
    Remove(T),
}

impl<T> Edit<T> {
    fn item(&self) -> &T {
        let (Self::Put(item) | Self::Remove(item)) = self;
        item
    }
}

impl<T: Ordered> Paged<T> {
    /// From items in any order. O(n log n), on all cores.
    pub(super) fn build(mut items: Vec<T>) -> Self {
        items.par_sort_unstable_by(T::order);
        let len = items.len();
        let mut output = Output::default();
        output.push_all(items);
        Self { pages: Arc::new(output.pages), len }
    }

    /// How many items.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// All items, rising.
    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        self.pages.iter().flat_map(|page| page.items.iter())
    }

    /// The items from the first for which `before` is false on; `before` must be true for a beginning
    /// of the sequence only. O(log n).
    pub(super) fn from(&self, before: impl Fn(&T) -> bool) -> impl Iterator<Item = &T> {
        let at = self.pages.partition_point(|page| page.items.last().is_none_or(&before));
        let within = self.pages.get(at).map_or(0, |page| page.items.partition_point(&before));
        self.pages[at..].iter().flat_map(|page| page.items.iter()).skip(within)
    }

    /// The sequence after a batch of edits, at most one per item.
    /// O(m log m + touched pages + number of pages).
    pub(super) fn edited(&self, mut edits: Vec<Edit<T>>) -> Self {
        edits.par_sort_unstable_by(|a, b| a.item().order(b.item()));
        let mut edits = edits.into_iter().peekable();
        let mut output = Output::default();
        output.pages.reserve(self.pages.len() + 1);
        for (at, page) in self.pages.iter().enumerate() {
            // A page takes all that lies before the next page's first item; the last takes the rest.
            let next = self.pages.get(at + 1).and_then(|next| next.items.first());
            let belongs = |edit: &Edit<T>| next.is_none_or(|first| edit.item().order(first).is_lt());
            if edits.peek().is_none_or(|edit| !belongs(edit)) {
                output.keep(page);
                continue;
            }
            let mine: Vec<_> = std::iter::from_fn(|| edits.next_if(belongs)).collect();
            output.push_all(merge(&page.items, mine));
        }
        output.push_all(edits.filter_map(|edit| if let Edit::Put(item) = edit { Some(item) } else { None }));
        output.settle();
        let len = output.pages.iter().map(|page| page.items.len()).sum();
        Self { pages: Arc::new(output.pages), len }
    }
}

/// Items and sorted edits become sorted items.
fn merge<T: Ordered>(items: &[T], edits: Vec<Edit<T>>) -> Vec<T> {
    let mut merged = Vec::with_capacity(items.len() + edits.len());
    let mut rest = items;
    for edit in edits {
        let upto = rest.partition_point(|item| item.order(edit.item()).is_lt());
        merged.extend_from_slice(&rest[..upto]);
        rest = &rest[upto..];
        if rest.first().is_some_and(|item| item.order(edit.item()).is_eq()) {
            rest = &rest[1..];
        }
        if let Edit::Put(item) = edit {
            merged.push(item);
        }
    }
    merged.extend_from_slice(rest);
    merged
}

/// Pages in the making; what is left of a page that became too small waits in `pending`.
struct Output<T> {
    pages: Vec<Arc<Page<T>>>,
    pending: Vec<T>,
}

impl<T> Default for Output<T> {
    fn default() -> Self {
        Self { pages: Vec::new(), pending: Vec::new() }
    }
}

impl<T: Clone> Output<T> {
    fn keep(&mut self, page: &Arc<Page<T>>) {
        if self.pending.is_empty() {
            self.pages.push(page.clone());
        } else {
            let items = page.items.to_vec();
            self.push_all(items);
        }
    }

    fn push_all(&mut self, items: impl IntoIterator<Item = T>) {
        self.pending.extend(items);
        if self.pending.len() < MIN && !self.pages.is_empty() {
            return;
        }
        self.cut();
    }

    /// Turns what is pending into pages of even size.
    fn cut(&mut self) {
        let items = std::mem::take(&mut self.pending);
        if items.is_empty() {
            return;
        }
        let count = if items.len() <= MAX { 1 } else { items.len().div_ceil(TARGET) };
        let len = items.len();
        let mut items = items.into_iter();
        for at in 0..count {
            let share = (at + 1) * len / count - at * len / count;
            self.pages.push(Page::new(items.by_ref().take(share).collect()));
        }
    }

    /// Joins a small rest with the page before it.
    fn settle(&mut self) {
        if self.pending.is_empty() {
            return;
        }
        if let Some(last) = self.pages.pop() {
            let rest = std::mem::take(&mut self.pending);
            self.pending = last.items.to_vec();
            self.pending.extend(rest);
        }
        self.cut();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    impl Ordered for u32 {
        fn order(&self, other: &Self) -> Ordering {
            self.cmp(other)
        }
    }

    fn check(paged: &Paged<u32>, set: &BTreeSet<u32>) {
        assert!(paged.iter().eq(set));
        assert_eq!(paged.len(), set.len());
        assert!(paged.pages.iter().all(|page| (1..=MAX).contains(&page.items.len())));
        assert!(paged.pages.len() <= 1 + set.len() / MIN);
        for from in [0, 700, 5_000, 60_000] {
            assert!(paged.from(|item| *item < from).eq(set.range(from..)));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn a_sorted_set_in_any_order_of_edits(
            start in prop::collection::btree_set(0u32..60_000, 0..4000),
            batches in prop::collection::vec((0u32..60_000, 0u32..4000, any::<bool>(), 1usize..40), 1..12),
        ) {
            let mut set = start.clone();
            let mut paged = Paged::build(start.into_iter().rev().collect());
            check(&paged, &set);
            for (at, width, put, step) in batches {
                let before = paged.clone();
                let kept = set.clone();
                let mut edits = Vec::new();
                for item in (at..at + width).step_by(step) {
                    if put {
                        set.insert(item);
                        edits.push(Edit::Put(item));
                    } else {
                        set.remove(&item);
                        edits.push(Edit::Remove(item));
                    }
                }
                paged = paged.edited(edits);
                check(&paged, &set);
                check(&before, &kept);
            }
        }
    }
}
