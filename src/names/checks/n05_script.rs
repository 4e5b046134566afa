//! N05 · 民发〔2018〕146号: the standard script only, no letters, signs, traditional or variant forms.

use serde::Deserialize;

use super::Check;
use super::conflict::plain;
use super::scene::Scene;
use crate::findings::Found;
use crate::model::Severity;
use crate::names::search::{fold, is_han};
use crate::rules::{Rule, RulesError};

/// The check.
pub const CHECK: Check = Check { rule: "N05", run };

#[derive(Deserialize)]
struct Parameters {
    restored: String,
}

fn run(scene: &Scene<'_>, rule: &Rule, found: &mut Found) -> Result<(), RulesError> {
    let wanted: Parameters = rule.parameters()?;
    for subject in &scene.subjects {
        let strange: String = subject
            .name
            .chars()
            .filter(|c| !is_han(*c) && !c.is_ascii_digit() && !is_wide_digit(*c))
            .collect();
        if !strange.is_empty() {
            let zh = format!("有不是规范汉字的“{strange}”");
            let en = format!("{strange:?} is no standard character");
            found.push(plain(subject, zh, en).evidence(strange));
        }
        let old = |c: &char| is_han(*c) && !wanted.restored.contains(*c);
        for c in subject.name.chars().filter(old) {
            let plain_form = fold(c.encode_utf8(&mut [0; 4]));
            if !plain_form.is_empty() && !plain_form.starts_with(c) {
                let zh = format!("“{c}”似为繁体或异体字，规范字为“{plain_form}”");
                let en = format!("{c:?} looks like a traditional or variant form of {plain_form:?}");
                found.push(plain(subject, zh, en).severity(Severity::Warning).evidence(c.to_string()));
            }
        }
    }
    Ok(())
}

/// Figures are looked at by N06.
const fn is_wide_digit(c: char) -> bool {
    matches!(c, '０'..='９')
}
