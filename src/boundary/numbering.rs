//! Serial numbers for the markers of a line (界桩编号): one sequence for each line, in the line's run from west to
//! east or from north to south, from 001; letters by how many stones stand together and on whose side.
//!
//! A proposal, to be looked at before it is taken: numbers stand in agreements and on stones.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use geo_types::{Geometry, MultiLineString};
use serde::Serialize;

use super::defaults::defaults;
use super::lines::{Run, in_order};
use super::number::{Letter, take_apart};
use super::path::Path;
use super::sight::Sight;
use super::station::{self, Stone};
use crate::model::layers::{BoundaryLine, BoundaryMarker, DivisionLevel, LayerStruct as _};
use crate::model::{Bilingual, Change, Date, Layer, Record, RecordId};
use crate::snapshot::Snapshot;

/// How to number.
#[derive(Clone, Debug)]
pub struct NumberingOptions {
    /// the line's business code
    pub line: String,
    /// the first serial
    pub first: u32,
    /// markers that have a full number of this line keep it; only the others get one, behind the last
    pub keep: bool,
    /// which lines and markers are looked at
    pub sight: Sight,
}

/// Why nothing is numbered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NumberingError {
    /// no line of that code, or without a shape
    #[error("there is no line {0} with a shape")]
    NoLine(String),
    /// no markers on it
    #[error("no markers with a place belong to the line {0}")]
    NoMarkers(String),
    /// the serial has too few digits
    #[error("serials up to {last} do not fit into {digits} digits")]
    TooMany {
        /// the last serial
        last: u32,
        /// digits
        digits: usize,
    },
}

impl NumberingError {
    /// For an official.
    pub fn sentence(&self) -> Bilingual {
        let zh = match self {
            Self::NoLine(code) => format!("没有代码为 {code} 的带图形的界线"),
            Self::NoMarkers(code) => format!("界线 {code} 没有带位置的界桩"),
            Self::TooMany { last, digits } => format!("顺序号到 {last}，{digits} 位数放不下"),
        };
        Bilingual::new(zh, self.to_string())
    }
}

/// The number proposed for one marker.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Numbered {
    /// its record
    pub id: RecordId,
    /// its number so far
    pub before: String,
    /// its number as proposed
    pub after: String,
    /// metres from the line's start
    pub at_m: f64,
    /// metres from the line
    pub off_m: f64,
}

/// A proposal.
#[derive(Debug)]
pub struct Numbering {
    /// which way the line runs
    pub run: Run,
    /// all markers of the line, in its run
    pub markers: Vec<Numbered>,
    /// what is to be committed: markers with another number, and the line whose stretches name them
    pub changes: Vec<Change>,
}

/// Stones that get one number.
struct Group {
    at_m: f64,
    stones: Vec<Stone>,
    /// a full number of this line that they have
    serial: Option<u32>,
}

/// Proposes numbers for the markers of a line. O(markers · vertices of the line).
///
/// # Errors
/// See [`NumberingError`].
pub fn number(snapshot: &Snapshot, options: &NumberingOptions) -> Result<Numbering, NumberingError> {
    let code = options.line.as_str();
    let no_line = || NumberingError::NoLine(code.to_owned());
    let mut lines = snapshot.layer(Layer::BoundaryLine).by_code(code);
    let line = lines.find(|line| options.sight.sees(line)).ok_or_else(no_line)?;
    let Some(Geometry::MultiLineString(shape)) = line.geometry.as_deref() else { return Err(no_line()) };
    let shape: MultiLineString = in_order(shape.clone());
    let path = Path::new(&shape);
    let records = station::markers_of(snapshot, &path, Some(code), options.sight);
    let stations = station::stations(&records, &path);
    if stations.is_empty() {
        return Err(NumberingError::NoMarkers(code.to_owned()));
    }
    let mut groups = groups(stations, code);
    let last = give(&mut groups, options);
    let digits = defaults().marker.serial_digits;
    if last.to_string().len() > digits {
        return Err(NumberingError::TooMany { last, digits });
    }
    let sides = Sides::of(snapshot, line, options.sight.as_of);
    let mut markers = Vec::new();
    for group in &groups {
        let serial = group.serial.unwrap_or_default();
        for (stone, letter) in letters(group, &sides) {
            let after = format!("{code}{serial:0digits$}{}", letter.char());
            let (at_m, off_m) = (stone.at_m, stone.off_m);
            markers.push(Numbered { id: stone.id, before: stone.number.clone(), after, at_m, off_m });
        }
    }
    let changes = changes(&markers, &records, line);
    Ok(Numbering { run: Run::of(&shape), markers, changes })
}

/// Stones of one number together; those of two and three that have no number yet with their nearest fellows.
fn groups(stations: Vec<station::Station>, code: &str) -> Vec<Group> {
    let near = defaults().marker.pair_m;
    let mut groups: Vec<Group> = Vec::new();
    for station in stations {
        let serial = take_apart(&station.stem, defaults().marker.serial_digits).serial;
        let serial = serial.filter(|_| station.stem.starts_with(code) && station.stem.len() > code.len());
        let of = station.stones.iter().map(|stone| stone.of).max().unwrap_or(1);
        let alone = serial.is_none() && station.stones.len() < of;
        let open = groups.iter_mut().rev().find(|group| {
            alone
                && group.serial.is_none()
                && group.stones.len() < of
                && group.stones.iter().all(|stone| stone.of == of)
                && (station.at_m - group.at_m).abs() <= near
        });
        match open {
            Some(group) => group.stones.extend(station.stones),
            None => groups.push(Group { at_m: station.at_m, stones: station.stones, serial }),
        }
    }
    groups
}

