//! What a preview came to, as people see it before they accept; kept with its job.

use serde::{Deserialize, Serialize};

use super::PreviewParams;
use crate::crs::Guess;
use crate::intake::{Counts, Unmatched};
use crate::model::{Bilingual, Candidate, RecordId, Secrecy};

/// What an import would do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = ImportDraft)]
pub struct Draft {
    /// the upload
    #[schema(value_type = String)]
    pub upload: RecordId,
    /// into which layer
    pub layer: String,
    /// the file, as its user named it
    pub file: String,
    /// layer within the file
    pub source_layer: Option<String>,
    /// the revision that it was worked out on
    pub revision: u64,
    /// the coordinate system that the file was read in
    pub crs: Option<String>,
    /// how each column was taken
    pub columns: Vec<DraftColumn>,
    /// how many rows came to what; none while the question is open
    pub counts: Option<DraftCounts>,
    /// box round what would be new or changed: west, south, east, north
    pub extent: Option<[f64; 4]>,
    /// how many findings there are, every row counted
    pub findings_total: u64,
    /// what must be answered first
    pub question: Option<Question>,
    /// rows that met no record, where records were to be met
    pub unmatched: u64,
    /// hash over all changes: the same plan has the same
    pub digest: Option<String>,
    /// the class up to which the extent was drawn
    #[schema(value_type = String)]
    pub show: Secrecy,
}

/// How a column was taken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct DraftColumn {
    /// its name in the file
    pub column: String,
    /// the field that it fills; none where it is kept beside the fields
    pub field: Option<String>,
    /// the field's name for people
    pub title: Option<Bilingual>,
}

/// How many rows came to what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct DraftCounts {
    /// rows that would be new records
    pub new: u64,
    /// rows that would change a record
    pub changed: u64,
    /// rows whose record is as they say
    pub unchanged: u64,
    /// rows that cannot be taken
    pub refused: u64,
}

impl From<Counts> for DraftCounts {
    fn from(counts: Counts) -> Self {
        let Counts { new, changed, unchanged, refused } = counts;
        Self { new, changed, unchanged, refused }
    }
}

/// The coordinate system must be given.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = ImportQuestion)]
pub struct Question {
    /// what the file says, if anything
    pub declared: Option<String>,
    /// what it probably is, the most probable first
    pub guesses: Vec<QuestionGuess>,
    /// an older datum, where its parameters to CGCS2000 must be given (`datum`)
    #[serde(default)]
    pub datum: Option<String>,
}

/// A row of a joined table that found no record, and the records that it may be about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Unplaced {
    /// its number in the file
    pub row: u64,
    /// what it says it is about
    pub label: String,
    /// why it was not joined
    pub why: Bilingual,
    /// records to choose from, the best first
    pub candidates: Vec<Candidate>,
}

impl From<Unmatched> for Unplaced {
    fn from(unmatched: Unmatched) -> Self {
        let Unmatched { row, label, why, candidates } = unmatched;
        Self { row, label, why, candidates }
    }
}

/// A probable answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = CrsGuess)]
pub struct QuestionGuess {
    /// the system, to be sent as `crs`
    pub crs: String,
    /// its name for people
    pub title: Bilingual,
    /// what speaks for it
    pub why: Bilingual,
    /// whether the two coordinates seem to be exchanged
    pub swapped: bool,
}

impl From<Guess> for QuestionGuess {
    fn from(guess: Guess) -> Self {
        let Guess { crs, swapped, reason } = guess;
        Self { crs: crs.to_string(), title: crs.describe(), why: reason, swapped }
    }
}

impl Draft {
    /// Nothing worked out yet.
    pub(super) fn of(params: &PreviewParams, revision: u64, show: Secrecy) -> Self {
        Self {
            upload: params.upload,
            layer: params.layer.name().into(),
            file: params.file.clone(),
            source_layer: params.source_layer.clone(),
            revision,
            crs: None,
            columns: Vec::new(),
            counts: None,
            extent: None,
            findings_total: 0,
            question: None,
            unmatched: 0,
            digest: None,
            show,
        }
    }
}
