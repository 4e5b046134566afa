//! B15 · Marker Measures: three lines meet in one point, which has markers of its own and an agreement.
//!
//! Ends of county lines that lie near each other but are not the same point are told; so is a point where three
//! lines meet without a marker that names them all.

use std::collections::BTreeSet;

use geo_types::{Coord, Rect};
use serde::Deserialize;

use super::{Check, Found, Line, Marker, Scene};
use crate::boundary::frame::Frame;
use crate::crs::geodesic;
use crate::model::Layer;
use crate::rules::{Rule, RulesError};

/// The check.
pub const CHECK: Check = Check { rule: "B15", run };

#[derive(Deserialize)]
struct Parameters {
    near_m: f64,
    markers_m: f64,
}

fn run(scene: &Scene<'_>, rule: &Rule, found: &mut Found) -> Result<(), RulesError> {
    let wanted: Parameters = rule.parameters()?;
    for line in scene.lines().filter(|line| line.is_county_up()) {
        for (which, end) in ends(line) {
            let met = meeting(scene, line, end, &wanted);
            apart(line, which, end, &met, found);
            if met.same.len() >= 2 {
                marked(scene, line, end, &met, &wanted, found);
            }
        }
    }
    Ok(())
}

/// Both ends of a line with their fields.
fn ends(line: &Line<'_>) -> impl Iterator<Item = (&'static str, Coord)> {
    let first = line.parts().first().and_then(|part| part.0.first()).copied();
    let last = line.parts().last().and_then(|part| part.0.last()).copied();
    let ring = first == last;
    let both = [("start_point", first), ("end_point", last)];
    both.into_iter().filter_map(move |(which, end)| Some((which, end.filter(|_| !ring)?)))
}

/// The other lines of the level at an end.
struct Met<'s, 'a> {
    /// that end in the very point
    same: Vec<&'s Line<'a>>,
    /// that end near it, with the distance in metres
    near: Vec<(f64, &'s Line<'a>)>,
}

fn meeting<'s, 'a>(scene: &'s Scene<'a>, line: &Line<'a>, end: Coord, wanted: &Parameters) -> Met<'s, 'a> {
    let about = Frame::at(end).degrees(wanted.near_m);
    let window = Rect::new(end - about, end + about);
    let mut met = Met { same: Vec::new(), near: Vec::new() };
    for record in scene.snapshot().layer(Layer::BoundaryLine).window(window) {
        let Some(other) = record.code.as_deref().and_then(|code| scene.line(code)) else { continue };
        let is_other = other.record.id == record.id && record.id != line.record.id;
        if !is_other || other.level() != line.level() || !record.valid.contains(scene.day()) {
            continue;
        }
        let metres =
            ends(other).map(|(_, far)| if far == end { 0.0 } else { geodesic::distance_m(far, end) });
        match metres.min_by(f64::total_cmp) {
            Some(0.0) => met.same.push(other),
            Some(metres) if metres <= wanted.near_m => met.near.push((metres, other)),
            _ => {}
        }
    }
    met.same.sort_by_key(|other| other.record.id);
    met.near.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.record.id.cmp(&b.1.record.id)));
    met
}

fn apart(line: &Line<'_>, which: &'static str, end: Coord, met: &Met<'_, '_>, found: &mut Found) {
    let Some((metres, other)) = met.near.first() else { return };
    let (zh, en) = (
        format!("端点与界线 {} 的端点相距 {metres:.2} 米，应交于同一点", other.code()),
        format!("the end lies {metres:.2} m from an end of line {}; they should be one point", other.code()),
    );
    let evidence = format!("{} {metres:.2}", other.code());
    found.push(line.notice(zh, en).at(end).field(which).evidence(evidence).with(other.record));
}

/// A marker of the tri-point names all lines that meet there. Said once, at the first of them.
fn marked(
    scene: &Scene<'_>,
    line: &Line<'_>,
    end: Coord,
    met: &Met<'_, '_>,
    wanted: &Parameters,
    found: &mut Found,
) {
    if met.same.iter().any(|other| other.record.id < line.record.id) {
        return;
    }
    let codes: BTreeSet<&str> = met.same.iter().map(|other| other.code()).chain([line.code()]).collect();
    let names_all = |marker: &&Marker<'_>| {
        let own: BTreeSet<&str> = marker.line_codes().collect();
        let near = marker.at().is_some_and(|at| geodesic::distance_m(at, end) <= wanted.markers_m);
        near && codes.is_subset(&own)
    };
    let all: Vec<&str> = codes.iter().copied().collect();
    let here: Vec<&Marker<'_>> = scene.markers_of(line.code()).filter(names_all).collect();
    let notice = if here.is_empty() {
        let (zh, en) = (
            format!("{} 条界线在此相交，没有列明全部界线的交会点界桩", codes.len()),
            format!("{} lines meet here without a marker that names them all", codes.len()),
        );
        line.notice(zh, en)
    } else if here.iter().all(|marker| marker.record.get("tripoint_agreement").is_none()) {
        line.notice("交会点界桩没有登记交会点协议书", "no marker of the tri-point names its agreement")
    } else {
        return;
    };
    let notice = notice.at(end).evidence(all.join(" "));
    found.push(met.same.iter().fold(notice, |notice, other| notice.with(other.record)));
}
