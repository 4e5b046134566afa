//! Records of a layer as one file that is handed out: which format, which columns, in which coordinates.
//!
//! A request that answers at once, a job and the command line all write through this.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{FeatureSink, FormatError, Layout, OutFeature, SheetLook, create, create_sheet};
use crate::crs::{Crs, CrsError, Transform};
use crate::model::{Bilingual, COMMON_FIELDS, Finding, Language, Layer, Record, Severity, Spot, geometry};

/// A format that is handed out.
#[derive(Debug)]
pub struct OutKind {
    /// its word, also the ending of the file
    pub word: &'static str,
    /// ending of what is sent: a shapefile's parts go in an archive
    pub sent_as: &'static str,
    /// media type of what is sent
    pub media: &'static str,
    /// whether it is a table for people rather than a map
    pub table: bool,
}

const fn map(word: &'static str, media: &'static str) -> OutKind {
    OutKind { word, sent_as: word, media, table: false }
}

/// All formats that are handed out.
pub const OUT_KINDS: &[OutKind] = &[
    OutKind {
        table: true,
        ..map("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
    },
    OutKind { table: true, ..map("csv", "text/csv; charset=utf-8") },
    map("geojson", "application/geo+json"),
    OutKind { sent_as: "zip", ..map("shp", "application/zip") },
    map("gpkg", "application/geopackage+sqlite3"),
    map("kml", "application/vnd.google-earth.kml+xml"),
    map("dxf", "image/vnd.dxf"),
    map("fgb", "application/flatgeobuf"),
];

/// What a file is to be, in words that can be kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OutRequest {
    /// name of the layer
    pub layer: String,
    /// word of the format
    pub format: String,
    /// names of the fields beside id and version; all where absent
    pub columns: Option<Vec<String>>,
    /// whether titles and words stand for names and codes
    pub words: bool,
    /// the language of those
    pub language: Language,
    /// the coordinate system of the geometry; without geometry where absent
    pub crs: Option<String>,
    /// text encoding, where the format leaves a choice
    pub encoding: Option<String>,
}

/// A file as it is going to be.
#[derive(Debug)]
pub struct OutPlan {
    /// its columns
    pub layout: Layout,
    /// the coordinate system of the geometry; `None` without geometry
    pub crs: Option<Crs>,
    /// text encoding, where the format leaves a choice
    pub encoding: Option<String>,
    /// the language of titles
    pub language: Language,
}

/// Why no file comes of it.
#[derive(Debug)]
pub enum OutError<S> {
    /// the format cannot hold it, or it cannot be written
    Format(FormatError),
    /// there is no way to the coordinates
    Crs(CrsError),
    /// whoever waits for it says so
    Stopped(S),
}

impl<S> From<FormatError> for OutError<S> {
    fn from(error: FormatError) -> Self {
        Self::Format(error)
    }
}

/// The file that is to be sent, and what is to be known of it.
#[derive(Debug)]
pub struct Written {
    /// where it lies
    pub path: PathBuf,
    /// such as names cut to ten letters
    pub findings: Vec<Finding>,
}

/// Cells and vertices of a file that is written within a few seconds.
const LARGE: usize = 600_000;
/// How often the caller hears how far it is, records.
const EVERY: usize = 256;

impl OutKind {
    /// By its word.
    pub fn of(word: &str) -> Option<&'static Self> {
        OUT_KINDS.iter().find(|kind| kind.word == word)
    }
}

impl OutRequest {
    /// The format; `None` where there is none of that word.
    pub fn kind(&self) -> Option<&'static OutKind> {
        OutKind::of(&self.format)
    }

    /// What the words mean; `None` where one of them means nothing here.
    pub fn plan(&self) -> Option<OutPlan> {
        let layer: Layer = self.layer.parse().ok()?;
        let layout = match &self.columns {
            None => Layout::whole(layer),
            Some(names) => {
                let field = |name: &String| {
                    COMMON_FIELDS.iter().chain(layer.def().fields).find(|field| field.name == name)
                };
                Layout::of(layer, &names.iter().map(field).collect::<Option<Vec<_>>>()?)
            }
        };
        Some(OutPlan {
            layout: if self.words { layout.in_words(self.language) } else { layout },
            crs: self.crs.as_deref().map(str::parse).transpose().ok()?,
            encoding: self.encoding.clone(),
            language: self.language,
        })
    }
}

