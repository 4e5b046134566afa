//! The states of a job and who may change them: claimed under a lease, renewed, ended, given back.

use std::sync::Arc;

use serde_json::Value as Json;

use super::running::Live;
use super::{Failure, Inner, Job, JobError, JobState, lock};
use crate::model::{Bilingual, RecordId};

/// How long a job is a program's without a word from it, milliseconds.
const LEASE_MS: u64 = 30_000;
/// How often a job is begun: one that takes the program down with it is not begun for ever.
const MOST_ATTEMPTS: u32 = 3;
/// How often a writing is tried where others come between.
const TRIES: usize = 20;

/// How a job ended.
pub(super) enum Ended {
    Done(Json),
    Failed(Failure),
    Cancelled,
    /// not at all: it begins anew
    GivenBack,
}

impl Inner {
    pub(crate) fn job(&self, id: RecordId) -> Result<Job, JobError> {
        let row = self.register.jobs().job(id)?.ok_or(JobError::Unknown)?;
        Ok(self.with_progress(Job::of_row(&row)?))
    }

    /// With how far it is now, where it runs here.
    pub(super) fn with_progress(&self, mut job: Job) -> Job {
        if let Some(live) = self.live(job.id).filter(|_| !job.state.has_ended()) {
            job.progress = live.progress();
            job.best = live.best();
        }
        job
    }

    pub(super) fn has_unfinished(&self) -> Result<bool, JobError> {
        let jobs = self.register.jobs();
        Ok(!jobs.jobs(Some(JobState::Queued), 1)?.is_empty()
            || !jobs.jobs(Some(JobState::Running), 1)?.is_empty())
    }

    /// The oldest job that waits or whose lease is over; now it is ours.
    pub(super) fn claim(&self) -> Result<Option<(Job, Arc<Live>)>, JobError> {
        let _alone = lock(&self.claiming);
        let now = self.now_ms();
        let mut rows = self.register.jobs().jobs(Some(JobState::Queued), super::MOST_WAITING)?;
        let running = self.register.jobs().jobs(Some(JobState::Running), super::MOST_WAITING)?;
        let orphaned = running.into_iter().filter(|row| row.lease_ms < now && self.live(row.id).is_none());
        rows.extend(orphaned);
        rows.sort_by_key(|row| row.id);
        for row in rows {
            let mut job = Job::of_row(&row)?;
            if job.cancel || job.attempts >= MOST_ATTEMPTS {
                self.close_orphan(job)?;
                continue;
            }
            job.attempts += 1;
            job.state = JobState::Running;
            job.started = Some(self.now());
            job.program = env!("CARGO_PKG_VERSION").into();
            // Known before it is claimed: nobody asks in between whether it runs here.
            let live = Arc::new(Live::default());
            lock(&self.live).insert(job.id, live.clone());
            let claimed = self.register.jobs().replace_job(&job.to_row(Some(self.lease()))?);
            if matches!(claimed, Ok(true)) {
                job.tick += 1;
                self.tell(&job.event());
                return Ok(Some((job, live)));
            }
            lock(&self.live).remove(&job.id);
            claimed?;
        }
        Ok(None)
    }

    fn lease(&self) -> (String, u64) {
        (self.owner.clone(), self.now_ms() + LEASE_MS)
    }

    /// A job that nobody works on and nobody is to begin again.
    fn close_orphan(&self, mut job: Job) -> Result<(), JobError> {
        job.state = if job.cancel { JobState::Cancelled } else { JobState::Failed };
        job.ended = Some(self.now());
        if !job.cancel {
            let what = Bilingual::new(
                "已多次开始而未能完成（程序中途退出）",
                "it was begun several times and never ended: the program went down with it",
            );
            job.failure = Some(Failure::new("job.interrupted", what));
        }
        if self.register.jobs().replace_job(&job.to_row(None)?)? {
            self.tell(&job.event());
        }
        Ok(())
    }

    /// Renews the leases of what runs here; hears what another program was told about it.
    pub(super) fn renew(&self) -> Result<(), JobError> {
        // Not while one is being claimed: it is known already, and its row names nobody yet.
        let _alone = lock(&self.claiming);
        let ids: Vec<RecordId> = lock(&self.live).keys().copied().collect();
        for id in ids {
            let Some(row) = self.register.jobs().job(id)? else { continue };
            let mut job = self.with_progress(Job::of_row(&row)?);
            let Some(live) = self.live(id).filter(|_| !job.state.has_ended()) else { continue };
            if job.cancel || row.owner.as_ref() != Some(&self.owner) {
                live.cancel();
                continue;
            }
            job.progress = live.progress();
            self.register.jobs().replace_job(&job.to_row(Some(self.lease()))?)?;
        }
        Ok(())
    }

    /// Writes how a job ended; where it is another program's by now, nothing.
    pub(super) fn end(&self, id: RecordId, ended: &Ended) -> Result<(), JobError> {
        let done = self.write_end(id, ended);
        lock(&self.live).remove(&id);
        if let Some(job) = done? {
            self.tell(&job.event());
        }
        Ok(())
    }

    fn write_end(&self, id: RecordId, ended: &Ended) -> Result<Option<Job>, JobError> {
        for _ in 0..TRIES {
            let Some(row) = self.register.jobs().job(id)? else { return Ok(None) };
            if row.owner.as_ref() != Some(&self.owner) || row.state != JobState::Running {
                return Ok(None);
            }
            let mut job = self.with_progress(Job::of_row(&row)?);
            job.ended = Some(self.now());
            match ended {
                Ended::Done(outcome) => {
                    job.state = JobState::Done;
                    job.outcome = Some(outcome.clone());
                }
                Ended::Failed(failure) => {
                    job.state = JobState::Failed;
                    job.failure = Some(failure.clone());
                }
                Ended::Cancelled => job.state = JobState::Cancelled,
                Ended::GivenBack => {
                    job.state = JobState::Queued;
                    job.ended = None;
                    // It was no fault of the job's.
                    job.attempts = job.attempts.saturating_sub(1);
                }
            }
            if self.register.jobs().replace_job(&job.to_row(None)?)? {
                return Ok(Some(job));
            }
        }
        Err(JobError::Kept(format!("{id} is written by others without pause")))
    }

    /// Stops a job at once where it waits; where it runs, its worker hears it.
    pub(super) fn cancel(&self, id: RecordId) -> Result<Job, JobError> {
        for _ in 0..TRIES {
            let mut job = self.job(id)?;
            if job.state.has_ended() {
                return Ok(job);
            }
            if let Some(live) = self.live(id) {
                live.cancel();
            }
            job.cancel = true;
            if job.state == JobState::Queued {
                job.state = JobState::Cancelled;
                job.ended = Some(self.now());
            }
            let lease = job.lease.clone();
            if self.register.jobs().replace_job(&job.to_row(lease)?)? {
                return Ok(job);
            }
        }
        Err(JobError::Kept(format!("{id} is written by others without pause")))
    }
}
