//! Well-known text, as far as needed to give a definition its EPSG code: the systems that Chinese files come in.
//!
//! A definition is identified by its own code or by datum, unit and parameters, never by its name alone:
//! programs write names that the parameters belie. What is not identified stays text, and PROJ reads it.

use super::{Crs, Datum, GaussKruger, ZoneWidth};

/// Whether a text looks like WKT of a coordinate system (any version).
pub(super) fn is_wkt(text: &str) -> bool {
    const HEADS: [&str; 16] = [
        "GEOGCS",
        "GEOGCRS",
        "GEOGRAPHICCRS",
        "GEODCRS",
        "GEODETICCRS",
        "PROJCS",
        "PROJCRS",
        "PROJECTEDCRS",
        "BOUNDCRS",
        "COMPD_CS",
        "COMPOUNDCRS",
        "GEOCCS",
        "LOCAL_CS",
        "ENGCRS",
        "VERT_CS",
        "VERTCRS",
    ];
    let head = text.split(['[', '(']).next().unwrap_or_default().trim();
    head.len() < text.len() && HEADS.iter().any(|known| known.eq_ignore_ascii_case(head))
}

/// The system with a code that a definition stands for.
pub(super) fn identify(text: &str) -> Option<Crs> {
    if let Some(code) = root_code(text) {
        return Some(Crs::Epsg(code));
    }
    let geographic = ["GEOGCS", "GEOGCRS"].iter().any(|head| starts_with(text, head));
    let projected = ["PROJCS", "PROJCRS"].iter().any(|head| starts_with(text, head));
    if !geographic && !projected || !greenwich_degrees(text) {
        return None;
    }
    let datum = letters(quoted_after(text, "DATUM").or_else(|| quoted_after(text, "ENSEMBLE"))?);
    let wgs84 = datum.ends_with("wgs1984") || datum.ends_with("wgs84") || datum == "worldgeodeticsystem1984";
    let datum = match datum.as_str() {
        "dchina2000" | "china2000" | "chinageodeticcoordinatesystem2000" => Some(Datum::Cgcs2000),
        "dxian1980" | "xian1980" => Some(Datum::Xian1980),
        "dbeijing1954" | "beijing1954" => Some(Datum::Beijing1954),
        _ => None,
    };
    if !no_shift(text) {
        return None;
    }
    if geographic {
        return datum.map(|d| Crs::Epsg(d.geographic())).or(wgs84.then_some(Crs::Epsg(4326)));
    }
    gauss_kruger(text, datum?).map(|zone| Crs::Epsg(zone.epsg()))
}

fn gauss_kruger(text: &str, datum: Datum) -> Option<GaussKruger> {
    let projection = letters(quoted_after(text, "PROJECTION")?);
    let is = |name: &str, wanted: f64| parameter(text, name).is_some_and(|v| (v - wanted).abs() < 1e-9);
    let metre = last_unit(text).is_some_and(|unit| (unit - 1.0).abs() < 1e-12);
    let plain = ["gausskruger", "transversemercator"].contains(&projection.as_str())
        && is("false_northing", 0.0)
        && is("latitude_of_origin", 0.0)
        && is("scale_factor", 1.0)
        && metre;
    if !plain {
        return None;
    }
    let (meridian, easting) = (parameter(text, "central_meridian")?, parameter(text, "false_easting")?);
    let three_first = letters(quoted_after(text, "PROJCS")?).contains("3degree");
    let widths = if three_first { ZoneWidth::ALL } else { [ZoneWidth::ALL[1], ZoneWidth::ALL[0]] };
    for width in widths {
        let Some(zone) = width.zone_of(meridian) else { continue };
        for prefix in [false, true] {
            let found = GaussKruger { datum, width, zone, prefix };
            let fits = (f64::from(found.central_meridian()) - meridian).abs() < 1e-9
                && (found.false_easting() - easting).abs() < 1e-6;
            if fits {
                return Some(found);
            }
        }
    }
    None
}

/// `AUTHORITY["EPSG","4490"]` or `ID["EPSG",4490]` of the system itself, not of its parts.
fn root_code(text: &str) -> Option<u32> {
    let (mut depth, mut quoted, mut keyword) = (0_u32, false, String::new());
    for (at, c) in text.char_indices() {
        match c {
            '"' => quoted = !quoted,
            _ if quoted => {}
            '[' | '(' => {
                if depth == 1 && ["AUTHORITY", "ID"].iter().any(|k| keyword.eq_ignore_ascii_case(k)) {
                    let node = text[at + 1..].split([']', ')']).next().unwrap_or_default();
                    let mut parts = node.split(',').map(|part| part.trim().trim_matches('"'));
                    let epsg = parts.next().is_some_and(|authority| authority.eq_ignore_ascii_case("EPSG"));
                    return parts.next().filter(|_| epsg)?.parse().ok();
                }
                depth += 1;
                keyword.clear();
            }
            ']' | ')' => depth = depth.saturating_sub(1),
            ',' => keyword.clear(),
            c if c.is_whitespace() => {}
            c => keyword.push(c),
        }
    }
    None
}

