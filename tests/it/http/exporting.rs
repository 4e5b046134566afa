//! What goes out as a file, and comes back: only the cells that were changed become changes.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use axum::http::StatusCode;
use boundstone::formats::{self, DeclaredCrs, Layout, OutFeature, OutRequest, ReadOptions, SheetLook};
use boundstone::intake::{ImportOptions, ImportPlan, plan_import};
use boundstone::model::{Change, Date, IdSource, Language, Layer, Secrecy, SetKind, geometry};
use serde_json::{Value as Json, json};

use super::app::{SECRET_WORD, TestApp, header_of};

async fn exported(app: &TestApp, layer: &str, query: &str, folder: &Path, name: &str) -> PathBuf {
    let reply = app.get(&format!("/api/v1/layers/{layer}/export?{query}")).await;
    assert_eq!(reply.status, StatusCode::OK, "{query}: {}", reply.text());
    let disposition = reply.header("content-disposition");
    assert!(disposition.starts_with("attachment; filename=") && disposition.contains("filename*=UTF-8''"));
    let path = folder.join(name);
    std::fs::write(&path, &reply.body).unwrap();
    path
}

/// Headings, and rows of texts by column.
fn read(path: &Path) -> (Vec<String>, Vec<Vec<Json>>) {
    let mut source = formats::open(path, &ReadOptions::default()).unwrap();
    let mut rows = Vec::new();
    while let Some(feature) = source.next_feature() {
        let feature = feature.unwrap();
        let mut row = vec![Json::Null; source.columns().len()];
        feature.values.into_iter().for_each(|(at, value)| row[at] = value);
        rows.push(row);
    }
    (source.columns().to_vec(), rows)
}

fn plan(app: &TestApp, path: &Path, layer: Layer) -> ImportPlan {
    let snapshot = app.register.snapshot();
    let mut source = formats::open(path, &ReadOptions::default()).unwrap();
    let options = ImportOptions::new(layer, "台账.xlsx", Date::new(2026, 11, 21).unwrap());
    let mut ids = IdSource::new(1_700_000_000_000, 7);
    plan_import(&snapshot, &mut *source, &options, &mut ids, &mut |_| ControlFlow::Continue(())).unwrap()
}

#[tokio::test]
async fn a_workbook_goes_out_in_words_and_comes_back_without_a_change() {
    let app = TestApp::new();
    let folder = tempfile::tempdir().unwrap();
    for layer in [Layer::Division, Layer::Facility, Layer::Compound, Layer::Gate, Layer::Name] {
        for format in ["xlsx", "csv"] {
            let query = format!("format={format}");
            let path = exported(&app, layer.name(), &query, folder.path(), &format!("a.{format}")).await;
            let (headings, rows) = read(&path);
            assert!(headings.iter().any(|heading| heading == "备注"), "{headings:?}");
            assert!(!std::fs::read(&path).unwrap().windows(6).any(|part| part == SECRET_WORD.as_bytes()));
            let mut source = formats::open(&path, &ReadOptions::default()).unwrap();
            source.next_feature();
            // Without geometry nothing is asked; with it the office says which system it is.
            if layer.has_geometry() && *source.crs() == DeclaredCrs::Undeclared {
                // Kinds of the test's own making are words that the import knows better.
                let fields = layer.def().fields.iter().map(|field| field.name);
                let names: Vec<&str> = fields.filter(|name| *name != "kind").collect();
                let query = format!("format={format}&columns={}", names.join(","));
                exported(&app, layer.name(), &query, folder.path(), &format!("a.{format}")).await;
            }
            let plan = plan(&app, &path, layer);
            assert_eq!(plan.counts.unchanged, rows.len() as u64, "{layer} {format}: {:?}", plan.findings);
            assert!(plan.changes.is_empty(), "{layer} {format}: {:?}", plan.changes);
        }
    }
}

