//! N21 · Art. 9 (2): a direction in a name is the direction on the map: an east road lies east of its west road,
//! a road east of a lake on its east side.

use geo_types::Coord;
use serde::Deserialize;

use super::class::NameClass;
use super::conflict::{about, metres};
use super::scene::{Conflict, Scene, Subject};
use super::{Check, Entry};
use crate::crs::geodesic;
use crate::findings::Found;
use crate::rules::{Rule, RulesError};

/// The check.
pub const CHECK: Check = Check { rule: "N21", run };

#[derive(Deserialize)]
struct Parameters {
    near_m: f64,
    least_m: f64,
}

/// Directions, their opposites and where they point, east and north.
const DIRECTIONS: [(char, char, [f64; 2]); 4] = [
    ('东', '西', [1.0, 0.0]),
    ('西', '东', [-1.0, 0.0]),
    ('南', '北', [0.0, -1.0]),
    ('北', '南', [0.0, 1.0]),
];

fn direction(c: char) -> Option<(char, [f64; 2])> {
    DIRECTIONS.iter().find(|(own, _, _)| *own == c).map(|(_, opposite, to)| (*opposite, *to))
}

fn run(scene: &Scene<'_>, rule: &Rule, found: &mut Found) -> Result<(), RulesError> {
    let wanted: Parameters = rule.parameters()?;
    for subject in &scene.subjects {
        let specific: Vec<char> = subject.specific.chars().collect();
        // 人民东: at least a character is left in front of the direction.
        let [before @ .., last] = &specific[..] else { continue };
        let Some((opposite, to)) = direction(*last) else { continue };
        let Some(at) = subject.at().filter(|_| before.len() > 1) else { continue };
        let stem: String = before.iter().collect();
        let other = format!("{stem}{opposite}{}", subject.generic);
        let other = super::text::compared(&other, subject.class);
        let siblings = scene.conflicts(subject, scene.inventory.written(&other), |entry: &Entry| {
            entry.standing_on(scene.day).counts() && entry.class.meets(subject.class)
        });
        let near = |one: &&Conflict| one.metres.is_some_and(|metres| metres <= wanted.near_m);
        if let Some(sibling) = siblings.iter().find(near) {
            said(scene, subject, (at, to, *last), sibling, wanted.least_m, found);
            continue;
        }
        // 翠湖东路: the feature that the road is named after.
        let features = scene.conflicts(subject, scene.inventory.written(&stem), |entry: &Entry| {
            matches!(entry.class, NameClass::Water | NameClass::Land | NameClass::Facility)
        });
        if let Some(feature) = features.iter().find(near) {
            said(scene, subject, (at, to, *last), feature, wanted.least_m, found);
        }
    }
    Ok(())
}

fn said(
    scene: &Scene<'_>,
    subject: &Subject<'_>,
    (at, to, word): (Coord, [f64; 2], char),
    other: &Conflict,
    least_m: f64,
    found: &mut Found,
) {
    let entry = scene.inventory.entry(other.nth);
    let Some(from) = entry.at() else { return };
    let course = geodesic::course(from, at);
    let angle = course.azimuth_deg.to_radians();
    let toward = course.distance_m * (angle.sin() * to[0] + angle.cos() * to[1]);
    if toward > -least_m {
        return;
    }
    let far = metres(-toward);
    let opposite = direction(word).map_or(word, |(opposite, _)| opposite);
    let zh = format!("名为“{word}”，却在“{}”以{opposite} {}", entry.name, far.zh);
    let en = format!("its name says {word}, but it lies {} on the other side of {}", far.en, entry.name);
    found.push(about(scene, subject, std::slice::from_ref(other), (zh, en)));
}
