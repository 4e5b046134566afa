//! N07 · 民发〔2018〕146号: words far larger than the thing (大) are not used without approval.

use serde::Deserialize;

use super::Check;
use super::conflict::plain;
use super::lines::has;
use super::scene::{Scene, Subject};
use crate::findings::Found;
use crate::names::search::fold;
use crate::rules::{Rule, RulesError};

/// The check.
pub const CHECK: Check = Check { rule: "N07", run };

#[derive(Deserialize)]
struct Parameters {
    words: Vec<String>,
    allowed: Vec<String>,
    without: Vec<String>,
}

fn run(scene: &Scene<'_>, rule: &Rule, found: &mut Found) -> Result<(), RulesError> {
    let wanted: Parameters = rule.parameters()?;
    for subject in scene.subjects.iter().filter(|subject| !has(subject.class, &wanted.without)) {
        // A division that there is has been approved.
        if subject.class.is_division() && subject.proposal.is_none() {
            continue;
        }
        if let Some(word) = word_in(subject, &wanted.words, &wanted.allowed) {
            let zh = format!("用了“{word}”，远超对象的范围、地位");
            let en = format!("{word} is far larger than the thing");
            found.push(plain(subject, zh, en).evidence(word));
        }
    }
    Ok(())
}

/// The first of some words that a name has in its specific part, but for names that are allowed.
pub fn word_in<'w>(subject: &Subject<'_>, words: &'w [String], allowed: &[String]) -> Option<&'w str> {
    let name = fold(subject.name);
    if allowed.iter().any(|one| fold(one) == name) {
        return None;
    }
    let specific = if subject.specific.is_empty() { name } else { fold(&subject.specific) };
    words.iter().map(String::as_str).find(|word| specific.contains(*word))
}
