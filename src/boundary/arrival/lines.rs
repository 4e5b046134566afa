//! Records of boundary lines along borders that arrive changed: renewed in the same change set, as when a border is
//! edited on the map; what people entered stays, and a surveyed line moves nowhere.
//!
//! A file may bring an outline that no longer meets its neighbour vertex by vertex. A line that would lose much of its
//! course by that stays as it was, and it is told; so is one whose divisions border no more, and a border for which
//! there is no line yet: ending and making lines is for people.

use std::collections::BTreeMap;

use super::moves;
use crate::boundary::lines::{Changed, DeriveOptions, renew};
use crate::crs::geodesic;
use crate::model::layers::DivisionLevel;
use crate::model::{Bilingual, Change, Finding, IdSource, Layer, Record, Severity, Spot, Value};
use crate::snapshot::Snapshot;

/// A line that keeps less than this share of its length does not follow by itself.
const LEAST_SHARE: f64 = 0.8;

/// The changes of line records that follow from changed divisions, and what is told about lines.
pub(super) fn follow(
    (before, after): (&Snapshot, &Snapshot),
    changes: &[Change],
    arrival: super::Arrival,
) -> (Vec<Change>, Vec<Finding>) {
    let (mut followed, mut findings) = (Vec::new(), Vec::new());
    if before.layer(Layer::BoundaryLine).is_empty() {
        return (followed, findings);
    }
    let shown = |line: &Record| line.secrecy <= arrival.show;
    // New lines are only told, so nothing bears one of these ids.
    let mut ids = IdSource::new(0, 0);
    for (level, changed) in by_level(changes) {
        let options = DeriveOptions { streets: true, ..DeriveOptions::new(level, arrival.day) };
        let renewed = renew((before, after), &options, &changed, &mut ids);
        for change in renewed.changes {
            let (Some(old), Some(new)) = (change.before(), change.after()) else {
                findings.extend(change.after().map(unmade));
                continue;
            };
            let lengths = [old, new].map(length_m);
            let keeps = lengths[1] >= lengths[0] * LEAST_SHARE;
            if shown(old) {
                findings.push(if keeps { moved(old, lengths) } else { lost(old, lengths) });
            }
            if keeps {
                followed.push(change);
            }
        }
        findings.extend(renewed.ended.iter().filter(|line| shown(line)).map(|line| over(line)));
    }
    (followed, findings)
}

/// The divisions whose areas change, by level; below townships there are no administrative boundaries.
fn by_level(changes: &[Change]) -> BTreeMap<DivisionLevel, Changed> {
    let mut levels: BTreeMap<DivisionLevel, Changed> = BTreeMap::new();
    for change in changes.iter().filter(|change| moves(change)) {
        let either = change.after().or(change.before());
        let level = either.and_then(|record| record.text("level")).and_then(DivisionLevel::from_code);
        if let Some(level) = level.filter(|level| *level <= DivisionLevel::Township) {
            levels.entry(level).or_default().add(change.before(), change.after());
        }
    }
    levels
}

fn length_m(record: &Record) -> f64 {
    record.geometry.as_deref().map_or(0.0, geodesic::length_m)
}

fn name(line: &Record) -> &str {
    line.label().or(line.code.as_deref()).unwrap_or_default()
}

fn about(line: &Record, rule: &str, severity: Severity, what: Bilingual, done: Bilingual) -> Finding {
    let spot = Spot { record: Some(format!("{}/{}", line.layer, line.id)), ..Spot::default() };
    Finding::new(rule, severity, spot, what, done)
}

fn moved(line: &Record, [old, new]: [f64; 2]) -> Finding {
    let (name, surveyed) = (name(line), line.get("surveyed") == Some(Value::Bool(true)));
    let what = Bilingual::new(
        format!("界线“{name}”随边界更新，长度 {old:.1} → {new:.1} 米"),
        format!("line {name} follows the border; its length goes from {old:.1} to {new:.1} m"),
    );
    let done = if surveyed {
        Bilingual::new(
            "已勘定，走向不动，只更新其余推算项",
            "it is surveyed: its course stays, derived fields are renewed",
        )
    } else {
        Bilingual::new(
            "随本次导入一起改动，人工填写的项目不动",
            "changed together with this import; what people entered stays",
        )
    };
    about(line, "border.line", Severity::Note, what, done).with_evidence(format!("{old:.1} {new:.1}"))
}

fn lost(line: &Record, [old, new]: [f64; 2]) -> Finding {
    let name = name(line);
    let what = Bilingual::new(
        format!("界线“{name}”长 {old:.0} 米，新边界双方逐点重合的只剩 {new:.0} 米"),
        format!(
            "of the {old:.0} m of line {name} only {new:.0} m of the new border are shared vertex by vertex"
        ),
    );
    let done = Bilingual::new(
        "界线记录保持原样；让邻区边界随同调整，或把邻区一并放进文件，再推导界线",
        "the line's record stays; let the neighbours be carried along or put them into the file, then derive lines",
    );
    about(line, "border.line_apart", Severity::Warning, what, done)
        .with_evidence(format!("{old:.1} {new:.1}"))
}

fn over(line: &Record) -> Finding {
    let name = name(line);
    let what = Bilingual::new(
        format!("界线“{name}”的双方按新边界不再相邻"),
        format!("by the new borders the two sides of line {name} border no more"),
    );
    let done = Bilingual::new(
        "界线记录保持原样；确属撤销的，请在界线记录中写明终止日期",
        "its record stays; where the line has ended in law, enter the day in its record",
    );
    about(line, "border.line_ended", Severity::Warning, what, done)
}

fn unmade(line: &Record) -> Finding {
    let name = name(line);
    let what = Bilingual::new(
        format!("出现新的相邻关系，尚无界线“{name}”"),
        format!("there is a new border, and no line {name} yet"),
    );
    let done = Bilingual::new("导入后在“界线”中推导", "derive lines after the import");
    Finding::new("border.line_new", Severity::Note, Spot::default(), what, done)
}
