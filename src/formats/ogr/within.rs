//! What GDAL is to open for a file: the file itself, or what lies in a zip archive: geodatabases, drawings, MapInfo tables.
//!
//! Most is read where it lies. Unpacked is what GDAL does not open within an archive (MapInfo's tables are several
//! files that it looks for on the disk) or would not find there (names that a Chinese Windows wrote as GBK).

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tempfile::TempDir;

use super::super::archive::{self, Archive};
use super::super::{FormatError, LayerInfo};
use crate::model::Bilingual;

/// Endings of files in an archive that GDAL reads, in the order in which they are told apart.
pub(crate) const IN_ZIP: &[&str] = &["gpkg", "kml", "kmz", "fgb", "gml", "tab", "mif", "dxf", "gpx"];
/// Bytes of an archive that are unpacked, all files together.
const MOST_BYTES: u64 = 2 * archive::MAX_ENTRY;
/// Files of an archive that are opened.
const MOST: usize = 100;

/// Something for GDAL to open.
#[derive(Clone, Debug)]
pub(super) struct Target {
    /// its name in the archive without ending, where there are several; else empty
    label: String,
    /// what GDAL is told
    pub name: String,
    /// what was unpacked lives as long as this
    _folder: Option<Arc<TempDir>>,
}

/// What is asked of a file's targets: which one, and which of its layers.
pub(super) struct Wanted {
    pub target: Target,
    pub layer: Option<String>,
}

/// Everything in a file that GDAL can open.
///
/// # Errors
/// The archive is damaged, too large once unpacked, or there is nothing of that kind in it.
pub(super) fn targets(path: &Path) -> Result<Vec<Target>, FormatError> {
    let full = std::fs::canonicalize(path).map_err(|e| FormatError::read(path, e))?;
    let Some(full) = full.to_str() else {
        return Err(FormatError::broken(path, "文件名不是 UTF-8 文字", "the file's name is not UTF-8"));
    };
    let whole = |name: String| vec![Target { label: String::new(), name, _folder: None }];
    let lower = full.to_lowercase();
    if !lower.ends_with(".zip") {
        return Ok(whole(full.to_owned()));
    }
    let mut zip = archive::open(path)?;
    let entries = archive::entries(&mut zip);
    let inner: Vec<String> = inner(&entries).into_iter().take(MOST).collect();
    if inner.is_empty() {
        // A geodatabase may lie in its archive without a folder.
        return Ok(whole(if lower.ends_with(".gdb.zip") {
            full.to_owned()
        } else {
            format!("/vsizip/{full}")
        }));
    }
    let several = inner.len() > 1;
    let mut unpacking = Unpacking { path, zip: &mut zip, entries: &entries, folder: None, left: MOST_BYTES };
    let mut found = Vec::new();
    for name in inner {
        let label = if several { without_ending(&name).to_owned() } else { String::new() };
        let (told, folder) = match unpacking.of(&name)? {
            Some(unpacked) => unpacked,
            None => (format!("/vsizip/{full}/{name}"), None),
        };
        found.push(Target { label, name: told, _folder: folder });
    }
    Ok(found)
}

/// The target and its layer that a name of [`layers`] stands for.
///
/// # Errors
/// None was named and there are several, or there is none of that name.
pub(super) fn wanted(path: &Path, layer: Option<&str>) -> Result<Wanted, FormatError> {
    let mut targets = targets(path)?;
    if targets.len() == 1 {
        return Ok(Wanted { target: targets.remove(0), layer: layer.map(str::to_owned) });
    }
    let labels = || targets.iter().map(|target| target.label.clone()).collect();
    let Some(layer) = layer else {
        return Err(FormatError::ChooseLayer { path: path.into(), layers: labels() });
    };
    if let Some(target) = targets.iter().find(|target| target.label == layer) {
        return Ok(Wanted { target: target.clone(), layer: None });
    }
    let of = |target: &Target| layer.strip_prefix(&target.label)?.strip_prefix(SEPARATOR).map(str::to_owned);
    let found = targets.iter().filter_map(|target| Some((target, of(target)?)));
    match found.max_by_key(|(target, _)| target.label.len()) {
        Some((target, layer)) => Ok(Wanted { target: target.clone(), layer: Some(layer) }),
        None => Err(FormatError::NoSuchLayer { path: path.into(), layer: layer.into(), layers: labels() }),
    }
}

/// Between a file of an archive and one of its layers.
const SEPARATOR: &str = " › ";

/// The layers of all targets under names by which they can be asked for; `list` looks into one.
///
/// # Errors
/// None of them can be opened.
pub(super) fn layers(
    targets: &[Target],
    mut list: impl FnMut(&Target) -> Result<Vec<LayerInfo>, FormatError>,
) -> Result<Vec<LayerInfo>, FormatError> {
    let [only] = targets else {
        let (mut found, mut failed, mut read) = (Vec::new(), None, 0);
        for target in targets {
            match list(target) {
                Ok(mut layers) if layers.len() == 1 => {
                    read += 1;
                    found.extend(layers.pop().map(|layer| LayerInfo { name: target.label.clone(), ..layer }));
                }
                Ok(layers) => {
                    read += 1;
                    found.extend(layers.into_iter().map(|layer| LayerInfo {
                        name: format!("{}{SEPARATOR}{}", target.label, layer.name),
                        ..layer
                    }));
                }
                // Listed all the same: opened, it says what is wrong with it.
                Err(error) => {
                    found.push(LayerInfo { name: target.label.clone(), count: None });
                    failed = Some(error);
                }
            }
        }
        return failed.filter(|_| read == 0).map_or(Ok(found), Err);
    };
    list(only)
}

