//! Which columns of a table hold its geometry, told by their names (Chinese and English) and a look at the first rows.

use serde_json::Value as Json;

use super::angle;
use crate::crs::Crs;

/// Where a coordinate stands in a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Axis {
    /// one column: a number, or degrees, minutes and seconds as text
    One(usize),
    /// degrees, minutes and seconds apart
    Parts(usize, usize, Option<usize>),
}

/// Where the geometry stands in a row.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Located {
    /// nowhere
    Nowhere,
    /// in a column of well-known text
    Wkt(usize),
    /// in two coordinates, x or longitude first; the system if the names say it
    Point {
        /// longitude or easting
        x: Axis,
        /// latitude or northing
        y: Axis,
        /// from the names
        crs: Option<Crs>,
        /// whether the names are x and y, whose order says little in China
        plain: bool,
    },
}

fn number(value: &Json) -> Option<f64> {
    match value {
        Json::String(text) => angle::parse(text),
        other => other.as_f64(),
    }
}

fn text(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

impl Axis {
    /// Columns it is made from.
    pub fn columns(&self) -> Vec<usize> {
        match *self {
            Self::One(at) => vec![at],
            Self::Parts(d, m, s) => [d, m].into_iter().chain(s).collect(),
        }
    }

    /// Its value in a row; `Ok(None)` where the cells are empty, `Err` with the text that is no coordinate.
    pub fn value<'a>(&self, cell: impl Fn(usize) -> Option<&'a Json>) -> Result<Option<f64>, String> {
        match *self {
            Self::One(at) => cell(at).map(|value| number(value).ok_or_else(|| text(value))).transpose(),
            Self::Parts(d, m, s) => {
                let cells = [cell(d), cell(m), s.and_then(&cell)];
                if cells.iter().all(Option::is_none) {
                    return Ok(None);
                }
                let [d, m, s] = cells.map(|value| value.map_or(Some(0.0), number));
                let angle = d.zip(m).zip(s).and_then(|((d, m), s)| angle::from_parts(d, m, s));
                angle
                    .map(Some)
                    .ok_or_else(|| cells.into_iter().flatten().map(text).collect::<Vec<_>>().join(" "))
            }
        }
    }
}

impl Located {
    /// Columns the geometry is made from.
    pub fn columns(&self) -> Vec<usize> {
        match self {
            Self::Nowhere => vec![],
            Self::Wkt(at) => vec![*at],
            Self::Point { x, y, .. } => x.columns().into_iter().chain(y.columns()).collect(),
        }
    }
}

/// What a heading says once its datum is taken off.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Word {
    Lon,
    Lat,
    X,
    Y,
}

const LON: &[&str] =
    &["lon", "lng", "long", "longitude", "longtitude", "经度", "經度", "东经", "東經", "东经度", "jd"];
const LAT: &[&str] = &["lat", "latitude", "lattitude", "纬度", "緯度", "北纬", "北緯", "北纬度", "wd"];
const X: &[&str] = &[
    "x",
    "x坐标",
    "坐标x",
    "xcoord",
    "pointx",
    "coordx",
    "easting",
    "东坐标",
    "横坐标",
    "横坐标y",
    "y横坐标",
    "东坐标e",
    "东坐标y",
    "e坐标",
    "e",
    "centerx",
    "中心点x",
];
const Y: &[&str] = &[
    "y",
    "y坐标",
    "坐标y",
    "ycoord",
    "pointy",
    "coordy",
    "northing",
    "北坐标",
    "纵坐标",
    "纵坐标x",
    "x纵坐标",
    "北坐标n",
    "北坐标x",
    "n坐标",
    "n",
    "centery",
    "中心点y",
];
const WKT: &[&str] =
    &["wkt", "geometry", "geom", "thegeom", "wktgeometry", "shape", "geomwkt", "几何", "图形", "空间坐标"];
const PART: [&[&str]; 3] = [
    &["度", "d", "deg", "degree", "degrees"],
    &["分", "m", "min", "minute", "minutes"],
    &["秒", "s", "sec", "second", "seconds"],
];
const DATUM: &[(&str, u32)] = &[
    ("cgcs2000", 4490),
    ("国家2000", 4490),
    ("2000坐标系", 4490),
    ("epsg4490", 4490),
    ("wgs84", 4326),
    ("wgs", 4326),
    ("gps", 4326),
    ("gcj02", 1),
    ("gcj", 1),
    ("火星", 1),
    ("高德", 1),
    ("amap", 1),
    ("bd09ll", 2),
    ("bd09", 2),
    ("百度", 2),
    ("baidu", 2),
];

