//! What a person answers in an import: which record a row is about, what all rows have in common, the text's
//! encoding, the way from an older datum.

use axum::http::StatusCode;
use serde_json::json;

use super::app::TestApp;

#[tokio::test]
async fn a_table_without_geometry_joins_records_and_a_person_places_the_rest() {
    let app = TestApp::new();
    let csv = "名称,户籍人口\n华山街道,4321\n查无此街道,5\n";
    let upload = app.upload("人口.csv", csv.as_bytes()).await;
    let mut body =
        json!({ "upload": upload["upload"], "file": "人口.csv", "layer": "division", "join": true });
    let job = app.preview(&body).await;
    let counts = &job["outcome"]["counts"];
    assert_eq!(
        (&counts["new"], &counts["changed"], &counts["refused"]),
        (&json!(0), &json!(1), &json!(1)),
        "{job}"
    );
    assert_eq!(job["outcome"]["unmatched"], 1);
    let path = format!("/api/v1/imports/{}/unmatched", job["id"].as_str().unwrap());
    let page = app.ok(&path).await;
    assert_eq!(
        (&page["total"], &page["rows"][0]["row"], &page["rows"][0]["label"]),
        (&json!(1), &json!(3), &json!("查无此街道"))
    );
    assert!(page["rows"][0]["candidates"].is_array() && page["rows"][0]["why"]["zh"].is_string(), "{page}");
    let chosen = app.ok("/ogc/collections/division/items?code=530103").await["features"][0]["id"].clone();
    body["place"] = json!({ "3": chosen });
    let job = app.preview(&body).await;
    assert_eq!(
        (&job["outcome"]["unmatched"], &job["outcome"]["counts"]["changed"]),
        (&json!(0), &json!(2)),
        "{job}"
    );
    assert_eq!(app.accept(&job).await["outcome"]["revision"], 2);
    // Nothing of a layer of areas is a point on the map.
    body["place"] = json!({ "3": [102.61, 25.01] });
    let failed = app.preview(&body).await;
    assert_eq!((&failed["state"], &failed["failure"]["code"]), (&json!("failed"), &json!("import.options")));
    body["place"] = json!({ "三": chosen });
    let reply = app.write("POST", "/api/v1/imports/preview", &[], &body).await;
    assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{}", reply.text());
}

#[tokio::test]
async fn what_the_file_does_not_say_is_said_once_for_all_rows() {
    let app = TestApp::new();
    let upload = app.upload("县.csv", "县名,代码\n甲地,530201\n乙地,530202\n".as_bytes()).await;
    let mut body = json!({
        "upload": upload["upload"], "file": "县.csv", "layer": "division", "map": { "name": "县名", "code": "代码", "level": "" },
    });
    // Codes of six digits are counties' anyway; a village of such a code is what a person says.
    body["set"] = json!({ "level": "村级", "remarks": " " });
    let job = app.preview(&body).await;
    assert_eq!(job["outcome"]["counts"]["new"], 2, "{job}");
    let id = job["id"].as_str().unwrap();
    let changes = app.ok(&format!("/api/v1/imports/{id}/changes")).await.to_string();
    assert!(changes.contains("community") && !changes.contains("county"), "{changes}");
    assert_eq!(app.accept(&job).await["outcome"]["revision"], 2);
    let origin =
        app.register.log_entry(boundstone::model::Revision(2)).unwrap().unwrap().set.header.origin.unwrap();
    assert_eq!(origin["set"], json!({ "level": "村级" }), "what is blank is said of nothing");
    body["set"] = json!({ "level": "没有这一级" });
    let job = app.preview(&body).await;
    assert!(job["failure"]["zh"].as_str().unwrap().contains("没有这一级"), "{job}");
}

#[tokio::test]
async fn a_source_is_read_anew_in_the_encoding_that_a_person_names() {
    let app = TestApp::new();
    let big5 = encoding_of("BIG5", "名稱,經度,緯度\n臺北車站,121.517,25.0478\n");
    let upload = app.upload("站.csv", &big5).await;
    let path = format!("/api/v1/uploads/{}/source", upload["upload"].as_str().unwrap());
    let file = "file=%E7%AB%99.csv";
    let read = app.ok(&format!("{path}?{file}&encoding=Big5")).await;
    assert_eq!(read["columns"], json!(["名稱", "經度", "緯度"]), "{read}");
    assert_eq!((&read["sample"][0]["名稱"], &read["encoding"]), (&json!("臺北車站"), &json!("Big5")));
    let wrong = app.ok(&format!("{path}?{file}&encoding=GBK")).await;
    assert_ne!(wrong["columns"], read["columns"]);
    let unknown = app.ok(&format!("{path}?{file}&encoding=klingon")).await;
    assert!(unknown["problem"]["zh"].as_str().unwrap().contains("klingon"), "{unknown}");
    let by_itself = app.ok(&format!("{path}?{file}")).await;
    assert_eq!((&by_itself["columns"], &by_itself["rows"]), (&upload["sources"][0]["columns"], &json!(1)));
    assert_eq!(app.get(&format!("{path}?encoding=GBK")).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(app.get(&format!("{path}?file=x&encoding=GBK")).await.status, StatusCode::NOT_FOUND);
}

fn encoding_of(name: &str, text: &str) -> Vec<u8> {
    encoding_rs::Encoding::for_label(name.as_bytes()).unwrap().encode(text).0.into_owned()
}

#[tokio::test]
async fn coordinates_on_an_older_datum_are_a_question_too() {
    let app = TestApp::new();
    let upload = app.upload("西安.csv", "名称,经度,纬度\n甲,102.61,25.01\n".as_bytes()).await;
    let mut body =
        json!({ "upload": upload["upload"], "file": "西安.csv", "layer": "place", "crs": "EPSG:4610" });
    let job = app.preview(&body).await;
    let question = &job["outcome"]["question"];
    assert!(question["datum"].is_string() && question["declared"] == "EPSG:4610", "{job}");
    body["datum"] = "keep".into();
    let job = app.preview(&body).await;
    assert_eq!(job["outcome"]["counts"]["new"], 1, "{job}");
    body["datum"] = "1,2".into();
    let reply = app.write("POST", "/api/v1/imports/preview", &[], &body).await;
    assert_eq!(reply.json()["code"], "import.datum", "{}", reply.text());
}
