//! Long work: joined, cancelled, taken up again after a program died, refused where nothing may be written.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use boundstone::register::Register;
use boundstone::server::{Config, application};
use boundstone::store::{GeoPackageStore, JobRow, JobState, RegisterInfo};
use serde_json::{Value as Json, json};
use tokio_stream::StreamExt as _;
use tower::ServiceExt as _;

use super::app::{NOW_MS, TestApp};
use crate::shared::shared;

fn many_rows(rows: u32) -> Vec<u8> {
    let line = |n: u32| {
        format!("P{n},地点{n},{:.6},{:.6}\n", 102.6 + f64::from(n % 1000) * 1e-5, 25.0 + f64::from(n) * 1e-7)
    };
    format!("code,name,lon,lat\n{}", (0..rows).map(line).collect::<String>()).into_bytes()
}

fn asked(upload: &Json, file: &str) -> Json {
    json!({ "upload": upload["upload"], "file": file, "layer": "place", "crs": "EPSG:4490" })
}

#[tokio::test]
async fn equal_requests_are_one_job_and_a_cancelled_one_stops() {
    let app = TestApp::new();
    let upload = app.upload("多.csv", &many_rows(60_000)).await;
    let body = asked(&upload, "多.csv");
    let first = app.write("POST", "/api/v1/imports/preview", &[], &body).await.json();
    let second = app.write("POST", "/api/v1/imports/preview", &[], &body).await.json();
    assert_eq!(first["id"], second["id"]);
    let path = format!("/api/v1/jobs/{}", first["id"].as_str().unwrap());
    let reply = app.write("DELETE", &path, &[], &json!({})).await;
    assert_eq!((reply.status, &reply.json()["code"]), (StatusCode::CONFLICT, &json!("job.not_ended")));
    app.write("POST", &format!("{path}/cancel"), &[], &json!({})).await;
    let ended = app.ended(&first).await;
    assert_eq!(ended["state"], "cancelled", "{ended}");
    let again = app.write("POST", &format!("{path}/cancel"), &[], &json!({})).await.json();
    assert_eq!(again, ended, "an ended job stays as it is");
    // Asked again it is another job, which runs to its end.
    let third = app.preview(&body).await;
    assert_ne!(third["id"], first["id"]);
    assert_eq!((&third["state"], &third["outcome"]["counts"]["new"]), (&json!("done"), &json!(60_000)));
    let part = app.ok(&format!("/api/v1/imports/{}/features", third["id"].as_str().unwrap())).await;
    let drawn = part["features"].as_array().unwrap().len();
    assert!((4000..=5000).contains(&drawn), "{drawn}");
    let list = app.ok("/api/v1/jobs?state=cancelled").await;
    assert_eq!(list["jobs"].as_array().unwrap().len(), 1);
    assert_eq!(app.write("DELETE", &path, &[], &json!({})).await.status, StatusCode::NO_CONTENT);
    assert_eq!(app.get(&path).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn waiting_jobs_are_joined_bounded_and_cancelled_at_once() {
    let app = TestApp::new();
    let upload = app.upload("少.csv", &many_rows(3)).await;
    // Its workers have stopped: what is asked now waits.
    app.app.close();
    let ask = async |source: u32| {
        let mut body = asked(&upload, "少.csv");
        body["source"] = format!("来源{source}").into();
        app.write("POST", "/api/v1/imports/preview", &[], &body).await
    };
    let first = ask(0).await.json();
    assert_eq!((&first["state"], &ask(0).await.json()["id"]), (&json!("queued"), &first["id"]));
    for source in 1..64 {
        assert_eq!(ask(source).await.status, StatusCode::ACCEPTED);
    }
    let full = ask(64).await;
    assert_eq!((full.status, &full.json()["code"]), (StatusCode::SERVICE_UNAVAILABLE, &json!("jobs.full")));
    let path = format!("/api/v1/jobs/{}", first["id"].as_str().unwrap());
    let cancelled = app.write("POST", &format!("{path}/cancel"), &[], &json!({})).await.json();
    assert_eq!(cancelled["state"], "cancelled");
    assert!(cancelled["ended"].is_string() && cancelled["started"].is_null(), "{cancelled}");
    assert_eq!(ask(64).await.status, StatusCode::ACCEPTED, "there is room again");
    assert_eq!(app.ok("/api/v1/jobs?state=queued&limit=500").await["jobs"].as_array().unwrap().len(), 64);
}

#[tokio::test]
async fn open_pages_hear_of_jobs() {
    let app = TestApp::new();
    let request = Request::get("/api/v1/events").body(Body::empty()).unwrap();
    let mut stream = app.router.clone().oneshot(request).await.unwrap().into_body().into_data_stream();
    let upload = app.upload("少.csv", &many_rows(10)).await;
    let job = app.preview(&asked(&upload, "少.csv")).await;
    let mut heard = String::new();
    while !heard.contains("\"state\":\"done\"") {
        let piece = tokio::time::timeout(Duration::from_secs(5), stream.next()).await;
        heard.push_str(&String::from_utf8_lossy(&piece.unwrap().unwrap().unwrap()));
    }
    assert!(heard.contains("event: job") && heard.contains(job["id"].as_str().unwrap()), "{heard}");
    assert!(heard.contains("\"state\":\"queued\"") && !heard.contains("地点"), "{heard}");
}

#[tokio::test]
async fn nothing_of_it_on_a_read_only_server() {
    let app = TestApp::with(&Config { read_only: true, ..Config::default() });
    let id = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
    for route in boundstone::api::routes().filter(|route| ["jobs", "imports"].contains(&route.tag)) {
        let path = route.path.replace("{id}", id).replace("{name}", "a");
        let reply = if route.takes == "application/octet-stream" {
            app.upload_to(&path, "a.csv", b"a,b\n1,2\n").await
        } else {
            app.write(route.method.word(), &path, &[], &json!({})).await
        };
        assert_eq!(
            (reply.status, &reply.json()["code"]),
            (StatusCode::FORBIDDEN, &json!("register.read_only")),
            "{path}"
        );
    }
}

/// A register in a file, the work folder beside it, and the server on both.
struct OnDisk {
    folder: tempfile::TempDir,
}

impl OnDisk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let info = RegisterInfo { title: "五华区".into(), created: String::new() };
        GeoPackageStore::create(&folder.path().join("r.gpkg"), &info).unwrap();
        Self { folder }
    }

    fn start(&self) -> TestApp {
        let store = GeoPackageStore::open(&self.folder.path().join("r.gpkg")).unwrap();
        let register = Arc::new(Register::open(Box::new(store)).unwrap());
        let config = Config { work: Some(self.folder.path().join("r.gpkg.work")), ..Config::default() };
        let (app, router) = application(register.clone(), &config, Some(Arc::new(|| NOW_MS))).unwrap();
        TestApp { app, router, register, ..TestApp::new() }
    }

    /// Makes a job look as a program leaves it that died in the middle.
    fn die_within(&self, app: TestApp, job: &Json) {
        let id = job["id"].as_str().unwrap().parse().unwrap();
        let row = app.register.jobs().job(id).unwrap().unwrap();
        let mut body: Json = serde_json::from_str(&row.body).unwrap();
        (body["outcome"], body["ended"]) = (Json::Null, Json::Null);
        let owner = Some("dead-1".to_owned());
        let row = JobRow { state: JobState::Running, owner, lease_ms: 1, body: body.to_string(), ..row };
        assert!(app.register.jobs().replace_job(&row).unwrap());
        drop(app);
    }
}

