//! Parameters that are lines by class: `street: 申请书 方案`, with `*` for all others.

use super::class::NameClass;

/// The words of a class.
pub fn words_of(class: NameClass, lines: &[String]) -> Vec<&str> {
    let split = || lines.iter().filter_map(|line| line.split_once(':'));
    let line = |word: &str| split().find(|(class, _)| class.trim() == word).map(|(_, words)| words);
    let words = line(class.word()).or_else(|| line("*")).unwrap_or_default();
    words.split([' ', '|']).map(str::trim).filter(|word| !word.is_empty()).collect()
}

/// Whether a class is among some words.
pub fn has(class: NameClass, words: &[String]) -> bool {
    words.iter().any(|word| word == class.word())
}
