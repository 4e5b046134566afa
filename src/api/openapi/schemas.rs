//! The shapes of what is sent and taken, by name.

use serde_json::{Map, Value as Json, json};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::api::{ogc, v1};

/// Schemas by name, in order of name.
pub type Named = Vec<(String, RefOr<Schema>)>;

/// Adds a type and all that it refers to.
pub fn add<T: ToSchema + PartialSchema>(named: &mut Named) {
    T::schemas(named);
    named.push((T::name().into_owned(), T::schema()));
}

/// All of them.
pub fn all() -> Map<String, Json> {
    let mut named = Named::new();
    v1::add_schemas(&mut named);
    ogc::add_schemas(&mut named);
    crate::api::underlays::add_schemas(&mut named);
    crate::api::scans::add_schemas(&mut named);
    let mut all: Map<String, Json> = written_by_hand();
    for (name, schema) in named {
        all.insert(name, serde_json::to_value(schema).unwrap_or_default());
    }
    all.sort_keys();
    all
}

/// Shapes that are made member by member and have no type of their own.
fn written_by_hand() -> Map<String, Json> {
    let text = json!({ "type": "string" });
    let object = json!({ "type": "object" });
    let links = json!({ "type": "array", "items": { "$ref": "#/components/schemas/Link" } });
    let list =
        |of: &str| json!({ "type": "array", "items": { "$ref": format!("#/components/schemas/{of}") } });
    let shape = |required: &[&str], properties: Json| json!({ "type": "object", "required": required, "properties": properties });
    let both = json!({ "$ref": "#/components/schemas/Text" });
    let all = json!({
        "Problem": shape(&["type", "title", "status", "code", "zh", "en", "next"], json!({
            "type": text, "title": text, "status": { "type": "integer" }, "detail": text,
            "code": { "type": "string", "description": "stable word for programs" },
            "zh": text, "en": text, "next": both,
            "findings": { "type": "array", "items": object },
        })),
        "Lists": { "type": "object", "additionalProperties": { "$ref": "#/components/schemas/ListDoc" } },
        "JsonSchema": object,
        "File": { "type": "string", "format": "binary" },
        "TileJson": object,
        "Collections": shape(&["links", "collections"], json!({
            "links": links, "crs": { "type": "array", "items": text }, "collections": list("Collection"),
        })),
        "Collection": shape(&["id", "links"], json!({
            "id": text, "title": text, "description": text, "itemType": text, "extent": object,
            "crs": { "type": "array", "items": text }, "storageCrs": text, "links": links,
        })),
        "FeatureCollection": shape(&["type", "features"], json!({
            "type": { "type": "string", "enum": ["FeatureCollection"] },
            "links": links, "timeStamp": { "type": "string", "format": "date-time" },
            "numberMatched": { "type": "integer", "minimum": 0 },
            "numberReturned": { "type": "integer", "minimum": 0 },
            "features": list("Feature"),
        })),
        "FeaturePatch": shape(&[], json!({
            "properties": object, "geometry": { "type": ["object", "null"] },
        })),
        "Feature": shape(&["type", "id", "geometry", "properties"], json!({
            "type": { "type": "string", "enum": ["Feature"] },
            "id": text, "geometry": { "type": ["object", "null"] }, "properties": object, "links": links,
            "etag": { "type": "string", "description": "for If-Match, where asked for" },
        })),
    });
    match all {
        Json::Object(members) => members,
        _ => Map::new(),
    }
}
