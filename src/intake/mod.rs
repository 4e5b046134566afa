//! From a file's features to changes: mapping, matching and findings, against a snapshot.
//!
//! Reading the file is for `formats`, writing the log for `register`. The work has two passes: every feature
//! becomes a `row::Row` (columns mapped, values read, geometry transformed), then every row is matched with
//! the records of the snapshot (see `matching`) and becomes a new record, a changed one, or nothing.
//! A broken row never stops the rest; a matched record keeps what the file does not have, blank cells included.

mod columns;
mod constants;
mod derive;
mod fit;
mod join;
mod marker;
mod matching;
mod media;
mod merge;
mod references;
mod report;
mod row;
mod shape;
mod split;
mod validity;
mod values;

use std::collections::HashSet;
use std::ops::ControlFlow;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use crate::crs::{Crs, CrsError, DatumShift, Guess};
use crate::formats::{FeatureSource, Media};
use crate::model::{
    Bilingual, Change, Date, Findings, IdSource, Layer, MediaName, RecordId, ValueError, listed,
};
use crate::snapshot::Snapshot;

pub use fit::Sample;
pub use join::Unmatched;
pub use report::Refused;

/// The fields that columns of these names would fill in a layer: column and field.
pub fn suggested_fields(layer: Layer, columns: &[String]) -> Vec<(String, &'static str)> {
    let options = ImportOptions::new(layer, "", Date::in_shanghai(0));
    let Ok(mut known) = columns::Columns::new(&options) else { return Vec::new() };
    known.extend(columns);
    known.mapped().map(|(column, field)| (column.to_owned(), field)).collect()
}

/// What to import, and how.
#[derive(Clone, Debug)]
pub struct ImportOptions {
    /// the layer that the rows go to
    pub layer: Layer,
    /// the file as the user named it, for findings and the log
    pub file: String,
    /// the `source` of new records without one of their own; the file's name by default
    pub source: Option<String>,
    /// the file's coordinate system, over what the file says itself
    pub crs: Option<Crs>,
    /// fields and the columns that fill them, over what the names suggest; an empty column leaves a field out
    pub map: Vec<(String, String)>,
    /// fields and the values that all rows have in them, where a row does not say its own
    pub set: Vec<(String, String)>,
    /// the column by which rows are matched with records
    pub key: Option<String>,
    /// the day whose lawful versions rows are matched with
    pub as_of: Date,
    /// the text encoding it was read in, if one was given
    pub encoding: Option<String>,
    /// what becomes of areas whose outline crosses itself
    pub invalid: Invalid,
    /// rows bring records up to date that are there, found by code or by division and name; none becomes new
    pub join: bool,
    /// lines are cut where they cross, bridges and tunnels excepted; only for layers of lines
    pub split_crossings: bool,
    /// what becomes of coordinates on Xi'an 1980 or Beijing 1954; without it they are a question
    pub datum: Option<OtherDatum>,
    /// rows of a joined table, by their number in the file, and what a person said of them
    pub place: Vec<(u64, Placing)>,
}

/// What a person said of a row of a joined table that found no record by itself.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Placing {
    /// it is about this record
    Record(RecordId),
    /// it is a new record at this place: longitude and latitude in the register's system
    At([f64; 2]),
}

/// What becomes of areas whose outline crosses or overlaps itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Invalid {
    /// cut where it crosses; inside is what an odd number of outlines lie round
    #[default]
    Repair,
    /// taken as it is
    Keep,
    /// the row is refused
    Refuse,
}

/// What becomes of coordinates on a datum from which nothing published leads to the register's. Either way they are
/// kept as they were received in the record's `extra.received`, with their system and datum.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum OtherDatum {
    /// shifted with the parameters that the office supplies
    Shift(DatumShift),
    /// only kept; the record has no geometry
    Keep,
}

impl std::str::FromStr for OtherDatum {
    type Err = CrsError;

    /// `keep`, or seven parameters as [`DatumShift`] reads them.
    fn from_str(text: &str) -> Result<Self, CrsError> {
        if text.trim() == "keep" { Ok(Self::Keep) } else { text.parse().map(Self::Shift) }
    }
}

impl ImportOptions {
    /// Everything as the file suggests.
    pub fn new(layer: Layer, file: impl Into<String>, as_of: Date) -> Self {
        Self {
            layer,
            file: file.into(),
            source: None,
            crs: None,
            map: Vec::new(),
            set: Vec::new(),
            key: None,
            as_of,
            encoding: None,
            invalid: Invalid::default(),
            join: false,
            split_crossings: false,
            datum: None,
            place: Vec::new(),
        }
    }

