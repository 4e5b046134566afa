//! Codes that name other records: found in the snapshot or in the file, in whichever spelling stands there.
//!
//! A division's code is written with 2, 4, 6, 9 or 12 digits, the shorter ones often filled up with zeros:
//! `110101`, `110101000` and `110101000000` are one county.

use std::collections::HashMap;

use super::row::Row;
use crate::model::{Layer, RefBy};
use crate::snapshot::Snapshot;

/// The digits of a division code that say which division it is; other texts as they are.
pub(super) fn significant(code: &str) -> &str {
    let digits = code.bytes().all(|b| b.is_ascii_digit());
    if !digits || !matches!(code.len(), 2 | 4 | 6 | 9 | 12) {
        return code;
    }
    let mut short = code;
    for (len, zeros) in [(12, "000"), (9, "000"), (6, "00"), (4, "00")] {
        if short.len() == len && short.ends_with(zeros) {
            short = &short[..len - zeros.len()];
        }
    }
    short
}

/// The ways in which those digits are written.
pub(super) fn spellings(code: &str) -> Vec<String> {
    let short = significant(code);
    let mut all = vec![code.to_owned()];
    if matches!(short.len(), 2 | 4 | 6 | 9 | 12) && short.bytes().all(|b| b.is_ascii_digit()) {
        let lengths = [short.len(), 6, 9, 12].into_iter().filter(|len| *len >= short.len());
        all.extend(lengths.map(|len| format!("{short:0<len$}")).filter(|spelling| spelling != code));
    }
    all
}

/// The codes of the divisions above a division, nearest first, as they are usually written.
pub(super) fn above(code: &str) -> Vec<String> {
    let short = significant(code);
    if !short.bytes().all(|b| b.is_ascii_digit()) {
        return Vec::new();
    }
    let levels: &[usize] = match short.len() {
        4 => &[2],
        6 => &[4, 2],
        9 => &[6, 4, 2],
        12 => &[9, 6, 4, 2],
        // Groups and grids number on from their community's code.
        13..=20 => &[12, 9, 6, 4, 2],
        _ => &[],
    };
    let write = |len: &usize| format!("{:0<1$}", &short[..*len], 6.max(*len));
    levels.iter().map(write).collect()
}

/// Looks codes up; what was found is remembered, since many rows name the same record.
pub(super) struct References<'a> {
    snapshot: &'a Snapshot,
    of_file: HashMap<String, Box<str>>,
    file_layer: Layer,
    known: HashMap<(Layer, Box<str>), Option<Box<str>>>,
}

impl<'a> References<'a> {
    /// Prepared for the rows of one file.
    pub(super) fn new<'b>(snapshot: &'a Snapshot, layer: Layer, rows: impl Iterator<Item = &'b Row>) -> Self {
        let by_own_code = |field: &&crate::model::FieldDef| {
            field.refers.is_some_and(|reference| reference.layer == layer && reference.by == RefBy::Code)
        };
        let needs_file = layer.def().fields.iter().find(by_own_code).is_some();
        let codes = rows.filter(|_| needs_file).filter_map(|row| row.code.as_ref());
        let of_file = codes.map(|code| (key(layer, code).to_owned(), code.clone())).collect();
        Self { snapshot, of_file, file_layer: layer, known: HashMap::new() }
    }

    /// The code as the record that it names writes it; `None` where there is no such record.
    pub(super) fn find(&mut self, layer: Layer, code: &str) -> Option<Box<str>> {
        // The key is borrowed nowhere: a lookup allocates once, which many rows with few parents can bear.
        let memo = (layer, Box::from(code));
        if let Some(found) = self.known.get(&memo) {
            return found.clone();
        }
        let found = self.look_up(layer, code);
        self.known.insert(memo, found.clone());
        found
    }

    fn look_up(&self, layer: Layer, code: &str) -> Option<Box<str>> {
        let all = if layer == Layer::Division { spellings(code) } else { vec![code.to_owned()] };
        let view = self.snapshot.layer(layer);
        let stored = all.iter().find_map(|spelling| view.by_code(spelling).next());
        if let Some(record) = stored {
            return record.code.clone();
        }
        if layer != self.file_layer {
            return None;
        }
        self.of_file.get(key(layer, code)).cloned()
    }

    /// The division above a division by its code: the nearest that there is, else the usual spelling of
    /// the nearest, with whether it is there.
    pub(super) fn parent_of(&mut self, code: &str) -> Option<(Box<str>, bool)> {
        let above = above(code);
        for candidate in &above {
            let found = self.find(Layer::Division, candidate);
            if let Some(parent) = found.filter(|parent| significant(parent) != significant(code)) {
                return Some((parent, true));
            }
        }
        above.into_iter().next().map(|nearest| (nearest.into(), false))
    }
}

fn key(layer: Layer, code: &str) -> &str {
    if layer == Layer::Division { significant(code) } else { code }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_division_meet() {
        for (code, short) in [
            ("110101000000", "110101"),
            ("110101001000", "110101001"),
            ("110101001001", "110101001001"),
            ("110000", "11"),
            ("530100", "5301"),
            ("530102", "530102"),
            ("jd-7", "jd-7"),
            ("1234567", "1234567"),
        ] {
            assert_eq!(significant(code), short, "{code}");
            assert!(spellings(short).contains(&code.to_owned()), "{code}");
        }
        assert_eq!(above("110101001001"), ["110101001", "110101", "110100", "110000"]);
        assert_eq!(above("110000"), [""; 0]);
        assert_eq!(above("53010200200105")[0], "530102002001");
    }
}
