//! Streets: cuts that go on straight across a crossing are one street with one name; where a street
//! crosses a river it has a bridge.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use geo_types::LineString;

use super::facts::{self, NameFact, toneless};
use super::ledger::{Entry, Ledger, line};
use super::mesh::{Kind, Mesh, Side};
use super::plane::P;
use super::random::Dice;
use super::skeleton::Owner;
use super::town::Town;
use crate::model::layers::{Road, Water};

/// A street with a name and its sides in order.
#[derive(Clone, Debug)]
pub(super) struct Street {
    pub(super) code: String,
    pub(super) name: Option<NameFact>,
    pub(super) kind: Kind,
    /// its sides end to end
    pub(super) sides: Vec<Side>,
    /// length in the ideal plane, metres
    pub(super) length: f64,
    /// whether it lies in the district (and not in a neighbour)
    pub(super) own: bool,
}

/// All streets of a district, the widest class and the longest first.
pub(super) fn trace(town: &Town) -> Vec<Street> {
    let mesh = &town.mesh;
    let families = join_lines(mesh);
    let mut of_family: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    for (at, edge) in mesh.leaf_edges().filter(|(_, edge)| edge.kind.is_road()) {
        of_family.entry(families[edge.line]).or_default().insert(at);
    }
    let mut streets = Vec::new();
    for (family, mut edges) in of_family {
        let name =
            mesh.lines.iter().enumerate().find_map(|(at, l)| l.name.filter(|_| families[at] == family));
        let name = name.and_then(known_name);
        while let Some(sides) = next_chain(mesh, &mut edges) {
            let length = sides.iter().map(|&s| mesh.nodes[mesh.start(s)].to(mesh.nodes[mesh.end(s)])).sum();
            let kind = mesh.edges[sides[0].edge].kind;
            let own = sides.iter().any(|side| is_own(town, *side));
            streets.push(Street { code: String::new(), name, kind, sides, length, own });
        }
    }
    streets.sort_by(|a, b| (!a.own, a.kind).cmp(&(!b.own, b.kind)).then(b.length.total_cmp(&a.length)));
    give_names(town, &mut streets);
    for (at, street) in streets.iter_mut().enumerate() {
        street.code = format!("{}L{:04}", town.county, at + 1);
    }
    streets
}

fn is_own(town: &Town, side: Side) -> bool {
    let faces = town.beside.get(&side.edge).into_iter().flatten().flatten();
    faces.into_iter().any(|&face| matches!(town.owner(face), Owner::Street(_)))
}

fn known_name(name: &str) -> Option<NameFact> {
    ["arterial", "secondary"]
        .into_iter()
        .find_map(|list| facts::names(list).into_iter().find(|n| n.name == name))
}

/// Which lines are one street: the number of its first line for each.
fn join_lines(mesh: &Mesh) -> Vec<usize> {
    let mut family: Vec<usize> = (0..mesh.lines.len()).collect();
    let mut reach = vec![0.0_f64; mesh.lines.len()];
    let mut ends: BTreeMap<usize, Vec<(usize, P)>> = BTreeMap::new();
    let mut at_line: BTreeMap<usize, BTreeMap<usize, Vec<usize>>> = BTreeMap::new();
    for (_, edge) in mesh.leaf_edges().filter(|(_, edge)| edge.kind.is_road()) {
        let (a, b) = (mesh.nodes[edge.from], mesh.nodes[edge.to]);
        reach[edge.line] += a.to(b);
        for (node, other) in [(edge.from, edge.to), (edge.to, edge.from)] {
            at_line.entry(edge.line).or_default().entry(node).or_default().push(other);
        }
    }
    for (line, nodes) in &at_line {
        for (&node, others) in nodes.iter().filter(|(_, others)| others.len() == 1) {
            let away = (mesh.nodes[others[0]] - mesh.nodes[node]).unit();
            ends.entry(node).or_default().push((*line, away));
        }
    }
    for arrivals in ends.values() {
        let mut pairs = Vec::new();
        for (at, &(a, da)) in arrivals.iter().enumerate() {
            for &(b, db) in &arrivals[at + 1..] {
                if mesh.lines[a].kind == mesh.lines[b].kind && da.dot(db) < -0.9 {
                    pairs.push((da.dot(db), a, b));
                }
            }
        }
        pairs.sort_by(|x, y| x.0.total_cmp(&y.0));
        for (_, a, b) in pairs {
            join(mesh, &mut family, &mut reach, a, b);
        }
    }
    (0..family.len()).map(|line| root(&family, line)).collect()
}

