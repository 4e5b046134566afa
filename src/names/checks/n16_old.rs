//! N16 · Arts. 10, 25: a cancelled name is not given again to its class; a name of the protection list is not
//! changed before measures are prepared.

use serde::Deserialize;

use super::conflict::{about, plain, told};
use super::scene::{Scene, Subject};
use super::within::Within;
use super::{Check, Entry, Standing};
use crate::findings::Found;
use crate::model::{Layer, Severity};
use crate::rules::{Rule, RulesError};

/// The check.
pub const CHECK: Check = Check { rule: "N16", run };

#[derive(Deserialize)]
struct Parameters {
    listed: Vec<String>,
    measures: Vec<String>,
}

fn run(scene: &Scene<'_>, rule: &Rule, found: &mut Found) -> Result<(), RulesError> {
    let wanted: Parameters = rule.parameters()?;
    for subject in &scene.subjects {
        if subject.events().iter().any(|event| event.kind == "restored") {
            continue;
        }
        let counties = Within::County.counties(subject.county);
        for (standing, zh, en) in [
            (Standing::Cancelled, "已销名", "cancelled"),
            (Standing::Former, "曾用名", "a former name"),
            (Standing::Historic, "历史地名", "a historic name"),
        ] {
            let same = scene.inventory.written_in(&subject.compared, &counties);
            let old = scene.conflicts(subject, same, |entry: &Entry| {
                entry.standing_on(scene.day) == standing && subject.class.meets(entry.class)
            });
            if old.is_empty() {
                continue;
            }
            let told = told(scene, &old);
            let sentence = (format!("{}是{zh}", told.zh), format!("{} is {en}", told.en));
            let notice = about(scene, subject, &old, sentence);
            found.push(match standing {
                Standing::Cancelled => notice,
                _ => notice.severity(Severity::Note),
            });
        }
        changed(scene, subject, &wanted, found);
    }
    Ok(())
}

/// A proposal that changes a name of the protection list, or of history.
fn changed(scene: &Scene<'_>, subject: &Subject<'_>, wanted: &Parameters, found: &mut Found) {
    let Some(proposal) = subject.proposal else { return };
    let Some((layer, id)) = proposal.renames else { return };
    let Some(record) = scene.snapshot.layer(layer).get(id, scene.day) else { return };
    let place = (layer == Layer::Name).then(|| super::entry::place_of(scene.snapshot, record)).flatten();
    let class = place.unwrap_or(record).text("protection_class").unwrap_or_default();
    if !wanted.listed.iter().any(|listed| listed == class) {
        return;
    }
    let papers = proposal.papers.iter().flatten();
    let prepared = papers.into_iter().any(|paper| wanted.measures.iter().any(|word| paper.contains(word)));
    if prepared {
        return;
    }
    let name = record.label().unwrap_or_default();
    let zh = format!("“{name}”列入地名保护名录，更名前应当先制定保护措施");
    let en = format!("{name} is on the protection list: measures come before its name is changed");
    found.push(plain(subject, zh, en).evidence(format!("listed {class}")).with(record));
}
