//! Pinyin as it is compared: no tones, no case, no spaces; and where its syllables begin.

/// Before the letters of a name's pinyin.
const LETTERS: u8 = 3;
/// Before the first letters of its syllables.
const INITIALS: u8 = 4;
/// Before the places at which its syllables begin, each as one byte from 0x80 on.
const PLACES: u8 = 5;

/// A letter without its tone; capitals as small ones, `v` and `ü` as `u`.
fn plain(c: char) -> char {
    match c.to_ascii_lowercase() {
        'ā' | 'á' | 'ǎ' | 'à' | 'Ā' | 'Á' | 'Ǎ' | 'À' => 'a',
        'ē' | 'é' | 'ě' | 'è' | 'ê' | 'Ē' | 'É' | 'Ě' | 'È' | 'Ê' => 'e',
        'ī' | 'í' | 'ǐ' | 'ì' | 'Ī' | 'Í' | 'Ǐ' | 'Ì' => 'i',
        'ō' | 'ó' | 'ǒ' | 'ò' | 'Ō' | 'Ó' | 'Ǒ' | 'Ò' => 'o',
        'ū' | 'ú' | 'ǔ' | 'ù' | 'ü' | 'ǖ' | 'ǘ' | 'ǚ' | 'ǜ' | 'Ü' | 'v' => 'u',
        'ń' | 'ň' | 'ǹ' => 'n',
        full @ '\u{ff01}'..='\u{ff5e}' => {
            char::from_u32(full as u32 - 0xfee0).map_or(full, |c| c.to_ascii_lowercase())
        }
        other => other,
    }
}

/// Whether a character only parts syllables or is a tone written apart.
fn parts(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\'' | '’' | '‘' | 'ʼ' | '`' | '-' | '·' | '\u{300}'..='\u{36f}')
}

/// A query as pinyin or initials: at least two letters and digits that begin with a letter; `None` for
/// anything else.
pub(super) fn query(text: &str) -> Option<String> {
    let letters: String = text.chars().filter(|c| !parts(*c)).map(plain).collect();
    let fits = letters.len() > 1
        && letters.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && letters.starts_with(|c: char| c.is_ascii_alphabetic());
    fits.then_some(letters)
}

/// Appends a name's pinyin: its letters, the first letters of its syllables, and where these begin.
pub(super) fn push(pinyin: &str, text: &mut Vec<u8>) {
    let mut letters: Vec<u8> = Vec::with_capacity(pinyin.len());
    let mut places: Vec<usize> = Vec::new();
    for word in pinyin.split(|c: char| parts(c) && !('\u{300}'..='\u{36f}').contains(&c)) {
        let word: Vec<u8> = word.chars().map(plain).filter_map(|c| u8::try_from(c).ok()).collect();
        let from = letters.len();
        letters.extend(word.iter().copied().filter(u8::is_ascii_alphanumeric));
        let mut at = from;
        while at < letters.len() {
            places.push(at);
            at += syllable(&letters[at..]);
        }
    }
    if letters.is_empty() {
        return;
    }
    text.push(LETTERS);
    text.extend_from_slice(&letters);
    text.push(INITIALS);
    text.extend(places.iter().map(|place| letters[*place]));
    text.push(PLACES);
    text.extend(places.iter().filter_map(|place| u8::try_from(place + 0x80).ok()));
}

/// How long the first syllable of a word is. Within a word a syllable begins with a consonant (one that
/// begins with a vowel has an apostrophe before it), so a consonant before a vowel begins one.
fn syllable(word: &[u8]) -> usize {
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

/// How a query occurs in the pinyin of a name; better ones come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Heard {
    /// it is all of it
    Whole,
    /// it begins with it, or its initials are the query
    Beginning,
    /// some syllable on, or its initials begin with the query
    Part,
    /// it has all syllables or all initials of the query in order, its first and its last, others in between
    Loose,
}

/// A piece of text that is in all pinyin in which a query can be heard with other syllables in between;
/// `None` for one that is too short.
pub(super) fn beginning(query: &str) -> Option<[u8; 2]> {
    query.bytes().next().filter(|_| query.len() > 2).map(|first| [INITIALS, first])
}

/// How a query occurs in the pinyin that [`push`] wrote, once or several times.
pub(super) fn heard(text: &[u8], query: &[u8]) -> Option<Heard> {
    text.split(|byte| *byte == LETTERS).filter_map(|one| heard_in(one, query)).min()
}

