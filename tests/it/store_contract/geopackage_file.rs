//! The file as a GeoPackage.
