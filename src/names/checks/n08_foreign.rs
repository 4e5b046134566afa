//! N08 · 民发〔2018〕146号, Art. 9 (5): no foreign persons, places or words, told by a list and by runs of the
//! characters that write foreign sounds.

use serde::Deserialize;

use super::Check;
use super::conflict::plain;
use super::lines::has;
use super::n07_large::word_in;
use super::scene::Scene;
use crate::findings::Found;
use crate::model::Severity;
use crate::rules::{Rule, RulesError};

/// The check.
pub const CHECK: Check = Check { rule: "N08", run };

#[derive(Deserialize)]
struct Parameters {
    words: Vec<String>,
    sounds: String,
    in_row: usize,
    allowed: Vec<String>,
    without: Vec<String>,
}

fn run(scene: &Scene<'_>, rule: &Rule, found: &mut Found) -> Result<(), RulesError> {
    let wanted: Parameters = rule.parameters()?;
    for subject in scene.subjects.iter().filter(|subject| !has(subject.class, &wanted.without)) {
        if let Some(word) = word_in(subject, &wanted.words, &wanted.allowed) {
            let zh = format!("“{word}”是外国地名、人名或外语译音");
            let en = format!("{word} is a foreign place, person or word");
            found.push(plain(subject, zh, en).evidence(word));
        } else if let Some(run) = transliteration(&subject.specific, &wanted.sounds, wanted.in_row)
            && !wanted.allowed.iter().any(|one| one == subject.name)
        {
            let zh = format!("“{run}”像外语译音，请确认");
            let en = format!("{run} looks like a transliteration");
            found.push(plain(subject, zh, en).severity(Severity::Note).evidence(run));
        }
    }
    Ok(())
}

/// The first run of so many characters of foreign sounds.
fn transliteration(name: &str, sounds: &str, in_row: usize) -> Option<String> {
    let characters: Vec<char> = name.chars().collect();
    let mut runs = characters.split(|c| !sounds.contains(*c));
    runs.find(|run| run.len() >= in_row.max(2)).map(|run| run.iter().collect())
}
