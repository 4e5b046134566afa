//! What the checks find, over HTTP.

use axum::http::StatusCode;
use boundstone::model::{Change, IdSource, Layer, Secrecy, SetKind, geometry, record_from_json};
use geo_types::{Geometry, line_string, point};
use serde_json::json;

use super::app::{TestApp, header_of};

/// A line without papers and a marker 5 m off it; another marker is secret.
fn put_borders(app: &TestApp) {
    let mut ids = IdSource::new(1_791_000_000_000, 3);
    let mut record = |layer: Layer, fields: serde_json::Value, shape: Geometry| {
        let mut record = record_from_json(layer, ids.next_id(), fields.as_object().unwrap()).unwrap();
        record.geometry = Some(geometry::settle(shape, layer.def().geometry).unwrap().into());
        record
    };
    let line = record(
        Layer::BoundaryLine,
        json!({ "code": "53010001020103", "name": "五盘线", "level": "county" }),
        line_string![(x: 102.7, y: 25.0), (x: 102.7, y: 25.1)].into(),
    );
    let marker = |number: &str| json!({ "code": number, "number": number, "line_codes": ["53010001020103"], "responsible_side": "a" });
    let off = record(
        Layer::BoundaryMarker,
        marker("53010001020103001Q"),
        point! { x: 102.700_05, y: 25.05 }.into(),
    );
    let mut hidden = record(
        Layer::BoundaryMarker,
        marker("53010001020103002Q"),
        point! { x: 102.700_05, y: 25.06 }.into(),
    );
    hidden.secrecy = Secrecy::Secret;
    let changes: Vec<Change> = [line, off, hidden].into_iter().map(Change::insert).collect();
    let made = app
        .register
        .commit(header_of(SetKind::Import, "界线"), |_| Ok::<_, std::convert::Infallible>(changes.clone()));
    made.unwrap();
}

#[tokio::test]
async fn findings_come_with_rule_article_and_place_and_hide_what_is_secret() {
    let app = TestApp::new();
    assert_eq!(app.ok("/api/v1/checks").await["total"], 0);
    put_borders(&app);
    let all = app.ok("/api/v1/checks?limit=1").await;
    assert!(all["total"].as_u64().unwrap() > 2, "{all}");
    assert_eq!(all["findings"].as_array().unwrap().len(), 1);
    let off = app.ok("/api/v1/checks?rule=B07&layer=boundary_marker&bbox=102.6,25.0,102.8,25.2").await;
    assert_eq!((&off["total"], &off["counts"]), (&json!(1), &json!({ "B07": 1 })));
    let finding = &off["findings"][0];
    assert_eq!(finding["code"], "53010001020103001Q");
    assert_eq!(finding["article"]["zh"], "《行政区域界线管理条例》第五条");
    let id = finding["record"].as_str().unwrap();
    assert!(app.ok(&format!("/api/v1/checks?record={id}")).await["total"].as_u64().unwrap() >= 1);
    assert_eq!(app.ok("/api/v1/checks?rule=B07&bbox=100,25,101,26").await["total"], 0);
    assert_eq!(app.ok("/api/v1/checks?rule=B07&as_of=1990-01-01").await["total"], 0);
    assert_eq!(app.ok("/api/v1/checks?rule=B07&revision=1").await["total"], 0);
    assert_eq!(app.ok("/api/v1/checks?rule=B07&severity=note").await["total"], 0);
    for wrong in ["rule=X1", "layer=walls", "severity=bad", "bbox=1,2,3", "bbox=3,0,1,1", "limit=0"] {
        assert_eq!(
            app.get(&format!("/api/v1/checks?{wrong}")).await.status,
            StatusCode::BAD_REQUEST,
            "{wrong}"
        );
    }
}

#[tokio::test]
async fn the_rules_say_what_is_read_and_what_is_assumed() {
    let app = TestApp::new();
    let doc = app.ok("/api/v1/rules").await;
    let rules = doc["rules"].as_array().unwrap();
    let seven = rules.iter().find(|rule| rule["id"] == "B07").unwrap();
    assert_eq!((&seven["basis"], &seven["applies"]), (&json!("read"), &json!(true)));
    assert!(seven["parameters"].as_array().unwrap().iter().all(|parameter| parameter["basis"] == "assumed"));
    assert!(rules.iter().all(|rule| rule["checked"] == true));
}

/// A round over the line: two tasks for the markers that are to be seen, one of them done, and one segment.
#[tokio::test]
async fn rounds_have_tasks_and_lines_fall_due() {
    let app = TestApp::new();
    put_borders(&app);
    let mut ids = IdSource::new(1_791_000_000_000, 5);
    let mut made = |layer: Layer, fields: serde_json::Value| {
        let record = record_from_json(layer, ids.next_id(), fields.as_object().unwrap()).unwrap();
        let id = record.id;
        let done = app.register.commit(header_of(SetKind::Edit, "联检"), |_| {
            Ok::<_, std::convert::Infallible>(vec![Change::insert(record.clone())])
        });
        done.unwrap();
        id
    };
    let round = made(
        Layer::InspectionRound,
        json!({ "code": "2026-1", "name": "五盘线第五轮", "line_codes": ["53010001020103"], "stage": "field",
            "planned_to": "2026-10-01" }),
    );
    let board = app.ok("/api/v1/inspections").await;
    let first = &board["rounds"][0];
    assert_eq!((&first["code"], &first["late_since"]), (&json!("2026-1"), &json!("2026-10-01")));
    assert_eq!((&first["segments"], &first["markers_done"]), (&json!(1), &json!(0)));
    // Nothing is known from which the line's period could be counted.
    assert_eq!(board["due"], json!([]));
    assert_eq!(app.ok("/api/v1/checks?rule=B10").await["total"], 0);
    made(
        Layer::InspectionRecord,
        json!({ "round_code": "2026-1", "subject": "marker", "line_code": "53010001020103",
            "marker_code": "53010001020103001Q", "condition": "moved", "action": "repaired" }),
    );
    let tasks = app.ok(&format!("/api/v1/inspections/{round}")).await;
    let keys: Vec<_> = tasks["tasks"].as_array().unwrap().iter().map(|task| task["key"].clone()).collect();
    assert_eq!(keys, [json!("53010001020103001Q"), json!("1")], "the secret marker is not told");
    assert_eq!(tasks["conditions"], json!({ "moved": 1 }));
    // The neighbour was not there; the checks hear of it with the next question.
    assert_eq!(app.ok("/api/v1/checks?rule=B11").await["total"], 1);
    let gone = app.get("/api/v1/inspections/01ARZ3NDEKTSV4RRFFQ69G5FAV").await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
}
