//! Arcs of a level from nothing: the rings of all its divisions, taken apart.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, OnceLock};

use foldhash::fast::RandomState;
use geo_types::{Coord, Geometry, Rect};
use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use super::{ArcSide, BorderArc, Entry, LevelArcs, Redrawn, key};
use crate::model::RecordId;
use crate::snapshot::paged::{Edit, Paged};
use crate::topology::Coverage;

pub(super) fn build(areas: Vec<(RecordId, &Geometry)>) -> LevelArcs {
    // More vertices than can be numbered are more than a register holds.
    let Ok(coverage) = Coverage::build(areas.iter().map(|(_, area)| Some(*area))) else {
        return LevelArcs::default();
    };
    let id = |ring: usize| areas[coverage.feature_of(ring)].0;
    let arcs: Vec<Arc<BorderArc>> = (0..coverage.arcs())
        .into_par_iter()
        .filter_map(|arc| {
            let numbers = coverage.arc(arc);
            let ends = [numbers.first(), numbers.last()];
            let nodes = ends.map(|end| end.is_some_and(|end| coverage.is_node(*end)));
            let points = numbers.iter().map(|point| coverage.point(*point)).collect();
            let sides = coverage.uses(arc).map(|(ring, left)| ArcSide { id: id(ring), left }).collect();
            settled(points, nodes, sides).map(Arc::new)
        })
        .collect();
    let mut spikes = BTreeMap::new();
    for ring in 0..coverage.rings() {
        for point in turning_back(coverage.ring(ring)) {
            *spikes.entry(key(coverage.point(point))).or_insert(0) += 1;
        }
    }
    let (count, vertices) = (arcs.len(), arcs.iter().map(|arc| arc.points.len()).sum());
    let mut of: HashMap<RecordId, Vec<Arc<BorderArc>>, RandomState> = HashMap::default();
    for arc in arcs {
        for id in owners(&arc) {
            of.entry(id).or_default().push(arc.clone());
        }
    }
    let entries = of.into_iter().map(|(id, arcs)| entry(id, arcs, Arc::default())).collect();
    LevelArcs { entries: Paged::build(entries), spikes: Arc::new(spikes), arcs: count, vertices }
}

/// The places of an open ring at which it goes back the way it came.
pub(super) fn turning_back<V: Copy + PartialEq>(ring: &[V]) -> impl Iterator<Item = V> + '_ {
    let n = ring.len();
    let turns = move |at: &usize| n > 1 && ring[(at + n - 1) % n] == ring[(at + 1) % n];
    (0..n).filter(turns).map(|at| ring[at])
}

/// The divisions beside an arc, each once.
pub(super) fn owners(arc: &BorderArc) -> impl Iterator<Item = RecordId> + '_ {
    arc.sides.chunk_by(|a, b| a.id == b.id).filter_map(|same| same.first()).map(|side| side.id)
}

fn entry(id: RecordId, mut arcs: Vec<Arc<BorderArc>>, area_m2: Arc<OnceLock<f64>>) -> Entry {
    arcs.sort_by_cached_key(|arc| (key(arc.points[0]), key(arc.points[1])));
    Entry { id, arcs: arcs.into(), area_m2 }
}

/// The same arcs by division, with some of them gone and some new; areas of divisions that were not redrawn stay.
pub(super) fn relisted(
    old: &LevelArcs,
    redrawn: &[Redrawn<'_>],
    (gone, new): (&[Arc<BorderArc>], &[Arc<BorderArc>]),
    spikes: Arc<BTreeMap<super::Key, i32>>,
) -> LevelArcs {
    let mut lists: BTreeMap<RecordId, Vec<Arc<BorderArc>>> =
        redrawn.iter().map(|one| (one.id, old.of(one.id).to_vec())).collect();
    for id in gone.iter().chain(new).flat_map(|arc| owners(arc)) {
        lists.entry(id).or_insert_with(|| old.of(id).to_vec());
    }
    for arc in gone {
        for id in owners(arc) {
            if let Some(list) = lists.get_mut(&id) {
                list.retain(|own| !Arc::ptr_eq(own, arc));
            }
        }
    }
    for arc in new {
        for id in owners(arc) {
            lists.entry(id).or_default().push(arc.clone());
        }
    }
    let edits = lists.into_iter().map(|(id, arcs)| {
        let same = redrawn.iter().all(|one| one.id != id);
        let measured = old.entry(id).filter(|_| same).map(|entry| Arc::clone(&entry.area_m2));
        let entry = entry(id, arcs, measured.unwrap_or_default());
        if entry.arcs.is_empty() { Edit::Remove(entry) } else { Edit::Put(entry) }
    });
    let vertices = |arcs: &[Arc<BorderArc>]| arcs.iter().map(|arc| arc.points.len()).sum::<usize>();
    LevelArcs {
        entries: old.entries.edited(edits.collect()),
        spikes,
        arcs: old.arcs + new.len() - gone.len(),
        vertices: old.vertices + vertices(new) - vertices(gone),
    }
}

/// An arc in the direction that its coordinates give it; a ring without a node begins at its smallest vertex.
pub(super) fn settled(
    mut points: Vec<Coord>,
    nodes: [bool; 2],
    mut sides: Vec<ArcSide>,
) -> Option<BorderArc> {
    let last = points.len().checked_sub(2)? + 1;
    let closed = key(points[0]) == key(points[last]);
    if closed && !nodes[0] {
        points.pop();
        let first = (0..last).min_by_key(|at| key(points[*at])).unwrap_or_default();
        points.rotate_left(first);
        points.push(points[0]);
    }
    let mut nodes = nodes;
    let (there, back) = ([points[0], points[1]].map(key), [points[last], points[last - 1]].map(key));
    if back < there {
        points.reverse();
        nodes.reverse();
        sides.iter_mut().for_each(|side| side.left = !side.left);
    }
    sides.sort_unstable();
    let first = Rect::new(points[0], points[0]);
    let (min, max) = points.iter().fold((first.min(), first.max()), |(min, max), c| {
        let (low, high) = ((min.x.min(c.x), min.y.min(c.y)), (max.x.max(c.x), max.y.max(c.y)));
        (low.into(), high.into())
    });
    Some(BorderArc { points: points.into(), bounds: Rect::new(min, max), nodes, sides: sides.into() })
}
