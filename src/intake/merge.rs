//! The second pass: rows and the records they are about to changes.

use std::sync::Arc;

use geo_types::{Coord, Geometry};

use super::join::{Joined, Unmatched};
use super::matching::{Match, Matcher};
use super::references::{References, significant};
use super::report::{self, At, Report};
use super::row::Row;
use super::{Counts, ImportOptions, derive, media};
use crate::model::{Change, Fields, IdSource, Layer, Period, Record, RefBy, Value, geometry};
use crate::snapshot::Snapshot;

/// Coordinates that differ by less are the same: re-imports through another program's rounding.
const SAME_DEGREES: f64 = 1e-8;

/// The second pass over a file.
pub(super) struct Merging<'a> {
    pub snapshot: &'a Snapshot,
    pub options: &'a ImportOptions,
    pub ids: &'a mut IdSource,
    pub report: Report,
    pub counts: Counts,
    pub source: Arc<str>,
    pub matcher: Matcher<'a>,
    pub references: References<'a>,
    pub number_column: Option<String>,
    /// rows of a joined table that found no record
    pub unmatched: Vec<Unmatched>,
}

impl Merging<'_> {
    /// All rows, in order.
    pub(super) fn all(&mut self, blocks: Vec<Vec<Row>>) -> Vec<Change> {
        let mut changes = Vec::with_capacity(blocks.iter().map(Vec::len).sum());
        for row in blocks.into_iter().flatten() {
            changes.extend(self.one(row));
        }
        changes
    }

    /// The same of a table whose rows were joined beforehand.
    pub(super) fn join(&mut self, blocks: Vec<Vec<Row>>, joined: &mut Joined<'_>) -> Vec<Change> {
        let mut changes = Vec::new();
        for mut row in blocks.into_iter().flatten() {
            self.spell_references(&mut row);
            changes.extend(joined.next(self, row));
        }
        changes
    }

    fn one(&mut self, mut row: Row) -> Option<Change> {
        self.spell_references(&mut row);
        let (rule, zh, en) = match self.matcher.find(&row) {
            Match::New => return self.insert(row),
            Match::Found(record) => return self.update(&Arc::clone(record), row),
            Match::Taken => (
                &report::DUPLICATE,
                "前面已有同一代码（键）的行".to_owned(),
                "an earlier row has the same code or key".to_owned(),
            ),
            Match::Ambiguous(count) => (
                &report::AMBIGUOUS,
                format!("登记册中有 {count} 条记录用此代码（键）"),
                format!("{count} records of the register have this code or key"),
            ),
            Match::NoKey => (&report::NO_KEY, "键列为空".to_owned(), "the key column is empty".to_owned()),
        };
        let name = row.take_said().key.or(row.code).unwrap_or_default();
        self.report.note(rule, At::row(row.number), || (zh, en, name.into()));
        self.counts.refused += 1;
        None
    }

    /// A new record.
    pub(super) fn insert(&mut self, mut row: Row) -> Option<Change> {
        let layer = self.options.layer;
        derive::fill(layer, &mut row, self.number_column.as_deref());
        let def = layer.def();
        let missing = def.fields.iter().enumerate().find(|(at, f)| f.required && row.get(*at).is_none());
        if let Some((_, field)) = missing {
            let title = def.field_title(field.name);
            self.report.note(&report::REQUIRED, At::field(row.number, field.name), || {
                (format!("缺“{}”", title.zh), format!("{} is missing", title.en), String::new())
            });
            self.counts.refused += 1;
            return None;
        }
        if layer == Layer::Division {
            self.derive_parent(&mut row);
        }
        let said = row.take_said();
        let id = said.id.unwrap_or_else(|| self.ids.next_id());
        let source = said.source.map_or_else(|| Arc::clone(&self.source), Arc::from);
        self.counts.new += 1;
        Some(Change::insert(Record {
            layer,
            id,
            version: said.version.unwrap_or(1),
            valid: Period::new(said.valid_from, said.valid_to).unwrap_or_default(),
            secrecy: said.secrecy.unwrap_or_default(),
            code: row.code,
            source: Some(source),
            remarks: said.remarks,
            fields: Fields::from_pairs(row.fields),
            extra: row.extra,
            geometry: row.geometry,
        }))
    }

    /// The record with what the file has; nothing where it has that already.
    pub(super) fn update(&mut self, before: &Arc<Record>, mut row: Row) -> Option<Change> {
        let said = row.take_said();
        let mut after: Option<Record> = None;
        let mut change =
            |edit: &mut dyn FnMut(&mut Record)| edit(after.get_or_insert_with(|| Record::clone(before)));
        if let Some(code) = row.code.filter(|code| !self.same_code(before.code.as_deref(), code)) {
            change(&mut |record| record.code = Some(code.clone()));
        }
        let valid = Period::new(said.valid_from.or(before.valid.from()), said.valid_to.or(before.valid.to()));
        if let Some(valid) = valid.ok().filter(|valid| *valid != before.valid) {
            change(&mut |record| record.valid = valid);
        }
        if let Some(source) = said.source.filter(|source| before.source.as_deref() != Some(source)) {
            change(&mut |record| record.source = Some(Arc::from(&*source)));
        }
        if let Some(secrecy) = said.secrecy.filter(|secrecy| *secrecy != before.secrecy) {
            change(&mut |record| record.secrecy = secrecy);
        }
        if let Some(remarks) = said.remarks.filter(|remarks| before.remarks.as_ref() != Some(remarks)) {
            change(&mut |record| record.remarks = Some(remarks.clone()));
        }
        for (at, value) in row.fields {
            let value = media::joined(&self.options.layer.def().fields[at], before.fields.get(at), value);
            if before.fields.get(at) != Some(&value) {
                change(&mut |record| record.fields = record.fields.with(at, Some(value.clone())));
            }
        }
        for (name, value) in row.extra.into_iter().flat_map(|extra| *extra) {
            let there = before.extra.as_ref().and_then(|extra| extra.get(&name));
            let value = if name == "media" { media::joined_extra(there, value) } else { value };
            if before.extra.as_ref().and_then(|extra| extra.get(&name)) != Some(&value) {
                change(&mut |record| {
                    record.extra.get_or_insert_default().insert(name.clone(), value.clone());
                });
            }
        }
        let moved = row.geometry.filter(|new| !before.geometry.as_deref().is_some_and(|old| same(old, new)));
        if let Some(moved) = moved {
            change(&mut |record| record.geometry = Some(Arc::clone(&moved)));
        }
        match after {
            Some(after) => {
                self.counts.changed += 1;
                Some(Change::update(Record::clone(before), after))
            }
            None => {
                self.counts.unchanged += 1;
                None
            }
        }
    }

    /// Another spelling of a division's code is no change of it.
    fn same_code(&self, before: Option<&str>, code: &str) -> bool {
        before.is_some_and(|before| {
            before == code
                || self.options.layer == Layer::Division && significant(before) == significant(code)
        })
    }

    /// Codes of other records in the spelling of the record that they name; missing ones are noted.
    fn spell_references(&mut self, row: &mut Row) {
        let def = self.options.layer.def();
        for at in 0..row.fields.len() {
            let (index, value) = &row.fields[at];
            let field = &def.fields[*index];
            let (Some(refers), Some(text)) = (field.refers, value.as_text()) else { continue };
            let there = match refers.by {
                RefBy::Code => match self.references.find(refers.layer, text) {
                    Some(code) if *code == *text => continue,
                    Some(code) => {
                        row.fields[at].1 = Value::Text(code);
                        continue;
                    }
                    None => false,
                },
                RefBy::Id => text
                    .parse()
                    .is_ok_and(|id| self.snapshot.layer(refers.layer).versions(id).next().is_some()),
            };
            if !there {
                let text = text.to_owned();
                self.missing(row.number, field.name, text);
            }
        }
    }

    fn missing(&mut self, row: u64, field: &str, text: String) {
        let title = self.options.layer.def().field_title(field);
        self.report.note(&report::PARENT, At::field(row, field), || {
            (
                format!("“{}”所指的记录不存在", title.zh),
                format!("there is no record that {} names", title.en),
                text,
            )
        });
    }

    fn derive_parent(&mut self, row: &mut Row) {
        let Some(at) = Layer::Division.def().index_of("parent_code").filter(|at| row.get(*at).is_none())
        else {
            return;
        };
        let Some((parent, there)) = row.code.as_deref().and_then(|code| self.references.parent_of(code))
        else {
            return;
        };
        if !there {
            self.missing(row.number, "parent_code", parent.to_string());
        }
        row.set(at, Value::Text(parent));
    }
}

