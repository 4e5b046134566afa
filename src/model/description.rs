//! How layers, fields and change sets are described in JSON: the same on the command line and over HTTP.
//!
//! Whoever sends one adds what only it knows (counts of the day, boxes, what was taken back).

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value as Json;
use utoipa::ToSchema;

use super::{
    Bilingual, COMMON_FIELDS, FieldDef, FieldKind, Files, Header, ItemKind, LayerCount, LayerDef, LogHeader,
    MemberDef, Op, RefBy, Revision, vocab,
};

/// A layer: what it is called, its geometry and its fields.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LayerDescription {
    /// name of table, collection and tile layer
    pub name: &'static str,
    /// title for people
    pub title: Bilingual,
    /// none, point, line, area or any
    pub geometry: &'static str,
    /// the field by which a record is called
    pub label_field: Option<&'static str>,
    /// common fields, then own fields
    pub fields: Vec<FieldDescription>,
}

/// A field.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FieldDescription {
    /// name of column and JSON member
    pub name: &'static str,
    /// title for people
    pub title: Bilingual,
    /// text, int, real, bool, date or list
    pub kind: &'static str,
    /// whether a record without it is refused
    pub required: bool,
    /// unit of measure
    pub unit: Option<&'static str>,
    /// of a list: whether its items are `text` or `object`
    pub items: Option<&'static str>,
    /// of a list of objects: what each of them has
    #[serde(skip_serializing_if = "Option::is_none")]
    pub members: Option<Vec<MemberDescription>>,
    /// code list it is bound to
    pub list: Option<&'static str>,
    /// what it means, where the title does not say enough
    pub help: Option<Bilingual>,
    /// the records it points at
    pub refers: Option<ReferenceDescription>,
    /// of a list: whether its texts name `pictures` or `papers` that are kept beside the register
    #[serde(skip_serializing_if = "Option::is_none")]
    pub files: Option<&'static str>,
}

/// A member of the objects in a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MemberDescription {
    /// its name in JSON
    pub name: &'static str,
    /// title for people
    pub title: Bilingual,
    /// text, real or date
    pub kind: &'static str,
    /// unit of measure
    pub unit: Option<&'static str>,
    /// code list it is bound to
    pub list: Option<&'static str>,
}

/// What a field points at.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReferenceDescription {
    /// records of this layer
    pub layer: &'static str,
    /// id or code
    pub by: &'static str,
}

impl LayerDef {
    /// The layer with all its fields, to be written as JSON.
    pub fn description(&self) -> LayerDescription {
        LayerDescription {
            name: self.name,
            title: self.title(),
            geometry: self.geometry.word(),
            label_field: self.label_field().map(|at| self.fields[at].name),
            fields: COMMON_FIELDS.iter().chain(self.fields).map(|field| self.describe(field)).collect(),
        }
    }

    fn describe(&self, field: &FieldDef) -> FieldDescription {
        let label = vocab::field(self.name, field.name);
        FieldDescription {
            name: field.name,
            title: label.title.clone(),
            kind: field.kind.word(),
            required: field.required,
            unit: field.unit,
            items: match field.kind {
                FieldKind::List(ItemKind::Text) => Some("text"),
                FieldKind::List(ItemKind::Object(_)) => Some("object"),
                _ => None,
            },
            members: match field.kind {
                FieldKind::List(ItemKind::Object(members)) => {
                    Some(members.iter().map(|member| self.member(field, member)).collect())
                }
                _ => None,
            },
            list: field.list,
            help: label.help.clone(),
            refers: field.refers.map(|to| ReferenceDescription {
                layer: to.layer.name(),
                by: match to.by {
                    RefBy::Id => "id",
                    RefBy::Code => "code",
                },
            }),
            files: field.files.map(Files::word),
        }
    }
}

impl LayerDef {
    fn member(&self, field: &FieldDef, member: &MemberDef) -> MemberDescription {
        MemberDescription {
            name: member.name,
            title: vocab::member(self.name, field.name, member.name),
            kind: if member.day { FieldKind::Date.word() } else { member.kind.word() },
            unit: member.unit,
            list: member.list,
        }
    }
}

/// Who changed something, why, by which document, and whether that still stands.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ActDescription {
    /// its place in the log
    #[schema(value_type = u64)]
    pub revision: Revision,
    /// when it was recorded, RFC 3339 in UTC
    pub at: String,
    /// who
    pub by: String,
    /// whether who it was has been proved
    pub verified: bool,
    /// import, edit, undo or demo
    pub kind: &'static str,
    /// the same for people
    pub kind_title: Bilingual,
    /// why
    pub reason: String,
    /// number of the document that orders it
    pub document: Option<String>,
    /// the change set that takes this one back
    #[schema(value_type = Option<u64>)]
    pub undone_by: Option<Revision>,
    /// the register it is from, where several are read as one
    #[serde(skip_serializing_if = "Option::is_none")]
    pub register: Option<PlaceDescription>,
}

/// Where a change set stands in a register of its own.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PlaceDescription {
    /// what the register is called
    pub title: String,
    /// its number there
    #[schema(value_type = u64)]
    pub revision: Revision,
}

impl ActDescription {
    /// Of a change set's head.
    pub fn of(revision: Revision, header: &Header, undone_by: Option<Revision>) -> Self {
        Self {
            revision,
            at: header.at.clone(),
            by: header.by.clone(),
            verified: header.verified,
            kind: header.kind.word(),
            kind_title: header.kind_title(),
            reason: header.reason.clone(),
            document: header.document.clone(),
            undone_by,
            register: None,
        }
    }
}

/// A line of the log.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LogDescription {
    /// who and why
    #[serde(flatten)]
    pub act: ActDescription,
    /// its chain hash
    pub hash: String,
    /// chain hash of the one before
    pub previous: String,
    /// the change set that this one takes back
    #[schema(value_type = Option<u64>)]
    pub undoes: Option<Revision>,
    /// what else belongs to it, e.g. the imported file
    #[schema(value_type = Object)]
    pub origin: Option<Json>,
    /// rows by layer and operation
    #[schema(value_type = Object)]
    pub counts: RowCounts,
}

impl LogDescription {
    /// Of a change set's head, with as many rows as the reader may know of.
    pub fn of(entry: &LogHeader, undone_by: Option<Revision>, counts: RowCounts) -> Self {
        Self {
            act: ActDescription::of(entry.revision, &entry.header, undone_by),
            hash: entry.hash.to_string(),
            previous: entry.previous.to_string(),
            undoes: entry.header.undoes,
            origin: entry.header.origin.clone(),
            counts,
        }
    }
}

/// Rows of a layer that a change set touched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Counts {
    /// new rows
    pub insert: u64,
    /// changed rows
    pub update: u64,
    /// rows taken away
    pub delete: u64,
}

impl Counts {
    /// Counts one more.
    pub fn add(&mut self, op: Op) {
        match op {
            Op::Insert => self.insert += 1,
            Op::Update => self.update += 1,
            Op::Delete => self.delete += 1,
        }
    }
}

/// Rows by layer.
pub type RowCounts = BTreeMap<&'static str, Counts>;

/// All rows of a change set by layer.
pub fn row_counts(counts: &[LayerCount]) -> RowCounts {
    let of = |c: &LayerCount| Counts { insert: c.inserted, update: c.updated, delete: c.deleted };
    counts.iter().map(|count| (count.layer.name(), of(count))).collect()
}
