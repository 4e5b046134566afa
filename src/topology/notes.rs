//! What is worth knowing about a coverage and no fault: exclaves, enclosed features, features of several parts; and
//! parts so narrow that they may be a fault.

use geo_types::{Geometry, LineString, Polygon};
use rayon::prelude::*;

use super::coverage::{Coverage, OUTSIDE};
use super::finding::{Flaw, Kind};
use super::ground::Settings;
use crate::model::Severity;

/// Notes and warnings on single features. O(vertices).
pub(super) fn of(coverage: &Coverage, settings: &Settings) -> Vec<Flaw> {
    (0..coverage.features())
        .into_par_iter()
        .flat_map_iter(|feature| of_feature(coverage, feature, settings))
        .collect()
}

fn of_feature(coverage: &Coverage, feature: usize, settings: &Settings) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    let parts = coverage.parts_of(feature);
    if parts.len() > 1 {
        of_several(coverage, feature, settings, &mut flaws);
    } else if let Some(around) = parts.clone().next().and_then(|part| neighbours(coverage, part))
        && let [one] = around[..]
    {
        flaws.push(note(coverage, feature, Kind::Enclosed, parts.start, settings, Some(one)));
    }
    for part in parts {
        slivers(coverage, feature, part, settings, &mut flaws);
    }
    flaws
}

fn of_several(coverage: &Coverage, feature: usize, settings: &Settings, flaws: &mut Vec<Flaw>) {
    let parts = coverage.parts_of(feature);
    let area = |part: usize| coverage.area2(coverage.ring(coverage.rings_of(part).start)).abs();
    let main = parts.clone().max_by(|p, q| area(*p).total_cmp(&area(*q)));
    let geometry = coverage.geometry(feature);
    let polygons = super::coverage::polygons(&geometry);
    flaws.push(Flaw {
        kind: Kind::Multipart,
        severity: Severity::Note,
        features: vec![feature as u32],
        area: polygons.iter().map(|part| settings.metric.ground(part)).sum(),
        width: 0.0,
        place: geometry,
    });
    for part in parts.filter(|part| Some(*part) != main) {
        if neighbours(coverage, part).is_some() {
            flaws.push(note(coverage, feature, Kind::Exclave, part, settings, None));
        }
    }
}

fn note(
    coverage: &Coverage,
    feature: usize,
    kind: Kind,
    part: usize,
    settings: &Settings,
    other: Option<u32>,
) -> Flaw {
    let polygon = shell(coverage, part);
    let mut features = vec![feature as u32];
    features.extend(other);
    Flaw {
        kind,
        severity: Severity::Note,
        features,
        area: settings.metric.ground(&polygon),
        width: 0.0,
        place: Geometry::Polygon(polygon),
    }
}

fn shell(coverage: &Coverage, part: usize) -> Polygon {
    let ring = coverage.ring(coverage.rings_of(part).start);
    let line = ring.iter().chain(ring.first()).map(|point| coverage.point(*point)).collect();
    Polygon::new(LineString(line), Vec::new())
}

/// The features all round a part; `None` where any of its outer border is open.
fn neighbours(coverage: &Coverage, part: usize) -> Option<Vec<u32>> {
    let ring = coverage.rings_of(part).start;
    let mut round = Vec::new();
    for one in coverage.ring_arcs(ring) {
        let sides = coverage.sides(one.arc());
        let left = coverage.inside_left(ring) != one.reversed();
        let other = if left { sides.right } else { sides.left };
        if other == OUTSIDE || !sides.is_settled() {
            return None;
        }
        round.push(other);
    }
    round.sort_unstable();
    round.dedup();
    (!round.is_empty()).then_some(round)
}

fn slivers(coverage: &Coverage, feature: usize, part: usize, settings: &Settings, flaws: &mut Vec<Flaw>) {
    let ring = coverage.ring(coverage.rings_of(part).start);
    let Some(first) = ring.first() else { return };
    let scale = settings.metric.scale(coverage.point(*first).y);
    let around: f64 = ring
        .iter()
        .zip(ring.iter().skip(1).chain(ring.first()))
        .map(|(a, b)| {
            let way = coverage.point(*b) - coverage.point(*a);
            ((way.x * scale.x).powi(2) + (way.y * scale.y).powi(2)).sqrt()
        })
        .sum();
    let area = coverage.area2(ring).abs() / 2.0 * scale.x * scale.y;
    // The largest circle is at least as wide as the mean width.
    if 2.0 * area > settings.sliver_width * around {
        return;
    }
    let polygon = shell(coverage, part);
    let width = settings.metric.width(&polygon);
    if width < settings.sliver_width {
        flaws.push(Flaw {
            kind: Kind::Sliver,
            severity: Severity::Warning,
            features: vec![feature as u32],
            area: settings.metric.ground(&polygon),
            width,
            place: Geometry::Polygon(polygon),
        });
    }
}
