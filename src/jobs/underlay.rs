//! Pictures that come in through the page: looked at, made small for pointing at, cut into tiles as a job.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::import::{Manifest, Stored, UploadError, trouble};
use super::pool::NoOutcome;
use super::running::Running;
use super::{Failure, Inner, JobError, Jobs};
use crate::crs::{Crs, CrsError};
use crate::formats::ogr::Worker;
use crate::formats::{DeclaredCrs, FormatError};
use crate::model::{Bilingual, RecordId, Secrecy};
use crate::underlays::{Bend, Placing, Underlay, UnderlayError};

/// What a picture is to become.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UnderlayParams {
    /// the upload
    pub upload: RecordId,
    /// the picture, as its user named it
    pub file: String,
    /// what it is to be called
    pub title: String,
    /// who may see it
    pub secrecy: Secrecy,
    /// its coordinates, over what the file says
    pub crs: Option<String>,
    /// column, line, longitude and latitude (EPSG:4490) of points; none: the file says where it lies
    pub points: Vec<[f64; 4]>,
    /// how it may be bent so that the points fit
    pub bend: Bend,
}

/// An uploaded picture.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Scan {
    /// its upload
    #[schema(value_type = String)]
    pub upload: RecordId,
    /// name of the picture
    pub name: String,
    /// names of all files: the picture and what says where it lies
    pub files: Vec<String>,
    /// columns
    pub width: u64,
    /// lines
    pub height: u64,
    /// whether it says where it lies
    pub placed: bool,
    /// the coordinate system that it says
    pub crs: Option<String>,
    /// coordinates of its upper left corner, where it says where it lies
    pub corner: Option<[f64; 2]>,
}

/// Endings of pictures.
const PICTURES: [&str; 9] = ["tif", "tiff", "jpg", "jpeg", "png", "bmp", "webp", "jp2", "img"];
/// Endings of what says where a picture lies.
const PLACES: [&str; 8] = ["tfw", "tifw", "jgw", "jpgw", "pgw", "pngw", "wld", "prj"];
/// Pixels of a picture that is taken through the page: 20,000 by 20,000.
const MOST_PIXELS: u64 = 400_000_000;
/// The small picture: its file, and the pixels of its longer side.
const SMALL: (&str, usize) = ("small.jpg", 4096);

fn ending(name: &str) -> String {
    name.rsplit_once('.').map_or(String::new(), |(_, ending)| ending.to_ascii_lowercase())
}

fn picture_of(manifest: &Manifest) -> Option<&Stored> {
    manifest.files.iter().find(|file| PICTURES.contains(&ending(&file.name).as_str()))
}

fn unreadable(file: &str, what: Bilingual) -> UploadError {
    UploadError::Unreadable(vec![trouble(file, &what)])
}

impl Inner {
    fn picture_path(&self, id: RecordId) -> Result<(PathBuf, String), JobError> {
        let manifest = self.manifest(id)?;
        let file = picture_of(&manifest).ok_or(JobError::Unknown)?;
        Ok((self.folder.of(id)?.join(&file.stored), file.name.clone()))
    }
}

impl Jobs {
    /// Looks at an uploaded picture.
    ///
    /// # Errors
    /// [`UploadError::Unreadable`] where it is none, or too large.
    pub fn scan(&self, id: RecordId) -> Result<Scan, UploadError> {
        let inner = self.inner();
        let manifest = inner.manifest(id)?;
        let other = |file: &&Stored| {
            let ending = ending(&file.name);
            !PICTURES.contains(&ending.as_str()) && !PLACES.contains(&ending.as_str())
        };
        if let Some(file) = manifest.files.iter().find(other) {
            return Err(unreadable(&file.name, not_a_picture(&ending(&file.name))));
        }
        let Some(file) = picture_of(&manifest) else {
            let name = manifest.files.first().map(|file| file.name.clone()).unwrap_or_default();
            return Err(unreadable(&name, Bilingual::new("缺少图片本身", "the picture itself is missing")));
        };
        let path = inner.folder.of(id)?.join(&file.stored);
        let info = self.worker().picture(&path).map_err(|error| unreadable(&file.name, reason(&error)))?;
        if info.width.saturating_mul(info.height) > MOST_PIXELS {
            let what = Bilingual::new(
                format!("图片太大（{} × {} 像素），至多 4 亿像素", info.width, info.height),
                format!(
                    "the picture is too large ({} × {}); at most 400 million pixels",
                    info.width, info.height
                ),
            );
            return Err(unreadable(&file.name, what));
        }
        let crs = match &info.crs {
            DeclaredCrs::Known(crs) => Some(crs.to_string()),
            _ => None,
        };
        Ok(Scan {
            upload: id,
            name: file.name.clone(),
            files: manifest.files.iter().map(|file| file.name.clone()).collect(),
            width: info.width,
            height: info.height,
            placed: info.position.is_some() || info.points,
            corner: info.position.map(|position| [position[0], position[3]]),
            crs,
        })
    }

