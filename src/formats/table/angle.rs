//! Angles as people write them: decimal degrees, degrees and minutes and seconds in any of the usual signs.

/// Reads an angle in degrees: `102.715`, `102°42′54″`, `东经102度42分54秒`, `E102 42.9`, `102:42:54W`.
/// A plain number is returned as it is, in whatever unit. `None` for anything else.
pub(super) fn parse(text: &str) -> Option<f64> {
    let text = text.trim();
    if let Ok(number) = text.parse::<f64>() {
        return number.is_finite().then_some(number);
    }
    if text.is_empty() || text.len() > 80 {
        return None;
    }
    let (mut negative, mut parts, mut number) = (false, Vec::with_capacity(3), String::new());
    // After degrees come minutes; a sign for seconds cannot come first.
    for c in text.chars().map(half_width) {
        match c {
            '0'..='9' | '.' => {
                number.push(c);
                continue;
            }
            '-' | '−' if number.is_empty() && parts.is_empty() => negative = true,
            '-' | '°' | '度' | 'º' | '˚' | '\'' | '′' | '’' | '分' | '"' | '″' | '”' | '秒' | ':' | ' '
            | '\t' | 'd' | 'm' => {}
            'W' | 'w' | 'S' | 's' | '西' | '南' => negative = true,
            'E' | 'e' | 'N' | 'n' | '东' | '北' | '東' | '经' | '纬' | '經' | '緯' | '+' => {}
            _ => return None,
        }
        if !number.is_empty() {
            parts.push(std::mem::take(&mut number).parse::<f64>().ok()?);
        }
    }
    if !number.is_empty() {
        parts.push(number.parse().ok()?);
    }
    let value = match parts[..] {
        [d] => d,
        [d, m] => from_parts(d, m, 0.0)?,
        [d, m, s] => from_parts(d, m, s)?,
        _ => return None,
    };
    Some(if negative { -value } else { value })
}

/// Degrees of degrees, minutes and seconds; the sign of the degrees counts for all. `None` out of range.
pub(super) fn from_parts(d: f64, m: f64, s: f64) -> Option<f64> {
    if !(0.0..=60.0).contains(&m) || !(0.0..=60.0).contains(&s) || d.abs() > 360.0 {
        return None;
    }
    let size = d.abs() + m / 60.0 + s / 3600.0;
    Some(if d.is_sign_negative() { -size } else { size })
}

/// Full-width digits and signs as plain ones.
fn half_width(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '\u{3000}' | '\u{a0}' => ' ',
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn angles_as_people_write_them() {
        let near = |text: &str, value: f64| {
            let got = parse(text);
            assert!(got.is_some_and(|got| (got - value).abs() < 1e-9), "{text}: {got:?}");
        };
        near("102.715", 102.715);
        near(" -3.5 ", -3.5);
        near("102°42′54″", 102.715);
        near("102°42'54\"E", 102.715);
        near("东经102度42分54秒", 102.715);
        near("E102 42.9", 102.715);
        near("１０２°４２′５４″", 102.715);
        near("102:42:54W", -102.715);
        near("-102°42′54″", -102.715);
        near("25.0389°", 25.0389);
        near("102-42-54", 102.715);
        for bad in ["", "abc", "102°70′", "1 2 3 4", "NaN", "inf", "12,5", "°", "1.2.3"] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
