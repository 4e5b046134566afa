//! Every route in every format by every role: let in as the table of rights says, and no secret to those without
//! the right.

use boundstone::accounts::{Grant, Right, Rights};
use boundstone::api::{Route, routes};
use boundstone::model::Secrecy;
use serde_json::{Value as Json, json};

use super::app::{Reply, SECRET_WORD};
use super::rights::{INTERNAL_WORD, Office, Pass};

#[test]
fn every_route_has_its_line_in_the_table_and_every_line_a_route() {
    let table = Rights::compiled();
    let unnamed: Vec<String> = routes()
        .map(|route| (route.method.word(), route.path))
        .filter(|(method, path)| table.for_route(method, path).is_none())
        .map(|(method, path)| format!("{method} {path}"))
        .collect();
    assert!(unnamed.is_empty(), "closed to everybody: {unnamed:#?}");
    // What changes something is never let through by a pattern for reading.
    for route in routes().filter(|route| ["PUT", "PATCH", "DELETE"].contains(&route.method.word())) {
        let need = table.for_route(route.method.word(), route.path).unwrap();
        let own = ["/api/v1/me/"].iter().any(|part| route.path.starts_with(part));
        let reading = [Right::Read, Right::Work].iter().any(|right| need.any.contains(right));
        assert!(own || !need.any.is_empty() && !reading, "{} {}", route.method.word(), route.path);
    }
}

/// Of which record a route is asked.
pub struct Aim {
    pub layer: &'static str,
    pub id: String,
    pub code: &'static str,
    pub revision: u64,
}

/// A path that answers something wherever it can: of things that need making first, one that is not there.
pub fn filled(route: &Route, aim: &Aim) -> String {
    let Aim { layer, id, code, revision } = aim;
    let path = route.path.replace("{layer}", layer).replace("{id}", id);
    let path = path.replace("{revision}", &revision.to_string());
    let path = path.replace("{z}", "12").replace("{x}", "3215").replace("{y}", "1750");
    let path = path.replace("{code}", code).replace("{file}", "x").replace("{name}", "x").replace("{n}", "0");
    let path = path
        .replace("{key}", "0")
        .replace("/tiles/facility", "/tiles/facility.json")
        .replace("/tiles/boundary_marker", "/tiles/boundary_marker.json");
    let path = if path.matches('/').count() > 3 { path.replace(".json/", "/") } else { path };
    match path.as_str() {
        path if path.ends_with("locate") || path.ends_with("reverse") => {
            format!("{path}?lon=102.62&lat=25.02")
        }
        path if path.ends_with("/search") => format!("{path}?q=%E7%BB%9D%E5%AF%86"),
        path if path.ends_with("boundary/lines") && route.method.word() == "GET" => {
            format!("{path}?level=county")
        }
        path if path.ends_with("/legend") => format!("{path}?field=kind"),
        path if path.ends_with("/summary") => format!("{path}?by=kind"),
        path if path.ends_with("/position") => format!("{path}?id={id}"),
        path => path.to_owned(),
    }
}

/// Formats in which a route may answer.
pub fn formats(route: &Route, path: &str) -> Vec<String> {
    let with = |more: &str| format!("{path}{}{more}", if path.contains('?') { "&" } else { "?" });
    if route.query.iter().any(|param| param.name == "format") {
        let of = ["geojson", "csv", "xlsx", "shp", "svg", "pdf"];
        return of.iter().map(|format| with(&format!("format={format}"))).collect();
    }
    if path.starts_with("/ogc") && route.query.iter().any(|param| param.name == "f") {
        let mut all = vec![with("f=json"), with("f=html")];
        if route.query.iter().any(|param| param.name == "limit") {
            all.push(with("f=json&limit=1000"));
        }
        return all;
    }
    vec![path.to_owned()]
}

