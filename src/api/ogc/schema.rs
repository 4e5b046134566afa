//! JSON Schema of a layer, made from its definition: titles in both languages, units, code lists.

use std::sync::Arc;

use serde_json::{Map, Value as Json, json};

use super::filter::queryables as queryable_fields;
use super::html;
use super::links::origin;
use super::sort::sortables as sortable_fields;
use crate::api::answer::Answer;
use crate::api::app::App;
use crate::api::ask::Ask;
use crate::api::negotiate::Form;
use crate::api::problem::Problem;
use crate::model::{
    Bilingual, COMMON_FIELDS, FieldDef, FieldKind, GeometryKind, ItemKind, Language, Layer, vocab,
};

const MEDIA: &str = "application/schema+json";

fn plain(kind: FieldKind) -> Json {
    match kind {
        FieldKind::Text => json!({ "type": "string" }),
        FieldKind::Int => json!({ "type": "integer" }),
        FieldKind::Real => json!({ "type": "number" }),
        FieldKind::Bool => json!({ "type": "boolean" }),
        FieldKind::Date => json!({ "type": "string", "format": "date" }),
        FieldKind::List(ItemKind::Text) => json!({ "type": "array", "items": { "type": "string" } }),
        FieldKind::List(ItemKind::Object(members)) => {
            let members: Map<String, Json> =
                members.iter().map(|member| (member.name.to_owned(), plain(member.kind))).collect();
            json!({ "type": "array", "items": { "type": "object", "properties": members } })
        }
    }
}

fn titled(schema: &mut Json, title: &Bilingual, language: Language) {
    schema["title"] = title.get(language).into();
    schema["x-title"] = json!({ "zh": title.zh, "en": title.en });
}

/// The schema of one field. Codes stand in `oneOf`; where an office may use words of its own any text
/// is valid beside them.
fn field(layer: Layer, def: &FieldDef, language: Language) -> Json {
    let label = vocab::field(layer.name(), def.name);
    let mut schema = plain(def.kind);
    titled(&mut schema, &label.title, language);
    if let Some(help) = &label.help {
        schema["description"] = help.get(language).into();
    }
    if let Some(unit) = def.unit {
        schema["x-ogc-unit"] = unit.into();
    }
    if let Some(reference) = def.refers {
        schema["x-refers"] =
            json!({ "layer": reference.layer.name(), "by": format!("{:?}", reference.by).to_lowercase() });
    }
    if let Some(name) = def.list {
        let list = vocab::list(name);
        let codes: Vec<Json> = list
            .values
            .iter()
            .map(|value| {
                let mut code = json!({ "const": value.code });
                titled(&mut code, &value.title, language);
                code
            })
            .collect();
        schema["x-list"] = name.into();
        let key = if list.open { "anyOf" } else { "oneOf" };
        let mut codes = codes;
        if list.open {
            codes.push(json!({ "type": "string" }));
        }
        schema[key] = Json::Array(codes);
    }
    schema
}

/// The member for the geometry, if the layer has one.
fn geometry(layer: Layer) -> Option<Json> {
    let format = match layer.def().geometry {
        GeometryKind::None => return None,
        GeometryKind::Point => "geometry-point",
        GeometryKind::Line => "geometry-multilinestring",
        GeometryKind::Area => "geometry-multipolygon",
        GeometryKind::Any => "geometry-any",
    };
    Some(json!({ "x-ogc-role": "primary-geometry", "format": format, "title": "图形" }))
}

fn document(layer: Layer, id: String, properties: Map<String, Json>, language: Language) -> Json {
    let title = layer.def().title();
    let mut schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": id,
        "type": "object",
    });
    titled(&mut schema, &title, language);
    schema["properties"] = Json::Object(properties);
    schema
}

/// All of a layer's fields as JSON Schema.
pub fn layer_schema(layer: Layer, id: String, language: Language) -> Json {
    let mut properties = Map::new();
    properties.insert(
        "id".into(),
        json!({ "type": "string", "x-ogc-role": "id", "title": "ULID", "readOnly": true }),
    );
    properties.insert("version".into(), json!({ "type": "integer", "title": "版本", "readOnly": true }));
    for def in COMMON_FIELDS.iter().chain(layer.def().fields) {
        properties.insert(def.name.into(), field(layer, def, language));
    }
    for (name, role) in [("valid_from", "primary-interval-start"), ("valid_to", "primary-interval-end")] {
        properties[name]["x-ogc-role"] = role.into();
    }
    properties.insert("extra".into(), json!({ "type": "object", "title": "其他列" }));
    properties.extend(geometry(layer).map(|geometry| ("geometry".to_owned(), geometry)));
    let required: Vec<&str> = layer.def().fields.iter().filter(|f| f.required).map(|f| f.name).collect();
    let mut schema = document(layer, id, properties, language);
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema
}

/// `GET /ogc/collections/{layer}/schema`
pub fn schema(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let layer = ask.layer()?;
    let id = format!("{}/ogc/collections/{layer}/schema", origin(app, ask));
    send(app, ask, layer, &layer_schema(layer, id, ask.language))
}

/// `GET /ogc/collections/{layer}/queryables`
pub fn queryables(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let layer = ask.layer()?;
    let id = format!("{}/ogc/collections/{layer}/queryables", origin(app, ask));
    let fields = queryable_fields(layer).map(|def| (def.name.to_owned(), field(layer, def, ask.language)));
    let mut properties: Map<String, Json> = fields.collect();
    properties.insert("id".into(), json!({ "type": "string", "x-ogc-role": "id", "title": "ULID" }));
    properties.extend(geometry(layer).map(|geometry| ("geometry".to_owned(), geometry)));
    let mut schema = document(layer, id, properties, ask.language);
    schema["additionalProperties"] = false.into();
    send(app, ask, layer, &schema)
}

/// `GET /ogc/collections/{layer}/sortables`
pub fn sortables(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let layer = ask.layer()?;
    let id = format!("{}/ogc/collections/{layer}/sortables", origin(app, ask));
    let fields = sortable_fields(layer).map(|def| (def.name.to_owned(), field(layer, def, ask.language)));
    let mut schema = document(layer, id, fields.collect(), ask.language);
    schema["additionalProperties"] = false.into();
    send(app, ask, layer, &schema)
}

fn send(app: &App, ask: &Ask, layer: Layer, schema: &Json) -> Result<Answer, Problem> {
    match Form::of(ask)? {
        Form::Html => Ok(html::schema(app, ask, layer, schema)),
        Form::Json => Answer::json_as(MEDIA, schema),
    }
}
