//! A question about service circles: its ground, its refusals.

use std::sync::Arc;

use axum::http::StatusCode;

use crate::access::circle::{Misshapen, Question, Reach};
use crate::access::ground::{Ground, Scope};
use crate::api::app::App;
use crate::api::problem::Problem;
use crate::api::view::View;
use crate::census::Counts;
use crate::model::{Date, Layer, vocab};
use crate::network::NetworkError;

pub(super) fn misshapen(wrong: Misshapen) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "services.misshapen", wrong.what.zh, wrong.what.en)
        .with("field", wrong.field)
}

pub(super) fn wrong(field: &'static str, zh: &str, en: &str) -> Problem {
    misshapen(Misshapen::new(field, zh, en))
}

pub(super) fn unknown() -> Problem {
    Problem::unknown(
        "services.unknown",
        "没有这一项，可能已删除。",
        "There is no such thing; it may have been taken away.",
    )
}

pub(super) fn no_network(error: &NetworkError) -> Problem {
    let said = error.sentence();
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "services.no_network", said.zh, said.en)
}

/// Counts of households that the register has, with all households of compounds and buildings, in the order of the
/// code list.
pub(super) fn counts(view: &View) -> Vec<(String, i64)> {
    let sees = |record: &crate::model::Record| view.holds(record);
    let there = |kind: &str| {
        view.snapshot
            .layer(Layer::HouseholdCount)
            .iter()
            .any(|one| one.text("kind") == Some(kind) && sees(one))
    };
    let kinds = vocab::list("household_kind").values.iter().map(|value| value.code.clone());
    let total = |kind: String| {
        let counts = Counts::of(&view.snapshot, &kind, &sees);
        (kind, counts.total(&["compound", "building"]))
    };
    kinds.filter(|kind| there(kind)).map(total).collect()
}

/// The usual count of households.
pub(super) fn usual_count(view: &View) -> String {
    crate::access::ground::usual_count(&view.snapshot, &|record| view.holds(record))
}

/// The ground on a day, by a count; today and the usual count where they are not named.
pub(super) fn ground(app: &App, count: Option<&str>, date: Option<Date>) -> Result<Arc<Ground>, Problem> {
    let mut view = View::now(app);
    view.as_of = date.unwrap_or(view.as_of);
    if count.is_some_and(|count| vocab::list("household_kind").get(count).is_none()) {
        return Err(wrong("count", "没有这种户数口径", "there is no such count of households"));
    }
    let count = count.map_or_else(|| usual_count(&view), str::to_owned);
    let scope = Scope { day: view.as_of, show: view.show, count };
    app.jobs.circles().of(&view.snapshot, scope).map_err(|error| no_network(&error))
}

/// The ground of a question.
pub(super) fn ground_of(app: &App, question: &Question) -> Result<Arc<Ground>, Problem> {
    ground(app, question.count.as_deref(), question.date)
}

/// A question's ground and what is reached there.
pub(super) fn reach_of(app: &App, question: &Question) -> Result<(Arc<Ground>, Reach), Problem> {
    let ground = ground_of(app, question)?;
    let reach = Reach::of(&ground, question).map_err(misshapen)?;
    Ok((ground, reach))
}

/// That a question is about one class.
pub(super) fn single(question: &Question) -> Result<(), Problem> {
    if question.is_together() {
        Err(wrong("class", "请只选一类服务", "one class is expected here"))
    } else {
        Ok(())
    }
}