impl OutPlan {
    /// Whether writing so many records takes longer than a person waits at a page.
    pub fn is_large<R: AsRef<Record>>(&self, records: &[R]) -> bool {
        let mut left = LARGE.checked_sub(records.len().saturating_mul(self.layout.width()));
        for record in records.iter().filter(|_| self.crs.is_some()) {
            let Some(rest) = left else { return true };
            let vertices = record.as_ref().geometry.as_deref().map_or(0, geometry::coord_count);
            left = rest.checked_sub(vertices);
        }
        left.is_none()
    }

    /// Writes records to a file of the format that its ending stands for. `go_on` hears now and then how
    /// many are through, again and again all of them while the file is closed. Nothing stands under the name until all is written.
    ///
    /// # Errors
    /// The format cannot hold them, there is no way to the coordinates, or `go_on` says to stop.
    pub fn write<R: AsRef<Record>, S>(
        &self,
        records: &[R],
        path: &Path,
        mut go_on: impl FnMut(usize) -> Result<(), S>,
    ) -> Result<Vec<Finding>, OutError<S>> {
        let written = self.crs_in(path);
        let crs = written.clone().unwrap_or(Crs::REGISTER);
        let transform = Transform::shared(&Crs::REGISTER, &crs).map_err(OutError::Crs)?;
        let mut sink = self.begin(path, written.clone())?;
        for (at, record) in records.iter().map(AsRef::as_ref).enumerate() {
            if at % EVERY == 0 {
                go_on(at).map_err(OutError::Stopped)?;
            }
            let shape = record.geometry.as_deref().filter(|_| self.crs.is_some()).cloned();
            let geometry = match shape {
                Some(shape) if !crs.is_register() => Some(transform.geometry(shape).map_err(OutError::Crs)?),
                other => other,
            };
            sink.write(OutFeature { geometry, values: self.layout.values(record) })?;
        }
        let mut stopped = None;
        let mut asked = || go_on(records.len()).map_err(|why| stopped = Some(why)).is_ok();
        let findings = if asked() { sink.finish_while(&mut asked) } else { Ok(Vec::new()) };
        if let Some(why) = stopped {
            return Err(OutError::Stopped(why));
        }
        let note = self.crs.as_ref().filter(|_| written != self.crs).map(|asked| in_degrees(path, asked));
        Ok(findings?.into_iter().chain(note).collect())
    }

    /// The coordinates that a file under this name gets: KML is in degrees by its standard, whatever is asked for.
    pub fn crs_in(&self, path: &Path) -> Option<Crs> {
        let kml = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("kml"));
        let turned = |crs: &Crs| kml && !crs.same_numbers(&Crs::REGISTER);
        self.crs.clone().map(|crs| if turned(&crs) { Crs::REGISTER } else { crs })
    }

    fn begin(&self, path: &Path, crs: Option<Crs>) -> Result<Box<dyn FeatureSink>, FormatError> {
        let schema = self.layout.schema(self.language, crs, self.encoding.clone());
        if path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("xlsx")) {
            return create_sheet(path, &schema, SheetLook { choices: self.layout.choices(), marks: 2 });
        }
        create(path, &schema)
    }

    /// The same into a folder of its own, as the one file that is sent.
    ///
    /// # Errors
    /// As [`OutPlan::write`].
    pub fn write_into<R: AsRef<Record>, S>(
        &self,
        (folder, stem, kind): (&Path, &str, &OutKind),
        records: &[R],
        go_on: impl FnMut(usize) -> Result<(), S>,
    ) -> Result<Written, OutError<S>> {
        // A shapefile's parts are called as the file is.
        let path = folder.join(format!("{stem}.{}", kind.word));
        let findings = self.write(records, &path, go_on)?;
        if kind.sent_as == kind.word {
            return Ok(Written { path, findings });
        }
        let packed = folder.join("all.zip");
        pack(folder, stem, &packed).map_err(|error| FormatError::write(&packed, error))?;
        Ok(Written { path: packed, findings })
    }
}

fn in_degrees(path: &Path, asked: &Crs) -> Finding {
    let spot = Spot { file: path.file_name().map(|name| name.to_string_lossy().into()), ..Spot::default() };
    let what = Bilingual::new(
        format!("KML 按标准只用经纬度，不能用 {asked}"),
        format!("KML is in longitude and latitude by its standard, not in {asked}"),
    );
    let done = Bilingual::new("已按 EPSG:4490 经纬度写出", "written in EPSG:4490, longitude and latitude");
    Finding::new("export.crs", Severity::Note, spot, what, done)
}