/// Gives the serials; returns the last.
fn give(groups: &mut [Group], options: &NumberingOptions) -> u32 {
    let known = groups.iter().filter_map(|group| group.serial).max();
    let mut next = if options.keep { known.map_or(options.first, |last| last + 1) } else { options.first };
    for group in groups.iter_mut() {
        if options.keep && group.serial.is_some() {
            continue;
        }
        group.serial = Some(next);
        next += 1;
    }
    groups.iter().filter_map(|group| group.serial).max().unwrap_or_default()
}

/// The sides of a line, for the letters of double and triple markers.
struct Sides<'a> {
    snapshot: &'a Snapshot,
    level: Option<DivisionLevel>,
    codes: Vec<String>,
    as_of: Date,
}

impl<'a> Sides<'a> {
    fn of(snapshot: &'a Snapshot, line: &Record, as_of: Date) -> Self {
        let fields = line.read::<BoundaryLine>().ok();
        let code = |field: &str| line.text(field).map(str::to_owned);
        let mut codes: Vec<String> = ["party_a_code", "party_b_code"].into_iter().filter_map(code).collect();
        codes.sort();
        let level = fields.and_then(|fields| DivisionLevel::from_code(fields.level.as_deref()?));
        Self { snapshot, level, codes, as_of }
    }

    /// The code of the division that a stone stands in; what lies outside of all comes last.
    fn rank(&self, stone: &Stone) -> String {
        let found = self.level.and_then(|level| {
            self.snapshot.locate_many(level, &[stone.place], self.as_of).into_iter().flatten().next()
        });
        found.and_then(|record| record.code.as_deref().map(str::to_owned)).unwrap_or_else(|| "~".into())
    }
}

/// Which letter each stone of a group gets: A on the side of the smaller code; letters that are there stay where
/// they are all different and of the right kind.
fn letters<'g>(group: &'g Group, sides: &Sides<'_>) -> Vec<(&'g Stone, Letter)> {
    let kind: &[Letter] =
        match group.stones.iter().map(|stone| stone.of).max().unwrap_or(1).max(group.stones.len()) {
            1 => &[Letter::Q],
            2 => &[Letter::A, Letter::B],
            _ => &[Letter::C, Letter::D, Letter::E],
        };
    let held: BTreeMap<Letter, &Stone> =
        group.stones.iter().filter_map(|stone| Some((stone.letter?, stone))).collect();
    if held.len() == group.stones.len() && held.keys().all(|letter| kind.contains(letter)) {
        return held.into_iter().map(|(letter, stone)| (stone, letter)).collect();
    }
    let mut stones: Vec<(String, &Stone)> =
        group.stones.iter().map(|stone| (sides.rank(stone), stone)).collect();
    stones.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.id.cmp(&b.1.id)));
    // One stone of two: which one says its side.
    if let ([(rank, stone)], [_, second]) = (&stones[..], kind)
        && sides.codes.last().is_some_and(|larger| larger == rank)
    {
        return vec![(stone, *second)];
    }
    stones.into_iter().zip(kind.iter().cycle()).map(|((_, stone), letter)| (stone, *letter)).collect()
}

/// Markers with another number, and the line whose stretches are named by them.
fn changes(markers: &[Numbered], records: &[&Arc<Record>], line: &Record) -> Vec<Change> {
    let of: HashMap<RecordId, &Arc<Record>> = records.iter().map(|record| (record.id, *record)).collect();
    let mut stems: HashMap<String, String> = HashMap::new();
    let mut changes = Vec::new();
    let digits = defaults().marker.serial_digits;
    for marker in markers {
        let stem = |number: &str| take_apart(number, digits).stem.to_owned();
        stems.insert(stem(&marker.before), stem(&marker.after));
        let Some(record) = of.get(&marker.id) else { continue };
        changes.extend(renumbered(record, marker, line.code.as_deref()));
    }
    if let Ok(mut fields) = line.read::<BoundaryLine>() {
        for segment in &mut fields.segments {
            for name in [&mut segment.from_marker, &mut segment.to_marker] {
                if let Some(after) = stems.get(name.as_str()) {
                    name.clone_from(after);
                }
            }
        }
        let after = Record { fields: fields.into_fields(), ..line.clone() };
        if after != *line {
            changes.push(Change::update(line.clone(), after));
        }
    }
    changes
}

/// A marker with its new number; nothing where it has that already. Its business code follows the number where it
/// was the number before, or empty.
fn renumbered(record: &Record, marker: &Numbered, line: Option<&str>) -> Option<Change> {
    let mut fields = record.read::<BoundaryMarker>().ok()?;
    let code_follows = record.code.as_deref().is_none_or(|code| code == fields.number);
    fields.number.clone_from(&marker.after);
    let letter = take_apart(&marker.after, defaults().marker.serial_digits).letter?;
    fields.type_code = Some(letter.char().to_string());
    fields.marker_type = Some(letter.marker_type().into());
    if fields.line_codes.is_empty() {
        fields.line_codes.extend(line.map(str::to_owned));
    }
    let code = if code_follows { Some(marker.after.as_str().into()) } else { record.code.clone() };
    let after = Record { fields: fields.into_fields(), code, ..record.clone() };
    (after != *record).then(|| Change::update(record.clone(), after))
}
