//! The inspection desk over HTTP: a round made, both sides' records, the marker's condition, closing, the workbook.

use axum::http::StatusCode;
use boundstone::model::{Change, IdSource, Layer, SetKind, geometry, record_from_json};
use geo_types::{Geometry, line_string, point};
use serde_json::{Value as Json, json};

use super::app::{TestApp, header_of};

const LINE: &str = "53010001020103";
const FIRST: &str = "53010001020103001Q";
const SECOND: &str = "53010001020103002Q";

/// A line in two stretches with a marker between them, and one more at its end.
fn put_line(app: &TestApp) {
    let mut ids = IdSource::new(1_791_000_000_000, 3);
    let mut record = |layer: Layer, fields: Json, shape: Geometry| {
        let mut record = record_from_json(layer, ids.next_id(), fields.as_object().unwrap()).unwrap();
        record.geometry = Some(geometry::settle(shape, layer.def().geometry).unwrap().into());
        record
    };
    let stretch = |number: &str, from: &str, to: &str, lead: &str| json!({ "number": number, "from_marker": from, "to_marker": to, "lead_side": lead, "feature": "road" });
    let line = record(
        Layer::BoundaryLine,
        json!({
            "code": LINE, "name": "五盘线", "level": "county", "party_a": "五华区", "party_b": "盘龙区",
            "agreement_date": "2021-06-01",
            "segments": [stretch("1", "起点", "53010001020103001", "a"), stretch("2", "53010001020103001", "止点", "b")],
        }),
        line_string![(x: 102.7, y: 25.0), (x: 102.7, y: 25.06), (x: 102.7, y: 25.1)].into(),
    );
    let marker = |number: &str, condition: &str| {
        json!({
            "code": number, "number": number, "line_codes": [LINE], "responsible_side": "a", "condition": condition,
            "references": [{ "object": "独立树根部", "azimuth_deg": 45.0, "distance_m": 30.0 }],
        })
    };
    let first = record(Layer::BoundaryMarker, marker(FIRST, "intact"), point! { x: 102.7, y: 25.04 }.into());
    let second = record(Layer::BoundaryMarker, marker(SECOND, "faded"), point! { x: 102.7, y: 25.1 }.into());
    let changes: Vec<Change> = [line, first, second].into_iter().map(Change::insert).collect();
    let header = header_of(SetKind::Import, "界线");
    app.register.commit(header, |_| Ok::<_, std::convert::Infallible>(changes.clone())).unwrap();
}

async fn post(app: &TestApp, path: &str, mut body: Json) -> (StatusCode, Json) {
    for (name, value) in [("by", "张三"), ("reason", "联检")] {
        body[name] = json!(value);
    }
    let reply = app.write("POST", path, &[], &body).await;
    (reply.status, reply.json())
}

async fn done(app: &TestApp, path: &str, body: Json) -> Json {
    let (status, answer) = post(app, path, body).await;
    assert_eq!(status, StatusCode::OK, "{path}: {answer}");
    answer
}

/// A round over the line; its address.
async fn round(app: &TestApp) -> String {
    let set = json!({ "code": "LJ2026-01", "name": "五盘线第五轮联检", "line_codes": [LINE], "cause": "five_year" });
    let made = done(app, "/api/v1/inspections", json!({ "set": set })).await;
    format!("/api/v1/inspections/{}", made["id"].as_str().unwrap())
}

fn about(subject: &str, key: &str, side: &str, set: Json) -> Json {
    json!({ "subject": subject, "line": LINE, "key": key, "side": side, "set": set })
}

fn task<'a>(round: &'a Json, key: &str) -> &'a Json {
    round["tasks"].as_array().unwrap().iter().find(|task| task["key"] == key).unwrap()
}

