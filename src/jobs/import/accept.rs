//! Acceptance: plans again on the newest revision and commits, if the plan is still the one that was accepted.

use serde_json::{Value as Json, json};

use super::preview::{PlanError, Planned, plan};
use super::upload;
use super::{AcceptParams, Draft, DraftCounts, PreviewParams, changes};
use crate::attachments::BringError;
use crate::formats::ReadOptions;
use crate::intake::ImportPlan;
use crate::jobs::pool::NoOutcome;
use crate::jobs::running::Running;
use crate::jobs::{Failure, Job, JobError, JobState, Jobs, Stopped, Work};
use crate::model::{Bilingual, Header, RecordId, SetKind};
use crate::register::{CommitError, Decision, StoreError};
use crate::snapshot::Snapshot;

/// Who accepts, and why.
#[derive(Clone, Debug)]
pub struct Acceptance {
    /// who
    pub by: String,
    /// whether who it was has been proved
    pub verified: bool,
    /// why
    pub reason: String,
    /// number of the document that orders it
    pub document: Option<String>,
    /// chosen by the client: sent again, it is the first acceptance
    pub key: Option<String>,
}

impl From<Header> for Acceptance {
    fn from(head: Header) -> Self {
        let Header { by, verified, reason, document, idempotency_key: key, .. } = head;
        Self { by, verified, reason, document, key }
    }
}

/// Carries an acceptance out.
pub(in crate::jobs) fn accept(running: &Running<'_>, params: &AcceptParams) -> Result<Json, NoOutcome> {
    let register = &running.inner.register;
    let preview = running.inner.job(params.preview)?;
    let draft: Draft = serde_json::from_value(preview.outcome.clone().unwrap_or_default())
        .map_err(|error| JobError::Kept(error.to_string()))?;
    let counts = draft.counts.ok_or(JobError::NotReady)?;
    let Work::ImportPreview(asked) = &preview.work else { return Err(JobError::Unknown.into()) };
    // A program that died after the commit and before this line was done with it.
    if let Some(revision) = register.find_request(&params.key).map_err(JobError::from)? {
        return Ok(outcome(revision.0, counts));
    }
    running.stage("读取文件，与登记册比对", "reading the file, comparing it with the register")?;
    // Planned without holding up others who write; planned anew only where one of them was first.
    let snapshot = register.snapshot();
    let accepted = Accepted { running, preview: &preview, asked, draft: &draft };
    let mut prepared = Some((snapshot.revision(), accepted.plan(&snapshot)?));
    drop(snapshot);
    running.stage("写入登记册", "writing to the register")?;
    let done = register.commit(header(running, params), |snapshot| {
        let decision = match prepared.take() {
            Some((revision, decision)) if revision == snapshot.revision() => decision,
            _ => accepted.plan(snapshot)?,
        };
        // The last moment: what follows is one transaction.
        running.check()?;
        Ok::<_, NoOutcome>(decision)
    });
    match done {
        Ok(head) => {
            // Whoever hears that it is done finds it: a large set is taken in by whoever asks first.
            if let Err(error) = register.follow() {
                tracing::warn!(%error, "what was imported is not taken in yet");
            }
            Ok(outcome(head.revision.0, counts))
        }
        Err(CommitError::Refused(why)) => Err(why),
        Err(CommitError::Nothing) => {
            let what = Bilingual::new("没有要改的，登记册未变", "nothing would change");
            Err(NoOutcome::Failed(Failure::new("edit.nothing", what)))
        }
        Err(CommitError::Store(StoreError::Repeated(revision))) => Ok(outcome(revision.0, counts)),
        Err(CommitError::Store(StoreError::Busy { .. } | StoreError::Conflict { .. })) => {
            let what = Bilingual::new(
                "登记册正被频繁写入，本次导入未生效",
                "the register is being written too often; nothing was imported",
            );
            Err(NoOutcome::Failed(Failure::new("register.busy", what)))
        }
        Err(CommitError::Store(error)) => Err(JobError::from(error).into()),
        Err(CommitError::Apply(error)) => Err(JobError::Kept(error.to_string()).into()),
    }
}

fn header(running: &Running<'_>, params: &AcceptParams) -> Header {
    Header {
        kind: SetKind::Import,
        by: params.by.clone(),
        verified: params.verified,
        reason: params.reason.clone(),
        document: params.document.clone(),
        at: running.inner.now(),
        undoes: None,
        idempotency_key: Some(params.key.clone()),
        origin: None,
    }
}

