//! N02 · Art. 9 (7), (8): no two names of a class are the same within its bounds; where local law has it so, no
//! two specific terms either.

use serde::Deserialize;

use super::Check;
use super::conflict::{about, told};
use super::lines::has;
use super::scene::Scene;
use super::text::{further, parts};
use super::within::Within;
use crate::findings::Found;
use crate::model::Severity;
use crate::rules::{Rule, RulesError};

/// The check.
pub const CHECK: Check = Check { rule: "N02", run };

#[derive(Deserialize)]
struct Parameters {
    scope: Vec<String>,
    specific: Vec<String>,
    specific_severity: Severity,
    lenient: Vec<String>,
}

/// The bounds that the rule of duplicates has for each class: homophones are avoided within the same.
pub fn scopes(rule: &Rule) -> &[String] {
    match rule.parameters.get("scope").map(|one| &one.value) {
        Some(crate::rules::ParameterValue::Texts(lines)) => lines.as_slice(),
        _ => &[],
    }
}

fn run(scene: &Scene<'_>, rule: &Rule, found: &mut Found) -> Result<(), RulesError> {
    let wanted: Parameters = rule.parameters()?;
    for subject in &scene.subjects {
        let within = Within::of(subject.class, &wanted.scope);
        let (title, counties) = (within.title(), within.counties(subject.county));
        let counts = |entry: &super::Entry| {
            entry.standing_on(scene.day).counts()
                && subject.class.meets(entry.class)
                && within.holds(subject, entry)
        };
        let same = scene.conflicts(subject, scene.inventory.written_in(&subject.compared, &counties), counts);
        if !same.is_empty() {
            let told = told(scene, &same);
            let zh = format!("与{}内的{}重名", title.zh, told.zh);
            let en = format!("the same name within {}: {}", title.en, told.en);
            let notice = about(scene, subject, &same, (zh, en));
            let lenient = has(subject.class, &wanted.lenient);
            found.push(if lenient { notice.severity(Severity::Note) } else { notice });
        }
        if !has(subject.class, &wanted.specific) || subject.specific.chars().count() < 2 {
            continue;
        }
        let (key, _) = parts(&subject.compared, subject.class, scene.terms, further());
        let specific = scene.conflicts(subject, scene.inventory.specific_in(&key, &counties), |entry| {
            counts(entry)
                && *entry.compared != *subject.compared
                && parts(&entry.compared, entry.class, scene.terms, further()).0 == key
        });
        if !specific.is_empty() {
            let told = told(scene, &specific);
            let zh = format!("专名“{key}”与{}内的{}相同", title.zh, told.zh);
            let en = format!("the specific term {key:?} is that of {} within {}", told.en, title.en);
            let notice = about(scene, subject, &specific, (zh, en));
            found.push(notice.severity(wanted.specific_severity));
        }
    }
    Ok(())
}
