//! Degrees, minutes and seconds as Chinese papers write them (度分秒), read and written.

/// Which way an angle counts, where it says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Axis {
    /// east or west
    Longitude,
    /// north or south
    Latitude,
}

/// An angle as read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Angle {
    /// degrees, negative west and south
    pub degrees: f64,
    /// which way, if the text says so
    pub axis: Option<Axis>,
}

/// Reads decimal degrees (`102.7043`, `102.7043°E`) and degrees, minutes, seconds:
/// `102°42′15.48″E`, `东经102度42分15.48秒`, `102-42-15.48`, `102 42 15.48`, `102:42:15.48`, `E102°42.258′`.
///
/// `None` for anything else: minutes or seconds of 60 and more, fractions before the last part,
/// more than 180 degrees (90 where it says north or south).
pub fn parse(text: &str) -> Option<Angle> {
    let plain = normalise(text)?;
    let (mut rest, mut sign, mut axis) = (plain.trim(), 1.0, None);
    let mut take_word = |word: char| -> bool {
        let (found, way) = match word {
            'E' => (Axis::Longitude, 1.0),
            'W' => (Axis::Longitude, -1.0),
            'N' => (Axis::Latitude, 1.0),
            'S' => (Axis::Latitude, -1.0),
            _ => return false,
        };
        sign = way;
        axis = Some(found);
        true
    };
    let (first, last) = (rest.chars().next()?, rest.chars().next_back()?);
    if take_word(first) {
        rest = rest[1..].trim_start();
    } else if take_word(last) {
        rest = rest[..rest.len() - 1].trim_end();
    }
    if let Some(after) = rest.strip_prefix(['-', '+']) {
        // A minus beside a W or S would say it twice, or take it back.
        if axis.is_some() {
            return None;
        }
        sign = if rest.starts_with('-') { -1.0 } else { 1.0 };
        rest = after.trim_start();
    }
    let degrees = sign * parts(rest)?;
    let most = if axis == Some(Axis::Latitude) { 90.0 } else { 180.0 };
    (degrees.abs() <= most).then_some(Angle { degrees, axis })
}

/// One way of writing each sign, and one letter for each word of direction.
fn normalise(text: &str) -> Option<String> {
    let mut plain = String::with_capacity(text.len());
    if text.len() > 120 {
        return None;
    }
    let text = text.trim().replace("''", "\"").replace("′′", "\"").replace("东经", "E").replace("西经", "W");
    for c in text.replace("北纬", "N").replace("南纬", "S").chars() {
        plain.push(match c {
            '°' | '˚' | 'º' | '度' | '゜' => 'd',
            '′' | '\'' | '’' | '‘' | '分' | 'ʹ' => 'm',
            '″' | '"' | '”' | '“' | '秒' | 'ʺ' => 's',
            '０'..='９' => char::from(b'0' + (c as u32 - '０' as u32) as u8),
            '．' => '.',
            '：' => ':',
            '－' | '−' | '–' => '-',
            '　' => ' ',
            '东' | 'e' => 'E',
            '西' | 'w' => 'W',
            '北' | 'n' => 'N',
            '南' => 'S',
            c if c.is_ascii_digit() || matches!(c, '.' | ':' | '-' | '+' | ' ' | 'E' | 'W' | 'N' | 'S') => c,
            _ => return None,
        });
    }
    Some(plain)
}

/// Up to three numbers, each with its sign after it or a separator.
fn parts(text: &str) -> Option<f64> {
    let mut values: Vec<(f64, bool)> = Vec::with_capacity(3);
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let number = &rest[..end];
        if values.len() == 3 || !number.starts_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        values.push((number.parse().ok()?, number.contains('.')));
        rest = rest[end..].trim_start();
        let expected = ['d', 'm', 's'][values.len() - 1];
        match rest.chars().next() {
            None => {}
            Some(c) if c == expected => rest = rest[1..].trim_start(),
            Some('-' | ':') if values.len() < 3 => {
                rest = rest[1..].trim_start();
                if rest.is_empty() {
                    return None;
                }
            }
            Some(c) if c.is_ascii_digit() => {}
            Some(_) => return None,
        }
    }
    let (_, whole) = values.split_last()?;
    if whole.iter().any(|(_, fraction)| *fraction) || values.iter().skip(1).any(|(v, _)| *v >= 60.0) {
        return None;
    }
    let scales = [1.0, 60.0, 3600.0];
    Some(values.iter().zip(scales).map(|((value, _), scale)| value / scale).sum())
}

