//! Reads GeoJSON: RFC 7946, the older `crs` member, bare geometries, features one per line, gzip.
//!
//! The text is held in memory, but features are parsed one by one when asked for: a first pass only finds where
//! each begins and ends, so that a broken one costs itself and not the rest.
//! Files without `crs`, and not of our own writing, are `Undeclared`, although RFC 7946 makes them WGS 84: much Chinese GeoJSON is GCJ-02.

mod geometry;
mod scan;
mod write;

use std::collections::HashMap;
use std::ops::Range;
use std::path::Path;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::Value as Json;

use self::geometry::RawGeometry;
use super::parts::{Parts, ReadPart, SoFar};
use super::report::{Noticed, Report};
use super::{
    DeclaredCrs, FeatureSource, FormatError, ReadOptions, SourceFeature, bytes, declared, encoding, table,
};
use crate::model::{Finding, Severity};

pub(crate) use self::write::GeoJsonSink;

/// The member in which our own writer says its coordinate system, see `write`.
const OWN_MEMBER: &str = "boundstone";

/// Makes features of the text, and remembers where each column stands.
struct GeoJsonReader {
    text: String,
    places: HashMap<String, usize>,
    heights: bool,
}

/// Reads the text and finds its features, or the rows of an array of plain objects.
pub(crate) fn open(path: &Path, options: &ReadOptions) -> Result<Box<dyn FeatureSource>, FormatError> {
    let given = options.encoding.as_deref().map(encoding::required).transpose()?;
    let mut report = Report::new(path);
    let (bytes, cut) = bytes::all(path, bytes::MAX_TEXT)?;
    let text = encoding::whole(bytes, given, &mut report);
    let layout = scan::layout(&text).ok_or_else(|| {
        FormatError::broken(
            path,
            "不是 GeoJSON：找不到要素或图形",
            "not GeoJSON: neither features nor a geometry found",
        )
    })?;
    if cut.is_some() || layout.cut {
        report.file(Noticed {
            rule: "import.file",
            severity: Severity::Error,
            what: ("文件不完整，中途断开".into(), "the file is cut off before its end".into()),
            done: ("断开之前的要素照常读取", "what stands before the cut was read"),
        });
    }
    if layout.parts.first().is_some_and(|first| is_plain(&text[first.clone()])) {
        return Ok(Box::new(table_of(&text, layout.parts, report)));
    }
    let crs = match (layout.crs, layout.own) {
        (Some(range), _) => declared_crs(&text[range]),
        (None, Some(range)) => own_crs(&text[range]),
        (None, None) => DeclaredCrs::Undeclared,
    };
    let reader = GeoJsonReader { text, places: HashMap::new(), heights: false };
    Ok(Box::new(Parts::new(reader, layout.parts, crs, Vec::new(), report)))
}

/// Whether it is a plain object and no feature.
fn is_plain(text: &str) -> bool {
    serde_json::from_str::<Pairs>(text).is_ok_and(|Pairs(members)| {
        !members.iter().any(|(name, _)| matches!(name.as_str(), "geometry" | "coordinates" | "properties"))
            && !members.iter().any(|(name, kind)| name == "type" && kind == "Feature")
    })
}

/// An array of plain objects is a table.
fn table_of(text: &str, parts: Vec<Range<usize>>, report: Report) -> table::TableSource {
    let read = |(at, range): (usize, Range<usize>)| -> table::Object {
        let part = &text[range];
        serde_json::from_str::<Pairs>(part).map(|Pairs(members)| members).map_err(|e| {
            let zh = format!("不是正确的 JSON 对象（{e}）");
            Box::new(report.refused(at as u64 + 1, start_of(part), &zh, &e.to_string()))
        })
    };
    let objects = parts.into_iter().enumerate().map(read).collect();
    table::of_objects(objects, report)
}

/// As much of a part as a finding shows.
fn start_of(part: &str) -> &str {
    part.char_indices().nth(120).map_or(part, |(end, _)| &part[..end])
}

impl GeoJsonReader {
    fn column(&mut self, name: String, columns: &mut Vec<String>) -> usize {
        if let Some(&at) = self.places.get(&name) {
            return at;
        }
        let at = columns.len();
        columns.push(name.clone());
        self.places.insert(name, at);
        at
    }

