//! Zip archives: names as people wrote them, junk left aside, nothing unpacked beyond a bound.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use zip::ZipArchive;

use super::{FormatError, encoding};
use crate::model::Bilingual;

/// Entries of an archive that are looked at.
const MAX_ENTRIES: usize = 20_000;
/// Bytes of one unpacked entry.
pub(crate) const MAX_ENTRY: u64 = 2 << 30;

pub(crate) type Archive = ZipArchive<BufReader<File>>;

/// Opens an archive.
pub(crate) fn open(path: &Path) -> Result<Archive, FormatError> {
    let file = File::open(path).map_err(|e| FormatError::read(path, e))?;
    let archive = ZipArchive::new(BufReader::new(file)).map_err(|e| {
        FormatError::broken(
            path,
            format!("不是完好的 zip 压缩包（{e}）"),
            format!("not a sound zip archive: {e}"),
        )
    })?;
    if archive.len() > MAX_ENTRIES {
        let what = Bilingual::new("压缩包内的文件数", "the number of files in the archive");
        return Err(FormatError::TooLarge { path: path.into(), what, limit: MAX_ENTRIES as u64 });
    }
    Ok(archive)
}

/// Place and name of the files in it, without folders and the junk that macOS adds. Names written by a Chinese
/// Windows are GBK without saying so.
pub(crate) fn entries(archive: &mut Archive) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for at in 0..archive.len() {
        let Ok(entry) = archive.by_index_raw(at) else { continue };
        if entry.is_dir() {
            continue;
        }
        let raw = entry.name_raw();
        let name = match std::str::from_utf8(raw) {
            Ok(name) => name.to_owned(),
            Err(_) => encoding::decode(encoding::guess(raw).0, raw).0.into_owned(),
        };
        let name = name.replace('\\', "/");
        let junk =
            name.split('/').any(|part| part == "__MACOSX" || part.starts_with("._") || part == ".DS_Store");
        if !junk {
            found.push((at, name));
        }
    }
    found
}

/// Names in an archive, see [`entries`].
pub(crate) fn names(path: &Path) -> Result<Vec<String>, FormatError> {
    Ok(entries(&mut open(path)?).into_iter().map(|(_, name)| name).collect())
}

/// Unpacks one entry into memory.
pub(crate) fn unpack(path: &Path, archive: &mut Archive, at: usize) -> Result<Vec<u8>, FormatError> {
    let entry = archive.by_index(at).map_err(|e| {
        FormatError::broken(
            path,
            format!("压缩包内的文件无法解开（{e}）"),
            format!("cannot be unpacked: {e}"),
        )
    })?;
    let mut bytes = Vec::new();
    entry.take(MAX_ENTRY + 1).read_to_end(&mut bytes).map_err(|e| FormatError::read(path, e))?;
    if bytes.len() as u64 > MAX_ENTRY {
        let what = Bilingual::new("压缩包内单个文件的字节数", "a file in the archive, in bytes,");
        return Err(FormatError::TooLarge { path: path.into(), what, limit: MAX_ENTRY });
    }
    Ok(bytes)
}

/// Says no to an archive whose files are larger together than `limit` bytes once unpacked: what its directory says
/// of their sizes is not believed.
pub(crate) fn check_unpacked(path: &Path, limit: u64) -> Result<(), FormatError> {
    let mut archive = open(path)?;
    let mut left = limit;
    for at in 0..archive.len() {
        // A file that cannot be unpacked is for its reader to report.
        let Ok(entry) = archive.by_index(at) else { continue };
        let read = std::io::copy(&mut entry.take(left + 1), &mut std::io::sink()).unwrap_or(0);
        if read > left {
            let what = Bilingual::new("压缩包解开后的字节数", "the archive, unpacked, in bytes,");
            return Err(FormatError::TooLarge { path: path.into(), what, limit });
        }
        left -= read;
    }
    Ok(())
}
