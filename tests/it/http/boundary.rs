//! Lines and markers over HTTP: a trial, the same written, the words, the numbers, the tables.

use std::io::Cursor;
use std::sync::Arc;

use axum::http::StatusCode;
use boundstone::model::layers::BoundaryMarker;
use boundstone::model::{Change, Record, RecordId, Secrecy, SetKind};
use geo_types::point;
use serde_json::{Value as Json, json};

use super::app::{TestApp, header_of};

const LINE: &str = "53010001020103";

fn derive() -> Json {
    json!({"level": "county", "by": "张工", "reason": "建立界线台账"})
}

#[tokio::test]
async fn lines_are_tried_then_written_once() {
    let app = TestApp::new();
    let tried = app.ok("/api/v1/boundary/lines?level=county").await;
    assert_eq!(tried["lines"].as_array().unwrap().len(), 1, "{tried}");
    let line = &tried["lines"][0];
    assert_eq!(
        (&line["code"], &line["name"], &line["outcome"]),
        (&json!(LINE), &json!("五盘线"), &json!("new"))
    );
    assert_eq!(tried["revision"], Json::Null);
    let reply = app.write("POST", "/api/v1/boundary/lines", &[], &derive()).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    let written = reply.json();
    assert!(written["revision"].as_u64().is_some(), "{written}");
    let again = app.write("POST", "/api/v1/boundary/lines", &[], &derive()).await.json();
    assert_eq!((&again["revision"], &again["lines"][0]["outcome"]), (&Json::Null, &json!("unchanged")));
    let words = app.ok(&format!("/api/v1/boundary/lines/{LINE}/text")).await;
    assert!(words["text"].as_str().unwrap().contains("以直线向南行"), "{words}");
    assert_eq!(words["legs"][0]["direction"], "南");
    assert_eq!(words["stored"], Json::Null);
}

#[tokio::test]
async fn what_cannot_be_done_is_said() {
    let app = TestApp::new();
    for (path, status, code) in [
        ("/api/v1/boundary/lines", StatusCode::BAD_REQUEST, "parameter.invalid"),
        ("/api/v1/boundary/lines?level=galaxy", StatusCode::BAD_REQUEST, "parameter.invalid"),
        ("/api/v1/boundary/lines?level=grid", StatusCode::UNPROCESSABLE_ENTITY, "lines.no_boundary"),
        ("/api/v1/boundary/lines?level=province", StatusCode::UNPROCESSABLE_ENTITY, "lines.no_divisions"),
        ("/api/v1/boundary/lines/1/text", StatusCode::NOT_FOUND, "line.unknown"),
        ("/api/v1/boundary/lines/1/numbering", StatusCode::NOT_FOUND, "line.unknown"),
    ] {
        let reply = app.get(path).await;
        assert_eq!(reply.status, status, "{path}: {}", reply.text());
        assert_eq!(reply.json()["code"], code, "{path}");
    }
    let reply = app.write("POST", "/api/v1/boundary/lines", &[], &json!({"level": "county"})).await;
    assert_eq!(reply.status, StatusCode::BAD_REQUEST);
}

fn marker(at: u128, number: &str, x: f64, y: f64, secrecy: Secrecy) -> Change {
    let fields = BoundaryMarker { line_codes: vec![LINE.into()], ..BoundaryMarker::numbered(number) };
    let mut record = Record::of(RecordId::from_bits(at), fields);
    record.geometry = Some(Arc::new(point! { x: x, y: y }.into()));
    record.secrecy = secrecy;
    Change::insert(record)
}

#[tokio::test]
async fn markers_are_numbered_and_tables_sent() {
    let app = TestApp::new();
    app.write("POST", "/api/v1/boundary/lines", &[], &derive()).await;
    let markers = vec![
        marker(900, "乙", 102.7, 25.02, Secrecy::Public),
        marker(901, "甲", 102.7, 25.08, Secrecy::Public),
        marker(902, "密", 102.7, 25.05, Secrecy::Secret),
    ];
    app.register
        .commit(header_of(SetKind::Edit, "界桩"), |_| Ok::<_, std::convert::Infallible>(markers.clone()))
        .unwrap();
    let path = format!("/api/v1/boundary/lines/{LINE}/numbering");
    let tried = app.ok(&path).await;
    let numbers: Vec<_> = tried["markers"].as_array().unwrap().iter().map(|one| &one["after"]).collect();
    assert_eq!(numbers, [&json!(format!("{LINE}001Q")), &json!(format!("{LINE}002Q"))]);
    assert_eq!(tried["run"], "southward");
    let reply = app.write("POST", &path, &[], &json!({"by": "张工", "reason": "编号"})).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    for (table, sign) in [("lines", "五盘线"), ("markers", "53010001020103001Q")] {
        let reply = app.get(&format!("/api/v1/boundary/{table}.xlsx")).await;
        assert_eq!(reply.status, StatusCode::OK);
        assert!(reply.header("content-disposition").contains(".xlsx"));
        let mut zip = zip::ZipArchive::new(Cursor::new(reply.body)).unwrap();
        let mut all = String::new();
        for at in 0..zip.len() {
            let mut text = String::new();
            // Pictures and the like are none of ours.
            let _ = std::io::Read::read_to_string(&mut zip.by_index(at).unwrap(), &mut text);
            all.push_str(&text);
        }
        assert!(all.contains(sign), "{table}");
        assert!(!all.contains('密'), "{table}: what is secret is not in it");
    }
}
