//! Names as they are compared: folded characters, specific and generic part, and how they sound.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::names::reading::Readings;
use crate::names::search::{core, fold, plain};
use crate::names::spelling::Terms;
use crate::rules::{ParameterValue, Rules};

use super::class::NameClass;

/// A name in doubt sounds in at most so many ways, and of so many characters.
const MOST_READINGS: usize = 4;
const LONGEST: usize = 60;

/// A name as it is compared with others of its class: of villages and communities without their units.
pub fn compared(name: &str, class: NameClass) -> String {
    let mut folded = fold(name);
    folded.retain(|c| c != ' ');
    if class == NameClass::Committee {
        let mut length = core(&folded);
        // 大树村村民委员会 and 大树村 are one, 新村 stays what it is.
        if length < 6 {
            length = folded.len();
        }
        folded.truncate(length);
    }
    folded
}

/// The generic terms of a class beside the list of generic terms.
pub type Further = HashMap<NameClass, Vec<Vec<char>>>;

/// Those of the rules compiled in, by which names are cut wherever they are compared.
pub fn further() -> &'static Further {
    static FURTHER: LazyLock<Further> = LazyLock::new(|| {
        let rule = Rules::compiled().all().iter().find(|rule| rule.id == "N01");
        let value = rule.and_then(|rule| rule.parameters.get("generics")).map(|one| &one.value);
        let Some(ParameterValue::Texts(lines)) = value else { return Further::new() };
        terms_of(lines)
    });
    &FURTHER
}

/// Terms by class from lines such as `street: 路 街`.
pub fn terms_of(lines: &[String]) -> Further {
    let line = |line: &String| {
        let (class, terms) = line.split_once(':')?;
        let terms = terms.split_whitespace().map(|term| term.chars().collect()).collect();
        Some((NameClass::from_word(class.trim())?, terms))
    };
    lines.iter().filter_map(line).collect()
}

/// The specific and the generic part of a name; the generic part is empty where it has none of its class.
pub fn parts(name: &str, class: NameClass, terms: &Terms, further: &Further) -> (String, String) {
    let characters: Vec<char> = name.chars().collect();
    let own = terms.term(&characters, Some(class.spelled())).map_or(0, |(length, _)| length);
    let more = further.get(&class).into_iter().flatten();
    let more = more.filter(|term| term.len() < characters.len() && characters.ends_with(term)).map(Vec::len);
    let length = more.max().unwrap_or(0).max(own);
    let cut = characters.len() - length;
    (characters[..cut].iter().collect(), characters[cut..].iter().collect())
}

/// One way in which a name may be said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Sound {
    /// its syllables without tones
    pub plain: String,
    /// its syllables with their tones, parted by blanks
    pub toned: String,
}

/// How a name may be said, the likeliest first; none for a name without a letter.
pub fn sounds(name: &str, readings: &Readings) -> Vec<Sound> {
    let mut all = vec![Sound::default()];
    for one in readings.read(name, None).into_iter().take(LONGEST) {
        let candidates =
            if one.candidates.is_empty() { std::slice::from_ref(&one.said) } else { &one.candidates };
        let mut next: Vec<Sound> = Vec::with_capacity(all.len());
        for said in candidates {
            let letters: String = said.chars().filter_map(plain).map(char::from).collect();
            if letters.is_empty() {
                continue;
            }
            for before in all.iter().take(MOST_READINGS) {
                let sound = Sound {
                    plain: format!("{}{letters} ", before.plain),
                    toned: format!("{}{said} ", before.toned),
                };
                if next.len() < MOST_READINGS && !next.contains(&sound) {
                    next.push(sound);
                }
            }
        }
        if !next.is_empty() {
            all = next;
        }
    }
    all.retain(|sound| !sound.plain.is_empty());
    all
}

/// A sound with what a dialect does not tell apart taken as one; `pairs` are initials and finals, e.g. zh and z.
pub fn merged(plain: &str, pairs: &[(&str, &str)]) -> String {
    let syllable = |word: &str| {
        let mut word = word.to_owned();
        for (from, to) in pairs {
            if let Some(rest) = word.strip_prefix(from).filter(|_| *from != "ng") {
                word = format!("{to}{rest}");
            }
            if *from == "ng"
                && let Some(stem) = word.strip_suffix("ng")
            {
                word = format!("{stem}{to}");
            }
        }
        word
    };
    plain.split(' ').map(syllable).collect::<Vec<_>>().join(" ")
}

/// A sound with everything that dialects merge taken as one: by this the index finds candidates.
pub fn slurred(plain: &str) -> String {
    merged(plain, &[("zh", "z"), ("ch", "c"), ("sh", "s"), ("ng", "n"), ("l", "n"), ("f", "h")])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::reading::readings;
    use crate::names::spelling::terms;

    #[test]
    fn names_are_cut_and_compared_by_their_class() {
        let cut = |name, class| parts(name, class, terms().unwrap(), &Further::new());
        assert_eq!(cut("翠湖路", NameClass::Street), ("翠湖".into(), "路".into()));
        assert_eq!(cut("翠湖", NameClass::Street), ("翠湖".into(), String::new()));
        assert_eq!(cut("金色小区", NameClass::Estate), ("金色".into(), "小区".into()));
        assert_eq!(compared("大树村村民委员会", NameClass::Committee), "大树");
        assert_eq!(compared("新村村民委员会", NameClass::Committee), "新村");
        assert_eq!(compared("翠湖 社區", NameClass::Committee), "翠湖");
        assert_eq!(compared("翠湖路", NameClass::Street), "翠湖路");
    }

    #[test]
    fn names_sound_in_all_their_readings_and_as_the_dialect_has_them() {
        let heard = |name| sounds(name, readings().unwrap());
        assert_eq!(heard("文林路")[0].plain, "wen lin lu ");
        assert_ne!(heard("文林路")[0].toned, heard("文邻路")[0].toned.replace("lín", "lǐn"));
        assert!(heard("泊里").len() > 1);
        assert!(heard("，").is_empty());
        assert_eq!(merged("zhang lu ", &[("zh", "z"), ("l", "n")]), "zang nu ");
        assert_eq!(slurred("shang cheng "), slurred("san cen "));
    }
}
