//! What is secret of a record while the record is not: planted where it may lie, looked for in every answer.

use std::convert::Infallible;
use std::sync::Arc;

use axum::http::StatusCode;
use boundstone::accounts::Grant;
use boundstone::api::routes;
use boundstone::model::layers::BoundaryMarker;
use boundstone::model::{Change, IdSource, Layer, Record, RecordId, Secrecy, SetKind};
use geo_types::Point;
use serde_json::{Value as Json, json};

use super::app::header_of;
use super::every_route::{Aim, filled, formats, words};
use super::rights::{Office, Pass};

const PHONE: &str = "13987650001";
const IDENTITY: &str = "530102199001011234";
/// Of the marker: longitude, latitude, northing, a reference object, what was received.
const PLACE: [&str; 5] = ["102.654321", "25.043219", "2771234.567", "独一棵银杏", "102.6543219"];

/// A facility with a phone and an identity number among the columns of its import, and a marker whose place is
/// secret; both public.
struct Planted {
    office: Office,
    facility: RecordId,
    marker: RecordId,
    revision: u64,
}

fn extra(json: Json) -> Option<Box<serde_json::Map<String, Json>>> {
    json.as_object().cloned().map(Box::new)
}

fn planted() -> Planted {
    let office = Office::new();
    let facility = office.app.facilities[1];
    let marker = IdSource::new(1_790_000_100_000, 9).next_id();
    let mut fields = BoundaryMarker::numbered("秘桩1");
    (fields.x_m, fields.position_text) = (Some(2_771_234.567), Some("独一棵银杏以北".into()));
    let mut record = Record::of(marker, fields);
    record.code = Some("MARKED-1".into());
    record.geometry = Some(Arc::new(Point::new(102.654_321, 25.043_219).into()));
    record.extra = extra(json!({ "coordinates_secret": true, "received": { "lon": 102.654_321_9 } }));
    let commit = |reason: &str, change: Change| {
        let done = office
            .app
            .register
            .commit(header_of(SetKind::Edit, reason), |_| Ok::<_, Infallible>(vec![change.clone()]));
        done.unwrap().revision.0
    };
    // First unmarked: what is secret now was never public.
    let unmarked = Record { extra: None, ..record.clone() };
    commit("界桩", Change::insert(unmarked.clone()));
    let before =
        office.app.register.snapshot().layer(Layer::Facility).versions(facility).next().unwrap().clone();
    let after = Record {
        extra: extra(json!({ "联系电话": PHONE, "申请人": { "身份证号": IDENTITY }, "备注": "夜间开门" })),
        ..(*before).clone()
    };
    commit("设施", Change::update((*before).clone(), after));
    let revision = commit("定密", Change::update(unmarked, record));
    Planted { office, facility, marker, revision }
}

#[tokio::test]
async fn nothing_planted_is_in_any_answer_to_those_without_the_right() {
    let Planted { office, facility, marker, revision } = planted();
    let mut passes = vec![(Secrecy::Public, Pass::default())];
    for (role, class) in [
        ("viewer", Secrecy::Internal),
        ("boundary_officer", Secrecy::Internal),
        ("confidential", Secrecy::Secret),
    ] {
        passes.push((class, office.enter(&role.replace('_', "-"), &[Grant::of(role)]).await));
    }
    let mut aims = Vec::new();
    for revision in 2..=revision {
        aims.push(Aim { layer: "facility", id: facility.to_string(), code: "F001", revision });
        aims.push(Aim { layer: "boundary_marker", id: marker.to_string(), code: "MARKED-1", revision });
    }
    let (mut tried, mut wrong) = (0, Vec::new());
    let mut seen = std::collections::BTreeMap::new();
    for route in routes().filter(|route| !route.path.ends_with("/events")) {
        let method = route.method.word();
        if method != "GET" && !route.path.ends_with("/export") {
            continue;
        }
        let mut paths: Vec<String> =
            aims.iter().flat_map(|aim| formats(route, &filled(route, aim))).collect();
        if route.query.iter().any(|param| param.name == "revision") {
            let older =
                |path: &String| format!("{path}{}revision=2", if path.contains('?') { "&" } else { "?" });
            paths.extend(paths.clone().iter().map(older));
        }
        paths.sort_unstable();
        paths.dedup();
        for path in paths {
            for (class, pass) in &passes {
                let body = (method != "GET").then(|| json!({ "format": "geojson" }));
                let reply = office.ask(method, &path, pass, body.as_ref()).await;
                let text = words(&reply);
                tried += 1;
                assert!(reply.status != StatusCode::INTERNAL_SERVER_ERROR, "{method} {path}: {text}");
                let secret = PLACE.iter().chain([&IDENTITY]).map(|word| (*word, Secrecy::Secret));
                for (word, needs) in secret.chain([(PHONE, Secrecy::Internal)]) {
                    if text.contains(word) {
                        *seen.entry(word).or_insert(0) += 1;
                        if *class < needs {
                            wrong.push(format!(
                                "{method} {path} shows {word} to those who see {}",
                                class.code()
                            ));
                        }
                    }
                }
            }
        }
    }
    println!("{tried} tried, seen by those who may: {seen:?}");
    assert!(wrong.is_empty(), "{} leaks:\n{}", wrong.len(), wrong.join("\n"));
    assert!(tried > 500 && seen.len() == PLACE.len() + 2, "{tried} tried, {seen:?}");
}

