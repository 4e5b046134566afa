//! The report of `boundstone zone`: as JSON, and in words.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::input::Input;
use super::{Zone, output};
use crate::cli::failure::Failure;
use crate::cli::words::{self, language, line, thousands};
use crate::model::Language;
use crate::zoning::{
    Answer, Certificate, Plan, Scores, Status, Task, ZoneScore, amount, certificate, households, moved,
};

/// The report on what was divided.
pub(super) fn of_answer(zone: &Zone, input: &Input, task: &Task, answer: &Answer) -> Json {
    let certificates = certificates(input, task, answer);
    let best = answer.plans.first();
    let alternatives: Vec<Json> = answer.plans.iter().map(|plan| alternative(input, plan, answer)).collect();
    json!({
        "program": concat!("boundstone ", env!("CARGO_PKG_VERSION")),
        "status": answer.status,
        "parameters": parameters(zone, task),
        "seed": task.seed,
        "units": task.problem.nodes(),
        "households": households(task.problem.total()),
        "islands": answer.islands,
        "zones_possible": { "least": answer.counts.0, "most": answer.counts.1 },
        "zones": best.map(|plan| zone_rows(input, task, &plan.zone, &plan.zones)),
        "objectives": best.map(|plan| objectives(input, &plan.zone, &plan.scores)),
        "bound": best.map(|plan| bound(&plan.scores, answer)),
        "gap": best.map(|plan| gap(&plan.scores, answer)),
        "ended_by": if answer.cut_short { "time" } else { "budget" },
        "certificate": (!certificates.is_empty()).then_some(certificates),
        "relaxation": best.and_then(|plan| relaxation(zone, plan)),
        "alternatives": alternatives,
        "findings": input.features.findings,
    })
}

pub(super) fn parameters(zone: &Zone, task: &Task) -> Json {
    let range = |range: &Option<std::ops::RangeInclusive<usize>>| {
        range.as_ref().map(|range| json!({ "least": range.start(), "most": range.end() }))
    };
    let name = zone.input.file_name().map(|name| name.to_string_lossy().into_owned());
    let (min, max, ideal) = zone.band();
    let barriers = zone.barriers.as_ref().and_then(|path| path.file_name());
    json!({
        "input": name,
        "weight": zone.weight,
        "profile": zone.size.as_ref().map(|profile| &profile.id),
        "min": min,
        "max": max,
        "ideal": ideal,
        "wide_max": zone.wide(),
        "within": zone.within,
        "current": zone.current,
        "barriers": barriers.map(|name| name.to_string_lossy().into_owned()),
        "keep_together": zone.keep_together,
        "keep_apart": zone.keep_apart,
        "locked": zone.locked,
        "zones": range(&zone.zones),
        "zones_each": range(&zone.zones_each),
        "preset": task.preset,
        "weights": weights(task),
        "time": zone.time,
        "steps": task.work,
        "alternatives": zone.alternatives,
    })
}

fn weights(task: &Task) -> Json {
    let weights = task.preset.weights();
    json!({
        "cut": weights.cut,
        "length": weights.length,
        "barriers": weights.barriers,
        "walks": weights.walks,
        "compact": weights.compact,
        "balance": weights.balance,
        "moved": weights.moved,
    })
}

/// Zones with the parent they lie in and the community they take over.
pub(super) fn zone_rows(input: &Input, task: &Task, zone: &[u32], rows: &[ZoneScore]) -> Vec<Json> {
    let mut members: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for (unit, zone) in zone.iter().enumerate() {
        members.entry(*zone).or_default().push(unit as u32);
    }
    let (heirs, _) = moved(&task.problem, &members);
    rows.iter()
        .map(|row| {
            let mut json = json!(row);
            let first = members.get(&row.zone).and_then(|units| units.first());
            if !input.parents.is_empty() {
                let parent = first.map(|unit| &input.parents[task.parent[*unit as usize] as usize]);
                json["within"] = json!(parent);
            }
            if !input.communities.is_empty() {
                json["continues"] =
                    json!(heirs.get(&row.zone).map(|community| &input.communities[*community as usize]));
            }
            json
        })
        .collect()
}

fn bound(scores: &Scores, answer: &Answer) -> Json {
    json!({
        "objective": "cut_edges",
        "value": scores.cut_edges,
        "lower": answer.cut_bound,
        "proved_by": answer.bound_by,
        "optimal": answer.cut_bound == scores.cut_edges,
    })
}

/// (value − bound) / value.
fn gap(scores: &Scores, answer: &Answer) -> f64 {
    let value = scores.cut_edges as f64;
    if value > 0.0 { ((value - answer.cut_bound as f64) / value).max(0.0) } else { 0.0 }
}

