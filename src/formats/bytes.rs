//! Reading bytes from a file, gzip undone, never more than a bound: a small hostile archive can be terabytes inside.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;

use super::FormatError;
use crate::model::Bilingual;

/// Text that is held in memory whole: a national data set of 2.5 million vertices has 70 MB.
pub(crate) const MAX_TEXT: u64 = 2 << 30;

/// A file's bytes from the beginning, decompressed where it is gzip.
pub(crate) fn reader(path: &Path) -> Result<Box<dyn BufRead + Send>, FormatError> {
    let file = File::open(path).map_err(|e| FormatError::read(path, e))?;
    if file.metadata().is_ok_and(|meta| meta.is_dir()) {
        let is_dir = std::io::Error::from(std::io::ErrorKind::IsADirectory);
        return Err(FormatError::read(path, is_dir));
    }
    let mut plain = BufReader::with_capacity(1 << 17, file);
    let gzip = plain.fill_buf().map_err(|e| FormatError::read(path, e))?.starts_with(&[0x1f, 0x8b]);
    Ok(if gzip {
        Box::new(BufReader::with_capacity(1 << 17, MultiGzDecoder::new(plain)))
    } else {
        Box::new(plain)
    })
}

/// The first bytes of a file, decompressed where it is gzip; fewer where the file is shorter.
pub(crate) fn head(path: &Path, length: u64) -> Result<Vec<u8>, FormatError> {
    let mut bytes = Vec::new();
    let mut source = reader(path)?.take(length);
    // A truncated gzip still has a beginning.
    match source.read_to_end(&mut bytes) {
        Err(e) if bytes.is_empty() => Err(FormatError::read(path, e)),
        _ => Ok(bytes),
    }
}

/// Everything a file holds, up to `limit` bytes. The second value is the error met on the way
/// (a truncated gzip): what was read until then is returned.
pub(crate) fn all(path: &Path, limit: u64) -> Result<(Vec<u8>, Option<std::io::Error>), FormatError> {
    let mut bytes = Vec::new();
    if let Ok(meta) = std::fs::metadata(path) {
        bytes.reserve(meta.len().min(limit) as usize);
    }
    let cut = reader(path)?.take(limit + 1).read_to_end(&mut bytes).err();
    if bytes.len() as u64 > limit {
        let what = Bilingual::new("文件内容（解压后字节数）", "the content, decompressed, in bytes");
        return Err(FormatError::TooLarge { path: path.into(), what, limit });
    }
    match cut {
        Some(e) if bytes.is_empty() => Err(FormatError::read(path, e)),
        cut => Ok((bytes, cut)),
    }
}
