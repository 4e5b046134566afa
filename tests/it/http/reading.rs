//! What our own interface reads.

use axum::http::StatusCode;
use boundstone::model::{Change, Date, IdSource, Layer, Period, Secrecy, SetKind, record_from_json};
use boundstone::server::Config;
use serde_json::json;

use super::app::{TestApp, header_of};

#[tokio::test]
async fn the_register_says_what_it_holds() {
    let app = TestApp::new();
    let doc = app.ok("/api/v1/register").await;
    assert_eq!(doc["title"], "五华区");
    assert_eq!(doc["today"], "2026-11-21");
    assert_eq!(doc["revision"], 1);
    assert_eq!(doc["demo"], false);
    let layer =
        |name: &str| doc["layers"].as_array().unwrap().iter().find(|l| l["name"] == name).unwrap().clone();
    assert_eq!(layer("division")["count"], 3);
    // 25 less one to come, one gone, and without the secret and the internal one.
    assert_eq!(layer("facility")["count"], 23);
    assert_eq!(layer("facility")["title"]["zh"], "服务设施");
    assert_eq!(layer("name")["geometry"], "none");
    let west = doc["bbox"][0].as_f64().unwrap();
    assert!((west - 102.6).abs() < 1e-9);
    let field = layer("facility")["fields"]
        .as_array()
        .unwrap()
        .iter()
        .find(|f| f["name"] == "floor_area_m2")
        .cloned();
    assert_eq!(field.unwrap()["unit"], "m²");
    // One facility ends, another begins; the secret one, open on both sides, says nothing.
    assert_eq!(doc["lawful"], json!({ "from": "2026-01-01", "to": "2027-01-01" }));
}

/// Of the two counties the one with a street; with it and its neighbour the divisions end.
#[tokio::test]
async fn the_register_says_where_a_page_opens() {
    let app = TestApp::new();
    let doc = app.ok("/api/v1/register").await;
    let [west, south, east, north] = [102.6, 25.0, 102.7, 25.1];
    let district = &doc["district"];
    for (side, wanted) in [west, south, east, north].into_iter().enumerate() {
        assert!((district["bbox"][side].as_f64().unwrap() - wanted).abs() < 1e-9, "{district}");
    }
    let record = format!("/api/v1/layers/division/records/{}", district["id"].as_str().unwrap());
    assert_eq!(app.ok(&record).await["label"], "五华区");
    assert_eq!(district["edge"], true);
    assert_eq!(doc["top_levels"], json!(["province", "prefecture", "county"]));
    // Before anything was there.
    let doc = app.ok("/api/v1/register?revision=0").await;
    assert_eq!((&doc["district"], &doc["top_levels"]), (&json!(null), &json!([])));
}

/// The picture that a page shows until its map is drawn: the working district and its streets by name.
#[tokio::test]
async fn the_divisions_come_as_a_picture() {
    let app = TestApp::new();
    let answer = app.get("/api/v1/outline.svg").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header("content-type"), "image/svg+xml");
    let svg = answer.text();
    assert_eq!(svg.matches("<path").count(), 2, "one of two counties and its street: {svg}");
    assert!(svg.contains("街道</text>"), "{svg}");
    // West to east and south to north 0.1° at 25° N: in Mercator taller than wide by 1/cos φ.
    let mut sides = svg.split("viewBox=\"0 0 ").nth(1).unwrap().split(['"', ' ']);
    let mut side = || sides.next().unwrap().parse::<f64>().unwrap();
    let (wide, tall) = (side(), side());
    assert_eq!(tall, 2000.0);
    assert!((wide / tall - 25.05_f64.to_radians().cos()).abs() < 1e-3, "{wide}");
    let before = app.get("/api/v1/outline.svg?revision=0").await;
    assert!(!before.text().contains("<path"));
}

/// What is hidden turns at no day that anybody hears of, and is not counted, however large the change set.
#[tokio::test]
async fn hidden_rows_leave_no_trace_in_days_and_counts() {
    let app = TestApp::new();
    let mut ids = IdSource::new(1_791_000_000_000, 11);
    let mut changes: Vec<Change> = Vec::new();
    for n in 0..2_100u32 {
        let fields = json!({ "name": format!("路{n}") });
        let mut record = record_from_json(Layer::Road, ids.next_id(), fields.as_object().unwrap()).unwrap();
        if n < 100 {
            record.secrecy = Secrecy::Secret;
            record.valid = Period::new(Date::new(1949, 10, 1), Date::new(2049, 10, 1)).unwrap();
        }
        changes.push(Change::insert(record));
    }
    let made = app
        .register
        .commit(header_of(SetKind::Import, "路"), |_| Ok::<_, std::convert::Infallible>(changes.clone()));
    assert_eq!(made.unwrap().revision.0, 2);
    let doc = app.ok("/api/v1/register").await;
    assert_eq!(doc["lawful"], json!({ "from": "2026-01-01", "to": "2027-01-01" }));
    for _ in 0..2 {
        let log = app.ok("/api/v1/log").await;
        assert_eq!(log["entries"][0]["counts"]["road"], json!({ "insert": 2_000, "update": 0, "delete": 0 }));
    }
    let whole = Config { show: Secrecy::Secret, ..Config::default() };
    let (_, router) = boundstone::server::application(app.register.clone(), &whole, None).unwrap();
    let seeing = TestApp { router, ..app };
    let log = seeing.ok("/api/v1/log").await;
    assert_eq!(log["entries"][0]["counts"]["road"]["insert"], 2_100);
}

