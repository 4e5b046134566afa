//! What tables of markers (界桩成果表、登记表) say across several columns: reference objects with azimuth and
//! distance, the type letter at the end of the number, and coordinates that are kept as they were received.

use geo_types::{Coord, Geometry};
use serde_json::{Map, Value as Json, json};

use super::row::Row;
use crate::crs::{Crs, Datum, GaussKruger, dms};
use crate::model::{FieldKind, Layer, Value, ValueError};

/// Coordinates of one file as markers keep them: plane or degrees, with their zone and datum.
#[derive(Clone, Debug)]
pub(super) struct Received {
    zone: Option<GaussKruger>,
    datum: Option<&'static str>,
    degrees: bool,
}

impl Received {
    /// For markers in a file of a known system; degrees of the register itself are kept in the geometry alone.
    pub(super) fn of(layer: Layer, crs: Option<&Crs>) -> Option<Self> {
        let crs = crs.filter(|_| layer == Layer::BoundaryMarker)?;
        let Crs::Epsg(code) = crs else { return None };
        if let Some(zone) = GaussKruger::of_epsg(*code) {
            return Some(Self { zone: Some(zone), datum: Some(datum_name(zone.datum)), degrees: false });
        }
        let datum = Datum::ALL.into_iter().find(|datum| datum.geographic() == *code)?;
        Some(Self { zone: None, datum: Some(datum_name(datum)), degrees: datum != Datum::Cgcs2000 })
    }

    /// Writes down what a row was received as, where its own columns do not say it.
    fn keep(&self, row: &mut Row, at: Coord) {
        let real = |row: &Row, field: &str| match row.get(index(field)) {
            Some(Value::Real(number)) => Some(*number),
            _ => None,
        };
        // A table whose X is the easting: here X is the northing.
        if self.zone.is_some() && real(row, "x_m") == Some(at.x) && real(row, "y_m") == Some(at.y) {
            row.set(index("x_m"), Value::Real(at.y));
            row.set(index("y_m"), Value::Real(at.x));
        }
        let mut say = |field: &str, value: Value| {
            if let Some(index) = Layer::BoundaryMarker.def().index_of(field)
                && row.get(index).is_none()
            {
                row.set(index, value);
            }
        };
        if let Some(zone) = self.zone {
            // Surveyors' X is the northing.
            say("x_m", Value::Real(at.y));
            say("y_m", Value::Real(at.x));
            say("zone", Value::Int(i64::from(zone.zone)));
            say("zone_width", Value::Int(i64::from(zone.width.degrees())));
        }
        if self.degrees {
            say("received_lon", Value::Real(at.x));
            say("received_lat", Value::Real(at.y));
        }
        if let Some(datum) = self.datum {
            say("datum", Value::Text(datum.into()));
        }
    }
}

fn datum_name(datum: Datum) -> &'static str {
    match datum {
        Datum::Cgcs2000 => "CGCS2000",
        Datum::Xian1980 => "1980西安坐标系",
        Datum::Beijing1954 => "1954北京坐标系",
    }
}

/// The point of a feature, if it is one.
pub(super) fn point(geometry: Option<&Geometry>) -> Option<Coord> {
    match geometry {
        Some(Geometry::Point(point)) => Some(point.0),
        _ => None,
    }
}

/// Completes a row of a marker.
pub(super) fn complete(row: &mut Row, received: Option<&Received>, at: Option<Coord>) {
    references(row);
    letter(row);
    if let (Some(received), Some(at)) = (received, at) {
        received.keep(row, at);
    }
    zone_of_easting(row);
}

fn index(field: &str) -> usize {
    Layer::BoundaryMarker.def().index_of(field).unwrap_or(usize::MAX)
}

/// The type letter at the end of the number, and the type that it stands for.
fn letter(row: &mut Row) {
    let number = row.get(index("number")).and_then(Value::as_text).map(str::to_owned);
    let number = number.or_else(|| row.code.as_deref().map(str::to_owned)).unwrap_or_default();
    let said = row.get(index("type_code")).and_then(Value::as_text).and_then(|code| code.chars().next());
    let mut back = number.chars().rev();
    let last = back.next().map(|c| c.to_ascii_uppercase());
    let follows_digit = back.next().is_some_and(|c| c.is_ascii_digit());
    let at_end = last.filter(|c| follows_digit && "QABCDE".contains(*c));
    if row.code.is_none() && is_full(&number, at_end.is_some()) {
        row.code = Some(number.as_str().into());
    }
    let Some(letter) = said.or(at_end) else { return };
    let marker_type = match letter {
        'Q' => "single",
        'A' | 'B' => "double",
        _ => "triple",
    };
    for (field, text) in [("type_code", letter.to_string()), ("marker_type", marker_type.to_owned())] {
        if row.get(index(field)).is_none() {
            row.set(index(field), Value::Text(text.into()));
        }
    }
}

