//! How a place name is spelled in Latin letters, after 中国地名汉语拼音字母拼写规则（汉语地名部分） of 1984: what is
//! written in one word and what apart, capitals, the apostrophe, Arabic ordinals, 儿.
//!
//! For names in Chinese; names of the minority languages have transliterations of their own and are spelled here
//! after their Chinese form. The division of a name follows from its class; where the class is not given it is
//! that of the generic term the name ends with.

mod divide;
mod numerals;
mod terms;
mod write;

pub use terms::{Class, Terms, terms};
pub use write::toneless;

use serde::Serialize;

use super::NamesError;
use super::reading::{Readings, Syllable, readings};

/// A character whose reading a person must decide.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Doubt {
    /// which character of the name, counted from 0
    pub at: usize,
    /// the character
    pub character: char,
    /// its readings, the likelier first; the first one is in the spelling
    pub candidates: Vec<Box<str>>,
}

/// A name as it is spelled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Spelling {
    /// the name
    pub name: String,
    /// its class, given or told by its generic term
    pub class: Option<Class>,
    /// its words, parted by `/`
    pub division: String,
    /// with the marks of tones
    pub spelling: String,
    /// without them
    pub toneless: String,
    /// a syllable for each character, as it is said
    pub syllables: Vec<Box<str>>,
    /// what a person must decide
    pub uncertain: Vec<Doubt>,
}

/// What spells names.
#[derive(Clone, Copy)]
pub struct Speller<'a> {
    readings: &'a Readings,
    terms: &'a Terms,
}

impl Speller<'static> {
    /// With the lists that are compiled in.
    pub fn standard() -> Result<Self, NamesError> {
        Ok(Self { readings: readings()?, terms: terms()? })
    }
}

impl Speller<'_> {
    /// Spells a name. `within` is the code of the division that it lies in, where that is known: it settles
    /// readings that differ from place to place.
    pub fn spell(&self, name: &str, class: Option<Class>, within: Option<&str>) -> Spelling {
        self.spell_as(name, class, within, &[])
    }

    /// Spells a name with readings that a person chose: places of characters, counted from 0, and syllables with
    /// the marks of tones. What is chosen is no longer in doubt; a place beyond the name is passed over.
    pub fn spell_as(
        &self,
        name: &str,
        class: Option<Class>,
        within: Option<&str>,
        chosen: &[(usize, &str)],
    ) -> Spelling {
        let name: String = name.trim().chars().filter(|c| !c.is_control()).collect();
        let characters: Vec<char> = name.chars().collect();
        let divided = divide::divide(self.terms, &characters, class);
        let mut read = self.readings.read(&name, within);
        if divided.class == Some(Class::Street) {
            lane(&mut read);
        }
        suffix(&mut read, divided.class == Some(Class::Street));
        for (at, said) in chosen {
            if let Some(one) = read.get_mut(*at) {
                one.said = (*said).into();
                one.candidates.clear();
            }
        }
        let words: Vec<String> =
            divided.pieces.iter().map(|piece| characters[piece.from..piece.to].iter().collect()).collect();
        let spelling = write::words(&divided.pieces, &read);
        let doubt = |(at, one): (usize, &Syllable)| {
            let candidates = one.candidates.clone();
            (candidates.len() > 1).then_some(Doubt { at, character: one.character, candidates })
        };
        Spelling {
            division: words.join("/"),
            toneless: write::toneless(&spelling),
            spelling,
            class: divided.class,
            uncertain: read.iter().enumerate().filter_map(doubt).collect(),
            syllables: read.into_iter().map(|one| one.said).collect(),
            name,
        }
    }
}

/// 弄 as the generic term of a lane is lòng.
fn lane(read: &mut [Syllable]) {
    if let Some(last) = read.last_mut().filter(|last| last.character == '弄') {
        last.said = "lòng".into();
        last.candidates.clear();
    }
}

/// 儿 behind another syllable: in the name of a lane it is mostly only an r (盆儿胡同), elsewhere mostly a syllable
/// of its own (台儿庄); only who lives there knows.
fn suffix(read: &mut [Syllable], lane: bool) {
    const BEFORE: &[char] = &['女', '婴', '幼', '少', '健', '孤', '小', '男', '胎', '托'];
    for at in 1..read.len() {
        let next = read.get(at + 1).map(|one| one.character);
        let own = BEFORE.contains(&read[at - 1].character) || matches!(next, Some('童' | '子' | '女' | '科'));
        if read[at].character == '儿' && &*read[at].said == "ér" && !own {
            let candidates: [&str; 2] = if lane { ["r", "ér"] } else { ["ér", "r"] };
            read[at].said = candidates[0].into();
            read[at].candidates = candidates.map(Box::from).to_vec();
        }
    }
}

#[cfg(test)]
mod tests;
