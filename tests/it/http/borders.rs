//! Borders of divisions over HTTP: previewed, changed on both sides, refused with a reason.

use axum::http::StatusCode;
use serde_json::{Map, Value as Json, json};

use super::app::TestApp;

const PREVIEW: &str = "/api/v1/borders/preview";
const CHANGE: &str = "/api/v1/borders";

/// A point put into the border that two counties and a street have in common, 0.001° to the east.
fn bulge() -> Json {
    json!({ "kind": "insert", "edge": [[102.7, 25.0], [102.7, 25.1]], "at": [102.701, 25.05] })
}

fn held(preview: &Json) -> Json {
    let divisions = preview["divisions"].as_array().unwrap();
    let pairs = divisions.iter().map(|one| (one["id"].as_str().unwrap().to_owned(), one["etag"].clone()));
    Json::Object(pairs.collect::<Map<_, _>>())
}

fn change(held: &Json) -> Json {
    json!({ "actions": [bulge()], "held": held, "by": "李工", "reason": "勘界成果", "document": "五民〔2026〕8号" })
}

#[tokio::test]
async fn a_border_changes_on_both_sides_as_one_change() {
    let app = TestApp::new();
    let preview = app.write("POST", PREVIEW, &[], &json!({ "actions": [bulge()] })).await;
    assert_eq!(preview.status, StatusCode::OK, "{}", preview.text());
    let preview = preview.json();
    let names: Vec<&str> =
        preview["divisions"].as_array().unwrap().iter().map(|one| one["label"].as_str().unwrap()).collect();
    assert_eq!(names, ["五华区", "盘龙区", "华山街道"]);
    let gained = |at: usize| {
        let one = &preview["divisions"][at];
        one["area_after_m2"].as_f64().unwrap() - one["area_before_m2"].as_f64().unwrap()
    };
    // Half of 0.001° by 0.1° at 25° N.
    assert!((gained(0) - 558_000.0).abs() < 2_000.0, "{}", gained(0));
    assert!((gained(0) + gained(1)).abs() < 1.0);
    assert_eq!(app.ok("/api/v1/register").await["revision"], 1, "a preview writes nothing");

    let unseen = app.write("POST", CHANGE, &[], &change(&json!({}))).await;
    assert_eq!(unseen.status, StatusCode::PRECONDITION_REQUIRED);
    let done = app.write("POST", CHANGE, &[], &change(&held(&preview))).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.text());
    assert_eq!(done.json()["revision"], 2);
    let again = app.write("POST", CHANGE, &[], &change(&held(&preview))).await;
    assert!(again.status.is_client_error(), "the edge is no more: {}", again.text());
    let log = app.ok("/api/v1/log/2").await;
    assert_eq!(log["document"], "五民〔2026〕8号", "{log}");

    let record = format!("/api/v1/layers/division/records/{}", app.wuhua);
    let points = app.ok(&record).await["geometry"]["coordinates"][0][0].as_array().unwrap().len();
    assert_eq!(points, 6);
    let undo = app.write("POST", "/api/v1/log/2/undo", &[], &json!({ "by": "李工", "reason": "误改" })).await;
    assert!(undo.status.is_success(), "{}", undo.text());
    let points = app.ok(&record).await["geometry"]["coordinates"][0][0].as_array().unwrap().len();
    assert_eq!(points, 5);
}

#[tokio::test]
async fn a_division_changed_meanwhile_is_not_overwritten() {
    let app = TestApp::new();
    let preview = app.write("POST", PREVIEW, &[], &json!({ "actions": [bulge()] })).await.json();
    let record = format!("/api/v1/layers/division/records/{}", app.wuhua);
    let tag = app.tag(&record).await;
    let other = json!({ "set": { "remarks": "复核" }, "by": "王工", "reason": "补记" });
    assert_eq!(app.write("PATCH", &record, &[("if-match", &tag)], &other).await.status, StatusCode::OK);
    let late = app.write("POST", CHANGE, &[], &change(&held(&preview))).await;
    assert_eq!(late.status, StatusCode::PRECONDITION_FAILED);
    assert_eq!(late.json()["code"], "edit.overtaken");
}

