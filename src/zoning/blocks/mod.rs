//! Blocks: units of re-zoning from the register. The ground of subdistricts and communities, cut by roads, rivers
//! and the limits there are, with the households of compounds and buildings inside.
//!
//! No compound is cut: cells under one compound are one block, over a limit of communities too. Limits keep their
//! vertices bit for bit. The same snapshot and scope give the same blocks.

mod cut;
mod defaults;
mod ground;
mod homes;
mod joined;
mod lines;
mod parted;
mod sites;

use geo::InteriorPoint as _;
use geo_types::{Coord, Geometry, MultiPolygon};

use super::problem::ZoneKind;
use super::task::{Facts, Task};
use super::units::{Line, Units, classify};
use crate::model::{Bilingual, Date, Layer, Record, RecordId, Revision, Secrecy, vocab};
use crate::rules::GridRules;
use crate::snapshot::Snapshot;
use crate::topology::{Coverage, CoverageError, Metric, dissolve};

pub use ground::Place;

use cut::Cells;
use defaults::defaults;
use ground::{Ground, area_of};
use homes::{Census, Homes};
use joined::{Compounds, Groups, Sizes};
use parted::Parting;
use sites::Sites;

/// Cells of one question at most.
pub const MOST_CELLS: usize = 60_000;

/// Which ground, on which day, by which count.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    /// the day
    pub day: Date,
    /// the highest class of records that is read
    pub show: Secrecy,
    /// codes of subdistricts: all their communities, and what none of these has
    pub streets: &'a [String],
    /// codes of single communities
    pub communities: &'a [String],
    /// which count of households: a code of `household_kind`
    pub count: &'a str,
    /// where grids are drawn: what is one by itself, and where they are villages
    pub grids: Option<Grids<'a>>,
}

/// How grids other than basic ones are found.
#[derive(Clone, Copy, Debug)]
pub struct Grids<'a> {
    /// kinds and sizes
    pub rules: &'a GridRules,
    /// codes or ids of compounds and areas that are grids by themselves whatever they are
    pub exclusive: &'a [String],
    /// and of those that are not
    pub ordinary: &'a [String],
}

impl Scope<'_> {
    fn sees(&self, record: &Record) -> bool {
        record.valid.contains(self.day) && record.secrecy <= self.show
    }
}

/// Why there are no blocks.
#[derive(Debug, thiserror::Error)]
pub enum BlocksError {
    /// no subdistrict of that code
    #[error("no subdistrict has the code {0}")]
    Street(String),
    /// no community of that code
    #[error("no community has the code {0}")]
    Community(String),
    /// no compound or area of that code or id is in scope
    #[error("no compound or area in scope has the code {0}")]
    Compound(String),
    /// nothing with an area is in scope
    #[error("there is no ground in scope")]
    Nothing,
    /// too many cells
    #[error("{0} blocks are too many")]
    TooMany(usize),
    /// more vertices than can be numbered
    #[error(transparent)]
    Coverage(#[from] CoverageError),
}

/// A unit.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// its subdistrict, by number
    pub street: usize,
    /// the community most of it lies in, by number; none in a gap
    pub community: Option<usize>,
    /// households
    pub households: i64,
    /// buildings
    pub buildings: u32,
    /// compounds, by name
    pub compounds: Vec<(RecordId, String)>,
    /// households by present community, where compounds lie over limits in several
    pub shares: Vec<(usize, i64)>,
    /// whether limits that there are were left out of it, so that a compound stays whole
    pub over_limits: bool,
    /// what it is for grids; in the country, what is built up may still have basic zones
    pub kind: ZoneKind,
    /// the site that it is, or the village that has its ground
    pub site: Option<String>,
}

/// Units that planners will not have parted, joined or moved.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wishes {
    /// groups that share one zone
    pub together: Vec<Vec<u32>>,
    /// groups no two of which share a zone
    pub apart: Vec<Vec<u32>>,
    /// units that stay in the zone of their community
    pub locked: Vec<u32>,
}

