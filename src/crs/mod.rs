//! Coordinate systems: PROJ transforms, GCJ-02 and BD-09, recognition of undeclared coordinates, geodesic lengths and areas.
//!
//! Everywhere x is longitude or easting and y latitude or northing, whatever the axis order of the EPSG entry.
//! EPSG:4326, CRS84 and EPSG:4490 are taken as the same numbers. Nothing here reads files or knows layers.

mod datum_shift;
mod definition;
mod describe;
pub mod dms;
mod gauss_kruger;
pub mod gcj02;
pub mod geodesic;
mod name;
mod recognise;
mod transform;
mod wkt;

pub use datum_shift::DatumShift;
pub use gauss_kruger::{Datum, GaussKruger, ZoneWidth};
pub use recognise::{Guess, recognise};
pub use transform::Transform;

use crate::model::Bilingual;

/// A coordinate system.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Crs {
    /// an EPSG code
    Epsg(u32),
    /// WGS 84 longitude and latitude in that order, as GeoJSON and OGC API have it
    Crs84,
    /// GCJ-02 degrees ("Mars" coordinates)
    Gcj02,
    /// BD-09 degrees (Baidu)
    Bd09,
    /// WKT or PROJ text of a system without a code
    Text(String),
}

impl Crs {
    /// The system in which the register keeps coordinates: CGCS2000 longitude and latitude.
    pub const REGISTER: Self = Self::Epsg(4490);

    /// Whether coordinates are the same numbers as the register's (CGCS2000 or WGS 84 degrees).
    pub fn is_register(&self) -> bool {
        matches!(self, Self::Epsg(4490 | 4326) | Self::Crs84)
    }

    /// Whether coordinates of both systems are the same numbers.
    pub fn same_numbers(&self, other: &Self) -> bool {
        self == other || self.is_register() && other.is_register()
    }

    /// Whether the system can be used, with the reason why not.
    pub fn check(&self) -> Result<(), CrsError> {
        definition::Definition::of(self).map(drop)
    }

    /// Whether coordinates are degrees (true) or metres and the like (false); `None` for an unknown system.
    pub fn is_geographic(&self) -> Option<bool> {
        definition::Definition::of(self).ok().map(|definition| definition.geographic)
    }

    /// Its datum as the EPSG data set or its definition calls it; `None` for an unknown system.
    pub fn datum(&self) -> Option<String> {
        definition::Definition::of(self).ok().map(|definition| definition.datum)
    }

    /// Whether the authority writes latitude (or northing) first, as EPSG:4490 and 4326 do: for wire formats
    /// that follow it (OGC URIs of EPSG codes). Everything inside the program stays x, y.
    pub fn latitude_first(&self) -> bool {
        matches!(self, Self::Epsg(_)) && definition::Definition::of(self).is_ok_and(|d| d.northing_first)
    }
}

/// Why coordinates cannot be transformed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CrsError {
    /// a text that names no coordinate system
    #[error("{0:?} names no coordinate system (examples: EPSG:4490, CRS84, gcj02, bd09, WKT)")]
    Unreadable(String),
    /// PROJ does not know the code or cannot read the definition
    #[error("{crs}: unknown coordinate system ({reason})")]
    Unknown {
        /// the system
        crs: String,
        /// what PROJ says
        reason: String,
    },
    /// a geocentric, vertical or engineering system
    #[error("{crs} is no geographic or projected system but a {kind}")]
    Kind {
        /// the system
        crs: String,
        /// what it is
        kind: String,
    },
    /// another datum, and no parameters that lead there
    #[error(
        "{from} and {to} stand on different datums ({from_datum}, {to_datum}) and no transformation parameters are \
         published: transform the data with the surveying authority's parameters first"
    )]
    NoParameters {
        /// from
        from: String,
        /// its datum
        from_datum: String,
        /// to
        to: String,
        /// its datum
        to_datum: String,
    },
    /// a text that is no seven parameters
    #[error(
        "{0:?} is no datum shift: seven numbers dx,dy,dz (metres), rx,ry,rz (seconds of arc), s (ppm), \
         in the position-vector convention"
    )]
    Shift(String),
    /// parameters for a system that needs none
    #[error("{0} does not stand on Xi'an 1980 or Beijing 1954: it needs no datum shift")]
    NoShiftNeeded(String),
    /// a coordinate outside of what the system can hold
    #[error("({x}, {y}) cannot be transformed from {from} to {to}")]
    Point {
        /// longitude or easting
        x: String,
        /// latitude or northing
        y: String,
        /// from
        from: String,
        /// to
        to: String,
    },
}

impl CrsError {
    /// For an official.
    pub fn sentence(&self) -> Bilingual {
        let zh = match self {
            Self::Unreadable(text) => {
                format!("“{text}”不是坐标系；可以是 EPSG:4490、EPSG:4543、CRS84、gcj02、bd09 或 WKT")
            }
            Self::Unknown { crs, reason } => format!("不认识坐标系 {crs}（{reason}）"),
            Self::Kind { crs, kind } => format!("{crs} 既不是经纬度坐标系，也不是投影坐标系（{kind}）"),
            Self::NoParameters { from, from_datum, to, to_datum } => {
                format!("{from} 与 {to} 的基准不同（{from_datum}、{to_datum}），没有公开的转换参数")
            }
            Self::Shift(text) => format!(
                "“{text}”不是七参数：应为 dx,dy,dz（米）、rx,ry,rz（角秒）、s（百万分之一），位置矢量法（布尔沙模型）"
            ),
            Self::NoShiftNeeded(crs) => format!("{crs} 不是 1980 西安坐标系或 1954 北京坐标系，不需要七参数"),
            Self::Point { x, y, from, to } => format!("点 ({x}, {y}) 无法从 {from} 转换到 {to}"),
        };
        Bilingual::new(zh, self.to_string())
    }
}
