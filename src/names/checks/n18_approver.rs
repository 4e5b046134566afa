//! N18 · Art. 12: a name is approved by the body that may approve its class.

use serde::Deserialize;

use super::Check;
use super::class::NameClass;
use super::conflict::plain;
use super::lines::words_of;
use super::n19_clocks::approved;
use super::scene::Scene;
use crate::findings::Found;
use crate::model::Severity;
use crate::rules::{Rule, RulesError};

/// The check.
pub const CHECK: Check = Check { rule: "N18", run };

#[derive(Deserialize)]
struct Parameters {
    approvers: Vec<String>,
    delegated: Vec<String>,
}

fn run(scene: &Scene<'_>, rule: &Rule, found: &mut Found) -> Result<(), RulesError> {
    let wanted: Parameters = rule.parameters()?;
    for subject in &scene.subjects {
        let authority = match subject.proposal {
            Some(proposal) => proposal.approver.clone(),
            None => {
                let events = subject.events();
                let recent = approved(&events).filter(|(day, _)| rule.from.is_none_or(|from| from <= *day));
                recent.map(|(_, event)| event.authority.clone())
            }
        };
        let Some(authority) = authority else { continue };
        let allowed = words_of(subject.class, &wanted.approvers);
        let class = subject.class.title();
        if authority.trim().is_empty() {
            let (zh, en) = ("批准事项没有写明批准机关", "the approval does not say by whom");
            found.push(plain(subject, zh, en).field("events").evidence("no authority"));
        } else if !allowed.is_empty() && !allowed.iter().any(|word| authority.contains(word)) {
            let allowed = allowed.join("、");
            let zh = format!("{}由“{authority}”批准，应为：{allowed}", class.zh);
            let en = format!("a {} approved by {authority}; it should be: {allowed}", class.en);
            found.push(plain(subject, zh, en).field("events").evidence(authority));
        } else if subject.class == NameClass::Street
            && wanted.delegated.iter().any(|word| authority.contains(word.as_str()))
        {
            let zh = format!("街路巷由“{authority}”批准，请核对本市有无授权");
            let en = format!("a street approved by {authority}: is there a delegation of the city?");
            found.push(plain(subject, zh, en).field("events").severity(Severity::Note).evidence(authority));
        }
    }
    Ok(())
}
