//! The bytes that the log keeps for ever: RFC 8785 JSON for attributes, little-endian WKB for geometry.

use std::sync::{Arc, OnceLock};

use serde_json::{Map, Value as Json};

use super::{COMMON_FIELDS, Fields, Layer, Period, Record, RecordKey, Secrecy, Value, wkb};

/// Why logged bytes cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CanonicalError {
    /// the JSON is not an object, or a member does not fit its field
    #[error("logged attributes do not fit the layer {layer}: {what}")]
    Attributes {
        /// the layer
        layer: Layer,
        /// what does not fit
        what: String,
    },
    /// the WKB is damaged
    #[error("a logged geometry is damaged")]
    Geometry,
}

/// One member of a record's canonical JSON.
#[derive(Clone, Copy)]
enum Slot {
    Common(&'static str),
    Own(usize),
    Extra,
}

/// Members of a layer in the order of RFC 8785 (names are ASCII, so bytes order as UTF-16 does).
fn slots(layer: Layer) -> &'static [(&'static str, Slot)] {
    static SLOTS: OnceLock<Vec<Vec<(&'static str, Slot)>>> = OnceLock::new();
    let all = SLOTS.get_or_init(|| {
        let of = |layer: &Layer| {
            let own = layer.def().fields.iter().enumerate().map(|(at, f)| (f.name, Slot::Own(at)));
            let common = COMMON_FIELDS.iter().map(|f| (f.name, Slot::Common(f.name)));
            let mut slots: Vec<_> = own.chain(common).chain([("extra", Slot::Extra)]).collect();
            slots.sort_unstable_by_key(|(name, _)| *name);
            slots
        };
        Layer::ALL.iter().map(of).collect()
    });
    &all[layer.index()]
}

/// Writes a record's attributes as canonical JSON and its geometry as WKB behind what the buffers hold.
///
/// Id, version and layer are not among the attributes: they are columns of the log. Absent members are not written.
pub fn write_canonical(record: &Record, json: &mut Vec<u8>, geometry: &mut Vec<u8>) {
    write_attributes(record, json);
    if let Some(shape) = &record.geometry {
        wkb::write(shape, geometry);
    }
}

/// Writes a record's attributes alone, as [`write_canonical`] does.
pub fn write_attributes(record: &Record, json: &mut Vec<u8>) {
    json.push(b'{');
    let mut first = true;
    for (name, slot) in slots(record.layer) {
        let mut member = |write: &mut dyn FnMut(&mut Vec<u8>)| {
            if !std::mem::take(&mut first) {
                json.push(b',');
            }
            json.push(b'"');
            json.extend_from_slice(name.as_bytes());
            json.extend_from_slice(b"\":");
            write(json);
        };
        match slot {
            Slot::Own(at) => {
                if let Some(value) = record.fields.get(*at) {
                    member(&mut |out| write_value(value, out));
                }
            }
            Slot::Extra => {
                if let Some(extra) = record.extra.as_deref().filter(|extra| !extra.is_empty()) {
                    member(&mut |out| write_object(extra, out));
                }
            }
            Slot::Common("secrecy") if record.secrecy == Secrecy::Public => {}
            Slot::Common(name) => match *name {
                "code" => write_text_member(record.code.as_deref(), &mut member),
                "source" => write_text_member(record.source.as_deref(), &mut member),
                "remarks" => write_text_member(record.remarks.as_deref(), &mut member),
                "secrecy" => write_text_member(Some(record.secrecy.code()), &mut member),
                "valid_from" => write_date_member(record.valid.from(), &mut member),
                _ => write_date_member(record.valid.to(), &mut member),
            },
        }
    }
    json.push(b'}');
}

type Member<'a> = dyn FnMut(&mut dyn FnMut(&mut Vec<u8>)) + 'a;

fn write_text_member(text: Option<&str>, member: &mut Member<'_>) {
    if let Some(text) = text {
        member(&mut |out| write_string(text, out));
    }
}

fn write_date_member(date: Option<super::Date>, member: &mut Member<'_>) {
    if let Some(date) = date {
        member(&mut |out| write_string(&date.to_string(), out));
    }
}

/// Reads a record back from its canonical bytes; an empty `geometry` is none.
pub fn read_canonical(
    layer: Layer,
    key: RecordKey,
    json: &[u8],
    geometry: &[u8],
) -> Result<Record, CanonicalError> {
    let fail = |what: String| CanonicalError::Attributes { layer, what };
    let mut object: Map<String, Json> =
        serde_json::from_slice(json).map_err(|error| fail(error.to_string()))?;
    let mut text = |name: &str| match object.remove(name) {
        None => Ok(None),
        Some(Json::String(text)) => Ok(Some(text)),
        Some(_) => Err(fail(name.into())),
    };
    let date = |text: Option<String>| text.map(|t| t.parse().map_err(|_| fail(t))).transpose();
    let valid = Period::new(date(text("valid_from")?)?, date(text("valid_to")?)?)
        .map_err(|error| fail(error.to_string()))?;
    let (code, source, remarks) = (text("code")?, text("source")?, text("remarks")?);
    let secrecy = match text("secrecy")? {
        None => Secrecy::Public,
        Some(word) => Secrecy::from_code(&word).ok_or_else(|| fail(word))?,
    };
    let extra = match object.remove("extra") {
        None => None,
        Some(Json::Object(extra)) => Some(Box::new(extra)),
        Some(_) => return Err(fail("extra".into())),
    };
    let mut pairs = Vec::with_capacity(object.len());
    for (at, field) in layer.def().fields.iter().enumerate() {
        if let Some(member) = object.remove(field.name) {
            let value =
                Value::from_json(field.kind, &member).map_err(|e| fail(format!("{}: {e}", field.name)))?;
            pairs.extend(value.map(|value| (at, value)));
        }
    }
    if let Some(name) = object.keys().next() {
        return Err(fail(format!("unknown member {name}")));
    }
    let geometry = if geometry.is_empty() {
        None
    } else {
        Some(Arc::new(wkb::read(geometry).ok_or(CanonicalError::Geometry)?))
    };
    Ok(Record {
        layer,
        id: key.id,
        version: key.version,
        valid,
        secrecy,
        code: code.map(Into::into),
        source: source.map(Into::into),
        remarks: remarks.map(Into::into),
        fields: Fields::from_pairs(pairs),
        extra,
        geometry,
    })
}

fn write_value(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Text(text) => write_string(text, out),
        Value::Int(number) => out.extend_from_slice(number.to_string().as_bytes()),
        Value::Real(number) => write_number(*number, out),
        Value::Bool(flag) => out.extend_from_slice(if *flag { b"true" } else { b"false" }),
        Value::Date(date) => write_string(&date.to_string(), out),
        Value::List(list) => canonical_json(list, out),
    }
}

