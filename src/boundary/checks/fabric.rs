//! The divisions of each level as a coverage: what topology finds wrong there, as a whole or near an edit.
//!
//! Near an edit: all divisions that meet its windows are looked at, and those that meet the faults found there,
//! until there are no more. What is found is then just what a look at the whole level would find there; faults
//! that meet no window cannot have changed.

use std::collections::BTreeMap;
use std::sync::Arc;

use geo_types::Rect;

use super::Scene;
use super::ground::Fault;
use crate::model::layers::DivisionLevel;
use crate::model::{Layer, Record, geometry};
use crate::topology::{Coverage, Flaw, Metric, Settings, validate};

/// Times that a look near an edit is widened before all is looked at.
const ROUNDS: usize = 6;

/// One level: its divisions with areas, by code, and the boxes round them.
pub(super) struct Fabric<'a> {
    pub level: DivisionLevel,
    pub records: Vec<&'a Arc<Record>>,
    bounds: Vec<Rect>,
}

/// The level of a division.
pub(super) fn level(record: &Record) -> Option<DivisionLevel> {
    record.text("level").and_then(DivisionLevel::from_code)
}

/// All levels that hold on the day, the highest first.
pub(super) fn levels<'a>(scene: &Scene<'a>) -> Vec<Fabric<'a>> {
    let mut levels: BTreeMap<DivisionLevel, Vec<(&Arc<Record>, Rect)>> = BTreeMap::new();
    for record in scene.snapshot().layer(Layer::Division).iter().filter(|r| r.valid.contains(scene.day())) {
        let bounds = record.geometry.as_deref().and_then(geometry::bounds);
        if let (Some(level), Some(bounds)) = (level(record), bounds) {
            levels.entry(level).or_default().push((record, bounds));
        }
    }
    let fabric = |(level, mut all): (_, Vec<(&'a Arc<Record>, Rect)>)| {
        all.sort_by(|(a, _), (b, _)| (&a.code, a.id).cmp(&(&b.code, b.id)));
        let (records, bounds) = all.into_iter().unzip();
        Fabric { level, records, bounds }
    };
    levels.into_iter().map(fabric).collect()
}

/// How divisions are looked at: degrees, gaps and slivers of these widths.
pub(super) fn settings(gap_m: f64, sliver_m: f64) -> Settings {
    Settings { gap_width: gap_m, sliver_width: sliver_m, ..Settings::new(Metric::Degrees) }
}

/// Whether two boxes have a point in common.
pub(super) fn meets(a: &Rect, b: &Rect) -> bool {
    a.min().x <= b.max().x && b.min().x <= a.max().x && a.min().y <= b.max().y && b.min().y <= a.max().y
}

impl Fabric<'_> {
    /// What is wrong, with the divisions concerned: anywhere, or in places that meet windows.
    pub fn faults(&self, windows: Option<&[Rect]>, settings: &Settings) -> Vec<Fault> {
        let all: Vec<usize> = (0..self.records.len()).collect();
        let Some(windows) = windows else { return self.look(&all, settings) };
        let touches = |fault: &Fault| {
            let place = geometry::bounds(&fault.flaw.place);
            place.is_some_and(|place| windows.iter().any(|window| meets(window, &place)))
        };
        let mut reach = windows.to_vec();
        let mut chosen = self.meeting(&reach);
        for _ in 0..ROUNDS {
            if chosen.is_empty() {
                return Vec::new();
            }
            let found: Vec<Fault> = self.look(&chosen, settings).into_iter().filter(touches).collect();
            reach.extend(found.iter().filter_map(|fault| geometry::bounds(&fault.flaw.place)));
            let wider = self.meeting(&reach);
            if wider == chosen {
                return found;
            }
            chosen = wider;
        }
        self.look(&all, settings).into_iter().filter(touches).collect()
    }

    fn meeting(&self, windows: &[Rect]) -> Vec<usize> {
        let near = |at: &usize| windows.iter().any(|window| meets(window, &self.bounds[*at]));
        (0..self.records.len()).filter(near).collect()
    }

    fn look(&self, chosen: &[usize], settings: &Settings) -> Vec<Fault> {
        let shapes = chosen.iter().map(|at| self.records[*at].geometry.as_deref());
        let Ok(coverage) = Coverage::build(shapes) else { return Vec::new() };
        let fault = |flaw: Flaw| Fault {
            level: self.level,
            records: flaw.features.iter().map(|at| Arc::clone(self.records[chosen[*at as usize]])).collect(),
            flaw,
        };
        validate(&coverage, settings).flaws.into_iter().map(fault).collect()
    }
}
