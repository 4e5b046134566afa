//! One district's map: the skeleton cut into communities and blocks, bent by the land, with codes and names of its divisions.

use std::collections::BTreeMap;

use super::facts::{self, DivisionFact};
use super::landuse;
use super::mesh::{Mesh, Side};
use super::plane::{P, p};
use super::random::Dice;
use super::skeleton::{self, Owner, Zone};
use super::subdivide;
use super::terrain::Terrain;

/// A community of the district.
#[derive(Clone, Debug)]
pub(super) struct Community {
    pub(super) code: String,
    pub(super) short: &'static str,
    pub(super) pinyin: &'static str,
    /// place of its street in [`Town::streets`]
    pub(super) street: usize,
    /// its blocks
    pub(super) faces: Vec<usize>,
    /// centroid of its largest block
    pub(super) centre: P,
}

/// A street of the district.
#[derive(Clone, Debug)]
pub(super) struct Street {
    pub(super) code: String,
    pub(super) name: &'static str,
    pub(super) pinyin: &'static str,
    pub(super) faces: Vec<usize>,
}

/// The map of one district.
pub(super) struct Town {
    pub(super) seed: u64,
    /// 0 for the district itself, further numbers for its copies at larger scales
    pub(super) tile: usize,
    pub(super) terrain: Terrain,
    pub(super) mesh: Mesh,
    pub(super) zones: Vec<Zone>,
    pub(super) county: String,
    pub(super) streets: Vec<Street>,
    pub(super) communities: Vec<Community>,
    /// the block that no community has
    pub(super) gap: Option<usize>,
    /// the faces on either side of each leaf edge: left of its direction, right of it
    pub(super) beside: BTreeMap<usize, [Option<usize>; 2]>,
}

impl Town {
    /// Builds the map of one district.
    pub(super) fn build(seed: u64, tile: usize) -> Self {
        let seed = seed.wrapping_add(tile as u64 * 7_919);
        let terrain = Terrain::new(seed, tile_offset(tile));
        let (mut mesh, zones) = skeleton::build(&mut Dice::new(seed, "skeleton"), tile == 0);
        let dice = &mut Dice::new(seed, "communities");
        let mut first = 0;
        for (face, zone) in zones.iter().enumerate().filter(|(_, zone)| zone.communities > 0) {
            subdivide::into_communities(&mut mesh, &terrain, face, zone.communities, first, dice);
            first += zone.communities;
        }
        let wanted =
            |face: &super::mesh::Face, at: P| landuse::wanted_size(&terrain, zones[face.zone].owner, at);
        subdivide::into_blocks(&mut mesh, &terrain, wanted, &mut Dice::new(seed, "blocks"));
        mesh.settle(&terrain);
        let mut town = Self {
            seed,
            tile,
            terrain,
            mesh,
            zones,
            county: county_code(tile),
            streets: Vec::new(),
            communities: Vec::new(),
            gap: None,
            beside: BTreeMap::new(),
        };
        town.name_divisions();
        town.look_beside();
        super::borders::roughen(&mut town);
        town.leave_gap();
        town
    }

    /// The street or neighbour that a face belongs to.
    pub(super) fn owner(&self, face: usize) -> Owner {
        self.zones[self.mesh.faces[face].zone].owner
    }

    /// A county-level division of the demo world as this district's copy writes it.
    pub(super) fn code(&self, real: &str) -> String {
        match real.strip_prefix("530102") {
            Some(rest) => format!("{}{rest}", self.county),
            None => real.into(),
        }
    }

    /// All faces of the district, the gap included.
    pub(super) fn district_faces(&self) -> Vec<usize> {
        self.streets.iter().flat_map(|street| street.faces.iter().copied()).collect()
    }

