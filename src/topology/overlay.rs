//! A patch with its faces, how often each is covered and, where more than once, by which features.

use std::collections::{BTreeMap, BTreeSet};

use super::boxes::{BoxTree, Extent};
use super::contacts;
use super::coverage::Coverage;
use super::faces::Faces;
use super::marks::Parts;
use super::noding::Noded;
use super::patch::Patch;

/// The dirty part of a coverage, cut up.
pub(super) struct Overlay<'a> {
    pub patch: Patch<'a>,
    pub faces: Faces,
    /// by face
    pub depths: Vec<i32>,
    /// the features over every face that is covered more than once
    pub over: BTreeMap<usize, Vec<u32>>,
}

impl<'a> Overlay<'a> {
    /// Cuts up what is open, doubled or troubled; settled borders that run through overlaps are taken in. Only
    /// features that count are counted.
    pub fn of(coverage: &'a Coverage, noded: &'a Noded, counts: impl Fn(u32) -> bool) -> Self {
        let cut = |more: &BTreeSet<usize>| {
            let patch = Patch::new(coverage, noded, |arc| more.contains(&arc));
            let faces = Faces::of(&patch);
            let depths = faces.depths(&patch, &counts);
            (patch, faces, depths)
        };
        let (mut patch, mut faces, mut depths) = cut(&BTreeSet::new());
        let overlaps: Vec<usize> = (0..depths.len()).filter(|face| depths[*face] > 1).collect();
        if !overlaps.is_empty() {
            let within = settled_within(&patch, &faces, &overlaps);
            if !within.is_empty() {
                (patch, faces, depths) = cut(&within);
            }
        }
        let mut overlay = Self { patch, faces, depths, over: BTreeMap::new() };
        overlay.name_overlaps(&counts);
        overlay
    }

    /// The bounded faces that nothing covers.
    pub fn gaps(&self) -> impl Iterator<Item = usize> + '_ {
        (1..self.depths.len()).filter(|face| self.depths[*face] <= 0)
    }

    fn name_overlaps(&mut self, counts: &impl Fn(u32) -> bool) {
        let faces: Vec<usize> = (1..self.depths.len()).filter(|face| self.depths[*face] > 1).collect();
        if faces.is_empty() {
            return;
        }
        let parts = Parts::new(self.patch.coverage);
        for face in faces {
            let names = self.covering(face, &parts, counts);
            self.over.insert(face, names);
        }
    }

    /// The features over a face: those that have it on the inner side of their border, and those that it lies in.
    fn covering(&self, face: usize, parts: &Parts, counts: &impl Fn(u32) -> bool) -> Vec<u32> {
        let (mut inside, mut outside) = (BTreeSet::new(), BTreeSet::new());
        for half in self.faces.border(face) {
            inside.extend(self.patch.claimants(half, true).filter(|f| counts(*f)));
            outside.extend(self.patch.claimants(half, false));
        }
        if inside.len() as i32 >= self.depths[face] {
            return inside.into_iter().collect();
        }
        // One without a border here covers all of the face: it has the middle of any edge inside.
        let longest = self
            .faces
            .border(face)
            .flat_map(|half| {
                let coords = self.patch.coords(half);
                coords.windows(2).map(|pair| (pair[0], pair[1])).collect::<Vec<_>>()
            })
            .max_by(|(a, b), (c, d)| (a.x - b.x).hypot(a.y - b.y).total_cmp(&(c.x - d.x).hypot(c.y - d.y)));
        if let Some((a, b)) = longest {
            let held = parts.holding((a + b) / 2.0);
            inside.extend(held.into_iter().filter(|f| counts(*f) && !outside.contains(f)));
        }
        inside.into_iter().collect()
    }
}

/// Settled arcs that are not in the patch and come near faces.
fn settled_within(patch: &Patch, faces: &Faces, wanted: &[usize]) -> BTreeSet<usize> {
    let extent = |face: &usize| {
        let outer = faces.faces[*face].outer;
        let walk = outer.into_iter().flat_map(|start| faces.walk(start));
        walk.fold(Extent::EMPTY, |all, half| all.joined(patch.extent(half as usize / 2)))
    };
    let boxes: Vec<Extent> = wanted.iter().map(extent).collect();
    let tree = BoxTree::build(&boxes);
    let (runs, extents) = contacts::runs(patch.coverage, |arc| !patch.holds[arc]);
    let mut within = BTreeSet::new();
    for (run, extent) in runs.iter().zip(&extents) {
        tree.visit(extent, |_| {
            within.insert(run.arc as usize);
        });
    }
    within
}
