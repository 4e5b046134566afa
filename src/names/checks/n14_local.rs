//! N14 · Art. 9 (10): a facility bears the name of the place where it is.

use serde::Deserialize;

use super::Check;
use super::conflict::plain;
use super::lines::has;
use super::scene::Scene;
use super::text::{further, parts};
use crate::findings::Found;
use crate::rules::{Rule, RulesError};

/// The check.
pub const CHECK: Check = Check { rule: "N14", run };

#[derive(Deserialize)]
struct Parameters {
    near_m: f64,
    classes: Vec<String>,
}

fn run(scene: &Scene<'_>, rule: &Rule, found: &mut Found) -> Result<(), RulesError> {
    let wanted: Parameters = rule.parameters()?;
    for subject in scene.subjects.iter().filter(|subject| has(subject.class, &wanted.classes)) {
        let Some(at) = subject.at() else { continue };
        let divisions = scene.snapshot.locate(at, scene.day).into_iter();
        let divisions = divisions.filter_map(|division| division.label()).map(|name| {
            let name = name.trim_end_matches("社区").trim_end_matches("街道");
            name.trim_end_matches(['省', '市', '县', '区', '镇', '乡', '村']).to_owned()
        });
        let near = scene.inventory.near(at, wanted.near_m).filter_map(|nth| {
            let entry = scene.inventory.entry(nth);
            (Some(scene.inventory.thing(nth)) != subject.thing)
                .then(|| parts(&entry.compared, entry.class, scene.terms, further()).0)
        });
        let mut local = divisions.chain(near).filter(|name| name.chars().count() > 1);
        if !local.any(|name| subject.specific.contains(&name) || name.contains(&subject.specific)) {
            let zh = format!("专名“{}”与所在地和附近的地名都不同", subject.specific);
            let en = format!("the specific term {} is none of the place or near by", subject.specific);
            found.push(plain(subject, zh, en).evidence(subject.specific.clone()));
        }
    }
    Ok(())
}
