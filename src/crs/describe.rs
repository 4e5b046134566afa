//! What a system is called, in Chinese and English.

use super::definition::{Definition, short};
use super::{Crs, Datum, GaussKruger};
use crate::model::Bilingual;

impl Crs {
    /// Its name for people, e.g. `CGCS2000 3度带 34带（带号前缀，中央经线102°E）`.
    pub fn describe(&self) -> Bilingual {
        let both = Bilingual::new;
        match self {
            Self::Epsg(4490) => both(
                "CGCS2000 经纬度（2000国家大地坐标系）",
                "CGCS2000 longitude and latitude (national geodetic system 2000)",
            ),
            Self::Epsg(4326) | Self::Crs84 => both("WGS 84 经纬度", "WGS 84 longitude and latitude"),
            Self::Epsg(4610) => both("1980 西安坐标系经纬度", "Xi'an 1980 longitude and latitude"),
            Self::Epsg(4214) => both("1954 北京坐标系经纬度", "Beijing 1954 longitude and latitude"),
            Self::Epsg(3857) => both("Web 墨卡托（网络地图）", "Web Mercator (web maps)"),
            Self::Gcj02 => both(
                "GCJ-02 经纬度（高德、腾讯等网络地图）",
                "GCJ-02 degrees (Amap, Tencent and other web maps)",
            ),
            Self::Bd09 => both("BD-09 经纬度（百度地图）", "BD-09 degrees (Baidu maps)"),
            Self::Epsg(code) => match GaussKruger::of_epsg(*code) {
                Some(zone) => zone.describe(),
                None => self.describe_by_name(),
            },
            Self::Text(_) => self.describe_by_name(),
        }
    }

    fn describe_by_name(&self) -> Bilingual {
        let name = Definition::of(self).map(|definition| definition.name);
        let name = name.ok().filter(|name| !name.is_empty() && name != "unknown");
        let name = match (name, self) {
            (Some(name), Self::Epsg(code)) => format!("{name} (EPSG:{code})"),
            (Some(name), _) => name,
            (None, _) => short(self),
        };
        Bilingual::new(name.clone(), name)
    }
}

impl GaussKruger {
    /// Its name for people.
    pub fn describe(self) -> Bilingual {
        let (zh, en) = match self.datum {
            Datum::Cgcs2000 => ("CGCS2000", "CGCS2000"),
            Datum::Xian1980 => ("1980西安", "Xi'an 1980"),
            Datum::Beijing1954 => ("1954北京", "Beijing 1954"),
        };
        let (width, zone, meridian) = (self.width.degrees(), self.zone, self.central_meridian());
        let (prefix_zh, prefix_en) = if self.prefix {
            ("横坐标带带号", "eastings begin with the zone")
        } else {
            ("横坐标不带带号", "eastings without the zone")
        };
        Bilingual::new(
            format!("{zh} {width}度带 {zone}带（中央经线{meridian}°E，{prefix_zh}）"),
            format!("{en} {width}° zone {zone} (central meridian {meridian}° E, {prefix_en})"),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn systems_have_names_in_both_languages() {
        let name = Crs::Epsg(4522).describe();
        assert_eq!(name.zh, "CGCS2000 3度带 34带（中央经线102°E，横坐标带带号）");
        assert_eq!(name.en, "CGCS2000 3° zone 34 (central meridian 102° E, eastings begin with the zone)");
        assert_eq!(Crs::Epsg(32648).describe().en, "WGS 84 / UTM zone 48N (EPSG:32648)");
        assert_eq!(Crs::Epsg(1999).describe().en, "EPSG:1999");
    }
}
