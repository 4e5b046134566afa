//! Long work: a closed list of kinds, rows in the store, a small pool of threads, progress, cancelling.
//!
//! A job's row says who asked what on which revision and what came of it; how far it is lives in memory and is
//! written now and then. A program that works on a job holds a lease: where it dies, the job begins anew once
//! the lease is over. Equal requests that have not ended are one job. Files (uploads, drafts) lie in a folder
//! beside the register. A job only ever makes a draft or a file, or commits what a person accepted.

mod circles;
mod claim;
mod compare;
mod export;
mod folder;
pub mod import;
mod job;
mod pool;
mod running;
mod underlay;
mod zoning;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::access::ground::Grounds;
use crate::attachments::Attachments;
use crate::formats::ogr::Worker;
use crate::model::{IdSource, RecordId, Secrecy};
use crate::register::{Register, StoreError};
use crate::rules::Rules;
use crate::underlays::Underlays;

pub use crate::store::JobState;
pub use circles::{Scenario, SitingModel, SitingParams, SitingRun};
pub use compare::{CompareParams, Source};
pub use export::{ExportParams, Exported};
pub use job::{Failure, Job, JobEvent, Progress, Work};
pub use running::Stopped;
pub use underlay::{Scan, UnderlayParams};
pub use zoning::{Alternative, Certified, Desk, Head, Made, PlanScope, PlanWishes, Version, ZoningParams};

use folder::Folder;
use running::Live;

/// Milliseconds since 1970.
pub type Clock = Arc<dyn Fn() -> u64 + Send + Sync>;

/// Hears of jobs: their states, and how far they are at most four times a second each.
pub type Listener = Box<dyn Fn(&JobEvent) + Send + Sync>;

/// How jobs are kept.
#[derive(Clone)]
pub struct Options {
    /// folder for uploads and drafts; one that goes with the program where absent
    pub folder: Option<PathBuf>,
    /// bytes of one uploaded file, and of all files of one upload
    pub upload_bytes: u64,
    /// whether nothing may be written
    pub read_only: bool,
    /// the highest class of records that anybody sees: no import changes one above it
    pub show: Secrecy,
    /// the rules that imports are looked at by
    pub rules: Arc<Rules>,
    /// pictures under the data
    pub underlays: Arc<Underlays>,
    /// photos and papers that records list
    pub media: Arc<Attachments>,
    /// how GDAL's process is run for pictures
    pub worker: Worker,
    /// the clock
    pub clock: Clock,
}

