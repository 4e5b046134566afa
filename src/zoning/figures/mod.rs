//! What a division of blocks is worth, as planners read it: objectives, zones with what they take over, findings.
//!
//! A division may lack zones for some blocks, as one that is painted by hand does. Counted from scratch at every call:
//! O(blocks + borders), some milliseconds for a subdistrict.

mod findings;
mod halls;
mod names;
mod straight;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::blocks::Blocks;
use super::problem::{ZoneKind, households, walk_cost};
use super::score::{ZoneScore, imbalance, moved, score};
use super::task::Task;

pub use findings::PlanFinding;
pub use straight::straightness;

/// What findings are held against, beside the band of the task.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Limits {
    /// area of a zone at least, km²
    pub least_km2: Option<f64>,
    /// whether zones are grids: these have numbers for names, and no halls
    pub grids: bool,
}

/// The whole, as planners read it: what is less is better, but for shares.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = PlanObjectives)]
pub struct Objectives {
    /// how many zones
    pub zones: usize,
    /// blocks that have no zone
    pub unassigned: usize,
    /// zones whose households are not within the band
    pub out_of_band: usize,
    /// households beyond the band, over all zones
    pub missed_households: f64,
    /// zones in several pieces
    pub in_pieces: usize,
    /// households that change their community
    pub moved_households: f64,
    /// communities that nothing continues
    pub abolished: usize,
    /// zones that continue no community
    pub created: usize,
    /// door plates that name a community that their place leaves; of grids none
    pub plates_to_change: u32,
    /// grids that there are whose ground is parted or leaves its community; of grids all
    pub grids_to_redraw: usize,
    /// length of the borders between zones, km
    pub border_km: f64,
    /// share of that on arterials, railways, rivers and expressways; null without borders
    pub on_barriers_share: Option<f64>,
    /// straight way between the ends of borders, to their length: 1 is straight; null without borders
    pub straightness: Option<f64>,
    /// mean of 4π·area / outline² over zones
    pub polsby_popper: f64,
    /// pairs of neighbouring blocks in different zones
    pub cut_edges: u64,
    /// mean distance of zones' households from the ideal (their mean, where there is none), to it
    pub balance: f64,
    /// households times metres of detour across barriers inside of zones
    pub walk_across_barriers: f64,
    /// metres to the nearest community hall of their zone, mean over households that have one there
    pub hall_m: Option<f64>,
    /// households in zones without a community hall
    pub households_without_hall: f64,
}

/// Households that a zone takes from a present community.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = PlanShare)]
pub struct Share {
    /// its code
    pub code: String,
    /// its name
    pub name: String,
    /// households
    pub households: f64,
}

/// One zone.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = PlanZone)]
pub struct Zone {
    /// its number
    pub zone: u32,
    /// what it is; only basic ones are held against the band
    pub kind: ZoneKind,
    /// households
    pub households: f64,
    /// km²
    pub area_km2: f64,
    /// 4π·area / outline²
    pub polsby_popper: f64,
    /// whether its households are within the band
    pub in_band: bool,
    /// whether it is in one piece
    pub connected: bool,
    /// how many blocks
    pub units: usize,
    /// code of the community that it continues
    pub continues: Option<String>,
    /// the name that is proposed for it
    pub name: String,
    /// code of its subdistrict
    pub street: String,
    /// where its households are from, the largest first
    pub communities: Vec<Share>,
}

/// All of it.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = PlanFigures)]
pub struct Figures {
    /// the whole
    pub objectives: Objectives,
    /// zones, by number
    pub zones: Vec<Zone>,
    /// what is wrong with it
    pub findings: Vec<PlanFinding>,
}

/// Stands for blocks without a zone.
const NONE: u32 = u32::MAX;

/// A division with what is often asked of it.
struct Divided<'a> {
    blocks: &'a Blocks,
    task: &'a Task,
    zone: Vec<u32>,
    members: BTreeMap<u32, Vec<u32>>,
    /// the community that each zone continues, by number
    heirs: BTreeMap<u32, u32>,
    /// whether zones are grids
    grids: bool,
}

/// The figures of a division; `zone` has one entry for each block.
pub fn figures(blocks: &Blocks, task: &Task, zone: &[Option<u32>], limits: Limits) -> Figures {
    let zone: Vec<u32> = zone.iter().map(|zone| zone.unwrap_or(NONE)).collect();
    let mut members: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for (unit, zone) in zone.iter().enumerate().filter(|(_, zone)| **zone != NONE) {
        members.entry(*zone).or_default().push(unit as u32);
    }
    let (heirs, moved) = moved(&task.problem, &members);
    let rows: Vec<ZoneScore> =
        score(&task.problem, &zone).0.into_iter().filter(|row| row.zone != NONE).collect();
    let divided = Divided { blocks, task, zone, members, heirs, grids: limits.grids };
    let names = if limits.grids { names::grids(&divided) } else { names::proposed(&divided) };
    let zones: Vec<Zone> = rows.iter().map(|row| divided.zone(row, &names)).collect();
    let objectives = divided.objectives(&rows, moved);
    let findings = findings::findings(&divided, &rows, limits);
    Figures { objectives, zones, findings }
}