/// The parts of a file as one archive, Chinese names in UTF-8.
fn pack(folder: &Path, stem: &str, target: &Path) -> io::Result<()> {
    let mut parts: Vec<PathBuf> = std::fs::read_dir(folder)?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|part| part.file_stem().is_some_and(|name| name == stem))
        .collect();
    parts.sort();
    let mut zip = zip::ZipWriter::new(File::create(target)?);
    for part in &parts {
        let name = part.file_name().unwrap_or_default().to_string_lossy();
        zip.start_file(name, zip::write::SimpleFileOptions::default().large_file(true))?;
        io::copy(&mut File::open(part)?, &mut zip)?;
    }
    zip.finish()?;
    // What is packed is not kept twice.
    parts.iter().try_for_each(std::fs::remove_file)
}

#[cfg(test)]
mod tests {
    use std::iter::repeat_n;
    use std::sync::Arc;

    use geo_types::LineString;

    use super::*;
    use crate::model::{Fields, RecordId};

    fn wanted(format: &str) -> OutRequest {
        OutRequest {
            layer: "facility".into(),
            format: format.into(),
            columns: None,
            words: false,
            language: Language::Zh,
            crs: Some("EPSG:4490".into()),
            encoding: None,
        }
    }

    #[test]
    fn words_that_mean_nothing_make_no_plan() {
        assert!(wanted("csv").plan().is_some() && OutKind::of("dwg").is_none());
        assert!(OutRequest { layer: "moon".into(), ..wanted("csv") }.plan().is_none());
        assert!(OutRequest { columns: Some(vec!["moon".into()]), ..wanted("csv") }.plan().is_none());
        assert!(OutRequest { crs: Some("moon".into()), ..wanted("csv") }.plan().is_none());
        let two = OutRequest { columns: Some(vec!["code".into(), "name".into()]), ..wanted("csv") };
        assert_eq!(two.plan().unwrap().layout.width(), 4);
    }

    #[test]
    fn size_is_cells_and_vertices() {
        let id: RecordId = "01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().unwrap();
        let record = Record::new(Layer::Facility, id, Fields::default());
        let plan = wanted("gpkg").plan().unwrap();
        let most = LARGE / plan.layout.width();
        let rows: Vec<_> = repeat_n(Arc::new(record.clone()), most + 1).collect();
        assert!(!plan.is_large(&rows[1..]) && plan.is_large(&rows));
        let line: Vec<(f64, f64)> = (0..LARGE).map(|n| (n as f64, 0.0)).collect();
        let long = [Arc::new(Record { geometry: Some(Arc::new(LineString::from(line).into())), ..record })];
        assert!(plan.is_large(&long));
        let bare = OutRequest { crs: None, ..wanted("csv") }.plan().unwrap();
        assert!(!bare.is_large(&long));
    }

    #[test]
    fn kml_is_in_degrees_whatever_is_asked() {
        let plan = |crs: &str| OutRequest { crs: Some(crs.into()), ..wanted("kml") }.plan().unwrap();
        let of = |crs: &str, name: &str| plan(crs).crs_in(Path::new(name)).unwrap().to_string();
        assert_eq!(of("EPSG:4547", "a.KML"), "EPSG:4490");
        assert_eq!(of("gcj02", "a.kml"), "EPSG:4490");
        assert_eq!(of("EPSG:4326", "a.kml"), "EPSG:4326");
        assert_eq!(of("EPSG:4547", "a.gpkg"), "EPSG:4547");
        assert_eq!(OutPlan { crs: None, ..plan("EPSG:4547") }.crs_in(Path::new("a.kml")), None);
    }

    #[test]
    fn whoever_waits_can_stop_it_and_nothing_stands_there() {
        let folder = tempfile::tempdir().unwrap();
        let id: RecordId = "01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().unwrap();
        let record = Arc::new(Record::new(Layer::Facility, id, Fields::default()));
        let records: Vec<_> = repeat_n(record, 600).collect();
        let kind = OutKind::of("csv").unwrap();
        let plan = wanted("csv").plan().unwrap();
        let stop = |at: usize| if at >= 512 { Err("stop") } else { Ok(()) };
        let done = plan.write_into((folder.path(), "a", kind), &records, stop);
        assert!(matches!(done, Err(OutError::Stopped("stop"))));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
