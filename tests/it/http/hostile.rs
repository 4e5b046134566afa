//! Nothing secret gets out, and nothing that is sent makes the server fail.

use axum::http::StatusCode;
use boundstone::api::routes;
use boundstone::model::Secrecy;
use boundstone::server::Config;
use serde_json::json;

use super::app::{SECRET_WORD, TestApp};

#[tokio::test]
async fn a_secret_record_appears_nowhere_in_no_form() {
    let app = TestApp::new();
    let secret = app.secret.to_string();
    let mut asked = 0;
    for route in routes().filter(|r| !r.path.contains("events") && format!("{:?}", r.method) == "Get") {
        for id in [&app.facilities[0].to_string(), &secret] {
            let path =
                route.path.replace("{layer}", "facility").replace("{id}", id).replace("{revision}", "1");
            let path = path.replace("{z}", "14").replace("{x}", "12861").replace("{y}", "6994");
            let mut queries = vec![String::new()];
            for param in route.query {
                queries.extend(match param.name {
                    "f" => vec!["f=html".to_owned(), "f=json".to_owned()],
                    "q" => vec!["q=%E7%BB%9D%E5%AF%86".to_owned(), "q=SECRET-1".to_owned(), "q=".to_owned()],
                    "lon" => vec!["lon=102.62&lat=25.02".to_owned()],
                    "limit" => vec!["limit=10000".to_owned()],
                    "bbox" => vec!["bbox=102.619,25.019,102.6205,25.0205".to_owned()],
                    "field" => vec!["field=name".to_owned(), "field=code".to_owned()],
                    "revision" => vec!["revision=1".to_owned(), "revision=0".to_owned()],
                    "datetime" => vec!["datetime=../..".to_owned()],
                    "sortby" => vec!["sortby=-secrecy&limit=1".to_owned()],
                    "filter" => ["secrecy%3D'secret'", "code%20LIKE%20'SEC%25'", "TRUE", "code%20IS%20NULL"]
                        .map(|filter| format!("filter={filter}&datetime=../.."))
                        .to_vec(),
                    _ => Vec::new(),
                });
            }
            if route.open_query {
                queries.extend([
                    "code=SECRET-1".to_owned(),
                    format!("secrecy=secret&id={secret}"),
                    "secrecy=secret".to_owned(),
                ]);
            }
            for query in queries {
                let reply = app.get(&format!("{path}?{query}")).await;
                let mut body = reply.body.clone();
                if reply.header("content-encoding") == "gzip" {
                    use std::io::Read as _;
                    let mut plain = Vec::new();
                    flate2::read::GzDecoder::new(&body[..]).read_to_end(&mut plain).unwrap();
                    body = plain;
                }
                let text = String::from_utf8_lossy(&body).into_owned();
                // The asker's own words come back in links; the record's must not.
                let text = text.replace("SECRET-1%", "").replace("code=SECRET-1", "");
                let own = path.contains(&secret) || query.contains(&secret);
                for word in [SECRET_WORD, "SECRET-1"] {
                    assert!(!text.contains(word), "{word} in {path}?{query}: {text}");
                }
                assert!(own || !text.contains(&secret), "{path}?{query}: {text}");
                assert!(reply.status < StatusCode::INTERNAL_SERVER_ERROR, "{path}?{query}");
                asked += 1;
            }
        }
    }
    assert!(asked > 60, "{asked}");
    assert_eq!(app.ok("/ogc/collections/facility/items?secrecy=secret").await["numberMatched"], 0);
    let body = json!({ "set": { "name": "x" }, "by": "a", "reason": "b" });
    let reply = app
        .write("PATCH", &format!("/api/v1/layers/facility/records/{secret}"), &[("if-match", "x")], &body)
        .await;
    assert_eq!(reply.status, StatusCode::NOT_FOUND);
    let undo = json!({ "by": "a", "reason": "b" });
    assert_eq!(app.write("POST", "/api/v1/log/1/undo", &[], &undo).await.json()["code"], "undo.hidden");
}

