//! What of a record is secret while the record is not: exact coordinates of marked markers, phones, identity numbers.
//! What that is stands in `data/accounts/guarded.toml`.
//!
//! Whatever is shown to somebody is a record [`seen`] up to a class; what is changed by somebody keeps what was not
//! seen ([`restore`]). A record without `extra` has nothing of the kind.

use std::borrow::Cow;
use std::sync::OnceLock;

use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value as Json};

use super::{Change, Layer, Record, Secrecy};

/// Fields of a layer, on records that are marked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OfFields {
    #[serde(deserialize_with = "class_of")]
    class: Secrecy,
    #[serde(deserialize_with = "layer_of")]
    layer: Layer,
    /// the member of `extra` that marks a record
    marked: String,
    #[serde(default)]
    geometry: bool,
    names: Vec<String>,
    /// members of `extra` that say the same
    members: Vec<String>,
}

/// Members of `extra` by words in their names.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OfMembers {
    #[serde(deserialize_with = "class_of")]
    class: Secrecy,
    words: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    #[allow(dead_code, reason = "for those who read the file")]
    evidence: String,
    fields: Vec<OfFields>,
    members: Vec<OfMembers>,
}

fn class_of<'de, D: Deserializer<'de>>(from: D) -> Result<Secrecy, D::Error> {
    let word = String::deserialize(from)?;
    Secrecy::from_code(&word).ok_or_else(|| serde::de::Error::custom(format!("no class {word:?}")))
}

fn layer_of<'de, D: Deserializer<'de>>(from: D) -> Result<Layer, D::Error> {
    let name = String::deserialize(from)?;
    name.parse().map_err(|_| serde::de::Error::custom(format!("no layer {name:?}")))
}

#[expect(clippy::expect_used, reason = "the file is compiled in and a test reads it")]
fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| {
        toml::from_str(include_str!("../../data/accounts/guarded.toml")).expect("the table compiled in")
    })
}

fn marked<'a>(record: &'a Record, show: Secrecy) -> impl Iterator<Item = &'static OfFields> + 'a {
    table().fields.iter().filter(move |rule| {
        let mark = || record.extra.as_ref().and_then(|extra| extra.get(&rule.marked));
        rule.layer == record.layer && rule.class > show && mark() == Some(&Json::Bool(true))
    })
}

/// Whether a member is hidden by its name.
fn hides(name: &str, show: Secrecy) -> bool {
    let name = name.to_lowercase();
    let above = table().members.iter().filter(|rule| rule.class > show);
    above.flat_map(|rule| &rule.words).any(|word| name.contains(word.as_str()))
}

/// Members without those that are hidden, however deep they lie; whether there were any.
fn bare(json: &Json, show: Secrecy) -> (Json, bool) {
    match json {
        Json::Object(members) => {
            let (kept, hidden) = bare_members(members, show);
            (Json::Object(kept), hidden)
        }
        Json::Array(items) => {
            let (items, hidden): (Vec<_>, Vec<_>) = items.iter().map(|item| bare(item, show)).unzip();
            (Json::Array(items), hidden.into_iter().any(|one| one))
        }
        plain => (plain.clone(), false),
    }
}

fn bare_members(members: &Map<String, Json>, show: Secrecy) -> (Map<String, Json>, bool) {
    let mut hidden = false;
    let mut kept = Map::new();
    for (name, value) in members {
        if hides(name, show) {
            hidden = true;
            continue;
        }
        let (value, within) = bare(value, show);
        hidden |= within;
        kept.insert(name.clone(), value);
    }
    (kept, hidden)
}

/// Whether a record is marked so that its place is not for those who see up to a class.
pub fn is_marked(record: &Record, show: Secrecy) -> bool {
    record.extra.is_some() && marked(record, show).next().is_some()
}

/// The record as those see it who see up to a class; `None` where they see all of it.
pub fn seen(record: &Record, show: Secrecy) -> Option<Record> {
    seen_as(record, record, show)
}

/// The same of an earlier state of a record that is marked by now: what is secret now was never public.
pub fn seen_as(record: &Record, now: &Record, show: Secrecy) -> Option<Record> {
    if show == Secrecy::Secret || record.extra.is_none() && now.extra.is_none() {
        return None;
    }
    let mut after: Option<Record> = None;
    let rules = marked(record, show).chain(marked(now, show));
    for rule in rules {
        let after = after.get_or_insert_with(|| record.clone());
        if rule.geometry {
            after.geometry = None;
        }
        let def = record.layer.def();
        for at in rule.names.iter().filter_map(|name| def.index_of(name)) {
            after.fields = after.fields.with(at, None);
        }
        if let Some(extra) = &mut after.extra {
            rule.members.iter().for_each(|name| drop(extra.remove(name)));
        }
    }
    let extra = after.as_ref().unwrap_or(record).extra.as_deref();
    if let Some((kept, true)) = extra.map(|extra| bare_members(extra, show)) {
        after.get_or_insert_with(|| record.clone()).extra =
            Some(Box::new(kept)).filter(|kept| !kept.is_empty());
    }
    after
}

/// The record as those see it who see up to a class.
pub fn shown(record: &Record, show: Secrecy) -> Cow<'_, Record> {
    seen(record, show).map_or(Cow::Borrowed(record), Cow::Owned)
}

