//! N17 · Art. 11, Measures Art. 5: an application has the papers of its class; an approved name the steps that
//! they stand for.

use serde::Deserialize;

use super::Check;
use super::conflict::plain;
use super::lines::words_of;
use super::n19_clocks::approved;
use super::scene::Scene;
use crate::findings::Found;
use crate::model::vocab;
use crate::rules::{Rule, RulesError};

/// The check.
pub const CHECK: Check = Check { rule: "N17", run };

#[derive(Deserialize)]
struct Parameters {
    papers: Vec<String>,
    events: Vec<String>,
}

fn run(scene: &Scene<'_>, rule: &Rule, found: &mut Found) -> Result<(), RulesError> {
    let wanted: Parameters = rule.parameters()?;
    for subject in &scene.subjects {
        if let Some(papers) = subject.proposal.and_then(|proposal| proposal.papers.as_ref()) {
            let lacks = |paper: &&str| !papers.iter().any(|own| own.contains(*paper));
            let missing: Vec<&str> =
                words_of(subject.class, &wanted.papers).into_iter().filter(lacks).collect();
            if !missing.is_empty() {
                let missing = missing.join("、");
                let (zh, en) = (format!("还缺材料：{missing}"), format!("papers are missing: {missing}"));
                found.push(plain(subject, zh, en).evidence(missing));
            }
            continue;
        }
        // Steps are asked for only of names approved while the rule is in force.
        let events = subject.events();
        let recent = approved(&events).is_some_and(|(day, _)| rule.from.is_none_or(|from| from <= day));
        if !recent {
            continue;
        }
        let lacks = |kind: &&str| !events.iter().any(|event| event.kind == **kind);
        let missing: Vec<&str> = words_of(subject.class, &wanted.events).into_iter().filter(lacks).collect();
        if !missing.is_empty() {
            let list = vocab::list("name_event");
            let titles: Vec<String> = missing
                .iter()
                .map(|kind| list.get(kind).map_or_else(|| (*kind).to_owned(), |value| value.title.zh.clone()))
                .collect();
            let zh = format!("批准前的事项没有登记：{}", titles.join("、"));
            let en = format!("steps before the approval are not entered: {}", missing.join(", "));
            found.push(plain(subject, zh, en).field("events").evidence(missing.join(" ")));
        }
    }
    Ok(())
}
