//! `/api/v1/jobs`: long work, how far it is and what came of it.

use std::sync::Arc;

use axum::http::{StatusCode, header};
use serde::Serialize;
use serde_json::Value as Json;

use super::export::{attached, sent};
use crate::api::answer::Answer;
use crate::api::app::App;
use crate::api::ask::Ask;
use crate::api::editing::check_writable;
use crate::api::problem::Problem;
use crate::api::route::{Param, Route, Verb};
use crate::jobs::{Exported, Failure, Job, JobError, JobEvent, JobState, Progress};
use crate::model::{Bilingual, RecordId, Secrecy};

/// The routes.
pub const ROUTES: &[Route] = &[
    Route::get("/api/v1/jobs", "jobs", "任务，最新在前 · jobs, newest first", list)
        .query(&[
            Param {
                name: "state",
                shape: "string",
                about: "只列这种状态：queued、running、done、failed、cancelled · only those in this state",
            },
            Param { name: "limit", shape: "integer", about: "条数，至多 500 · how many, 500 at most" },
        ])
        .answers("JobList"),
    Route::get("/api/v1/jobs/{id}", "jobs", "一项任务 · one job", get).answers("Job"),
    Route {
        method: Verb::Post,
        ..Route::get("/api/v1/jobs/{id}/cancel", "jobs", "停止一项任务 · stop a job", cancel).answers("Job")
    },
    Route {
        media: &["application/octet-stream"],
        ..Route::get(
            "/api/v1/jobs/{id}/file",
            "jobs",
            "导出任务写成的文件 · the file that an export made",
            file,
        )
    },
    Route {
        method: Verb::Delete,
        status: 204,
        ..Route::get(
            "/api/v1/jobs/{id}",
            "jobs",
            "删除已结束的任务及其文件 · take an ended job away with its files",
            delete,
        )
    },
];

/// Jobs.
#[derive(Serialize, utoipa::ToSchema)]
pub struct JobList {
    /// newest first
    jobs: Vec<JobDoc>,
}

/// One job.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Job)]
pub struct JobDoc {
    id: String,
    /// `import_preview`, `import`, `export`, `underlay`, `compare`, `zoning` or `siting`
    kind: &'static str,
    title: Bilingual,
    /// queued, running, done, failed or cancelled
    state: &'static str,
    by: Option<String>,
    created: String,
    started: Option<String>,
    ended: Option<String>,
    progress: Progress,
    /// of a plan while it runs: the best division so far (`serial`, `assignment`, `out_of_band`, `cut`)
    #[schema(value_type = Option<Object>)]
    best: Option<Json>,
    /// of a plan: its id, once its blocks can be asked for
    plan: Option<String>,
    #[schema(value_type = Object)]
    params: Json,
    /// of a preview its draft, of an import revision and counts, of an export name and size of its file
    #[schema(value_type = Object)]
    outcome: Option<Json>,
    failure: Option<Failure>,
    /// the revision on which it was asked
    revision: Option<u64>,
    /// version of the program that worked on it
    program: String,
}

impl JobDoc {
    /// As it may be shown.
    pub fn of(app: &App, job: Job) -> Self {
        Self {
            id: job.id.to_string(),
            kind: job.work.kind(),
            title: job.work.title(),
            state: job.state.code(),
            params: job.work.params(),
            by: job.by,
            created: job.created,
            started: job.started,
            ended: job.ended,
            progress: job.progress,
            plan: (job.best.is_some() || job.outcome.is_some() && job.work.kind() == "zoning")
                .then(|| job.id.to_string()),
            best: job.best,
            outcome: job.outcome.map(|outcome| shown(outcome, app.options.show)),
            failure: job.failure,
            revision: Some(job.revision.0),
            program: job.program,
        }
    }
}

/// A draft's box was drawn round what was shown then: round more than is shown now, it is left out.
fn shown(mut outcome: Json, show: Secrecy) -> Json {
    let class = outcome.get("show").and_then(Json::as_str).and_then(Secrecy::from_code);
    if class.is_some_and(|class| class > show) {
        outcome["extent"] = Json::Null;
    }
    outcome
}

