//! Chinese numerals in names, as figures.

/// What a character counts: a digit, or a unit of ten or a hundred.
fn value(character: char) -> Option<u32> {
    const DIGITS: &str = "〇一二三四五六七八九";
    match character {
        '零' => Some(0),
        '十' => Some(10),
        '百' => Some(100),
        other => DIGITS.chars().position(|digit| digit == other).map(|at| at as u32),
    }
}

/// Whether a character is a numeral.
pub(super) fn is_numeral(character: char) -> bool {
    value(character).is_some()
}

/// The number that numerals say: 四十二 is 42, 一〇三 is 103; `None` for what is no number.
pub(super) fn number(numerals: &[char]) -> Option<u32> {
    let values: Vec<u32> = numerals.iter().copied().map(value).collect::<Option<_>>()?;
    if values.is_empty() || values.len() > 5 {
        return None;
    }
    if values.iter().all(|value| *value < 10) {
        // Digit after digit: only where it reads as a number of three, as 一〇三 does, and not 三五.
        let zero = values.len() == 3 && values[1] == 0 && values[0] > 0;
        return match values.len() {
            1 => Some(values[0]),
            _ if zero => Some(values[0] * 100 + values[2]),
            _ => None,
        };
    }
    let (mut sum, mut digit) = (0, None);
    let mut unit_before = u32::MAX;
    for value in values {
        if value < 10 {
            if digit.replace(value).is_some_and(|before| before > 0) {
                return None;
            }
        } else {
            if value >= unit_before {
                return None;
            }
            sum += digit.take().unwrap_or(1).max(1) * value;
            unit_before = value;
        }
    }
    Some(sum + digit.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numerals_are_numbers_or_not() {
        let read = |text: &str| number(&text.chars().collect::<Vec<_>>());
        for (text, expected) in [
            ("五", Some(5)),
            ("十", Some(10)),
            ("十二", Some(12)),
            ("四十二", Some(42)),
            ("一百零三", Some(103)),
            ("一〇三", Some(103)),
            ("三八", None),
            ("五十", Some(50)),
            ("十十", None),
            ("", None),
            ("五华", None),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }
}
