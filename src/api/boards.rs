//! Findings of the checks, kept for the newest revision and brought along with edits.

use std::sync::{Arc, Mutex, PoisonError};

use super::inventories::Inventories;
use super::problem::Problem;
use super::steps;
use super::view::View;
use crate::boundary::checks::Board;
use crate::findings::Noticed;
use crate::model::Date;
use crate::names::checks as naming;
use crate::register::Register;
use crate::rules::{Rules, RulesError};
use crate::snapshot::Snapshot;

/// Days for which a board is kept.
const KEPT: usize = 4;

/// The boards of a server.
pub struct Boards {
    /// the rules checked by
    pub rules: Arc<Rules>,
    /// the names that findings on names are made from
    pub inventories: Inventories,
    kept: Mutex<Vec<Kept>>,
}

struct Kept {
    snapshot: Arc<Snapshot>,
    day: Date,
    /// of lines, markers and divisions
    law: Board,
    /// of names, signs and plates
    names: Arc<Vec<Noticed>>,
    /// both
    board: Arc<Board>,
}

impl Boards {
    /// None yet.
    pub fn new(rules: Arc<Rules>) -> Self {
        Self { rules, inventories: Inventories::default(), kept: Mutex::default() }
    }

    /// The findings of what a request sees. Those of the newest revision are kept; whoever asks meanwhile waits.
    pub fn of(&self, register: &Register, view: &View) -> Result<Arc<Board>, Problem> {
        if view.revision() != view.newest {
            return Ok(self.whole(register, view)?.board);
        }
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let last = kept.iter().position(|kept| kept.day == view.as_of).map(|at| kept.remove(at));
        let next = match last {
            Some(last) if last.snapshot.revision() == view.revision() => last,
            Some(last) => self.brought_along(register, &last, view)?,
            None => self.whole(register, view)?,
        };
        let board = next.board.clone();
        kept.insert(0, next);
        kept.truncate(KEPT);
        Ok(board)
    }

    fn whole(&self, register: &Register, view: &View) -> Result<Kept, Problem> {
        let law = Board::of(&view.snapshot, &self.rules, view.as_of).map_err(failed)?;
        let names = Arc::new(self.names(register, view)?);
        Ok(kept(view, law, names))
    }

    fn names(&self, register: &Register, view: &View) -> Result<Vec<Noticed>, Problem> {
        let inventory = self.inventories.of(register, view)?;
        naming::of_register((&view.snapshot, &inventory), view.as_of, &self.rules, &|_| true)
            .map_err(|error| Problem::internal(&error))
    }

    fn brought_along(&self, register: &Register, last: &Kept, view: &View) -> Result<Kept, Problem> {
        let Some(changes) = steps::changes(register, last.snapshot.revision(), view.revision())? else {
            return self.whole(register, view);
        };
        let both = (&*last.snapshot, &*view.snapshot);
        let law = last.law.after(both, &changes, &self.rules, last.day).map_err(failed)?;
        let names = match changes.iter().any(|change| naming::depends_on(change.layer())) {
            true => Arc::new(self.names(register, view)?),
            false => last.names.clone(),
        };
        Ok(kept(view, law, names))
    }
}

fn kept(view: &View, law: Board, names: Arc<Vec<Noticed>>) -> Kept {
    let board = Arc::new(law.with(&names));
    Kept { snapshot: view.snapshot.clone(), day: view.as_of, law, names, board }
}

fn failed(error: RulesError) -> Problem {
    Problem::internal(&error)
}
