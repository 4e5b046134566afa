//! Who may do what over HTTP: logins, sessions, tokens, bounds, what is noted. Every route by every role: `every_route`.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use boundstone::accounts::{Accounts, Grant, Initial, NewPerson, Right};
use boundstone::model::Secrecy;
use boundstone::server::Config;
use serde_json::{Value as Json, json};

use super::app::{NOW_MS, Reply, SECRET_WORD, TestApp};

/// A word that stands in nothing but an internal record.
pub const INTERNAL_WORD: &str = "内部仓库";
pub const PASSWORD: &str = "柳树-翠湖-莲花池-8";

/// A server with accounts, showing all classes to those who may see them.
pub struct Office {
    pub app: TestApp,
}

/// What one presents to be let in.
#[derive(Clone, Debug, Default)]
pub struct Pass {
    pub cookie: Option<String>,
    pub bearer: Option<String>,
}

impl Office {
    pub fn new() -> Self {
        Self { app: TestApp::with(&Config { show: Secrecy::Secret, ..Config::default() }) }
    }

    pub fn accounts(&self) -> Accounts<'_> {
        Accounts::of(self.app.register.people(), self.app.register.settings())
    }

    /// Adds a person with these roles who has changed the first password.
    pub fn person(&self, login: &str, grants: &[Grant]) {
        let new = NewPerson { login: login.into(), name: format!("人员-{login}"), grants: grants.to_vec() };
        let (person, first) = self.accounts().add(new, Initial::Made, NOW_MS).unwrap();
        self.accounts().change_password(person.id, (&first, PASSWORD), None, NOW_MS).unwrap();
    }

    pub async fn log_in(&self, login: &str, password: &str) -> Reply {
        self.app.write("POST", "/api/v1/login", &[], &json!({ "login": login, "password": password })).await
    }

    /// Adds a person with these roles and logs in.
    pub async fn enter(&self, login: &str, grants: &[Grant]) -> Pass {
        self.person(login, grants);
        let reply = self.log_in(login, PASSWORD).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
        Pass { cookie: Some(session(&reply)), bearer: None }
    }

    pub async fn ask(&self, method: &str, path: &str, pass: &Pass, body: Option<&Json>) -> Reply {
        self.send(method, path, pass, (None, body)).await
    }

    /// A change of a record as it was read, by its tag.
    pub async fn change(&self, method: &str, path: &str, pass: &Pass, etag: &str, body: &Json) -> Reply {
        self.send(method, path, pass, (Some(etag), Some(body))).await
    }

    /// The tag of a record.
    pub async fn etag(&self, pass: &Pass, layer: &str, id: &str) -> String {
        let record = self.get(&format!("/api/v1/layers/{layer}/records/{id}"), pass).await;
        record.json()["etag"].as_str().unwrap().to_owned()
    }

    async fn send(
        &self,
        method: &str,
        path: &str,
        pass: &Pass,
        (etag, body): (Option<&str>, Option<&Json>),
    ) -> Reply {
        let mut request = Request::builder().method(method).uri(path).header(header::HOST, "test.local:8080");
        request = request.header("x-requested-with", "test");
        if let Some(cookie) = &pass.cookie {
            request = request.header(header::COOKIE, cookie);
        }
        if let Some(token) = &pass.bearer {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        if let Some(etag) = etag {
            request = request.header(header::IF_MATCH, etag);
        }
        let body = match body {
            Some(body) => {
                request = request.header(header::CONTENT_TYPE, "application/json");
                Body::from(body.to_string())
            }
            None => Body::empty(),
        };
        self.app.send(request.body(body).unwrap()).await
    }

    pub async fn get(&self, path: &str, pass: &Pass) -> Reply {
        self.ask("GET", path, pass, None).await
    }
}

