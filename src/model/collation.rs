//! The order of texts for people: Latin letters without case, then Chinese characters by their pinyin.
//!
//! Character by character, as GB/T 13418 and the dictionaries have it: syllable, tone, then the code point.
//! A character with several readings stands under its most frequent one. Texts are compared by keys, made once.

use pinyin::ToPinyin as _;

/// Ends the syllable of a character: before every letter.
const END: u8 = 1;
/// Begins anything but a Chinese character.
const PLAIN: u8 = 0x10;
/// Begins a Chinese character with a known reading.
const READ: u8 = 0x20;
/// Begins one without.
const UNREAD: u8 = 0x30;

/// A key: texts are in the order of the bytes of their keys. Texts that differ in case or width alone have
/// the same.
pub fn collation_key(text: &str) -> Vec<u8> {
    let mut key = Vec::with_capacity(text.len() * 3);
    for c in text.chars() {
        push(c, &mut key);
    }
    key
}

fn push(c: char, key: &mut Vec<u8>) {
    let point = |c: char, key: &mut Vec<u8>| key.extend_from_slice(&(c as u32).to_be_bytes()[1..]);
    if let Some(reading) = c.to_pinyin() {
        let said = reading.with_tone_num_end();
        key.push(READ);
        // 吕 is written lü and stands after 鲁.
        key.extend(said.bytes().filter(|byte| !byte.is_ascii_digit()));
        key.extend([END, said.bytes().find(u8::is_ascii_digit).unwrap_or(b'5')]);
        return point(c, key);
    }
    let c = match c {
        full @ '\u{ff01}'..='\u{ff5e}' => char::from_u32(full as u32 - 0xfee0).unwrap_or(full),
        other => other,
    };
    key.push(if ('\u{2e80}'..='\u{3ffff}').contains(&c) { UNREAD } else { PLAIN });
    point(c.to_lowercase().next().unwrap_or(c), key);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(mut texts: Vec<&str>) -> Vec<&str> {
        texts.sort_by_key(|text| collation_key(text));
        texts
    }

    #[test]
    fn names_stand_as_in_a_directory() {
        assert_eq!(
            sorted(vec![
                "莲华街道",
                "a区",
                "护国街道",
                "B区",
                "530102",
                "黑林铺街道",
                "大观街道",
                "华山街道"
            ]),
            ["530102", "a区", "B区", "大观街道", "黑林铺街道", "护国街道", "华山街道", "莲华街道"]
        );
        // By syllable before tone, by tone before the stroke; a short name before a longer one.
        assert_eq!(
            sorted(vec!["吕家", "鲁家", "马街", "妈祖", "麻园", "马"]),
            ["鲁家", "吕家", "妈祖", "麻园", "马", "马街"]
        );
        // One long syllable is not two short ones.
        assert_eq!(sorted(vec!["先锋", "西安", "西坝"]), ["西安", "西坝", "先锋"]);
        assert_eq!(collation_key("ＡＢＣ１"), collation_key("abc1"));
        assert!(collation_key("\u{3fff0}") > collation_key("座") && collation_key("、") > collation_key("Z"));
    }
}