#[tokio::test]
async fn a_marked_marker_is_in_no_tile_whoever_asks() {
    let Planted { office, .. } = planted();
    let reader = office.enter("li", &[Grant::of("confidential")]).await;
    let n = 16384.0_f64;
    let x = (102.654_321 + 180.0) / 360.0 * n;
    let y = (1.0 - 25.043_219_f64.to_radians().tan().asinh() / std::f64::consts::PI) / 2.0 * n;
    let path = format!("/tiles/boundary_marker/14/{}/{}", x as u32, y as u32);
    for pass in [&Pass::default(), &reader] {
        let reply = office.get(&path, pass).await;
        assert!(reply.status.is_success(), "{path}: {}", reply.status);
        assert!(!reply.text().contains("秘桩1"), "drawn");
        assert!(
            !office.get(&format!("{path}?revision=2"), pass).await.text().contains("秘桩1"),
            "drawn as it was"
        );
    }
}

#[tokio::test]
async fn whoever_does_not_see_it_changes_the_rest_and_keeps_it() {
    let Planted { office, facility, marker, revision } = planted();
    let officer = office.enter("zhou", &[Grant::of("boundary_officer")]).await;
    let id = marker.to_string();
    let etag = office.etag(&officer, "boundary_marker", &id).await;
    let path = format!("/api/v1/layers/boundary_marker/records/{id}");
    let set =
        json!({ "reason": "核实", "set": { "material": "stone", "extra": { "coordinates_secret": false } } });
    let done = office.change("PATCH", &path, &officer, &etag, &set).await;
    assert!(done.status.is_success(), "{}", done.text());
    let now =
        office.app.register.snapshot().layer(Layer::BoundaryMarker).versions(marker).next().unwrap().clone();
    assert_eq!(
        (now.text("material"), now.get("x_m").is_some(), now.geometry.is_some()),
        (Some("stone"), true, true)
    );
    let kept = now.extra.as_ref().unwrap();
    assert_eq!((&kept["coordinates_secret"], kept.contains_key("received")), (&json!(true), true));
    // The tag that comes back is that of what is seen: it does for the next change.
    let fresh = done.json()["etag"].as_str().unwrap().to_owned();
    assert_eq!(fresh, office.etag(&officer, "boundary_marker", &id).await);
    // To take the marking back one has to see what it hides.
    let undo = json!({ "reason": "撤销" });
    let path = format!("/api/v1/log/{revision}/undo");
    assert_eq!(office.ask("POST", &path, &officer, Some(&undo)).await.json()["code"], "undo.hidden");
    let editor = office.enter("sun", &[Grant::of("data_editor")]).await;
    let id = facility.to_string();
    let etag = office.etag(&editor, "facility", &id).await;
    let set = json!({ "reason": "核实", "set": { "extra": { "备注": "全天" } } });
    let path = format!("/api/v1/layers/facility/records/{id}");
    assert!(office.change("PATCH", &path, &editor, &etag, &set).await.status.is_success());
    let now =
        office.app.register.snapshot().layer(Layer::Facility).versions(facility).next().unwrap().clone();
    let kept = now.extra.as_ref().unwrap();
    assert_eq!((&kept["备注"], &kept["申请人"]["身份证号"]), (&json!("全天"), &json!(IDENTITY)));
}
