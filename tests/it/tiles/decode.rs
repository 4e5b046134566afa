//! Reads tiles back with geozero's protobuf and by the letter of the tile specification.

use std::collections::BTreeMap;
use std::io::Read as _;

use boundstone::tiles::Tile;
use geozero::mvt::Message as _;
use geozero::mvt::tile::Value;

/// A feature as it was read: attributes as text, parts as runs of points (rings open).
#[derive(Debug)]
pub struct Feature {
    pub id: Option<u64>,
    pub kind: i32,
    pub tags: BTreeMap<String, String>,
    pub parts: Vec<Vec<(i32, i32)>>,
}

/// All layers of a tile.
pub fn decode(tile: &Tile) -> BTreeMap<String, Vec<Feature>> {
    let mut bytes = Vec::new();
    if !tile.is_empty() {
        flate2::read::GzDecoder::new(&tile.gzip()[..]).read_to_end(&mut bytes).unwrap();
    }
    let tile = geozero::mvt::Tile::decode(&bytes[..]).unwrap();
    let mut layers = BTreeMap::new();
    for layer in tile.layers {
        assert_eq!((layer.version, layer.extent), (2, Some(4096)));
        let features = layer.features.iter().map(|feature| {
            assert!(feature.tags.len() % 2 == 0);
            let tags = feature
                .tags
                .chunks(2)
                .map(|pair| (layer.keys[pair[0] as usize].clone(), text(&layer.values[pair[1] as usize])));
            Feature {
                id: feature.id,
                kind: feature.r#type.unwrap(),
                tags: tags.collect(),
                parts: parts(&feature.geometry),
            }
        });
        let features: Vec<_> = features.collect();
        assert!(layers.insert(layer.name, features).is_none(), "a layer twice");
    }
    layers
}

fn text(value: &Value) -> String {
    let Value { string_value, double_value, int_value, uint_value, sint_value, bool_value, .. } = value;
    let numbers = [
        int_value.map(|n| n.to_string()),
        uint_value.map(|n| n.to_string()),
        sint_value.map(|n| n.to_string()),
    ];
    let others =
        [string_value.clone(), double_value.map(|n| n.to_string()), bool_value.map(|n| n.to_string())];
    let mut set = numbers.into_iter().chain(others).flatten();
    let one = set.next().unwrap();
    assert!(set.next().is_none(), "two values at once");
    one
}

fn parts(words: &[u32]) -> Vec<Vec<(i32, i32)>> {
    let mut parts: Vec<Vec<(i32, i32)>> = Vec::new();
    let (mut x, mut y, mut at) = (0, 0, 0);
    while at < words.len() {
        let (command, count) = (words[at] & 7, words[at] >> 3);
        at += 1;
        if command == 7 {
            continue;
        }
        for _ in 0..count {
            let step = |word: u32| ((word >> 1) as i32) ^ -((word & 1) as i32);
            x += step(words[at]);
            y += step(words[at + 1]);
            at += 2;
            if command == 1 {
                parts.push(Vec::new());
            }
            parts.last_mut().unwrap().push((x, y));
        }
    }
    parts
}

/// Twice the area of a ring in the tile's sense: outer rings are positive.
pub fn double_area(ring: &[(i32, i32)]) -> i64 {
    let next = ring.iter().cycle().skip(1);
    let cross = |(a, b): (&(i32, i32), &(i32, i32))| {
        i64::from(a.0) * i64::from(b.1) - i64::from(b.0) * i64::from(a.1)
    };
    ring.iter().zip(next).map(cross).sum()
}
