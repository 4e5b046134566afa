//! Elements of a PBF, block by block. The crate `osmpbf` bounds the size of a block.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use geo_types::Coord;
use osmpbf::{BlobDecode, BlobReader, Element as Raw, RelMemberType};

use super::super::{FormatError, bytes};
use super::element::{Element, Kind, Node, Relation, Way};

/// See [`super::element::each`].
pub(super) fn each(
    path: &Path,
    kind: Kind,
    take: &mut dyn FnMut(Element),
) -> Result<Option<String>, FormatError> {
    let mut seen = false;
    for blob in BlobReader::new(bytes::reader(path)?) {
        // Numbers in a block count from each other; in a hostile one they overflow, and the crate then panics.
        let read = catch_unwind(AssertUnwindSafe(|| -> osmpbf::Result<()> {
            match blob?.decode()? {
                BlobDecode::OsmData(block) => block.for_each_element(|raw| {
                    if let Some(element) = element(raw, kind) {
                        take(element);
                    }
                }),
                BlobDecode::OsmHeader(_) | BlobDecode::Unknown(_) => {}
            }
            Ok(())
        }));
        match read {
            Ok(Ok(())) => seen = true,
            Ok(Err(e)) if !seen => {
                return Err(FormatError::broken(
                    path,
                    format!("不是 OSM PBF 文件（{e}）"),
                    format!("not an OSM PBF: {e}"),
                ));
            }
            Ok(Err(e)) => return Ok(Some(e.to_string())),
            Err(_) => return Ok(Some("a block that makes no sense".into())),
        }
    }
    Ok(None)
}

fn element(raw: Raw<'_>, kind: Kind) -> Option<Element> {
    let owned = |(key, value): (&str, &str)| (key.to_owned(), value.to_owned());
    // Decimal degrees with seven places, as OSM keeps them; nanodegrees may carry noise of the granularity.
    let at = |lon: i64, lat: i64| Coord { x: lon as f64 / 1e9, y: lat as f64 / 1e9 };
    Some(match (raw, kind) {
        (Raw::Node(node), Kind::Node) => {
            let at = at(node.nano_lon(), node.nano_lat());
            Element::Node(Node { id: node.id(), at, tags: node.tags().map(owned).collect() })
        }
        (Raw::DenseNode(node), Kind::Node) => {
            let at = at(node.nano_lon(), node.nano_lat());
            Element::Node(Node { id: node.id(), at, tags: node.tags().map(owned).collect() })
        }
        (Raw::Way(way), Kind::Way) => Element::Way(Way {
            id: way.id(),
            refs: way.refs().collect(),
            tags: way.tags().map(owned).collect(),
        }),
        (Raw::Relation(relation), Kind::Relation) => Element::Relation(Relation {
            id: relation.id(),
            ways: relation
                .members()
                .filter(|member| member.member_type == RelMemberType::Way)
                .map(|member| member.member_id)
                .collect(),
            tags: relation.tags().map(owned).collect(),
        }),
        _ => return None,
    })
}
