//! Where the syllables of a word of pinyin end.

/// How long the first syllable of a word is, at least 1. Within a word a syllable begins with a consonant (one
/// that begins with a vowel has an apostrophe before it), so a consonant before a vowel begins one.
pub(super) fn length(word: &[u8]) -> usize {
    let is = |at: usize, what: fn(&u8) -> bool| word.get(at).is_some_and(what);
    let vowel = |at: usize| is(at, |byte| b"aeiou".contains(byte));
    let digit = |at: usize| is(at, u8::is_ascii_digit);
    let run = |mut at: usize, within: &dyn Fn(usize) -> bool| {
        while within(at) {
            at += 1;
        }
        at
    };
    if digit(0) {
        return run(0, &digit);
    }
    let start = run(0, &|at| at < word.len() && !vowel(at) && !digit(at));
    let mut end = run(start, &vowel);
    if end == start {
        return end.max(1);
    }
    let closes = |at: usize, letter: u8| word.get(at) == Some(&letter) && !vowel(at + 1);
    if closes(end, b'n') {
        end += if closes(end + 1, b'g') { 2 } else { 1 };
    } else if closes(end, b'r') {
        end += 1;
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn syllables_end_where_people_hear_them() {
        for (word, expected) in [
            ("cuihu", &["cui", "hu"][..]),
            ("xianshengpo", &["xian", "sheng", "po"]),
            ("fangan", &["fan", "gan"]),
            ("erhuan12", &["er", "huan", "12"]),
            ("ng", &["ng"]),
        ] {
            let (mut at, mut found) = (0, Vec::new());
            while at < word.len() {
                let next = at + length(&word.as_bytes()[at..]);
                found.push(&word[at..next]);
                at = next;
            }
            assert_eq!(found, expected);
        }
    }
}
