//! The files that make up one shapefile, beside each other in a folder (in any case of letters) or in a zip.

use std::fs::File;
use std::io::{BufReader, Cursor, Read, Seek};
use std::path::{Path, PathBuf};

use super::super::{FormatError, archive, kind};

/// Something that can be read anywhere.
pub(super) trait Bytes: Read + Seek + Send {}
impl<T: Read + Seek + Send> Bytes for T {}

/// Largest .prj or .cpg that is read.
const MAX_SMALL: u64 = 1 << 20;

/// The files of one shapefile.
#[derive(Default)]
pub(super) struct Companions {
    pub shp: Option<Box<dyn Bytes>>,
    pub shx: Option<Box<dyn Bytes>>,
    pub dbf: Option<Box<dyn Bytes>>,
    pub prj: Option<Vec<u8>>,
    pub cpg: Option<String>,
}

impl Companions {
    /// What stands beside a .shp.
    pub fn beside(path: &Path) -> Result<Self, FormatError> {
        let stem = kind::stem(path).to_lowercase();
        let mut found = Self::default();
        let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
            .map_err(|e| FormatError::read(path, e))?
            .flatten()
            .map(|entry| entry.path())
            .filter(|file| kind::stem(file).to_lowercase() == stem)
            .collect();
        // The file that was named comes before others that differ in the case of letters.
        files.sort_by_key(|file| kind::stem(file) != kind::stem(path));
        for file in files {
            let open = || {
                File::open(&file).map(|f| Box::new(BufReader::with_capacity(1 << 16, f)) as Box<dyn Bytes>)
            };
            match extension(&file.to_string_lossy()).as_str() {
                "shp" if found.shp.is_none() => found.shp = open().ok(),
                "shx" if found.shx.is_none() => found.shx = open().ok(),
                "dbf" if found.dbf.is_none() => found.dbf = open().ok(),
                "prj" if found.prj.is_none() => found.prj = small(&file),
                "cpg" if found.cpg.is_none() => found.cpg = small(&file).map(text),
                _ => {}
            }
        }
        if found.shp.is_none() && extension(&path.to_string_lossy()) != "shx" {
            // Named otherwise, a shapefile by its first bytes.
            let file = File::open(path).map_err(|e| FormatError::read(path, e))?;
            found.shp = Some(Box::new(BufReader::new(file)));
        }
        match found.shp {
            Some(_) => Ok(found),
            None => Err(FormatError::broken(
                path,
                "只有 .shx，没有 .shp 图形文件",
                "only a .shx, the .shp is missing",
            )),
        }
    }

    /// A .dbf without shapes.
    pub fn dbf_alone(path: &Path) -> Result<Self, FormatError> {
        let file = File::open(path).map_err(|e| FormatError::read(path, e))?;
        let cpg = ["cpg", "CPG"].iter().find_map(|e| small(&path.with_extension(e))).map(text);
        Ok(Self { dbf: Some(Box::new(BufReader::new(file))), cpg, ..Self::default() })
    }

    /// One shapefile of a zip, by its name without extension.
    pub fn of_zip(path: &Path, layer: &str) -> Result<Self, FormatError> {
        let mut zip = archive::open(path)?;
        let mut found = Self::default();
        for (at, name) in archive::entries(&mut zip) {
            if !base(&name).eq_ignore_ascii_case(layer) {
                continue;
            }
            let extension = extension(&name);
            if !matches!(extension.as_str(), "shp" | "shx" | "dbf" | "prj" | "cpg") {
                continue;
            }
            let bytes = archive::unpack(path, &mut zip, at)?;
            match extension.as_str() {
                "shp" => found.shp = Some(Box::new(Cursor::new(bytes))),
                "shx" => found.shx = Some(Box::new(Cursor::new(bytes))),
                "dbf" => found.dbf = Some(Box::new(Cursor::new(bytes))),
                "prj" => found.prj = Some(bytes),
                _ => found.cpg = Some(text(bytes)),
            }
        }
        Ok(found)
    }
}

/// Names, with their folders and without extension, of the shapefiles in a zip; of its .dbf where there is no .shp.
pub(super) fn in_zip(path: &Path) -> Result<Vec<String>, FormatError> {
    let names = archive::names(path)?;
    let with = |wanted: &str| {
        let mut found: Vec<String> =
            names.iter().filter(|name| extension(name) == wanted).map(|name| base(name).to_owned()).collect();
        found.sort();
        found.dedup();
        found
    };
    let shapes = with("shp");
    Ok(if shapes.is_empty() { with("dbf") } else { shapes })
}

fn base(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(base, _)| base)
}

fn extension(name: &str) -> String {
    name.rsplit_once('.').map(|(_, e)| e.to_lowercase()).unwrap_or_default()
}

fn small(path: &Path) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path).ok()?.take(MAX_SMALL).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8_lossy(&bytes).trim().to_owned()
}
