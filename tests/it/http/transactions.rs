//! OGC API Part 4 and many changes as one: preconditions, findings, all or none.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use boundstone::model::Layer;
use boundstone::server::Config;
use serde_json::{Value as Json, json};

use super::app::{Reply, TestApp};

const ITEMS: &str = "/ogc/collections/facility/items";
/// 李工 · 现场核对 · 五府发〔2026〕2号
const WHO: &[(&str, &str)] = &[
    ("change-by", "%E6%9D%8E%E5%B7%A5"),
    ("change-reason", "%E7%8E%B0%E5%9C%BA%E6%A0%B8%E5%AF%B9"),
    ("change-document", "%E4%BA%94%E5%BA%9C%E5%8F%912"),
];

async fn send(app: &TestApp, method: &str, path: &str, more: &[(&str, &str)], body: &Json) -> Reply {
    let mut request = Request::builder().method(method).uri(path).header("host", "test.local:8080");
    request = request.header("content-type", "application/geo+json");
    for (name, value) in WHO.iter().chain(more) {
        request = request.header(*name, *value);
    }
    app.send(request.body(Body::from(body.to_string())).unwrap()).await
}

fn clinic(name: &str) -> Json {
    json!({
        "type": "Feature",
        "geometry": { "type": "Point", "coordinates": [102.63, 25.03] },
        "properties": { "name": name, "kind": "clinic", "code": "N001" },
    })
}

async fn feature(app: &TestApp, path: &str) -> (Json, String) {
    let reply = app.get(path).await;
    assert_eq!(reply.status, StatusCode::OK, "{path}: {}", reply.text());
    (reply.json(), reply.header("etag").to_owned())
}

#[tokio::test]
async fn members_of_listed_objects_have_their_kinds() {
    let app = TestApp::new();
    let register = app.ok("/api/v1/register").await;
    let layer = register["layers"].as_array().unwrap().iter().find(|layer| layer["name"] == "name").unwrap();
    let events = layer["fields"].as_array().unwrap().iter().find(|field| field["name"] == "events").unwrap();
    let members: Vec<&Json> = events["members"].as_array().unwrap().iter().collect();
    assert_eq!(
        (members[0]["name"].as_str(), members[0]["list"].as_str()),
        (Some("kind"), Some("name_event"))
    );
    assert_eq!(
        (members[1]["kind"].as_str(), members[1]["title"]["zh"].as_str()),
        (Some("date"), Some("日期"))
    );
    assert!(app.ok("/api/v1/lists").await["signature_role"]["values"][1]["code"] == "office");
    let items = "/ogc/collections/name/items";
    let named = |events: Json| json!({ "type": "Feature", "geometry": null, "properties": { "text": "新街", "events": events } });
    let wrong = send(&app, "POST", items, &[], &named(json!([{ "kind": "approved", "date": "去年" }]))).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", wrong.text());
    assert_eq!(wrong.json()["findings"][0]["spot"]["field"], "events");
    let right = named(json!([{ "kind": "approved", "date": "2026-11-21", "note": "" }]));
    let made = send(&app, "POST", items, &[], &right).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
    let place = made.header("location").replace("http://test.local:8080", "");
    let kept = &feature(&app, &place).await.0["properties"]["events"];
    assert_eq!(*kept, json!([{ "kind": "approved", "date": "2026-11-21" }]));
}

