//! How the characters of a name are read (读音): word by word, then character by character; what is in doubt is
//! said with its candidates and never guessed silently.
//!
//! The dictionary of characters is compiled in (crate `pinyin`); what place names have of their own stands in
//! `data/vocab/readings.toml`. Not for searching: there every reading counts.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use pinyin::{ToPinyin as _, ToPinyinMulti as _};
use serde::Deserialize;

use super::NamesError;

/// The list that is compiled in.
const LIST: &str = include_str!("../../data/vocab/readings.toml");
const NAME: &str = "data/vocab/readings.toml";

/// How one character is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Syllable {
    /// the character
    pub character: char,
    /// its syllable with the mark of its tone; the character itself where it has no reading
    pub said: Box<str>,
    /// the readings it may have, the likelier first, where it is in doubt
    pub candidates: Vec<Box<str>>,
}

/// A reading that holds for a whole name in some places.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Local {
    name: String,
    reading: String,
    division: Vec<String>,
}

/// A reading that a character has in whole regions.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Regional {
    character: char,
    reading: String,
    division: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Regions {
    readings: Vec<Regional>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    usual: String,
    several: String,
    first: String,
    words: String,
    local: Vec<Local>,
    regional: Regions,
}

/// All that is known about readings.
pub struct Readings {
    usual: HashMap<char, Box<str>>,
    several: HashMap<char, Vec<Box<str>>>,
    first: HashSet<char>,
    words: HashMap<Box<[char]>, Vec<Box<str>>>,
    longest: usize,
    local: Vec<Local>,
    regional: Vec<Regional>,
}

/// The readings that are compiled in.
pub fn readings() -> Result<&'static Readings, NamesError> {
    static READINGS: LazyLock<Result<Readings, NamesError>> = LazyLock::new(|| Readings::from_toml(LIST));
    READINGS.as_ref().map_err(|error| NamesError::Line { list: NAME, line: error.to_string() })
}

/// A syllable for each character of a word.
fn syllables(word: &str, reading: &str) -> Option<Vec<Box<str>>> {
    let said: Vec<Box<str>> = reading.split_whitespace().map(Box::from).collect();
    (said.len() == word.chars().count()).then_some(said)
}

impl Readings {
    /// Reads a list as `data/vocab/readings.toml` is written.
    pub fn from_toml(text: &str) -> Result<Self, NamesError> {
        let raw: Raw =
            toml::from_str(text).map_err(|error| NamesError::List { list: NAME, text: error.to_string() })?;
        let bad = |line: &str| NamesError::Line { list: NAME, line: line.to_owned() };
        let mut words: HashMap<Box<[char]>, _> = HashMap::new();
        for line in raw.words.lines().filter(|line| !line.is_empty()) {
            let (word, reading) = line.split_once(' ').ok_or_else(|| bad(line))?;
            words.insert(word.chars().collect(), syllables(word, reading).ok_or_else(|| bad(line))?);
        }
        for local in &raw.local {
            syllables(&local.name, &local.reading).ok_or_else(|| bad(&local.name))?;
        }
        let entry = |entry: &str| {
            let mut rest = entry.chars();
            let character = rest.next()?;
            let said: Vec<Box<str>> = rest.as_str().split(',').map(Box::from).collect();
            said.iter().all(|one| !one.is_empty()).then_some((character, said))
        };
        let table = |text: &str| -> Result<Vec<(char, Vec<Box<str>>)>, NamesError> {
            text.split_whitespace().map(|one| entry(one).ok_or_else(|| bad(one))).collect()
        };
        let usual = table(&raw.usual)?;
        Ok(Self {
            usual: usual.into_iter().filter_map(|(c, said)| Some((c, said.into_iter().next()?))).collect(),
            several: table(&raw.several)?.into_iter().collect(),
            first: raw.first.chars().collect(),
            longest: words.keys().map(|word| word.len()).max().unwrap_or_default(),
            words,
            local: raw.local,
            regional: raw.regional.readings,
        })
    }

    /// How a name is read; `division` is the code of the division that it lies in, where that is known.
    pub fn read(&self, name: &str, division: Option<&str>) -> Vec<Syllable> {
        let characters: Vec<char> = name.chars().collect();
        let mut read: Vec<Syllable> = Vec::with_capacity(characters.len());
        if let Some(whole) = self.local(&characters, division) {
            read.extend(whole);
        }
        while let Some(&character) = characters.get(read.len()) {
            match self.word(&characters[read.len()..]) {
                Some(said) => {
                    for one in said {
                        read.push(self.in_word(characters[read.len()], one));
                    }
                }
                None => read.push(self.character(character, division)),
            }
        }
        self.suffixes(&mut read);
        read
    }

