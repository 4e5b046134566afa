//! How coordinate systems are written: EPSG codes, OGC URIs and URNs, WKT, PROJ text, plain words.

use std::fmt;
use std::str::FromStr;

use super::{Crs, CrsError, wkt};

/// Longest definition that is read; real ones stay below 10 kB.
const LONGEST: usize = 65_536;

/// Words in the letters that [`plain`] leaves, and what they mean.
const WORDS: &[(&str, Crs)] = &[
    ("crs84", Crs::Crs84),
    ("ogccrs84", Crs::Crs84),
    ("wgs84", Crs::Epsg(4326)),
    ("cgcs2000", Crs::Epsg(4490)),
    ("国家2000", Crs::Epsg(4490)),
    ("2000国家大地坐标系", Crs::Epsg(4490)),
    ("国家大地2000", Crs::Epsg(4490)),
    ("天地图", Crs::Epsg(4490)),
    ("gcj02", Crs::Gcj02),
    ("gcj", Crs::Gcj02),
    ("火星坐标", Crs::Gcj02),
    ("火星坐标系", Crs::Gcj02),
    ("国测局坐标", Crs::Gcj02),
    ("高德", Crs::Gcj02),
    ("bd09", Crs::Bd09),
    ("bd09ll", Crs::Bd09),
    ("百度", Crs::Bd09),
    ("百度坐标", Crs::Bd09),
    ("百度坐标系", Crs::Bd09),
    ("xian1980", Crs::Epsg(4610)),
    ("xian80", Crs::Epsg(4610)),
    ("西安80", Crs::Epsg(4610)),
    ("1980西安坐标系", Crs::Epsg(4610)),
    ("beijing1954", Crs::Epsg(4214)),
    ("北京54", Crs::Epsg(4214)),
    ("1954北京坐标系", Crs::Epsg(4214)),
    ("webmercator", Crs::Epsg(3857)),
];

impl FromStr for Crs {
    type Err = CrsError;

    /// Takes `EPSG:4490`, `4490`, `CRS84`, `http://www.opengis.net/def/crs/EPSG/0/4490`,
    /// `urn:ogc:def:crs:EPSG::4490`, `gcj02`, `bd09`, usual words, WKT and PROJ text.
    fn from_str(text: &str) -> Result<Self, CrsError> {
        let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}' || c == '\0');
        let unreadable = || CrsError::Unreadable(text.chars().take(80).collect());
        if text.len() > LONGEST || text.contains('\0') {
            return Err(unreadable());
        }
        if let Some(code) = code_of(text) {
            return Ok(Self::Epsg(code));
        }
        let word = plain(text.rsplit(['/', ':', '#']).next().unwrap_or(text));
        let whole = plain(text);
        if let Some((_, crs)) = WORDS.iter().find(|(known, _)| *known == word || *known == whole) {
            return Ok(crs.clone());
        }
        if wkt::is_wkt(text) {
            return Ok(wkt::identify(text).unwrap_or_else(|| Self::Text(text.to_owned())));
        }
        if text.contains("+proj=") || text.contains("+init=") {
            return proj_text(text).ok_or_else(unreadable);
        }
        Err(unreadable())
    }
}

/// The EPSG code of `4490`, `EPSG:4490`, `EPSG::4490`, `.../EPSG/0/4490`, `urn:…:EPSG::4490`, `…epsg.xml#4490`.
fn code_of(text: &str) -> Option<u32> {
    let digits = text.len() - text.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    let (before, code) = text.split_at(text.len() - digits);
    let code: u32 = code.parse().ok().filter(|code| (1024..=32_767).contains(code))?;
    let before = before.to_ascii_lowercase();
    let authority = before.trim_end_matches([':', '/', '#', ' ']);
    let known = match before.as_str() {
        "" => true,
        "epsg" | "epsg " => true,
        _ if authority.len() == before.len() => false,
        _ => {
            // A version may stand between authority and code: `EPSG/0`, `EPSG:9.9`.
            let version = authority.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
            let authority = version.trim_end_matches([':', '/']);
            authority == "epsg"
                || authority.ends_with(":epsg")
                || authority.ends_with("/epsg")
                || authority.ends_with("epsg.xml")
        }
    };
    known.then_some(code)
}

