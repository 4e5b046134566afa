//! The same documents as plain pages for people: no script, nothing from elsewhere.

use std::fmt::Write as _;

use serde_json::Value as Json;

use super::links::Link;
use super::matching::Page;
use crate::api::answer::Answer;
use crate::api::app::App;
use crate::api::ask::Ask;
use crate::api::v1::figures;
use crate::api::view::View;
use crate::model::{Language, Layer, Record, record_to_json, vocab};

const STYLE: &str = "body{font:15px/1.6 system-ui,'Noto Sans CJK SC','Microsoft YaHei',sans-serif;max-width:70rem;\
    margin:1.5rem auto;padding:0 1rem;color:#1d2733}table{border-collapse:collapse}\
    td,th{border:1px solid #d5dbe1;padding:.25rem .6rem;text-align:left;vertical-align:top}\
    th{background:#f3f5f7}nav{color:#5a6775}a{color:#1558a6}.wide{overflow-x:auto}";

/// Text for a page.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

/// A word in the asker's language.
pub fn text(language: Language, zh: &'static str, en: &'static str) -> &'static str {
    match language {
        Language::Zh => zh,
        Language::En => en,
    }
}

fn page(app: &App, ask: &Ask, title: &str, body: &str) -> Answer {
    let (lang, title) = (text(ask.language, "zh-CN", "en"), escape(title));
    let register = escape(&app.info.title);
    let layers = text(ask.language, "图层", "Collections");
    let json = format!("{}{}", ask.path, super::links::query_with(ask, &[("f", Some("json".into()))]));
    let html = format!(
        "<!doctype html><html lang=\"{lang}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{title} · {register}</title>\
         <style>{STYLE}</style></head><body><nav><a href=\"/ogc?f=html\">{register}</a> › \
         <a href=\"/ogc/collections?f=html\">{layers}</a> · <a href=\"{}\">JSON</a></nav>\
         <h1>{title}</h1>{body}</body></html>",
        escape(&json)
    );
    Answer::bytes("text/html; charset=utf-8", html)
}

fn link_list(links: &[Link]) -> String {
    let items = links
        .iter()
        .map(|link| format!("<li><a href=\"{}\">{}</a></li>", escape(&link.href), escape(&link.title)));
    format!("<ul>{}</ul>", items.collect::<String>())
}

/// The landing page.
pub fn landing(app: &App, ask: &Ask, links: &[Link]) -> Answer {
    let shown: Vec<Link> =
        links.iter().filter(|link| !["self", "alternate"].contains(&link.rel)).cloned().collect();
    page(app, ask, text(ask.language, "要素服务", "Feature service"), &link_list(&shown))
}

/// The classes that are kept.
pub fn conformance(app: &App, ask: &Ask, classes: &[&str]) -> Answer {
    let items: String = classes.iter().map(|class| format!("<li>{}</li>", escape(class))).collect();
    page(app, ask, text(ask.language, "所遵循的标准", "Conformance"), &format!("<ul>{items}</ul>"))
}

/// All collections with their counts.
pub fn collections(app: &App, ask: &Ask, view: &View) -> Answer {
    let mut body = String::from("<table>");
    for layer in Layer::ALL {
        let title = layer.def().title();
        let count = figures(app, view, *layer).count;
        let title = escape(title.get(ask.language));
        // Writing into a String does not fail, here and below.
        let _ = write!(
            body,
            "<tr><th><a href=\"/ogc/collections/{layer}?f=html\">{title}</a></th><td>{layer}</td>\
             <td><a href=\"/ogc/collections/{layer}/items?f=html\">{count}</a></td></tr>"
        );
    }
    body.push_str("</table>");
    page(app, ask, text(ask.language, "图层", "Collections"), &body)
}

/// One collection.
pub fn collection(app: &App, ask: &Ask, layer: Layer, doc: &Json) -> Answer {
    let link = |tail: &str, zh, en| {
        format!(
            "<li><a href=\"/ogc/collections/{layer}/{tail}?f=html\">{}</a></li>",
            text(ask.language, zh, en)
        )
    };
    let mut body = format!(
        "<ul>{}{}{}{}</ul>",
        link("items", "要素", "Features"),
        link("schema", "字段", "Schema"),
        link("queryables", "查询字段", "Queryables"),
        link("sortables", "排序字段", "Sortables")
    );
    let _ = write!(body, "<p>extent: <code>{}</code></p>", escape(&doc["extent"].to_string()));
    let systems = doc["crs"].as_array().into_iter().flatten().filter_map(Json::as_str);
    let systems: String = systems.map(|uri| format!("<li><code>{}</code></li>", escape(uri))).collect();
    let _ = write!(body, "<h2>CRS</h2><ul>{systems}</ul>");
    page(app, ask, layer.def().title().get(ask.language), &body)
}

