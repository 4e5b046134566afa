//! Single vertices: moved, put in, taken out.

use geo_types::Coord;

use super::rings::{collapsed, edges, passages, redrawn};
use super::{Draft, Refusal, Shapes};

impl Draft {
    /// Features that pass through a vertex, each with the vertices before and after.
    fn through(&self, at: Coord) -> Result<Vec<(usize, Vec<[Coord; 2]>)>, Refusal> {
        if !(at.x.is_finite() && at.y.is_finite()) {
            return Err(Refusal::NotANumber);
        }
        let found: Vec<(usize, Vec<[Coord; 2]>)> = self
            .near_point(at)
            .into_iter()
            .filter_map(|feature| Some((feature, passages(self.shape(feature)?, at))))
            .filter(|(_, passages)| !passages.is_empty())
            .collect();
        if found.is_empty() {
            return Err(Refusal::NoVertex { at });
        }
        let held = |[before, after]: &[Coord; 2]| self.locks.hold(*before, at) || self.locks.hold(at, *after);
        if found.iter().flat_map(|(_, passages)| passages).any(held) {
            return Err(Refusal::Locked { at });
        }
        Ok(found)
    }

    pub(super) fn moved(&self, at: Coord, to: Coord) -> Result<Shapes, Refusal> {
        if !(to.x.is_finite() && to.y.is_finite()) {
            return Err(Refusal::NotANumber);
        }
        let found = self.through(at)?;
        self.free_of(found.iter().map(|(feature, _)| *feature), to)?;
        let drawn = |ring: &[Coord]| ring.iter().map(|c| if *c == at { to } else { *c }).collect();
        self.each(found.into_iter().map(|(feature, _)| feature), drawn)
    }

    pub(super) fn deleted(&self, at: Coord) -> Result<Shapes, Refusal> {
        let found = self.through(at)?;
        let key = |[a, b]: &[Coord; 2]| if (a.x, a.y) <= (b.x, b.y) { [*a, *b] } else { [*b, *a] };
        let mut between = found.iter().flat_map(|(_, passages)| passages.iter().map(key));
        let first = between.next();
        if between.any(|pair| Some(pair) != first) || found.len() > 2 {
            return Err(Refusal::Node { at });
        }
        let drawn = |ring: &[Coord]| ring.iter().copied().filter(|c| *c != at).collect();
        self.each(found.into_iter().map(|(feature, _)| feature), drawn)
    }

    pub(super) fn inserted(&self, [a, b]: [Coord; 2], at: Coord) -> Result<Shapes, Refusal> {
        if !(at.x.is_finite() && at.y.is_finite()) {
            return Err(Refusal::NotANumber);
        }
        let found = self.along([a, b]);
        if found.is_empty() {
            return Err(Refusal::NoEdge { from: a, to: b });
        }
        self.free_of(found.iter().copied(), at)?;
        self.each(found, |ring| with_between(ring, [a, b], &[at]))
    }

    /// Refused where one of the features has a vertex at a place already: its ring would touch itself there.
    fn free_of(&self, features: impl Iterator<Item = usize>, at: Coord) -> Result<(), Refusal> {
        let taken = |feature| self.shape(feature).is_some_and(|shape| !passages(shape, at).is_empty());
        if features.into_iter().any(taken) { Err(Refusal::Collapse { at }) } else { Ok(()) }
    }

    /// Features one of whose rings runs along an edge, in either direction.
    pub(super) fn along(&self, [a, b]: [Coord; 2]) -> Vec<usize> {
        let has = |feature: &usize| {
            self.shape(*feature)
                .is_some_and(|shape| edges(shape).any(|edge| edge == [a, b] || edge == [b, a]))
        };
        self.near_point(a).into_iter().filter(has).collect()
    }

    /// The features redrawn; refused where a ring collapses.
    fn each(
        &self,
        features: impl IntoIterator<Item = usize>,
        draw: impl Fn(&[Coord]) -> Vec<Coord>,
    ) -> Result<Shapes, Refusal> {
        let mut shapes = Shapes::new();
        for feature in features {
            let shape = redrawn(self.present(feature)?, &draw);
            if let Some(at) = collapsed(&shape) {
                return Err(Refusal::Collapse { at });
            }
            shapes.push((feature, Some(shape)));
        }
        Ok(shapes)
    }
}

/// An open ring with vertices put into an edge, given from its first end to its second.
pub(super) fn with_between(ring: &[Coord], [a, b]: [Coord; 2], between: &[Coord]) -> Vec<Coord> {
    let mut drawn = Vec::with_capacity(ring.len() + between.len());
    for (place, c) in ring.iter().enumerate() {
        drawn.push(*c);
        let next = ring[(place + 1) % ring.len()];
        if (*c, next) == (a, b) {
            drawn.extend(between);
        } else if (*c, next) == (b, a) {
            drawn.extend(between.iter().rev());
        }
    }
    drawn
}
