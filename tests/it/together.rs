//! Several registers read as one and merged into one.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use boundstone::model::layers::{Compound, Division, DivisionLevel, Gate};
use boundstone::model::{Change, Header, IdSource, Layer, Record, RecordId, Revision, SetKind};
use boundstone::register::{MergeError, Outcome, Register};
use boundstone::server::{Config, application};
use boundstone::snapshot::Snapshot;
use boundstone::store::{GeoPackageStore, RegisterInfo, Store, StoreError, Union};
use serde_json::{Value as Json, json};
use tower::ServiceExt as _;

use crate::http::app::{header_of, square};

/// A folder with registers of two counties that keep the records of their prefecture, too.
struct Office {
    folder: tempfile::TempDir,
    ids: IdSource,
}

fn at(minute: u32, kind: SetKind, reason: &str) -> Header {
    Header { at: format!("2026-11-21T01:{minute:02}:00.000Z"), ..header_of(kind, reason) }
}

impl Office {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), ids: IdSource::new(1_790_000_000_000, 5) }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn make(&self, name: &str, title: &str) -> Register {
        let info = RegisterInfo { title: title.into(), created: "2026-11-21T00:00:00.000Z".into() };
        Register::open(Box::new(GeoPackageStore::create(&self.path(name), &info).unwrap())).unwrap()
    }

    fn division(&mut self, name: &str, code: &str, level: DivisionLevel, x: f64) -> Record {
        let mut record = Record::of(self.ids.next_id(), Division::named(name, level));
        record.code = Some(code.into());
        record.geometry = Some(Arc::new(square(x, 25.0, 0.1)));
        record
    }

    /// 五华区 with 华山街道, 盘龙区 with 拓东街道, both with 昆明市.
    fn counties(&mut self) -> (Register, Register) {
        let (wuhua, panlong) = (self.make("a.gpkg", "五华区"), self.make("b.gpkg", "盘龙区"));
        let city = self.division("昆明市", "530100", DivisionLevel::Prefecture, 102.6);
        let copy = Record { id: self.ids.next_id(), source: Some("市局".into()), ..city.clone() };
        let county = self.division("五华区", "530102", DivisionLevel::County, 102.6);
        put(&wuhua, 1, vec![city, county]);
        let county = self.division("盘龙区", "530103", DivisionLevel::County, 102.7);
        put(&panlong, 2, vec![copy, county]);
        let street = self.division("华山街道", "530102002", DivisionLevel::Township, 102.6);
        put(&wuhua, 3, vec![street]);
        let street = self.division("拓东街道", "530103001", DivisionLevel::Township, 102.7);
        put(&panlong, 4, vec![street]);
        (wuhua, panlong)
    }

    fn together(&self, names: &[&str]) -> Register {
        let open = |name: &&str| -> (String, Box<dyn Store>) {
            ((*name).into(), Box::new(GeoPackageStore::open_read_only(&self.path(name)).unwrap()))
        };
        Register::open(Box::new(Union::new(names.iter().map(open).collect()).unwrap())).unwrap()
    }
}

fn put(register: &Register, minute: u32, records: Vec<Record>) -> Revision {
    let changes: Vec<Change> = records.into_iter().map(Change::insert).collect();
    let header = at(minute, SetKind::Import, "入库");
    register.commit(header, |_| Ok::<_, ()>(changes.clone())).unwrap().revision
}

fn of_code<'a>(snapshot: &'a Snapshot, code: &str) -> Vec<&'a Arc<Record>> {
    snapshot.layer(Layer::Division).by_code(code).collect()
}

fn rename(register: &Register, minute: u32, code: &str, name: &str) -> Revision {
    let head = register.commit(at(minute, SetKind::Edit, "更名"), |snapshot| {
        let before = (***of_code(snapshot, code).first().unwrap()).clone();
        let name = boundstone::model::Value::Text(name.into());
        let after = Record { fields: before.fields.with(0, Some(name)), ..before.clone() };
        Ok::<_, ()>(vec![Change::update(before, after)])
    });
    head.unwrap().revision
}

