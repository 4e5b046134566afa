//! What is in an upload: its layers, their columns and first rows, what their coordinates may be.

use std::path::Path;
use std::time::{Duration, Instant};

use geo_types::{Coord, Geometry};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};

use super::draft::QuestionGuess;
use super::upload::{self, Manifest, Opened};
use super::{names, suggest};
use crate::crs::{Crs, Guess, Transform, recognise};
use crate::formats::{DeclaredCrs, FormatError, Kind, LayerInfo, ReadOptions, SourceFeature, list_layers};
use crate::intake::Sample;
use crate::jobs::{Inner, JobError};
use crate::model::{Bilingual, Date, Finding, Layer, RecordId, geometry};

/// Rows that are shown.
const SAMPLE: usize = 20;
/// Rows and coordinates from which the coordinate system is guessed.
const LOOKED_AT: usize = 1000;
const COORDS: usize = 5000;
/// Rows that are held against the register to tell the coordinate system.
const FITTED: usize = 300;
/// Layers of one upload that are listed.
const MOST_LAYERS: usize = 100;
/// Time for looking into all of them; those after it are only named.
const TIME: Duration = Duration::from_secs(10);
/// Bytes of an OpenStreetMap file into which is looked: each layer of it means reading all of it.
const MOST_OSM: u64 = 8 << 20;
/// Characters of one value that are shown.
const MOST_TEXT: usize = 300;

/// One thing that can be imported.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = ImportSource)]
pub struct Source {
    /// the file it is in, as its user named it
    pub file: String,
    /// its layer, where the file has several
    pub source_layer: Option<String>,
    /// format, such as `shapefile`, `xlsx`, `dxf` or, of a geodatabase, `gdb`
    pub kind: String,
    /// how many rows there probably are
    pub rows: Option<u64>,
    /// names of its columns
    pub columns: Vec<String>,
    /// those of them that its places were read from
    #[serde(default)]
    pub geometry_columns: Vec<String>,
    /// whether it has a geometry
    pub geometry: bool,
    /// kind of its first geometry, in GeoJSON's words
    #[serde(default)]
    pub shape: Option<String>,
    /// what its coordinates are
    pub crs: SourceCrs,
    /// text encoding, where it was guessed
    pub encoding: Option<String>,
    /// the layer of the register that it probably belongs to
    pub layer: Option<String>,
    /// the saved profile that fits best
    #[serde(default)]
    pub profile: Option<String>,
    /// first rows
    #[schema(value_type = Vec<Object>)]
    pub sample: Vec<Map<String, Json>>,
    /// the same rows on the map, GeoJSON in EPSG:4490, where the coordinates are known
    #[schema(value_type = Object)]
    pub sample_geometry: Option<Json>,
    /// whether there was no time to look into it: it is named only, and can be looked at by itself
    #[serde(default)]
    pub unseen: bool,
    /// why it cannot be read
    pub problem: Option<Bilingual>,
}

/// What coordinates are, or may be.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SourceCrs {
    /// as the file declares it
    pub declared: Option<String>,
    /// its name for people
    pub title: Option<Bilingual>,
    /// what the file says, where nobody understands it
    pub said: Option<String>,
    /// what it probably is, the most probable first
    pub guesses: Vec<QuestionGuess>,
}

impl Source {
    fn of(file: &str, kind: String, source_layer: Option<String>) -> Self {
        Self {
            file: file.into(),
            source_layer,
            kind,
            rows: None,
            columns: Vec::new(),
            geometry_columns: Vec::new(),
            geometry: false,
            shape: None,
            crs: SourceCrs::default(),
            encoding: None,
            layer: None,
            profile: None,
            sample: Vec::new(),
            sample_geometry: None,
            unseen: false,
            problem: None,
        }
    }

    /// What keeps it from being read.
    pub(super) fn trouble(&self) -> Option<Finding> {
        self.problem.as_ref().map(|problem| upload::trouble(&self.file, problem))
    }
}