/// The same parts in the same order, each coordinate within [`SAME_DEGREES`].
fn same(a: &Geometry, b: &Geometry) -> bool {
    if geometry::kind_name(a) != geometry::kind_name(b) || shape_of(a) != shape_of(b) {
        return false;
    }
    let list = |g: &Geometry| {
        let mut coords: Vec<Coord> = Vec::new();
        geometry::for_each_coord(g, &mut |c| coords.push(c));
        coords
    };
    let near =
        |(a, b): (&Coord, &Coord)| (a.x - b.x).abs() <= SAME_DEGREES && (a.y - b.y).abs() <= SAME_DEGREES;
    if let (Geometry::Point(a), Geometry::Point(b)) = (a, b) {
        return near((&a.0, &b.0));
    }
    list(a).iter().zip(&list(b)).all(near)
}

/// How many coordinates each part and ring has.
fn shape_of(geometry: &Geometry) -> Vec<usize> {
    let rings = |p: &geo_types::Polygon| {
        let mut sizes = vec![p.interiors().len(), p.exterior().0.len()];
        sizes.extend(p.interiors().iter().map(|ring| ring.0.len()));
        sizes
    };
    match geometry {
        Geometry::LineString(l) => vec![l.0.len()],
        Geometry::MultiPoint(points) => vec![points.0.len()],
        Geometry::MultiLineString(lines) => lines.0.iter().map(|l| l.0.len()).collect(),
        Geometry::Polygon(p) => rings(p),
        Geometry::MultiPolygon(polygons) => polygons.0.iter().flat_map(rings).collect(),
        _ => Vec::new(),
    }
}