#[tokio::test]
async fn a_round_is_proposed_made_and_listed() {
    let app = TestApp::new();
    put_line(&app);
    let proposal = app.ok(&format!("/api/v1/inspections/proposal?lines={LINE}")).await;
    assert_eq!(proposal["tasks"].as_array().unwrap().len(), 4);
    assert_eq!((&proposal["round_no"], &proposal["notes"]), (&json!(1), &json!([])));
    let code = proposal["code"].as_str().unwrap();
    assert!(code.starts_with("LJ") && code.ends_with("-01"), "{code}");
    for (set, field) in [
        (json!({ "name": "无编号", "line_codes": [LINE] }), "code"),
        (json!({ "code": "X", "name": "无界线", "line_codes": [] }), "line_codes"),
        (json!({ "code": "X", "name": "不知何线", "line_codes": ["530"] }), "line_codes"),
    ] {
        let (status, problem) = post(&app, "/api/v1/inspections", json!({ "set": set })).await;
        assert_eq!(
            (status, &problem["field"]),
            (StatusCode::UNPROCESSABLE_ENTITY, &json!(field)),
            "{problem}"
        );
    }
    let path = round(&app).await;
    let board = app.ok("/api/v1/inspections").await;
    assert_eq!(board["rounds"][0]["stage"], "plan");
    assert_eq!(board["due"][0]["round"], "LJ2026-01");
    let made = app.ok(&path).await;
    let segment = task(&made, "1");
    assert_eq!(segment["course"].as_array().unwrap().first().unwrap(), &json!([102.7, 25.0]));
    assert_eq!(segment["course"].as_array().unwrap().last().unwrap(), &json!([102.7, 25.04]));
    assert_eq!(task(&made, FIRST)["references"][0]["object"], "独立树根部");
    let again = app.ok(&format!("/api/v1/inspections/proposal?lines={LINE}")).await;
    assert!(again["notes"][0]["zh"].as_str().unwrap().contains("LJ2026-01"), "{again}");
}

#[tokio::test]
async fn each_side_records_and_the_marker_changes_with_it() {
    let app = TestApp::new();
    put_line(&app);
    let path = round(&app).await;
    let records = format!("{path}/records");
    let mut tilted =
        about("marker", FIRST, "a", json!({ "condition": "tilted", "found": true, "device": "rtk" }));
    tilted["at"] = json!([102.700_02, 25.04]);
    let saved = done(&app, &records, tilted.clone()).await;
    assert_eq!(saved["condition"], "tilted");
    assert_eq!(saved["checks"][0]["rule"], "B14", "two metres are more than one: {saved}");
    // Record, marker and the stage of the round are one change set.
    let set = app.ok(&format!("/api/v1/log/{}", saved["revision"])).await;
    let layers: Vec<&str> =
        set["changes"].as_array().unwrap().iter().map(|change| change["layer"].as_str().unwrap()).collect();
    assert_eq!(layers, ["inspection_record", "boundary_marker", "inspection_round"], "{set}");
    let (status, problem) = post(&app, &records, tilted.clone()).await;
    assert_eq!(
        (status, &problem["code"]),
        (StatusCode::CONFLICT, &json!("inspection.recorded")),
        "{problem}"
    );
    tilted["etag"] = saved["etag"].clone();
    tilted["set"] = json!({ "action": "re_erected", "repaired_by": "a" });
    let repaired = done(&app, &records, tilted).await;
    assert_eq!((&repaired["condition"], &repaired["record"]), (&json!("intact"), &saved["record"]));
    assert_eq!(repaired["checks"][0]["rule"], "B11", "{repaired}");
    let other = about("marker", FIRST, "b", json!({ "condition": "damaged", "found": true }));
    done(&app, &records, other).await;
    let now = app.ok(&path).await;
    let both = task(&now, FIRST);
    assert_eq!(both["records"].as_array().unwrap().len(), 2);
    assert_eq!(both["differences"], json!(["condition"]));
    let first = &both["records"][0];
    assert!((1.9..2.1).contains(&first["offset_m"].as_f64().unwrap_or(0.0)), "{both}");
    assert_eq!(first["troubles"], json!(["offset", "alone"]));
    let sides = &now["by_line"][0]["sides"];
    assert_eq!((&sides[0]["done"], &sides[1]["done"], &sides[1]["to_do"]), (&json!(1), &json!(1), &json!(3)));
    // The condition over time, newest first, each with the record that it came from.
    let marker = both["marker"].as_str().unwrap();
    let over_time = app.ok(&format!("/api/v1/inspections/markers/{marker}")).await;
    let said: Vec<_> = over_time["history"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| (line["condition"].as_str().unwrap(), line["record"]["side"].as_str()))
        .collect();
    let (a, b) = (Some("a"), Some("b"));
    assert_eq!(said, [("damaged", b), ("intact", a), ("tilted", a), ("intact", None)], "{over_time}");
}