#[tokio::test]
async fn a_feature_is_created_replaced_updated_and_deleted() {
    let app = TestApp::new();
    let reply = send(&app, "POST", ITEMS, &[("idempotency-key", "k1")], &clinic("新诊所")).await;
    assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.text());
    let location = reply.header("location").replace("http://test.local:8080", "");
    let (doc, tag) = feature(&app, &location).await;
    assert_eq!((&doc["properties"]["name"], &doc["properties"]["version"]), (&json!("新诊所"), &json!(1)));
    let again = send(&app, "POST", ITEMS, &[("idempotency-key", "k1")], &clinic("新诊所")).await;
    assert_eq!((again.status, again.header("location")), (StatusCode::CREATED, reply.header("location")));
    assert_eq!(app.ok(ITEMS).await["numberMatched"], 24);
    // Who and why stand in the log.
    let entry = &app.ok("/api/v1/log").await["entries"][0];
    assert_eq!(
        (&entry["by"], &entry["reason"], &entry["document"]),
        (&json!("李工"), &json!("现场核对"), &json!("五府发2"))
    );
    // The key of that request is not that of another.
    let taken = format!("{ITEMS}/{}", app.facilities[0]);
    let other = send(&app, "DELETE", &taken, &[("idempotency-key", "k1")], &Json::Null).await;
    assert_eq!(other.json()["code"], "idempotency.other");

    let mut next = clinic("甲诊所");
    next["properties"] = json!({ "name": "甲诊所", "capacity": 12 });
    let bare = send(&app, "PUT", &location, &[], &next).await;
    assert_eq!(bare.status, StatusCode::PRECONDITION_REQUIRED);
    let reply = send(&app, "PUT", &location, &[("if-match", &tag)], &next).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    let (doc, newer) = feature(&app, &location).await;
    assert_eq!((&doc["properties"]["capacity"], &doc["properties"]["code"]), (&json!(12), &Json::Null));
    for method in ["PUT", "PATCH", "DELETE"] {
        let body = json!({ "type": "Feature", "properties": { "name": "乙" }, "geometry": null });
        let reply = send(&app, method, &location, &[("if-match", &tag)], &body).await;
        assert_eq!(reply.status, StatusCode::PRECONDITION_FAILED, "{method} {}", reply.text());
        assert!(reply.json()["etag"].is_string());
    }
    // A merge patch: null takes away, absent stays, coordinates alone keep the type.
    let patch = json!({ "properties": { "capacity": null, "beds": 3 }, "geometry": { "coordinates": [102.64, 25.04] } });
    let reply = send(&app, "PATCH", &location, &[("if-match", &newer)], &patch).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    let (doc, newest) = feature(&app, &location).await;
    let properties = &doc["properties"];
    assert_eq!(
        (&properties["capacity"], &properties["beds"], &properties["name"]),
        (&Json::Null, &json!(3), &json!("甲诊所"))
    );
    assert_eq!(doc["geometry"], json!({ "type": "Point", "coordinates": [102.64, 25.04] }));
    let reply = send(&app, "DELETE", &location, &[("if-match", &newest)], &Json::Null).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    assert_eq!(app.get(&location).await.status, StatusCode::NOT_FOUND);
    assert_eq!(app.ok(ITEMS).await["numberMatched"], 23);
    // What was deleted can be taken back.
    let undo = json!({ "by": "a", "reason": "b" });
    assert_eq!(app.write("POST", "/api/v1/log/5/undo", &[], &undo).await.status, StatusCode::OK);
    assert_eq!(app.get(&location).await.status, StatusCode::OK);
}

