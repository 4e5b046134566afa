//! Well-known text, with PostGIS's `SRID=` before it, bounded against hostile nesting.

use geo_types::Geometry;
use geozero::ToGeo;

/// How deep brackets may nest: a multipolygon in a collection needs five.
const MAX_DEPTH: usize = 32;

/// Reads a geometry; heights and measures are dropped.
pub(crate) fn parse(text: &str) -> Result<Geometry, String> {
    let text = without_srid(text);
    let mut depth = 0_usize;
    for byte in text.bytes() {
        match byte {
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > MAX_DEPTH {
            return Err("nested too deep".into());
        }
    }
    if !text.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return Err("not well-known text".into());
    }
    geozero::wkt::Wkt(text).to_geo().map_err(|e| e.to_string())
}

/// The number after `SRID=`.
pub(crate) fn srid(text: &str) -> Option<u32> {
    let rest = text.trim().get(..5).filter(|p| p.eq_ignore_ascii_case("SRID=")).map(|_| &text.trim()[5..])?;
    rest.split(';').next()?.trim().parse().ok()
}

fn without_srid(text: &str) -> &str {
    let text = text.trim();
    match text.get(..5) {
        Some(start) if start.eq_ignore_ascii_case("SRID=") => {
            text.split_once(';').map_or("", |(_, rest)| rest.trim())
        }
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo_types::point;

    #[test]
    fn reads_what_databases_write() {
        assert_eq!(parse("POINT (102.5 25)"), Ok(point! { x: 102.5, y: 25.0 }.into()));
        assert_eq!(parse(" srid=4490;Point(102.5 25)"), Ok(point! { x: 102.5, y: 25.0 }.into()));
        assert_eq!(parse("POINT Z (102.5 25 1900)"), Ok(point! { x: 102.5, y: 25.0 }.into()));
        assert_eq!(srid("SRID=4490;POINT(1 2)"), Some(4490));
        assert!(parse("POLYGON ((0 0, 1 0, 1 1, 0 0))").is_ok());
        for bad in ["", "x", "POINT", "POINT(1)", "LINESTRING(0 0,", "中文", "1 2"] {
            assert!(parse(bad).is_err(), "{bad}");
        }
        assert!(parse(&"GEOMETRYCOLLECTION(".repeat(100_000)).is_err());
    }
}
