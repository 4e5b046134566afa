//! B12 · Decree 353, Arts. 6 to 8: a marker is moved, added, replaced or given up by agreement, surveyed together
//! and filed.

use serde::Deserialize;

use super::{Check, Found, Notice, Scene};
use crate::model::layers::MarkerChange;
use crate::rules::{Rule, RulesError};

/// The check.
pub const CHECK: Check = Check { rule: "B12", run };

#[derive(Deserialize)]
struct Parameters {
    kinds: Vec<String>,
}

fn run(scene: &Scene<'_>, rule: &Rule, found: &mut Found) -> Result<(), RulesError> {
    let wanted: Parameters = rule.parameters()?;
    for marker in scene.markers() {
        let Some(fields) = marker.fields() else { continue };
        for change in fields.changes.iter().filter(|change| wanted.kinds.contains(&change.kind)) {
            let (zh, en): (Vec<_>, Vec<_>) = missing(change).into_iter().unzip();
            if zh.is_empty() {
                continue;
            }
            let MarkerChange { kind, date, .. } = change;
            let (zh, en) = (
                format!("界桩变动（{}）缺少：{}", title(kind), zh.join("、")),
                format!("a change of the marker ({kind} {date}) lacks: {}", en.join(", ")),
            );
            let evidence = format!("{kind} {date} {}", en.len());
            found.push(Notice::new(marker.record, zh, en).field("changes").evidence(evidence));
        }
    }
    Ok(())
}

fn title(kind: &str) -> String {
    let list = crate::model::vocab::list("marker_change");
    list.get(kind).map_or_else(|| kind.to_owned(), |value| value.title.zh.clone())
}

fn missing(change: &MarkerChange) -> Vec<(&'static str, &'static str)> {
    let papers = [
        (&change.agreement_no, "双方协议", "agreement"),
        (&change.survey_date, "测绘日期", "survey"),
        (&change.filing_no, "备案文号", "filing"),
    ];
    let lacking = papers.into_iter().filter(|(paper, ..)| paper.trim().is_empty());
    lacking.map(|(_, zh, en)| (zh, en)).collect()
}