pub fn session(reply: &Reply) -> String {
    let set = reply.header("set-cookie");
    assert!(set.contains("HttpOnly") && set.contains("SameSite=Strict") && set.contains("Path=/"), "{set}");
    set.split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn tiles_hold_nothing_secret_whoever_asks_and_what_is_internal_for_those_inside() {
    let office = Office::new();
    let reader = office.enter("li", &[Grant::of("confidential")]).await;
    let viewer = office.enter("wang", &[Grant::of("viewer")]).await;
    let plain = async |pass: &Pass| {
        let mut request =
            Request::get("/tiles/facility/14/12862/7015").header(header::ACCEPT_ENCODING, "identity");
        if let Some(cookie) = &pass.cookie {
            request = request.header(header::COOKIE, cookie);
        }
        office.app.send(request.body(Body::empty()).unwrap()).await.text()
    };
    // The tile round the secret and the internal record.
    let at = |lon: f64, lat: f64| {
        let n = 16384.0;
        let y = (1.0 - lat.to_radians().tan().asinh() / std::f64::consts::PI) / 2.0 * n;
        ((lon + 180.0) / 360.0 * n, y)
    };
    let (x, y) = at(102.62, 25.02);
    assert_eq!((x as u32, y as u32), (12862, 7015), "the tile of the test");
    let (secret, internal, public) =
        (plain(&reader).await, plain(&viewer).await, plain(&Pass::default()).await);
    for text in [&secret, &internal, &public] {
        assert!(!text.contains(SECRET_WORD));
    }
    assert!(secret.contains(INTERNAL_WORD) && internal.contains(INTERNAL_WORD));
    assert!(!public.contains(INTERNAL_WORD));
    // In whatever order they are asked for: each class has tiles of its own.
    assert!(
        plain(&viewer).await.contains(INTERNAL_WORD)
            && !plain(&Pass::default()).await.contains(INTERNAL_WORD)
    );
}

#[tokio::test]
async fn a_login_opens_a_session_that_is_listed_and_ended() {
    let office = Office::new();
    let pass = office.enter("zhangsan", &[Grant::of("viewer")]).await;
    let me = office.get("/api/v1/me", &pass).await;
    assert_eq!((&me.json()["mode"], &me.json()["login"]), (&"accounts".into(), &"zhangsan".into()));
    assert_eq!(me.header("cache-control"), "no-store");
    assert_eq!(me.json()["sees"], "internal");
    let other = session(&office.log_in("zhangsan", PASSWORD).await);
    let other = Pass { cookie: Some(other), bearer: None };
    let keys = office.get("/api/v1/me/sessions", &pass).await.json();
    assert_eq!(keys["keys"].as_array().unwrap().len(), 2);
    let foreign = keys["keys"].as_array().unwrap().iter().find(|key| key["own"] == false).unwrap();
    let path = format!("/api/v1/me/sessions/{}", foreign["id"].as_str().unwrap());
    assert_eq!(office.ask("DELETE", &path, &pass, None).await.status, StatusCode::NO_CONTENT);
    assert_eq!(office.get("/api/v1/me", &other).await.json()["login"], Json::Null, "ended at once");
    let left = office.ask("POST", "/api/v1/logout", &pass, None).await;
    assert!(left.header("set-cookie").contains("Max-Age=0"));
    assert_eq!(office.get("/api/v1/me", &pass).await.json()["login"], Json::Null);
    assert_eq!(office.get("/api/v1/log", &pass).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn the_first_password_is_changed_before_anything_else() {
    let office = Office::new();
    let new =
        NewPerson { login: "zhangsan".into(), name: "张三".into(), grants: vec![Grant::of("viewer")] };
    let (_, first) = office.accounts().add(new, Initial::Made, NOW_MS).unwrap();
    let reply = office.log_in("zhangsan", &first).await;
    assert_eq!(reply.json()["must_change"], true);
    let pass = Pass { cookie: Some(session(&reply)), bearer: None };
    let refused = office.get("/api/v1/register", &pass).await;
    assert_eq!(
        (refused.status, &refused.json()["code"]),
        (StatusCode::FORBIDDEN, &"password.must_change".into())
    );
    let change = async |old: &str, new: &str| {
        office.ask("PUT", "/api/v1/me/password", &pass, Some(&json!({ "old": old, "new": new }))).await
    };
    assert_eq!(change("wrong", PASSWORD).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(change(&first, "short").await.json()["code"], "password.weak");
    assert_eq!(change(&first, PASSWORD).await.status, StatusCode::NO_CONTENT);
    assert_eq!(office.get("/api/v1/register", &pass).await.status, StatusCode::OK);
}

#[tokio::test]
async fn wrong_passwords_are_refused_alike_and_lock_the_account() {
    let office = Office::new();
    office.person("zhangsan", &[]);
    let unknown = office.log_in("nobody", PASSWORD).await;
    let wrong = office.log_in("zhangsan", "wrong").await;
    assert_eq!(wrong.status, StatusCode::UNAUTHORIZED);
    assert_eq!((unknown.status, unknown.text()), (wrong.status, wrong.text()), "which of them is not said");
    for _ in 0..4 {
        office.log_in("zhangsan", "wrong").await;
    }
    let locked = office.log_in("zhangsan", PASSWORD).await;
    assert_eq!(locked.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(locked.header("retry-after"), "60");
    assert!(office.log_in("zhangsan", "wrong").await.header("set-cookie").is_empty());
}

#[tokio::test]
async fn what_another_site_sends_is_refused() {
    let office = Office::new();
    let pass = office.enter("zhangsan", &[Grant::of("data_editor")]).await;
    let send = async |headers: &[(&str, &str)]| {
        let mut all = vec![("cookie", pass.cookie.as_deref().unwrap()), ("host", "test.local:8080")];
        all.extend_from_slice(headers);
        let reply = office.app.write("POST", "/api/v1/changes", &all, &json!({})).await;
        reply.json()["code"].as_str().unwrap_or_default().to_owned()
    };
    for foreign in [
        [("sec-fetch-site", "cross-site")].as_slice(),
        &[("sec-fetch-site", "same-site")],
        &[("origin", "http://evil.example")],
        &[("origin", "null")],
        &[],
    ] {
        assert_eq!(send(foreign).await, "request.foreign", "{foreign:?}");
    }
    for own in [
        [("sec-fetch-site", "same-origin")].as_slice(),
        &[("origin", "http://test.local:8080")],
        &[("x-requested-with", "script")],
    ] {
        assert_ne!(send(own).await, "request.foreign", "{own:?}");
    }
}

#[tokio::test]
async fn who_did_it_is_the_account_whatever_the_request_says() {
    let office = Office::new();
    let pass = office.enter("zhangsan", &[Grant::of("data_editor")]).await;
    let path = format!("/api/v1/layers/facility/records/{}", office.app.facilities[0]);
    let etag = office.get(&path, &pass).await.json()["etag"].as_str().unwrap().to_owned();
    let mut request = Request::builder().method("PATCH").uri(&path);
    for (name, value) in [
        ("cookie", pass.cookie.as_deref().unwrap()),
        ("x-requested-with", "test"),
        ("if-match", etag.as_str()),
        ("content-type", "application/json"),
    ] {
        request = request.header(name, value);
    }
    let body = json!({ "set": { "capacity": 31 }, "by": "别人", "reason": "核实" });
    let reply = office.app.send(request.body(Body::from(body.to_string())).unwrap()).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    let log = office.get("/api/v1/log?limit=1", &pass).await.json();
    assert_eq!(log["entries"][0]["by"], "人员-zhangsan");
    assert_eq!(log["entries"][0]["verified"], true);
}

#[tokio::test]
async fn a_right_within_a_division_ends_at_its_border() {
    let office = Office::new();
    let within = |code: &str| Grant { divisions: vec![code.into()], ..Grant::of("data_editor") };
    let here = office.enter("here", &[within("530102002")]).await;
    let there = office.enter("there", &[within("530103")]).await;
    let create = async |pass: &Pass, lon: f64| {
        let feature = json!({
            "type": "Feature", "properties": { "name": "新诊所", "kind": "clinic" },
            "geometry": { "type": "Point", "coordinates": [lon, 25.05] },
        });
        let mut request = Request::post("/ogc/collections/facility/items").header("x-requested-with", "test");
        for (name, value) in [
            ("cookie", pass.cookie.as_deref().unwrap()),
            ("change-reason", "x"),
            ("content-type", "application/geo+json"),
        ] {
            request = request.header(name, value);
        }
        office.app.send(request.body(Body::from(feature.to_string())).unwrap()).await
    };
    assert_eq!(create(&here, 102.65).await.status, StatusCode::CREATED);
    let beyond = create(&here, 102.75).await;
    assert_eq!((beyond.status, &beyond.json()["code"]), (StatusCode::FORBIDDEN, &"right.beyond".into()));
    assert_eq!(create(&there, 102.75).await.status, StatusCode::CREATED);
    assert_eq!(create(&there, 102.65).await.json()["code"], "right.beyond");
    assert_eq!(create(&there, 103.9).await.json()["code"], "right.beyond", "in no division at all");
}

#[tokio::test]
async fn tokens_open_what_they_were_made_for() {
    let office = Office::new();
    office.person("zhangsan", &[Grant::of("data_editor")]);
    let id = office.accounts().by_login("zhangsan").unwrap().id;
    let token = |may: &[Right]| {
        let (secret, _) = office.accounts().new_token(id, "QGIS", may, 30, NOW_MS).unwrap();
        Pass { cookie: None, bearer: Some(secret.reveal().to_owned()) }
    };
    let (reading, working) = (token(&[Right::Read]), token(&[Right::Read, Right::Work]));
    let items = "/ogc/collections/facility/items?limit=1000";
    assert!(!office.get(items, &reading).await.text().contains(INTERNAL_WORD));
    assert!(office.get(items, &working).await.text().contains(INTERNAL_WORD));
    assert_eq!(office.get("/api/v1/log", &reading).await.status, StatusCode::FORBIDDEN);
    let wrong = Pass { cookie: None, bearer: Some("0".repeat(64)) };
    assert_eq!(office.get(items, &wrong).await.status, StatusCode::UNAUTHORIZED);
    let as_cookie = Pass { cookie: Some(format!("boundstone={}", working.bearer.unwrap())), bearer: None };
    assert!(!office.get(items, &as_cookie).await.text().contains(INTERNAL_WORD), "a token is no session");
}

#[tokio::test]
async fn logins_refusals_and_reads_of_secrets_are_noted() {
    let office = Office::new();
    let reader = office.enter("li", &[Grant::of("confidential")]).await;
    let auditor = office.enter("audit", &[Grant::of("audit_admin")]).await;
    office.log_in("li", "wrong").await;
    let record = format!("/api/v1/layers/facility/records/{}", office.app.secret);
    assert_eq!(office.get(&record, &reader).await.status, StatusCode::OK);
    let public = format!("/api/v1/layers/facility/records/{}", office.app.facilities[1]);
    office.get(&public, &reader).await;
    let list = office.get("/api/v1/accesses", &auditor).await.json();
    let of = |kind: &str| {
        let all = list["accesses"].as_array().unwrap().iter();
        all.filter(|one| one["kind"] == kind)
            .map(|one| one["about"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(of("read_secret"), [record]);
    assert_eq!(of("refused"), ["li"]);
    assert_eq!(of("logged_in"), ["audit", "li"]);
    assert_eq!(office.get("/api/v1/accesses", &reader).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn people_are_added_by_one_administrator_and_given_roles_by_another() {
    let office = Office::new();
    let system = office.enter("system", &[Grant::of("system_admin")]).await;
    let security = office.enter("security", &[Grant::of("security_admin")]).await;
    let new = json!({ "login": "wangwu", "name": "王五" });
    assert_eq!(
        office.ask("POST", "/api/v1/people", &security, Some(&new)).await.status,
        StatusCode::FORBIDDEN
    );
    let made = office.ask("POST", "/api/v1/people", &system, Some(&new)).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
    let id = made.json()["person"]["id"].as_str().unwrap().to_owned();
    let roles = json!({ "roles": [{ "role": "planner", "divisions": ["530102"] }] });
    let path = format!("/api/v1/people/{id}/roles");
    assert_eq!(office.ask("PUT", &path, &system, Some(&roles)).await.status, StatusCode::FORBIDDEN);
    let given = office.ask("PUT", &path, &security, Some(&roles)).await;
    assert_eq!(given.json()["roles"][0]["divisions"][0], "530102");
    let own = office.accounts().by_login("security").unwrap().id;
    let own = format!("/api/v1/people/{own}/roles");
    assert_eq!(office.ask("PUT", &own, &security, Some(&roles)).await.json()["code"], "person.self");
    let password = made.json()["password"].as_str().unwrap().to_owned();
    let session = Pass { cookie: Some(session(&office.log_in("wangwu", &password).await)), bearer: None };
    assert_eq!(office.get("/api/v1/me", &session).await.json()["login"], "wangwu");
    let off = json!({ "disabled": true });
    let done = office.ask("PATCH", &format!("/api/v1/people/{id}"), &system, Some(&off)).await;
    assert_eq!(done.json()["disabled"], true);
    assert_eq!(office.get("/api/v1/me", &session).await.json()["login"], Json::Null, "at once");
}

#[tokio::test]
async fn a_register_without_people_is_open_and_its_demo_plays_roles() {
    let open = TestApp::with(&Config { show: Secrecy::Internal, ..Config::default() });
    assert_eq!(open.ok("/api/v1/me").await["mode"], "open");
    assert_eq!(open.get("/api/v1/log").await.status, StatusCode::OK);
    assert_eq!(
        open.write("POST", "/api/v1/login", &[], &json!({"login": "a", "password": "b"})).await.status,
        409
    );
    assert_eq!(open.write("PUT", "/api/v1/me/role", &[], &json!({"role": "viewer"})).await.status, 409);
    assert_eq!(
        open.write("POST", "/api/v1/people", &[], &json!({"login": "aa", "name": "b"})).await.status,
        409
    );
    let demo = TestApp::with(&Config { show: Secrecy::Internal, demo: true, ..Config::default() });
    assert!(demo.ok("/ogc/collections/facility/items?limit=100").await.to_string().contains(INTERNAL_WORD));
    let picked = demo.write("PUT", "/api/v1/me/role", &[], &json!({ "role": "public" })).await;
    let cookie = session(&picked);
    let public = demo.get_with("/ogc/collections/facility/items?limit=100", &[("cookie", &cookie)]).await;
    assert!(!public.text().contains(INTERNAL_WORD));
    assert_eq!(demo.get_with("/api/v1/log", &[("cookie", &cookie)]).await.status, StatusCode::FORBIDDEN);
    let back = demo.write("PUT", "/api/v1/me/role", &[("cookie", &cookie)], &json!({ "role": null })).await;
    assert!(back.header("set-cookie").contains("Max-Age=0"));
    assert_eq!(demo.write("PUT", "/api/v1/me/role", &[], &json!({ "role": "king" })).await.status, 400);
}

#[tokio::test]
async fn whoever_logs_out_is_not_told_that_nothing_has_changed() {
    let office = Office::new();
    let pass = office.enter("zhangsan", &[Grant::of("viewer")]).await;
    let inside = office.get("/api/v1/register", &pass).await;
    let tag = inside.header("etag").to_owned();
    let again = async |cookie: Option<&str>| {
        let mut headers = vec![("if-none-match", tag.as_str())];
        headers.extend(cookie.map(|cookie| ("cookie", cookie)));
        office.app.get_with("/api/v1/register", &headers).await.status
    };
    assert_eq!(again(pass.cookie.as_deref()).await, StatusCode::NOT_MODIFIED);
    assert_eq!(again(None).await, StatusCode::OK);
}
