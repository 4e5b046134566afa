//! N15 · good practice: a new name is not like one near by: a character that looks alike, two turned round, or the
//! same sound in another class.

use serde::Deserialize;

use super::conflict::{about, told};
use super::scene::Scene;
use super::text::sounds;
use super::{Check, Entry};
use crate::findings::Found;
use crate::names::search::alike;
use crate::rules::{Rule, RulesError};

/// The check.
pub const CHECK: Check = Check { rule: "N15", run };

#[derive(Deserialize)]
struct Parameters {
    near_m: f64,
}

fn run(scene: &Scene<'_>, rule: &Rule, found: &mut Found) -> Result<(), RulesError> {
    // Of names in use for long nobody asks.
    if !scene.proposed {
        return Ok(());
    }
    let wanted: Parameters = rule.parameters()?;
    for subject in &scene.subjects {
        let Some(at) = subject.at() else { continue };
        let heard = subject.sounds(scene.readings);
        let key = subject.sound_keys(scene).first().map(|(sound, _)| *sound);
        let same = |entry: &Entry| {
            if !entry.standing_on(scene.day).counts() || *entry.compared == *subject.compared {
                return false;
            }
            let other_class = !subject.class.meets(entry.class);
            look_alike(&subject.compared, &entry.compared)
                || other_class
                    && entry.sounds.first().map(|(sound, _)| *sound) == key
                    && sounds(&entry.compared, scene.readings)
                        .first()
                        .zip(heard.first())
                        .is_some_and(|(a, b)| a.toned == b.toned)
        };
        let mut all = scene.conflicts(subject, scene.inventory.near(at, wanted.near_m), same);
        all.retain(|conflict| conflict.metres.is_none_or(|metres| metres <= wanted.near_m));
        if !all.is_empty() {
            let told = told(scene, &all);
            let (zh, en) =
                (format!("与附近的{}形近或音近", told.zh), format!("near by and alike: {}", told.en));
            found.push(about(scene, subject, &all, (zh, en)));
        }
    }
    Ok(())
}

/// Whether two names differ by one character that looks alike, or by two neighbours turned round.
fn look_alike(a: &str, b: &str) -> bool {
    let mut different = a.chars().zip(b.chars()).enumerate().filter(|(_, (a, b))| a != b);
    let (first, second, third) = (different.next(), different.next(), different.next());
    let turned = |at: usize, (a, b), (next, (c, d))| next == at + 1 && a == d && b == c;
    let alike = match (first, second, third) {
        (Some((_, (a, b))), None, None) => alike(a, b),
        (Some((at, pair)), Some(other), None) => turned(at, pair, other),
        _ => false,
    };
    alike && a.chars().nth(1).is_some() && a.chars().count() == b.chars().count()
}

#[cfg(test)]
mod tests {
    use super::look_alike;

    #[test]
    fn names_look_alike_by_one_character_or_turned_round() {
        assert!(look_alike("永安路", "水安路") && look_alike("湖翠路", "翠湖路"));
        assert!(
            !look_alike("翠湖路", "翠海路")
                && !look_alike("翠湖路", "翠湖")
                && !look_alike("翠湖路", "翠湖路")
        );
    }
}
