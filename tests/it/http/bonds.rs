//! What binds records: codes that are unique, references that lead somewhere, tags that are named.

use axum::http::StatusCode;
use serde_json::{Value as Json, json};

use super::app::{Reply, TestApp};

fn body(changes: Json) -> Json {
    json!({ "by": "李工", "reason": "核查", "changes": changes })
}

async fn changes(app: &TestApp, changes: Json) -> Reply {
    app.write("POST", "/api/v1/changes", &[], &body(changes)).await
}

fn division(name: &str, code: &str, parent: Option<&str>) -> Json {
    json!({ "op": "create", "layer": "division", "set": {
        "name": name, "level": "community", "code": code, "parent_code": parent,
    } })
}

fn rules(reply: &Reply) -> Vec<String> {
    let findings = reply.json()["findings"].as_array().cloned().unwrap_or_default();
    findings.iter().map(|finding| finding["rule"].as_str().unwrap().to_owned()).collect()
}

async fn of_code(app: &TestApp, layer: &str, code: &str) -> (String, String) {
    let page = app.ok(&format!("/ogc/collections/{layer}/items?code={code}&etag=true")).await;
    let feature = &page["features"][0];
    let text = |name: &str| feature[name].as_str().unwrap().to_owned();
    (text("id"), text("etag"))
}

