//! N20 · 1984 rules: the stored spelling is the one that the rules give, in one of the readings that the name may
//! have; a reading that was reviewed is believed.

use super::Check;
use super::class::NameClass;
use super::conflict::plain;
use super::scene::{Scene, Subject};
use crate::findings::Found;
use crate::model::{Severity, Value};
use crate::names::search::plain as letter;
use crate::names::spelling::{Speller, Spelling, toneless};
use crate::rules::{Rule, RulesError};

/// The check.
pub const CHECK: Check = Check { rule: "N20", run };

fn run(scene: &Scene<'_>, _: &Rule, found: &mut Found) -> Result<(), RulesError> {
    // The lists were read when the scene was made.
    let Ok(speller) = Speller::standard() else { return Ok(()) };
    for subject in &scene.subjects {
        let stored = ["roman", "pinyin_toned"].into_iter().filter_map(|field| {
            let text = subject.record.text(field).or_else(|| subject.bearer.text(field))?;
            Some((field, text))
        });
        let reviewed = subject.record.get("reading_reviewed") == Some(Value::Bool(true));
        let within = (subject.county > 0).then(|| subject.county.to_string());
        let characters: Vec<char> = subject.name.chars().collect();
        let known = scene.terms.term(&characters, Some(subject.class.spelled())).is_some();
        let mut spelled: Option<Spelling> = None;
        for (field, text) in stored {
            let spelled = spelled.get_or_insert_with(|| {
                speller.spell(subject.name, Some(subject.class.spelled()), within.as_deref())
            });
            let wrong = match compare(text, spelled) {
                None => continue,
                // Generic terms that the spelling does not know are written apart by whoever knows them.
                Some(Wrong::Words) if !known => continue,
                Some(Wrong::Letters) if is_short(subject, text, spelled) => continue,
                Some(wrong) => wrong,
            };
            let expected = if text.is_ascii() { &spelled.toneless } else { &spelled.spelling };
            let (zh, en, severity) = match wrong {
                Wrong::Letters if reviewed => {
                    ("读音与通常不同（已审定）", "another reading, reviewed", Severity::Note)
                }
                Wrong::Letters => ("读音不符", "another reading", Severity::Warning),
                Wrong::Words => {
                    ("分写、连写或大写不合规则", "words or capitals against the rules", Severity::Warning)
                }
            };
            let zh = format!("{zh}：“{text}”，按规则为“{expected}”");
            let en = format!("{en}: {text:?}, by the rules {expected:?}");
            let notice = plain(subject, zh, en).evidence(text).severity(severity);
            let own = subject.record.layer.def().index_of(field).is_some();
            found.push(if own { notice.field(field) } else { notice });
        }
    }
    Ok(())
}

/// Whether it is the spelling of a community without its committee: 翠湖社区 for 翠湖社区居民委员会.
fn is_short(subject: &Subject<'_>, stored: &str, spelled: &Spelling) -> bool {
    let letters = |text: &str| -> String { text.chars().filter_map(letter).map(char::from).collect() };
    subject.class == NameClass::Committee && letters(&spelled.toneless).starts_with(&letters(stored))
}

/// What is wrong with a spelling.
#[derive(Debug, PartialEq, Eq)]
enum Wrong {
    /// the letters are those of no reading
    Letters,
    /// the letters are right, blanks or capitals are not
    Words,
}

fn compare(stored: &str, spelled: &Spelling) -> Option<Wrong> {
    let plain = |text: &str| toneless(text).replace(['\'', '‘', '`'], "’").trim().to_owned();
    let (own, wanted) = (plain(stored), plain(&spelled.toneless));
    // Signs are written in capitals throughout.
    if own == wanted || own == wanted.to_uppercase() {
        return None;
    }
    let letters = |text: &str| -> String { text.chars().filter_map(letter).map(char::from).collect() };
    let (own_letters, wanted_letters) = (letters(&own), letters(&wanted));
    if own_letters == wanted_letters {
        return Some(Wrong::Words);
    }
    // A name in doubt may be spelled in any of its readings.
    let mut readings = vec![wanted_letters];
    for doubt in &spelled.uncertain {
        let said = letters(spelled.syllables.get(doubt.at).map(|said| &**said).unwrap_or_default());
        let more: Vec<String> = doubt
            .candidates
            .iter()
            .flat_map(|candidate| {
                let candidate = letters(candidate);
                readings.iter().map(|known| known.replacen(&said, &candidate, 1)).collect::<Vec<_>>()
            })
            .take(32)
            .collect();
        readings.extend(more);
    }
    let words = |text: &str| text.split_whitespace().count();
    match readings.contains(&own_letters) {
        true if words(&own) == words(&wanted) => None,
        true => Some(Wrong::Words),
        false => Some(Wrong::Letters),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::spelling::Class;

    #[test]
    fn spellings_are_compared_by_letters_and_words() {
        let speller = Speller::standard().unwrap();
        let spelled = speller.spell("翠湖东路", Some(Class::Street), None);
        assert_eq!(compare("Cuìhú Dōnglù", &spelled), None);
        assert_eq!(compare("CUIHU DONGLU", &spelled), None);
        assert_eq!(compare("Cuihu Dong Lu", &spelled), Some(Wrong::Words));
        assert_eq!(compare("cuihu donglu", &spelled), Some(Wrong::Words));
        assert_eq!(compare("Cuihu Xilu", &spelled), Some(Wrong::Letters));
        let doubt = speller.spell("六合", None, None);
        assert_eq!(compare("Liuhe", &doubt), None);
        assert_eq!(compare("Luhe", &doubt), None);
    }
}
