//! Folders and zip archives with a table and the photos, sounds and papers that belong to its rows, as the census
//! of place names leaves them: media files are named by place code (`53010200001_1.jpg`).
//!
//! The table is read by its own reader; the media are only listed. Which row they belong to is for `intake`, which
//! knows the code column.

use std::collections::{BTreeSet, HashMap};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::archive::Archive;
use super::{DeclaredCrs, FeatureSource, FormatError, LayerInfo, ReadOptions, SourceFeature, archive};
use crate::model::{Bilingual, Finding};

/// Files of a folder that are looked at, and folders below it.
const MOST_FILES: usize = 200_000;
const DEPTH: usize = 5;

/// Endings of tables, of which there must be one or one be chosen.
const TABLES: &[&str] =
    &["csv", "tsv", "xlsx", "xlsm", "xlsb", "xls", "ods", "dbf", "shp", "geojson", "gpkg", "kml", "kmz"];
const KINDS: &[(&str, &[&str])] = &[
    ("image", &["jpg", "jpeg", "png", "tif", "tiff", "bmp", "gif", "webp", "heic"]),
    ("audio", &["mp3", "wav", "wma", "m4a", "amr", "aac", "ogg"]),
    ("video", &["mp4", "avi", "mov", "wmv", "mpg", "mpeg", "mkv", "3gp"]),
    ("document", &["pdf", "doc", "docx", "wps", "ofd"]),
];

/// A file that belongs to a row.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Media {
    /// its path within the folder or archive, with `/`
    pub path: String,
    /// `image`, `audio`, `video` or `document`
    pub kind: &'static str,
}

impl Media {
    fn of(path: &str) -> Option<Self> {
        let extension = extension(path);
        let (kind, _) = KINDS.iter().find(|(_, endings)| endings.contains(&extension.as_str()))?;
        Some(Self { path: path.to_owned(), kind })
    }

    /// Its name without folders and extension.
    pub fn stem(&self) -> &str {
        let name = self.path.rsplit('/').next().unwrap_or(&self.path);
        name.rsplit_once('.').map_or(name, |(stem, _)| stem)
    }
}

/// What is in a folder or archive.
struct Listing {
    /// paths within it, sorted
    names: Vec<String>,
}

/// A table and the media beside it.
pub(super) struct CensusSource {
    table: Box<dyn FeatureSource>,
    media: Vec<Media>,
    /// how findings name the table
    file: String,
    /// the table out of the archive, for as long as it is read
    _unpacked: Option<TempDir>,
    /// the folder or archive
    path: PathBuf,
    /// of an archive: itself, and where its files are
    archive: Option<(Archive, HashMap<String, usize>)>,
}

/// Whether an archive holds a table of such a kind.
pub(super) fn has_table(names: &[String]) -> bool {
    !tables(names).is_empty()
}

/// The tables in it, by which a person chooses.
pub(super) fn layers(path: &Path) -> Result<Vec<LayerInfo>, FormatError> {
    let names = tables(&Listing::of(path)?.names);
    Ok(names.into_iter().map(|name| LayerInfo { name, count: None }).collect())
}

/// Opens the only table, or the one chosen.
pub(super) fn open(path: &Path, options: &ReadOptions) -> Result<CensusSource, FormatError> {
    let names = Listing::of(path)?.names;
    let mut layers = tables(&names);
    let table = match &options.layer {
        Some(layer) if layers.contains(layer) => layer.clone(),
        Some(layer) => {
            return Err(FormatError::NoSuchLayer { path: path.into(), layer: layer.clone(), layers });
        }
        None if layers.len() == 1 => layers.remove(0),
        None if layers.is_empty() => {
            return Err(FormatError::broken(
                path,
                "文件夹里没有本程序能读取的表",
                "there is no table in the folder that this program reads",
            ));
        }
        None => return Err(FormatError::ChooseLayer { path: path.into(), layers }),
    };
    let (at, unpacked) = if path.is_dir() {
        (path.join(&table), None)
    } else {
        let folder = unpack(path, &table)?;
        (folder.path().join(plain_name(&table)), Some(folder))
    };
    let inner = ReadOptions { layer: None, encoding: options.encoding.clone() };
    let media = names.iter().filter_map(|name| Media::of(name)).collect::<BTreeSet<_>>();
    let file = format!("{}/{table}", path.display());
    let archive = match path.is_dir() {
        true => None,
        false => {
            let mut archive = archive::open(path)?;
            let places = archive::entries(&mut archive).into_iter().map(|(at, name)| (name, at)).collect();
            Some((archive, places))
        }
    };
    let table = super::open(&at, &inner)?;
    Ok(CensusSource {
        table,
        media: media.into_iter().collect(),
        file,
        _unpacked: unpacked,
        path: path.to_owned(),
        archive,
    })
}