fn root(family: &[usize], mut line: usize) -> usize {
    while let Some(&up) = family.get(line).filter(|&&up| up != line) {
        line = up;
    }
    line
}

fn join(mesh: &Mesh, family: &mut [usize], reach: &mut [f64], a: usize, b: usize) {
    let (a, b) = (root(family, a), root(family, b));
    let longest = match mesh.lines[a].kind {
        Kind::Lane => 900.0,
        Kind::Branch => 2_200.0,
        Kind::Secondary => 3_800.0,
        _ => 9_000.0,
    };
    let named = |line: usize| mesh.lines[line].name.is_some();
    if a == b || reach[a] + reach[b] > longest || (named(a) && named(b)) {
        return;
    }
    let (keep, give) = if named(b) { (b, a) } else { (a, b) };
    family[give] = keep;
    reach[keep] += reach[give];
}

/// Takes one chain of edges out of a set: from a free end where there is one.
pub(super) fn next_chain(mesh: &Mesh, edges: &mut BTreeSet<usize>) -> Option<Vec<Side>> {
    let mut at_node: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for &edge in edges.iter() {
        at_node.entry(mesh.edges[edge].from).or_default().push(edge);
        at_node.entry(mesh.edges[edge].to).or_default().push(edge);
    }
    let free = at_node.iter().find(|(_, there)| there.len() == 1).or_else(|| at_node.iter().next())?;
    let (mut node, mut chain) = (*free.0, Vec::new());
    loop {
        let heading =
            chain.last().map(|&side: &Side| mesh.nodes[mesh.end(side)] - mesh.nodes[mesh.start(side)]);
        let ahead = |&edge: &usize| {
            let forward = mesh.edges[edge].from == node;
            let side = Side { edge, forward };
            let next = (mesh.nodes[mesh.end(side)] - mesh.nodes[node]).unit();
            (heading.map_or(1.0, |h| h.unit().dot(next)), side)
        };
        let choices = at_node.get(&node).into_iter().flatten().filter(|edge| edges.contains(edge));
        let Some((_, side)) = choices.map(ahead).max_by(|a, b| a.0.total_cmp(&b.0)) else { break };
        edges.remove(&side.edge);
        chain.push(side);
        node = mesh.end(side);
    }
    (!chain.is_empty()).then_some(chain)
}

/// Real names go to the widest streets near the old town, then invented ones outward.
fn give_names(town: &Town, streets: &mut [Street]) {
    let used: BTreeSet<&str> = streets.iter().filter_map(|s| s.name.map(|n| n.name)).collect();
    let mut pools: Vec<VecDeque<NameFact>> =
        ["arterial", "secondary", "branch", "lane"].into_iter().map(facts::names).collect();
    for pool in &mut pools {
        pool.retain(|fact| !used.contains(fact.name));
    }
    name_round_the_lake(town, streets, &mut pools[1]);
    let dice = &mut Dice::new(town.seed, "street names");
    let mut order: Vec<usize> =
        (0..streets.len()).filter(|&at| streets[at].own && streets[at].name.is_none()).collect();
    let heart = P { x: 400.0, y: 900.0 };
    let far =
        |street: &Street| town.mesh.nodes[town.mesh.start(street.sides[street.sides.len() / 2])].to(heart);
    order.sort_by(|&a, &b| {
        let rank = |at: usize| streets[at].kind;
        rank(a).cmp(&rank(b)).then(far(&streets[a]).total_cmp(&far(&streets[b])))
    });
    for at in order {
        let street = &mut streets[at];
        // A great street takes a name of the next list when its own is used up, from the end of it: the
        // known names are at its beginning. Lanes have their own.
        let lists = match street.kind {
            Kind::Expressway | Kind::Arterial => 0..3,
            Kind::Secondary => 1..3,
            Kind::Branch | Kind::TownshipRoad => 2..3,
            Kind::Lane if dice.chance(0.62) => 3..4,
            _ => continue,
        };
        let (own, next) = (lists.start, lists.start + 1..lists.end);
        street.name = pools[own].pop_front();
        if street.name.is_none() {
            street.name = pools[next].iter_mut().find_map(VecDeque::pop_back);
        }
    }
}

