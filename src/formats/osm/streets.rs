//! Ways with the ids of their nodes, for a network: what shares a node is joined, what only crosses is not.

use std::path::Path;

use geo_types::Coord;

use super::Places;
use super::element::{self, Element, Kind, Tags, Way};
use crate::formats::FormatError;

/// A way that may be a street.
#[derive(Clone, Debug)]
pub struct StreetWay {
    /// its id
    pub id: i64,
    /// ids of its nodes, as far as they are in the file
    pub nodes: Vec<i64>,
    /// where they are, WGS 84
    pub line: Vec<Coord>,
    /// its tags
    pub tags: Vec<(String, String)>,
}

/// The streets of a file.
#[derive(Clone, Debug, Default)]
pub struct StreetFile {
    /// ways tagged as highways or platforms, whoever may use them
    pub ways: Vec<StreetWay>,
    /// nodes with a barrier: id and tags
    pub barriers: Vec<(i64, Vec<(String, String)>)>,
    /// nodes of ways that are not in the file
    pub missing: usize,
    /// why the file ended before its end, if it did
    pub cut: Option<String>,
}

/// Reads ways and the nodes that they run through, in two passes: memory follows the streets and not the file.
///
/// # Errors
/// The file is no OpenStreetMap file, or holds more nodes of streets than fit.
pub fn streets(path: &Path) -> Result<StreetFile, FormatError> {
    let mut ways: Vec<Way> = Vec::new();
    let first = element::each(path, Kind::Way, &mut |element| match element {
        Element::Way(way) if may_be_street(&way.tags) => ways.push(way),
        _ => {}
    })?;
    let mut places = Places::default();
    places.want(path, || ways.iter())?;
    let mut found = StreetFile::default();
    let second = element::each(path, Kind::Node, &mut |element| {
        let Element::Node(node) = element else { return };
        places.set(node.id, node.at);
        if node.tags.iter().any(|(key, _)| key == "barrier") {
            found.barriers.push((node.id, node.tags));
        }
    })?;
    found.cut = first.or(second);
    for way in ways {
        let known = way.refs.iter().filter_map(|id| places.get(*id).map(|at| (*id, at)));
        let (nodes, line): (Vec<i64>, Vec<Coord>) = known.unzip();
        found.missing += way.refs.len() - nodes.len();
        found.ways.push(StreetWay { id: way.id, nodes, line, tags: way.tags });
    }
    Ok(found)
}

fn may_be_street(tags: &Tags) -> bool {
    tags.iter().any(|(key, value)| {
        key == "highway" || matches!(key.as_str(), "railway" | "public_transport") && value == "platform"
    })
}
