//! Communities re-drawn on the demo district, from the question to the change set and back.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::http::StatusCode;
use boundstone::model::{Layer, Record, RecordId, RecordKey, Secrecy};
use boundstone::register::Register;
use boundstone::sample::{SampleOptions, generate};
use boundstone::server::{Config, application};
use boundstone::store::{MemoryStore, RegisterInfo};
use serde_json::{Value as Json, json};

use super::app::{NOW_MS, TestApp};

/// The community of 9,800 households, and its subdistrict.
const LARGE: &str = "530102009008";
const STREET: &str = "530102009";

pub fn demo() -> TestApp {
    let info = RegisterInfo { title: "五华区".into(), created: "2026-01-01T00:00:00Z".into() };
    let register = Arc::new(Register::open(Box::new(MemoryStore::new(info))).unwrap());
    for step in generate(SampleOptions::default(), |_| {}).steps {
        let set = step.into_change_set("2026-11-01T01:00:00.000Z");
        register.commit(set.header, |_| Ok::<_, std::convert::Infallible>(set.changes.clone())).unwrap();
    }
    let config = Config { show: Secrecy::Internal, ..Config::default() };
    let (app, router) = application(register.clone(), &config, Some(Arc::new(|| NOW_MS))).unwrap();
    let none = RecordId::from_bits(0);
    TestApp { app, router, register, wuhua: none, compound: none, facilities: Vec::new(), secret: none }
}

impl TestApp {
    async fn plan(&self, body: &Json) -> Json {
        let reply = self.write("POST", "/api/v1/zoning/plans", &[], body).await;
        assert_eq!(reply.status, StatusCode::ACCEPTED, "{}", reply.text());
        let ended = self.ended(&reply.json()).await;
        assert_eq!(ended["state"], "done", "{ended}");
        assert_eq!(ended["plan"], ended["outcome"]["plan"]);
        ended
    }

    /// Rules that the checks have something against a community, and its households.
    async fn community(&self, code: &str) -> Option<(Option<i64>, Vec<String>)> {
        let scope = self.ok(&format!("/api/v1/zoning/scope?street={STREET}")).await;
        let all = scope["streets"][0]["communities"].as_array().unwrap().clone();
        let found = all.iter().find(|one| one["code"] == code)?;
        let rules = found["findings"].as_array().unwrap().iter();
        Some((found["households"].as_i64(), rules.map(|rule| rule.as_str().unwrap().to_owned()).collect()))
    }

    fn records(&self) -> BTreeMap<(Layer, RecordKey), Record> {
        let snapshot = self.register.snapshot();
        let all =
            Layer::ALL.iter().flat_map(|layer| snapshot.layer(*layer).iter().cloned().collect::<Vec<_>>());
        all.map(|record| ((record.layer, record.key()), Record::clone(&record))).collect()
    }
}

fn split() -> Json {
    json!({
        "scope": { "communities": [LARGE] }, "kind": "split", "profile": "wuhua", "zones": [3, 3], "seconds": 6.0,
        "by": "张工", "title": "拆分最大的社区",
    })
}

