//! One layer of a snapshot. PLACEHOLDER of the final R-tree version: same questions, plain maps.

use std::collections::BTreeMap;
use std::sync::Arc;

use geo::Contains as _;
use geo_types::{Coord, Geometry, Point, Rect};

use crate::model::layers::DivisionLevel;
use crate::model::{Change, Date, Record, RecordId, RecordKey, geometry};

/// The rows of one layer, all lawful versions.
#[derive(Clone, Default)]
pub struct LayerView {
    rows: BTreeMap<RecordKey, Arc<Record>>,
}

impl LayerView {
    /// From all rows.
    pub fn build(records: Vec<Arc<Record>>) -> Self {
        Self { rows: records.into_iter().map(|record| (record.key(), record)).collect() }
    }

    /// Takes one change in; `None` where it does not fit.
    pub fn apply(&mut self, change: &Change) -> Option<()> {
        let old = match change.after() {
            Some(after) => self.rows.insert(change.key(), Arc::new(after.clone())),
            None => self.rows.remove(&change.key()),
        };
        (old.is_some() == change.before().is_some()).then_some(())
    }

    /// How many rows, all versions.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// How many facts hold on a day.
    pub fn count(&self, as_of: Date) -> usize {
        self.iter().filter(|record| record.valid.contains(as_of)).count()
    }

    /// All rows by id and version.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Record>> {
        self.rows.values()
    }

    /// The rows with an id greater than `after`, in order: for paging.
    pub fn iter_after(&self, after: RecordId) -> impl Iterator<Item = &Arc<Record>> {
        let from = RecordKey { id: after, version: u32::MAX };
        self.rows
            .range((std::ops::Bound::Excluded(from), std::ops::Bound::Unbounded))
            .map(|(_, record)| record)
    }

    /// One row.
    pub fn version(&self, key: RecordKey) -> Option<&Arc<Record>> {
        self.rows.get(&key)
    }

    /// All versions of a fact, oldest first.
    pub fn versions(&self, id: RecordId) -> impl Iterator<Item = &Arc<Record>> {
        self.rows
            .range(RecordKey { id, version: 0 }..=RecordKey { id, version: u32::MAX })
            .map(|(_, record)| record)
    }

    /// The version of a fact that holds on a day.
    pub fn get(&self, id: RecordId, as_of: Date) -> Option<&Arc<Record>> {
        self.versions(id).find(|record| record.valid.contains(as_of))
    }

    /// All rows with that business code.
    pub fn by_code(&self, code: &str) -> impl Iterator<Item = &Arc<Record>> {
        self.iter().filter(move |record| record.code.as_deref() == Some(code))
    }

    /// The rows whose box meets the window (borders included), in no particular order.
    pub fn window(&self, window: Rect) -> Vec<&Arc<Record>> {
        let meets = |record: &&Arc<Record>| {
            record.geometry.as_deref().and_then(geometry::bounds).is_some_and(|b| {
                b.min().x <= window.max().x
                    && b.max().x >= window.min().x
                    && b.min().y <= window.max().y
                    && b.max().y >= window.min().y
            })
        };
        self.iter().filter(meets).collect()
    }

    /// The rows whose geometry meets another geometry.
    pub fn intersecting(&self, with: &Geometry) -> Vec<&Arc<Record>> {
        use geo::Intersects as _;
        let near = geometry::bounds(with).map(|window| self.window(window)).unwrap_or_default();
        near.into_iter()
            .filter(|record| record.geometry.as_deref().is_some_and(|g| g.intersects(with)))
            .collect()
    }

    /// The k rows that hold on a day and are nearest to a point, with the geodesic distance in metres.
    pub fn nearest(&self, at: Coord, k: usize, as_of: Date) -> Vec<(f64, &Arc<Record>)> {
        use geo::{Closest, ClosestPoint as _, Distance as _, Geodesic};
        let from = Point(at);
        let mut found: Vec<_> = self
            .iter()
            .filter(|record| record.valid.contains(as_of))
            .filter_map(|record| match record.geometry.as_deref()?.closest_point(&from) {
                Closest::Intersection(_) => Some((0.0, record)),
                Closest::SinglePoint(p) => Some((Geodesic.distance(from, p), record)),
                Closest::Indeterminate => None,
            })
            .collect();
        found.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.key().cmp(&b.1.key())));
        found.truncate(k);
        found
    }

    /// The box round all rows.
    pub fn bounds(&self) -> Option<Rect> {
        let boxes = self.iter().filter_map(|record| record.geometry.as_deref().and_then(geometry::bounds));
        boxes.reduce(|a, b| {
            Rect::new(
                Coord { x: a.min().x.min(b.min().x), y: a.min().y.min(b.min().y) },
                Coord { x: a.max().x.max(b.max().x), y: a.max().y.max(b.max().y) },
            )
        })
    }

    /// The divisions round a point on a day, from the highest level down.
    pub fn locate(&self, at: Coord, as_of: Date) -> Vec<&Arc<Record>> {
        let level = |record: &Record| record.text("level").and_then(DivisionLevel::from_code);
        let mut chain: Vec<_> = self
            .iter()
            .filter(|record| record.valid.contains(as_of))
            .filter(|record| record.geometry.as_deref().is_some_and(|g| g.contains(&Point(at))))
            .collect();
        chain.sort_by_key(|record| (level(record), record.key()));
        chain.dedup_by_key(|record| level(record));
        chain
    }
}