fn plain(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '_' | ':' | '\'' | '’'))
        .flat_map(char::to_lowercase)
        .collect()
}

/// PROJ text; what would make PROJ open a file of the user's choice is not taken.
fn proj_text(text: &str) -> Option<Crs> {
    if let Some(rest) = text.split_whitespace().find_map(|part| part.strip_prefix("+init=")) {
        return code_of(rest).map(Crs::Epsg);
    }
    let opens_file = |part: &str| {
        let part = part.trim_start_matches('+');
        (part.starts_with("nadgrids=") || part.starts_with("geoidgrids=") || part.starts_with("grids="))
            && !part.ends_with("=@null")
    };
    let steps = text.split_whitespace().any(|part| part.contains("proj=pipeline") || opens_file(part));
    (!steps).then(|| Crs::Text(text.to_owned()))
}

impl fmt::Display for Crs {
    /// A text that reads back as the same system.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Epsg(code) => write!(f, "EPSG:{code}"),
            Self::Crs84 => f.write_str("CRS84"),
            Self::Gcj02 => f.write_str("gcj02"),
            Self::Bd09 => f.write_str("bd09"),
            Self::Text(text) => f.write_str(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn systems_are_read_as_people_and_programs_write_them() {
        for (text, crs) in [
            ("EPSG:4490", Crs::Epsg(4490)),
            ("epsg:4547", Crs::Epsg(4547)),
            (" 4490 ", Crs::Epsg(4490)),
            ("EPSG 3857", Crs::Epsg(3857)),
            ("EPSG::4490", Crs::Epsg(4490)),
            ("urn:ogc:def:crs:EPSG::4490", Crs::Epsg(4490)),
            ("urn:ogc:def:crs:EPSG:9.9.1:4326", Crs::Epsg(4326)),
            ("http://www.opengis.net/def/crs/EPSG/0/4490", Crs::Epsg(4490)),
            ("https://www.opengis.net/def/crs/EPSG/10.081/4490", Crs::Epsg(4490)),
            ("http://www.opengis.net/gml/srs/epsg.xml#4326", Crs::Epsg(4326)),
            ("http://www.opengis.net/def/crs/OGC/1.3/CRS84", Crs::Crs84),
            ("urn:ogc:def:crs:OGC:1.3:CRS84", Crs::Crs84),
            ("urn:ogc:def:crs:OGC::CRS84", Crs::Crs84),
            ("OGC:CRS84", Crs::Crs84),
            ("crs84", Crs::Crs84),
            ("WGS 84", Crs::Epsg(4326)),
            ("CGCS2000", Crs::Epsg(4490)),
            ("GCJ-02", Crs::Gcj02),
            ("火星坐标系", Crs::Gcj02),
            ("BD09", Crs::Bd09),
            ("Xi'an 1980", Crs::Epsg(4610)),
            ("+init=epsg:4326 +no_defs", Crs::Epsg(4326)),
        ] {
            assert_eq!(text.parse::<Crs>(), Ok(crs.clone()), "{text}");
            assert_eq!(crs.to_string().parse::<Crs>(), Ok(crs), "{text}");
        }
    }

    #[test]
    fn what_is_no_system_or_opens_files_is_refused() {
        for text in [
            "",
            "mars",
            "EPSG:",
            "EPSG:99999999999",
            "ESRI:102100",
            "urn:ogc:def:crs:IAU::4326",
            "4326.5",
            "-4326",
            "+init=/etc/passwd:4326",
            "+proj=longlat +nadgrids=/etc/passwd",
            "+proj=pipeline +step +proj=axisswap",
        ] {
            assert!(text.parse::<Crs>().is_err(), "{text}");
        }
        assert!(matches!("+proj=tmerc +lon_0=102 +x_0=500000 +ellps=GRS80".parse(), Ok(Crs::Text(_))));
    }
}
