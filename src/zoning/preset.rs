//! What counts: presets of weights for what planners ask for.

use serde::Serialize;

use super::problem::Weights;

/// What is to be good first of all. In the band and in one piece comes before everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Preset {
    /// 变动最少: as few households as can be change their community
    LeastChange,
    /// 道路河流优先: borders on roads and rivers, no walks across them
    Barriers,
    /// 形状最紧凑: few cut borders, round zones
    Compact,
    /// 规模均衡: near the ideal
    Balanced,
}

impl Preset {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::LeastChange, Self::Barriers, Self::Compact, Self::Balanced];

    /// The word on the command line and in reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::LeastChange => "least-change",
            Self::Barriers => "barriers",
            Self::Compact => "compact",
            Self::Balanced => "balanced",
        }
    }

    /// By its word.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|preset| preset.word() == word)
    }

    /// The weights; those of what is not known (no present zones, no barriers) have no effect.
    pub fn weights(self) -> Weights {
        let even = Weights {
            cut: 1.0,
            length: 0.0,
            barriers: 0.3,
            walks: 0.05,
            compact: 1.0,
            balance: 0.5,
            moved: 0.05,
        };
        match self {
            Self::LeastChange => Weights { cut: 0.4, compact: 0.3, balance: 0.1, moved: 4.0, ..even },
            Self::Barriers => {
                Weights { cut: 0.4, length: 1.0, barriers: 1.0, walks: 0.3, compact: 0.5, ..even }
            }
            Self::Compact => even,
            Self::Balanced => Weights { cut: 0.5, compact: 0.5, balance: 8.0, ..even },
        }
    }
}
