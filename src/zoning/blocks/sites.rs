//! Grids other than basic ones: sites that are one by themselves (专属网格), and villages of the country (农村网格).

use std::collections::{BTreeMap, BTreeSet};

use geo::coordinate_position::{CoordPos, CoordinatePosition as _};
use geo::{Area as _, InteriorPoint as _};
use geo_types::{Coord, Geometry, MultiPolygon, Rect};

use super::ground::{Ground, area_of};
use super::joined::{Groups, Sizes};
use super::{Block, BlocksError, Cells, Scope};
use crate::crs::geodesic;
use crate::model::layers::DivisionLevel;
use crate::model::{Layer, Record, vocab};
use crate::rules::GridRules;
use crate::snapshot::Snapshot;
use crate::topology::{BoxTree, Coverage, Extent, OUTSIDE, outlines};
use crate::zoning::graph::{Border, Graph};
use crate::zoning::problem::ZoneKind;
use crate::zoning::units::Units;

/// Ground with a name that is cut out of the blocks.
struct Site {
    kind: ZoneKind,
    name: String,
    area: MultiPolygon,
}

/// All sites of a scope, exclusive ones first.
#[derive(Default)]
pub(super) struct Sites<'a> {
    sites: Vec<Site>,
    /// communities whose grids are villages, by number
    rural: BTreeSet<usize>,
    rules: Option<&'a GridRules>,
}

/// Which site every cell is part of.
pub(super) struct Kinds<'a> {
    sites: &'a Sites<'a>,
    of_cell: Vec<Option<usize>>,
}

impl<'a> Sites<'a> {
    /// None where no grids are drawn.
    ///
    /// # Errors
    /// Compounds or areas that are named and not there.
    pub fn of(
        snapshot: &Snapshot,
        scope: &Scope<'a>,
        ground: &Ground,
        window: Rect,
    ) -> Result<Self, BlocksError> {
        let Some(grids) = scope.grids else { return Ok(Self::default()) };
        let rules = grids.rules;
        let mut sites = Vec::new();
        let mut missing: BTreeSet<&String> = grids.exclusive.iter().chain(grids.ordinary).collect();
        for (layer, kinds) in [
            (Layer::Compound, &rules.exclusive_compounds),
            (Layer::ClosedOrGreenArea, &rules.exclusive_areas),
        ] {
            for record in near(snapshot, scope, layer, window) {
                let id = record.id.to_string();
                let is = |own: &String| Some(own.as_str()) == record.code.as_deref() || *own == id;
                missing.retain(|own| !is(own));
                let Some(area) = area_of(record) else { continue };
                let usual = record.text("kind").is_some_and(|kind| kinds.iter().any(|own| own == kind))
                    && geodesic::area_m2(&Geometry::MultiPolygon(area.clone())) >= rules.exclusive_least_m2;
                if grids.exclusive.iter().any(is) || usual && !grids.ordinary.iter().any(is) {
                    sites.push(Site { kind: ZoneKind::Exclusive, name: name_of(record), area });
                }
            }
        }
        if let Some(code) = missing.first() {
            return Err(BlocksError::Compound((*code).clone()));
        }
        let mut rural = BTreeSet::new();
        for (number, place) in ground.communities.iter().enumerate() {
            let record = snapshot.layer(Layer::Division).get(place.id, scope.day);
            let class = record.and_then(|record| record.text("urban_rural_class"));
            if class.is_some_and(|class| rules.rural_classes.iter().any(|own| own == class)) {
                rural.insert(number);
            }
        }
        let codes: BTreeSet<&str> = rural.iter().map(|at| ground.communities[*at].code.as_str()).collect();
        for record in near(snapshot, scope, Layer::Division, window) {
            let is_group = record.text("level") == Some(DivisionLevel::Group.code())
                && record.text("parent_code").is_some_and(|code| codes.contains(code));
            if let (true, Some(area)) = (is_group, area_of(record)) {
                let name = record.label().unwrap_or_default().to_owned();
                sites.push(Site { kind: ZoneKind::Rural, name, area });
            }
        }
        Ok(Self { sites, rural, rules: Some(rules) })
    }