#[tokio::test]
async fn what_was_read_can_be_sent_back_in_every_system_and_is_the_same() {
    let app = TestApp::new();
    for layer in [Layer::Division, Layer::Compound, Layer::Road, Layer::Facility, Layer::Name] {
        let items = app.ok(&format!("/ogc/collections/{layer}/items")).await;
        let id = items["features"][0]["id"].as_str().unwrap().to_owned();
        for code in ["OGC/1.3/CRS84", "EPSG/0/4490", "EPSG/0/3857", "EPSG/0/4543"] {
            let uri = format!("http://www.opengis.net/def/crs/{code}");
            let (doc, tag) = feature(&app, &format!("/ogc/collections/{layer}/items/{id}?crs={uri}")).await;
            let crs = format!("<{uri}>");
            let headers = [("if-match", tag.as_str()), ("content-crs", crs.as_str())];
            let path = format!("/ogc/collections/{layer}/items/{id}");
            let reply = send(&app, "PUT", &path, &headers, &doc).await;
            assert_eq!(reply.status, StatusCode::OK, "{layer} {code}: {}", reply.text());
            let content = tag.trim_matches('"').split('.').next().unwrap();
            assert_eq!(reply.header("etag").trim_matches('"'), content, "{layer} {code}");
        }
    }
    assert_eq!(app.ok("/api/v1/register").await["revision"], 1);
    let metres = json!({ "geometry": { "type": "Point", "coordinates": [2_770_000.0, 562_000.0] } });
    let path = format!("{ITEMS}/{}", app.facilities[0]);
    let (_, tag) = feature(&app, &path).await;
    let zone = [("if-match", tag.as_str()), ("content-crs", "<http://www.opengis.net/def/crs/EPSG/0/4543>")];
    let reply = send(&app, "PATCH", &path, &zone, &metres).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    let (doc, _) = feature(&app, &path).await;
    let lon = doc["geometry"]["coordinates"][0].as_f64().unwrap();
    assert!((lon - 102.614).abs() < 0.01, "{lon}");
    let bad = send(&app, "PATCH", &path, &[("if-match", "*"), ("content-crs", "<EPSG:2154>")], &metres).await;
    assert_eq!(bad.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_division_keeps_its_polygon_and_what_does_not_fit_is_told() {
    let app = TestApp::new();
    let path = format!("/ogc/collections/division/items/{}", app.wuhua);
    let (doc, tag) = feature(&app, &path).await;
    let mut moved = doc.clone();
    moved["geometry"]["coordinates"][0][0][1] = json!([102.71, 25.0]);
    for (method, body) in [
        ("PUT", moved.clone()),
        ("PATCH", json!({ "geometry": moved["geometry"] })),
        ("PATCH", json!({ "geometry": null })),
        (
            "PUT",
            json!({ "type": "Feature", "geometry": null, "properties": { "name": "五华区", "level": "county" } }),
        ),
    ] {
        let reply = send(&app, method, &path, &[("if-match", &tag)], &body).await;
        assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", reply.text());
        let finding = &reply.json()["findings"][0];
        assert_eq!(finding["rule"], "edit.division_geometry");
        if body["geometry"].is_object() {
            assert_eq!(finding["spot"]["at"], json!([102.71, 25.0]), "the place is named");
        }
    }
    // Its fields may change, and without a polygon being sent it stays.
    let reply =
        send(&app, "PATCH", &path, &[("if-match", &tag)], &json!({ "properties": { "seat": "华山" } })).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    assert_eq!(feature(&app, &path).await.0["geometry"], doc["geometry"]);
    let new = json!({ "type": "Feature", "geometry": doc["geometry"], "properties": { "name": "新", "level": "county" } });
    let reply = send(&app, "POST", "/ogc/collections/division/items", &[], &new).await;
    assert_eq!(reply.json()["findings"][0]["rule"], "edit.division_geometry");

    for (properties, rule, field) in [
        (json!({ "kind": "clinic" }), "edit.required", "name"),
        (json!({ "name": "x", "capacity": "many" }), "edit.field", "capacity"),
        (json!({ "name": "x", "no_such": 1 }), "edit.field", "no_such"),
        (json!({ "name": "x", "secrecy": "top" }), "edit.field", "secrecy"),
        (json!({ "name": "x", "version": 7 }), "edit.field", "version"),
        (
            json!({ "name": "x", "valid_from": "2026-02-01", "valid_to": "2026-01-01" }),
            "edit.period",
            "valid_to",
        ),
    ] {
        let body = json!({ "type": "Feature", "geometry": null, "properties": properties });
        let reply = send(&app, "POST", ITEMS, &[], &body).await;
        assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}: {}", reply.text());
        let finding = &reply.json()["findings"][0];
        assert_eq!((&finding["rule"], &finding["spot"]["field"]), (&json!(rule), &json!(field)));
    }
    for body in [
        json!({ "properties": { "name": "x" } }),
        json!({ "type": "Point", "coordinates": [1, 2] }),
        json!({ "type": "Feature", "properties": [], "geometry": null }),
        json!({ "type": "Feature", "properties": {}, "geometry": null, "surprise": 1 }),
        json!({ "type": "Feature", "properties": {}, "geometry": null, "id": 7 }),
        json!([1]),
    ] {
        let reply = send(&app, "POST", ITEMS, &[], &body).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{body}: {}", reply.text());
    }
    let mut taken = clinic("x");
    taken["id"] = app.facilities[0].to_string().into();
    assert_eq!(send(&app, "POST", ITEMS, &[], &taken).await.status, StatusCode::CONFLICT);
    let nobody = Request::post(ITEMS).header("content-type", "application/geo+json");
    let reply = app.send(nobody.body(Body::from(clinic("x").to_string())).unwrap()).await;
    assert_eq!(reply.json()["code"], "act.incomplete");
}

#[tokio::test]
async fn what_is_not_shown_cannot_be_changed_and_a_forgotten_class_is_not_lifted() {
    let app = TestApp::new();
    let path = format!("{ITEMS}/{}", app.secret);
    for method in ["PUT", "PATCH", "DELETE"] {
        let body = json!({ "type": "Feature", "geometry": null, "properties": { "name": "x" } });
        let reply = send(&app, method, &path, &[("if-match", "\"x\"")], &body).await;
        assert_eq!(reply.status, StatusCode::NOT_FOUND, "{method}");
    }
    let change = json!({ "by": "a", "reason": "b", "changes": [
        { "op": "delete", "layer": "facility", "id": app.secret.to_string(), "etag": "x" },
    ] });
    assert_eq!(app.write("POST", "/api/v1/changes", &[], &change).await.status, StatusCode::NOT_FOUND);
    let all = TestApp::with(&Config { show: boundstone::model::Secrecy::Secret, ..Config::default() });
    let path = format!("{ITEMS}/{}", all.secret);
    let (mut doc, tag) = feature(&all, &path).await;
    doc["properties"].as_object_mut().unwrap().remove("secrecy");
    doc["properties"]["beds"] = json!(2);
    let reply = send(&all, "PUT", &path, &[("if-match", &tag)], &doc).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    assert_eq!(feature(&all, &path).await.0["properties"]["secrecy"], "secret");
}

#[tokio::test]
async fn options_tell_what_a_path_takes() {
    let app = TestApp::new();
    let reading = TestApp::with(&Config { read_only: true, ..Config::default() });
    let item = format!("{ITEMS}/{}", app.facilities[0]);
    for (path, wanted) in
        [(ITEMS, "GET, HEAD, POST, OPTIONS"), (item.as_str(), "GET, HEAD, PUT, PATCH, DELETE, OPTIONS")]
    {
        let ask = || Request::builder().method("OPTIONS").uri(path).body(Body::empty()).unwrap();
        let reply = app.send(ask()).await;
        assert_eq!((reply.status, reply.header("allow")), (StatusCode::NO_CONTENT, wanted));
        assert_eq!(reading.send(ask()).await.header("allow"), "GET, HEAD, OPTIONS");
    }
    let path = format!("{ITEMS}/{}", reading.facilities[0]);
    for (method, path) in [("POST", ITEMS), ("PUT", &path), ("PATCH", &path), ("DELETE", &path)] {
        let reply = send(&reading, method, path, &[("if-match", "*")], &clinic("x")).await;
        assert_eq!(reply.status, StatusCode::FORBIDDEN, "{method}");
    }
    let body = json!({ "by": "a", "reason": "b", "changes": [] });
    assert_eq!(reading.write("POST", "/api/v1/changes", &[], &body).await.status, StatusCode::FORBIDDEN);
    assert_eq!(send(&app, "DELETE", ITEMS, &[], &Json::Null).await.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn many_changes_are_one_change_set_all_or_none() {
    let app = TestApp::new();
    let tag = async |layer: &str, id: String| {
        app.ok(&format!("/api/v1/layers/{layer}/records/{id}")).await["etag"].as_str().unwrap().to_owned()
    };
    let (first, second) = (app.facilities[0].to_string(), app.facilities[1].to_string());
    let (first_tag, second_tag) =
        (tag("facility", first.clone()).await, tag("facility", second.clone()).await);
    let compound_tag = tag("compound", app.compound.to_string()).await;
    let changes = json!([
        { "op": "create", "layer": "facility", "set": { "name": "新站", "kind": "clinic" },
          "geometry": { "type": "Point", "coordinates": [102.63, 25.03] } },
        { "op": "patch", "layer": "compound", "id": app.compound.to_string(), "etag": compound_tag, "set": { "name": "新苑" } },
        { "op": "replace", "layer": "facility", "id": first, "etag": first_tag, "set": { "name": "只剩名称" } },
        { "op": "delete", "layer": "facility", "id": second, "etag": second_tag },
    ]);
    let body = |changes: Json, key: &str| json!({ "by": "李工", "reason": "年度更新", "document": "五府发〔2026〕3号", "idempotency_key": key, "changes": changes });
    let post = async |body: Json| app.write("POST", "/api/v1/changes", &[], &body).await;
    // One that does not fit stops all, and every finding names its item.
    let mut bad = changes.clone();
    bad[1]["set"]["built_year"] = "去年".into();
    bad[2]["set"]["beds"] = "many".into();
    let reply = post(body(bad, "k0")).await;
    assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
    let findings = reply.json()["findings"].clone();
    let rows: Vec<_> =
        findings.as_array().unwrap().iter().map(|f| f["spot"]["row"].as_u64().unwrap()).collect();
    assert_eq!(rows, [2, 3], "{findings}");
    for (etag, status) in [(Json::Null, 428), ("\"0123\"".into(), 412)] {
        let mut bad = changes.clone();
        bad[3]["etag"] = etag;
        let reply = post(body(bad, "k0")).await;
        assert_eq!((reply.status.as_u16(), &reply.json()["item"]), (status, &json!(3)), "{}", reply.text());
    }
    let mut twice = changes.clone();
    twice[3] = twice[2].clone();
    assert_eq!(post(body(twice, "k0")).await.json()["findings"][0]["rule"], "edit.twice");
    for (at, name, value) in
        [(0, "layer", json!("x")), (1, "id", json!("x")), (1, "as_of", json!("x")), (1, "id", Json::Null)]
    {
        let mut bad = changes.clone();
        bad[at][name] = value;
        assert_eq!(post(body(bad, "k0")).await.status, StatusCode::BAD_REQUEST);
    }
    assert_eq!(post(body(json!([]), "k0")).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(app.ok("/api/v1/register").await["revision"], 1, "nothing was done so far");

    let reply = post(body(changes.clone(), "k1")).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    let done = reply.json();
    let ops: Vec<_> = done["changes"].as_array().unwrap().iter().map(|c| c["op"].as_str().unwrap()).collect();
    assert_eq!((&done["revision"], ops), (&json!(2), vec!["insert", "update", "update", "delete"]));
    assert_eq!(post(body(changes, "k1")).await.json(), done, "sent again it returns the first result");
    let entry = &app.ok("/api/v1/log").await["entries"][0];
    assert_eq!((&entry["revision"], &entry["document"]), (&json!(2), &json!("五府发〔2026〕3号")));
    assert_eq!(app.ok(ITEMS).await["numberMatched"], 23);
    // The tags given are those to go on with.
    let next = json!([{ "op": "patch", "layer": "facility", "id": done["changes"][0]["id"], "etag": done["changes"][0]["etag"], "set": { "beds": 1 } }]);
    assert_eq!(post(body(next, "k2")).await.json()["revision"], 3);
    // And all of it is undone as one.
    let undo = json!({ "by": "a", "reason": "b" });
    app.write("POST", "/api/v1/log/3/undo", &[], &undo).await;
    assert_eq!(app.write("POST", "/api/v1/log/2/undo", &[], &undo).await.status, StatusCode::OK);
    assert_eq!(tag("facility", app.facilities[1].to_string()).await, second_tag);
}
