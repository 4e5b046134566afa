//! N09 · Art. 9 (4), Measures Art. 3: never a state leader's name, as a rule no person's.

use serde::Deserialize;

use super::Check;
use super::conflict::plain;
use super::lines::has;
use super::scene::Scene;
use crate::findings::Found;
use crate::model::Severity;
use crate::rules::{Rule, RulesError};

/// The check.
pub const CHECK: Check = Check { rule: "N09", run };

#[derive(Deserialize)]
struct Parameters {
    leaders: Vec<String>,
    persons: Vec<String>,
    surnames: String,
    given: String,
    without: Vec<String>,
}

fn run(scene: &Scene<'_>, rule: &Rule, found: &mut Found) -> Result<(), RulesError> {
    let wanted: Parameters = rule.parameters()?;
    for subject in &scene.subjects {
        let specific = if subject.specific.is_empty() { subject.name } else { &subject.specific };
        // Two characters are too common to be looked for inside: 万里 in 万里桥路.
        let named = |person: &&String| {
            if person.chars().count() > 2 { specific.contains(person.as_str()) } else { specific == **person }
        };
        if let Some(leader) = wanted.leaders.iter().find(named) {
            let zh = format!("“{leader}”是国家领导人的名字");
            let en = format!("{leader} is the name of a state leader");
            found.push(plain(subject, zh, en).severity(Severity::Error).evidence(leader));
        } else if let Some(person) = wanted.persons.iter().find(named) {
            let zh = format!("“{person}”是人名，请认定有无特定联系");
            let en = format!("{person} is the name of a person: is there a specific link?");
            found.push(plain(subject, zh, en).evidence(person));
        } else if !has(subject.class, &wanted.without) && is_name(specific, &wanted) {
            let zh = format!("“{specific}”像姓名，请认定有无特定联系");
            let en = format!("{specific} looks like a person's name: is there a specific link?");
            found.push(plain(subject, zh, en).severity(Severity::Note).evidence(specific));
        }
    }
    Ok(())
}

/// A surname and two characters of given names.
fn is_name(specific: &str, wanted: &Parameters) -> bool {
    let characters: Vec<char> = specific.chars().collect();
    let [surname, first, second] = characters[..] else { return false };
    wanted.surnames.contains(surname) && wanted.given.contains(first) && wanted.given.contains(second)
}
