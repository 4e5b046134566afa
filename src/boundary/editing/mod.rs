//! Borders of divisions changed as borders: once for all divisions that lie along them, on every level.
//!
//! A point of a border is moved, put in or taken out in every division that has it, from the province to the
//! grid. Divisions are cut, joined and handed pieces on the lowest level that has areas there; borders above
//! take the new points over. A surveyed line (`surveyed`) does not move. What it would lead to is a
//! [`Planned`]; writing it is for `register::commit`. A whole new polygon comes by import only.

mod carry;
mod level;
mod refused;
mod versions;

use std::collections::BTreeMap;
use std::sync::Arc;

use geo_types::{Coord, LineString, Polygon, Rect};

use crate::crs::geodesic;
use crate::model::layers::DivisionLevel;
use crate::model::{Change, Date, IdSource, Record, RecordId};
use crate::snapshot::Snapshot;
use crate::topology::edit::Edit;

use level::Level;
pub use refused::Refused;

/// What is to be done. Coordinates of borders that are there are meant bit for bit.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// moves a point of a border
    Move {
        /// the point
        at: Coord,
        /// where it goes
        to: Coord,
    },
    /// puts a point into a border
    Insert {
        /// the points on both sides of it
        edge: [Coord; 2],
        /// the new point
        at: Coord,
    },
    /// takes a point out
    Delete {
        /// the point
        at: Coord,
    },
    /// lays a border, from where it meets others to where it meets others, onto the middle of a road or river
    Snap {
        /// two neighbouring points of the border
        edge: [Coord; 2],
        /// the middle line
        line: LineString,
        /// metres that the border may lie from it
        within_m: f64,
    },
    /// cuts a division in two; the larger part keeps its identity
    Split {
        /// which
        division: RecordId,
        /// across it
        line: LineString,
        /// name of the other part
        name: String,
        /// code of the other part, if it has one yet
        code: Option<String>,
    },
    /// makes one of neighbours with the same parent; the first stays
    Merge {
        /// two or more
        divisions: Vec<RecordId>,
    },
    /// gives a piece to a neighbour
    HandOver {
        /// from
        from: RecordId,
        /// to
        to: RecordId,
        /// what of it lies in `from` goes over
        piece: Polygon,
    },
}

/// An action and when it holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// the day whose divisions are meant
    pub day: Date,
    /// from this day on things are so in law; `None`: the record was wrong and is corrected
    pub from: Option<Date>,
    /// what is to be done
    pub action: Action,
}

/// What becomes of one division.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// before; none for a new one
    pub before: Option<Arc<Record>>,
    /// after; none where it ends
    pub after: Option<Record>,
    /// geodesic
    pub area_before_m2: f64,
    /// geodesic
    pub area_after_m2: f64,
}

/// What an action leads to.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Planned {
    /// divisions that change, the highest level first, by code
    pub outcomes: Vec<Outcome>,
    /// the rows to be written
    pub changes: Vec<Change>,
}

/// What an action would lead to. Changes nothing; reads only divisions near the action.
///
/// # Errors
/// Why it is not done: see [`Refused`].
pub fn plan(snapshot: &Snapshot, asked: &Asked, ids: &mut IdSource) -> Result<Planned, Refused> {
    let area = level::reach(snapshot, asked)?;
    let mut levels = level::all(snapshot, asked.day, area);
    match &asked.action {
        Action::Move { at, to } => every(&mut levels, &Edit::Move { at: *at, to: *to })?,
        Action::Insert { edge, at } => every(&mut levels, &Edit::Insert { edge: *edge, at: *at })?,
        Action::Delete { at } => every(&mut levels, &Edit::Delete { at: *at })?,
        Action::Snap { edge, line, within_m } => {
            let edit = Edit::Snap { edge: *edge, line: line.clone(), within_m: *within_m };
            let lowest = levels.iter().rposition(|level| level.has_edge(*edge));
            let at = lowest.ok_or(Refused::NoBorder { at: edge[0] })?;
            lowest_first(&mut levels, at, &edit)?;
        }
        Action::Split { division, line, .. } => {
            let (at, feature) = place(&levels, *division)?;
            no_parts(&levels, at, &[feature])?;
            lowest_first(&mut levels, at, &Edit::Split { feature, line: line.clone() })?;
        }
        Action::Merge { divisions } => {
            let places = divisions.iter().map(|id| place(&levels, *id)).collect::<Result<Vec<_>, _>>()?;
            let (at, features) = siblings(&levels, &places)?;
            no_parts(&levels, at, &features)?;
            lowest_first(&mut levels, at, &Edit::Merge { features })?;
        }
        Action::HandOver { from, to, piece } => {
            let places = [place(&levels, *from)?, place(&levels, *to)?];
            let (at, features) = siblings(&levels, &places)?;
            no_parts(&levels, at, &features)?;
            let edit = Edit::HandOver { from: features[0], to: features[1], piece: piece.clone() };
            lowest_first(&mut levels, at, &edit)?;
        }
    }
    versions::write(snapshot, asked, &levels, ids)
}