#[tokio::test]
async fn a_job_goes_on_after_its_program_died() {
    let disk = OnDisk::new();
    let app = disk.start();
    let upload = app.upload("地点.csv", &many_rows(500)).await;
    let before = app.preview(&asked(&upload, "地点.csv")).await;
    assert_eq!(before["outcome"]["counts"]["new"], 500, "{before}");
    disk.die_within(app, &before);
    // A preview begins anew and comes to the same, ids and all.
    let app = disk.start();
    let after = app.ended(&before).await;
    assert_eq!(after["outcome"], before["outcome"]);
    let done = app.accept(&after).await;
    assert_eq!(done["outcome"]["revision"], 1, "{done}");
    disk.die_within(app, &done);
    // An import that was committed is found and not done twice.
    let app = disk.start();
    let again = app.ended(&done).await;
    assert_eq!((&again["state"], &again["outcome"]), (&json!("done"), &done["outcome"]));
    assert_eq!(app.register.head().unwrap().revision.0, 1);
    let path = format!("/api/v1/imports/{}/changes?limit=1", before["id"].as_str().unwrap());
    assert_eq!(app.ok(&path).await["total"], 500, "the draft can be come back to");
}

#[tokio::test]
async fn an_import_that_was_not_committed_is_done_after_the_restart() {
    let disk = OnDisk::new();
    let app = disk.start();
    let upload = app.upload("地点.csv", &many_rows(50)).await;
    let preview = app.preview(&asked(&upload, "地点.csv")).await;
    // Closed before its worker can begin: the job waits in the file.
    app.app.close();
    let id = preview["id"].as_str().unwrap();
    let act = json!({ "by": "李工", "reason": "试", "idempotency_key": "键-1" });
    let reply = app.write("POST", &format!("/api/v1/imports/{id}/accept"), &[], &act).await;
    let job = reply.json();
    assert_eq!((reply.status, &job["state"]), (StatusCode::ACCEPTED, &json!("queued")), "{job}");
    drop(app);
    let app = disk.start();
    let done = app.ended(&job).await;
    assert_eq!((&done["state"], &done["outcome"]["revision"]), (&json!("done"), &json!(1)), "{done}");
    assert_eq!(app.register.find_request("键-1").unwrap().map(|revision| revision.0), Some(1));
}

