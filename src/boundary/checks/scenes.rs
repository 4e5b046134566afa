//! A small register in which every rule is kept, and ways to break each.
//!
//! Three counties meet in one point; the west has a town with two communities:
//!
//! ```text
//!   west │ east
//!   ─────┼─────     lines WE, WS, ES; markers 001Q and the pair 002A, 002B on WE,
//!      south        001Q on WS and on ES, 001C, 001D, 001E round the tri-point
//! ```

use std::collections::BTreeMap;

use geo_types::{Geometry, LineString, Point, Polygon};
use serde_json::{Map, Value as Json, json};

use super::{Noticed, Scene, Scope, run};
use crate::model::{Date, IdSource, Layer, Record, RecordId, Revision, geometry, record_from_json};
use crate::rules::Rules;
use crate::snapshot::Snapshot;

pub const WE: &str = "53010001020103";
pub const WS: &str = "53010001020112";
pub const ES: &str = "53010001030112";

/// What the agreement says of WE.
pub const ALIGNMENT: &str = "自起点起，以直线向南行2215米至001号界桩；再以直线向南行3323米至002号界桩；\
    再以直线向南行5539米至止点止。全长11.078公里。";

/// The meeting point.
pub const MIDDLE: (f64, f64) = (102.70, 25.00);

/// A register by layer and code.
#[derive(Clone)]
pub struct Register {
    records: BTreeMap<(Layer, String), (RecordId, Map<String, Json>, Option<Geometry>)>,
    next: u64,
}

pub fn day() -> Date {
    "2026-01-01".parse().unwrap()
}

pub fn area(ring: &[(f64, f64)]) -> Geometry {
    Polygon::new(LineString::from(ring.to_vec()), vec![]).into()
}

pub fn point(x: f64, y: f64) -> Geometry {
    Point::new(x, y).into()
}

pub fn line(points: &[(f64, f64)]) -> Geometry {
    LineString::from(points.to_vec()).into()
}

impl Register {
    /// Nothing in it.
    pub fn empty() -> Self {
        Self { records: BTreeMap::new(), next: 0 }
    }

    pub fn put(&mut self, layer: Layer, code: &str, fields: Json, geometry: Option<Geometry>) -> RecordId {
        self.next += 1;
        let id = IdSource::new(1_767_196_800_000 + self.next, 7).next_id();
        let Json::Object(mut object) = fields else { panic!("an object") };
        object.insert("code".into(), code.into());
        self.records.insert((layer, code.to_owned()), (id, object, geometry));
        id
    }

    /// Changes fields of a record; null takes one away.
    pub fn set(&mut self, layer: Layer, code: &str, fields: Json) {
        let (_, object, _) = self.records.get_mut(&(layer, code.to_owned())).unwrap();
        for (name, value) in fields.as_object().unwrap() {
            object.insert(name.clone(), value.clone());
        }
    }

    pub fn shape(&mut self, layer: Layer, code: &str, geometry: Geometry) {
        self.records.get_mut(&(layer, code.to_owned())).unwrap().2 = Some(geometry);
    }

    pub fn remove(&mut self, layer: Layer, code: &str) {
        self.records.remove(&(layer, code.to_owned())).unwrap();
    }

    /// Gives a record another code under which it stands.
    pub fn recode(&mut self, layer: Layer, from: &str, to: &str) {
        let (id, mut object, geometry) = self.records.remove(&(layer, from.to_owned())).unwrap();
        object.insert("code".into(), to.into());
        self.records.insert((layer, to.to_owned()), (id, object, geometry));
    }

    pub fn records(&self) -> Vec<Record> {
        let one = |(key, (id, object, shape)): (
            &(Layer, String),
            &(RecordId, Map<String, Json>, Option<Geometry>),
        )| {
            let mut record =
                record_from_json(key.0, *id, object).unwrap_or_else(|e| panic!("{key:?}: {e:?}"));
            let settled = shape.clone().map(|g| geometry::settle(g, key.0.def().geometry).unwrap());
            record.geometry = settled.map(std::sync::Arc::new);
            record
        };
        self.records.iter().map(one).collect()
    }

    pub fn snapshot(&self) -> Snapshot {
        Snapshot::build(Revision(1), self.records())
    }

    /// What all checks find.
    pub fn found(&self) -> Vec<Noticed> {
        let snapshot = self.snapshot();
        run(&Scene::new(&snapshot, day(), Scope::All), Rules::compiled()).unwrap()
    }
}

fn county(register: &mut Register, code: &str, name: &str, ring: &[(f64, f64)]) {
    let fields = json!({ "name": name, "level": "county", "kind": "district" });
    register.put(Layer::Division, code, fields, Some(area(ring)));
}

fn boundary(register: &mut Register, code: &str, parties: [&str; 2], points: &[(f64, f64)], markers: usize) {
    let fields = json!({
        "name": code, "level": "county", "party_a_code": parties[0], "party_b_code": parties[1],
        "approver": "市人民政府", "agreement_no": "协议1号", "agreement_date": "1998-09-18",
        "agreement_scale": "1:10000", "marker_count": markers, "last_inspection": "2024-05-01",
        "next_inspection": "2029-05-01",
    });
    register.put(Layer::BoundaryLine, code, fields, Some(line(points)));
}

