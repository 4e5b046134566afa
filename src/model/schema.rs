//! What a layer is: its geometry, its fields, their kinds, units and references.
//!
//! A layer's struct (see `layers`) makes its `LayerDef`; the stored columns, the JSON on the wire,
//! the JSON Schema, the web form, the import mapping and the export all follow from it.

use super::{Bilingual, Layer, Value, vocab};

/// What geometry the records of a layer have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GeometryKind {
    /// a table without geometry
    None,
    /// Point
    Point,
    /// MultiLineString (a LineString is taken and stored as one of one part)
    Line,
    /// MultiPolygon (a Polygon is taken and stored as one of one part)
    Area,
    /// anything but a collection
    Any,
}

impl GeometryKind {
    /// Its word for programs.
    pub const fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Point => "point",
            Self::Line => "line",
            Self::Area => "area",
            Self::Any => "any",
        }
    }
}

/// The kind of a field's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// text
    Text,
    /// whole number
    Int,
    /// number
    Real,
    /// yes or no
    Bool,
    /// day
    Date,
    /// list
    List(ItemKind),
}

/// What the items of a list are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ItemKind {
    /// texts
    Text,
    /// objects with these members
    Object(&'static [MemberDef]),
}

/// One member of the objects in a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemberDef {
    /// its name in JSON
    pub name: &'static str,
    /// kind of value
    pub kind: FieldKind,
    /// text that people write as a day
    pub day: bool,
    /// code list it is bound to
    pub list: Option<&'static str>,
    /// unit of measure
    pub unit: Option<&'static str>,
}

impl MemberDef {
    /// Free text.
    pub const fn text(name: &'static str) -> Self {
        Self { name, kind: FieldKind::Text, day: false, list: None, unit: None }
    }

    /// A code of a list.
    pub const fn code(name: &'static str, list: &'static str) -> Self {
        Self { list: Some(list), ..Self::text(name) }
    }

    /// A day, kept as text since papers know some only by the year.
    pub const fn day(name: &'static str) -> Self {
        Self { day: true, ..Self::text(name) }
    }

    /// A number with its unit.
    pub const fn number(name: &'static str, unit: &'static str) -> Self {
        Self { kind: FieldKind::Real, unit: Some(unit), ..Self::text(name) }
    }
}

impl FieldKind {
    /// Its name in messages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Int => "whole number",
            Self::Real => "number",
            Self::Bool => "yes/no",
            Self::Date => "date",
            Self::List(_) => "list",
        }
    }

    /// Its word for programs.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Int => "int",
            Self::Real => "real",
            Self::Bool => "bool",
            Self::Date => "date",
            Self::List(_) => "list",
        }
    }
}

/// How a field points at another record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefBy {
    /// by its id
    Id,
    /// by its business code
    Code,
}

/// A field that points at a record of a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reference {
    /// the layer pointed at
    pub layer: Layer,
    /// by id or by code
    pub by: RefBy,
}

/// One field of a layer.
#[derive(Debug, PartialEq)]
pub struct FieldDef {
    /// name of column and JSON member
    pub name: &'static str,
    /// kind of value
    pub kind: FieldKind,
    /// whether a record without it is refused
    pub required: bool,
    /// code list of `data/vocab/codes.toml` it is bound to
    pub list: Option<&'static str>,
    /// unit of measure
    pub unit: Option<&'static str>,
    /// the record it points at
    pub refers: Option<Reference>,
    /// what the files are that it lists
    pub files: Option<Files>,
}

/// What the files are that a list of texts names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Files {
    /// photos and drawings
    Pictures,
    /// papers: pictures of them, or PDF
    Papers,
}

impl Files {
    /// Its word for programs.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pictures => "pictures",
            Self::Papers => "papers",
        }
    }
}

impl FieldDef {
    const fn common(name: &'static str, kind: FieldKind) -> Self {
        Self { name, kind, required: false, list: None, unit: None, refers: None, files: None }
    }
}

/// Fields that every record has beside its id, version, `extra` and geometry, in stored order.
pub const COMMON_FIELDS: &[FieldDef] = &[
    FieldDef::common("code", FieldKind::Text),
    FieldDef::common("valid_from", FieldKind::Date),
    FieldDef::common("valid_to", FieldKind::Date),
    FieldDef::common("source", FieldKind::Text),
    FieldDef { list: Some("secrecy"), ..FieldDef::common("secrecy", FieldKind::Text) },
    FieldDef::common("remarks", FieldKind::Text),
];

/// A layer: one kind of thing in the register.
#[derive(Debug)]
pub struct LayerDef {
    /// which
    pub layer: Layer,
    /// name of table, collection and tile layer
    pub name: &'static str,
    /// its geometry
    pub geometry: GeometryKind,
    /// its own fields, in stored order
    pub fields: &'static [FieldDef],
}

impl LayerDef {
    /// Place of a field among the layer's own fields.
    pub fn index_of(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|field| field.name == name)
    }

    /// One of its own fields or of the common ones.
    pub fn field(&self, name: &str) -> Option<&'static FieldDef> {
        COMMON_FIELDS.iter().chain(self.fields).find(|field| field.name == name)
    }

    /// Title in both languages.
    pub fn title(&self) -> Bilingual {
        vocab::layer(self.name).title.clone()
    }

    /// Title of a field, its own or common.
    pub fn field_title(&self, name: &str) -> Bilingual {
        vocab::field(self.name, name).title.clone()
    }

    /// Whether a value is of the field's code list (true where it has none).
    pub fn admits(field: &FieldDef, value: &Value) -> bool {
        match (field.list, value) {
            (Some(list), Value::Text(text)) => vocab::list(list).admits(text),
            _ => true,
        }
    }

    /// The field by which a record is called on maps and in lists, if the layer has one.
    pub fn label_field(&self) -> Option<usize> {
        ["name", "text", "plate_no", "number", "kind", "marker_code"]
            .iter()
            .find_map(|name| self.index_of(name))
    }
}