fn delete(register: &Register, minute: u32, code: &str) {
    let deleted = register.commit(at(minute, SetKind::Edit, "删"), |snapshot| {
        Ok::<_, ()>(vec![Change::delete((***of_code(snapshot, code).first().unwrap()).clone())])
    });
    deleted.unwrap();
}

fn rows(snapshot: &Snapshot) -> Vec<Record> {
    Layer::ALL
        .iter()
        .flat_map(|layer| snapshot.layer(*layer).iter())
        .map(|record| (**record).clone())
        .collect()
}

/// Every revision can be reached, forwards and backwards, and both ways lead to the same.
fn every_revision_holds(open: impl Fn() -> Register) {
    let newest = open().head().unwrap().revision;
    let forwards = open();
    let mut seen = Vec::new();
    for revision in 0..=newest.0 {
        seen.push(rows(&forwards.at(Revision(revision)).unwrap()));
    }
    let mut replayed = Snapshot::build(Revision(0), []);
    for revision in 1..=newest.0 {
        let entry = forwards.log_entry(Revision(revision)).unwrap().unwrap();
        replayed = replayed.apply(Revision(revision), &entry.set.changes).unwrap();
        assert_eq!(rows(&replayed), seen[revision as usize], "revision {revision}");
    }
    assert_eq!(seen.last(), Some(&rows(&forwards.snapshot())));
    for revision in (0..=newest.0).rev() {
        let fresh = open();
        assert_eq!(
            rows(&fresh.at(Revision(revision)).unwrap()),
            seen[revision as usize],
            "back to {revision}"
        );
    }
}

#[test]
fn two_counties_are_one_view_with_the_log_of_both() {
    let mut office = Office::new();
    let (_, panlong) = office.counties();
    let view = office.together(&["a.gpkg", "b.gpkg"]);
    assert_eq!(view.info().unwrap().title, "五华区、盘龙区");
    assert_eq!(view.snapshot().layer(Layer::Division).len(), 6);
    let log: Vec<_> = view.log_items(Revision(0), Revision(9)).unwrap();
    let from: Vec<_> = log.iter().map(|item| view.origin_of(item.entry.revision).unwrap()).collect();
    assert_eq!(from, [(0, Revision(1)), (1, Revision(1)), (0, Revision(2)), (1, Revision(2))]);
    assert!(log.windows(2).all(|pair| pair[0].entry.header.at < pair[1].entry.header.at));
    // A record's history and hash are those of its own register.
    let street = of_code(&view.snapshot(), "530103001")[0].clone();
    assert_eq!(view.member_of(Layer::Division, street.id).unwrap(), Some(1));
    let history = view.history(Layer::Division, street.id).unwrap();
    assert_eq!(history.iter().map(|entry| entry.revision.0).collect::<Vec<_>>(), [4]);
    assert_eq!(log[3].entry.hash, panlong.head().unwrap().hash);
    // What the city says is the same in both, its source aside.
    let clashes = view.clashes().unwrap();
    assert_eq!((clashes.all.len(), clashes.different()), (1, 0));
    assert_eq!(clashes.all[0].code.as_deref(), Some("530100"));
    // Nothing is written through it.
    let refused =
        view.commit(at(9, SetKind::Edit, "试"), |_| Ok::<_, ()>(vec![Change::delete((*street).clone())]));
    assert!(matches!(refused, Err(boundstone::register::CommitError::Store(StoreError::ReadOnly))));
    every_revision_holds(|| office.together(&["a.gpkg", "b.gpkg"]));
}

