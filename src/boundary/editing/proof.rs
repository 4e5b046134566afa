//! What is wrong near a place, on every level and between levels: counted before and after a mending.

use std::collections::BTreeMap;

use geo_types::{Geometry, Rect};

use super::level::Level;
use super::mend::Mend;
use super::{Refused, meets};
use crate::model::geometry;
use crate::topology::{Coverage, Flaw, Kind, Metric, Settings, against_parent, validate};

/// m² by which faults may grow through rounding of coordinates.
const ROUNDING_M2: f64 = 0.5;

/// Number of faults and their ground, m², by level and kind.
pub(super) struct Proof {
    found: BTreeMap<(usize, Kind), (usize, f64)>,
    places: Vec<(usize, Kind, Rect)>,
}

impl Proof {
    /// Looks at the divisions about a window.
    pub fn of(levels: &[Level], window: &Rect) -> Self {
        let mut proof = Self { found: BTreeMap::new(), places: Vec::new() };
        let settings = Settings { sliver_width: 0.0, ..Settings::new(Metric::Degrees) };
        for (at, level) in levels.iter().enumerate() {
            let shapes: Vec<Geometry> =
                level.near(window).map(|(_, shape)| Geometry::MultiPolygon(shape.clone())).collect();
            if let Ok(coverage) = Coverage::build(shapes.iter().map(Some)) {
                validate(&coverage, &settings).flaws.iter().for_each(|flaw| proof.take(at, flaw, window));
            }
            for (parts, parent) in families(levels, at, window) {
                against_parent(&parts, &[parent], &settings)
                    .iter()
                    .for_each(|flaw| proof.take(at, flaw, window));
            }
        }
        proof
    }

    fn take(&mut self, level: usize, flaw: &Flaw, window: &Rect) {
        if matches!(flaw.kind, Kind::Exclave | Kind::Enclosed | Kind::Multipart) {
            return;
        }
        let Some(place) = geometry::bounds(&flaw.place).filter(|place| meets(place, window)) else { return };
        let (count, area) = self.found.entry((level, flaw.kind)).or_default();
        *count += 1;
        *area += flaw.area;
        self.places.push((level, flaw.kind, place));
    }

    /// Whether the fault is gone and no other has come.
    ///
    /// # Errors
    /// What is left, or what has come.
    pub fn is_better(&self, after: &Self, asked: &Mend) -> Result<(), Refused> {
        for ((level, kind), (count, area)) in &after.found {
            let (had, ground) = self.found.get(&(*level, *kind)).copied().unwrap_or_default();
            if *count > had || *area > ground + ROUNDING_M2 {
                return Err(Refused::NewFault(*kind));
            }
        }
        let Some(place) = geometry::bounds(&asked.place) else { return Ok(()) };
        let there = |proof: &Self| {
            proof.places.iter().filter(|(_, kind, own)| *kind == asked.kind && meets(own, &place)).count()
        };
        if there(after) >= there(self).max(1) { Err(Refused::StillThere(asked.kind)) } else { Ok(()) }
    }
}

/// What lies below the divisions of another level, by the parent's code.
fn families(levels: &[Level], at: usize, window: &Rect) -> Vec<(Vec<Geometry>, Geometry)> {
    let mut parts: BTreeMap<&str, Vec<Geometry>> = BTreeMap::new();
    for (number, shape) in levels[at].near(window) {
        if let Some(parent) = levels[at].record(number).and_then(|record| record.text("parent_code")) {
            parts.entry(parent).or_default().push(Geometry::MultiPolygon(shape.clone()));
        }
    }
    let parents = levels[..at].iter().flat_map(|level| {
        level.near(window).filter_map(|(number, shape)| Some((level.record(number)?.code.as_deref()?, shape)))
    });
    parents
        .filter_map(|(code, shape)| Some((parts.remove(code)?, Geometry::MultiPolygon(shape.clone()))))
        .collect()
}
