//! The preview: plans an import against the newest snapshot and keeps the plan as a draft. Nothing is imported.

use std::ops::ControlFlow;
use std::path::Path;

use serde_json::Value as Json;

use super::names::Renaming;
use super::traced::{Places, Traced};
use super::upload::{self, Opened, write_whole};
use super::{Changes, Draft, DraftColumn, PreviewParams, Question, Unplaced, changes, neighbours};
use crate::boundary::arrival::Arrival;
use crate::formats::ReadOptions;
use crate::intake::{self, ImportError, ImportPlan, Refused};
use crate::jobs::pool::NoOutcome;
use crate::jobs::running::Running;
use crate::jobs::{Failure, Job, JobError, JobState, Jobs, Stopped, Work};
use crate::model::{Finding, IdSource, Op, RecordId, Secrecy, geometry};
use crate::snapshot::Snapshot;

const FINDINGS: &str = "findings.json";
const REFUSED: &str = "refused.json";
const UNPLACED: &str = "unplaced.json";

/// An import planned.
pub(super) struct Planned {
    pub plan: ImportPlan,
    pub columns: Vec<String>,
    pub places: Places,
    renaming: Renaming,
}

/// Plans an import, always alike for the same seed, file and snapshot.
pub(super) fn plan(
    running: &Running<'_>,
    job: &Job,
    params: &PreviewParams,
    snapshot: &Snapshot,
) -> Result<Planned, PlanError> {
    let path = running.inner.uploaded(params.upload, &params.file).map_err(NoOutcome::from)?;
    let reading = ReadOptions { layer: params.source_layer.clone(), encoding: params.encoding.clone() };
    let unreadable = |problem| NoOutcome::Failed(Failure::new("import.unreadable", problem));
    let Opened { source, renaming } = upload::open(&path, &params.file, &reading).map_err(unreadable)?;
    let bad_crs =
        |error: crate::crs::CrsError| NoOutcome::Failed(Failure::new("import.crs", error.sentence()));
    let options = params.options().map_err(bad_crs)?;
    let mut ids = IdSource::new(job.created_ms, job.seed);
    let mut traced = Traced::new(source);
    let mut stopped = None;
    let plan = intake::plan_import(snapshot, &mut traced, &options, &mut ids, &mut |progress| match running
        .step(progress.done, progress.of)
    {
        Ok(()) => ControlFlow::Continue(()),
        Err(why) => {
            stopped = Some(why);
            ControlFlow::Break(())
        }
    });
    match plan {
        Ok(mut plan) => {
            let arrival =
                Arrival { day: params.as_of, carry_m: params.carry_m, show: running.inner.options.show };
            neighbours::fit(&mut plan, snapshot, arrival, &running.inner.options.rules)
                .map_err(|error| NoOutcome::from(JobError::Kept(error.to_string())))?;
            let columns = crate::formats::FeatureSource::columns(&traced).to_vec();
            let places = traced.places(plan.origin["crs"].as_str());
            Ok(Planned { plan, columns, places, renaming })
        }
        Err(ImportError::CrsQuestion { declared, guesses, .. }) => {
            let guesses = guesses.into_iter().map(Into::into).collect();
            Err(PlanError::Question(Question { declared, guesses, datum: None }))
        }
        Err(ImportError::DatumQuestion { crs, datum, .. }) => {
            let declared = Some(crs.to_string());
            Err(PlanError::Question(Question { declared, guesses: Vec::new(), datum: Some(datum) }))
        }
        Err(ImportError::Cancelled) => Err(NoOutcome::Stopped(stopped.unwrap_or(Stopped::Cancelled)).into()),
        Err(error) => {
            Err(NoOutcome::Failed(Failure::new("import.options", renaming.both(&error.sentence()))).into())
        }
    }
}

/// Why there is no plan.
pub(super) enum PlanError {
    /// the coordinate system must be given
    Question(Question),
    /// anything else
    None(NoOutcome),
}

impl From<NoOutcome> for PlanError {
    fn from(why: NoOutcome) -> Self {
        Self::None(why)
    }
}

/// Carries a preview out.
pub(in crate::jobs) fn preview(running: &Running<'_>, params: &PreviewParams) -> Result<Json, NoOutcome> {
    running.stage("读取文件，与登记册比对", "reading the file, comparing it with the register")?;
    let snapshot = running.inner.register.snapshot();
    let show = running.inner.options.show;
    let mut draft = Draft::of(params, snapshot.revision().0, show);
    match plan(running, running.job, params, &snapshot) {
        Ok(planned) => keep(running, &mut draft, planned)?,
        Err(PlanError::Question(question)) => draft.question = Some(question),
        Err(PlanError::None(why)) => return Err(why),
    }
    serde_json::to_value(&draft).map_err(|error| JobError::Kept(error.to_string()).into())
}

