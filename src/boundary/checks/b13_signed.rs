//! B13 · Decree 353, Art. 12: a round is closed once both sides have signed and the result is filed.

use super::{Check, Found, Notice, Scene};
use crate::model::layers::InspectionRound;
use crate::rules::{Rule, RulesError};

/// The check.
pub const CHECK: Check = Check { rule: "B13", run };

fn run(scene: &Scene<'_>, _: &Rule, found: &mut Found) -> Result<(), RulesError> {
    for round in scene.rounds() {
        let Some(fields) = round.fields().filter(|fields| fields.stage.as_deref() == Some("closed")) else {
            continue;
        };
        let (zh, en): (Vec<_>, Vec<_>) = missing(fields).into_iter().unzip();
        if !zh.is_empty() {
            let (zh, en) = (
                format!("联检已办结，但缺少：{}", zh.join("、")),
                format!("the round is closed without: {}", en.join(", ")),
            );
            found.push(Notice::new(round.record, zh, en).field("stage"));
        }
        let signed = fields.signed_a_date.max(fields.signed_b_date);
        if let (Some(signed), Some(filed)) = (signed, fields.filing_date)
            && filed < signed
        {
            let (zh, en) = (
                format!("备案日期 {filed} 早于签字日期 {signed}"),
                format!("it was filed on {filed}, before it was signed on {signed}"),
            );
            found.push(Notice::new(round.record, zh, en).field("filing_date").evidence(filed.to_string()));
        }
    }
    Ok(())
}

fn missing(fields: &InspectionRound) -> Vec<(&'static str, &'static str)> {
    let papers = [
        (fields.signed_a.is_some(), "甲方签字", "signature of side A"),
        (fields.signed_b.is_some(), "乙方签字", "signature of side B"),
        (fields.filing_no.is_some(), "备案文号", "filing number"),
        (fields.filing_date.is_some(), "备案日期", "day of filing"),
    ];
    papers.into_iter().filter(|(there, ..)| !there).map(|(_, zh, en)| (zh, en)).collect()
}
