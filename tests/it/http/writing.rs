//! Changing and undoing: preconditions, findings, conflicts, events.

use std::time::Duration;

use axum::http::StatusCode;
use boundstone::server::Config;
use serde_json::{Value as Json, json};

use super::app::TestApp;

fn edit(set: Json) -> Json {
    json!({ "set": set, "by": "李工", "reason": "现场核对" })
}

fn path(app: &TestApp) -> String {
    format!("/api/v1/layers/compound/records/{}", app.compound)
}

async fn etag(app: &TestApp) -> String {
    app.ok(&path(app)).await["etag"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_change_needs_the_tag_it_was_decided_on() {
    let app = TestApp::new();
    let body = edit(json!({ "name": "翠湖新苑" }));
    let reply = app.write("PATCH", &path(&app), &[], &body).await;
    assert_eq!(reply.status, StatusCode::PRECONDITION_REQUIRED);
    assert_eq!(reply.json()["code"], "edit.no_precondition");
    let tag = etag(&app).await;
    let reply = app.write("PATCH", &path(&app), &[("if-match", &tag)], &body).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    assert_eq!(reply.json()["revision"], 2);
    let doc = app.ok(&path(&app)).await;
    assert_eq!(doc["label"], "翠湖新苑");
    assert_eq!(doc["etag"], reply.json()["etag"]);
    assert_eq!(doc["history"][0]["by"], "李工");
    assert_eq!(doc["history"][0]["at"], "2026-11-21T04:00:00.000Z");
    let field = &doc["history"][0]["fields"][0];
    assert_eq!(
        (&field["name"], &field["before"], &field["after"]),
        (&json!("name"), &json!("翠湖苑"), &json!("翠湖新苑"))
    );
    // The old revision still tells the old name.
    assert_eq!(app.ok(&format!("{}?revision=1", path(&app))).await["label"], "翠湖苑");
    let reply =
        app.write("PATCH", &path(&app), &[("if-match", &tag)], &edit(json!({ "name": "别名" }))).await;
    assert_eq!(reply.status, StatusCode::PRECONDITION_FAILED);
    assert_eq!(reply.json()["etag"], doc["etag"]);
    // The tag of the answer works as well as that in it.
    let outer = app.get(&path(&app)).await.header("etag").to_owned();
    let reply =
        app.write("PATCH", &path(&app), &[("if-match", &outer)], &edit(json!({ "built_year": 2001 }))).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
}

#[tokio::test]
async fn what_does_not_fit_is_refused_with_findings() {
    let app = TestApp::new();
    let tag = etag(&app).await;
    let cases = [
        (json!({ "set": { "built_year": "去年" } }), "built_year"),
        (json!({ "set": { "no_such": 1 } }), "no_such"),
        (json!({ "set": { "secrecy": "top" } }), "secrecy"),
        (json!({ "set": { "valid_from": "2026-01-01", "valid_to": "2025-01-01" } }), "valid_to"),
        (json!({ "geometry": { "type": "Point", "coordinates": [1, 2] } }), "geometry"),
        (
            json!({ "geometry": { "type": "Polygon", "coordinates": [[[500000, 2], [1, 2], [3, 4], [500000, 2]]] } }),
            "geometry",
        ),
        (json!({ "geometry": { "type": "Polygon", "coordinates": [] } }), "geometry"),
        (json!({ "geometry": "circle" }), "geometry"),
    ];
    for (mut body, field) in cases {
        body["by"] = "李工".into();
        body["reason"] = "试".into();
        let reply = app.write("PATCH", &path(&app), &[("if-match", &tag)], &body).await;
        assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}: {}", reply.text());
        assert_eq!(reply.json()["findings"][0]["spot"]["field"], field, "{}", reply.text());
    }
    let body = json!({ "set": { "name": "x" }, "by": " ", "reason": "" });
    let reply = app.write("PATCH", &path(&app), &[("if-match", &tag)], &body).await;
    assert_eq!(reply.json()["code"], "act.incomplete");
    let reply =
        app.write("PATCH", &path(&app), &[("if-match", &tag)], &edit(json!({ "name": "翠湖苑" }))).await;
    assert_eq!(reply.json()["code"], "edit.nothing");
    let division = format!("/api/v1/layers/division/records/{}", app.wuhua);
    let tag = app.ok(&division).await["etag"].as_str().unwrap().to_owned();
    let body = json!({ "geometry": { "type": "Polygon", "coordinates": [[[1, 1], [2, 1], [2, 2], [1, 1]]] }, "by": "a", "reason": "b" });
    let reply = app.write("PATCH", &division, &[("if-match", &tag)], &body).await;
    assert_eq!(reply.json()["findings"][0]["rule"], "edit.division_geometry");
    let reply = app.write("PATCH", &division, &[("if-match", &tag)], &edit(json!({ "name": null }))).await;
    assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(app.ok("/api/v1/register").await["revision"], 1);
}

#[tokio::test]
async fn a_request_sent_again_returns_the_first_result() {
    let app = TestApp::new();
    let tag = etag(&app).await;
    let mut body = edit(json!({ "name": "翠湖新苑" }));
    body["idempotency_key"] = "k-1".into();
    for _ in 0..3 {
        let reply = app.write("PATCH", &path(&app), &[("if-match", &tag)], &body).await;
        assert_eq!((reply.status, reply.json()["revision"].clone()), (StatusCode::OK, json!(2)));
    }
    let body = json!({ "by": "李工", "reason": "误改", "idempotency_key": "k-2" });
    for _ in 0..3 {
        let reply = app.write("POST", "/api/v1/log/2/undo", &[], &body).await;
        assert_eq!(
            (reply.status, reply.json()["revision"].clone()),
            (StatusCode::OK, json!(3)),
            "{}",
            reply.text()
        );
    }
}

#[tokio::test]
async fn a_key_in_a_header_counts_for_every_request_and_for_that_one_only() {
    let app = TestApp::new();
    let act = |changes: Json| json!({ "by": "李工", "reason": "补录", "changes": changes });
    let new = |name: &str| json!([{ "op": "create", "layer": "facility", "set": { "name": name } }]);
    let key = [("idempotency-key", "k-9")];
    let first = app.write("POST", "/api/v1/changes", &key, &act(new("甲站"))).await.json();
    assert_eq!(first["revision"], 2, "{first}");
    // The answer was lost; it comes again, with the id that was chosen then.
    assert_eq!(app.write("POST", "/api/v1/changes", &key, &act(new("甲站"))).await.json(), first);
    let compound = json!([{ "op": "create", "layer": "compound", "set": { "name": "乙苑" } }]);
    let two = json!([new("甲站")[0], new("乙站")[0]]);
    let other_id = json!([{ "op": "delete", "layer": "facility", "id": app.facilities[0].to_string(), "etag": "\"x\"" }]);
    for other in [compound, other_id] {
        let reply = app.write("POST", "/api/v1/changes", &key, &act(other)).await;
        assert_eq!(reply.json()["code"], "idempotency.other", "{}", reply.text());
    }
    // More of the same kind contains what was done: nothing is done twice, whatever was meant.
    assert_eq!(app.write("POST", "/api/v1/changes", &key, &act(two)).await.json(), first);
    let undo = json!({ "by": "李工", "reason": "误录" });
    for _ in 0..2 {
        let reply = app.write("POST", "/api/v1/log/2/undo", &[("idempotency-key", "k-10")], &undo).await;
        assert_eq!(
            (reply.status, &reply.json()["revision"]),
            (StatusCode::OK, &json!(3)),
            "{}",
            reply.text()
        );
    }
}

#[tokio::test]
async fn a_change_is_undone_unless_touched_later() {
    let app = TestApp::new();
    for name in ["甲", "乙"] {
        let tag = etag(&app).await;
        let reply =
            app.write("PATCH", &path(&app), &[("if-match", &tag)], &edit(json!({ "name": name }))).await;
        assert_eq!(reply.status, StatusCode::OK);
    }
    let undo = json!({ "by": "李工", "reason": "误改" });
    let reply = app.write("POST", "/api/v1/log/2/undo", &[], &undo).await;
    assert_eq!(reply.status, StatusCode::CONFLICT);
    let problem = reply.json();
    assert_eq!(problem["code"], "undo.touched_later");
    assert_eq!(problem["revision"], 3);
    assert_eq!(problem["id"], app.compound.to_string());
    let reply = app.write("POST", "/api/v1/log/3/undo", &[], &undo).await;
    assert_eq!(reply.json()["revision"], 4, "{}", reply.text());
    assert_eq!(app.ok(&path(&app)).await["label"], "甲");
    let log = app.ok("/api/v1/log").await;
    assert_eq!(log["entries"][0]["undoes"], 3);
    assert_eq!(log["entries"][1]["undone_by"], 4);
    assert_eq!(app.write("POST", "/api/v1/log/99/undo", &[], &undo).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn nothing_is_changed_where_the_server_only_reads() {
    let app = TestApp::with(&Config { read_only: true, ..Config::default() });
    let tag = etag(&app).await;
    let reply = app.write("PATCH", &path(&app), &[("if-match", &tag)], &edit(json!({ "name": "x" }))).await;
    assert_eq!(
        (reply.status, reply.json()["code"].clone()),
        (StatusCode::FORBIDDEN, json!("register.read_only"))
    );
    let undo = json!({ "by": "a", "reason": "b" });
    assert_eq!(app.write("POST", "/api/v1/log/1/undo", &[], &undo).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_foreign_page_cannot_write_with_a_form() {
    let app = TestApp::new();
    let request = axum::http::Request::post("/api/v1/log/1/undo")
        .header("content-type", "text/plain")
        .body(axum::body::Body::from("{\"by\":\"a\",\"reason\":\"b\"}"))
        .unwrap();
    assert_eq!(app.send(request).await.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
}

#[tokio::test]
async fn open_pages_hear_of_what_changed() {
    use axum::body::Body;
    use axum::http::Request;
    use tokio_stream::StreamExt as _;
    use tower::ServiceExt as _;

    let app = TestApp::new();
    let events = app.register.subscribe();
    let request = Request::get("/api/v1/events").body(Body::empty()).unwrap();
    let response = app.router.clone().oneshot(request).await.unwrap();
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let mut stream = response.into_body().into_data_stream();
    let tag = etag(&app).await;
    let reply = app.write("PATCH", &path(&app), &[("if-match", &tag)], &edit(json!({ "name": "乙" }))).await;
    assert_eq!(reply.status, StatusCode::OK);
    // In the server the follower does this.
    app.app.announce(events.recv_timeout(Duration::from_secs(5)).unwrap());
    let piece = tokio::time::timeout(Duration::from_secs(5), stream.next()).await.unwrap().unwrap().unwrap();
    let text = String::from_utf8_lossy(&piece).into_owned();
    assert!(text.contains("event: revision"), "{text}");
    let data = text.lines().find_map(|line| line.strip_prefix("data: ")).unwrap();
    let data: Json = serde_json::from_str(data).unwrap();
    assert_eq!(data["revision"], 2);
    assert_eq!(data["layers"], json!(["compound"]));
    assert!((data["extent"][0].as_f64().unwrap() - 102.65).abs() < 1e-6);
    // Closing ends the stream.
    app.app.close();
    assert!(tokio::time::timeout(Duration::from_secs(5), stream.next()).await.unwrap().is_none());
}

/// Open pages hear that something happened, not which layer or where, if they may not see it.
#[tokio::test]
async fn open_pages_hear_nothing_of_where_secrets_lie() {
    use axum::body::Body;
    use axum::http::Request;
    use boundstone::model::{Change, Secrecy, SetKind};
    use boundstone::server::{Config, application};
    use tokio_stream::StreamExt as _;
    use tower::ServiceExt as _;

    let app = TestApp::new();
    let events = app.register.subscribe();
    let secret = app
        .register
        .snapshot()
        .layer(boundstone::model::Layer::Facility)
        .versions(app.secret)
        .next()
        .cloned();
    let before = (*secret.unwrap()).clone();
    let after = boundstone::model::Record { remarks: Some("已迁".into()), ..before.clone() };
    let changes = vec![Change::update(before, after)];
    let header = super::app::header_of(SetKind::Edit, "迁址");
    app.register.commit(header, |_| Ok::<_, std::convert::Infallible>(changes.clone())).unwrap();
    let event = events.recv_timeout(Duration::from_secs(5)).unwrap();
    for (show, layers) in [(Secrecy::Public, json!([])), (Secrecy::Secret, json!(["facility"]))] {
        let config = Config { show, ..Config::default() };
        let (state, router) = application(app.register.clone(), &config, None).unwrap();
        let request = Request::get("/api/v1/events").body(Body::empty()).unwrap();
        let mut stream = router.oneshot(request).await.unwrap().into_body().into_data_stream();
        state.announce(event.clone());
        let piece =
            tokio::time::timeout(Duration::from_secs(5), stream.next()).await.unwrap().unwrap().unwrap();
        let text = String::from_utf8_lossy(&piece).into_owned();
        let data = text.lines().find_map(|line| line.strip_prefix("data: ")).unwrap();
        let data: Json = serde_json::from_str(data).unwrap();
        assert_eq!((&data["revision"], &data["layers"]), (&json!(2), &layers));
        assert_eq!(data["extent"].is_null(), show == Secrecy::Public, "{data}");
    }
}