/// Looks into all files of an upload.
pub(super) fn look(inner: &Inner, id: RecordId, manifest: &Manifest) -> Result<Vec<Source>, JobError> {
    let folder = inner.folder.of(id)?;
    let mut looking = Looking { inner, begun: Instant::now(), found: Vec::new() };
    let has = |stored: &str| manifest.files.iter().any(|file| file.stored == stored);
    for file in &manifest.files {
        let (stem, extension) = file.stored.split_once('.').unwrap_or((&file.stored, ""));
        let of_shapefile = extension == "dbf" && has(&format!("{stem}.shp"));
        if names::is_companion(extension) || of_shapefile {
            continue;
        }
        looking.file(&folder.join(&file.stored), &file.name);
    }
    Ok(looking.found)
}

/// A source looked at by itself, in the text encoding that a person chose, if one was.
pub(super) fn again(inner: &Inner, path: &Path, of: &Source, encoding: Option<&str>) -> Source {
    let looking = Looking { inner, begun: Instant::now(), found: Vec::new() };
    let mut source = Source::of(&of.file, of.kind.clone(), of.source_layer.clone());
    source.rows = of.rows;
    let options = ReadOptions { layer: of.source_layer.clone(), encoding: encoding.map(str::to_owned) };
    match upload::open(path, &of.file, &options) {
        Ok(opened) => looking.read(&mut source, opened),
        Err(problem) => source.problem = Some(problem),
    }
    let called = of.source_layer.as_deref().unwrap_or(&of.file);
    source.layer = suggest::layer(called, &source).map(|layer| layer.name().to_owned());
    source.encoding = encoding.map(str::to_owned).or(source.encoding);
    source
}

struct Looking<'a> {
    inner: &'a Inner,
    begun: Instant,
    found: Vec<Source>,
}

