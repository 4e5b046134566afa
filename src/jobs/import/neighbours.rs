//! Imports of divisions and the borders of those that are not in the file: where intake and boundary meet.

use serde_json::json;

use crate::boundary::arrival::{self, Arrival, ArrivalError, Settled};
use crate::intake::ImportPlan;
use crate::rules::Rules;
use crate::snapshot::Snapshot;

/// How far neighbours are carried along at most, m.
const MOST_M: f64 = 500.0;

/// Whether neighbours may be carried along as far as that.
pub fn may_carry(metres: f64) -> bool {
    metres > 0.0 && metres <= MOST_M
}

/// Looks at the areas of divisions in a plan: those that would break a surveyed line stay as they were, neighbours
/// are carried along if that is asked, and what no longer fits is told.
///
/// # Errors
/// The plan does not fit the snapshot it was made on, or a rule cannot be read.
pub fn fit(
    plan: &mut ImportPlan,
    snapshot: &Snapshot,
    arrival: Arrival,
    rules: &Rules,
) -> Result<(), ArrivalError> {
    let Settled { refused, carried, findings } = arrival::settle(snapshot, &plan.changes, arrival, rules)?;
    // From the end, so that the places before stay what they are.
    for (at, finding) in refused.into_iter().rev() {
        plan.findings.push(finding);
        match arrival::without_area(&plan.changes[at]) {
            Some(rest) => plan.changes[at] = rest,
            None => {
                plan.changes.remove(at);
                plan.counts.changed -= 1;
                plan.counts.unchanged += 1;
            }
        }
    }
    for change in carried {
        let before = plan.changes.len();
        arrival::enter(&mut plan.changes, change);
        plan.counts.changed += (plan.changes.len() - before) as u64;
    }
    if let Some(metres) = arrival.carry_m {
        plan.origin["carry_neighbours_m"] = json!(metres);
    }
    findings.into_iter().for_each(|finding| plan.findings.push(finding));
    Ok(())
}