#[test]
fn the_view_follows_each_of_its_registers() {
    let mut office = Office::new();
    let (wuhua, panlong) = office.counties();
    let view = office.together(&["a.gpkg", "b.gpkg"]);
    let events = view.subscribe();
    let before = view.head().unwrap();
    rename(&panlong, 5, "530103001", "东风街道");
    rename(&wuhua, 5, "530102002", "翠湖街道");
    assert_eq!(view.follow().unwrap(), Revision(6));
    assert_ne!(view.head().unwrap().hash, before.hash);
    let names =
        ["530103001", "530102002"].map(|code| of_code(&view.snapshot(), code)[0].label().map(str::to_owned));
    assert_eq!(names, [Some("东风街道".into()), Some("翠湖街道".into())]);
    assert_eq!(events.try_iter().map(|event| event.revision.0).collect::<Vec<_>>(), [5, 6]);
    // An undo names the change set that it takes back by the view's number.
    panlong.undo(Revision(3), at(6, SetKind::Undo, "误改")).unwrap();
    assert_eq!(view.follow().unwrap(), Revision(7));
    let items = view.log_items(Revision(4), Revision(7)).unwrap();
    let undone =
        items.iter().find(|item| view.origin_of(item.entry.revision) == Some((1, Revision(3)))).unwrap();
    assert_eq!(undone.undone_by, Some(Revision(7)));
    assert_eq!(items[2].entry.header.undoes, Some(undone.entry.revision));
    every_revision_holds(|| office.together(&["a.gpkg", "b.gpkg"]));
}

#[test]
fn a_copied_file_shows_once_and_what_differs_is_found() {
    let mut office = Office::new();
    let (wuhua, panlong) = office.counties();
    drop((wuhua, panlong));
    std::fs::copy(office.path("a.gpkg"), office.path("c.gpkg")).unwrap();
    let open =
        |name: &str| Register::open(Box::new(GeoPackageStore::open(&office.path(name)).unwrap())).unwrap();
    let (first, copy) = (open("a.gpkg"), open("c.gpkg"));
    // The copy goes its own way, the first takes one away that the copy keeps.
    rename(&copy, 10, "530102", "五华县");
    delete(&first, 11, "530102002");
    let view = office.together(&["a.gpkg", "c.gpkg"]);
    let snapshot = view.snapshot();
    assert_eq!(snapshot.layer(Layer::Division).len(), 2, "the first register's word counts");
    assert_eq!(of_code(&snapshot, "530102")[0].label(), Some("五华区"));
    let log = view.log_items(Revision(0), Revision(99)).unwrap();
    assert_eq!(log.len(), 4, "what both have in common stands once");
    let clashes = view.clashes().unwrap();
    assert_eq!(clashes.copies.get(&(0, 1)), Some(&1));
    assert_eq!((clashes.all.len(), clashes.different()), (2, 2));
    let members = view.members();
    assert!(
        members[0].label.contains("a.gpkg") && members[1].label.contains("c.gpkg"),
        "titles are the same"
    );
    let findings = clashes.findings(&members, Outcome::Shown);
    assert!(findings.kept.iter().any(|finding| {
        finding.rule == "registers.id"
            && finding.what.zh.contains("a.gpkg")
            && finding.what.zh.contains("c.gpkg")
    }));
    every_revision_holds(|| office.together(&["a.gpkg", "c.gpkg"]));
    // Both go on; what the copy does to common records stays its own affair.
    rename(&copy, 12, "530102", "五华市");
    rename(&first, 13, "530102", "五华");
    assert_eq!(view.follow().unwrap(), Revision(6));
    assert_eq!(of_code(&view.snapshot(), "530102")[0].label(), Some("五华"));
}

#[test]
fn a_view_over_http_is_read_only_and_says_what_is_from_where() {
    let mut office = Office::new();
    let (_, panlong) = office.counties();
    let street = of_code(&panlong.snapshot(), "530103001")[0].id;
    let view = Arc::new(office.together(&["a.gpkg", "b.gpkg"]));
    let (_, router) = application(view, &Config::default(), None).unwrap();
    let ask = |method: &str, uri: String, body: &str| {
        let (router, body) = (router.clone(), body.to_owned());
        let request = Request::builder().method(method).uri(uri).header("content-type", "application/json");
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async move {
            let reply = router.oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
            let status = reply.status();
            let bytes = to_bytes(reply.into_body(), usize::MAX).await.unwrap();
            (status, serde_json::from_slice::<Json>(&bytes).unwrap_or_default())
        })
    };
    let (_, register) = ask("GET", "/api/v1/register".into(), "");
    assert_eq!(register["read_only"], true);
    let titles: Vec<_> = register["registers"].as_array().unwrap().iter().map(|one| &one["title"]).collect();
    assert_eq!(titles, [&json!("五华区"), &json!("盘龙区")]);
    assert_eq!(register["registers"][1]["revision"], 2);
    let place = format!("/api/v1/layers/division/records/{street}");
    let (_, record) = ask("GET", place.clone(), "");
    assert_eq!(record["register"], "盘龙区");
    assert_eq!(record["history"][0]["register"], json!({"title": "盘龙区", "revision": 2}));
    assert!(record.get("twins").is_none(), "{record}");
    let (_, log) = ask("GET", "/api/v1/log".into(), "");
    assert_eq!(log["entries"][1]["register"], json!({"title": "五华区", "revision": 2}));
    let (status, _) = ask("PATCH", place, r#"{"by":"张三","reason":"试","properties":{"name":"x"}}"#);
    assert_eq!(status, StatusCode::FORBIDDEN);
}

