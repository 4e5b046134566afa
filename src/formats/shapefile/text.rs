//! Text of a .dbf in whichever encoding was asked for.

use encoding_rs::{BIG5, Encoding, GB18030, GBK, UTF_8};

use super::super::{FormatError, encoding};

/// The encoding that was asked for, UTF-8 by default; those that offices use.
pub(super) fn wanted(name: Option<&str>) -> Result<&'static Encoding, FormatError> {
    let Some(name) = name else { return Ok(UTF_8) };
    let found = encoding::required(name)?;
    let known = [UTF_8, GBK, GB18030, BIG5].contains(&found);
    known.then_some(found).ok_or_else(|| FormatError::UnknownEncoding { name: name.into() })
}

/// Text as a field can hold it.
pub(super) struct Fitting {
    pub(super) kept: String,
    /// whether its end is missing
    pub(super) cut: bool,
    /// the first character that the encoding does not have
    pub(super) missing: Option<char>,
}

/// The beginning of a text that takes at most so many bytes; never part of a character.
pub(super) fn fitting(text: &str, encoding: &'static Encoding, most: usize) -> Fitting {
    let mut fitting =
        Fitting { kept: String::with_capacity(text.len().min(most)), cut: false, missing: None };
    let (mut length, mut letter) = (0, [0; 4]);
    for c in text.chars() {
        let (bytes, _, unknown) = encoding.encode(c.encode_utf8(&mut letter));
        length += if unknown { 1 } else { bytes.len() };
        if length > most {
            fitting.cut = true;
            break;
        }
        if unknown {
            fitting.missing = fitting.missing.or(Some(c));
        }
        fitting.kept.push(if unknown { '?' } else { c });
    }
    fitting
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_cut_between_characters_and_unknown_ones_are_named() {
        let gbk = |text, most| fitting(text, GBK, most);
        assert_eq!(gbk("护国街道", 5).kept, "护国");
        assert!(gbk("护国街道", 5).cut && !gbk("护国街道", 8).cut);
        let rare = gbk("\u{20bb7}家村", 254);
        assert_eq!((rare.kept.as_str(), rare.missing), ("?家村", Some('\u{20bb7}')));
        assert_eq!(fitting("\u{20bb7}家村", GB18030, 254).missing, None);
        assert_eq!(fitting("护国街道", UTF_8, 7).kept, "护国");
    }
}
