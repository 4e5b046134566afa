//! A fault of a coverage mended where it is sure what is right: vertices that differ along a border, narrow
//! overlaps and gaps, outlines that cross themselves. All levels take the new border over.
//!
//! Each of the divisions concerned is tried as the one that gets the ground; the answer that touches the fewest
//! divisions of other levels is taken. What comes out is looked at again, on every level and between levels: it
//! must have fewer faults there and no new ones, or nothing is done and a person has to decide.

use geo_types::{Coord, Geometry, LineString, MultiPolygon, Rect};

use super::carry::{self, Moved};
use super::level::{Level, strings_of};
use super::proof::Proof;
use super::{Refused, meets};
use crate::model::layers::DivisionLevel;
use crate::model::{RecordId, geometry};
use crate::topology::edit::Refusal;
use crate::topology::{Change, Cleaning, Coverage, Kind, Metric, Settings, Strategy, clean};

/// Degrees about a fault within which borders may change: some 20 m.
const ABOUT: f64 = 2e-4;

/// A fault that is to be mended.
#[derive(Clone, Debug, PartialEq)]
pub struct Mend {
    /// the level on which it was found
    pub level: DivisionLevel,
    /// what it is
    pub kind: Kind,
    /// the divisions concerned
    pub divisions: Vec<RecordId>,
    /// where
    pub place: Geometry,
    /// who is to get the ground; whoever fits best if absent
    pub owner: Option<RecordId>,
    /// how wide an overlap or a gap may be, m
    pub widest_m: f64,
}

impl Mend {
    /// The box in which borders may change.
    pub(super) fn window(&self) -> Option<Rect> {
        let place = geometry::bounds(&self.place)?;
        let about = Coord { x: ABOUT, y: ABOUT };
        Some(Rect::new(place.min() - about, place.max() + about))
    }
}

/// Mends on all levels; the levels are then as they are to be.
pub(super) fn mend(levels: &mut Vec<Level>, asked: &Mend) -> Result<(), Refused> {
    let at = levels.iter().position(|level| level.level == asked.level).ok_or(Refused::NoDivisions)?;
    let known = |id: &RecordId| levels[at].number_of(*id);
    let owners: Vec<Option<RecordId>> = match asked.owner {
        Some(owner) if known(&owner).is_none() => return Err(Refused::NoDivision(owner)),
        Some(owner) => vec![Some(owner)],
        None if matches!(asked.kind, Kind::Overlap | Kind::Gap) => {
            std::iter::once(None).chain(asked.divisions.iter().copied().map(Some)).collect()
        }
        None => vec![None],
    };
    let window = asked.window().ok_or(Refused::NoDivisions)?;
    let before = Proof::of(levels, &window);
    let mut refused = None;
    let mut best: Option<(usize, Vec<Level>)> = None;
    for owner in owners {
        let mut tried = levels.clone();
        let done = tried_with(&mut tried, at, asked, owner, &window)
            .and_then(|()| before.is_better(&Proof::of(&tried, &window), asked));
        match done {
            Ok(()) => {
                let others = (0..tried.len()).filter(|level| *level != at);
                let touched = others.map(|level| tried[level].changes().count()).sum();
                if best.as_ref().is_none_or(|(fewest, _)| touched < *fewest) {
                    best = Some((touched, tried));
                }
            }
            Err(why) => refused = refused.or(Some(why)),
        }
    }
    match best {
        Some((_, tried)) => {
            *levels = tried;
            Ok(())
        }
        None => Err(refused.unwrap_or(Refused::Nothing)),
    }
}

/// On every level that has the fault, from the lowest up to the one on which it was found; where it is said who gets
/// the ground, from that one down. All other levels follow each time.
fn tried_with(
    levels: &mut [Level],
    at: usize,
    asked: &Mend,
    owner: Option<RecordId>,
    window: &Rect,
) -> Result<(), Refused> {
    let lowest_first = (at..levels.len()).rev();
    let order: Vec<usize> =
        if owner.is_some() { (at..levels.len()).collect() } else { lowest_first.collect() };
    for start in order {
        let owner = owner.filter(|_| start == at);
        if !cleaned(&mut levels[start], asked, owner, window)? {
            continue;
        }
        let moved = Moved::within(&levels[start], window);
        for (other, level) in levels.iter_mut().enumerate() {
            if other != start {
                carry::take_over(level, &moved)?;
            }
        }
    }
    for level in levels.iter() {
        level.check_locks()?;
    }
    Ok(())
}

