//! Each rule on signs and plates with what breaks it and what does not.

use geo_types::{Geometry, LineString, Point};
use serde_json::{Value as Json, json};

use super::*;
use crate::findings::Noticed;
use crate::model::{IdSource, Layer, Record, Revision, Severity, record_from_json};
use crate::snapshot::Snapshot;

struct Register {
    records: Vec<Record>,
    ids: IdSource,
}

impl Register {
    fn put(&mut self, layer: Layer, fields: Json, shape: Geometry) -> &mut Record {
        let Json::Object(object) = fields else { panic!("an object") };
        let mut record = record_from_json(layer, self.ids.next_id(), &object).unwrap();
        let settled = crate::model::geometry::settle(shape, layer.def().geometry).unwrap();
        record.geometry = Some(std::sync::Arc::new(settled));
        self.records.push(record);
        self.records.last_mut().unwrap()
    }

    fn plate(&mut self, number: &str, x: f64, north: bool, more: Json) {
        let mut fields = json!({ "plate_no": number, "road_code": "L1", "road": "文林路", "code": format!("D{}", self.records.len()) });
        for (name, value) in more.as_object().unwrap() {
            fields[name] = value.clone();
        }
        let y = if north { 25.0001 } else { 24.9999 };
        self.put(Layer::DoorPlate, fields, Point::new(x, y).into());
    }

    fn sign(&mut self, text: &str, roman: &str, x: f64) {
        let fields = json!({ "text": text, "roman": roman, "road_code": "L1", "kind": "street" });
        self.put(Layer::Sign, fields, Point::new(x, 25.0001).into());
    }

    fn found(&self, rule: &str) -> Vec<Noticed> {
        let snapshot = Snapshot::build(Revision(1), self.records.clone());
        let streets = Streets::of(&snapshot, "2026-01-01".parse().unwrap());
        run(&streets, Rules::compiled(), &|one| one == rule).unwrap()
    }
}

/// A street of two pieces from west to east, odd numbers in the north, even ones in the south, a sign at each end
/// and at the crossing.
fn sound() -> Register {
    let mut register = Register { records: Vec::new(), ids: IdSource::new(1_767_196_800_000, 7) };
    let line = |points: &[(f64, f64)]| -> Geometry { LineString::from(points.to_vec()).into() };
    let road = |name: &str, code: &str, class: &str| json!({ "name": name, "code": code, "class": class, "roman": "Wenlin Lu" });
    let r = &mut register;
    r.put(Layer::Road, road("文林路", "L2", "secondary"), line(&[(102.710, 25.0), (102.705, 25.0)]));
    r.put(Layer::Road, road("文林路", "L1", "secondary"), line(&[(102.700, 25.0), (102.705, 25.0)]));
    r.put(
        Layer::Road,
        road("横巷", "L3", "lane"),
        line(&[(102.705, 25.001), (102.705, 25.0), (102.705, 24.999)]),
    );
    for nth in 0..8 {
        let x = 102.7005 + 0.001 * f64::from(nth);
        r.plate(&format!("{}号", 2 * nth + 1), x, true, json!({}));
        r.plate(&format!("{}号", 2 * nth + 2), x, false, json!({}));
    }
    for x in [102.7002, 102.7051, 102.7098] {
        r.sign("文林路", "WENLIN LU", x);
    }
    register
}

#[test]
fn in_the_sound_street_every_rule_is_kept() {
    for check in ALL {
        let found = sound().found(check.rule);
        assert!(found.is_empty(), "{}: {found:#?}", check.rule);
    }
}

#[test]
fn each_rule_is_broken_alone() {
    type Break = fn(&mut Register);
    let cases: &[(&str, Break, usize, Severity)] = &[
        ("D01", |r| r.plate("4号", 102.7025, true, json!({})), 1, Severity::Error),
        ("D01", |r| r.plate("21号", 102.7011, true, json!({})), 1, Severity::Error),
        ("D02", |r| r.plate("5号", 102.7026, true, json!({})), 1, Severity::Error),
        ("D02", |r| r.plate("5号", 102.7026, true, json!({ "sub_no": "附1" })), 0, Severity::Error),
        ("D02", |r| r.plate("5号", 102.7026, true, json!({ "status": "cancelled" })), 0, Severity::Error),
        ("D02", |r| r.plate("199号", 102.7085, true, json!({})), 1, Severity::Warning),
        ("D03", |r| r.plate("5-1号", 102.7026, true, json!({ "sub_no": "2" })), 1, Severity::Error),
        ("D03", |r| r.plate("5号", 102.7026, true, json!({ "sub_no": "附2号" })), 0, Severity::Error),
        ("D04", |r| r.plate("17号", 102.7085, true, json!({ "status": "changed" })), 1, Severity::Error),
        ("D04", |r| r.plate("17号", 102.7085, true, json!({ "road": "旧路" })), 1, Severity::Error),
        (
            "D04",
            |r| r.plate("17号", 102.7085, true, json!({ "road": "旧路", "original_address": "旧路17号" })),
            0,
            Severity::Error,
        ),
        ("S01", |r| r.sign("旧路", "Jiu Lu", 102.7051), 1, Severity::Error),
        ("S01", |r| r.sign("文林路", "Wenling Lu", 102.7051), 1, Severity::Warning),
    ];
    for (at, (rule, break_it, count, severity)) in cases.iter().enumerate() {
        let mut register = sound();
        break_it(&mut register);
        let found = register.found(rule);
        assert_eq!(found.len(), *count, "{rule} ({at}): {found:#?}");
        assert!(found.iter().all(|one| one.finding.severity == *severity), "{rule} ({at})");
    }
}

#[test]
fn a_missing_sign_is_told_with_its_place() {
    let mut register = sound();
    register.records.retain(|record| {
        let at = streets::point(record).map(|at| at.x);
        record.layer != Layer::Sign || at != Some(102.7051)
    });
    let found = register.found("S02");
    let [one] = &found[..] else { panic!("{found:#?}") };
    assert!(
        one.finding.what.zh.contains("缺 1 处") && one.finding.what.zh.contains("与横巷交叉口"),
        "{one:#?}"
    );
    assert!(one.finding.spot.at.is_some_and(|at| (at[0] - 102.705).abs() < 1e-9));
}

#[test]
fn a_street_whose_pieces_branch_has_no_order() {
    let mut register = sound();
    let line: Geometry = LineString::from(vec![(102.705, 25.0), (102.705, 25.01)]).into();
    register.put(Layer::Road, json!({ "name": "文林路", "code": "L4", "class": "secondary" }), line);
    register.plate("4号", 102.7025, true, json!({}));
    assert!(register.found("D01").is_empty());
}
