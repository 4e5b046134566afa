//! Inspection rounds (联检): what they have to look at, how far they are, which lines are due.
//!
//! A round looks at every marker and every segment of its lines (省级界线联检实施办法; county rounds follow it).
//! Its tasks follow from the lines as they are. Each side keeps its own record of a task, or both keep one
//! together; a task is done when the round has a record of it. Nothing here writes.

mod condition;
mod due;
mod plan;
mod progress;
mod said;
mod sheets;
mod tasks;

pub use condition::after as condition_after;
pub use due::{LineDue, due};
pub use plan::{Proposal, propose};
pub use progress::{LineProgress, Progress, SideProgress, progress, progress_of};
pub use said::{Said, Trouble};
pub use sheets::{Sheet, sheets};
pub(super) use tasks::covered;
pub use tasks::{Subject, Task, is_shown, task, tasks};

use crate::model::{Bilingual, vocab};

/// A stage, a condition, a side as people read it.
pub fn title(list: &str, code: &str) -> Bilingual {
    let value = vocab::list(list).get(code);
    value.map_or_else(|| Bilingual::new(code, code), |value| value.title.clone())
}