    /// The source name of what is imported: by it rows without any key find their records again.
    fn source_name(&self) -> &str {
        self.source.as_deref().unwrap_or(&self.file)
    }
}

/// How many rows came to what. Every row is counted once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize)]
pub struct Counts {
    /// rows that became new records
    pub new: u64,
    /// rows that changed a record
    pub changed: u64,
    /// rows whose record is as they say
    pub unchanged: u64,
    /// rows that could not be taken; each has a finding
    pub refused: u64,
}

/// What an import would do.
#[derive(Debug)]
pub struct ImportPlan {
    /// the changes, in the order of the rows
    pub changes: Vec<Change>,
    /// how many rows came to what
    pub counts: Counts,
    /// what was noticed
    pub findings: Findings,
    /// rows that are not taken, the first 200,000
    pub refused: Vec<Refused>,
    /// rows of a joined table that found no record; they count as refused
    pub unmatched: Vec<Unmatched>,
    /// what the log's header says of the file: name, rows, coordinate system, options, mapped columns
    pub origin: Json,
    /// files that the changes may list, with the names under which they are to be kept: copied in before the commit
    pub media: Vec<(Media, MediaName)>,
}

impl ImportPlan {
    /// Those of its files that its changes list.
    pub fn media_listed(&self) -> Vec<(Media, MediaName)> {
        let after = self.changes.iter().filter_map(Change::after);
        let listed: HashSet<MediaName> =
            after.flat_map(|record| listed(record).into_iter().filter_map(|one| one.name)).collect();
        self.media.iter().filter(|(_, name)| listed.contains(name)).cloned().collect()
    }
}

/// How far an import is: rows read, and how many there probably are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// rows read
    pub done: u64,
    /// rows that there probably are
    pub of: Option<u64>,
}

/// Hears how far an import is, every thousand rows; may stop it.
pub type OnProgress<'a> = dyn FnMut(Progress) -> ControlFlow<()> + 'a;

/// Why nothing is imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// the coordinates' system must be given: undeclared, unreadable, or not what the numbers are
    #[error("the coordinate system of {file} must be given{}", declared.as_ref().map(|d| format!(" (the file says: {d})")).unwrap_or_default())]
    CrsQuestion {
        /// the file
        file: String,
        /// what the file says, if anything
        declared: Option<String>,
        /// what it probably is and why, the most probable first; may be empty
        guesses: Vec<Guess>,
    },
    /// the coordinates stand on Xi'an 1980 or Beijing 1954, and the office must supply the way to CGCS2000
    #[error(
        "{file} is in {crs}, on the datum {datum}: no parameters from it to CGCS2000 are published, and without them \
         places would be wrong by up to 120 m"
    )]
    DatumQuestion {
        /// the file
        file: String,
        /// its system
        crs: Crs,
        /// the datum's name
        datum: String,
    },
    /// the coordinate system cannot be brought into the register's
    #[error(transparent)]
    Crs(#[from] CrsError),
    /// `--map` names a field that the layer does not have
    #[error("the layer {layer} has no field {field:?}")]
    UnknownField {
        /// the layer
        layer: Layer,
        /// the field
        field: String,
    },
    /// `--map` or `--key` names a column that the file does not have
    #[error("{file} has no column {column:?}; it has: {}", columns.join(", "))]
    UnknownColumn {
        /// the file
        file: String,
        /// the column
        column: String,
        /// the file's columns
        columns: Vec<String>,
    },
    /// `--map` gives a field or a column twice
    #[error("{0:?} is mapped twice")]
    MappedTwice(String),
    /// a field that tells records apart was to be the same for all
    #[error("{} cannot be the same for all rows", .0.en)]
    NoConstant(Bilingual),
    /// a value for all rows does not fit its field
    #[error("{text:?} does not fit {}: {why}", field.en)]
    BadConstant {
        /// the field's title
        field: Bilingual,
        /// the value
        text: String,
        /// why
        why: ValueError,
    },
    /// rows were to be placed on the map, and the layer has no points
    #[error("the layer {0} has no points to place")]
    NoPoints(Layer),
    /// a place is none
    #[error("row {0} is placed outside of the map")]
    BadPlace(u64),
    /// lines were to be split, and the layer has none
    #[error("the layer {0} has no lines to split at crossings")]
    NoLines(Layer),
    /// the caller stopped it
    #[error("stopped")]
    Cancelled,
}

/// Rows that are held, and given back, together.
const BLOCK: usize = 4096;

