//! Pictures that come in through the page: sent, looked at, fitted, cut into tiles by a job, called otherwise.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use boundstone::model::Secrecy;
use boundstone::server::Config;
use boundstone::underlays::Underlays;
use serde_json::{Value as Json, json};

use super::app::{Reply, TestApp};
use crate::underlays::{BOX, HEIGHT, WIDTH, scan_at, worker};

struct Desk {
    app: TestApp,
    folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let underlays = Arc::new(Underlays::beside(&[folder.path().join("r.gpkg")]));
        let config = Config { underlays, worker: worker(), show: Secrecy::Internal, ..Config::default() };
        Self { app: TestApp::with(&config), folder }
    }

    async fn send(&self, path: &str, bytes: &[u8]) -> Reply {
        let request = Request::post(path)
            .header("content-type", "application/octet-stream")
            .body(Body::from(bytes.to_vec()));
        self.app.send(request.unwrap()).await
    }

    async fn scan(&self, name: &str) -> Json {
        let path = self.folder.path().join(name);
        scan_at(&path);
        let reply = self
            .send(&format!("/api/v1/underlays/pictures?name={name}"), &std::fs::read(path).unwrap())
            .await;
        assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.text());
        reply.json()
    }
}

fn corners() -> Vec<Json> {
    let [west, south, east, north] = BOX;
    let (w, h) = (f64::from(WIDTH), f64::from(HEIGHT));
    let point =
        |column: f64, line: f64, x: f64, y: f64| json!({ "column": column, "line": line, "x": x, "y": y });
    vec![
        point(0.0, 0.0, west, north),
        point(w, 0.0, east, north),
        point(w, h, east, south),
        point(0.0, h, west, south),
    ]
}

#[tokio::test]
async fn a_scan_is_fitted_and_laid_under_the_data() {
    let desk = Desk::new();
    let scan = desk.scan("scan.png").await;
    assert_eq!((&scan["width"], &scan["placed"], &scan["crs"]), (&json!(WIDTH), &json!(false), &Json::Null));
    let base = format!("/api/v1/underlays/pictures/{}", scan["upload"].as_str().unwrap());
    let view = desk.app.get(&format!("{base}/view")).await;
    assert_eq!((view.status, view.header("content-type")), (StatusCode::OK, "image/jpeg"));
    assert!(view.body.starts_with(&[0xff, 0xd8]));

    let fit = async |points: &[Json], bend: &str| {
        let body = json!({ "points": points, "bend": bend });
        let reply = desk.app.write("POST", &format!("{base}/fit"), &[], &body).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
        reply.json()
    };
    let mut points = corners();
    assert!(fit(&points[..2], "affine").await["problem"]["zh"].as_str().unwrap().contains('3'));
    let good = fit(&points, "affine").await;
    assert!(good["metres"][0].as_f64().unwrap() < 1e-3 && good["doubtful"] == false, "{good}");
    assert!((good["corners"][2][0].as_f64().unwrap() - BOX[2]).abs() < 1e-9);
    // One point typed in a plane system: the same place.
    let plane =
        boundstone::crs::Transform::new(&boundstone::crs::Crs::REGISTER, &"EPSG:4543".parse().unwrap())
            .unwrap();
    let at = plane.coord(geo_types::Coord { x: BOX[0], y: BOX[3] }).unwrap();
    points[0] = json!({ "column": 0.0, "line": 0.0, "x": at.x, "y": at.y, "crs": "EPSG:4543" });
    let mixed = fit(&points, "projective").await;
    assert!((mixed["places"][0][0].as_f64().unwrap() - BOX[0]).abs() < 1e-8, "{mixed}");
    points[1]["y"] = json!(25.03);
    assert_eq!(fit(&points, "affine").await["doubtful"], true);

    let place = async |body: Json| desk.app.write("POST", &format!("{base}/place"), &[], &body).await;
    let none = place(json!({ "title": "老地图" })).await;
    assert_eq!((none.status.as_u16(), &none.json()["code"]), (422, &json!("underlay.not_placed")));
    let secret = place(json!({ "title": "老地图", "points": corners(), "secrecy": "secret" })).await;
    assert_eq!(secret.json()["code"], "underlay.secrecy");
    let reply = place(json!({ "title": "老地图", "points": corners(), "secrecy": "internal" })).await;
    assert_eq!(reply.status, StatusCode::ACCEPTED, "{}", reply.text());
    let ended = desk.app.ended(&reply.json()).await;
    assert_eq!(ended["state"], "done", "{ended}");
    let id = ended["outcome"]["underlay"].as_str().unwrap().to_owned();
    // The upload has served.
    assert_eq!(desk.app.get(&base).await.status, StatusCode::NOT_FOUND);

    let path = format!("/api/v1/underlays/{id}");
    let called = desk.app.write("PATCH", &path, &[], &json!({ "title": "1958年地形图" })).await;
    assert_eq!((called.status, &called.json()["title"]), (StatusCode::OK, &json!("1958年地形图")));
    let list = desk.app.ok("/api/v1/underlays").await;
    assert_eq!(
        (&list["underlays"][0]["title"], &list["underlays"][0]["file"]),
        (&json!("1958年地形图"), &json!("scan.png"))
    );
    assert_eq!(desk.app.write("PATCH", &path, &[], &json!({ "title": " " })).await.status.as_u16(), 422);
    // How the office has it shown stays with the picture, whatever else is changed of it.
    let shown = json!({ "on": true, "opacity": 40, "order": 2 });
    let told = desk.app.write("PATCH", &path, &[], &json!({ "shown": shown })).await;
    assert_eq!((told.status, &told.json()["title"]), (StatusCode::OK, &json!("1958年地形图")));
    desk.app.write("PATCH", &path, &[], &json!({ "title": "旧图" })).await;
    let list = desk.app.ok("/api/v1/underlays").await;
    assert_eq!((&list["underlays"][0]["shown"], &list["underlays"][0]["title"]), (&shown, &json!("旧图")));
    let loud = json!({ "shown": { "on": true, "opacity": 101, "order": 0 } });
    assert_eq!(desk.app.write("PATCH", &path, &[], &loud).await.status.as_u16(), 422);
    assert_eq!(desk.app.write("DELETE", &path, &[], &json!({})).await.status, StatusCode::NO_CONTENT);
    assert_eq!(desk.app.write("DELETE", &path, &[], &json!({})).await.status, StatusCode::NOT_FOUND);
    assert_eq!(desk.app.ok("/api/v1/underlays").await["underlays"], json!([]));
}

