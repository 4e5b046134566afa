//! A record as a flat JSON object, the same on every wire: exports, the API, the log's readable side.

use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::{COMMON_FIELDS, Fields, Layer, LayerDef, Period, Record, RecordId, Secrecy, Value, ValueError};

/// Attributes as one flat object: id, version, common fields, own fields, `extra`. Absent ones are left out.
pub fn record_to_json(record: &Record) -> Map<String, Json> {
    let mut object = Map::new();
    object.insert("id".into(), record.id.to_string().into());
    object.insert("version".into(), record.version.into());
    for field in COMMON_FIELDS {
        if let Some(value) = record.get(field.name) {
            object.insert(field.name.into(), value.to_json());
        }
    }
    let fields = record.layer.def().fields;
    for (at, value) in record.fields.iter() {
        object.insert(fields[at].name.into(), value.to_json());
    }
    if let Some(extra) = &record.extra {
        object.insert("extra".into(), Json::Object((**extra).clone()));
    }
    object
}

/// Reads such an object as a record (without geometry): a strict reading, for the API.
///
/// The error names the member that does not fit. `id` and `version` in the object are not read.
pub fn record_from_json(
    layer: Layer,
    id: RecordId,
    object: &Map<String, Json>,
) -> Result<Record, (String, ValueError)> {
    let def = layer.def();
    let mut record = Record::new(layer, id, Fields::default());
    let mut pairs = Vec::new();
    let (mut from, mut to) = (None, None);
    for (name, member) in object {
        let bad = |error| (name.clone(), error);
        let Some(field) = def.field(name) else {
            match (name.as_str(), member) {
                ("id" | "version", _) | (_, Json::Null) => continue,
                ("extra", Json::Object(extra)) => record.extra = Some(Box::new(extra.clone())),
                _ => {
                    return Err(bad(ValueError::Kind {
                        expected: "a field of the layer",
                        found: name.clone(),
                    }));
                }
            }
            continue;
        };
        let Some(value) = Value::from_json(field.kind, member).map_err(bad)? else { continue };
        if !LayerDef::admits(field, &value) {
            let found = value.as_text().unwrap_or_default().to_owned();
            return Err(bad(ValueError::List { list: field.list.unwrap_or_default(), found }));
        }
        match (name.as_str(), value) {
            ("code", Value::Text(text)) => record.code = Some(text),
            ("source", Value::Text(text)) => record.source = Some(Arc::from(text)),
            ("remarks", Value::Text(text)) => record.remarks = Some(text),
            ("secrecy", Value::Text(text)) => record.secrecy = Secrecy::from_code(&text).unwrap_or_default(),
            ("valid_from", Value::Date(date)) => from = Some(date),
            ("valid_to", Value::Date(date)) => to = Some(date),
            (_, value) => pairs.extend(def.index_of(name).map(|at| (at, value))),
        }
    }
    record.valid = Period::new(from, to).map_err(|e| {
        ("valid_to".to_owned(), ValueError::Kind { expected: "a day after valid_from", found: e.to_string() })
    })?;
    pairs.sort_by_key(|(at, _)| *at);
    record.fields = Fields::from_pairs(pairs);
    match def.fields.iter().enumerate().find(|(at, f)| f.required && record.fields.get(*at).is_none()) {
        Some((_, field)) => {
            Err((field.name.into(), ValueError::Kind { expected: field.kind.name(), found: String::new() }))
        }
        None => Ok(record),
    }
}