#[tokio::test]
async fn only_the_cells_changed_in_a_workbook_become_changes() {
    let app = TestApp::new();
    let folder = tempfile::tempdir().unwrap();
    let query = "format=xlsx&columns=name,status,capacity,verified,remarks&sortby=code";
    let path = exported(&app, "facility", query, folder.path(), "设施.xlsx").await;
    let (headings, mut rows) = read(&path);
    assert_eq!(headings.len(), 7, "{headings:?}");
    let at = |title: &str| headings.iter().position(|heading| heading == title).unwrap();
    let def = Layer::Facility.def();
    let title = |name: &str| def.field_title(name).zh;
    // As an official would: a word, a number, a day as it is written, an emptied cell, an unknown word.
    rows[1][at(&title("status"))] = "运营".into();
    rows[2][at(&title("capacity"))] = json!("1,250");
    rows[3][at(&title("verified"))] = "2026年3月8日".into();
    rows[4][at(&title("capacity"))] = Json::Null;
    let names = ["name", "status", "capacity", "verified", "remarks"];
    let fields: Vec<_> = names.iter().map(|name| def.field(name).unwrap()).collect();
    let layout = Layout::of(Layer::Facility, &fields).in_words(Language::Zh);
    let edited = folder.path().join("改过.xlsx");
    let schema = layout.schema(Language::Zh, None, None);
    let mut sink = formats::create_sheet(&edited, &schema, SheetLook::default()).unwrap();
    for row in &rows {
        sink.write(OutFeature { geometry: None, values: row.clone() }).unwrap();
    }
    sink.finish().unwrap();
    let plan = plan(&app, &edited, Layer::Facility);
    let changed: Vec<(String, Json)> = plan
        .changes
        .iter()
        .flat_map(|change| {
            let (before, after) = (change.before().unwrap(), change.after().unwrap());
            assert_eq!(before.geometry, after.geometry);
            names
                .iter()
                .filter(|name| before.get(name) != after.get(name))
                .map(|name| {
                    ((*name).to_owned(), after.get(name).map(|value| value.to_json()).unwrap_or_default())
                })
                .collect::<Vec<_>>()
        })
        .collect();
    let running = boundstone::model::vocab::list("facility_status").code_of("运营").unwrap();
    let mut wanted = vec![
        ("status".to_owned(), Json::from(running)),
        ("capacity".to_owned(), json!(1250)),
        ("verified".to_owned(), json!("2026-03-08")),
    ];
    // An emptied cell changes nothing.
    let mut changed = changed;
    changed.sort_by(|a, b| a.0.cmp(&b.0));
    wanted.sort_by(|a, b| a.0.cmp(&b.0));
    assert_eq!(changed, wanted);
}

#[tokio::test]
async fn an_export_obeys_filter_selection_columns_and_what_is_shown() {
    let app = TestApp::new();
    let folder = tempfile::tempdir().unwrap();
    let some = exported(
        &app,
        "facility",
        "format=csv&words=false&columns=code&filter=code%3C%27F005%27&sortby=-code",
        folder.path(),
        "a.csv",
    )
    .await;
    let (headings, rows) = read(&some);
    assert_eq!(headings, ["id", "version", "code"]);
    let codes: Vec<&str> = rows.iter().map(|row| row[2].as_str().unwrap()).collect();
    let mut sorted = codes.clone();
    sorted.sort_unstable_by(|a, b| b.cmp(a));
    assert!(codes == sorted && codes.len() == 5 && codes[4] == "F000", "{codes:?}");
    let body = json!({ "ids": [app.facilities[1].to_string(), app.secret.to_string()] });
    let reply = app.write("POST", "/api/v1/layers/facility/export?format=geojson", &[], &body).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    let features = reply.json()["features"].as_array().unwrap().clone();
    assert_eq!((features.len(), &features[0]["properties"]["code"]), (1, &json!("F001")));
    let zip = app.get("/api/v1/layers/division/export?format=shp&crs=EPSG:4547&encoding=GBK").await;
    assert_eq!(zip.status, StatusCode::OK, "{}", zip.text());
    let path = folder.path().join("区划.zip");
    std::fs::write(&path, &zip.body).unwrap();
    let (_, rows) = read(&path);
    assert_eq!(rows.len(), 3);
    for bad in ["format=dwg", "columns=nothing", "crs=moon", "ids=x", "words=maybe", "nonsense=1"] {
        let reply = app.get(&format!("/api/v1/layers/facility/export?{bad}")).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{bad}: {}", reply.text());
    }
}

/// A line of so many vertices is long to write.
fn commit_long_road(app: &TestApp) {
    let vertices = (0..600_001u32).map(|n| (102.61 + f64::from(n) * 1e-7, 25.01 + f64::from(n % 7) * 1e-6));
    let line = geo_types::LineString::from(vertices.collect::<Vec<_>>());
    let line = geometry::settle(line.into(), boundstone::model::GeometryKind::Line).unwrap();
    let road = app.register.snapshot().layer(Layer::Road).iter().next().unwrap().clone();
    let changed = boundstone::model::Record { geometry: Some(line.into()), ..(*road).clone() };
    let change = Change::update((*road).clone(), changed);
    let done = |_: &_| Ok::<_, std::convert::Infallible>(vec![change.clone()]);
    app.register.commit(header_of(SetKind::Edit, "测得更细"), done).unwrap();
}

