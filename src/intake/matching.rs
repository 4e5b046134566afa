//! Which record a row is about: by the key column, else its ULID, else its business code, else its content.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use geo_types::Geometry;
use serde_json::{Map, Value as Json};

use super::ImportOptions;
use super::columns::{Columns, Target};
use super::references::significant;
use super::row::Row;
use super::values::cell_text;
use crate::model::{Date, Layer, Record, RecordId, RecordKey, Value, canonical_json, geometry};
use crate::snapshot::LayerView;

/// What a row was matched with.
pub(super) enum Match<'a> {
    /// no record
    New,
    /// one record
    Found(&'a Arc<Record>),
    /// several: how many
    Ambiguous(usize),
    /// a record, or a key, that an earlier row of the file has taken
    Taken,
    /// the key column is empty
    NoKey,
}

/// Rows without any key are matched with no more than so many records of the same content.
const MOST_ALIKE: usize = 64;

/// Finds records for the rows of one file.
pub(super) struct Matcher<'a> {
    view: &'a LayerView,
    layer: Layer,
    as_of: Date,
    source: String,
    /// whether rows may have sources of their own
    own_sources: bool,
    key: Option<KeyIndex<'a>>,
    content: Option<HashMap<u64, Vec<&'a Arc<Record>>>>,
    taken: foldhash::HashSet<RecordKey>,
    seen: foldhash::HashSet<Box<str>>,
    ids: foldhash::HashSet<(RecordId, Option<u32>)>,
}

struct KeyIndex<'a> {
    target: Target,
    column: String,
    records: HashMap<Box<str>, Vec<&'a Arc<Record>>>,
}

impl<'a> Matcher<'a> {
    /// For about so many rows.
    pub(super) fn new(view: &'a LayerView, options: &ImportOptions, columns: &Columns, rows: usize) -> Self {
        let key = columns.key().map(|column| {
            let mut index =
                KeyIndex { target: column.target, column: column.name.clone(), records: HashMap::new() };
            // Codes are found through the snapshot; anything else needs a map of its own.
            if !index.is_code() {
                for record in view.iter() {
                    if let Some(text) = index.text(record) {
                        index.records.entry(text).or_default().push(record);
                    }
                }
            }
            index
        });
        Self {
            view,
            layer: options.layer,
            as_of: options.as_of,
            source: options.source_name().to_owned(),
            own_sources: columns.name_of("source").is_some(),
            key,
            content: None,
            taken: foldhash::HashSet::default(),
            seen: foldhash::HashSet::with_capacity_and_hasher(rows, foldhash::fast::RandomState::default()),
            ids: foldhash::HashSet::default(),
        }
    }

