//! Places and their names (地名): a place has one or several names, each with a life of its own.

use serde::{Deserialize, Serialize};

use super::{Layer, by_id, layer};
use crate::model::value::ListItem;
use crate::model::{FieldKind, ItemKind, MemberDef};

/// Something that happened to a name in law: the name's status follows from these.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct NameEvent {
    /// code of the list `name_event`
    pub kind: String,
    /// day, `YYYY-MM-DD`, if known to the day
    pub date: String,
    /// as people write it (1983年, 清光绪年间)
    pub date_text: String,
    /// who decided
    pub authority: String,
    /// number of the document
    pub document: String,
    /// anything else
    pub note: String,
}

impl ListItem for NameEvent {
    const ITEM: ItemKind = ItemKind::Object(&[
        MemberDef::code("kind", "name_event"),
        MemberDef { kind: FieldKind::Date, ..MemberDef::day("date") },
        MemberDef::text("date_text"),
        MemberDef::text("authority"),
        MemberDef::text("document"),
        MemberDef::text("note"),
    ]);
}

layer! {
    /// 地名实体: the thing that is named, with its category and main geometry.
    pub struct Place("place", Any) {
        name: Option<String>,
        category: Option<String> [list = "place_category"],
        place_code: Option<String>,
        roman: Option<String>,
        division_codes: Vec<String>,
        overview: Option<String>,
        planned: Option<bool>,
        protection_class: Option<String> [list = "protection_class"],
        survey_method: Option<String>,
        map_sheet: Option<String>,
    }
}

layer! {
    /// 地名实体范围: a further geometry of a place.
    pub struct PlaceExtent("place_extent", Any) {
        place_id: Option<String> [refers = by_id(Layer::Place)],
        kind: Option<String> [list = "extent_kind"],
        survey_method: Option<String>,
    }
}

layer! {
    /// 地名: one name of a place.
    pub struct Name("name", None) {
        text: String,
        place_id: Option<String> [refers = by_id(Layer::Place)],
        kind: Option<String> [list = "name_kind"],
        status: Option<String> [list = "name_status"],
        specific: Option<String>,
        generic: Option<String>,
        roman: Option<String>,
        pinyin_toned: Option<String>,
        reading_reviewed: Option<bool>,
        minority_writing: Option<String>,
        language: Option<String>,
        origin: Option<String>,
        meaning: Option<String>,
        history: Option<String>,
        legend: Option<String>,
        use_time: Option<String>,
        events: Vec<NameEvent>,
    }
}
