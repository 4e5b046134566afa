//! G01 · practice: divisions of one level meet along common borders, without overlap and without gap.
//!
//! What topology finds, level by level. Where a rule on communities says the same (C04 inside a subdistrict, C05
//! on exclaves), it is left to that rule.

use geo_types::Rect;
use serde::Deserialize;

use super::fabric::{self, level, levels};
use super::ground::Fault;
use super::{Check, Found, Scene};
use crate::model::layers::DivisionLevel;
use crate::model::{Layer, Record, Severity};
use crate::rules::{Rule, RulesError};
use crate::topology::Kind;

/// The check.
pub const CHECK: Check = Check { rule: "G01", run };

#[derive(Deserialize)]
struct Parameters {
    gap_m: f64,
    sliver_m: f64,
}

fn run(scene: &Scene<'_>, rule: &Rule, found: &mut Found) -> Result<(), RulesError> {
    let wanted: Parameters = rule.parameters()?;
    let settings = fabric::settings(wanted.gap_m, wanted.sliver_m);
    let windows: Option<&[Rect]> = scene.scope().windows();
    if windows.is_some_and(<[Rect]>::is_empty) {
        return Ok(());
    }
    for fabric in levels(scene) {
        for fault in fabric.faults(windows, &settings) {
            if !is_others(scene, &fault) {
                tell(&fault, found);
            }
        }
    }
    Ok(())
}

fn tell(fault: &Fault, found: &mut Found) {
    if let Some(about) = fault.records.first() {
        let notice = fault.notice(about, true, fault.flaw.kind.title());
        // What topology takes for sure is as grave as the rule; the rest it asks or mentions.
        found.push(match fault.flaw.severity {
            Severity::Error => notice,
            weight => notice.severity(weight),
        });
    }
}

/// Whether another rule tells it.
fn is_others(scene: &Scene<'_>, fault: &Fault) -> bool {
    if fault.level != DivisionLevel::Community {
        return false;
    }
    match fault.flaw.kind {
        Kind::Exclave | Kind::Multipart | Kind::Enclosed => true,
        Kind::Overlap | Kind::Gap | Kind::Duplicate => {
            fault.records.iter().all(|record| has_town(scene, record))
        }
        _ => false,
    }
}

/// Whether a community's subdistrict or town is there with an area: then C04 looks at it.
fn has_town(scene: &Scene<'_>, record: &Record) -> bool {
    let Some(code) = record.text("parent_code") else { return false };
    let mut parents = scene.snapshot().layer(Layer::Division).by_code(code);
    parents.any(|parent| {
        let holds = parent.valid.contains(scene.day()) && parent.geometry.is_some();
        holds && level(parent) == Some(DivisionLevel::Township)
    })
}
