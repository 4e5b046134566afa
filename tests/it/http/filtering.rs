//! CQL2 filters and orders: what they let through, what they refuse, and pages that stay exact.

use axum::http::StatusCode;
use boundstone::filter::{Form, canonical};
use serde_json::{Value as Json, json};

use super::app::TestApp;
use crate::shared::shared;

const ITEMS: &str = "/ogc/collections/facility/items";

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

async fn count(app: &TestApp, filter: &str, more: &str) -> u64 {
    let doc = app.ok(&format!("{ITEMS}?filter={}{more}", encoded(filter))).await;
    assert_eq!(doc["numberReturned"], doc["numberMatched"], "{filter}");
    doc["numberMatched"].as_u64().unwrap()
}

/// Numbers as numbers, whether a `.0` was written or not.
fn same(a: &Json, b: &Json) -> bool {
    match (a, b) {
        (Json::Number(a), Json::Number(b)) => a.as_f64() == b.as_f64(),
        (Json::Array(a), Json::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Json::Object(a), Json::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(k, v)| b.get(k).is_some_and(|w| same(v, w)))
        }
        (a, b) => a == b,
    }
}

#[test]
fn the_examples_of_the_standard_are_read_alike_from_text_and_json() {
    let Some(path) = shared("suites/cql2/cql2-examples.jsonl") else { return };
    let text = std::fs::read_to_string(path).unwrap();
    let mut read = 0;
    for line in text.lines() {
        let example: Json = serde_json::from_str(line).unwrap();
        let from_text = canonical(example["text"].as_str().unwrap(), Form::Text);
        let from_json = canonical(&example["json"].to_string(), Form::Json);
        let (from_text, from_json) = (from_text.unwrap(), from_json.unwrap());
        assert!(same(&from_text, &from_json), "{}: {from_text} {from_json}", example["name"]);
        assert!(same(&from_json, &example["json"]), "{}: {from_json}", example["name"]);
        read += 1;
    }
    assert_eq!(read, 40);
}

