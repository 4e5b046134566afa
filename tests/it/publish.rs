//! `boundstone publish`: nothing of the register inside that is not public is among the bytes outside.

use std::convert::Infallible;
use std::sync::Arc;

use boundstone::model::layers::BoundaryMarker;
use boundstone::model::{Change, IdSource, Layer, Record, Secrecy, SetKind, record_from_json};
use boundstone::register::Register;
use boundstone::store::{GeoPackageStore, RegisterInfo};
use geo_types::Point;
use serde_json::{Value as Json, json};

use crate::cli::Desk;
use crate::http::app::{facility, header_of};

const INNER: [&str; 8] = [
    "绝密雷达站",
    "内部仓库",
    "13987650001",
    "530102199001011234",
    "独一棵银杏",
    "2771234.567",
    "先公开后定密",
    "张经办",
];

fn commit(register: &Register, changes: &[Change]) {
    let done =
        register.commit(header_of(SetKind::Edit, "张经办"), |_| Ok::<_, Infallible>(changes.to_vec()));
    done.unwrap();
}

#[test]
fn what_is_written_holds_no_byte_of_what_is_not_public() {
    let desk = Desk::new();
    let info = RegisterInfo { title: "五华区".into(), created: "2026-01-01T00:00:00Z".into() };
    let inner =
        Register::open(Box::new(GeoPackageStore::create(&desk.path("内.gpkg"), &info).unwrap())).unwrap();
    let mut ids = IdSource::new(1_790_000_000_000, 3);
    let extra = |json: Json| json.as_object().cloned().map(Box::new);
    let mut open = facility(ids.next_id(), "翠湖诊所", "clinic", (102.61, 25.01));
    open.extra =
        extra(json!({ "联系电话": "13987650001", "身份证号": "530102199001011234", "备注": "夜间开门" }));
    let mut secret = facility(ids.next_id(), "绝密雷达站", "clinic", (102.621_987_65, 25.02));
    secret.secrecy = Secrecy::Secret;
    let mut internal = facility(ids.next_id(), "内部仓库", "clinic", (102.63, 25.03));
    internal.secrecy = Secrecy::Internal;
    let mut fields = BoundaryMarker::numbered("界桩1号");
    (fields.x_m, fields.position_text) = (Some(2_771_234.567), Some("独一棵银杏以北".into()));
    let mut marker = Record::of(ids.next_id(), fields);
    marker.geometry = Some(Arc::new(Point::new(102.654_321, 25.043_219).into()));
    marker.extra = extra(json!({ "coordinates_secret": true }));
    let was = facility(ids.next_id(), "先公开后定密", "clinic", (102.64, 25.04));
    let now = Record { secrecy: Secrecy::Secret, ..was.clone() };
    // A gate of a compound that is secret: its place is public, whose it is is not.
    let mut compound = record_from_json(
        Layer::Compound,
        ids.next_id(),
        json!({ "name": "内部仓库大院" }).as_object().unwrap(),
    )
    .unwrap();
    compound.secrecy = Secrecy::Secret;
    let gate = json!({ "compound_id": compound.id.to_string() });
    let mut gate = record_from_json(Layer::Gate, ids.next_id(), gate.as_object().unwrap()).unwrap();
    gate.geometry = Some(Arc::new(Point::new(102.6, 25.0).into()));
    let hidden = [secret.id.to_string(), compound.id.to_string()];
    let all = [open, secret, internal, marker.clone(), was.clone(), compound, gate];
    commit(&inner, &all.map(Change::insert));
    commit(&inner, &[Change::update(was, now)]);
    drop(inner);
    desk.done(&["user", "内.gpkg", "add", "zhangsan", "--name", "张经办"]);

    let act = ["--by", "李四", "--reason", "对外发布"];
    let done = desk.json(&[&["publish", "内.gpkg", "外.gpkg"], &act[..]].concat());
    assert_eq!((&done["rows"], &done["left_out"]), (&json!(3), &json!(4)), "{done}");
    let bytes = std::fs::read(desk.path("外.gpkg")).unwrap();
    let holds = |what: &[u8]| bytes.windows(what.len()).any(|part| part == what);
    for word in INNER.into_iter().chain(hidden.iter().map(String::as_str)) {
        assert!(!holds(word.as_bytes()), "{word}");
    }
    for number in [2_771_234.567_f64, 102.654_321, 25.043_219, 102.621_987_65] {
        assert!(!holds(&number.to_le_bytes()) && !holds(&number.to_be_bytes()), "{number}");
    }
    assert!(holds("翠湖诊所".as_bytes()) && holds("夜间开门".as_bytes()) && holds("界桩1号".as_bytes()));
    desk.done(&["verify", "外.gpkg"]);
    // It is never written over another.
    assert_eq!(desk.code(&[&["publish", "内.gpkg", "外.gpkg"], &act[..]].concat()), Some(1));
}
