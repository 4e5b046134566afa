//! Every class at once, by subdistrict, for the charts.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::ask::{ground_of, misshapen};
use crate::access::circle::{Capacity, Definition, Level, Question, REQUIRED, Reach, by_unit, figures};
use crate::access::services;
use crate::api::answer::Answer;
use crate::api::app::App;
use crate::api::ask::Ask;
use crate::api::problem::Problem;

/// What is asked.
#[derive(Deserialize, utoipa::ToSchema)]
pub struct BoardOf {
    /// profile, count, measure and date are taken from it
    #[serde(default)]
    question: Question,
}

/// Every class by subdistrict.
#[derive(Serialize, utoipa::ToSchema)]
pub struct CoverageBoard {
    revision: u64,
    date: String,
    /// subdistricts, in the order of each row's shares
    #[schema(value_type = Vec<Object>)]
    streets: Vec<Json>,
    /// classes, then required ones together by level and in all
    #[schema(value_type = Vec<Object>)]
    rows: Vec<Json>,
}

pub(super) fn board(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let BoardOf { question } = ask.json()?;
    let ground = ground_of(app, &question)?;
    let services = services();
    let level = |level: &str| services.classes.iter().any(|class| class.required && class.level == level);
    let mut classes: Vec<String> = services.classes.iter().map(|class| class.id.clone()).collect();
    classes.extend(["5", "10", "15"].iter().filter(|l| level(l)).map(|l| format!("{REQUIRED}-{l}")));
    classes.push(REQUIRED.to_owned());
    let mut rows = Vec::new();
    for class in classes {
        let one = Question {
            minutes: None,
            metres: None,
            states: None,
            changes: Vec::new(),
            class: class.clone(),
            ..question.clone()
        };
        let reach = Reach::of(&ground, &one).map_err(misshapen)?;
        let target = services.targets.iter().find(|target| target.class == class && target.limit.is_none());
        let by_street: Vec<Option<f64>> =
            by_unit(&ground, &reach, None, Level::Street).iter().map(|unit| unit.households.share).collect();
        let facilities: usize = reach.situation.sites.iter().map(|sites| sites.counting.len()).sum();
        rows.push(json!({
            "class": class,
            "title": one.title(),
            "definition": Definition::of(&ground, &one, &reach),
            "facilities": facilities,
            "whole": figures(&ground, &reach),
            "by_street": by_street,
            "target": target.map(|target| target.share),
            "target_figure": target.map(|target| &target.figure),
            "capacity": Capacity::of(&ground, &reach),
        }));
    }
    let streets = &ground.units.streets;
    Answer::json(&CoverageBoard {
        revision: ground.revision.0,
        date: ground.scope.day.to_string(),
        streets: streets.iter().map(|unit| json!({ "code": unit.code, "name": unit.name })).collect(),
        rows,
    })
}
