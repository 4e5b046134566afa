//! B02 · GB/T 17796, numbering: a marker's full number follows its level's pattern, no other has it, and the
//! serials of a line run from 001 without a gap.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::number::{self, Parts};
use super::{Check, Found, Line, Marker, Notice, Scene};
use crate::model::layers::DivisionLevel;
use crate::rules::{Rule, RulesError};

/// The check.
pub const CHECK: Check = Check { rule: "B02", run };

#[derive(Deserialize)]
struct Parameters {
    pattern_province: String,
    pattern_prefecture: String,
    pattern_county: String,
    pattern_township: String,
    pattern_tripoint: String,
    first: u32,
}

impl Parameters {
    fn pattern(&self, level: DivisionLevel) -> Option<&str> {
        match level {
            DivisionLevel::Province => Some(&self.pattern_province),
            DivisionLevel::Prefecture => Some(&self.pattern_prefecture),
            DivisionLevel::County => Some(&self.pattern_county),
            DivisionLevel::Township => Some(&self.pattern_township),
            _ => None,
        }
    }
}

fn run(scene: &Scene<'_>, rule: &Rule, found: &mut Found) -> Result<(), RulesError> {
    let wanted: Parameters = rule.parameters()?;
    for marker in scene.markers() {
        form(scene, marker, &wanted, found);
        unique(scene, marker, found);
    }
    for line in scene.lines() {
        continuous(scene, line, &wanted, found);
    }
    Ok(())
}

/// Whether it stands where several lines meet: such markers are numbered apart.
fn is_tripoint(marker: &Marker<'_>) -> bool {
    marker.line_codes().count() > 1 || marker.record.text("marker_type") == Some("triple")
}

/// The level of a marker: its own, else that of its line.
fn level(scene: &Scene<'_>, marker: &Marker<'_>) -> Option<DivisionLevel> {
    let own = marker.record.text("level").and_then(DivisionLevel::from_code);
    own.or_else(|| marker.line_codes().find_map(|code| scene.line(code)?.level()))
}

fn read(scene: &Scene<'_>, marker: &Marker<'_>, wanted: &Parameters) -> Option<Parts> {
    let pattern = wanted.pattern(level(scene, marker)?)?;
    let plain = number::read(pattern, marker.number(), marker.line_codes());
    match is_tripoint(marker) {
        true => {
            plain.or_else(|| number::read(&wanted.pattern_tripoint, marker.number(), marker.line_codes()))
        }
        false => plain,
    }
}

fn form(scene: &Scene<'_>, marker: &Marker<'_>, wanted: &Parameters, found: &mut Found) {
    let Some(pattern) = level(scene, marker).and_then(|level| wanted.pattern(level)) else { return };
    if read(scene, marker, wanted).is_some() {
        return;
    }
    let pattern = if is_tripoint(marker) { &wanted.pattern_tripoint } else { pattern };
    let number = marker.number();
    let (zh, en) = (
        format!("界桩全号“{number}”不合写法 {pattern}（界线编号、顺序号、类型码）"),
        format!("the full number {number:?} does not follow {pattern} (line, serial, type)"),
    );
    found.push(Notice::new(marker.record, zh, en).field("code").evidence(number));
}

fn unique(scene: &Scene<'_>, marker: &Marker<'_>, found: &mut Found) {
    let number = marker.number();
    let others = scene.numbered(number).filter(|other| other.record.id != marker.record.id);
    let Some(other) = others.min_by_key(|other| other.record.id).filter(|_| !number.is_empty()) else {
        return;
    };
    let (zh, en) = (
        format!("界桩全号“{number}”另有一颗界桩使用"),
        format!("another marker has the full number {number:?}"),
    );
    found.push(Notice::new(marker.record, zh, en).field("code").evidence(number).with(other.record));
}

/// Serials that a finding names.
const NAMED: usize = 12;

fn continuous(scene: &Scene<'_>, line: &Line<'_>, wanted: &Parameters, found: &mut Found) {
    let own = scene.markers_of(line.code()).filter(|marker| !is_tripoint(marker));
    let serials: BTreeSet<u32> =
        own.filter_map(|m| read(scene, m, wanted)).map(|parts| parts.serial).collect();
    let Some(&last) = serials.last() else { return };
    let missing: Vec<u32> = (wanted.first..last).filter(|serial| !serials.contains(serial)).collect();
    if missing.is_empty() {
        return;
    }
    let named: Vec<String> = missing.iter().take(NAMED).map(|serial| format!("{serial:03}")).collect();
    let more = if missing.len() > NAMED { ("等", " and more") } else { ("", "") };
    let (zh, en) = (
        format!("界线的界桩编号不连续，缺 {} 号：{}{}", missing.len(), named.join("、"), more.0),
        format!(
            "{} serials of the line's markers are missing: {}{}",
            missing.len(),
            named.join(", "),
            more.1
        ),
    );
    found.push(line.notice(zh, en).evidence(named.join(" ")));
}
