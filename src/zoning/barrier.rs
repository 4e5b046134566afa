//! What may run along a border: from nothing to an expressway. Stronger barriers make better borders.

use serde::Serialize;

/// What runs along a border, the weakest first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Barrier {
    /// nothing that is known
    #[default]
    None,
    /// 巷、小路
    Lane,
    /// 支路、次干路
    Street,
    /// 主干路
    Arterial,
    /// 铁路
    Railway,
    /// 河流、湖泊
    River,
    /// 高速公路、快速路
    Expressway,
}

impl Barrier {
    /// All, the weakest first.
    pub const ALL: [Self; 7] =
        [Self::None, Self::Lane, Self::Street, Self::Arterial, Self::Railway, Self::River, Self::Expressway];

    /// The word in reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Lane => "lane",
            Self::Street => "street",
            Self::Arterial => "arterial",
            Self::Railway => "railway",
            Self::River => "river",
            Self::Expressway => "expressway",
        }
    }

    /// Whether people take it for a border: an arterial or more.
    pub fn is_strong(self) -> bool {
        self >= Self::Arterial
    }

    /// What a border along it costs, in thousandths of one along nothing.
    pub fn cost(self) -> i64 {
        match self {
            Self::None => 1000,
            Self::Lane => 700,
            Self::Street => 400,
            Self::Arterial => 150,
            Self::Railway | Self::River | Self::Expressway => 100,
        }
    }

    /// What it costs to walk across it inside of a zone, metres of detour.
    pub fn detour_m(self) -> i64 {
        match self {
            Self::None | Self::Lane => 0,
            Self::Street => 10,
            Self::Arterial => 50,
            Self::Railway | Self::River => 300,
            Self::Expressway => 400,
        }
    }

    /// Read from the value of a column of roads and rivers: our words, OpenStreetMap's, Chinese ones.
    pub fn read(text: &str) -> Option<Self> {
        let text = text.trim().to_lowercase();
        let one_of = |words: &[&str]| words.iter().any(|word| text == *word);
        let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
        Some(if text.is_empty() {
            return None;
        } else if one_of(&["expressway", "motorway", "motorway_link", "trunk", "trunk_link"])
            || has(&["高速", "快速路"])
        {
            Self::Expressway
        } else if one_of(&["river", "canal", "lake", "water", "stream", "riverbank", "waterway"])
            || has(&["河", "湖", "渠", "江"])
        {
            Self::River
        } else if one_of(&["railway", "rail", "light_rail", "subway"]) || has(&["铁路", "轨道"]) {
            Self::Railway
        } else if one_of(&["arterial", "primary", "primary_link", "secondary", "secondary_link"])
            || has(&["主干", "干道"]) && !text.contains("次干")
        {
            Self::Arterial
        } else if one_of(&["street", "tertiary", "tertiary_link", "residential", "unclassified", "road"])
            || has(&["次干", "支路", "街", "路"])
        {
            Self::Street
        } else if one_of(&[
            "lane",
            "living_street",
            "service",
            "pedestrian",
            "footway",
            "path",
            "track",
            "alley",
        ]) || has(&["巷", "弄", "胡同"])
        {
            Self::Lane
        } else if one_of(&["none", "no"]) {
            Self::None
        } else {
            return None;
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_several_sources_are_read() {
        for barrier in Barrier::ALL {
            assert_eq!(Barrier::read(barrier.word()), Some(barrier));
        }
        assert_eq!(Barrier::read("次干路"), Some(Barrier::Street));
        assert_eq!(Barrier::read("主干路"), Some(Barrier::Arterial));
        assert_eq!(Barrier::read("motorway"), Some(Barrier::Expressway));
        assert_eq!(Barrier::read("盘龙江"), Some(Barrier::River));
        assert_eq!(Barrier::read(" "), None);
    }
}
