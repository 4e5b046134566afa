//! One layer of a snapshot: its rows by id and by code, and its R-tree.
//!
//! Everything is in immutable pages: cloning is O(1), and an edit copies the few pages that it touches.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use geo_types::{Coord, Geometry, Rect};
use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};
use rstar::{ParentNode, RTreeNode, RTreeObject as _};

use super::arcs::{Kept, LevelArcs};
use super::bounds;
use super::distance::From;
use super::location::Locator;
use super::paged::{Edit, Ordered, Paged};
use super::rtree::{self, Boxed, PageTree};
use crate::model::layers::DivisionLevel;
use crate::model::{Change, Date, Period, Record, RecordId, RecordKey};

/// The rows of one layer, all lawful versions.
#[derive(Clone, Default)]
pub struct LayerView {
    rows: Paged<Row>,
    /// the rows that do not hold always: few, so that facts of a day are counted quickly
    dated: Paged<Row>,
    codes: Paged<Coded>,
    tree: PageTree,
    locator: Locator,
    arcs: Kept,
}

/// A row, its key beside the pointer so that searching reads no record.
#[derive(Clone)]
struct Row {
    key: RecordKey,
    record: Arc<Record>,
}

impl Row {
    fn of(record: &Arc<Record>) -> Self {
        Self { key: record.key(), record: record.clone() }
    }
}

impl Ordered for Row {
    fn order(&self, other: &Self) -> Ordering {
        self.key.cmp(&other.key)
    }
}

/// A row by the hash of its code.
#[derive(Clone)]
struct Coded {
    hash: u64,
    record: Arc<Record>,
}

impl Coded {
    fn of(record: &Arc<Record>) -> Option<Self> {
        Some(Self { hash: hash(record.code.as_deref()?), record: record.clone() })
    }
}

impl Ordered for Coded {
    fn order(&self, other: &Self) -> Ordering {
        self.hash.cmp(&other.hash).then_with(|| self.record.key().cmp(&other.record.key()))
    }
}

fn hash(code: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    code.hash(&mut hasher);
    hasher.finish()
}

/// What a batch of changes does to the parts of a layer.
#[derive(Default)]
struct Batch {
    rows: Vec<Edit<Row>>,
    dated: Vec<Edit<Row>>,
    codes: Vec<Edit<Coded>>,
    removed: Vec<Boxed>,
    added: Vec<Boxed>,
}

impl Batch {
    fn take(&mut self, old: Option<&Arc<Record>>, new: Option<Arc<Record>>) {
        if let Some(old) = old {
            if new.is_none() {
                self.rows.push(Edit::Remove(Row::of(old)));
            }
            if old.valid != Period::ALWAYS {
                self.dated.push(Edit::Remove(Row::of(old)));
            }
            self.codes.extend(Coded::of(old).map(Edit::Remove));
            self.removed.extend(rtree::boxed(old));
        }
        if let Some(new) = &new {
            self.rows.push(Edit::Put(Row::of(new)));
            if new.valid != Period::ALWAYS {
                self.dated.push(Edit::Put(Row::of(new)));
            }
            self.codes.extend(Coded::of(new).map(Edit::Put));
            self.added.extend(rtree::boxed(new));
        }
    }
}

impl LayerView {
    /// From all rows. O(n log n), on all cores.
    pub fn build(records: Vec<Arc<Record>>) -> Self {
        let dated = records.iter().filter(|record| record.valid != Period::ALWAYS).map(Row::of).collect();
        Self {
            dated: Paged::build(dated),
            codes: Paged::build(records.par_iter().filter_map(Coded::of).collect()),
            tree: PageTree::build(records.par_iter().filter_map(rtree::boxed).collect()),
            locator: Locator::default(),
            arcs: Kept::default(),
            rows: Paged::build(records.into_iter().map(|record| Row { key: record.key(), record }).collect()),
        }
    }

    /// Takes one change in; `None` where it does not fit.
    pub fn apply(&mut self, change: &Change) -> Option<()> {
        self.apply_all(&[change]).ok()
    }

