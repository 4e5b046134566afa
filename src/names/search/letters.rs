//! Pinyin as it is compared when names are searched: letters without tones, `ü` as `u`, where syllables begin,
//! and slips of the finger or of the dialect.

use crate::names::reading::Readings;

/// The plain letters of a syllable or of Roman text; nothing for signs.
pub(in crate::names) fn plain(c: char) -> Option<u8> {
    let letter = match c {
        'ā' | 'á' | 'ǎ' | 'à' | 'Ā' | 'Á' | 'Ǎ' | 'À' => 'a',
        'ē' | 'é' | 'ě' | 'è' | 'ê' | 'Ē' | 'É' | 'Ě' | 'È' => 'e',
        'ī' | 'í' | 'ǐ' | 'ì' => 'i',
        'ō' | 'ó' | 'ǒ' | 'ò' | 'Ō' | 'Ó' | 'Ǒ' | 'Ò' => 'o',
        'ū' | 'ú' | 'ǔ' | 'ù' | 'ü' | 'ǖ' | 'ǘ' | 'ǚ' | 'ǜ' | 'Ü' | 'v' | 'V' => 'u',
        'ń' | 'ň' | 'ǹ' => 'n',
        'ḿ' => 'm',
        other => other,
    };
    letter.is_ascii_alphanumeric().then(|| letter.to_ascii_lowercase() as u8)
}

/// The letters of a name, and at which of them each of its characters begins.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Letters {
    pub(super) text: Vec<u8>,
    pub(super) begins: Vec<u8>,
}

impl Letters {
    /// The first letters of its syllables.
    pub(super) fn initials(&self) -> impl Iterator<Item = u8> + '_ {
        self.begins.iter().filter_map(|at| self.text.get(usize::from(*at)).copied())
    }
}

/// What reads names for the index.
#[derive(Clone, Copy)]
pub(crate) struct Alphabet<'a> {
    readings: &'a Readings,
}

/// A name in doubt is found by at most so many readings, and of so many characters.
const MOST_READINGS: usize = 4;
const LONGEST: usize = 60;

impl<'a> Alphabet<'a> {
    pub(crate) fn new(readings: &'a Readings) -> Self {
        Self { readings }
    }

    /// The readings of a character, the likelier first.
    pub(super) fn of(self, c: char) -> Vec<Vec<u8>> {
        let mut all: Vec<Vec<u8>> = Vec::new();
        for one in self.readings.all(c) {
            let letters: Vec<u8> = one.chars().filter_map(plain).collect();
            if !letters.is_empty() && !all.contains(&letters) {
                all.push(letters);
            }
        }
        all
    }

    /// All in which a name may be read, the likeliest first; none for a name without any letters.
    pub(super) fn read(self, name: &str) -> Vec<Letters> {
        let mut all = vec![Letters::default()];
        for one in self.readings.read(name, None).into_iter().take(LONGEST) {
            let mut said: Vec<Vec<u8>> = Vec::new();
            let candidates =
                if one.candidates.is_empty() { std::slice::from_ref(&one.said) } else { &one.candidates };
            for candidate in candidates {
                let letters: Vec<u8> = candidate.chars().filter_map(plain).collect();
                if !letters.is_empty() && !said.contains(&letters) {
                    said.push(letters);
                }
            }
            let Some((first, others)) = said.split_first() else { continue };
            let before = all.len();
            for other in others {
                if all.len() + before > MOST_READINGS {
                    break;
                }
                let more: Vec<Letters> = all[..before].iter().map(|name| with(name, other)).collect();
                all.extend(more);
            }
            for name in &mut all[..before] {
                *name = with(name, first);
            }
        }
        all.retain(|letters| !letters.text.is_empty());
        all
    }
}

fn with(name: &Letters, syllable: &[u8]) -> Letters {
    let mut next = name.clone();
    next.begins.push(next.text.len().min(255) as u8);
    next.text.extend_from_slice(syllable);
    next
}

/// Letters with what dialects and hurry confuse taken as one: zh z, ch c, sh s, ng n, l n, h f.
pub(super) fn slurred(letters: &[u8]) -> Vec<u8> {
    let mut slurred = Vec::with_capacity(letters.len());
    let mut at = 0;
    while at < letters.len() {
        let next = letters.get(at + 1).copied();
        let (letter, length) = match (letters[at], next) {
            (c @ (b'z' | b'c' | b's'), Some(b'h')) => (c, 2),
            (b'n', Some(b'g')) => (b'n', 2),
            (b'l', _) => (b'n', 1),
            (b'f', _) => (b'h', 1),
            (other, _) => (other, 1),
        };
        slurred.push(letter);
        at += length;
    }
    slurred
}

/// Whether two words differ by one letter put in, left out or exchanged, or by two neighbours swapped.
pub(super) fn one_slip(a: &[u8], b: &[u8]) -> bool {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let same = short.iter().zip(long).take_while(|(x, y)| x == y).count();
    let (short, long) = (&short[same..], &long[same..]);
    match long.len() - short.len() {
        1 => short == &long[1..],
        0 if short.is_empty() => true,
        0 => {
            short[1..] == long[1..]
                || (short.len() > 1 && short[0] == long[1] && short[1] == long[0] && short[2..] == long[2..])
        }
        _ => false,
    }
}

/// Initials packed so that a beginning is a range: five bits each from the top, at most twelve.
pub(super) fn packed(initials: impl IntoIterator<Item = u8>) -> u64 {
    let code = |letter: u8| match letter {
        b'a'..=b'z' => u64::from(letter - b'a') + 1,
        _ => 27,
    };
    initials
        .into_iter()
        .take(12)
        .enumerate()
        .fold(0, |all, (nth, letter)| all | code(letter) << (59 - 5 * nth))
}

/// Behind the last packed word that begins with so many initials of another.
pub(super) const fn packed_end(packed: u64, count: usize) -> u64 {
    if count >= 12 { packed + 1 } else { packed + (1 << (64 - 5 * count)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::reading::readings;

    #[test]
    fn names_are_heard_in_all_their_readings() {
        let alphabet = Alphabet::new(readings().unwrap());
        let read = |name: &str| -> Vec<String> {
            alphabet.read(name).iter().map(|one| String::from_utf8(one.text.clone()).unwrap()).collect()
        };
        assert_eq!(read("重庆路"), ["chongqinglu"]);
        assert_eq!(read("绿水"), ["lushui"]);
        assert_eq!(read("A区"), ["aqu"]);
        assert!(read("泊里").contains(&"poli".to_owned()) && read("泊里").contains(&"boli".to_owned()));
        assert_eq!(read("，"), Vec::<String>::new());
    }

    #[test]
    fn slips_are_slips() {
        for (a, b, expected) in [
            ("houcheng", "foucheng", true),
            ("laoyaguan", "loayaguan", true),
            ("xicheng", "xiceng", true),
            ("huangmiao", "hyangmiao", true),
            ("a", "a", true),
            ("abc", "cba", false),
            ("abcd", "ab", false),
        ] {
            assert_eq!(one_slip(a.as_bytes(), b.as_bytes()), expected, "{a} {b}");
        }
        assert_eq!(slurred(b"zhangcheng"), slurred(b"zanchen"));
        let (word, beginning) = (packed(*b"ynsfdx"), packed(*b"yns"));
        assert!(
            beginning <= word
                && word < packed_end(beginning, 3)
                && packed(*b"ynt") >= packed_end(beginning, 3)
        );
    }
}
