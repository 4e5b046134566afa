//! `GET /api/v1/layers/{layer}/records/{id}`: one record, what it is related to, and its history.

use std::sync::Arc;

use axum::http::header;
use geo_types::Geometry;
use serde::Serialize;
use serde_json::{Map, Value as Json};
use sha2::{Digest as _, Sha256};

use super::related::{Related, related};
use crate::api::answer::{Answer, holds, not_modified};
use crate::api::app::App;
use crate::api::ask::Ask;
use crate::api::history::{self, FieldChange};
use crate::api::problem::Problem;
use crate::api::view::View;
use crate::api::wire::{bbox_of, geometry_json};
use crate::crs::geodesic;
use crate::model::{ActDescription, Record, geometry, record_to_json, write_canonical};
use crate::register::{HistoryEntry, StoreError};

/// One record.
#[derive(Serialize, utoipa::ToSchema)]
pub struct RecordDoc {
    layer: &'static str,
    id: String,
    version: u32,
    label: Option<String>,
    /// the register it is from, where several are read as one
    #[serde(skip_serializing_if = "Option::is_none")]
    register: Option<String>,
    /// public, internal or secret
    secrecy: &'static str,
    /// id, version, common fields, own fields, extra; absent ones are left out
    #[schema(value_type = Object)]
    attributes: Map<String, Json>,
    /// GeoJSON
    #[schema(value_type = Object)]
    geometry: Option<Json>,
    /// west, south, east, north
    bbox: Option<[f64; 4]>,
    measures: Measures,
    /// for `If-Match`
    etag: String,
    /// other records of the layer with its code on that day: of registers read as one, or by mistake
    #[serde(skip_serializing_if = "Vec::is_empty")]
    twins: Vec<Twin>,
    /// all lawful versions
    versions: Vec<VersionDoc>,
    /// records that this one points at, and those that point at it
    related: Vec<Related>,
    /// newest first
    history: Vec<HistoryLine>,
}

/// Geodesic measures.
#[derive(Default, Serialize, utoipa::ToSchema)]
pub struct Measures {
    /// square metres
    #[serde(skip_serializing_if = "Option::is_none")]
    area_m2: Option<f64>,
    /// metres: of a line its length, of an area its perimeter
    #[serde(skip_serializing_if = "Option::is_none")]
    length_m: Option<f64>,
}

/// Another record with the same code.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Twin {
    id: String,
    label: Option<String>,
    /// the register it is from, where several are read as one
    register: Option<String>,
    /// whether it says the same, its source aside
    same: bool,
}

/// One lawful version.
#[derive(Serialize, utoipa::ToSchema)]
pub struct VersionDoc {
    version: u32,
    valid_from: Option<String>,
    valid_to: Option<String>,
}

/// One change of the record.
#[derive(Serialize, utoipa::ToSchema)]
pub struct HistoryLine {
    #[serde(flatten)]
    act: ActDescription,
    /// insert, update or delete
    op: &'static str,
    version: u32,
    fields: Vec<FieldChange>,
    geometry_changed: bool,
}

/// The tag of a record's content: the same content, the same tag.
pub fn content_tag(record: &Record) -> String {
    let (mut json, mut wkb) = (Vec::new(), Vec::new());
    write_canonical(record, &mut json, &mut wkb);
    let mut hash = Sha256::new();
    hash.update((json.len() as u64).to_be_bytes());
    hash.update(&json);
    hash.update(&wkb);
    hash.finalize()[..12].iter().map(|byte| format!("{byte:02x}")).collect()
}

fn measures(shape: &Geometry) -> Measures {
    match shape {
        Geometry::MultiLineString(_) | Geometry::LineString(_) => {
            Measures { length_m: Some(geodesic::length_m(shape)), area_m2: None }
        }
        Geometry::Polygon(_) | Geometry::MultiPolygon(_) => {
            Measures { area_m2: Some(geodesic::area_m2(shape)), length_m: Some(geodesic::length_m(shape)) }
        }
        _ => Measures::default(),
    }
}