    /// Takes a batch of changes in, at most one per row, all or none; the key of one that does not fit
    /// otherwise. O(m log n + pages touched); large batches are packed anew.
    pub fn apply_all(&mut self, changes: &[&Change]) -> Result<(), RecordKey> {
        let new: Vec<Option<Arc<Record>>> =
            changes.par_iter().map(|change| change.after().map(|after| Arc::new(after.clone()))).collect();
        let mut batch = Batch::default();
        for (change, new) in changes.iter().zip(new) {
            let old = self.version(change.key());
            if old.is_some() != change.before().is_some() {
                return Err(change.key());
            }
            batch.take(old, new);
        }
        self.rows = self.rows.edited(batch.rows);
        self.dated = self.dated.edited(batch.dated);
        self.codes = self.codes.edited(batch.codes);
        let records = |items: &[Boxed]| -> Vec<_> { items.iter().map(|item| item.data.clone()).collect() };
        let (removed, added) = (records(&batch.removed), records(&batch.added));
        self.locator = self.locator.edited(&removed, &added);
        let near = |window: Rect| self.window(window).into_iter().map(|record| record.id).collect();
        self.arcs = self.arcs.edited(&removed, &added, &near);
        self.tree = self.tree.edited(&batch.removed, batch.added);
        Ok(())
    }

