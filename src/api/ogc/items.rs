//! Features: a page of a collection, or one.

use std::io::{self, Write};
use std::sync::Arc;

use axum::http::{HeaderName, StatusCode, header};
use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};

use super::crs::{self, CRS84, Outgoing};
use super::filter::{ItemQuery, When};
use super::links::{Link, origin, query_with, self_and_alternate};
use super::sort::Mark;
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
use crate::model::{COMMON_FIELDS, Layer, Record};

const GEOJSON: &str = "application/geo+json";
pub(super) const CONTENT_CRS: HeaderName = HeaderName::from_static("content-crs");

/// A page of features that is found and not yet written.
pub struct Page {
    /// how many match in all
    pub matched: usize,
    /// those of this page
    pub records: Vec<Arc<Record>>,
    /// mark of the next page, if there is one
    pub next: Option<String>,
}

/// Finds a page. Of a fact with several versions in an interval the newest is given.
///
/// Fails where nobody waits any more: a filter may make each of many records dear.
fn find(app: &App, ask: &Ask, view: &View, layer: Layer, query: &ItemQuery) -> Result<Page, Problem> {
    let rows = view.snapshot.layer(layer);
    let wanted = |record: &&Arc<Record>| !ask.is_given_up() && query.matches(record) && view.sees(record);
    let windows = query.windows();
    let (matched, mut found) = match windows {
        None if query.order.is_plain() => {
            let key = format!("{layer} {} {} {}", view.revision().0, view.newest.0, query.key());
            let matched = match app.matched.get(&key) {
                Some(matched) => matched,
                None => {
                    let matched = newest(rows.iter().filter(wanted)).count();
                    still_waited_for(ask)?;
                    app.matched.insert(key, matched);
                    matched
                }
            };
            let most = query.limit + 1;
            let found: Vec<&Arc<Record>> = match &query.after {
                Some(after) => {
                    newest(rows.iter_after(after.id).filter(wanted)).skip(query.offset).take(most).collect()
                }
                None => newest(rows.iter().filter(wanted)).skip(query.offset).take(most).collect(),
            };
            (matched, found)
        }
        None => in_order(newest(rows.iter().filter(wanted)).collect(), query),
        Some(windows) => {
            let near = windows.into_iter().flat_map(|window| rows.window(window));
            let mut all: Vec<_> =
                near.filter(wanted).filter(|r| query.meets(r.geometry.as_deref())).collect();
            all.sort_unstable_by_key(|record| record.key());
            all.dedup_by_key(|record| record.key());
            in_order(newest(all.into_iter()).collect(), query)
        }
    };
    still_waited_for(ask)?;
    let more = found.len() > query.limit;
    found.truncate(query.limit);
    let next = found.last().filter(|_| more).map(|last| query.order.write(&query.order.mark(last)));
    Ok(Page { matched, records: found.into_iter().cloned().collect(), next })
}

/// All that match, in order of id: how many, and those of the page (one more, if there is one) in the
/// order asked for.
fn in_order<'a>(all: Vec<&'a Arc<Record>>, query: &ItemQuery) -> (usize, Vec<&'a Arc<Record>>) {
    let matched = all.len();
    let order = &query.order;
    let mut marked: Vec<_> = all.into_iter().map(|record| (order.mark(record), record)).collect();
    if !order.is_plain() {
        marked.sort_by(|(a, _), (b, _)| order.compare(a, b));
    }
    let before = |mark: &Mark, after: &Mark| order.compare(mark, after).is_le();
    let begin =
        query.after.as_ref().map_or(0, |after| marked.partition_point(|(mark, _)| before(mark, after)));
    let page = marked[begin..].iter().skip(query.offset).take(query.limit + 1);
    (matched, page.map(|(_, record)| *record).collect())
}

fn still_waited_for(ask: &Ask) -> Result<(), Problem> {
    if !ask.is_given_up() {
        return Ok(());
    }
    Err(Problem::new(
        StatusCode::GATEWAY_TIMEOUT,
        "request.too_slow",
        "处理时间过长，已停止。",
        "It took too long and was stopped.",
    )
    .then("请缩小范围后再试。", "Ask for less at a time."))
}