/// Writes `102°42′15.48″E`; seconds to so many decimals (at most 9), rounded so that no 60 appears.
pub fn format(degrees: f64, axis: Axis, decimals: usize) -> String {
    let (d, m, s) = split(degrees, decimals);
    let letter = match (axis, degrees < 0.0) {
        (Axis::Longitude, false) => 'E',
        (Axis::Longitude, true) => 'W',
        (Axis::Latitude, false) => 'N',
        (Axis::Latitude, true) => 'S',
    };
    format!("{d}°{m:02}′{s}″{letter}")
}

/// Writes `东经102度42分15.48秒`.
pub fn format_zh(degrees: f64, axis: Axis, decimals: usize) -> String {
    let (d, m, s) = split(degrees, decimals);
    let word = match (axis, degrees < 0.0) {
        (Axis::Longitude, false) => "东经",
        (Axis::Longitude, true) => "西经",
        (Axis::Latitude, false) => "北纬",
        (Axis::Latitude, true) => "南纬",
    };
    format!("{word}{d}度{m:02}分{s}秒")
}

fn split(degrees: f64, decimals: usize) -> (u64, u64, String) {
    let decimals = decimals.min(9);
    let unit = 10_u64.pow(decimals as u32);
    // One rounding of the whole angle, so that 59.999 seconds carry over.
    let all = (degrees.abs() * 3600.0 * unit as f64).round() as u64;
    let (whole, fraction) = (all / unit, all % unit);
    let seconds = if decimals == 0 {
        format!("{:02}", whole % 60)
    } else {
        format!("{:02}.{fraction:0decimals$}", whole % 60)
    };
    (whole / 3600, whole / 60 % 60, seconds)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn angles_are_read_as_papers_write_them() {
        let east = Some(Axis::Longitude);
        for (text, axis) in [
            ("102°42′15.48″E", east),
            ("102°42'15.48\"E", east),
            ("102°42′15.48″", None),
            ("E 102°42′15.48″", east),
            ("东经102度42分15.48秒", east),
            ("102度42分15.48秒", None),
            ("102-42-15.48", None),
            ("102 42 15.48", None),
            ("102:42:15.48", None),
            ("102.7043", None),
            ("１０２．７０４３", None),
            ("102.7043°E", east),
            ("102°42.258′", None),
            ("102°42′15.48''E", east),
        ] {
            let angle = parse(text).unwrap_or_else(|| panic!("{text}"));
            assert!((angle.degrees - 102.7043).abs() < 1e-9, "{text}: {angle:?}");
            assert_eq!(angle.axis, axis, "{text}");
        }
        assert_eq!(parse("33°30′S").map(|a| a.degrees), Some(-33.5));
        assert_eq!(parse("-33 30 00").map(|a| a.degrees), Some(-33.5));
        assert_eq!(parse("北纬25°02′35.88″").map(|a| a.axis), Some(Some(Axis::Latitude)));
    }

    #[test]
    fn what_is_no_angle_is_not_read() {
        for text in [
            "",
            "E",
            "-",
            "102°60′00″",
            "102°42′60″",
            "102.5°42′",
            "181",
            "91°N",
            "-5°S",
            "1 2 3 4",
            "abc",
            "102°42″",
            "102-",
            "1-2-",
            "NaN",
            "1e400",
            "..",
            "102..5",
            "1E5N",
            "°",
            "102°°",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn seconds_carry_over() {
        assert_eq!(format(102.7043, Axis::Longitude, 2), "102°42′15.48″E");
        assert_eq!(format(-0.999_999_999, Axis::Latitude, 2), "1°00′00.00″S");
        assert_eq!(format_zh(25.0433, Axis::Latitude, 0), "北纬25度02分36秒");
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(degrees in -180.0..180.0_f64) {
            for text in [format(degrees, Axis::Longitude, 6), format_zh(degrees, Axis::Longitude, 6)] {
                let back = parse(&text).map(|angle| angle.degrees).unwrap_or(f64::NAN);
                prop_assert!((back - degrees).abs() < 2e-10, "{text}");
            }
        }

        #[test]
        fn nothing_panics(text in "\\PC{0,40}") {
            let _ = parse(&text);
        }
    }
}
