//! Mapbox Vector Tile 2.1, written straight to protobuf.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use super::world::EXTENT;
use crate::model::Value;

/// What a feature's geometry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// points
    Point = 1,
    /// lines
    Line = 2,
    /// rings
    Area = 3,
}

/// A place in the commands of a geometry.
#[derive(Clone, Copy)]
pub struct Mark {
    words: usize,
    cursor: (i32, i32),
}

/// Commands of one geometry, in tile units.
#[derive(Default)]
pub struct Commands {
    words: Vec<u32>,
    cursor: (i32, i32),
}

impl Commands {
    /// Forgets all.
    pub fn clear(&mut self) {
        self.words.clear();
        self.cursor = (0, 0);
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Where the next command goes: for [`Commands::reset`].
    pub fn mark(&self) -> Mark {
        Mark { words: self.words.len(), cursor: self.cursor }
    }

    /// Takes back what came after a mark.
    pub fn reset(&mut self, mark: Mark) {
        self.words.truncate(mark.words);
        self.cursor = mark.cursor;
    }

    /// Loose points.
    pub fn points(&mut self, points: &[(i32, i32)]) {
        self.run(1, points.iter());
    }

    /// A line of at least two points.
    pub fn line(&mut self, points: &[(i32, i32)]) {
        self.run(1, points.iter().take(1));
        self.run(2, points.iter().skip(1));
    }

    /// An open ring of at least three points.
    pub fn ring(&mut self, points: &[(i32, i32)]) {
        self.line(points);
        self.words.push(7 | 1 << 3);
    }

    fn run<'a>(&mut self, command: u32, points: impl ExactSizeIterator<Item = &'a (i32, i32)>) {
        if points.len() == 0 {
            return;
        }
        self.words.push(command | (points.len() as u32) << 3);
        for &(x, y) in points {
            for step in [x - self.cursor.0, y - self.cursor.1] {
                self.words.push(((step << 1) ^ (step >> 31)) as u32);
            }
            self.cursor = (x, y);
        }
    }
}

/// One layer of a tile in the making.
pub struct LayerWriter<'a> {
    name: &'a str,
    keys: Vec<&'a str>,
    values: Vec<u8>,
    value_count: u32,
    known: HashMap<Box<[u8]>, u32, RandomState>,
    features: Vec<u8>,
    tags: Vec<u32>,
    scratch: Vec<u8>,
}

impl<'a> LayerWriter<'a> {
    /// An empty layer whose features have these attributes.
    pub fn new(name: &'a str, keys: Vec<&'a str>) -> Self {
        Self {
            name,
            keys,
            values: Vec::new(),
            value_count: 0,
            known: HashMap::default(),
            features: Vec::new(),
            tags: Vec::new(),
            scratch: Vec::new(),
        }
    }

    /// Sets an attribute of the feature to come; `key` is a place among the layer's keys. `unique` says
    /// that no other feature will have the same value.
    pub fn tag(&mut self, key: usize, value: Scalar<'_>, unique: bool) {
        self.scratch.clear();
        value.write(&mut self.scratch);
        let known = if unique { None } else { self.known.get(&self.scratch[..]).copied() };
        let place = known.unwrap_or_else(|| {
            let place = self.value_count;
            self.value_count += 1;
            put_bytes(&mut self.values, 4, &self.scratch);
            if !unique {
                self.known.insert(self.scratch[..].into(), place);
            }
            place
        });
        self.tags.extend([key as u32, place]);
    }

    /// Adds a feature with the attributes set since the last one.
    pub fn feature(&mut self, id: Option<u64>, kind: Kind, commands: &Commands) {
        let feature = &mut self.scratch;
        feature.clear();
        if let Some(id) = id {
            put_varint(feature, 1 << 3);
            put_varint(feature, id);
        }
        put_packed(feature, 2, &self.tags);
        put_varint(feature, 3 << 3);
        put_varint(feature, kind as u64);
        put_packed(feature, 4, &commands.words);
        put_bytes(&mut self.features, 2, feature);
        self.tags.clear();
    }

    /// Bytes so far.
    pub fn len(&self) -> usize {
        self.features.len() + self.values.len()
    }

    /// Appends the layer to a tile, unless it has no features.
    pub fn finish(self, tile: &mut Vec<u8>) {
        if self.features.is_empty() {
            return;
        }
        let mut layer = Vec::with_capacity(self.len() + 128);
        put_varint(&mut layer, 15 << 3);
        put_varint(&mut layer, 2);
        put_bytes(&mut layer, 1, self.name.as_bytes());
        layer.extend_from_slice(&self.features);
        for key in self.keys {
            put_bytes(&mut layer, 3, key.as_bytes());
        }
        layer.extend_from_slice(&self.values);
        put_varint(&mut layer, 5 << 3);
        put_varint(&mut layer, EXTENT as u64);
        put_bytes(tile, 3, &layer);
    }
}

/// The value of an attribute.
#[derive(Clone, Copy)]
pub enum Scalar<'a> {
    /// text
    Text(&'a str),
    /// whole number
    Int(i64),
    /// number
    Real(f64),
    /// yes or no
    Bool(bool),
}

impl<'a> Scalar<'a> {
    /// Of a stored value; lists and days have none.
    pub fn of(value: &'a Value) -> Option<Self> {
        match value {
            Value::Text(text) => Some(Self::Text(text)),
            Value::Int(number) => Some(Self::Int(*number)),
            Value::Real(number) => Some(Self::Real(*number)),
            Value::Bool(flag) => Some(Self::Bool(*flag)),
            Value::Date(_) | Value::List(_) => None,
        }
    }

    fn write(self, out: &mut Vec<u8>) {
        match self {
            Self::Text(text) => put_bytes(out, 1, text.as_bytes()),
            Self::Real(number) => {
                put_varint(out, 3 << 3 | 1);
                out.extend_from_slice(&number.to_le_bytes());
            }
            Self::Int(number) if number >= 0 => {
                put_varint(out, 5 << 3);
                put_varint(out, number as u64);
            }
            Self::Int(number) => {
                put_varint(out, 6 << 3);
                put_varint(out, ((number << 1) ^ (number >> 63)) as u64);
            }
            Self::Bool(flag) => {
                put_varint(out, 7 << 3);
                put_varint(out, u64::from(flag));
            }
        }
    }
}

fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn put_bytes(out: &mut Vec<u8>, field: u64, bytes: &[u8]) {
    put_varint(out, field << 3 | 2);
    put_varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

fn put_packed(out: &mut Vec<u8>, field: u64, words: &[u32]) {
    let size = |word: &u32| (38 - (word | 1).leading_zeros()) as u64 / 7;
    put_varint(out, field << 3 | 2);
    put_varint(out, words.iter().map(size).sum());
    for word in words {
        put_varint(out, u64::from(*word));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_of_varints() {
        for word in [0u32, 1, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152, u32::MAX] {
            let mut one = Vec::new();
            put_varint(&mut one, u64::from(word));
            let mut packed = Vec::new();
            put_packed(&mut packed, 2, &[word]);
            assert_eq!(packed[1] as usize, one.len(), "{word}");
        }
    }

    #[test]
    fn the_example_of_the_specification() {
        // Section 4.3.5 of the specification: polygon (3 6), (8 12), (20 34).
        let mut commands = Commands::default();
        commands.ring(&[(3, 6), (8, 12), (20, 34)]);
        assert_eq!(commands.words, [9, 6, 12, 18, 10, 12, 24, 44, 15]);
        commands.clear();
        commands.points(&[(5, 7), (3, 2)]);
        assert_eq!(commands.words, [17, 10, 14, 3, 9]);
    }
}