fn marker(register: &mut Register, number: &str, kind: &str, lines: &[&str], at: (f64, f64)) {
    let object = |azimuth: f64, distance: f64| json!({ "object": format!("房角{azimuth}"), "azimuth_deg": azimuth, "distance_m": distance });
    let fields = json!({
        "number": number, "level": "county", "marker_type": kind, "line_codes": lines, "responsible_side": "a",
        "references": [object(10.0, 25.5), object(130.5, 40.0), object(250.0, 12.3)], "condition": "intact",
    });
    register.put(Layer::BoundaryMarker, number, fields, Some(point(at.0, at.1)));
}

/// Every rule is kept.
pub fn sound() -> Register {
    let mut register = Register::empty();
    let r = &mut register;
    let (west, east) = (102.60, 102.80);
    county(r, "530102", "西区", &[(west, 25.0), MIDDLE, (102.70, 25.05), (102.70, 25.10), (west, 25.10)]);
    county(r, "530103", "东区", &[MIDDLE, (east, 25.0), (east, 25.10), (102.70, 25.10), (102.70, 25.05)]);
    county(r, "530112", "南区", &[(west, 24.9), (east, 24.9), (east, 25.0), MIDDLE, (west, 25.0)]);
    boundary(r, WE, ["530102", "530103"], &[(102.70, 25.10), (102.70, 25.05), MIDDLE], 3);
    boundary(r, WS, ["530102", "530112"], &[(west, 25.0), MIDDLE], 1);
    boundary(r, ES, ["530103", "530112"], &[MIDDLE, (east, 25.0)], 1);
    marker(r, &format!("{WE}001Q"), "single", &[WE], (102.70, 25.08));
    marker(r, &format!("{WE}002A"), "double", &[WE], (102.6995, 25.05));
    marker(r, &format!("{WE}002B"), "double", &[WE], (102.7005, 25.05));
    marker(r, &format!("{WS}001Q"), "single", &[WS], (102.65, 25.0));
    marker(r, &format!("{ES}001Q"), "single", &[ES], (102.75, 25.0));
    for (letter, at) in [('C', (102.6999, 25.0002)), ('D', (102.7002, 25.0001)), ('E', (102.7, 24.9998))] {
        let number = format!("530100010201030112001{letter}");
        marker(r, &number, "triple", &[WE, WS, ES], at);
        r.set(Layer::BoundaryMarker, &number, json!({ "tripoint_agreement": "交会点协议1号" }));
    }
    let town = json!({ "name": "西镇", "level": "township", "kind": "subdistrict", "parent_code": "530102" });
    let square = |x: f64, wide: f64| area(&[(x, 25.01), (x + wide, 25.01), (x + wide, 25.03), (x, 25.03)]);
    let whole = area(&[
        (102.61, 25.01),
        (102.63, 25.01),
        (102.65, 25.01),
        (102.65, 25.03),
        (102.63, 25.03),
        (102.61, 25.03),
    ]);
    r.put(Layer::Division, "530102001", town, Some(whole));
    for (code, x) in [("530102001001", 102.61), ("530102001002", 102.63)] {
        let fields =
            json!({ "name": code, "level": "community", "kind": "community", "parent_code": "530102001" });
        r.put(Layer::Division, code, fields, Some(square(x, 0.02)));
    }
    visits(r);
    r.set(Layer::BoundaryLine, WE, json!({ "alignment_text": ALIGNMENT }));
    register
}

/// A round that is closed, over one line, with a record for each marker and the whole of the line.
fn visits(r: &mut Register) {
    let round = json!({
        "name": "南线第五轮联检", "stage": "closed", "line_codes": [WS], "signed_a": "甲", "signed_b": "乙",
        "signed_a_date": "2024-04-20", "signed_b_date": "2024-04-21", "filing_no": "备1号",
        "filing_date": "2024-05-01", "ended": "2024-05-01",
    });
    r.put(Layer::InspectionRound, "R1", round, None);
    let (x, y) = (102.65, 25.0);
    let marker = json!({
        "round_code": "R1", "subject": "marker", "line_code": WS, "marker_code": format!("{WS}001Q"), "device": "rtk",
        "condition": "intact", "action": "repaired", "neighbour_present": true,
    });
    r.put(Layer::InspectionRecord, "R1-1", marker, Some(off((x, y), 0.3, 0.3)));
    for letter in ['C', 'D', 'E'] {
        let number = format!("530100010201030112001{letter}");
        let fields =
            json!({ "round_code": "R1", "subject": "marker", "line_code": WS, "marker_code": number });
        r.put(Layer::InspectionRecord, &format!("R1-{letter}"), fields, None);
    }
    let whole = json!({ "round_code": "R1", "subject": "segment", "line_code": WS, "segment": "1" });
    r.put(Layer::InspectionRecord, "R1-5", whole, None);
}

/// The point half a metre or so off in a direction, degrees.
pub fn off(at: (f64, f64), dx_m: f64, dy_m: f64) -> Geometry {
    point(at.0 + dx_m / 100_900.0, at.1 + dy_m / 110_770.0)
}
