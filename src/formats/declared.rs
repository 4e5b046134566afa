//! What a file's own words say of its coordinate system: names, URNs, SRIDs.

use super::DeclaredCrs;
use crate::crs::Crs;

/// Reads a name such as `EPSG:4490`, `urn:ogc:def:crs:OGC:1.3:CRS84`, `http://www.opengis.net/def/crs/EPSG/0/4326`.
pub(crate) fn named(text: &str) -> DeclaredCrs {
    let trimmed = text.trim();
    let upper = trimmed.to_ascii_uppercase();
    let last = upper.rsplit([':', '/', '#']).next().unwrap_or_default();
    let known = match last {
        "CRS84" | "CRS84H" | "WGS84" | "WGS 84" => Some(Crs::Epsg(4326)),
        "GCJ02" | "GCJ-02" => Some(Crs::Gcj02),
        "BD09" | "BD-09" | "BD09LL" => Some(Crs::Bd09),
        "CGCS2000" | "CGCS 2000" => Some(Crs::Epsg(4490)),
        digits if upper.contains("EPSG") || upper == digits => digits.parse().ok().map(Crs::Epsg),
        _ => None,
    };
    known.map_or_else(|| DeclaredCrs::Unknown(trimmed.to_owned()), DeclaredCrs::Known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_systems() {
        for (name, crs) in [
            ("urn:ogc:def:crs:OGC:1.3:CRS84", Crs::Epsg(4326)),
            ("urn:ogc:def:crs:EPSG::4490", Crs::Epsg(4490)),
            ("EPSG:4543", Crs::Epsg(4543)),
            ("http://www.opengis.net/def/crs/EPSG/0/4326", Crs::Epsg(4326)),
            ("http://www.opengis.net/gml/srs/epsg.xml#4326", Crs::Epsg(4326)),
            ("4490", Crs::Epsg(4490)),
            ("gcj02", Crs::Gcj02),
        ] {
            assert_eq!(named(name), DeclaredCrs::Known(crs), "{name}");
        }
        assert_eq!(named("ESRI:102025"), DeclaredCrs::Unknown("ESRI:102025".into()));
    }
}
