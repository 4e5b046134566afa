//! Coordinate systems on the wire: their addresses, which ones are offered, and axis order.
//!
//! Inside the program x is longitude or easting. On the wire the authority's order holds (Part 2):
//! EPSG:4326, EPSG:4490 and the Gauss–Krüger zones have latitude or northing first, CRS84 and
//! EPSG:3857 have not.

use geo_types::{Coord, Geometry, Rect};

use crate::api::problem::Problem;
use crate::crs::{Crs, Datum, GaussKruger, Transform, ZoneWidth};

/// Longitude and latitude: what is sent unless something else is asked for.
pub const CRS84: &str = "http://www.opengis.net/def/crs/OGC/1.3/CRS84";
/// How the register keeps coordinates.
pub const STORAGE: &str = "http://www.opengis.net/def/crs/EPSG/0/4490";

/// The address of a system.
pub fn uri(crs: &Crs) -> String {
    match crs {
        Crs::Epsg(code) => format!("http://www.opengis.net/def/crs/EPSG/0/{code}"),
        _ => CRS84.to_owned(),
    }
}

/// The systems offered for data within a box: longitudes and latitudes, Web Mercator, and the
/// CGCS2000 zones that the box meets.
pub fn offered(extent: Option<Rect>) -> Vec<Crs> {
    let mut list = vec![Crs::Crs84, Crs::Epsg(4326), Crs::Epsg(4490), Crs::Epsg(3857)];
    let Some(extent) = extent else { return list };
    for width in ZoneWidth::ALL {
        let (first, last) = width.zones();
        let half = f64::from(width.degrees()) / 2.0;
        for zone in first..=last {
            let middle = f64::from(width.central_meridian(zone));
            if middle - half > extent.max().x || middle + half < extent.min().x {
                continue;
            }
            for prefix in [true, false] {
                let zone = GaussKruger { datum: Datum::Cgcs2000, width, zone, prefix };
                list.push(Crs::Epsg(zone.epsg()));
            }
        }
    }
    list
}

/// Reads an address, URN or short name and checks that it is offered.
pub fn read(name: &str, text: &str, offered: &[Crs]) -> Result<Crs, Problem> {
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    let tail = bare
        .strip_prefix("http://www.opengis.net/def/crs/")
        .or_else(|| bare.strip_prefix("https://www.opengis.net/def/crs/"))
        .map(|tail| tail.replace('/', ":"))
        .or_else(|| bare.strip_prefix("urn:ogc:def:crs:").map(str::to_owned))
        .unwrap_or_else(|| bare.to_owned());
    let parts: Vec<&str> = tail.split(':').collect();
    let found = match parts[..] {
        ["OGC", .., "CRS84"] | ["CRS84"] => Some(Crs::Crs84),
        ["EPSG", .., code] => code.parse().ok().map(Crs::Epsg),
        _ => None,
    };
    found.filter(|crs| offered.contains(crs)).ok_or_else(|| {
        Problem::parameter(
            name,
            "不是此图层提供的坐标系（见图层文档的 crs）",
            "not among the coordinate systems that the collection offers (see its crs)",
        )
    })
}

/// From the register's coordinates to the wire's, in the order of the authority.
pub struct Outgoing {
    transform: Option<std::rc::Rc<Transform>>,
    swap: bool,
}

impl Outgoing {
    /// The way out to a system. Belongs to the thread that makes it.
    pub fn to(crs: &Crs) -> Result<Self, Problem> {
        let transform = Transform::shared(&Crs::REGISTER, crs).map_err(|error| Problem::internal(&error))?;
        let transform = Some(transform).filter(|_| !crs.is_register());
        Ok(Self { transform, swap: crs.latitude_first() })
    }

    /// A geometry on the wire; `None` where the system does not reach it.
    pub fn write(&self, geometry: &Geometry, out: &mut Vec<u8>) -> Option<()> {
        let swap = self.swap;
        let placed = |c: Coord| if swap { Coord { x: c.y, y: c.x } } else { c };
        match &self.transform {
            None => crate::api::wire::write_geometry(geometry, &placed, out),
            Some(transform) => {
                let moved = transform.geometry(geometry.clone()).ok()?;
                // A tenth of a millimetre: further digits are noise of the transform.
                let short = |v: f64| (v * 1e4).round() / 1e4;
                let short = |c: Coord| placed(Coord { x: short(c.x), y: short(c.y) });
                crate::api::wire::write_geometry(&moved, &short, out);
            }
        }
        Some(())
    }
}

/// The area of a `bbox` in the register's coordinates: boxes of degrees stay boxes; of a projected box
/// the edges are followed, because they bend.
pub fn incoming(crs: &Crs, low: Coord, high: Coord) -> Result<Vec<geo_types::Polygon>, Problem> {
    let (low, high) = if crs.latitude_first() {
        (Coord { x: low.y, y: low.x }, Coord { x: high.y, y: high.x })
    } else {
        (low, high)
    };
    if low.y > high.y {
        return Err(Problem::parameter("bbox", "最小值大于最大值", "its least is more than its most"));
    }
    if crs.is_register() {
        if low.x > high.x {
            // Across the antimeridian.
            let east = Rect::new(low, Coord { x: 180.0_f64.max(low.x), y: high.y });
            let west = Rect::new(Coord { x: (-180.0_f64).min(high.x), y: low.y }, high);
            return Ok(vec![east.to_polygon(), west.to_polygon()]);
        }
        return Ok(vec![Rect::new(low, high).to_polygon()]);
    }
    if low.x > high.x {
        return Err(Problem::parameter("bbox", "最小值大于最大值", "its least is more than its most"));
    }
    let transform = Transform::shared(crs, &Crs::REGISTER).map_err(|error| Problem::internal(&error))?;
    const STEPS: u32 = 16;
    let corners = [low, Coord { x: high.x, y: low.y }, high, Coord { x: low.x, y: high.y }];
    let mut ring = Vec::new();
    for (at, from) in corners.iter().enumerate() {
        let to = corners[(at + 1) % 4];
        for step in 0..STEPS {
            let t = f64::from(step) / f64::from(STEPS);
            let c = Coord { x: from.x + (to.x - from.x) * t, y: from.y + (to.y - from.y) * t };
            ring.push(transform.coord(c).map_err(|_| {
                Problem::parameter("bbox", "超出该坐标系的范围", "beyond the reach of its coordinate system")
            })?);
        }
    }
    Ok(vec![geo_types::Polygon::new(geo_types::LineString(ring), Vec::new())])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_in_every_spelling_and_only_if_offered() {
        let offered = offered(Some(Rect::new((102.6, 25.0), (102.8, 25.2))));
        for text in [
            "http://www.opengis.net/def/crs/EPSG/0/4490",
            "https://www.opengis.net/def/crs/EPSG/0/4490",
            "urn:ogc:def:crs:EPSG::4490",
            "EPSG:4490",
            "[EPSG:4490]",
        ] {
            assert_eq!(read("crs", text, &offered), Ok(Crs::Epsg(4490)), "{text}");
        }
        assert_eq!(read("crs", CRS84, &offered), Ok(Crs::Crs84));
        for text in ["", "EPSG:2154", "http://example.org/4490", "EPSG:99999999999999", "OGC"] {
            assert!(read("crs", text, &offered).is_err(), "{text}");
        }
        // 102.6 to 102.8 lies in the 3° zone 34 (central meridian 102).
        assert!(offered.contains(&Crs::Epsg(4543)) && !offered.contains(&Crs::Epsg(4550)));
    }
}
