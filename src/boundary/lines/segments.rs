//! The stretches of a line between its markers, with what they follow and who leads their inspection. What people
//! have entered for a stretch between the same markers stays.

use super::follow::{self, Along};
use crate::boundary::defaults::{Follow, Lead};
use crate::boundary::path::Path;
use crate::boundary::station::Station;
use crate::model::layers::LineSegment;

/// Words for the ends of a line that have no name.
pub const START: &str = "起点";
/// As [`START`], for the other end.
pub const END: &str = "止点";

/// Stones nearer to an end of the line than this stand at the end, metres; those of a tri-point within [`TRIPOINT_M`].
const END_M: f64 = 10.0;
const TRIPOINT_M: f64 = 300.0;

/// What segments are made from.
pub struct Made<'a> {
    /// the line
    pub path: &'a Path,
    /// its markers
    pub stations: &'a [Station],
    /// what it follows
    pub runs: &'a [Along],
    /// name of its start
    pub start: Option<&'a str>,
    /// name of its end
    pub end: Option<&'a str>,
}

/// The stretches, from the line's start to its end.
pub fn segments(made: &Made<'_>, follow: &Follow, lead: Lead, known: &[LineSegment]) -> Vec<LineSegment> {
    let stops = stops(made);
    let total = made.path.length_m();
    let mut out: Vec<LineSegment> = Vec::with_capacity(stops.len());
    for (at, pair) in stops.windows(2).enumerate() {
        let [(from_m, from), (to_m, to)] = pair else { continue };
        let followed = follow::summary(made.runs, made.path, *from_m, *to_m, follow);
        let mut segment = LineSegment {
            number: (at + 1).to_string(),
            from_marker: from.clone(),
            to_marker: to.clone(),
            length_m: Some(((to_m - from_m) * 10.0).round() / 10.0),
            lead_side: leader(lead, at, (from_m + to_m) / 2.0 < total / 2.0).into(),
            ..LineSegment::default()
        };
        if let Some(feature) = followed {
            segment.feature = feature.kind;
            segment.feature_name = feature.name;
        }
        if let Some(before) = known.iter().find(|before| same(before, &segment)) {
            keep(&mut segment, before);
        }
        out.push(segment);
    }
    out
}

/// Metres and name of the start, the markers, the end.
fn stops(made: &Made<'_>) -> Vec<(f64, String)> {
    let total = made.path.length_m();
    let at_end = |station: &Station, off: f64| off < END_M || station.is_tripoint() && off < TRIPOINT_M;
    let mut stops = vec![(0.0, made.start.unwrap_or(START).to_owned())];
    let mut end = made.end.unwrap_or(END).to_owned();
    for station in made.stations {
        if at_end(station, station.at_m) {
            // The marker says better than a name where the line begins, unless it has one.
            if made.start.is_none() {
                stops[0].1.clone_from(&station.stem);
            }
        } else if at_end(station, total - station.at_m) {
            if made.end.is_none() {
                end.clone_from(&station.stem);
            }
        } else {
            stops.push((station.at_m, station.stem.clone()));
        }
    }
    stops.push((total, end));
    stops
}

/// The side that leads a stretch, as a proposal.
fn leader(lead: Lead, at: usize, first_half: bool) -> &'static str {
    match lead {
        Lead::Alternate if at.is_multiple_of(2) => "a",
        Lead::Alternate => "b",
        Lead::A => "a",
        Lead::B => "b",
        Lead::Halves if first_half => "a",
        Lead::Halves => "b",
    }
}

/// What the proposal says in the field for the care split; a proposal, and it says so.
pub fn split_text(lead: Lead) -> &'static str {
    match lead {
        Lead::Alternate => "奇数段由甲方牵头，偶数段由乙方牵头（系统建议，以协议书为准）",
        Lead::A => "各段由甲方牵头（系统建议，以协议书为准）",
        Lead::B => "各段由乙方牵头（系统建议，以协议书为准）",
        Lead::Halves => "前半线由甲方牵头，后半线由乙方牵头（系统建议，以协议书为准）",
    }
}

/// Whether both are the stretch between the same markers, whichever way they are named; unnamed ends fit any end.
fn same(before: &LineSegment, now: &LineSegment) -> bool {
    let end = |word: &str| word == START || word == END || word.contains("交点") || word.contains("交会点");
    let alike = |a: &str, b: &str| a == b || end(a) && end(b);
    alike(&before.from_marker, &now.from_marker) && alike(&before.to_marker, &now.to_marker)
        || alike(&before.from_marker, &now.to_marker) && alike(&before.to_marker, &now.from_marker)
}

/// What people may have entered stays; figures and order are derived.
fn keep(segment: &mut LineSegment, before: &LineSegment) {
    if !before.feature.is_empty() {
        segment.feature.clone_from(&before.feature);
        segment.feature_name.clone_from(&before.feature_name);
    }
    if !before.lead_side.is_empty() {
        segment.lead_side.clone_from(&before.lead_side);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::boundary::defaults;
    use geo_types::wkt;

    fn station(stem: &str, at_m: f64) -> Station {
        Station { stem: stem.into(), at_m, stones: Vec::new() }
    }

    #[test]
    fn stretches_run_from_marker_to_marker_and_keep_what_was_entered() {
        let path = Path::new(&wkt!(MULTILINESTRING((102.7 25.0,102.71 25.0,102.73 25.0))));
        let stations = [station("x001", 4.0), station("x002", 1000.0), station("x003", 2000.0)];
        let made =
            Made {
                path: &path, stations: &stations, runs: &[], start: None, end: Some("甲乙丙三交点")
            };
        let follow = &defaults().follow;
        let known = LineSegment {
            from_marker: "x003".into(),
            to_marker: "x002".into(),
            feature: "ridge".into(),
            lead_side: "joint".into(),
            ..LineSegment::default()
        };
        let found = segments(&made, follow, Lead::Alternate, &[known]);
        let plain: Vec<_> = found
            .iter()
            .map(|s| (&*s.number, &*s.from_marker, &*s.to_marker, &*s.feature, &*s.lead_side))
            .collect();
        assert_eq!(
            plain,
            [
                ("1", "x001", "x002", "straight", "a"),
                ("2", "x002", "x003", "ridge", "joint"),
                ("3", "x003", "甲乙丙三交点", "straight", "a")
            ]
        );
        let metres: f64 = found.iter().filter_map(|s| s.length_m).sum();
        assert!((metres - path.length_m()).abs() < 0.2);
        let halves = segments(&made, follow, Lead::Halves, &[]);
        let sides: Vec<_> = halves.iter().map(|s| s.lead_side.as_str()).collect();
        assert_eq!(sides, ["a", "a", "b"]);
    }

    #[test]
    fn a_line_without_markers_is_one_stretch() {
        let path = Path::new(&wkt!(MULTILINESTRING((102.7 25.0,102.73 25.0))));
        let made = Made { path: &path, stations: &[], runs: &[], start: None, end: None };
        let found = segments(&made, &defaults().follow, Lead::B, &[]);
        assert_eq!((found.len(), &*found[0].from_marker, &*found[0].to_marker), (1, START, END));
        assert_eq!(found[0].lead_side, "b");
    }
}
