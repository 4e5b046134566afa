//! The folder beside the register: one folder per upload and per job, named by its ULID and nothing else.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

use tempfile::TempDir;

use super::{Inner, JobError, lock};
use crate::model::RecordId;

/// How long ended jobs and their files are kept.
const KEPT: Duration = Duration::from_secs(7 * 24 * 3600);
/// Jobs that are looked at when sweeping.
const MOST_SWEPT: usize = 100_000;

/// Where files of uploads and jobs lie.
pub(crate) struct Folder {
    path: Option<PathBuf>,
    own: OnceLock<TempDir>,
}

impl Folder {
    pub(super) fn new(path: Option<PathBuf>) -> Self {
        Self { path, own: OnceLock::new() }
    }

    fn root(&self) -> io::Result<&Path> {
        if let Some(path) = &self.path {
            return Ok(path);
        }
        if self.own.get().is_none() {
            let made = tempfile::Builder::new().prefix("boundstone-").tempdir()?;
            // Where another thread was first, its folder is taken and this one goes.
            let _ = self.own.set(made);
        }
        self.own.get().map(TempDir::path).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    /// The folder of an upload or a job, which may not be there.
    pub(crate) fn of(&self, id: RecordId) -> io::Result<PathBuf> {
        Ok(self.root()?.join(id.to_string()))
    }

    /// The same, made where it is not there.
    pub(crate) fn make(&self, id: RecordId) -> io::Result<PathBuf> {
        let path = self.of(id)?;
        std::fs::create_dir_all(&path)?;
        Ok(path)
    }

    /// Takes one away with all that is in it.
    pub(crate) fn remove(&self, id: RecordId) -> io::Result<()> {
        match std::fs::remove_dir_all(self.of(id)?) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// The ids of all that is there, and when each was last changed.
    pub(crate) fn all(&self) -> io::Result<Vec<(RecordId, SystemTime)>> {
        let root = match (&self.path, self.own.get()) {
            (Some(path), _) => path.as_path(),
            (None, Some(own)) => own.path(),
            (None, None) => return Ok(Vec::new()),
        };
        let entries = match std::fs::read_dir(root) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        Ok(entries
            .flatten()
            .filter_map(|entry| {
                let id = entry.file_name().to_str()?.parse::<RecordId>().ok()?;
                Some((id, entry.metadata().ok()?.modified().ok()?))
            })
            .collect())
    }
}

impl Inner {
    /// Takes ended jobs of long ago away, and files that belong to nothing any more.
    pub(super) fn sweep(&self) -> Result<(), JobError> {
        let kept_ms = u64::try_from(KEPT.as_millis()).unwrap_or(u64::MAX);
        for row in self.register.jobs().jobs(None, MOST_SWEPT)? {
            // A ULID begins with its time.
            let born = u64::try_from(row.id.bits() >> 80).unwrap_or(u64::MAX);
            if row.state.has_ended() && born < self.now_ms().saturating_sub(kept_ms) {
                self.register.jobs().remove_job(row.id)?;
                self.folder.remove(row.id)?;
            }
        }
        for (id, changed) in self.folder.all()? {
            let old = changed.elapsed().is_ok_and(|age| age > KEPT);
            let wanted = lock(&self.live).contains_key(&id) || self.register.jobs().job(id)?.is_some();
            if old && !wanted {
                self.folder.remove(id)?;
            }
        }
        Ok(())
    }
}