fn shown(layer: Layer, name: &str, value: &Json, language: Language) -> String {
    let list = layer.def().field(name).and_then(|field| field.list).map(vocab::list);
    match (list.zip(value.as_str()).and_then(|(list, code)| list.get(code)), value) {
        (Some(known), _) => escape(known.title.get(language)),
        (None, Json::String(text)) => escape(text),
        (None, other) => escape(&other.to_string()),
    }
}

/// A page of features with its links onward.
pub fn items(app: &App, ask: &Ask, layer: Layer, found: &Page, links: &[Link]) -> Answer {
    let language = ask.language;
    let turn = |rel: &str, zh, en| {
        let link = links.iter().find(|link| link.rel == rel);
        link.map_or_else(String::new, |link| {
            let href = super::links::query_of(&link.href);
            let form = if href.contains("f=html") { "" } else { "&f=html" };
            let word = text(language, zh, en);
            format!("<a rel=\"{rel}\" href=\"{}{}{form}\">{word}</a> ", escape(&ask.path), escape(href))
        })
    };
    let turns =
        [turn("first", "首页", "First"), turn("prev", "上一页", "Previous"), turn("next", "下一页", "Next")]
            .concat();
    let mut body = format!(
        "<p>{} {} · {turns}</p><div class=\"wide\"><table><tr><th>id</th><th>{}</th><th>{}</th></tr>",
        found.matched,
        text(language, "条", "features"),
        text(language, "代码", "Code"),
        text(language, "名称", "Label"),
    );
    for record in &found.records {
        let _ = write!(
            body,
            "<tr><td><a href=\"/ogc/collections/{layer}/items/{0}?f=html\">{0}</a></td><td>{1}</td><td>{2}</td></tr>",
            record.id,
            escape(record.code.as_deref().unwrap_or_default()),
            escape(record.label().unwrap_or_default()),
        );
    }
    let _ = write!(body, "</table></div><p>{turns}</p>");
    page(app, ask, layer.def().title().get(language), &body)
}

/// One feature with all its values.
pub fn item(app: &App, ask: &Ask, record: &Record, links: &[Link]) -> Answer {
    let def = record.layer.def();
    let mut body = String::from("<table>");
    for (name, value) in record_to_json(record) {
        let title = def.field_title(&name);
        let title = if title.zh.is_empty() { name.as_str() } else { title.get(ask.language) };
        let value = shown(record.layer, &name, &value, ask.language);
        let _ = write!(body, "<tr><th>{}</th><td>{value}</td></tr>", escape(title));
    }
    body.push_str("</table>");
    if let Some(bounds) = record.geometry.as_deref().and_then(crate::model::geometry::bounds) {
        let [w, s, e, n] = crate::api::wire::bbox_of(bounds);
        let _ = write!(body, "<p>bbox: {w}, {s}, {e}, {n}</p>");
    }
    body.push_str(&link_list(links));
    page(app, ask, record.label().unwrap_or(def.name), &body)
}

/// A schema as a table of fields.
pub fn schema(app: &App, ask: &Ask, layer: Layer, schema: &Json) -> Answer {
    let mut body = String::from("<div class=\"wide\"><table>");
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        let codes = field["oneOf"].as_array().or(field["anyOf"].as_array()).into_iter().flatten();
        let codes: Vec<String> = codes
            .filter_map(|code| Some(format!("{} {}", code["const"].as_str()?, code["title"].as_str()?)))
            .collect();
        let word = |key: &str| escape(field[key].as_str().unwrap_or_default());
        let _ = write!(
            body,
            "<tr><th>{}</th><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
            escape(name),
            word("title"),
            word("type"),
            word("x-ogc-unit"),
            escape(&codes.join("；"))
        );
    }
    body.push_str("</table></div>");
    page(app, ask, layer.def().title().get(ask.language), &body)
}
