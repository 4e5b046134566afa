//! What a file's own words say of its coordinate system.

use super::DeclaredCrs;

/// Reads a name, URN, WKT (as in a .prj) or PROJ text; empty words declare nothing.
pub(crate) fn read(text: &str) -> DeclaredCrs {
    let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}' || c == '\0');
    if text.is_empty() {
        return DeclaredCrs::Undeclared;
    }
    // A plan's own axes, which is what MapInfo says of tables without a projection: nothing on where it lies.
    if ["LOCAL_CS[", "ENGCRS[", "ENGINEERINGCRS["]
        .iter()
        .any(|word| text.to_ascii_uppercase().starts_with(word))
    {
        return DeclaredCrs::Undeclared;
    }
    match text.parse() {
        Ok(crs) => DeclaredCrs::Known(crs),
        Err(_) => DeclaredCrs::Unknown(text.chars().take(500).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crs::Crs;

    #[test]
    fn words_of_files() {
        assert_eq!(read("urn:ogc:def:crs:EPSG::4490"), DeclaredCrs::Known(Crs::Epsg(4490)));
        assert_eq!(read(" \u{feff}"), DeclaredCrs::Undeclared);
        assert_eq!(read("LOCAL_CS[\"Nonearth\",UNIT[\"Meter\",1]]"), DeclaredCrs::Undeclared);
        assert_eq!(read("ESRI:102025"), DeclaredCrs::Unknown("ESRI:102025".into()));
    }
}
