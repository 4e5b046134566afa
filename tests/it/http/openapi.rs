//! The definition describes what is there, all of it and nothing else.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use boundstone::api::{document_3_0, document_3_1, routes};
use serde_json::Value as Json;

use super::app::TestApp;

fn references(value: &Json, found: &mut BTreeSet<String>) {
    match value {
        Json::Array(items) => items.iter().for_each(|item| references(item, found)),
        Json::Object(members) => {
            if let Some(Json::String(reference)) = members.get("$ref") {
                found.insert(reference.clone());
            }
            members.values().for_each(|member| references(member, found));
        }
        _ => {}
    }
}

#[test]
fn documents_hold_all_that_they_refer_to() {
    for document in [document_3_1("http://x"), document_3_0("http://x")] {
        let mut found = BTreeSet::new();
        references(&document, &mut found);
        assert!(found.len() > 5);
        for reference in found {
            let pointer = reference.strip_prefix('#').unwrap_or_else(|| panic!("remote: {reference}"));
            assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
        }
        let mut ids = BTreeSet::new();
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                assert!(ids.insert(operation["operationId"].as_str().unwrap().to_owned()), "{method} {path}");
                let named = path.matches('{').count();
                let given =
                    operation["parameters"].as_array().unwrap().iter().filter(|p| p["in"] == "path").count();
                assert_eq!(named, given, "{path}");
            }
        }
    }
    let text = document_3_0("").to_string();
    assert!(!text.contains("\"null\"") && !text.contains("\"const\""), "3.0 knows neither");
}

#[test]
fn every_route_is_described_and_every_description_has_a_route() {
    let document = document_3_1("");
    let described: BTreeSet<String> = document["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, item)| item.as_object().unwrap().keys().map(move |m| format!("{m} {path}")))
        .collect();
    let there: BTreeSet<String> =
        routes().map(|r| format!("{:?} {}", r.method, r.path).to_lowercase()).collect();
    let described: BTreeSet<String> = described.into_iter().map(|text| text.to_lowercase()).collect();
    assert_eq!(described, there);
    // GDAL looks up the collection's own path to learn what can be asked for.
    let older = document_3_0("");
    let parameters = older["paths"]["/collections/division/items"]["get"]["parameters"].as_array().unwrap();
    assert!(parameters.iter().any(|p| p["name"] == "level" && p["in"] == "query"));
}

#[tokio::test]
async fn described_paths_answer() {
    let app = TestApp::new();
    // A job's own paths need a job: see `importing`; a picture's a picture: see `underlays`; a round's a round and
    // a finding's a finding: see `checks`; a marker's a marker: see `papers`; a plan's a plan: see `plans`;
    // a scenario's a scenario: see `services`; a name's life a place, a sign's artwork a sign: see `naming`.
    let of_job = |path: &str| {
        path.contains("{id}")
            && [
                "jobs",
                "uploads",
                "imports",
                "underlay",
                "inspections",
                "checks",
                "comparisons",
                "boundary",
                "zoning",
                "services",
                "/life",
                "artwork",
            ]
            .iter()
            .any(|p| path.contains(p))
    };
    // A line's own paths need a line: see `boundary`; a file's a file: see `media`.
    let of_line = |path: &str| path.contains("{code}") || path.contains("{file}");
    for route in routes().filter(|r| !r.path.contains("events") && !of_job(r.path) && !of_line(r.path)) {
        let path = route.path.replace("{layer}", "facility").replace("{id}", &app.facilities[0].to_string());
        let path =
            path.replace("{revision}", "1").replace("{z}", "0").replace("{x}", "0").replace("{y}", "0");
        let path = path.replace("/tiles/facility", "/tiles/facility.json").replace(".json/", "/");
        let query = match path.as_str() {
            path if path.ends_with("locate") || path.ends_with("reverse") => "?lon=102&lat=25",
            path if path.contains("/impact") => "?to=%E6%98%99%E5%8D%8E%E8%B7%AF",
            path if path.ends_with("boundary/lines") => "?level=county",
            _ => "",
        };
        if format!("{:?}", route.method) == "Get" {
            let reply = app.get(&format!("{path}{query}")).await;
            assert!(
                reply.status == StatusCode::OK || reply.status == StatusCode::NO_CONTENT,
                "{path}: {}",
                reply.text()
            );
        }
    }
}
