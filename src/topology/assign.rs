//! Who gets what is claimed twice or not at all: every overlap and every narrow gap a single owner.

use std::collections::{BTreeMap, BTreeSet};

use geo_types::Polygon;

use super::clean::{Change, Cleaning, Strategy};
use super::coverage::OUTSIDE;
use super::finding::Kind;
use super::overlay::Overlay;

/// Owners on the two sides of every piece, after all is assigned.
pub(super) struct Owners {
    /// left and right of a piece; [`OUTSIDE`] for none
    pub sides: Vec<(u32, u32)>,
    /// what was assigned
    pub changes: Vec<Change>,
    /// pieces by owner, where it is on one side only: the piece and whether on its left
    of: BTreeMap<u32, Vec<(usize, bool)>>,
}

impl Owners {
    /// The pieces that border a feature, each with whether it lies to the left.
    pub fn of_feature(&self, feature: u32) -> impl Iterator<Item = (usize, bool)> + '_ {
        self.of.get(&feature).into_iter().flatten().copied()
    }
}

struct Work<'a> {
    overlay: &'a Overlay<'a>,
    how: &'a Cleaning,
    /// owner of faces that are settled here
    owner: BTreeMap<usize, u32>,
    changes: Vec<Change>,
}

/// Assigns overlaps, then gaps, by strategy. Each round gives away what borders on settled ground, so that ground
/// stays together.
pub(super) fn owners(overlay: &Overlay, how: &Cleaning) -> Owners {
    let mut work = Work { overlay, how, owner: BTreeMap::new(), changes: Vec::new() };
    work.overlaps();
    work.gaps();
    let sides: Vec<(u32, u32)> =
        (0..overlay.patch.pieces.len() as u32).map(|at| (work.side(at * 2), work.side(at * 2 + 1))).collect();
    let mut of: BTreeMap<u32, Vec<(usize, bool)>> = BTreeMap::new();
    for (at, (left, right)) in sides.iter().enumerate().filter(|(_, (left, right))| left != right) {
        for (owner, is_left) in [(*left, true), (*right, false)] {
            if owner != OUTSIDE {
                of.entry(owner).or_default().push((at, is_left));
            }
        }
    }
    Owners { sides, changes: work.changes, of }
}

