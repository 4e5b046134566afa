//! Divisions in a tile: areas, label points, and borders, each once.

use std::collections::BTreeMap;

use super::clip::Cutter;
use super::compose::{FeatureWriter, Scene, feature_id, tag_identity};
use super::coverage::{Border, BorderId, Covered};
use super::layers::{BORDER_LAYER, LABEL_LAYER, Shown, Spec};
use super::mvt::{Commands, Kind, LayerWriter, Scalar};
use crate::model::Record;
use crate::model::layers::DivisionLevel;

/// A division in the tile.
struct Seen<'a> {
    record: &'a Record,
    covered: &'a Covered,
    level: Option<DivisionLevel>,
}

/// Writes the three layers.
pub fn write(scene: &Scene<'_>, spec: &Spec, tile: &mut Vec<u8>) {
    let coarsest = scene.coverage.coarsest();
    let mut seen: Vec<Seen<'_>> = scene
        .visible(spec.layer)
        .filter_map(|record| {
            let level = record.text("level").and_then(DivisionLevel::from_code);
            if spec.shows(record, scene.z()) == Shown::No && (level.is_none() || level != coarsest) {
                return None;
            }
            Some(Seen { record, covered: scene.coverage.get(record.key())?, level })
        })
        .collect();
    // Larger divisions lie under smaller ones.
    seen.sort_by_key(|division| (division.level, division.record.key()));
    let mut cutter = Cutter::new(scene.frame(), scene.z());
    let mut writer = FeatureWriter::new(spec);
    for division in &seen {
        if let Some(kind) = writer.draw(&mut cutter, &division.covered.shape) {
            writer.write(division.record, kind);
        }
    }
    writer.finish(tile);
    write_labels(scene, &seen, tile);
    write_borders(scene, &seen, &mut cutter, tile);
}

fn write_labels(scene: &Scene<'_>, seen: &[Seen<'_>], tile: &mut Vec<u8>) {
    let frame = scene.frame();
    let mut writer = LayerWriter::new(LABEL_LAYER, vec!["id", "label", "level", "code"]);
    let mut commands = Commands::default();
    for division in seen {
        // The box tells soon that the label lies elsewhere, and then its point need not be known.
        let near = division.covered.shape.outline().bounds().meets(frame.clip());
        let at = near.then(|| division.covered.label_point()).flatten().and_then(|p| frame.inside(p));
        let Some(at) = at else { continue };
        commands.clear();
        commands.points(&[at]);
        tag_identity(&mut writer, division.record);
        if let Some(level) = division.level {
            writer.tag(2, Scalar::Text(level.code()), false);
        }
        if let Some(code) = division.record.code.as_deref() {
            writer.tag(3, Scalar::Text(code), false);
        }
        writer.feature(Some(feature_id(division.record)), Kind::Point, &commands);
    }
    writer.finish(tile);
}

/// A stretch of border, as one of the divisions along it has it.
struct Stretch<'a> {
    covered: &'a Covered,
    border: &'a Border,
    level: Option<DivisionLevel>,
    code: Option<&'a str>,
}

/// One feature per level: all stretches that are border of a division of that level and of none higher.
fn write_borders(scene: &Scene<'_>, seen: &[Seen<'_>], cutter: &mut Cutter, tile: &mut Vec<u8>) {
    let clip = scene.frame().clip();
    let mut stretches: BTreeMap<BorderId, Stretch<'_>> = BTreeMap::new();
    for division in seen.iter().filter(|division| division.level.is_some()) {
        let (level, code) = (division.level, division.record.code.as_deref());
        for border in division.covered.arcs.iter().filter(|border| border.bounds.meets(clip)) {
            stretches.entry(border.id).and_modify(|stretch| stretch.meet(level, code)).or_insert(Stretch {
                covered: division.covered,
                border,
                level,
                code,
            });
        }
    }
    let mut by_level: BTreeMap<Option<DivisionLevel>, Commands> = BTreeMap::new();
    for stretch in stretches.values() {
        let commands = by_level.entry(stretch.level).or_default();
        let (shape, arc) = (&stretch.covered.shape, stretch.border.arc);
        let path = shape.outline().paths()[stretch.border.path];
        cutter.line(shape, &path, (arc.start, arc.edges), &mut |piece| commands.line(piece));
    }
    let mut writer = LayerWriter::new(BORDER_LAYER, vec!["level"]);
    for (level, commands) in by_level {
        if let (Some(level), false) = (level, commands.is_empty()) {
            writer.tag(0, Scalar::Text(level.code()), false);
            writer.feature(None, Kind::Line, &commands);
        }
    }
    writer.finish(tile);
}

impl Stretch<'_> {
    /// Another division lies along it, of the same or of a lower level: they come in order.
    fn meet(&mut self, level: Option<DivisionLevel>, code: Option<&str>) {
        if let (true, Some(a), Some(b)) = (level >= self.level, self.code, code) {
            self.level = self.level.min(parted_at(a, b, level));
        }
    }
}

/// The level of the divisions that two codes part: counties of two provinces lie along a province's
/// border even where the provinces themselves are not in the register. At most `level`, that of the second.
fn parted_at(a: &str, b: &str, level: Option<DivisionLevel>) -> Option<DivisionLevel> {
    const DIGITS: [(usize, DivisionLevel); 5] = [
        (2, DivisionLevel::Province),
        (4, DivisionLevel::Prefecture),
        (6, DivisionLevel::County),
        (9, DivisionLevel::Township),
        (12, DivisionLevel::Community),
    ];
    let digits = |code: &str| code.len() >= 6 && code.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(a) || !digits(b) {
        return level;
    }
    let parted = DIGITS.iter().find(|(n, _)| match (a.get(..*n), b.get(..*n)) {
        (Some(a), Some(b)) => a != b,
        _ => false,
    });
    parted.map(|(_, parted)| *parted).or(level)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_tell_what_a_border_parts() {
        let level = |a, b| parted_at(a, b, Some(DivisionLevel::County));
        assert_eq!(level("530102", "530103"), Some(DivisionLevel::County));
        assert_eq!(level("530102", "532301"), Some(DivisionLevel::Prefecture));
        assert_eq!(level("530102", "510101"), Some(DivisionLevel::Province));
        assert_eq!(level("530102", "甲"), Some(DivisionLevel::County));
        assert_eq!(level("530102", "530102"), Some(DivisionLevel::County));
    }
}
