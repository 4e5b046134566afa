//! Where the files that records list are kept: a folder beside the register, or memory.
//!
//! Small on purpose, so that another deployment can have another place. Nothing here knows records, formats or
//! limits: a file is bytes under the SHA-256 of its own.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::model::{Digest, MediaKind};

/// One file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MediaFile {
    /// what came in, bit for bit
    Whole(Digest, MediaKind),
    /// a small JPEG of it, made here
    Small(Digest),
}

/// A place for files. What is kept is never taken away.
pub trait MediaStore: Send + Sync {
    /// A whole file; `None` where it is not there.
    fn read(&self, file: MediaFile) -> io::Result<Option<Vec<u8>>>;

    /// Its first bytes, at most so many, and how many there are in all.
    fn head(&self, file: MediaFile, most: usize) -> io::Result<Option<(Vec<u8>, u64)>>;

    /// Keeps a file: whole and durable when it returns, or not at all.
    fn write(&self, file: MediaFile, bytes: &[u8]) -> io::Result<()>;
}

/// A folder: `ab/abcdef….jpg`, small ones in `small/ab/abcdef….jpg`.
#[derive(Debug)]
pub struct MediaFolder {
    root: PathBuf,
}

impl MediaFolder {
    /// The folder beside a register: `<register>.media`. It is made when the first file is kept.
    pub fn beside(register: &Path) -> Self {
        let mut root = register.as_os_str().to_owned();
        root.push(".media");
        Self { root: root.into() }
    }

    fn path(&self, file: MediaFile) -> PathBuf {
        let (folder, digest, ending) = match file {
            MediaFile::Whole(digest, kind) => (self.root.clone(), digest, kind.ending()),
            MediaFile::Small(digest) => (self.root.join("small"), digest, MediaKind::Jpeg.ending()),
        };
        let digest = digest.to_string();
        folder.join(&digest[..2]).join(format!("{digest}.{ending}"))
    }

    fn open(&self, file: MediaFile) -> io::Result<Option<File>> {
        match File::open(self.path(file)) {
            Ok(file) => Ok(Some(file)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

impl MediaStore for MediaFolder {
    fn read(&self, file: MediaFile) -> io::Result<Option<Vec<u8>>> {
        let Some(mut file) = self.open(file)? else { return Ok(None) };
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        Ok(Some(bytes))
    }

    fn head(&self, file: MediaFile, most: usize) -> io::Result<Option<(Vec<u8>, u64)>> {
        let Some(file) = self.open(file)? else { return Ok(None) };
        let length = file.metadata()?.len();
        let mut bytes = Vec::new();
        file.take(most as u64).read_to_end(&mut bytes)?;
        Ok(Some((bytes, length)))
    }

    fn write(&self, file: MediaFile, bytes: &[u8]) -> io::Result<()> {
        let path = self.path(file);
        let folder = path.parent().unwrap_or(&self.root);
        std::fs::create_dir_all(folder)?;
        let mut making = tempfile::NamedTempFile::new_in(folder)?;
        making.write_all(bytes)?;
        if matches!(file, MediaFile::Whole(..)) {
            making.as_file().sync_all()?;
        }
        making.persist(&path).map_err(|failed| failed.error)?;
        // The name in the folder lasts, too; not every file system lets a folder be synced.
        let _ = File::open(folder).and_then(|folder| folder.sync_all());
        Ok(())
    }
}

/// In memory, for registers that are.
#[derive(Default)]
pub struct MediaMemory {
    files: Mutex<BTreeMap<MediaFile, Vec<u8>>>,
}

impl MediaStore for MediaMemory {
    fn read(&self, file: MediaFile) -> io::Result<Option<Vec<u8>>> {
        Ok(self.files.lock().unwrap_or_else(PoisonError::into_inner).get(&file).cloned())
    }

    fn head(&self, file: MediaFile, most: usize) -> io::Result<Option<(Vec<u8>, u64)>> {
        let files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(files.get(&file).map(|bytes| (bytes[..bytes.len().min(most)].to_vec(), bytes.len() as u64)))
    }

    fn write(&self, file: MediaFile, bytes: &[u8]) -> io::Result<()> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner).insert(file, bytes.to_vec());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::digest_of;

    #[test]
    fn both_places_keep_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let register = folder.path().join("五华区.gpkg");
        let places: [Box<dyn MediaStore>; 2] =
            [Box::new(MediaFolder::beside(&register)), Box::new(MediaMemory::default())];
        let bytes = b"not empty".as_slice();
        let (whole, small) =
            (MediaFile::Whole(digest_of(bytes), MediaKind::Png), MediaFile::Small(digest_of(bytes)));
        for place in places {
            assert_eq!(place.read(whole).unwrap(), None);
            assert_eq!(place.head(whole, 3).unwrap(), None);
            place.write(whole, bytes).unwrap();
            place.write(whole, bytes).unwrap();
            assert_eq!(place.read(whole).unwrap().as_deref(), Some(bytes));
            assert_eq!(place.head(whole, 3).unwrap(), Some((b"not".to_vec(), 9)));
            assert_eq!(place.read(small).unwrap(), None, "a small one is another file");
        }
        let digest = digest_of(bytes).to_string();
        let path = folder.path().join("五华区.gpkg.media").join(&digest[..2]).join(format!("{digest}.png"));
        assert_eq!(std::fs::read(path).unwrap(), bytes);
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let register = folder.path().join("r.gpkg");
        std::fs::write(folder.path().join("r.gpkg.media"), b"in the way").unwrap();
        let file = MediaFile::Whole(digest_of(b"x"), MediaKind::Png);
        assert!(MediaFolder::beside(&register).write(file, b"x").is_err());
    }
}
