//! B08 · GB/T 17796, alignment: what the text says of directions and lengths fits the geometry.
//!
//! The text is taken apart into legs. Where both ends of a run of legs are places of the line (its ends, its
//! markers), the legs between are laid along the line by their lengths, and each leg's direction is held
//! against the sixteen directions from true north. A text may be written from either end of the line.

use serde::Deserialize;

use super::number::stem;
use super::{Check, Found, Line, Marker, Notice, Scene};
use crate::boundary::alignment::{Direction, Leg, read};
use crate::boundary::path::Path;
use crate::crs::geodesic;
use crate::rules::{Rule, RulesError};

/// The check.
pub const CHECK: Check = Check { rule: "B08", run };

#[derive(Deserialize)]
struct Parameters {
    sectors: u8,
    length_percent: f64,
}

fn run(scene: &Scene<'_>, rule: &Rule, found: &mut Found) -> Result<(), RulesError> {
    let wanted: Parameters = rule.parameters()?;
    for line in scene.lines() {
        let Some(text) = line.record.text("alignment_text") else { continue };
        let path = Path::of(line.record.geometry.as_deref());
        if path.length_m() <= 0.0 {
            continue;
        }
        let (alignment, _) = read(text);
        if alignment.legs.is_empty() {
            let notice = line.notice("走向说明读不出走向", "no leg can be read from the alignment text");
            found.push(notice.field("alignment_text").evidence(text));
            continue;
        }
        total(line, &path, alignment.total_m, &wanted, found);
        for run in runs(&alignment.legs, &Places::of(scene, line, &path)) {
            run.check(line, &path, &wanted, found);
        }
    }
    Ok(())
}

/// The whole length that the text gives against the geometry.
fn total(line: &Line<'_>, path: &Path, said: Option<f64>, wanted: &Parameters, found: &mut Found) {
    let Some(said) = said.filter(|said| *said > 0.0) else { return };
    let metres = path.length_m();
    if (said - metres).abs() > metres * wanted.length_percent / 100.0 {
        let (zh, en) = (
            format!("走向说明的全长 {:.2} 公里与图形的 {:.2} 公里不符", said / 1000.0, metres / 1000.0),
            format!(
                "the text's whole length is {:.2} km, the map's {:.2} km",
                said / 1000.0,
                metres / 1000.0
            ),
        );
        found.push(line.notice(zh, en).field("alignment_text").evidence(format!("{said:.0} {metres:.0}")));
    }
}

/// Places of a line that a text may name, metres from the line's start.
struct Places {
    /// full numbers of markers; whether it is one of several lines, numbered apart
    markers: Vec<(String, bool, f64)>,
    ends: [(Option<String>, f64); 2],
}

impl Places {
    fn of(scene: &Scene<'_>, line: &Line<'_>, path: &Path) -> Self {
        let place = |marker: &Marker<'_>| {
            let apart = marker.line_codes().count() > 1;
            Some((marker.number().to_owned(), apart, path.nearest(marker.at()?)?.at_m))
        };
        let markers = scene.markers_of(line.code()).filter_map(place).collect();
        let text = |field| line.record.text(field).map(str::to_owned);
        Self { markers, ends: [(text("start_point"), 0.0), (text("end_point"), path.length_m())] }
    }

    /// Where a place of the text lies; `None` where it is no place that the register knows.
    fn find(&self, name: &str) -> Option<f64> {
        let name = name.trim();
        if let Some((_, at)) = self.ends.iter().find(|(own, _)| own.as_deref().is_some_and(|own| own == name))
        {
            return Some(*at);
        }
        match name {
            "起点" => return Some(0.0),
            "止点" | "终点" => return Some(self.ends[1].1),
            _ => {}
        }
        let serial = name.trim_end_matches("界桩").trim_end_matches(['号', '#']);
        let plain = |number: &str| stem(number).map_or(number, |(stem, _)| stem).to_owned();
        let wanted = plain(serial);
        if wanted.is_empty() || !wanted.ends_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        // The full number, or its serial on this line alone; stones of one number stand together.
        let fits = |number: &str, apart: bool| {
            let own = plain(number);
            own == wanted || !apart && (2..=4).contains(&wanted.len()) && own.ends_with(&wanted)
        };
        let here = self.markers.iter().filter(|(number, apart, _)| fits(number, *apart));
        let mut at: Vec<f64> = here.map(|(.., at)| *at).collect();
        at.sort_by(f64::total_cmp);
        at.get(at.len() / 2).copied()
    }
}

