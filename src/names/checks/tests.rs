//! Each rule with a name that breaks it and one that does not; what is brought along is what is made anew.

use std::collections::BTreeSet;

use geo_types::{Geometry, LineString, Point, Polygon};
use serde_json::{Map, Value as Json, json};

use super::*;
use crate::model::{Change, IdSource, Record, Revision, Secrecy, Severity, geometry, record_from_json};

fn day() -> Date {
    "2026-01-01".parse().unwrap()
}

struct Register {
    records: Vec<Record>,
    ids: IdSource,
}

impl Register {
    fn put(&mut self, layer: Layer, fields: Json, shape: Option<Geometry>) -> RecordId {
        let Json::Object(object): Json = fields else { panic!("an object") };
        let id = self.ids.next_id();
        let object: Map<String, Json> = object;
        let mut record = record_from_json(layer, id, &object).unwrap();
        record.geometry =
            shape.map(|shape| std::sync::Arc::new(geometry::settle(shape, layer.def().geometry).unwrap()));
        self.records.push(record);
        id
    }

    fn snapshot(&self) -> Snapshot {
        Snapshot::build(Revision(1), self.records.clone())
    }
}

fn square(x: f64, y: f64, wide: f64) -> Geometry {
    let ring = vec![(x, y), (x + wide, y), (x + wide, y + wide), (x, y + wide), (x, y)];
    Polygon::new(LineString::from(ring), vec![]).into()
}

fn street(x: f64, y: f64) -> Geometry {
    LineString::from(vec![(x, y), (x + 0.004, y)]).into()
}

fn at(x: f64, y: f64) -> Geometry {
    Point::new(x, y).into()
}

/// A district with a subdistrict, some streets, a lake, an estate, a cancelled name and one on the protection list.
fn register() -> Register {
    let mut all = Register { records: Vec::new(), ids: IdSource::new(1_767_196_800_000, 7) };
    let r = &mut all;
    let division = |name: &str, code: &str, level: &str, kind: &str| json!({ "name": name, "code": code, "level": level, "kind": kind });
    r.put(
        Layer::Division,
        division("五华区", "530102", "county", "district"),
        Some(square(102.6, 25.0, 0.2)),
    );
    let hua = division("华山街道", "530102001", "township", "subdistrict");
    r.put(Layer::Division, hua, Some(square(102.65, 25.02, 0.1)));
    let road = |name: &str, code: &str| json!({ "name": name, "code": code, "class": "secondary" });
    r.put(Layer::Road, road("翠湖路", "L1"), Some(street(102.700, 25.050)));
    r.put(Layer::Road, road("人民西路", "L2"), Some(street(102.690, 25.040)));
    r.put(Layer::Road, road("永安路", "L3"), Some(street(102.705, 25.052)));
    r.put(Layer::Water, json!({ "name": "翠湖", "code": "W1" }), Some(square(102.702, 25.047, 0.002)));
    r.put(Layer::Water, json!({ "name": "盘龙江", "code": "W2" }), Some(square(103.902, 25.047, 0.002)));
    r.put(
        Layer::Compound,
        json!({ "name": "金色花园", "code": "X1", "kind": "estate" }),
        Some(square(102.71, 25.05, 0.001)),
    );
    let old = r.put(Layer::Place, json!({ "name": "武成路", "category": "23400" }), Some(at(102.70, 25.05)));
    let name = json!({ "text": "武成路", "place_id": old.to_string(), "status": "abolished" });
    r.put(Layer::Name, name, None);
    let listed =
        json!({ "name": "文林街", "code": "DM1", "category": "23400", "protection_class": "county" });
    r.put(Layer::Place, listed, Some(at(102.695, 25.045)));
    all
}

/// What is said of a proposal at a place near the lake.
fn said(change: &dyn Fn(&mut Proposal), rules: &Rules) -> Proposed {
    let snapshot = register().snapshot();
    let inventory = Inventory::build(&snapshot, day()).unwrap();
    let mut proposal = Proposal {
        name: "昙华路".into(),
        class: Some(NameClass::Street),
        geometry: Some(at(102.703, 25.051)),
        ..Proposal::default()
    };
    change(&mut proposal);
    propose((&snapshot, &inventory), &proposal, rules, (day(), Secrecy::Internal), 3).unwrap()
}