/// The table out of an archive, alone in a folder of its own; what of a name could lead elsewhere is left away.
fn unpack(path: &Path, table: &str) -> Result<TempDir, FormatError> {
    let folder = tempfile::tempdir().map_err(|e| FormatError::write(path, e))?;
    let mut archive = archive::open(path)?;
    let entries = archive::entries(&mut archive);
    let stem = |name: &str| name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_lowercase();
    for (at, name) in entries.into_iter().filter(|(_, name)| stem(name) == stem(table)) {
        if name == table || !TABLES.contains(&extension(&name).as_str()) && Media::of(&name).is_none() {
            let bytes = archive::unpack(path, &mut archive, at)?;
            let to = folder.path().join(plain_name(&name));
            std::fs::write(&to, bytes).map_err(|e| FormatError::write(&to, e))?;
        }
    }
    Ok(folder)
}

/// A name without folders.
fn plain_name(name: &str) -> PathBuf {
    PathBuf::from(name.rsplit(['/', '\\']).next().unwrap_or(name))
}

fn extension(name: &str) -> String {
    name.rsplit_once('.').map(|(_, extension)| extension.to_lowercase()).unwrap_or_default()
}

fn tables(names: &[String]) -> Vec<String> {
    let of_shapefile = |name: &String| {
        let shp = Path::new(name).with_extension("shp").to_string_lossy().to_lowercase();
        extension(name) == "dbf" && names.iter().any(|other| other.to_lowercase() == shp)
    };
    let is_table = |name: &&String| TABLES.contains(&extension(name).as_str()) && !of_shapefile(name);
    // Excel and WPS leave such files beside a workbook that is open.
    let is_lock =
        |name: &&String| name.rsplit('/').next().is_some_and(|n| n.starts_with("~$") || n.starts_with(".~"));
    names.iter().filter(is_table).filter(|name| !is_lock(name)).cloned().collect()
}

impl Listing {
    fn of(path: &Path) -> Result<Self, FormatError> {
        let mut names = if path.is_dir() { walk(path)? } else { archive::names(path)? };
        names.sort_unstable();
        Ok(Self { names })
    }
}

/// Files below a folder; links are not followed.
fn walk(root: &Path) -> Result<Vec<String>, FormatError> {
    let (mut names, mut folders) = (Vec::new(), vec![(root.to_owned(), 0)]);
    while let Some((folder, depth)) = folders.pop() {
        for entry in std::fs::read_dir(&folder).map_err(|e| FormatError::read(&folder, e))?.flatten() {
            let (Ok(of), path) = (entry.file_type(), entry.path()) else { continue };
            if of.is_dir() && depth < DEPTH {
                folders.push((path, depth + 1));
            } else if of.is_file()
                && let Ok(inside) = path.strip_prefix(root)
            {
                let parts: Vec<_> = inside.components().map(|c| c.as_os_str().to_string_lossy()).collect();
                names.push(parts.join("/"));
            }
            if names.len() > MOST_FILES {
                let what = Bilingual::new("文件夹内的文件数", "the number of files in the folder");
                return Err(FormatError::TooLarge { path: root.into(), what, limit: MOST_FILES as u64 });
            }
        }
    }
    Ok(names)
}

impl CensusSource {
    fn named(&self, mut finding: Finding) -> Finding {
        finding.spot.file = Some(self.file.clone());
        finding
    }
}

impl FeatureSource for CensusSource {
    fn columns(&self) -> &[String] {
        self.table.columns()
    }

    fn geometry_columns(&self) -> &[usize] {
        self.table.geometry_columns()
    }

    fn crs(&self) -> &DeclaredCrs {
        self.table.crs()
    }

    fn count_hint(&self) -> Option<u64> {
        self.table.count_hint()
    }

    fn next_feature(&mut self) -> Option<Result<SourceFeature, Finding>> {
        let next = self.table.next_feature()?;
        Some(next.map_err(|finding| self.named(finding)))
    }

    fn take_findings(&mut self) -> Vec<Finding> {
        let found = self.table.take_findings();
        found.into_iter().map(|finding| self.named(finding)).collect()
    }

    fn media(&self) -> &[Media] {
        &self.media
    }

    fn media_bytes(&mut self, media: &Media, most: u64) -> Result<Option<Vec<u8>>, FormatError> {
        // Only what was listed is opened: a path of anybody's making leads nowhere.
        if self.media.binary_search(media).is_err() {
            return Err(FormatError::UnknownFormat { path: PathBuf::from(&media.path) });
        }
        let at = self.path.join(&media.path);
        let mut bytes = Vec::new();
        let unread = |error| FormatError::read(&at, error);
        match &mut self.archive {
            None => {
                let file = std::fs::File::open(&at).map_err(unread)?;
                file.take(most + 1).read_to_end(&mut bytes).map_err(unread)?;
            }
            Some((archive, places)) => {
                let place = places.get(&media.path).copied().unwrap_or(usize::MAX);
                let broken = |error: zip::result::ZipError| {
                    let (zh, en) = (format!("无法解开（{error}）"), format!("cannot be unpacked: {error}"));
                    FormatError::broken(&at, zh, en)
                };
                let entry = archive.by_index(place).map_err(broken)?;
                entry.take(most + 1).read_to_end(&mut bytes).map_err(unread)?;
            }
        }
        Ok((bytes.len() as u64 <= most).then_some(bytes))
    }
}
