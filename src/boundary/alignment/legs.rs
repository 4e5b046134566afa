//! Legs from a line: its shape, the markers on it, what it follows. Between two markers the line is one leg where it
//! keeps to one feature and roughly one direction, else several.

use geo_types::Coord;

use super::{Alignment, Direction, Leg};
use crate::boundary::frame::{self, Frame};
use crate::boundary::lines::follow::{self, Along};
use crate::boundary::path::Path;
use crate::crs::geodesic;
use crate::model::layers::LineSegment;

/// A leg bends where the line departs from the straight way by more than this share of it, and is longer than this.
const BEND: f64 = 0.25;
const BEND_M: f64 = 400.0;
/// At most so many turns between two markers, and one for so many metres: a text is to be read.
const TURNS: usize = 16;
const TURN_M: f64 = 1_500.0;

/// The legs of a line by its stretches between markers (`segments`, as a line's record has them).
///
/// Stretches without a length share what is left of the line evenly.
pub fn legs(path: &Path, segments: &[LineSegment], runs: &[Along]) -> Alignment {
    let mut found = Alignment { legs: Vec::new(), total_m: Some(path.length_m().round()) };
    for (segment, (from_m, to_m)) in segments.iter().zip(spans(path, segments)) {
        let before = found.legs.len();
        for (from_m, to_m, feature) in stretches(segment, runs, from_m, to_m) {
            for (from_m, to_m) in straightened(path, from_m, to_m) {
                found.legs.push(leg(path, from_m, to_m, feature.clone()));
            }
        }
        if let Some(first) = found.legs.get_mut(before) {
            first.from.clone_from(&segment.from_marker);
        }
        if let Some(last) = found.legs[before..].last_mut() {
            last.to.clone_from(&segment.to_marker);
        }
    }
    found
}

/// A line described in words, from its record's segments.
pub fn described(path: &Path, segments: &[LineSegment], runs: &[Along]) -> String {
    super::write(&legs(path, segments, runs))
}

/// Where the stretches begin and end, metres.
fn spans(path: &Path, segments: &[LineSegment]) -> Vec<(f64, f64)> {
    let total = path.length_m();
    let known: f64 = segments.iter().filter_map(|segment| segment.length_m).sum();
    let unknown = segments.iter().filter(|segment| segment.length_m.is_none()).count();
    let rest = if unknown > 0 { (total - known).max(0.0) / unknown as f64 } else { 0.0 };
    let all = known + rest * unknown as f64;
    // Lengths by hand need not add up to the line's.
    let scale = if all > 0.0 { total / all } else { 1.0 };
    let mut at = 0.0;
    let spans = segments.iter().map(|segment| {
        let from = at;
        at += segment.length_m.unwrap_or(rest) * scale;
        (from, at.min(total))
    });
    spans.collect()
}

type Feature = Option<(String, String)>;

/// A stretch cut where what it follows changes; where people said what it follows, that holds for all of it.
fn stretches(segment: &LineSegment, runs: &[Along], from_m: f64, to_m: f64) -> Vec<(f64, f64, Feature)> {
    let said = |feature: &str, name: &str| {
        let plain = ["", "mixed", "other"].contains(&feature);
        (!plain).then(|| (feature.to_owned(), name.to_owned()))
    };
    let whole = said(&segment.feature, &segment.feature_name);
    let inside: Vec<&Along> = runs.iter().filter(|run| run.to_m > from_m && run.from_m < to_m).collect();
    let agrees =
        inside.iter().any(|run| run.feature.as_ref().is_some_and(|feature| feature.kind == segment.feature));
    if inside.len() < 2 || whole.is_some() && !agrees {
        return vec![(from_m, to_m, whole)];
    }
    let cut = inside.iter().map(|run| {
        let feature = run.feature.as_ref().and_then(|feature| said(&feature.kind, &feature.name));
        (run.from_m.max(from_m), run.to_m.min(to_m), feature)
    });
    cut.filter(|(from, to, _)| to - from > 1.0).collect()
}

