//! Findings of the checks, kept for the newest revision and brought along with edits.

use std::sync::{Arc, Mutex, PoisonError};

use super::problem::Problem;
use super::view::View;
use crate::boundary::checks::Board;
use crate::model::{Change, Date, Revision};
use crate::register::Register;
use crate::rules::{Rules, RulesError};
use crate::snapshot::Snapshot;

/// Days for which a board is kept.
const KEPT: usize = 4;
/// Revisions and changes that a board is brought along by; beyond them the whole is checked anew.
const STEPS: u64 = 64;
const CHANGES: usize = 2_000;

/// The boards of a server.
pub struct Boards {
    /// the rules checked by
    pub rules: Arc<Rules>,
    kept: Mutex<Vec<Kept>>,
}

struct Kept {
    snapshot: Arc<Snapshot>,
    day: Date,
    board: Arc<Board>,
}

impl Boards {
    /// None yet.
    pub fn new(rules: Arc<Rules>) -> Self {
        Self { rules, kept: Mutex::default() }
    }

    /// The findings of what a request sees. Those of the newest revision are kept; whoever asks meanwhile waits.
    pub fn of(&self, register: &Register, view: &View) -> Result<Arc<Board>, Problem> {
        let (snapshot, day) = (&view.snapshot, view.as_of);
        if view.revision() != view.newest {
            return Ok(Arc::new(self.whole(snapshot, day)?));
        }
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let last = kept.iter().position(|kept| kept.day == day).map(|at| kept.remove(at));
        let board = match &last {
            Some(last) if last.snapshot.revision() == view.revision() => last.board.clone(),
            Some(last) => Arc::new(self.brought_along(register, last, snapshot)?),
            None => Arc::new(self.whole(snapshot, day)?),
        };
        kept.insert(0, Kept { snapshot: snapshot.clone(), day, board: board.clone() });
        kept.truncate(KEPT);
        Ok(board)
    }

    fn whole(&self, snapshot: &Snapshot, day: Date) -> Result<Board, Problem> {
        Board::of(snapshot, &self.rules, day).map_err(failed)
    }

    fn brought_along(&self, register: &Register, last: &Kept, now: &Snapshot) -> Result<Board, Problem> {
        let (first, newest) = (last.snapshot.revision().0 + 1, now.revision().0);
        let mut changes: Vec<Change> = Vec::new();
        if first > newest || newest - first >= STEPS {
            return self.whole(now, last.day);
        }
        for revision in first..=newest {
            let mut count = 0;
            register.each_change(Revision(revision), &mut |change| {
                count += 1;
                if changes.len() <= CHANGES {
                    changes.push(change.clone());
                }
            })?;
            if changes.len() > CHANGES || count > CHANGES {
                return self.whole(now, last.day);
            }
        }
        let both = (&*last.snapshot, now);
        last.board.after(both, &changes, &self.rules, last.day).map_err(failed)
    }
}

fn failed(error: RulesError) -> Problem {
    Problem::internal(&error)
}