#[test]
fn a_record_names_the_other_of_its_code() {
    let mut office = Office::new();
    let (wuhua, panlong) = office.counties();
    let [first, second] = [office.ids.next_id(), office.ids.next_id()].map(|id| {
        let mut record = Record::new(Layer::Compound, id, boundstone::model::Fields::default());
        record.code = Some("X-1".into());
        record
    });
    let changed = Record { remarks: Some("界上".into()), ..second.clone() };
    put(&wuhua, 5, vec![first.clone()]);
    put(&panlong, 6, vec![changed]);
    let view = Arc::new(office.together(&["a.gpkg", "b.gpkg"]));
    let (_, router) = application(view, &Config::default(), None).unwrap();
    let request = Request::get(format!("/api/v1/layers/compound/records/{}", first.id));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let doc: Json = runtime.block_on(async {
        let reply = router.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        serde_json::from_slice(&to_bytes(reply.into_body(), usize::MAX).await.unwrap()).unwrap()
    });
    let twin = json!([{ "id": second.id.to_string(), "label": "X-1", "register": "盘龙区", "same": false }]);
    assert_eq!((&doc["register"], &doc["twins"]), (&json!("五华区"), &twin));
}

#[test]
fn registers_are_merged_and_what_pointed_at_a_record_left_out_points_at_the_one_kept() {
    let mut office = Office::new();
    let (wuhua, panlong) = office.counties();
    let compound = |id: RecordId, name: &str| {
        let fields = json!({"name": name});
        let mut record = Record::new(Layer::Compound, id, boundstone::model::Fields::default());
        record.fields = record.fields.with(
            Layer::Compound.def().index_of("name").unwrap(),
            fields["name"].as_str().map(|text| boundstone::model::Value::Text(text.into())),
        );
        record.code = Some("X-1".into());
        record
    };
    let (first, second) = (office.ids.next_id(), office.ids.next_id());
    put(&wuhua, 5, vec![compound(first, "交界小区")]);
    let gate = Gate {
        name: Some("南门".into()),
        compound_id: Some(second.to_string()),
        kind: None,
        foot: None,
        opening_hours: None,
    };
    let gate = Record::of(office.ids.next_id(), gate);
    put(&panlong, 6, vec![compound(second, "边界小区"), gate.clone()]);

    let view = office.together(&["a.gpkg", "b.gpkg"]);
    let clashes = view.clashes().unwrap();
    assert_eq!((clashes.all.len(), clashes.different()), (2, 1));
    let refused = clashes.findings(&view.members(), Outcome::Refused);
    let error = refused.kept.iter().find(|finding| finding.rule == "registers.code").unwrap();
    assert!(
        error.what.zh.contains("五华区") && error.what.zh.contains("盘龙区") && error.what.zh.contains("X-1")
    );

    let target = office.make("m.gpkg", "昆明市");
    let done =
        view.merge_into(Some(&target), &clashes, &|| at(30, SetKind::Import, "汇总"), &|| false).unwrap();
    let counts: Vec<_> =
        done.iter().map(|one| (one.rows, one.left_out, one.into.unwrap().revision.0)).collect();
    assert_eq!(counts, [(4, 0, 1), (3, 2, 2)]);
    let merged = target.snapshot();
    let gate = merged.layer(Layer::Gate).versions(gate.id).next().unwrap().read::<Gate>().unwrap();
    assert_eq!(gate.compound_id, Some(first.to_string()));
    assert_eq!(merged.layer(Layer::Compound).len(), 1);
    let kept = merged.layer(Layer::Compound).versions(first).next().unwrap().read::<Compound>().unwrap();
    assert_eq!(kept.name.as_deref(), Some("交界小区"));
    let entry = target.log_entry(Revision(2)).unwrap().unwrap();
    let origin = entry.set.header.origin.unwrap();
    assert_eq!(origin["file"], "b.gpkg");
    assert_eq!(origin["revision"], 3);
    assert_eq!(origin["hash"], panlong.head().unwrap().hash.to_string());
    assert_eq!(target.verify(&mut |_, _, _| {}).unwrap().findings.total(), 0);

    // A source that moved on between looking and merging is noticed.
    rename(&wuhua, 40, "530102", "五华");
    let late = view.merge_into(None, &clashes, &|| at(41, SetKind::Import, "汇总"), &|| false);
    assert!(matches!(late, Err(MergeError::Moved(_))));
}

