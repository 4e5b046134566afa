//! The present zones as a beginning: every piece of a community but its largest, and what belongs to none, goes to a
//! neighbour; zones that are then out of the band are for repair.

use std::collections::BTreeMap;

use super::super::problem::Problem;

/// A division in which every zone is in one piece and has the number of its community, or one beyond them.
pub(in crate::zoning) fn present(problem: &Problem) -> Vec<u32> {
    let own: Vec<u32> = (0..problem.nodes() as u32)
        .map(|node| {
            let most = problem
                .present_of(node)
                .iter()
                .max_by_key(|(community, weight)| (*weight, std::cmp::Reverse(*community)));
            most.map_or(u32::MAX, |(community, _)| *community)
        })
        .collect();
    let (piece, count) = problem.graph.components(|border| own[border.a as usize] == own[border.b as usize]);
    let mut weight = vec![(0_i64, 0_u32); count];
    let mut label = vec![u32::MAX; count];
    for (node, piece) in piece.iter().enumerate() {
        weight[*piece as usize].0 += problem.weight[node];
        weight[*piece as usize].1 += 1;
        label[*piece as usize] = own[node];
    }
    let mut largest: BTreeMap<u32, usize> = BTreeMap::new();
    for (piece, label) in label.iter().enumerate().filter(|(_, label)| **label != u32::MAX) {
        let best = largest.entry(*label).or_insert(piece);
        if weight[piece] > weight[*best] {
            *best = piece;
        }
    }
    let mut zone: Vec<Option<u32>> = piece
        .iter()
        .map(|piece| {
            let label = label[*piece as usize];
            (largest.get(&label) == Some(&(*piece as usize))).then_some(label)
        })
        .collect();
    grow(problem, &mut zone);
    zone.into_iter().map(|zone| zone.unwrap_or(0)).collect()
}

/// A division of which some nodes lack their zone, whole: these take a neighbour's.
pub(in crate::zoning) fn grown(problem: &Problem, mut zone: Vec<Option<u32>>) -> Vec<u32> {
    grow(problem, &mut zone);
    zone.into_iter().map(|zone| zone.unwrap_or(0)).collect()
}

/// Nodes without a zone take that of the neighbour with the longest common border, from the outside in.
fn grow(problem: &Problem, zone: &mut [Option<u32>]) {
    let graph = &problem.graph;
    loop {
        let mut next: Vec<(usize, u32)> = Vec::new();
        for node in (0..zone.len()).filter(|node| zone[*node].is_none()) {
            let around = graph.around(node as u32);
            let beside = around.iter().filter_map(|(other, border)| {
                let length = graph.borders()[*border as usize].length_mm;
                zone[*other as usize].map(|zone| (length, std::cmp::Reverse(zone)))
            });
            if let Some((_, std::cmp::Reverse(best))) = beside.max() {
                next.push((node, best));
            }
        }
        if next.is_empty() {
            return;
        }
        next.into_iter().for_each(|(node, best)| zone[node] = Some(best));
    }
}
