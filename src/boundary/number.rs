//! Full numbers of markers: line code, serial, type letter (GB/T 17796-2009 as textbooks quote it).
//! Q: one marker; A and B: two of one number, A on the side of the smaller code; C, D, E: three of one number.

/// The type letter at the end of a marker's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Letter {
    /// 单立
    Q,
    /// 同号双立, the side of the smaller code
    A,
    /// 同号双立, the other side
    B,
    /// 同号三立
    C,
    /// 同号三立
    D,
    /// 同号三立
    E,
}

impl Letter {
    /// All.
    pub const ALL: [Self; 6] = [Self::Q, Self::A, Self::B, Self::C, Self::D, Self::E];

    /// As it is written.
    pub const fn char(self) -> char {
        match self {
            Self::Q => 'Q',
            Self::A => 'A',
            Self::B => 'B',
            Self::C => 'C',
            Self::D => 'D',
            Self::E => 'E',
        }
    }

    /// From a letter, small ones too.
    pub fn of(c: char) -> Option<Self> {
        Self::ALL.into_iter().find(|letter| letter.char() == c.to_ascii_uppercase())
    }

    /// How many stones have this number: 1, 2 or 3.
    pub const fn stones(self) -> usize {
        match self {
            Self::Q => 1,
            Self::A | Self::B => 2,
            Self::C | Self::D | Self::E => 3,
        }
    }

    /// The word of the code list `marker_type`.
    pub const fn marker_type(self) -> &'static str {
        match self.stones() {
            1 => "single",
            2 => "double",
            _ => "triple",
        }
    }
}

/// A marker's number taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarkerNumber<'a> {
    /// without the letter: what stones of one number have in common
    pub stem: &'a str,
    /// the digits at the end of the stem, at most the serial's, as a number
    pub serial: Option<u32>,
    /// the type letter
    pub letter: Option<Letter>,
}

/// Takes a number apart: `53010001030111001A` is stem `53010001030111001`, serial 1, letter A. Numbers in other
/// forms (`5号`, `GP-12`) come back with what can be told. `digits` is how long the serial is in a full number.
pub fn take_apart(number: &str, digits: usize) -> MarkerNumber<'_> {
    let number = number.trim();
    let (stem, letter) = match number.char_indices().next_back() {
        Some((at, last)) if number[..at].ends_with(|c: char| c.is_ascii_digit()) => {
            Letter::of(last).map_or((number, None), |letter| (&number[..at], Some(letter)))
        }
        _ => (number, None),
    };
    let plain = stem.trim_end_matches(['号', '#']);
    let tail = plain.len() - plain.bytes().rev().take_while(u8::is_ascii_digit).count();
    let tail = tail.max(plain.len().saturating_sub(digits));
    MarkerNumber { stem, serial: plain.get(tail..).and_then(|digits| digits.parse().ok()), letter }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_taken_apart() {
        for (number, stem, serial, letter) in [
            ("53010001030111001A", "53010001030111001", Some(1), Some(Letter::A)),
            ("1253165", "1253165", Some(165), None),
            ("1253166q", "1253166", Some(166), Some(Letter::Q)),
            ("5号", "5号", Some(5), None),
            ("GP-12", "GP-12", Some(12), None),
            ("起点", "起点", None, None),
            ("AB", "AB", None, None),
            ("", "", None, None),
        ] {
            assert_eq!(take_apart(number, 3), MarkerNumber { stem, serial, letter }, "{number}");
        }
        assert_eq!(Letter::D.marker_type(), "triple");
        assert_eq!(Letter::of('x'), None);
    }
}