/// A heading in lower case without spaces, brackets, underscores.
fn plain(heading: &str) -> String {
    heading.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect()
}

/// A heading without its datum, and the datum.
fn split_datum(heading: &str) -> (String, Option<u32>) {
    let name = plain(heading);
    for &(word, code) in DATUM {
        if name.len() > word.len() && name.contains(word) {
            return (name.replacen(word, "", 1), Some(code));
        }
    }
    (name, None)
}

/// What a whole name means, with or without metres behind it.
fn word(name: &str) -> Option<Word> {
    let lists = [(LON, Word::Lon), (LAT, Word::Lat), (X, Word::X), (Y, Word::Y)];
    let known = |name: &str| lists.iter().find_map(|(list, word)| list.contains(&name).then_some(*word));
    known(name).or_else(|| ["米", "m"].iter().find_map(|unit| name.strip_suffix(unit)).and_then(known))
}

/// What a name means in which a word stands among others: `起点经度`, `gate_lon`; never `belong` or `flat`.
fn word_within(heading: &str) -> Option<Word> {
    let lower = heading.to_lowercase();
    let tokens = || lower.split(|c: char| !c.is_ascii_alphabetic()).filter(|t| t.len() > 2);
    let lists = [(LON, Word::Lon), (LAT, Word::Lat)];
    lists.into_iter().find_map(|(list, word)| {
        let stands = |w: &&str| if w.is_ascii() { tokens().any(|t| t == *w) } else { lower.contains(w) };
        list.iter().any(stands).then_some(word)
    })
}

fn part(heading: &str) -> Option<(Word, usize)> {
    let name = plain(heading);
    (0..3).find_map(|which| {
        PART[which].iter().find_map(|suffix| {
            let stem = name.strip_suffix(suffix)?;
            // `经度` itself ends in 度; `经度度` or `东经度` beside `东经分` are parts.
            match word(stem)? {
                found @ (Word::Lon | Word::Lat) => Some((found, which)),
                _ => None,
            }
        })
    })
}

/// Finds the geometry columns of a heading row.
pub(super) fn locate(headings: &[String]) -> Located {
    if let Some(point) = parts_apart(headings) {
        return point;
    }
    if let Some(point) = pair(headings, |heading| word(&split_datum(heading).0)) {
        return point;
    }
    if let Some(at) = wkt(headings) {
        return Located::Wkt(at);
    }
    pair(headings, word_within).unwrap_or(Located::Nowhere)
}

/// The column whose name promises well-known text.
pub(super) fn wkt(headings: &[String]) -> Option<usize> {
    headings.iter().position(|heading| WKT.contains(&plain(heading).as_str()))
}

/// The best pair of headings; where there are several, longitude before x, and the better datum first.
fn pair(headings: &[String], meaning: impl Fn(&str) -> Option<Word>) -> Option<Located> {
    let meant: Vec<_> = headings.iter().map(|h| (meaning(h), split_datum(h).1)).collect();
    let mut best: Option<(u32, Located)> = None;
    for (first, second, plain) in [(Word::Lon, Word::Lat, false), (Word::X, Word::Y, true)] {
        for (at, &(_, datum)) in meant.iter().enumerate().filter(|(_, (word, _))| *word == Some(first)) {
            let Some(other) = meant.iter().position(|&found| found == (Some(second), datum)) else {
                continue;
            };
            let (rank, crs) = match datum {
                Some(4490) => (0, Some(Crs::Epsg(4490))),
                Some(4326) => (1, Some(Crs::Epsg(4326))),
                None => (2, None),
                Some(1) => (3, Some(Crs::Gcj02)),
                Some(_) => (4, Some(Crs::Bd09)),
            };
            let rank = rank + if plain { 10 } else { 0 };
            if best.as_ref().is_none_or(|(r, _)| rank < *r) {
                best = Some((rank, Located::Point { x: Axis::One(at), y: Axis::One(other), crs, plain }));
            }
        }
    }
    best.map(|(_, found)| found)
}

