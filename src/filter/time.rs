//! Days and intervals in filters.
//!
//! The register knows days; an instant belongs to the day that it is in China, as for `datetime`. An
//! interval is its first and its last day. `valid_to` is the first day on which a fact no longer holds:
//! as the end of an interval it stands for the day before; absent bounds of the lawful period are open.

use crate::model::{Date, Record};

use super::FilterError;
use super::predicate::{Place, Scalar};

/// A relation of two intervals (Allen 1983), by their first and last days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Relation {
    After,
    Before,
    Contains,
    Disjoint,
    During,
    Equals,
    FinishedBy,
    Finishes,
    Intersects,
    Meets,
    MetBy,
    OverlappedBy,
    Overlaps,
    StartedBy,
    Starts,
}

impl Relation {
    /// By the name of the function.
    pub(super) fn of(name: &str) -> Option<Self> {
        Some(match name {
            "t_after" => Self::After,
            "t_before" => Self::Before,
            "t_contains" => Self::Contains,
            "t_disjoint" => Self::Disjoint,
            "t_during" => Self::During,
            "t_equals" => Self::Equals,
            "t_finishedBy" => Self::FinishedBy,
            "t_finishes" => Self::Finishes,
            "t_intersects" => Self::Intersects,
            "t_meets" => Self::Meets,
            "t_metBy" => Self::MetBy,
            "t_overlappedBy" => Self::OverlappedBy,
            "t_overlaps" => Self::Overlaps,
            "t_startedBy" => Self::StartedBy,
            "t_starts" => Self::Starts,
            _ => return None,
        })
    }

    /// Whether it holds between two intervals, each by its first and last day.
    pub(super) fn holds(self, (s, e): (i64, i64), (t, f): (i64, i64)) -> bool {
        match self {
            Self::After => s > f,
            Self::Before => e < t,
            Self::Contains => s < t && e > f,
            Self::Disjoint => e < t || s > f,
            Self::During => s > t && e < f,
            Self::Equals => s == t && e == f,
            Self::FinishedBy => s < t && e == f,
            Self::Finishes => s > t && e == f,
            Self::Intersects => e >= t && s <= f,
            Self::Meets => e == t,
            Self::MetBy => s == f,
            Self::OverlappedBy => s > t && s < f && e > f,
            Self::Overlaps => s < t && e > t && e < f,
            Self::StartedBy => s == t && e > f,
            Self::Starts => s == t && e < f,
        }
    }
}

/// One bound of an interval.
#[derive(Clone, Debug)]
pub(super) enum Bound {
    /// a day
    Day(Date),
    /// open
    Open,
    /// a date field
    Field(Place),
}

/// A day or an interval.
#[derive(Clone, Debug)]
pub(super) enum Span {
    /// one day
    Day(Bound),
    /// first and last day
    Interval(Bound, Bound),
}

impl Span {
    /// First and last day; `None` where a field that has no meaning when absent is absent.
    pub(super) fn days(&self, record: &Record) -> Option<(i64, i64)> {
        match self {
            Self::Day(bound) => bound.day(record, false, None).map(|day| (day, day)),
            Self::Interval(first, last) => {
                Some((first.day(record, false, Some(i64::MIN))?, last.day(record, true, Some(i64::MAX))?))
            }
        }
    }
}

impl Bound {
    fn day(&self, record: &Record, is_end: bool, open: Option<i64>) -> Option<i64> {
        match self {
            Self::Day(day) => Some(i64::from(day.days())),
            Self::Open => open,
            Self::Field(place) => match place.scalar(record) {
                Some(Scalar::Day(day)) if is_end && place.is("valid_to") => Some(i64::from(day.days()) - 1),
                Some(Scalar::Day(day)) => Some(i64::from(day.days())),
                // A fact without such a bound holds since ever, or for ever.
                _ if place.is("valid_from") || place.is("valid_to") => open,
                _ => None,
            },
        }
    }
}

/// A day, or an instant on the day that it is in China.
pub(super) fn day(text: &str) -> Result<Date, FilterError> {
    let bad = || FilterError::Time(text.chars().take(40).collect());
    if text.contains(['T', 't']) {
        let at: jiff::Timestamp = text.parse().map_err(|_| bad())?;
        return Ok(Date::in_shanghai(at.as_millisecond()));
    }
    text.parse().map_err(|_| bad())
}
