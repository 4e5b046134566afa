//! The changes between two revisions, where they are few: what is kept for the newest one is brought along by them.

use super::problem::Problem;
use crate::model::{Change, Revision};
use crate::register::Register;

/// Revisions and changes that something is brought along by; beyond them it is made anew.
const STEPS: u64 = 64;
const CHANGES: usize = 2_000;

/// All changes behind one revision up to another; `None` where they are too many, or there is no way forward.
pub fn changes(register: &Register, behind: Revision, to: Revision) -> Result<Option<Vec<Change>>, Problem> {
    let first = behind.0 + 1;
    if first > to.0 + 1 || to.0 - behind.0 > STEPS {
        return Ok(None);
    }
    let mut changes: Vec<Change> = Vec::new();
    for revision in first..=to.0 {
        register.each_change(Revision(revision), &mut |change| {
            if changes.len() <= CHANGES {
                changes.push(change.clone());
            }
        })?;
        if changes.len() > CHANGES {
            return Ok(None);
        }
    }
    Ok(Some(changes))
}