impl Divided<'_> {
    fn households_of(&self, zone: u32) -> Vec<Share> {
        let mut of: BTreeMap<u32, i64> = BTreeMap::new();
        for unit in &self.members[&zone] {
            for (community, weight) in self.task.problem.present_of(*unit) {
                *of.entry(*community).or_default() += weight;
            }
        }
        let mut list: Vec<(i64, u32)> = of.into_iter().map(|(at, weight)| (weight, at)).collect();
        list.sort_by_key(|(weight, at)| (std::cmp::Reverse(*weight), *at));
        let share = |(weight, at): (i64, u32)| {
            let place = self.blocks.communities.get(at as usize)?;
            Some(Share { code: place.code.clone(), name: place.name.clone(), households: households(weight) })
        };
        list.into_iter().filter_map(share).collect()
    }

    fn zone(&self, row: &ZoneScore, names: &BTreeMap<u32, String>) -> Zone {
        let first = self.members[&row.zone][0] as usize;
        let heir = self.heirs.get(&row.zone).and_then(|at| self.blocks.communities.get(*at as usize));
        let street = self.blocks.streets.get(self.blocks.blocks[first].street);
        Zone {
            zone: row.zone,
            kind: row.kind,
            households: row.households,
            area_km2: row.area_m2 / 1e6,
            polsby_popper: row.polsby_popper,
            in_band: row.in_band,
            connected: row.pieces == 1,
            units: row.units,
            continues: heir.map(|place| place.code.clone()),
            name: names.get(&row.zone).cloned().unwrap_or_default(),
            street: street.map(|place| place.code.clone()).unwrap_or_default(),
            communities: self.households_of(row.zone),
        }
    }

    /// Whether a block stays in its community; blocks that have none leave nothing.
    fn stays(&self, unit: u32) -> bool {
        let zone = self.zone[unit as usize];
        let own = self.blocks.blocks[unit as usize].community;
        zone == NONE || own.is_none() || self.heirs.get(&zone).map(|heir| *heir as usize) == own
    }

    fn plates_to_change(&self) -> u32 {
        let units = self.blocks.plates.iter().enumerate();
        units.filter(|(unit, _)| !self.stays(*unit as u32)).map(|(_, plates)| plates).sum()
    }

    fn grids_to_redraw(&self) -> usize {
        let parted = |units: &&Vec<u32>| {
            let zone = |unit: &u32| self.zone[*unit as usize];
            self.grids
                || units.iter().any(|unit| !self.stays(*unit) || units.first().map(zone) != Some(zone(unit)))
        };
        self.blocks.grids.iter().filter(parted).count()
    }

    fn objectives(&self, rows: &[ZoneScore], moved: f64) -> Objectives {
        let problem = &self.task.problem;
        let (mut cut_edges, mut length, mut strong, mut walk) = (0, 0, 0, 0.0);
        for border in problem.graph.borders() {
            let (a, b) = (self.zone[border.a as usize], self.zone[border.b as usize]);
            if a == NONE || b == NONE {
                continue;
            }
            if a == b {
                walk += walk_cost(problem, border.a, border.b, border.class, border.crossings);
            } else {
                cut_edges += u64::from(border.pairs);
                length += border.length_mm;
                strong += if border.class.is_strong() { border.length_mm } else { 0 };
            }
        }
        let count = rows.len().max(1) as f64;
        let present: BTreeSet<u32> = problem.present.iter().map(|(community, _)| *community).collect();
        let (hall_m, households_without_hall) = if self.grids { (None, 0.0) } else { halls::walk(self) };
        Objectives {
            zones: rows.len(),
            unassigned: self.zone.iter().filter(|zone| **zone == NONE).count(),
            out_of_band: rows.iter().filter(|row| !row.in_band).count(),
            missed_households: rows.iter().map(|row| row.out_of_band).sum(),
            in_pieces: rows.iter().filter(|row| row.pieces > 1).count(),
            // Nobody changes the community by being in a grid of it.
            moved_households: if self.grids { 0.0 } else { moved },
            abolished: present.len().saturating_sub(self.heirs.len()),
            created: rows.len().saturating_sub(self.heirs.len()),
            plates_to_change: if self.grids { 0 } else { self.plates_to_change() },
            grids_to_redraw: self.grids_to_redraw(),
            border_km: length as f64 / 1e6,
            on_barriers_share: (length > 0).then(|| strong as f64 / length as f64),
            straightness: straight::straightness(&self.blocks.units, &self.zone),
            polsby_popper: rows.iter().map(|row| row.polsby_popper).sum::<f64>() / count,
            cut_edges,
            balance: imbalance(problem, rows),
            walk_across_barriers: walk,
            hall_m,
            households_without_hall,
        }
    }
}
