//! Names proposed and renamed, over HTTP.

use axum::http::StatusCode;
use boundstone::model::{Change, IdSource, Layer, Secrecy, SetKind, geometry, record_from_json};
use geo_types::{Geometry, line_string, point};
use serde_json::{Value as Json, json};

use super::app::{TestApp, header_of};

/// Two streets, one of them secret, a plate and a sign.
fn put(app: &TestApp) -> String {
    let mut ids = IdSource::new(1_791_000_000_000, 3);
    let mut record = |layer: Layer, fields: Json, shape: Geometry| {
        let mut record = record_from_json(layer, ids.next_id(), fields.as_object().unwrap()).unwrap();
        record.geometry = Some(geometry::settle(shape, layer.def().geometry).unwrap().into());
        record
    };
    let line = |x: f64| Geometry::from(line_string![(x: x, y: 25.05), (x: x + 0.002, y: 25.05)]);
    let road = record(Layer::Road, json!({ "code": "L1", "name": "文林路" }), line(102.70));
    let mut hidden = record(Layer::Road, json!({ "code": "L2", "name": "丰收路" }), line(102.71));
    hidden.secrecy = Secrecy::Secret;
    let at = || point! { x: 102.7005, y: 25.0501 }.into();
    let plate = json!({ "code": "D1", "plate_no": "1号", "road": "文林路", "road_code": "L1", "full_address": "五华区文林路1号" });
    let plate = record(Layer::DoorPlate, plate, at());
    let sign = record(
        Layer::Sign,
        json!({ "code": "B1", "text": "文林路", "road_code": "L1", "kind": "street" }),
        at(),
    );
    let id = road.id.to_string();
    let changes: Vec<Change> = [road, hidden, plate, sign].into_iter().map(Change::insert).collect();
    let made = app
        .register
        .commit(header_of(SetKind::Import, "道路"), |_| Ok::<_, std::convert::Infallible>(changes.clone()));
    made.unwrap();
    id
}

async fn asked(app: &TestApp, body: Json) -> Json {
    let reply = app.write("POST", "/api/v1/names/check", &[], &body).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    reply.json()
}

fn rules(answer: &Json) -> Vec<&str> {
    answer["findings"].as_array().unwrap().iter().map(|one| one["rule"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_proposal_is_answered_with_findings_and_names_that_pass() {
    let app = TestApp::new();
    put(&app);
    let body = json!({ "name": "文林路", "class": "street", "at": [102.703, 25.05], "free": 3 });
    let answer = asked(&app, body).await;
    let double = answer["findings"].as_array().unwrap().iter().find(|one| one["rule"] == "N02").unwrap();
    assert_eq!((&double["severity"], &double["met"][0]["code"]), (&json!("error"), &json!("L1")));
    assert!(double["met"][0]["distance_m"].as_f64().unwrap() < 1_000.0);
    assert!(double["article"]["zh"].as_str().unwrap().contains("地名管理条例"));
    let free = answer["free"].as_array().unwrap();
    assert!(!free.is_empty() && free.len() <= 3, "{free:?}");
    let other = asked(&app, json!({ "name": free[0], "class": "street", "at": [102.703, 25.05] })).await;
    assert!(!rules(&other).contains(&"N02"));
    // What is secret is not told.
    let hidden = asked(&app, json!({ "name": "丰收路", "class": "street", "at": [102.711, 25.05] })).await;
    assert!(!rules(&hidden).contains(&"N02"), "{hidden}");
}

#[tokio::test]
async fn a_decision_settles_a_question_and_nonsense_is_refused() {
    let app = TestApp::new();
    put(&app);
    let mut body = json!({ "name": "万达路", "class": "street" });
    assert!(rules(&asked(&app, body.clone()).await).contains(&"N10"));
    body["decisions"] = json!([{ "rule": "N10", "reason": "因万达村得名", "by": "张三" }]);
    assert!(!rules(&asked(&app, body).await).contains(&"N10"));
    for body in [
        json!({ "name": "" }),
        json!({ "name": "长".repeat(101) }),
        json!({ "name": "文林路", "at": [500, 0] }),
        json!({ "name": "文林路", "class": "planet" }),
        json!({ "name": "文林路", "renames": { "layer": "nothing", "id": "x" } }),
        json!({ "name": "文林路", "unknown": 1 }),
    ] {
        let reply = app.write("POST", "/api/v1/names/check", &[], &body).await;
        assert!(reply.status.is_client_error(), "{body}: {}", reply.text());
    }
}

#[tokio::test]
async fn a_renaming_lists_plates_and_signs_and_its_workbook() {
    let app = TestApp::new();
    let id = put(&app);
    let path = format!("/api/v1/names/road/{id}/impact?to=%E6%98%99%E5%8D%8E%E8%B7%AF");
    let answer = app.ok(&path).await;
    assert_eq!((&answer["from"], &answer["to"]), (&json!("文林路"), &json!("昙华路")));
    assert_eq!(answer["counts"], json!({ "own": 1, "sign": 1, "plate": 2 }));
    let touched = answer["touched"].as_array().unwrap();
    let address = touched.iter().find(|one| one["field"] == "full_address").unwrap();
    assert_eq!((&address["new"], &address["sure"]), (&json!("五华区昙华路1号"), &json!(true)));
    let file = app.get(&path.replace("/impact", "/impact/export")).await;
    assert!(file.status.is_success() && file.body.starts_with(b"PK"));
    assert_eq!(app.get(&format!("/api/v1/names/road/{id}/impact")).await.status, StatusCode::BAD_REQUEST);
    let nobody = "/api/v1/names/road/00000000000000000000000000/impact?to=x";
    assert_eq!(app.get(nobody).await.status, StatusCode::NOT_FOUND);
}

/// The findings on names are in the list of all findings and follow an edit.
#[tokio::test]
async fn findings_on_names_follow_edits() {
    let app = TestApp::new();
    let id = put(&app);
    assert_eq!(app.ok("/api/v1/checks?rule=S01").await["total"], 0);
    let path = format!("/api/v1/layers/road/records/{id}");
    let tag = app.tag(&path).await;
    let body = json!({ "set": { "name": "昙华路" }, "by": "张三", "reason": "更名" });
    let reply = app.write("PATCH", &path, &[("if-match", &tag)], &body).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    let found = app.ok("/api/v1/checks?rule=S01,D04").await;
    assert_eq!(found["counts"], json!({ "D04": 1, "S01": 1 }), "{found}");
}
