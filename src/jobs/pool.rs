//! The threads: two workers, and a keeper that renews leases.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

use super::claim::Ended;
use super::running::{Live, Running, Stopped};
use super::{Failure, Inner, Job, JobError, Work, circles, compare, export, import, lock, underlay, zoning};
use crate::model::Bilingual;

/// Jobs that run at once: each may read a file on a second thread.
const WORKERS: usize = 2;
/// How often an idle worker looks for jobs whose program died.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// How often leases are renewed: well within a lease.
const RENEW_EVERY: Duration = Duration::from_secs(8);

/// How often a server that runs for long clears away what is old.
const SWEEP_EVERY: Duration = Duration::from_secs(6 * 3600);

/// Why work ends without an outcome.
pub(crate) enum NoOutcome {
    /// it cannot be done
    Failed(Failure),
    /// it is to stop
    Stopped(Stopped),
}

impl From<Stopped> for NoOutcome {
    fn from(why: Stopped) -> Self {
        Self::Stopped(why)
    }
}

impl From<JobError> for NoOutcome {
    fn from(error: JobError) -> Self {
        tracing::error!(%error, "a job failed");
        let what = match &error {
            JobError::Disk(error) => {
                let why = Bilingual::from(error);
                Bilingual::new(
                    format!("工作文件夹读写出错：{}", why.zh),
                    format!("the work folder failed: {}", why.en),
                )
            }
            JobError::Unknown => Bilingual::new("所需的文件已不在", "the files it needs are gone"),
            _ => Bilingual::new("程序内部出错", "the program failed"),
        };
        Self::Failed(Failure::new("job.failed", what))
    }
}

/// Starts them; they end when the jobs are closed.
pub(super) fn start(inner: &Arc<Inner>) -> Vec<JoinHandle<()>> {
    let mut threads = Vec::new();
    let mut spawn = |name: &str, work: fn(&Inner)| {
        let inner = inner.clone();
        match Builder::new().name(name.into()).spawn(move || work(&inner)) {
            Ok(thread) => threads.push(thread),
            Err(error) => tracing::error!(%error, "no thread for jobs can be had"),
        }
    };
    for _ in 0..WORKERS {
        spawn("job", work_on);
    }
    spawn("job-keeper", keep);
    threads
}

/// Waits until there may be something to do, or the time is over; `false` once it is to end.
fn rest(inner: &Inner, seen: &mut u64, most: Duration) -> bool {
    let news = lock(&inner.news);
    let waited = inner.wake.wait_timeout_while(news, most, |news| *news == *seen && !inner.is_stopping());
    match waited {
        Ok((news, _)) => *seen = *news,
        Err(poisoned) => *seen = *poisoned.into_inner().0,
    }
    !inner.is_stopping()
}

fn work_on(inner: &Inner) {
    let mut seen = 0;
    while !inner.is_stopping() {
        match inner.claim() {
            Ok(Some((job, live))) => carry_out(inner, &job, live),
            Ok(None) => {
                rest(inner, &mut seen, LOOK_EVERY);
            }
            Err(error) => {
                tracing::warn!(%error, "no job can be taken");
                rest(inner, &mut seen, LOOK_EVERY);
            }
        }
    }
}

fn keep(inner: &Inner) {
    let (mut renewed, mut swept) = (Instant::now(), Instant::now());
    let mut seen = 0;
    while rest(inner, &mut seen, RENEW_EVERY.saturating_sub(renewed.elapsed())) {
        if renewed.elapsed() < RENEW_EVERY {
            continue;
        }
        renewed = Instant::now();
        if let Err(error) = inner.renew() {
            tracing::warn!(%error, "the leases of jobs are not renewed");
        }
        if swept.elapsed() > SWEEP_EVERY {
            swept = Instant::now();
            if let Err(error) = inner.sweep() {
                tracing::warn!(%error, "what is old is not cleared away");
            }
        }
    }
}

fn carry_out(inner: &Inner, job: &Job, live: Arc<Live>) {
    let running = Running::new(inner, job, live);
    // A job that panics is one failed job, not a lost worker; what it held is thrown away.
    let outcome = catch_unwind(AssertUnwindSafe(|| match &job.work {
        Work::ImportPreview(params) => import::preview(&running, params),
        Work::Import(params) => import::accept(&running, params),
        Work::Export(params) => export::export(&running, params),
        Work::Underlay(params) => underlay::underlay(&running, params),
        Work::Compare(params) => compare::compare(&running, params),
        Work::Zoning(params) => zoning::zoning(&running, params),
        Work::Siting(params) => circles::siting(&running, params),
    }));
    let ended = match outcome {
        Ok(Ok(outcome)) => Ended::Done(outcome),
        Ok(Err(NoOutcome::Failed(failure))) => Ended::Failed(failure),
        Ok(Err(NoOutcome::Stopped(Stopped::Cancelled))) => Ended::Cancelled,
        Ok(Err(NoOutcome::Stopped(Stopped::Closing))) => Ended::GivenBack,
        Err(_) => {
            let what = Bilingual::new("程序内部出错", "the program failed");
            Ended::Failed(Failure::new("job.failed", what))
        }
    };
    if let Err(error) = inner.end(job.id, &ended) {
        tracing::error!(%error, id = %job.id, "how a job ended cannot be written");
    }
}
