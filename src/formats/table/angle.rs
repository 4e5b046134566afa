//! One coordinate in a cell: a number in whatever unit, or degrees, minutes and seconds as people write them.

use crate::crs::dms;

/// Reads a coordinate; `None` for what is none.
pub(super) fn parse(text: &str) -> Option<f64> {
    let text = text.trim();
    match text.parse::<f64>() {
        Ok(number) => number.is_finite().then_some(number),
        Err(_) => dms::parse(text).map(|angle| angle.degrees),
    }
}

/// Degrees of degrees, minutes and seconds; the sign of the degrees counts for all. `None` out of range.
pub(super) fn from_parts(d: f64, m: f64, s: f64) -> Option<f64> {
    if !(0.0..60.0).contains(&m) || !(0.0..60.0).contains(&s) || d.abs() > 180.0 {
        return None;
    }
    let size = d.abs() + m / 60.0 + s / 3600.0;
    Some(if d.is_sign_negative() { -size } else { size })
}
