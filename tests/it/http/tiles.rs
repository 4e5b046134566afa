//! Tiles through HTTP: TileJSON, tags, compression, days and revisions.

use axum::http::StatusCode;
use serde_json::json;

use super::app::TestApp;

fn column(lon: f64, z: u32) -> u32 {
    ((lon + 180.0) / 360.0 * f64::from(1u32 << z)) as u32
}

fn row(lat: f64, z: u32) -> u32 {
    let phi = lat.to_radians();
    ((1.0 - (phi.tan() + 1.0 / phi.cos()).ln() / std::f64::consts::PI) / 2.0 * f64::from(1u32 << z)) as u32
}

fn tile(layer: &str, z: u32) -> String {
    format!("/tiles{layer}/{z}/{}/{}", column(102.6505, z), row(25.0505, z))
}

#[tokio::test]
async fn tile_json_names_the_layers_and_where_the_tiles_are() {
    let app = TestApp::new();
    let doc = app.ok("/tiles.json").await;
    assert_eq!(doc["tilejson"], "3.0.0");
    assert_eq!(doc["tiles"], json!(["http://test.local:8080/tiles/{z}/{x}/{y}?v=1"]));
    let names: Vec<_> = doc["vector_layers"].as_array().unwrap().iter().map(|l| l["id"].clone()).collect();
    assert!(names.contains(&json!("division")) && names.contains(&json!("division_border")), "{names:?}");
    let one = app.ok("/tiles/road.json?as_of=2026-01-01").await;
    assert_eq!(one["tiles"], json!(["http://test.local:8080/tiles/road/{z}/{x}/{y}?v=1&as_of=2026-01-01"]));
    for bad in [
        "/tiles/road",
        "/tiles/nothing.json",
        "/tiles/a/b/c",
        "/tiles/3/9/1",
        "/tiles/31/0/0",
        "/tiles/1/0/-1",
    ] {
        assert_eq!(app.get(bad).await.status, StatusCode::NOT_FOUND, "{bad}");
    }
    assert_eq!(app.get("/tiles/1/0/0?foo=1").await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_tile_is_compressed_tagged_and_asked_for_again() {
    let app = TestApp::new();
    let path = tile("", 12);
    let reply = app.get_with(&path, &[("accept-encoding", "gzip")]).await;
    assert_eq!(reply.status, StatusCode::OK, "{path}");
    assert_eq!(reply.header("content-type"), "application/vnd.mapbox-vector-tile");
    assert_eq!(reply.header("content-encoding"), "gzip");
    assert_eq!(reply.header("cache-control"), "private, no-cache");
    let tag = reply.header("etag").to_owned();
    assert!(tag.starts_with('"'));
    let again = app.get_with(&format!("{path}?v=77"), &[("if-none-match", &tag)]).await;
    assert_eq!((again.status, again.body.len()), (StatusCode::NOT_MODIFIED, 0));
    let plain = app.get_with(&path, &[("accept-encoding", "identity")]).await;
    assert_eq!(plain.header("content-encoding"), "");
    assert!(String::from_utf8_lossy(&plain.body).contains("compound"));
    let divisions = app.get_with(&tile("/division", 12), &[("accept-encoding", "identity")]).await;
    assert!(!String::from_utf8_lossy(&divisions.body).contains("compound"));
    assert_eq!(app.get("/tiles/12/0/0").await.status, StatusCode::NO_CONTENT);
    assert_eq!(app.get(&format!("{path}?revision=0")).await.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn an_edit_makes_its_tiles_anew_and_an_older_revision_keeps_its_own() {
    let app = TestApp::new();
    let path = tile("/compound", 14);
    let plain = async |path: &str| {
        let reply = app.get_with(path, &[("accept-encoding", "identity")]).await;
        (reply.header("etag").to_owned(), String::from_utf8_lossy(&reply.body).into_owned())
    };
    let before = plain(&path).await;
    assert!(before.1.contains("翠湖苑"));
    let record = format!("/api/v1/layers/compound/records/{}", app.compound);
    let body = json!({ "set": { "name": "新苑" }, "by": "a", "reason": "b" });
    assert_eq!(
        app.write("PATCH", &record, &[("if-match", &app.tag(&record).await)], &body).await.status,
        StatusCode::OK
    );
    let after = plain(&path).await;
    assert!(after.1.contains("新苑") && before.0 != after.0);
    assert_eq!(plain(&format!("{path}?revision=1")).await, before);
    // What becomes secret leaves the tiles, those of older revisions too, kept or not.
    let body = json!({ "set": { "secrecy": "secret" }, "by": "a", "reason": "b" });
    assert_eq!(
        app.write("PATCH", &record, &[("if-match", &app.tag(&record).await)], &body).await.status,
        StatusCode::OK
    );
    for query in ["", "?revision=1", "?revision=2"] {
        assert!(!plain(&format!("{path}{query}")).await.1.contains("苑"), "{query}");
    }
}
