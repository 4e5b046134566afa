//! A job while it runs: how far it is, and whether it is to stop.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value as Json;

use super::{Inner, Job, JobEvent, JobState, Progress, lock};
use crate::model::{Bilingual, RecordId};

/// How often listeners hear how far a job is: four times a second.
const TELL_EVERY: Duration = Duration::from_millis(250);

/// What can be seen of a running job, and said to it.
#[derive(Default)]
pub(crate) struct Live {
    progress: Mutex<Progress>,
    best: Mutex<Option<Json>>,
    told: Mutex<Option<Instant>>,
    cancel: AtomicBool,
}

impl Live {
    pub(super) fn progress(&self) -> Progress {
        lock(&self.progress).clone()
    }

    pub(super) fn best(&self) -> Option<Json> {
        lock(&self.best).clone()
    }

    pub(super) fn cancel(&self) {
        self.cancel.store(true, Ordering::Relaxed);
    }
}

/// Why work stops before its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// a person asked for it
    Cancelled,
    /// the program closes: the job begins anew next time
    Closing,
}

/// What a worker holds of its job.
pub(crate) struct Running<'a> {
    pub(crate) inner: &'a Inner,
    pub(crate) job: &'a Job,
    live: Arc<Live>,
}

impl<'a> Running<'a> {
    pub(super) fn new(inner: &'a Inner, job: &'a Job, live: Arc<Live>) -> Self {
        Self { inner, job, live }
    }

    /// Its id.
    pub(crate) fn id(&self) -> RecordId {
        self.job.id
    }

    /// Whether to go on.
    pub(crate) fn check(&self) -> Result<(), Stopped> {
        if self.live.cancel.load(Ordering::Relaxed) {
            Err(Stopped::Cancelled)
        } else if self.inner.is_stopping() {
            Err(Stopped::Closing)
        } else {
            Ok(())
        }
    }

    /// A new stage begins.
    pub(crate) fn stage(&self, zh: &str, en: &str) -> Result<(), Stopped> {
        *lock(&self.live.progress) = Progress { done: 0, of: None, stage: Some(Bilingual::new(zh, en)) };
        self.tell(true);
        self.check()
    }

    /// The best there is so far.
    pub(crate) fn best(&self, best: Json) {
        *lock(&self.live.best) = Some(best);
        self.tell(true);
    }

    /// So many steps of so many are done.
    pub(crate) fn step(&self, done: u64, of: Option<u64>) -> Result<(), Stopped> {
        {
            let mut progress = lock(&self.live.progress);
            (progress.done, progress.of) = (done, of);
        }
        self.tell(false);
        self.check()
    }

    fn tell(&self, at_once: bool) {
        let mut told = lock(&self.live.told);
        if at_once || told.is_none_or(|told| told.elapsed() >= TELL_EVERY) {
            *told = Some(Instant::now());
            drop(told);
            let progress = self.live.progress();
            self.inner.tell(&JobEvent { id: self.job.id, state: JobState::Running, progress });
        }
    }
}
