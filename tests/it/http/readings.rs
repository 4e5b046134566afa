//! Readings of names reviewed, over HTTP.

use axum::http::StatusCode;
use boundstone::model::{Change, IdSource, Layer, SetKind, record_from_json};
use serde_json::{Value as Json, json};

use super::app::{TestApp, header_of};

fn put(app: &TestApp) {
    let mut ids = IdSource::new(1_791_000_000_000, 5);
    let mut record = |layer: Layer, fields: Json| {
        record_from_json(layer, ids.next_id(), fields.as_object().unwrap()).unwrap()
    };
    let place = record(Layer::Place, json!({ "code": "P1", "name": "六合", "division_codes": ["320116"] }));
    let of = place.id.to_string();
    let name = |code: &str, text: &str, reviewed: Json| json!({ "code": code, "text": text, "place_id": of, "reading_reviewed": reviewed });
    let records = [
        record(Layer::Name, name("N1", "翠湖路", json!(false))),
        record(Layer::Name, name("N2", "盆儿胡同", Json::Null)),
        record(Layer::Name, name("N3", "罐儿胡同", json!(true))),
        place,
    ];
    let changes: Vec<Change> = records.into_iter().map(Change::insert).collect();
    let made = app
        .register
        .commit(header_of(SetKind::Import, "地名"), |_| Ok::<_, std::convert::Infallible>(changes.clone()));
    made.unwrap();
}

#[tokio::test]
async fn names_that_nobody_reviewed_are_listed_those_in_doubt_first_and_saved() {
    let app = TestApp::new();
    let before = app.ok("/api/v1/names/readings").await["open"].as_u64().unwrap();
    put(&app);
    // The register has names of its own.
    let codes = |answer: &Json| -> Vec<String> {
        let all = answer["names"].as_array().unwrap().iter().filter_map(|one| one["code"].as_str());
        all.filter(|code| ["N1", "N2", "N3"].contains(code)).map(str::to_owned).collect()
    };
    let open = app.ok("/api/v1/names/readings").await;
    assert_eq!((codes(&open), open["open"].as_u64()), (vec!["N2".into(), "N1".into()], Some(before + 2)));
    let doubtful = open["doubtful"].as_u64().unwrap();
    let first = open["names"].as_array().unwrap().iter().find(|one| one["code"] == "N2").unwrap();
    assert_eq!(first["uncertain"][0]["candidates"], json!(["r", "ér"]));
    assert_eq!(first["within"], "320116");
    assert_eq!(codes(&app.ok("/api/v1/names/readings?which=all").await), ["N2", "N3"]);
    let page = app.ok("/api/v1/names/readings?limit=1&offset=1").await;
    assert_eq!(page["names"][0], open["names"][1]);

    // The person chooses; the spelling follows, and is saved with the review.
    let body = json!({ "name": "盆儿胡同", "within": "320116", "chosen": [{ "at": 1, "reading": "ér" }] });
    let reply = app.write("POST", "/api/v1/names/spelling", &[], &body).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    let spelled = reply.json();
    assert_eq!((&spelled["toneless"], &spelled["uncertain"]), (&json!("Pen’er Hutong"), &json!([])));
    let body = json!({
        "by": "张三", "reason": "读音审定",
        "changes": [{
            "op": "patch", "layer": "name", "id": first["id"], "etag": first["etag"],
            "set": { "roman": spelled["toneless"], "pinyin_toned": spelled["spelling"], "reading_reviewed": true },
        }],
    });
    let reply = app.write("POST", "/api/v1/changes", &[], &body).await;
    assert!(reply.status.is_success(), "{}", reply.text());
    let left = app.ok("/api/v1/names/readings").await;
    assert_eq!((codes(&left), left["doubtful"].as_u64()), (vec!["N1".into()], Some(doubtful - 1)));

    for wrong in [json!({ "name": "" }), json!({ "name": "六合", "chosen": [{ "at": 0, "reading": "<b>" }] })]
    {
        let reply = app.write("POST", "/api/v1/names/spelling", &[], &wrong).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{wrong}");
    }
    assert_eq!(app.get("/api/v1/names/readings?which=none").await.status, StatusCode::BAD_REQUEST);
}
