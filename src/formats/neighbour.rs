//! A file written beside its final place and put there when it is complete.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::{NamedTempFile, TempDir};

use super::FormatError;

/// One file being written.
pub(crate) struct Neighbour {
    path: PathBuf,
    file: BufWriter<NamedTempFile>,
}

impl Neighbour {
    /// Begins a file that is to be `path`.
    pub fn new(path: &Path) -> Result<Self, FormatError> {
        let name = tempfile::Builder::new().prefix(".boundstone-").suffix(".part").tempfile_in(folder(path));
        let file = name.map_err(|e| FormatError::write(path, e))?;
        Ok(Self { path: path.into(), file: BufWriter::with_capacity(1 << 17, file) })
    }

    /// Where it is to stand.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes bytes.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), FormatError> {
        self.file.write_all(bytes).map_err(|e| FormatError::write(&self.path, e))
    }

    /// Puts the file in its place, on the disk before under its name.
    pub fn finish(self) -> Result<(), FormatError> {
        let path = self.path;
        let failed = |e: std::io::Error| FormatError::write(&path, e);
        let file = self.file.into_inner().map_err(|e| failed(e.into_error()))?;
        readable(file.as_file()).map_err(failed)?;
        file.as_file().sync_all().map_err(failed)?;
        file.persist(&path).map_err(|e| failed(e.error))?;
        Ok(())
    }
}

/// A folder beside a file's final place for what several files, or another process, write; gone with it.
pub(crate) fn folder_beside(path: &Path) -> Result<TempDir, FormatError> {
    let made = tempfile::Builder::new().prefix(".boundstone-").tempdir_in(folder(path));
    made.map_err(|e| FormatError::write(path, e))
}

/// Moves a finished file into its place.
pub(crate) fn put(from: &Path, to: &Path) -> Result<(), FormatError> {
    let sync = File::open(from).and_then(|file| file.sync_all());
    sync.and_then(|()| std::fs::rename(from, to)).map_err(|e| FormatError::write(to, e))
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A temporary file is its owner's alone; an export is for whoever the user's mask lets.
#[cfg(unix)]
fn readable(file: &File) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable(_: &File) -> std::io::Result<()> {
    Ok(())
}