#[tokio::test]
async fn what_is_taken_back_takes_the_condition_along() {
    let app = TestApp::new();
    put_line(&app);
    let path = round(&app).await;
    let set = json!({ "condition": "lost", "found": false });
    let saved = done(&app, &format!("{path}/records"), about("marker", FIRST, "a", set)).await;
    assert_eq!(saved["condition"], "lost");
    done(&app, &format!("/api/v1/log/{}/undo", saved["revision"]), json!({})).await;
    let now = app.ok(&path).await;
    assert_eq!(task(&now, FIRST)["registered"], "intact");
    assert_eq!((&now["markers_done"], &now["stage"]), (&json!(0), &json!("plan")));
}

#[tokio::test]
async fn nothing_is_recorded_that_does_not_fit() {
    let app = TestApp::new();
    put_line(&app);
    let path = round(&app).await;
    let records = format!("{path}/records");
    for body in [
        about("stone", FIRST, "a", json!({})),
        about("marker", FIRST, "x", json!({})),
        about("marker", "000", "a", json!({})),
        about("segment", "9", "a", json!({})),
        about("marker", FIRST, "a", json!({ "condition": 7 })),
        about("segment", "1", "a", json!({ "dispute_grade": "terrible" })),
    ] {
        let (status, problem) = post(&app, &records, body.clone()).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{body}: {problem}");
    }
    let mut far = about("marker", FIRST, "a", json!({}));
    far["at"] = json!([1e9, 0.0]);
    assert_eq!(post(&app, &records, far).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(app.ok(&path).await["markers_done"], 0);
}

#[tokio::test]
async fn a_round_is_closed_when_all_is_seen_signed_and_filed() {
    let app = TestApp::new();
    put_line(&app);
    let path = round(&app).await;
    let (records, stage) = (format!("{path}/records"), format!("{path}/stage"));
    for (subject, key) in [("marker", FIRST), ("segment", "1"), ("segment", "2")] {
        done(&app, &records, about(subject, key, "a", json!({ "condition": "intact" }))).await;
    }
    let rules = |problem: &Json| -> Vec<String> {
        let checks = problem["checks"].as_array().unwrap();
        checks.iter().map(|finding| finding["rule"].as_str().unwrap().to_owned()).collect()
    };
    let (status, problem) = post(&app, &stage, json!({ "stage": "report" })).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(rules(&problem), ["B10"], "{problem}");
    let mended = json!({ "condition": "faded", "action": "repaired" });
    let saved = done(&app, &records, about("marker", SECOND, "joint", mended)).await;
    let (_, problem) = post(&app, &stage, json!({ "stage": "report" })).await;
    assert_eq!(rules(&problem), ["B11"], "{problem}");
    let mut present = about("marker", SECOND, "joint", json!({ "neighbour_present": true }));
    present["etag"] = saved["etag"].clone();
    done(&app, &records, present).await;
    done(&app, &stage, json!({ "stage": "report" })).await;
    let (_, problem) = post(&app, &stage, json!({ "stage": "closed" })).await;
    assert_eq!(rules(&problem), ["B13"], "{problem}");
    let papers = json!({
        "ended": "2026-11-20", "signed_a": "甲", "signed_a_date": "2026-11-18", "signed_b": "乙",
        "signed_b_date": "2026-11-18", "filing_no": "1号", "filing_date": "2026-11-20",
    });
    done(&app, &stage, json!({ "stage": "closed", "set": papers })).await;
    let board = app.ok("/api/v1/inspections").await;
    assert_eq!(board["due"][0]["by"], "2031-11-20");
    let line = app.ok(&format!("/api/v1/search?q={LINE}&layer=boundary_line")).await;
    let line = line["features"][0]["properties"]["record"]["id"].as_str().unwrap().to_owned();
    let line = app.ok(&format!("/api/v1/layers/boundary_line/records/{line}")).await;
    assert_eq!(line["attributes"]["next_inspection"], "2031-11-20");
    let (status, problem) = post(&app, &records, about("segment", "1", "b", json!({}))).await;
    assert_eq!((status, &problem["code"]), (StatusCode::CONFLICT, &json!("round.closed")));
    let book = app.get(&format!("{path}/round.xlsx")).await;
    let mut sheets: calamine::Xlsx<_> = calamine::Reader::new(std::io::Cursor::new(book.body)).unwrap();
    let names = calamine::Reader::sheet_names(&sheets);
    assert_eq!(names, ["进度", "任务", "记录", "问题", "两方差异"]);
    let tasks = calamine::Reader::worksheet_range(&mut sheets, "任务").unwrap();
    assert_eq!(tasks.height(), 5);
}