/// The streets named after the lake lie at its shores, each on its side and along it.
fn name_round_the_lake(town: &Town, streets: &mut [Street], pool: &mut VecDeque<NameFact>) {
    const SHORES: &[(&str, P, bool)] = &[
        ("翠湖北路", P { x: 250.0, y: 1_680.0 }, true),
        ("翠湖南路", P { x: 250.0, y: 1_220.0 }, true),
        ("翠湖东路", P { x: 480.0, y: 1_450.0 }, false),
        ("翠湖西路", P { x: 20.0, y: 1_450.0 }, false),
    ];
    for (name, shore, east_west) in SHORES {
        let Some(fact) = pool.iter().position(|fact| fact.name == *name).and_then(|at| pool.remove(at))
        else {
            continue;
        };
        // How far the nearest side that runs the right way is.
        let away = |street: &Street| {
            let ends = street
                .sides
                .iter()
                .map(|side| (town.mesh.nodes[town.mesh.start(*side)], town.mesh.nodes[town.mesh.end(*side)]));
            let along = ends.filter(|(a, b)| ((*b - *a).x.abs() > (*b - *a).y.abs()) == *east_west);
            along.map(|(a, b)| super::plane::distance_to_segment(*shore, a, b)).fold(f64::INFINITY, f64::min)
        };
        let free = streets.iter_mut().filter(|street| {
            street.own && street.name.is_none() && matches!(street.kind, Kind::Secondary | Kind::Branch)
        });
        match free.map(|street| (away(street), street)).min_by(|a, b| a.0.total_cmp(&b.0)) {
            Some((metres, street)) if metres < 500.0 => street.name = Some(fact),
            _ => pool.push_front(fact),
        }
    }
}

/// What a street of a kind is like: class, width in metres, lanes each way together, sidewalk.
fn profile(kind: Kind) -> (&'static str, f64, i64, &'static str) {
    match kind {
        Kind::Expressway => ("expressway", 50.0, 8, "both"),
        Kind::Arterial => ("arterial", 40.0, 6, "both"),
        Kind::Secondary => ("secondary", 26.0, 4, "both"),
        Kind::Branch => ("branch", 16.0, 2, "both"),
        Kind::Lane => ("lane", 7.0, 1, "no"),
        Kind::TownshipRoad => ("township_road", 8.0, 2, "no"),
        Kind::VillageRoad => ("village_road", 5.5, 1, "no"),
        _ => ("track", 3.5, 1, "no"),
    }
}

/// Half the width of a street with its pavement, metres: how far what stands beside it keeps away.
pub(super) fn half_width(kind: Kind) -> f64 {
    match kind {
        Kind::River => 22.0,
        Kind::Ridge | Kind::Outside => 12.0,
        _ => profile(kind).1 / 2.0 + 3.0,
    }
}

