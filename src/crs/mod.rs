//! Coordinate systems: PROJ transforms, GCJ-02 and BD-09, recognition of undeclared coordinates, geodesic lengths and areas.
//!
//! Everywhere x is longitude or easting and y latitude or northing, whatever the axis order of the EPSG entry.

/// A coordinate system.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Crs {
    /// an EPSG code
    Epsg(u32),
    /// GCJ-02 degrees ("Mars" coordinates)
    Gcj02,
    /// BD-09 degrees (Baidu)
    Bd09,
    /// WKT or PROJ text of a system without a code
    Text(String),
}
