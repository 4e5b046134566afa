//! B04 · Decree 353, Art. 6; Marker Measures: every marker has a side that is responsible for it.

use super::{Check, Found, Notice, Scene};
use crate::rules::{Rule, RulesError};

/// The check.
pub const CHECK: Check = Check { rule: "B04", run };

fn run(scene: &Scene<'_>, _: &Rule, found: &mut Found) -> Result<(), RulesError> {
    for marker in scene.markers() {
        // What has gone needs no care.
        let gone = marker.record.text("condition") == Some("scrapped");
        if !gone && marker.record.text("responsible_side").is_none() {
            found.push(
                Notice::new(marker.record, "界桩没有管理方", "the marker has no responsible side")
                    .field("responsible_side"),
            );
        }
    }
    Ok(())
}
