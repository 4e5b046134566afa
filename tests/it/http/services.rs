//! Service circles of the demo district: coverage, what changes make of it, clicks, scenarios.

use axum::http::StatusCode;
use serde_json::{Value as Json, json};

use super::app::TestApp;
use super::plans::demo;

impl TestApp {
    async fn asked(&self, path: &str, body: Json) -> Json {
        let reply = self.write("POST", &format!("/api/v1/services/{path}"), &[], &body).await;
        assert_eq!(reply.status, StatusCode::OK, "{path} {body}: {}", reply.text());
        reply.json()
    }
}

fn share(figures: &Json, of: &str) -> f64 {
    figures[of]["share"].as_f64().unwrap_or_else(|| panic!("{of}: {figures}"))
}

fn covered(figures: &Json) -> f64 {
    figures["households"]["covered"].as_f64().unwrap()
}

async fn coverage_says_what_it_means_and_adds_up(app: &TestApp) {
    let classes = app.ok("/api/v1/services/classes").await;
    assert!(classes["classes"].as_array().unwrap().len() >= 10);
    assert_eq!(classes["count"], "resident");
    let homes = app.ok("/api/v1/services/homes").await;
    let n = homes["n"].as_u64().unwrap() as usize;
    assert!(n > 1_000, "{n} homes");
    println!("{n} homes, notes {}", homes["notes"]);
    for column in ["lon", "lat", "households", "elders", "compound", "community", "gateless"] {
        assert_eq!(homes[column].as_array().unwrap().len(), n, "{column}");
    }
    let question = json!({ "class": "meal_hall" });
    let with = json!(["homes", "units", "interval", "straight", "uncovered"]);
    let begun = std::time::Instant::now();
    let found = app.asked("coverage", json!({ "question": question, "with": with })).await;
    println!("coverage in {:?}: {}", begun.elapsed(), found["whole"]);
    let all = &found["whole"]["households"];
    let counted: i64 = classes["counts"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["id"] == "resident")
        .unwrap()["households"]
        .as_i64()
        .unwrap();
    assert!((all["of"].as_f64().unwrap() - counted as f64).abs() < 1.0, "{all} of {counted}");
    for level in ["streets", "communities"] {
        let sum: f64 = found[level].as_array().unwrap().iter().map(covered).sum();
        // What lies in the gap between communities belongs to none.
        assert!(sum <= covered(&found["whole"]) + 0.01 && sum > covered(&found["whole"]) * 0.99, "{level}");
    }
    // By straight line more is reached than on foot.
    assert!(share(&found["straight"], "households") >= share(&found["whole"], "households"));
    let interval = &found["interval"];
    let (low, high) = (interval["low"].as_f64().unwrap(), interval["high"].as_f64().unwrap());
    let middle = share(&found["whole"], "households");
    assert!(low <= middle && middle <= high, "{interval}");
    assert!(found["definition"]["zh"].as_str().unwrap().contains("爱心食堂"));
    let flags = found["homes"]["covered"].as_str().unwrap();
    let beyond = flags.bytes().filter(|flag| *flag == b'0').count();
    assert_eq!((flags.len(), found["uncovered"]["total"].as_u64().unwrap() as usize), (n, beyond));
    let elders: Vec<f64> = found["uncovered"]["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["elders"].as_f64().unwrap())
        .collect();
    assert!(elders.windows(2).all(|pair| pair[0] >= pair[1]), "those with most elders first");

    // Longer reaches more; each band holds the one before; slower reaches less.
    let at = async |class: &str, more: Json| {
        let mut question = json!({ "class": class });
        for (name, value) in more.as_object().unwrap() {
            question[name] = value.clone();
        }
        app.asked("coverage", json!({ "question": question, "with": [] })).await
    };
    let longer = at("meal_hall", json!({ "minutes": 20 })).await;
    let slower = at("meal_hall", json!({ "profile": "frail" })).await;
    assert!(share(&longer["whole"], "households") > middle && share(&slower["whole"], "households") < middle);
    assert_ne!(longer["definition"]["key"], found["definition"]["key"]);
    let board = app.asked("board", json!({})).await;
    for row in board["rows"].as_array().unwrap() {
        println!(
            "{:>16} {:>4} facilities {:.4} households {:.4} elders {:.3} units",
            row["class"].as_str().unwrap(),
            row["facilities"],
            row["whole"]["households"]["share"].as_f64().unwrap_or(-1.0),
            row["whole"]["elders"]["share"].as_f64().unwrap_or(-1.0),
            row["whole"]["units"]["share"].as_f64().unwrap_or(-1.0),
        );
    }
    let together = at("required", json!({})).await;
    for one in together["by_class"].as_array().unwrap() {
        assert!(share(one, "households") >= share(&together["whole"], "households"), "{one}");
    }
}

async fn what_if_is_live_and_scenarios_are_kept(app: &TestApp) {
    let plain = json!({ "class": "meal_hall" });
    let found = app.asked("coverage", json!({ "question": plain, "with": ["homes", "uncovered"] })).await;
    let worst = &found["uncovered"]["rows"][0];
    let change = json!({ "kind": "add", "place": worst["place"], "name": "新食堂" });
    let question = json!({ "class": "meal_hall", "changes": [change] });
    let begun = std::time::Instant::now();
    let better = app.asked("coverage", json!({ "question": question, "with": ["homes"] })).await;
    println!("what-if in {:?}", begun.elapsed());
    assert_eq!(better["before"], found["whole"]);
    assert!(covered(&better["whole"]) > covered(&found["whole"]));
    assert_eq!(better["homes"]["was"], found["homes"]["covered"]);
    let home = worst["home"].as_u64().unwrap() as usize;
    assert_eq!(&better["homes"]["covered"].as_str().unwrap()[home..=home], "1");
    let added = better["facilities"].as_array().unwrap().iter().find(|one| one["change"] == "added").unwrap();
    assert_eq!((&added["at"], &added["id"]), (&json!(0), &Json::Null));
    // Closing one loses what it alone served, as its click says.
    let running = found["facilities"].as_array().unwrap().iter().find(|one| one["counts"] == true).unwrap();
    let served = app.asked("facility", json!({ "question": plain, "facility": running["id"] })).await;
    assert!(served["outline"]["coordinates"].is_array() && served["within"]["homes"].as_u64().unwrap() > 0);
    let closing =
        json!({ "class": "meal_hall", "changes": [{ "kind": "close", "facility": running["id"] }] });
    let worse = app.asked("coverage", json!({ "question": closing, "with": [] })).await;
    let lost = covered(&found["whole"]) - covered(&worse["whole"]);
    assert!(
        (lost - served["alone"]["households"].as_f64().unwrap()).abs() < 1e-6,
        "{lost} {}",
        served["alone"]
    );
    // A home clicked: every class with its way.
    let clicked = app.asked("home", json!({ "question": question, "home": home })).await;
    let nearest = clicked["nearest"].as_array().unwrap();
    let meal = nearest.iter().find(|one| one["class"] == "meal_hall").unwrap();
    assert_eq!((&meal["covered"], &meal["name"]), (&json!(true), &json!("新食堂")), "{meal}");
    for one in nearest.iter().filter(|one| !one["facility"].is_null()) {
        let route = one["route"].as_array().unwrap_or_else(|| panic!("{one}"));
        assert!(route.len() >= 2 && one["metres"].as_f64().is_some(), "{one}");
        assert_eq!(&route[0], &clicked["place"]);
        assert_eq!(&route[route.len() - 1], &one["place"]);
    }
    // Streets and outline.
    let body = json!({ "question": plain, "minutes": [5, 15], "outline": true });
    let reached = app.asked("reached", body).await;
    assert_eq!(reached["features"].as_array().unwrap().len(), 4);
    // Scenarios.
    let new = json!({ "title": "新建一处", "by": "张工", "question": question });
    let saved = app.write("PUT", "/api/v1/services/scenarios", &[], &new).await;
    assert_eq!(saved.status, StatusCode::OK, "{}", saved.text());
    let saved = saved.json();
    let id = saved["id"].as_str().unwrap();
    assert_eq!(app.ok("/api/v1/services/scenarios").await["scenarios"][0]["title"], "新建一处");
    let compared = app.asked("scenarios/compare", json!({ "scenarios": [id] })).await;
    assert_eq!(compared["comparable"], true);
    assert_eq!(compared["rows"][1]["whole"], better["whole"]);
    for format in ["xlsx", "geojson"] {
        let file = app.get(&format!("/api/v1/services/scenarios/{id}/export?format={format}")).await;
        assert_eq!(file.status, StatusCode::OK, "{}", file.text());
        assert!(file.body.len() > 1_000);
    }
    let gone = app.write("DELETE", &format!("/api/v1/services/scenarios/{id}"), &[], &Json::Null).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
    assert_eq!(app.ok("/api/v1/services/scenarios").await["scenarios"], json!([]));
}

#[tokio::test]
async fn service_circles_of_the_demo_from_coverage_to_siting() {
    let app = demo();
    coverage_says_what_it_means_and_adds_up(&app).await;
    what_if_is_live_and_scenarios_are_kept(&app).await;
    siting_is_a_job_with_a_bound(&app).await;
    years_compare_by_one_definition_and_findings_say_what_is_missing(&app).await;
}

#[tokio::test]
async fn questions_that_are_none_say_what_is_wrong() {
    let app = TestApp::new();
    for (question, field) in [
        (json!({ "class": "nothing" }), "class"),
        (json!({ "class": "meal_hall", "profile": "bird" }), "profile"),
        (json!({ "class": "meal_hall", "minutes": -1 }), "minutes"),
        (json!({ "class": "meal_hall", "minutes": 5, "metres": 300 }), "metres"),
        (json!({ "class": "required", "minutes": 5 }), "minutes"),
        (json!({ "class": "meal_hall", "count": "sheep" }), "count"),
        (json!({ "class": "meal_hall", "changes": [{ "kind": "close", "facility": "x" }] }), "facility"),
        (json!({ "class": "meal_hall", "changes": [{ "kind": "open_gate", "gate": "1" }] }), "gate"),
        (json!({ "class": "meal_hall", "changes": [{ "kind": "link", "line": [[102.0, 25.0]] }] }), "line"),
        (json!({ "class": "required", "changes": [{ "kind": "add", "place": [102.0, 25.0] }] }), "class"),
    ] {
        let body = json!({ "question": question });
        let reply = app.write("POST", "/api/v1/services/coverage", &[], &body).await;
        assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY, "{question}: {}", reply.text());
        assert_eq!(reply.json()["field"], field, "{question}: {}", reply.text());
    }
    let nothing = app.asked("coverage", json!({ "question": { "class": "meal_hall" } })).await;
    assert_eq!(nothing["whole"]["households"]["share"], Json::Null);
    let home = json!({ "question": { "class": "meal_hall" }, "home": 5_000_000 });
    let reply = app.write("POST", "/api/v1/services/home", &[], &home).await;
    assert_eq!(reply.status, StatusCode::NOT_FOUND);
}

