//! Two versions of divisions compared as a job: days of the register, or uploaded files.

use std::io::{Read as _, Seek as _, Write as _};

use geo_types::Geometry;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::import::opened;
use super::pool::NoOutcome;
use super::running::Running;
use super::{Failure, Job, JobError, JobState, Jobs, Work};
use crate::boundary::Sight;
use crate::boundary::versions::{self, CODES, Item, NAMES, Version};
use crate::crs::{Crs, Transform};
use crate::formats::{DeclaredCrs, FeatureSource, ReadOptions};
use crate::model::layers::DivisionLevel;
use crate::model::{Bilingual, Date, RecordId, Secrecy, geometry};
use crate::topology::compare::Thresholds;

/// Features of one file at most, and vertices of both versions.
const MOST_FEATURES: usize = 100_000;
const MOST_VERTICES: usize = 20_000_000;
const ITEMS: &str = "items.json";
const SHAPES: &str = "shapes.ndjson";

/// One of the two versions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "from", rename_all = "snake_case", deny_unknown_fields)]
#[schema(as = ComparedVersion)]
pub enum Source {
    /// the register as it holds on a day
    Register {
        /// the day
        #[schema(value_type = String)]
        day: Date,
    },
    /// an uploaded file
    File {
        /// the upload
        #[schema(value_type = String)]
        upload: RecordId,
        /// which of its files, as the user named it
        file: String,
        /// layer within the file
        #[serde(default)]
        source_layer: Option<String>,
        /// coordinate system, over what the file says
        #[serde(default)]
        crs: Option<String>,
    },
}

impl Source {
    fn title(&self) -> String {
        match self {
            Self::Register { day } => day.to_string(),
            Self::File { file, .. } => file.clone(),
        }
    }
}

/// What a comparison is asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CompareParams {
    /// the earlier
    pub old: Source,
    /// the later
    pub new: Source,
    /// level of the register's divisions
    pub level: String,
    /// only below this division, by its code
    pub within: Option<String>,
    /// the highest class that is read
    pub show: Secrecy,
}

impl CompareParams {
    /// What it is called in a list.
    pub fn title(&self) -> String {
        format!("{} → {}", self.old.title(), self.new.title())
    }
}

/// An item and where its shapes stand in the file beside it.
#[derive(Serialize, Deserialize)]
struct Kept {
    item: Item,
    at: u64,
    bytes: u64,
}

fn failed(code: &str, zh: String, en: String) -> NoOutcome {
    NoOutcome::Failed(Failure::new(code, Bilingual::new(zh, en)))
}

/// Carries it out.
pub(super) fn compare(running: &Running<'_>, params: &CompareParams) -> Result<Json, NoOutcome> {
    running.stage("读取两版图形", "reading both versions")?;
    let (old, new) = (read(running, params, &params.old)?, read(running, params, &params.new)?);
    let vertices: usize = [&old, &new]
        .into_iter()
        .flat_map(|version| &version.shapes)
        .map(|shape| geometry::coord_count(&Geometry::MultiPolygon(shape.clone())))
        .sum();
    if old.shapes.is_empty() || new.shapes.is_empty() {
        let which = if old.shapes.is_empty() { &params.old } else { &params.new };
        let title = which.title();
        return Err(failed(
            "compare.empty",
            format!("“{title}”里没有可比的面"),
            format!("there are no areas to compare in {title}"),
        ));
    }
    if vertices > MOST_VERTICES {
        return Err(failed(
            "compare.too_large",
            format!("两版共 {vertices} 个顶点，太多了，请缩小范围"),
            format!("{vertices} vertices are too many, compare a smaller area"),
        ));
    }
    running.stage("逐个比对", "comparing")?;
    let made = versions::report(&old, &new, &Thresholds::default())
        .map_err(|error| failed("compare.too_large", "顶点太多".to_owned(), error.to_string()))?;
    running.stage("整理结果", "writing the result")?;
    let folder = running.inner.folder.make(running.id()).map_err(JobError::from)?;
    let write = || -> std::io::Result<Vec<Kept>> {
        let mut out = std::io::BufWriter::new(std::fs::File::create(folder.join(SHAPES))?);
        let (mut at, mut kept) = (0, Vec::new());
        for (item, drawn) in made.items.iter().zip(&made.shapes) {
            let shape =
                |shape: &Geometry| serde_json::to_value(geojson::Geometry::from(shape)).unwrap_or_default();
            let line = json!({
                "old": drawn.old.as_ref().map(shape),
                "new": drawn.new.as_ref().map(shape),
                "pieces": drawn.pieces.iter().map(shape).collect::<Vec<_>>(),
            });
            let bytes = serde_json::to_vec(&line)?;
            out.write_all(&bytes)?;
            kept.push(Kept { item: item.clone(), at, bytes: bytes.len() as u64 });
            at += bytes.len() as u64;
        }
        out.flush()?;
        Ok(kept)
    };
    let kept = write().map_err(JobError::from)?;
    let bytes = serde_json::to_vec(&kept).map_err(|error| JobError::Kept(error.to_string()))?;
    std::fs::write(folder.join(ITEMS), bytes).map_err(JobError::from)?;
    let items: Vec<Item> = made.items;
    Ok(json!({
        "items": items.len(),
        "counts": versions::counts(&items),
        "old": old.shapes.len(),
        "new": new.shapes.len(),
        "show": params.show,
    }))
}

