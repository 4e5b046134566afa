//! The areas of divisions from outside: whatever the way they come, borders are looked after. Two versions compared.

use std::sync::Arc;

use axum::http::StatusCode;
use boundstone::rules::Rules;
use boundstone::server::Config;
use serde_json::{Value as Json, json};

use super::app::{Reply, TestApp};

/// 五华区 with its east border bent outwards by `bend` degrees in the middle.
fn west(bend: f64) -> String {
    let ring = json!([
        [102.6, 25.0],
        [102.7, 25.0],
        [102.7 + bend, 25.05],
        [102.7, 25.1],
        [102.6, 25.1],
        [102.6, 25.0]
    ]);
    json!({ "type": "FeatureCollection", "features": [{
        "type": "Feature",
        "properties": { "code": "530102", "name": "五华区", "level": "county" },
        "geometry": { "type": "Polygon", "coordinates": [ring] },
    }]})
    .to_string()
}

async fn arrived(app: &TestApp, bend: f64, carry_m: Option<f64>) -> Json {
    let upload = app.upload("五华.geojson", west(bend).as_bytes()).await;
    let body = json!({
        "upload": upload["upload"], "file": upload["sources"][0]["file"], "layer": "division", "crs": "EPSG:4490",
        "carry_m": carry_m,
    });
    let job = app.preview(&body).await;
    assert_eq!(job["state"], "done", "{job}");
    job
}

/// The findings of a preview.
async fn findings(app: &TestApp, job: &Json) -> Vec<Json> {
    let found = app.ok(&format!("/api/v1/imports/{}/findings", job["id"].as_str().unwrap())).await;
    found["findings"].as_array().unwrap_or_else(|| panic!("{found}")).clone()
}

/// Their rules.
async fn rules(app: &TestApp, job: &Json) -> Vec<String> {
    let found = findings(app, job).await;
    found.iter().map(|finding| finding["rule"].as_str().unwrap().to_owned()).collect()
}

async fn points(app: &TestApp, code: &str) -> Json {
    let snapshot = app.register.snapshot();
    let id = snapshot.layer(boundstone::model::Layer::Division).by_code(code).next().unwrap().id;
    app.ok(&format!("/api/v1/layers/division/records/{id}")).await["geometry"]["coordinates"].clone()
}

#[tokio::test]
async fn an_import_is_fitted_to_its_neighbours_or_told_where_it_does_not_fit() {
    let app = TestApp::new();
    let apart = arrived(&app, 0.0002, None).await;
    assert!(rules(&app, &apart).await.contains(&"border.overlap".to_owned()), "{apart}");
    let carried = arrived(&app, 0.0002, Some(50.0)).await;
    let told = rules(&app, &carried).await;
    let fits = |rule: &String| ["border.carried", "border.uncovered"].contains(&rule.as_str());
    assert!(told.iter().all(|rule| !rule.starts_with("border.") || fits(rule)), "{told:?}");
    assert!(told.contains(&"border.carried".to_owned()), "{told:?}");
    let before = (points(&app, "530103").await, points(&app, "530102").await);
    let accepted = app.accept(&carried).await;
    assert_eq!(accepted["state"], "done", "{accepted}");
    let shared = json!([102.7002, 25.05]).to_string();
    for code in ["530102", "530103"] {
        assert!(points(&app, code).await.to_string().contains(&shared), "{code}");
    }
    // One change set, taken back as one: both sides as they were, bit for bit.
    let head = app.ok("/api/v1/register").await["revision"].as_u64().unwrap();
    assert_eq!(head, 2);
    let undo = json!({ "by": "李工", "reason": "误导入" });
    let reply = app.write("POST", "/api/v1/log/2/undo", &[], &undo).await;
    assert!(reply.status.is_success(), "{}", reply.text());
    assert_eq!((points(&app, "530103").await, points(&app, "530102").await), before);
}

#[tokio::test]
async fn an_undo_that_would_tear_borders_is_refused() {
    let app = TestApp::new();
    let carried = arrived(&app, 0.0002, Some(50.0)).await;
    app.accept(&carried).await;
    // A later change of the same border.
    let action = json!([{ "kind": "move", "at": [102.7002, 25.05], "to": [102.7003, 25.05] }]);
    let preview =
        app.write("POST", "/api/v1/borders/preview", &[], &json!({ "actions": action })).await.json();
    let sides = preview["divisions"].as_array().unwrap();
    let held: serde_json::Map<String, Json> =
        sides.iter().map(|one| (one["id"].as_str().unwrap().to_owned(), one["etag"].clone())).collect();
    let change = json!({ "actions": action, "held": held, "by": "李工", "reason": "复测" });
    let reply = app.write("POST", "/api/v1/borders", &[], &change).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    let reply =
        app.write("POST", "/api/v1/log/2/undo", &[], &json!({ "by": "李工", "reason": "误导入" })).await;
    assert!(reply.status.is_client_error(), "{}", reply.text());
}

fn refused(reply: &Reply) {
    assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", reply.text());
    assert_eq!(reply.json()["findings"][0]["rule"], "edit.division_geometry", "{}", reply.text());
}

