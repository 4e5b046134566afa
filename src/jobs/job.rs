//! A job: what is asked, how it stands, what came of it; and its row in the store.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};

use super::JobError;
use super::circles::SitingParams;
use super::compare::CompareParams;
use super::export::ExportParams;
use super::import::{AcceptParams, PreviewParams};
use super::underlay::UnderlayParams;
use super::zoning::ZoningParams;
use crate::model::{Bilingual, RecordId, Revision, Secrecy, canonical_json};
use crate::store::{JobRow, JobState};

/// What there is to do: the closed list of kinds, each with its parameters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "params", rename_all = "snake_case")]
pub enum Work {
    /// works out what an import would do; nothing is written to the register
    ImportPreview(PreviewParams),
    /// commits what a preview found and a person accepted
    Import(AcceptParams),
    /// writes records to a file
    Export(ExportParams),
    /// cuts a picture into tiles
    Underlay(UnderlayParams),
    /// compares two versions of divisions
    Compare(CompareParams),
    /// draws communities or grids anew
    Zoning(ZoningParams),
    /// finds where new facilities belong
    Siting(SitingParams),
}

impl Work {
    /// Its word.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::ImportPreview(_) => "import_preview",
            Self::Import(_) => "import",
            Self::Export(_) => "export",
            Self::Underlay(_) => "underlay",
            Self::Compare(_) => "compare",
            Self::Zoning(_) => "zoning",
            Self::Siting(_) => "siting",
        }
    }

    /// What it is called in a list.
    pub fn title(&self) -> Bilingual {
        let (zh, en, file) = match self {
            Self::ImportPreview(params) => ("导入预览", "Import preview", params.file.clone()),
            Self::Import(params) => ("导入", "Import", params.file.clone()),
            Self::Export(params) => ("导出", "Export", params.name()),
            Self::Underlay(params) => ("影像", "Picture", params.title.clone()),
            Self::Compare(params) => ("两版对比", "Comparison", params.title()),
            Self::Zoning(params) => ("划分方案", "Zoning plan", params.title.clone()),
            Self::Siting(params) => ("设施选址", "Siting", params.title.clone()),
        };
        Bilingual::new(format!("{zh}：{file}"), format!("{en}: {file}"))
    }

    /// The class of records that it goes by; `None` where it goes by all that the server shows.
    pub fn show(&self) -> Option<Secrecy> {
        match self {
            Self::ImportPreview(_) | Self::Import(_) => None,
            Self::Export(params) => Some(params.show),
            Self::Underlay(params) => Some(params.secrecy),
            Self::Compare(params) => Some(params.show),
            Self::Zoning(params) => Some(params.show),
            Self::Siting(params) => Some(params.show),
        }
    }

    /// Its parameters, for people who look at the list.
    pub fn params(&self) -> Json {
        let whole = serde_json::to_value(self).unwrap_or_default();
        whole.get("params").cloned().unwrap_or_default()
    }
}

/// How far a job is.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = JobProgress)]
pub struct Progress {
    /// steps done
    pub done: u64,
    /// steps there probably are
    pub of: Option<u64>,
    /// what is being done
    pub stage: Option<Bilingual>,
}

/// Why a job came to nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = JobFailure)]
pub struct Failure {
    /// stable word for programs, such as `import.changed`
    pub code: String,
    /// Chinese
    pub zh: String,
    /// English
    pub en: String,
}

impl Failure {
    /// From a sentence.
    pub fn new(code: &str, sentence: Bilingual) -> Self {
        Self { code: code.into(), zh: sentence.zh, en: sentence.en }
    }
}

/// Everything of a job that its columns do not hold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Body {
    work: Work,
    by: Option<String>,
    created: String,
    created_ms: u64,
    started: Option<String>,
    ended: Option<String>,
    progress: Progress,
    outcome: Option<Json>,
    failure: Option<Failure>,
    revision: Revision,
    program: String,
    seed: u64,
    attempts: u32,
    cancel: bool,
}