#[tokio::test]
async fn what_is_made_secret_is_gone_from_older_revisions_too() {
    let app = TestApp::new();
    let path = format!("/api/v1/layers/facility/records/{}", app.facilities[2]);
    let tag = app.ok(&path).await["etag"].as_str().unwrap().to_owned();
    let body = json!({ "set": { "secrecy": "secret" }, "by": "a", "reason": "b" });
    assert_eq!(app.write("PATCH", &path, &[("if-match", &tag)], &body).await.status, StatusCode::OK);
    assert_eq!(app.get(&path).await.status, StatusCode::NOT_FOUND);
    assert_eq!(app.get(&format!("{path}?revision=1")).await.status, StatusCode::NOT_FOUND);
    let log = app.ok("/api/v1/log/1?limit=1000").await.to_string();
    assert!(!log.contains(&app.facilities[2].to_string()));
    assert!(!app.ok("/ogc/collections/facility/items?revision=1").await.to_string().contains("设施2号"));
}

#[tokio::test]
async fn those_who_may_see_more_see_more() {
    let app = TestApp::with(&Config { show: Secrecy::Internal, ..Config::default() });
    assert_eq!(app.ok("/ogc/collections/facility/items").await["numberMatched"], 24);
    let app = TestApp::with(&Config { show: Secrecy::Secret, ..Config::default() });
    assert_eq!(app.ok("/ogc/collections/facility/items").await["numberMatched"], 25);
}

#[tokio::test]
async fn hostile_parameters_are_refused_and_nothing_fails() {
    let app = TestApp::new();
    let values = [
        "",
        "-1",
        "0",
        "99999999999999999999999999",
        "NaN",
        "inf",
        "-inf",
        "1e999",
        "%00",
        "%FF%FE",
        "../../etc/passwd",
        "%2e%2e%2f",
        "'%20OR%201=1--",
        "%F0%9F%92%A9",
        "<script>",
        "1,2,3,4",
        "a/b",
        "../..",
        "2026-02-30",
        "{}",
        "[]",
        "%",
        "0000-00-00",
        "-9999-01-01",
        "9999-12-31",
        "32767-01-01/..",
        "EPSG:0",
        "EPSG:-1",
        "~",
        "~~",
        "9223372036854775808",
    ];
    for route in routes().filter(|r| !r.path.contains("events")) {
        for value in values {
            let escaped = value.replace(['<', '>', ' ', '{', '}', '[', ']'], "%20");
            let segment = escaped.replace('/', "%2f");
            let hostile_path = ["{layer}", "{id}", "{revision}", "{z}", "{x}", "{y}"]
                .iter()
                .fold(route.path.to_owned(), |path, name| {
                    path.replace(name, if segment.is_empty() { "%20" } else { &segment })
                });
            let path =
                route.path.replace("{layer}", "facility").replace("{id}", &app.facilities[0].to_string());
            let path =
                path.replace("{revision}", "1").replace("{z}", "3").replace("{x}", "1").replace("{y}", "1");
            let mut urls = vec![hostile_path, format!("{path}?{escaped}={escaped}")];
            urls.extend(route.query.iter().map(|param| format!("{path}?{}={escaped}", param.name)));
            for url in urls {
                let Ok(uri) = url.parse::<axum::http::Uri>() else { continue };
                for method in ["GET", "POST", "PATCH", "DELETE", "HEAD", "OPTIONS"] {
                    let request = axum::http::Request::builder()
                        .method(method)
                        .uri(uri.clone())
                        .header("content-type", "application/json")
                        .header("if-match", "*")
                        .body(axum::body::Body::from("{\"by\":1}"))
                        .unwrap();
                    let reply = app.send(request).await;
                    assert!(
                        reply.status < StatusCode::INTERNAL_SERVER_ERROR,
                        "{method} {url}: {} {}",
                        reply.status,
                        reply.text()
                    );
                }
            }
        }
    }
    assert_eq!(app.ok("/api/v1/register").await["revision"], 1);
}

