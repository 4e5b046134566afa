//! Pictures of records: kept, shown to whom the record is shown, taken off, never lost.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use boundstone::attachments::Attachments;
use boundstone::model::{MediaName, Secrecy};
use boundstone::server::Config;
use serde_json::{Value as Json, json};

use super::app::{Reply, TestApp};
use crate::underlays::{scan_at, worker};

const WHO: [(&str, &str); 2] = [("change-by", "%E6%9D%8E%E5%B7%A5"), ("change-reason", "photo")];

struct Desk {
    app: TestApp,
    folder: tempfile::TempDir,
    /// path of the marker's record
    marker: String,
}

impl Desk {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let media = Arc::new(Attachments::beside(&[folder.path().join("r.gpkg")]));
        let config = Config { media, worker: worker(), show: Secrecy::Internal, ..Config::default() };
        let app = TestApp::with(&config);
        let marker = marker(&app, "public").await;
        Self { app, folder, marker }
    }

    /// A picture as a program writes it.
    fn picture(&self, ending: &str) -> Vec<u8> {
        let path = self.folder.path().join(format!("made.{ending}"));
        scan_at(&path);
        std::fs::read(path).unwrap()
    }

    async fn put(&self, to: &str, bytes: &[u8], tag: Option<&str>) -> Reply {
        let mut request = Request::post(to).header("content-type", "application/octet-stream");
        for (name, value) in WHO {
            request = request.header(name, value);
        }
        if let Some(tag) = tag {
            request = request.header("if-match", tag);
        }
        self.app.send(request.body(Body::from(bytes.to_vec())).unwrap()).await
    }

    async fn add(&self, name: &str, bytes: &[u8]) -> Reply {
        let tag = self.app.tag(&self.marker).await;
        self.put(&format!("{}/media?name={name}", self.marker), bytes, Some(&tag)).await
    }

    fn files(&self) -> usize {
        let folder = self.folder.path().join("r.gpkg.media");
        let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
        let whole = entries.map(|entry| entry.unwrap().path()).filter(|path| !path.ends_with("small"));
        whole.map(|path| std::fs::read_dir(path).unwrap().count()).sum()
    }
}

async fn marker(app: &TestApp, secrecy: &str) -> String {
    let set = json!({ "number": "001", "photos": ["旧照.jpg"], "secrecy": secrecy });
    let change = json!({ "op": "create", "layer": "boundary_marker", "set": set,
        "geometry": { "type": "Point", "coordinates": [102.7, 25.04] } });
    let body = json!({ "by": "李工", "reason": "新桩", "changes": [change] });
    let made = app.write("POST", "/api/v1/changes", &[], &body).await;
    assert_eq!(made.status, StatusCode::OK, "{}", made.text());
    format!("/api/v1/layers/boundary_marker/records/{}", made.json()["changes"][0]["id"].as_str().unwrap())
}

