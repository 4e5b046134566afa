//! Places and their names (地名): a place has one or several names, each with a life of its own.

use serde::{Deserialize, Serialize};

use super::{Layer, by_id, layer};
use crate::model::value::ListItem;
use crate::model::{Date, FieldKind, ItemKind, MemberDef};

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
    /// the first day that the date as written may mean, `YYYY-MM-DD`
    pub earliest: String,
    /// and the last
    pub latest: String,
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
        MemberDef { kind: FieldKind::Date, ..MemberDef::day("earliest") },
        MemberDef { kind: FieldKind::Date, ..MemberDef::day("latest") },
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
        protection_measures: Option<String>,
        protection_listed: Option<Date>,
        protection_document: Option<String>,
        set_up_year: Option<String>,
        abolished_year: Option<String>,
        census_status: Option<String>,
        survey_method: Option<String>,
        map_sheet: Option<String>,
        map_scale: Option<String>,
        registrar: Option<String>,
        registrar_unit: Option<String>,
        registered: Option<Date>,
    }
}

impl Place {
    /// A place with a name and nothing else.
    pub fn named(name: &str) -> Self {
        Self {
            name: Some(name.into()),
            category: None,
            place_code: None,
            roman: None,
            division_codes: Vec::new(),
            overview: None,
            planned: None,
            protection_class: None,
            protection_measures: None,
            protection_listed: None,
            protection_document: None,
            set_up_year: None,
            abolished_year: None,
            census_status: None,
            survey_method: None,
            map_sheet: None,
            map_scale: None,
            registrar: None,
            registrar_unit: None,
            registered: None,
        }
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
        generic_roman: Option<String>,
        pinyin_toned: Option<String>,
        original_sound: Option<String>,
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

impl Name {
    /// A name of its own with nothing but its text.
    pub fn of(text: &str) -> Self {
        Self {
            text: text.into(),
            place_id: None,
            kind: None,
            status: None,
            specific: None,
            generic: None,
            roman: None,
            generic_roman: None,
            pinyin_toned: None,
            original_sound: None,
            reading_reviewed: None,
            minority_writing: None,
            language: None,
            origin: None,
            meaning: None,
            history: None,
            legend: None,
            use_time: None,
            events: Vec::new(),
        }
    }
}
