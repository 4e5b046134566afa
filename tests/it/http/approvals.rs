//! Who proposes does not approve, and what a leaver made is the successor's.

use axum::http::StatusCode;
use boundstone::accounts::Grant;
use serde_json::{Value as Json, json};

use super::app::Reply;
use super::rights::{Office, PASSWORD, Pass, session};

/// An event in law of the name that waits for approval.
async fn event(office: &Office, pass: &Pass, (name, etag): (&str, &str), kind: &str) -> Reply {
    let body = json!({ "kind": kind, "date": "2026-11-10", "authority": "区政府", "reason": "审批" });
    office.change("POST", &format!("/api/v1/names/name/{name}/events"), pass, etag, &body).await
}

async fn proposed(office: &Office, pass: &Pass, text: &str) -> (String, String) {
    let new = json!({
        "reason": "申报", "changes": [{
            "layer": "name", "op": "create", "set": { "text": text, "kind": "standard", "status": "proposed" },
        }],
    });
    let reply = office.ask("POST", "/api/v1/changes", pass, Some(&new)).await;
    assert!(reply.status.is_success(), "{}", reply.text());
    let id = reply.json()["changes"][0]["id"].as_str().unwrap().to_owned();
    let etag = office.etag(pass, "name", &id).await;
    (id, etag)
}

fn code(reply: &Reply) -> Json {
    reply.json()["code"].clone()
}

#[tokio::test]
async fn whoever_proposes_a_name_does_not_approve_it() {
    let office = Office::new();
    let both = [Grant::of("name_official"), Grant::of("name_approver")];
    let (li, qian) = (office.enter("li", &both).await, office.enter("qian", &both[1..]).await);
    let wang = office.enter("wang", &both[..1]).await;
    let (id, etag) = proposed(&office, &li, "昙华新路").await;
    let name = (id.as_str(), etag.as_str());
    // Without the right nobody approves; with it not whoever proposed.
    let reply = event(&office, &wang, name, "approved").await;
    assert_eq!(
        (reply.status, code(&reply)),
        (StatusCode::FORBIDDEN, json!("right.missing")),
        "{}",
        reply.text()
    );
    assert_eq!(reply.json()["rights"], json!(["approve_names"]));
    assert_eq!(code(&event(&office, &li, name, "approved").await), "approval.own");
    assert_eq!(code(&event(&office, &li, name, "rejected").await), "approval.own");
    // An approver changes nothing but what an approval is.
    let path = format!("/api/v1/layers/name/records/{id}");
    let other = json!({ "set": { "text": "另一名" }, "reason": "改" });
    assert_eq!(office.change("PATCH", &path, &qian, &etag, &other).await.status, StatusCode::FORBIDDEN);
    assert_eq!(code(&event(&office, &qian, name, "consulted").await), "right.missing");
    let done = event(&office, &qian, name, "approved").await;
    assert_eq!(done.json()["status"], "approved", "{}", done.text());
    // Whoever changes what is proposed has proposed it too, and taking an approval back does not help.
    let revision = done.json()["revision"].clone();
    let undo = json!({ "reason": "撤回" });
    let undone = office.ask("POST", &format!("/api/v1/log/{revision}/undo"), &li, Some(&undo)).await;
    assert!(undone.status.is_success(), "{}", undone.text());
    let back = undone.json()["revision"].clone();
    let again = office.ask("POST", &format!("/api/v1/log/{back}/undo"), &li, Some(&undo)).await;
    assert_eq!(code(&again), "approval.own", "{}", again.text());
    let etag = office.etag(&li, "name", &id).await;
    let changed = office.change("PATCH", &path, &wang, &etag, &other).await;
    assert!(changed.status.is_success(), "{}", changed.text());
    office.accounts().grant(office.accounts().by_login("wang").unwrap().id, &both).unwrap();
    let wang = Pass { cookie: Some(session(&office.log_in("wang", PASSWORD).await)), bearer: None };
    let etag = office.etag(&wang, "name", &id).await;
    assert_eq!(code(&event(&office, &wang, (&id, &etag), "approved").await), "approval.own");
}

#[tokio::test]
async fn an_office_of_one_sets_that_it_approves_its_own() {
    let office = Office::new();
    let both = [Grant::of("name_official"), Grant::of("name_approver")];
    let li = office.enter("li", &both).await;
    let (id, etag) = proposed(&office, &li, "昙华新路").await;
    assert_eq!(code(&event(&office, &li, (&id, &etag), "approved").await), "approval.own");
    office.accounts().set("own_approval", "true").unwrap();
    assert_eq!(event(&office, &li, (&id, &etag), "approved").await.json()["status"], "approved");
}

#[tokio::test]
async fn what_a_leaver_proposed_is_the_successors_proposal() {
    let office = Office::new();
    let both = [Grant::of("name_official"), Grant::of("name_approver")];
    let (li, qian) = (office.enter("li", &both).await, office.enter("qian", &both).await);
    let system = office.enter("system", &[Grant::of("system_admin")]).await;
    let (id, etag) = proposed(&office, &li, "昙华新路").await;
    let id_of = |login: &str| office.accounts().by_login(login).unwrap().id.to_string();
    let path = format!("/api/v1/people/{}/hand-over", id_of("li"));
    let to = json!({ "to": id_of("qian") });
    assert_eq!(office.ask("POST", &path, &qian, Some(&to)).await.status, StatusCode::FORBIDDEN);
    let done = office.ask("POST", &path, &system, Some(&to)).await;
    assert_eq!(
        (&done.json()["disabled"], &done.json()["successor"]),
        (&json!(true), &json!("qian")),
        "{}",
        done.text()
    );
    assert_eq!(office.get("/api/v1/me", &li).await.json()["login"], Json::Null, "the leaver is out at once");
    let own = format!("/api/v1/people/{}/hand-over", id_of("system"));
    assert_eq!(code(&office.ask("POST", &own, &system, Some(&to)).await), "person.self");
    let gone = json!({ "to": id_of("li") });
    let refused = office
        .ask("POST", &format!("/api/v1/people/{}/hand-over", id_of("qian")), &system, Some(&gone))
        .await;
    assert_eq!(code(&refused), "person.successor");
    assert_eq!(code(&event(&office, &qian, (&id, &etag), "approved").await), "approval.own");
    // A third person approves it.
    let zhao = office.enter("zhao", &both[1..]).await;
    assert_eq!(event(&office, &zhao, (&id, &etag), "approved").await.json()["status"], "approved");
}
