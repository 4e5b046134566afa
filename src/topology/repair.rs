//! One feature that crosses or touches itself, made valid: every ring counts by even and odd, holes are taken out
//! of their part, parts are joined.

use std::collections::{BTreeMap, BTreeSet};

use geo_types::{Coord, Geometry};
use rayon::prelude::*;

use super::assemble::{self, Chains};
use super::contacts::{self, Edge, Pair};
use super::coverage::{ArcUse, Coverage};
use super::faces::{Faces, UNBOUNDED};
use super::marks::ArcOf;
use super::noding::{self, Tolerance};
use super::patch::Patch;
use super::plane;

/// A feature that may cross or touch itself.
pub(super) struct Suspect {
    pub feature: usize,
    /// where its edges cross, touch or lie on each other, and vertices that a ring passes twice
    pub crossings: Vec<Coord>,
    /// ends of borders that it has on both sides
    pub dangles: Vec<Coord>,
}

/// A feature made valid.
pub(super) struct Repaired {
    pub suspect: Suspect,
    pub geometry: Geometry,
}

/// The features whose own rings disturb each other, pass a vertex twice or have an edge twice; in order.
pub(super) fn suspects(coverage: &Coverage, disturbing: &[Pair]) -> Vec<Suspect> {
    let mut found: BTreeMap<usize, Suspect> = BTreeMap::new();
    doubled_arcs(coverage, &mut found);
    let arcs = ArcOf::new(coverage);
    for pair in disturbing {
        let features = |place| coverage.uses(arcs.of(place)).map(|(ring, _)| coverage.feature_of(ring));
        let others: BTreeSet<usize> = features(pair.1).collect();
        let both: BTreeSet<usize> = features(pair.0).filter(|feature| others.contains(feature)).collect();
        let (one, other) = (Edge::at(coverage, pair.0), Edge::at(coverage, pair.1));
        let at = plane::crossing(one.a, one.b, other.a, other.b);
        both.into_iter().for_each(|feature| suspect(&mut found, feature).crossings.push(at));
    }
    for ring in 0..coverage.rings() {
        let feature = coverage.feature_of(ring);
        let start = |one: &ArcUse| {
            let arc = coverage.arc(one.arc());
            if one.reversed() { arc[arc.len() - 1] } else { arc[0] }
        };
        let mut starts: Vec<u32> = coverage.ring_arcs(ring).iter().map(start).collect();
        starts.sort_unstable();
        for pair in starts.windows(2).filter(|pair| pair[0] == pair[1]) {
            let (at, one) = (coverage.point(pair[0]), suspect(&mut found, feature));
            if !one.dangles.contains(&at) {
                one.crossings.push(at);
            }
        }
        if starts.is_empty() {
            let single = coverage.ring(ring).first().map(|point| coverage.point(*point));
            if let Some(at) = single.filter(|_| coverage.ring(ring).len() < 3) {
                suspect(&mut found, feature).dangles.push(at);
            }
        }
    }
    found.retain(|_, suspect| !suspect.crossings.is_empty() || !suspect.dangles.is_empty());
    found.into_values().collect()
}

fn suspect(found: &mut BTreeMap<usize, Suspect>, feature: usize) -> &mut Suspect {
    found.entry(feature).or_insert_with(|| Suspect { feature, crossings: Vec::new(), dangles: Vec::new() })
}

/// Arcs that a feature has more than once: a spike where an end leads no further, else the outline runs along itself.
fn doubled_arcs(coverage: &Coverage, found: &mut BTreeMap<usize, Suspect>) {
    let ends = |arc: usize| {
        let points = coverage.arc(arc);
        [points[0], points[points.len() - 1]]
    };
    let mut leading: Option<Vec<u32>> = None;
    for arc in 0..coverage.arcs() {
        if coverage.uses(arc).len() < 2 {
            continue;
        }
        let mut features: Vec<usize> =
            coverage.uses(arc).map(|(ring, _)| coverage.feature_of(ring)).collect();
        features.sort_unstable();
        for pair in features.windows(2).filter(|pair| pair[0] == pair[1]) {
            let leading = leading.get_or_insert_with(|| {
                let mut leading = vec![0; coverage.points().len()];
                (0..coverage.arcs()).flat_map(ends).for_each(|point| leading[point as usize] += 1);
                leading
            });
            let is_spike = ends(arc).iter().any(|point| leading[*point as usize] == 1);
            let places = ends(arc).map(|point| coverage.point(point));
            let suspect = suspect(found, pair[0]);
            if is_spike { suspect.dangles.extend(places) } else { suspect.crossings.extend(places) }
        }
    }
}

/// Repairs the suspects, in parallel. A feature whose noding does not come to an end stays as it is.
pub(super) fn repair(coverage: &Coverage, suspects: Vec<Suspect>, tolerance: &Tolerance) -> Vec<Repaired> {
    let one = |suspect: Suspect| {
        let geometry = valid(&coverage.geometry(suspect.feature), tolerance)?;
        Some(Repaired { suspect, geometry })
    };
    suspects.into_par_iter().filter_map(one).collect()
}

/// A polygon or multipolygon made valid.
fn valid(geometry: &Geometry, tolerance: &Tolerance) -> Option<Geometry> {
    let coverage = Coverage::build([Some(geometry)]).ok()?;
    let pairs = contacts::pairs(&coverage, tolerance.snap, |one, other| {
        noding::trouble(&one, &other, tolerance.snap)
    })?;
    let noded = noding::node(&coverage, &pairs, tolerance);
    if !noded.complete {
        return None;
    }
    let patch = Patch::new(&coverage, &noded, |_| true);
    let faces = Faces::of(&patch);
    let inside = inside(&coverage, &patch, &faces);
    let mut chains = Chains::default();
    for piece in 0..patch.pieces.len() {
        let side = |half: usize| inside[faces.face[half] as usize];
        match (side(piece * 2), side(piece * 2 + 1)) {
            (true, false) => chains.push(patch.chain(piece)),
            (false, true) => chains.push(patch.chain(piece).rev()),
            _ => {}
        }
    }
    Some(assemble::polygons(&chains, &|vertex| patch.point(vertex), &coverage, 0))
}

/// Which faces are inside the feature: those that lie within a shell an odd number of times and within none of its
/// holes so.
fn inside(coverage: &Coverage, patch: &Patch, faces: &Faces) -> Vec<bool> {
    let mut rings: Vec<Option<BTreeSet<u32>>> = vec![None; faces.faces.len()];
    rings[UNBOUNDED] = Some(BTreeSet::new());
    let mut open = vec![UNBOUNDED];
    while let Some(face) = open.pop() {
        let here = rings[face].clone().unwrap_or_default();
        for half in faces.border(face) {
            let beyond = faces.face[half as usize ^ 1] as usize;
            if rings[beyond].is_none() {
                let mut there = here.clone();
                for claim in &patch.pieces[half as usize / 2].claims {
                    if !there.remove(&claim.ring) {
                        there.insert(claim.ring);
                    }
                }
                rings[beyond] = Some(there);
                open.push(beyond);
            }
        }
    }
    let covered = |rings: BTreeSet<u32>| {
        rings.iter().any(|ring| {
            let part = coverage.rings_of(coverage.part_of(*ring as usize));
            part.start == *ring as usize && !part.skip(1).any(|hole| rings.contains(&(hole as u32)))
        })
    };
    rings.into_iter().map(|rings| rings.is_some_and(covered)).collect()
}
