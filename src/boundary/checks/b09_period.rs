//! B09 · Decree 353, Art. 12: the next joint inspection is due five years after the last; notice is given
//! 12, 6 and 3 months before.

use serde::Deserialize;

use super::{Check, Found, Line, Scene};
use crate::model::{Date, Severity};
use crate::rules::{Rule, RulesError};

/// The check.
pub const CHECK: Check = Check { rule: "B09", run };

/// The parameters of the period, also for the board of rounds.
#[derive(Clone, Debug, Deserialize)]
pub struct Period {
    years: i32,
    counted_causes: Vec<String>,
    notice_months: i32,
    remind_months: i32,
    urge_months: i32,
}

/// How near the next inspection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Due {
    /// more than 12 months away
    Later,
    /// within 12 months
    Notice,
    /// within 6 months
    Remind,
    /// within 3 months
    Urge,
    /// past
    Overdue,
}

impl Period {
    /// Whether a round held for such a cause begins the period anew.
    pub fn counts(&self, cause: &str) -> bool {
        self.counted_causes.iter().any(|counted| counted == cause)
    }

    /// The day by which the inspection after one of that day is due.
    pub fn next(&self, last: Date) -> Date {
        months_later(last, 12 * self.years)
    }

    /// How near a day by which it is due is.
    pub fn due(&self, by: Date, today: Date) -> Due {
        let within = |months: i32| today >= months_later(by, -months);
        match () {
            () if today > by => Due::Overdue,
            () if within(self.urge_months) => Due::Urge,
            () if within(self.remind_months) => Due::Remind,
            () if within(self.notice_months) => Due::Notice,
            () => Due::Later,
        }
    }
}

/// The same day so many months later, or the month's last where it has no such day.
fn months_later(day: Date, months: i32) -> Date {
    let (year, month, of_month) = day.ymd();
    let count = i32::from(year) * 12 + i32::from(month) - 1 + months;
    let (year, month) = (count.div_euclid(12), count.rem_euclid(12) + 1);
    let (year, month) = (i16::try_from(year).unwrap_or(i16::MAX), i8::try_from(month).unwrap_or(1));
    (0..4).find_map(|less| Date::new(year, month, of_month - less)).unwrap_or(day)
}

fn run(scene: &Scene<'_>, rule: &Rule, found: &mut Found) -> Result<(), RulesError> {
    let period: Period = rule.parameters()?;
    for line in scene.lines().filter(|line| line.is_county_up()) {
        inspect(scene, line, &period, found);
    }
    Ok(())
}

fn inspect(scene: &Scene<'_>, line: &Line<'_>, period: &Period, found: &mut Found) {
    let Some(fields) = line.fields() else { return };
    let Some(last) = scene.last_inspection(line, period) else {
        let notice = line.notice(
            "没有联检记录，也没有协议书日期，无法计算到期日",
            "no inspection and no agreement date to count from",
        );
        found.push(notice.field("last_inspection").severity(Severity::Warning));
        return;
    };
    let by = period.next(last);
    if let Some(planned) = fields.next_inspection.filter(|planned| *planned > by) {
        let (zh, en) = (
            format!("计划的下次联检 {planned} 迟于到期日 {by}"),
            format!("the next inspection is planned for {planned}, it is due by {by}"),
        );
        found.push(line.notice(zh, en).field("next_inspection").evidence(planned.to_string()));
    }
    let left = by.days() - scene.day().days();
    let (severity, zh, en) = match period.due(by, scene.day()) {
        Due::Later => return,
        Due::Overdue => (
            None,
            format!("联检已超期 {} 天（{by} 到期）", -left),
            format!("the inspection is {} days overdue (due by {by})", -left),
        ),
        Due::Urge | Due::Remind => (
            Some(Severity::Warning),
            format!("联检将于 {by} 到期，还有 {left} 天"),
            format!("the inspection is due by {by}, in {left} days"),
        ),
        Due::Notice => (
            Some(Severity::Note),
            format!("联检将于 {by} 到期，还有 {left} 天"),
            format!("the inspection is due by {by}, in {left} days"),
        ),
    };
    let notice = line.notice(zh, en).field("last_inspection").evidence(by.to_string());
    found.push(match severity {
        Some(severity) => notice.severity(severity),
        None => notice,
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_runs_in_months() {
        let day = |text: &str| text.parse::<Date>().unwrap();
        let period = Period {
            years: 5,
            counted_causes: Vec::new(),
            notice_months: 12,
            remind_months: 6,
            urge_months: 3,
        };
        assert_eq!(period.next(day("2020-02-29")), day("2025-02-28"));
        let by = day("2027-09-30");
        for (today, due) in [
            ("2026-09-29", Due::Later),
            ("2026-09-30", Due::Notice),
            ("2027-03-30", Due::Remind),
            ("2027-06-30", Due::Urge),
            ("2027-09-30", Due::Urge),
            ("2027-10-01", Due::Overdue),
        ] {
            assert_eq!(period.due(by, day(today)), due, "{today}");
        }
        assert_eq!(months_later(day("2024-03-31"), -1), day("2024-02-29"));
        assert_eq!(months_later(day("2024-01-31"), -2), day("2023-11-30"));
    }
}