/// Writes streets, their bridges, and the rivers.
pub(super) fn write(town: &Town, streets: &[Street], ledger: &mut Ledger) {
    let rivers = river_nodes(&town.mesh);
    for street in streets {
        let mut bridges = 0;
        let mut part = 0;
        for (shape, bridge) in pieces(&town.mesh, &street.sides, &rivers) {
            let code = match (bridge, part) {
                (true, _) => {
                    bridges += 1;
                    format!("{}Q{bridges}", street.code)
                }
                (false, 0) => street.code.clone(),
                (false, n) => format!("{}-{}", street.code, n + 1),
            };
            part += usize::from(!bridge);
            let entry = Entry::at(code, line(shape));
            ledger.add(
                road(street, bridge),
                if street.own { entry } else { entry.remark("相邻区内路段，仅作示意") },
            );
        }
    }
    write_rivers(town, ledger);
}

fn road(street: &Street, bridge: bool) -> Road {
    let (class, width, lanes, sidewalk) = profile(street.kind);
    let expressway = street.kind == Kind::Expressway;
    Road {
        name: street.name.map(|n| n.name.into()),
        roman: street.name.map(|n| toneless(n.pinyin)),
        class: Some(class.into()),
        foot: Some(if expressway { "use_sidepath" } else { "yes" }.into()),
        sidewalk: Some(sidewalk.into()),
        one_way: None,
        foot_one_way: None,
        bridge: bridge.then_some(true),
        tunnel: None,
        level: bridge.then_some(1),
        steps: None,
        step_count: None,
        incline: None,
        surface: Some(if street.kind == Kind::Track { "土路" } else { "沥青" }.into()),
        width_m: Some(width),
        lanes: Some(lanes),
        crossing: None,
    }
}

/// Nodes inside rivers.
fn river_nodes(mesh: &Mesh) -> BTreeSet<usize> {
    mesh.leaf_edges().filter(|(_, e)| e.kind == Kind::River).flat_map(|(_, e)| [e.from, e.to]).collect()
}

/// A street's line cut at its bridges: a bridge reaches from the place before a river to the place after.
fn pieces(mesh: &Mesh, sides: &[Side], rivers: &BTreeSet<usize>) -> Vec<(LineString, bool)> {
    let whole = mesh.chain(sides).0;
    let mut spans: Vec<(usize, usize)> = Vec::new();
    let mut at = 0;
    for pair in sides.windows(2) {
        at += mesh.arc(pair[0].edge).len() - 1;
        if rivers.contains(&mesh.end(pair[0])) && at > 0 && at + 1 < whole.len() {
            spans.push((at - 1, at + 1));
        }
    }
    let mut out = Vec::new();
    let mut from = 0;
    for (start, end) in spans {
        if start < from {
            continue;
        }
        if start > from {
            out.push((LineString(whole[from..=start].to_vec()), false));
        }
        out.push((LineString(whole[start..=end].to_vec()), true));
        from = end;
    }
    if from + 1 < whole.len() {
        out.push((LineString(whole[from..].to_vec()), false));
    }
    out
}

fn write_rivers(town: &Town, ledger: &mut Ledger) {
    let mesh = &town.mesh;
    let named = mesh.lines.iter().enumerate().filter(|(_, line)| line.kind == Kind::River);
    for (serial, (at, river)) in named.enumerate() {
        let mut edges: BTreeSet<usize> =
            mesh.leaf_edges().filter(|(_, edge)| edge.line == at).map(|(edge, _)| edge).collect();
        let roman = match river.name {
            Some("盘龙江") => "Panlong Jiang",
            Some("大观河") => "Daguan He",
            _ => "Shalang He",
        };
        while let Some(sides) = next_chain(mesh, &mut edges) {
            let water = Water {
                name: river.name.map(Into::into),
                roman: Some(roman.into()),
                kind: Some("river".into()),
                width_m: Some(if roman == "Panlong Jiang" { 30.0 } else { 16.0 }),
                intermittent: None,
                tunnel: None,
            };
            let code = format!("{}S{:03}", town.county, serial + 1);
            ledger.add(water, Entry::at(code, line(mesh.chain(&sides))));
        }
    }
}
