//! Records that one record points at, and those that point at it.
//!
//! Who points at a layer's records is looked through once per revision, when the first of them is shown,
//! and kept for a few revisions: one pass over the layers whose fields refer to it.

use std::collections::HashMap;
use std::sync::Arc;

use serde::Serialize;

use crate::api::app::App;
use crate::api::view::View;
use crate::model::{Bilingual, FieldDef, Layer, Record, RecordId, RefBy, Value, vocab};
use crate::snapshot::Snapshot;

/// A record that another has to do with.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Related {
    layer: &'static str,
    id: String,
    label: Option<String>,
    /// what it is to the record: above it, below it, its community
    relation: Bilingual,
}

impl Related {
    fn to(record: &Record, relation: Bilingual) -> Self {
        Self {
            layer: record.layer.name(),
            id: record.id.to_string(),
            label: record.label().map(str::to_owned),
            relation,
        }
    }
}

/// The most related records that are listed.
const RELATED: usize = 50;

/// A record and the name of its field that points.
pub type Pointing = (Arc<Record>, &'static str);

/// Records by what they point at in one layer, at one revision; all lawful versions.
#[derive(Default)]
pub struct Incoming {
    by_id: HashMap<RecordId, Vec<Pointing>>,
    by_code: HashMap<String, Vec<Pointing>>,
}

impl Incoming {
    /// Looks through all layers whose fields refer to one.
    pub fn of(snapshot: &Snapshot, target: Layer) -> Self {
        let mut incoming = Self::default();
        for layer in Layer::ALL {
            let refers = |field: &FieldDef| field.refers.filter(|reference| reference.layer == target);
            let fields: Vec<_> = layer.def().fields.iter().enumerate().collect();
            let fields: Vec<_> =
                fields.into_iter().filter_map(|(at, field)| Some((at, field.name, refers(field)?))).collect();
            if fields.is_empty() {
                continue;
            }
            for record in snapshot.layer(*layer).iter() {
                for (at, name, reference) in &fields {
                    let value = record.fields.get(*at).and_then(Value::as_text);
                    incoming.note((record.clone(), *name), reference.by, value.unwrap_or_default());
                }
            }
        }
        incoming
    }

    /// Who points at a record by its id or its code.
    pub fn to(&self, record: &Record) -> impl Iterator<Item = &Pointing> {
        let by_code = record.code.as_deref().and_then(|code| self.by_code.get(code));
        self.by_id.get(&record.id).into_iter().chain(by_code).flatten()
    }

    fn note(&mut self, pointing: Pointing, by: RefBy, value: &str) {
        let known = match by {
            _ if value.is_empty() => return,
            RefBy::Id => match value.parse() {
                Ok(id) => self.by_id.entry(id).or_default(),
                Err(_) => return,
            },
            RefBy::Code => match self.by_code.get_mut(value) {
                Some(known) => known,
                None => self.by_code.entry(value.to_owned()).or_default(),
            },
        };
        known.push(pointing);
    }
}

/// Records pointed at by this one's fields, then records whose fields point at it.
pub fn related(app: &App, view: &View, record: &Record) -> Vec<Related> {
    let mut found = Vec::new();
    let own = record.layer.def();
    for (at, field) in own.fields.iter().enumerate() {
        let (Some(reference), Some(value)) = (field.refers, record.fields.get(at).and_then(Value::as_text))
        else {
            continue;
        };
        let layer = view.snapshot.layer(reference.layer);
        let target = match reference.by {
            RefBy::Id => value.parse().ok().and_then(|id| layer.get(id, view.as_of)),
            RefBy::Code => layer.by_code(value).find(|record| view.holds(record)),
        };
        if let Some(target) = target.filter(|target| view.sees(target)) {
            found.push(Related::to(target, vocab::relation(own.name, field.name).to.clone()));
        }
    }
    let key = (record.layer, view.revision(), view.newest);
    let incoming = app.incoming.get_with(key, || Arc::new(Incoming::of(&view.snapshot, record.layer)));
    let pointing = incoming.to(record);
    let mut pointing: Vec<_> =
        pointing.filter(|(other, _)| other.id != record.id && view.holds(other)).take(RELATED).collect();
    pointing.sort_by_key(|(other, _)| other.layer.index());
    let word = |other: &Record, field| vocab::relation(other.layer.name(), field).from.clone();
    found.extend(pointing.into_iter().map(|(other, field)| Related::to(other, word(other, field))));
    found.truncate(RELATED);
    found
}
