//! The life of names, place codes, numbers of doors, missing signs and artwork, over HTTP.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use boundstone::model::{Change, IdSource, Layer, SetKind, geometry, record_from_json};
use geo_types::{Geometry, line_string, point};
use serde_json::{Value as Json, json};

use super::app::{Reply, TestApp, header_of};

/// A street with a crossing and a place with a proposed name: ids of the name, the place and the street.
fn put(app: &TestApp) -> [String; 3] {
    let mut ids = IdSource::new(1_791_000_000_000, 5);
    let mut all = Vec::new();
    let mut record = |layer: Layer, fields: Json, shape: Option<Geometry>| {
        let mut record = record_from_json(layer, ids.next_id(), fields.as_object().unwrap()).unwrap();
        record.geometry = shape.map(|shape| geometry::settle(shape, layer.def().geometry).unwrap().into());
        all.push(Change::insert(record.clone()));
        record.id.to_string()
    };
    let road = |code: &str, name: &str| json!({ "code": code, "name": name, "class": "secondary" });
    let line = line_string![(x: 102.700, y: 25.05), (x: 102.702, y: 25.05), (x: 102.704, y: 25.05)];
    let street = record(Layer::Road, road("L1", "文林路"), Some(line.into()));
    let across = line_string![(x: 102.702, y: 25.051), (x: 102.702, y: 25.05), (x: 102.702, y: 25.049)];
    record(Layer::Road, road("L2", "横街"), Some(across.into()));
    let place = json!({ "code": "DM1", "name": "昙华路", "category": "23400", "protection_class": "county" });
    let place = record(Layer::Place, place, Some(point! { x: 102.70, y: 25.05 }.into()));
    let name = json!({ "code": "DM1-N1", "text": "昙华路", "place_id": place, "kind": "standard", "status": "proposed" });
    let name = record(Layer::Name, name, None);
    let made = app
        .register
        .commit(header_of(SetKind::Import, "地名"), |_| Ok::<_, std::convert::Infallible>(all.clone()));
    made.unwrap();
    [name, place, street]
}

