//! C04 · local plans: the communities of a subdistrict or town cover it without gap or overlap.
//!
//! Communities whose edges cancel each other out up to the outline of what is above them are in order: that is
//! exact and fast. Only where edges are left over does topology look at them.

use std::collections::BTreeMap;
use std::sync::Arc;

use geo_types::Geometry;
use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};
use serde::Deserialize;

use super::b16_shared_edge::{edge, rings};
use super::fabric;
use super::ground::Fault;
use super::{Check, Found, Scene};
use crate::model::layers::DivisionLevel;
use crate::model::{Bilingual, Layer, Record, Severity};
use crate::rules::{Rule, RulesError};
use crate::topology::{Coverage, Flaw, Kind, against_parent, validate};

/// The check.
pub const CHECK: Check = Check { rule: "C04", run };

#[derive(Clone, Copy, Deserialize)]
struct Parameters {
    area_m2: f64,
    width_m: f64,
}

fn run(scene: &Scene<'_>, rule: &Rule, found: &mut Found) -> Result<(), RulesError> {
    let wanted: Parameters = rule.parameters()?;
    let mut below: BTreeMap<&str, Vec<&Arc<Record>>> = BTreeMap::new();
    let level = fabric::level;
    for record in scene.snapshot().layer(Layer::Division).iter() {
        let is_part = record.valid.contains(scene.day()) && level(record) == Some(DivisionLevel::Community);
        if let Some(parent) = record.text("parent_code").filter(|_| is_part && record.geometry.is_some()) {
            below.entry(parent).or_default().push(record);
        }
    }
    let parents: Vec<_> = scene
        .divisions()
        .filter(|record| level(record) == Some(DivisionLevel::Township) && record.geometry.is_some())
        .filter_map(|record| Some((record, below.get(record.code.as_deref()?)?)))
        .collect();
    let faults: Vec<_> = parents
        .into_par_iter()
        .map(|(parent, parts)| {
            (parent, if is_tiled(parent, parts) { Vec::new() } else { faults(parent, parts) })
        })
        .collect();
    for (parent, faults) in faults {
        faults.iter().for_each(|fault| tell(parent, fault, wanted, found));
    }
    Ok(())
}

/// What is too small to count by the rule is only mentioned.
fn tell(parent: &Record, fault: &Fault, wanted: Parameters, found: &mut Found) {
    let (zh, en) = match fault.flaw.kind {
        Kind::Uncovered => ("没有划归任何社区的空白", "a gap that no community has"),
        Kind::OutsideParent => ("社区超出上级范围", "communities beyond what is above them"),
        _ => ("社区相互重叠", "communities overlap"),
    };
    let notice = fault.notice(parent, false, Bilingual::new(zh, en));
    let counts = fault.flaw.area >= wanted.area_m2 && fault.flaw.width >= wanted.width_m;
    found.push(if counts { notice } else { notice.severity(Severity::Note) });
}

/// Whether every edge of the parts and of the whole is there exactly twice: then there is neither gap nor overlap.
pub(in crate::boundary) fn is_tiled(parent: &Record, parts: &[&Arc<Record>]) -> bool {
    let mut seen = std::collections::HashMap::new();
    for record in parts.iter().map(|part| &***part).chain([parent]) {
        for pair in rings(record).flat_map(|ring| ring.0.windows(2)) {
            *seen.entry(edge(pair[0], pair[1])).or_insert(0u32) += 1;
        }
    }
    seen.values().all(|count| *count == 2)
}

/// Gaps and ground beyond the parent, then overlaps.
fn faults(parent: &Arc<Record>, parts: &[&Arc<Record>]) -> Vec<Fault> {
    let settings = fabric::settings(0.0, 0.0);
    let mut parts = parts.to_vec();
    parts.sort_by(|a, b| (&a.code, a.id).cmp(&(&b.code, b.id)));
    let shapes: Vec<Geometry> = parts.iter().filter_map(|part| part.geometry.as_deref().cloned()).collect();
    let whole: Vec<Geometry> = parent.geometry.as_deref().cloned().into_iter().collect();
    let mut flaws = against_parent(&shapes, &whole, &settings);
    if let Ok(coverage) = Coverage::build(shapes.iter().map(Some)) {
        let found = validate(&coverage, &settings).flaws.into_iter();
        flaws.extend(found.filter(|flaw| matches!(flaw.kind, Kind::Overlap | Kind::Duplicate)));
    }
    let fault = |flaw: Flaw| {
        let records = flaw.features.iter().filter_map(|at| parts.get(*at as usize));
        Fault {
            level: DivisionLevel::Community,
            records: records.map(|part| Arc::clone(part)).collect(),
            flaw,
        }
    };
    flaws.into_iter().map(fault).collect()
}
