//! The Gauss–Krüger zones of China (高斯-克吕格 3 度带、6 度带) and their EPSG codes.
//!
//! A 3° zone n has its central meridian at 3n°, a 6° zone n at 6n − 3°. Eastings count from 500 km west of it,
//! with the zone's number before (34 500 000) or without (500 000). Codes from the EPSG data set.

/// A geodetic datum of Chinese surveys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Datum {
    /// 2000 国家大地坐标系
    Cgcs2000,
    /// 1980 西安坐标系
    Xian1980,
    /// 1954 北京坐标系
    Beijing1954,
}

/// Width of a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ZoneWidth {
    /// 3 度带: zones 25 to 45
    Three,
    /// 6 度带: zones 13 to 23
    Six,
}

/// One zone of one datum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct GaussKruger {
    /// its datum
    pub datum: Datum,
    /// 3° or 6°
    pub width: ZoneWidth,
    /// its number, within [`ZoneWidth::zones`]
    pub zone: u8,
    /// whether eastings begin with the number
    pub prefix: bool,
}

impl ZoneWidth {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Three, Self::Six];

    /// First and last zone of China.
    pub const fn zones(self) -> (u8, u8) {
        match self {
            Self::Three => (25, 45),
            Self::Six => (13, 23),
        }
    }

    /// Its degrees.
    pub const fn degrees(self) -> u8 {
        match self {
            Self::Three => 3,
            Self::Six => 6,
        }
    }

    /// Central meridian of a zone, degrees east.
    pub const fn central_meridian(self, zone: u8) -> u8 {
        match self {
            Self::Three => 3 * zone,
            Self::Six => (6 * zone).saturating_sub(3),
        }
    }

    /// The zone of a longitude; `None` outside of China's zones. A longitude on a limit goes east.
    pub fn zone_of(self, longitude: f64) -> Option<u8> {
        let zone = match self {
            Self::Three => ((longitude + 1.5) / 3.0).floor(),
            Self::Six => (longitude / 6.0).floor() + 1.0,
        };
        let (first, last) = self.zones();
        (zone >= f64::from(first) && zone <= f64::from(last)).then_some(zone as u8)
    }
}

impl Datum {
    /// All.
    pub const ALL: [Self; 3] = [Self::Cgcs2000, Self::Xian1980, Self::Beijing1954];

    /// EPSG code of its longitudes and latitudes.
    pub const fn geographic(self) -> u32 {
        match self {
            Self::Cgcs2000 => 4490,
            Self::Xian1980 => 4610,
            Self::Beijing1954 => 4214,
        }
    }

    /// EPSG code of its first zone.
    const fn first(self, width: ZoneWidth, prefix: bool) -> u32 {
        use ZoneWidth::{Six, Three};
        match (self, width, prefix) {
            (Self::Cgcs2000, Three, true) => 4513,
            (Self::Cgcs2000, Three, false) => 4534,
            (Self::Cgcs2000, Six, true) => 4491,
            (Self::Cgcs2000, Six, false) => 4502,
            (Self::Xian1980, Three, true) => 2349,
            (Self::Xian1980, Three, false) => 2370,
            (Self::Xian1980, Six, true) => 2327,
            (Self::Xian1980, Six, false) => 2338,
            (Self::Beijing1954, Three, true) => 2401,
            (Self::Beijing1954, Three, false) => 2422,
            (Self::Beijing1954, Six, true) => 21_413,
            (Self::Beijing1954, Six, false) => 21_453,
        }
    }
}

impl GaussKruger {
    /// The zone of a longitude, CGCS2000 without the number before the eastings unless changed.
    pub fn at(longitude: f64, width: ZoneWidth) -> Option<Self> {
        let zone = width.zone_of(longitude)?;
        Some(Self { datum: Datum::Cgcs2000, width, zone, prefix: false })
    }

    /// Its EPSG code.
    pub fn epsg(self) -> u32 {
        self.datum.first(self.width, self.prefix) + u32::from(self.zone.saturating_sub(self.width.zones().0))
    }

    /// The zone behind an EPSG code, if it is one.
    pub fn of_epsg(code: u32) -> Option<Self> {
        for datum in Datum::ALL {
            for width in ZoneWidth::ALL {
                for prefix in [true, false] {
                    let (first, last) = width.zones();
                    let at = code.checked_sub(datum.first(width, prefix));
                    if let Some(at) = at.filter(|at| *at <= u32::from(last - first)) {
                        return Some(Self { datum, width, zone: first + at as u8, prefix });
                    }
                }
            }
        }
        None
    }

    /// Central meridian, degrees east.
    pub fn central_meridian(self) -> u8 {
        self.width.central_meridian(self.zone)
    }

    /// Easting of the central meridian, metres.
    pub fn false_easting(self) -> f64 {
        500_000.0 + if self.prefix { 1e6 * f64::from(self.zone) } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_codes_and_longitudes_agree() {
        let kunming = GaussKruger::at(102.7043, ZoneWidth::Three).unwrap();
        assert_eq!((kunming.zone, kunming.central_meridian(), kunming.epsg()), (34, 102, 4543));
        assert_eq!(GaussKruger { prefix: true, ..kunming }.epsg(), 4522);
        let six = GaussKruger::at(102.7043, ZoneWidth::Six).unwrap();
        assert_eq!((six.zone, six.central_meridian(), six.epsg()), (18, 105, 4507));
        assert_eq!(ZoneWidth::Three.zone_of(13.4), None);
        assert_eq!(ZoneWidth::Three.zone_of(f64::NAN), None);
        let mut seen = 0;
        for code in 1024..32_768 {
            if let Some(zone) = GaussKruger::of_epsg(code) {
                assert_eq!(zone.epsg(), code);
                assert_eq!(zone.width.zone_of(f64::from(zone.central_meridian())), Some(zone.zone));
                seen += 1;
            }
        }
        assert_eq!(seen, 3 * 2 * (21 + 11));
    }
}