#[tokio::test]
async fn a_code_belongs_to_one_record_at_a_time() {
    let app = TestApp::new();
    let taken = changes(&app, json!([division("甲社区", "530102002", Some("530102"))])).await;
    assert_eq!(taken.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", taken.text());
    let finding = &taken.json()["findings"][0];
    assert_eq!((&finding["rule"], &finding["spot"]["field"]), (&json!("edit.code_taken"), &json!("code")));
    assert!(finding["what"]["zh"].as_str().unwrap().contains("华山街道"), "{}", taken.text());
    // Two new ones with one code meet each other; at different times they may have it one after the other.
    let twice = json!([division("甲", "530102002001", None), division("乙", "530102002001", None)]);
    assert_eq!(rules(&changes(&app, twice).await), ["edit.code_taken", "edit.code_taken"]);
    let (mut first, mut second) =
        (division("甲", "530102002001", None), division("乙", "530102002001", None));
    first["set"]["valid_to"] = "2020-01-01".into();
    second["set"]["valid_from"] = "2020-01-01".into();
    let reply = changes(&app, json!([first, second])).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    // Who has a code keeps it whatever else is changed; two may swap theirs in one change set.
    let (a, tag_a) = of_code(&app, "facility", "F001").await;
    let (b, tag_b) = of_code(&app, "facility", "F002").await;
    let swap = json!([
        { "op": "patch", "layer": "facility", "id": a, "etag": tag_a, "set": { "code": "F002" } },
        { "op": "patch", "layer": "facility", "id": b, "etag": tag_b, "set": { "code": "F001" } },
    ]);
    let reply = changes(&app, swap).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
}

#[tokio::test]
async fn a_reference_must_lead_somewhere() {
    let app = TestApp::new();
    let lost = changes(&app, json!([division("甲", "530102002001", Some("530999"))])).await;
    assert_eq!(rules(&lost), ["edit.reference"]);
    assert_eq!(lost.json()["findings"][0]["spot"]["field"], "parent_code");
    let gate = json!([{ "op": "create", "layer": "gate", "set": {
        "name": "西门", "compound_id": "01ARZ3NDEKTSV4RRFFQ69G5FAV",
    } }]);
    assert_eq!(rules(&changes(&app, gate).await), ["edit.reference"]);
    // What one change set brings along may be referred to within it.
    let both = json!([
        division("甲", "530102003001", Some("530102003")),
        division("乙", "530102003", Some("530102"))
    ]);
    let reply = changes(&app, both).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    // An old reference that leads nowhere hinders no other change.
    let (id, tag) = of_code(&app, "facility", "F003").await;
    let patch = json!([{ "op": "patch", "layer": "facility", "id": id, "etag": tag, "set": { "beds": 4 } }]);
    assert_eq!(changes(&app, patch).await.status, StatusCode::OK);
}

#[tokio::test]
async fn what_others_refer_to_is_not_deleted() {
    let app = TestApp::new();
    let path = format!("/api/v1/layers/compound/records/{}", app.compound);
    let tag = app.tag(&path).await;
    let gone = json!({ "op": "delete", "layer": "compound", "id": app.compound.to_string(), "etag": tag });
    let refused = changes(&app, json!([gone])).await;
    assert_eq!(rules(&refused), ["edit.referred"], "{}", refused.text());
    let referrer = &refused.json()["referrers"][0];
    assert_eq!((&referrer["layer"], &referrer["label"]), (&json!("gate"), &json!("东门")));
    assert_eq!(referrer["field"], "compound_id");
    // The division that the compound names, by its code; nor may that code change.
    let (id, tag) = of_code(&app, "division", "530102002").await;
    let code =
        json!({ "op": "patch", "layer": "division", "id": id, "etag": tag, "set": { "code": "530102009" } });
    assert_eq!(rules(&changes(&app, json!([code])).await), ["edit.referred"]);
    let item = format!("/ogc/collections/division/items/{id}");
    let headers = [("if-match", tag.as_str()), ("change-by", "a"), ("change-reason", "b")];
    let reply = app.write("DELETE", &item, &headers, &Json::Null).await;
    assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", reply.text());
    assert!(reply.json()["referrers"].as_array().is_some_and(|all| !all.is_empty()));
    // Besides, it has borders.
    assert_eq!(rules(&reply), ["edit.referred", "edit.division_deletion"]);
    let (id, tag) = of_code(&app, "division", "530103").await;
    let alone = json!([{ "op": "delete", "layer": "division", "id": id, "etag": tag }]);
    let refused = changes(&app, alone).await;
    assert_eq!(rules(&refused), ["edit.division_deletion"], "{}", refused.text());
    let spot = &refused.json()["findings"][0]["spot"];
    assert_eq!(spot["record"], format!("division/{id}"));
    // One without a polygon may go as any record.
    assert_eq!(changes(&app, json!([division("网格甲", "530102002901", None)])).await.status, StatusCode::OK);
    let (id, tag) = of_code(&app, "division", "530102002901").await;
    let grid = json!([{ "op": "delete", "layer": "division", "id": id, "etag": tag }]);
    assert_eq!(changes(&app, grid).await.status, StatusCode::OK);
    // With those that refer to it, it may go.
    let gate = referrer["id"].as_str().unwrap();
    let held = app.tag(&format!("/api/v1/layers/gate/records/{gate}")).await;
    let with = json!({ "op": "delete", "layer": "gate", "id": gate, "etag": held });
    let reply = changes(&app, json!([gone, with])).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
}

#[tokio::test]
async fn a_change_names_what_it_was_decided_on() {
    let app = TestApp::new();
    let path = format!("/api/v1/layers/compound/records/{}", app.compound);
    let patch = json!({ "set": { "name": "乙苑" }, "by": "a", "reason": "b" });
    for any in ["*", "\"*\"", "\"x\", *"] {
        let reply = app.write("PATCH", &path, &[("if-match", any)], &patch).await;
        assert_eq!(reply.status, StatusCode::PRECONDITION_REQUIRED, "{any}");
        assert_eq!(reply.json()["code"], "edit.any_version");
    }
    let one =
        json!({ "op": "patch", "layer": "compound", "id": app.compound.to_string(), "etag": "*", "set": {} });
    assert_eq!(changes(&app, json!([one])).await.status, StatusCode::PRECONDITION_REQUIRED);
    assert_eq!(app.ok("/api/v1/register").await["revision"], 1);
}