fn rules_broken(said: &Proposed) -> BTreeSet<&str> {
    said.findings.iter().map(|one| one.finding.rule.as_str()).collect()
}

type Case = (&'static str, fn(&mut Proposal), fn(&mut Proposal));

fn named(proposal: &mut Proposal, name: &str, class: NameClass) {
    proposal.name = name.into();
    proposal.class = Some(class);
}

/// The rule, a proposal that breaks it, a proposal much like it that does not.
const CASES: &[Case] = &[
    ("N01", |p| named(p, "昙华", NameClass::Street), |_| ()),
    ("N02", |p| named(p, "翠湖路", NameClass::Street), |p| named(p, "翠湖巷", NameClass::Street)),
    ("N02", |p| named(p, "金色小区", NameClass::Estate), |p| named(p, "银色小区", NameClass::Estate)),
    ("N03", |p| named(p, "翠胡路", NameClass::Street), |p| named(p, "翠微路", NameClass::Street)),
    ("N04", |p| named(p, "\u{20000}华路", NameClass::Street), |_| ()),
    ("N05", |p| named(p, "昙华·路", NameClass::Street), |_| ()),
    ("N05", |p| named(p, "東华路", NameClass::Street), |_| ()),
    ("N06", |p| named(p, "昙华2路", NameClass::Street), |p| named(p, "昙华二路", NameClass::Street)),
    ("N06", |p| named(p, "八八八大厦", NameClass::Building), |p| named(p, "昙华大厦", NameClass::Building)),
    ("N07", |p| named(p, "世界路", NameClass::Street), |p| named(p, "中华路", NameClass::Street)),
    ("N08", |p| named(p, "威尼斯花园", NameClass::Estate), |p| named(p, "水岸花园", NameClass::Estate)),
    ("N08", |p| named(p, "托斯卡利苑", NameClass::Estate), |p| named(p, "玉兰苑", NameClass::Estate)),
    ("N09", |p| named(p, "邓小平路", NameClass::Street), |p| named(p, "太平路", NameClass::Street)),
    ("N09", |p| named(p, "李建国路", NameClass::Street), |p| named(p, "建国路", NameClass::Street)),
    ("N10", |p| named(p, "万达广场", NameClass::Building), |p| named(p, "昙华广场", NameClass::Building)),
    (
        "N11",
        |p| named(p, "黄山街道", NameClass::Subdistrict),
        |p| named(p, "昙华街道", NameClass::Subdistrict),
    ),
    (
        "N12",
        |p| {
            named(p, "昙华大厦", NameClass::Building);
            p.measures.floors = Some(6.0);
            p.measures.site_m2 = Some(100.0);
        },
        |p| {
            named(p, "昙华大厦", NameClass::Building);
            p.measures.floors = Some(20.0);
        },
    ),
    ("N13", |p| named(p, "昙华广场花园", NameClass::Estate), |p| named(p, "昙华花园", NameClass::Estate)),
    ("N13", |p| named(p, "昙华香樟玉兰金桂小区", NameClass::Estate), |_| ()),
    ("N14", |p| named(p, "丰收桥", NameClass::Bridge), |p| named(p, "翠湖桥", NameClass::Bridge)),
    ("N15", |p| named(p, "水安路", NameClass::Street), |p| named(p, "丰安路", NameClass::Street)),
    ("N16", |p| named(p, "武成路", NameClass::Street), |_| ()),
    (
        "N17",
        |p| p.papers = Some(vec!["申请书".into()]),
        |p| p.papers = Some(["申请书", "方案", "位置图", "征求意见报告"].map(String::from).to_vec()),
    ),
    ("N18", |p| p.approver = Some("某公司".into()), |p| p.approver = Some("昆明市人民政府".into())),
    ("N20", |p| p.roman = Some("Tan Hua Lu".into()), |p| p.roman = Some("Tanhua Lu".into())),
    (
        "N21",
        |p| {
            named(p, "人民东路", NameClass::Street);
            p.geometry = Some(at(102.68, 25.04));
        },
        |p| {
            named(p, "人民东路", NameClass::Street);
            p.geometry = Some(at(102.71, 25.04));
        },
    ),
    (
        "N21",
        |p| {
            named(p, "翠湖东路", NameClass::Street);
            p.geometry = Some(at(102.698, 25.048));
        },
        |p| {
            named(p, "翠湖东路", NameClass::Street);
            p.geometry = Some(at(102.708, 25.048));
        },
    ),
];

#[test]
fn each_rule_is_broken_by_one_name_and_kept_by_another() {
    let rules = Rules::compiled();
    for (at, (rule, breaks, keeps)) in CASES.iter().enumerate() {
        let broken = said(breaks, rules);
        assert!(rules_broken(&broken).contains(rule), "{rule} ({at}): {:?}", rules_broken(&broken));
        let kept = said(keeps, rules);
        assert!(!rules_broken(&kept).contains(rule), "{rule} ({at}): {:#?}", kept.findings);
        for one in &broken.findings {
            let finding = &one.finding;
            assert!(
                !finding.what.zh.is_empty() && !finding.what.en.is_empty() && !finding.remedy.zh.is_empty()
            );
            assert!(finding.article.zh.contains('《'), "{rule}");
        }
    }
}

#[test]
fn every_check_has_a_rule_and_a_case() {
    let checked: BTreeSet<&str> = ALL.iter().map(|check| check.rule).collect();
    assert_eq!(checked.len(), ALL.len());
    for rule in &checked {
        assert!(Rules::compiled().on(rule, day()).is_some(), "{rule}");
    }
    let ruled = Rules::compiled().all().iter().filter(|rule| rule.source.id.starts_with("place-name"));
    let ruled: BTreeSet<&str> = ruled.map(|rule| rule.id.as_str()).collect();
    assert_eq!(checked_rules().collect::<BTreeSet<_>>(), ruled);
    // The clocks run for names of a register only: below.
    let cases: BTreeSet<&str> = CASES.iter().map(|case| case.0).chain(["N19"]).collect();
    assert_eq!(cases, checked);
}

#[test]
fn a_sound_name_has_nothing_against_it() {
    let sound = said(&|_| (), Rules::compiled());
    assert!(sound.findings.is_empty(), "{:#?}", sound.findings);
    assert_eq!((sound.specific.as_str(), sound.generic.as_str()), ("昙华", "路"));
    assert_eq!(sound.roman, "Tanhua Lu");
}

#[test]
fn a_duplicate_is_told_with_its_distance_and_names_that_pass() {
    let double = said(&|p| p.name = "翠湖路".into(), Rules::compiled());
    let one = double.findings.iter().find(|one| one.finding.rule == "N02").unwrap();
    assert_eq!(one.finding.severity, "error");
    let [met] = &one.met[..] else { panic!("{:?}", one.met) };
    assert_eq!((met.name.as_str(), met.layer, met.class), ("翠湖路", "road", Some(NameClass::Street)));
    assert!(met.distance_m.is_some_and(|metres| (100.0..250.0).contains(&metres)), "{met:?}");
    assert!(!double.free.is_empty() && !double.free.contains(&"翠湖路".to_owned()));
    for name in &double.free {
        let again = said(&|p| p.name = name.clone(), Rules::compiled());
        assert!(again.findings.iter().all(|one| one.finding.severity == "note"), "{name}");
    }
}

#[test]
fn scopes_dialects_and_tables_are_the_offices() {
    let office = |parameters: &str| {
        let text = format!("[law]\nkind = \"profile\"\nzh = \"本市\"\nen = \"city\"\n{parameters}");
        Rules::compiled().with_file("office.toml", &text).unwrap()
    };
    let change = |rule: &str, parameters: &str| {
        office(&format!(
            "[[change]]\nrule = \"{rule}\"\nbasis = {{ zh = \"据\", en = \"by\" }}\nparameters = {{ {parameters} }}\n"
        ))
    };
    // Elsewhere in the province: no duplicate in the built-up area, one in the province.
    let far = |p: &mut Proposal| {
        p.name = "翠湖路".into();
        p.division = Some("530402".into());
        p.geometry = None;
    };
    assert!(!rules_broken(&said(&far, Rules::compiled())).contains("N02"));
    let wide = change("N02", "scope = [\"street: province\"]");
    assert!(rules_broken(&said(&far, &wide)).contains("N02"));
    let lu = |p: &mut Proposal| p.name = "翠福路".into();
    assert!(!rules_broken(&said(&lu, Rules::compiled())).contains("N03"));
    let dialect = change("N03", "dialect = [\"f=h\"]");
    assert!(rules_broken(&said(&lu, &dialect)).contains("N03"));
    let table = change("N04", "standard = \"昙路\", third_level = \"昙\"");
    let found = said(&|_| (), &table);
    let severities: Vec<_> =
        found.findings.iter().map(|one| (one.finding.rule.as_str(), one.finding.severity)).collect();
    assert!(
        severities.contains(&("N04", "error")) && severities.contains(&("N04", "warning")),
        "{severities:?}"
    );
}

#[test]
fn a_decision_settles_only_what_is_for_people_and_says_who_and_why() {
    let decided = |rule: &str, by: &str, name: &str| {
        let decision =
            Decision {
                rule: rule.into(), reason: "与企业无特定联系".into(), by: by.into(), date: None
            };
        let found = said(
            &|p| {
                named(p, name, NameClass::Street);
                p.decisions = vec![decision.clone()];
            },
            Rules::compiled(),
        );
        rules_broken(&found).contains(rule)
    };
    assert!(!decided("N10", "张三", "万达路"));
    assert!(decided("N10", " ", "万达路"), "nobody has decided");
    assert!(decided("N02", "张三", "翠湖路"), "a duplicate is no question");
}

#[test]
fn a_listed_name_is_changed_only_with_its_measures() {
    let mut renames = None;
    let register = register();
    for record in &register.records {
        if record.code.as_deref() == Some("DM1") {
            renames = Some((Layer::Place, record.id));
        }
    }
    let papers = |extra: &str| {
        let found = said(
            &|p| {
                p.renames = renames;
                p.papers = Some(["申请书", "方案", "位置图", "征求意见", extra].map(String::from).to_vec());
            },
            Rules::compiled(),
        );
        rules_broken(&found).contains("N16")
    };
    assert!(papers("") && !papers("保护措施"));
}

/// Findings of a register with one more name.
fn found_with(fields: Json) -> Vec<Noticed> {
    let mut register = register();
    let place = register.put(Layer::Place, json!({ "category": "23400" }), Some(at(102.72, 25.06)));
    let Json::Object(mut fields) = fields else { panic!("an object") };
    fields.insert("place_id".into(), place.to_string().into());
    register.put(Layer::Name, Json::Object(fields), None);
    let snapshot = register.snapshot();
    let inventory = Inventory::build(&snapshot, day()).unwrap();
    let scene = Scene::of((&snapshot, &inventory), day(), Rules::compiled()).unwrap();
    let found = run(&scene, Rules::compiled(), &|_| true).unwrap();
    found.into_iter().filter(|one| one.layer == Layer::Name).collect()
}

#[test]
fn clocks_of_a_register_run_from_the_approval() {
    let event = |kind: &str, date: &str| json!({ "kind": kind, "date": date, "authority": "昆明市人民政府" });
    let with = |events: Json| {
        let found = found_with(json!({ "text": "昙华路", "status": "standard", "events": events }));
        let clocks = found.into_iter().filter(|one| one.finding.rule == "N19");
        clocks.map(|one| one.finding.severity).collect::<Vec<_>>()
    };
    let consulted = event("consulted", "2025-10-01");
    assert_eq!(with(json!([consulted, event("approved", "2025-12-25")])), [Severity::Note; 2]);
    assert_eq!(with(json!([consulted, event("approved", "2025-11-01")])), [Severity::Error; 2]);
    let done =
        [event("approved", "2025-11-01"), event("filed", "2025-11-16"), event("announced", "2025-11-10")];
    assert_eq!(with(json!(done)), []);
    let late =
        [event("approved", "2025-11-01"), event("filed", "2025-11-17"), event("announced", "2025-11-10")];
    assert_eq!(with(json!(late)), [Severity::Error]);
    assert_eq!(with(json!([event("approved", "2019-11-01")])), [], "before the regulations");
}

#[test]
fn a_register_is_checked_whole_and_a_kept_decision_counts() {
    let rules = |extra: Json| -> Vec<String> {
        let found = found_with(json!({ "text": "万达路", "status": "standard", "extra": extra }));
        found.into_iter().map(|one| one.finding.rule).collect()
    };
    assert_eq!(rules(json!({})), ["N10"]);
    let decision = json!({ "decisions": [{ "rule": "N10", "reason": "因万达村得名", "by": "李四" }] });
    assert_eq!(rules(decision), Vec::<String>::new());
}

#[test]
fn pieces_of_a_street_and_its_name_are_one_thing() {
    let mut register = register();
    // A second piece of 翠湖路, and its name as a record.
    let piece = json!({ "name": "翠湖路", "code": "L9", "class": "secondary" });
    register.put(Layer::Road, piece, Some(street(102.704, 25.050)));
    let place = register.put(Layer::Place, json!({ "category": "23400" }), Some(at(102.702, 25.050)));
    register.put(Layer::Name, json!({ "text": "翠湖路", "place_id": place.to_string() }), None);
    let double = |register: &Register| {
        let snapshot = register.snapshot();
        let inventory = Inventory::build(&snapshot, day()).unwrap();
        let scene = Scene::of((&snapshot, &inventory), day(), Rules::compiled()).unwrap();
        let found = run(&scene, Rules::compiled(), &|rule| rule == "N02").unwrap();
        found.len()
    };
    assert_eq!(double(&register), 0);
    // Five kilometres away it is another street: both are told.
    let other = json!({ "name": "翠湖路", "code": "L10", "class": "secondary" });
    register.put(Layer::Road, other, Some(street(102.754, 25.050)));
    assert_eq!(double(&register), 2);
}

#[test]
fn an_inventory_brought_along_is_the_one_made_anew() {
    let mut register = register();
    let before = register.snapshot();
    let inventory = Inventory::build(&before, day()).unwrap();
    let mut changes = Vec::new();
    let old = register.records[2].clone();
    let mut new = old.clone();
    let at = new.layer.def().index_of("name").unwrap();
    new.fields = new.fields.with(at, Some(crate::model::Value::Text("莲花路".into())));
    changes.push(Change::update(old, new));
    let place = register.records.iter().find(|record| record.code.as_deref() == Some("DM1")).unwrap().id;
    register.put(Layer::Name, json!({ "text": "文林街", "place_id": place.to_string() }), None);
    changes.push(Change::insert(register.records.last().unwrap().clone()));
    let removed = register.records.iter().find(|record| record.layer == Layer::Compound).unwrap();
    changes.push(Change::delete(removed.clone()));
    let after = before.apply(Revision(2), &changes).unwrap();
    let along = inventory.after(&after, &changes).unwrap();
    let anew = Inventory::build(&after, day()).unwrap();
    let told = |inventory: &Inventory| -> Vec<String> {
        let line =
            |(nth, one): (usize, &std::sync::Arc<Entry>)| format!("{one:?} {}", inventory.thing(nth as u32));
        inventory.entries().iter().enumerate().map(line).collect()
    };
    assert_eq!(told(&along), told(&anew));
    assert_eq!(along.written("莲花路").count(), 1);
    assert_eq!(along.written("翠湖路").count(), 0);
}

#[test]
fn nothing_breaks_on_what_is_no_name() {
    let long = "第一".repeat(5_000);
    for name in ["", " ", "路", "·", "\u{0}", "ABC", "🏠街", "一", "东路", &long] {
        for class in [None, Some(NameClass::Street), Some(NameClass::County), Some(NameClass::Committee)] {
            let found = said(
                &|p| {
                    p.name = name.to_owned();
                    p.class = class;
                },
                Rules::compiled(),
            );
            assert!(found.name.chars().count() <= 100);
        }
    }
}