/// A change as those see it who see up to a class, of a record that is by now another; `None` where they see all.
pub fn change_seen(change: &Change, now: Option<&Record>, show: Secrecy) -> Option<Change> {
    let side = |record: &Record| {
        let own = seen(record, show);
        let by_now = now.and_then(|now| seen_as(own.as_ref().unwrap_or(record), now, show));
        by_now.or(own)
    };
    let (before, after) = (change.before(), change.after());
    // What one side is marked for is hidden of the other too.
    let with = |one: Option<&Record>, other: Option<&Record>| {
        let one = one?;
        let own = side(one);
        let beside = other.and_then(|other| seen_as(own.as_ref().unwrap_or(one), other, show));
        beside.or(own)
    };
    let (was, is) = (with(before, after), with(after, before));
    if was.is_none() && is.is_none() {
        return None;
    }
    let whole = |seen: Option<Record>, record: Option<&Record>| seen.or_else(|| record.cloned());
    match (whole(was, before), whole(is, after)) {
        (Some(before), Some(after)) => Some(Change::update(before, after)),
        (Some(before), None) => Some(Change::delete(before)),
        (None, Some(after)) => Some(Change::insert(after)),
        (None, None) => None,
    }
}

/// Puts back into a changed record what whoever changed it did not see, and the mark that hid it.
pub fn restore(before: &Record, after: &mut Record, show: Secrecy) {
    let Some(seen) = seen(before, show) else { return };
    let def = before.layer.def();
    for rule in marked(before, show) {
        if rule.geometry {
            after.geometry.clone_from(&before.geometry);
        }
        for (at, name) in rule.names.iter().filter_map(|name| Some((def.index_of(name)?, name))) {
            after.fields = after.fields.with(at, before.get(name));
        }
        let extra = after.extra.get_or_insert_default();
        extra.insert(rule.marked.clone(), Json::Bool(true));
    }
    let Some(was) = before.extra.as_deref() else { return };
    let bare = seen.extra.as_deref();
    for (name, value) in was {
        let left = bare.and_then(|bare| bare.get(name));
        if left == Some(value) {
            continue;
        }
        // A member that was seen in part and changed since is as it was changed.
        let extra = after.extra.get_or_insert_default();
        if extra.get(name).is_none_or(|now| Some(now) == left) {
            extra.insert(name.clone(), value.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::layers::BoundaryMarker;
    use crate::model::{RecordId, Value};

    fn marker(extra: Json) -> Record {
        let mut fields = BoundaryMarker::numbered("1");
        (fields.x_m, fields.material) = (Some(2_770_001.5), Some("stone".into()));
        let mut record = Record::of(RecordId::from_bits(1), fields);
        record.geometry = Some(std::sync::Arc::new(geo_types::Point::new(102.5, 25.5).into()));
        record.extra = extra.as_object().cloned().map(Box::new);
        record
    }

    #[test]
    fn a_marked_marker_has_no_place_for_those_below() {
        let whole = marker(json!({ "coordinates_secret": true, "received": { "lon": 102.5 } }));
        let seen = seen(&whole, Secrecy::Internal).unwrap();
        assert!(seen.geometry.is_none() && seen.get("x_m").is_none() && seen.get("material").is_some());
        assert!(!seen.extra.as_ref().unwrap().contains_key("received"));
        assert!(super::seen(&whole, Secrecy::Secret).is_none() && is_marked(&seen, Secrecy::Public));
        assert!(super::seen(&marker(json!({ "coordinates_secret": false })), Secrecy::Public).is_none());
        // As it was before it was marked, it is not shown either.
        let before = marker(json!({ "note": 1 }));
        assert!(seen_as(&before, &whole, Secrecy::Public).unwrap().geometry.is_none());
    }

    #[test]
    fn phones_and_identity_numbers_are_left_out_however_deep_they_lie() {
        let whole = marker(json!({
            "联系电话": "1", "applicant": [{ "身份证号": "2", "name": "张" }], "IDCard": "3", "备注": "4",
        }));
        let extra = |show| Json::Object(*shown(&whole, show).extra.clone().unwrap());
        assert_eq!(extra(Secrecy::Public), json!({ "applicant": [{ "name": "张" }], "备注": "4" }));
        let internal = json!({ "联系电话": "1", "applicant": [{ "name": "张" }], "备注": "4" });
        assert_eq!(extra(Secrecy::Internal), internal);
    }

    #[test]
    fn what_was_not_seen_is_kept_by_a_change() {
        let whole =
            marker(json!({ "coordinates_secret": true, "电话": "1", "备注": "4", "a": { "手机": "5" } }));
        let mut after = marker(json!({ "备注": "5" }));
        (after.geometry, after.fields) = (None, after.fields.with(0, Some(Value::Text("2".into()))));
        restore(&whole, &mut after, Secrecy::Public);
        assert_eq!((&after.geometry, after.get("x_m")), (&whole.geometry, whole.get("x_m")));
        let kept = json!({ "coordinates_secret": true, "电话": "1", "备注": "5", "a": { "手机": "5" } });
        assert_eq!(Json::Object(*after.extra.clone().unwrap()), kept);
        assert_eq!(after.text("number"), Some("2"));
    }

    #[test]
    fn a_change_is_shown_without_what_either_side_hides() {
        let (before, after) = (marker(json!({})), marker(json!({ "coordinates_secret": true })));
        let seen = change_seen(&Change::update(before.clone(), after), None, Secrecy::Public).unwrap();
        assert!(seen.before().unwrap().geometry.is_none() && seen.after().unwrap().geometry.is_none());
        assert!(change_seen(&Change::insert(before), None, Secrecy::Public).is_none());
    }
}
