//! Borders of divisions changed as borders: once for all divisions that lie along them, on every level.
//!
//! A point of a border is moved, put in or taken out in every division that has it, from the province to the
//! grid. Divisions are cut, joined and handed pieces on the lowest level that has areas there; borders above
//! take the new points over. A surveyed line (`surveyed`) does not move. What it would lead to is a
//! [`Planned`]; writing it is for `register::commit`. A whole new polygon comes by import only.

mod arcs;
mod carry;
mod level;
mod lines;
mod mend;
mod parents;
mod proof;
mod redraw;
mod refused;
mod versions;

use std::collections::BTreeMap;
use std::sync::Arc;

use geo_types::{Coord, LineString, Polygon, Rect};

use crate::crs::geodesic;
use crate::model::layers::DivisionLevel;
use crate::model::{Change, Date, IdSource, Record, RecordId};
use crate::snapshot::Snapshot;
use crate::topology::edit::{Divided, Edit, Edited};

pub use arcs::{Arcs, Border, Side, Window, arcs};
use level::Level;
pub use lines::LineChange;
pub use mend::Mend;
pub use redraw::{Fresh, Redraw, redraw};
pub use refused::Refused;
pub use versions::enter;

/// A division as actions name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// one that is in the register
    Record(RecordId),
    /// the part that the split at this place of the list of actions cuts off
    Made(usize),
}

impl From<RecordId> for Target {
    fn from(id: RecordId) -> Self {
        Self::Record(id)
    }
}

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
        /// the points of it between which it is laid; `None`: all of it
        stretch: Option<[Coord; 2]>,
        /// the middle line
        line: LineString,
        /// metres that the border may lie from it
        within_m: f64,
    },
    /// cuts a division in two; the larger part keeps its identity
    Split {
        /// which
        division: Target,
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
        divisions: Vec<Target>,
    },
    /// gives a piece to a neighbour
    HandOver {
        /// from
        from: Target,
        /// to
        to: Target,
        /// what of it lies in `from` goes over
        piece: Polygon,
    },
    /// mends a fault
    Mend(Mend),
}

/// Actions and when they hold.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// the day whose divisions are meant
    pub day: Date,
    /// from this day on things are so in law; `None`: the record was wrong and is corrected
    pub from: Option<Date>,
    /// what is to be done, one after another: what an action makes is there for the next
    pub actions: Vec<Action>,
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
    /// for a new one: the place of the action that makes it
    pub made: Option<usize>,
}

/// What actions lead to.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Planned {
    /// divisions that change, the highest level first, by code
    pub outcomes: Vec<Outcome>,
    /// records of boundary lines that follow, the highest level first, by code
    pub lines: Vec<LineChange>,
    /// the rows to be written
    pub changes: Vec<Change>,
}

/// What actions would lead to. Changes nothing; reads only divisions near them.
///
/// # Errors
/// Why it is not done: see [`Refused`].
pub fn plan(snapshot: &Snapshot, asked: &Asked, ids: &mut IdSource) -> Result<Planned, Refused> {
    let work = Work::done(snapshot, asked)?;
    let mut planned = versions::write(snapshot, asked, &work, ids)?;
    lines::follow(snapshot, asked, &work.divided, &mut planned, ids);
    Ok(planned)
}

/// The levels with everything done.
struct Work {
    levels: Vec<Level>,
    /// parts that were cut off
    made: Vec<Made>,
    /// edges of surveyed lines that got vertices, one after another
    divided: Vec<Divided>,
}

/// A part that was cut off.
#[derive(Clone, Copy)]
struct Made {
    level: usize,
    number: usize,
    /// place of the split in the list of actions
    by: usize,
}

impl Work {
    fn done(snapshot: &Snapshot, asked: &Asked) -> Result<Self, Refused> {
        let area = level::reach(snapshot, asked)?;
        let mut work =
            Self { levels: level::all(snapshot, asked.day, area), made: Vec::new(), divided: Vec::new() };
        asked.actions.iter().enumerate().try_for_each(|(at, action)| work.act(at, action))?;
        Ok(work)
    }

    /// The part that an action made, on one of the levels.
    fn made(&self, level: usize, number: usize) -> Option<usize> {
        self.made.iter().find(|made| (made.level, made.number) == (level, number)).map(|made| made.by)
    }

