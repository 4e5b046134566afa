//! The outline of the demo district: its eleven streets and two neighbours, drawn by hand in the ideal plane.
//!
//! Shaped freely after the real district (long, from the old town in the south-east to the hills in the
//! north-west); no coordinate is taken from a map.

use std::collections::BTreeMap;

use super::mesh::{Face, Kind, Line, Mesh, Side};
use super::plane::{P, area_and_centroid, p};
use super::random::Dice;

/// Nodes: name, kilometres east and north of the origin.
const NODES: &[(&str, f64, f64)] = &[
    // from the southern tri-point up the border with 盘龙
    ("E0", 1.7, -0.9),
    ("E1", 1.75, 0.5),
    ("E2", 1.5, 2.1),
    ("E3", 1.3, 4.0),
    ("E4", 2.2, 5.6),
    ("E5", 4.0, 7.1),
    ("E6", 4.3, 9.2),
    ("E7", 2.4, 10.2),
    ("E8", 1.9, 12.5),
    ("E9", 2.6, 15.5),
    ("E10", 4.6, 18.8),
    ("E11", 3.0, 21.0),
    ("E12", 2.8, 24.5),
    ("E13", 3.4, 27.2),
    ("T1", 1.2, 29.0),
    // down the border with 西山
    ("W14", -2.5, 27.6),
    ("W13", -5.2, 26.4),
    ("W12", -6.6, 22.8),
    ("W11", -6.2, 20.0),
    ("W10", -9.0, 18.6),
    ("W9", -12.6, 17.8),
    ("W8", -14.2, 15.2),
    ("W7", -12.8, 11.8),
    ("W6", -10.0, 8.6),
    ("W5", -9.0, 5.6),
    ("W4", -8.8, 3.0),
    ("W3", -8.6, 0.7),
    ("S1", -6.0, 0.2),
    ("S2", -3.6, 0.3),
    ("S3", -1.9, -0.6),
    ("S4", -0.4, -1.2),
    ("S5", 0.45, -1.05),
    // inside
    ("H1", 0.55, 0.55),
    ("H2", -0.5, 0.75),
    ("H3", -1.7, 0.95),
    ("N1", 0.2, 2.15),
    ("N2", -0.75, 1.95),
    ("N3", -2.0, 2.05),
    ("N4", -3.2, 1.6),
    ("N5", -0.9, 2.95),
    ("N6", -2.3, 3.45),
    ("N7", -3.4, 2.95),
    ("L1", 0.4, 6.0),
    ("L2", -1.2, 5.3),
    ("L3", -2.2, 4.4),
    ("G1", -4.4, 3.9),
    ("G2", -5.6, 3.4),
    ("G3", -5.9, 1.6),
    ("B1", -4.6, 5.2),
    ("B2", -6.6, 6.5),
    ("U1", -1.5, 7.6),
    ("U2", -2.4, 10.8),
    ("U3", -5.2, 11.6),
    ("U4", -8.0, 10.2),
    ("X1", -4.4, 14.6),
    ("X2", -3.0, 18.0),
    ("X3", -1.6, 21.6),
    ("X4", -0.4, 25.2),
    // far borders of the neighbours
    ("P1", 5.5, 29.5),
    ("P2", 9.5, 25.0),
    ("P3", 10.5, 18.0),
    ("P4", 9.0, 11.0),
    ("P5", 8.2, 5.0),
    ("P6", 6.5, 0.5),
    ("P7", 3.0, -3.6),
    ("Q1", 0.0, -6.5),
    ("Q2", -6.0, -8.0),
    ("Q3", -12.0, -4.0),
    ("Q4", -14.5, 3.0),
    ("Q5", -17.0, 9.0),
    ("Q6", -18.5, 16.0),
    ("Q7", -14.0, 23.0),
    ("Q8", -8.0, 28.0),
    ("Q9", -2.5, 31.0),
];