/// The text of an answer, unpacked where it is a zip (xlsx, shp, docx).
pub fn words(reply: &Reply) -> String {
    let mut text = reply.text();
    if let Ok(mut archive) = zip::ZipArchive::new(std::io::Cursor::new(&reply.body)) {
        for at in 0..archive.len() {
            let mut bytes = Vec::new();
            std::io::Read::read_to_end(&mut archive.by_index(at).unwrap(), &mut bytes).unwrap();
            text.push_str(&String::from_utf8_lossy(&bytes));
        }
    }
    text
}

fn is_refusal(reply: &Reply) -> bool {
    let code = || serde_json::from_slice::<Json>(&reply.body).unwrap_or_default()["code"].clone();
    matches!(reply.status.as_u16(), 401 | 403)
        && ["login.needed", "right.missing", "right.not_whole"].iter().any(|known| code() == *known)
}

#[tokio::test]
async fn every_route_in_every_format_for_every_role_is_as_the_table_says_and_shows_no_secret() {
    let office = Office::new();
    let table = Rights::compiled();
    let mut passes = vec![(None, Pass::default())];
    let roles: Vec<_> = table.roles().collect();
    for role in &roles {
        let login = role.id.replace('_', "-");
        passes.push((Some(*role), office.enter(&login, &[Grant::of(&role.id)]).await));
    }
    let (mut tried, mut allowed, mut seen) = (0, 0, 0);
    let mut wrong: Vec<String> = Vec::new();
    let aim = Aim { layer: "facility", id: office.app.secret.to_string(), code: "SECRET-1", revision: 1 };
    for route in routes().filter(|route| !route.path.ends_with("/events")) {
        let method = route.method.word();
        // Those that end what this test goes by are tried elsewhere.
        if ["/api/v1/logout", "/api/v1/login"].contains(&route.path) {
            continue;
        }
        let need = table.for_route(method, route.path).unwrap();
        for path in formats(route, &filled(route, &aim)) {
            let body = (method != "GET").then(|| json!({}));
            for (role, pass) in &passes {
                let has = |right: &Right| {
                    *right == Right::Read || role.is_some_and(|role| role.may.contains(right))
                };
                let sees = role.map_or(Secrecy::Public, |role| role.sees);
                let whole = !need.whole || sees == Secrecy::Secret;
                let mut may = need.any.is_empty() || need.any.iter().any(has) && whole;
                // What names its layer needs a right to that layer.
                if may
                    && method != "GET"
                    && need.any.contains(&Right::EditNames)
                    && route.path.contains("{layer}")
                    && need.any.len() > 1
                {
                    may = has(&Right::EditData);
                }
                let reply = office.ask(method, &path, pass, body.as_ref()).await;
                let (status, text) = (reply.status.as_u16(), words(&reply));
                let who = role.map_or("public", |role| role.id.as_str());
                let mut hold = |holds: bool, what: &str| {
                    if !holds {
                        let start: String = text.chars().take(300).collect();
                        wrong.push(format!("{method} {path} as {who}: {what}: {status} {start}"));
                    }
                };
                hold(is_refusal(&reply) != may, if may { "not let in" } else { "let in" });
                hold(status != 500, "fails");
                if sees < Secrecy::Secret {
                    hold(!text.contains(SECRET_WORD), "the secret word");
                    hold(!text.contains("SECRET-1") || !may || status >= 400, "the secret code");
                }
                hold(sees >= Secrecy::Internal || !text.contains(INTERNAL_WORD), "the internal word");
                hold(!reply.header("cache-control").contains("public"), "may be kept by proxies");
                tried += 1;
                allowed += usize::from(may);
                seen += usize::from(text.contains(SECRET_WORD));
            }
        }
    }
    println!("{tried} tried, {allowed} allowed, {seen} with the secret word");
    assert!(wrong.is_empty(), "{} are not as the table says:\n{}", wrong.len(), wrong.join("\n"));
    assert!(tried > 1500 && allowed > 500 && seen > 3, "{tried} tried, {allowed} allowed, {seen} seen");
}