fn starts_with(text: &str, head: &str) -> bool {
    text.get(..head.len()).is_some_and(|start| start.eq_ignore_ascii_case(head))
}

/// Where the content of the first node of that keyword begins.
fn content<'a>(text: &'a str, keyword: &str) -> Option<&'a str> {
    let upper = text.to_ascii_uppercase();
    let mut from = 0;
    while let Some(at) = upper[from..].find(keyword).map(|at| from + at) {
        let end = at + keyword.len();
        let own = at == 0 || !upper.as_bytes()[at - 1].is_ascii_alphanumeric();
        let rest = text[end..].trim_start();
        if own && rest.starts_with(['[', '(']) {
            return Some(&rest[1..]);
        }
        from = end;
    }
    None
}

fn quoted_after<'a>(text: &'a str, keyword: &str) -> Option<&'a str> {
    content(text, keyword)?.trim_start().strip_prefix('"')?.split('"').next()
}

fn parameter(text: &str, name: &str) -> Option<f64> {
    let mut rest = text;
    while let Some(inside) = content(rest, "PARAMETER") {
        let node = inside.split([']', ')']).next()?;
        let (found, value) = node.split_once(',')?;
        if letters(found) == letters(name) {
            return value.trim().parse().ok();
        }
        rest = inside;
    }
    None
}

fn last_unit(text: &str) -> Option<f64> {
    let (mut rest, mut last) = (text, None);
    while let Some(inside) = content(rest, "UNIT") {
        last = inside.split([']', ')']).next().and_then(|node| node.split(',').nth(1)?.trim().parse().ok());
        rest = inside;
    }
    last
}

fn greenwich_degrees(text: &str) -> bool {
    let second = |keyword| {
        content(text, keyword).and_then(|c| c.split([']', ')', ',']).nth(1)).map(|v| v.trim().parse::<f64>())
    };
    let greenwich = second("PRIMEM").is_none_or(|value| value == Ok(0.0));
    let degree = second("UNIT")
        .or_else(|| second("ANGLEUNIT"))
        .is_none_or(|value| value.is_ok_and(|v| (v - 1_f64.to_radians()).abs() < 1e-9));
    greenwich && degree
}

/// No parameters to WGS 84 in the definition, or only zeros.
fn no_shift(text: &str) -> bool {
    let zeros = |node: &str| {
        node.split([']', ')']).next().is_some_and(|list| {
            list.split(',').all(|value| value.trim().parse::<f64>().is_ok_and(|v| v == 0.0))
        })
    };
    content(text, "TOWGS84").is_none_or(zeros)
}

fn letters(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHINA: &str = r#"GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",DATUM["D_China_2000",SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]"#;

    fn projected(name: &str, easting: f64, meridian: f64) -> String {
        format!(
            r#"PROJCS["{name}",{CHINA},PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",{easting}],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",{meridian}],PARAMETER["Scale_Factor",1.0],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]"#
        )
    }

    #[test]
    fn prj_files_of_chinese_systems_get_their_codes() {
        let wgs = r#"GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]"#;
        let with_code = r#"GEOGCS["x",DATUM["y",SPHEROID["z",6378137,298,AUTHORITY["EPSG","1024"]]],AUTHORITY["EPSG","4490"]]"#;
        for (text, code) in [
            (CHINA.to_owned(), 4490),
            (wgs.to_owned(), 4326),
            (with_code.to_owned(), 4490),
            (CHINA.replace("China_2000", "Xian_1980"), 4610),
            (projected("CGCS2000_3_Degree_GK_Zone_34", 34_500_000.0, 102.0), 4522),
            (projected("CGCS2000_3_Degree_GK_CM_102E", 500_000.0, 102.0), 4543),
            (projected("CGCS2000_GK_Zone_18", 18_500_000.0, 105.0), 4496),
            (projected("CGCS2000_GK_CM_105E", 500_000.0, 105.0), 4507),
            (projected("CGCS2000_3_Degree_GK_CM_105E", 500_000.0, 105.0), 4544),
            // the name belies the parameters
            (projected("CGCS2000_3_Degree_GK_Zone_34", 500_000.0, 105.0), 4544),
        ] {
            assert_eq!(identify(&text), Some(Crs::Epsg(code)), "{text}");
        }
    }

    #[test]
    fn what_differs_from_the_code_stays_text() {
        let local = projected("local", 500_000.0, 102.75);
        let feet =
            projected("feet", 500_000.0, 102.0).replace(r#"UNIT["Meter",1.0]"#, r#"UNIT["Foot",0.3048]"#);
        let paris = CHINA.replace(r#"PRIMEM["Greenwich",0.0]"#, r#"PRIMEM["Paris",2.337]"#);
        let shifted = CHINA.replace("]],PRIMEM", "],TOWGS84[1,2,3,0,0,0,0]],PRIMEM");
        for text in [local, feet, paris, shifted, "GEOGCS[".into(), "PROJCS[\"".into(), "GEOGCS[[[[".into()] {
            assert!(is_wkt(&text), "{text}");
            assert_eq!(identify(&text), None, "{text}");
        }
        assert!(!is_wkt("GEOGCS") && !is_wkt("POINT(1 2)"));
    }
}