#[tokio::test]
async fn no_form_table_or_protocol_writes_the_area_of_a_division() {
    let app = TestApp::new();
    let record = format!("/api/v1/layers/division/records/{}", app.wuhua);
    let tag = app.tag(&record).await;
    let area: Json = serde_json::from_str(&west(0.001)).unwrap();
    let area = &area["features"][0]["geometry"];
    let act = json!({ "by": "李工", "reason": "改图形" });
    let with = |more: Json| {
        let mut body = act.clone();
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    let patch = with(json!({ "geometry": area }));
    refused(&app.write("PATCH", &record, &[("if-match", &tag)], &patch).await);
    let gone = with(json!({ "geometry": null }));
    let reply = app.write("PATCH", &record, &[("if-match", &tag)], &gone).await;
    assert!(
        reply.status.is_client_error() || app.ok(&record).await["geometry"].is_object(),
        "{}",
        reply.text()
    );
    // As a pasted table sends it: many at once.
    let id = app.wuhua.to_string();
    let update = json!({ "op": "update", "layer": "division", "id": id, "if_match": tag, "set": {}, "geometry": area });
    let create = json!({ "op": "create", "layer": "division", "geometry": area,
        "set": { "name": "新区", "level": "county", "code": "530199" } });
    for change in [update, create] {
        let body = with(json!({ "changes": [change] }));
        let reply = app.write("POST", "/api/v1/changes", &[], &body).await;
        assert!(reply.status.is_client_error(), "{}", reply.text());
    }
    let items = "/ogc/collections/division/items";
    let feature = json!({ "type": "Feature", "geometry": area, "properties": { "name": "五华区", "level": "county", "code": "530102" } });
    let about = [("if-match", tag.as_str()), ("content-type", "application/geo+json")];
    for (method, path) in
        [("PUT", format!("{items}/{id}")), ("PATCH", format!("{items}/{id}")), ("POST", items.to_owned())]
    {
        let reply = app.write(method, &path, &about, &feature).await;
        assert!(reply.status.is_client_error(), "{method}: {}", reply.text());
    }
    let undo = json!({ "by": "李工", "reason": "清空" });
    let reply = app.write("DELETE", &record, &[("if-match", &tag)], &undo).await;
    assert!(reply.status.is_client_error(), "a division with an area is not deleted: {}", reply.text());
    assert_eq!(app.ok("/api/v1/register").await["revision"], 1, "nothing of it was written");
}

#[tokio::test]
async fn imports_are_looked_at_by_the_rules_that_the_server_was_started_with() {
    let own = r#"
[law]
kind = "profile"
zh = "某区做法"
en = "a district's practice"

[[change]]
rule = "G01"
basis = { zh = "本局试行", en = "on trial at this office" }
severity = "note"
"#;
    let rules = Arc::new(Rules::compiled().with_file("own.toml", own).unwrap());
    let app = TestApp::with(&Config { rules, ..Config::default() });
    let job = arrived(&app, 0.0002, None).await;
    let kept = findings(&app, &job).await;
    let overlap = kept.iter().find(|finding| finding["rule"] == "border.overlap").unwrap();
    assert_eq!(overlap["severity"], "note", "{overlap}");
}

#[tokio::test]
async fn two_versions_are_compared_as_a_job() {
    let app = TestApp::new();
    let upload = app.upload("五华.geojson", west(0.004).as_bytes()).await;
    let file = json!({ "from": "file", "upload": upload["upload"], "file": upload["sources"][0]["file"], "crs": "EPSG:4490" });
    let day = |day: &str| json!({ "from": "register", "day": day });
    let begin = async |body: Json| {
        let reply = app.write("POST", "/api/v1/comparisons", &[], &body).await;
        assert_eq!(reply.status, StatusCode::ACCEPTED, "{}", reply.text());
        app.ended(&reply.json()).await
    };
    let days = begin(json!({ "old": day("2026-01-01"), "new": day("2026-11-21"), "level": "county" })).await;
    assert_eq!(days["state"], "done", "{days}");
    let one = |job: &Json, more: &str| format!("/api/v1/comparisons/{}{more}", job["id"].as_str().unwrap());
    let found = app.ok(&one(&days, "")).await;
    assert_eq!((&found["total"], &found["counts"]["unchanged"]), (&json!(2), &json!(2)), "{found}");
    let moved = begin(json!({ "old": day("2026-11-21"), "new": file, "level": "county" })).await;
    assert_eq!(moved["state"], "done", "{moved}");
    let found = app.ok(&one(&moved, "?change=moved")).await;
    assert_eq!(found["total"], 1, "{found}");
    let item = &found["items"][0];
    assert_eq!(item["old"]["code"], "530102");
    assert_eq!(
        (&item["new"]["code"], &item["new"]["name"]),
        (&json!("530102"), &json!("五华区")),
        "as the file has it"
    );
    assert!((item["max_m"].as_f64().unwrap() - 403.0).abs() < 8.0, "{item}");
    let shapes = app.ok(&one(&moved, &format!("/items/{}", item["n"]))).await;
    assert!(shapes["old"].is_object() && shapes["new"].is_object(), "{shapes}");
    assert_eq!(shapes["pieces"].as_array().unwrap().len(), 1, "{shapes}");
    let gone = app.ok(&one(&moved, "?change=gone")).await;
    assert_eq!(gone["items"][0]["old"]["code"], "530103");
    for format in ["xlsx", "csv", "geojson"] {
        let reply = app.get(&one(&moved, &format!("/export?format={format}"))).await;
        assert_eq!(reply.status, StatusCode::OK, "{format}: {}", reply.text());
        assert!(reply.body.len() > 200, "{format}");
    }
    for (body, status) in [
        (json!({ "old": day("gestern"), "new": day("2026-11-21") }), 400..500),
        (json!({ "old": day("2026-01-01"), "new": day("2026-11-21"), "level": "galaxy" }), 400..500),
    ] {
        let reply = app.write("POST", "/api/v1/comparisons", &[], &body).await;
        assert!(status.contains(&reply.status.as_u16()), "{body}: {}", reply.text());
    }
    assert_eq!(app.get("/api/v1/comparisons/nobody").await.status, StatusCode::NOT_FOUND);
}
