//! Tables without geometry through HTTP: joined by name, what is left is placed by hand; other datums are asked for.

use axum::http::StatusCode;
use serde_json::json;

use super::app::TestApp;

#[tokio::test]
async fn a_table_joins_and_what_is_left_is_placed_by_a_choice() {
    let app = TestApp::new();
    let table = "街道名称,人口\n华山街道办事处,100\n不明街道,200\n";
    let upload = app.upload("人口.csv", table.as_bytes()).await;
    let mut body = json!({
        "upload": upload["upload"], "file": upload["sources"][0]["file"], "layer": "division", "join": true,
    });
    let asked = app.preview(&body).await;
    assert_eq!(
        asked["outcome"]["counts"],
        json!({"new": 0, "changed": 1, "unchanged": 0, "refused": 1}),
        "{asked}"
    );
    assert_eq!(asked["outcome"]["unmatched"], 1);
    let id = asked["id"].as_str().unwrap();
    let left = app.ok(&format!("/api/v1/imports/{id}/unmatched")).await;
    assert_eq!((&left["total"], &left["rows"][0]["row"]), (&json!(1), &json!(3)), "{left}");
    assert_eq!(left["rows"][0]["label"], "不明街道");

    // A person knows which it is.
    let found = app.ok("/ogc/collections/division/items?limit=100").await;
    let other =
        found["features"].as_array().unwrap().iter().find(|f| f["properties"]["name"] != "华山街道").unwrap();
    body["place"] = json!({ "3": other["id"] });
    let placed = app.preview(&body).await;
    assert_eq!(
        placed["outcome"]["counts"],
        json!({"new": 0, "changed": 2, "unchanged": 0, "refused": 0}),
        "{placed}"
    );
    let done = app.accept(&placed).await;
    assert_eq!(done["state"], "done", "{done}");
    body["place"] = json!({ "3": "nobody" });
    let reply = app.write("POST", "/api/v1/imports/preview", &[], &body).await;
    assert!(reply.status.is_client_error(), "{}", reply.text());
}

#[tokio::test]
async fn another_datum_is_a_question_with_its_own_answer() {
    let app = TestApp::new();
    let upload = app.upload("点.csv", "名称,代码,x,y\n甲,d-1,34571000.25,2771000.5\n".as_bytes()).await;
    let mut body = json!({
        "upload": upload["upload"], "file": upload["sources"][0]["file"], "layer": "place", "crs": "EPSG:2358",
    });
    let asked = app.preview(&body).await;
    let question = &asked["outcome"]["question"];
    assert_eq!(question["datum"], "Xian 1980", "{asked}");
    body["datum"] = json!("1,2");
    let reply = app.write("POST", "/api/v1/imports/preview", &[], &body).await;
    assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", reply.text());
    body["datum"] = json!("15.8,-154.4,-82.3,1.1,-2.2,3.3,-4.5");
    let answered = app.preview(&body).await;
    assert_eq!(answered["outcome"]["counts"]["new"], 1, "{answered}");
}