#[tokio::test]
async fn a_record_comes_with_measures_relations_and_history() {
    let app = TestApp::new();
    let reply = app.get(&format!("/api/v1/layers/compound/records/{}", app.compound)).await;
    assert_eq!(reply.status, StatusCode::OK);
    let doc = reply.json();
    assert_eq!(doc["label"], "翠湖苑");
    assert_eq!(doc["attributes"]["closed"], true);
    let area = doc["measures"]["area_m2"].as_f64().unwrap();
    assert!((area - 11_170.0).abs() < 30.0, "{area}");
    let related: Vec<_> = doc["related"].as_array().unwrap().iter().map(|r| r["label"].clone()).collect();
    assert_eq!(related, [json!("华山街道"), json!("东门")]);
    let words: Vec<_> =
        doc["related"].as_array().unwrap().iter().map(|r| r["relation"]["zh"].clone()).collect();
    assert_eq!(words, [json!("所属社区"), json!("出入口")]);
    assert_eq!(doc["history"][0]["reason"], "初次入库");
    assert_eq!(doc["history"][0]["op"], "insert");
    let tag = reply.header("etag").to_owned();
    let again = app
        .get_with(&format!("/api/v1/layers/compound/records/{}", app.compound), &[("if-none-match", &tag)])
        .await;
    assert_eq!(again.status, StatusCode::NOT_MODIFIED);
    assert!(again.body.is_empty());
}

#[tokio::test]
async fn every_day_has_its_records() {
    let app = TestApp::new();
    let to_come = format!("/api/v1/layers/facility/records/{}", app.facilities[23]);
    assert_eq!(app.get(&to_come).await.status, StatusCode::NOT_FOUND);
    assert_eq!(app.get(&format!("{to_come}?as_of=2027-01-01")).await.status, StatusCode::OK);
    assert_eq!(
        app.get(&format!("{to_come}?as_of=2027-01-01&revision=0")).await.status,
        StatusCode::NOT_FOUND
    );
    let doc = app.ok("/api/v1/register?revision=0").await;
    assert_eq!(doc["layers"][0]["count"], 0);
    let reply = app.get("/api/v1/register?revision=9").await;
    assert_eq!(
        (reply.status, reply.json()["code"].clone()),
        (StatusCode::NOT_FOUND, json!("revision.unknown"))
    );
}

#[tokio::test]
async fn a_point_is_located_and_names_are_found() {
    let app = TestApp::new();
    let doc = app.ok("/api/v1/locate?lon=102.65&lat=25.05").await;
    let names: Vec<_> = doc["chain"].as_array().unwrap().iter().map(|d| d["name"].clone()).collect();
    assert_eq!(names, [json!("五华区"), json!("华山街道")]);
    assert_eq!(doc["chain"][0]["level_title"]["zh"].as_str().map(str::is_empty), Some(false));
    let doc = app.ok("/api/v1/search?q=530102").await;
    let (first, place) = (&doc["features"][0]["properties"], &doc["features"][0]["properties"]["geocoding"]);
    assert_eq!((&first["record"]["match"], &first["record"]["count"]), (&json!("code"), &json!(1)));
    assert_eq!((&place["name"], &place["type"]), (&json!("五华区"), &json!("county")));
    assert_eq!(first["record"]["context"], "", "what lies below a division is not round it");
    let street = app.ok("/api/v1/search?q=%E5%8D%8E%E5%B1%B1%E8%A1%97%E9%81%93&layer=division").await;
    assert_eq!(street["features"][0]["properties"]["record"]["context"], "五华区");
    assert_eq!(street["features"][0]["properties"]["geocoding"]["admin"], json!({"level6": "五华区"}));
    assert_eq!(street["geocoding"]["version"], "0.1.0");
    let doc = app.ok("/api/v1/search?q=%E7%BF%A0%E6%B9%96").await;
    assert!(doc["total"].as_u64().unwrap() >= 3, "{doc}");
    let near = app.ok("/api/v1/search?q=cuihu&near=102.65,25.05&limit=1").await;
    assert_eq!((&near["total"], near["features"].as_array().map(Vec::len)), (&json!(null), Some(1)));
    assert_eq!(app.get("/api/v1/search?q=a&near=200,1").await.status, StatusCode::BAD_REQUEST);
    let there = app.ok("/api/v1/reverse?lon=102.65&lat=25.05").await;
    let names: Vec<_> = there["features"].as_array().unwrap().iter().collect();
    assert_eq!(names.last().unwrap()["properties"]["geocoding"]["name"], "华山街道");
    assert_eq!(app.get("/api/v1/reverse?lon=102.65").await.status, StatusCode::BAD_REQUEST);
    let doc = app.ok("/api/v1/layers/facility/legend?field=kind").await;
    let counts: Vec<_> =
        doc["values"].as_array().unwrap().iter().map(|v| v["count"].as_u64().unwrap()).collect();
    assert_eq!(counts.iter().sum::<u64>(), 23);
}

#[tokio::test]
async fn the_log_is_read_page_by_page() {
    let app = TestApp::new();
    let doc = app.ok("/api/v1/log").await;
    assert_eq!(doc["entries"][0]["kind"], "import");
    assert_eq!(doc["entries"][0]["counts"]["facility"]["insert"], 25);
    assert_eq!(doc["next"], json!(null));
    let doc = app.ok("/api/v1/log/1?limit=5&offset=1").await;
    assert_eq!(doc["changes"].as_array().unwrap().len(), 5);
    assert_eq!(doc["changes"][0]["label"], "盘龙区");
    assert_eq!(app.get("/api/v1/log/77").await.status, StatusCode::NOT_FOUND);
}
