//! A street with two estates, in which every rule is kept, and what breaks each rule alone.

use std::collections::BTreeSet;
use std::sync::Arc;

use geo_types::{Geometry, LineString, Point, Polygon};
use serde_json::{Map, Value as Json, json};

use super::*;
use crate::access::ground::Scope;
use crate::model::{Date, IdSource, Layer, Revision, Secrecy, geometry, record_from_json};

struct Register {
    records: Vec<Record>,
    ids: IdSource,
}

/// Where things stand along the street, degrees of longitude; a thousandth is about 101 m.
const NEAR: f64 = 102.701;
const FAR: f64 = 102.713;
const OUT: f64 = 102.745;

impl Register {
    fn put(&mut self, layer: Layer, fields: Json, shape: Option<Geometry>) -> RecordId {
        let Json::Object(object): Json = fields else { panic!("an object") };
        let object: Map<String, Json> = object;
        let id = self.ids.next_id();
        let mut record = record_from_json(layer, id, &object).unwrap();
        record.geometry = shape.map(|shape| Arc::new(geometry::settle(shape, layer.def().geometry).unwrap()));
        self.records.push(record);
        id
    }

    fn estate(&mut self, name: &str, x: f64, households: i64) {
        let fields = json!({ "name": name, "code": name, "kind": "old_estate", "closed": false });
        let id = self.put(Layer::Compound, fields, Some(square(x, 25.0502, 0.0005, 0.0005)));
        let count = json!({
            "subject_layer": "compound", "subject_id": id.to_string(), "kind": "resident",
            "number": households, "counted": "2025-06-30",
        });
        self.put(Layer::HouseholdCount, count, None);
    }

    fn facility(&mut self, name: &str, kind: &str, x: f64, floor_area_m2: f64) {
        let fields = json!({
            "name": name, "code": name, "kind": kind, "status": "running", "floor_area_m2": floor_area_m2,
        });
        self.put(Layer::Facility, fields, Some(Point::new(x, 25.0501).into()));
    }
}

fn square(x: f64, y: f64, wide: f64, high: f64) -> Geometry {
    let ring = vec![(x, y), (x + wide, y), (x + wide, y + high), (x, y + high), (x, y)];
    Polygon::new(LineString::from(ring), vec![]).into()
}

/// Halls and elder centres at both ends of the town; a few homes are allowed to be beyond reach of nothing.
fn register(change: &dyn Fn(&mut Register)) -> Register {
    let mut all = Register { records: Vec::new(), ids: IdSource::new(1_767_196_800_000, 7) };
    let r = &mut all;
    let division = |name: &str, code: &str, level: &str, parent: &str| {
        let kind = match level {
            "county" => "district",
            "township" => "subdistrict",
            _ => "community",
        };
        json!({
            "name": name, "code": code, "level": level, "kind": kind, "parent_code": parent,
            "population": 2_000, "population_60": 400,
        })
    };
    let whole = || Some(square(102.69, 25.04, 0.08, 0.02));
    r.put(Layer::Division, division("五华区", "530102", "county", "530100"), whole());
    r.put(Layer::Division, division("华山街道", "530102001", "township", "530102"), whole());
    r.put(Layer::Division, division("翠湖社区", "530102001001", "community", "530102001"), whole());
    let street = LineString::from(vec![(102.70, 25.05), (102.72, 25.05), (102.75, 25.05)]);
    r.put(Layer::Road, json!({ "name": "翠湖路", "code": "L1", "class": "secondary" }), Some(street.into()));
    r.estate("近处小区", NEAR, 500);
    r.estate("远处小区", FAR, 500);
    r.facility("社区居委会", "community_hall", NEAR, 500.0);
    r.facility("第二居委会", "community_hall", FAR, 500.0);
    r.facility("日间照料中心", "day_care", NEAR, 300.0);
    r.facility("卫生服务站", "health_station", NEAR, 150.0);
    change(&mut all);
    all
}

