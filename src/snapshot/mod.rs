//! The register in memory at one revision: immutable, shared, all questions are answered from it.

mod adjacency;
mod arcs;
mod bounds;
mod distance;
mod layer_view;
mod location;
mod paged;
mod ring;
mod rtree;

pub use arcs::{ArcSide, BorderArc, LevelArcs, Redrawn};
pub use layer_view::LayerView;

use std::sync::Arc;

use geo_types::Coord;

use crate::model::layers::DivisionLevel;
use crate::model::{Change, Date, Layer, Record, RecordKey, Revision, Secrecy, guard};

/// One revision of the register.
#[derive(Clone)]
pub struct Snapshot {
    revision: Revision,
    layers: Vec<LayerView>,
}

/// A change set that does not fit the snapshot: a store and its log disagree.
#[derive(Debug, thiserror::Error)]
#[error("{layer} {key:?}: the change does not fit the row as it is")]
pub struct ApplyError {
    /// the layer
    pub layer: Layer,
    /// the row
    pub key: RecordKey,
}

impl Snapshot {
    /// From all rows of a store.
    pub fn build(revision: Revision, records: impl IntoIterator<Item = Record>) -> Self {
        let mut of_layer: Vec<Vec<Arc<Record>>> = vec![Vec::new(); Layer::ALL.len()];
        for record in records {
            of_layer[record.layer.index()].push(Arc::new(record));
        }
        Self { revision, layers: of_layer.into_iter().map(LayerView::build).collect() }
    }

    /// The snapshot after a change set; what did not change is shared.
    pub fn apply(&self, revision: Revision, changes: &[Change]) -> Result<Self, ApplyError> {
        let mut next = self.clone();
        next.revision = revision;
        let mut of_layer: Vec<Vec<&Change>> = vec![Vec::new(); Layer::ALL.len()];
        for change in changes {
            of_layer[change.layer().index()].push(change);
        }
        for ((layer, view), changes) in Layer::ALL.iter().zip(&mut next.layers).zip(of_layer) {
            if !changes.is_empty() {
                view.apply_all(&changes).map_err(|key| ApplyError { layer: *layer, key })?;
            }
        }
        Ok(next)
    }

    /// The same as those see it who see up to a class: without guarded attributes of its records. `None` where there
    /// are none. O(n) over records, of which those with an `extra` are looked into.
    pub fn up_to(&self, show: Secrecy) -> Option<Self> {
        let hidden = |record: &Arc<Record>| {
            guard::seen(record, show).map(|seen| Change::update((**record).clone(), seen))
        };
        let changes: Vec<Change> =
            self.layers.iter().flat_map(|view| view.iter().filter_map(hidden)).collect();
        if changes.is_empty() {
            return None;
        }
        // Changes of rows that are there fit.
        Some(self.apply(self.revision, &changes).unwrap_or_else(|_| {
            let all = self.layers.iter().flat_map(LayerView::iter);
            Self::build(self.revision, all.map(|record| guard::shown(record, show).into_owned()))
        }))
    }

    /// Which revision.
    pub fn revision(&self) -> Revision {
        self.revision
    }

    /// One layer.
    pub fn layer(&self, layer: Layer) -> &LayerView {
        &self.layers[layer.index()]
    }

    /// The divisions that a point lies in on a day, from the highest level down.
    /// A point on a shared border belongs to exactly one side, always the same.
    pub fn locate(&self, at: Coord, as_of: Date) -> Vec<&Arc<Record>> {
        self.layer(Layer::Division).locate(at, as_of)
    }

    /// The borders of the divisions of a level on a day, as arcs. The first question to a level builds them; they
    /// are then kept in step with every change set.
    pub fn arcs(&self, level: DivisionLevel, day: Date) -> LevelArcs {
        self.layer(Layer::Division).arcs(level, day)
    }

    /// The division of one level round each of many points on a day, as [`Self::locate`] has it.
    /// The first question to a level builds its index; work is spread over all cores.
    pub fn locate_many(&self, level: DivisionLevel, at: &[Coord], as_of: Date) -> Vec<Option<&Arc<Record>>> {
        self.layer(Layer::Division).locate_many(level, at, as_of)
    }
}