/// What an event `job` carries.
#[derive(Serialize, utoipa::ToSchema)]
pub struct JobHeard {
    id: String,
    state: &'static str,
    progress: Progress,
}

impl From<&JobEvent> for JobHeard {
    fn from(event: &JobEvent) -> Self {
        Self { id: event.id.to_string(), state: event.state.code(), progress: event.progress.clone() }
    }
}

impl From<JobError> for Problem {
    fn from(error: JobError) -> Self {
        let conflict = |code, zh, en| Self::new(StatusCode::CONFLICT, code, zh, en);
        match error {
            JobError::Unknown => Self::unknown(
                "job.unknown",
                "没有这项任务或文件，可能已过期清理。",
                "There is no such job or upload; it may have been cleared away.",
            )
            .then("请重新上传。", "Upload the file again."),
            JobError::Full(most) => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "jobs.full",
                format!("已有 {most} 项在等待，暂不能再加。"),
                format!("{most} are waiting already."),
            )
            .then("请等一些任务结束后再试。", "Wait until some of them have ended."),
            JobError::NotEnded => conflict("job.not_ended", "任务还没有结束。", "The job has not ended.")
                .then("请先停止它，或等它结束。", "Stop it first, or wait for its end."),
            JobError::NotReady => conflict(
                "import.not_ready",
                "预览尚未完成，或还有问题要回答。",
                "The preview has not ended, or a question is open.",
            )
            .then("请等预览完成并回答问题后再试。", "Wait for the preview and answer its question."),
            JobError::Disk(error) if error.kind() == std::io::ErrorKind::StorageFull => Self::new(
                StatusCode::INSUFFICIENT_STORAGE,
                "disk.full",
                "服务器磁盘已满。",
                "The server's disk is full.",
            )
            .then("请联系管理员清理磁盘。", "Ask the administrator to make room."),
            JobError::Store(error) => error.into(),
            other @ (JobError::Disk(_) | JobError::Kept(_)) => Self::internal(&other),
        }
    }
}

/// The job or upload named in the path.
pub fn id_of(ask: &Ask) -> Result<RecordId, Problem> {
    ask.segment("id").parse().map_err(|_| JobError::Unknown.into())
}

/// Answers a job with a status.
pub fn answer(app: &App, job: Job, status: StatusCode) -> Result<Answer, Problem> {
    Ok(Answer { status, ..Answer::json(&JobDoc::of(app, job))? })
}

fn list(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    check_writable(app)?;
    let state = ask.param("state").map(|word| {
        JobState::from_code(word)
            .ok_or_else(|| Problem::parameter("state", "没有这种状态", "there is no such state"))
    });
    let mut jobs = app.jobs.list(state.transpose()?, ask.limit(100, 500)?)?;
    jobs.retain(|job| sees(app, job));
    Answer::json(&JobList { jobs: jobs.into_iter().map(|job| JobDoc::of(app, job)).collect() })
}

fn get(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    check_writable(app)?;
    answer(app, seen(app, ask)?, StatusCode::OK)
}

/// Whether a job goes by no records above the class that is shown to whoever asks.
fn sees(app: &App, job: &Job) -> bool {
    job.work.show().is_none_or(|class| class <= app.options.show)
        && (job.work.show().is_some() || app.sees_all())
}

/// The job named in the path, as far as whoever asks may know of it.
fn seen(app: &App, ask: &Ask) -> Result<Job, Problem> {
    let job = app.jobs.job(id_of(ask)?)?;
    if sees(app, &job) { Ok(job) } else { Err(JobError::Unknown.into()) }
}

fn file(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    check_writable(app)?;
    let id = seen(app, ask)?.id;
    let Exported { file, name, kind } = app.jobs.exported(id, app.options.show)?;
    Ok(sent(kind, file, None).with(header::CONTENT_DISPOSITION, &attached("export", &name)))
}

fn cancel(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    check_writable(app)?;
    answer(app, app.jobs.cancel(seen(app, ask)?.id)?, StatusCode::OK)
}

fn delete(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    check_writable(app)?;
    app.jobs.remove(seen(app, ask)?.id)?;
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}
