//! N03 · Art. 9 (7), (8): names that sound the same are avoided within the bounds of their class.
//!
//! With the same tones it is a warning, with other tones a note; where a character has several readings it is a
//! note that names the reading. Dialects that merge sounds are asked for by parameter.

use serde::Deserialize;

use super::conflict::{about, told};
use super::lines::has;
use super::scene::{Conflict, Scene, Subject};
use super::text::{Sound, merged, sounds};
use super::within::Within;
use super::{Check, Entry};
use crate::findings::Found;
use crate::model::Severity;
use crate::rules::{Rule, RulesError};

/// The check.
pub const CHECK: Check = Check { rule: "N03", run };

#[derive(Deserialize)]
struct Parameters {
    dialect: Vec<String>,
    toneless: bool,
    without: Vec<String>,
}

/// How alike two names sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Alike {
    /// syllables and tones
    Tones,
    /// syllables only
    Syllables,
    /// in one of their readings
    Reading,
    /// as the dialect has it
    Dialect,
}

fn run(scene: &Scene<'_>, rule: &Rule, found: &mut Found) -> Result<(), RulesError> {
    let wanted: Parameters = rule.parameters()?;
    let dialect: Vec<(&str, &str)> = wanted.dialect.iter().filter_map(|pair| pair.split_once('=')).collect();
    for subject in scene.subjects.iter().filter(|subject| !has(subject.class, &wanted.without)) {
        let within = Within::of(subject.class, &scene.scopes);
        let counties = within.counties(subject.county);
        let counts = |entry: &Entry| {
            entry.standing_on(scene.day).counts()
                && subject.class.meets(entry.class)
                && *entry.compared != *subject.compared
                && within.holds(subject, entry)
        };
        let keys = subject.sound_keys(scene);
        let sounding = keys.iter().flat_map(|(sound, _)| scene.inventory.sounding_in(*sound, &counties));
        let slurred = keys.first().map(|(_, slurred)| *slurred).filter(|_| !dialect.is_empty());
        let slurring = slurred.into_iter().flat_map(|key| scene.inventory.slurring_in(key, &counties));
        let candidates = sounding.chain(slurring).filter(|nth| counts(scene.inventory.entry(*nth)));
        let candidates: Vec<u32> = candidates.collect();
        if candidates.is_empty() {
            continue;
        }
        let heard = subject.sounds(scene.readings);
        let all = scene.conflicts(subject, candidates.into_iter(), |_| true);
        let graded: Vec<(Alike, Conflict)> = all
            .into_iter()
            .filter_map(|conflict| {
                let other = sounds(&scene.inventory.entry(conflict.nth).compared, scene.readings);
                Some((alike(&heard, &other, &dialect)?, conflict))
            })
            .filter(|(alike, _)| wanted.toneless || *alike != Alike::Syllables)
            .collect();
        for grade in [Alike::Tones, Alike::Syllables, Alike::Reading, Alike::Dialect] {
            let of: Vec<Conflict> =
                graded.iter().filter(|(alike, _)| *alike == grade).map(|(_, conflict)| *conflict).collect();
            if !of.is_empty() {
                push(scene, subject, within, (grade, &of), found);
            }
        }
    }
    Ok(())
}

fn alike(a: &[Sound], b: &[Sound], dialect: &[(&str, &str)]) -> Option<Alike> {
    let (first, other) = (a.first()?, b.first()?);
    if first.toned == other.toned {
        return Some(Alike::Tones);
    }
    if first.plain == other.plain {
        return Some(Alike::Syllables);
    }
    if a.iter().any(|one| b.iter().any(|two| one.plain == two.plain)) {
        return Some(Alike::Reading);
    }
    let same = !dialect.is_empty() && merged(&first.plain, dialect) == merged(&other.plain, dialect);
    same.then_some(Alike::Dialect)
}

fn push(
    scene: &Scene<'_>,
    subject: &Subject<'_>,
    within: Within,
    (grade, of): (Alike, &[Conflict]),
    found: &mut Found,
) {
    let (told, title) = (told(scene, of), within.title());
    let (zh, en) = match grade {
        Alike::Tones => ("同音", "sounds the same as"),
        Alike::Syllables => ("音节相同、声调不同", "sounds the same but for its tones as"),
        Alike::Reading => ("有一种读法同音，请审定多音字", "in one reading sounds the same as"),
        Alike::Dialect => ("方言同音", "in the dialect sounds the same as"),
    };
    let sentence =
        (format!("与{}内的{}{zh}", title.zh, told.zh), format!("{en} {} within {}", told.en, title.en));
    let notice = about(scene, subject, of, sentence);
    found.push(if grade == Alike::Tones { notice } else { notice.severity(Severity::Note) });
}