/// A file sent as it is.
async fn sent(app: &TestApp, path: &str, headers: &[(&str, &str)], bytes: &[u8]) -> Reply {
    let mut request = Request::post(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    app.send(request.body(Body::from(bytes.to_vec())).unwrap()).await
}

fn act(mut body: Json) -> Json {
    body["by"] = "张三".into();
    body["reason"] = "登记".into();
    body
}

#[tokio::test]
async fn events_are_entered_and_the_status_follows() {
    let app = TestApp::new();
    let [name, place, _] = put(&app);
    let life = app.get(&format!("/api/v1/names/place/{place}/life")).await.json();
    let one = &life["names"][0];
    assert_eq!((&one["status"], &one["by_events"]), (&json!("proposed"), &json!(false)), "{life}");
    assert_eq!(life["place"]["code_state"], "pending");
    assert_eq!(life["place"]["protection"]["class"], "county");
    let at = format!("/api/v1/names/name/{name}/events");
    let mut etag = one["etag"].as_str().unwrap().to_owned();
    let wrong = act(json!({ "kind": "announced", "date": "2026-11-20" }));
    let reply = app.write("POST", &at, &[("if-match", &format!("\"{etag}\""))], &wrong).await;
    assert_eq!(
        (reply.status, &reply.json()["code"]),
        (StatusCode::UNPROCESSABLE_ENTITY, &json!("name.event_order"))
    );
    let approved = act(json!({ "kind": "approved", "date": "2026-11-10", "authority": "区政府" }));
    let unheld = app.write("POST", &at, &[], &approved).await;
    assert_eq!(unheld.status, StatusCode::PRECONDITION_REQUIRED);
    for (kind, status) in [("approved", "approved"), ("announced", "standard")] {
        let body = act(json!({ "kind": kind, "date": "2026-11-10", "authority": "区政府" }));
        let reply = app.write("POST", &at, &[("if-match", &format!("\"{etag}\""))], &body).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
        assert_eq!(reply.json()["status"], status);
        etag = reply.json()["etag"].as_str().unwrap().trim_matches('"').to_owned();
    }
    // By hand it is refused.
    let body = act(json!({ "set": { "status": "abolished" } }));
    let reply = app
        .write(
            "PATCH",
            &format!("/api/v1/layers/name/records/{name}"),
            &[("if-match", &format!("\"{etag}\""))],
            &body,
        )
        .await;
    assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", reply.text());
    let life = app.get(&format!("/api/v1/names/name/{name}/life")).await.json();
    let one = &life["names"][0];
    assert_eq!((&one["status"], &one["by_events"]), (&json!("standard"), &json!(true)));
    let kinds: Vec<_> = one["next"].as_array().unwrap().iter().map(|step| step["kind"].clone()).collect();
    assert!(kinds.contains(&json!("cancelled")) && !kinds.contains(&json!("applied")));
    let date = app.get("/api/v1/names/dates?text=%E6%B8%85%E5%85%89%E7%BB%AA%E5%B9%B4%E9%97%B4").await.json();
    assert_eq!((&date["from"], &date["precision"]), (&json!("1875-01-01"), &json!("era")));
    let matrix = app.get("/api/v1/names/life").await.json();
    assert_eq!(matrix["events"].as_array().unwrap().len(), 11);
}

#[tokio::test]
async fn codes_are_asked_for_and_taken() {
    let app = TestApp::new();
    let [_, place, _] = put(&app);
    // A name that is only proposed waits for no code.
    assert_eq!(app.get("/api/v1/names/codes/pending").await.json()["total"], 0);
    let record = app.get(&format!("/api/v1/names/place/{place}/life")).await.json();
    let (name, etag) =
        (record["names"][0]["id"].as_str().unwrap(), record["names"][0]["etag"].as_str().unwrap());
    let body = act(json!({ "kind": "approved", "date_text": "2026年11月10日" }));
    let path = format!("/api/v1/names/name/{name}/events");
    let reply = app.write("POST", &path, &[("if-match", &format!("\"{etag}\""))], &body).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    let pending = app.get("/api/v1/names/codes/pending").await.json();
    assert_eq!((&pending["total"], &pending["places"][0]["id"]), (&json!(1), &json!(place)));
    let book = app.get("/api/v1/names/codes/pending/export").await;
    assert!(book.body.starts_with(b"PK"));
    let csv = format!("记录标识,标准名称,地名代码\n{place},昙华路,53010200123400000001\nx,无此路,5301\n");
    let media = ("content-type", "application/octet-stream");
    let preview = sent(&app, "/api/v1/names/codes?name=a.csv&preview=true", &[media], csv.as_bytes()).await;
    assert_eq!(
        (&preview.json()["matched"], &preview.json()["revision"]),
        (&json!(1), &Json::Null),
        "{}",
        preview.text()
    );
    let unsigned = sent(&app, "/api/v1/names/codes?name=a.csv", &[media], csv.as_bytes()).await;
    assert_eq!(unsigned.status, StatusCode::UNPROCESSABLE_ENTITY);
    let signed = [media, ("change-by", "zhang"), ("change-reason", "database")];
    let done = sent(&app, "/api/v1/names/codes?name=a.csv", &signed, csv.as_bytes()).await.json();
    assert_eq!((&done["matched"], &done["refused"][0]["row"]), (&json!(1), &json!(3)), "{done}");
    assert_eq!(app.get("/api/v1/names/codes/pending").await.json()["total"], 0);
}

#[tokio::test]
async fn doors_are_numbered_and_entered() {
    let app = TestApp::new();
    put(&app);
    let profiles = app.get("/api/v1/plates/profiles").await.json();
    assert!(profiles["profiles"].as_array().unwrap().len() >= 4);
    let body = json!({
        "street": "L1", "profile": "common", "parameters": { "reserve": false },
        "doors": [{ "id": "a", "at": [102.7035, 25.0499] }, { "id": "b", "at": [102.703, 25.0501] }],
    });
    let reply = app.write("POST", "/api/v1/plates/numbering", &[], &body).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    let preview = reply.json();
    let texts: Vec<_> = preview["plates"].as_array().unwrap().iter().map(|one| one["text"].clone()).collect();
    assert_eq!(texts, [json!("1号"), json!("2号")], "{preview}");
    assert_eq!((&preview["street"]["heading"], &preview["counts"]["new"]), (&json!("east_west"), &json!(2)));
    assert_eq!(preview["findings"], json!([]));
    let changes = act(json!({ "changes": preview["changes"] }));
    let done = app.write("POST", "/api/v1/changes", &[], &changes).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.text());
    // Now they are there, and keep their numbers.
    let again =
        app.write("POST", "/api/v1/plates/numbering", &[], &json!({ "street": "文林路" })).await.json();
    assert_eq!(again["counts"]["kept"], 2, "{again}");
    for body in [
        json!({ "street": "nothing" }),
        json!({ "street": "L1", "profile": "moon" }),
        json!({ "street": "L1", "parameters": { "interval_m": -1 } }),
        json!({ "street": "L1", "parameters": { "colour": 1 } }),
        json!({ "street": "L1", "doors": [{ "at": [500, 0] }] }),
        json!({}),
    ] {
        let reply = app.write("POST", "/api/v1/plates/numbering", &[], &body).await;
        assert!(reply.status.is_client_error(), "{body}: {}", reply.text());
    }
}

#[tokio::test]
async fn missing_signs_are_proposed_and_their_artwork_drawn() {
    let app = TestApp::new();
    put(&app);
    let missing = app.get("/api/v1/signs/missing?street=L1").await.json();
    let features = missing["features"].as_array().unwrap();
    let mut at: Vec<&str> = features.iter().map(|one| one["properties"]["at"].as_str().unwrap()).collect();
    at.sort_unstable();
    assert_eq!(at, ["crossing", "end", "start"], "{missing}");
    assert_eq!(features[0]["properties"]["roman"], "WENLIN LU");
    let all: Vec<_> = features.iter().map(|one| one["properties"]["change"].clone()).collect();
    let done = app.write("POST", "/api/v1/changes", &[], &act(json!({ "changes": all }))).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.text());
    assert_eq!(app.get("/api/v1/signs/missing?street=L1").await.json()["total"], 0);
    let sign = done.json()["changes"][0]["id"].as_str().unwrap().to_owned();
    let svg = app.get(&format!("/api/v1/artwork/sign/{sign}")).await;
    if svg.status == StatusCode::SERVICE_UNAVAILABLE {
        println!("skipped: no Chinese font");
        return;
    }
    assert!(svg.text().contains("width='1500mm'") && svg.text().contains("文林路"), "{}", svg.text());
    let body = json!({ "design": "door_small", "text": "文林路", "number": "12号", "qr": "L1-12" });
    let pdf = app.write("POST", "/api/v1/artwork?format=pdf", &[], &body).await;
    assert!(pdf.body.starts_with(b"%PDF-"), "{}", pdf.status);
    let unknown = app.write("POST", "/api/v1/artwork", &[], &json!({ "design": "moon", "text": "x" })).await;
    assert!(unknown.status.is_client_error());
}