#[tokio::test]
async fn filters_let_through_what_they_say() {
    let app = TestApp::new();
    let square = "102.6 25.0,102.65 25.0,102.65 25.05,102.6 25.05,102.6 25.0";
    let near = format!("S_INTERSECTS(geometry, POLYGON(({square})))");
    for (filter, wanted) in [
        ("code = 'F007'", 1),
        ("code <> 'F007'", 22),
        ("code > 'F010' AND code <= 'F015'", 5),
        ("kind = 'clinic'", 12),
        ("NOT kind = 'clinic'", 11),
        ("kind = 'clinic' OR code = 'F001' OR code = 'F003'", 14),
        ("name LIKE '设施1%'", 11),
        ("name LIKE '设施_号'", 10),
        ("name NOT LIKE '设施_号'", 13),
        ("name LIKE '%1%' AND name LIKE '%2号'", 1),
        ("code IN ('F001','F002','SECRET-1')", 2),
        ("code NOT IN ('F001','F002')", 21),
        ("capacity IN (30)", 23),
        ("capacity BETWEEN 10 AND 30", 23),
        ("capacity NOT BETWEEN 10 AND 30", 0),
        ("capacity * 2 + 1 = 61", 23),
        ("capacity / 4 = 7.5 AND div(capacity, 4) = 7 AND capacity % 7 = 2 AND capacity ^ 2 = 900", 23),
        ("capacity / 0 = 1 OR capacity / 0 <> 1", 0),
        ("-capacity < -29.5", 23),
        ("beds IS NULL", 23),
        ("beds IS NOT NULL", 0),
        // Nothing is known of what is absent: neither that it is more than 3 nor that it is not.
        ("beds > 3", 0),
        ("NOT (beds > 3)", 0),
        ("beds > 3 OR code = 'F007'", 1),
        ("geometry IS NOT NULL", 23),
        ("CASEI(code) = CASEI('f007')", 1),
        ("CASEI(code) LIKE CASEI('f00%')", 10),
        ("ACCENTI(CASEI(code)) IN (ACCENTI(CASEI('F007')), 'x')", 1),
        ("capacity = capacity", 23),
        ("code = name", 0),
        ("TRUE", 23),
        ("FALSE", 0),
        (&near, 13),
        ("S_INTERSECTS(geometry, BBOX(102.6,25.0,102.65,25.05))", 13),
        ("S_INTERSECTS(BBOX(102.6,25.0,102.65,25.05), geometry)", 13),
        ("S_WITHIN(geometry, BBOX(102.6,25.0,102.65,25.05))", 13),
        ("S_DISJOINT(geometry, BBOX(102.6,25.0,102.65,25.05))", 10),
        ("NOT S_INTERSECTS(geometry, BBOX(102.6,25.0,102.65,25.05))", 10),
        ("S_EQUALS(geometry, POINT(102.605 25.01))", 1),
        ("S_INTERSECTS(geometry, MULTIPOINT((102.605 25.01),(102.6085 25.013)))", 2),
        ("S_INTERSECTS(geometry, GEOMETRYCOLLECTION(POINT(102.605 25.01),LINESTRING(0 0,1 1)))", 1),
        ("S_TOUCHES(geometry, BBOX(102.605,25.0,102.65,25.01))", 1),
        (&format!("{near} OR code = 'F020'"), 14),
        (&format!("{near} AND kind = 'clinic'"), 7),
        (&format!("{near} AND S_INTERSECTS(geometry, BBOX(102.64,25,103,26))"), 3),
        ("T_EQUALS(DATE('2020-01-01'), TIMESTAMP('2019-12-31T16:00:00Z'))", 23),
        ("T_DURING(INTERVAL('1969-07-20','1969-07-21'), INTERVAL('1969-07-16','1969-07-24'))", 23),
        ("secrecy = 'secret' OR secrecy = 'internal'", 0),
        ("name LIKE '绝密%'", 0),
    ] {
        assert_eq!(count(&app, filter, "").await, wanted, "{filter}");
        // The same through JSON.
        let json = canonical(filter, Form::Text).unwrap().to_string();
        assert_eq!(count(&app, &json, "&filter-lang=cql2-json").await, wanted, "{json}");
    }
    assert_eq!(count(&app, &format!("id = '{}'", app.facilities[3]), "").await, 1);
    assert_eq!(count(&app, &format!("id = '{}'", app.secret), "").await, 0);
    // Filter, window and property together.
    assert_eq!(count(&app, "code < 'F009'", "&bbox=102.6,25.0,102.65,25.05&kind=clinic").await, 5);
    let system = "&filter-crs=http://www.opengis.net/def/crs/EPSG/0/4490";
    assert_eq!(count(&app, "S_INTERSECTS(geometry, BBOX(25.0,102.6,25.05,102.65))", system).await, 13);
    let metres = "S_INTERSECTS(geometry,BBOX(11421379.56,2875744.62,11426945.6,2881892.85))";
    assert_eq!(count(&app, metres, "&filter-crs=http://www.opengis.net/def/crs/EPSG/0/3857").await, 13);
}

#[tokio::test]
async fn lawful_intervals_are_compared_day_by_day() {
    let app = TestApp::new();
    let always = "&datetime=../..";
    let lawful = "INTERVAL(valid_from, valid_to)";
    for (filter, wanted) in [
        (format!("T_INTERSECTS({lawful}, INTERVAL('2026-01-01','2026-12-31'))"), 23),
        (format!("T_INTERSECTS({lawful}, INTERVAL('2025-12-31','..'))"), 25),
        (format!("T_BEFORE({lawful}, DATE('2026-01-01'))"), 1),
        (format!("T_AFTER({lawful}, DATE('2026-12-31'))"), 1),
        (format!("T_AFTER({lawful}, DATE('2027-01-01'))"), 0),
        (format!("T_CONTAINS({lawful}, DATE('2026-06-01'))"), 23),
        (format!("T_FINISHES(INTERVAL('2025-01-01','2025-12-31'), {lawful})"), 1),
        ("valid_from = DATE('2027-01-01')".into(), 1),
        ("valid_from >= TIMESTAMP('2026-12-31T16:00:00Z')".into(), 1),
        ("valid_from >= TIMESTAMP('2027-01-01T16:00:00Z')".into(), 0),
        ("T_EQUALS(valid_to, DATE('2026-01-01'))".into(), 1),
        ("valid_from IS NULL".into(), 24),
    ] {
        assert_eq!(count(&app, &filter, always).await, wanted, "{filter}");
    }
}

