//! The columns of a KML that say something: GDAL gives every KML the same dozen, filled or not.

use gdal::errors::GdalError;
use gdal::vector::{Layer, LayerAccess as _};

/// What GDAL adds to every layer, whatever the file holds; but for the description, by which a KML of places is known.
const ADDED: &[&str] = &[
    "Name",
    "timestamp",
    "begin",
    "end",
    "altitudeMode",
    "tessellate",
    "extrude",
    "visibility",
    "drawOrder",
    "icon",
];
/// What stands in those where the file says nothing.
const UNSAID: &[&str] = &["", "-1", "0"];

/// By column: its place among those that are handed on. One that GDAL added and that no placemark fills is left
/// out, so that an empty `Name` is not taken for the name that stands in a column of the file's own. Reads the
/// layer through once.
pub(super) fn columns(layer: &mut Layer<'_>, names: &[String]) -> Result<Vec<Option<usize>>, GdalError> {
    let mut kept: Vec<bool> = names.iter().map(|name| !ADDED.contains(&name.as_str())).collect();
    let mut empty = true;
    for feature in layer.features() {
        empty = false;
        for (at, kept) in kept.iter_mut().enumerate().filter(|(_, kept)| !**kept) {
            let text = feature.field_as_string(at)?;
            *kept = text.is_some_and(|text| !UNSAID.contains(&text.trim()));
        }
        if kept.iter().all(|kept| *kept) {
            break;
        }
    }
    if empty {
        kept.fill(true);
    }
    let mut next = 0;
    let place = |kept: bool| {
        next += usize::from(kept);
        kept.then(|| next - 1)
    };
    Ok(kept.into_iter().map(place).collect())
}
