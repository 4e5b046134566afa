//! A calendar day. The register knows days, not instants: laws take effect on days.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A day of the Gregorian calendar, written `YYYY-MM-DD`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Date {
    // Days since 1970-01-01; small, ordered, and cheap to compare in filters.
    days: i32,
}

/// What is not a day.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a date of the form YYYY-MM-DD: {0:?}")]
pub struct DateError(pub String);

const EPOCH: jiff::civil::Date = jiff::civil::date(1970, 1, 1);

impl Date {
    /// A day by year, month and day; `None` for a day that does not exist.
    pub fn new(year: i16, month: i8, day: i8) -> Option<Self> {
        jiff::civil::Date::new(year, month, day).ok().map(Self::from_civil)
    }

    /// The day in Asia/Shanghai (UTC+8 the year round) at a Unix time in milliseconds.
    pub fn in_shanghai(unix_ms: i64) -> Self {
        let days = (unix_ms + 8 * 3_600_000).div_euclid(86_400_000);
        Self { days: days.clamp(-2_000_000, 2_000_000) as i32 }
    }

    /// Days since 1970-01-01.
    pub fn days(self) -> i32 {
        self.days
    }

    /// The day so many days later (or earlier, if negative).
    pub fn plus_days(self, days: i32) -> Self {
        Self { days: self.days.saturating_add(days) }
    }

    /// Year, month, day.
    pub fn ymd(self) -> (i16, i8, i8) {
        let civil = EPOCH.saturating_add(jiff::Span::new().days(i64::from(self.days)));
        (civil.year(), civil.month(), civil.day())
    }

    fn from_civil(civil: jiff::civil::Date) -> Self {
        let days = civil.since(EPOCH).map(|span| span.get_days()).unwrap_or_default();
        Self { days }
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (y, m, d) = self.ymd();
        write!(f, "{y:04}-{m:02}-{d:02}")
    }
}

impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Date {
    type Err = DateError;

    /// Takes `2026-11-21`, `2026/11/21`, `20261121` and `2026年11月21日`.
    fn from_str(text: &str) -> Result<Self, DateError> {
        let fail = || DateError(text.chars().take(40).collect());
        let text_trimmed = text.trim();
        let compact = text_trimmed.len() == 8 && text_trimmed.bytes().all(|b| b.is_ascii_digit());
        let parts: Vec<i32> = if compact {
            [&text_trimmed[..4], &text_trimmed[4..6], &text_trimmed[6..]]
                .iter()
                .filter_map(|p| p.parse().ok())
                .collect()
        } else {
            let day_part = text_trimmed.split(['T', ' ']).next().unwrap_or_default();
            day_part
                .split(['-', '/', '.', '年', '月', '日'])
                .filter(|p| !p.is_empty())
                .map(|p| p.parse().map_err(|_| fail()))
                .collect::<Result<_, _>>()?
        };
        let [year, month, day] = parts[..] else { return Err(fail()) };
        let (Ok(year), Ok(month), Ok(day)) = (i16::try_from(year), i8::try_from(month), i8::try_from(day))
        else {
            return Err(fail());
        };
        Self::new(year, month, day).ok_or_else(fail)
    }
}

impl TryFrom<String> for Date {
    type Error = DateError;
    fn try_from(text: String) -> Result<Self, DateError> {
        text.parse()
    }
}

impl From<Date> for String {
    fn from(date: Date) -> Self {
        date.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_people_write_them() {
        for text in ["2026-11-21", "2026/11/21", "20261121", "2026年11月21日", "2026-11-21T08:00:00Z"] {
            assert_eq!(text.parse::<Date>().map(|d| d.to_string()), Ok("2026-11-21".into()), "{text}");
        }
        for text in ["", "2026-02-30", "昨天", "1/2", "2026-11-21-1"] {
            assert!(text.parse::<Date>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_day_begins_at_midnight_in_shanghai() {
        // 2026-11-20T16:00:00Z is midnight of the 21st at UTC+8.
        let midnight = 1_795_190_400_000;
        assert_eq!(Date::in_shanghai(midnight).to_string(), "2026-11-21");
        assert_eq!(Date::in_shanghai(midnight - 1).to_string(), "2026-11-20");
    }
}
