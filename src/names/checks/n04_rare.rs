//! N04 · Art. 9 (3): no rare characters, measured by the table of standard characters where the office has
//! supplied it.

use std::collections::HashSet;

use serde::Deserialize;

use super::Check;
use super::conflict::plain;
use super::scene::Scene;
use crate::findings::Found;
use crate::model::Severity;
use crate::names::search::is_han;
use crate::rules::{Rule, RulesError};

/// The check.
pub const CHECK: Check = Check { rule: "N04", run };

#[derive(Deserialize)]
struct Parameters {
    standard: String,
    third_level: String,
}

fn run(scene: &Scene<'_>, rule: &Rule, found: &mut Found) -> Result<(), RulesError> {
    let wanted: Parameters = rule.parameters()?;
    let standard: HashSet<char> = wanted.standard.chars().filter(|c| is_han(*c)).collect();
    let third: HashSet<char> = wanted.third_level.chars().filter(|c| is_han(*c)).collect();
    for subject in &scene.subjects {
        let mut seen = HashSet::new();
        for c in subject.name.chars().filter(|c| is_han(*c)).filter(|c| seen.insert(*c)) {
            let quoted = c.to_string();
            if standard.is_empty() {
                // Without the table only what no common character set has is sure to be rare.
                if !matches!(c, '\u{4e00}'..='\u{9fa5}' | '〇') {
                    let zh = format!("“{c}”在基本汉字区之外，多为生僻字；通用规范汉字表没有装入，请查表");
                    let en = format!(
                        "{c:?} lies outside the basic block of characters and is probably rare; the table of standard characters is not there, look it up"
                    );
                    found.push(plain(subject, zh, en).severity(Severity::Warning).evidence(quoted));
                }
            } else if !standard.contains(&c) {
                let zh = format!("“{c}”不在通用规范汉字表内");
                let en = format!("{c:?} is not in the table of standard characters");
                found.push(plain(subject, zh, en).evidence(quoted));
            } else if third.contains(&c) {
                let zh = format!("“{c}”是通用规范汉字表的三级字");
                let en = format!("{c:?} is of the third level of the table of standard characters");
                found.push(plain(subject, zh, en).severity(Severity::Warning).evidence(quoted));
            }
        }
    }
    Ok(())
}