/// What can be opened of an archive: geodatabases by their folders, other files by their endings.
fn inner(entries: &[(usize, String)]) -> BTreeSet<String> {
    let geodatabase = |name: &str| name.to_lowercase().find(".gdb/").map(|at| name[..at + 4].to_owned());
    let known = |name: &&String| {
        let ending = name.rsplit_once('.').map_or(String::new(), |(_, ending)| ending.to_lowercase());
        IN_ZIP.contains(&ending.as_str()) && !name.split('/').any(|part| part == "..")
    };
    let names = || entries.iter().map(|(_, name)| name);
    let databases: BTreeSet<String> = names().filter_map(|name| geodatabase(name)).collect();
    let within = |name: &&String| geodatabase(name).is_none();
    databases.into_iter().chain(names().filter(within).filter(known).cloned()).collect()
}

fn without_ending(name: &str) -> &str {
    let folder = name.rfind('/').map_or(0, |at| at + 1);
    name[folder..].rfind('.').map_or(name, |at| &name[..folder + at])
}

struct Unpacking<'a> {
    path: &'a Path,
    zip: &'a mut Archive,
    entries: &'a [(usize, String)],
    folder: Option<Arc<TempDir>>,
    left: u64,
}

type Unpacked = (String, Option<Arc<TempDir>>);

impl Unpacking<'_> {
    /// Where a file or geodatabase lies now, if it had to be unpacked.
    fn of(&mut self, name: &str) -> Result<Option<Unpacked>, FormatError> {
        let lower = name.to_lowercase();
        let mapinfo = lower.ends_with(".tab") || lower.ends_with(".mif");
        let stem = without_ending(&lower).to_owned();
        let folder = format!("{lower}/");
        let belongs = |other: &str| {
            let other = other.to_lowercase();
            without_ending(&other) == stem || other.starts_with(&folder)
        };
        let parts: Vec<&(usize, String)> = self.entries.iter().filter(|(_, name)| belongs(name)).collect();
        let plain = |(at, name): &&(usize, String)| {
            self.zip.by_index_raw(*at).is_ok_and(|entry| entry.name_raw() == name.as_bytes())
        };
        if !mapinfo && parts.iter().all(plain) {
            return Ok(None);
        }
        let failed = |e| FormatError::read(self.path, e);
        let folder = match &self.folder {
            Some(folder) => Arc::clone(folder),
            None => Arc::new(tempfile::tempdir().map_err(failed)?),
        };
        self.folder = Some(Arc::clone(&folder));
        for (at, part) in parts {
            self.unpack(*at, &place(folder.path(), part))?;
        }
        let name = place(folder.path(), name).to_string_lossy().into_owned();
        Ok(Some((name, Some(folder))))
    }

    fn unpack(&mut self, at: usize, to: &Path) -> Result<(), FormatError> {
        let failed = |e| FormatError::read(self.path, e);
        let entry = self.zip.by_index(at).map_err(|e| {
            let (zh, en) = (format!("压缩包内的文件无法解开（{e}）"), format!("cannot be unpacked: {e}"));
            FormatError::broken(self.path, zh, en)
        })?;
        if let Some(folder) = to.parent() {
            std::fs::create_dir_all(folder).map_err(failed)?;
        }
        let mut file = File::create(to).map_err(failed)?;
        let copied = std::io::copy(&mut entry.take(self.left + 1), &mut file).map_err(failed)?;
        self.left = self.left.checked_sub(copied).ok_or_else(|| FormatError::TooLarge {
            path: self.path.into(),
            what: Bilingual::new("压缩包解开后的字节数", "the archive, unpacked, in bytes,"),
            limit: MOST_BYTES,
        })?;
        Ok(())
    }
}

/// A place below the folder, whatever the name says.
fn place(folder: &Path, name: &str) -> PathBuf {
    let parts = name.split('/').filter(|part| !matches!(*part, "" | "." | ".."));
    parts.fold(folder.to_owned(), |at, part| at.join(part.replace(['\0', ':'], "_")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(names: &[&str]) -> Vec<String> {
        let entries: Vec<(usize, String)> =
            names.iter().enumerate().map(|(at, name)| (at, (*name).to_owned())).collect();
        inner(&entries).into_iter().collect()
    }

    #[test]
    fn geodatabases_are_folders_and_companions_are_nothing_alone() {
        assert_eq!(listed(&["a/国土.gdb/a1.gdbtable", "a/国土.gdb/x.gml"]), ["a/国土.gdb"]);
        assert_eq!(listed(&["路.TAB", "路.DAT", "路.MAP", "路.ID", "说明.txt"]), ["路.TAB"]);
        assert_eq!(listed(&["../a.mif", "b.mif", "b.mid"]), ["b.mif"]);
    }

    #[test]
    fn nothing_is_unpacked_outside_of_its_folder() {
        let at = |name: &str| place(Path::new("/t"), name);
        assert_eq!(at("数据/../../etc/a.tab"), Path::new("/t/数据/etc/a.tab"));
        assert_eq!(at("/etc/a.tab"), Path::new("/t/etc/a.tab"));
        assert_eq!(without_ending("a.b/路"), "a.b/路");
        assert_eq!(without_ending("a.b/路.x.tab"), "a.b/路.x");
    }
}
