//! What a name is of in law: the class decides within which bounds names are compared.

use serde::{Deserialize, Serialize};

use crate::model::{Bilingual, Layer, Record};
use crate::names::spelling::{Class, Terms};

use super::text::{further, parts};

/// The class of a place name.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum NameClass {
    /// 县级以上行政区划
    County,
    /// 乡、镇
    Township,
    /// 街道
    Subdistrict,
    /// 社区、村民委员会所在地
    Committee,
    /// 自然村、居民点、区片
    Village,
    /// 街路巷
    Street,
    /// 住宅区
    Estate,
    /// 楼宇
    Building,
    /// 单位、游览地等设施
    Facility,
    /// 桥、站、港等交通设施
    Bridge,
    /// 水系
    Water,
    /// 陆地地形
    Land,
}

/// Whether a name is an address: 宏达街5号院.
fn is_address(name: &str) -> bool {
    name.split('号').rev().skip(1).any(|before| before.ends_with(|c: char| c.is_ascii_digit()))
}

/// Whether a settlement's name ends as villages' do, and not as estates'.
fn is_village(name: &str, terms: &Terms) -> bool {
    let has = |class| !parts(name, class, terms, further()).1.is_empty();
    has(NameClass::Village) && !has(NameClass::Estate)
}

impl NameClass {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::County,
        Self::Township,
        Self::Subdistrict,
        Self::Committee,
        Self::Village,
        Self::Street,
        Self::Estate,
        Self::Building,
        Self::Facility,
        Self::Bridge,
        Self::Water,
        Self::Land,
    ];

    /// Its word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::County => "county",
            Self::Township => "township",
            Self::Subdistrict => "subdistrict",
            Self::Committee => "committee",
            Self::Village => "village",
            Self::Street => "street",
            Self::Estate => "estate",
            Self::Building => "building",
            Self::Facility => "facility",
            Self::Bridge => "bridge",
            Self::Water => "water",
            Self::Land => "land",
        }
    }

    /// By its word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.word() == word)
    }

    /// What people call it.
    pub fn title(self) -> Bilingual {
        let (zh, en) = match self {
            Self::County => ("县级以上政区", "division of county level and up"),
            Self::Township => ("乡镇", "township or town"),
            Self::Subdistrict => ("街道", "subdistrict"),
            Self::Committee => ("村居", "village or community"),
            Self::Village => ("自然村", "settlement"),
            Self::Street => ("街路巷", "street"),
            Self::Estate => ("住宅区", "residential area"),
            Self::Building => ("楼宇", "building"),
            Self::Facility => ("设施", "facility"),
            Self::Bridge => ("交通设施", "bridge or station"),
            Self::Water => ("水系", "water"),
            Self::Land => ("山地地形", "land form"),
        };
        Bilingual::new(zh, en)
    }

    /// As its spelling knows it.
    pub const fn spelled(self) -> Class {
        match self {
            Self::County | Self::Township | Self::Subdistrict => Class::Division,
            Self::Committee | Self::Estate => Class::Committee,
            Self::Village => Class::Village,
            Self::Street => Class::Street,
            Self::Building | Self::Facility => Class::Facility,
            Self::Bridge => Class::Bridge,
            Self::Water => Class::Water,
            Self::Land => Class::Land,
        }
    }

    /// Whether it is a division in law.
    pub const fn is_division(self) -> bool {
        matches!(self, Self::County | Self::Township | Self::Subdistrict)
    }

    /// Whether names of both are compared with one another.
    pub const fn meets(self, other: Self) -> bool {
        self as u8 == other as u8
            || matches!((self, other), (Self::Estate, Self::Building) | (Self::Building, Self::Estate))
    }

    /// Of a record whose own fields say it; a name takes that of its place.
    pub fn of(record: &Record, place: Option<&Record>, terms: &Terms) -> Option<Self> {
        let bears = matches!(record.layer, Layer::Compound | Layer::Building | Layer::Place);
        if bears && record.label().is_some_and(is_address) {
            return None;
        }
        match record.layer {
            Layer::Division => match record.text("level")? {
                "province" | "prefecture" | "county" => Some(Self::County),
                "township" if record.text("kind") == Some("subdistrict") => Some(Self::Subdistrict),
                "township" if record.label().is_some_and(|name| name.ends_with("街道")) => {
                    Some(Self::Subdistrict)
                }
                "township" => Some(Self::Township),
                "community" => Some(Self::Committee),
                _ => None,
            },
            Layer::Road => Some(Self::Street),
            Layer::Water => Some(Self::Water),
            Layer::Compound => match record.text("kind") {
                Some("natural_village" | "urban_village") => Some(Self::Village),
                Some("campus" | "work_unit" | "courtyard" | "institution" | "industrial_park" | "other") => {
                    None
                }
                Some("commercial") => Some(Self::Building),
                _ => Some(Self::Estate),
            },
            Layer::Building => Some(Self::Building),
            Layer::Facility => Some(Self::Facility),
            // Parks and squares are named in law; a school's or a factory's ground bears the name of its owner.
            Layer::ClosedOrGreenArea => match record.text("kind") {
                Some("park" | "square" | "scenic") => Some(Self::Facility),
                _ => None,
            },
            Layer::Place => Self::of_category(record.text("category"), record.label()?, terms),
            Layer::Name => {
                let category = place.and_then(|place| place.text("category"));
                Self::of_category(category, record.label()?, terms)
            }
            _ => None,
        }
    }

    /// By the category of GB/T 18521, else by its generic term.
    fn of_category(category: Option<&str>, name: &str, terms: &Terms) -> Option<Self> {
        let category = category.unwrap_or_default();
        let begins = |with: &[&str]| with.iter().any(|one| category.starts_with(one));
        Some(match () {
            () if begins(&["212", "213", "214"]) => Self::County,
            () if begins(&["215"]) && name.ends_with("街道") => Self::Subdistrict,
            () if begins(&["215"]) => Self::Township,
            () if begins(&["216"]) => Self::Committee,
            () if begins(&["217", "222"]) => Self::Village,
            () if begins(&["221"]) && is_village(name, terms) => Self::Village,
            () if begins(&["221"]) => Self::Estate,
            () if begins(&["2321", "234"]) => Self::Street,
            () if begins(&["23"]) => Self::Bridge,
            () if begins(&["24", "25", "26", "27"]) => Self::Facility,
            () => Self::guess(name, terms)?,
        })
    }

    /// By the generic term that a name ends with.
    pub fn guess(name: &str, terms: &Terms) -> Option<Self> {
        let characters: Vec<char> = name.chars().collect();
        let (length, class) = terms.term(&characters, None)?;
        let term: String = characters[characters.len() - length..].iter().collect();
        Some(match class {
            Class::Division => match &*term {
                "街道" => Self::Subdistrict,
                "镇" | "乡" | "民族乡" | "苏木" | "民族苏木" => Self::Township,
                _ => Self::County,
            },
            Class::Street => Self::Street,
            Class::Village => Self::Village,
            Class::Water => Self::Water,
            Class::Land => Self::Land,
            Class::Bridge => Self::Bridge,
            Class::Facility => match &*term {
                "大厦" | "大楼" | "中心" => Self::Building,
                _ => Self::Facility,
            },
            Class::Committee => match &*term {
                "小区" | "花园" | "家园" | "新村" | "生活区" => Self::Estate,
                _ => Self::Committee,
            },
        })
    }
}