/// Lines that are more than a border: their nodes, what they are, their name.
const LINES: &[(&[&str], Kind, Option<&str>)] = &[
    (&["E0", "E1", "E2", "E3"], Kind::River, Some("盘龙江")),
    (&["E3", "E4"], Kind::Arterial, Some("北京路")),
    (&["E4", "E5"], Kind::Arterial, Some("龙头街")),
    (&["W3", "S1", "S2"], Kind::Arterial, Some("春雨路")),
    (&["S2", "S3"], Kind::Arterial, Some("大观路")),
    (&["S3", "S4", "S5", "E0"], Kind::Arterial, Some("金碧路")),
    (&["S5", "H1"], Kind::Arterial, Some("五一路")),
    (&["E1", "H1"], Kind::Arterial, Some("人民中路")),
    (&["H1", "H2", "H3"], Kind::Arterial, Some("东风西路")),
    (&["H3", "S3"], Kind::River, Some("大观河")),
    (&["H1", "N1"], Kind::Secondary, Some("华山西路")),
    (&["E2", "N1"], Kind::Arterial, Some("圆通北路")),
    (&["N1", "N2", "N3", "N4"], Kind::Arterial, Some("一二一大街")),
    (&["H2", "N2"], Kind::Arterial, Some("建设路")),
    (&["N2", "N5", "N6", "L3"], Kind::Arterial, Some("学府路")),
    (&["N6", "N7"], Kind::Secondary, Some("虹山中路")),
    (&["S2", "N4", "N7"], Kind::Expressway, Some("二环西路")),
    (&["N7", "G1", "B1"], Kind::Arterial, Some("昆沙路")),
    (&["G1", "G2", "G3", "S1"], Kind::Arterial, Some("海源中路")),
    (&["B1", "B2", "W5"], Kind::Arterial, Some("普吉路")),
    (&["E4", "L1", "L2", "L3"], Kind::Expressway, Some("二环北路")),
    (&["L2", "U1", "U2"], Kind::Arterial, Some("龙泉路")),
    (&["U2", "E7"], Kind::Arterial, Some("沣源路")),
    (&["U2", "U3"], Kind::TownshipRoad, Some("沙朗路")),
    (&["U3", "X1", "X2", "X3", "X4", "T1"], Kind::River, Some("沙朗河")),
];

/// Areas: their nodes counter-clockwise or not, whose they are, and into how many communities they fall.
const AREAS: &[(Owner, usize, &[&str])] = &[
    (Owner::Street(1), 10, &["E1", "E2", "N1", "N2", "H2", "H1"]),
    (Owner::Street(2), 7, &["E0", "E1", "H1", "S5"]),
    (Owner::Street(3), 8, &["S5", "H1", "H2", "H3", "S3", "S4"]),
    (Owner::Street(4), 7, &["H2", "N2", "N3", "N4", "S2", "S3", "H3"]),
    (Owner::Street(5), 8, &["N2", "N5", "N6", "N7", "N4", "N3"]),
    (Owner::Street(6), 13, &["E2", "E3", "E4", "L1", "L2", "L3", "N6", "N5", "N2", "N1"]),
    (Owner::Street(7), 10, &["E4", "E5", "E6", "E7", "U2", "U1", "L2", "L1"]),
    (Owner::Street(8), 8, &["S1", "G3", "G2", "G1", "B1", "B2", "W5", "W4", "W3"]),
    (Owner::Street(9), 9, &["N7", "N6", "L3", "L2", "U1", "U2", "U3", "U4", "W6", "W5", "B2", "B1", "G1"]),
    (
        Owner::Street(10),
        5,
        &["U2", "E7", "E8", "E9", "E10", "E11", "E12", "E13", "T1", "X4", "X3", "X2", "X1", "U3"],
    ),
    (
        Owner::Street(10),
        6,
        &[
            "U3", "X1", "X2", "X3", "X4", "T1", "W14", "W13", "W12", "W11", "W10", "W9", "W8", "W7", "W6",
            "U4",
        ],
    ),
    (Owner::Street(401), 10, &["S2", "N4", "N7", "G1", "G2", "G3", "S1"]),
    (
        Owner::East,
        0,
        &[
            "E0", "E1", "E2", "E3", "E4", "E5", "E6", "E7", "E8", "E9", "E10", "E11", "E12", "E13", "T1",
            "P1", "P2", "P3", "P4", "P5", "P6", "P7",
        ],
    ),
    (
        Owner::West,
        0,
        &[
            "T1", "W14", "W13", "W12", "W11", "W10", "W9", "W8", "W7", "W6", "W5", "W4", "W3", "S1", "S2",
            "S3", "S4", "S5", "E0", "P7", "Q1", "Q2", "Q3", "Q4", "Q5", "Q6", "Q7", "Q8", "Q9",
        ],
    ),
];