fn code(reply: &Reply) -> String {
    reply.json()["code"].as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn a_picture_is_kept_shown_and_taken_off_and_history_keeps_it() {
    let desk = Desk::new().await;
    let png = desk.picture("png");
    let added = desk.add("%E4%B8%9C%E9%9D%A2.JPG", &png).await;
    assert_eq!(added.status, StatusCode::CREATED, "{}", added.text());
    let (entry, digest) =
        (added.json()["entry"].clone(), added.json()["digest"].as_str().unwrap().to_owned());
    // What it is called ends as its bytes say, whatever the file was called.
    assert_eq!(entry, format!("东面~{digest}.png"));
    let record = desk.app.ok(&desk.marker).await;
    assert_eq!(record["attributes"]["photos"], json!(["旧照.jpg", entry]));
    assert_eq!(record["history"][0]["by"], "李工");
    assert_eq!(added.json()["etag"], record["etag"]);

    let list = desk.app.ok(&format!("{}/media", desk.marker)).await;
    assert_eq!(
        list["items"][0],
        json!({ "field": "photos", "entry": "旧照.jpg", "title": "旧照.jpg",
        "digest": null, "media": null, "kept": false })
    );
    let item = &list["items"][1];
    assert_eq!(
        (&item["title"], &item["kept"], &item["bytes"]),
        (&json!("东面"), &json!(true), &json!(png.len()))
    );
    assert_eq!(item["media"], "image/png");
    let names: Vec<&Json> = list["fields"].as_array().unwrap().iter().map(|field| &field["name"]).collect();
    assert_eq!(names, ["photos", "annexes"]);

    let whole = desk.app.get(&format!("{}/media/{digest}", desk.marker)).await;
    assert_eq!((whole.status, whole.header("content-type")), (StatusCode::OK, "image/png"));
    assert!(whole.body == png, "bit for bit");
    assert_eq!(whole.header("x-content-type-options"), "nosniff");
    assert_eq!(whole.header("content-disposition"), "inline; filename*=UTF-8''%E4%B8%9C%E9%9D%A2.png");
    assert!(whole.header("content-security-policy").contains("sandbox"));
    let again = desk
        .app
        .get_with(&format!("{}/media/{digest}", desk.marker), &[("if-none-match", whole.header("etag"))])
        .await;
    assert_eq!(again.status, StatusCode::NOT_MODIFIED);
    let small = desk.app.get(&format!("{}/media/{digest}?size=thumb", desk.marker)).await;
    assert_eq!((small.status, small.header("content-type")), (StatusCode::OK, "image/jpeg"));
    assert!(small.body.starts_with(&[0xff, 0xd8]));

    // Taken off, it is gone from the record and still in its history; undone, it is back.
    let path = format!("{}/media/{digest}", desk.marker);
    let tag = desk.app.tag(&desk.marker).await;
    let headers = [WHO[0], WHO[1], ("if-match", tag.as_str())];
    let removed = desk.app.write("DELETE", &path, &headers, &Json::Null).await;
    assert_eq!(removed.status, StatusCode::OK, "{}", removed.text());
    assert_eq!(desk.app.ok(&desk.marker).await["attributes"]["photos"], json!(["旧照.jpg"]));
    assert_eq!(code(&desk.app.get(&path).await), "media.unknown");
    let revision = removed.json()["revision"].as_u64().unwrap();
    let then = desk.app.get(&format!("{path}?revision={}", revision - 1)).await;
    assert_eq!(then.status, StatusCode::OK, "{}", then.text());
    let undo = json!({ "by": "李工", "reason": "误删" });
    desk.app.write("POST", &format!("/api/v1/log/{revision}/undo"), &[], &undo).await;
    assert_eq!(desk.app.get(&path).await.status, StatusCode::OK);
}

#[tokio::test]
async fn what_is_no_picture_or_not_asked_for_rightly_leaves_nothing_behind() {
    let desk = Desk::new().await;
    let png = desk.picture("png");
    let refused = async |name: &str, bytes: &[u8]| {
        let reply = desk.add(name, bytes).await;
        assert!(reply.json()["zh"].as_str().is_some_and(|zh| zh.chars().count() > 4), "{}", reply.text());
        (reply.status.as_u16(), code(&reply))
    };
    let code_of = |code: &str| (422, code.to_owned());
    assert_eq!(refused("a.jpg", b"MZ\x90\0 this is a program").await, code_of("media.kind"));
    assert_eq!(
        refused("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>").await,
        code_of("media.kind")
    );
    assert_eq!(refused("a.jpg", b"").await, code_of("media.empty"));
    assert_eq!(refused("a.pdf", b"%PDF-1.7 paper among pictures").await, code_of("media.kind"));
    // Cut off in the middle: its head is sound, the rest is not there.
    assert_eq!(refused("a.png", &png[..png.len() / 3]).await, code_of("media.damaged"));
    let mut bomb = png.clone();
    bomb[16..24].copy_from_slice(&[0, 1, 0, 0, 0, 1, 0, 0]);
    assert_eq!(refused("a.png", &bomb).await, code_of("media.pixels"));
    let large = vec![0xffu8; 21 << 20];
    assert_eq!(refused("a.jpg", &large).await, (413, "upload.too_large".to_owned()));
    // Nothing to go by, or something overtaken.
    let to = format!("{}/media?name=a.png", desk.marker);
    assert_eq!(desk.put(&to, &png, None).await.status, StatusCode::PRECONDITION_REQUIRED);
    assert_eq!(desk.put(&to, &png, Some("\"0123456789\"")).await.status, StatusCode::PRECONDITION_FAILED);
    let tag = desk.app.tag(&desk.marker).await;
    let nobody =
        Request::post(&to).header("content-type", "application/octet-stream").header("if-match", &tag);
    assert_eq!(code(&desk.app.send(nobody.body(Body::from(png.clone())).unwrap()).await), "act.incomplete");
    let form = Request::post(&to).header("content-type", "image/png").header("if-match", &tag);
    let form = desk.app.send(form.body(Body::from(png.clone())).unwrap()).await;
    assert_eq!(form.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert_eq!(desk.files(), 0, "nothing was kept");
    assert_eq!(desk.app.ok(&desk.marker).await["history"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn hostile_names_stay_names() {
    let desk = Desk::new().await;
    let png = desk.picture("png");
    for name in ["..%2F..%2Fetc%2Fpasswd", "%00", "a%0d%0aSet-Cookie:x", "C:%5Cx.png", "a;b~c.png"] {
        let added = desk.add(name, &png).await;
        // The same picture under another name is the same file.
        assert!(added.status == StatusCode::CREATED, "{name}: {}", added.text());
        let entry = added.json()["entry"].as_str().unwrap().to_owned();
        assert!(
            MediaName::parse(&entry).is_some() && !entry.contains(['/', '\\', '\r', '\n', ';']),
            "{entry}"
        );
    }
    assert_eq!(desk.files(), 1);
    for file in ["..%2F..%2Fr.gpkg", "%2e%2e", "%E6%97%A7%E7%85%A7.jpg", "small", &"0".repeat(64)] {
        let reply = desk.app.get(&format!("{}/media/{file}", desk.marker)).await;
        assert_eq!(reply.status, StatusCode::NOT_FOUND, "{file}: {}", reply.text());
    }
    let named = desk.app.get(&format!("{}/media/%E6%97%A7%E7%85%A7.jpg", desk.marker)).await;
    assert_eq!(code(&named), "media.name_only");
}

#[tokio::test]
async fn only_whom_the_record_is_shown_sees_its_pictures() {
    let desk = Desk::new().await;
    let png = desk.picture("png");
    let digest = desk.add("a.png", &png).await.json()["digest"].as_str().unwrap().to_owned();
    // Another record does not list it: knowing the digest is not enough.
    let other = marker(&desk.app, "public").await;
    assert_eq!(code(&desk.app.get(&format!("{other}/media/{digest}")).await), "media.unknown");
    // A record above the class that is shown neither shows nor takes any.
    let hidden = format!("/api/v1/layers/facility/records/{}", desk.app.secret);
    assert_eq!(desk.app.get(&format!("{hidden}/media")).await.status, StatusCode::NOT_FOUND);
    let put = desk.put(&format!("{hidden}/media?name=a.png"), &png, Some("\"x\"")).await;
    assert_eq!(code(&put), "record.unknown");
    // Secret from now on: gone, in older revisions, too.
    let tag = desk.app.tag(&desk.marker).await;
    let body = json!({ "set": { "secrecy": "secret" }, "by": "李工", "reason": "定密" });
    desk.app.write("PATCH", &desk.marker, &[("if-match", &tag)], &body).await;
    for when in ["", "?revision=3"] {
        let reply = desk.app.get(&format!("{}/media/{digest}{when}", desk.marker)).await;
        assert_eq!(reply.status, StatusCode::NOT_FOUND, "{when}: {}", reply.text());
    }
    let read_only = TestApp::with(&Config { read_only: true, ..Config::default() });
    let path = format!("/api/v1/layers/facility/records/{}/media?name=a.png", read_only.facilities[0]);
    let request =
        Request::post(path).header("content-type", "application/octet-stream").body(Body::from(png));
    assert_eq!(read_only.send(request.unwrap()).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_layer_without_a_field_of_pictures_lists_them_beside_its_fields() {
    let desk = Desk::new().await;
    let path = format!("/api/v1/layers/facility/records/{}", desk.app.facilities[0]);
    for bytes in [desk.picture("jpg"), b"%PDF-1.4 a paper".to_vec()] {
        let tag = desk.app.tag(&path).await;
        let added = desk.put(&format!("{path}/media?name=%E9%97%A8%E5%A4%B4"), &bytes, Some(&tag)).await;
        assert_eq!(added.status, StatusCode::CREATED, "{}", added.text());
    }
    let list = desk.app.ok(&format!("{path}/media")).await;
    let items = list["items"].as_array().unwrap();
    assert_eq!(items.len(), 2);
    assert!(items.iter().all(|item| item["field"] == "extra" && item["title"] == "门头"), "{list}");
    let paper = items[1]["digest"].as_str().unwrap();
    let paper = desk.app.get(&format!("{path}/media/{paper}")).await;
    assert_eq!(paper.header("content-type"), "application/pdf");
    assert!(paper.header("content-disposition").starts_with("attachment;"), "{:?}", paper.headers);
    let small =
        desk.app.get(&format!("{path}/media/{}?size=thumb", items[1]["digest"].as_str().unwrap())).await;
    assert_eq!(small.status, StatusCode::UNPROCESSABLE_ENTITY);
    let tag = desk.app.tag(&path).await;
    for item in items {
        let tag_now = desk.app.tag(&path).await;
        let headers = [WHO[0], WHO[1], ("if-match", tag_now.as_str())];
        let file = format!("{path}/media/{}", item["digest"].as_str().unwrap());
        let removed = desk.app.write("DELETE", &file, &headers, &Json::Null).await;
        assert_eq!(removed.status, StatusCode::OK, "{}", removed.text());
    }
    assert_ne!(desk.app.tag(&path).await, tag);
    assert_eq!(desk.app.ok(&path).await["attributes"].get("extra"), None);
}

#[tokio::test]
async fn a_file_that_is_gone_or_altered_is_said_and_put_right_by_adding_it_again() {
    let desk = Desk::new().await;
    let png = desk.picture("png");
    let digest = desk.add("a.png", &png).await.json()["digest"].as_str().unwrap().to_owned();
    let file = desk.folder.path().join("r.gpkg.media").join(&digest[..2]).join(format!("{digest}.png"));
    let path = format!("{}/media/{digest}", desk.marker);
    let mut altered = png.clone();
    let last = altered.len() - 1;
    altered[last] ^= 1;
    std::fs::write(&file, &altered).unwrap();
    let reply = desk.app.get(&path).await;
    assert_eq!((reply.status, code(&reply)), (StatusCode::CONFLICT, "media.altered".to_owned()));
    std::fs::remove_file(&file).unwrap();
    assert_eq!(code(&desk.app.get(&path).await), "media.missing");
    assert_eq!(desk.app.ok(&format!("{}/media", desk.marker)).await["items"][1]["kept"], false);
    assert_eq!(desk.add("b.png", &png).await.status, StatusCode::CREATED);
    assert_eq!(desk.app.get(&path).await.status, StatusCode::OK);
}

#[tokio::test]
async fn what_is_missing_or_altered_is_found_and_copies_bring_files_along() {
    let desk = Desk::new().await;
    let (png, jpeg) = (desk.picture("png"), desk.picture("jpg"));
    let first = desk.add("a", &png).await.json()["digest"].as_str().unwrap().to_owned();
    desk.add("b", &jpeg).await;
    let files = desk.app.register.files_listed().unwrap();
    assert_eq!(files.len(), 2);
    let listers = || files.iter().map(|(name, by)| (name, format!("{}/{}", by.layer, by.id)));
    let place = Attachments::beside(&[desk.folder.path().join("r.gpkg")]);
    assert_eq!(place.verify(listers()).unwrap(), []);
    let copy = Attachments::beside(&[desk.folder.path().join("merged.gpkg")]);
    assert_eq!(copy.take_over(&place, listers()).unwrap(), []);
    assert_eq!(copy.verify(listers()).unwrap(), []);
    let file = desk.folder.path().join("r.gpkg.media").join(&first[..2]).join(format!("{first}.png"));
    std::fs::write(&file, b"other").unwrap();
    let rules = |found: Vec<boundstone::model::Finding>| -> Vec<String> {
        found.into_iter().map(|finding| finding.rule.to_string()).collect()
    };
    assert_eq!(rules(place.verify(listers()).unwrap()), ["verify.media.altered"]);
    std::fs::remove_file(&file).unwrap();
    let found = place.verify(listers()).unwrap();
    assert!(desk.marker.ends_with(found[0].spot.record.as_deref().unwrap().rsplit('/').next().unwrap()));
    assert_eq!(rules(found), ["verify.media.missing"]);
    // Read as one, what one place lacks the other has.
    let both: Vec<std::path::PathBuf> =
        ["r.gpkg", "merged.gpkg"].map(|name| desk.folder.path().join(name)).into();
    assert_eq!(Attachments::beside(&both).verify(listers()).unwrap(), []);
}

#[tokio::test]
async fn an_import_brings_its_pictures_along() {
    use std::io::Write as _;
    let desk = Desk::new().await;
    let png = desk.picture("png");
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let table = "地名代码,标准名称,类别\n53010200001,翠湖,湖泊\n";
    for (name, bytes) in [("地名.csv", table.as_bytes()), ("照片/53010200001_1.png", &png)] {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    let upload = desk.app.upload("普查.zip", &zip.finish().unwrap().into_inner()).await;
    let source = &upload["sources"][0];
    let body = json!({ "upload": upload["upload"], "file": source["file"], "source_layer": source["source_layer"], "layer": "place" });
    let preview = desk.app.preview(&body).await;
    assert_eq!(preview["outcome"]["counts"]["new"], 1, "{preview}");
    assert_eq!(desk.files(), 0, "a preview keeps nothing");
    let done = desk.app.accept(&preview).await;
    assert_eq!(done["state"], "done", "{done}");
    assert_eq!(desk.files(), 1);
    let page = desk.app.ok("/ogc/collections/place/items?limit=1").await;
    let path = format!("/api/v1/layers/place/records/{}", page["features"][0]["id"].as_str().unwrap());
    let list = desk.app.ok(&format!("{path}/media")).await;
    assert_eq!(
        (&list["items"][0]["title"], &list["items"][0]["kept"]),
        (&json!("53010200001_1"), &json!(true))
    );
    let whole = desk.app.get(&format!("{path}/media/{}", list["items"][0]["digest"].as_str().unwrap())).await;
    assert!(whole.body == png);
}