#[tokio::test]
async fn the_largest_community_is_split_in_three_accepted_and_taken_back() {
    let app = demo();
    let profiles = app.ok("/api/v1/zoning/profiles").await;
    assert!(profiles["profiles"].as_array().unwrap().iter().any(|one| one["id"] == "guandu"));
    let (households, rules) = app.community(LARGE).await.unwrap();
    assert_eq!(households, Some(9800));
    assert!(rules.contains(&"C01".to_owned()), "{rules:?}");
    let first = app.plan(&split()).await;
    assert_eq!(first["outcome"]["status"], "found", "{first}");
    let path = format!("/api/v1/zoning/plans/{}", first["plan"].as_str().unwrap());
    let plan = app.ok(&path).await;
    assert_eq!((&plan["stale"], &plan["status"]), (&json!(false), &json!("found")));
    assert!(plan["definition"]["zh"].as_str().unwrap().contains("户籍户"), "{}", plan["definition"]);
    assert_eq!(plan["present"]["figures"]["zones"][0]["households"], 9800.0);
    let best = &plan["alternatives"][0];
    let zones = best["figures"]["zones"].as_array().unwrap();
    assert_eq!(zones.len(), 3);
    let fits = |zone: &Json| zone["in_band"] == true && zone["connected"] == true;
    assert!(zones.iter().all(fits), "{zones:#?}");
    let sum: f64 = zones.iter().map(|zone| zone["households"].as_f64().unwrap()).sum();
    assert_eq!(sum, 9800.0);
    assert_eq!(best["figures"]["objectives"]["created"], 2);

    // The units: what is drawn, and how they lie.
    let units = app.ok(&format!("{path}/units")).await;
    let features = units["features"].as_array().unwrap();
    let all: i64 = features.iter().map(|one| one["properties"]["households"].as_i64().unwrap()).sum();
    assert_eq!((all, features.len()), (9800, best["assignment"].as_array().unwrap().len()));
    assert!(!units["borders"]["features"].as_array().unwrap().is_empty());
    // Who lives where today, by the number of the community.
    for one in features {
        let shares = one["properties"]["shares"].as_array().unwrap();
        let sum: i64 = shares.iter().map(|share| share[1].as_i64().unwrap()).sum();
        assert_eq!(Some(sum), one["properties"]["households"].as_i64(), "{one}");
    }
    println!("{} units", features.len());

    // By hand: score of what the solver made is what it says; one unit free again and locked ones stay.
    let score = |assignment: Json| {
        let (app, path) = (&app, &path);
        async move { app.write("POST", &format!("{path}/score"), &[], &json!({ "assignment": assignment })).await }
    };
    assert_eq!(score(best["assignment"].clone()).await.json(), best["figures"]);
    assert_eq!(score(json!([0, 1])).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let mut painted = best["assignment"].clone();
    painted[0] = Json::Null;
    let scored = score(painted.clone()).await.json();
    assert_eq!(scored["objectives"]["unassigned"], 1);
    assert!(scored["findings"].as_array().unwrap().iter().any(|one| one["rule"] == "plan.unassigned"));
    let body = json!({ "assignment": painted, "locked": [1, 2], "seconds": 5.0 });
    let done = app.write("POST", &format!("{path}/finish"), &[], &body).await.json();
    assert_eq!((&done["assignment"][1], &done["assignment"][2]), (&painted[1], &painted[2]));
    assert_eq!(done["figures"]["objectives"]["unassigned"], 0);
    assert_eq!(done["status"], "found", "{done}");
    let body = json!({ "title": "一稿", "assignment": done["assignment"], "locked": [1, 2], "by": "李工" });
    let version = app.write("PUT", &format!("{path}/versions"), &[], &body).await.json();
    assert_eq!(version["n"], 1, "{version}");
    for format in ["geojson", "xlsx"] {
        let reply = app.get(&format!("{path}/export?format={format}&version=1")).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
        assert!(reply.body.len() > 2000);
    }
    let other = app.plan(&json!({ "seed": 5, "scope": split()["scope"], "kind": "split", "profile": "wuhua", "seconds": 1.0, "by": "王工" })).await;

    // Accepted: one change set.
    let before = app.records();
    let names: Vec<Json> = zones
        .iter()
        .map(|zone| json!({ "zone": zone["zone"], "name": format!("新{}", zone["zone"]) }))
        .collect();
    let body = json!({
        "alternative": 0, "zones": names, "from": "2026-11-21", "by": "张工", "reason": "社区调整",
        "document": "五府发〔2026〕9号", "approver": "五华区人民政府",
    });
    let accept = |path: String, body: Json| {
        let app = &app;
        async move { app.write("POST", &format!("{path}/accept"), &[], &body).await }
    };
    let reply = accept(path.clone(), body.clone()).await;
    assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.text());
    let done = reply.json();
    let created: Vec<String> =
        done["created"].as_array().unwrap().iter().map(|code| code.as_str().unwrap().to_owned()).collect();
    assert_eq!(
        (created.len(), &done["changed"], &done["abolished"]),
        (2, &json!([LARGE]), &json!([])),
        "{done}"
    );
    assert_eq!(created[0], format!("{STREET}901"));
    for code in created.iter().map(String::as_str).chain([LARGE]) {
        let (households, rules) = app.community(code).await.unwrap();
        assert!((3000..=5000).contains(&households.unwrap()), "{code} {households:?}");
        assert!(
            rules.iter().all(|rule| !["C01", "C04", "C05", "C06", "C09"].contains(&rule.as_str())),
            "{code} {rules:?}"
        );
    }
    // Everything else is as it was: other communities, the subdistrict.
    let after = app.records();
    for ((layer, key), record) in &before {
        let code = record.code.as_deref();
        if *layer == Layer::Division && code != Some(LARGE) {
            assert_eq!(after.get(&(*layer, *key)), Some(record), "{code:?}");
        }
    }
    let made = after.values().find(|record| record.code.as_deref() == Some(&created[0])).unwrap();
    let made: boundstone::model::layers::Division = made.read().unwrap();
    assert_eq!(made.approver.as_deref(), Some("五华区人民政府"));
    assert_eq!((made.predecessors, made.parent_code), (vec![LARGE.to_owned()], Some(STREET.to_owned())));
    let named = |record: &&Record| {
        record.layer == Layer::Compound && record.text("community_code") == Some(&created[0])
    };
    assert!(after.values().filter(named).count() > 3);
    assert_eq!(accept(path.clone(), body.clone()).await.json()["code"], "zoning.accepted");
    let stale = format!("/api/v1/zoning/plans/{}", other["plan"].as_str().unwrap());
    assert_eq!(app.ok(&stale).await["stale"], true);
    let mut again = body.clone();
    again["zones"] = json!([]);
    assert_eq!(accept(stale.clone(), again).await.json()["code"], "zoning.stale");

    // And back.
    let undo = format!("/api/v1/log/{}/undo", done["revision"]);
    let reply = app.write("POST", &undo, &[], &json!({ "by": "张工", "reason": "重新研究" })).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    assert!(app.records() == before, "the register is as it was");
    assert_eq!(app.community(LARGE).await.unwrap().0, Some(9800));
    assert_eq!(app.write("DELETE", &stale, &[], &json!({})).await.status, StatusCode::NO_CONTENT);
    assert_eq!(app.get(&stale).await.status, StatusCode::NOT_FOUND);
    let list = app.ok("/api/v1/zoning/plans").await;
    assert_eq!(list["plans"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn what_cannot_be_is_proved_and_what_is_asked_badly_refused() {
    let app = demo();
    let refused = |body: Json| {
        let app = &app;
        async move {
            let reply = app.write("POST", "/api/v1/zoning/plans", &[], &body).await;
            (reply.status, reply.json()["field"].clone())
        }
    };
    let mut bad = split();
    bad["profile"] = json!("none");
    assert_eq!(refused(bad).await, (StatusCode::UNPROCESSABLE_ENTITY, json!("profile")));
    let mut bad = split();
    bad["scope"] = json!({});
    assert_eq!(refused(bad).await, (StatusCode::UNPROCESSABLE_ENTITY, json!("scope")));
    // 9,800 households in zones of 6,000 to 8,000: one is too large, two are too small.
    let mut body = split();
    body["zones"] = Json::Null;
    (body["min"], body["max"]) = (json!(6000), json!(8000));
    let ended = app.plan(&body).await;
    assert_eq!(ended["outcome"]["status"], "impossible", "{ended}");
    let plan = app.ok(&format!("/api/v1/zoning/plans/{}", ended["plan"].as_str().unwrap())).await;
    assert!(plan["certificate"]["zh"].as_str().unwrap().contains("9800"), "{}", plan["certificate"]);
    assert!(!plan["certificate"]["proofs"][0]["relaxations"].as_array().unwrap().is_empty());
    let units = plan["certificate"]["units"].as_array().unwrap();
    assert!(
        plan["certificate"]["proofs"][0]["at"].as_array().unwrap().iter().all(|unit| units.contains(unit))
    );
    let mut nowhere = split();
    nowhere["scope"] = json!({ "communities": ["530102999999"] });
    let job = app.write("POST", "/api/v1/zoning/plans", &[], &nowhere).await.json();
    let ended = app.ended(&job).await;
    assert_eq!((&ended["state"], &ended["failure"]["code"]), (&json!("failed"), &json!("zoning.scope")));
}

#[tokio::test]
async fn compounds_are_kept_together_apart_and_where_they_are() {
    let app = demo();
    let mut body = split();
    let free = app.plan(&body).await;
    let path = format!("/api/v1/zoning/plans/{}", free["plan"].as_str().unwrap());
    let units = app.ok(&format!("{path}/units")).await;
    let free = app.ok(&path).await["alternatives"][0]["assignment"].clone();
    let snapshot = app.register.snapshot();
    let named: BTreeMap<&str, &str> = snapshot
        .layer(Layer::Compound)
        .iter()
        .filter_map(|record| Some((record.label()?, record.code.as_deref()?)))
        .collect();
    // One compound of each unit of the first zone.
    let codes: Vec<(usize, &str)> = units["features"]
        .as_array()
        .unwrap()
        .iter()
        .enumerate()
        .filter(|(unit, _)| free[*unit] == free[0])
        .filter_map(|(unit, one)| Some((unit, *named.get(one["properties"]["compounds"][0].as_str()?)?)))
        .collect();
    let [(p, a), (q, b), .., (r, c), (s, d)] = codes[..] else { panic!("{codes:?}") };
    body["wishes"] = json!({ "together": [[a, b]], "apart": [[a, c]], "locked": [d] });
    let ended = app.plan(&body).await;
    assert_eq!(ended["outcome"]["status"], "found", "{ended}");
    let path = format!("/api/v1/zoning/plans/{}", ended["plan"].as_str().unwrap());
    let plan = app.ok(&path).await;
    let zone = |unit: usize| plan["alternatives"][0]["assignment"][unit].clone();
    assert_eq!(zone(p), zone(q));
    assert_ne!(zone(p), zone(r));
    assert!(zone(s).is_number());
    body["wishes"] = json!({ "apart": [[a, "nowhere"]] });
    let job = app.write("POST", "/api/v1/zoning/plans", &[], &body).await.json();
    let ended = app.ended(&job).await;
    assert!(ended["failure"]["zh"].as_str().unwrap().contains("nowhere"), "{ended}");
}

#[tokio::test]
async fn small_communities_are_merged_and_a_community_is_divided_into_grids() {
    let app = demo();
    // The first two communities of the subdistrict that lie side by side and are small enough.
    let scope = app.ok(&format!("/api/v1/zoning/scope?street={STREET}")).await;
    let small: Vec<&str> = scope["streets"][0]["communities"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["households"].as_i64().is_some_and(|number| number < 4900))
        .map(|one| one["code"].as_str().unwrap())
        .collect();
    let mut merged = None;
    for other in &small[1..] {
        let body = json!({
            "scope": { "communities": [small[0], other] }, "kind": "merge", "profile": "wuhua", "min": 1000, "max": 9800,
            "seconds": 2.0, "by": "张工",
        });
        let ended = app.plan(&body).await;
        if ended["outcome"]["status"] == "found" {
            merged = Some(format!("/api/v1/zoning/plans/{}", ended["plan"].as_str().unwrap()));
            break;
        }
        // Apart from each other they cannot be one.
        assert_eq!(ended["outcome"]["status"], "impossible", "{ended}");
    }
    let path = merged.unwrap();
    let before = app.records();
    let plan = app.ok(&path).await;
    let objectives = &plan["alternatives"][0]["figures"]["objectives"];
    let fewer = objectives["abolished"].as_u64().unwrap();
    assert_eq!((fewer, &objectives["created"]), (1, &json!(0)), "{objectives}");
    let act = json!({ "alternative": 0, "from": "2026-11-21", "by": "张工", "reason": "合并", "approver": "五华区人民政府" });
    let reply = app.write("POST", &format!("{path}/accept"), &[], &act).await;
    assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.text());
    let done = reply.json();
    let gone: Vec<&str> =
        done["abolished"].as_array().unwrap().iter().map(|code| code.as_str().unwrap()).collect();
    assert_eq!(gone.len() as u64, fewer);
    for code in &gone {
        assert!(app.community(code).await.is_none());
        // The code stays resolvable: the row that ended names its heirs.
        let snapshot = app.register.snapshot();
        let last = snapshot.layer(Layer::Division).by_code(code).max_by_key(|record| record.version).unwrap();
        let division: boundstone::model::layers::Division = last.read().unwrap();
        assert!(last.valid.to().is_some() && !division.successors.is_empty(), "{code}");
    }
    let undo = format!("/api/v1/log/{}/undo", done["revision"]);
    assert_eq!(
        app.write("POST", &undo, &[], &json!({ "by": "张工", "reason": "撤回" })).await.status,
        StatusCode::OK
    );
    assert!(app.records() == before);

    let body = json!({
        "scope": { "communities": [LARGE] }, "kind": "grids", "profile": "grid", "seconds": 2.0, "by": "张工",
    });
    let ended = app.plan(&body).await;
    let path = format!("/api/v1/zoning/plans/{}", ended["plan"].as_str().unwrap());
    let plan = app.ok(&path).await;
    let zones = plan["alternatives"][0]["figures"]["zones"].as_array().unwrap();
    assert!(zones.len() >= 15, "{}", zones.len());
    let reply = app.write("POST", &format!("{path}/accept"), &[], &act).await;
    assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.text());
    let done = reply.json();
    let created = done["created"].as_array().unwrap();
    assert_eq!((created.len(), &done["changed"]), (zones.len(), &json!([])));
    let snapshot = app.register.snapshot();
    let mut ground = 0.0;
    for code in created {
        let grid = snapshot.layer(Layer::Division).by_code(code.as_str().unwrap()).next().unwrap().clone();
        assert_eq!((grid.text("level"), grid.text("parent_code")), (Some("grid"), Some(LARGE)));
        ground += boundstone::crs::geodesic::area_m2(grid.geometry.as_deref().unwrap());
    }
    let large = snapshot.layer(Layer::Division).by_code(LARGE).next().unwrap().clone();
    let whole = boundstone::crs::geodesic::area_m2(large.geometry.as_deref().unwrap());
    assert!((ground - whole).abs() < 1.0, "{ground} {whole}");
    let undo = format!("/api/v1/log/{}/undo", done["revision"]);
    assert_eq!(
        app.write("POST", &undo, &[], &json!({ "by": "张工", "reason": "撤回" })).await.status,
        StatusCode::OK
    );
    assert!(app.records() == before);
}

#[tokio::test]
async fn grids_of_sites_and_villages_are_told_apart_and_entered_as_what_they_are() {
    let app = demo();
    // A country community, and a town one with a university in it.
    let snapshot = app.register.snapshot();
    let community = |is: &dyn Fn(&boundstone::model::Record) -> bool| {
        let mut records: Vec<_> =
            snapshot.layer(Layer::Division).iter().filter(|record| is(record)).collect();
        records.sort_by(|a, b| a.code.cmp(&b.code));
        records[0].code.as_deref().unwrap().to_owned()
    };
    let country = community(&|record| {
        record.text("level") == Some("community") && record.text("urban_rural_class") == Some("220")
    });
    let campus = snapshot.layer(Layer::ClosedOrGreenArea).iter().find(|r| r.text("kind") == Some("campus"));
    let campus = campus.unwrap().clone();
    use geo::{Contains as _, InteriorPoint as _};
    let middle = campus.geometry.as_deref().unwrap().interior_point().unwrap();
    let town = community(&|record| {
        record.text("level") == Some("community")
            && record.geometry.as_deref().is_some_and(|ground| ground.contains(&middle))
    });
    let before = app.records();
    let body = json!({
        "scope": { "communities": [town, country] }, "kind": "grids", "profile": "grid", "seconds": 2.0, "by": "张工",
    });
    let ended = app.plan(&body).await;
    let path = format!("/api/v1/zoning/plans/{}", ended["plan"].as_str().unwrap());
    let plan = app.ok(&path).await;
    let zones = plan["alternatives"][0]["figures"]["zones"].as_array().unwrap();
    let of = |kind: &str| zones.iter().filter(|zone| zone["kind"] == kind).collect::<Vec<_>>();
    assert!(of("basic").len() > 2 && of("rural").len() > 1, "{} {}", of("basic").len(), of("rural").len());
    let name = campus.text("name").unwrap();
    let own = of("exclusive").into_iter().find(|zone| zone["name"].as_str().unwrap().contains(name));
    assert_eq!((&own.unwrap()["units"], &own.unwrap()["in_band"]), (&json!(1), &json!(true)));
    let act = json!({ "alternative": 0, "from": "2026-11-21", "by": "张工", "reason": "划分网格" });
    let reply = app.write("POST", &format!("{path}/accept"), &[], &act).await;
    assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.text());
    let done = reply.json();
    let now = app.register.snapshot();
    let mut kinds: std::collections::BTreeMap<String, usize> = Default::default();
    for code in done["created"].as_array().unwrap() {
        let grid = now.layer(Layer::Division).by_code(code.as_str().unwrap()).next().unwrap().clone();
        *kinds.entry(grid.text("grid_kind").unwrap().to_owned()).or_default() += 1;
        // 01 is the code of 第01网格.
        let number = grid.text("name").unwrap().split_once('第').unwrap().1.get(..2).unwrap().to_owned();
        assert!(code.as_str().unwrap().ends_with(&number), "{code} {}", grid.text("name").unwrap());
    }
    for kind in ["basic", "exclusive", "rural"] {
        assert_eq!(kinds.get(kind).copied().unwrap_or(0), of(kind).len(), "{kind}");
    }
    let undo = format!("/api/v1/log/{}/undo", done["revision"]);
    let reply = app.write("POST", &undo, &[], &json!({ "by": "张工", "reason": "撤回" })).await;
    assert_eq!(reply.status, StatusCode::OK);
    assert!(app.records() == before);
    // Without them all are basic; a site that the office names is one all the same.
    let mut plain = body.clone();
    plain["exclusive"] = json!(false);
    plain["rural"] = json!(false);
    plain["wishes"] = json!({ "exclusive": [campus.id.to_string()] });
    let ended = app.plan(&plain).await;
    let plan = app.ok(&format!("/api/v1/zoning/plans/{}", ended["plan"].as_str().unwrap())).await;
    let zones = plan["alternatives"][0]["figures"]["zones"].as_array().unwrap();
    let other: Vec<&serde_json::Value> = zones.iter().filter(|zone| zone["kind"] != "basic").collect();
    assert_eq!(other.len(), 1, "{other:?}");
    assert!(other[0]["name"].as_str().unwrap().contains(name));
}
