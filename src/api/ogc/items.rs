//! Features: a page of a collection, or one.

use std::io::{self, Write};
use std::sync::Arc;

use axum::http::{HeaderName, header};
use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};

use super::crs::{self, CRS84, Outgoing};
use super::feature::{Parts, write_feature};
use super::links::{Link, origin, query_with, self_and_alternate};
use super::matching::{Asked, Page};
use super::{collections, html};
use crate::api::answer::{Answer, holds, not_modified};
use crate::api::app::App;
use crate::api::ask::{Ask, unknown_record};
use crate::api::editing::timestamp;
use crate::api::negotiate::Form;
use crate::api::problem::Problem;
use crate::api::v1::content_tag;
use crate::api::view::View;
use crate::crs::Crs;
use crate::model::{Layer, Record};

const GEOJSON: &str = "application/geo+json";
/// What the coordinates of an answer are (OGC API Part 2).
pub(in crate::api) const CONTENT_CRS: HeaderName = HeaderName::from_static("content-crs");

/// `GET /ogc/collections/{layer}/items`
pub fn page(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let form = Form::of(ask)?;
    let asked = Asked::read(app, ask, &[])?;
    let layer = asked.layer;
    let parts = Parts::read(ask, layer)?;
    let system = asked_crs(ask, &asked.offered)?;
    let tag = page_tag(app, ask, &asked.view, &format!("{form:?}"));
    if holds(ask, &tag) {
        return Ok(not_modified(&tag));
    }
    let page = asked.page(app, ask)?;
    let links = page_links(app, ask, layer, &page, asked.query.limit);
    let answer = match form {
        Form::Html => html::items(app, ask, layer, &page, &links),
        Form::Json => {
            let head = serde_json::json!({
                "type": "FeatureCollection",
                "links": links,
                "timeStamp": timestamp(app.now_ms()),
                "numberMatched": page.matched,
                "numberReturned": page.records.len(),
            });
            let outgoing = system.clone();
            let write = move |out: &mut dyn Write| write_page(out, &head, &page.records, &outgoing, &parts);
            Answer::written(GEOJSON, Box::new(write))
        }
    };
    // The links stand in the header too, for forms that have no room for them.
    let header_links: Vec<String> = links
        .iter()
        .filter(|link| ["next", "prev"].contains(&link.rel))
        .map(|link| format!("<{}>; rel=\"{}\"; type=\"{}\"", link.href, link.rel, link.media))
        .collect();
    let answer =
        if header_links.is_empty() { answer } else { answer.with(header::LINK, &header_links.join(", ")) };
    Ok(answer.with(CONTENT_CRS, &format!("<{}>", crs::uri(&system))).with(header::ETAG, &tag))
}

fn asked_crs(ask: &Ask, offered: &[Crs]) -> Result<Crs, Problem> {
    ask.param("crs").map_or(Ok(Crs::Crs84), |text| crs::read("crs", text, offered))
}

/// The tag of what a query finds at a revision. Weak: the time at which a page is made stands in it.
pub fn page_tag(app: &App, ask: &Ask, view: &View, form: &str) -> String {
    let mut hash = Sha256::new();
    for (name, value) in &ask.query {
        hash.update(format!("{}:{name}={}:{value};", name.len(), value.len()));
    }
    hash.update(format!("{form} {} {} {} {}", ask.path, view.as_of, app.today(), origin(app, ask)));
    let short: String = hash.finalize()[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    format!("W/\"{}-{short}\"", view.revision().0)
}

fn page_links(app: &App, ask: &Ask, layer: Layer, page: &Page, limit: usize) -> Vec<Link> {
    let base = origin(app, ask);
    let here = format!("{base}{}", ask.path);
    let mut links = self_and_alternate(app, ask, GEOJSON);
    let turn = |rel, title, changes: &[(&str, Option<String>)]| {
        Link::new(rel, GEOJSON, title, format!("{here}{}", query_with(ask, changes)))
    };
    let offset = ask.param("offset").and_then(|text| text.parse::<usize>().ok()).unwrap_or(0);
    if let Some(next) = &page.next {
        links.push(turn("next", "下一页 · next page", &[("cursor", Some(next.clone())), ("offset", None)]));
    }
    if offset > 0 && ask.param("cursor").is_none() {
        let earlier = offset.saturating_sub(limit);
        links.push(turn("prev", "上一页 · previous page", &[("offset", Some(earlier.to_string()))]));
    } else if ask.param("cursor").is_some() {
        // A mark leads onwards only; back leads the browser's own way or the first page.
        links.push(turn("first", "首页 · first page", &[("cursor", None), ("offset", None)]));
    }
    let collection = format!("{base}/ogc/collections/{layer}");
    links.push(Link::new("collection", "application/json", layer.def().title().zh, collection));
    links
}

fn write_page(
    out: &mut dyn Write,
    head: &Json,
    records: &[Arc<Record>],
    system: &Crs,
    parts: &Parts,
) -> io::Result<()> {
    let outgoing = Outgoing::to(system).map_err(|_| io::Error::other("no way to the coordinate system"))?;
    let head = head.to_string();
    // The features follow within the same object.
    out.write_all(head.strip_suffix('}').unwrap_or(&head).as_bytes())?;
    out.write_all(b",\"features\":[")?;
    let mut line = Vec::new();
    for (at, record) in records.iter().enumerate() {
        line.clear();
        if at > 0 {
            line.extend_from_slice(b",\n");
        }
        write_feature(record, &outgoing, parts, &[], &mut line);
        out.write_all(&line)?;
    }
    out.write_all(b"]}")
}

/// `GET /ogc/collections/{layer}/items/{id}`
pub fn one(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let (layer, form, view) = (ask.layer()?, Form::of(ask)?, View::of(app, ask)?);
    let id = ask.segment("id").parse().map_err(|_| unknown_record())?;
    let record = view.record(layer, id)?;
    let offered = crs::offered(collections::extent(app, ask)?);
    let system = asked_crs(ask, &offered)?;
    // The host stands in the links, the language and form in the page: they make another document.
    let mut hash = Sha256::new();
    let query = query_with(ask, &[]);
    hash.update(format!("{form:?} {:?} {} {query}", ask.language, origin(app, ask)));
    let variant: String = hash.finalize()[..4].iter().map(|byte| format!("{byte:02x}")).collect();
    let tag = format!("\"{}.{variant}\"", content_tag(record));
    if holds(ask, &tag) {
        return Ok(not_modified(&tag));
    }
    let mut links = self_and_alternate(app, ask, GEOJSON);
    let collection = format!("{}/ogc/collections/{layer}", origin(app, ask));
    links.push(Link::new("collection", "application/json", layer.def().title().zh, collection));
    let answer = match form {
        Form::Html => html::item(app, ask, record, &links),
        Form::Json => {
            let mut body = Vec::new();
            write_feature(record, &Outgoing::to(&system)?, &Parts::default(), &links, &mut body);
            Answer::bytes(GEOJSON, body)
        }
    };
    let uri = if form == Form::Html { CRS84.to_owned() } else { crs::uri(&system) };
    Ok(answer.with(CONTENT_CRS, &format!("<{uri}>")).with(header::ETAG, &tag))
}