#[tokio::test]
async fn sizes_are_bounded() {
    let app = TestApp::new();
    // The http crate itself takes no address beyond 64 KB; a larger one is cut off at the socket.
    let long = format!("/api/v1/search?q={}", "a".repeat(60_000));
    let reply = app.get(&long).await;
    assert_eq!(
        (reply.status, reply.json()["code"].clone()),
        (StatusCode::URI_TOO_LONG, json!("url.too_long"))
    );
    let big = "x".repeat(40_000);
    let reply = app.get_with("/healthz", &[("x-big", &big)]).await;
    assert_eq!(reply.status, StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
    let body = json!({ "set": { "remarks": "x".repeat(11 * 1024 * 1024) }, "by": "a", "reason": "b" });
    let path = format!("/api/v1/layers/facility/records/{}", app.facilities[0]);
    let reply = app.write("PATCH", &path, &[("if-match", "*")], &body).await;
    assert_eq!(
        (reply.status, reply.json()["code"].clone()),
        (StatusCode::PAYLOAD_TOO_LARGE, json!("body.too_large"))
    );
    let deep =
        format!("{{\"by\":\"a\",\"reason\":\"b\",\"set\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    let request = axum::http::Request::patch(&path)
        .header("content-type", "application/json")
        .header("if-match", "*")
        .body(axum::body::Body::from(deep))
        .unwrap();
    assert_eq!(app.send(request).await.status, StatusCode::BAD_REQUEST);
    let reply = app.get(&format!("/api/v1/search?q={}", "a".repeat(200))).await;
    assert_eq!(reply.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn problems_speak_the_officials_language() {
    let app = TestApp::new();
    let reply = app.get("/api/v1/layers/nowhere/legend").await;
    assert_eq!(reply.header("content-type"), "application/problem+json");
    let problem = reply.json();
    assert_eq!((&problem["code"], &problem["status"]), (&json!("layer.unknown"), &json!(404)));
    assert_eq!(problem["detail"], problem["zh"]);
    assert!(problem["next"]["zh"].is_string() && problem["type"].is_string());
    let english =
        app.get_with("/api/v1/layers/nowhere/legend", &[("accept-language", "en-GB,zh;q=0.5")]).await.json();
    assert_eq!(english["detail"], english["en"]);
    let reply = app.get("/api/v1/nothing").await;
    assert_eq!((reply.status, reply.json()["code"].clone()), (StatusCode::NOT_FOUND, json!("path.unknown")));
    let reply = app.write("DELETE", "/api/v1/register", &[], &json!({})).await;
    assert_eq!(reply.json()["code"], "method.refused");
}

#[tokio::test]
async fn pages_and_headers_are_safe() {
    let app = TestApp::new();
    for path in ["/", "/map/somewhere", "/api/v1/register", "/nothing.js", "/ogc?f=html"] {
        let reply = app.get(path).await;
        assert_eq!(reply.header("x-content-type-options"), "nosniff", "{path}");
        assert!(reply.header("content-security-policy").contains("default-src 'self'"));
        assert!(reply.header("content-security-policy").contains("worker-src 'self' blob:"));
        assert!(!reply.header("x-request-id").is_empty());
        assert!(!reply.header("cache-control").is_empty());
        assert!(reply.headers.get("access-control-allow-origin").is_none(), "no other site reads this");
    }
    let page = app.get("/anything/at/all").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.header("content-type").starts_with("text/html") && page.text().contains("界碑"));
    for path in [
        "/../Cargo.toml",
        "/%2e%2e/Cargo.toml",
        "/assets/..%2f..%2fCargo.toml",
        "/favicon-none.ico",
        "/..%5c..%5cx.txt",
    ] {
        assert_eq!(app.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    let reply = app.get_with("/healthz", &[("x-request-id", "abc-1")]).await;
    assert_eq!(reply.header("x-request-id"), "abc-1");
    let reply = app.get_with("/healthz", &[("x-request-id", "a b\tc")]).await;
    assert_ne!(reply.header("x-request-id"), "a b\tc");
    let metrics = app.get("/metrics").await.text();
    assert!(
        metrics.contains("boundstone_http_requests_total{route=\"/healthz\",status=\"200\"}"),
        "{metrics}"
    );
    assert!(metrics.contains("boundstone_revision 1"));
}

#[tokio::test]
async fn time_and_number_of_requests_are_bounded() {
    use std::time::Duration;

    use boundstone::server::Limits;

    let limits = Limits { at_once: 0, ..Limits::default() };
    let app = TestApp::with(&Config { limits, ..Config::default() });
    let reply = app.get("/healthz").await;
    assert_eq!(
        (reply.status, reply.json()["code"].clone()),
        (StatusCode::SERVICE_UNAVAILABLE, json!("server.busy"))
    );
    let limits = Limits { time: Duration::ZERO, ..Limits::default() };
    let app = TestApp::with(&Config { limits, ..Config::default() });
    // Whoever answers before the clock is looked at is in time, even where there is none.
    let mut late = None;
    for _ in 0..100 {
        let reply = app.get("/api/v1/register").await;
        if reply.status == StatusCode::GATEWAY_TIMEOUT {
            late = Some(reply.json()["code"].clone());
            break;
        }
    }
    assert_eq!(late, Some(json!("request.too_slow")));
}
