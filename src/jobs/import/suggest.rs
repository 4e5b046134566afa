//! Which layer of the register a file probably belongs to: by its columns, its shapes and its name. A proposal.

use super::sources::Source;
use crate::intake::suggested_fields;
use crate::model::{GeometryKind, Layer, vocab};

/// The layer that fits best, if one fits at all.
pub(super) fn layer(name: &str, source: &Source) -> Option<Layer> {
    let scored = Layer::ALL.iter().map(|layer| (score(*layer, name, source), *layer));
    let best = scored.max_by_key(|(score, layer)| (*score, std::cmp::Reverse(layer.index())))?;
    (best.0 > 0).then_some(best.1)
}

fn score(layer: Layer, name: &str, source: &Source) -> i64 {
    let def = layer.def();
    if !fits(def.geometry, source) {
        return -1;
    }
    let fields = suggested_fields(layer, &source.columns);
    // Names and codes are everywhere; a field of its own says more.
    let own = fields.iter().filter(|(_, field)| def.index_of(field).is_some()).count();
    let telling = fields
        .iter()
        .filter(|(_, field)| {
            def.index_of(field).is_some() && !["name", "kind", "address", "roman"].contains(field)
        })
        .count();
    let lower = name.to_lowercase();
    let title = def.title();
    let label = vocab::layer(layer.name());
    let words = [title.zh.as_str(), layer.name()].into_iter().chain(label.aliases.iter().map(String::as_str));
    let named = words.filter(|word| !word.is_empty() && lower.contains(&word.to_lowercase())).count();
    let spoken = HINTS.iter().filter(|(hint, of)| *of == layer && lower.contains(hint)).count();
    own as i64 + 2 * telling as i64 + if named + spoken > 0 { 6 } else { 0 }
}

/// Words in the names of files.
const HINTS: &[(&str, Layer)] = &[
    ("街道", Layer::Division),
    ("乡镇", Layer::Division),
    ("区划", Layer::Division),
    ("区县", Layer::Division),
    ("社区", Layer::Division),
    ("村界", Layer::Division),
    ("行政", Layer::Division),
    ("boundaries", Layer::Division),
    ("小区", Layer::Compound),
    ("道路", Layer::Road),
    ("路网", Layer::Road),
    ("roads", Layer::Road),
    ("buildings", Layer::Building),
    ("建筑", Layer::Building),
    ("楼栋", Layer::Building),
    ("地名", Layer::Place),
    ("places", Layer::Place),
    ("设施", Layer::Facility),
    ("界桩", Layer::BoundaryMarker),
    ("门牌", Layer::DoorPlate),
];

fn fits(kind: GeometryKind, source: &Source) -> bool {
    if !source.geometry {
        return true;
    }
    match (kind, source.shape.as_deref()) {
        (GeometryKind::None, _) => false,
        (GeometryKind::Any, _) | (_, None) => true,
        (GeometryKind::Point, Some(shape)) => shape.contains("Point"),
        (GeometryKind::Line, Some(shape)) => shape.contains("LineString"),
        (GeometryKind::Area, Some(shape)) => shape.contains("Polygon"),
    }
}