    /// Every reading that a character has in place names, the likelier first: for searching.
    pub fn all(&self, character: char) -> Vec<Box<str>> {
        if let Some(several) = self.several.get(&character) {
            return several.clone();
        }
        self.character(character, None).candidates_or_said()
    }

    /// The reading of the beginning of a name that has one of its own.
    fn local(&self, name: &[char], division: Option<&str>) -> Option<Vec<Syllable>> {
        let begins = |local: &&Local| {
            let mut rest = name.iter();
            // Only with a generic term or nothing behind it.
            let same = local.name.chars().all(|c| rest.next() == Some(&c));
            let behind: String = rest.collect();
            same && matches!(
                &*behind,
                "" | "区" | "县" | "市" | "镇" | "街道" | "乡" | "新区" | "村" | "社区"
            )
        };
        let local = self.local.iter().find(begins)?;
        let here = |code: &str| local.division.iter().any(|of| code.starts_with(of.as_str()));
        let within = division.map(here);
        let said = syllables(&local.name, &local.reading)?;
        let plain: Vec<Syllable> =
            local.name.chars().map(|character| self.character(character, division)).collect();
        if within == Some(false) || local.division.is_empty() {
            return None;
        }
        let doubt = |(one, mut plain): (Box<str>, Syllable)| {
            if plain.said != one && within.is_none() {
                plain.candidates = std::iter::once(one.clone())
                    .chain(plain.clone().candidates_or_said().into_iter().filter(|other| *other != one))
                    .collect();
            } else {
                plain.candidates.clear();
            }
            plain.said = one;
            plain
        };
        Some(said.into_iter().zip(plain).map(doubt).collect())
    }

    /// A character as a word has it.
    fn in_word(&self, character: char, said: &str) -> Syllable {
        let Some(likely) = said.strip_suffix('?') else {
            return Syllable { character, said: said.into(), candidates: Vec::new() };
        };
        let others = self.all(character).into_iter().filter(|other| &**other != likely);
        let candidates = std::iter::once(Box::from(likely)).chain(others).collect();
        Syllable { character, said: likely.into(), candidates }
    }

    /// The longest word that a rest of a name begins with.
    fn word(&self, rest: &[char]) -> Option<&[Box<str>]> {
        let longest = self.longest.min(rest.len());
        (2..=longest).rev().find_map(|length| self.words.get(&rest[..length])).map(Vec::as_slice)
    }

    fn character(&self, character: char, division: Option<&str>) -> Syllable {
        let certain = |said: &str| Syllable { character, said: said.into(), candidates: Vec::new() };
        let regional = |one: &&Regional| {
            one.character == character
                && division.is_some_and(|code| one.division.iter().any(|of| code.starts_with(of.as_str())))
        };
        if let Some(regional) = self.regional.iter().find(regional) {
            return certain(&regional.reading);
        }
        if let Some(several) = self.several.get(&character) {
            let said = several.first().cloned().unwrap_or_default();
            return Syllable { character, said, candidates: several.clone() };
        }
        if let Some(usual) = self.usual.get(&character) {
            return certain(usual);
        }
        let Some(first) = character.to_pinyin() else {
            return certain(character.encode_utf8(&mut [0; 4]));
        };
        let mut candidates: Vec<Box<str>> = Vec::new();
        if !self.first.contains(&character) {
            for other in character.to_pinyin_multi().into_iter().flatten() {
                let said = Box::from(other.with_tone());
                if !candidates.contains(&said) {
                    candidates.push(said);
                }
            }
        }
        if candidates.len() < 2 {
            candidates.clear();
        }
        Syllable { character, said: first.with_tone().into(), candidates }
    }

    /// 子 behind another syllable is toneless (庄子); before one it is not (子午路).
    fn suffixes(&self, read: &mut [Syllable]) {
        const SOUND: &[char] = &['孔', '孟', '老', '太', '弟', '赤', '君', '才', '学', '夫'];
        for at in 1..read.len() {
            let before = read[at - 1].character;
            if read[at].character == '子'
                && &*read[at].said == "zǐ"
                && !SOUND.contains(&before)
                && before != '子'
            {
                read[at].said = "zi".into();
            }
        }
    }
}

impl Syllable {
    fn candidates_or_said(self) -> Vec<Box<str>> {
        if self.candidates.is_empty() { vec![self.said] } else { self.candidates }
    }
}