async fn siting_is_a_job_with_a_bound(app: &TestApp) {
    let question = json!({ "class": "meal_hall" });
    let now = app.asked("coverage", json!({ "question": question, "with": [] })).await;
    let ask = async |body: Json| {
        let reply = app.write("POST", "/api/v1/services/siting", &[], &body).await;
        assert_eq!(reply.status, StatusCode::ACCEPTED, "{}", reply.text());
        let ended = app.ended(&reply.json()).await;
        assert_eq!(ended["state"], "done", "{ended}");
        app.ok(&format!("/api/v1/services/siting/{}", ended["outcome"]["siting"].as_str().unwrap())).await
    };
    let body = json!({
        "question": question, "model": "mclp", "p": 2, "candidates": { "from": "community_halls" },
        "seconds": 60, "by": "张工",
    });
    let run = ask(body).await;
    println!("two sites: {} bound {} gap {} {}", run["objective"], run["bound"], run["gap"], run["status"]);
    assert_eq!(run["chosen"].as_array().unwrap().len(), 2);
    let gains: f64 = run["chosen"].as_array().unwrap().iter().map(|one| one["gains"].as_f64().unwrap()).sum();
    let after = covered(&run["after"]);
    assert!((after - covered(&now["whole"]) - gains).abs() < 1.0, "{gains} {run}");
    assert!((run["objective"].as_f64().unwrap() - after).abs() < 1.0);
    assert!(run["bound"].as_f64().unwrap() >= after - 1.0);
    // What it gives is a question's changes.
    let with = json!({ "class": "meal_hall", "changes": run["changes"] });
    let same = app.asked("coverage", json!({ "question": with, "with": [] })).await;
    assert_eq!(same["whole"], run["after"]);
    assert_eq!(app.ok("/api/v1/services/siting").await["runs"].as_array().unwrap().len(), 1);
    let bad = json!({ "question": question, "model": "mclp", "by": "张工" });
    let reply = app.write("POST", "/api/v1/services/siting", &[], &bad).await;
    assert_eq!((reply.status, &reply.json()["field"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("p")));
    // Options of all kinds in one ranking; what there was no time for is named.
    let run = ask(json!({ "question": question, "model": "options", "seconds": 200, "by": "张工" })).await;
    let options = run["options"].as_array().unwrap();
    assert_eq!((&run["status"], &run["unfinished"]), (&json!("options"), &json!([])));
    let kinds: std::collections::BTreeSet<&str> =
        options.iter().map(|one| one["kind"].as_str().unwrap()).collect();
    println!("{} options in {} s: {kinds:?}", options.len(), run["seconds"]);
    assert!(
        ["add", "add_gate", "extend", "link", "open_gate"].iter().all(|kind| kinds.contains(kind)),
        "{kinds:?}"
    );
    let per_cost = |one: &Json| one["per_cost"].as_f64().unwrap();
    assert!(options.windows(2).all(|pair| per_cost(&pair[0]) >= per_cost(&pair[1])));
    let gate = options.iter().find(|one| one["kind"] == "add_gate").unwrap();
    let with = json!({ "class": "meal_hall", "changes": [gate["change"]] });
    let better = app.asked("coverage", json!({ "question": with, "with": [] })).await;
    let gained = covered(&better["whole"]) - covered(&now["whole"]);
    assert!((gained - gate["gains"].as_f64().unwrap()).abs() < 1e-6, "{gained} {gate}");
    let hurried =
        ask(json!({ "question": question, "model": "options", "seconds": 0.01, "by": "张工" })).await;
    assert!(!hurried["unfinished"].as_array().unwrap().is_empty());
    for (wrong, field) in [
        (json!({ "model": "lscp", "budget": 100 }), "budget"),
        (json!({ "model": "mclp", "budget": -1 }), "budget"),
        (json!({ "model": "mclp", "p": 2, "capacity": 0 }), "capacity"),
        (json!({ "model": "options", "seconds": 0 }), "seconds"),
    ] {
        let mut body = json!({ "question": question, "by": "张工" });
        wrong.as_object().unwrap().iter().for_each(|(name, value)| body[name] = value.clone());
        let reply = app.write("POST", "/api/v1/services/siting", &[], &body).await;
        assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
        assert_eq!(reply.json()["field"], field, "{body}");
    }
}

async fn years_compare_by_one_definition_and_findings_say_what_is_missing(app: &TestApp) {
    let body = json!({ "target": "circle-93", "dates": ["2025-12-31", "2026-11-30"] });
    let found = app.asked("trend", body).await;
    let days = found["days"].as_array().unwrap();
    assert_eq!((days.len(), &found["figure"], &found["target"]), (2, &json!("households"), &json!(0.93)));
    assert_eq!(days[0]["definition"]["key"], days[1]["definition"]["key"]);
    assert!(days.iter().all(|day| day["comparable"] == true));
    assert!(share(&days[1]["figures"], "households") > 0.5);
    for (wrong, field) in [
        (json!({ "target": "nothing" }), "target"),
        (json!({ "question": { "class": "meal_hall" }, "dates": [] }), "dates"),
        (json!({ "question": { "class": "nothing" } }), "class"),
    ] {
        let reply = app.write("POST", "/api/v1/services/trend", &[], &wrong).await;
        assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}: {}", reply.text());
        assert_eq!(reply.json()["field"], field, "{wrong}");
    }
    let found = app.ok("/api/v1/services/findings").await;
    let of = |rule: &str| -> Vec<&Json> {
        found["findings"].as_array().unwrap().iter().filter(|one| one["rule"] == rule).collect()
    };
    let district = of("F01").into_iter().find(|one| one["code"] == "530102").unwrap();
    assert!(district["what"]["zh"].as_str().unwrap().contains("目标 93.0%"), "{district}");
    assert!(!of("F02").is_empty() && of("F03").len() > 20);
}
