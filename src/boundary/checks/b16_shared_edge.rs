//! B16 · Decree 353, Art. 14: a line is the border that its two parties share, vertex by vertex, all of it.
//!
//! Borders are compared by their stored coordinates: equal points are bit-equal in the register. Where a line
//! departs, the distance to the party's border tells a slip of millimetres from another course.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use geo_types::{Coord, Geometry, LineString, Polygon};
use serde::Deserialize;

use super::fabric::level;
use super::{Check, Found, Line, Scene};
use crate::boundary::frame::{Frame, nearest};
use crate::crs::geodesic;
use crate::model::{Record, Severity};
use crate::rules::{Rule, RulesError};
use crate::snapshot::BorderArc;

/// The check.
pub const CHECK: Check = Check { rule: "B16", run };

#[derive(Deserialize)]
struct Parameters {
    tolerance_m: f64,
}

/// A stretch between two points by its bits, from its lower end.
pub(super) type Edge = [u64; 4];

/// An edge, whichever way it runs.
pub(super) fn edge(a: Coord, b: Coord) -> Edge {
    let (a, b) = ([a.x.to_bits(), a.y.to_bits()], [b.x.to_bits(), b.y.to_bits()]);
    let (a, b) = if a <= b { (a, b) } else { (b, a) };
    [a[0], a[1], b[0], b[1]]
}

/// The rings of an area.
pub(super) fn rings(record: &Record) -> impl Iterator<Item = &LineString> {
    let polygons: &[Polygon] = match record.geometry.as_deref() {
        Some(Geometry::MultiPolygon(parts)) => &parts.0,
        Some(Geometry::Polygon(polygon)) => std::slice::from_ref(polygon),
        _ => &[],
    };
    polygons.iter().flat_map(|polygon| std::iter::once(polygon.exterior()).chain(polygon.interiors()))
}

fn pairs(line: &LineString) -> impl Iterator<Item = (Coord, Coord)> {
    line.0.windows(2).map(|pair| (pair[0], pair[1])).filter(|(a, b)| a != b)
}

fn edges(record: &Record) -> HashSet<Edge> {
    rings(record).flat_map(pairs).map(|(a, b)| edge(a, b)).collect()
}

impl Scene<'_> {
    /// The edges that two divisions of one level share, from the arcs of the level.
    fn common(&self, a: &Record, b: &Record) -> HashSet<Edge> {
        let Some(level) = level(a).filter(|own| level(b) == Some(*own)) else { return HashSet::new() };
        let arcs = self.snapshot().arcs(level, self.day());
        let is_common = |arc: &&Arc<BorderArc>| arc.sides().iter().any(|side| side.id == b.id);
        let arcs = arcs.of(a.id).iter().filter(is_common);
        arcs.flat_map(|arc| arc.points().windows(2)).map(|pair| edge(pair[0], pair[1])).collect()
    }
}

fn run(scene: &Scene<'_>, rule: &Rule, found: &mut Found) -> Result<(), RulesError> {
    let wanted: Parameters = rule.parameters()?;
    // Lines of the same two parties are one border in several parts.
    let mut between: BTreeMap<[&str; 2], Vec<&Line<'_>>> = BTreeMap::new();
    for line in scene.all_lines() {
        let (a, b) = (line.record.text("party_a_code"), line.record.text("party_b_code"));
        if let (Some(a), Some(b)) = (a, b) {
            between.entry(if a <= b { [a, b] } else { [b, a] }).or_default().push(line);
        }
    }
    for (codes, lines) in between {
        let (Some(a), Some(b)) = (scene.division(codes[0]), scene.division(codes[1])) else { continue };
        if a.geometry.is_none() || b.geometry.is_none() || lines.iter().all(|line| !scene.looks_at(line)) {
            continue;
        }
        // Mostly all is well, and the arcs that both parties share say so.
        let common = scene.common(a, b);
        let pairs_of = |line: &&Line<'_>| line.parts().iter().flat_map(pairs).collect::<Vec<_>>();
        let drawn: HashSet<Edge> = lines.iter().flat_map(pairs_of).map(|(a, b)| edge(a, b)).collect();
        if drawn.len() == common.len() && drawn.is_subset(&common) {
            continue;
        }
        let own = [edges(a), edges(b)];
        for line in lines.iter().filter(|line| scene.looks_at(line)) {
            for (party, edges) in [a, b].into_iter().zip(&own) {
                departs(line, party, edges, &wanted, found);
            }
        }
        lacks(&lines, (a, b), &own, &drawn, found);
    }
    Ok(())
}

/// Vertices whose distance is measured; a line that departs everywhere needs no more.
const MEASURED: usize = 200;

/// Stretches of the line that are no edge of a party.
fn departs(line: &Line<'_>, party: &Record, edges: &HashSet<Edge>, wanted: &Parameters, found: &mut Found) {
    let off = || line.parts().iter().flat_map(pairs).filter(|(a, b)| !edges.contains(&edge(*a, *b)));
    let Some((first, _)) = off().next() else { return };
    let metres: f64 = off().map(|(a, b)| geodesic::distance_m(a, b)).sum();
    let far = off()
        .take(MEASURED)
        .flat_map(|(a, b)| [(distance(a, party), a), (distance(b, party), b)])
        .max_by(|a, b| a.0.total_cmp(&b.0));
    let (far, at) = far.unwrap_or((0.0, first));
    let code = party.code.as_deref().unwrap_or_default();
    let evidence = format!("{code} {metres:.1} {far:.3}");
    let notice = if far <= wanted.tolerance_m {
        let (zh, en) = (
            format!("界线有 {metres:.0} 米与 {code} 的边界位置相同而节点不同"),
            format!("{metres:.0} m of the line have other vertices than the border of {code}"),
        );
        line.notice(zh, en).severity(Severity::Warning)
    } else {
        let (zh, en) = (
            format!("界线有 {metres:.0} 米偏离 {code} 的边界，最远 {far:.2} 米"),
            format!("{metres:.0} m of the line depart from the border of {code}, up to {far:.2} m"),
        );
        line.notice(zh, en)
    };
    found.push(notice.at(at).evidence(evidence).with(party));
}

/// Metres from a point to the border of an area.
fn distance(at: Coord, area: &Record) -> f64 {
    let frame = Frame::at(at);
    let to = |(a, b): (Coord, Coord)| nearest([0.0, 0.0], frame.to(a), frame.to(b)).1;
    rings(area).flat_map(pairs).map(to).fold(f64::INFINITY, f64::min)
}

/// Stretches that both parties share and no line of theirs has: said at the first of their lines.
fn lacks(
    lines: &[&Line<'_>],
    (a, b): (&Record, &Record),
    own: &[HashSet<Edge>; 2],
    drawn: &HashSet<Edge>,
    found: &mut Found,
) {
    let is_lacking = |(from, to): &(Coord, Coord)| {
        let edge = edge(*from, *to);
        own[1].contains(&edge) && !drawn.contains(&edge)
    };
    let lacking: Vec<(Coord, Coord)> = rings(a).flat_map(pairs).filter(is_lacking).collect();
    let (Some((at, _)), Some(line)) = (lacking.first(), lines.iter().min_by_key(|line| line.record.id))
    else {
        return;
    };
    let metres: f64 = lacking.iter().map(|(a, b)| geodesic::distance_m(*a, *b)).sum();
    let (zh, en) = (
        format!("双方共有的边界有 {metres:.0} 米没有画入界线"),
        format!("{metres:.0} m of the border that both parties share are not in the line"),
    );
    found.push(line.notice(zh, en).at(*at).evidence(format!("{metres:.1}")).with(a).with(b));
}
