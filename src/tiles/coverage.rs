//! All divisions of a snapshot as one coverage: the shapes of every level, simplified together.
//!
//! Nodes come from all levels and all lawful versions at once, so that a county's border and the border
//! of a township along it are kept alike, whatever the day and whoever looks. An edit is taken in by
//! looking only at the vertices whose neighbours changed.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use foldhash::HashSet;
use foldhash::fast::RandomState;
use geo_types::Geometry;

use super::label;
use super::shape::{CHUNK, Outline, Role, Shape};
use super::world::{WorldBox, WorldPoint};
use crate::model::layers::DivisionLevel;
use crate::model::{Layer, Record, RecordKey, Revision};
use crate::snapshot::Snapshot;
use crate::topology::Nodes;

/// One division in the coverage.
#[derive(Debug)]
pub struct Covered {
    geometry: Arc<Geometry>,
    /// its rings
    pub shape: Shape,
    /// its borders
    pub arcs: Vec<Border>,
    label: OnceLock<Option<WorldPoint>>,
}

/// A stretch of border between two nodes, as it lies in one division's ring.
#[derive(Clone, Copy, Debug)]
pub struct Border {
    /// which path of the outline
    pub path: usize,
    /// place in it
    pub arc: crate::topology::Arc,
    /// the same for the division on the other side
    pub id: BorderId,
    /// round it
    pub bounds: WorldBox,
}

/// Names a stretch of border: an end and the vertex next to it, of the end where these come first in
/// order. Only one edge leads from a vertex to a neighbour, so this is enough.
pub type BorderId = (WorldPoint, WorldPoint);

impl Covered {
    fn new(geometry: Arc<Geometry>, shape: Shape) -> Self {
        let mut arcs = Vec::new();
        for (at, path) in shape.outline().paths().iter().enumerate() {
            let points = shape.outline().points(path);
            if !matches!(path.role, Role::Exterior | Role::Interior) || points.len() < 3 {
                continue;
            }
            for arc in shape.arcs(path) {
                let point = |step: usize| points[(arc.start + step) % points.len()];
                let ends = [(point(0), point(1)), (point(arc.edges), point(arc.edges - 1))];
                arcs.push(Border {
                    path: at,
                    arc,
                    id: ends[0].min(ends[1]),
                    bounds: WorldBox::round(arc.places(points.len()).map(|at| points[at])),
                });
            }
        }
        Self { geometry, shape, arcs, label: OnceLock::new() }
    }

    /// Where its name is written: inside, well away from the border.
    pub fn label_point(&self) -> Option<WorldPoint> {
        *self.label.get_or_init(|| label::point_inside(self.shape.outline()))
    }
}

/// The divisions of one revision.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    revision: Revision,
    coarsest: Option<DivisionLevel>,
    divisions: Arc<HashMap<RecordKey, Arc<Covered>, RandomState>>,
}

/// A share of all divisions beyond which building anew is cheaper than taking changes in one by one.
const REBUILD_SHARE: usize = 8;

impl Coverage {
    /// From all divisions of a snapshot; time and transient memory are those of a hash table of all
    /// distinct vertices.
    pub fn build(snapshot: &Snapshot) -> Self {
        use rayon::prelude::*;
        let rows: Vec<(RecordKey, &Arc<Geometry>)> = geometries(snapshot).collect();
        let outlines: Vec<_> = rows.par_iter().map(|(_, geometry)| Arc::new(Outline::of(geometry))).collect();
        // Most vertices lie in two rings, on level after level.
        let vertices: usize = outlines.iter().map(|outline| outline.len()).sum();
        let mut nodes = Nodes::with_capacity(vertices / 2);
        for outline in &outlines {
            each_ring(outline, |ring| nodes.add_ring(ring));
        }
        let covered = rows.par_iter().zip(outlines).map(|((key, geometry), outline)| {
            let shape = Shape::ranked(outline, |p| nodes.is_node(p));
            (*key, Arc::new(Covered::new((*geometry).clone(), shape)))
        });
        Self {
            revision: snapshot.revision(),
            coarsest: coarsest(snapshot),
            divisions: Arc::new(covered.collect()),
        }
    }

