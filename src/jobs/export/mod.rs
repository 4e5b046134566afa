//! Exports that take longer than a person waits: written into the job's folder, fetched from there for some days.
//!
//! Which records match is found by whoever asks; the job keeps their keys and the revision, so that one begun
//! anew writes the same file.

mod selection;

use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::pool::NoOutcome;
use super::running::{Running, Stopped};
use super::{Failure, Inner, Job, JobError, JobState, Jobs, Work};
use crate::formats::{OutError, OutKind, OutRequest};
use crate::model::{Bilingual, Layer, Record, RecordId, RecordKey, Revision, Secrecy, guard};
use crate::register::RevisionError;
use crate::snapshot::Snapshot;

/// What an export is asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExportParams {
    /// format, columns, coordinates
    pub file: OutRequest,
    /// name of the file without its ending
    pub stem: String,
    /// the revision that is written
    pub revision: u64,
    /// how many records
    pub rows: usize,
    /// which ones: a digest of their keys in their order
    pub digest: String,
    /// the highest class that was shown
    pub show: Secrecy,
}

impl ExportParams {
    /// What the file is called.
    pub fn name(&self) -> String {
        let ending = self.file.kind().map_or("", |kind| kind.sent_as);
        format!("{}.{ending}", self.stem)
    }

    fn layer(&self) -> Result<Layer, JobError> {
        self.file.layer.parse().map_err(|_| JobError::Kept(format!("no layer {}", self.file.layer)))
    }
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Outcome {
    /// what the file is called
    file: String,
    bytes: u64,
    rows: usize,
    /// records that were asked for and must not be shown any more
    left_out: usize,
    /// such as names cut to ten letters
    findings: Json,
}

/// A finished file.
pub struct Exported {
    /// opened
    pub file: File,
    /// what it is called
    pub name: String,
    /// what it is
    pub kind: &'static OutKind,
}

/// Finished exports that are kept; the oldest go first.
const MOST_KEPT: usize = 20;
/// Jobs that are looked through for an equal one.
const MOST_LOOKED: usize = 1000;
/// The folder of the file within the job's.
const FOLDER: &str = "out";

impl Jobs {
    /// Asks for a file of these records, of which none above a class is written. One that is asked for again on the same revision is the same job.
    pub fn export(
        &self,
        file: OutRequest,
        stem: String,
        revision: Revision,
        records: &[&Arc<Record>],
        show: Secrecy,
    ) -> Result<Job, JobError> {
        let keys: Vec<RecordKey> = records.iter().map(|record| record.key()).collect();
        let digest = selection::digest(&keys);
        let (revision, rows, show) = (revision.0, keys.len(), show.min(self.inner().options.show));
        let params = ExportParams { file, stem, revision, rows, digest, show };
        let exports = self.exports()?;
        let same = |job: &&Job| job.state == JobState::Done && job.work == Work::Export(params.clone());
        if let Some(job) = exports.iter().find(same) {
            return Ok(job.clone());
        }
        let ended = exports.into_iter().filter(|job| job.state.has_ended());
        for old in ended.skip(MOST_KEPT - 1) {
            self.remove(old.id)?;
        }
        let inner = self.inner();
        let id = inner.next_id();
        selection::write(&inner.folder.make(id)?, &keys)?;
        let job = self.submit_as(id, Work::Export(params), None);
        // Refused, or the same as one that has not ended.
        if job.as_ref().map_or(true, |job| job.id != id) {
            inner.folder.remove(id)?;
        }
        job
    }

    fn exports(&self) -> Result<Vec<Job>, JobError> {
        let mut jobs = self.list(None, MOST_LOOKED)?;
        jobs.retain(|job| matches!(job.work, Work::Export(_)));
        Ok(jobs)
    }

