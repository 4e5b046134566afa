//! Records of boundary lines that follow a change of borders, over HTTP.

use axum::http::StatusCode;
use boundstone::model::Layer;
use serde_json::{Map, Value as Json, json};

use super::app::{Reply, TestApp};

const LINE: &str = "53010001020103";

fn bulge() -> Json {
    json!({ "kind": "insert", "edge": [[102.7, 25.0], [102.7, 25.1]], "at": [102.701, 25.05] })
}

/// The line of the two counties, derived; what people entered, and whether it is surveyed.
async fn with_line(surveyed: bool) -> (TestApp, String) {
    let app = TestApp::new();
    let derive = json!({ "level": "county", "by": "张工", "reason": "建立界线台账" });
    let made = app.write("POST", "/api/v1/boundary/lines", &[], &derive).await.json();
    assert_eq!(made["lines"][0]["code"], LINE, "{made}");
    let record = format!("/api/v1/layers/boundary_line/records/{}", made["lines"][0]["id"].as_str().unwrap());
    let tag = app.tag(&record).await;
    let entered =
        json!({ "agreement_no": "〔1999〕7号", "management_split": "北段五华", "surveyed": surveyed });
    let set = json!({ "set": entered, "by": "张工", "reason": "录入协议书" });
    let reply = app.write("PATCH", &record, &[("if-match", &tag)], &set).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    (app, record)
}

async fn preview(app: &TestApp, actions: &Json) -> Reply {
    let question = json!({ "actions": actions, "checks": true });
    app.write("POST", "/api/v1/borders/preview", &[], &question).await
}

async fn done(app: &TestApp, actions: &Json) -> Json {
    let preview = preview(app, actions).await;
    assert_eq!(preview.status, StatusCode::OK, "{}", preview.text());
    let preview = preview.json();
    let held = preview["divisions"].as_array().unwrap().iter().filter(|one| one["etag"].is_string());
    let held: Map<String, Json> =
        held.map(|one| (one["id"].as_str().unwrap().to_owned(), one["etag"].clone())).collect();
    let change = json!({ "actions": actions, "held": held, "by": "李工", "reason": "勘界成果" });
    let reply = app.write("POST", "/api/v1/borders", &[], &change).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    assert_eq!(reply.json()["lines"].as_array().unwrap().len(), preview["lines"].as_array().unwrap().len());
    preview
}

fn points(record: &Json) -> Vec<Json> {
    record["geometry"]["coordinates"][0].as_array().unwrap().clone()
}

fn id_of(app: &TestApp, code: &str) -> String {
    app.register.snapshot().layer(Layer::Division).by_code(code).next().unwrap().id.to_string()
}

async fn findings(app: &TestApp, rule: &str) -> usize {
    let found = app.ok(&format!("/api/v1/checks?rule={rule}")).await;
    found["findings"].as_array().unwrap_or_else(|| panic!("{found}")).len()
}

#[tokio::test]
async fn the_line_of_a_moved_border_moves_with_it_in_one_change_and_one_undo() {
    let (app, record) = with_line(false).await;
    let before = app.ok(&record).await;
    let preview = done(&app, &json!([bulge()])).await;
    let line = &preview["lines"][0];
    assert_eq!((&line["code"], &line["outcome"]), (&json!(LINE), &json!("changed")), "{preview}");
    assert!((line["moved_m"].as_f64().unwrap() - 100.8).abs() < 0.5, "{line}");
    assert!(line["length_after_m"].as_f64().unwrap() > line["length_before_m"].as_f64().unwrap() + 1.0);
    let after = app.ok(&record).await;
    assert_eq!((points(&before).len(), points(&after).len()), (2, 3));
    for field in ["agreement_no", "management_split", "name", "code"] {
        assert_eq!(before["attributes"][field], after["attributes"][field], "{field}");
    }
    assert_ne!(before["attributes"]["measured_km"], after["attributes"]["measured_km"]);
    assert_ne!(before["attributes"]["segments"], after["attributes"]["segments"]);
    assert_eq!(findings(&app, "B16").await, 0);
    let head = app.ok("/api/v1/register").await["revision"].as_u64().unwrap();
    let undo = app
        .write("POST", &format!("/api/v1/log/{head}/undo"), &[], &json!({ "by": "李工", "reason": "误改" }))
        .await;
    assert!(undo.status.is_success(), "{}", undo.text());
    assert_eq!(app.ok(&record).await["geometry"], before["geometry"]);
    assert_eq!(app.ok(&record).await["attributes"], before["attributes"]);
    assert_eq!(findings(&app, "B16").await, 0);
}

#[tokio::test]
async fn a_surveyed_line_takes_a_point_and_does_not_move() {
    let (app, record) = with_line(true).await;
    let moved = preview(&app, &json!([bulge()])).await;
    assert_eq!(moved.json()["findings"][0]["rule"], "edit.locked", "{}", moved.text());
    // The west county has a street, the east one nothing lower: it is cut from the surveyed line on.
    let id = id_of(&app, "530103");
    let cut = json!([{ "kind": "split", "division": id, "line": [[102.69, 25.04], [102.81, 25.06]], "name": "东新区", "code": "530105" }]);
    let preview = done(&app, &cut).await;
    let lines = preview["lines"].as_array().unwrap();
    let outcome = |what: &str| lines.iter().filter(|line| line["outcome"] == what).count();
    assert_eq!((outcome("changed"), outcome("new")), (1, 2), "{preview}");
    let old = lines.iter().find(|line| line["outcome"] == "changed").unwrap();
    assert!(old["surveyed"] == true && old["moved_m"].as_f64().unwrap() < 0.001, "{old}");
    assert_eq!(findings(&app, "B16").await, 0);
    assert_eq!(points(&app.ok(&record).await).len(), 2);
    // It holds on.
    let put = json!([{ "kind": "move", "at": points(&app.ok(&record).await)[1], "to": [102.71, 25.03] }]);
    let refused = self::preview(&app, &put).await;
    assert_eq!(refused.json()["findings"][0]["rule"], "edit.locked", "{}", refused.text());
}

#[tokio::test]
async fn what_a_split_makes_is_handed_on_before_it_is_written() {
    let (app, _) = with_line(false).await;
    let id = id_of(&app, "530103");
    let cut = json!({ "kind": "split", "division": id, "line": [[102.69, 25.04], [102.81, 25.06]], "name": "东新区" });
    let arcs = json!({ "level": "county", "window": [102.5, 24.9, 102.9, 25.2], "actions": [cut] });
    let found = app.write("POST", "/api/v1/borders/arcs", &[], &arcs).await.json();
    let new = found["divisions"].as_array().unwrap().iter().find(|one| one["id"].is_null()).unwrap();
    assert_eq!(new["made"], 0);
    let back = json!([cut, { "kind": "merge", "divisions": [id, "new:0"] }]);
    let whole = preview(&app, &back).await;
    assert_eq!(whole.status, StatusCode::OK, "only the points of the cut are left: {}", whole.text());
    assert!(whole.json()["divisions"].as_array().unwrap().iter().all(|one| one["made"].is_null()));
    for bad in ["new:1", "new:x", "new:"] {
        let wrong = json!([cut, { "kind": "merge", "divisions": [id, bad] }]);
        let reply = preview(&app, &wrong).await;
        assert!(reply.status.is_client_error(), "{bad}: {}", reply.text());
    }
}
