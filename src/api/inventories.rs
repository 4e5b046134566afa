//! All names with what they sound like, kept for the newest revision and brought along with edits.

use std::sync::{Arc, Mutex, PoisonError};

use super::problem::Problem;
use super::steps;
use super::view::View;
use crate::names::NamesError;
use crate::names::checks::Inventory;
use crate::register::Register;

/// The inventory of a server.
#[derive(Default)]
pub struct Inventories {
    newest: Mutex<Option<Arc<Inventory>>>,
}

impl Inventories {
    /// The names of what a request sees; whoever asks while they are read waits. Those of an older revision are
    /// read anew.
    pub fn of(&self, register: &Register, view: &View) -> Result<Arc<Inventory>, Problem> {
        let build = || Inventory::build(&view.snapshot, view.as_of).map(Arc::new).map_err(failed);
        if view.revision() != view.newest {
            return build();
        }
        let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        let last = newest.clone().filter(|last| last.revision() <= view.revision());
        let next = match last {
            Some(last) if last.revision() == view.revision() => return Ok(last),
            Some(last) => match steps::changes(register, last.revision(), view.revision())? {
                Some(changes) => Arc::new(last.after(&view.snapshot, &changes).map_err(failed)?),
                None => build()?,
            },
            // Another request has seen a newer revision already: that one stays.
            None if newest.is_some() => return build(),
            None => build()?,
        };
        *newest = Some(next.clone());
        Ok(next)
    }
}

fn failed(error: NamesError) -> Problem {
    Problem::internal(&error)
}
