//! Coverages: the public suite, known answers, naive twins on random input, real files.

mod command;
mod known;
mod random;
mod suite;

use geo_types::Geometry;
use geozero::ToGeo as _;

/// A geometry from its text.
fn wkt(text: &str) -> Geometry {
    let text = text.replace("POLYGON EMPTY", "POLYGON (EMPTY)");
    if text == "POLYGON (EMPTY)" {
        return Geometry::Polygon(geo_types::Polygon::new(geo_types::LineString(vec![]), vec![]));
    }
    geozero::wkt::Wkt(text).to_geo().unwrap()
}
