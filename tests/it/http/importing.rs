//! Bringing files in through HTTP: upload, look, preview, answer, accept, undo.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use boundstone::formats::{OutColumn, OutFeature, OutSchema, create};
use boundstone::model::FieldKind;
use boundstone::server::{Config, Limits};
use serde_json::{Value as Json, json};

use super::app::{Reply, SECRET_WORD, TestApp, square};

const WGS84: &str = r#"GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]"#;

impl TestApp {
    pub async fn upload_to(&self, path: &str, name: &str, bytes: &[u8]) -> Reply {
        let name: String = name.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let request = Request::post(format!("{path}?name={name}"))
            .header(header::CONTENT_TYPE, "application/octet-stream")
            .body(Body::from(bytes.to_vec()));
        self.send(request.unwrap()).await
    }

    pub async fn upload(&self, name: &str, bytes: &[u8]) -> Json {
        let reply = self.upload_to("/api/v1/uploads", name, bytes).await;
        assert_eq!(reply.status, StatusCode::CREATED, "{name}: {}", reply.text());
        reply.json()
    }

    /// Waits for the end of a job.
    pub async fn ended(&self, job: &Json) -> Json {
        let path = format!("/api/v1/jobs/{}", job["id"].as_str().unwrap_or_else(|| panic!("{job}")));
        for _ in 0..3000 {
            let now = self.ok(&path).await;
            if !["queued", "running"].contains(&now["state"].as_str().unwrap()) {
                return now;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        panic!("{path} does not end");
    }

    pub async fn preview(&self, body: &Json) -> Json {
        let reply = self.write("POST", "/api/v1/imports/preview", &[], body).await;
        assert_eq!(reply.status, StatusCode::ACCEPTED, "{}", reply.text());
        self.ended(&reply.json()).await
    }

    pub async fn accept(&self, preview: &Json) -> Json {
        let path = format!("/api/v1/imports/{}/accept", preview["id"].as_str().unwrap());
        let body = json!({ "by": "李工", "reason": "年度更新", "document": "五府发〔2026〕9号" });
        let reply = self.write("POST", &path, &[], &body).await;
        assert_eq!(reply.status, StatusCode::ACCEPTED, "{}", reply.text());
        self.ended(&reply.json()).await
    }
}

/// A zip with a GBK shapefile of two divisions, one of which the register has.
fn gbk_zip() -> Vec<u8> {
    use std::io::Write as _;
    let folder = tempfile::tempdir().unwrap();
    let column = |name: &str| OutColumn { name: name.into(), title: None, kind: FieldKind::Text };
    let schema = OutSchema {
        name: "街道".into(),
        columns: vec![column("XZQDM"), column("XZQMC"), column("PARENTCODE"), column("LEVEL"), column("BY")],
        crs: None,
        encoding: Some("GBK".into()),
    };
    let mut sink = create(&folder.path().join("a.shp"), &schema).unwrap();
    for (code, name, x) in [("530102002", "华山街道新", 102.6), ("530102003", "护国街道", 102.65)] {
        let values = [code, name, "530102", "township", "甲"].map(|text| text.into()).to_vec();
        sink.write(OutFeature { geometry: Some(square(x, 25.0, 0.04)), values }).unwrap();
    }
    sink.finish().unwrap();
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let stored = zip::write::SimpleFileOptions::default();
    for ending in ["shp", "shx", "dbf", "cpg"] {
        let Ok(bytes) = std::fs::read(folder.path().join(format!("a.{ending}"))) else { continue };
        zip.start_file(format!("五华/街道.{ending}"), stored).unwrap();
        zip.write_all(&bytes).unwrap();
    }
    zip.start_file("五华/街道.prj", stored).unwrap();
    zip.write_all(WGS84.as_bytes()).unwrap();
    zip.finish().unwrap().into_inner()
}

#[tokio::test]
async fn a_gbk_shapefile_goes_from_upload_to_undo() {
    let app = TestApp::new();
    let upload = app.upload("五华区街道.zip", &gbk_zip()).await;
    let source = &upload["sources"][0];
    assert_eq!(source["kind"], "shapefile", "{upload}");
    assert_eq!(source["columns"], json!(["XZQDM", "XZQMC", "PARENTCODE", "LEVEL", "BY"]));
    assert_eq!((&source["rows"], &source["layer"]), (&json!(2), &json!("division")));
    assert_eq!(source["sample"][1]["XZQMC"], "护国街道");
    assert!(source["crs"]["declared"].is_string() && source["problem"].is_null(), "{source}");
    assert_eq!(source["sample_geometry"]["features"].as_array().unwrap().len(), 2);
    let again = app.ok(&format!("/api/v1/uploads/{}", upload["upload"].as_str().unwrap())).await;
    assert_eq!(again, upload);

    let body = json!({
        "upload": upload["upload"], "file": source["file"], "source_layer": source["source_layer"], "layer": "division",
    });
    let job = app.preview(&body).await;
    assert_eq!(job["state"], "done", "{job}");
    let draft = &job["outcome"];
    assert_eq!(draft["counts"], json!({ "new": 1, "changed": 1, "unchanged": 0, "refused": 0 }), "{job}");
    assert_eq!(draft["revision"], 1);
    let column = |name: &str| {
        let columns = draft["columns"].as_array().unwrap();
        columns.iter().find(|column| column["column"] == name).unwrap().clone()
    };
    assert_eq!((&column("XZQMC")["field"], &column("BY")["field"]), (&json!("name"), &Json::Null));
    assert_eq!(draft["extent"], json!([102.6, 25.0, 102.69, 25.04]));
    let id = job["id"].as_str().unwrap();
    let changes = app.ok(&format!("/api/v1/imports/{id}/changes")).await;
    assert_eq!(changes["total"], 2);
    let changed = app.ok(&format!("/api/v1/imports/{id}/changes?op=changed")).await;
    let one = &changed["changes"][0];
    assert_eq!((&one["op"], &one["code"]), (&json!("changed"), &json!("530102002")));
    let name = one["fields"].as_array().unwrap().iter().find(|field| field["name"] == "name").unwrap();
    assert_eq!((&name["before"], &name["after"]), (&json!("华山街道"), &json!("华山街道新")));
    let features = app.ok(&format!("/api/v1/imports/{id}/features")).await;
    assert_eq!(features["features"].as_array().unwrap().len(), 2);
    assert_eq!(app.ok("/api/v1/register").await["revision"], 1, "nothing was written");

    let done = app.accept(&job).await;
    assert_eq!((&done["state"], &done["outcome"]["revision"]), (&json!("done"), &json!(2)), "{done}");
    assert_eq!(app.accept(&job).await["id"], done["id"], "accepted once");
    let log = app.ok("/api/v1/log/2").await;
    assert_eq!((&log["kind"], &log["by"], &log["total"]), (&json!("import"), &json!("李工"), &json!(2)));
    let undo = json!({ "by": "李工", "reason": "导错" });
    assert_eq!(app.write("POST", "/api/v1/log/2/undo", &[], &undo).await.status, StatusCode::OK);
    let found = app.ok("/ogc/collections/division/items?code=530102003").await;
    assert_eq!(found["numberMatched"], 0);
    let list = app.ok("/api/v1/jobs").await;
    let kinds: Vec<&str> =
        list["jobs"].as_array().unwrap().iter().map(|job| job["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["import", "import_preview"], "newest first");
    assert!(list["jobs"][0]["title"]["zh"].as_str().unwrap().contains("五华区街道.zip"));
}

#[tokio::test]
async fn parts_of_a_shapefile_come_one_by_one_in_any_order() {
    let app = TestApp::new();
    let zip = gbk_zip();
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(zip)).unwrap();
    let mut part = |ending: &str| {
        let mut bytes = Vec::new();
        let mut entry = archive.by_name(&format!("五华/街道.{ending}")).unwrap();
        std::io::copy(&mut entry, &mut bytes).unwrap();
        bytes
    };
    let upload = app.upload("街道.PRJ", &part("prj")).await;
    assert_eq!(upload["sources"], json!([]), "nothing yet");
    let path = format!("/api/v1/uploads/{}/files", upload["upload"].as_str().unwrap());
    let (dbf, shx, shp) = (part("dbf"), part("shx"), part("shp"));
    let replies = tokio::join!(
        app.upload_to(&path, "街道.dbf", &dbf),
        app.upload_to(&path, "街道.shx", &shx),
        app.upload_to(&path, "街道.cpg", b"GBK"),
        app.upload_to(&path, "街道.shp", &shp),
    );
    for reply in [replies.0, replies.1, replies.2, replies.3] {
        assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.text());
    }
    let upload = app.ok(path.trim_end_matches("/files")).await;
    let sources = upload["sources"].as_array().unwrap();
    assert_eq!((sources.len(), &sources[0]["kind"]), (1, &json!("shapefile")), "{upload}");
    assert!(sources[0]["crs"]["declared"].is_string() && sources[0]["sample"][0]["XZQMC"] == "华山街道新");
    let reply = app.upload_to(&path, "坏.xlsx", b"PK\x03\x04 broken").await;
    assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", reply.text());
    assert_eq!(app.ok(path.trim_end_matches("/files")).await["sources"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn undeclared_coordinates_are_a_question() {
    let app = TestApp::new();
    let rows = (0..40).map(|n| format!("小区{n},{},{}\n", 34_460_000 + n * 10, 2_766_000 + n * 10));
    let csv = format!("名称,X,Y\n{}", rows.collect::<String>());
    let upload = app.upload("小区.csv", csv.as_bytes()).await;
    let source = &upload["sources"][0];
    assert!(source["crs"]["declared"].is_null() && source["geometry"] == true, "{source}");
    let body = json!({ "upload": upload["upload"], "file": "小区.csv", "layer": "compound" });
    let job = app.preview(&body).await;
    let draft = &job["outcome"];
    assert!(draft["counts"].is_null() && job["state"] == "done", "{job}");
    let guess = &draft["question"]["guesses"][0];
    assert!(guess["why"]["zh"].is_string() && guess["title"]["en"].is_string(), "{draft}");
    let path = format!("/api/v1/imports/{}", job["id"].as_str().unwrap());
    assert_eq!(app.ok(&format!("{path}/changes")).await["total"], 0);
    let act = json!({ "by": "李工", "reason": "试" });
    let reply = app.write("POST", &format!("{path}/accept"), &[], &act).await;
    assert_eq!((reply.status, &reply.json()["code"]), (StatusCode::CONFLICT, &json!("import.not_ready")));
    let body =
        json!({ "upload": upload["upload"], "file": "小区.csv", "layer": "compound", "crs": guess["crs"] });
    let job = app.preview(&body).await;
    assert!(job["outcome"]["question"].is_null(), "{job}");
    assert_eq!(app.write("DELETE", &path, &[], &json!({})).await.status, StatusCode::NO_CONTENT);
    assert_eq!(app.get(&format!("{path}/changes")).await.status, StatusCode::NOT_FOUND);
    // The other preview still needs the upload.
    let upload = format!("/api/v1/uploads/{}", upload["upload"].as_str().unwrap());
    assert_eq!(app.get(&upload).await.status, StatusCode::OK);
    let path = format!("/api/v1/imports/{}", job["id"].as_str().unwrap());
    assert_eq!(app.write("DELETE", &path, &[], &json!({})).await.status, StatusCode::NO_CONTENT);
    assert_eq!(app.get(&upload).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_was_accepted_is_what_is_written_or_nothing() {
    let app = TestApp::new();
    let csv = "code,name,lon,lat\nN1,甲,102.61,25.01\nF001,改名,102.62,25.02\n";
    let body = |upload: &Json| json!({ "upload": upload["upload"], "file": "设施.csv", "layer": "facility", "crs": "EPSG:4490" });
    let upload = app.upload("设施.csv", csv.as_bytes()).await;
    let job = app.preview(&body(&upload)).await;
    assert_eq!(job["outcome"]["counts"]["changed"], 1, "{job}");
    // Something else is changed meanwhile: the plan is the same.
    let edit = |layer: &str, id: String, name: &str| {
        let path = format!("/api/v1/layers/{layer}/records/{id}");
        (path, json!({ "set": { "name": name }, "by": "a", "reason": "b" }))
    };
    let (path, change) = edit("compound", app.compound.to_string(), "别处");
    assert_eq!(
        app.write("PATCH", &path, &[("if-match", &app.tag(&path).await)], &change).await.status,
        StatusCode::OK
    );
    let second = app.preview(&body(&upload)).await;
    let done = app.accept(&job).await;
    assert_eq!(done["outcome"]["revision"], 3, "{done}");
    // The other draft would now do something else.
    let refused = app.accept(&second).await;
    assert_eq!(
        (&refused["state"], &refused["failure"]["code"]),
        (&json!("failed"), &json!("import.changed"))
    );
    assert_eq!(app.ok("/api/v1/register").await["revision"], 3);
}

#[tokio::test]
async fn refused_rows_come_back_with_their_reason() {
    use calamine::{Reader as _, Xlsx};
    let app = TestApp::new();
    let csv = "编号,名称,lon,lat,备注栏\nA1,甲,102.61,25.01,=1+1\nA1,乙,102.62,25.02,x\nA2,,102.63,25.03,y\nA3,丁,102.64,25.04,z\n";
    let upload = app.upload("表.csv", csv.as_bytes()).await;
    let body = json!({
        "upload": upload["upload"], "file": "表.csv", "layer": "facility", "crs": "EPSG:4490", "key": "编号",
        "map": { "code": "编号", "name": "名称" },
    });
    let job = app.preview(&body).await;
    let counts = &job["outcome"]["counts"];
    assert_eq!((&counts["new"], &counts["refused"]), (&json!(2), &json!(2)), "{job}");
    let path = format!("/api/v1/imports/{}", job["id"].as_str().unwrap());
    let findings = app.ok(&format!("{path}/findings")).await;
    let duplicate = &findings["findings"][0];
    assert_eq!(duplicate["spot"]["file"], "表.csv", "{findings}");
    assert!((duplicate["at"][0].as_f64().unwrap() - 102.62).abs() < 0.02, "{findings}");
    let features = app.ok(&format!("{path}/features")).await.to_string();
    assert!(features.contains("refused"), "{features}");
    let reply = app.get(&format!("{path}/refused.xlsx")).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    assert!(reply.header("content-disposition").contains("attachment"));
    let mut book = Xlsx::new(std::io::Cursor::new(reply.body.clone())).unwrap();
    let range = book.worksheet_range_at(0).unwrap().unwrap();
    let rows: Vec<Vec<String>> =
        range.rows().map(|row| row.iter().map(ToString::to_string).collect()).collect();
    assert_eq!(rows[0], ["编号", "名称", "lon", "lat", "备注栏", "未导入原因"]);
    assert_eq!(rows.len(), 5, "all rows as they were: {rows:?}");
    assert_eq!(rows[1][..2], ["A1".to_owned(), "甲".to_owned()]);
    assert_eq!((rows[1][4].as_str(), rows[1][5].as_str()), ("=1+1", ""));
    assert!(!rows[2][5].is_empty() && !rows[3][5].is_empty() && rows[4][5].is_empty(), "{rows:?}");
    // Sent back as it is, the same rows are refused and the reason is no value of theirs.
    let upload = app.upload("表.xlsx", &reply.body).await;
    let body = json!({
        "upload": upload["upload"], "file": "表.xlsx", "layer": "facility", "crs": "EPSG:4490", "key": "编号",
        "map": { "code": "编号", "name": "名称" },
    });
    let job = app.preview(&body).await;
    assert_eq!(job["outcome"]["counts"]["refused"], 2, "{job}");
    let changes = app.ok(&format!("/api/v1/imports/{}/changes", job["id"].as_str().unwrap())).await;
    assert!(!changes.to_string().contains("未导入原因"), "{changes}");
}

#[tokio::test]
async fn nothing_secret_is_shown_or_overwritten_by_a_preview() {
    let app = TestApp::new();
    let csv = "code,name,lon,lat\nSECRET-1,探,102.62,25.02\nN9,新,102.63,25.03\n";
    let upload = app.upload("f.csv", csv.as_bytes()).await;
    let body =
        json!({ "upload": upload["upload"], "file": "f.csv", "layer": "facility", "crs": "EPSG:4490" });
    let job = app.preview(&body).await;
    let path = format!("/api/v1/imports/{}", job["id"].as_str().unwrap());
    for part in ["changes", "features", "findings"] {
        let text = app.ok(&format!("{path}/{part}")).await.to_string();
        assert!(!text.contains(SECRET_WORD) && !text.contains(&app.secret.to_string()), "{text}");
    }
    assert_eq!(app.ok(&format!("{path}/changes")).await["total"], 1);
    let done = app.accept(&job).await;
    assert_eq!(done["failure"]["code"], "import.hidden", "{done}");
}

#[tokio::test]
async fn hostile_names_are_names_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let work = folder.path().join("x.gpkg.work");
    let app = TestApp::with(&Config { work: Some(work.clone()), ..Config::default() });
    let csv = b"name,lon,lat\na,102.6,25.0\n";
    for name in [
        "../../../etc/passwd.csv",
        "a\0b.csv",
        &format!("{}.csv", "长".repeat(900)),
        "C:\\x\\..\\y.csv",
        "/abs.csv",
    ] {
        let upload = app.upload(name, csv).await;
        let shown = upload["name"].as_str().unwrap();
        assert!(!shown.contains(['/', '\\', '\0']) && shown.chars().count() <= 200, "{shown}");
        let body = json!({ "upload": upload["upload"], "file": shown, "layer": "place", "crs": "EPSG:4490" });
        // A cut name has lost its ending; it is read by what is in it, or not at all.
        assert!(["done", "failed"].contains(&app.preview(&body).await["state"].as_str().unwrap()));
    }
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    zip.start_file("../../../../tmp/evil.shp", options).unwrap();
    let slip = zip.finish().unwrap().into_inner();
    let reply = app.upload_to("/api/v1/uploads", "slip.zip", &slip).await;
    assert!(reply.status.as_u16() < 500, "{}", reply.text());
    for upload in ["..", "%2e%2e%2f", "0", "01ARZ3NDEKTSV4RRFFQ69G5FAV"] {
        let reply = app.get(&format!("/api/v1/uploads/{upload}")).await;
        assert_eq!(reply.status, StatusCode::NOT_FOUND, "{upload}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing beside the work folder");
    for entry in std::fs::read_dir(&work).unwrap().map(|entry| entry.unwrap().path()) {
        for file in std::fs::read_dir(&entry).unwrap().map(|file| file.unwrap().file_name()) {
            let name = file.to_string_lossy().into_owned();
            let ours = name.starts_with("f0") || name.ends_with(".json") || name.starts_with("changes.");
            assert!(ours, "{name}");
        }
    }
}

#[tokio::test]
async fn what_is_too_large_broken_off_or_no_file_is_not_kept() {
    let folder = tempfile::tempdir().unwrap();
    let limits = Limits { upload: 1000, ..Limits::default() };
    let app = TestApp::with(&Config { work: Some(folder.path().into()), limits, ..Config::default() });
    let left = || std::fs::read_dir(folder.path()).unwrap().count();
    let reply = app.upload_to("/api/v1/uploads", "a.csv", &[b'x'; 2000]).await;
    assert_eq!(
        (reply.status, &reply.json()["code"]),
        (StatusCode::PAYLOAD_TOO_LARGE, &json!("upload.too_large"))
    );
    let reply = app.upload_to("/api/v1/uploads", "a.dwg", b"AC1032").await;
    assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
    let problem = reply.json();
    assert!(problem["zh"].as_str().unwrap().contains("DXF"), "{problem}");
    assert!(
        !problem.to_string().contains(folder.path().to_str().unwrap()),
        "our paths are nobody's business"
    );
    let broken = futures_of(vec![Ok(&b"name,lon"[..]), Err(std::io::Error::other("gone"))]);
    let request = Request::post("/api/v1/uploads?name=a.csv")
        .header(header::CONTENT_TYPE, "application/octet-stream")
        .body(Body::from_stream(broken))
        .unwrap();
    let reply = app.send(request).await;
    assert_eq!((reply.status.as_u16(), &reply.json()["code"]), (408, &json!("upload.broken_off")));
    let form = Request::post("/api/v1/uploads?name=a.csv").header(header::CONTENT_TYPE, "text/plain");
    let reply = app.send(form.body(Body::from("a,b")).unwrap()).await;
    assert_eq!(reply.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert_eq!(left(), 0, "nothing is kept");
}

fn futures_of(
    pieces: Vec<std::io::Result<&'static [u8]>>,
) -> impl tokio_stream::Stream<Item = std::io::Result<&'static [u8]>> {
    tokio_stream::iter(pieces)
}

#[tokio::test]
async fn saved_answers_are_proposed_for_files_with_the_same_columns() {
    let app = TestApp::new();
    let profile = json!({
        "layer": "compound", "file_kind": "csv", "columns": ["小区名", "经度", "纬度", "户数"],
        "options": { "crs": "gcj02", "map": { "name": "小区名" }, "invalid": "keep" },
    });
    let path = "/api/v1/profiles/%E5%B0%8F%E5%8C%BA";
    let reply = app.write("PUT", path, &[], &profile).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    assert_eq!(app.ok("/api/v1/profiles").await["profiles"][0]["name"], "小区");
    let csv = "小区名,经度,纬度,户数\n甲,102.6,25.0,10\n".as_bytes();
    let upload = app.upload("新.csv", csv).await;
    assert_eq!(upload["sources"][0]["profile"], "小区", "{upload}");
    let other = app.upload("别.csv", "a,b\n1,2\n".as_bytes()).await;
    assert!(other["sources"][0]["profile"].is_null());
    let bad = json!({ "layer": "none", "file_kind": "csv", "columns": [], "options": {} });
    assert_eq!(app.write("PUT", path, &[], &bad).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(app.write("DELETE", path, &[], &json!({})).await.status, StatusCode::NO_CONTENT);
    assert_eq!(app.write("DELETE", path, &[], &json!({})).await.status, StatusCode::NOT_FOUND);
}
