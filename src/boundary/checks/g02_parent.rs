//! G02 · practice: what a division is made up of lies within it, and its border is theirs.
//!
//! Ground outside is told wherever it is; ground of the parent that nothing lower has only where it is a strip
//! along the border, a wider one as a question: the lower divisions need not all be in the register. Communities are
//! C04's.

use std::collections::BTreeMap;
use std::sync::Arc;

use geo_types::{Coord, Geometry, Rect};
use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};
use serde::Deserialize;

use super::b16_shared_edge::rings;
use super::c04_coverage::is_tiled;
use super::fabric::{self, level, meets};
use super::ground::Fault;
use super::{Check, Found, Scene};
use crate::model::layers::DivisionLevel;
use crate::model::{Layer, Record, Severity, geometry};
use crate::rules::{Rule, RulesError};
use crate::topology::{Kind, Settings, against_parent};

/// The check.
pub const CHECK: Check = Check { rule: "G02", run };

#[derive(Deserialize)]
struct Parameters {
    strip_m: f64,
    wide_m: f64,
    least_m2: f64,
}

/// Degrees within which a place lies on a border: some millimetres, what rounding of new vertices may be off.
const SAME: f64 = 2e-8;

/// A division and what it is made up of.
struct Family<'a> {
    parent: &'a Arc<Record>,
    level: DivisionLevel,
    parts: Vec<&'a Arc<Record>>,
}

fn run(scene: &Scene<'_>, rule: &Rule, found: &mut Found) -> Result<(), RulesError> {
    let wanted: Parameters = rule.parameters()?;
    let windows = scene.scope().windows();
    if windows.is_some_and(<[Rect]>::is_empty) {
        return Ok(());
    }
    let settings = fabric::settings(wanted.strip_m, 0.0);
    let touched = |bounds: Option<Rect>| {
        bounds.is_some_and(|bounds| windows.is_none_or(|all| all.iter().any(|window| meets(window, &bounds))))
    };
    let look = |family: Family<'_>| -> Vec<Fault> {
        let mut all = family.parts.iter().copied().chain([family.parent]);
        let near = all.any(|record| touched(record.geometry.as_deref().and_then(geometry::bounds)));
        if near && !is_tiled(family.parent, &family.parts) { family.faults(&settings) } else { Vec::new() }
    };
    let faults: Vec<Vec<Fault>> = families(scene).into_par_iter().map(look).collect();
    for fault in faults.into_iter().flatten() {
        let is_strip = fault.flaw.kind != Kind::Uncovered
            || fault.flaw.width <= wanted.wide_m
                && fault.records.last().is_some_and(|parent| runs_along(&fault, parent));
        let counts = is_strip && fault.flaw.area >= wanted.least_m2;
        if let Some(about) = fault.records.first()
            && counts
            && touched(geometry::bounds(&fault.flaw.place))
        {
            let notice = fault.notice(about, true, fault.flaw.kind.title());
            // A wider one may be ground of a division that is not in the register yet.
            let asked = fault.flaw.kind == Kind::Uncovered && fault.flaw.width > wanted.strip_m;
            found.push(if asked { notice.severity(Severity::Warning) } else { notice });
        }
    }
    Ok(())
}

/// Whether the place has a stretch of the parent's border; open ground farther in is a gap, which G01 tells.
fn runs_along(fault: &Fault, parent: &Record) -> bool {
    let Geometry::Polygon(place) = &fault.flaw.place else { return false };
    let near = |at: Coord, a: Coord, b: Coord| {
        let (way, to) = (b - a, at - a);
        let share = ((to.x * way.x + to.y * way.y) / (way.x * way.x + way.y * way.y)).clamp(0.0, 1.0);
        let off = to - way * share;
        off.x.abs() < SAME && off.y.abs() < SAME
    };
    let edges: Vec<(Coord, Coord)> = rings(parent)
        .flat_map(|ring| ring.0.windows(2))
        .map(|pair| (pair[0], pair[1]))
        .filter(|(a, b)| a != b)
        .collect();
    let on_border = |pair: &[Coord]| {
        let middle = (pair[0] + pair[1]) / 2.0;
        pair[0] != pair[1] && edges.iter().any(|(a, b)| near(middle, *a, *b))
    };
    place.exterior().0.windows(2).any(on_border)
}

/// Every division with an area and, on one level below, others with areas that name it as their parent.
fn families<'a>(scene: &Scene<'a>) -> Vec<Family<'a>> {
    let divisions = scene.snapshot().layer(Layer::Division);
    let holding = || divisions.iter().filter(|r| r.valid.contains(scene.day()) && r.geometry.is_some());
    let mut parts: BTreeMap<(&str, DivisionLevel), Vec<&Arc<Record>>> = BTreeMap::new();
    for record in holding() {
        if let (Some(parent), Some(level)) = (record.text("parent_code"), level(record))
            && level != DivisionLevel::Community
        {
            parts.entry((parent, level)).or_default().push(record);
        }
    }
    let family = |((code, level), mut parts): ((&'a str, DivisionLevel), Vec<&'a Arc<Record>>)| {
        let parent =
            divisions.by_code(code).find(|r| r.valid.contains(scene.day()) && r.geometry.is_some())?;
        parts.sort_by(|a, b| (&a.code, a.id).cmp(&(&b.code, b.id)));
        Some(Family { parent, level, parts })
    };
    parts.into_iter().filter_map(family).collect()
}

impl Family<'_> {
    fn faults(&self, settings: &Settings) -> Vec<Fault> {
        let shapes = |records: &[&Arc<Record>]| -> Vec<Geometry> {
            records.iter().filter_map(|record| record.geometry.as_deref().cloned()).collect()
        };
        let flaws = against_parent(&shapes(&self.parts), &shapes(&[self.parent]), settings);
        let fault = |flaw: crate::topology::Flaw| {
            let own = flaw.features.iter().filter_map(|at| self.parts.get(*at as usize));
            let records = own.chain([&self.parent]).map(|record| Arc::clone(record)).collect();
            Fault { level: self.level, flaw, records }
        };
        flaws.into_iter().map(fault).collect()
    }
}
