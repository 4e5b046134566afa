//! Designs of faces: boxes and colours, from `data/documents/plates.toml`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::documents::DocumentsError;
use crate::model::{Bilingual, Record};

const LIST: &str = include_str!("../../../data/documents/plates.toml");
const NAME: &str = "plates.toml";

/// What stands in a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum What {
    /// the name in characters
    Text,
    /// its spelling
    Roman,
    /// the name in a minority script
    Minority,
    /// the number
    Number,
    /// the sub-number
    Sub,
    /// the postcode
    Postcode,
    /// the matrix code
    Qr,
}

/// A part of a face.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// what stands there
    pub what: What,
    /// left, top, width, height
    #[serde(rename = "box")]
    pub place: [f64; 4],
    /// its colour, if not that of the design
    #[serde(default)]
    pub ink: Option<String>,
    /// whether only the figures of the number are written
    #[serde(default)]
    pub figures: bool,
}

/// A ground of another colour.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Panel {
    /// left, top, width, height
    #[serde(rename = "box")]
    pub place: [f64; 4],
    /// its colour
    pub fill: String,
}

/// A design.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Design {
    /// its word
    pub id: String,
    /// what people call it
    pub title: Bilingual,
    /// `read` or `assumed`
    pub evidence: String,
    /// where it was read
    pub source: Bilingual,
    /// width and height
    pub size: [f64; 2],
    /// colour of the ground
    pub ground: String,
    /// colour of what is written
    pub ink: String,
    /// width of the border
    pub border: f64,
    /// grounds of another colour
    #[serde(default)]
    pub panels: Vec<Panel>,
    /// its parts
    pub parts: Vec<Part>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    colours: BTreeMap<String, String>,
    design: Vec<Design>,
}

fn raw() -> Result<&'static Raw, DocumentsError> {
    static RAW: LazyLock<Result<Raw, String>> =
        LazyLock::new(|| toml::from_str(LIST).map_err(|error| error.to_string()));
    let failed = |why: &String| DocumentsError::Template { name: NAME.to_owned(), why: why.clone() };
    RAW.as_ref().map_err(failed)
}

/// All designs.
///
/// # Errors
/// The list that is compiled in is broken.
pub fn designs() -> Result<&'static [Design], DocumentsError> {
    raw().map(|raw| raw.design.as_slice())
}

/// A colour by its name.
pub(super) fn colour(name: &str) -> &str {
    raw().ok().and_then(|raw| raw.colours.get(name)).map_or("#000000", String::as_str)
}

impl Design {
    /// The design that fits a sign or a door plate best.
    ///
    /// # Errors
    /// As [`designs`].
    pub fn of(record: &Record) -> Result<Option<&'static Self>, DocumentsError> {
        let kind = record.text("kind").unwrap_or_default();
        let north = record.text("direction") == Some("north_south");
        let word = match (record.layer, kind) {
            (crate::model::Layer::Sign, "lane") => "lane",
            (crate::model::Layer::Sign, "building") => "building",
            (crate::model::Layer::Sign, "community" | "estate" | "village" | "division") => "community",
            (crate::model::Layer::Sign, _) if north => "street_ns",
            (crate::model::Layer::Sign, _) => "street_ew",
            (crate::model::Layer::DoorPlate, "large") => "door_large",
            (crate::model::Layer::DoorPlate, "building" | "unit") => "building",
            (crate::model::Layer::DoorPlate, "medium" | "village") => "door_medium",
            (crate::model::Layer::DoorPlate, _) => "door_small",
            _ => return Ok(None),
        };
        Ok(designs()?.iter().find(|design| design.id == word))
    }
}