fn run(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_boundstone"))
        .current_dir(folder)
        .env("BOUNDSTONE_LANG", "zh")
        .args(arguments)
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn counties_merge_from_the_command_line() {
    let mut office = Office::new();
    let (wuhua, _) = office.counties();
    let folder = office.folder.path().to_owned();
    let by = ["--by", "张三", "--reason", "汇总", "--document", "昆民发〔2026〕3号", "--json"];
    let merge = |arguments: &[&str]| {
        let (code, out, err) = run(&folder, &[&["merge"], arguments, &by].concat());
        (code, serde_json::from_str::<Json>(&out).unwrap_or_default(), err)
    };
    let (code, report, err) = merge(&["m.gpkg", "a.gpkg", "b.gpkg", "--dry-run"]);
    assert_eq!((code, report["dry_run"].as_bool()), (Some(0), Some(true)), "{err}");
    assert_eq!(report["registers"][1]["rows"], 2);
    assert!(!office.path("m.gpkg").exists());
    let (code, report, err) = merge(&["m.gpkg", "a.gpkg", "b.gpkg"]);
    assert_eq!(code, Some(0), "{err}");
    assert_eq!(report["findings"]["counts"]["registers.same"], 1, "the city is in both and the same");
    assert_eq!(
        (&report["registers"][1]["left_out"], &report["registers"][1]["into"]),
        (&json!(1), &json!(2))
    );
    assert_eq!(run(&folder, &["verify", "m.gpkg"]).0, Some(0));
    let (_, log, _) = run(&folder, &["log", "m.gpkg", "--json"]);
    let log: Json = serde_json::from_str(&log).unwrap();
    assert_eq!(
        (&log[0]["document"], &log[0]["origin"]["file"]),
        (&json!("昆民发〔2026〕3号"), &json!("b.gpkg"))
    );
    assert_eq!(merge(&["m.gpkg", "a.gpkg", "b.gpkg"]).0, Some(1), "an existing file is never touched");
    assert_eq!(merge(&["n.gpkg", "a.gpkg", "./a.gpkg"]).0, Some(2), "the same file twice");
    // The counties now disagree about the city.
    rename(&wuhua, 20, "530100", "昆明");
    let (code, report, err) = merge(&["n.gpkg", "a.gpkg", "b.gpkg"]);
    assert_eq!((code, &report["findings"]["counts"]["registers.code"]), (Some(1), &json!(1)), "{err}");
    assert!(err.contains("1 条记录互相冲突") && err.contains("keep-first"), "{err}");
    assert!(!office.path("n.gpkg").exists() && !office.path("n.making.gpkg").exists());
    let (code, _, err) = merge(&["n.gpkg", "a.gpkg", "b.gpkg", "--on-clash", "keep-first"]);
    assert_eq!(code, Some(0), "{err}");
    let (_, shown, _) = run(&folder, &["show", "n.gpkg", "division", "530100", "--json"]);
    assert!(shown.contains("\"昆明\""), "{shown}");
}
