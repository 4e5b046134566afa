//! Within which bounds names of a class are compared (范围).

use std::ops::Range;

use super::class::NameClass;
use super::entry::Entry;
use super::inventory::EVERYWHERE;
use super::scene::Subject;
use crate::model::Bilingual;

/// The bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Within {
    /// 全国
    Nation,
    /// 省
    Province,
    /// 地级
    Prefecture,
    /// 建成区: the county, or all urban districts of the city
    BuiltUp,
    /// 县
    County,
    /// 乡镇
    Township,
}

impl Within {
    /// By its word.
    pub fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "nation" => Self::Nation,
            "province" => Self::Province,
            "prefecture" => Self::Prefecture,
            "built_up" => Self::BuiltUp,
            "county" => Self::County,
            "township" => Self::Township,
            _ => return None,
        })
    }

    /// Those of a class, from lines such as `street: built_up`; the county where none is given.
    pub fn of(class: NameClass, lines: &[String]) -> Self {
        let mine = lines.iter().filter_map(|line| line.split_once(':'));
        let mut mine = mine.filter(|(word, _)| word.trim() == class.word());
        mine.next().and_then(|(_, word)| Self::from_word(word.trim())).unwrap_or(Self::County)
    }

    /// Whether a name lies in them with the subject. What is not known to lie elsewhere does.
    pub fn holds(self, subject: &Subject<'_>, other: &Entry) -> bool {
        let (a, b) = (subject.county, other.county);
        if self == Self::Nation || a == 0 || b == 0 {
            return true;
        }
        match self {
            Self::Nation => true,
            Self::Province => a / 10_000 == b / 10_000,
            Self::Prefecture => a / 100 == b / 100,
            Self::BuiltUp => a == b || a / 100 == b / 100 && is_district(a) && is_district(b),
            Self::County => a == b,
            Self::Township => {
                a == b && (subject.township == other.township || subject.township == 0 || other.township == 0)
            }
        }
    }

    /// The counties in which a name that it holds together with one of this county may be.
    pub fn counties(self, county: u32) -> Range<u32> {
        if county == 0 {
            return EVERYWHERE;
        }
        let of = |first: u32, how_many: u32| first..first + how_many;
        match self {
            Self::Nation => EVERYWHERE,
            Self::Province => of(county / 10_000 * 10_000, 10_000),
            Self::Prefecture => of(county / 100 * 100, 100),
            Self::BuiltUp if is_district(county) => of(county / 100 * 100, 100),
            Self::BuiltUp | Self::County | Self::Township => of(county, 1),
        }
    }

    /// What people call them.
    pub fn title(self) -> Bilingual {
        let (zh, en) = match self {
            Self::Nation => ("全国", "the nation"),
            Self::Province => ("同一省", "the province"),
            Self::Prefecture => ("同一市", "the prefecture"),
            Self::BuiltUp => ("同一建成区", "the built-up area"),
            Self::County => ("同一县", "the county"),
            Self::Township => ("同一乡镇", "the township"),
        };
        Bilingual::new(zh, en)
    }
}

/// Whether a code of six digits is an urban district's: 01 to 20.
const fn is_district(county: u32) -> bool {
    let last = county % 100;
    last >= 1 && last <= 20
}