impl Wishes {
    /// The group of each unit; groups with a unit in common are one.
    fn together_of(&self, units: usize) -> Option<Vec<Option<u32>>> {
        let mut group: Vec<Option<u32>> = vec![None; units];
        for (number, members) in self.together.iter().enumerate() {
            let known: Vec<u32> = members.iter().filter_map(|unit| group[*unit as usize]).collect();
            for own in group.iter_mut().filter(|own| own.is_some_and(|own| known.contains(&own))) {
                *own = Some(number as u32);
            }
            members.iter().for_each(|unit| group[*unit as usize] = Some(number as u32));
        }
        (!self.together.is_empty()).then_some(group)
    }
}

/// All units of a scope.
#[derive(Clone, Debug)]
pub struct Blocks {
    /// what they were made from
    pub revision: Revision,
    /// the day
    pub day: Date,
    /// which count of households
    pub count: String,
    /// days of the counts, from and to
    pub counted: Option<(Date, Date)>,
    /// subdistricts
    pub streets: Vec<Place>,
    /// communities
    pub communities: Vec<Place>,
    /// the units
    pub blocks: Vec<Block>,
    /// their ground, longitude and latitude
    pub shapes: Vec<Geometry>,
    /// measures and common borders
    pub units: Units,
    /// compounds that the limit of the scope or of a subdistrict cuts: these stay cut
    pub cut: Vec<(RecordId, String)>,
    /// how households are known
    pub known: Known,
    /// a place inside of each unit, in metres of the units' plane
    pub middles: Vec<Coord>,
    /// community halls: unit and place, in the same plane
    pub halls: Vec<(u32, Coord)>,
    /// door plates that name their community, by unit
    pub plates: Vec<u32>,
    /// the units of each present grid
    pub grids: Vec<Vec<u32>>,
}

/// How many households come from where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// compounds with a count
    pub compounds: usize,
    /// buildings with a count of their own
    pub buildings: usize,
    /// buildings whose households are estimated
    pub estimated_buildings: usize,
    /// and how many households those are
    pub estimated: i64,
}

impl Blocks {
    /// The blocks of a scope.
    ///
    /// # Errors
    /// What is named and not there, no ground, or too much of it.
    pub fn of(snapshot: &Snapshot, scope: &Scope<'_>) -> Result<Self, BlocksError> {
        let defaults = defaults();
        let ground = Ground::of(snapshot, scope)?;
        let window = ground.bounds().ok_or(BlocksError::Nothing)?;
        let latitude = (window.min().y + window.max().y) / 2.0;
        let lines = lines::near(snapshot, scope, window, defaults);
        let sites = Sites::of(snapshot, scope, &ground, window)?;
        let mut compounds: Vec<&Record> =
            snapshot.layer(Layer::Compound).window(window).into_iter().map(|record| &**record).collect();
        compounds.retain(|record| scope.sees(record));
        compounds.sort_by_key(|record| record.key());
        let (compounds, areas): (Vec<&Record>, Vec<MultiPolygon>) =
            compounds.into_iter().filter_map(|record| Some((record, area_of(record)?))).unzip();
        // Outlines of sites cut ground as streets do; they are no barriers.
        let cutting: Vec<[Coord; 2]> = lines.iter().map(|(line, _)| *line).chain(sites.outlines()).collect();
        // Grids are smaller than some blocks: these are parted among their compounds.
        let parting = scope.grids.map(|_| Parting::new(&areas, latitude));
        let cells = Cells::cut(&ground, &cutting, parting.as_ref(), defaults)?;
        let coverage = Coverage::build(cells.shapes.iter().map(Some))?;

        let mut groups = Groups::new(cells.shapes.len());
        let street = |cell: u32| cells.of[cell as usize].0;
        let plane = Compounds::new(&areas, latitude, defaults);
        let cut = joined::whole_compounds(&coverage, &plane, &street, &mut groups);
        let cut = cut.into_iter().map(|at| named(compounds[at])).collect();

        let census = Census { snapshot, scope, window, communities: &ground.communities };
        let homes = census.take(cells.shapes.len(), &|c| cells.at(c), &|cell| cells.of[cell].1);
        let measured = Units::measure(&cells.shapes, Metric::Degrees)?;
        let sizes = Sizes::new(&measured, &cells.of, &homes);
        if let Some(parting) = &parting {
            sizes.courts(&cells.shapes, &cells.block, parting, &mut groups);
        }
        let kinds = sites.join(&cells, &coverage, &sizes, &mut groups);
        joined::slivers(&sizes, defaults, &mut groups);
        let (mut blocks, shapes, of_cell) = blocks(&cells, &coverage, &homes, &mut groups);
        kinds.tell(&cells, &of_cell, &mut blocks);
        sites.villages(snapshot, scope, &mut blocks);
        let mut units = Units::measure(&shapes, Metric::Degrees)?;
        let plane = |c: Coord| Metric::Degrees.metres(c, units.latitude);
        let inside = |shape: &Geometry| shape.interior_point().map_or(Coord::zero(), |point| plane(point.0));
        let middles = shapes.iter().map(inside).collect();
        let halls = census.halls();
        let halls =
            halls.into_iter().filter_map(|at| Some((of_cell[cells.at(at)?] as u32, plane(at)))).collect();
        let unit_at = |at: Coord| Some(of_cell[cells.at(at)?] as u32);
        let mut plates = vec![0; blocks.len()];
        for at in census.plates() {
            unit_at(at).into_iter().for_each(|unit| plates[unit as usize] += 1);
        }
        let grids = census.grids(&middles_of(&shapes));
        let barriers: Vec<Line> = lines
            .iter()
            .map(|([from, to], class)| {
                let [from, to] = [*from, *to].map(|c| Metric::Degrees.metres(c, units.latitude));
                Line { from, to, class: *class }
            })
            .collect();
        classify(&mut units, &barriers);
        let known = Known {
            compounds: homes.compounds,
            buildings: homes.buildings,
            estimated_buildings: homes.estimated.0,
            estimated: homes.estimated.1,
        };
        let Ground { streets, communities, .. } = ground;
        Ok(Self {
            revision: snapshot.revision(),
            day: scope.day,
            count: scope.count.to_owned(),
            counted: homes.counted,
            streets,
            communities,
            blocks,
            shapes,
            units,
            cut,
            known,
            middles,
            halls,
            plates,
            grids,
        })
    }

