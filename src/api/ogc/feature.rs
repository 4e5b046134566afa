//! One feature as it is written, and which parts of features a page is to have.

use serde_json::Value as Json;

use super::crs::Outgoing;
use super::links::Link;
use crate::api::ask::Ask;
use crate::api::problem::Problem;
use crate::api::v1::content_tag;
use crate::model::{COMMON_FIELDS, FieldDef, Layer, Record};

/// Which parts of each feature are written.
#[derive(Debug)]
pub struct Parts {
    /// only these fields, in the layer's order; all where `None`
    fields: Option<Vec<&'static str>>,
    /// whether with geometry
    geometry: bool,
    /// whether with the tag that a change of the record needs
    tag: bool,
}

impl Default for Parts {
    fn default() -> Self {
        Self { fields: None, geometry: true, tag: false }
    }
}

impl Parts {
    /// By the parameters `properties`, `skipGeometry` and `etag`.
    pub fn read(ask: &Ask, layer: Layer) -> Result<Self, Problem> {
        let fields = ask.param("properties").map(|names| known_fields("properties", names, layer));
        Ok(Self {
            fields: fields.transpose()?.map(|fields| fields.iter().map(|field| field.name).collect()),
            geometry: !flag(ask, "skipGeometry")?,
            tag: flag(ask, "etag")?,
        })
    }

    fn has(&self, name: &str) -> bool {
        self.fields.as_ref().is_none_or(|fields| fields.contains(&name))
    }
}

/// Fields of a layer by their names, separated by commas.
pub fn known_fields(parameter: &str, names: &str, layer: Layer) -> Result<Vec<&'static FieldDef>, Problem> {
    let names = names.split(',').map(str::trim).filter(|name| !name.is_empty());
    names
        .map(|name| {
            layer.def().field(name).ok_or_else(|| {
                let short: String = name.chars().take(60).collect();
                Problem::parameter(
                    parameter,
                    &format!("此图层没有字段“{short}”"),
                    &format!("the layer has no field {short:?}"),
                )
            })
        })
        .collect()
}

fn flag(ask: &Ask, name: &str) -> Result<bool, Problem> {
    match ask.param(name) {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(_) => Err(Problem::parameter(name, "应为 true 或 false", "true or false is expected")),
    }
}

/// Every field asked for is written, null where absent: clients take the columns from the first features.
pub fn write_feature(record: &Record, outgoing: &Outgoing, parts: &Parts, links: &[Link], out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"type\":\"Feature\",\"id\":\"");
    out.extend_from_slice(record.id.to_string().as_bytes());
    out.extend_from_slice(b"\",\"geometry\":");
    let begin = out.len();
    let geometry = record.geometry.as_deref().filter(|_| parts.geometry);
    let written = geometry.and_then(|geometry| outgoing.write(geometry, out));
    if written.is_none() {
        out.truncate(begin);
        out.extend_from_slice(b"null");
    }
    out.extend_from_slice(format!(",\"properties\":{{\"version\":{}", record.version).as_bytes());
    let fields = record.layer.def().fields;
    let common = COMMON_FIELDS.iter().filter(|field| parts.has(field.name));
    let common = common.map(|field| (field.name, record.get(field.name).map(|v| v.to_json())));
    let own = fields.iter().enumerate().filter(|(_, field)| parts.has(field.name));
    let own = own.map(|(at, f)| (f.name, record.fields.get(at).map(|v| v.to_json())));
    for (name, value) in common.chain(own) {
        out.extend_from_slice(b",\"");
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(b"\":");
        // Writing into memory does not fail.
        let _ = serde_json::to_writer(&mut *out, &value.unwrap_or_default());
    }
    if let Some(extra) = record.extra.as_ref().filter(|_| parts.fields.is_none()) {
        out.extend_from_slice(b",\"extra\":");
        let _ = serde_json::to_writer(&mut *out, extra);
    }
    out.push(b'}');
    if parts.tag {
        let tag = Json::from(format!("\"{}\"", content_tag(record)));
        out.extend_from_slice(format!(",\"etag\":{tag}").as_bytes());
    }
    if !links.is_empty() {
        out.extend_from_slice(b",\"links\":");
        let _ = serde_json::to_writer(&mut *out, links);
    }
    out.push(b'}');
}