impl Looking<'_> {
    fn file(&mut self, path: &Path, name: &str) {
        let (_, extension) = names::split(name);
        let kind = match Kind::of(path) {
            Ok(kind) => kind,
            Err(error) => return self.failed(path, name, &extension, &error),
        };
        let word = kind.word(path, &extension);
        let layers = match list_layers(path, &ReadOptions::default()) {
            Ok(layers) => layers,
            Err(error) => return self.failed(path, name, &word, &error),
        };
        let (osm, several) = (matches!(kind, Kind::OsmPbf | Kind::OsmXml), layers.len() > 1);
        let large = osm && std::fs::metadata(path).is_ok_and(|meta| meta.len() > MOST_OSM);
        for LayerInfo { name: layer, count } in layers.into_iter().take(MOST_LAYERS) {
            let chosen = (several || osm || kind == Kind::ShapefileZip).then(|| layer.clone());
            let mut source = Source::of(name, word.clone(), chosen.clone());
            source.rows = count;
            if !large && self.begun.elapsed() < TIME {
                let options = ReadOptions { layer: chosen, encoding: None };
                match upload::open(path, name, &options) {
                    Ok(opened) => self.read(&mut source, opened),
                    Err(problem) => source.problem = Some(problem),
                }
            } else {
                source.unseen = true;
            }
            let called = if several { layer } else { name.to_owned() };
            source.layer = suggest::layer(&called, &source).map(|layer| layer.name().to_owned());
            self.found.push(source);
        }
    }

    fn failed(&mut self, path: &Path, name: &str, kind: &str, error: &FormatError) {
        let mut source = Source::of(name, kind.to_owned(), None);
        source.problem = Some(upload::sentence(path, name, error));
        self.found.push(source);
    }

    fn read(&self, source: &mut Source, opened: Opened) {
        let Opened { source: mut features, renaming } = opened;
        let (mut shapes, mut coords, mut seen) = (Vec::new(), Vec::new(), Vec::new());
        let undeclared = matches!(features.crs(), DeclaredCrs::Undeclared | DeclaredCrs::Unknown(_));
        let (mut read, mut whole) = (0, false);
        let mut columns: Vec<String> = Vec::new();
        while read < LOOKED_AT && coords.len() < COORDS {
            let Some(feature) = features.next_feature() else {
                whole = true;
                break;
            };
            read += 1;
            let Ok(feature) = feature else { continue };
            if undeclared && seen.len() < FITTED {
                seen.push(feature.clone());
            }
            columns.extend_from_slice(&features.columns()[columns.len().min(features.columns().len())..]);
            if source.sample.len() < SAMPLE {
                let value = |(at, value): (usize, Json)| Some((columns.get(at)?.clone(), short(value)));
                source.sample.push(feature.values.into_iter().filter_map(value).collect());
                shapes.push(feature.geometry.clone());
            }
            source.geometry |= feature.geometry.is_some();
            if let Some(shape) = &feature.geometry {
                source.shape.get_or_insert_with(|| geometry::kind_name(shape).to_owned());
                geometry::for_each_coord(shape, &mut |c| coords.push(c));
            }
        }
        source.rows = if whole { Some(read as u64) } else { features.count_hint().or(source.rows) };
        source.columns = features.columns().to_vec();
        let located = features.geometry_columns().iter().filter_map(|at| source.columns.get(*at).cloned());
        source.geometry_columns = located.collect();
        source.encoding = encoding(&features.take_findings());
        let guesses = self.place(source, features.crs(), &shapes, &coords);
        if !guesses.is_empty() {
            self.fit(source, &seen, guesses);
        }
        drop(renaming);
    }

    /// The guesses by what the register knows of the place.
    fn fit(&self, source: &mut Source, features: &[SourceFeature], guesses: Vec<Guess>) {
        let snapshot = self.inner.register.snapshot();
        let today = i64::try_from(self.inner.now_ms()).unwrap_or_default();
        let layer = suggest::layer(&source.file, source).unwrap_or(Layer::Division);
        let as_of = Date::in_shanghai(today);
        let sample = Sample { snapshot: &snapshot, layer, as_of, columns: &source.columns, features };
        source.crs.guesses = sample.rank(guesses).into_iter().map(QuestionGuess::from).collect();
    }

    /// What the file says of its coordinates; what they may be, where it does not.
    fn place(
        &self,
        source: &mut Source,
        declared: &DeclaredCrs,
        shapes: &[Option<Geometry>],
        coords: &[Coord],
    ) -> Vec<Guess> {
        match declared {
            DeclaredCrs::NoGeometry => {}
            DeclaredCrs::Known(crs) => {
                source.crs.declared = Some(crs.to_string());
                source.crs.title = Some(crs.describe());
                source.sample_geometry = on_map(crs, shapes);
            }
            DeclaredCrs::Unknown(said) => source.crs.said = Some(said.chars().take(200).collect()),
            DeclaredCrs::Undeclared => {}
        }
        if source.crs.declared.is_none() && !coords.is_empty() {
            let snapshot = self.inner.register.snapshot();
            let boxes = Layer::ALL.iter().filter_map(|layer| snapshot.layer(*layer).bounds());
            let reference = boxes.reduce(|a, b| {
                let (low, high) = (a.min(), a.max());
                geo_types::Rect::new(
                    Coord { x: low.x.min(b.min().x), y: low.y.min(b.min().y) },
                    Coord { x: high.x.max(b.max().x), y: high.y.max(b.max().y) },
                )
            });
            return recognise(coords, reference);
        }
        Vec::new()
    }
}

/// The encoding that a reader guessed, from what it noticed of the file; what it says of a row quotes that row.
fn encoding(findings: &[Finding]) -> Option<String> {
    let of_file = |finding: &&Finding| finding.rule == "import.encoding" && finding.spot.row.is_none();
    findings.iter().find(of_file).and_then(|finding| finding.evidence.clone())
}

fn short(value: Json) -> Json {
    match value {
        Json::String(text) if text.chars().nth(MOST_TEXT).is_some() => {
            Json::String(text.chars().take(MOST_TEXT).chain(['…']).collect())
        }
        Json::Array(_) | Json::Object(_) => {
            let text = value.to_string();
            if text.len() > MOST_TEXT { short(Json::String(text)) } else { value }
        }
        other => other,
    }
}

/// The first rows as GeoJSON in the register's coordinates; rows that cannot be placed are left out.
fn on_map(crs: &Crs, shapes: &[Option<Geometry>]) -> Option<Json> {
    let way = Transform::new(crs, &Crs::REGISTER).ok()?;
    let features: Vec<Json> = shapes
        .iter()
        .enumerate()
        .filter_map(|(at, shape)| {
            let placed = way.geometry(shape.clone()?).ok()?;
            let shape = json!(geojson::Geometry::from(&placed));
            Some(json!({ "type": "Feature", "properties": { "row": at }, "geometry": shape }))
        })
        .collect();
    Some(json!({ "type": "FeatureCollection", "features": features }))
}