    /// The highest level that has an area: it shows at every zoom, so that no map is empty.
    pub fn coarsest(&self) -> Option<DivisionLevel> {
        self.coarsest
    }

    /// Of which revision.
    pub fn revision(&self) -> Revision {
        self.revision
    }

    /// One division.
    pub fn get(&self, key: RecordKey) -> Option<&Arc<Covered>> {
        self.divisions.get(&key)
    }

    /// Bytes it takes.
    pub fn weight(&self) -> usize {
        let one = |covered: &Arc<Covered>| covered.shape.weight() + covered.arcs.len() * size_of::<Border>();
        self.divisions.values().map(one).sum()
    }

    /// The coverage of another snapshot, what did not change being shared, and the boxes within which
    /// a border looks different.
    pub fn update(&self, snapshot: &Snapshot) -> (Self, Vec<WorldBox>) {
        let edit = Edit::between(self, snapshot);
        if edit.changed() * REBUILD_SHARE > self.divisions.len() + 64 {
            return (Self::build(snapshot), vec![WorldBox::ALL]);
        }
        let mut next = Self { revision: snapshot.revision(), coarsest: coarsest(snapshot), ..self.clone() };
        if next.coarsest != self.coarsest {
            return (Self::build(snapshot), vec![WorldBox::ALL]);
        }
        if edit.changed() == 0 {
            return (next, Vec::new());
        }
        let touched = edit.carry_out(&mut next);
        (next, touched)
    }
}

fn geometries(snapshot: &Snapshot) -> impl Iterator<Item = (RecordKey, &Arc<Geometry>)> {
    let rows = snapshot.layer(Layer::Division).iter();
    rows.filter_map(|record| Some((Record::key(record), record.geometry.as_ref()?)))
}

fn coarsest(snapshot: &Snapshot) -> Option<DivisionLevel> {
    let areas = snapshot.layer(Layer::Division).iter().filter(|record| record.geometry.is_some());
    areas.filter_map(|record| DivisionLevel::from_code(record.text("level")?)).min()
}

fn each_ring(outline: &Outline, mut each: impl FnMut(&[WorldPoint])) {
    for path in outline.paths() {
        let ring = outline.points(path);
        if matches!(path.role, Role::Exterior | Role::Interior) && ring.len() >= 3 {
            each(ring);
        }
    }
}

/// What differs between a coverage and a snapshot.
struct Edit {
    gone: Vec<(RecordKey, Arc<Covered>)>,
    /// with the outline before, if there was one
    come: Vec<(RecordKey, Arc<Geometry>, Arc<Outline>, Option<Arc<Covered>>)>,
}

impl Edit {
    fn between(coverage: &Coverage, snapshot: &Snapshot) -> Self {
        let mut edit = Self { gone: Vec::new(), come: Vec::new() };
        let mut still = 0;
        for (key, geometry) in geometries(snapshot) {
            let old = coverage.divisions.get(&key);
            still += usize::from(old.is_some());
            if old.is_none_or(|old| !Arc::ptr_eq(&old.geometry, geometry) && old.geometry != *geometry) {
                edit.come.push((key, geometry.clone(), Arc::new(Outline::of(geometry)), old.cloned()));
            }
        }
        if still < coverage.divisions.len() {
            let there: HashSet<RecordKey> = geometries(snapshot).map(|(key, _)| key).collect();
            let gone = coverage.divisions.iter().filter(|(key, _)| !there.contains(*key));
            edit.gone = gone.map(|(key, covered)| (*key, covered.clone())).collect();
        }
        edit
    }

    fn changed(&self) -> usize {
        self.gone.len() + self.come.len()
    }

