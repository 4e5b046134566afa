//! What all handlers share: the register, the choices of the one who started the server, caches.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use moka::sync::Cache;
use tokio::sync::broadcast;

use super::boards::Boards;
use super::directories::Directories;
use super::doors::Doors;
use super::history;
use super::metrics::Metrics;
use super::problem::Problem;
use super::v1::{Incoming, LayerFigures, Opening};
use crate::accounts::Who;
use crate::attachments::Attachments;
use crate::documents::Templates;
use crate::formats::ogr::Worker;
use crate::jobs::{self, JobEvent, Jobs};
use crate::model::{Change, Date, Layer, PlaceDescription, Record, Revision, RowCounts, Secrecy, guard};
use crate::register::{Event, Member, Register, RegisterInfo, StoreError};
use crate::rules::Rules;
use crate::snapshot::Snapshot;
use crate::tiles::TileService;
use crate::underlays::{Basemaps, Underlays};

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
    /// folder for uploads and drafts; one that goes with the program where absent
    pub work: Option<PathBuf>,
    /// bytes of one upload
    pub upload_bytes: u64,
    /// pictures under the data
    pub underlays: Arc<Underlays>,
    /// photos and papers that records list
    pub media: Arc<Attachments>,
    /// how GDAL's process is run for pictures
    pub worker: Worker,
    /// maps of others under the data
    pub basemaps: Arc<Basemaps>,
    /// what checks go by
    pub rules: Arc<Rules>,
    /// templates of papers
    pub templates: Arc<Templates>,
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
            work: None,
            upload_bytes: UPLOAD_BYTES,
            underlays: Arc::default(),
            media: Arc::default(),
            worker: Worker::default(),
            basemaps: Arc::default(),
            rules: Rules::compiled().clone(),
            templates: Arc::default(),
            clock: Arc::new(|| {
                let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                u64::try_from(since.as_millis()).unwrap_or_default()
            }),
        }
    }
}

/// A layer's figures are kept by layer, revision, newest revision (it says what is secret) and day.
pub(super) type FiguresKey = (Layer, Revision, Revision, Date);

/// Bytes of one upload, if nothing else is said.
pub const UPLOAD_BYTES: u64 = 2 << 30;
/// Change sets whose counts are kept.
const COUNTED: u64 = 4096;
/// Bytes of tiles that are kept.
const TILE_BYTES: u64 = 256 * 1024 * 1024;
/// Records in lists that are kept, eight bytes each.
const LISTED: u64 = 4_000_000;
/// How long a list is kept that nobody asks for: it holds on to its revision's records.
const LIST_KEPT: Duration = Duration::from_secs(300);
/// How many page streams may be open at once.
const LISTENERS: usize = 256;
/// How many revisions a slow page may miss before it is told to start anew.
const BACKLOG: usize = 256;

/// What open pages hear.
#[derive(Clone, Debug)]
pub enum Heard {
    /// a new revision
    Revision(Event),
    /// a job, as it is now
    Job(JobEvent),
}

/// The streams to open pages; `None` once the server is closing: they then end.
struct Streams(RwLock<Option<broadcast::Sender<Heard>>>);

impl Streams {
    fn tell(&self, heard: Heard) {
        if let Some(streams) = &*self.0.read().unwrap_or_else(PoisonError::into_inner) {
            // Nobody listening is no failure.
            let _ = streams.send(heard);
        }
    }
}

/// What is kept of what is shown: each class has its own, as none may hold what another must not see.
#[derive(Clone)]
struct Kept {
    older: Cache<(Revision, Revision), Arc<Older>>,
    counts: Cache<Revision, Arc<RowCounts>>,
    figures: Cache<FiguresKey, Arc<LayerFigures>>,
    opening: Cache<(Revision, Revision, Date), Arc<Opening>>,
    incoming: Cache<(Layer, Revision, Revision), Arc<Incoming>>,
    matched: Cache<String, usize>,
    lists: Cache<String, Arc<Vec<Arc<Record>>>>,
}

