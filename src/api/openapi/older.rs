//! OpenAPI 3.1 schemas in the words of 3.0.

use serde_json::{Map, Value as Json, json};

/// Rewrites a document: a null among the types becomes `nullable`, `const` an `enum` of one.
pub fn as_3_0(mut document: Json) -> Json {
    rewrite(&mut document);
    document
}

fn rewrite(value: &mut Json) {
    match value {
        Json::Array(items) => items.iter_mut().for_each(rewrite),
        Json::Object(members) => {
            members.values_mut().for_each(rewrite);
            rewrite_schema(members);
        }
        _ => {}
    }
}

fn rewrite_schema(schema: &mut Map<String, Json>) {
    if let Some(Json::Array(kinds)) = schema.get("type") {
        let nullable = kinds.iter().any(|kind| kind == "null");
        let kind = kinds.iter().find(|kind| *kind != "null").cloned();
        match kind {
            Some(kind) => schema.insert("type".into(), kind),
            None => schema.remove("type"),
        };
        if nullable {
            schema.insert("nullable".into(), true.into());
        }
    }
    for key in ["oneOf", "anyOf"] {
        let Some(Json::Array(choices)) = schema.get_mut(key) else { continue };
        let before = choices.len();
        choices.retain(|choice| choice["type"] != "null");
        if choices.len() < before {
            let rest = std::mem::take(choices);
            schema.remove(key);
            schema.insert("nullable".into(), true.into());
            schema.insert(if rest.len() == 1 { "allOf".into() } else { key.into() }, Json::Array(rest));
        }
    }
    if let Some(value) = schema.remove("const") {
        schema.insert("enum".into(), json!([value]));
    }
    if let Some(Json::Array(examples)) = schema.remove("examples") {
        schema.extend(examples.into_iter().next().map(|example| ("example".to_owned(), example)));
    }
    schema.remove("propertyNames");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nulls_become_nullable() {
        let older = as_3_0(json!({
            "a": { "type": ["string", "null"] },
            "b": { "oneOf": [{ "type": "null" }, { "$ref": "#/x" }] },
            "c": { "const": 1 },
        }));
        assert_eq!(
            older,
            json!({
                "a": { "type": "string", "nullable": true },
                "b": { "nullable": true, "allOf": [{ "$ref": "#/x" }] },
                "c": { "enum": [1] },
            })
        );
    }
}
