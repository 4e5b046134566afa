//! Links, with addresses as the client reached us.

use axum::http::header;
use serde::Serialize;

use crate::api::app::App;
use crate::api::ask::Ask;

/// A link (RFC 8288) as OGC API writes it.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Link {
    /// where
    pub href: String,
    /// relation
    pub rel: &'static str,
    /// media type
    #[serde(rename = "type")]
    pub media: &'static str,
    /// what people read
    pub title: String,
}

impl Link {
    /// A link.
    pub fn new(rel: &'static str, media: &'static str, title: impl Into<String>, href: String) -> Self {
        Self { href, rel, media, title: title.into() }
    }
}

/// Scheme and host under which the client reached us; empty where it said nothing usable: links are
/// then relative, which is right everywhere.
pub fn origin(app: &App, ask: &Ask) -> String {
    if let Some(url) = &app.options.public_url {
        return url.trim_end_matches('/').to_owned();
    }
    let host = ask.header(header::HOST).unwrap_or_default();
    let plain = |b: u8| b.is_ascii_alphanumeric() || b".-:[]_".contains(&b);
    if host.is_empty() || host.len() > 255 || !host.bytes().all(plain) {
        return String::new();
    }
    format!("http://{host}")
}

/// Percent-encodes a name or value of a query.
pub fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~,:/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// The asker's query with some parameters replaced or, where `None`, left out; with its `?`.
pub fn query_with(ask: &Ask, changes: &[(&str, Option<String>)]) -> String {
    let kept = ask.query.iter().filter(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
    let mut pairs: Vec<String> =
        kept.map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
    for (name, value) in changes {
        pairs.extend(value.as_ref().map(|value| format!("{}={}", encode(name), encode(value))));
    }
    if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) }
}

/// `self` and `alternate` of a document that exists as JSON and as a page.
pub fn self_and_alternate(app: &App, ask: &Ask, json: &'static str) -> Vec<Link> {
    let here = format!("{}{}", origin(app, ask), ask.path);
    vec![
        Link::new("self", json, "本文档 · this document", format!("{here}{}", query_with(ask, &[]))),
        Link::new(
            "alternate",
            "text/html",
            "网页 · as a page",
            format!("{here}{}", query_with(ask, &[("f", Some("html".into()))])),
        ),
    ]
}

/// The query of an address, with its `?`; empty where it has none.
pub fn query_of(href: &str) -> &str {
    href.find('?').map_or("", |at| &href[at..])
}
