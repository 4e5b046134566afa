//! Questions about service circles on the ground of a register: coverage with its definition, what-if, clicks, lists.

mod clicks;
mod definition;
mod figures;
mod lists;
mod options;
mod question;
mod reach;
mod siting;
mod situation;
mod times;
mod trend;

pub use clicks::{From, Nearest, Served, Serves, nearest_of_each, serves};
pub use definition::{ClassLimit, Definition};
pub use figures::{Figures, Level, Part, UnitFigures, by_unit, figures};
pub use lists::{Capacity, Load, Uncovered, UncoveredList, Village, is_few, loads, tenth};
pub use options::{Choice, Gain, Options, options};
pub use question::{Asked, By, Change, Misshapen, Question, REQUIRED};
pub use reach::{Interval, Reach};
pub use siting::{
    Candidate, Candidates, From as SitingFrom, NotSited, Order, Sited, candidates, site, with_changes,
};
pub use situation::{Site, Sites, Situation, Touched, Ways};
pub use times::{Link, NONE, Paced, Sources, Stands, Time, Times, times};
pub use trend::{Day as CircleDay, MOST_DAYS, trend, year_ends};