#[tokio::test]
async fn lists_are_compared_as_sets() {
    let app = TestApp::new();
    let path = format!("/api/v1/layers/division/records/{}", app.wuhua);
    let body = json!({ "set": { "former_names": ["昆明县", "五华坊"] }, "by": "a", "reason": "b" });
    let reply = app.write("PATCH", &path, &[("if-match", &app.tag(&path).await)], &body).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    for (filter, wanted) in [
        ("A_CONTAINS(former_names, ('昆明县'))", 1),
        ("A_CONTAINS(former_names, ('昆明县','别处'))", 0),
        ("A_EQUALS(former_names, ('五华坊','昆明县'))", 1),
        ("A_CONTAINEDBY(former_names, ('五华坊','昆明县','别处'))", 1),
        ("A_OVERLAPS(former_names, ('别处','昆明县'))", 1),
        ("A_OVERLAPS(former_names, ('别处','他处'))", 0),
        ("former_names IS NULL", 2),
    ] {
        let doc = app.ok(&format!("/ogc/collections/division/items?filter={}", encoded(filter))).await;
        assert_eq!(doc["numberMatched"], wanted, "{filter}");
    }
    let by_name = format!("/ogc/collections/division/items?former_names={}", encoded("五华坊"));
    assert_eq!(app.ok(&by_name).await["numberMatched"], 1);
}

#[tokio::test]
async fn what_cannot_be_meant_is_refused_by_name() {
    let app = TestApp::new();
    let refused = async |filter: &str, more: &str| {
        let reply = app.get(&format!("{ITEMS}?filter={}{more}", encoded(filter))).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{filter}: {}", reply.text());
        reply.json()
    };
    let problem = refused("nonsense = 1", "").await;
    assert_eq!(problem["property"], "nonsense");
    assert!(problem["queryables"].as_array().unwrap().contains(&json!("capacity")), "{problem}");
    for filter in [
        "capacity = 'many'",
        "capacity LIKE '3%'",
        "name > 3",
        "valid_from > '2026-01-01'",
        "valid_from > DATE('yesterday')",
        "T_AFTER(name, DATE('2026-01-01'))",
        "T_AFTER(valid_from, '2026-01-01')",
        "S_INTERSECTS(name, POINT(1 2))",
        "S_INTERSECTS(geometry, POINT(1000 2))",
        "S_INTERSECTS(geometry, 'here')",
        "S_WITHIN(geometry, Buffer(geometry, 10, 'm'))",
        "A_CONTAINS(name, ('a'))",
        "A_CONTAINS(served_communities, (1, 2))",
        "capacity + name = 3",
        "capacity IN (1, 'a')",
        "capacity",
        "capacity + 1",
        "name = NULL",
        "avg(capacity) > 3",
        "capacity BETWEEN 1 AND 'z'",
        "name LIKE code",
        "CASEI(capacity) = 'a'",
        "code = 'a' AND",
        "code = 'a' code = 'b'",
        "(((((((((((code = 'a')))))))))))",
        "'",
    ] {
        refused(filter, "").await;
    }
    refused("{\"op\":\"=\"}", "&filter-lang=cql2-json").await;
    refused("code = 'a'", "&filter-lang=cql2-json").await;
    refused("code = 'a'", "&filter-lang=cql").await;
    refused("code = 'a'", "&filter-crs=EPSG:2154").await;
    for bad in ["nonsense", "served_communities", "name,name", "code,name,kind,capacity,beds", "geometry"] {
        let reply = app.get(&format!("{ITEMS}?sortby={bad}")).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{bad}");
    }
    // A table without geometry has none to ask about.
    let none = encoded("S_INTERSECTS(geometry, POINT(1 2))");
    assert_eq!(
        app.get(&format!("/ogc/collections/name/items?filter={none}")).await.status,
        StatusCode::BAD_REQUEST
    );
}

async fn walk(app: &TestApp, path: &str, between: impl AsyncFn(usize)) -> Vec<String> {
    let (mut path, mut seen, mut pages) = (path.to_owned(), Vec::new(), 0);
    loop {
        let doc = app.ok(&path).await;
        for feature in doc["features"].as_array().unwrap() {
            seen.push(feature["properties"]["code"].as_str().unwrap_or("-").to_owned());
        }
        let next = doc["links"].as_array().unwrap().iter().find(|link| link["rel"] == "next");
        let Some(next) = next else { return seen };
        path = next["href"].as_str().unwrap().replace("http://test.local:8080", "");
        between(pages).await;
        pages += 1;
    }
}