    /// All households.
    pub fn households(&self) -> i64 {
        self.blocks.iter().map(|block| block.households).sum()
    }

    /// The unit that a compound is part of.
    ///
    /// # Errors
    /// It is not in scope.
    pub fn unit_of(&self, snapshot: &Snapshot, compound: &str) -> Result<u32, BlocksError> {
        let mut coded = snapshot.layer(Layer::Compound).by_code(compound);
        let id = coded.find(|record| record.valid.contains(self.day)).map(|record| record.id);
        let id = id.or_else(|| compound.parse().ok());
        let holds = |block: &Block| block.compounds.iter().any(|(own, _)| Some(*own) == id);
        let unit = self.blocks.iter().position(holds);
        unit.map(|unit| unit as u32).ok_or_else(|| BlocksError::Compound(compound.to_owned()))
    }

    /// The village of each unit, by number; none where no grids of villages are drawn.
    fn villages(&self) -> Option<Vec<Option<u32>>> {
        let own = |(at, block): (usize, &Block)| {
            (block.kind == ZoneKind::Rural && block.site.is_some()).then_some(at as u32)
        };
        let villages: Vec<Option<u32>> = self.blocks.iter().enumerate().map(own).collect();
        villages.iter().any(Option::is_some).then_some(villages)
    }

    /// A task on these units; no zone leaves its subdistrict.
    pub fn task(&self, (min, max, ideal): (f64, f64, Option<f64>), wishes: &Wishes) -> Task {
        let facts = Facts {
            households: self.blocks.iter().map(|block| block.households as f64).collect(),
            parent: Some(self.blocks.iter().map(|block| block.street as u32).collect()),
            present: Some(self.blocks.iter().map(|block| block.community.map(|at| at as u32)).collect()),
            shares: Some(self.shares()),
            together: wishes.together_of(self.blocks.len()),
            apart: wishes.apart.clone(),
            locked: wishes.locked.clone(),
            kind: Some(sites::settled(&self.blocks, &self.units, min.ceil() as i64)),
            village: self.villages(),
        };
        Task::new(&self.units, &facts, (min, max, ideal))
    }

    fn shares(&self) -> Vec<Vec<(u32, f64)>> {
        let own =
            |block: &Block| block.shares.iter().map(|(at, number)| (*at as u32, *number as f64)).collect();
        self.blocks.iter().map(own).collect()
    }

