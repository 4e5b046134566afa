//! Bringing files in, as far as it is long work: uploads, what is in them, previews, acceptance, profiles.
//!
//! What a row means is for `intake`, reading for `formats`. A preview writes a draft into its job's folder;
//! acceptance plans again with the same seed and refuses where the plan is another one.

mod accept;
mod changes;
mod draft;
mod names;
mod neighbours;
mod preview;
mod profiles;
mod refused;
mod sources;
mod suggest;
mod traced;
mod upload;

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::crs::{Crs, CrsError};
use crate::intake::{ImportOptions, Invalid, OtherDatum, Placing};
use crate::model::{Date, Layer, RecordId};

pub use accept::Acceptance;
pub(super) use accept::accept;
pub use changes::{Changes, Shown};
pub use draft::{Draft, DraftColumn, DraftCounts, Question, QuestionGuess, Unplaced};
pub use neighbours::{fit, may_carry};
pub(super) use preview::preview;
pub use profiles::{Profile, ProfileOptions};
pub use refused::MARK;
pub use sources::{Source, SourceCrs};
pub(super) use upload::{Manifest, Stored, trouble};
pub use upload::{Upload, UploadError, Uploading};

/// What a preview is asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PreviewParams {
    /// the upload
    pub upload: RecordId,
    /// which of its files, as the user named it
    pub file: String,
    /// layer within the file
    pub source_layer: Option<String>,
    /// into which layer
    #[serde(serialize_with = "layer_name", deserialize_with = "layer_named")]
    pub layer: Layer,
    /// coordinate system, over what the file says
    pub crs: Option<String>,
    /// text encoding
    pub encoding: Option<String>,
    /// fields and the columns that fill them; an empty column leaves a field out
    pub map: BTreeMap<String, String>,
    /// fields and the values that all rows have in them, where a row does not say its own
    #[serde(default)]
    pub set: BTreeMap<String, String>,
    /// column by which records are recognised
    pub key: Option<String>,
    /// areas that cross themselves: repair, keep or refuse
    pub invalid: OnInvalid,
    /// whether rows only bring records up to date that are there, found by code or by division and name
    #[serde(default)]
    pub join: bool,
    /// of joined rows, by their number in the file, what a person said of them
    #[serde(default)]
    pub place: BTreeMap<String, Placing>,
    /// whether lines are cut where they cross
    #[serde(default)]
    pub split_crossings: bool,
    /// divisions: neighbours that are not in the file follow borders that moved by up to so many metres
    #[serde(default)]
    pub carry_m: Option<f64>,
    /// of coordinates on an older datum: seven parameters that the office supplies, or `keep`
    #[serde(default)]
    pub datum: Option<String>,
    /// the source of new records; the file's name if absent
    pub source: Option<String>,
    /// the profile it was filled in from
    pub profile: Option<String>,
    /// the day whose lawful versions rows are matched with
    pub as_of: Date,
}

/// A file of an upload, opened under the name that its user gave it.
pub(super) fn opened(
    path: &std::path::Path,
    name: &str,
    options: &crate::formats::ReadOptions,
) -> Result<Box<dyn crate::formats::FeatureSource>, crate::model::Bilingual> {
    upload::open(path, name, options).map(|opened| opened.source)
}

/// What an acceptance is asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AcceptParams {
    /// the preview's job
    pub preview: RecordId,
    /// the file, as the user named it
    pub file: String,
    /// who
    pub by: String,
    /// whether who it was has been proved
    #[serde(default)]
    pub verified: bool,
    /// why
    pub reason: String,
    /// number of the document that orders it
    pub document: Option<String>,
    /// key of its change set: by it a program that died in between finds what it did
    pub key: String,
}

/// What becomes of areas whose outline crosses itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum OnInvalid {
    /// cut where it crosses
    #[default]
    Repair,
    /// taken as it is
    Keep,
    /// the row is refused
    Refuse,
}

fn layer_name<S: Serializer>(layer: &Layer, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(layer.name())
}

fn layer_named<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Layer, D::Error> {
    let name = String::deserialize(deserializer)?;
    name.parse().map_err(|_| serde::de::Error::custom("no such layer"))
}

/// What becomes of coordinates on an older datum: `keep`, or seven numbers.
///
/// # Errors
/// It is neither.
pub fn other_datum(text: &str) -> Result<OtherDatum, CrsError> {
    text.parse()
}

impl PreviewParams {
    /// As `intake` takes them.
    fn options(&self) -> Result<ImportOptions, CrsError> {
        Ok(ImportOptions {
            source: self.source.clone(),
            crs: self.crs.as_deref().map(str::parse::<Crs>).transpose()?,
            map: self.map.clone().into_iter().collect(),
            set: self.set.clone().into_iter().collect(),
            key: self.key.clone(),
            encoding: self.encoding.clone(),
            invalid: match self.invalid {
                OnInvalid::Repair => Invalid::Repair,
                OnInvalid::Keep => Invalid::Keep,
                OnInvalid::Refuse => Invalid::Refuse,
            },
            join: self.join,
            place: self.place.iter().filter_map(|(row, said)| Some((row.parse().ok()?, *said))).collect(),
            split_crossings: self.split_crossings,
            datum: self.datum.as_deref().map(other_datum).transpose()?,
            ..ImportOptions::new(self.layer, self.file.clone(), self.as_of)
        })
    }
}