/// The same on every level that has the point.
fn every(levels: &mut [Level], edit: &Edit) -> Result<(), Refused> {
    let mut refused = None;
    let mut done = false;
    for level in levels.iter_mut() {
        match level.edit(edit) {
            Ok(()) => done = true,
            // A point that another level has is no point of this one.
            Err(why) if why.is_absence() => refused = refused.or(Some(why)),
            Err(why) => return Err(why),
        }
    }
    match refused {
        Some(why) if !done => Err(why),
        _ if !done => Err(Refused::NoDivisions),
        _ => Ok(()),
    }
}

/// On one level, and then what the borders of the others take over from it.
fn lowest_first(levels: &mut [Level], at: usize, edit: &Edit) -> Result<(), Refused> {
    levels[at].edit(edit)?;
    let moved = carry::Moved::of(&levels[at]);
    for (other, level) in levels.iter_mut().enumerate() {
        if other != at {
            carry::take_over(level, &moved)?;
        }
    }
    Ok(())
}

/// Level and number of a division.
fn place(levels: &[Level], id: RecordId) -> Result<(usize, usize), Refused> {
    let found = levels.iter().enumerate().find_map(|(at, level)| Some((at, level.number_of(id)?)));
    found.ok_or(Refused::NoDivision(id))
}

/// That divisions stand on one level under one parent: otherwise the borders of the parents would have to move.
fn siblings(levels: &[Level], places: &[(usize, usize)]) -> Result<(usize, Vec<usize>), Refused> {
    let Some(&(at, first)) = places.first() else { return Err(Refused::NoDivisions) };
    let parent = |feature: usize| levels[at].record(feature).and_then(|record| record.text("parent_code"));
    for (level, feature) in places {
        if *level != at {
            return Err(Refused::OtherLevels);
        }
        if parent(*feature) != parent(first) {
            return Err(Refused::OtherParents);
        }
    }
    Ok((at, places.iter().map(|(_, feature)| *feature).collect()))
}

/// That the divisions are not made up of lower ones with areas: those are what has to be changed.
fn no_parts(levels: &[Level], at: usize, features: &[usize]) -> Result<(), Refused> {
    for feature in features {
        let Some(record) = levels[at].record(*feature) else { continue };
        let own = |level: &Level| level.holds_part_of(record);
        if levels[at + 1..].iter().any(own) {
            return Err(Refused::HasParts(record.label().unwrap_or_default().to_owned()));
        }
    }
    Ok(())
}

fn area_m2(record: Option<&Record>) -> f64 {
    record.and_then(|record| record.geometry.as_deref()).map_or(0.0, geodesic::area_m2)
}

/// Divisions by level; those without an area lie on no map.
fn by_level(records: Vec<Arc<Record>>) -> BTreeMap<DivisionLevel, Vec<Arc<Record>>> {
    let mut levels: BTreeMap<DivisionLevel, Vec<Arc<Record>>> = BTreeMap::new();
    for record in records {
        if let Some(level) = record.text("level").and_then(DivisionLevel::from_code) {
            levels.entry(level).or_default().push(record);
        }
    }
    levels
}

/// The box round some points.
fn window(points: impl IntoIterator<Item = Coord>) -> Option<Rect> {
    points.into_iter().map(|c| Rect::new(c, c)).reduce(around)
}

fn around(a: Rect, b: Rect) -> Rect {
    Rect::new(
        (a.min().x.min(b.min().x), a.min().y.min(b.min().y)),
        (a.max().x.max(b.max().x), a.max().y.max(b.max().y)),
    )
}
