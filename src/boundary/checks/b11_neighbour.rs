//! B11 · Decree 353, Arts. 6 and 16: a marker is repaired with the neighbour present.

use serde::Deserialize;

use super::{Check, Found, Notice, Scene};
use crate::model::Date;
use crate::rules::{Rule, Rules, RulesError};

/// The check.
pub const CHECK: Check = Check { rule: "B11", run };

#[derive(Deserialize)]
struct Parameters {
    actions: Vec<String>,
}

/// The actions that count as repair on a day; none where the rule is not in force.
pub fn repairs(rules: &Rules, day: Date) -> Result<Vec<String>, RulesError> {
    let wanted: Option<Parameters> = rules.on(CHECK.rule, day).map(Rule::parameters).transpose()?;
    Ok(wanted.map(|wanted| wanted.actions).unwrap_or_default())
}

fn run(scene: &Scene<'_>, rule: &Rule, found: &mut Found) -> Result<(), RulesError> {
    let wanted: Parameters = rule.parameters()?;
    for inspected in scene.inspected() {
        let Some(fields) = inspected.fields() else { continue };
        let repaired = fields.action.as_ref().is_some_and(|action| wanted.actions.contains(action));
        if repaired && fields.neighbour_present != Some(true) {
            let marker = fields.marker_code.as_deref().unwrap_or_default();
            let (zh, en) = (
                format!("界桩 {marker} 已修复，记录没有写明毗邻方在场"),
                format!("marker {marker} was repaired, the record does not show the neighbour present"),
            );
            found.push(Notice::new(inspected.record, zh, en).field("neighbour_present").evidence(marker));
        }
    }
    Ok(())
}
