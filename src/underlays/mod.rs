//! Pictures under the data: scanned maps and images, each cut into tiles once and kept in a GeoPackage of its
//! own in a folder beside the register. They are no facts: the register and its log know nothing of them.

mod basemaps;
mod fit;
mod projective;

pub use basemaps::{Basemap, BasemapError, Basemaps};
pub use fit::{Bend, Fit, FitError};

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use geo_types::{Coord, Rect};
use serde::{Deserialize, Serialize};

use crate::crs::{Crs, CrsError, Transform};
use crate::formats::ogr::{GroundPoint, PictureInfo, PictureTiling, Worker};
use crate::formats::{DeclaredCrs, FormatError};
use crate::model::{Bilingual, RecordId, Secrecy};
use crate::store::{PictureFile, StoreError};

/// One picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Underlay {
    /// its name among the others, and of its file
    pub id: RecordId,
    /// what it is called
    pub title: String,
    /// the file it was made from
    pub file: String,
    /// who may see it
    pub secrecy: Secrecy,
    /// when it was added, RFC 3339
    pub made: String,
    /// longitudes and latitudes
    pub bounds: Rect,
    /// the lowest and the highest zoom that has tiles
    pub zooms: (u8, u8),
    /// how the office has it shown; none where nobody said
    pub shown: Option<Shown>,
}

/// How a picture is shown to whoever has not chosen otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = UnderlayShown)]
#[serde(deny_unknown_fields)]
pub struct Shown {
    /// whether it is shown at once
    pub on: bool,
    /// how strongly, percent
    pub opacity: u8,
    /// its place among the pictures, the lowest first
    pub order: u16,
}

/// What is changed of a picture; what is none stays.
#[derive(Clone, Debug, Default)]
pub struct Described<'a> {
    /// what it is called
    pub title: Option<&'a str>,
    /// who may see it
    pub secrecy: Option<Secrecy>,
    /// how it is shown
    pub shown: Option<Shown>,
}

/// How a picture is added.
#[derive(Clone, Debug, Default)]
pub struct Placing {
    /// its coordinates, or those of the points; where absent, what the file says (points: EPSG:4490)
    pub crs: Option<Crs>,
    /// column, line, and x, y (longitude, latitude) in those coordinates; none: the file says where it lies
    pub points: Vec<[f64; 4]>,
    /// how the picture may be bent so that the points fit
    pub bend: Bend,
    /// what it is called; the file's name where absent
    pub title: Option<String>,
    /// the name of the file for people, where it lies under another
    pub file: Option<String>,
    /// who may see it
    pub secrecy: Secrecy,
}