fn parts_apart(headings: &[String]) -> Option<Located> {
    let mut found = [[None; 3]; 2];
    for (at, heading) in headings.iter().enumerate() {
        if let Some((word, which)) = part(heading) {
            found[usize::from(word == Word::Lat)][which].get_or_insert(at);
        }
    }
    let axis = |parts: [Option<usize>; 3], whole: Word| {
        // `经度` beside `经分`: the degrees have no part of their own in their name.
        let degrees = parts[0].or_else(|| headings.iter().position(|h| word(&plain(h)) == Some(whole)))?;
        Some(Axis::Parts(degrees, parts[1]?, parts[2]))
    };
    let (x, y) = (axis(found[0], Word::Lon)?, axis(found[1], Word::Lat)?);
    Some(Located::Point { x, y, crs: None, plain: false })
}

/// Whether columns called x and y are northing and easting, as Chinese surveyors write them, or latitude and
/// longitude: told from sample points. China lies in 73–135°E and 3–54°N; northings there are below 6,000 km,
/// eastings in a zone 100–900 km with or without the zone's number before them.
pub(super) fn swapped(points: &[(f64, f64)]) -> bool {
    let easting = |v: f64| (1e5..1e6).contains(&v) || (1.3e7..6.1e7).contains(&v);
    let northing = |v: f64| (1e6..6.1e6).contains(&v);
    let fits = |x: f64, y: f64| {
        ((73.0..=136.0).contains(&x) && (3.0..=54.0).contains(&y)) || (easting(x) && northing(y))
    };
    let (mut straight, mut crossed) = (0, 0);
    for &(x, y) in points {
        straight += usize::from(fits(x, y));
        crossed += usize::from(fits(y, x));
    }
    crossed > 0 && straight == 0 && crossed * 2 > points.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(headings: &[&str]) -> Located {
        locate(&headings.iter().map(|h| (*h).to_owned()).collect::<Vec<_>>())
    }

    fn point(x: usize, y: usize, crs: Option<Crs>, plain: bool) -> Located {
        Located::Point { x: Axis::One(x), y: Axis::One(y), crs, plain }
    }

    #[test]
    fn geometry_columns_by_their_names() {
        assert_eq!(found(&["name", "lon", "lat"]), point(1, 2, None, false));
        assert_eq!(found(&["纬度", "经度", "名称"]), point(1, 0, None, false));
        assert_eq!(found(&["东经（E）", "北纬（N）"]), point(0, 1, None, false));
        assert_eq!(found(&["X坐标", "Y坐标"]), point(0, 1, None, true));
        assert_eq!(found(&["lng_gcj02", "lat_gcj02"]), point(0, 1, Some(Crs::Gcj02), false));
        assert_eq!(
            found(&["lng_bd09", "lat_bd09", "lng_wgs84", "lat_wgs84"]),
            point(2, 3, Some(Crs::Epsg(4326)), false)
        );
        assert_eq!(found(&["经度(CGCS2000)", "纬度(CGCS2000)"]), point(0, 1, Some(Crs::Epsg(4490)), false));
        assert_eq!(found(&["起点经度", "起点纬度"]), point(0, 1, None, false));
        assert_eq!(found(&["id", "WKT"]), Located::Wkt(1));
        assert_eq!(found(&["code", "name", "streetCode"]), Located::Nowhere);
        assert_eq!(found(&["latest", "belong", "population"]), Located::Nowhere);
        let parts = Located::Point {
            x: Axis::Parts(0, 1, Some(2)),
            y: Axis::Parts(3, 4, Some(5)),
            crs: None,
            plain: false,
        };
        assert_eq!(found(&["东经度", "东经分", "东经秒", "北纬度", "北纬分", "北纬秒"]), parts);
        assert_eq!(found(&["经度-度", "经度-分", "经度-秒", "纬度-度", "纬度-分", "纬度-秒"]), parts);
        assert_eq!(found(&["lon_d", "lon_m", "lon_s", "lat_d", "lat_m", "lat_s"]), parts);
    }

    #[test]
    fn northing_and_easting_are_told_apart() {
        assert!(swapped(&[(2_770_000.0, 510_000.0), (2_771_000.0, 34_510_000.0)]));
        assert!(swapped(&[(25.0, 102.7)]));
        assert!(!swapped(&[(102.7, 25.0), (510_000.0, 2_770_000.0)]));
        assert!(!swapped(&[]));
    }
}