/// Legs between two places that are known.
struct Run<'l> {
    from_m: f64,
    to_m: f64,
    legs: &'l [Leg],
}

/// Cuts the legs at the places that are known; what stands before the first or after the last is left out.
fn runs<'l>(legs: &'l [Leg], places: &Places) -> Vec<Run<'l>> {
    let mut runs = Vec::new();
    let mut begun: Option<(usize, f64)> = None;
    for (at, leg) in legs.iter().enumerate() {
        if let Some(from) = places.find(&leg.from) {
            begun = Some((at, from));
        }
        let Some(to) = places.find(&leg.to) else { continue };
        if let Some((first, from)) = begun {
            runs.push(Run { from_m: from, to_m: to, legs: &legs[first..=at] });
        }
        begun = Some((at + 1, to));
    }
    runs
}

impl Run<'_> {
    fn check(&self, line: &Line<'_>, path: &Path, wanted: &Parameters, found: &mut Found) {
        let said: f64 = self.legs.iter().filter_map(|leg| leg.distance_m).sum();
        let metres = self.to_m - self.from_m;
        let all_said = self.legs.iter().all(|leg| leg.distance_m.is_some_and(|metres| metres > 0.0));
        // Without their lengths several legs cannot be told apart on the line.
        if metres == 0.0 || self.legs.len() > 1 && !all_said {
            return;
        }
        let (first, last) = (&self.legs[0], &self.legs[self.legs.len() - 1]);
        if all_said && (said - metres.abs()).abs() > metres.abs() * wanted.length_percent / 100.0 + 1.0 {
            let (zh, en) = (
                format!(
                    "走向说明自{}至{}共 {said:.0} 米，图形为 {:.0} 米",
                    first.from,
                    last.to,
                    metres.abs()
                ),
                format!(
                    "from {} to {} the text has {said:.0} m, the map {:.0} m",
                    first.from,
                    last.to,
                    metres.abs()
                ),
            );
            let evidence = format!("{} {} {said:.0} {:.0}", first.from, last.to, metres.abs());
            found.push(at(line, path, self.from_m, zh, en).evidence(evidence));
        }
        let mut walked = 0.0;
        for leg in self.legs {
            let share = if all_said { leg.distance_m.unwrap_or_default() / said } else { 1.0 };
            let (from, to) = (self.from_m + metres * walked, self.from_m + metres * (walked + share));
            walked += share;
            direction(line, path, (from, to), leg, wanted, found);
        }
    }
}

/// One leg's direction against the way from its one end to the other.
fn direction(
    line: &Line<'_>,
    path: &Path,
    (from, to): (f64, f64),
    leg: &Leg,
    wanted: &Parameters,
    found: &mut Found,
) {
    let (Some(said), Some(a), Some(b)) = (leg.direction, path.point(from), path.point(to)) else { return };
    let course = geodesic::course(a, b);
    if course.distance_m < 1.0 {
        return;
    }
    let drawn = Direction::of(course.azimuth_deg);
    if said.apart(drawn) > wanted.sectors {
        let (zh, en) = (
            format!("走向说明“{}至{}”向{}，图形向{}", leg.from, leg.to, said.name(), drawn.name()),
            format!(
                "{} to {}: the text goes {}, the map {}",
                leg.from,
                leg.to,
                said.english(),
                drawn.english()
            ),
        );
        let evidence = format!("{} {} {} {:.1}", leg.from, leg.to, said.name(), course.azimuth_deg);
        found.push(at(line, path, from, zh, en).evidence(evidence));
    }
}

/// About the line's text, at a place of the line.
fn at<'a>(line: &Line<'a>, path: &Path, at_m: f64, zh: String, en: String) -> Notice<'a> {
    let notice = line.notice(zh, en).field("alignment_text");
    match path.point(at_m) {
        Some(at) => notice.at(at),
        None => notice,
    }
}
