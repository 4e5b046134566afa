//! The lawful interval of a fact: from a day on, up to but not including another.

use serde::{Deserialize, Serialize};

use super::Date;

/// `[from, to)`; an absent end is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Period {
    from: Option<Date>,
    to: Option<Date>,
}

/// An interval that ends before it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a period must end after it begins: {from} .. {to}")]
pub struct PeriodError {
    /// first day
    pub from: Date,
    /// first day after
    pub to: Date,
}

impl Period {
    /// Valid always.
    pub const ALWAYS: Self = Self { from: None, to: None };

    /// Checks that the interval is not empty.
    pub fn new(from: Option<Date>, to: Option<Date>) -> Result<Self, PeriodError> {
        match (from, to) {
            (Some(from), Some(to)) if to <= from => Err(PeriodError { from, to }),
            _ => Ok(Self { from, to }),
        }
    }

    /// First day, open if absent.
    pub fn from(self) -> Option<Date> {
        self.from
    }

    /// First day after, open if absent.
    pub fn to(self) -> Option<Date> {
        self.to
    }

    /// Whether the fact holds on that day.
    pub fn contains(self, day: Date) -> bool {
        self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day < to)
    }
}
