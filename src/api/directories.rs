//! The search over names, kept for the newest revision and brought along with edits.

use std::sync::{Arc, Mutex, PoisonError};

use super::problem::Problem;
use super::steps;
use super::view::View;
use crate::names::NamesError;
use crate::names::search::Directory;
use crate::register::Register;
use crate::snapshot::Snapshot;

/// Older revisions whose index is kept.
const OLDER: usize = 2;

/// The indexes of a server.
#[derive(Default)]
pub struct Directories {
    newest: Mutex<Option<Arc<Directory>>>,
    older: Mutex<Vec<Arc<Directory>>>,
}

impl Directories {
    /// The index of what a request sees; whoever asks while it is made waits.
    pub fn of(&self, register: &Register, view: &View) -> Result<Arc<Directory>, Problem> {
        if view.revision() != view.newest {
            return self.older(&view.snapshot);
        }
        let mut kept = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        let directory = match kept.take() {
            Some(last) if last.revision() == view.revision() => last,
            // Another request has seen a newer revision already: its index stays.
            Some(last) if last.revision() > view.revision() => {
                *kept = Some(last);
                drop(kept);
                return self.older(&view.snapshot);
            }
            Some(last) => Arc::new(brought_along(register, &last, &view.snapshot)?),
            None => Arc::new(Directory::build(&view.snapshot).map_err(failed)?),
        };
        *kept = Some(directory.clone());
        Ok(directory)
    }

    fn older(&self, snapshot: &Snapshot) -> Result<Arc<Directory>, Problem> {
        let mut kept = self.older.lock().unwrap_or_else(PoisonError::into_inner);
        let at = kept.iter().position(|directory| directory.revision() == snapshot.revision());
        let directory = match at.map(|at| kept.remove(at)) {
            Some(directory) => directory,
            None => Arc::new(Directory::build(snapshot).map_err(failed)?),
        };
        kept.insert(0, directory.clone());
        kept.truncate(OLDER);
        Ok(directory)
    }
}

fn brought_along(register: &Register, last: &Directory, now: &Snapshot) -> Result<Directory, Problem> {
    match steps::changes(register, last.revision(), now.revision())? {
        Some(changes) => last.after(now, &changes).map_err(failed),
        None => Directory::build(now).map_err(failed),
    }
}

fn failed(error: NamesError) -> Problem {
    Problem::internal(&error)
}