impl Default for Kept {
    fn default() -> Self {
        Self {
            older: Cache::new(4),
            counts: Cache::new(COUNTED),
            figures: Cache::new(256),
            opening: Cache::new(16),
            incoming: Cache::new(16),
            matched: Cache::new(1024),
            lists: Cache::builder()
                .weigher(|_, list: &Arc<Vec<_>>| u32::try_from(list.len()).unwrap_or(u32::MAX))
                .max_capacity(LISTED)
                .time_to_idle(LIST_KEPT)
                .build(),
        }
    }
}

/// The state behind all routes. Each request has its own: what is shared is shared, and `who` asks and the class
/// that is shown (`options.show`) are the request's, so that all that goes by them goes by who asks.
#[derive(Clone)]
pub struct App {
    /// the register
    pub register: Arc<Register>,
    /// choices of the one who started the server
    pub options: Options,
    /// what the register is
    pub info: RegisterInfo,
    /// the registers that it is a view over; none for a register of its own
    pub members: Vec<Member>,
    /// whoever asks; the server itself is anybody
    pub who: Arc<Who>,
    /// who comes in by which key
    pub(super) doors: Arc<Doors>,
    /// whether the request was shown what is secret
    secrets: Arc<AtomicBool>,
    /// what is kept for the classes below the highest that is shown
    classes: Arc<[Kept; 2]>,
    /// figures for `/metrics`
    pub metrics: Arc<Metrics>,
    /// uploads, previews and other long work
    pub jobs: Arc<Jobs>,
    streams: Arc<Streams>,
    older: Cache<(Revision, Revision), Arc<Older>>,
    /// rows of change sets, by revision
    pub(super) counts: Cache<Revision, Arc<RowCounts>>,
    /// findings of the checks
    pub boards: Arc<Boards>,
    /// the search over names
    pub directories: Arc<Directories>,
    /// vector tiles
    pub tiles: Arc<TileService>,
    pub(super) figures: Cache<FiguresKey, Arc<LayerFigures>>,
    /// where a page opens, by revision, newest revision and day
    pub(super) opening: Cache<(Revision, Revision, Date), Arc<Opening>>,
    /// who points at a layer's records, by layer, revision and newest revision
    pub(super) incoming: Cache<(Layer, Revision, Revision), Arc<Incoming>>,
    /// how many features match, by all that is asked except the page
    pub(super) matched: Cache<String, usize>,
    /// all records that match, in the order asked for
    pub(super) lists: Cache<String, Arc<Vec<Arc<Record>>>>,
}

impl App {
    /// The state for a register. A view over several is never changed, whatever the options say.
    pub fn new(register: Arc<Register>, mut options: Options) -> Result<Self, StoreError> {
        let members = register.members();
        options.read_only |= !members.is_empty();
        let streams = Arc::new(Streams(RwLock::new(Some(broadcast::channel(BACKLOG).0))));
        let jobs = Jobs::open(
            register.clone(),
            jobs::Options {
                folder: options.work.clone(),
                upload_bytes: options.upload_bytes,
                read_only: options.read_only,
                show: options.show,
                rules: options.rules.clone(),
                underlays: options.underlays.clone(),
                media: options.media.clone(),
                worker: options.worker.clone(),
                clock: options.clock.clone(),
            },
        );
        let telling = streams.clone();
        jobs.listen(Box::new(move |event| telling.tell(Heard::Job(event.clone()))));
        let Kept { older, counts, figures, opening, incoming, matched, lists } = Kept::default();
        Ok(Self {
            who: Arc::new(Who::anybody()),
            doors: Arc::default(),
            secrets: Arc::default(),
            classes: Arc::default(),
            jobs: Arc::new(jobs),
            streams,
            info: register.info()?,
            members,
            register,
            boards: Arc::new(Boards::new(options.rules.clone())),
            directories: Arc::default(),
            options,
            metrics: Arc::default(),
            older,
            counts,
            tiles: Arc::new(TileService::new(TILE_BYTES)),
            figures,
            opening,
            incoming,
            matched,
            lists,
        })
    }