impl Work<'_> {
    /// Who owns the ground on the left of a half-edge; of overlaps and gaps, if that is decided.
    fn side(&self, half: u32) -> u32 {
        let Overlay { patch, faces, depths, over } = self.overlay;
        let face = faces.face[half as usize] as usize;
        if let Some(owner) = self.owner.get(&face) {
            return *owner;
        }
        if depths[face] <= 0 || face == super::faces::UNBOUNDED {
            return OUTSIDE;
        }
        if let Some(own) = patch.claimants(half, true).next() {
            return own;
        }
        // Covered once, but not by one that has this border: by who covers the other side as well.
        let beyond = faces.face[half as usize ^ 1] as usize;
        let gone: BTreeSet<u32> = patch.claimants(half, false).collect();
        let covering = over.get(&beyond).map(Vec::as_slice).unwrap_or_default();
        covering.iter().copied().find(|feature| !gone.contains(feature)).unwrap_or(OUTSIDE)
    }

    fn overlaps(&mut self) {
        let mut open: Vec<usize> = self.overlay.over.keys().copied().collect();
        while !open.is_empty() {
            let before = open.len();
            let (mut given, unsettled) = (Vec::new(), open.iter().copied().collect());
            open.retain(|face| {
                let owner = self.owner_of_overlap(*face, &unsettled);
                given.extend(owner.map(|owner| (*face, owner)));
                owner.is_none()
            });
            for (face, owner) in given {
                self.give(face, owner, Kind::Overlap);
            }
            if open.len() == before {
                // Nobody has settled ground beside it: the first that claims it.
                let face = open.remove(0);
                let claiming = self.overlay.over[&face].clone();
                let owner = self.chosen(claiming.iter().map(|f| (*f, 0.0)).collect()).unwrap_or(OUTSIDE);
                self.give(face, owner, Kind::Overlap);
            }
        }
    }

    /// Lengths of border with everyone whose ground is settled; and who is kept out by a locked border.
    fn round(&self, face: usize, open: &BTreeSet<usize>) -> (BTreeMap<u32, f64>, BTreeSet<u32>) {
        let (mut lengths, mut kept_out) = (BTreeMap::new(), BTreeSet::new());
        let Overlay { patch, faces, .. } = self.overlay;
        let metric = self.how.settings.metric;
        for half in faces.border(face) {
            let beyond = faces.face[half as usize ^ 1] as usize;
            if beyond == face || open.contains(&beyond) {
                continue;
            }
            let owner = self.side(half ^ 1);
            if owner == OUTSIDE {
                continue;
            }
            let coords = patch.coords(half);
            let length: f64 = coords.windows(2).map(|pair| metric.length(pair[0], pair[1])).sum();
            *lengths.entry(owner).or_insert(0.0) += length;
            if coords.windows(2).any(|pair| self.how.locks.hold(pair[0], pair[1])) {
                kept_out.insert(owner);
            }
        }
        (lengths, kept_out)
    }

    fn owner_of_overlap(&self, face: usize, open: &BTreeSet<usize>) -> Option<u32> {
        let claiming = &self.overlay.over[&face];
        if let Strategy::Owner(owner) = self.how.strategy
            && claiming.contains(&owner)
        {
            return Some(owner);
        }
        let (lengths, kept_out) = self.round(face, open);
        let beside: Vec<(u32, f64)> = lengths.into_iter().filter(|(f, _)| claiming.contains(f)).collect();
        if beside.is_empty() {
            return None;
        }
        let free: Vec<_> = beside.iter().copied().filter(|(f, _)| !kept_out.contains(f)).collect();
        // All kept out: the locked border stays where it divides the face from the others.
        let others = claiming.iter().copied().filter(|f| !kept_out.contains(f));
        if free.is_empty() {
            self.chosen(others.map(|f| (f, 0.0)).collect()).or(Some(beside[0].0))
        } else {
            self.chosen(free)
        }
    }

    fn gaps(&mut self) {
        let width = self.how.settings.gap_width;
        if width <= 0.0 {
            return;
        }
        let gaps: Vec<usize> = self.overlay.gaps().collect();
        for face in gaps {
            let polygon = self.overlay.faces.polygon(&self.overlay.patch, face);
            if self.how.settings.metric.width(&polygon) > width {
                continue;
            }
            let (lengths, kept_out) = self.round(face, &BTreeSet::new());
            let free: Vec<(u32, f64)> = lengths.into_iter().filter(|(f, _)| !kept_out.contains(f)).collect();
            if let Some(owner) = self.chosen(free) {
                self.give(face, owner, Kind::Gap);
            }
        }
    }

    /// One of several, each with its length of border.
    fn chosen(&self, among: Vec<(u32, f64)>) -> Option<u32> {
        let longest = || {
            let by_length = |p: &&(u32, f64), q: &&(u32, f64)| p.1.total_cmp(&q.1).then(q.0.cmp(&p.0));
            among.iter().max_by(by_length).map(|one| one.0)
        };
        let by_area = |sign: f64| {
            let key = |f: u32| sign * self.area(f);
            among.iter().map(|one| one.0).max_by(|p, q| key(*p).total_cmp(&key(*q)).then(q.cmp(p)))
        };
        match self.how.strategy {
            Strategy::LongestBorder => longest(),
            Strategy::LargerArea => by_area(1.0),
            Strategy::SmallerArea => by_area(-1.0),
            Strategy::First => among.iter().map(|one| one.0).min(),
            Strategy::Owner(owner) => among.iter().map(|one| one.0).find(|f| *f == owner).or_else(longest),
        }
    }

    fn area(&self, feature: u32) -> f64 {
        let coverage = self.overlay.patch.coverage;
        coverage
            .parts_of(feature as usize)
            .flat_map(|part| {
                coverage.rings_of(part).map(move |ring| (ring, coverage.rings_of(part).start == ring))
            })
            .map(|(ring, shell)| {
                let area = coverage.area2(coverage.ring(ring)).abs();
                if shell { area } else { -area }
            })
            .sum()
    }

    fn give(&mut self, face: usize, owner: u32, kind: Kind) {
        let polygon: Polygon = self.overlay.faces.polygon(&self.overlay.patch, face);
        let metric = self.how.settings.metric;
        let among = match self.overlay.over.get(&face) {
            Some(claiming) => claiming.clone(),
            None => self.round(face, &BTreeSet::new()).0.into_keys().collect(),
        };
        self.owner.insert(face, owner);
        self.changes.push(Change {
            kind,
            to: owner,
            among,
            area: metric.ground(&polygon),
            width: metric.width(&polygon),
            place: polygon.into(),
        });
    }
}