/// Puts a plan into the job's folder, and what people see first into the draft.
fn keep(running: &Running<'_>, draft: &mut Draft, planned: Planned) -> Result<(), NoOutcome> {
    let Planned { plan, columns, places, renaming } = planned;
    let folder = running.inner.folder.make(running.id()).map_err(JobError::from)?;
    running.stage("整理预览", "preparing the preview")?;
    let total = plan.changes.len() as u64;
    let stop = |why: Stopped| KeepError::Stopped(why);
    let digest = changes::write::<KeepError>(&folder, &plan.changes, |done| {
        running.step(done, Some(total)).map_err(stop)
    })?;
    let findings: Vec<Finding> = plan
        .findings
        .clone()
        .take()
        .into_iter()
        .map(|finding| {
            let mut finding = renaming.finding(finding);
            let row = finding.spot.row;
            finding.spot.at = finding.spot.at.or_else(|| places.of(row?));
            finding
        })
        .collect();
    let refused: Vec<Refused> = plan
        .refused
        .into_iter()
        .map(|refused| Refused {
            at: refused.at.or_else(|| places.of(refused.row)),
            why: renaming.both(&refused.why),
            ..refused
        })
        .collect();
    write_json(&folder.join(FINDINGS), &findings)?;
    write_json(&folder.join(REFUSED), &refused)?;
    let unplaced: Vec<Unplaced> = plan.unmatched.into_iter().map(Unplaced::from).collect();
    draft.unmatched = unplaced.len() as u64;
    write_json(&folder.join(UNPLACED), &unplaced)?;
    draft.columns = taken(draft, &columns, &plan.origin);
    draft.crs = plan.origin["crs"].as_str().map(str::to_owned);
    draft.counts = Some(plan.counts.into());
    draft.findings_total = plan.findings.total();
    draft.digest = Some(digest);
    let shown = plan.changes.iter().filter(|change| {
        [change.before(), change.after()].into_iter().flatten().all(|record| record.secrecy <= draft.show)
    });
    let boxes = shown.filter_map(|change| geometry::bounds(change.after()?.geometry.as_deref()?));
    draft.extent = boxes
        .map(|b| [b.min().x, b.min().y, b.max().x, b.max().y])
        .reduce(|a, b| [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])]);
    Ok(())
}

/// Why a draft is not kept.
enum KeepError {
    Stopped(Stopped),
    Disk(std::io::Error),
}

impl From<std::io::Error> for KeepError {
    fn from(error: std::io::Error) -> Self {
        Self::Disk(error)
    }
}

impl From<KeepError> for NoOutcome {
    fn from(error: KeepError) -> Self {
        match error {
            KeepError::Stopped(why) => why.into(),
            KeepError::Disk(error) => JobError::from(error).into(),
        }
    }
}

fn write_json<T: serde::Serialize>(path: &Path, value: &T) -> Result<(), JobError> {
    let bytes = serde_json::to_vec(value).map_err(|error| JobError::Kept(error.to_string()))?;
    Ok(write_whole(path, &bytes)?)
}

/// How each column was taken.
fn taken(draft: &Draft, columns: &[String], origin: &Json) -> Vec<DraftColumn> {
    let layer = draft.layer.parse::<crate::model::Layer>().ok();
    let field_of = |column: &str| {
        let mapped = origin["columns"].as_object()?;
        mapped.iter().find(|(_, from)| from.as_str() == Some(column)).map(|(field, _)| field.clone())
    };
    let one = |column: &String| {
        let field = field_of(column);
        let title = field.as_deref().zip(layer).map(|(field, layer)| layer.def().field_title(field));
        DraftColumn { column: column.clone(), field, title }
    };
    columns.iter().filter(|column| *column != super::MARK).map(one).collect()
}

impl Jobs {
    /// The draft of a preview that has ended well, with its job.
    pub fn draft(&self, id: RecordId) -> Result<(Job, Draft), JobError> {
        let job = self.job(id)?;
        if !matches!(job.work, Work::ImportPreview(_)) {
            return Err(JobError::Unknown);
        }
        let outcome =
            job.outcome.clone().filter(|_| job.state == JobState::Done).ok_or(JobError::NotReady)?;
        let draft = serde_json::from_value(outcome).map_err(|error| JobError::Kept(error.to_string()))?;
        Ok((job, draft))
    }

    /// Its findings.
    pub fn draft_findings(&self, id: RecordId) -> Result<Vec<Finding>, JobError> {
        self.kept(id, FINDINGS)
    }

    /// Its rows that are not taken.
    pub fn draft_refused(&self, id: RecordId) -> Result<Vec<Refused>, JobError> {
        self.kept(id, REFUSED)
    }

    /// Its rows that found no record to join.
    pub fn draft_unplaced(&self, id: RecordId) -> Result<Vec<Unplaced>, JobError> {
        self.kept(id, UNPLACED)
    }

    /// Its changes up to a class, of one operation or all; none while its question is open.
    pub fn draft_changes(
        &self,
        id: RecordId,
        show: Secrecy,
        op: Option<Op>,
    ) -> Result<Option<Changes>, JobError> {
        let (_, draft) = self.draft(id)?;
        if draft.counts.is_none() {
            return Ok(None);
        }
        Changes::open(&self.inner().folder.of(id)?, show, op).map(Some)
    }

    fn kept<T: serde::de::DeserializeOwned + Default>(
        &self,
        id: RecordId,
        name: &str,
    ) -> Result<T, JobError> {
        let (_, draft) = self.draft(id)?;
        if draft.counts.is_none() {
            return Ok(T::default());
        }
        match std::fs::read(self.inner().folder.of(id)?.join(name)) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| JobError::Kept(error.to_string())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(JobError::Unknown),
            Err(error) => Err(error.into()),
        }
    }

    /// Throws a draft away, and its upload where no other job is about it.
    pub fn discard(&self, id: RecordId) -> Result<(), JobError> {
        let job = self.job(id)?;
        let Work::ImportPreview(params) = &job.work else { return Err(JobError::Unknown) };
        let others = self.list(None, 1000)?;
        let unfinished = |other: &Job| {
            !other.state.has_ended() && matches!(&other.work, Work::Import(accept) if accept.preview == id)
        };
        if others.iter().any(unfinished) {
            return Err(JobError::NotEnded);
        }
        if !job.state.has_ended() {
            self.cancel(id)?;
        }
        let about = |other: &Job| {
            other.id != id && matches!(&other.work, Work::ImportPreview(of) if of.upload == params.upload)
        };
        if !others.iter().any(about) {
            self.inner().folder.remove(params.upload)?;
        }
        self.inner().register.jobs().remove_job(id)?;
        Ok(self.inner().folder.remove(id)?)
    }
}
