//! The R-tree of a layer: `rstar` trees of about 1,000 features, the pages, under a small one of pages.
//!
//! An edit loads the pages that it touches and the tree of pages anew; all else is shared with the tree
//! before, which readers keep, so they never wait. A page must be copied in any case; loading it costs more
//! than copying and inserting, but stays far below a millisecond and never wears the tree out.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use geo_types::Coord;
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{Envelope as _, ParentNode, RStarInsertionStrategy, RTree, RTreeObject as _, RTreeParams};

use super::bounds::{self, Bounds};
use crate::model::Record;

/// A page that would hold more features is halved.
const MAX: usize = 1500;
/// A page that would hold fewer is dissolved into others.
const MIN: usize = 200;
/// Batches larger than this share of the tree are packed anew, which also restores the quality of pages.
const REPACK: usize = 4;

/// Nodes of 16: they load in half the time that rstar's own 6 take; windows cost about the same.
pub(super) struct Nodes;

impl RTreeParams for Nodes {
    const MIN_SIZE: usize = 8;
    const MAX_SIZE: usize = 16;
    // Not used, as nothing is inserted.
    const REINSERTION_COUNT: usize = 1;
    type DefaultInsertionStrategy = RStarInsertionStrategy;
}

/// Something and its box.
pub(super) type Boxed<T = Arc<Record>> = GeomWithData<Rectangle<Coord>, T>;

/// Some features close together.
pub(super) type Page = Boxed<Arc<RTree<Boxed, Nodes>>>;

/// A record and its box; `None` without geometry.
pub(super) fn boxed(record: &Arc<Record>) -> Option<Boxed> {
    let bounds = bounds::of(record.geometry.as_deref()?)?;
    Some(Boxed::new(bounds.into(), record.clone()))
}

/// The tree. Of several pages none holds fewer features than `MIN`.
#[derive(Clone, Default)]
pub(super) struct PageTree(Arc<RTree<Page, Nodes>>);

impl PageTree {
    /// Packs features. O(n log n), on all cores.
    pub fn build(items: Vec<Boxed>) -> Self {
        Self::of(pack(items))
    }

    fn of(pages: Vec<Page>) -> Self {
        Self(Arc::new(RTree::bulk_load_with_params(pages)))
    }

    /// The topmost node, for those who walk the tree.
    pub fn root(&self) -> &ParentNode<Page> {
        self.0.root()
    }

    /// The records whose box meets the window. O(log n + found) where boxes overlap little.
    pub fn window(&self, window: Bounds) -> impl Iterator<Item = &Arc<Record>> {
        let pages = self.0.locate_in_envelope_intersecting(&window);
        pages.flat_map(move |page| page.data.locate_in_envelope_intersecting(&window)).map(|item| &item.data)
    }

    /// The tree after some features went and some came; `removed` hold the record objects in the tree.
    /// O(m log n + features of touched pages + number of pages) for m features.
    pub fn edited(&self, removed: &[Boxed], mut added: Vec<Boxed>) -> Self {
        let gone: HashSet<_> = removed.iter().map(|item| Arc::as_ptr(&item.data)).collect();
        let stays = |item: &&Boxed| !gone.contains(&Arc::as_ptr(&item.data));
        let len: usize = self.0.iter().map(|page| page.data.size()).sum();
        if (removed.len() + added.len()) * REPACK > len {
            added.extend(self.0.iter().flat_map(|page| page.data.iter()).filter(stays).cloned());
            return Self::build(added);
        }
        let mut touched: HashMap<_, Vec<Boxed>> = HashMap::new();
        for page in removed.iter().filter_map(|item| self.page_of(item)) {
            touched.entry(Arc::as_ptr(&page.data)).or_default();
        }
        for item in added {
            // Kept finite, whatever a damaged file holds: rstar panics where a distance is no number.
            let Coord { x, y } = item.envelope().lower();
            let at = Coord { x: x.clamp(-180.0, 180.0), y: y.clamp(-90.0, 90.0) };
            if let Some(page) = self.0.nearest_neighbor(&at) {
                touched.entry(Arc::as_ptr(&page.data)).or_default().push(item);
            }
        }
        let (mut pages, mut homeless) = (Vec::with_capacity(self.0.size() + 1), Vec::new());
        for page in self.0.iter() {
            let Some(mut items) = touched.remove(&Arc::as_ptr(&page.data)) else {
                pages.push(page.clone());
                continue;
            };
            items.extend(page.data.iter().filter(stays).cloned());
            if items.len() < MIN { homeless.extend(items) } else { pages.extend(pack(items)) }
        }
        match (pages.is_empty(), homeless.is_empty()) {
            (_, true) => Self::of(pages),
            (true, _) => Self::build(homeless),
            // This makes pages larger, never smaller, so it ends.
            _ => Self::of(pages).edited(&[], homeless),
        }
    }