    /// How many rows, all versions.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows.len() == 0
    }

    /// How many facts hold on a day.
    pub fn count(&self, as_of: Date) -> usize {
        let then = self.dated.iter().filter(|row| row.record.valid.contains(as_of)).count();
        self.rows.len() - self.dated.len() + then
    }

    /// All rows by id and version.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Record>> {
        self.rows.iter().map(|row| &row.record)
    }

    /// The rows with an id greater than `after`, in order: for paging. O(log n) to the first.
    pub fn iter_after(&self, after: RecordId) -> impl Iterator<Item = &Arc<Record>> {
        self.rows.from(move |row| row.key.id <= after).map(|row| &row.record)
    }

    /// One row.
    pub fn version(&self, key: RecordKey) -> Option<&Arc<Record>> {
        self.rows.from(|row| row.key < key).next().filter(|row| row.key == key).map(|row| &row.record)
    }

    /// All versions of a fact, oldest first.
    pub fn versions(&self, id: RecordId) -> impl Iterator<Item = &Arc<Record>> {
        self.rows
            .from(move |row| row.key.id < id)
            .take_while(move |row| row.key.id == id)
            .map(|row| &row.record)
    }

    /// The version of a fact that holds on a day.
    pub fn get(&self, id: RecordId, as_of: Date) -> Option<&Arc<Record>> {
        self.versions(id).find(|record| record.valid.contains(as_of))
    }

    /// All rows with that business code.
    pub fn by_code(&self, code: &str) -> impl Iterator<Item = &Arc<Record>> {
        let hash = hash(code);
        self.codes
            .from(move |coded| coded.hash < hash)
            .take_while(move |coded| coded.hash == hash)
            .map(|coded| &coded.record)
            .filter(move |record| record.code.as_deref() == Some(code))
    }

    /// The rows whose box meets the window (borders included), in no particular order.
    pub fn window(&self, window: Rect) -> Vec<&Arc<Record>> {
        self.tree.window(bounds::from(window)).collect()
    }

    /// The rows whose geometry meets another geometry, e.g. an area to search in.
    pub fn intersecting(&self, with: &Geometry) -> Vec<&Arc<Record>> {
        use geo::Intersects as _;
        let near = bounds::of(with).into_iter().flat_map(|window| self.tree.window(window));
        near.filter(|record| record.geometry.as_deref().is_some_and(|g| g.intersects(with))).collect()
    }

    /// The k rows that hold on a day and are nearest to a point, with the geodesic distance in metres
    /// (0 inside an area); equally near ones by key.
    ///
    /// Best first through the boxes of the tree by a lower bound of the geodesic distance
    /// (Hjaltason and Samet 1999): the answer is that of measuring every row.
    pub fn nearest(&self, at: Coord, k: usize, as_of: Date) -> Vec<(f64, &Arc<Record>)> {
        let from = From::new(at);
        let near = |metres, what| Near { metres, what };
        let mut found = Vec::new();
        let mut queue = BinaryHeap::from([near(0.0, What::Pages(self.tree.root()))]);
        while found.len() < k
            && let Some(Near { metres, what }) = queue.pop()
        {
            match what {
                What::Pages(node) => queue.extend(node.children().iter().map(|child| match child {
                    RTreeNode::Parent(node) => near(from.glance(&node.envelope()), What::Pages(node)),
                    RTreeNode::Leaf(page) => {
                        near(from.glance(&page.envelope()), What::Page(page.data.root()))
                    }
                })),
                What::Page(node) => queue.extend(node.children().iter().map(|child| match child {
                    RTreeNode::Parent(node) => near(from.glance(&node.envelope()), What::Page(node)),
                    RTreeNode::Leaf(item) => near(from.glance(&item.envelope()), What::Seen(item)),
                })),
                What::Seen(item) if item.data.valid.contains(as_of) => {
                    queue.push(near(from.bound(&item.envelope()), What::Candidate(&item.data)));
                }
                What::Seen(_) => {}
                What::Candidate(record) => queue.extend(
                    record
                        .geometry
                        .as_deref()
                        .and_then(|geometry| from.metres(geometry))
                        .map(|metres| near(metres, What::Measured(record))),
                ),
                What::Measured(record) => found.push((metres, record)),
            }
        }
        found
    }

    /// The other areas that hold on a day and share at least one edge, bit for bit, with a record; of
    /// divisions only those of the same level. By key.
    pub fn adjacent(&self, record: &Record, as_of: Date) -> Vec<&Arc<Record>> {
        let Some(geometry) = record.geometry.as_deref() else { return Vec::new() };
        let Some(window) = bounds::of(geometry) else { return Vec::new() };
        let level = record.text("level");
        let like = |other: &&Arc<Record>| {
            other.id != record.id && other.valid.contains(as_of) && other.text("level") == level
        };
        let mut near: Vec<_> = self.tree.window(window).filter(like).collect();
        near.sort_unstable_by_key(|other| other.key());
        super::adjacency::sharing_an_edge(geometry, near)
    }

    /// The box round all rows.
    pub fn bounds(&self) -> Option<Rect> {
        bounds::rect(self.tree.root().envelope())
    }

    /// The divisions round a point on a day, from the highest level down; of several of one level that
    /// overlap the one with the smallest area, then the lowest key. A point on a shared border belongs
    /// to exactly one side. Other layers have none.
    pub fn locate(&self, at: Coord, as_of: Date) -> Vec<&Arc<Record>> {
        let rows = || Box::new(self.iter()) as _;
        DivisionLevel::ALL.iter().filter_map(|level| self.locator.locate(*level, at, as_of, rows)).collect()
    }

    /// The division of one level round each of many points, as [`Self::locate`] has it; on all cores.
    pub fn locate_many(&self, level: DivisionLevel, at: &[Coord], as_of: Date) -> Vec<Option<&Arc<Record>>> {
        self.locator.locate_many(level, at, as_of, || Box::new(self.iter()))
    }

    /// The borders of the divisions of a level on a day, as arcs; other layers have none.
    pub fn arcs(&self, level: DivisionLevel, day: Date) -> LevelArcs {
        self.arcs.get(level, day, self.iter())
    }

    /// Bytes that the location index of a level takes, 0 before it is first asked.
    pub fn location_bytes(&self, level: DivisionLevel) -> usize {
        self.locator.bytes(level)
    }
}

/// Something at a distance from a point: a lower bound, or measured.
struct Near<'a> {
    metres: f64,
    what: What<'a>,
}

enum What<'a> {
    /// a node over pages
    Pages(&'a ParentNode<rtree::Page>),
    /// a node within a page
    Page(&'a ParentNode<Boxed>),
    /// at its distance by a glance: most of these never need more
    Seen(&'a Boxed),
    Candidate(&'a Arc<Record>),
    Measured(&'a Arc<Record>),
}

impl Near<'_> {
    /// Among equally near ones what is not yet measured comes first, then keys rise.
    fn rank(&self) -> Option<RecordKey> {
        if let What::Measured(record) = self.what { Some(record.key()) } else { None }
    }
}

impl Ord for Near<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        // A heap gives the greatest first: the nearest is the greatest.
        other.metres.total_cmp(&self.metres).then_with(|| other.rank().cmp(&self.rank()))
    }
}

impl PartialOrd for Near<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Near<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Near<'_> {}
