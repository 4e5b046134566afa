//! A marker's full number taken apart by a pattern such as `{line}{serial:3}{type}`.
//!
//! Tokens: `{line}` the code of one of the marker's lines (without the `-2` of a further part), `{digits:4}` so
//! many digits, `{digits}` one or more, `{serial:3}` the serial of so many digits, `{type}` one of Q, A to E;
//! anything else stands for itself.

/// What a number says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parts {
    /// the serial on its line
    pub serial: u32,
    /// Q, A, B, C, D or E
    pub letter: char,
}

/// Letters of the types of markers.
pub const LETTERS: [char; 6] = ['Q', 'A', 'B', 'C', 'D', 'E'];

/// Bytes of a pattern and of a number: the walk goes as deep as they are long.
const LONGEST: usize = 200;

/// The number by the pattern; `None` where it does not fit. `lines` are the codes of the marker's lines.
pub fn read<'l>(pattern: &str, number: &str, lines: impl IntoIterator<Item = &'l str>) -> Option<Parts> {
    if pattern.len() > LONGEST || number.len() > LONGEST {
        return None;
    }
    if !pattern.contains("{line}") {
        return fit(pattern, number, "");
    }
    let codes = lines.into_iter().flat_map(|code| [Some(code), base(code)]).flatten();
    codes.into_iter().find_map(|code| fit(pattern, number, code))
}

/// The code of the line of which a code with `-2` is a further part.
pub fn base(code: &str) -> Option<&str> {
    let (base, part) = code.rsplit_once('-')?;
    part.bytes().all(|b| b.is_ascii_digit()).then_some(base)
}

/// The number without its type letter, and the letter; `None` where it ends with no such letter.
pub fn stem(number: &str) -> Option<(&str, char)> {
    let letter = number.chars().last().filter(|c| LETTERS.contains(c))?;
    Some((&number[..number.len() - letter.len_utf8()], letter))
}

fn fit(pattern: &str, number: &str, line: &str) -> Option<Parts> {
    let mut parts = Parts { serial: 0, letter: '\0' };
    walk(pattern, number, line, &mut parts).then_some(parts)
}

fn walk(pattern: &str, rest: &str, line: &str, parts: &mut Parts) -> bool {
    let Some(open) = pattern.strip_prefix('{') else {
        let (mut left, mut right) = (pattern.chars(), rest.chars());
        return match (left.next(), right.next()) {
            (None, None) => true,
            (Some(a), Some(b)) if a == b => walk(left.as_str(), right.as_str(), line, parts),
            _ => false,
        };
    };
    let Some((token, after)) = open.split_once('}') else { return false };
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (word, count) = token.split_once(':').unwrap_or((token, ""));
    let count: Option<usize> = count.parse().ok();
    match (word, count) {
        ("line", _) => rest.strip_prefix(line).is_some_and(|rest| walk(after, rest, line, parts)),
        ("digits", Some(n)) => digits >= n && walk(after, &rest[n..], line, parts),
        // Numbers are short: try every length.
        ("digits", None) => (1..=digits.min(40)).any(|n| walk(after, &rest[n..], line, parts)),
        ("serial", Some(n)) if n <= 9 && digits >= n => {
            parts.serial = rest[..n].parse().unwrap_or_default();
            walk(after, &rest[n..], line, parts)
        }
        ("type", _) => match rest.chars().next().filter(|c| LETTERS.contains(c)) {
            Some(letter) => {
                parts.letter = letter;
                walk(after, &rest[letter.len_utf8()..], line, parts)
            }
            None => false,
        },
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_taken_apart_by_their_pattern() {
        let county = "{line}{serial:3}{type}";
        let lines = ["53010001020112-2"];
        let read_one = |pattern, number| read(pattern, number, lines);
        assert_eq!(read_one(county, "53010001020112004Q"), Some(Parts { serial: 4, letter: 'Q' }));
        assert_eq!(read_one(county, "53010001020112-2012B"), Some(Parts { serial: 12, letter: 'B' }));
        for wrong in
            ["53010001020113004Q", "53010001020112004", "53010001020112004F", "5301000102011204Q", ""]
        {
            assert_eq!(read_one(county, wrong), None, "{wrong}");
        }
        let province = "{digits:4}{serial:3}{type}";
        assert_eq!(read_one(province, "1253165Q"), Some(Parts { serial: 165, letter: 'Q' }));
        assert_eq!(read_one(province, "12531650Q"), None);
        let tripoint = "{digits}{serial:3}{type}";
        assert_eq!(read_one(tripoint, "530100010201030112001C"), Some(Parts { serial: 1, letter: 'C' }));
        assert_eq!(read_one("桩{serial:2}", "桩07"), Some(Parts { serial: 7, letter: '\0' }));
        assert_eq!(read_one("{serial", "07"), None);
        assert_eq!(read_one(&"7".repeat(1 << 20), &"7".repeat(1 << 20)), None);
        assert_eq!(stem("53004界"), None);
        assert_eq!(stem("53004Q"), Some(("53004", 'Q')));
    }
}
