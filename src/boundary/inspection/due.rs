//! Which lines are due for their next inspection, by the period of B09.

use serde::Serialize;

use crate::boundary::checks::{Due, Line, Period, Scene};
use crate::model::Date;
use crate::rules::{Rules, RulesError};

/// When a line is to be inspected next.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct LineDue {
    /// id of the line
    pub id: String,
    /// its code
    pub code: String,
    /// what it is called
    pub name: String,
    /// name of side A
    pub party_a: Option<String>,
    /// name of side B
    pub party_b: Option<String>,
    /// the day counted from: the last inspection, else the agreement
    #[schema(value_type = String)]
    pub last: Date,
    /// due by
    #[schema(value_type = String)]
    pub by: Date,
    /// days left; negative once it is past
    pub days_left: i32,
    /// how near it is
    pub due: Due,
    /// code of a round that is under way for it
    pub round: Option<String>,
}

/// All lines of county level and up by the day they are due, the earliest first. Empty where the rule of the
/// period is not in force.
pub fn due(scene: &Scene<'_>, rules: &Rules) -> Result<Vec<LineDue>, RulesError> {
    let Some(rule) = rules.on("B09", scene.day()) else { return Ok(Vec::new()) };
    let period: Period = rule.parameters()?;
    let lines = scene.all_lines().iter().filter(|line| line.is_county_up());
    let mut due: Vec<LineDue> = lines.filter_map(|line| of_line(scene, line, &period)).collect();
    due.sort_by(|a, b| (a.by, &a.code).cmp(&(b.by, &b.code)));
    Ok(due)
}

fn of_line(scene: &Scene<'_>, line: &Line<'_>, period: &Period) -> Option<LineDue> {
    let last = scene.last_inspection(line, period)?;
    let by = period.next(last);
    let open = open_round(scene, line.code());
    let text = |name| line.record.text(name).map(str::to_owned);
    Some(LineDue {
        id: line.record.id.to_string(),
        code: line.code().to_owned(),
        name: line.record.label().unwrap_or_default().to_owned(),
        party_a: text("party_a"),
        party_b: text("party_b"),
        last,
        by,
        days_left: by.days() - scene.day().days(),
        due: period.due(by, scene.day()),
        round: open.map(str::to_owned),
    })
}

/// The code of a round over a line that is not closed.
pub(super) fn open_round<'a>(scene: &Scene<'a>, line: &str) -> Option<&'a str> {
    let mut rounds = scene.all_rounds().filter(|round| {
        round.record.text("stage") != Some("closed") && round.line_codes().any(|code| code == line)
    });
    rounds.next().map(|round| round.code())
}
