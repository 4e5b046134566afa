//! A layer of the register as columns of a file: which fields, under which titles, codes as words or not.

use serde_json::Value as Json;

use super::{OutColumn, OutSchema};
use crate::crs::Crs;
use crate::model::{COMMON_FIELDS, FieldDef, FieldKind, Language, Layer, Record, Value, vocab};

/// One column.
#[derive(Clone, Copy, Debug)]
enum Column {
    Id,
    Version,
    Common(&'static FieldDef),
    Own(usize, &'static FieldDef),
    Extra,
}

/// The columns of a layer's file.
#[derive(Clone, Debug)]
pub struct Layout {
    layer: Layer,
    columns: Vec<Column>,
    /// words instead of codes, and titles instead of names, in this language
    words: Option<Language>,
}

impl Layout {
    /// All of a layer: id, version, common fields, own fields, what an import kept.
    pub fn whole(layer: Layer) -> Self {
        let mut columns = vec![Column::Id, Column::Version];
        columns.extend(COMMON_FIELDS.iter().map(Column::Common));
        columns.extend(layer.def().fields.iter().enumerate().map(|(at, field)| Column::Own(at, field)));
        columns.push(Column::Extra);
        Self { layer, columns, words: None }
    }

    /// Id and version, by which rows are known again, and these fields in this order.
    pub fn of(layer: Layer, fields: &[&'static FieldDef]) -> Self {
        let mut columns = vec![Column::Id, Column::Version];
        columns.extend(fields.iter().map(|field| match layer.def().index_of(field.name) {
            Some(at) => Column::Own(at, field),
            None => Column::Common(field),
        }));
        Self { layer, columns, words: None }
    }

    /// The same for people: titles as headings, codes as their words.
    #[must_use]
    pub fn in_words(mut self, language: Language) -> Self {
        self.words = Some(language);
        self
    }

    /// How many columns.
    pub fn width(&self) -> usize {
        self.columns.len()
    }

    /// What the file is to hold; `crs` is that of its geometry, if it has one.
    pub fn schema(&self, language: Language, crs: Option<Crs>, encoding: Option<String>) -> OutSchema {
        let def = self.layer.def();
        let columns = self.columns.iter().map(|column| {
            let (name, kind) = match column {
                Column::Id => ("id", FieldKind::Text),
                Column::Version => ("version", FieldKind::Int),
                Column::Common(field) | Column::Own(_, field) => (field.name, field.kind),
                Column::Extra => ("extra", FieldKind::Text),
            };
            let title = def.field_title(name).get(language).to_owned();
            let name = if self.words.is_some() { title.clone() } else { name.to_owned() };
            OutColumn { name, title: Some(title), kind }
        });
        let name = match self.words {
            Some(language) => def.title().get(language).to_owned(),
            None => self.layer.name().to_owned(),
        };
        OutSchema { name, columns: columns.collect(), crs, encoding }
    }

    /// The words that may stand in a column and whether others may too; none where it has no code list.
    pub fn choices(&self) -> Vec<Option<(Vec<String>, bool)>> {
        let Some(language) = self.words else { return vec![None; self.columns.len()] };
        let of = |field: &FieldDef| {
            if field.kind == FieldKind::Bool {
                return Some((vec![yes(language).to_owned(), no(language).to_owned()], false));
            }
            let list = vocab::list(field.list?);
            let words = list.values.iter().map(|value| value.title.get(language).to_owned());
            Some((words.collect(), list.open))
        };
        let columns = self.columns.iter().map(|column| match column {
            Column::Common(field) | Column::Own(_, field) => of(field),
            _ => None,
        });
        columns.collect()
    }

    /// A record's values in the order of the columns.
    pub fn values(&self, record: &Record) -> Vec<Json> {
        let columns = self.columns.iter().map(|column| match column {
            Column::Id => Json::from(record.id.to_string()),
            Column::Version => Json::from(record.version),
            Column::Common(field) => {
                record.get(field.name).map(|value| self.written(field, &value)).unwrap_or_default()
            }
            Column::Own(at, field) => {
                record.fields.get(*at).map(|value| self.written(field, value)).unwrap_or_default()
            }
            Column::Extra => record
                .extra
                .as_ref()
                .and_then(|extra| serde_json::to_string(extra).ok())
                .map(Json::from)
                .unwrap_or_default(),
        });
        columns.collect()
    }

    fn written(&self, field: &FieldDef, value: &Value) -> Json {
        let Some(language) = self.words else { return value.to_json() };
        match value {
            Value::Bool(true) => Json::from(yes(language)),
            Value::Bool(false) => Json::from(no(language)),
            Value::Text(code) => {
                let known = field.list.map(vocab::list).and_then(|list| list.get(code));
                known.map_or_else(|| value.to_json(), |known| Json::from(known.title.get(language)))
            }
            // As people write several things in one cell; the import takes them apart again.
            Value::List(list) => match list.as_array() {
                Some(items) if items.iter().all(plain) => {
                    let items: Vec<&str> = items.iter().filter_map(Json::as_str).collect();
                    Json::from(items.join("；"))
                }
                _ => value.to_json(),
            },
            _ => value.to_json(),
        }
    }
}

/// Whether an item can stand beside others in one cell and be told from them.
fn plain(item: &Json) -> bool {
    item.as_str().is_some_and(|text| {
        let text = text.trim() == text && !text.is_empty() && !text.starts_with('[');
        text && !item.as_str().unwrap_or_default().contains([';', '；', '、', '|'])
    })
}

fn yes(language: Language) -> &'static str {
    if language == Language::En { "yes" } else { "是" }
}

fn no(language: Language) -> &'static str {
    if language == Language::En { "no" } else { "否" }
}
