//! Each rule has one check, a scene in which it is kept and one in which it alone is broken; an edit is checked
//! as the whole register would be.

use std::collections::BTreeSet;

use geo_types::{Geometry, LineString, MultiPolygon, Polygon};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::scenes::{ALIGNMENT, ES, MIDDLE, Register, WE, WS, area, day, line, off, point, sound};
use super::*;
use crate::boundary::standard::Target;
use crate::model::{Change, Layer, Severity};
use crate::rules::Rules;
use crate::snapshot::Snapshot;
use Layer::{
    BoundaryLine, BoundaryMarker, Compound, Division, HouseholdCount, InspectionRecord, InspectionRound,
};

type Break = (&'static str, fn(&mut Register));

fn q(line: &str) -> String {
    format!("{line}001Q")
}

/// What breaks one rule and no other.
const BROKEN: &[Break] = &[
    ("B01", |r| r.set(BoundaryLine, WE, json!({ "agreement_no": null, "approver": null }))),
    ("B01", |r| r.set(BoundaryLine, WE, json!({ "agreement_scale": null }))),
    ("B01", |r| r.set(BoundaryLine, WS, json!({ "level": "community" }))),
    ("B02", |r| {
        // 002 is missing between 001 and 003.
        r.recode(BoundaryMarker, &format!("{WE}002A"), &format!("{WE}003A"));
        r.recode(BoundaryMarker, &format!("{WE}002B"), &format!("{WE}003B"));
    }),
    ("B02", |r| r.recode(BoundaryMarker, &q(ES), "界桩一号")),
    ("B03", |r| {
        r.remove(BoundaryMarker, &format!("{WE}002B"));
        r.set(BoundaryLine, WE, json!({ "marker_count": 2 }));
    }),
    ("B03", |r| r.set(BoundaryMarker, &q(WS), json!({ "marker_type": "double" }))),
    ("B03", |r| r.set(BoundaryLine, WE, json!({ "marker_count": 9 }))),
    ("B04", |r| r.set(BoundaryMarker, &q(ES), json!({ "responsible_side": null }))),
    ("B05", |r| {
        let two = json!([{ "object": "树", "azimuth_deg": 1.0, "distance_m": 2.0 }]);
        r.set(BoundaryMarker, &q(ES), json!({ "references": two }));
    }),
    ("B05", |r| {
        let object = |azimuth: f64| json!({ "object": "树", "azimuth_deg": azimuth, "distance_m": 20.0 });
        r.set(BoundaryMarker, &q(ES), json!({ "references": [object(1.0), object(90.0), object(361.0)] }));
    }),
    ("B06", |r| r.set(BoundaryMarker, &q(ES), json!({ "zone": 35 }))),
    ("B06", |r| {
        r.set(BoundaryMarker, &q(ES), json!({ "zone": 34, "x_m": 2_766_000.0, "y_m": 575_000.0 }));
    }),
    ("B07", |r| r.shape(BoundaryMarker, &q(WE), off((102.70, 25.08), 1.5, 0.0))),
    ("B07", |r| r.shape(BoundaryMarker, &format!("{WE}002B"), point(102.6994, 25.0501))),
    ("B08", |r| {
        r.set(
            BoundaryLine,
            WE,
            json!({ "alignment_text": ALIGNMENT.replacen("向南行3323", "向东行3323", 1) }),
        )
    }),
    ("B08", |r| {
        r.set(BoundaryLine, WE, json!({ "alignment_text": ALIGNMENT.replacen("11.078", "12.078", 1) }))
    }),
    ("B08", |r| r.set(BoundaryLine, WE, json!({ "alignment_text": "详见附图" }))),
    ("B09", |r| {
        r.set(BoundaryLine, WE, json!({ "last_inspection": "2020-12-31", "next_inspection": null }));
    }),
    ("B09", |r| r.set(BoundaryLine, WE, json!({ "next_inspection": "2029-05-02" }))),
    ("B10", |r| r.remove(InspectionRecord, "R1-5")),
    ("B10", |r| r.set(InspectionRound, "R1", json!({ "line_codes": [] }))),
    ("B11", |r| r.set(InspectionRecord, "R1-1", json!({ "neighbour_present": null }))),
    ("B12", |r| {
        let moved = json!([{ "date": "2025-01-01", "kind": "moved", "agreement_no": "协议2号" }]);
        r.set(BoundaryMarker, &q(ES), json!({ "changes": moved }));
    }),
    ("B13", |r| r.set(InspectionRound, "R1", json!({ "signed_b": null }))),
    ("B13", |r| r.set(InspectionRound, "R1", json!({ "filing_date": "2024-01-01" }))),
    ("B14", |r| r.shape(InspectionRecord, "R1-1", off((102.65, 25.0), 1.5, 0.0))),
    ("B15", |r| {
        "CDE".chars().for_each(|letter| r.remove(BoundaryMarker, &format!("530100010201030112001{letter}")));
    }),
    // The border goes a little round, the line does not.
    ("B16", |r| {
        r.shape(BoundaryLine, WE, line(&[(102.70, 25.10), (102.700_01, 25.06), (102.70, 25.05), MIDDLE]))
    }),
    // The same course with one more vertex.
    ("B16", |r| r.shape(BoundaryLine, ES, line(&[MIDDLE, (102.75, 25.0), (102.80, 25.0)]))),
    ("C01", |r| households(r, 9800)),
    ("C01", |r| households(r, 120)),
    // A town of 200 m with one community.
    ("C02", |r| {
        let ring = [(102.66, 25.01), (102.662, 25.01), (102.662, 25.012), (102.66, 25.012)];
        town(r, "530102002", &ring);
        let fields = json!({ "name": "小社区", "level": "community", "kind": "community", "parent_code": "530102002" });
        r.put(Division, "530102002001", fields, Some(area(&ring)));
    }),
    ("C03", |r| r.set(Division, "530102001001", json!({ "premises_m2": 300.0 }))),
    ("C03", |r| {
        r.set(Division, "530102001001", json!({ "premises_m2": 700.0 }));
        households(r, 4000);
    }),
    ("C06", |r| {
        let ring = [(102.6295, 25.02), (102.6302, 25.02), (102.6302, 25.021), (102.6295, 25.021)];
        r.put(Compound, "X1", json!({ "name": "翠苑" }), Some(area(&ring)));
    }),
    // A road near by, and the limit not along it.
    ("C07", |r| {
        let road = line(&[(102.634, 25.01), (102.634, 25.03)]);
        r.put(Layer::Road, "D1", json!({ "name": "西街", "class": "secondary" }), Some(road));
    }),
    ("C08", |r| grid(r, json!({ "grid_kind": null }), 102.612)),
    ("C08", |r| {
        grid(r, json!({ "grid_kind": "basic" }), 102.612);
        let fields = json!({ "subject_layer": "division", "subject_code": "53010200100101", "kind": "resident",
            "number": 900, "counted": "2025-12-31" });
        r.put(HouseholdCount, "H2", fields, None);
    }),
    ("C09", |r| {
        r.set(Division, "530102001001", json!({ "valid_from": "2025-01-01", "approver": "西区人民政府" }))
    }),
    ("C10", |r| r.set(Division, "530102001001", json!({ "code_system": "local" }))),
    ("C10", |r| r.set(Division, "530102001001", json!({ "predecessors": ["530102001099"] }))),
    ("C04", |r| r.remove(Division, "530102001002")),
    ("C04", |r| r.shape(Division, "530102001002", community(102.62))),
    ("C05", |r| {
        let first = area(&[(102.61, 25.01), (102.63, 25.01), (102.63, 25.03), (102.61, 25.03)]);
        let between = area(&[(102.635, 25.01), (102.645, 25.01), (102.645, 25.03), (102.635, 25.03)]);
        let (Geometry::Polygon(first), Geometry::Polygon(between)) = (first, between) else { return };
        r.shape(Division, "530102001001", MultiPolygon(vec![first, between]).into());
        r.shape(Division, "530102001002", two_pieces());
    }),
    // The next town begins 5 m inside; another leaves 5 m open; a third has a vertex that its neighbour has not.
    ("G01", |r| {
        town(r, "530102002", &[(102.64995, 25.01), (102.66, 25.01), (102.66, 25.03), (102.64995, 25.03)])
    }),
    ("G01", |r| {
        let notch = [(102.65, 25.01), (102.66, 25.01), (102.66, 25.03), (102.65, 25.03), (102.65005, 25.02)];
        town(r, "530102002", &notch);
    }),
    ("G01", |r| {
        let more = [(102.65, 25.01), (102.66, 25.01), (102.66, 25.03), (102.65, 25.03), (102.65, 25.02)];
        town(r, "530102002", &more);
    }),
    // A town that reaches into the east.
    ("G02", |r| town(r, "530102002", &[(102.69, 25.06), (102.71, 25.06), (102.71, 25.07), (102.69, 25.07)])),
];

/// A grid of 200 m in the first community.
fn grid(register: &mut Register, more: Json, x: f64) {
    let ring = [(x, 25.012), (x + 0.002, 25.012), (x + 0.002, 25.014), (x, 25.014)];
    let fields = json!({ "name": "第01网格", "level": "grid", "parent_code": "530102001001" });
    register.put(Division, "53010200100101", fields, Some(area(&ring)));
    register.set(Division, "53010200100101", more);
}

/// The households of the first community.
fn households(register: &mut Register, number: i64) {
    let fields = json!({ "subject_layer": "division", "subject_code": "530102001001", "kind": "registered",
        "number": number, "counted": "2025-12-31" });
    register.put(HouseholdCount, "H1", fields, None);
}

/// A town without communities.
fn town(register: &mut Register, code: &str, ring: &[(f64, f64)]) {
    let fields = json!({ "name": code, "level": "township", "kind": "town", "parent_code": "530102" });
    register.put(Division, code, fields, Some(area(ring)));
}

fn community(x: f64) -> Geometry {
    area(&[(x, 25.01), (102.65, 25.01), (102.65, 25.03), (x, 25.03)])
}

/// Two pieces that leave no gap: the first community takes what lies between.
fn two_pieces() -> Geometry {
    let square = |x: f64| {
        Polygon::new(
            LineString::from(vec![(x, 25.01), (x + 0.005, 25.01), (x + 0.005, 25.03), (x, 25.03)]),
            vec![],
        )
    };
    MultiPolygon(vec![square(102.63), square(102.645)]).into()
}

#[test]
fn in_the_sound_scene_every_rule_is_kept() {
    let found = sound().found();
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn each_broken_scene_breaks_its_rule_and_no_other() {
    for (at, (rule, break_it)) in BROKEN.iter().enumerate() {
        let mut register = sound();
        break_it(&mut register);
        let found = register.found();
        assert!(!found.is_empty(), "{rule} ({at}) is not found");
        for noticed in &found {
            assert_eq!(noticed.finding.rule, *rule, "{at}: {noticed:#?}");
            assert!(!noticed.finding.what.zh.is_empty() && !noticed.finding.what.en.is_empty());
            assert!(!noticed.finding.done.zh.is_empty());
        }
        let ids: BTreeSet<_> = found.iter().map(|noticed| &noticed.finding.id).collect();
        assert_eq!(ids.len(), found.len(), "ids are distinct");
        assert_eq!(register.found(), found, "and the same each time");
    }
}

#[test]
fn every_rule_has_one_check_and_every_check_a_rule_and_a_broken_scene() {
    let ids = |all: Vec<&str>| {
        let set: BTreeSet<String> = all.iter().map(|id| (*id).to_owned()).collect();
        (set, all.len())
    };
    let (checked, count) = ids(ALL.iter().map(|check| check.rule).collect());
    assert_eq!(checked.len(), count, "one check each");
    // The rules on names and service circles are checked elsewhere.
    let elsewhere = |id: &str| id.starts_with("place-name") || id == "service-circles";
    let ruled = Rules::compiled().all().iter().filter(|rule| !elsewhere(&rule.source.id));
    let (ruled, _) = ids(ruled.map(|rule| rule.id.as_str()).collect());
    let profiles = Target::ALL.map(|target| target.rule().to_owned());
    assert_eq!(checked.iter().cloned().chain(profiles).collect::<BTreeSet<_>>(), ruled);
    let (broken, _) = ids(BROKEN.iter().map(|(rule, _)| *rule).collect());
    assert_eq!(checked, broken);
}

#[test]
fn findings_say_where_and_how_far() {
    let mut register = sound();
    register.shape(BoundaryMarker, &q(WE), off((102.70, 25.08), 12.34, 0.0));
    let found = register.found();
    assert_eq!(found.len(), 1);
    let noticed = &found[0];
    assert!(noticed.finding.what.zh.contains("12.3 米"), "{}", noticed.finding.what.zh);
    assert_eq!(noticed.finding.severity, Severity::Error);
    assert_eq!(noticed.code.as_deref(), Some(q(WE).as_str()));
    assert!(noticed.finding.spot.at.is_some_and(|at| (at[1] - 25.08).abs() < 1e-9));
}

/// At 1:50,000 a marker may stand 5 m aside.
#[test]
fn the_tolerance_follows_the_scale_of_the_map() {
    let mut register = sound();
    register.shape(BoundaryMarker, &q(WE), off((102.70, 25.08), 4.0, 0.0));
    assert_eq!(register.found().len(), 1);
    register.set(BoundaryLine, WE, json!({ "agreement_scale": "1:5万" }));
    assert_eq!(register.found().len(), 0);
}

#[test]
fn coordinates_that_are_swapped_are_seen_to_be() {
    let mut register = sound();
    register.set(BoundaryMarker, &q(ES), json!({ "zone": 34, "x_m": 34_575_696.0, "y_m": 2_766_176.0 }));
    let found = register.found();
    assert!(!found.is_empty());
}

/// The azimuth of a marker register is the grid's: 0.32° from true north half a degree and more off the meridian.
#[test]
fn references_are_recomputed_on_the_grid() {
    let off_by = |azimuth: f64, distance: f64| {
        let mut register = sound();
        let plain = |azimuth: f64| json!({ "object": "树", "azimuth_deg": azimuth, "distance_m": 9.0 });
        let near = json!([plain(1.0), plain(120.0), { "object": "塔", "azimuth_deg": azimuth, "distance_m": distance,
            "lon": 102.76, "lat": 25.0 }]);
        register.set(BoundaryMarker, &q(ES), json!({ "references": near }));
        let found = register.found();
        found.first().map(|noticed| noticed.finding.what.zh.clone())
    };
    // From (102.75, 25) to (102.76, 25): true azimuth 89.998°, convergence 0.75° sin 25° = 0.317°.
    assert_eq!(off_by(89.68, 1009.3), None);
    assert!(off_by(90.0, 1009.3).is_some_and(|said| said.contains("似为真方位角")));
    assert!(off_by(89.68, 1029.0).is_some_and(|said| said.contains("相差 19") || said.contains("相差 20")));
}

#[test]
fn notice_grows_as_the_day_comes_near() {
    let weight = |last: &str| {
        let mut register = sound();
        register.set(BoundaryLine, WE, json!({ "last_inspection": last, "next_inspection": null }));
        register.found().first().map(|noticed| noticed.finding.severity)
    };
    assert_eq!(weight("2022-01-01"), Some(Severity::Note));
    assert_eq!(weight("2022-01-02"), None);
    assert_eq!(weight("2021-06-30"), Some(Severity::Warning));
    assert_eq!(weight("2021-01-01"), Some(Severity::Warning));
    assert_eq!(weight("2020-12-31"), Some(Severity::Error));
}

/// Edits that may or may not break something.
fn edit(register: &mut Register, which: usize) {
    if let Some((_, break_it)) = BROKEN.get(which) {
        break_it(register);
        return;
    }
    match which - BROKEN.len() {
        0 => register.shape(BoundaryLine, WE, line(&[(102.7, 25.1), (102.701, 25.05), MIDDLE])),
        1 => register.remove(BoundaryLine, WS),
        2 => register.remove(Division, "530102001002"),
        3 => register.set(BoundaryMarker, &q(WE), json!({ "line_codes": [WS] })),
        _ => register.remove(BoundaryLine, ES),
    }
}

fn difference(before: &Register, after: &Register) -> Vec<Change> {
    let (before, after) = (before.records(), after.records());
    let mut changes = Vec::new();
    for old in &before {
        match after.iter().find(|new| new.id == old.id) {
            None => changes.push(Change::delete(old.clone())),
            Some(new) if new != old => changes.push(Change::update(old.clone(), new.clone())),
            Some(_) => {}
        }
    }
    let new = after.iter().filter(|new| before.iter().all(|old| old.id != new.id));
    changes.extend(new.cloned().map(Change::insert));
    changes
}

/// Checks after each edit what is kept in step with them against the whole register.
fn kept_in_step(edits: &[usize]) {
    let rules = Rules::compiled();
    let mut register = sound();
    let mut snapshot = register.snapshot();
    let mut board = Board::of(&snapshot, rules, day()).unwrap();
    for which in edits {
        let mut next = register.clone();
        let tried = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| edit(&mut next, *which)));
        if tried.is_err() {
            // The record is gone already.
            continue;
        }
        let changes = difference(&register, &next);
        let after: Snapshot = next.snapshot();
        board = board.after((&snapshot, &after), &changes, rules, day()).unwrap();
        assert_eq!(board, Board::of(&after, rules, day()).unwrap(), "{edits:?}");
        (register, snapshot) = (next, after);
    }
}

/// A limit is one between two communities also where an edit touched only one of them.
#[test]
fn a_limit_has_two_sides_where_one_is_looked_at() {
    let of = |rule: &'static str| {
        BROKEN.iter().enumerate().filter(move |(_, one)| one.0 == rule).map(|(at, _)| at)
    };
    for road in of("C07") {
        of("G01").for_each(|ground| kept_in_step(&[road, ground]));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    /// What is kept in step with edits is what the whole register gives.
    #[test]
    fn edits_are_checked_as_the_whole_would_be(edits in prop::collection::vec(0..BROKEN.len() + 5, 1..4)) {
        kept_in_step(&edits);
    }
}

#[test]
fn a_secret_record_keeps_its_findings_and_those_that_speak_of_it() {
    let mut register = sound();
    register.shape(BoundaryMarker, &q(WE), off((102.70, 25.08), 12.0, 0.0));
    register.set(BoundaryLine, WE, json!({ "secrecy": "secret" }));
    let snapshot = register.snapshot();
    let found = register.found();
    assert_eq!(found.len(), 1);
    assert!(!found[0].is_shown(&snapshot, crate::model::Secrecy::Internal));
    assert!(found[0].is_shown(&snapshot, crate::model::Secrecy::Secret));
}