/// Whether a number is a full one, which no other marker has: digits of line and serial, as a rule with a letter.
/// By it the marker is found again.
fn is_full(number: &str, lettered: bool) -> bool {
    let digits = number.bytes().take_while(u8::is_ascii_digit).count();
    let rest = number.len() - digits;
    if lettered { digits >= 7 && rest == 1 } else { digits >= 10 && rest == 0 }
}

/// An easting of eight digits begins with its zone's number: 25 to 45 for 3°, 13 to 23 for 6°.
fn zone_of_easting(row: &mut Row) {
    let Some(Value::Real(easting)) = row.get(index("y_m")) else { return };
    let zone = (easting / 1e6).floor();
    let width = match zone {
        z if (25.0..=45.0).contains(&z) => 3,
        z if (13.0..=23.0).contains(&z) => 6,
        _ => return,
    };
    for (field, number) in [("zone", zone as i64), ("zone_width", width)] {
        if row.get(index(field)).is_none() {
            row.set(index(field), Value::Int(number));
        }
    }
}

/// What a column says of a reference object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Object,
    Azimuth,
    Distance,
}

/// Which reference object a heading is about, from 1, and what of it: 方位物1, 2号方位物方位角, 距离三(m).
fn heading(name: &str) -> Option<(usize, Part)> {
    // The last ones are first letters of the pinyin, as shapefiles have them.
    const OBJECT: [&str; 10] = [
        "方位物",
        "方位物名称",
        "方位物及部位",
        "方位物名称及部位",
        "指示物",
        "参照物",
        "referenceobject",
        "reference",
        "fww",
        "fwwmc",
    ];
    const AZIMUTH: [&str; 9] = [
        "方位角",
        "坐标方位角",
        "方位物方位角",
        "方位物坐标方位角",
        "方位",
        "azimuth",
        "bearing",
        "fwj",
        "zbfwj",
    ];
    const DISTANCE: [&str; 8] =
        ["距离", "方位物距离", "至方位物距离", "水平距离", "方位物水平距离", "distance", "jl", "fwwjl"];
    let mut at = 1;
    let mut plain = String::new();
    for c in name.to_lowercase().chars().filter(|c| c.is_alphanumeric()) {
        match "一二三四五六七八九".chars().position(|digit| digit == c) {
            Some(place) => at = place + 1,
            None if c.is_ascii_digit() => at = c.to_digit(10).filter(|digit| *digit > 0)? as usize,
            None if c == '号' || c == '第' => {}
            None => plain.push(c),
        }
    }
    let plain = ["米", "度", "deg"].iter().find_map(|unit| plain.strip_suffix(unit)).unwrap_or(&plain);
    let known =
        |list: &[&str]| list.contains(&plain) || plain.strip_suffix('m').is_some_and(|p| list.contains(&p));
    let part = match () {
        () if known(&OBJECT) => Part::Object,
        () if known(&AZIMUTH) => Part::Azimuth,
        () if known(&DISTANCE) => Part::Distance,
        () => return None,
    };
    Some((at, part))
}