    fn act(&mut self, by: usize, action: &Action) -> Result<(), Refused> {
        let made = &self.made;
        let levels = &mut self.levels;
        let place = |levels: &[Level], target: &Target| place(levels, made, *target);
        let edited = match action {
            Action::Move { at, to } => every(levels, &Edit::Move { at: *at, to: *to })?,
            Action::Insert { edge, at } => every(levels, &Edit::Insert { edge: *edge, at: *at })?,
            Action::Delete { at } => every(levels, &Edit::Delete { at: *at })?,
            Action::Snap { edge, stretch, line, within_m } => {
                let (edge, stretch, within_m) = (*edge, *stretch, *within_m);
                let lowest = levels.iter().rposition(|level| level.has_edge(edge));
                let at = lowest.ok_or(Refused::NoBorder { at: edge[0] })?;
                lowest_first(levels, at, &Edit::Snap { edge, stretch, line: line.clone(), within_m })?
            }
            Action::Split { division, line, .. } => {
                let (at, feature) = place(levels, division)?;
                no_parts(levels, at, &[feature])?;
                let edited = lowest_first(levels, at, &Edit::Split { feature, line: line.clone() })?;
                for new in edited.changes.iter().filter(|change| change.before.is_none()) {
                    levels[at].cut_off(new.feature, feature);
                    self.made.push(Made { level: at, number: new.feature, by });
                }
                edited
            }
            Action::Merge { divisions } => {
                let places = divisions.iter().map(|one| place(levels, one)).collect::<Result<Vec<_>, _>>()?;
                let (at, features) = same_level(&places)?;
                parents::same(levels, at, &features)?;
                no_parts(levels, at, &features)?;
                lowest_first(levels, at, &Edit::Merge { features })?
            }
            Action::HandOver { from, to, piece } => {
                let places = [place(levels, from)?, place(levels, to)?];
                let (at, features) = same_level(&places)?;
                no_parts(levels, at, &features)?;
                let (from, to) = (features[0], features[1]);
                let above = parents::Above::of(levels, at, [from, to]);
                let edited = lowest_first(levels, at, &Edit::HandOver { from, to, piece: piece.clone() })?;
                above.check(levels, at, [from, to])?;
                edited
            }
            Action::Mend(asked) => {
                mend::mend(levels, asked)?;
                Edited::default()
            }
        };
        self.divided.extend(edited.divided);
        Ok(())
    }
}

/// The same on every level that has the point; what it came to on one of them.
fn every(levels: &mut [Level], edit: &Edit) -> Result<Edited, Refused> {
    let mut refused = None;
    let mut done = None;
    for level in levels.iter_mut() {
        match level.edit(edit) {
            Ok(edited) => done = Some(edited),
            // A point that another level has is no point of this one.
            Err(why) if why.is_absence() => refused = refused.or(Some(why)),
            Err(why) => return Err(why),
        }
    }
    match (done, refused) {
        (Some(edited), _) => Ok(edited),
        (None, Some(why)) => Err(why),
        (None, None) => Err(Refused::NoDivisions),
    }
}

/// On one level, and then what the borders of the others take over from it.
fn lowest_first(levels: &mut [Level], at: usize, edit: &Edit) -> Result<Edited, Refused> {
    let edited = levels[at].edit(edit)?;
    let moved = carry::Moved::of(&edited);
    for (other, level) in levels.iter_mut().enumerate() {
        if other != at {
            carry::take_over(level, &moved)?;
            level.lock(&edited.divided);
        }
    }
    Ok(edited)
}

/// Level and number of a division.
fn place(levels: &[Level], made: &[Made], target: Target) -> Result<(usize, usize), Refused> {
    match target {
        Target::Record(id) => {
            let found = levels.iter().enumerate().find_map(|(at, level)| Some((at, level.number_of(id)?)));
            found.ok_or(Refused::NoDivision(id))
        }
        Target::Made(by) => {
            let found = made.iter().find(|made| made.by == by).map(|made| (made.level, made.number));
            found.ok_or(Refused::NothingMade { by })
        }
    }
}

/// That divisions stand on one level; which, and their numbers.
fn same_level(places: &[(usize, usize)]) -> Result<(usize, Vec<usize>), Refused> {
    let Some(&(at, _)) = places.first() else { return Err(Refused::NoDivisions) };
    if places.iter().any(|(level, _)| *level != at) {
        return Err(Refused::OtherLevels);
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

/// Whether two boxes have a point in common.
fn meets(a: &Rect, b: &Rect) -> bool {
    a.min().x <= b.max().x && b.min().x <= a.max().x && a.min().y <= b.max().y && b.min().y <= a.max().y
}

fn around(a: Rect, b: Rect) -> Rect {
    Rect::new(
        (a.min().x.min(b.min().x), a.min().y.min(b.min().y)),
        (a.max().x.max(b.max().x), a.max().y.max(b.max().y)),
    )
}
