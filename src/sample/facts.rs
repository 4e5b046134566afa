//! The small facts the demo district is made of: real names and codes of divisions, lists of names for streets.

use std::collections::VecDeque;

/// A division as `data/sample/divisions.csv` has it.
#[derive(Clone, Copy, Debug)]
pub(super) struct DivisionFact {
    pub(super) code: &'static str,
    pub(super) name: &'static str,
    pub(super) parent: &'static str,
    /// name without 居民委员会; empty above communities
    pub(super) short: &'static str,
    pub(super) pinyin: &'static str,
}

/// A name of `data/sample/names.csv`.
#[derive(Clone, Copy, Debug)]
pub(super) struct NameFact {
    pub(super) name: &'static str,
    pub(super) specific: &'static str,
    pub(super) generic: &'static str,
    pub(super) pinyin: &'static str,
}

/// All divisions, in the order of their codes within a level.
pub(super) fn divisions() -> Vec<DivisionFact> {
    let rows = include_str!("../../data/sample/divisions.csv").lines().skip(1);
    rows.filter_map(|row| {
        let mut cells = row.split(',');
        let mut next = || cells.next();
        Some(DivisionFact { code: next()?, name: next()?, parent: next()?, short: next()?, pinyin: next()? })
    })
    .collect()
}

/// The names for one use (`arterial`, `secondary`, `branch`, `lane`, `estate`, `village`), in order.
pub(super) fn names(wanted: &str) -> VecDeque<NameFact> {
    let rows = include_str!("../../data/sample/names.csv").lines().skip(1);
    rows.filter_map(|row| {
        let mut cells = row.split(',');
        let mut next = || cells.next();
        let used_for = next()?;
        let fact = NameFact { name: next()?, specific: next()?, generic: next()?, pinyin: next()? };
        (used_for == wanted).then_some(fact)
    })
    .collect()
}

/// Pinyin without tone marks, as signs show it.
pub(super) fn toneless(pinyin: &str) -> String {
    let plain = |c: char| match c {
        'ā' | 'á' | 'ǎ' | 'à' => 'a',
        'ē' | 'é' | 'ě' | 'è' => 'e',
        'ī' | 'í' | 'ǐ' | 'ì' => 'i',
        'ō' | 'ó' | 'ǒ' | 'ò' => 'o',
        'ū' | 'ú' | 'ǔ' | 'ù' => 'u',
        'ǖ' | 'ǘ' | 'ǚ' | 'ǜ' => 'ü',
        'Ā' | 'Á' | 'Ǎ' | 'À' => 'A',
        'Ē' | 'É' | 'Ě' | 'È' => 'E',
        'Ō' | 'Ó' | 'Ǒ' | 'Ò' => 'O',
        other => other,
    };
    pinyin.chars().map(plain).collect()
}
