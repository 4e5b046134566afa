//! Coverage over the years, by one definition: a question's own, or the one that a plan's target locks.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::ask::{ground, misshapen, wrong};
use crate::access::checks::question_of;
use crate::access::circle::{CircleDay, Misshapen, Question, trend, year_ends};
use crate::access::services;
use crate::api::answer::Answer;
use crate::api::app::App;
use crate::api::ask::Ask;
use crate::api::problem::Problem;
use crate::model::{Bilingual, Date};

/// Year ends before today where no days are named.
const YEARS: i16 = 4;

/// What is asked.
#[derive(Deserialize, utoipa::ToSchema)]
pub struct TrendOf {
    /// its class, profile, limit, measure, states and count are the definition
    #[serde(default)]
    question: Question,
    /// a target whose definition is taken instead
    #[serde(default)]
    target: Option<String>,
    /// the days, 12 at most; the ends of the last four years and today if absent
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>)]
    dates: Option<Vec<Date>>,
}

/// Coverage on some days.
#[derive(Serialize, utoipa::ToSchema)]
pub struct TrendDoc {
    /// oldest first
    days: Vec<CircleDay>,
    /// which figure the target means, and what is wanted
    figure: Option<String>,
    target: Option<f64>,
    target_title: Option<Bilingual>,
    year: Option<i64>,
}

/// A refusal of the question, or of what it is asked of.
struct Refused(Problem);

impl From<Misshapen> for Refused {
    fn from(wrong: Misshapen) -> Self {
        Self(misshapen(wrong))
    }
}

pub(super) fn of(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let TrendOf { question, target, dates } = ask.json()?;
    let found = target.as_deref().map(|id| services().targets.iter().find(|target| target.id == id));
    let target = match found {
        Some(None) => return Err(wrong("target", "没有这个目标", "there is no such target")),
        Some(Some(target)) => Some(target),
        None => None,
    };
    let question = match target {
        Some(target) => Question { count: question.count.clone(), ..question_of(target) },
        None => Question { date: None, ..question },
    };
    let days = dates.unwrap_or_else(|| year_ends(app.today(), YEARS));
    // One count for all days, the newest's, so that they compare.
    let count = ground(app, question.count.as_deref(), None)?.scope.count.clone();
    let mut of_day = |day: Date| ground(app, Some(&count), Some(day)).map_err(Refused);
    let days = trend(&question, days, &mut of_day).map_err(|refused| refused.0)?;
    Answer::json(&TrendDoc {
        days,
        figure: target.map(|target| target.figure.clone()),
        target: target.map(|target| target.share),
        target_title: target.map(|target| target.title.clone()),
        year: target.and_then(|target| target.year),
    })
}
