//! What stands beside the log and is no fact: jobs, and what people have set. Not history: rows change and go.
//!
//! A job's row is a few columns by which jobs are found, claimed and joined, and a text that only `jobs`
//! understands. Every writing names the writing before it (`tick`), so that of two programs on one register
//! only one gets a job.

use super::StoreError;
use crate::model::RecordId;

/// How a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum JobState {
    /// waits for a worker
    Queued,
    /// a worker has it, as long as its lease holds
    Running,
    /// it came to its outcome
    Done,
    /// it cannot be done, and why is in its text
    Failed,
    /// a person stopped it
    Cancelled,
}

impl JobState {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Queued, Self::Running, Self::Done, Self::Failed, Self::Cancelled];

    /// Its word.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// By its word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }

    /// Whether nothing happens to it any more.
    pub const fn has_ended(self) -> bool {
        matches!(self, Self::Done | Self::Failed | Self::Cancelled)
    }
}

/// A job as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobRow {
    /// its id; it rises with time
    pub id: RecordId,
    /// which kind of work
    pub kind: String,
    /// how it stands
    pub state: JobState,
    /// what it is asked: two that have not ended never have the same
    pub asked: String,
    /// the program that works on it
    pub owner: Option<String>,
    /// until when it is that program's, milliseconds since 1970
    pub lease_ms: u64,
    /// rises by one with every writing
    pub tick: u64,
    /// everything else, JSON
    pub body: String,
}

/// Jobs. The tables are no part of the log and of no hash.
pub trait JobStore: Send + Sync {
    /// Adds a job; where one that has not ended is asked the same, returns that one's id and adds nothing.
    fn add_job(&self, row: &JobRow) -> Result<Option<RecordId>, StoreError>;

    /// One job.
    fn job(&self, id: RecordId) -> Result<Option<JobRow>, StoreError>;

    /// Jobs, newest first; all states, or one.
    fn jobs(&self, state: Option<JobState>, limit: usize) -> Result<Vec<JobRow>, StoreError>;

    /// Writes a job anew with its tick raised by one; `false` where another writing came between.
    fn replace_job(&self, row: &JobRow) -> Result<bool, StoreError>;

    /// Takes a job away; `false` where there is none.
    fn remove_job(&self, id: RecordId) -> Result<bool, StoreError>;
}

/// What people have set, by topic and name: JSON that only its topic's module understands.
pub trait SettingStore: Send + Sync {
    /// All of a topic, by name.
    fn settings(&self, topic: &str) -> Result<Vec<(String, String)>, StoreError>;

    /// Sets one; `None` takes it away. Whether something was there before.
    fn set_setting(&self, topic: &str, name: &str, value: Option<&str>) -> Result<bool, StoreError>;
}
