//! N13 · local practice: neither too short nor too long, no stacked generic terms, none of divisions.

use serde::Deserialize;

use super::Check;
use super::class::NameClass;
use super::conflict::plain;
use super::lines::has;
use super::scene::Scene;
use crate::findings::Found;
use crate::rules::{Rule, RulesError};

/// The check.
pub const CHECK: Check = Check { rule: "N13", run };

#[derive(Deserialize)]
struct Parameters {
    least: usize,
    most: usize,
    classes: Vec<String>,
    stacked: Vec<String>,
    administrative: Vec<String>,
}

fn run(scene: &Scene<'_>, rule: &Rule, found: &mut Found) -> Result<(), RulesError> {
    let wanted: Parameters = rule.parameters()?;
    for subject in scene.subjects.iter().filter(|subject| has(subject.class, &wanted.classes)) {
        let length = subject.name.chars().count();
        if length < wanted.least || length > wanted.most {
            let zh = format!("共 {length} 字，应为 {} 至 {} 字", wanted.least, wanted.most);
            let en = format!("{length} characters; it should be {} to {}", wanted.least, wanted.most);
            found.push(plain(subject, zh, en).evidence(format!("length {length}")));
        }
        let built = matches!(subject.class, NameClass::Estate | NameClass::Building);
        if !built {
            continue;
        }
        let stacked = wanted.stacked.iter().find(|term| {
            subject.specific.ends_with(term.as_str())
                && subject.specific != **term
                && !subject.generic.is_empty()
        });
        if let Some(term) = stacked {
            let zh = format!("通名叠用：“{term}{}”", subject.generic);
            let en = format!("stacked generic terms: {term}{}", subject.generic);
            found.push(plain(subject, zh, en).evidence(format!("stacked {term}")));
        }
        if let Some(term) = wanted.administrative.iter().find(|term| subject.name.ends_with(term.as_str())) {
            let zh = format!("{}名称以政区用词“{term}”结尾", subject.class.title().zh);
            let en = format!("ends with {term}, a term of divisions");
            found.push(plain(subject, zh, en).evidence(format!("term {term}")));
        }
    }
    Ok(())
}
