//! OGC API Features and the traps of its clients.

use axum::http::StatusCode;
use serde_json::{Value as Json, json};

use super::app::{Reply, TestApp};

const ITEMS: &str = "/ogc/collections/facility/items";

fn ids(doc: &Json) -> Vec<String> {
    doc["features"].as_array().unwrap().iter().map(|f| f["id"].as_str().unwrap().to_owned()).collect()
}

fn link(doc: &Json, rel: &str) -> Option<String> {
    let found = doc["links"].as_array().unwrap().iter().find(|l| l["rel"] == rel)?;
    Some(found["href"].as_str().unwrap().to_owned())
}

fn local(href: &str) -> String {
    href.strip_prefix("http://test.local:8080").unwrap_or_else(|| panic!("{href}")).to_owned()
}

#[tokio::test]
async fn the_landing_page_links_what_clients_look_for() {
    let app = TestApp::new();
    let reply = app.get("/ogc").await;
    assert_eq!(reply.header("content-type"), "application/json", "JSON without Accept");
    let doc = reply.json();
    for rel in ["self", "alternate", "service-desc", "service-doc", "conformance", "data"] {
        let href = local(&link(&doc, rel).unwrap_or_else(|| panic!("no {rel}")));
        assert_eq!(app.get(&href).await.status, StatusCode::OK, "{rel} {href}");
    }
    let desc = doc["links"].as_array().unwrap().iter().find(|l| l["rel"] == "service-desc").unwrap();
    assert_eq!(desc["type"], "application/vnd.oai.openapi+json;version=3.0");
    assert_eq!(
        app.get("/ogc/api").await.header("content-type"),
        "application/vnd.oai.openapi+json;version=3.0"
    );
    let page = app.get_with("/ogc", &[("accept", "text/html,application/xhtml+xml,*/*;q=0.8")]).await;
    assert!(page.header("content-type").starts_with("text/html"));
    let json = app.get_with("/ogc", &[("accept", "application/json, text/html;q=0.5")]).await;
    assert_eq!(json.header("content-type"), "application/json");
    let both = app.get_with("/ogc?f=json", &[("accept", "text/html")]).await;
    assert_eq!(both.header("content-type"), "application/json", "f before Accept");
    let classes = app.ok("/ogc/conformance").await;
    assert!(
        classes["conformsTo"]
            .as_array()
            .unwrap()
            .contains(&json!("http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs"))
    );
}