    fn feature(&mut self, raw: RawFeature, so_far: &mut SoFar) -> SourceFeature {
        let mut values = Vec::with_capacity(raw.properties.len() + 1);
        // An `id` among the properties is the author's own and goes before the feature's.
        let own_id = raw.properties.iter().any(|(name, value)| name == "id" && !value.is_null());
        if let Some(id) = raw.id.filter(|id| !own_id && !id.is_null()) {
            values.push((self.column("id".into(), &mut so_far.columns), id));
        }
        for (name, value) in raw.properties {
            let at = self.column(name, &mut so_far.columns);
            if !value.is_null() {
                values.push((at, value));
            }
        }
        let geometry = match raw.geometry.map(|g| g.into_geometry()) {
            None => None,
            Some(Ok((geometry, heights))) => {
                self.note_heights(heights, &mut so_far.report);
                geometry
            }
            Some(Err(why)) => {
                so_far.report.geometry(so_far.row, None, "", why.0, why.1);
                None
            }
        };
        SourceFeature { row: so_far.row, geometry, values }
    }

    fn note_heights(&mut self, heights: bool, report: &mut Report) {
        if heights && !self.heights {
            self.heights = true;
            report.file(Noticed {
                rule: "import.heights",
                severity: Severity::Note,
                what: ("坐标带有高程".into(), "the coordinates have heights".into()),
                done: ("只取平面坐标", "only the plane coordinates are taken"),
            });
        }
    }
}

impl ReadPart for GeoJsonReader {
    type Part = Range<usize>;

    fn read(&mut self, range: Range<usize>, so_far: &mut SoFar) -> Option<Result<SourceFeature, Finding>> {
        let part = &self.text[range];
        Some(match serde_json::from_str::<RawFeature>(part) {
            Ok(raw) => Ok(self.feature(raw, so_far)),
            Err(e) => {
                let zh = format!("不是正确的 GeoJSON 要素（{e}）");
                Err(so_far.report.refused(so_far.row, start_of(part), &zh, &e.to_string()))
            }
        })
    }
}

/// A feature as it stands, or a bare geometry taken as a feature without properties.
#[derive(Default)]
struct RawFeature {
    id: Option<Json>,
    properties: Vec<(String, Json)>,
    geometry: Option<RawGeometry>,
}

impl<'de> Deserialize<'de> for RawFeature {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(RawFeatureVisitor)
    }
}

struct RawFeatureVisitor;

impl<'de> Visitor<'de> for RawFeatureVisitor {
    type Value = RawFeature;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a Feature or a geometry")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<RawFeature, A::Error> {
        let mut feature = RawFeature::default();
        let mut bare = RawGeometry::default();
        while let Some(key) = map.next_key::<std::borrow::Cow<'de, str>>()? {
            match key.as_ref() {
                "type" => bare.kind = Some(map.next_value()?),
                "coordinates" => bare.coordinates = Some(map.next_value()?),
                "geometries" => bare.geometries = Some(map.next_value()?),
                "geometry" => feature.geometry = map.next_value()?,
                "properties" => feature.properties = map.next_value::<Option<Pairs>>()?.unwrap_or_default().0,
                "id" => feature.id = Some(map.next_value()?),
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        if bare.coordinates.is_some() || bare.geometries.is_some() {
            feature.geometry.get_or_insert(bare);
        }
        Ok(feature)
    }
}

/// Members of an object in their order.
#[derive(Default)]
struct Pairs(Vec<(String, Json)>);

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct PairsVisitor;
        impl<'de> Visitor<'de> for PairsVisitor {
            type Value = Pairs;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object of properties")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        from.deserialize_map(PairsVisitor)
    }
}

/// Our own writer's member: `{"crs":"EPSG:4490"}`.
fn own_crs(text: &str) -> DeclaredCrs {
    let member = serde_json::from_str::<Json>(text).unwrap_or_default();
    member["crs"].as_str().map_or(DeclaredCrs::Undeclared, declared::read)
}

/// The older `crs` member: `{"type":"name","properties":{"name":…}}`, or a plain text as some programs write.
fn declared_crs(text: &str) -> DeclaredCrs {
    let Ok(member) = serde_json::from_str::<Json>(text) else { return DeclaredCrs::Undeclared };
    let properties = &member["properties"];
    let name = [&member, &properties["name"], &properties["code"], &member["name"]];
    match name
        .iter()
        .find_map(|value| value.as_str().map(str::to_owned).or_else(|| Some(value.as_u64()?.to_string())))
    {
        Some(name) => declared::read(&name),
        None if member.is_null() => DeclaredCrs::Undeclared,
        None => DeclaredCrs::Unknown(text.chars().take(300).collect()),
    }
}