    /// The record of a row; each record and each key is given out once.
    pub(super) fn find(&mut self, row: &Row) -> Match<'a> {
        let said = row.said();
        let found = match (&self.key, said.and_then(|said| said.id), row) {
            (Some(index), ..) => {
                let Some(key) = said.and_then(|said| said.key.as_deref()) else { return Match::NoKey };
                if !self.seen.insert(self.spelled(key).into()) {
                    return Match::Taken;
                }
                if index.is_code() { self.by_code(key) } else { index.find(key, self.as_of) }
            }
            (None, Some(id), _) => {
                let version = said.and_then(|said| said.version);
                if !self.ids.insert((id, version)) {
                    return Match::Taken;
                }
                self.by_id(id, version)
            }
            (None, None, Row { code: Some(code), .. }) => {
                if !self.seen.insert(self.spelled(code).into()) {
                    return Match::Taken;
                }
                self.by_code(code)
            }
            _ => self.by_content(row),
        };
        if let Match::Found(record) = found
            && !self.taken.insert(record.key())
        {
            return Match::Taken;
        }
        found
    }

    fn spelled<'b>(&self, code: &'b str) -> &'b str {
        if self.layer == Layer::Division { significant(code) } else { code }
    }

    fn by_id(&self, id: RecordId, version: Option<u32>) -> Match<'a> {
        let found = match version {
            Some(version) => self.view.version(RecordKey { id, version }),
            None => self.view.get(id, self.as_of).or_else(|| self.view.versions(id).last()),
        };
        found.map_or(Match::New, Match::Found)
    }

    /// Of several versions of one fact the one that holds, else the last; several facts are ambiguous.
    fn by_code(&self, code: &str) -> Match<'a> {
        if self.view.is_empty() {
            return Match::New;
        }
        let mut rows: Vec<&Arc<Record>> = self.view.by_code(code).collect();
        if rows.is_empty() && self.layer == Layer::Division {
            rows = super::references::spellings(code)
                .iter()
                .flat_map(|spelling| self.view.by_code(spelling))
                .collect();
        }
        one(rows, self.as_of)
    }

    /// By label, geometry and extra columns, among the records of the same source that have neither code nor
    /// taker; of several alike the first whose fields are as the row has them.
    fn by_content(&mut self, row: &Row) -> Match<'a> {
        if self.view.is_empty() {
            return Match::New;
        }
        let (view, layer) = (self.view, self.layer);
        let (source, own_sources) = (self.source.as_str(), self.own_sources);
        let content = self.content.get_or_insert_with(|| {
            let mut alike: HashMap<u64, Vec<&'a Arc<Record>>> = HashMap::new();
            let own = |record: &&Arc<Record>| {
                let of_source = own_sources || record.source.as_deref() == Some(source);
                record.code.is_none() && of_source
            };
            for record in view.iter().filter(own) {
                let of = (record.source.as_deref(), record.label());
                let key = content_key(of, record.geometry.as_deref(), record.extra.as_deref());
                alike.entry(key).or_default().push(record);
            }
            // Taken from the end: the oldest goes first.
            alike.values_mut().for_each(|records| records.reverse());
            alike
        });
        if content.is_empty() {
            return Match::New;
        }
        let label = layer.def().label_field().and_then(|at| row.get(at)).and_then(Value::as_text);
        let own_source = row.said().and_then(|said| said.source.as_deref());
        let of = (Some(own_source.unwrap_or(source)), label);
        let key = content_key(of, row.geometry.as_deref(), row.extra.as_deref());
        let Some(alike) = content.get_mut(&key) else { return Match::New };
        let fits = |record: &&Arc<Record>| {
            row.fields.iter().all(|(at, value)| record.fields.get(*at) == Some(value))
        };
        let from = alike.len().saturating_sub(MOST_ALIKE);
        let at = alike[from..].iter().rposition(fits).map(|at| from + at);
        match at.or(alike.len().checked_sub(1)) {
            Some(at) => Match::Found(alike.remove(at)),
            None => Match::New,
        }
    }
}

fn one(mut rows: Vec<&Arc<Record>>, as_of: Date) -> Match<'_> {
    if rows.iter().any(|record| record.valid.contains(as_of)) {
        rows.retain(|record| record.valid.contains(as_of));
    }
    let Some(last) = rows.iter().copied().max_by_key(|record| (record.valid.from(), record.version)) else {
        return Match::New;
    };
    let facts: HashSet<RecordId> = rows.iter().map(|record| record.id).collect();
    if facts.len() > 1 { Match::Ambiguous(facts.len()) } else { Match::Found(last) }
}

impl<'a> KeyIndex<'a> {
    fn is_code(&self) -> bool {
        matches!(self.target, Target::Common(field) if field.name == "code")
    }

    /// The value by which a record goes.
    fn text(&self, record: &Record) -> Option<Box<str>> {
        let value = match self.target {
            Target::Id => return Some(record.id.to_string().into()),
            Target::Own(at) => record.fields.get(at)?.to_json(),
            Target::Common(field) => record.get(field.name)?.to_json(),
            Target::Extra | Target::ExtraObject | Target::Version => {
                record.extra.as_ref()?.get(&self.column)?.clone()
            }
        };
        cell_text(&value)
    }

    fn find(&self, key: &str, as_of: Date) -> Match<'a> {
        self.records.get(key).map_or(Match::New, |found| one(found.clone(), as_of))
    }
}

/// A hash of source and label, geometry and extra columns.
fn content_key(
    of: (Option<&str>, Option<&str>),
    geometry: Option<&Geometry>,
    extra: Option<&Map<String, Json>>,
) -> u64 {
    let mut hash = DefaultHasher::new();
    of.hash(&mut hash);
    if let Some(found) = geometry {
        geometry::kind_name(found).hash(&mut hash);
        geometry::for_each_coord(found, &mut |c| {
            c.x.to_bits().hash(&mut hash);
            c.y.to_bits().hash(&mut hash);
        });
    }
    // Members in any order are the same content: their hashes are added up. Pictures come and go beside a row.
    let members =
        extra.into_iter().flatten().filter(|(name, _)| *name != "media").fold(0_u64, |sum, (name, value)| {
            let mut bytes = Vec::new();
            canonical_json(value, &mut bytes);
            let mut one = DefaultHasher::new();
            (name, bytes).hash(&mut one);
            sum.wrapping_add(one.finish())
        });
    members.hash(&mut hash);
    hash.finish()
}