    /// The outlines of all of them, piece by piece.
    pub fn outlines(&self) -> impl Iterator<Item = [Coord; 2]> + '_ {
        self.sites.iter().flat_map(|site| &site.area.0).flat_map(outlines::inside_left)
    }

    /// Joins cells of one site and community that lie side by side, and with an exclusive site the bare margins
    /// about it and what it alone parts from the rest of the community.
    pub fn join(
        &'a self,
        cells: &Cells,
        coverage: &Coverage,
        sizes: &Sizes<'_>,
        groups: &mut Groups,
    ) -> Kinds<'a> {
        let mut of_cell = self.of_cells(cells);
        for arc in 0..coverage.arcs() {
            let (left, right) = (coverage.sides(arc).left, coverage.sides(arc).right);
            if left == OUTSIDE || right == OUTSIDE || left == right {
                continue;
            }
            let own = of_cell[left as usize];
            if own.is_some()
                && own == of_cell[right as usize]
                && cells.of[left as usize] == cells.of[right as usize]
            {
                groups.join(left, right);
            }
        }
        if let Some(rules) = self.rules {
            let exclusive = |at: usize| self.sites[at].kind == ZoneKind::Exclusive;
            for (cell, beside) in sizes.margins(&of_cell, &exclusive, rules.exclusive_margin_m) {
                of_cell[cell] = of_cell[beside];
                groups.join(cell as u32, beside as u32);
            }
        }
        Kinds { sites: self, of_cell }
    }

    /// The first site around the middle of each cell.
    fn of_cells(&self, cells: &Cells) -> Vec<Option<usize>> {
        let points = |site: &Site| {
            Extent::round(site.area.0.iter().flat_map(|part| part.exterior().0.iter().copied()))
        };
        let boxes: Vec<Extent> = self.sites.iter().map(points).collect();
        let tree = BoxTree::build(&boxes);
        let own = |shape: &Geometry| {
            let middle = shape.interior_point()?.0;
            let mut found = None;
            tree.visit(&Extent::round([middle]), |site| {
                let site = site as usize;
                let nearer = found.is_none_or(|known| site < known);
                if nearer && self.sites[site].area.coordinate_position(&middle) == CoordPos::Inside {
                    found = Some(site);
                }
            });
            found
        };
        if self.sites.is_empty() {
            vec![None; cells.shapes.len()]
        } else {
            cells.shapes.iter().map(own).collect()
        }
    }

    /// Natural villages are what blocks of the country are named after where no group has them.
    pub fn villages(&self, snapshot: &Snapshot, scope: &Scope<'_>, blocks: &mut [Block]) {
        let Some(rules) = self.rules else { return };
        for block in blocks.iter_mut().filter(|block| block.kind == ZoneKind::Rural && block.site.is_none()) {
            let is_village = |record: &Record| {
                record.text("kind").is_some_and(|kind| rules.village_compounds.iter().any(|own| own == kind))
            };
            let held = |(id, name): &(crate::model::RecordId, String)| {
                let record = snapshot.layer(Layer::Compound).get(*id, scope.day)?;
                is_village(record).then(|| name.clone())
            };
            let names: Vec<String> = block.compounds.iter().filter_map(held).collect();
            block.site = (!names.is_empty()).then(|| names.join("、"));
        }
    }
}