#[tokio::test]
async fn a_large_export_becomes_a_job_where_the_asker_takes_one() {
    let app = TestApp::new();
    commit_long_road(&app);
    let path = "/api/v1/layers/road/export?format=geojson&crs=EPSG:4547";
    let later = [("prefer", "respond-async")];
    let reply = app.get_with(path, &later).await;
    assert_eq!(reply.status, StatusCode::ACCEPTED, "{}", reply.text());
    let job = reply.json();
    let id = job["id"].as_str().unwrap();
    assert_eq!((job["kind"].as_str(), reply.header("preference-applied")), (Some("export"), "respond-async"));
    assert_eq!(reply.header("location"), format!("/api/v1/jobs/{id}"));
    let ended = app.ended(&job).await;
    assert_eq!((&ended["state"], &ended["outcome"]["rows"]), (&json!("done"), &json!(1)), "{ended}");
    let file = app.get(&format!("/api/v1/jobs/{id}/file")).await;
    assert_eq!(file.status, StatusCode::OK);
    assert!(file.header("content-disposition").contains("filename*=UTF-8''"));
    assert_eq!(file.body.len() as u64, ended["outcome"]["bytes"].as_u64().unwrap());
    // What is written is what is sent at once to whoever waits.
    let at_once = app.get(path).await;
    assert!(at_once.status == StatusCode::OK && at_once.body == file.body);
    // The same again is the same job; small ones are sent at once.
    assert_eq!(app.get_with(path, &later).await.json()["id"], json!(id));
    let small = app.get_with("/api/v1/layers/facility/export?format=csv", &later).await;
    assert_eq!(small.status, StatusCode::OK);
    assert_eq!(app.write("DELETE", &format!("/api/v1/jobs/{id}"), &[], &json!({})).await.status, 204);
    assert_eq!(app.get(&format!("/api/v1/jobs/{id}/file")).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_became_secret_is_not_handed_out_any_more() {
    let app = TestApp::new();
    let snapshot = app.register.snapshot();
    let records: Vec<_> = snapshot.layer(Layer::Facility).iter().collect();
    let wanted = OutRequest {
        layer: "facility".into(),
        format: "csv".into(),
        columns: Some(vec!["name".into()]),
        words: false,
        language: Language::Zh,
        crs: None,
        encoding: None,
    };
    let job =
        app.app.jobs.export(wanted, "设施".into(), snapshot.revision(), &records, Secrecy::Secret).unwrap();
    let id = job.id.to_string();
    let ended = app.ended(&json!({ "id": id })).await;
    // Two of them, internal and secret, are never shown: whoever names them gets the others.
    assert_eq!(ended["outcome"]["left_out"], json!(2), "{ended}");
    let path = format!("/api/v1/jobs/{id}/file");
    // A file that was asked for with what is hidden now is not sent.
    assert_eq!(app.get(&path).await.status, StatusCode::NOT_FOUND);

    let public: Vec<_> = records.into_iter().filter(|record| record.secrecy == Secrecy::Public).collect();
    let wanted = OutRequest {
        format: "geojson".into(),
        ..OutRequest {
            layer: "facility".into(),
            format: String::new(),
            columns: None,
            words: false,
            language: Language::Zh,
            crs: Some("EPSG:4490".into()),
            encoding: None,
        }
    };
    let job =
        app.app.jobs.export(wanted, "设施".into(), snapshot.revision(), &public, Secrecy::Secret).unwrap();
    app.ended(&json!({ "id": job.id.to_string() })).await;
    let path = format!("/api/v1/jobs/{}/file", job.id);
    let file = app.get(&path).await;
    assert_eq!((file.status, file.json()["features"].as_array().map(Vec::len)), (StatusCode::OK, Some(25)));
    let one =
        app.register.snapshot().layer(Layer::Facility).versions(app.facilities[3]).next().unwrap().clone();
    let hidden = boundstone::model::Record { secrecy: Secrecy::Internal, ..(*one).clone() };
    let change = Change::update((*one).clone(), hidden);
    let done = |_: &_| Ok::<_, std::convert::Infallible>(vec![change.clone()]);
    app.register.commit(header_of(SetKind::Edit, "定密"), done).unwrap();
    assert_eq!(app.get(&path).await.status, StatusCode::NOT_FOUND);
}
