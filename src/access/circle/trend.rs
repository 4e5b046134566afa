//! Coverage over the years by one definition: facilities, gates, streets and households as they stood on each day.

use serde::Serialize;

use super::definition::Definition;
use super::figures::{Figures, figures};
use super::question::{Misshapen, Question};
use super::reach::Reach;
use crate::access::ground::Ground;
use crate::model::Date;

/// Days of one trend at most.
pub const MOST_DAYS: usize = 12;

/// Coverage on a day.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = CircleDay)]
pub struct Day {
    /// the day
    #[schema(value_type = String)]
    pub date: Date,
    /// all figures
    pub figures: Figures,
    /// facilities that counted
    pub facilities: usize,
    /// what the figures mean; those with another key than the last day's do not compare
    pub definition: Definition,
    /// whether they compare with the last day's
    pub comparable: bool,
}

/// Coverage on some days, oldest first; `ground` makes what held on a day.
///
/// # Errors
/// The question is none, or what `ground` says.
pub fn trend<E: From<Misshapen>>(
    question: &Question,
    mut days: Vec<Date>,
    ground: &mut dyn FnMut(Date) -> Result<std::sync::Arc<Ground>, E>,
) -> Result<Vec<Day>, E> {
    days.sort();
    days.dedup();
    if days.is_empty() || days.len() > MOST_DAYS {
        return Err(Misshapen::new("dates", "应有 1 至 12 个日期", "1 to 12 days are expected").into());
    }
    if !question.changes.is_empty() {
        return Err(
            Misshapen::new("changes", "逐年比较不带改动", "years are compared without changes").into()
        );
    }
    let mut found: Vec<Day> = Vec::with_capacity(days.len());
    for date in days {
        let ground = ground(date)?;
        let reach = Reach::of(&ground, question)?;
        let definition = Definition::of(&ground, question, &reach);
        let facilities = definition.facilities;
        found.push(Day { date, figures: figures(&ground, &reach), facilities, definition, comparable: true });
    }
    let last = found.last().map(|day| day.definition.key.clone());
    found.iter_mut().for_each(|day| day.comparable = Some(&day.definition.key) == last.as_ref());
    Ok(found)
}

/// The ends of the last years and a day itself, oldest first.
pub fn year_ends(today: Date, years: i16) -> Vec<Date> {
    let ends = (1..=years).filter_map(|back| Date::new(today.ymd().0 - back, 12, 31));
    let mut days: Vec<Date> = ends.collect();
    days.reverse();
    days.push(today);
    days
}