    /// The file of an export that is done, for whoever sees records up to a class.
    ///
    /// # Errors
    /// [`JobError::Unknown`] also where it holds what must not be shown any more.
    pub fn exported(&self, id: RecordId, show: Secrecy) -> Result<Exported, JobError> {
        let inner = self.inner();
        let job = self.job(id)?;
        let Work::Export(params) = &job.work else { return Err(JobError::Unknown) };
        if !job.state.has_ended() {
            return Err(JobError::NotEnded);
        }
        let outcome: Outcome =
            job.outcome.and_then(|outcome| serde_json::from_value(outcome).ok()).ok_or(JobError::Unknown)?;
        let folder = inner.folder.of(id)?;
        let newest = inner.register.snapshot();
        let layer = params.layer()?;
        let hidden = || -> Result<bool, JobError> {
            let keys = selection::read(&folder)?;
            let mut marked = keys.iter().filter(|key| is_marked(show, &newest, layer, **key)).peekable();
            if marked.peek().is_some() {
                // What was marked since stands in the file as it was.
                let was = at(inner, params.revision)?;
                if marked.any(|key| !is_marked(show, &was, layer, *key)) {
                    return Ok(true);
                }
            }
            Ok(keys.iter().any(|key| is_hidden(show, &newest, layer, *key)))
        };
        if params.show > show || hidden()? {
            return Err(JobError::Unknown);
        }
        let kind = params.file.kind().ok_or(JobError::Unknown)?;
        let file = File::open(folder.join(FOLDER).join(&outcome.file)).map_err(|_| JobError::Unknown)?;
        Ok(Exported { file, name: outcome.file, kind })
    }
}

/// What is secret now was never public.
fn is_hidden(show: Secrecy, newest: &Snapshot, layer: Layer, key: RecordKey) -> bool {
    newest.layer(layer).version(key).is_some_and(|record| record.secrecy > show)
}

fn is_marked(show: Secrecy, snapshot: &Snapshot, layer: Layer, key: RecordKey) -> bool {
    snapshot.layer(layer).version(key).is_some_and(|record| guard::is_marked(record, show))
}

fn at(inner: &Inner, revision: u64) -> Result<Arc<Snapshot>, JobError> {
    inner.register.at(Revision(revision)).map_err(|error| match error {
        RevisionError::Store(error) => JobError::Store(error),
        other => JobError::Kept(other.to_string()),
    })
}

/// Carries an export out.
pub(super) fn export(running: &Running<'_>, params: &ExportParams) -> Result<Json, NoOutcome> {
    let inner = running.inner;
    running.stage("读取登记册", "reading the register")?;
    let layer = params.layer()?;
    let folder = inner.folder.of(running.id()).map_err(JobError::from)?;
    let keys = selection::read(&folder)?;
    let newest = inner.register.snapshot();
    let snapshot = at(inner, params.revision)?;
    let rows = snapshot.layer(layer);
    let show = params.show.min(inner.options.show);
    let shown = keys.iter().filter(|key| !is_hidden(show, &newest, layer, **key));
    let now = |record: &Record| newest.layer(layer).version(record.key()).cloned();
    let seen = |record: &Arc<Record>| {
        let own = guard::seen(record, show);
        let by_now = now(record).and_then(|now| guard::seen_as(own.as_ref().unwrap_or(record), &now, show));
        by_now.or(own).map_or_else(|| record.clone(), Arc::new)
    };
    let shown = shown.filter_map(|key| rows.version(*key)).filter(|record| record.secrecy <= show);
    let seen: Vec<Arc<Record>> = shown.map(seen).collect();
    let records: Vec<&Arc<Record>> = seen.iter().collect();
    let (kind, plan) = params
        .file
        .kind()
        .zip(params.file.plan())
        .ok_or_else(|| JobError::Kept("an export that means nothing here".into()))?;
    running.stage("写出", "writing")?;
    let out = emptied(&folder)?;
    let of = records.len() as u64;
    let mut closing = false;
    let go_on = |done: usize| -> Result<(), Stopped> {
        if done < records.len() {
            return running.step(done as u64, Some(of));
        }
        if std::mem::replace(&mut closing, true) {
            return running.check();
        }
        running.stage("整理文件", "closing the file")
    };
    let written = plan.write_into((&out, &params.stem, kind), &records, go_on).map_err(refused)?;
    let name = params.name();
    let path = out.join(&name);
    std::fs::rename(&written.path, &path).map_err(JobError::from)?;
    running.check()?;
    let outcome = Outcome {
        file: name,
        bytes: std::fs::metadata(&path).map_err(JobError::from)?.len(),
        rows: records.len(),
        left_out: keys.len() - records.len(),
        findings: json!(written.findings),
    };
    Ok(serde_json::to_value(outcome).unwrap_or_default())
}

/// The folder of the file; what an earlier beginning left in it is gone.
fn emptied(folder: &std::path::Path) -> Result<PathBuf, JobError> {
    let out = folder.join(FOLDER);
    match std::fs::remove_dir_all(&out) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
        _ => {}
    }
    std::fs::create_dir_all(&out)?;
    Ok(out)
}

fn refused(error: OutError<Stopped>) -> NoOutcome {
    let said: Bilingual = match error {
        OutError::Stopped(why) => return why.into(),
        OutError::Format(error) => {
            tracing::warn!(%error, "an export failed");
            error.sentence()
        }
        OutError::Crs(error) => error.sentence(),
    };
    NoOutcome::Failed(Failure::new("export.refused", said))
}
