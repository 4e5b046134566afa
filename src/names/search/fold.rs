//! Names as they are compared when they are searched: width, case, traditional forms, and the unit at their end.
//!
//! Only searching compares so; what is stored and shown is never changed.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use serde::Deserialize;

const LIST: &str = include_str!("../../../data/vocab/variants.toml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    simplified: String,
    alike: String,
}

/// Forms of characters.
struct Forms {
    simplified: HashMap<char, char>,
    alike: HashSet<(char, char)>,
}

static FORMS: LazyLock<Forms> = LazyLock::new(|| {
    // A test reads the list; were it broken, names would be found as they are written only.
    let raw: Raw =
        toml::from_str(LIST).unwrap_or_else(|_| Raw { simplified: String::new(), alike: String::new() });
    let pairs: Vec<char> = raw.simplified.chars().filter(|c| !c.is_whitespace()).collect();
    let mut alike = HashSet::new();
    for group in raw.alike.split_whitespace() {
        for a in group.chars() {
            alike.extend(group.chars().filter(|b| *b != a).map(|b| (a, b)));
        }
    }
    Forms { simplified: pairs.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect(), alike }
});

/// Whether two characters look alike.
pub(in crate::names) fn alike(a: char, b: char) -> bool {
    FORMS.alike.contains(&(a, b))
}

/// A text as it is compared: simplified, full-width letters, digits and signs as their plain forms, ASCII in
/// lower case, signs within names and control characters left out. Spaces stay, as one each.
pub(in crate::names) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.trim().chars() {
        let plain = match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
            other => other,
        };
        match plain {
            c if c.is_whitespace() => {
                if !folded.ends_with(' ') {
                    folded.push(' ');
                }
            }
            '·' | '•' | '・' | '(' | ')' | '-' | '—' | '–' | '－' | '“' | '”' | '"' | '《' | '》' | '、' =>
                {}
            c if c.is_control() => {}
            c if c.is_ascii() => folded.push(c.to_ascii_lowercase()),
            c => folded.push(FORMS.simplified.get(&c).copied().unwrap_or(c)),
        }
    }
    folded
}

/// Endings of names of several characters that say a unit and are often left out or written otherwise.
const UNITS: &[&str] = &[
    "社区居民委员会",
    "社区村民委员会",
    "村社区居委会",
    "社区居委会",
    "社区村委会",
    "居民委员会",
    "村民委员会",
    "街道办事处",
    "人民政府",
    "行政村",
    "居委会",
    "村委会",
    "街道办",
    "自治区",
    "自治州",
    "自治县",
    "社区",
    "街道",
    "地区",
];

/// Endings of one character; only behind two others.
const UNIT: &[char] = &['村', '镇', '乡', '区', '县', '市', '省', '盟', '旗'];

/// How many bytes of a folded name are its core: the name without its units. Never 0 for a text that is not
/// empty.
pub(in crate::names) fn core(name: &str) -> usize {
    let mut core = name;
    for _ in 0..2 {
        let unit = UNITS.iter().find(|unit| core.ends_with(**unit) && core.len() > unit.len());
        match unit {
            Some(unit) => core = &core[..core.len() - unit.len()],
            None => break,
        }
    }
    let mut back = core.chars().rev();
    if let Some(last) = back.next()
        && UNIT.contains(&last)
        && back.filter(|before| !before.is_ascii_digit() && *before != ' ').count() >= 2
    {
        core = &core[..core.len() - last.len_utf8()];
    }
    core.len()
}

/// Whether a character is of the Han script.
pub(in crate::names) const fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}' | '〇')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sound() {
        let raw: Raw = toml::from_str(LIST).unwrap();
        let pairs: Vec<char> = raw.simplified.chars().filter(|c| !c.is_whitespace()).collect();
        assert_eq!(pairs.len() % 2, 0);
        assert_eq!(fold("烏龍村民委員會"), "乌龙村民委员会");
        assert_eq!(fold("Ａ１２ 號　ABC·華山\u{1}"), "a12 号 abc华山");
        assert!(alike('永', '水') && !alike('水', '水'));
    }

    #[test]
    fn units_are_no_part_of_the_core() {
        for (name, expected) in [
            ("威远街社区居民委员会", "威远街"),
            ("大树村村民委员会", "大树"),
            ("新村村民委员会", "新村"),
            ("新村", "新村"),
            ("五华区", "五华"),
            ("昆明市", "昆明"),
            ("社区", "社区"),
            ("通县", "通县"),
            ("石家庄", "石家庄"),
            ("广州市", "广州"),
            ("", ""),
        ] {
            assert_eq!(&name[..core(name)], expected, "{name}");
        }
    }
}
