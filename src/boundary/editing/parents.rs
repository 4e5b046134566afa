//! The divisions above those that are edited: merged ones have one parent; of a piece handed over beyond it,
//! every level above gives and takes as much as the lowest.

use geo::Area as _;
use geo_types::Coord;

use super::Refused;
use super::level::Level;
use crate::topology::edit::Shape;

/// Areas that differ by less are the same, in square degrees: some square centimetres.
const SAME: f64 = 1e-12;

/// That divisions have the same parent: otherwise it would have to be said whose the new one is.
pub(super) fn same(levels: &[Level], at: usize, features: &[usize]) -> Result<(), Refused> {
    let parent = |feature: usize| levels[at].origin(feature).and_then(|record| record.text("parent_code"));
    let mut parents = features.iter().map(|feature| parent(*feature));
    let first = parents.next();
    if parents.all(|parent| Some(parent) == first) { Ok(()) } else { Err(Refused::OtherParents) }
}

/// Those above two divisions, level by level, with their areas before an edit.
pub(super) struct Above {
    /// level, numbers of both, areas of both
    pairs: Vec<(usize, [usize; 2], [f64; 2])>,
    /// areas of the two themselves
    own: [f64; 2],
}

impl Above {
    /// Found by the codes of parents; a level on which one of them has no area is passed over.
    pub fn of(levels: &[Level], at: usize, features: [usize; 2]) -> Self {
        let mut codes = features.map(|feature| parent(&levels[at], feature));
        let mut pairs = Vec::new();
        for upper in (0..at).rev() {
            let found = codes.clone().map(|code| levels[upper].number_of_code(code.as_deref()?));
            if let [Some(from), Some(to)] = found {
                let both = [from, to];
                pairs.push((upper, both, both.map(|feature| area(&levels[upper], feature))));
            }
            for (code, feature) in codes.iter_mut().zip(found) {
                *code = feature.map_or_else(|| code.clone(), |feature| parent(&levels[upper], feature));
            }
        }
        Self { pairs, own: features.map(|feature| area(&levels[at], feature)) }
    }

    /// That what changed hands below changed hands above.
    ///
    /// # Errors
    /// Borders above did not follow: the piece does not lie at the border of the two parents.
    pub fn check(&self, levels: &[Level], at: usize, features: [usize; 2]) -> Result<(), Refused> {
        let given = self.own[0] - area(&levels[at], features[0]);
        for (upper, both, before) in &self.pairs {
            let now = both.map(|feature| area(&levels[*upper], feature));
            let wanted = if both[0] == both[1] {
                [before[0], before[1]]
            } else {
                [before[0] - given, before[1] + given]
            };
            if (0..2).any(|side| (now[side] - wanted[side]).abs() > SAME) {
                let corner = levels[at].shape_of(features[1]).and_then(first);
                return Err(Refused::DoesNotFollow { at: corner.unwrap_or_default() });
            }
        }
        Ok(())
    }
}

fn parent(level: &Level, feature: usize) -> Option<String> {
    level.origin(feature)?.text("parent_code").map(str::to_owned)
}

fn area(level: &Level, feature: usize) -> f64 {
    level.shape_of(feature).map_or(0.0, |shape| shape.unsigned_area())
}

fn first(shape: &Shape) -> Option<Coord> {
    shape.0.first()?.exterior().0.first().copied()
}