    /// The page that holds a record object.
    fn page_of(&self, item: &Boxed) -> Option<&Page> {
        let holds = |page: &&Page| {
            let mut near = page.data.locate_in_envelope_intersecting(&item.envelope());
            near.any(|other| Arc::ptr_eq(&other.data, &item.data))
        };
        self.0.locate_in_envelope_intersecting(&item.envelope()).find(holds)
    }
}

/// Cuts features into pages: halves them along the longer side of their box until they fit.
fn pack(mut items: Vec<Boxed>) -> Vec<Page> {
    if items.len() > MAX {
        let round = items.iter().fold(Bounds::new_empty(), |round, item| round.merged(&item.envelope()));
        let size = round.upper() - round.lower();
        let middle = items.len() / 2;
        Bounds::partition_envelopes(usize::from(size.y > size.x), &mut items, middle);
        let rest = items.split_off(middle);
        let (mut pages, others) = rayon::join(|| pack(items), || pack(rest));
        pages.extend(others);
        return pages;
    }
    let tree = RTree::bulk_load_with_params(items);
    (tree.size() > 0).then(|| Page::new(tree.root().envelope().into(), Arc::new(tree))).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{IdSource, Layer};
    use geo_types::{Geometry, Point};

    fn points(count: u32) -> Vec<Boxed> {
        let mut ids = IdSource::new(1, 1);
        let point = |n: u32| {
            let mut record = Record::new(Layer::Facility, ids.next_id(), Default::default());
            let at = Point::new(100.0 + f64::from(n) / 1e3, 25.0 + f64::from(n * 7919 % 1000) / 1e3);
            record.geometry = Some(Arc::new(Geometry::Point(at)));
            boxed(&Arc::new(record)).unwrap()
        };
        (0..count).map(point).collect()
    }

    fn sizes(tree: &PageTree) -> Vec<usize> {
        tree.0.iter().map(|page| page.data.size()).collect()
    }

    #[test]
    fn an_edit_shares_all_pages_but_those_it_touches() {
        let items = points(10_000);
        let tree = PageTree::build(items.clone());
        let edited = tree.edited(&items[77..78], vec![items[77].clone()]);
        let shared = |page: &&Page| tree.0.iter().any(|old| Arc::ptr_eq(&old.data, &page.data));
        assert_eq!(edited.0.size(), tree.0.size());
        assert!(edited.0.iter().filter(shared).count() + 2 >= tree.0.size());
    }

    #[test]
    fn pages_are_split_and_dissolved_and_readers_keep_theirs() {
        let items = points(10_000);
        let (start, rest) = items.split_at(4_000);
        let first = PageTree::build(start.to_vec());
        let mut tree = first.clone();
        let check = |tree: &PageTree, count: usize| {
            let sizes = sizes(tree);
            assert_eq!(sizes.iter().sum::<usize>(), count);
            assert!(sizes.iter().all(|size| *size <= MAX && (*size >= MIN || sizes.len() == 1)), "{sizes:?}");
        };
        for (n, batch) in rest.chunks(100).enumerate() {
            tree = tree.edited(&[], batch.to_vec());
            check(&tree, 4_100 + n * 100);
        }
        for (n, batch) in items.chunks(50).enumerate() {
            tree = tree.edited(batch, Vec::new());
            check(&tree, 9_950 - n * 50);
        }
        assert_eq!(tree.root().children().len(), 0);
        check(&first, 4_000);
    }
}