/// A stretch cut where it bends most, as long as a part bends much.
fn straightened(path: &Path, from_m: f64, to_m: f64) -> Vec<(f64, f64)> {
    let mut parts = vec![(from_m, to_m)];
    let turns = ((to_m - from_m) / TURN_M).ceil().clamp(1.0, TURNS as f64) as usize;
    while parts.len() <= turns {
        let bends =
            parts.iter().enumerate().filter_map(|(at, (from, to))| Some((at, bend(path, *from, *to)?)));
        let Some((at, (_, middle))) = bends.max_by(|a, b| a.1.0.total_cmp(&b.1.0)) else { break };
        let (from, to) = parts[at];
        parts.splice(at..=at, [(from, middle), (middle, to)]);
    }
    parts
}

/// How much a stretch bends (metres off the straight way) and where most, if it is worth a turn.
fn bend(path: &Path, from_m: f64, to_m: f64) -> Option<(f64, f64)> {
    if to_m - from_m < BEND_M {
        return None;
    }
    let (start, end) = (path.point(from_m)?, path.point(to_m)?);
    let frame = Frame::at(start);
    let (a, b) = (frame.to(start), frame.to(end));
    // The line is farthest off at one of its vertices.
    let off = path.vertices(from_m, to_m).map(|(at, c)| (frame::nearest(frame.to(c), a, b).1, at));
    let (off, at) = off.max_by(|a, b| a.0.total_cmp(&b.0))?;
    (off > BEND * frame::length(frame::minus(b, a))).then_some((off, at))
}

fn leg(path: &Path, from_m: f64, to_m: f64, feature: Feature) -> Leg {
    let ends: Option<(Coord, Coord)> = path.point(from_m).zip(path.point(to_m));
    let azimuth = ends.filter(|(a, b)| a != b).map(|(a, b)| geodesic::course(a, b).azimuth_deg);
    let (feature, feature_name) = feature.unwrap_or_else(|| {
        let follow = &crate::boundary::defaults().follow;
        let straight = follow::summary(&[], path, from_m, to_m, follow);
        (straight.map(|feature| feature.kind).unwrap_or_default(), String::new())
    });
    Leg {
        direction: azimuth.map(Direction::of),
        distance_m: Some((to_m - from_m).round()),
        feature,
        feature_name,
        ..Leg::default()
    }
}

#[cfg(test)]
mod tests {
    use super::super::read;
    use super::*;
    use geo_types::wkt;

    fn segment(from: &str, to: &str, feature: &str, name: &str, length_m: f64) -> LineSegment {
        LineSegment {
            from_marker: from.into(),
            to_marker: to.into(),
            feature: feature.into(),
            feature_name: name.into(),
            length_m: Some(length_m),
            ..LineSegment::default()
        }
    }

    #[test]
    fn a_line_is_described_by_its_markers_and_turns() {
        // 2,018 m east, 2,216 m north.
        let path = Path::new(&wkt!(MULTILINESTRING((102.70 25.0,102.72 25.0,102.72 25.02))));
        let one = [segment("起点", "止点", "", "", path.length_m())];
        let found = legs(&path, &one, &[]);
        let plain: Vec<_> = found
            .legs
            .iter()
            .map(|leg| (&*leg.from, leg.direction.map(Direction::name), &*leg.feature, &*leg.to))
            .collect();
        assert_eq!(plain, [("起点", Some("东"), "straight", ""), ("", Some("北"), "straight", "止点")]);
        let two =
            [segment("起点", "001", "road", "人民路", 2018.0), segment("001", "止点", "ridge", "", 2216.0)];
        let text = described(&path, &two, &[]);
        assert!(text.starts_with("自起点起，沿人民路中心线向东行201"), "{text}");
        assert!(text.contains("至001号界桩；再沿山脊线向北行221"), "{text}");
        assert!(
            text.ends_with("至止点止。全长4.234公里。") || text.ends_with("至止点止。全长4.233公里。"),
            "{text}"
        );
        let (back, unread) = read(&text);
        assert_eq!((back, unread), (legs(&path, &two, &[]), vec![]));
    }
}
