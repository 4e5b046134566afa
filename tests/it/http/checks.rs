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
    assert_eq!(app.ok("/api/v1/checks?layer=boundary_line").await["total"], 0);
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

/// The east of the two counties begins 3 m too far west.
fn plant_overlap(app: &TestApp) {
    let snapshot = app.register.snapshot();
    let divisions = snapshot.layer(Layer::Division);
    let east = divisions.iter().find(|record| record.label() == Some("盘龙区")).unwrap();
    let mut shape = east.geometry.as_deref().unwrap().clone();
    use geo::MapCoordsInPlace as _;
    shape.map_coords_in_place(|c| if c.x == 102.7 { geo_types::Coord { x: 102.699_97, y: c.y } } else { c });
    let after = boundstone::model::Record {
        geometry: Some(geometry::settle(shape, Layer::Division.def().geometry).unwrap().into()),
        ..(**east).clone()
    };
    let changes = vec![Change::update((**east).clone(), after)];
    let made = app.register.commit(header_of(SetKind::Import, "错误图形"), |_| {
        Ok::<_, std::convert::Infallible>(changes.clone())
    });
    made.unwrap();
}

#[tokio::test]
async fn a_narrow_overlap_is_found_previewed_repaired_and_undone() {
    let app = TestApp::new();
    assert_eq!(app.ok("/api/v1/checks?rule=G01").await["total"], 0);
    plant_overlap(&app);
    let found = app.ok("/api/v1/checks?rule=G01&kind=overlap&level=county").await;
    assert_eq!(found["total"], 1, "{found}");
    assert_eq!(found["kinds"], json!({ "overlap": 1 }));
    let finding = &found["findings"][0];
    assert!((finding["width_m"].as_f64().unwrap() - 3.0).abs() < 0.2, "{finding}");
    assert_eq!(finding["basis"], "assumed");
    let id = finding["id"].as_str().unwrap().to_owned();

    let detail = app.ok(&format!("/api/v1/checks/{id}")).await;
    assert_eq!(detail["place"]["type"], "Polygon");
    assert_eq!(detail["repair"]["offered"], true);
    assert_eq!(detail["records"].as_array().unwrap().len(), 2);
    assert_eq!(detail["repair"]["owners"].as_array().unwrap().len(), 2);

    let before = app.ok("/api/v1/register").await["revision"].as_u64().unwrap();
    let preview = app.write("POST", &format!("/api/v1/checks/{id}/repair/preview"), &[], &json!({})).await;
    assert_eq!(preview.status, StatusCode::OK, "{}", preview.text());
    let sides = preview.json()["divisions"].as_array().unwrap().clone();
    let lost = |one: &serde_json::Value| {
        one["area_before_m2"].as_f64().unwrap() - one["area_after_m2"].as_f64().unwrap()
    };
    let total: f64 = sides.iter().map(lost).sum();
    assert!((total - finding["area_m2"].as_f64().unwrap()).abs() < 5.0, "{total} {finding}");
    let held: serde_json::Map<String, serde_json::Value> =
        sides.iter().map(|one| (one["id"].as_str().unwrap().to_owned(), one["etag"].clone())).collect();
    let body = json!({ "held": held, "by": "李工", "reason": "检核修复" });
    let unseen = json!({ "held": {}, "by": "李工", "reason": "检核修复" });
    let path = format!("/api/v1/checks/{id}/repair");
    let refused = app.write("POST", &path, &[], &unseen).await;
    assert_eq!(refused.status, StatusCode::PRECONDITION_REQUIRED, "{}", refused.text());
    let done = app.write("POST", &path, &[], &body).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.text());
    assert_eq!(done.json()["revision"], before + 1);
    assert_eq!(app.ok("/api/v1/checks?rule=G01,G02").await["total"], 0);
    let gone = app.write("POST", &path, &[], &body).await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND, "{}", gone.text());

    let undo = format!("/api/v1/log/{}/undo", before + 1);
    let undone = app.write("POST", &undo, &[], &json!({ "by": "李工", "reason": "误改" })).await;
    assert!(undone.status.is_success(), "{}", undone.text());
    let again = app.ok("/api/v1/checks?rule=G01").await;
    assert_eq!(again["findings"][0]["id"].as_str(), Some(id.as_str()), "the same fault is the same finding");
}

#[tokio::test]
async fn findings_are_listed_as_a_workbook_and_those_of_papers_say_why_there_is_no_repair() {
    let app = TestApp::new();
    put_borders(&app);
    let sheet = app.get("/api/v1/checks/export?rule=B07").await;
    assert_eq!(sheet.status, StatusCode::OK);
    assert!(sheet.body.starts_with(b"PK"), "a workbook");
    let found = app.ok("/api/v1/checks?rule=B07&line=53010001020103").await;
    assert_eq!(found["total"], 1);
    assert_eq!(app.ok("/api/v1/checks?line=530100010299").await["total"], 0);
    let id = found["findings"][0]["id"].as_str().unwrap();
    let detail = app.ok(&format!("/api/v1/checks/{id}")).await;
    assert_eq!(detail["repair"]["offered"], false);
    assert!(!detail["repair"]["why"]["zh"].as_str().unwrap().is_empty());
    let asked = app.write("POST", &format!("/api/v1/checks/{id}/repair/preview"), &[], &json!({})).await;
    assert_eq!(asked.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(app.get("/api/v1/checks/0123456789abcdef").await.status, StatusCode::NOT_FOUND);
}
