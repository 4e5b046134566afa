//! What each block is for: homes, parks, schools, units behind walls, fields, hills, villages, water.

use std::collections::BTreeMap;

use super::mesh::Kind;
use super::plane::{P, area_and_centroid, clip, contains, convex_core, long_axis, p, strips};
use super::random::Dice;
use super::skeleton::Owner;
use super::streets::{Street, half_width};
use super::town::Town;

/// A known place of the town: where, how large (m²), what, its name, whether one may walk through.
struct Site(P, f64, &'static str, &'static str, bool);

/// Modelled on places that the town has; position and shape are made up.
const SITES: &[Site] = &[
    Site(p(250.0, 1_450.0), 150_000.0, "lake", "翠湖公园", true),
    Site(p(-330.0, 1_560.0), 110_000.0, "campus", "云南大学（东陆校区）", true),
    Site(p(-1_250.0, 1_480.0), 120_000.0, "campus", "云南师范大学（一二一校区）", true),
    Site(p(-950.0, 4_100.0), 160_000.0, "campus", "昆明理工大学（莲华校区）", true),
    Site(p(-1_700.0, 5_600.0), 180_000.0, "campus", "云南财经大学", true),
    Site(p(1_150.0, 1_750.0), 90_000.0, "scenic", "圆通山", true),
    Site(p(300.0, 2_750.0), 50_000.0, "park", "莲花池公园", true),
    Site(p(-1_250.0, -350.0), 80_000.0, "park", "大观河滨公园", true),
    Site(p(1_900.0, 7_300.0), 130_000.0, "park", "月牙塘公园", true),
    Site(p(-300.0, 300.0), 45_000.0, "hospital", "演示第一人民医院", false),
    Site(p(-2_700.0, 2_500.0), 60_000.0, "hospital", "演示大学附属医院", false),
    Site(p(-300.0, 3_500.0), 110_000.0, "military", "演示单位甲", false),
    Site(p(400.0, 4_900.0), 90_000.0, "office", "演示单位乙", false),
    Site(p(-5_200.0, 7_900.0), 350_000.0, "factory", "演示冶炼厂", false),
    Site(p(-7_300.0, 2_600.0), 240_000.0, "factory", "演示机床厂", false),
    Site(p(-4_300.0, 2_400.0), 150_000.0, "factory", "高新产业园", false),
    Site(p(-7_600.0, 4_700.0), 260_000.0, "park", "海源寺森林公园", true),
    Site(p(2_900.0, 8_700.0), 200_000.0, "cemetery", "演示公墓", true),
    Site(p(-3_900.0, 6_400.0), 120_000.0, "railway", "西站货场", false),
    Site(p(-2_900.0, 700.0), 60_000.0, "sports", "演示体育场", true),
];

/// Block size wanted at a place, where a known place asks for a larger block.
pub(super) fn site_size(at: P) -> Option<f64> {
    let near = SITES.iter().find(|site| site.0.to(at) < 0.55 * site.1.sqrt());
    near.map(|site| site.1)
}

