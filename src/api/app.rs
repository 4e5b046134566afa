//! What all handlers share: the register, the choices of the one who started the server, caches.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::{SystemTime, UNIX_EPOCH};

use moka::sync::Cache;
use tokio::sync::broadcast;

use super::history;
use super::metrics::Metrics;
use super::problem::Problem;
use super::v1::{Incoming, LayerFigures, Opening};
use crate::model::{Change, Date, Layer, Revision, RowCounts, Secrecy};
use crate::register::{Event, Register, RegisterInfo, StoreError};
use crate::snapshot::Snapshot;
use crate::tiles::TileService;

/// Milliseconds since 1970: the only clock of the server, so that tests can set it.
pub type Clock = Arc<dyn Fn() -> u64 + Send + Sync>;

/// What the one who starts the server chooses.
#[derive(Clone)]
pub struct Options {
    /// the highest class of records that anybody sees
    pub show: Secrecy,
    /// whether nothing may be changed
    pub read_only: bool,
    /// whether the data is made up
    pub demo: bool,
    /// scheme and host under which clients reach us, where a proxy stands in between
    pub public_url: Option<String>,
    /// the clock
    pub clock: Clock,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            show: Secrecy::Public,
            read_only: false,
            demo: false,
            public_url: None,
            clock: Arc::new(|| {
                let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                u64::try_from(since.as_millis()).unwrap_or_default()
            }),
        }
    }
}

/// A layer's figures are kept by layer, revision, newest revision (it says what is secret) and day.
pub(super) type FiguresKey = (Layer, Revision, Revision, Date);

/// Change sets whose counts are kept.
const COUNTED: u64 = 4096;
/// Bytes of tiles that are kept.
const TILE_BYTES: u64 = 256 * 1024 * 1024;
/// How many page streams may be open at once.
const LISTENERS: usize = 256;
/// How many revisions a slow page may miss before it is told to start anew.
const BACKLOG: usize = 256;

/// The state behind all routes.
pub struct App {
    /// the register
    pub register: Arc<Register>,
    /// choices of the one who started the server
    pub options: Options,
    /// what the register is
    pub info: RegisterInfo,
    /// figures for `/metrics`
    pub metrics: Metrics,
    /// `None` once the server is closing: open streams then end
    events: RwLock<Option<broadcast::Sender<Event>>>,
    older: Cache<(Revision, Revision), Arc<Older>>,
    /// rows of change sets, by revision
    pub(super) counts: Cache<Revision, Arc<RowCounts>>,
    /// vector tiles
    pub tiles: TileService,
    pub(super) figures: Cache<FiguresKey, Arc<LayerFigures>>,
    /// where a page opens, by revision, newest revision and day
    pub(super) opening: Cache<(Revision, Revision, Date), Arc<Opening>>,
    /// who points at a layer's records, by layer, revision and newest revision
    pub(super) incoming: Cache<(Layer, Revision, Revision), Arc<Incoming>>,
    /// how many features match, by all that is asked except the page
    pub(super) matched: Cache<String, usize>,
}

impl App {
    /// The state for a register.
    pub fn new(register: Arc<Register>, options: Options) -> Result<Self, StoreError> {
        Ok(Self {
            info: register.info()?,
            register,
            options,
            metrics: Metrics::default(),
            events: RwLock::new(Some(broadcast::channel(BACKLOG).0)),
            older: Cache::new(4),
            counts: Cache::new(COUNTED),
            tiles: TileService::new(TILE_BYTES),
            figures: Cache::new(256),
            opening: Cache::new(16),
            incoming: Cache::new(16),
            matched: Cache::new(1024),
        })
    }

    /// Takes a revision's event: called by whoever listens to the register.
    pub fn announce(&self, event: Event) {
        self.metrics.revision(event.revision.0);
        // Nothing that was secret before and after is in a tile, but what became so was.
        self.tiles.invalidate(&self.register.snapshot(), event.revision, &event.layers, event.extent);
        if let Some(events) = &*self.events.read().unwrap_or_else(PoisonError::into_inner) {
            // Nobody listening is no failure.
            let _ = events.send(event.up_to(self.options.show));
        }
    }

    /// Counts the rows of large change sets, newest first, so that nobody who lists the log waits for it.
    pub fn count_log(&self, stop: &dyn Fn() -> bool) {
        let counted = || -> Result<(), Problem> {
            let newest = self.register.head()?.revision;
            let first = Revision(newest.0.saturating_sub(COUNTED));
            for item in self.register.log_items(first, newest)?.into_iter().rev() {
                if stop() {
                    break;
                }
                if item.entry.total() > history::LARGE {
                    history::counts(self, &item.entry)?;
                }
            }
            Ok(())
        };
        if counted().is_err() {
            tracing::warn!("the log is counted when it is first listed");
        }
    }

    /// Ends all open streams, so that the server can close.
    pub fn close(&self) {
        self.events.write().unwrap_or_else(PoisonError::into_inner).take();
    }

    /// A place among the listeners, if one is free.
    pub fn listen(&self) -> Option<broadcast::Receiver<Event>> {
        let events = self.events.read().unwrap_or_else(PoisonError::into_inner);
        events.as_ref().filter(|events| events.receiver_count() < LISTENERS).map(broadcast::Sender::subscribe)
    }

    /// Now, milliseconds since 1970.
    pub fn now_ms(&self) -> u64 {
        (self.options.clock)()
    }

    /// Today in China.
    pub fn today(&self) -> Date {
        Date::in_shanghai(i64::try_from(self.now_ms()).unwrap_or_default())
    }

    /// The register as it was at a revision before the newest, without what is secret by now.
    pub(super) fn older(&self, revision: Revision, newest: &Snapshot) -> Result<Arc<Older>, Problem> {
        let make = || -> Result<Arc<Older>, Problem> {
            let was = self.register.at(revision)?;
            let hidden = |layer: &Layer| {
                newest.layer(*layer).iter().filter(|record| record.secrecy > self.options.show)
            };
            let gone: Vec<Change> = Layer::ALL
                .iter()
                .flat_map(hidden)
                .filter_map(|record| was.layer(record.layer).version(record.key()))
                .map(|record| Change::delete((**record).clone()))
                .collect();
            if gone.is_empty() {
                return Ok(Arc::new(Older { snapshot: was, tiles: None }));
            }
            let snapshot = was.apply(revision, &gone).map_err(|error| Problem::internal(&error))?;
            let tiles = Some(TileService::new(TILE_BYTES / 16));
            Ok(Arc::new(Older { snapshot: Arc::new(snapshot), tiles }))
        };
        self.older
            .try_get_with((revision, newest.revision()), make)
            .map_err(|problem: Arc<Problem>| (*problem).clone())
    }
}

/// An older revision as it may be shown now.
pub(super) struct Older {
    /// the revision
    pub(super) snapshot: Arc<Snapshot>,
    /// its own tiles, where something was taken out: the shared ones may hold it
    pub(super) tiles: Option<TileService>,
}