    fn name_divisions(&mut self) {
        let all = facts::divisions();
        let below =
            |parent: &str| all.iter().filter(|d| d.parent == parent).copied().collect::<Vec<DivisionFact>>();
        let mut of_street: BTreeMap<Owner, Vec<usize>> = BTreeMap::new();
        for face in 0..self.mesh.faces.len() {
            of_street.entry(self.owner(face)).or_default().push(face);
        }
        for fact in below("530102") {
            let Some(owner) = fact.code.get(6..9).and_then(|n| n.parse().ok()).map(Owner::Street) else {
                continue;
            };
            let faces = of_street.remove(&owner).unwrap_or_default();
            let mut parts: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
            for &face in &faces {
                if let Some(community) = self.mesh.faces[face].community {
                    parts.entry(community).or_default().push(face);
                }
            }
            let street = self.streets.len();
            for (faces, fact) in parts.into_values().zip(below(fact.code)) {
                for &face in &faces {
                    self.mesh.faces[face].community = Some(self.communities.len());
                }
                self.communities.push(Community {
                    code: self.code(fact.code),
                    short: fact.short,
                    pinyin: fact.pinyin,
                    street,
                    centre: self.heart(&faces),
                    faces,
                });
            }
            self.streets.push(Street {
                code: self.code(fact.code),
                name: fact.name,
                pinyin: fact.pinyin,
                faces,
            });
        }
    }

    /// The middle of the largest of some faces.
    pub(super) fn heart(&self, faces: &[usize]) -> P {
        let sizes = faces.iter().map(|&face| self.mesh.area_and_centroid(face));
        sizes.max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, centre)| centre).unwrap_or_default()
    }

    fn look_beside(&mut self) {
        for face in 0..self.mesh.faces.len() {
            for Side { edge, forward } in self.mesh.ring(face) {
                self.beside.entry(edge).or_default()[usize::from(!forward)] = Some(face);
            }
        }
    }

    /// Takes one block on the border of two communities of 普吉 out of both: the seeded management gap.
    fn leave_gap(&mut self) {
        let Some(street) = self.streets.iter().position(|s| s.code.ends_with("009")) else { return };
        let on_border = |face: usize| {
            let own = self.mesh.faces[face].community;
            let mut others: Vec<_> =
                self.neighbours(face).filter_map(|f| self.mesh.faces[f].community).collect();
            others.retain(|&c| Some(c) != own);
            others.sort_unstable();
            others.dedup();
            others.len() == 1 && others.iter().all(|&c| self.communities[c].street == street)
        };
        let candidates = self.streets[street].faces.iter().copied().filter(|&face| on_border(face));
        let near = |face: &usize| self.mesh.area_and_centroid(*face).1.to(p(-4_200.0, 7_600.0));
        let Some(face) = candidates.min_by(|a, b| near(a).total_cmp(&near(b))) else { return };
        if let Some(community) = self.mesh.faces[face].community.take() {
            self.communities[community].faces.retain(|&f| f != face);
        }
        self.gap = Some(face);
    }

    /// Codes of the communities beside the gap.
    pub(super) fn gap_between(&self) -> Vec<String> {
        let beside = self.gap.into_iter().flat_map(|gap| self.neighbours(gap));
        let codes: std::collections::BTreeSet<&String> = beside
            .filter_map(|face| self.mesh.faces[face].community)
            .map(|community| &self.communities[community].code)
            .collect();
        codes.into_iter().cloned().collect()
    }

    /// The faces that share a side with a face.
    pub(super) fn neighbours(&self, face: usize) -> impl Iterator<Item = usize> + '_ {
        self.mesh.ring(face).into_iter().filter_map(move |side| self.across(face, side))
    }

    /// The community to the left of a side.
    pub(super) fn community_left_of(&self, side: Side) -> Option<usize> {
        let face = self.beside.get(&side.edge)?[usize::from(!side.forward)]?;
        self.mesh.faces[face].community
    }

    /// The face on the other side of a side.
    pub(super) fn across(&self, face: usize, side: Side) -> Option<usize> {
        self.beside.get(&side.edge)?.iter().flatten().copied().find(|&other| other != face)
    }
}

/// Where a copy's plane lies: copies stand in rows to the east and south of the district.
fn tile_offset(tile: usize) -> P {
    if tile == 0 {
        return P::default();
    }
    let (column, row) = ((tile - 1) % 8, (tile - 1) / 8);
    p(34_000.0 + 22_000.0 * column as f64, -34_000.0 * row as f64)
}

/// The county code of a copy: the real one for the district, made-up ones (539001 on) for copies.
fn county_code(tile: usize) -> String {
    if tile == 0 { "530102".into() } else { format!("{}", 539_000 + tile) }
}