    /// 口径: which households were counted, when, where from.
    pub fn definition(&self) -> Bilingual {
        let title = vocab::list("household_kind").get(&self.count).map(|value| value.title.clone());
        let title = title.unwrap_or_else(|| Bilingual::new(self.count.clone(), self.count.clone()));
        let (zh_day, en_day) = match self.counted {
            Some((from, to)) if from == to => (format!("统计于 {to}"), format!("counted on {to}")),
            Some((from, to)) => (format!("统计于 {from} 至 {to}"), format!("counted from {from} to {to}")),
            None => ("统计日期不详".to_owned(), "counted on unknown days".to_owned()),
        };
        let Known { compounds, buildings, estimated_buildings, estimated } = self.known;
        let (all, day, revision) = (self.households(), self.day, self.revision.0);
        let mut zh = format!(
            "户数按{}（{zh_day}）：{compounds} 个小区院落、{buildings} 栋建筑的登记数，共 {all} 户",
            title.zh
        );
        let mut en = format!(
            "households are {} ({en_day}): counts of {compounds} compounds and {buildings} buildings, {all} in all",
            title.en.to_lowercase()
        );
        if estimated_buildings > 0 {
            zh += &format!(
                "；其中 {estimated_buildings} 栋没有登记数的住宅按建筑面积（占地×层数）分摊所在社区的余数 {estimated} 户"
            );
            en += &format!(
                "; {estimated} of these are what communities have left over, shared among {estimated_buildings} homes without a count by floor area"
            );
        }
        zh += &format!("。区划以 {day} 为准，登记册第 {revision} 版。");
        en += &format!(". Divisions as of {day}, revision {revision} of the register.");
        Bilingual::new(zh, en)
    }
}

/// A place inside of each, longitude and latitude.
fn middles_of(shapes: &[Geometry]) -> Vec<Option<Coord>> {
    shapes.iter().map(|shape| shape.interior_point().map(|point| point.0)).collect()
}

fn named(record: &Record) -> (RecordId, String) {
    (record.id, record.label().unwrap_or_default().to_owned())
}

/// Groups of cells as blocks with their ground, in the order of their first cells.
fn blocks(
    cells: &Cells,
    coverage: &Coverage,
    homes: &Homes,
    groups: &mut Groups,
) -> (Vec<Block>, Vec<Geometry>, Vec<usize>) {
    let mut number: Vec<Option<usize>> = vec![None; cells.shapes.len()];
    let mut members: Vec<Vec<usize>> = Vec::new();
    let mut of_cell = Vec::with_capacity(cells.shapes.len());
    for cell in 0..cells.shapes.len() {
        let root = groups.root(cell as u32) as usize;
        let group = *number[root].get_or_insert_with(|| {
            members.push(Vec::new());
            members.len() - 1
        });
        members[group].push(cell);
        of_cell.push(group);
    }
    let shapes = dissolve(coverage, members.len(), |cell| Some(of_cell[cell]));
    let shapes = shapes.into_iter().map(Geometry::MultiPolygon).collect();
    (members.iter().map(|members| block(cells, homes, members)).collect(), shapes, of_cell)
}

fn block(cells: &Cells, homes: &Homes, members: &[usize]) -> Block {
    use geo::Area as _;
    let mut by_community: std::collections::BTreeMap<Option<usize>, (i64, f64)> = Default::default();
    let mut block = Block {
        street: cells.of[members[0]].0,
        community: None,
        households: 0,
        buildings: 0,
        compounds: Vec::new(),
        shares: Vec::new(),
        over_limits: false,
        kind: ZoneKind::Basic,
        site: None,
    };
    for cell in members {
        let own = by_community.entry(cells.of[*cell].1).or_default();
        own.1 += cells.shapes[*cell].unsigned_area();
        for home in &homes.at[*cell] {
            own.0 += home.households;
            block.households += home.households;
            block.buildings += home.buildings;
            block.compounds.extend(home.compound.clone());
        }
    }
    block.over_limits = by_community.len() > 1;
    let most = by_community.iter().max_by(|a, b| a.1.0.cmp(&b.1.0).then(a.1.1.total_cmp(&b.1.1)));
    block.community = most.and_then(|(community, _)| *community);
    let shares = by_community.into_iter().filter_map(|(community, (number, _))| Some((community?, number)));
    block.shares = shares.collect();
    block
}