fn read(running: &Running<'_>, params: &CompareParams, source: &Source) -> Result<Version, NoOutcome> {
    match source {
        Source::Register { day } => {
            let level = DivisionLevel::from_code(&params.level).ok_or(JobError::Unknown)?;
            let sight = Sight { as_of: *day, show: params.show };
            Ok(Version::of(&running.inner.register.snapshot(), sight, level, params.within.as_deref()))
        }
        Source::File { upload, file, source_layer, crs } => {
            let options = ReadOptions { layer: source_layer.clone(), encoding: None };
            let path = running.inner.uploaded(*upload, file)?;
            let unreadable = |what| NoOutcome::Failed(Failure::new("import.unreadable", what));
            let mut source = opened(&path, file, &options).map_err(unreadable)?;
            of_file(running, source.as_mut(), file, crs.as_deref())
        }
    }
}

/// The place of the likeliest of usual names among a file's columns.
fn column(columns: &[String], usual: &[&str]) -> Option<usize> {
    usual.iter().find_map(|name| columns.iter().position(|column| column.eq_ignore_ascii_case(name)))
}

/// The areas of a file, in the register's coordinates.
fn of_file(
    running: &Running<'_>,
    source: &mut dyn FeatureSource,
    file: &str,
    crs: Option<&str>,
) -> Result<Version, NoOutcome> {
    let bad = |error: crate::crs::CrsError| NoOutcome::Failed(Failure::new("import.crs", error.sentence()));
    let given = crs.map(str::parse::<Crs>).transpose().map_err(bad)?;
    // Readers that learn their columns as they go (GeoJSON) have none before the first row.
    let (mut known, mut code, mut name) = (0, None, None);
    let mut version = Version::default();
    let mut transform: Option<Option<Transform>> = None;
    let mut seen = 0;
    while let Some(next) = source.next_feature() {
        seen += 1;
        if seen % 500 == 0 {
            running.step(seen, source.count_hint())?;
        }
        let Ok(feature) = next else { continue };
        if source.columns().len() != known {
            known = source.columns().len();
            (code, name) = (column(source.columns(), CODES), column(source.columns(), NAMES));
        }
        let Some(shape) = feature.geometry else { continue };
        if transform.is_none() {
            let declared = match source.crs() {
                DeclaredCrs::Known(crs) => Some(crs.clone()),
                _ => None,
            };
            let Some(own) = given.clone().or(declared) else {
                return Err(failed(
                    "compare.crs",
                    format!("“{file}”没有注明坐标系，请选定"),
                    format!("{file} does not say its coordinates: choose them"),
                ));
            };
            let same = own.same_numbers(&Crs::REGISTER);
            transform =
                Some(if same { None } else { Some(Transform::new(&own, &Crs::REGISTER).map_err(bad)?) });
        }
        let shape = match transform.as_ref().and_then(Option::as_ref) {
            Some(transform) => transform.geometry(shape).map_err(bad)?,
            None => shape,
        };
        let Ok(shape) = geometry::settle(shape, crate::model::GeometryKind::Area) else { continue };
        let text = |wanted: Option<usize>| {
            let value = feature.values.iter().find(|(at, _)| Some(*at) == wanted).map(|(_, value)| value);
            match value {
                None | Some(Json::Null) => String::new(),
                Some(Json::String(text)) => text.clone(),
                Some(other) => other.to_string(),
            }
        };
        if let Some(shape) = versions::area(&shape) {
            version.push(&text(code), &text(name), shape);
        }
        if version.shapes.len() > MOST_FEATURES {
            return Err(failed(
                "compare.too_large",
                format!("“{file}”的面超过 {MOST_FEATURES} 个"),
                format!("{file} has more than {MOST_FEATURES} areas"),
            ));
        }
    }
    Ok(version)
}

impl Jobs {
    /// The list of a comparison that has ended well, with its job.
    pub fn compared(&self, id: RecordId) -> Result<(Job, Vec<Item>), JobError> {
        let (job, kept) = self.kept_comparison(id)?;
        Ok((job, kept.into_iter().map(|kept| kept.item).collect()))
    }

    /// What is drawn of one of its divisions: GeoJSON before, after, and pieces that changed hands.
    pub fn compared_shapes(&self, id: RecordId, n: usize) -> Result<Json, JobError> {
        let (_, kept) = self.kept_comparison(id)?;
        let place = kept.get(n).ok_or(JobError::Unknown)?;
        let mut file = std::fs::File::open(self.inner().folder.of(id)?.join(SHAPES))?;
        file.seek(std::io::SeekFrom::Start(place.at))?;
        let mut bytes = Vec::new();
        file.take(place.bytes).read_to_end(&mut bytes)?;
        serde_json::from_slice(&bytes).map_err(|error| JobError::Kept(error.to_string()))
    }

    fn kept_comparison(&self, id: RecordId) -> Result<(Job, Vec<Kept>), JobError> {
        let job = self.job(id)?;
        if !matches!(job.work, Work::Compare(_)) {
            return Err(JobError::Unknown);
        }
        if job.state != JobState::Done {
            return Err(JobError::NotReady);
        }
        let bytes = std::fs::read(self.inner().folder.of(id)?.join(ITEMS))?;
        let kept = serde_json::from_slice(&bytes).map_err(|error| JobError::Kept(error.to_string()))?;
        Ok((job, kept))
    }
}
