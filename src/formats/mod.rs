//! Bytes to features and features to bytes. Readers keep what can be read and report the rest as findings.
//!
//! A source gives features in the file's own coordinates and columns; what they mean is for `intake`.

use std::path::PathBuf;

use geo_types::Geometry;
use serde_json::Value as Json;

use crate::crs::Crs;
use crate::model::{FieldKind, Finding};

/// One feature or row as a file holds it.
#[derive(Clone, Debug, PartialEq)]
pub struct SourceFeature {
    /// row in the file, counted as a person would (a table's heading is row 1, a first feature is 1)
    pub row: u64,
    /// geometry in the file's coordinates
    pub geometry: Option<Geometry>,
    /// values by column, see [`FeatureSource::columns`]; columns without a value are left out
    pub values: Vec<(usize, Json)>,
}

/// What a file says of its coordinates.
#[derive(Clone, Debug, PartialEq)]
pub enum DeclaredCrs {
    /// a table without geometry
    NoGeometry,
    /// nothing
    Undeclared,
    /// a system we know
    Known(Crs),
    /// a system we cannot read, as the file has it
    Unknown(String),
}

/// A file being read, feature by feature.
pub trait FeatureSource: Send {
    /// Columns seen so far; grows while reading where a format has no heading (GeoJSON).
    fn columns(&self) -> &[String];

    /// What the file says of its coordinates.
    fn crs(&self) -> &DeclaredCrs;

    /// How many features there probably are, for progress.
    fn count_hint(&self) -> Option<u64>;

    /// The next feature, or a finding for a row that cannot be read, or the end.
    fn next_feature(&mut self) -> Option<Result<SourceFeature, Finding>>;

    /// Findings on the file as a whole so far (encoding guessed, missing .shx, …); taken, not repeated.
    fn take_findings(&mut self) -> Vec<Finding>;
}

/// How to read a file where it does not say itself.
#[derive(Clone, Debug, Default)]
pub struct ReadOptions {
    /// layer of a file with several, by name
    pub layer: Option<String>,
    /// text encoding, e.g. `GBK`
    pub encoding: Option<String>,
}

/// One column of a file being written.
#[derive(Clone, Debug, PartialEq)]
pub struct OutColumn {
    /// its name
    pub name: String,
    /// title for people, where the format has room for one
    pub title: Option<String>,
    /// kind of its values
    pub kind: FieldKind,
}

/// What a file being written is to hold.
#[derive(Clone, Debug)]
pub struct OutSchema {
    /// name of the layer
    pub name: String,
    /// its columns
    pub columns: Vec<OutColumn>,
    /// the coordinate system of what is written; `None` for a table without geometry
    pub crs: Option<Crs>,
}

/// One feature to be written: values in the order of the columns, `Json::Null` where absent.
#[derive(Clone, Debug, PartialEq)]
pub struct OutFeature {
    /// geometry in the schema's system
    pub geometry: Option<Geometry>,
    /// values
    pub values: Vec<Json>,
}

/// A file being written. Nothing stands under the final name until `finish` (a failed export leaves nothing half).
pub trait FeatureSink {
    /// Writes the next feature.
    fn write(&mut self, feature: OutFeature) -> Result<(), FormatError>;
    /// Closes the file and puts it in place; findings such as names cut to ten letters.
    fn finish(self: Box<Self>) -> Result<Vec<Finding>, FormatError>;
}

/// What stops reading or writing a file.
#[derive(Debug, thiserror::Error)]
pub enum FormatError {
    /// placeholder of the final error enum
    #[error("{path}: {what}")]
    Unreadable {
        /// the file
        path: PathBuf,
        /// what is wrong
        what: String,
    },
}