fn outcome(revision: u64, counts: DraftCounts) -> Json {
    json!({ "revision": revision, "counts": counts })
}

/// What was accepted.
struct Accepted<'a> {
    running: &'a Running<'a>,
    preview: &'a Job,
    asked: &'a PreviewParams,
    draft: &'a Draft,
}

impl Accepted<'_> {
    /// The plan on a snapshot, if it is the one that was accepted.
    fn plan(&self, snapshot: &Snapshot) -> Result<Decision, NoOutcome> {
        let changed = || {
            let what = Bilingual::new(
                "预览之后登记册有了改动，导入的结果会与预览不同；请重新预览",
                "the register has changed since, the import would do something else: preview it again",
            );
            NoOutcome::Failed(Failure::new("import.changed", what))
        };
        let Planned { plan, .. } = match plan(self.running, self.preview, self.asked, snapshot) {
            Ok(planned) => planned,
            Err(PlanError::Question(_)) => return Err(changed()),
            Err(PlanError::None(why)) => return Err(why),
        };
        let same = Some(DraftCounts::from(plan.counts)) == self.draft.counts
            && Some(changes::digest(&plan.changes)) == self.draft.digest;
        if !same {
            return Err(changed());
        }
        let show = self.running.inner.options.show;
        if plan.changes.iter().filter_map(|change| change.before()).any(|record| record.secrecy > show) {
            let what = Bilingual::new(
                "其中有行会改动不予显示的记录，不能从这里导入",
                "some rows would change records that are not shown; they cannot be imported from here",
            );
            return Err(NoOutcome::Failed(Failure::new("import.hidden", what)));
        }
        self.bring(&plan)?;
        Ok(Decision { changes: plan.changes, origin: Some(plan.origin) })
    }
}

impl Accepted<'_> {
    /// Copies in what the records are going to list. What is left of it where nothing is committed is in nobody's way.
    fn bring(&self, plan: &ImportPlan) -> Result<(), NoOutcome> {
        let files = plan.media_listed();
        if files.is_empty() {
            return Ok(());
        }
        let running = self.running;
        running.stage("存入照片与扫描件", "keeping pictures and papers")?;
        let inner = &running.inner;
        let path = inner.uploaded(self.asked.upload, &self.asked.file).map_err(NoOutcome::from)?;
        let reading =
            ReadOptions { layer: self.asked.source_layer.clone(), encoding: self.asked.encoding.clone() };
        let failed = |what| NoOutcome::Failed(Failure::new("import.media", what));
        let mut source = upload::open(&path, &self.asked.file, &reading).map_err(failed)?.source;
        let (total, mut stopped) = (files.len() as u64, None);
        let mut go_on = |done| match running.step(done, Some(total)) {
            Ok(()) => true,
            Err(why) => {
                stopped = Some(why);
                false
            }
        };
        match inner.options.media.bring(&mut *source, &files, &mut go_on) {
            Ok(()) => Ok(()),
            Err(BringError::Stopped) => Err(NoOutcome::Stopped(stopped.unwrap_or(Stopped::Cancelled))),
            Err(error) => Err(failed(error.sentence())),
        }
    }
}

impl Jobs {
    /// Accepts a draft. Accepted again, it is the job of the first acceptance, unless that came to nothing.
    pub fn accept(&self, preview: RecordId, acceptance: Acceptance) -> Result<Job, JobError> {
        let (job, draft) = self.draft(preview)?;
        if draft.counts.is_none() {
            return Err(JobError::NotReady);
        }
        let earlier = self.list(None, 1000)?.into_iter().find(|other| {
            let of_this = matches!(&other.work, Work::Import(accept) if accept.preview == preview);
            of_this && !matches!(other.state, JobState::Failed | JobState::Cancelled)
        });
        if let Some(earlier) = earlier {
            return Ok(earlier);
        }
        let Acceptance { by, verified, reason, document, key } = acceptance;
        let work = Work::Import(AcceptParams {
            preview,
            file: draft.file,
            by: by.clone(),
            verified,
            reason,
            document,
            key: key.unwrap_or_else(|| format!("import-{}", job.id)),
        });
        self.submit(work, Some(by))
    }
}