    /// The state as whoever asks sees it: no record above what one may see, nor above what the server shows.
    #[must_use]
    pub fn seen_by(&self, who: Who) -> Arc<Self> {
        let class = who.sees().min(self.options.show);
        let mut app = Self { who: Arc::new(who), secrets: Arc::default(), ..self.clone() };
        if class < self.options.show {
            app.options.show = class;
            let kept = &self.classes[usize::from(class != Secrecy::Public)];
            let Kept { older, counts, figures, opening, incoming, matched, lists } = kept.clone();
            app = Self { older, counts, figures, opening, incoming, matched, lists, ..app };
        }
        Arc::new(app)
    }

    /// Whether whoever asks sees every class that the server shows.
    pub(super) fn sees_all(&self) -> bool {
        self.options.show >= self.jobs.shows()
    }

    /// Marks that the request was shown something secret.
    pub(super) fn secrets(&self) -> &Arc<AtomicBool> {
        &self.secrets
    }

    /// Whether it was.
    pub(super) fn has_shown_secrets(&self) -> bool {
        self.secrets.load(Ordering::Relaxed)
    }

    /// Takes a revision's event: called by whoever listens to the register.
    pub fn announce(&self, event: Event) {
        self.metrics.revision(event.revision.0);
        // Nothing that was secret before and after is in a tile, but what became so was.
        self.tiles.invalidate(&self.register.snapshot(), event.revision, &event.layers, event.extent);
        self.streams.tell(Heard::Revision(event));
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

    /// The register that a change set is from and its number there, where several are read as one.
    pub fn place_of(&self, revision: Revision) -> Option<PlaceDescription> {
        let (member, revision) = self.register.origin_of(revision)?;
        Some(PlaceDescription { title: self.members.get(member)?.label.clone(), revision })
    }

    /// Ends all open streams and tells long work to stop, so that the server can close.
    pub fn close(&self) {
        self.streams.0.write().unwrap_or_else(PoisonError::into_inner).take();
        self.jobs.close();
    }

    /// A place among the listeners, if one is free.
    pub fn listen(&self) -> Option<broadcast::Receiver<Heard>> {
        let streams = self.streams.0.read().unwrap_or_else(PoisonError::into_inner);
        streams
            .as_ref()
            .filter(|streams| streams.receiver_count() < LISTENERS)
            .map(broadcast::Sender::subscribe)
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
            let show = self.options.show;
            let seen = without(&was, newest, show)?.unwrap_or_else(|| was.clone());
            let drawn = match show {
                Secrecy::Secret => without(&was, newest, Secrecy::Internal)?.unwrap_or_else(|| was.clone()),
                _ => seen.clone(),
            };
            let tiles = (!Arc::ptr_eq(&drawn, &was)).then(|| TileService::new(TILE_BYTES / 16));
            Ok(Arc::new(Older { snapshot: seen, drawn, tiles }))
        };
        self.older
            .try_get_with((revision, newest.revision()), make)
            .map_err(|problem: Arc<Problem>| (*problem).clone())
    }
}

/// A revision without what is above a class, and what is so by now: what is secret now was never public. `None` where
/// there is nothing of the kind.
fn without(was: &Snapshot, newest: &Snapshot, show: Secrecy) -> Result<Option<Arc<Snapshot>>, Problem> {
    let mut changes: Vec<Change> = Vec::new();
    for layer in Layer::ALL {
        let rows = newest.layer(*layer);
        for record in was.layer(*layer).iter() {
            let now = rows.version(record.key());
            if now.is_some_and(|now| now.secrecy > show) {
                changes.push(Change::delete((**record).clone()));
                continue;
            }
            let own = guard::seen(record, show);
            let by_now = now.and_then(|now| guard::seen_as(own.as_ref().unwrap_or(record), now, show));
            changes.extend(by_now.or(own).map(|seen| Change::update((**record).clone(), seen)));
        }
    }
    if changes.is_empty() {
        return Ok(None);
    }
    let seen = was.apply(was.revision(), &changes).map_err(|error| Problem::internal(&error))?;
    Ok(Some(Arc::new(seen)))
}

/// An older revision as it may be shown now.
pub(super) struct Older {
    /// the revision
    pub(super) snapshot: Arc<Snapshot>,
    /// what its tiles are drawn from
    pub(super) drawn: Arc<Snapshot>,
    /// its own tiles, where something was taken out: the shared ones may hold it
    pub(super) tiles: Option<TileService>,
}
