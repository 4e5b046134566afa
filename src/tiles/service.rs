//! Tiles made once and kept until an edit touches them.
//!
//! Nothing is searched and dropped when an edit comes in: it is written down with the area it touched,
//! and a kept tile is served again only if no edit since it was made meets it. So a tile that was being
//! made while an edit came in is never taken for a newer one.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use bytes::Bytes;
use geo_types::Rect;
use moka::sync::Cache;

use super::compose::{Scene, Selection, TileRequest};
use super::coverage::Coverage;
use super::gzip;
use super::layers::specs;
use super::shapes::Shapes;
use super::world::WorldBox;
use crate::model::{Layer, Revision};
use crate::snapshot::Snapshot;

/// Edits that are remembered; tiles older than the oldest are made anew.
const REMEMBERED: usize = 4096;
/// Coverages of older revisions that are kept.
const OLDER_COVERAGES: usize = 2;

/// A finished tile.
#[derive(Debug)]
pub struct Tile {
    gzip: Bytes,
    etag: String,
}

impl Tile {
    fn of(content: &[u8]) -> Self {
        Self {
            gzip: if content.is_empty() { Bytes::new() } else { gzip::compress(content) },
            etag: gzip::etag(content),
        }
    }

    /// The tile, compressed with gzip; no bytes at all for an empty one.
    pub fn gzip(&self) -> Bytes {
        self.gzip.clone()
    }

    /// A strong entity tag with its quotes: the same for the same content and for no other.
    pub fn etag(&self) -> &str {
        &self.etag
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.gzip.is_empty()
    }
}

/// What a service has done so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct TileCounts {
    /// tiles made
    pub made: u64,
    /// tiles served as they were kept
    pub kept: u64,
}

/// A tile in the cache, and the revision for which it was last known to hold.
#[derive(Clone)]
struct Kept {
    tile: Arc<Tile>,
    holds_at: Arc<AtomicU64>,
}

/// Which tile of which revision: of the newest ones all together, of an older one by itself.
type Key = (TileRequest, Option<Revision>);

/// The edits that came in.
#[derive(Default)]
struct Journal {
    /// Edits up to this revision are known...
    through: Option<Revision>,
    /// ...from this one on.
    since: Revision,
    edits: Vec<Touched>,
}

struct Touched {
    revision: Revision,
    /// a bit for each layer, by its index
    layers: u32,
    area: WorldBox,
}

/// Makes, keeps and serves tiles. Shared between threads; makes no thread of its own.
pub struct TileService {
    cache: Cache<Key, Kept>,
    shapes: Shapes,
    journal: RwLock<Journal>,
    newest: RwLock<Option<Arc<Coverage>>>,
    /// Guards the making of coverages; holds those of older revisions.
    older: Mutex<Vec<Arc<Coverage>>>,
    made: AtomicU64,
    kept: AtomicU64,
}

impl TileService {
    /// A service that keeps tiles of so many bytes (and half as much of prepared geometry).
    pub fn new(cache_bytes: u64) -> Self {
        let weigh = |_: &Key, kept: &Kept| u32::try_from(kept.tile.gzip.len() + 256).unwrap_or(u32::MAX);
        Self {
            cache: Cache::builder().weigher(weigh).max_capacity(cache_bytes).build(),
            shapes: Shapes::new(cache_bytes / 2),
            journal: RwLock::default(),
            newest: RwLock::default(),
            older: Mutex::default(),
            made: AtomicU64::new(0),
            kept: AtomicU64::new(0),
        }
    }

    /// Prepares the divisions of a snapshot, so that the first tile need not wait for it.
    pub fn prepare(&self, snapshot: &Snapshot) {
        self.coverage(snapshot);
    }

    /// A tile of a snapshot.
    pub fn tile(&self, snapshot: &Snapshot, request: &TileRequest) -> Arc<Tile> {
        let revision = snapshot.revision();
        let key = (*request, self.is_older(revision).then_some(revision));
        if let Some(kept) = self.cache.get(&key)
            && (key.1.is_some() || self.still_holds(&kept, request, revision))
        {
            self.kept.fetch_add(1, Ordering::Relaxed);
            return kept.tile;
        }
        let coverage = self.coverage(snapshot);
        let scene = Scene { snapshot, coverage: &coverage, shapes: &self.shapes, request: *request };
        let tile = Arc::new(Tile::of(&scene.compose()));
        self.made.fetch_add(1, Ordering::Relaxed);
        self.cache.insert(key, Kept { tile: tile.clone(), holds_at: Arc::new(AtomicU64::new(revision.0)) });
        tile
    }

