//! Lets the borders of communities step along blocks instead of running straight, as grown borders do.

use std::collections::BTreeSet;

use super::mesh::Mesh;
use super::random::Dice;
use super::town::Town;

/// Hands some blocks at the borders over to the community next door. Every community stays in one piece, has no
/// holes and touches itself nowhere.
pub(super) fn roughen(town: &mut Town) {
    let dice = &mut Dice::new(town.seed, "borders");
    for face in town.district_faces() {
        if !dice.chance(0.22) {
            continue;
        }
        let Some(from) = town.mesh.faces[face].community else { continue };
        let Some(to) = best_neighbour(town, face, from) else { continue };
        if town.communities[from].faces.len() < 4 {
            continue;
        }
        let left: Vec<usize> = town.communities[from].faces.iter().copied().filter(|&f| f != face).collect();
        let mut grown = town.communities[to].faces.clone();
        grown.push(face);
        if is_one_piece(&town.mesh, &left) && is_one_piece(&town.mesh, &grown) {
            town.mesh.faces[face].community = Some(to);
            town.communities[from].faces = left;
            town.communities[to].faces = grown;
        }
    }
    for at in 0..town.communities.len() {
        town.communities[at].faces.sort_unstable();
        town.communities[at].centre = town.heart(&town.communities[at].faces);
    }
}

/// The community of the same street with which a block shares most of its border, if that is enough for a change.
fn best_neighbour(town: &Town, face: usize, own: usize) -> Option<usize> {
    let mut shared: Vec<(usize, f64)> = Vec::new();
    let mut around = 0.0;
    for side in town.mesh.ring(face) {
        let length = town.mesh.nodes[town.mesh.start(side)].to(town.mesh.nodes[town.mesh.end(side)]);
        around += length;
        let Some(community) = town.across(face, side).and_then(|other| town.mesh.faces[other].community)
        else {
            continue;
        };
        if community == own || town.communities[community].street != town.communities[own].street {
            continue;
        }
        match shared.iter_mut().find(|(at, _)| *at == community) {
            Some((_, sum)) => *sum += length,
            None => shared.push((community, length)),
        }
    }
    let most = shared.into_iter().max_by(|a, b| a.1.total_cmp(&b.1))?;
    (most.1 > 0.2 * around).then_some(most.0)
}

/// Whether a union of faces is a single ring that passes no node twice.
fn is_one_piece(mesh: &Mesh, faces: &[usize]) -> bool {
    let rings = mesh.outline(faces.iter().copied());
    let [ring] = &rings[..] else { return false };
    let nodes: BTreeSet<usize> = ring.iter().map(|&side| mesh.start(side)).collect();
    nodes.len() == ring.len()
}
