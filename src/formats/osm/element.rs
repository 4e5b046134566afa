//! Nodes, ways and relations, the same from either format.

use std::path::Path;

use geo_types::Coord;

use super::super::{FormatError, bytes};
use super::{pbf, xml};

/// Key and value.
pub(super) type Tags = Vec<(String, String)>;

/// What is to be read in one pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Node,
    Way,
    Relation,
}

/// A point.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub id: i64,
    pub at: Coord,
    pub tags: Tags,
}

/// A line through nodes.
#[derive(Clone, Debug)]
pub(super) struct Way {
    pub id: i64,
    pub refs: Vec<i64>,
    pub tags: Tags,
}

impl Way {
    /// Whether it comes back to where it began.
    pub fn closed(&self) -> bool {
        self.refs.len() >= 4 && self.refs.first() == self.refs.last()
    }
}

/// A relation, as far as it is made of ways.
#[derive(Clone, Debug)]
pub(super) struct Relation {
    pub id: i64,
    pub ways: Vec<i64>,
    pub tags: Tags,
}

/// One of them.
pub(super) enum Element {
    Node(Node),
    Way(Way),
    Relation(Relation),
}

/// Calls `take` with every element of a kind. The value returned is why the file ended before its end, if it did.
pub(super) fn each(
    path: &Path,
    kind: Kind,
    take: &mut dyn FnMut(Element),
) -> Result<Option<String>, FormatError> {
    let head = bytes::head(path, 64)?;
    let start = head.iter().find(|byte| !byte.is_ascii_whitespace() && !matches!(byte, 0xef | 0xbb | 0xbf));
    if start == Some(&b'<') { xml::each(path, kind, take) } else { pbf::each(path, kind, take) }
}