#[tokio::test]
async fn pages_in_order_are_exact_also_when_features_come_in_between() {
    let app = TestApp::new();
    let quiet = async |_: usize| ();
    let falling = walk(&app, &format!("{ITEMS}?sortby=-code&limit=4"), quiet).await;
    let wanted: Vec<String> = (0..23).rev().map(|n| format!("F{n:03}")).collect();
    assert_eq!(falling, wanted);
    // Kinds rise, names fall within; a plus may be plain, encoded or absent.
    let by_kind = walk(&app, &format!("{ITEMS}?sortby=%2Bkind,-code&limit=5"), quiet).await;
    assert_eq!(by_kind, walk(&app, &format!("{ITEMS}?sortby=+kind,-code&limit=23"), quiet).await);
    assert_eq!((by_kind[0].as_str(), by_kind[12].as_str()), ("F022", "F021"));
    let filter = encoded("S_INTERSECTS(geometry, BBOX(102.6,25.0,102.65,25.05)) AND kind = 'clinic'");
    let near = walk(&app, &format!("{ITEMS}?filter={filter}&sortby=-code&limit=2"), quiet).await;
    assert_eq!(near, ["F012", "F010", "F008", "F006", "F004", "F002", "F000"]);
    let by_id = walk(&app, &format!("{ITEMS}?filter={filter}&limit=3"), quiet).await;
    assert_eq!(by_id, ["F000", "F002", "F004", "F006", "F008", "F010", "F012"]);
    // One that sorts before the mark and the marked one itself change: the rest is neither lost nor twice.
    let id = app.facilities[19];
    let stirred = walk(&app, &format!("{ITEMS}?sortby=-code&limit=4"), async |page| {
        if page == 0 {
            let body = json!({ "set": { "code": "F000a" }, "by": "a", "reason": "b" });
            let path = format!("/api/v1/layers/facility/records/{id}");
            let reply = app.write("PATCH", &path, &[("if-match", &app.tag(&path).await)], &body).await;
            assert_eq!(reply.status, StatusCode::OK);
        }
    })
    .await;
    let mut wanted = wanted;
    wanted.insert(22, "F000a".into());
    assert_eq!(stirred, wanted);
    // Absent values come last either way.
    let body = json!({ "set": { "beds": 5 }, "by": "a", "reason": "b" });
    let path = format!("/api/v1/layers/facility/records/{}", app.facilities[9]);
    assert_eq!(
        app.write("PATCH", &path, &[("if-match", &app.tag(&path).await)], &body).await.status,
        StatusCode::OK
    );
    for order in ["beds", "-beds"] {
        assert_eq!(walk(&app, &format!("{ITEMS}?sortby={order}&limit=10"), quiet).await[0], "F009");
    }
    for cursor in ["~", "~x~y", "~01ARZ3NDEKTSV4RRFFQ69G5FAV", "~01ARZ3NDEKTSV4RRFFQ69G5FAV~zz"] {
        let reply = app.get(&format!("{ITEMS}?sortby=code&cursor={cursor}")).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{cursor}");
    }
}

#[tokio::test]
async fn queryables_and_sortables_say_what_can_be_asked() {
    let app = TestApp::new();
    let doc = app.ok("/ogc/collections/facility/queryables").await;
    for (name, facts) in doc["properties"].as_object().unwrap() {
        let filter = encoded(&format!("{name} IS NULL"));
        assert_eq!(app.get(&format!("{ITEMS}?filter={filter}")).await.status, StatusCode::OK, "{name}");
        assert!(facts["title"].is_string(), "{name}");
    }
    assert!(doc["properties"]["kind"]["oneOf"].is_array() || doc["properties"]["kind"]["anyOf"].is_array());
    let doc = app.ok("/ogc/collections/facility/sortables").await;
    for name in doc["properties"].as_object().unwrap().keys() {
        assert_eq!(app.get(&format!("{ITEMS}?sortby=-{name}")).await.status, StatusCode::OK, "{name}");
    }
    let doc = app.ok("/ogc/collections/facility").await;
    for link in doc["links"].as_array().unwrap() {
        let href = link["href"].as_str().unwrap().replace("http://test.local:8080", "");
        assert_eq!(app.get(&href).await.status, StatusCode::OK, "{href}");
    }
}