/// What stands in a block or a part of it; rings are convex, counter-clockwise, in the ideal plane.
pub(super) enum Plot {
    /// people live here
    Homes { ring: Vec<P>, kind: &'static str },
    /// closed or green
    Land { ring: Vec<P>, kind: &'static str, name: Option<&'static str>, walkable: bool },
    /// standing water
    Water { ring: Vec<P>, kind: &'static str, name: Option<&'static str> },
}

/// Reservoirs so far: where, and their names.
type Reservoirs = Vec<(P, &'static str)>;

/// The plots of one block.
pub(super) struct Block {
    pub(super) face: usize,
    pub(super) plots: Vec<Plot>,
}

/// Which street runs along each leaf edge.
pub(super) fn streets_by_edge(streets: &[Street]) -> BTreeMap<usize, usize> {
    let sides =
        |(at, street): (usize, &Street)| street.sides.iter().map(move |s| (s.edge, at)).collect::<Vec<_>>();
    streets.iter().enumerate().flat_map(sides).collect()
}

/// Decides for all blocks of the district.
pub(super) fn plan(town: &Town) -> Vec<Block> {
    let dice = &mut Dice::new(town.seed, "land use");
    let mut blocks: Vec<Block> = Vec::new();
    let mut water = Vec::new();
    for face in town.district_faces() {
        let ring = town.mesh.ring(face);
        let corners = town.mesh.corners(&ring);
        let (area, centre) = area_and_centroid(&corners);
        let core = convex_core(&corners, |at| half_width(town.mesh.edges[ring[at].edge].kind));
        let size = area_and_centroid(&core).0;
        let mut block = Block { face, plots: Vec::new() };
        let site = SITES.iter().find(|site| contains(&corners, site.0));
        let urban = town.terrain.urban(centre);
        match site {
            Some(site) if size > 0.3 * area => fill_site(site, core, &mut block),
            _ if size < 900.0 => {}
            _ if urban > 0.42 => fill_town(town, core, size, centre, &mut block, dice),
            _ => fill_country(town, core, centre, &mut block, &mut water, dice),
        }
        blocks.push(block);
    }
    settle_villages(town, &mut blocks);
    blocks
}

fn fill_site(site: &Site, core: Vec<P>, block: &mut Block) {
    let &Site(_, _, kind, name, walkable) = site;
    if kind == "lake" {
        let shore = convex_core(&core, |_| 42.0);
        block.plots.push(Plot::Land { ring: core, kind: "park", name: Some(name), walkable });
        if shore.len() > 2 {
            block.plots.push(Plot::Water { ring: rounded(shore), kind: "lake", name: Some("翠湖") });
        }
    } else {
        block.plots.push(Plot::Land { ring: core, kind, name: Some(name), walkable });
    }
}

/// A ring with its corners cut off twice (Chaikin 1974).
fn rounded(mut ring: Vec<P>) -> Vec<P> {
    for _ in 0..2 {
        ring = super::plane::sides(&ring)
            .flat_map(|(a, b)| [a * 0.75 + b * 0.25, a * 0.25 + b * 0.75])
            .collect();
    }
    ring
}

fn fill_town(town: &Town, core: Vec<P>, size: f64, centre: P, block: &mut Block, dice: &mut Dice) {
    let density = town.terrain.density(centre);
    let outer = density < 60.0;
    let uses: &[(&str, f64)] = &[
        ("homes", 74.0),
        ("park", 4.0),
        ("school", 5.0),
        ("office", 4.0),
        ("commercial", if outer { 2.0 } else { 5.0 }),
        ("factory", if outer { 7.0 } else { 0.3 }),
        ("green", if outer { 7.0 } else { 2.0 }),
        ("construction", 1.2),
        ("square", 0.8),
    ];
    let kind = dice.pick(uses);
    match kind {
        "homes" | "commercial" => {
            let wanted = 9_000.0 + 260_000.0 / (density + 6.0);
            let count = ((size / wanted).round() as usize).clamp(1, 5);
            for ring in strips(&core, count, 6.0) {
                let kind = if kind == "commercial" && dice.chance(0.6) {
                    "commercial"
                } else {
                    homes_kind(density, dice)
                };
                if area_and_centroid(&ring).0 > 1_600.0 {
                    block.plots.push(Plot::Homes { ring, kind });
                }
            }
        }
        "school" | "office" | "park" | "square" if size > 26_000.0 => {
            let mut parts = strips(&core, 2, 6.0).into_iter();
            let walkable = matches!(kind, "park" | "square");
            block.plots.extend(parts.next().map(|ring| Plot::Land { ring, kind, name: None, walkable }));
            block.plots.extend(parts.map(|ring| Plot::Homes { ring, kind: homes_kind(density, dice) }));
        }
        _ => {
            let walkable = matches!(kind, "park" | "green" | "square");
            block.plots.push(Plot::Land { ring: core, kind, name: None, walkable });
        }
    }
}

fn homes_kind(density: f64, dice: &mut Dice) -> &'static str {
    let inner = (density / 120.0).min(1.3);
    dice.pick(&[
        ("estate", 46.0),
        ("old_estate", 22.0 * inner),
        ("courtyard", 9.0 * inner),
        ("work_unit", 14.0),
        ("urban_village", if density < 110.0 { 8.0 } else { 0.5 }),
        ("resettlement", if density < 80.0 { 7.0 } else { 0.5 }),
        ("apartment", 3.0),
    ])
}

fn fill_country(
    town: &Town,
    core: Vec<P>,
    centre: P,
    block: &mut Block,
    water: &mut Reservoirs,
    dice: &mut Dice,
) {
    const RESERVOIRS: [&str; 6] =
        ["三多水库", "西北沙河水库", "龙庆水库", "红坡水库", "瓦恭坝塘", "桃园坝塘"];
    let flat = 0.5
        + 0.5 * super::random::noise(town.seed ^ 77, centre.x / 2_200.0, centre.y / 2_200.0)
        + 0.4 * town.terrain.urban(centre);
    if water.len() < RESERVOIRS.len() && dice.chance(0.045) && area_and_centroid(&core).0 > 250_000.0 {
        let (_, middle) = area_and_centroid(&core);
        let inner: Vec<P> = core.iter().map(|&q| middle + (q - middle) * 0.55).collect();
        // Basins side by side are parts of one water.
        let near = water.iter().find(|(other, _)| other.to(middle) < 2_500.0);
        let fresh = RESERVOIRS.iter().find(|name| water.iter().all(|(_, taken)| taken != *name));
        let name = near.map(|(_, name)| *name).or(fresh.copied());
        block.plots.push(Plot::Water { ring: rounded(inner), kind: "reservoir", name });
        water.extend(name.map(|name| (middle, name)));
        return;
    }
    if dice.chance(0.16 + 0.4 * flat) {
        add_village(town, &core, flat > 0.5, block);
        return;
    }
    let (kind, inset) = if flat > 0.62 { ("farmland", 6.0) } else { ("green", 14.0) };
    let ring = convex_core(&core, |_| inset);
    if ring.len() > 2 {
        block.plots.push(Plot::Land { ring: rounded_once(ring), kind, name: None, walkable: true });
    }
}

fn rounded_once(ring: Vec<P>) -> Vec<P> {
    super::plane::sides(&ring).flat_map(|(a, b)| [a * 0.85 + b * 0.15, a * 0.15 + b * 0.85]).collect()
}

/// Puts a village by the longest side of a block that is a road, and fields or woods behind it.
fn add_village(town: &Town, core: &[P], fields: bool, block: &mut Block) {
    let ring = town.mesh.ring(block.face);
    let length =
        |s: &super::mesh::Side| town.mesh.nodes[town.mesh.start(*s)].to(town.mesh.nodes[town.mesh.end(*s)]);
    let roads = ring.iter().filter(|side| town.mesh.edges[side.edge].kind.is_road());
    let Some(side) = roads.max_by(|a, b| length(a).total_cmp(&length(b))) else { return };
    let (a, b) = (town.mesh.nodes[town.mesh.start(*side)], town.mesh.nodes[town.mesh.end(*side)]);
    let (middle, along) = ((a + b) * 0.5, (b - a).unit());
    let half = (0.35 * a.to(b)).clamp(60.0, 190.0);
    let depth = half * 1.1;
    let mut village = clip(core, middle - along * half, along.left() * -1.0, 0.0);
    for (on, direction) in
        [(middle + along * half, along.left()), (middle + along.left() * depth, along * -1.0)]
    {
        if village.len() > 2 {
            village = clip(&village, on, direction, 0.0);
        }
    }
    if village.len() < 3 || area_and_centroid(&village).0 < 4_000.0 {
        return;
    }
    let behind = clip(core, middle + along.left() * (depth + 12.0), along, 0.0);
    block.plots.push(Plot::Homes { ring: village, kind: "natural_village" });
    if behind.len() > 2 {
        let kind = if fields { "farmland" } else { "green" };
        block.plots.push(Plot::Land { ring: rounded_once(behind), kind, name: None, walkable: true });
    }
}

/// Every community has someone living in it: where none has, its largest block gets homes.
fn settle_villages(town: &Town, blocks: &mut [Block]) {
    let mut lived_in = vec![false; town.communities.len()];
    let community = |block: &Block| town.mesh.faces[block.face].community;
    for block in blocks.iter() {
        if let Some(at) = community(block) {
            lived_in[at] |= block.plots.iter().any(|plot| matches!(plot, Plot::Homes { .. }));
        }
    }
    for (at, _) in lived_in.iter().enumerate().filter(|(_, lived)| !**lived) {
        let size = |block: &&mut Block| town.mesh.area_and_centroid(block.face).0;
        let own = blocks.iter_mut().filter(|block| community(block) == Some(at));
        let Some(block) = own.max_by(|a, b| size(a).total_cmp(&size(b))) else { continue };
        let ring = town.mesh.ring(block.face);
        let corners = town.mesh.corners(&ring);
        let core = convex_core(&corners, |side| half_width(town.mesh.edges[ring[side].edge].kind));
        block.plots.clear();
        add_village(town, &core, true, block);
        if block.plots.is_empty() {
            let (_, middle) = area_and_centroid(&core);
            let ring = core.iter().map(|&q| middle + (q - middle) * 0.4).collect();
            block.plots.push(Plot::Homes { ring, kind: "natural_village" });
        }
    }
}

/// How large a block wants to be there, square metres.
pub(super) fn wanted_size(town: &super::terrain::Terrain, owner: Owner, at: P) -> f64 {
    match owner {
        Owner::Street(_) => site_size(at).unwrap_or_else(|| town.block_area(at)),
        Owner::East | Owner::West if town.urban(at) > 0.6 => 700_000.0,
        Owner::East | Owner::West if town.urban(at) > 0.3 => 4_000_000.0,
        Owner::East | Owner::West => 14_000_000.0,
    }
}

/// The direction in which buildings of a plot stand: along its long side.
pub(super) fn grain(ring: &[P]) -> P {
    let sides = super::plane::sides(ring).map(|(a, b)| b - a);
    let longest = sides.max_by(|a, b| a.length().total_cmp(&b.length()));
    longest.map_or_else(|| long_axis(ring), P::unit)
}

/// Whether a street of that kind may have gates on it.
pub(super) fn opens_on(kind: Kind) -> bool {
    kind.is_road() && kind != Kind::Expressway
}