/// Reads all features of a source and plans the changes that bring a layer up to them.
///
/// About 2 µs per plain row beside reading; memory for all rows at once. Importing the same file again
/// plans no change.
pub fn plan_import(
    snapshot: &Snapshot,
    source: &mut dyn FeatureSource,
    options: &ImportOptions,
    ids: &mut IdSource,
    progress: &mut OnProgress<'_>,
) -> Result<ImportPlan, ImportError> {
    if options.split_crossings && !split::suits(options.layer) {
        return Err(ImportError::NoLines(options.layer));
    }
    join::check_places(options)?;
    let mut reading = row::Reading::new(snapshot, options, source.crs())?;
    // In blocks, which are given back one by one while the changes grow.
    let mut rows: Vec<Vec<row::Row>> = Vec::new();
    let mut done = 0;
    let mut tick = |done: u64, of: Option<u64>| match progress(Progress { done, of }) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(()) => Err(ImportError::Cancelled),
    };
    tick(0, source.count_hint())?;
    while let Some(feature) = source.next_feature() {
        done += 1;
        if done % 1000 == 0 {
            tick(done, source.count_hint())?;
        }
        match feature {
            Ok(feature) => {
                reading.columns.extend(source.columns());
                let raises_question = feature.geometry.is_some() && reading.lacks_crs();
                if raises_question {
                    return Err(reading.question(feature, source));
                }
                let Some(row) = reading.row(feature, source.geometry_columns()) else { continue };
                match rows.last_mut().filter(|block| block.len() < BLOCK) {
                    Some(block) => block.push(row),
                    None => {
                        let mut block = Vec::with_capacity(BLOCK);
                        block.push(row);
                        rows.push(block);
                    }
                }
            }
            Err(finding) => reading.refuse(finding),
        }
    }
    source.take_findings().into_iter().for_each(|finding| reading.report.findings.push(finding));
    tick(done, Some(done))?;
    reading.check_end()?;
    let mut media = Vec::new();
    if !source.media().is_empty() {
        let mut go_on = || tick(done, Some(done));
        media = media::link(options.layer, &mut rows, source, &mut reading.report, &mut go_on)?;
    }
    if options.split_crossings {
        rows = split::at_crossings(options.layer, rows, &mut reading.report);
    }
    let (report, counts, origin) = (reading.report, reading.counts, origin(options, &reading.columns, done));
    let count = rows.iter().map(Vec::len).sum();
    let mut matcher = matching::Matcher::new(snapshot.layer(options.layer), options, &reading.columns, count);
    let mut joined =
        options.join.then(|| join::resolve(snapshot, options, &reading.columns, &mut rows, &mut matcher));
    let mut merging = merge::Merging {
        snapshot,
        options,
        ids,
        report,
        counts,
        source: Arc::from(options.source_name()),
        matcher,
        unmatched: Vec::new(),
        references: references::References::new(snapshot, options.layer, rows.iter().flatten()),
        number_column: reading.columns.name_of("number").map(str::to_owned),
    };
    let changes = match &mut joined {
        Some(joined) => merging.join(rows, joined),
        None => merging.all(rows),
    };
    let merge::Merging { counts, report, unmatched, .. } = merging;
    let report::Report { findings, refused, .. } = report;
    Ok(ImportPlan { changes, counts, findings, refused, unmatched, origin, media })
}

fn origin(options: &ImportOptions, columns: &columns::Columns, rows: u64) -> Json {
    let mut origin = json!({ "file": options.file, "layer": options.layer.name(), "rows": rows });
    let mut set = |name: &str, value: Option<Json>| {
        if let Some(value) = value {
            origin[name] = value;
        }
    };
    set("source", options.source.clone().map(Json::from));
    set("crs", columns.crs.clone().map(Json::from));
    set("encoding", options.encoding.clone().map(Json::from));
    set("key", options.key.clone().map(Json::from));
    set("join", options.join.then_some(Json::Bool(true)));
    if let (Some(datum), Some(crs)) = (options.datum, &columns.crs) {
        set("datum", crs.parse::<Crs>().ok().and_then(|crs| crs.datum()).map(Json::from));
        set(
            "datum_shift",
            Some(match datum {
                OtherDatum::Keep => "none".into(),
                OtherDatum::Shift(shift) => {
                    json!({ "convention": "position_vector", "parameters": shift.numbers() })
                }
            }),
        );
    }
    set("split_crossings", options.split_crossings.then_some(Json::Bool(true)));
    set("placed", (!options.place.is_empty()).then(|| options.place.len().into()));
    let mapped: serde_json::Map<String, Json> =
        columns.mapped().map(|(column, field)| (field.to_owned(), column.into())).collect();
    let fixed: serde_json::Map<String, Json> =
        options.set.iter().map(|(field, text)| (field.clone(), text.as_str().into())).collect();
    set("set", (!fixed.is_empty()).then_some(Json::Object(fixed)));
    set("columns", (!mapped.is_empty()).then_some(Json::Object(mapped)));
    origin
}