#[tokio::test]
async fn a_picture_with_a_world_file_needs_only_its_system() {
    let desk = Desk::new();
    let scan = desk.scan("plan.jpg").await;
    let base = format!("/api/v1/underlays/pictures/{}", scan["upload"].as_str().unwrap());
    let [west, south, east, north] = BOX;
    let (dx, dy) = ((east - west) / f64::from(WIDTH), (north - south) / f64::from(HEIGHT));
    let world = format!("{dx:.12}\n0\n0\n-{dy:.12}\n{:.12}\n{:.12}\n", west + dx / 2.0, north - dy / 2.0);
    let reply = desk.send(&format!("{base}/files?name=plan.JGW"), world.as_bytes()).await;
    assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.text());
    let scan = reply.json();
    assert_eq!((&scan["placed"], &scan["crs"]), (&json!(true), &Json::Null), "{scan}");
    assert!((scan["corner"][0].as_f64().unwrap() - west).abs() < 1e-9);
    let place = async |body: Json| desk.app.write("POST", &format!("{base}/place"), &[], &body).await;
    let asked = place(json!({ "title": "规划图" })).await;
    assert_eq!(asked.json()["code"], "underlay.undeclared", "{}", asked.text());
    assert_eq!(place(json!({ "title": "规划图", "crs": "moon" })).await.json()["code"], "underlay.crs");
    let reply = place(json!({ "title": "规划图", "crs": "EPSG:4490" })).await;
    let ended = desk.app.ended(&reply.json()).await;
    assert_eq!(ended["state"], "done", "{ended}");
    assert!((ended["outcome"]["bbox"][0].as_f64().unwrap() - west).abs() < 0.002);
}

#[tokio::test]
async fn what_is_no_picture_is_not_kept() {
    let desk = Desk::new();
    for (name, bytes) in
        [("a.pdf", &b"%PDF-1.7"[..]), ("a.txt", b"x"), ("a.png", b"no picture"), ("a.jgw", b"1")]
    {
        let reply = desk.send(&format!("/api/v1/underlays/pictures?name={name}"), bytes).await;
        assert_eq!(
            (reply.status.as_u16(), &reply.json()["code"]),
            (422, &json!("upload.unreadable")),
            "{name}"
        );
    }
    // A picture that says that it is 60,000 by 60,000: its head alone is believed, nothing is unpacked.
    let mut bomb = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\xea\x60\0\0\xea\x60\x08\x02\0\0\0".to_vec();
    let check = crc32(&bomb[12..]);
    bomb.extend(check.to_be_bytes());
    bomb.extend([0, 0, 0, 0]);
    bomb.extend(b"IDAT\x35\xaf\x06\x1e");
    let reply = desk.send("/api/v1/underlays/pictures?name=bomb.png", &bomb).await;
    assert_eq!(reply.status.as_u16(), 422, "{}", reply.text());
    assert!(reply.json()["zh"].as_str().unwrap().contains("太大"), "{}", reply.text());
    let read_only = TestApp::with(&Config { read_only: true, ..Config::default() });
    let reply =
        read_only.write("DELETE", "/api/v1/underlays/01ARZ3NDEKTSV4RRFFQ69G5FAV", &[], &json!({})).await;
    assert!(reply.status.is_client_error());
}

fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, byte: &u8| {
        (0..8).fold(
            crc ^ u32::from(*byte),
            |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 },
        )
    };
    !bytes.iter().fold(!0, step)
}
