//! Markers along a line: those that belong to it, by their place on it. Stones of one number stand together.

use std::sync::Arc;

use geo_types::{Coord, Geometry};

use super::defaults::defaults;
use super::number::{Letter, take_apart};
use super::path::Path;
use super::sight::Sight;
use crate::model::{FieldValue, Layer, Record, RecordId};
use crate::snapshot::Snapshot;

/// The stones of one number.
#[derive(Clone, Debug, PartialEq)]
pub struct Station {
    /// their number without the type letter
    pub stem: String,
    /// metres from the line's start, in the middle of the stones
    pub at_m: f64,
    /// the stones, in the order of their letters
    pub stones: Vec<Stone>,
}

/// One marker.
#[derive(Clone, Debug, PartialEq)]
pub struct Stone {
    /// its record
    pub id: RecordId,
    /// its number as the register has it
    pub number: String,
    /// its type letter, by its number, its type code or, for single ones, its type
    pub letter: Option<Letter>,
    /// how many stones its number has, by letter or type; 1 where nothing says
    pub of: usize,
    /// metres from the line's start
    pub at_m: f64,
    /// metres from the line
    pub off_m: f64,
    /// whether it stands to the left of the line
    pub left: bool,
    /// where it stands
    pub place: Coord,
}

impl Station {
    /// Whether three stones belong here: a tri-point.
    pub fn is_tripoint(&self) -> bool {
        self.stones.iter().any(|stone| stone.of == 3)
    }
}

/// The markers of a line: those that name its code, and those that name none and stand near it.
pub fn markers_of<'a>(
    snapshot: &'a Snapshot,
    path: &Path,
    code: Option<&str>,
    sight: Sight,
) -> Vec<&'a Arc<Record>> {
    let view = snapshot.layer(Layer::BoundaryMarker);
    let near_m = defaults().marker.near_m;
    let mut found: Vec<&Arc<Record>> =
        view.iter().filter(|record| sight.sees(record) && names(record, code)).collect();
    let all: Vec<Coord> = path.spans().flat_map(|(from, to)| path.stretch(from, to)).collect();
    if let Some(window) = Path::window(&all, near_m) {
        let loose = view.window(window).into_iter().filter(|record| {
            sight.sees(record)
                && record.get("line_codes").is_none()
                && point(record).and_then(|at| path.nearest(at)).is_some_and(|place| place.off_m <= near_m)
        });
        found.extend(loose);
    }
    found.sort_by_key(|record| record.key());
    found
}

/// The stations of a line, in its direction; markers without a place have none.
pub fn stations(markers: &[&Arc<Record>], path: &Path) -> Vec<Station> {
    let mut found: Vec<Station> = Vec::new();
    for stone in markers.iter().filter_map(|record| stone(record, path)) {
        let stem = take_apart(&stone.number, defaults().marker.serial_digits).stem.to_owned();
        match found.iter_mut().find(|station| station.stem == stem) {
            Some(station) => station.stones.push(stone),
            None => found.push(Station { stem, at_m: 0.0, stones: vec![stone] }),
        }
    }
    for station in &mut found {
        station.stones.sort_by(|a, b| a.letter.cmp(&b.letter).then(a.at_m.total_cmp(&b.at_m)));
        let sum: f64 = station.stones.iter().map(|stone| stone.at_m).sum();
        station.at_m = sum / station.stones.len() as f64;
    }
    found.sort_by(|a, b| a.at_m.total_cmp(&b.at_m).then_with(|| a.stem.cmp(&b.stem)));
    found
}

fn stone(record: &Record, path: &Path) -> Option<Stone> {
    let place = point(record)?;
    let on = path.nearest(place)?;
    let number = record.text("number")?;
    let by_code = || record.text("type_code").and_then(|code| code.chars().next()).and_then(Letter::of);
    let letter = take_apart(number, defaults().marker.serial_digits).letter.or_else(by_code);
    let by_type = match record.text("marker_type") {
        Some("double") => 2,
        Some("triple") => 3,
        _ => 1,
    };
    let of = letter.map_or(by_type, Letter::stones);
    let number = number.to_owned();
    let (at_m, off_m, left) = (on.at_m, on.off_m, on.left);
    Some(Stone { id: record.id, number, letter, of, at_m, off_m, left, place })
}

/// Where a marker stands.
pub fn point(record: &Record) -> Option<Coord> {
    match record.geometry.as_deref() {
        Some(Geometry::Point(point)) => Some(point.0),
        _ => None,
    }
}

fn names(record: &Record, code: Option<&str>) -> bool {
    let Some(code) = code else { return false };
    line_codes(record).iter().any(|line| line == code)
}

/// The codes of the lines that a marker stands on.
pub fn line_codes(record: &Record) -> Vec<String> {
    let codes = record.get("line_codes");
    <Vec<String> as FieldValue>::from_value(codes.as_ref()).unwrap_or_default()
}
