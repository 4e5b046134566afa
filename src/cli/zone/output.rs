//! The plan as a file: the input's features as they are, in their order, with an integer `zone`.

use std::fs;
use std::io::Write as _;
use std::ops::Range;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use geo_types::Geometry;
use serde_json::Value as Json;

use super::input::Input;
use super::{Zone, splice};
use crate::cli::failure::Failure;
use crate::cli::topology::features::{Output, column};
use crate::formats::OutFormat;

/// Writes the zone of every unit; rows without area have none.
pub(super) fn write(path: &Path, zone: &Zone, input: &Input, zones: &[u32]) -> Result<(), Failure> {
    let mut of_row: Vec<Option<u32>> = vec![None; input.features.shapes.len()];
    for (row, zone) in input.rows.iter().zip(zones) {
        of_row[*row] = Some(*zone);
    }
    let format = OutFormat::of(path)?;
    if format == OutFormat::GeoJson
        && let Some(marked) = original(&zone.input, of_row.len()).and_then(|text| mark(&text, &of_row))
    {
        return replace(path, &marked);
    }
    let features = &input.features;
    let name = "zone";
    let place = features.column(name);
    let mut values = features.values.clone();
    for (row, zone) in values.iter_mut().zip(&of_row) {
        let zone = zone.map_or(Json::Null, Json::from);
        match place {
            Some(place) => row[place] = zone,
            None => row.push(zone),
        }
    }
    let names = features.columns.iter().map(String::as_str).chain(place.is_none().then_some(name));
    let columns =
        names.enumerate().map(|(at, name)| column(name, values.iter().map(|row| &row[at]))).collect();
    let rows: Vec<(Geometry, Vec<Json>)> = features.shapes.iter().cloned().zip(values).collect();
    Output { columns, crs: features.crs.clone(), rows }.write(path)?;
    Ok(())
}

/// A GeoJSON input as it stands, where it has just the features that were read; every feature by its place.
fn original(path: &Path, count: usize) -> Option<(String, Vec<Range<usize>>)> {
    let extension = path.extension()?.to_string_lossy().to_lowercase();
    if !["geojson", "json"].contains(&extension.as_str()) {
        return None;
    }
    let text = String::from_utf8(fs::read(path).ok()?).ok()?;
    let whole = splice::members(&text, 0..text.len())?;
    let (_, list) = whole.into_iter().find(|(name, _)| &text[name.clone()] == "\"features\"")?;
    let features = splice::elements(&text, list)?;
    (features.len() == count).then_some((text, features))
}

/// The text of the file with nothing changed but the zones.
fn mark((text, features): &(String, Vec<Range<usize>>), zones: &[Option<u32>]) -> Option<String> {
    let mut marked = String::with_capacity(text.len() + features.len() * 16);
    let mut done = 0;
    for (feature, zone) in features.iter().zip(zones) {
        let zone = zone.map_or_else(|| "null".to_owned(), |zone| zone.to_string());
        let (place, insert) = splice::with_member(text, feature.clone(), &zone)?;
        marked.push_str(&text[done..place.start]);
        marked.push_str(&insert);
        done = place.end;
    }
    marked.push_str(&text[done..]);
    Some(marked)
}

/// Writes a file beside its place and moves it there when it is whole.
pub(super) fn replace(path: &Path, text: &str) -> Result<(), Failure> {
    let disk = |error: std::io::Error| Failure::disk(path, &error);
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(disk)?;
    file.write_all(text.as_bytes()).map_err(disk)?;
    // As any file that a program makes, not for its owner alone.
    let _ = file.as_file().set_permissions(fs::Permissions::from_mode(0o644));
    file.persist(path).map_err(|error| disk(error.error))?;
    Ok(())
}
