//! How a name was found, and what that is worth.

use serde::Serialize;

/// How a name was found; better ones come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// the query is its code
    Code,
    /// the query is its name
    Exact,
    /// but for the unit at its end: 威远街 for 威远街社区居民委员会
    Suffix,
    /// its name or code begins with the query
    Prefix,
    /// the query names a division and a place in it: 昆明五华
    Within,
    /// the query is the pinyin of its name
    Pinyin,
    /// the query is somewhere in its name
    Infix,
    /// the query is the first letters of its syllables
    Initials,
    /// its pinyin begins with the query
    PinyinPrefix,
    /// the query is written in characters and pinyin: wu华
    Mixed,
    /// the query sounds like its name
    Homophone,
    /// one character of the query looks like the one in its name
    Alike,
    /// one character is another, is missing, is too much, or two are swapped
    Slip,
    /// the query is its pinyin with one slip, of the finger or of the dialect
    PinyinSlip,
    /// its initials begin with the query
    InitialsPrefix,
    /// the query is in its pinyin from some syllable on
    PinyinInfix,
    /// most of the query's neighbouring characters are in its name
    Loose,
}

impl Kind {
    /// Between 0 and 1: what a hit of the kind is worth at best.
    pub(super) fn worth(self) -> f32 {
        match self {
            Self::Code | Self::Exact => 1.0,
            Self::Suffix => 0.97,
            Self::Prefix => 0.92,
            Self::Within => 0.9,
            Self::Pinyin => 0.88,
            Self::Infix => 0.82,
            Self::Initials => 0.78,
            Self::PinyinPrefix => 0.75,
            Self::Mixed => 0.74,
            Self::Homophone => 0.7,
            Self::Alike => 0.66,
            Self::Slip => 0.6,
            Self::PinyinSlip => 0.58,
            Self::InitialsPrefix => 0.5,
            Self::PinyinInfix => 0.45,
            Self::Loose => 0.3,
        }
    }
}

/// A core that fits a query, before its entries are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Match {
    pub(super) core: u32,
    pub(super) kind: Kind,
    /// what is wrong with it, 0 for nothing
    pub(super) cost: u8,
    /// what the unit behind the core should be
    pub(super) tail: Tail,
}

/// What a query says of the unit behind a core.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Tail {
    /// nothing
    Any,
    /// that of the query: the query's own is looked at
    Asked,
    /// only entries whose core and unit have the whole query in them
    Whole,
    /// the query goes on into the unit from this byte on
    From(u16),
    /// it should begin with the unit of this number
    Unit(u8),
}
