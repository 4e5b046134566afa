//! What is looked at: the records that hold on a day and are not above a class of secrecy.

use crate::model::{Date, Record, Secrecy};

/// A day and the highest class that is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sight {
    /// records that hold on this day
    pub as_of: Date,
    /// the highest class
    pub show: Secrecy,
}

impl Sight {
    /// Everything that holds on a day.
    pub fn all(as_of: Date) -> Self {
        Self { as_of, show: Secrecy::Secret }
    }

    /// Whether a record is seen.
    pub fn sees(&self, record: &Record) -> bool {
        record.valid.contains(self.as_of) && record.secrecy <= self.show
    }
}