/// Whose an area is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Owner {
    /// a street of the district, by the last three digits of its code
    Street(u16),
    /// 盘龙区
    East,
    /// 西山区
    West,
}

/// An area of the skeleton.
#[derive(Clone, Copy, Debug)]
pub(super) struct Zone {
    pub(super) owner: Owner,
    /// into how many communities it falls
    pub(super) communities: usize,
}

/// The skeleton as a map: its zones and one face for each; without the neighbours where those are not wanted.
pub(super) fn build(dice: &mut Dice, neighbours: bool) -> (Mesh, Vec<Zone>) {
    let mut mesh = Mesh::new();
    let place: BTreeMap<&str, P> =
        NODES.iter().map(|&(name, x, y)| (name, p(x * 1000.0, y * 1000.0))).collect();
    let mut nodes: BTreeMap<&str, usize> = BTreeMap::new();
    let mut edges: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut zones = Vec::new();
    for &(owner, communities, names) in AREAS {
        if !neighbours && matches!(owner, Owner::East | Owner::West) {
            continue;
        }
        let mut names = names.to_vec();
        if area_and_centroid(&names.iter().map(|name| place[name]).collect::<Vec<_>>()).0 < 0.0 {
            names.reverse();
        }
        for name in &names {
            nodes.entry(name).or_insert_with(|| mesh.add_node(place[name]));
        }
        let ring = (0..names.len()).map(|at| {
            let (a, b) = (names[at], names[(at + 1) % names.len()]);
            let (low, high) = if a < b { (a, b) } else { (b, a) };
            let edge = *edges.entry((low, high)).or_insert_with(|| {
                let line = line_of(&mut mesh, low, high);
                mesh.add_edge(nodes[low], nodes[high], line)
            });
            Side { edge, forward: a == low }
        });
        let ring = ring.collect();
        mesh.faces.push(Face { ring, zone: zones.len(), community: None });
        zones.push(Zone { owner, communities });
    }
    for &edge in edges.values() {
        let wild = match mesh.edges[edge].kind {
            Kind::River => 0.09,
            Kind::Ridge => 0.16,
            Kind::Outside => 0.12,
            Kind::TownshipRoad => 0.08,
            _ => 0.03,
        };
        wander(&mut mesh, edge, wild, dice);
    }
    (mesh, zones)
}

/// The line that a skeleton edge is part of: one of [`LINES`], else a ridge, or the far border of a neighbour.
fn line_of(mesh: &mut Mesh, a: &str, b: &str) -> usize {
    let joins = |pair: &[&str]| (pair[0] == a && pair[1] == b) || (pair[0] == b && pair[1] == a);
    let drawn = LINES.iter().find(|(names, _, _)| names.windows(2).any(joins));
    let far = |name: &str| name.starts_with(['P', 'Q']);
    let (kind, name) = match drawn {
        Some(&(_, kind, name)) => (kind, name),
        None if far(a) && far(b) => (Kind::Outside, None),
        None => (Kind::Ridge, None),
    };
    if let Some(at) = mesh.lines.iter().position(|line| name.is_some() && line.name == name) {
        return at;
    }
    mesh.lines.push(Line { kind, name });
    mesh.lines.len() - 1
}

/// Lets an edge wander: midpoint displacement (Fournier, Fussell, Carpenter 1982) down to pieces of 350 m.
fn wander(mesh: &mut Mesh, edge: usize, wild: f64, dice: &mut Dice) {
    let (a, b) = (mesh.nodes[mesh.edges[edge].from], mesh.nodes[mesh.edges[edge].to]);
    let length = a.to(b);
    if length < 700.0 {
        return;
    }
    let along = b - a;
    let middle = a + along * dice.between(0.42, 0.58) + along.left() * dice.between(-wild, wild);
    mesh.divide(edge, middle);
    for part in mesh.leaves(edge) {
        wander(mesh, part, wild, dice);
    }
}