/// Columns of reference objects become the list; what cannot be read stays where it is.
fn references(row: &mut Row) {
    let Some(extra) = row.extra.as_deref() else { return };
    let found: Vec<(String, usize, Part)> =
        extra.keys().filter_map(|name| heading(name).map(|(at, part)| (name.clone(), at, part))).collect();
    if found.is_empty() {
        return;
    }
    let mut list: Vec<Map<String, Json>> = match row.get(index("references")) {
        Some(Value::List(items)) => {
            let items = items.as_array().into_iter().flatten();
            items.filter_map(Json::as_object).cloned().collect()
        }
        _ => Vec::new(),
    };
    // A bare 距离 means nothing without an object.
    if list.is_empty() && !found.iter().any(|(_, _, part)| *part == Part::Object) {
        return;
    }
    for (name, at, part) in found {
        let Some(cell) = row.extra.as_deref().and_then(|extra| extra.get(&name)) else { continue };
        let (member, value) = match part {
            Part::Object => ("object", text(cell).map(Json::from)),
            Part::Azimuth => ("azimuth_deg", angle(cell).map(Json::from)),
            Part::Distance => ("distance_m", metres(cell).map(Json::from)),
        };
        let Some(value) = value else { continue };
        if list.len() < at {
            list.resize(at, Map::new());
        }
        list[at - 1].insert(member.into(), value);
        if let Some(extra) = row.extra.as_deref_mut() {
            extra.shift_remove(&name);
        }
    }
    if row.extra.as_deref().is_some_and(Map::is_empty) {
        row.extra = None;
    }
    list.retain(|object| !object.is_empty());
    let list = list.into_iter().map(Json::Object).collect();
    row.set(index("references"), Value::List(Box::new(Json::Array(list))));
}

