//! The ledger, one line, one marker and their papers over HTTP; what is secret is in none of them.

use std::sync::Arc;

use axum::http::StatusCode;
use boundstone::model::layers::{BoundaryMarker, MarkerReference};
use boundstone::model::{Change, Record, RecordId, Secrecy, SetKind};
use geo_types::point;
use serde_json::{Value as Json, json};

use super::app::{TestApp, header_of};

const LINE: &str = "53010001020103";
const SECRET_NO: &str = "绝密桩77Q";

/// Three markers on the line: one with reference objects, one bare, one that nobody may see.
async fn with_markers() -> (TestApp, Vec<RecordId>) {
    let app = TestApp::new();
    let derived = json!({"level": "county", "by": "张工", "reason": "建立界线台账"});
    let reply = app.write("POST", "/api/v1/boundary/lines", &[], &derived).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    let marker = |at: u64, number: &str, lat: f64| {
        let mut own = BoundaryMarker::numbered(number);
        own.line_codes = vec![LINE.into()];
        own.marker_type = Some("single".into());
        if at == 1 {
            let object = |name: &str, azimuth_deg: f64, distance_m: f64| MarkerReference {
                object: name.into(),
                azimuth_deg: Some(azimuth_deg),
                distance_m: Some(distance_m),
                ..MarkerReference::default()
            };
            own.references = vec![object("电杆<1>", 90.0, 20.0), object("屋角&", 180.0, 35.5)];
            // The first object was surveyed where its figures lead to, nearly.
            own.references[0].lon = Some(102.700_198);
            own.references[0].lat = Some(lat);
        }
        let mut record = Record::of(format!("01J000000000000000000000{at:02}").parse().unwrap(), own);
        record.code = Some(number.into());
        record.geometry = Some(Arc::new(point! { x: 102.7, y: lat }.into()));
        if number == SECRET_NO {
            record.secrecy = Secrecy::Secret;
        }
        record
    };
    let records = vec![
        marker(1, &format!("{LINE}001Q"), 25.08),
        marker(2, &format!("{LINE}002Q"), 25.03),
        marker(3, SECRET_NO, 25.05),
    ];
    let ids = records.iter().map(|record| record.id).collect();
    let changes: Vec<Change> = records.into_iter().map(Change::insert).collect();
    app.register
        .commit(header_of(SetKind::Import, "界桩"), |_| Ok::<_, std::convert::Infallible>(changes.clone()))
        .unwrap();
    (app, ids)
}

#[tokio::test]
async fn the_ledger_and_a_line_show_what_may_be_seen() {
    let (app, _) = with_markers().await;
    let ledger = app.ok("/api/v1/boundary/ledger").await;
    let line = &ledger["lines"][0];
    assert_eq!((&line["name"], &line["markers"]), (&json!("五盘线"), &json!(2)), "{line}");
    assert!((line["length_m"].as_f64().unwrap() - 11_077.0).abs() < 20.0, "{line}");
    assert!(line["findings"]["errors"].as_u64().is_some() && line["bounds"].as_array().is_some());
    let page = app.ok(&format!("/api/v1/boundary/lines/{LINE}")).await;
    let on_line = page["on_line"].as_array().unwrap();
    assert_eq!(on_line.len(), 2, "{page}");
    // From north to south: 25.08 lies 2.2 km from the start at 25.1.
    assert!((on_line[0]["at_m"].as_f64().unwrap() - 2_215.0).abs() < 5.0, "{}", on_line[0]);
    assert_eq!(page["party_codes"], json!(["530102", "530103"]));
    let id = page["id"].as_str().unwrap();
    assert_eq!(
        app.ok(&format!("/api/v1/boundary/lines/{id}")).await["code"],
        LINE,
        "a line is found by its id too"
    );
    assert_eq!(app.get("/api/v1/boundary/lines/x").await.status, StatusCode::NOT_FOUND);
    assert!(!page.to_string().contains(SECRET_NO));
}

#[tokio::test]
async fn a_marker_says_where_its_objects_stand_by_their_figures() {
    let (app, ids) = with_markers().await;
    let page = app.ok(&format!("/api/v1/boundary/markers/{}", ids[0])).await;
    assert_eq!(page["plane"]["zone"], 34);
    let first = &page["references"][0];
    let computed: Vec<f64> =
        first["computed"].as_array().unwrap().iter().map(|n| n.as_f64().unwrap()).collect();
    assert!((computed[0] - 102.700_198).abs() < 2e-6, "{first}");
    assert!(first["apart_m"].as_f64().unwrap() < 1.0 && page["references"][1]["apart_m"] == Json::Null);
    assert_eq!(page["lines"][0]["after"]["number"], format!("{LINE}002Q"));
    let secret = app.get(&format!("/api/v1/boundary/markers/{}", ids[2])).await;
    assert_eq!(secret.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn papers_are_drawn_and_filled() {
    let (app, ids) = with_markers().await;
    let sheet = app.get(&format!("/api/v1/boundary/lines/{LINE}/sheet.pdf")).await;
    assert_eq!(sheet.status, StatusCode::OK, "{}", sheet.text());
    assert!(
        sheet.body.starts_with(b"%PDF") && sheet.header("content-disposition").contains("filename*=UTF-8''")
    );
    let small = app.get(&format!("/api/v1/boundary/lines/{LINE}/sheet.pdf?scale=1000")).await;
    assert_eq!(
        (small.status, small.json()["code"].clone()),
        (StatusCode::UNPROCESSABLE_ENTITY, json!("paper.too_large"))
    );
    let card = format!("/api/v1/boundary/markers/{}/card", ids[0]);
    let lacks = app.ok(&card).await;
    assert!(lacks["empty"].as_array().unwrap().contains(&json!("材质")), "{lacks}");
    assert_eq!(lacks["unknown"], json!([]), "our own template asks for nothing that there is not");
    let docx = app.get(&format!("{card}.docx")).await;
    assert_eq!(docx.status, StatusCode::OK);
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(docx.body)).unwrap();
    let mut text = String::new();
    std::io::Read::read_to_string(&mut zip.by_name("word/document.xml").unwrap(), &mut text).unwrap();
    assert!(text.contains("电杆&lt;1&gt;") && text.contains("180°00′") && !text.contains("{{"), "{text}");
    assert!(zip.by_name("word/media/boundstone1.png").unwrap().size() > 1_000);
    let pdf = app.get(&format!("{card}.pdf")).await;
    assert!(pdf.status.is_success() && pdf.body.starts_with(b"%PDF"));
    let secret = app.get(&format!("/api/v1/boundary/markers/{}/card.docx", ids[2])).await;
    assert_eq!(secret.status, StatusCode::NOT_FOUND);
}