#[tokio::test]
async fn what_cannot_be_is_a_finding_with_its_place() {
    let app = TestApp::new();
    let nowhere = json!({ "actions": [{ "kind": "move", "at": [102.65, 25.05], "to": [102.66, 25.05] }] });
    let reply = app.write("POST", PREVIEW, &[], &nowhere).await;
    assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
    let finding = &reply.json()["findings"][0];
    assert_eq!(
        (&finding["rule"], &finding["spot"]["at"]),
        (&json!("edit.no_vertex"), &json!([102.65, 25.05]))
    );
    // The township is made up of nothing lower; the county is.
    let line = json!([[102.59, 25.05], [102.71, 25.05]]);
    let cut = json!({ "actions": [{ "kind": "split", "division": app.wuhua.to_string(), "line": line, "name": "新区" }] });
    let reply = app.write("POST", PREVIEW, &[], &cut).await;
    assert_eq!(reply.json()["findings"][0]["rule"], "border.has_parts");
    for bad in [
        json!({ "actions": [{ "kind": "split", "division": app.wuhua.to_string(), "line": [[1.0, 2.0]], "name": "x" }] }),
        json!({ "actions": [{ "kind": "snap", "edge": [[102.7, 25.0], [102.7, 25.1]], "line": line, "within_m": -1.0 }] }),
        json!({ "actions": [{ "kind": "hand_over", "from": app.wuhua.to_string(), "to": app.wuhua.to_string(), "piece": [[102.6, 25.0], [102.6, 25.0], [102.6, 25.0]] }] }),
        json!({ "actions": [{ "kind": "move", "at": [1e300, 25.0], "to": [-1e300, 1e300] }] }),
        json!({ "actions": [{ "kind": "melt" }] }),
        json!({ "actions": [bulge()], "day": "gestern" }),
    ] {
        let reply = app.write("POST", PREVIEW, &[], &bad).await;
        assert!(reply.status.is_client_error(), "{bad}: {}", reply.text());
    }
}

#[tokio::test]
async fn the_borders_of_a_window_come_with_their_sides() {
    let app = TestApp::new();
    let question =
        |window: Json, actions: Json| json!({ "level": "county", "window": window, "actions": actions });
    let here = json!([102.69, 25.01, 102.71, 25.09]);
    let reply = app.write("POST", "/api/v1/borders/arcs", &[], &question(here.clone(), json!([]))).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    let found = reply.json();
    assert_eq!(found["too_many"], false);
    let border = found["borders"]
        .as_array()
        .unwrap()
        .iter()
        .find(|border| border["left"].is_u64() && border["right"].is_u64())
        .unwrap();
    let label = |side: &str| &found["divisions"][border[side].as_u64().unwrap() as usize]["label"];
    let mut sides = [label("left").as_str().unwrap(), label("right").as_str().unwrap()];
    sides.sort_unstable();
    assert_eq!(sides, ["五华区", "盘龙区"]);
    // With a change that is not written.
    let reply =
        app.write("POST", "/api/v1/borders/arcs", &[], &question(here, json!([bulge()]))).await.json();
    assert!(reply["borders"].to_string().contains("[102.701,25.05]"), "{reply}");
    let twice = json!([bulge(), { "kind": "move", "at": [102.701, 25.05], "to": [102.702, 25.05] }]);
    let preview = app.write("POST", PREVIEW, &[], &json!({ "actions": twice, "checks": true })).await;
    assert_eq!(preview.status, StatusCode::OK, "{}", preview.text());
    assert!(preview.json()["findings"].is_array());
    for bad in [json!([102.7, 25.0, 102.6, 25.1]), json!([0, 0, 400, 1])] {
        let reply = app.write("POST", "/api/v1/borders/arcs", &[], &question(bad, json!([]))).await;
        assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let nothing = app.write("POST", PREVIEW, &[], &json!({ "actions": [] })).await;
    assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
    let many: Vec<Json> = (0..201).map(|_| bulge()).collect();
    let reply = app.write("POST", PREVIEW, &[], &json!({ "actions": many })).await;
    assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
}