fn history_lines(app: &App, view: &View, record: &Record) -> Result<Vec<HistoryLine>, StoreError> {
    let (mut lines, newest) = (Vec::new(), app.register.snapshot());
    for entry in app.register.history(record.layer, record.id)?.into_iter().rev() {
        let HistoryEntry { revision, header, change, undone_by } = entry;
        if revision > view.revision() || !history::shows(&change, view.show) {
            continue;
        }
        let seen = history::as_seen(&change, &newest, view.show);
        lines.push(HistoryLine {
            act: ActDescription {
                register: app.place_of(revision),
                ..ActDescription::of(revision, &header, undone_by)
            },
            op: change.op().code(),
            version: change.key().version,
            fields: history::field_changes(&seen),
            geometry_changed: history::geometry_changed(&seen),
        });
    }
    Ok(lines)
}

/// How many others with the same code are named.
const MOST_TWINS: usize = 20;

fn twins(app: &App, view: &View, record: &Record) -> Result<Vec<Twin>, StoreError> {
    let Some(code) = record.code.as_deref() else { return Ok(Vec::new()) };
    let rows = view.snapshot.layer(record.layer);
    let others = rows.by_code(code).filter(|other| other.id != record.id && view.holds(other));
    let twin = |other: &Arc<Record>| {
        let member = app.register.member_of(other.layer, other.id)?.and_then(|at| app.members.get(at));
        let same = other.fields == record.fields && other.geometry == record.geometry;
        Ok(Twin {
            id: other.id.to_string(),
            label: other.label().map(str::to_owned),
            register: member.map(|member| member.label.clone()),
            same: same && other.valid == record.valid && other.remarks == record.remarks,
        })
    };
    others.take(MOST_TWINS).map(twin).collect()
}

/// The handler.
pub fn get(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let (layer, id, view) = (ask.layer()?, ask.record_id()?, View::of(app, ask)?);
    let record = view.record(layer, id)?;
    let content = content_tag(record);
    // What is related and what was taken back may change while the record does not: the tag of the
    // answer has the revision in it, the tag for `If-Match` has not.
    let tag = format!("\"{content}.{}.{}\"", app.register.snapshot().revision().0, view.as_of);
    if holds(ask, &tag) {
        return Ok(not_modified(&tag));
    }
    let versions = view.snapshot.layer(layer).versions(id).filter(|record| view.sees(record));
    let member = app.register.member_of(layer, id)?.and_then(|at| app.members.get(at));
    let doc = RecordDoc {
        layer: layer.name(),
        id: id.to_string(),
        version: record.version,
        label: record.label().map(str::to_owned),
        register: member.map(|member| member.label.clone()),
        secrecy: record.secrecy.code(),
        attributes: record_to_json(record),
        geometry: record.geometry.as_deref().map(geometry_json),
        bbox: record.geometry.as_deref().and_then(geometry::bounds).map(bbox_of),
        measures: record.geometry.as_deref().map(measures).unwrap_or_default(),
        etag: format!("\"{content}\""),
        twins: twins(app, &view, record)?,
        versions: versions
            .map(|record| VersionDoc {
                version: record.version,
                valid_from: record.valid.from().map(|day| day.to_string()),
                valid_to: record.valid.to().map(|day| day.to_string()),
            })
            .collect(),
        related: related(app, &view, record),
        history: history_lines(app, &view, record)?,
    };
    Ok(Answer::json(&doc)?.with(header::ETAG, &tag))
}

/// Whether `If-Match` names this content: the record's own tag, or that of an answer holding it.
pub fn matches(if_match: &str, content: &str) -> bool {
    if_match.split(',').map(str::trim).any(|tag| {
        let bare = tag.trim_matches('"');
        bare.split('.').next() == Some(content)
    })
}
