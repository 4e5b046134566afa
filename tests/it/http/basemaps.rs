//! Maps of others: off unless a file names them; then the pages may load from their hosts and no others.

use std::sync::Arc;

use boundstone::server::Config;
use boundstone::underlays::Basemaps;

use super::app::TestApp;

const FILE: &str = r#"
[[basemap]]
title = { zh = "天地图影像", en = "Tianditu imagery" }
url = "https://t{s}.example.cn/img_w/wmts?SERVICE=WMTS&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk=KEY"
hosts = ["0", "1"]
attribution = "天地图 GS(2024)0000号"

[[basemap]]
title = { zh = "内网地图", en = "Map of the office" }
url = "http://10.1.2.3:8088/{z}/{x}/{y}.png"
attribution = "市规划局"
max_zoom = 16
"#;

/// What a directive of the policy allows.
fn allowed(policy: &str, directive: &str) -> Vec<String> {
    let mut parts = policy.split(';').map(str::trim).map(|part| part.split_whitespace());
    let found = parts
        .find_map(|mut words| (words.next() == Some(directive)).then(|| words.map(str::to_owned).collect()));
    found.unwrap_or_default()
}

#[tokio::test]
async fn pages_load_from_configured_hosts_and_no_others() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), FILE).unwrap();
    let basemaps = Arc::new(Basemaps::read(file.path()).unwrap());
    let with = TestApp::with(&Config { basemaps, ..Config::default() });
    let without = TestApp::new();
    for path in ["/", "/map", "/api/v1/register", "/nothing-here"] {
        let policy = with.get(path).await.header("content-security-policy").to_owned();
        let hosts = ["'self'", "http://10.1.2.3:8088", "https://t0.example.cn", "https://t1.example.cn"];
        assert_eq!(allowed(&policy, "connect-src"), hosts, "{path}: {policy}");
        // Tiles are loaded as images.
        assert_eq!(allowed(&policy, "img-src")[3..], hosts[1..], "{path}: {policy}");
        // Nowhere else, and no key of a map stands in a header.
        assert_eq!(policy.matches("example.cn").count(), 4, "{policy}");
        assert!(!policy.contains("KEY") && allowed(&policy, "script-src") == ["'self'"]);
        let policy = without.get(path).await.header("content-security-policy").to_owned();
        assert_eq!(allowed(&policy, "connect-src"), ["'self'"], "{path}: {policy}");
        assert!(!policy.contains("http"), "{policy}");
    }
    let listed = with.ok("/api/v1/underlays").await;
    let maps = listed["basemaps"].as_array().unwrap();
    assert_eq!((maps.len(), &maps[1]["max_zoom"]), (2, &serde_json::json!(16)));
    assert_eq!(without.ok("/api/v1/underlays").await["basemaps"], serde_json::json!([]));
    // No page or script that we send names a host of a map.
    let page = without.get("/").await.text();
    assert!(!page.contains("tianditu") && !page.contains("https://"), "{page}");
}
