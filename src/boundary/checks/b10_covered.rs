//! B10 · Joint-inspection Measures: a round covers every marker and every segment of its lines.

use serde::Deserialize;

use super::{Check, Found, Notice, Scene};
use crate::boundary::inspection::{Task, covered};
use crate::rules::{Rule, RulesError};

/// The check.
pub const CHECK: Check = Check { rule: "B10", run };

#[derive(Deserialize)]
struct Parameters {
    from_stages: Vec<String>,
}

/// Tasks that a finding names.
const NAMED: usize = 8;

fn run(scene: &Scene<'_>, rule: &Rule, found: &mut Found) -> Result<(), RulesError> {
    let wanted: Parameters = rule.parameters()?;
    for round in scene.rounds() {
        let stage = round.record.text("stage").unwrap_or_default();
        if !wanted.from_stages.iter().any(|from| from == stage) {
            continue;
        }
        let all = covered(scene, round);
        let open: Vec<&Task> = all.iter().filter(|task| task.done.is_none()).collect();
        if all.is_empty() {
            let (zh, en) =
                ("本轮联检没有列明所查界线，或界线不在登记册中", "the round names no line of the register");
            found.push(Notice::new(round.record, zh, en).field("line_codes"));
        }
        if open.is_empty() {
            continue;
        }
        let named: Vec<&str> = open.iter().take(NAMED).map(|task| task.name.as_str()).collect();
        let (zh, en) = (
            format!("{} 项任务还有 {} 项没有检查：{}", all.len(), open.len(), named.join("、")),
            format!("{} of {} tasks have no record: {}", open.len(), all.len(), named.join(", ")),
        );
        let evidence = format!("{} {}", open.len(), named.join(" "));
        found.push(Notice::new(round.record, zh, en).field("stage").evidence(evidence));
    }
    Ok(())
}