/// Why a request about jobs is not carried out.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// no such job, upload or draft
    #[error("there is none")]
    Unknown,
    /// too many wait already
    #[error("{0} jobs are waiting")]
    Full(usize),
    /// it has not ended
    #[error("the job has not ended")]
    NotEnded,
    /// its outcome is not what is asked for
    #[error("the job is no finished preview that could be accepted")]
    NotReady,
    /// the folder beside the register
    #[error("the work folder: {0}")]
    Disk(#[from] std::io::Error),
    /// the store
    #[error(transparent)]
    Store(#[from] StoreError),
    /// what is kept cannot be read
    #[error("what was kept of a job cannot be read: {0}")]
    Kept(String),
}

/// How long workers may take to stop.
const GRACE: Duration = Duration::from_secs(10);
/// Jobs that may wait or run at once.
const MOST_WAITING: usize = 64;

/// All jobs of a register. Dropped, it stops its workers; what they were at begins anew next time.
pub struct Jobs {
    inner: Arc<Inner>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

/// What workers and askers share.
pub(crate) struct Inner {
    pub(crate) register: Arc<Register>,
    pub(crate) folder: Folder,
    pub(crate) options: Options,
    /// this program among those that may have the register open
    owner: String,
    live: Mutex<BTreeMap<RecordId, Arc<Live>>>,
    /// the ground of plans that are looked at
    desks: zoning::Desks,
    /// the ground of service circles
    circles: Grounds,
    /// one worker looks for a job at a time
    claiming: Mutex<()>,
    /// one change of an upload's list of files at a time
    pub(crate) filing: Mutex<()>,
    listeners: Mutex<Vec<Listener>>,
    last_id: Mutex<RecordId>,
    stop: AtomicBool,
    /// counts what there is to wake up for
    news: Mutex<u64>,
    wake: Condvar,
}

/// A lock whose holder panicked is taken over: what these guard changes in single steps.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Inner {
    pub(crate) fn now_ms(&self) -> u64 {
        (self.options.clock)()
    }

    /// Now as RFC 3339.
    pub(crate) fn now(&self) -> String {
        let ms = i64::try_from(self.now_ms()).unwrap_or_default();
        jiff::Timestamp::from_millisecond(ms).map(|at| format!("{at:.3}")).unwrap_or_default()
    }

    /// An id greater than all before it.
    pub(crate) fn next_id(&self) -> RecordId {
        let fresh = IdSource::new(self.now_ms(), rand::random()).next_id();
        let mut last = lock(&self.last_id);
        *last = fresh.max(RecordId::from_bits(last.bits() + 1));
        *last
    }

    pub(crate) fn is_stopping(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    fn live(&self, id: RecordId) -> Option<Arc<Live>> {
        lock(&self.live).get(&id).cloned()
    }

    fn tell(&self, event: &JobEvent) {
        for listener in lock(&self.listeners).iter() {
            listener(event);
        }
    }

    fn ring(&self) {
        *lock(&self.news) += 1;
        self.wake.notify_all();
    }
}

impl Jobs {
    /// The jobs of a register. What an earlier program left unfinished is taken up, what is old swept away.
    pub fn open(register: Arc<Register>, options: Options) -> Self {
        let inner = Arc::new(Inner {
            register,
            folder: Folder::new(options.folder.clone()),
            options,
            owner: format!("{}-{:016x}", std::process::id(), rand::random::<u64>()),
            live: Mutex::default(),
            desks: zoning::Desks::default(),
            circles: Grounds::default(),
            claiming: Mutex::default(),
            filing: Mutex::default(),
            listeners: Mutex::default(),
            last_id: Mutex::new(RecordId::from_bits(0)),
            stop: AtomicBool::new(false),
            news: Mutex::new(0),
            wake: Condvar::new(),
        });
        let jobs = Self { inner, threads: Mutex::default() };
        if !jobs.inner.options.read_only {
            match jobs.inner.sweep().and_then(|()| jobs.inner.has_unfinished()) {
                Ok(true) => jobs.start_workers(),
                Ok(false) => {}
                Err(error) => tracing::warn!(%error, "the jobs of earlier could not be looked at"),
            }
        }
        jobs
    }

    /// Hears of all jobs of this program from now on.
    pub fn listen(&self, listener: Listener) {
        lock(&self.inner.listeners).push(listener);
    }

    /// The highest class of records that they go by.
    pub fn shows(&self) -> Secrecy {
        self.inner.options.show
    }

    /// Asks for work. The same work asked for again on the same revision, while it has not ended, is one job.
    pub fn submit(&self, work: Work, by: Option<String>) -> Result<Job, JobError> {
        self.submit_as(self.inner.next_id(), work, by)
    }

    /// The same under an id whose folder holds something for it already.
    fn submit_as(&self, id: RecordId, work: Work, by: Option<String>) -> Result<Job, JobError> {
        let inner = &self.inner;
        let mut waiting = inner.register.jobs().jobs(Some(JobState::Queued), MOST_WAITING)?;
        waiting.extend(inner.register.jobs().jobs(Some(JobState::Running), MOST_WAITING)?);
        let revision = inner.register.head()?.revision;
        let job = Job::new(id, work, by, revision, inner.now_ms(), inner.now());
        let row = job.to_row(None)?;
        if waiting.len() >= MOST_WAITING && !waiting.iter().any(|other| other.asked == row.asked) {
            return Err(JobError::Full(waiting.len()));
        }
        if let Some(same) = inner.register.jobs().add_job(&row)? {
            return self.job(same);
        }
        // Told before a worker can take it: listeners hear the states in their order.
        inner.tell(&job.event());
        self.start_workers();
        inner.ring();
        Ok(job)
    }

    /// One job, as far as it is now.
    pub fn job(&self, id: RecordId) -> Result<Job, JobError> {
        self.inner.job(id)
    }

    /// Jobs, newest first; all states, or one.
    pub fn list(&self, state: Option<JobState>, limit: usize) -> Result<Vec<Job>, JobError> {
        let rows = self.inner.register.jobs().jobs(state, limit)?;
        rows.iter().map(|row| Ok(self.inner.with_progress(Job::of_row(row)?))).collect()
    }

    /// Stops a job: at once where it waits, as soon as its worker hears it where it runs.
    pub fn cancel(&self, id: RecordId) -> Result<Job, JobError> {
        let job = self.inner.cancel(id)?;
        self.inner.tell(&job.event());
        Ok(job)
    }

    /// Takes an ended job away with its files.
    pub fn remove(&self, id: RecordId) -> Result<(), JobError> {
        if !self.job(id)?.state.has_ended() {
            return Err(JobError::NotEnded);
        }
        self.inner.register.jobs().remove_job(id)?;
        Ok(self.inner.folder.remove(id)?)
    }

    /// Tells the workers to stop, without waiting for them.
    pub fn close(&self) {
        self.inner.stop.store(true, Ordering::Relaxed);
        self.inner.ring();
    }

    /// The grounds of service circles that are kept.
    pub fn circles(&self) -> &Grounds {
        &self.inner.circles
    }

    pub(crate) fn inner(&self) -> &Arc<Inner> {
        &self.inner
    }

    fn start_workers(&self) {
        let mut threads = lock(&self.threads);
        if threads.is_empty() && !self.inner.is_stopping() {
            *threads = pool::start(&self.inner);
        }
    }
}

impl Drop for Jobs {
    fn drop(&mut self) {
        self.close();
        let threads = std::mem::take(&mut *lock(&self.threads));
        let begun = Instant::now();
        while begun.elapsed() < GRACE && !threads.iter().all(JoinHandle::is_finished) {
            std::thread::sleep(Duration::from_millis(5));
        }
        // One that hangs, in a file that GDAL chews on, ends with the program; its job's lease runs out.
        for thread in threads.into_iter().filter(JoinHandle::is_finished) {
            // A panic in it has been logged by the panic hook.
            let _ = thread.join();
        }
    }
}