#[tokio::test]
async fn a_job_that_takes_its_program_down_is_not_begun_for_ever() {
    let disk = OnDisk::new();
    let app = disk.start();
    let upload = app.upload("地点.csv", &many_rows(5)).await;
    let job = app.preview(&asked(&upload, "地点.csv")).await;
    let id = job["id"].as_str().unwrap().parse().unwrap();
    let row = app.register.jobs().job(id).unwrap().unwrap();
    let mut body: Json = serde_json::from_str(&row.body).unwrap();
    body["attempts"] = 3.into();
    let row = JobRow { body: body.to_string(), ..row };
    assert!(app.register.jobs().replace_job(&row).unwrap());
    disk.die_within(app, &job);
    let app = disk.start();
    let ended = app.ended(&job).await;
    assert_eq!((&ended["state"], &ended["failure"]["code"]), (&json!("failed"), &json!("job.interrupted")));
}

/// Every awkward file goes through upload and preview and comes to a sentence or a draft, never to a failure of ours.
#[tokio::test]
async fn every_messy_file_comes_to_a_draft_or_a_sentence() {
    let Some(root) = shared("data/messy-import") else { return };
    let app = TestApp::new();
    let (mut folders, mut files) = (vec![root], Vec::new());
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    let (mut drafts, mut refused) = (0, 0);
    for path in &files {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let reply = app.upload_to("/api/v1/uploads", &name, &std::fs::read(path).unwrap()).await;
        assert!(reply.status.as_u16() < 500, "{}: {}", path.display(), reply.text());
        if reply.status != StatusCode::CREATED {
            assert!(!reply.json()["zh"].as_str().unwrap().is_empty());
            refused += 1;
            continue;
        }
        let upload = reply.json();
        for source in upload["sources"].as_array().unwrap().iter().take(3) {
            let layer = source["layer"].as_str().unwrap_or("place");
            let body = json!({
                "upload": upload["upload"], "file": source["file"], "source_layer": source["source_layer"], "layer": layer,
            });
            let job = app.preview(&body).await;
            let failure = job["failure"]["code"].as_str().unwrap_or_default();
            assert!(!["job.failed", "job.interrupted"].contains(&failure), "{}: {job}", path.display());
            drafts += usize::from(job["state"] == "done");
        }
        app.write(
            "DELETE",
            &format!("/api/v1/uploads/{}", upload["upload"].as_str().unwrap()),
            &[],
            &json!({}),
        )
        .await;
    }
    eprintln!("{} files: {drafts} drafts, {refused} refused", files.len());
    assert!(drafts > 40, "{drafts} drafts of {} files", files.len());
}