/// One job.
#[derive(Clone, Debug, PartialEq)]
pub struct Job {
    /// its id
    pub id: RecordId,
    /// what is asked
    pub work: Work,
    /// how it stands
    pub state: JobState,
    /// who asked
    pub by: Option<String>,
    /// when, RFC 3339
    pub created: String,
    /// the same in milliseconds since 1970
    pub created_ms: u64,
    /// when a worker last began
    pub started: Option<String>,
    /// when it ended
    pub ended: Option<String>,
    /// how far it is
    pub progress: Progress,
    /// the best there is so far, of work that shows it while it runs
    pub best: Option<Json>,
    /// what came of it
    pub outcome: Option<Json>,
    /// why nothing came of it
    pub failure: Option<Failure>,
    /// the revision on which it was asked
    pub revision: Revision,
    /// version of the program that last worked on it
    pub program: String,
    /// of all that is random in it: the same seed, the same outcome
    pub seed: u64,
    /// how often a worker began it
    pub attempts: u32,
    /// whether a person asked to stop it
    pub cancel: bool,
    /// counts the writings of its row
    pub(super) tick: u64,
    /// the program that works on it, and until when
    pub(super) lease: Option<(String, u64)>,
}

/// What listeners hear.
#[derive(Clone, Debug, PartialEq)]
pub struct JobEvent {
    /// which job
    pub id: RecordId,
    /// how it stands
    pub state: JobState,
    /// how far it is
    pub progress: Progress,
}

impl Job {
    pub(super) fn new(
        id: RecordId,
        work: Work,
        by: Option<String>,
        revision: Revision,
        created_ms: u64,
        created: String,
    ) -> Self {
        Self {
            id,
            work,
            state: JobState::Queued,
            by,
            created,
            created_ms,
            started: None,
            ended: None,
            progress: Progress::default(),
            best: None,
            outcome: None,
            failure: None,
            revision,
            program: env!("CARGO_PKG_VERSION").into(),
            seed: rand::random(),
            attempts: 0,
            cancel: false,
            tick: 0,
            lease: None,
        }
    }

    /// What listeners hear of it.
    pub fn event(&self) -> JobEvent {
        JobEvent { id: self.id, state: self.state, progress: self.progress.clone() }
    }

    /// Its row; with another's lease where one is given.
    pub(super) fn to_row(&self, lease: Option<(String, u64)>) -> Result<JobRow, JobError> {
        let body = Body {
            work: self.work.clone(),
            by: self.by.clone(),
            created: self.created.clone(),
            created_ms: self.created_ms,
            started: self.started.clone(),
            ended: self.ended.clone(),
            progress: self.progress.clone(),
            outcome: self.outcome.clone(),
            failure: self.failure.clone(),
            revision: self.revision,
            program: self.program.clone(),
            seed: self.seed,
            attempts: self.attempts,
            cancel: self.cancel,
        };
        let (owner, lease_ms) = lease.map_or((None, 0), |(owner, until)| (Some(owner), until));
        Ok(JobRow {
            id: self.id,
            kind: self.work.kind().into(),
            state: self.state,
            asked: self.asked(),
            owner,
            lease_ms,
            tick: self.tick,
            body: serde_json::to_string(&body).map_err(|error| JobError::Kept(error.to_string()))?,
        })
    }

    pub(super) fn of_row(row: &JobRow) -> Result<Self, JobError> {
        let body: Body = serde_json::from_str(&row.body)
            .map_err(|error| JobError::Kept(format!("{}: {error}", row.id)))?;
        Ok(Self {
            id: row.id,
            work: body.work,
            state: row.state,
            by: body.by,
            created: body.created,
            created_ms: body.created_ms,
            started: body.started,
            ended: body.ended,
            progress: body.progress,
            best: None,
            outcome: body.outcome,
            failure: body.failure,
            revision: body.revision,
            program: body.program,
            seed: body.seed,
            attempts: body.attempts,
            cancel: body.cancel,
            tick: row.tick,
            lease: row.owner.clone().map(|owner| (owner, row.lease_ms)),
        })
    }

    /// What makes two requests equal: kind, parameters, revision.
    fn asked(&self) -> String {
        let mut bytes = Vec::new();
        canonical_json(&serde_json::to_value(&self.work).unwrap_or_default(), &mut bytes);
        let mut hash = Sha256::new();
        hash.update(self.revision.0.to_be_bytes());
        hash.update(&bytes);
        hash.finalize()[..16].iter().map(|byte| format!("{byte:02x}")).collect()
    }
}
