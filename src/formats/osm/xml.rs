//! Elements of OSM XML, read as a stream.

use std::path::Path;

use geo_types::Coord;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

use super::super::{FormatError, bytes};
use super::element::{Element, Kind, Node, Relation, Way};

/// See [`super::element::each`].
pub(super) fn each(
    path: &Path,
    kind: Kind,
    take: &mut dyn FnMut(Element),
) -> Result<Option<String>, FormatError> {
    let mut reader = Reader::from_reader(bytes::reader(path)?);
    let mut buffer = Vec::new();
    let mut current: Option<Element> = None;
    let mut root = false;
    loop {
        buffer.clear();
        let (start, empty) = match reader.read_event_into(&mut buffer) {
            Ok(Event::Start(start)) => (start, false),
            Ok(Event::Empty(start)) => (start, true),
            Ok(Event::End(end)) => {
                if matches!(end.name().as_ref(), "node" | "way" | "relation") {
                    current.take().into_iter().for_each(&mut *take);
                }
                continue;
            }
            Ok(Event::Eof) if root => return Ok(None),
            Ok(Event::Eof) => return Err(FormatError::broken(path, "不是 OSM 文件", "not an OSM file")),
            Ok(_) => continue,
            Err(e) => return Ok(Some(e.to_string())),
        };
        match start.name().as_ref() {
            "osm" | "osmChange" => root = true,
            "node" if kind == Kind::Node => current = node(&start),
            "way" if kind == Kind::Way => {
                current = id(&start).map(|id| Element::Way(Way { id, refs: vec![], tags: vec![] }));
            }
            "relation" if kind == Kind::Relation => {
                current = id(&start).map(|id| Element::Relation(Relation { id, ways: vec![], tags: vec![] }));
            }
            "tag" => {
                if let (Some(element), Some(key), Some(value)) =
                    (&mut current, attribute(&start, "k"), attribute(&start, "v"))
                {
                    match element {
                        Element::Node(node) => node.tags.push((key, value)),
                        Element::Way(way) => way.tags.push((key, value)),
                        Element::Relation(relation) => relation.tags.push((key, value)),
                    }
                }
                continue;
            }
            "nd" => {
                if let (Some(Element::Way(way)), Some(node)) = (&mut current, number(&start, "ref")) {
                    way.refs.push(node);
                }
                continue;
            }
            "member" => {
                if let (Some(Element::Relation(relation)), Some("way"), Some(way)) =
                    (&mut current, attribute(&start, "type").as_deref(), number(&start, "ref"))
                {
                    relation.ways.push(way);
                }
                continue;
            }
            _ => continue,
        }
        if empty {
            current.take().into_iter().for_each(&mut *take);
        }
    }
}

fn attribute(start: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = start.try_get_attribute(name).ok().flatten()?;
    found.normalized_value(quick_xml::XmlVersion::Implicit1_0).ok().map(|value| value.into_owned())
}

fn number(start: &BytesStart<'_>, name: &str) -> Option<i64> {
    attribute(start, name)?.parse().ok()
}

/// The id, unless the element is marked as deleted.
fn id(start: &BytesStart<'_>) -> Option<i64> {
    if attribute(start, "visible").as_deref() == Some("false") { None } else { number(start, "id") }
}

fn node(start: &BytesStart<'_>) -> Option<Element> {
    let degrees = |name| attribute(start, name)?.parse::<f64>().ok().filter(|v| v.is_finite());
    let at = Coord { x: degrees("lon")?, y: degrees("lat")? };
    Some(Element::Node(Node { id: id(start)?, at, tags: vec![] }))
}