impl Kinds<'_> {
    /// What the zone of every block is: exclusive where more than half of it is a site.
    pub fn tell(&self, cells: &Cells, of_cell: &[usize], blocks: &mut [Block]) {
        let mut areas: Vec<(f64, BTreeMap<usize, f64>)> = vec![Default::default(); blocks.len()];
        for (cell, block) in of_cell.iter().enumerate() {
            let area = cells.shapes[cell].unsigned_area();
            areas[*block].0 += area;
            if let Some(site) = self.of_cell[cell] {
                *areas[*block].1.entry(site).or_default() += area;
            }
        }
        for (block, (all, of_site)) in blocks.iter_mut().zip(areas) {
            let most = of_site.into_iter().max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)));
            let site = most.filter(|(_, area)| *area * 2.0 > all).map(|(site, _)| &self.sites.sites[site]);
            let rural = block.community.is_some_and(|at| self.sites.rural.contains(&at));
            block.kind = match site.map(|site| site.kind) {
                Some(ZoneKind::Exclusive) => ZoneKind::Exclusive,
                _ if rural => ZoneKind::Rural,
                _ => ZoneKind::Basic,
            };
            block.site = site.map(|site| site.name.clone());
        }
    }
}

/// Its name, else what it is.
fn name_of(record: &Record) -> String {
    let list = match record.layer {
        Layer::Compound => "compound_kind",
        _ => "area_kind",
    };
    let kind = || Some(vocab::list(list).get(record.text("kind")?)?.title.zh.clone());
    record.text("name").map(str::to_owned).or_else(kind).unwrap_or_default()
}

fn near<'a>(snapshot: &'a Snapshot, scope: &Scope<'_>, layer: Layer, window: Rect) -> Vec<&'a Record> {
    let mut records: Vec<&Record> =
        snapshot.layer(layer).window(window).into_iter().map(|record| &**record).collect();
    records.retain(|record| scope.sees(record));
    records.sort_by_key(|record| record.key());
    records
}

/// What the zone of every unit is to be where the least of a basic one is known: in the country, built-up ground
/// without a village that has households enough for basic zones has these, with the bare ground that it parts from
/// all villages.
pub(super) fn settled(blocks: &[Block], units: &Units, least: i64) -> Vec<ZoneKind> {
    let mut kinds: Vec<ZoneKind> = blocks.iter().map(|block| block.kind).collect();
    let graph = Graph::new(blocks.len(), units.borders.iter().copied());
    let beside = |border: &Border| {
        let (a, b) = (&blocks[border.a as usize], &blocks[border.b as usize]);
        a.community == b.community && a.kind == ZoneKind::Rural && b.kind == ZoneKind::Rural
    };
    let built = |unit: u32| blocks[unit as usize].site.is_none() && blocks[unit as usize].households > 0;
    let (town, count) = graph.components(|border| beside(border) && built(border.a) && built(border.b));
    let mut households = vec![0; count];
    for (unit, own) in town.iter().enumerate().filter(|(unit, _)| built(*unit as u32)) {
        households[*own as usize] += blocks[unit].households;
    }
    for (unit, own) in town.iter().enumerate() {
        if kinds[unit] == ZoneKind::Rural && built(unit as u32) && households[*own as usize] >= least {
            kinds[unit] = ZoneKind::Basic;
        }
    }
    // What is left of the country without a village goes to the town beside it.
    let rural = |unit: u32| kinds[unit as usize] == ZoneKind::Rural;
    let (country, count) = graph.components(|border| beside(border) && rural(border.a) && rural(border.b));
    let mut keeps = vec![false; count];
    for (unit, own) in country.iter().enumerate() {
        keeps[*own as usize] |= blocks[unit].site.is_some();
    }
    let mut joins = vec![false; count];
    for border in graph.borders().iter().filter(|border| beside(border)) {
        for (one, other) in [(border.a, border.b), (border.b, border.a)] {
            joins[country[one as usize] as usize] |= rural(one) && kinds[other as usize] == ZoneKind::Basic;
        }
    }
    for (unit, own) in country.iter().enumerate() {
        if kinds[unit] == ZoneKind::Rural && joins[*own as usize] && !keeps[*own as usize] {
            kinds[unit] = ZoneKind::Basic;
        }
    }
    kinds
}