/// Cleans one level in the window; whether anything changed.
fn cleaned(level: &mut Level, asked: &Mend, owner: Option<RecordId>, window: &Rect) -> Result<bool, Refused> {
    let near: Vec<(usize, MultiPolygon)> =
        level.near(window).map(|(at, shape)| (at, shape.clone())).collect();
    let shapes: Vec<Geometry> = near.iter().map(|(_, shape)| Geometry::MultiPolygon(shape.clone())).collect();
    let Ok(coverage) = Coverage::build(shapes.iter().map(Some)) else { return Err(Refused::Nothing) };
    let number = owner.and_then(|owner| level.number_of(owner));
    let place = number.and_then(|number| near.iter().position(|(at, _)| *at == number));
    let how = Cleaning {
        settings: Settings { gap_width: asked.widest_m, ..Settings::new(Metric::Degrees) },
        strategy: place.map_or(Strategy::LongestBorder, |at| Strategy::Owner(at as u32)),
        locks: level.locks().clone(),
    };
    let done = clean(&coverage, &how);
    if !done.complete {
        return Err(Refused::TooMuch);
    }
    let here = |change: &&Change| geometry::bounds(&change.place).is_some_and(|place| meets(&place, window));
    if let Some(wide) = done.changes.iter().filter(here).find(|change| change.width > asked.widest_m) {
        return Err(Refused::TooWide { width_m: wide.width, within_m: asked.widest_m });
    }
    let fresh: Vec<(usize, MultiPolygon)> =
        done.changed.into_iter().filter_map(|(at, shape)| Some((near[at].0, area(shape)?))).collect();
    if fresh.is_empty() {
        return Ok(false);
    }
    // What else was mended, beyond the window, is left as it was.
    let moved = Moved::between(
        fresh
            .iter()
            .filter_map(|(at, new)| Some((near.iter().find(|(own, _)| own == at)?.1.clone(), new.clone()))),
        window,
    );
    let crossing = matches!(asked.kind, Kind::SelfIntersection | Kind::Dangle);
    let follows = if crossing { Err(Refused::Nothing) } else { carry::led_all(level, &moved) };
    let shapes = match follows {
        Ok(shapes) => shapes,
        Err(_) if done.changes.iter().all(|change| here(&change)) => fresh,
        Err(_) => return Err(Refused::TooMuch),
    };
    if shapes.is_empty() {
        return Ok(false);
    }
    level.set(shapes)?;
    Ok(true)
}

fn area(shape: Geometry) -> Option<MultiPolygon> {
    match shape {
        Geometry::Polygon(polygon) => Some(MultiPolygon(vec![polygon])),
        Geometry::MultiPolygon(parts) => Some(parts),
        _ => None,
    }
}

impl Level {
    /// That no locked edge of an outline that changed has gone.
    fn check_locks(&self) -> Result<(), Refused> {
        if self.locks().is_empty() {
            return Ok(());
        }
        for (_, before, after) in self.changes() {
            let Some(before) = before else { continue };
            let kept: std::collections::HashSet<_> = after.into_iter().flat_map(carry::edges).collect();
            let held = |line: &LineString| {
                let gone = |pair: &&[Coord]| {
                    self.locks().hold(pair[0], pair[1]) && !kept.contains(&carry::edge(pair[0], pair[1]))
                };
                line.0.windows(2).find(gone).map(|pair| pair[0])
            };
            if let Some(at) = strings_of(before).find_map(held) {
                return Err(Refused::Edit(Refusal::Locked { at }, Vec::new()));
            }
        }
        Ok(())
    }
}
