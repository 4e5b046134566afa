//! The definition as a page for people: no script, nothing from elsewhere.

use std::fmt::Write as _;

use serde_json::Value as Json;

use crate::api::answer::Answer;
use crate::api::ask::Ask;
use crate::api::ogc::{escape, text};

/// The page.
pub fn render(ask: &Ask, document: &Json) -> Answer {
    let word = |value: &Json| escape(value.as_str().unwrap_or_default());
    let mut rows = String::new();
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        for (method, operation) in item.as_object().into_iter().flatten() {
            let parameters = operation["parameters"].as_array().into_iter().flatten();
            let names: Vec<String> = parameters.map(|p| word(&p["name"])).collect();
            // Writing into a String does not fail.
            let _ = write!(
                rows,
                "<tr><td>{}</td><td><code>/ogc{}</code></td><td>{}</td><td>{}</td></tr>",
                escape(&method.to_uppercase()),
                escape(path),
                word(&operation["summary"]),
                names.join(" ")
            );
        }
    }
    let title = text(ask.language, "接口说明", "API documentation");
    let html = format!(
        "<!doctype html><html><head><meta charset=\"utf-8\"><title>{title}</title>\
         <style>body{{font:15px/1.6 system-ui,sans-serif;margin:1.5rem}}td{{padding:.2rem .6rem;\
         border:1px solid #d5dbe1;vertical-align:top}}table{{border-collapse:collapse}}</style></head>\
         <body><h1>{title}</h1><p><a href=\"/ogc/api?f=json\">OpenAPI 3.0</a> · \
         <a href=\"/api/v1/openapi.json\">OpenAPI 3.1</a></p><table>{rows}</table></body></html>"
    );
    Answer::bytes("text/html; charset=utf-8", html)
}