fn heard_in(one: &[u8], query: &[u8]) -> Option<Heard> {
    let mut parts = one.split(|byte| matches!(*byte, INITIALS | PLACES));
    let (letters, initials, places) = (parts.next()?, parts.next()?, parts.next()?);
    let from = |place: &u8| letters.get(usize::from(place - 0x80)..).is_some_and(|l| l.starts_with(query));
    if letters == query {
        Some(Heard::Whole)
    } else if letters.starts_with(query) || initials == query {
        Some(Heard::Beginning)
    } else if initials.starts_with(query) || places.iter().any(from) {
        Some(Heard::Part)
    } else if query.len() > 2 && (between(initials, query) || spread(letters, places, query)) {
        Some(Heard::Loose)
    } else {
        None
    }
}

/// Whether initials have those of a query in order, its first and its last, and at most two others.
fn between(initials: &[u8], query: &[u8]) -> bool {
    let mut rest = initials.iter();
    initials.len() <= query.len() + 2
        && initials.first() == query.first()
        && initials.last() == query.last()
        && query.iter().all(|letter| rest.any(|other| other == letter))
}

/// Whether a query is the first, the last and some other syllables of a name, in order.
fn spread(letters: &[u8], places: &[u8], query: &[u8]) -> bool {
    // How much of the query can be said with the syllables so far, the first one in it.
    let mut said = Vec::new();
    for (nth, place) in places.iter().enumerate() {
        let from = usize::from(place - 0x80);
        let to = places.get(nth + 1).map_or(letters.len(), |next| usize::from(next - 0x80));
        let Some(syllable) = letters.get(from..to) else { return false };
        let ends = |at: usize| {
            query.get(at..).is_some_and(|rest| rest.starts_with(syllable)).then(|| at + syllable.len())
        };
        let more: Vec<usize> = if nth == 0 {
            ends(0).into_iter().collect()
        } else {
            said.iter().copied().filter_map(ends).collect()
        };
        if nth + 1 == places.len() {
            return more.contains(&query.len());
        }
        if nth == 0 && more.is_empty() {
            return false;
        }
        said.extend(more);
        said.sort_unstable();
        said.dedup();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn initials(pinyin: &str) -> String {
        let mut text = Vec::new();
        push(pinyin, &mut text);
        let mut parts = text.split(|byte| matches!(*byte, INITIALS | PLACES));
        String::from_utf8(parts.nth(1).unwrap().to_vec()).unwrap()
    }

    #[test]
    fn syllables_begin_where_people_hear_them() {
        for (pinyin, expected) in [
            ("Cuihu Lu", "chl"),
            ("Yī'èryī Dàjiē", "yeydj"),
            ("Xi'an", "xa"),
            ("Fangan", "fg"),
            ("Fang’an", "fa"),
            ("Xiānshēngpō", "xsp"),
            ("Erhuan Beilu", "ehbl"),
            ("Jiāng'àn Nánlù", "janl"),
            ("Lǜshuǐhé 12", "lsh1"),
        ] {
            let found = initials(pinyin);
            assert_eq!(found, expected, "{pinyin}");
        }
    }

    #[test]
    fn queries_are_pinyin_however_they_are_written() {
        for text in ["Cuìhú Lù", "cui hu lu", "CUI'HU-LU", "ｃｕｉｈｕｌｕ", "Cui\u{300}hu\u{301}lu\u{300}"]
        {
            assert_eq!(query(text).as_deref(), Some("cuihulu"), "{text}");
        }
        assert_eq!(query("翠湖"), None);
        assert_eq!(query("c"), None);
        assert_eq!(query("530102"), None);
        let mut text = Vec::new();
        push("Cuìhú Lù", &mut text);
        for (asked, expected) in [
            ("cuihulu", Some(Heard::Whole)),
            ("cuih", Some(Heard::Beginning)),
            ("chl", Some(Heard::Beginning)),
            ("hulu", Some(Heard::Part)),
            ("ch", Some(Heard::Part)),
            ("ihu", None),
            ("uchl", None),
        ] {
            assert_eq!(heard(&text, asked.as_bytes()), expected, "{asked}");
        }
        text.clear();
        push("Cuìhú Dōnglù", &mut text);
        for (asked, expected) in [
            ("cuihulu", Some(Heard::Loose)),
            ("chl", Some(Heard::Loose)),
            ("cuihudo", Some(Heard::Beginning)),
            ("hulu", None),
            ("cuidong", None),
        ] {
            assert_eq!(heard(&text, asked.as_bytes()), expected, "{asked}");
        }
    }
}
