//! B03 · GB/T 17796, numbering: one stone Q, or a pair A and B, or three C, D and E; type and count agree.

use std::collections::{BTreeMap, BTreeSet};

use super::number::stem;
use super::{Check, Found, Line, Marker, Notice, Scene};
use crate::rules::{Rule, RulesError};

/// The check.
pub const CHECK: Check = Check { rule: "B03", run };

/// The letters that stand together, and the type that they are.
const KINDS: [(&[char], &str); 3] =
    [(&['Q'], "single"), (&['A', 'B'], "double"), (&['C', 'D', 'E'], "triple")];

fn run(scene: &Scene<'_>, _: &Rule, found: &mut Found) -> Result<(), RulesError> {
    for marker in scene.markers() {
        let Some((stem, letter)) = stem(marker.number()) else { continue };
        let Some((together, kind)) = KINDS.iter().find(|(letters, _)| letters.contains(&letter)) else {
            continue;
        };
        let has = |letter: char| scene.numbered(&format!("{stem}{letter}")).next().is_some();
        fits(marker, letter, kind, found);
        let there: Vec<char> =
            KINDS.iter().flat_map(|(letters, _)| *letters).copied().filter(|c| has(*c)).collect();
        // Said once, at the first of them.
        if there != *together && there.first() == Some(&letter) {
            let wanted: String = together.iter().collect();
            let seen: String = there.iter().collect();
            let (zh, en) = (
                format!("{stem} 号登记了 {seen}，应为 {wanted}（Q 单立，A、B 双立，C、D、E 三立）"),
                format!("number {stem} has {seen}, {wanted} is expected (Q single, A and B, or C, D and E)"),
            );
            found.push(Notice::new(marker.record, zh, en).field("code").evidence(format!("{stem} {seen}")));
        }
    }
    scene.lines().for_each(|line| counts(scene, line, found));
    Ok(())
}

fn fits(marker: &Marker<'_>, letter: char, kind: &str, found: &mut Found) {
    let known = KINDS.iter().map(|(_, kind)| *kind);
    let Some(said) = marker.record.text("marker_type").filter(|said| known.clone().any(|kind| kind == *said))
    else {
        return;
    };
    if said != kind {
        let (zh, en) = (
            format!("类型码 {letter} 与界桩类型不符"),
            format!("type letter {letter} does not fit the marker's type"),
        );
        found.push(
            Notice::new(marker.record, zh, en).field("marker_type").evidence(format!("{letter} {said}")),
        );
    }
}

/// The line's own count against the stones that are registered; those of its tri-points may be counted or not.
fn counts(scene: &Scene<'_>, line: &Line<'_>, found: &mut Found) {
    let Some(said) = line.fields().and_then(|fields| fields.marker_count) else { return };
    let stones: BTreeMap<&str, usize> = scene
        .markers_of(line.code())
        .map(|m| (m.number(), m.line_codes().collect::<BTreeSet<_>>().len()))
        .collect();
    let own = stones.values().filter(|lines| **lines == 1).count();
    if [own, stones.len()].iter().all(|count| i64::try_from(*count).ok() != Some(said)) {
        let (zh, en) = (
            format!("界线登记的界桩为 {said} 颗，实有 {} 颗", stones.len()),
            format!("the line says {said} markers, {} are registered", stones.len()),
        );
        let evidence = format!("{said} {}", stones.len());
        found.push(line.notice(zh, en).field("marker_count").evidence(evidence));
    }
}