#[tokio::test]
async fn every_layer_is_a_collection_with_extent_and_systems() {
    let app = TestApp::new();
    let doc = app.ok("/ogc/collections").await;
    let names: Vec<_> = doc["collections"].as_array().unwrap().iter().map(|c| c["id"].clone()).collect();
    assert!(names.contains(&json!("name")) && names.contains(&json!("division")), "{names:?}");
    let one = app.ok("/ogc/collections/division").await;
    assert_eq!(one["storageCrs"], "http://www.opengis.net/def/crs/EPSG/0/4490");
    assert!(one["crs"].as_array().unwrap().contains(&one["storageCrs"]));
    assert_eq!(one["extent"]["spatial"]["bbox"][0], json!([102.6, 25.0, 102.8, 25.1]));
    for name in ["division", "name", "household_count"] {
        let doc = app.ok(&format!("/ogc/collections/{name}/items")).await;
        assert_eq!(doc["type"], "FeatureCollection");
    }
    let named = app.ok("/ogc/collections/name/items").await;
    assert_eq!((&named["numberMatched"], &named["features"][0]["geometry"]), (&json!(1), &json!(null)));
    assert_eq!(app.get("/ogc/collections/nowhere").await.status, StatusCode::NOT_FOUND);
    assert_eq!(app.get("/ogc/collections.json/facility").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn pages_follow_one_another_and_keep_their_parameters() {
    let app = TestApp::new();
    let all = ids(&app.ok(ITEMS).await);
    assert_eq!(all.len(), 23);
    let mut path = format!(
        "{ITEMS}?limit=10&crs=http%3A%2F%2Fwww.opengis.net%2Fdef%2Fcrs%2FEPSG%2F0%2F4490&kind=clinic"
    );
    let (mut seen, mut pages) = (Vec::new(), 0);
    loop {
        let doc = app.ok(&path).await;
        assert_eq!(doc["numberMatched"], 12);
        assert_eq!(doc["numberReturned"], doc["features"].as_array().unwrap().len());
        assert!(doc["timeStamp"].as_str().unwrap().ends_with('Z'));
        assert!(doc["features"].as_array().unwrap().iter().all(|f| f["properties"]["kind"] == "clinic"));
        // latitude first in EPSG:4490
        assert!(doc["features"][0]["geometry"]["coordinates"][0].as_f64().unwrap() < 30.0);
        seen.extend(ids(&doc));
        pages += 1;
        match link(&doc, "next") {
            Some(next) => path = local(&next),
            None => break,
        }
    }
    assert_eq!((pages, seen.len()), (2, 12));
    let mut sorted = seen.clone();
    sorted.sort();
    sorted.dedup();
    assert_eq!(sorted, seen, "in order of id and none twice");
    // QGIS and GDAL also page by offset.
    let first = ids(&app.ok(&format!("{ITEMS}?limit=10&offset=0")).await);
    let second = app.ok(&format!("{ITEMS}?limit=10&offset=10")).await;
    let third = app.ok(&format!("{ITEMS}?limit=10&offset=20")).await;
    assert_eq!([first, ids(&second), ids(&third)].concat(), all);
    assert_eq!(ids(&app.ok(&local(&link(&third, "prev").unwrap())).await), ids(&second));
    assert!(link(&third, "next").is_none());
    assert_eq!(ids(&app.ok(&format!("{ITEMS}?offset=999999")).await).len(), 0);
    // A limit beyond the most is cut to it, as the standard asks.
    assert_eq!(ids(&app.ok(&format!("{ITEMS}?limit=99999999999999999999999999")).await).len(), 23);
    // Paging works in pages for people too.
    let page = app.get(&format!("{ITEMS}?limit=10&f=html")).await.text();
    let next =
        page.split("rel=\"next\" href=\"").nth(1).unwrap().split('"').next().unwrap().replace("&amp;", "&");
    let page = app.get(&next).await;
    assert!(
        page.header("content-type").starts_with("text/html") && page.text().contains("设施10号"),
        "{next}"
    );
    let headers = app.get(&format!("{ITEMS}?limit=10")).await;
    assert!(headers.header("link").contains("rel=\"next\""));
}

#[tokio::test]
async fn windows_are_taken_in_every_system_and_across_the_antimeridian() {
    let app = TestApp::new();
    let count =
        async |query: &str| app.ok(&format!("{ITEMS}?{query}")).await["numberMatched"].as_u64().unwrap();
    let wanted = count("bbox=102.6,25.0,102.65,25.05").await;
    assert!(wanted > 5 && wanted < 23, "{wanted}");
    assert_eq!(count("bbox=102.6,25.0,-5,102.65,25.05,9000").await, wanted);
    let system = |code: u32| format!("http://www.opengis.net/def/crs/EPSG/0/{code}");
    for (code, bbox) in [
        (4326, "25.0,102.6,25.05,102.65"),
        (4490, "25.0,102.6,25.05,102.65"),
        (3857, "11421379.56,2875744.62,11426945.6,2881892.85"),
    ] {
        assert_eq!(count(&format!("bbox={bbox}&bbox-crs={}", system(code))).await, wanted, "{code}");
    }
    // The same numbers without the system are another place.
    assert_eq!(count("bbox=25.0,102.6,25.05,102.65").await, 0);
    assert_eq!(count("bbox=170,20,103,30").await, 23);
    assert_eq!(count("bbox=103,20,-170,30").await, 0);
    assert_eq!(app.ok("/ogc/collections/name/items?bbox=102,24,104,26").await["numberMatched"], 0);
    for bad in [
        "1,2,3",
        "1,2,3,4,5",
        "a,b,c,d",
        "NaN,0,1,1",
        "inf,0,1,1",
        "0,10,1,5",
        "",
        "1,2,3,4,5,6,7",
        "1e400,0,1,1",
    ] {
        let reply = app.get(&format!("{ITEMS}?bbox={bad}")).await;
        let fine = if bad.is_empty() { StatusCode::OK } else { StatusCode::BAD_REQUEST };
        assert_eq!(reply.status, fine, "{bad}");
    }
    assert_eq!(
        app.get(&format!("{ITEMS}?bbox=1,2,3,4&bbox-crs=EPSG:2154")).await.status,
        StatusCode::BAD_REQUEST
    );
}

#[tokio::test]
async fn coordinates_are_sent_in_the_order_of_the_authority() {
    let app = TestApp::new();
    let at = async |crs: &str| {
        let reply = app.get(&format!("{ITEMS}/{}{crs}", app.facilities[0])).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
        let doc = reply.json();
        let c = doc["geometry"]["coordinates"].clone();
        ((c[0].as_f64().unwrap(), c[1].as_f64().unwrap()), reply.header("content-crs").to_owned())
    };
    let near = |a: (f64, f64), b: (f64, f64), by: f64| {
        assert!((a.0 - b.0).abs() < by && (a.1 - b.1).abs() < by, "{a:?} {b:?}")
    };
    let (c, header) = at("").await;
    near(c, (102.605, 25.01), 1e-12);
    assert_eq!(header, "<http://www.opengis.net/def/crs/OGC/1.3/CRS84>");
    let uri = |code: u32| format!("?crs=http://www.opengis.net/def/crs/EPSG/0/{code}");
    let (c, header) = at(&uri(4326)).await;
    near(c, (25.01, 102.605), 1e-12);
    assert_eq!(header, "<http://www.opengis.net/def/crs/EPSG/0/4326>");
    near(at(&uri(4490)).await.0, (25.01, 102.605), 1e-12);
    near(at(&uri(3857)).await.0, (11_421_936.5, 2_876_973.7), 2.0);
    // 3° zone 34, central meridian 102: northing before easting.
    near(at(&uri(4543)).await.0, (2_767_405.4, 561_070.4), 200.0);
    assert_eq!(app.get(&format!("{ITEMS}?crs=EPSG:2154")).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn days_and_intervals_are_those_of_the_law() {
    let app = TestApp::new();
    let count =
        async |query: &str| app.ok(&format!("{ITEMS}?{query}")).await["numberMatched"].as_u64().unwrap();
    for (query, wanted) in [
        ("", 23),
        ("datetime=2026-11-21", 23),
        ("datetime=2027-01-01", 24),
        ("datetime=2025-12-31", 24),
        ("datetime=2026-12-31T16:00:00Z", 24), // midnight of the new year in China
        ("datetime=2026-12-31T15:59:59Z", 23),
        ("datetime=../..", 25),
        ("datetime=2026-01-01/2026-12-31", 23),
        ("datetime=2025-12-31/2027-01-01", 25),
        ("datetime=2027-01-01/..", 24),
        ("datetime=/2025-12-31", 24),
        ("as_of=2027-06-01", 24),
    ] {
        assert_eq!(count(query).await, wanted, "{query}");
    }
    for bad in ["2026-13-01", "yesterday", "2027-01-01/2026-01-01", "2026-01-01/2026-01-02/x"] {
        assert_eq!(
            app.get(&format!("{ITEMS}?datetime={bad}")).await.status,
            StatusCode::BAD_REQUEST,
            "{bad}"
        );
    }
}

#[tokio::test]
async fn properties_filter_and_unknown_parameters_are_refused() {
    let app = TestApp::new();
    let doc = app.ok(&format!("{ITEMS}?code=F007")).await;
    assert_eq!(
        (&doc["numberMatched"], &doc["features"][0]["properties"]["name"]),
        (&json!(1), &json!("设施7号"))
    );
    assert_eq!(app.ok(&format!("{ITEMS}?capacity=30&kind=clinic&limit=1")).await["numberMatched"], 12);
    assert_eq!(app.ok(&format!("{ITEMS}?name=%E8%AE%BE%E6%96%BD3%E5%8F%B7")).await["numberMatched"], 1);
    for bad in [
        "foo=1",
        "capacity=many",
        "limit=0",
        "limit=-1",
        "limit=x",
        "limit=1.5",
        "offset=-1",
        "cursor=zz",
        "cursor=~..",
        "f=xml",
        "kind=",
        "limit=1&limit=2",
    ] {
        let reply = app.get(&format!("{ITEMS}?{bad}")).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{bad}");
        assert_eq!(reply.header("content-type"), "application/problem+json");
    }
    for path in ["/ogc", "/ogc/conformance", "/ogc/collections", "/ogc/collections/facility", "/ogc/api"] {
        assert_eq!(app.get(&format!("{path}?foo=1")).await.status, StatusCode::BAD_REQUEST, "{path}");
    }
}

#[tokio::test]
async fn one_feature_has_a_strong_tag() {
    let app = TestApp::new();
    let path = format!("{ITEMS}/{}", app.facilities[3]);
    let reply = app.get(&path).await;
    assert_eq!(reply.header("content-type"), "application/geo+json");
    assert!(reply.header("cache-control").contains("private"));
    let tag = reply.header("etag").to_owned();
    assert!(tag.starts_with('"'), "{tag}");
    let again = app.get_with(&path, &[("if-none-match", &tag)]).await;
    assert_eq!(again.status, StatusCode::NOT_MODIFIED);
    let other = app.get(&format!("{path}?crs=EPSG:3857")).await;
    assert_ne!(other.header("etag"), tag);
    for bad in ["nonsense", "01ARZ3NDEKTSV4RRFFQ69G5FAV", "..%2f..%2fetc%2fpasswd"] {
        let reply: Reply = app.get(&format!("{ITEMS}/{bad}")).await;
        assert_eq!(reply.status, StatusCode::NOT_FOUND, "{bad}");
        assert_eq!(reply.json()["code"], "record.unknown");
    }
}

#[tokio::test]
async fn a_schema_names_titles_units_and_codes() {
    let app = TestApp::new();
    let reply = app.get("/ogc/collections/division/schema").await;
    assert_eq!(reply.header("content-type"), "application/schema+json");
    let doc = reply.json();
    assert_eq!(doc["properties"]["area_km2"]["x-ogc-unit"], "km²");
    assert_eq!(doc["properties"]["level"]["oneOf"][0]["const"], "province");
    assert!(doc["properties"]["level"]["x-title"]["en"].is_string());
    assert_eq!(doc["required"], json!(["name", "level"]));
    assert_eq!(doc["properties"]["geometry"]["format"], "geometry-multipolygon");
    let english = app.get_with("/ogc/collections/division/schema", &[("accept-language", "en")]).await.json();
    assert_eq!(english["title"], "Divisions");
    let queryables = app.ok("/ogc/collections/division/queryables").await;
    assert!(queryables["properties"]["level"].is_object());
    assert_eq!(queryables["properties"]["former_names"]["type"], "array");
    assert_eq!(queryables["additionalProperties"], false);
    for layer in boundstone::model::Layer::ALL {
        assert!(
            app.get(&format!("/ogc/collections/{layer}/schema?f=html")).await.text().contains("</table>")
        );
        assert_eq!(app.get(&format!("/ogc/collections/{layer}?f=html")).await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn a_large_page_is_sent_piece_by_piece_and_whole() {
    let app = TestApp::new();
    let path = app.ok("/ogc/collections/road/items").await["features"][0]["id"].as_str().unwrap().to_owned();
    let line: Vec<[f64; 2]> = (0..40_000).map(|n| [102.6 + f64::from(n) * 1e-6, 25.0]).collect();
    let body = json!({ "geometry": { "type": "LineString", "coordinates": line }, "by": "a", "reason": "b" });
    let record = format!("/api/v1/layers/road/records/{path}");
    let reply = app.write("PATCH", &record, &[("if-match", &app.tag(&record).await)], &body).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    let reply = app.get("/ogc/collections/road/items").await;
    assert!(reply.body.len() > 512 * 1024 && reply.headers.get("content-length").is_none());
    let sent = reply.json();
    assert_eq!(sent["features"][0]["geometry"]["coordinates"][0].as_array().unwrap().len(), 40_000);
    // The browser's form of the same, compressed on the way.
    let zipped = app.get_with("/ogc/collections/road/items", &[("accept-encoding", "gzip")]).await;
    assert_eq!(zipped.header("content-encoding"), "gzip");
    assert!(zipped.body.len() < reply.body.len() / 3);
}