/// Why a picture is not added.
#[derive(Debug, thiserror::Error)]
pub enum UnderlayError {
    /// the file cannot be read, or tiles cannot be made
    #[error(transparent)]
    Format(#[from] FormatError),
    /// the coordinates are not known, or there is no way to the register's
    #[error(transparent)]
    Crs(#[from] CrsError),
    /// neither file nor person says where it lies
    #[error("the picture does not say where it lies")]
    NotPlaced,
    /// it says where, but not in which coordinates
    #[error("the picture does not say its coordinate system")]
    Undeclared {
        /// coordinates of its upper left corner
        corner: [f64; 2],
    },
    /// the points are of no use
    #[error(transparent)]
    Fit(#[from] FitError),
    /// its file cannot be opened
    #[error(transparent)]
    Store(#[from] StoreError),
    /// the folder cannot be written to
    #[error("{path}: {source}", path = path.display())]
    Disk {
        /// the folder or file
        path: PathBuf,
        /// why
        source: std::io::Error,
    },
    /// there is none of that id
    #[error("there is no underlay {0}")]
    Unknown(RecordId),
    /// whoever asked for it wants it no more
    #[error("it was stopped")]
    Stopped,
}

impl UnderlayError {
    /// For an official.
    pub fn sentence(&self) -> Bilingual {
        let zh = match self {
            Self::Format(error) => return error.sentence(),
            Self::Crs(error) => return error.sentence(),
            Self::Fit(error) => return error.sentence(),
            Self::NotPlaced => "图片没有说明所在位置".to_owned(),
            Self::Undeclared { .. } => "图片没有说明坐标系".to_owned(),
            Self::Store(error) => format!("底图文件无法打开（{error}）"),
            Self::Disk { path, source } => format!("{}：{}", path.display(), Bilingual::from(source).zh),
            Self::Unknown(id) => format!("没有编号为 {id} 的底图"),
            Self::Stopped => "已停止".to_owned(),
        };
        Bilingual::new(zh, self.to_string())
    }
}

/// What is written into a picture's file beside its title.
#[derive(Serialize, Deserialize)]
struct About {
    file: String,
    #[serde(default)]
    secrecy: Secrecy,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    shown: Option<Shown>,
}

/// The pictures of one register, or of several that are read as one.
#[derive(Default)]
pub struct Underlays {
    folders: Vec<PathBuf>,
    open: Mutex<BTreeMap<RecordId, Arc<Kept>>>,
}

struct Kept {
    underlay: Underlay,
    path: PathBuf,
    file: PictureFile,
}

impl Underlays {
    /// The pictures beside registers: in `<register>.work/underlays`. New ones go beside the first.
    pub fn beside(registers: &[PathBuf]) -> Self {
        let folder = |register: &PathBuf| {
            let mut name = register.as_os_str().to_owned();
            name.push(".work");
            Path::new(&name).join("underlays")
        };
        Self { folders: registers.iter().map(folder).collect(), open: Mutex::default() }
    }

    /// All that can be opened, in the order that the office chose, then the oldest first. Looks into the folders: another program may add some.
    pub fn list(&self) -> Vec<Underlay> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let mut there = BTreeMap::new();
        for path in self.folders.iter().flat_map(|folder| std::fs::read_dir(folder).ok()).flatten().flatten()
        {
            let path = path.path();
            let Some(id) = id_of(&path) else { continue };
            let kept = open.get(&id).cloned().or_else(|| match kept(id, &path) {
                Ok(kept) => Some(Arc::new(kept)),
                Err(error) => {
                    tracing::warn!(path = %path.display(), %error, "an underlay cannot be opened");
                    None
                }
            });
            there.extend(kept.map(|kept| (id, kept)));
        }
        *open = there;
        let mut all: Vec<Underlay> = open.values().map(|kept| kept.underlay.clone()).collect();
        all.sort_by_key(|one| one.shown.map_or(u32::MAX, |shown| u32::from(shown.order)));
        all
    }

    /// One of them.
    pub fn get(&self, id: RecordId) -> Option<Underlay> {
        self.kept(id).map(|kept| kept.underlay.clone())
    }

    /// A tile of one of them; `None` where it has none there.
    pub fn tile(&self, id: RecordId, zoom: u8, column: u32, row: u32) -> Result<Option<Vec<u8>>, StoreError> {
        self.kept(id).map_or(Ok(None), |kept| kept.file.tile(zoom, column, row))
    }

    /// Adds a picture under a new id: seconds to many minutes, by its size. `go_on` hears several times a second
    /// how many bytes of tiles are written, and says whether to go on.
    pub fn add(
        &self,
        id: RecordId,
        (path, placing): (&Path, &Placing),
        worker: &Worker,
        go_on: &mut dyn FnMut(u64) -> bool,
    ) -> Result<(Underlay, Option<Fit>), UnderlayError> {
        let info = worker.picture(path)?;
        let (tiling, fit) = tiling(path, &info, placing)?;
        let folder = self.folders.first().ok_or(UnderlayError::Unknown(id))?;
        let disk = |path: &Path| {
            let path = path.to_owned();
            |source| UnderlayError::Disk { path, source }
        };
        std::fs::create_dir_all(folder).map_err(disk(folder))?;
        let (making, target) = (folder.join(format!("making-{id}.gpkg")), folder.join(format!("{id}.gpkg")));
        let halves = ["gpkg", "copy.tif", "straight.tif", "gpkg-journal", "gpkg-wal", "gpkg-shm"]
            .map(|ending| making.with_extension(ending));
        let mut stopped = false;
        let mut look = || {
            let written =
                halves.iter().filter_map(|path| std::fs::metadata(path).ok()).map(|about| about.len());
            stopped |= !go_on(written.sum());
            !stopped
        };
        let made = worker
            .tile_picture(path, &making, &tiling, &mut look)
            .map_err(UnderlayError::from)
            .and_then(|()| std::fs::rename(&making, &target).map_err(disk(&target)));
        if let Err(error) = made {
            // Nothing half is left; why it failed matters more than a failed removal.
            for left in halves {
                let _ = std::fs::remove_file(left);
            }
            return Err(if stopped { UnderlayError::Stopped } else { error });
        }
        Ok((kept(id, &target)?.underlay, fit))
    }

    /// Calls a picture otherwise, shows it to others or in another way.
    pub fn describe(&self, id: RecordId, change: &Described<'_>) -> Result<Underlay, UnderlayError> {
        let kept = self.kept(id).ok_or(UnderlayError::Unknown(id))?;
        let was = &kept.underlay;
        let about = About {
            file: was.file.clone(),
            secrecy: change.secrecy.unwrap_or(was.secrecy),
            shown: change.shown.or(was.shown),
        };
        let about = serde_json::to_string(&about).unwrap_or_default();
        PictureFile::describe(&kept.path, change.title.unwrap_or(&was.title), &about)?;
        // Read anew when it is next asked for.
        self.open.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
        self.get(id).ok_or(UnderlayError::Unknown(id))
    }

    /// Takes a picture away, its file with it.
    pub fn remove(&self, id: RecordId) -> Result<Underlay, UnderlayError> {
        let kept = self.kept(id).ok_or(UnderlayError::Unknown(id))?;
        std::fs::remove_file(&kept.path)
            .map_err(|source| UnderlayError::Disk { path: kept.path.clone(), source })?;
        self.open.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
        Ok(kept.underlay.clone())
    }

    fn kept(&self, id: RecordId) -> Option<Arc<Kept>> {
        let known = |all: &BTreeMap<RecordId, Arc<Kept>>| all.get(&id).cloned();
        let found = known(&self.open.lock().unwrap_or_else(PoisonError::into_inner));
        found.or_else(|| {
            self.list();
            known(&self.open.lock().unwrap_or_else(PoisonError::into_inner))
        })
    }
}

fn id_of(path: &Path) -> Option<RecordId> {
    path.file_name()?.to_str()?.strip_suffix(".gpkg")?.parse().ok()
}

fn kept(id: RecordId, path: &Path) -> Result<Kept, StoreError> {
    let file = PictureFile::open(path)?;
    let info = file.info();
    let about: Option<About> = serde_json::from_str(&info.about).ok();
    let [west, south, east, north] = info.bounds;
    let underlay = Underlay {
        id,
        title: info.title.clone(),
        // A file that does not say who may see it is shown to nobody but where all is shown.
        secrecy: about.as_ref().map_or(Secrecy::Secret, |about| about.secrecy),
        shown: about.as_ref().and_then(|about| about.shown),
        file: about.map(|about| about.file).unwrap_or_default(),
        made: info.made.clone(),
        bounds: Rect::new(degrees(west, south), degrees(east, north)),
        zooms: info.zooms,
    };
    Ok(Kept { underlay, path: path.to_owned(), file })
}

/// Longitude and latitude of a place on the web's plane (EPSG:3857).
fn degrees(x: f64, y: f64) -> Coord {
    const RADIUS: f64 = 6_378_137.0;
    let y = (y / RADIUS).sinh().atan().to_degrees();
    Coord { x: (x / RADIUS).to_degrees(), y }
}

/// What the child is asked for, and how well the points fit.
fn tiling(
    path: &Path,
    info: &PictureInfo,
    placing: &Placing,
) -> Result<(PictureTiling, Option<Fit>), UnderlayError> {
    let own = || path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let file = placing.file.clone().unwrap_or_else(own);
    let stem = || Path::new(&file).file_stem().map(|stem| stem.to_string_lossy().into_owned());
    let title = placing.title.clone().or_else(stem).unwrap_or_default();
    let about =
        serde_json::to_string(&About { file, secrecy: placing.secrecy, shown: None }).unwrap_or_default();
    let mut tiling = PictureTiling { title, about, ..PictureTiling::default() };
    if !placing.points.is_empty() {
        let crs = placing.crs.clone().unwrap_or(Crs::REGISTER);
        tiling.points = on_the_ground(&placing.points, &crs)?;
        let fit = Fit::of(&tiling.points, placing.bend, (info.width, info.height))?;
        if let Some(bending) = fit.bending {
            (tiling.bending, tiling.points) = (Some(bending), Vec::new());
        }
        return Ok((tiling, Some(fit)));
    }
    let own = match &info.crs {
        DeclaredCrs::Known(crs) => Some(crs.clone()),
        _ => None,
    };
    let (Some(position), crs) = (info.position, placing.crs.clone().or(own)) else {
        return if info.points { Ok((tiling, None)) } else { Err(UnderlayError::NotPlaced) };
    };
    let place = |column: f64, line: f64| {
        let at = |p: &[f64]| p[0] + column * p[1] + line * p[2];
        [column, line, at(&position[..3]), at(&position[3..])]
    };
    let Some(crs) = crs else {
        let [_, _, x, y] = place(0.0, 0.0);
        return Err(UnderlayError::Undeclared { corner: [x, y] });
    };
    if matches!(crs, Crs::Gcj02 | Crs::Bd09) {
        // GDAL knows neither: the corners are taken over as points.
        let (width, height) = (info.width as f64, info.height as f64);
        let corners = [place(0.0, 0.0), place(width, 0.0), place(width, height), place(0.0, height)];
        tiling.points = on_the_ground(&corners, &crs)?;
        let fit = Fit::of(&tiling.points, Bend::Affine, (info.width, info.height))?;
        return Ok((tiling, Some(fit)));
    }
    // Where there is no way to the register's coordinates there is none to the web's plane, either.
    Transform::new(&crs, &Crs::REGISTER)?;
    tiling.crs = Some(crs);
    Ok((tiling, None))
}

/// Points with the longitude and latitude that their coordinates stand for: column, line, x, y.
///
/// # Errors
/// There is no way from the coordinates to the register's.
pub fn on_the_ground(points: &[[f64; 4]], crs: &Crs) -> Result<Vec<GroundPoint>, CrsError> {
    let way = Transform::new(crs, &Crs::REGISTER)?;
    let point = |[column, line, x, y]: &[f64; 4]| {
        let place = way.coord(Coord { x: *x, y: *y })?;
        Ok(GroundPoint { column: *column, line: *line, lon: place.x, lat: place.y })
    };
    points.iter().map(point).collect()
}