    /// Takes note of an edit: to be called once per revision, in order, with the newest snapshot (of that
    /// revision or a later one), the layers that changed, and the box round all that changed, before and
    /// after. Tiles that it does not meet stay.
    pub fn invalidate(
        &self,
        snapshot: &Snapshot,
        revision: Revision,
        layers: &[Layer],
        extent: Option<Rect>,
    ) {
        let mut journal = self.journal.write().unwrap_or_else(PoisonError::into_inner);
        match journal.through {
            Some(through) if revision <= through => return,
            Some(through) if revision.0 == through.0 + 1 => {}
            // Revisions were missed: nothing older can be trusted.
            _ => *journal = Journal { since: revision, ..Journal::default() },
        }
        journal.through = Some(revision);
        let layers = layers.iter().fold(0, |bits, layer| bits | 1 << layer.index());
        if let Some(extent) = extent {
            journal.note(Touched { revision, layers, area: WorldBox::of(extent) });
        }
        drop(journal);
        if layers & 1 << Layer::Division.index() != 0 {
            self.coverage(snapshot);
        }
    }

    /// What was done so far.
    pub fn counts(&self) -> TileCounts {
        TileCounts { made: self.made.load(Ordering::Relaxed), kept: self.kept.load(Ordering::Relaxed) }
    }

    /// Bytes that the prepared divisions of the newest snapshot take.
    pub fn prepared_bytes(&self) -> usize {
        self.newest_coverage().map_or(0, |coverage| coverage.weight())
    }

    fn is_older(&self, revision: Revision) -> bool {
        let journal = self.journal.read().unwrap_or_else(PoisonError::into_inner);
        let newest = self.newest.read().unwrap_or_else(PoisonError::into_inner);
        journal.through.is_some_and(|through| revision < through)
            || newest.as_ref().is_some_and(|coverage| revision < coverage.revision())
    }

    fn still_holds(&self, kept: &Kept, request: &TileRequest, revision: Revision) -> bool {
        let made_at = Revision(kept.holds_at.load(Ordering::Acquire));
        if made_at == revision {
            return true;
        }
        if made_at > revision {
            return false;
        }
        let journal = self.journal.read().unwrap_or_else(PoisonError::into_inner);
        let holds = journal.covers(made_at, revision) && !journal.touches(request, made_at, revision);
        if holds {
            kept.holds_at.fetch_max(revision.0, Ordering::AcqRel);
        }
        holds
    }

    fn newest_coverage(&self) -> Option<Arc<Coverage>> {
        self.newest.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn coverage(&self, snapshot: &Snapshot) -> Arc<Coverage> {
        let fits = |coverage: &Arc<Coverage>| coverage.revision() == snapshot.revision();
        if let Some(newest) = self.newest_coverage().filter(fits) {
            return newest;
        }
        let mut older = self.older.lock().unwrap_or_else(PoisonError::into_inner);
        let newest = self.newest_coverage();
        if let Some(found) = newest.iter().chain(older.iter()).find(|coverage| fits(coverage)) {
            return found.clone();
        }
        match newest {
            Some(newest) if newest.revision() > snapshot.revision() => {
                let coverage = Arc::new(newest.update(snapshot).0);
                older.truncate(OLDER_COVERAGES - 1);
                older.insert(0, coverage.clone());
                coverage
            }
            Some(newest) => {
                let (coverage, touched) = newest.update(snapshot);
                self.advance(coverage, touched)
            }
            None => self.advance(Coverage::build(snapshot), Vec::new()),
        }
    }

    /// Puts a newer coverage in place. Where borders look different, also beyond the edited division,
    /// tiles made before are stale.
    fn advance(&self, coverage: Coverage, touched: Vec<WorldBox>) -> Arc<Coverage> {
        let coverage = Arc::new(coverage);
        let revision = coverage.revision();
        let mut journal = self.journal.write().unwrap_or_else(PoisonError::into_inner);
        for area in touched {
            journal.note(Touched { revision, layers: 1 << Layer::Division.index(), area });
        }
        if journal.through.is_none() {
            (journal.through, journal.since) = (Some(revision), revision);
        }
        *self.newest.write().unwrap_or_else(PoisonError::into_inner) = Some(coverage.clone());
        coverage
    }
}

impl Journal {
    fn note(&mut self, edit: Touched) {
        if self.edits.len() >= REMEMBERED {
            let half = self.edits.len() / 2;
            let forgotten = self.edits.drain(..half).map(|edit| edit.revision).max();
            self.since = self.since.max(forgotten.unwrap_or_default());
        }
        self.edits.push(edit);
    }

    /// Whether all edits after one revision and up to another are known.
    fn covers(&self, after: Revision, up_to: Revision) -> bool {
        self.since <= after && self.through.is_some_and(|through| up_to <= through)
    }

    fn touches(&self, request: &TileRequest, after: Revision, up_to: Revision) -> bool {
        let layers = match request.selection {
            Selection::One(layer) => 1 << layer.index(),
            Selection::All => specs().iter().fold(0, |bits, spec| bits | 1 << spec.layer.index()),
        };
        let clip = request.coord.frame().clip();
        self.edits.iter().rev().any(|edit| {
            edit.revision > after
                && edit.revision <= up_to
                && edit.layers & layers != 0
                && edit.area.meets(clip)
        })
    }
}