/// Of records in order of id and version, the last of each id.
fn newest<'a>(records: impl Iterator<Item = &'a Arc<Record>>) -> impl Iterator<Item = &'a Arc<Record>> {
    let mut records = records.peekable();
    std::iter::from_fn(move || {
        let mut last = records.next()?;
        while let Some(next) = records.next_if(|next| next.id == last.id) {
            last = next;
        }
        Some(last)
    })
}

/// `GET /ogc/collections/{layer}/items`
pub fn page(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let (layer, form) = (ask.layer()?, Form::of(ask)?);
    let offered = crs::offered(collections::extent(app, ask)?);
    let query = ItemQuery::read(ask, layer, app.today(), &offered)?;
    let as_of = match query.when {
        When::Day(day) => day,
        When::Between(..) => app.today(),
    };
    let view = View::at(app, ask, as_of)?;
    let system = asked_crs(ask, &offered)?;
    let tag = page_tag(app, ask, &view, form);
    if holds(ask, &tag) {
        return Ok(not_modified(&tag));
    }
    let page = find(app, ask, &view, layer, &query)?;
    let links = page_links(app, ask, layer, &page, query.limit);
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
            Answer::written(GEOJSON, Box::new(move |out| write_page(out, &head, &page.records, &outgoing)))
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

/// Weak: the time at which a page is made stands in it.
fn page_tag(app: &App, ask: &Ask, view: &View, form: Form) -> String {
    let mut hash = Sha256::new();
    for (name, value) in &ask.query {
        hash.update(format!("{}:{name}={}:{value};", name.len(), value.len()));
    }
    hash.update(format!("{form:?} {} {} {} {}", ask.path, view.as_of, app.today(), origin(app, ask)));
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

fn write_page(out: &mut dyn Write, head: &Json, records: &[Arc<Record>], system: &Crs) -> io::Result<()> {
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
        write_feature(record, &outgoing, &[], &mut line);
        out.write_all(&line)?;
    }
    out.write_all(b"]}")
}

/// Every field is written, null where absent: clients take the columns from the first features.
fn write_feature(record: &Record, outgoing: &Outgoing, links: &[Link], out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"type\":\"Feature\",\"id\":\"");
    out.extend_from_slice(record.id.to_string().as_bytes());
    out.extend_from_slice(b"\",\"geometry\":");
    let begin = out.len();
    let written = record.geometry.as_deref().and_then(|geometry| outgoing.write(geometry, out));
    if written.is_none() {
        out.truncate(begin);
        out.extend_from_slice(b"null");
    }
    out.extend_from_slice(format!(",\"properties\":{{\"version\":{}", record.version).as_bytes());
    let fields = record.layer.def().fields;
    let common = COMMON_FIELDS.iter().map(|field| (field.name, record.get(field.name).map(|v| v.to_json())));
    let own = fields.iter().enumerate().map(|(at, f)| (f.name, record.fields.get(at).map(|v| v.to_json())));
    for (name, value) in common.chain(own) {
        out.extend_from_slice(b",\"");
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(b"\":");
        // Writing into memory does not fail.
        let _ = serde_json::to_writer(&mut *out, &value.unwrap_or_default());
    }
    if let Some(extra) = &record.extra {
        out.extend_from_slice(b",\"extra\":");
        let _ = serde_json::to_writer(&mut *out, extra);
    }
    out.push(b'}');
    if !links.is_empty() {
        out.extend_from_slice(b",\"links\":");
        let _ = serde_json::to_writer(&mut *out, links);
    }
    out.push(b'}');
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
            write_feature(record, &Outgoing::to(&system)?, &links, &mut body);
            Answer::bytes(GEOJSON, body)
        }
    };
    let uri = if form == Form::Html { CRS84.to_owned() } else { crs::uri(&system) };
    Ok(answer.with(CONTENT_CRS, &format!("<{uri}>")).with(header::ETAG, &tag))
}