/// The band within which the plan that is given lies, where that is not the one asked for: it works.
fn relaxation(zone: &Zone, plan: &Plan) -> Option<Json> {
    let scores = &plan.scores;
    (scores.zones_out_of_band > 0 && scores.zones_in_pieces == 0).then(|| {
        json!({
            "works": true,
            "min": scores.smallest.min(zone.band().0),
            "max": scores.largest.max(zone.band().1),
            "zones_out_of_band": scores.zones_out_of_band,
            "households_out_of_band": scores.households_out_of_band,
        })
    })
}

/// Scores, and how straight the borders run.
pub(super) fn objectives(input: &Input, zone: &[u32], scores: &Scores) -> Json {
    let mut json = json!(scores);
    json["straightness"] = json!(input.straightness(zone));
    json
}

fn alternative(input: &Input, plan: &Plan, answer: &Answer) -> Json {
    json!({
        "preset": plan.preset,
        "objectives": objectives(input, &plan.zone, &plan.scores),
        "gap": gap(&plan.scores, answer),
        "assignment": plan.zone,
    })
}

fn certificates(input: &Input, task: &Task, answer: &Answer) -> Vec<Certificate> {
    let name = |unit: u32| input.names[unit as usize].clone();
    answer.proofs.iter().map(|proof| certificate(proof, &task.problem.band, &name)).collect()
}

/// Writes the report where it was asked for, and prints it where JSON was.
pub(super) fn deliver(zone: &Zone, report: &Json) -> Result<(), Failure> {
    if let Some(path) = &zone.report {
        let text = serde_json::to_string_pretty(report).unwrap_or_default();
        output::replace(path, &(text + "\n"))?;
    }
    if zone.json {
        words::json(report);
    }
    Ok(())
}

/// Says in words what came of it.
pub(super) fn say(zone: &Zone, input: &Input, task: &Task, answer: &Answer) {
    if zone.json {
        return;
    }
    words::findings(&input.features.findings);
    const SHOWN: usize = 10;
    let certificates = certificates(input, task, answer);
    for one in certificates.iter().take(SHOWN) {
        words::warn(format!("  {} {}", words::t("办不到：", "impossible:"), words::say(&one.why)));
        for relaxation in &one.relaxations {
            words::warn(format!("    {} {}", words::t("→ 可", "→"), words::say(&relaxation.what)));
        }
    }
    if certificates.len() > SHOWN {
        let more = certificates.len() - SHOWN;
        words::warn(match language() {
            Language::Zh => format!("  … 另有 {more} 条，见报告"),
            Language::En => format!("  … {more} more in the report"),
        });
    }
    for plan in &answer.plans {
        line(format!("{}  {}", plan.preset.word(), sentence(&plan.scores)));
    }
    if let (Status::NotFound, Some(plan)) = (answer.status, answer.plans.first()) {
        let out = plan.scores.zones_out_of_band;
        words::warn(match language() {
            Language::Zh => {
                format!("  没有找到全部合乎规模的方案（也没有证明办不到）：{out} 个区超出；可加长 --time")
            }
            Language::En => format!(
                "  no plan with all zones in band was found, nor proved impossible: {out} are outside; give more --time"
            ),
        });
    }
    if answer.cut_short {
        words::warn(words::t(
            "  时限先到：再算一次结果可能不同，加长 --time 可重现",
            "  the time ended it: another run may differ; more --time makes it reproducible",
        ));
    }
}

/// The figures of a plan in one line.
pub(super) fn sentence(scores: &Scores) -> String {
    let moved = scores.households_moved;
    let strong = scores.border_on_strong_barriers;
    match language() {
        Language::Zh => format!(
            "{} 个区，{}–{} 户，{} 个超出规模；割边 {}，紧凑度 {:.3}，不均衡 {:.1}%{}{}",
            scores.zones,
            amount(scores.smallest),
            amount(scores.largest),
            scores.zones_out_of_band,
            thousands(scores.cut_edges),
            scores.polsby_popper,
            scores.imbalance * 100.0,
            moved.map_or_else(String::new, |moved| format!("，变更 {} 户", amount(moved))),
            strong.map_or_else(String::new, |share| format!("，沿主要路河 {:.0}%", share * 100.0)),
        ),
        Language::En => format!(
            "{} zones of {}–{} households, {} out of band; {} cut edges, Polsby–Popper {:.3}, imbalance {:.1}%{}{}",
            scores.zones,
            amount(scores.smallest),
            amount(scores.largest),
            scores.zones_out_of_band,
            thousands(scores.cut_edges),
            scores.polsby_popper,
            scores.imbalance * 100.0,
            moved.map_or_else(String::new, |moved| format!(", {} households moved", amount(moved))),
            strong
                .map_or_else(String::new, |share| format!(", {:.0}% along roads and rivers", share * 100.0)),
        ),
    }
}