fn text(cell: &Json) -> Option<String> {
    match cell {
        Json::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Json::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Degrees clockwise from north; as a number or in degrees, minutes and seconds, up to 360.
fn angle(cell: &Json) -> Option<f64> {
    let degrees = match cell {
        Json::Number(number) => number.as_f64()?,
        Json::String(text) => of_circle(text)?,
        _ => return None,
    };
    (0.0..=360.0).contains(&degrees).then_some(degrees)
}

/// As `dms::parse`, which stops at 180: the degrees are taken off first.
fn of_circle(text: &str) -> Option<f64> {
    let text = text.trim();
    if let Some(angle) = dms::parse(text) {
        return (angle.axis.is_none()).then_some(angle.degrees);
    }
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (whole, rest) = (text.get(..end)?.parse::<f64>().ok()?, text.get(end..)?);
    if let Ok(plain) = text.parse::<f64>() {
        return Some(plain);
    }
    dms::parse(&format!("0{rest}")).map(|angle| whole + angle.degrees)
}

fn metres(cell: &Json) -> Option<f64> {
    let metres = match cell {
        Json::Number(number) => number.as_f64()?,
        Json::String(text) => {
            let plain = text.trim().trim_end_matches(['米', 'm', 'M']).trim();
            plain.parse().ok()?
        }
        _ => return None,
    };
    (metres >= 0.0 && f64::is_finite(metres)).then_some(metres)
}

/// Reference objects in words: `电杆基座中心，方位角123°45′，距离12.3米；石桥东端，…`.
pub(super) fn references_of_text(text: &str) -> Option<Json> {
    let mut list = Vec::new();
    for item in text.split(['；', ';', '\n']).map(str::trim).filter(|item| !item.is_empty()) {
        let mut object = Map::new();
        for part in item.split(['，', ',', '、']).map(str::trim) {
            let after = |words: &[&str]| words.iter().find_map(|word| part.strip_prefix(word));
            let cell = |rest: &str| Json::from(rest.trim_start_matches(['：', ':', '为', '约']));
            if let Some(degrees) = after(&["坐标方位角", "方位角"]).and_then(|rest| angle(&cell(rest)))
            {
                object.insert("azimuth_deg".into(), degrees.into());
            } else if let Some(m) =
                after(&["水平距离", "距离", "相距", "距"]).and_then(|rest| metres(&cell(rest)))
            {
                object.insert("distance_m".into(), m.into());
            } else if !object.contains_key("object") && !part.is_empty() {
                object.insert("object".into(), part.into());
            }
        }
        list.push(Json::Object(object));
    }
    (!list.is_empty()).then(|| json!(list))
}

/// How many faces a word says a marker has: 双面, 单立三面.
pub(super) fn faces_of_text(text: &str) -> Result<Option<Value>, ValueError> {
    let word =
        [("单面", 1), ("双面", 2), ("两面", 2), ("三面", 3)].iter().find(|(word, _)| text.contains(word));
    match word {
        Some((_, faces)) => Ok(Some(Value::Int(*faces))),
        None => Value::from_text(FieldKind::Int, text.trim().trim_end_matches('面')),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_of_reference_objects() {
        for (name, found) in [
            ("方位物1", Some((1, Part::Object))),
            ("方位物_2", Some((2, Part::Object))),
            ("方位物三名称", Some((3, Part::Object))),
            ("2号方位物", Some((2, Part::Object))),
            ("方位角", Some((1, Part::Azimuth))),
            ("坐标方位角2（°）", Some((2, Part::Azimuth))),
            ("方位物1方位角(度)", Some((1, Part::Azimuth))),
            ("距离3(m)", Some((3, Part::Distance))),
            ("方位物二距离（米）", Some((2, Part::Distance))),
            ("名称", None),
            ("距离河岸", None),
            ("FWW1", Some((1, Part::Object))),
            ("FWJ2", Some((2, Part::Azimuth))),
            ("JL3", Some((3, Part::Distance))),
        ] {
            assert_eq!(heading(name), found, "{name}");
        }
    }

    #[test]
    fn angles_of_the_whole_circle() {
        for (text, degrees) in
            [("123°45′", 123.75), ("270°30′00″", 270.5), ("359.5", 359.5), ("275-30-00", 275.5)]
        {
            assert_eq!(angle(&Json::from(text)), Some(degrees), "{text}");
        }
        for text in ["361", "-5", "北", "12°N", ""] {
            assert_eq!(angle(&Json::from(text)), None, "{text}");
        }
    }

    #[test]
    fn columns_become_the_list_and_what_cannot_be_read_stays() {
        let mut row = Row::default();
        for (name, cell) in [
            ("方位物1", json!("电杆")),
            ("方位角1", json!("200°30′")),
            ("距离1", json!(12.5)),
            ("方位物2", json!("石桥")),
            ("方位角2", json!("不清")),
            ("备考", json!("x")),
        ] {
            row.keep(name, cell);
        }
        complete(&mut row, None, None);
        let Some(Value::List(list)) = row.get(index("references")) else { panic!() };
        let expected =
            json!([{"object": "电杆", "azimuth_deg": 200.5, "distance_m": 12.5}, {"object": "石桥"}]);
        assert_eq!(**list, expected);
        let left: Vec<_> = row.extra.unwrap().keys().cloned().collect();
        assert_eq!(left, ["方位角2", "备考"]);
    }

    #[test]
    fn objects_in_words() {
        let list = references_of_text(
            "电杆基座中心，方位角123°45′，距离12.3米；石桥东端，坐标方位角：5.5，距约8m；井",
        )
        .unwrap();
        assert_eq!(
            list,
            json!([
                {"object": "电杆基座中心", "azimuth_deg": 123.75, "distance_m": 12.3},
                {"object": "石桥东端", "azimuth_deg": 5.5, "distance_m": 8.0},
                {"object": "井"}
            ])
        );
        assert_eq!(faces_of_text("单立双面"), Ok(Some(Value::Int(2))));
        assert_eq!(faces_of_text("3面"), Ok(Some(Value::Int(3))));
    }

    #[test]
    fn the_letter_says_the_type() {
        let mut row = Row::default();
        row.set(index("number"), Value::Text("53010001030111001B".into()));
        complete(&mut row, None, None);
        assert_eq!(row.get(index("type_code")).and_then(Value::as_text), Some("B"));
        assert_eq!(row.get(index("marker_type")).and_then(Value::as_text), Some("double"));
        assert_eq!(row.code.as_deref(), Some("53010001030111001B"));
        assert!(is_full("1253165Q", true) && !is_full("5Q", true) && !is_full("1253165", false));
    }

    #[test]
    fn plane_coordinates_are_kept_as_received() {
        let mut row = Row::default();
        let received = Received::of(Layer::BoundaryMarker, Some(&Crs::Epsg(2358))).unwrap();
        complete(&mut row, Some(&received), Some(Coord { x: 34_512_345.0, y: 2_772_345.5 }));
        assert_eq!(row.get(index("x_m")), Some(&Value::Real(2_772_345.5)));
        assert_eq!(row.get(index("zone")), Some(&Value::Int(34)));
        assert_eq!(row.get(index("datum")).and_then(Value::as_text), Some("1980西安坐标系"));
        assert!(Received::of(Layer::Place, Some(&Crs::Epsg(4543))).is_none());
        assert!(Received::of(Layer::BoundaryMarker, Some(&Crs::Gcj02)).is_none());
    }
}