/// Writes JSON by RFC 8785: members ordered by UTF-16 units, numbers as ECMAScript prints them.
pub fn canonical_json(json: &Json, out: &mut Vec<u8>) {
    match json {
        Json::Null => out.extend_from_slice(b"null"),
        Json::Bool(flag) => out.extend_from_slice(if *flag { b"true" } else { b"false" }),
        Json::Number(number) => write_number(number.as_f64().unwrap_or(0.0), out),
        Json::String(text) => write_string(text, out),
        Json::Array(items) => {
            out.push(b'[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(b',');
                }
                canonical_json(item, out);
            }
            out.push(b']');
        }
        Json::Object(object) => write_object(object, out),
    }
}

fn write_object(object: &Map<String, Json>, out: &mut Vec<u8>) {
    let mut members: Vec<_> = object.iter().collect();
    members.sort_by(|a, b| a.0.encode_utf16().cmp(b.0.encode_utf16()));
    out.push(b'{');
    for (at, (name, member)) in members.into_iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        write_string(name, out);
        out.push(b':');
        canonical_json(member, out);
    }
    out.push(b'}');
}

fn write_number(number: f64, out: &mut Vec<u8>) {
    let mut buffer = ryu_js::Buffer::new();
    out.extend_from_slice(buffer.format(number).as_bytes());
}

fn write_string(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    for &byte in text.as_bytes() {
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            0x08 => out.extend_from_slice(b"\\b"),
            0x0c => out.extend_from_slice(b"\\f"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            0..=0x1f => out.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
            _ => out.push(byte),
        }
    }
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::layers::{Division, DivisionLevel};
    use crate::model::{Date, RecordId};
    use geo_types::polygon;
    use proptest::prelude::*;

    #[test]
    fn a_record_reads_back_from_its_bytes() {
        let mut record = Record::of(
            RecordId::from_bits(7),
            Division {
                former_names: vec!["旧名".into()],
                area_km2: Some(5.0),
                set_up_date: Date::new(1983, 4, 1),
                ..Division::named("华山\"街道", DivisionLevel::Township)
            },
        );
        record.code = Some("530102002".into());
        record.extra =
            serde_json::json!({"b": 1.0, "a": [null, "é\u{1}"]}).as_object().cloned().map(Box::new);
        record.geometry = Some(Arc::new(
            geo_types::MultiPolygon(vec![polygon![(x: 0., y: 0.), (x: 1., y: 0.), (x: 1., y: 1.)]]).into(),
        ));
        let (mut json, mut wkb) = (Vec::new(), Vec::new());
        write_canonical(&record, &mut json, &mut wkb);
        assert_eq!(
            String::from_utf8_lossy(&json),
            "{\"area_km2\":5,\"code\":\"530102002\",\"extra\":{\"a\":[null,\"é\\u0001\"],\"b\":1},\
             \"former_names\":[\"旧名\"],\"level\":\"township\",\"name\":\"华山\\\"街道\",\"set_up_date\":\"1983-04-01\"}"
        );
        let back = read_canonical(record.layer, record.key(), &json, &wkb);
        let (mut json2, mut wkb2) = (Vec::new(), Vec::new());
        if let Ok(back) = &back {
            write_canonical(back, &mut json2, &mut wkb2);
        }
        assert_eq!((json, wkb), (json2, wkb2));
        assert_eq!(back.map(|b| (b.fields, b.geometry)), Ok((record.fields, record.geometry)));
    }

    fn any_json() -> impl Strategy<Value = Json> {
        let leaf = prop_oneof![
            Just(Json::Null),
            any::<bool>().prop_map(Json::from),
            any::<i32>().prop_map(Json::from),
            any::<f64>().prop_filter("finite", |f| f.is_finite()).prop_map(Json::from),
            "\\PC*".prop_map(Json::from),
            any::<String>().prop_map(Json::from),
        ];
        leaf.prop_recursive(3, 24, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Json::from),
                prop::collection::hash_map(any::<String>(), inner, 0..5)
                    .prop_map(|m| Json::Object(m.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn canonical_json_agrees_with_an_independent_writer(json in any_json()) {
            let mut ours = Vec::new();
            canonical_json(&json, &mut ours);
            let theirs = serde_json_canonicalizer::to_vec(&json).map_err(|e| TestCaseError::fail(e.to_string()))?;
            prop_assert_eq!(String::from_utf8_lossy(&ours), String::from_utf8_lossy(&theirs));
        }
    }
}