    fn carry_out(self, next: &mut Coverage) -> Vec<WorldBox> {
        let dirty = self.dirty();
        let extent = WorldBox::round(dirty.iter().copied());
        let mut touched: Vec<WorldBox> =
            self.gone.iter().map(|(_, old)| old.shape.outline().bounds()).collect();
        let divisions = Arc::make_mut(&mut next.divisions);
        for key in self.gone.iter().map(|(key, _)| key).chain(self.come.iter().map(|(key, ..)| key)) {
            divisions.remove(key);
        }
        let mut nodes = Nodes::with_capacity(dirty.len());
        let near: Vec<(RecordKey, Arc<Covered>)> = divisions
            .iter()
            .filter(|(_, covered)| add_corners(covered.shape.outline(), extent, &dirty, &mut nodes))
            .map(|(key, covered)| (*key, covered.clone()))
            .collect();
        for (_, _, outline, _) in &self.come {
            add_corners(outline, extent, &dirty, &mut nodes);
        }
        for (key, geometry, outline, old) in self.come {
            // A vertex whose neighbours did not change is what it was before.
            let before: HashSet<WorldPoint> = old.iter().flat_map(|old| old.shape.nodes()).collect();
            touched.push(outline.bounds());
            touched.extend(old.map(|old| old.shape.outline().bounds()));
            let is_node = |p| if dirty.contains(&p) { nodes.is_node(p) } else { before.contains(&p) };
            let shape = Shape::ranked(outline, is_node);
            divisions.insert(key, Arc::new(Covered::new(geometry, shape)));
        }
        for (key, covered) in near {
            let now = |p| dirty.contains(&p).then(|| nodes.is_node(p));
            let shape = covered.shape.renoded(now, |arc| touched.push(arc));
            divisions.insert(key, Arc::new(Covered::new(covered.geometry.clone(), shape)));
        }
        touched
    }

    /// The vertices whose neighbours differ: the ends of all edges that came or went.
    fn dirty(&self) -> HashSet<WorldPoint> {
        let mut dirty = HashSet::default();
        let none = Outline::of(&Geometry::GeometryCollection(Default::default()));
        for (_, old) in &self.gone {
            differing_ends(old.shape.outline(), &none, &mut dirty);
        }
        for (_, _, new, old) in &self.come {
            differing_ends(old.as_ref().map_or(&none, |old| old.shape.outline()), new, &mut dirty);
        }
        dirty
    }
}

fn differing_ends(old: &Outline, new: &Outline, dirty: &mut HashSet<WorldPoint>) {
    // Corners, not edges: two rings may share their edges and pass through a vertex differently.
    let corners = |outline: &Outline| {
        let mut corners: HashMap<(WorldPoint, WorldPoint, WorldPoint), u32, RandomState> = HashMap::default();
        each_ring(outline, |ring| {
            let n = ring.len();
            for at in 0..n {
                let (a, b) = (ring[(at + n - 1) % n], ring[(at + 1) % n]);
                *corners.entry((ring[at], a.min(b), a.max(b))).or_default() += 1;
            }
        });
        corners
    };
    let (old, new) = (corners(old), corners(new));
    dirty.extend(old.iter().filter(|(corner, n)| new.get(*corner) != Some(n)).map(|(corner, _)| corner.0));
    dirty.extend(new.iter().filter(|(corner, n)| old.get(*corner) != Some(n)).map(|(corner, _)| corner.0));
}

/// Adds the passages of an outline through the vertices asked for; whether there are any.
fn add_corners(
    outline: &Outline,
    extent: WorldBox,
    wanted: &HashSet<WorldPoint>,
    nodes: &mut Nodes<WorldPoint>,
) -> bool {
    let mut any = false;
    if !outline.bounds().meets(extent) {
        return false;
    }
    for path in outline.paths() {
        let ring = outline.points(path);
        let n = ring.len();
        if !matches!(path.role, Role::Exterior | Role::Interior) || n < 3 {
            continue;
        }
        let near = outline.chunks(path).iter().enumerate().filter(|(_, chunk)| chunk.meets(extent));
        for at in near.flat_map(|(chunk, _)| chunk * CHUNK..n.min((chunk + 1) * CHUNK)) {
            if wanted.contains(&ring[at]) {
                nodes.add_corner(ring[(at + n - 1) % n], ring[at], ring[(at + 1) % n]);
                any = true;
            }
        }
    }
    any
}