fn found(register: &Register) -> Vec<Noticed> {
    let snapshot = Snapshot::build(Revision(1), register.records.clone());
    let day: Date = "2026-01-01".parse().unwrap();
    let scope = Scope { day, show: Secrecy::Internal, count: "resident".into() };
    let ground = Ground::of(&snapshot, scope).unwrap();
    run(&Scene { snapshot: &snapshot, ground: &ground }, Rules::compiled(), &|_| true).unwrap()
}

fn rules(found: &[Noticed]) -> BTreeSet<&str> {
    found.iter().map(|one| one.finding.rule.as_str()).collect()
}

/// With a second day care the scene is sound.
fn second_day_care(register: &mut Register) {
    register.facility("第二日间照料中心", "day_care", FAR, 300.0);
}

type Case = (&'static str, fn(&mut Register));

/// What breaks a rule and no other.
const CASES: &[Case] = &[
    ("F01", |_| ()),
    ("F02", |register| {
        second_day_care(register);
        register.facility("小卫生站", "health_station", FAR, 80.0);
    }),
    ("F03", |register| {
        second_day_care(register);
        register.estate("村尾", OUT, 20);
    }),
];

#[test]
fn in_the_sound_scene_every_rule_is_kept() {
    assert_eq!(rules(&found(&register(&second_day_care))), BTreeSet::new());
}

#[test]
fn each_rule_is_broken_alone_and_says_so_in_both_languages() {
    for (rule, change) in CASES {
        let register = register(change);
        let found = found(&register);
        assert_eq!(rules(&found), BTreeSet::from([*rule]), "{found:#?}");
        assert_eq!(self::found(&register), found, "and the same each time");
        for one in &found {
            assert!(!one.finding.what.zh.is_empty() && !one.finding.what.en.is_empty());
        }
    }
}

#[test]
fn those_with_most_elders_come_first() {
    let found = found(&register(&|register| {
        second_day_care(register);
        register.estate("村尾", OUT, 10);
        register.estate("村外", OUT + 0.002, 14);
    }));
    let names: Vec<&str> = found.iter().filter_map(|one| one.name.as_deref()).collect();
    assert_eq!(names, ["村外", "村尾"]);
}

#[test]
fn every_check_has_a_rule_and_a_case() {
    let checked: BTreeSet<&str> = ALL.iter().map(|check| check.rule).collect();
    assert_eq!(checked.len(), ALL.len());
    let ruled = Rules::compiled().all().iter().filter(|rule| rule.source.id == "service-circles");
    assert_eq!(checked, ruled.map(|rule| rule.id.as_str()).collect());
    assert_eq!(checked, CASES.iter().map(|(rule, _)| *rule).collect());
}

#[test]
fn few_households_are_not_counted_out() {
    let few = found(&register(&|register| {
        second_day_care(register);
        register.estate("村尾", OUT, 3);
    }));
    assert_eq!(few.len(), 1);
    assert!(few[0].finding.what.zh.contains("不足 5 户"), "{}", few[0].finding.what.zh);
    assert!(!few[0].finding.what.en.contains("people of 60"), "{}", few[0].finding.what.en);
}

#[test]
fn parameters_name_targets_and_kinds_that_there_are() {
    let rules = Rules::compiled();
    let texts = |rule: &str, name: &str| {
        let rule = rules.all().iter().find(|one| one.id == rule).unwrap();
        match &rule.parameters[name].value {
            crate::rules::ParameterValue::Texts(texts) => texts.clone(),
            crate::rules::ParameterValue::Text(text) => vec![text.clone()],
            other => panic!("{other:?}"),
        }
    };
    let known = |id: &String| services().targets.iter().any(|target| target.id == *id);
    assert!(texts("F01", "targets").iter().chain(&texts("F03", "target")).all(known));
    let kinds = crate::model::vocab::list("facility_kind");
    for text in texts("F02", "area_m2").iter().chain(&texts("F02", "radius_m")) {
        let (kind, number) = text.split_once('=').unwrap();
        assert!(kinds.get(kind).is_some() && number.parse::<f64>().unwrap() > 0.0, "{text}");
    }
}
