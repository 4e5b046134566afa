//! N10 · Art. 9 (6), Measures Art. 4: no names of companies or trademarks.

use serde::Deserialize;

use super::Check;
use super::conflict::plain;
use super::lines::has;
use super::n07_large::word_in;
use super::scene::Scene;
use crate::findings::Found;
use crate::rules::{Rule, RulesError};

/// The check.
pub const CHECK: Check = Check { rule: "N10", run };

#[derive(Deserialize)]
struct Parameters {
    words: Vec<String>,
    without: Vec<String>,
}

fn run(scene: &Scene<'_>, rule: &Rule, found: &mut Found) -> Result<(), RulesError> {
    let wanted: Parameters = rule.parameters()?;
    for subject in scene.subjects.iter().filter(|subject| !has(subject.class, &wanted.without)) {
        if let Some(word) = word_in(subject, &wanted.words, &[]) {
            let zh = format!("“{word}”是企业或商标用词，请认定有无特定联系");
            let en = format!("{word} is of a company or trademark: is there a specific link?");
            found.push(plain(subject, zh, en).evidence(word));
        }
    }
    Ok(())
}
