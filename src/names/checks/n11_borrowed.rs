//! N11 · Art. 9 (9): the specific term of a division is no famous feature and none that lies outside it.

use geo::Contains as _;
use serde::Deserialize;

use super::class::NameClass;
use super::conflict::{about, plain, told};
use super::scene::Scene;
use super::{Check, Entry};
use crate::findings::Found;
use crate::model::Severity;
use crate::rules::{Rule, RulesError};

/// The check.
pub const CHECK: Check = Check { rule: "N11", run };

#[derive(Deserialize)]
struct Parameters {
    famous: Vec<String>,
}

fn run(scene: &Scene<'_>, rule: &Rule, found: &mut Found) -> Result<(), RulesError> {
    let wanted: Parameters = rule.parameters()?;
    for subject in scene.subjects.iter().filter(|subject| subject.class.is_division()) {
        if let Some(famous) = wanted.famous.iter().find(|famous| subject.specific == **famous) {
            let zh = format!("专名“{famous}”是著名自然地理实体或遗产");
            let en = format!("the specific term {famous} is a famous feature or heritage site");
            let notice = plain(subject, zh, en).evidence(famous);
            // One that there is was approved: only a note.
            found.push(if scene.proposed { notice } else { notice.severity(Severity::Note) });
            continue;
        }
        let Some(ground) = subject.geometry() else { continue };
        let natural = |entry: &Entry| matches!(entry.class, NameClass::Water | NameClass::Land);
        let features: Vec<u32> = scene.inventory.written(&subject.specific).collect();
        let inside = |nth: u32| {
            scene.record(nth).and_then(|record| record.geometry.as_deref()).is_none_or(|feature| {
                use geo::Intersects as _;
                ground.intersects(feature)
            }) || scene.inventory.entry(nth).at().is_none_or(|at| ground.contains(&geo_types::Point(at)))
        };
        if features.iter().any(|nth| natural(scene.inventory.entry(*nth)) && inside(*nth)) {
            continue;
        }
        let outside = scene.conflicts(subject, features.into_iter(), natural);
        if !outside.is_empty() {
            let told = told(scene, &outside);
            let zh = format!("专名“{}”是本区划之外的{}", subject.specific, told.zh);
            let en =
                format!("the specific term {} is that of a feature outside: {}", subject.specific, told.en);
            let notice = about(scene, subject, &outside, (zh, en));
            found.push(if scene.proposed { notice } else { notice.severity(Severity::Note) });
        }
    }
    Ok(())
}
