//! The log as an auditor asks it: by person, layer, period, document and place, and as a workbook.

use axum::http::StatusCode;
use serde_json::json;

use super::app::{SECRET_WORD, TestApp};
use super::every_route::words;

async fn revisions(app: &TestApp, query: &str) -> Vec<u64> {
    let page = app.ok(&format!("/api/v1/log?{query}")).await;
    page["entries"].as_array().unwrap().iter().map(|entry| entry["revision"].as_u64().unwrap()).collect()
}

/// Changes a facility by somebody, by a document.
async fn change(app: &TestApp, at: usize, by: &str, document: &str) -> u64 {
    let path = format!("/api/v1/layers/facility/records/{}", app.facilities[at]);
    let etag = app.ok(&path).await["etag"].as_str().unwrap().to_owned();
    let body = json!({ "set": { "capacity": 31 + at }, "by": by, "reason": "核实", "document": document });
    let reply = app.write("PATCH", &path, &[("if-match", &etag)], &body).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    reply.json()["revision"].as_u64().unwrap()
}

#[tokio::test]
async fn the_log_is_sifted_by_what_an_auditor_asks() {
    let app = TestApp::new();
    let (one, two) = (
        change(&app, 0, "李工", "五民发〔2026〕7号").await,
        change(&app, 9, "王工", "五民发〔2026〕8号").await,
    );
    let first = 1;
    assert_eq!(revisions(&app, "").await, [two, one, first]);
    assert_eq!(revisions(&app, "by=%E6%9D%8E").await, [one]);
    assert_eq!(revisions(&app, "document=8%E5%8F%B7").await, [two]);
    assert_eq!(revisions(&app, "layer=facility").await, [two, one, first]);
    assert_eq!(revisions(&app, "layer=road").await, [first]);
    assert_eq!(revisions(&app, "layer=sign").await, [] as [u64; 0]);
    // Facility 0 lies at 102.605, 25.01; facility 9 at 102.6365, 25.037.
    assert_eq!(
        revisions(&app, "document=%E4%BA%94%E6%B0%91&bbox=102.636,25.036,102.638,25.038").await,
        [two]
    );
    assert_eq!(revisions(&app, "document=%E4%BA%94%E6%B0%91&bbox=102.0,24.0,103.0,26.0").await, [two, one]);
    assert_eq!(revisions(&app, "document=%E4%BA%94%E6%B0%91&bbox=110,24,111,26").await, [] as [u64; 0]);
    let day = app.ok("/api/v1/log?limit=1").await["entries"][0]["at"].as_str().unwrap()[..10].to_owned();
    assert!(revisions(&app, &format!("document=%E4%BA%94%E6%B0%91&from={day}")).await.len() == 2);
    assert_eq!(revisions(&app, "document=%E4%BA%94%E6%B0%91&to=2020-01-01").await, [] as [u64; 0]);
    // Page by page.
    let page = app.ok("/api/v1/log?document=%E4%BA%94%E6%B0%91&limit=1").await;
    assert_eq!(revisions(&app, &format!("document=%E4%BA%94%E6%B0%91&before={}", page["next"])).await, [one]);
    for wrong in ["layer=nothing", "from=yesterday", "bbox=1,2,3"] {
        assert_eq!(app.get(&format!("/api/v1/log?{wrong}")).await.status, StatusCode::BAD_REQUEST, "{wrong}");
    }
}

#[tokio::test]
async fn the_workbook_says_what_stood_before_and_after_and_nothing_secret() {
    let app = TestApp::new();
    change(&app, 0, "李工", "五民发〔2026〕7号").await;
    let book = app.get("/api/v1/audit/export?by=%E6%9D%8E").await;
    assert!(book.header("content-disposition").contains("xlsx"));
    let text = words(&book);
    for word in ["李工", "五民发〔2026〕7号", "设施0号", ">30<", ">31<", "核实"] {
        assert!(text.contains(word), "{word}");
    }
    assert!(!text.contains("设施9号"));
    let all = words(&app.get("/api/v1/audit/export").await);
    assert!(all.contains("设施9号") && !all.contains(SECRET_WORD) && !all.contains("SECRET-1"));
    // What lies at a secret place tells nothing of itself.
    let there = app.ok("/api/v1/log?layer=facility&bbox=102.6199,25.0199,102.6201,25.0201").await;
    assert_eq!(there["entries"].as_array().unwrap().len(), 0, "{there}");
}