    /// A small JPEG of an uploaded picture.
    pub fn small_picture(&self, id: RecordId) -> Result<Vec<u8>, JobError> {
        let inner = self.inner();
        let (path, name) = inner.picture_path(id)?;
        let small = inner.folder.of(id)?.join(SMALL.0);
        if !small.exists() {
            let making = small.with_extension(format!("{}.jpg", inner.next_id()));
            let made = self.worker().reduce_picture(&path, &making, SMALL.1);
            made.map_err(|error| JobError::Kept(format!("{name}: {error}")))?;
            std::fs::rename(&making, &small)?;
        }
        Ok(std::fs::read(&small)?)
    }

    fn worker(&self) -> Worker {
        self.inner().options.worker.clone()
    }
}

fn not_a_picture(ending: &str) -> Bilingual {
    if ending == "pdf" {
        return Bilingual::new(
            "PDF 请先另存为图片（TIF、JPG 或 PNG，300 dpi）",
            "save a PDF as a picture first (TIF, JPG or PNG, 300 dpi)",
        );
    }
    Bilingual::new(
        "不是图片（可用 TIF、JPG、PNG、BMP、WebP、JP2、IMG 及其坐标文件）",
        "no picture (TIF, JPG, PNG, BMP, WebP, JP2, IMG and their world files can be used)",
    )
}

/// Why a picture cannot be read, without the names of ours.
fn reason(error: &FormatError) -> Bilingual {
    match error {
        FormatError::TooLarge { .. } => Bilingual::new("图片太大", "the picture is too large"),
        _ => {
            tracing::info!(%error, "an uploaded picture cannot be read");
            Bilingual::new(
                "读不出图片，文件可能已损坏",
                "the picture cannot be read; the file may be damaged",
            )
        }
    }
}

/// Cuts a picture into tiles.
pub(super) fn underlay(running: &Running<'_>, params: &UnderlayParams) -> Result<Json, NoOutcome> {
    let inner = running.inner;
    let underlays = &inner.options.underlays;
    // One begun anew after the program died may have come to its end.
    if let Some(made) = underlays.get(running.id()) {
        return Ok(outcome(&made));
    }
    running.stage("读取图片", "reading the picture")?;
    let (path, _) = inner.picture_path(params.upload)?;
    let crs = params.crs.as_deref().map(str::parse).transpose();
    let crs = crs.map_err(|error: CrsError| failed(error.sentence()))?;
    let placing = Placing {
        crs: if params.points.is_empty() { crs } else { Some(Crs::REGISTER) },
        points: params.points.clone(),
        bend: params.bend,
        title: Some(params.title.clone()),
        file: Some(params.file.clone()),
        secrecy: params.secrecy,
    };
    let mut told = 0;
    let mut go_on = |bytes: u64| {
        let mib = bytes >> 20;
        if mib == std::mem::replace(&mut told, mib) {
            return running.check().is_ok();
        }
        let (zh, en) =
            (format!("切成瓦片，已写出 {mib} MB"), format!("cutting into tiles, {mib} MB written"));
        running.stage(&zh, &en).is_ok()
    };
    match underlays.add(running.id(), (&path, &placing), &inner.options.worker, &mut go_on) {
        Ok((made, _)) => {
            // It is there now: the upload is of no more use, and swept away otherwise.
            if let Err(error) = inner.folder.remove(params.upload) {
                tracing::warn!(%error, "an upload is not cleared away");
            }
            Ok(outcome(&made))
        }
        Err(UnderlayError::Stopped) => {
            running.check()?;
            Err(failed(UnderlayError::Stopped.sentence()))
        }
        Err(error) => {
            tracing::warn!(%error, "an underlay could not be made");
            Err(failed(error.sentence()))
        }
    }
}

fn failed(sentence: Bilingual) -> NoOutcome {
    NoOutcome::Failed(Failure::new("underlay.failed", sentence))
}

fn outcome(made: &Underlay) -> Json {
    let (low, high) = (made.bounds.min(), made.bounds.max());
    json!({ "underlay": made.id.to_string(), "title": made.title, "bbox": [low.x, low.y, high.x, high.y] })
}
