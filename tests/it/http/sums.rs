//! Sums and groups of what matches, places in a list, and parts of features: against the records themselves.

use axum::http::StatusCode;
use serde_json::{Value as Json, json};

use super::app::TestApp;

async fn all(app: &TestApp, filter: &str) -> Vec<Json> {
    let page = app.ok(&format!("/ogc/collections/facility/items?limit=1000{filter}")).await;
    page["features"].as_array().unwrap().iter().map(|feature| feature["properties"].clone()).collect()
}

#[tokio::test]
async fn sums_are_over_all_that_match_and_groups_add_up() {
    let app = TestApp::new();
    for filter in ["", "&filter=code%20%3E%20%27F010%27"] {
        let rows = all(&app, filter).await;
        let path = format!("/api/v1/layers/facility/summary?by=kind&sum=capacity,beds{filter}");
        let summary = app.ok(&path).await;
        let sum = |rows: &[&Json]| rows.iter().filter_map(|row| row["capacity"].as_i64()).sum::<i64>();
        let every: Vec<&Json> = rows.iter().collect();
        assert_eq!(summary["total"], rows.len());
        assert_eq!(summary["sums"]["capacity"]["sum"], sum(&every));
        assert_eq!(summary["sums"]["beds"], json!({ "sum": 0, "min": null, "max": null, "count": 0 }));
        let groups = summary["groups"].as_array().unwrap();
        assert!(!groups.is_empty());
        for group in groups {
            let own: Vec<&Json> = rows.iter().filter(|row| row["kind"] == group["value"]).collect();
            assert_eq!(group["count"], own.len(), "{group}");
            assert_eq!(group["sums"]["capacity"]["sum"], sum(&own));
        }
        assert_eq!(summary["others"], Json::Null);
    }
    // The groups that are not listed are summed up.
    let summary = app.ok("/api/v1/layers/facility/summary?by=code&sum=capacity&limit=3").await;
    let listed: i64 =
        summary["groups"].as_array().unwrap().iter().map(|g| g["count"].as_i64().unwrap()).sum();
    let others = &summary["others"];
    assert_eq!(listed + others["count"].as_i64().unwrap(), summary["total"].as_i64().unwrap());
    let whole = summary["sums"]["capacity"]["sum"].as_i64().unwrap();
    assert_eq!(others["sums"]["capacity"]["sum"].as_i64().unwrap(), whole - 3 * 30);
    assert!(!summary.to_string().contains(super::app::SECRET_WORD));
}

#[tokio::test]
async fn divisions_are_grouped_by_name_and_by_the_one_above() {
    let app = TestApp::new();
    let groups = app.ok("/api/v1/layers/compound/summary?by=community_code").await["groups"].clone();
    assert_eq!((&groups[0]["value"], &groups[0]["title"]["zh"]), (&json!("530102002"), &json!("华山街道")));
    let groups =
        app.ok("/api/v1/layers/compound/summary?by=community_code&level=county").await["groups"].clone();
    assert_eq!((&groups[0]["value"], &groups[0]["title"]["zh"]), (&json!("530102"), &json!("五华区")));
    assert_eq!(groups[0]["values"], json!(["530102002"]));
    for bad in [
        "by=nothing",
        "by=kind,name",
        "sum=name",
        "by=kind&level=county",
        "by=community_code&level=moon",
        "x=1",
    ] {
        let reply = app.get(&format!("/api/v1/layers/compound/summary?{bad}")).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{bad}: {}", reply.text());
    }
}

#[tokio::test]
async fn a_record_is_found_in_an_ordered_list() {
    let app = TestApp::new();
    for query in ["", "sortby=-code", "sortby=name&filter=code%20%3E%20%27F005%27"] {
        let page = app.ok(&format!("/ogc/collections/facility/items?limit=1000&{query}")).await;
        for (at, feature) in page["features"].as_array().unwrap().iter().enumerate() {
            let id = feature["id"].as_str().unwrap();
            let found = app.ok(&format!("/api/v1/layers/facility/position?id={id}&{query}")).await;
            assert_eq!(
                (&found["position"], &found["total"]),
                (&json!(at), &page["numberMatched"]),
                "{query}"
            );
            // The page at that place begins with it.
            let one = app.ok(&format!("/ogc/collections/facility/items?limit=1&offset={at}&{query}")).await;
            assert_eq!(one["features"][0]["id"], id);
        }
    }
    let secret = app.ok(&format!("/api/v1/layers/facility/position?id={}", app.secret)).await;
    assert_eq!(secret["position"], Json::Null);
}

#[tokio::test]
async fn a_page_holds_only_the_parts_asked_for() {
    let app = TestApp::new();
    let page = app
        .ok("/ogc/collections/facility/items?limit=2&properties=name,code&skipGeometry=true&etag=true")
        .await;
    for feature in page["features"].as_array().unwrap() {
        let names: Vec<&String> = feature["properties"].as_object().unwrap().keys().collect();
        assert_eq!(names, ["version", "code", "name"]);
        assert_eq!(feature["geometry"], Json::Null);
        // The tag is the one that a change needs.
        let path = format!("/api/v1/layers/facility/records/{}", feature["id"].as_str().unwrap());
        assert_eq!(feature["etag"], app.tag(&path).await.as_str());
    }
    let whole = app.ok("/ogc/collections/facility/items?limit=1").await;
    assert!(whole["features"][0]["etag"].is_null() && whole["features"][0]["geometry"].is_object());
    for bad in ["properties=nothing", "skipGeometry=perhaps"] {
        let reply = app.get(&format!("/ogc/collections/facility/items?{bad}")).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{bad}");
    }
}
