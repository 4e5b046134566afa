//! Why a network cannot be made.

use crate::model::Bilingual;

/// Why a network cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NetworkError {
    /// nothing to walk on
    #[error("there is no street to walk on")]
    Empty,
    /// more than can be numbered
    #[error("{0} vertices are too many for one network")]
    TooLarge(usize),
    /// no such profile
    #[error("there is no profile {wanted:?}; there are: {known}")]
    NoProfile {
        /// what was asked for
        wanted: String,
        /// names that there are
        known: String,
    },
    /// a speed that is none
    #[error("{0} m/s is no walking speed")]
    Speed(String),
}

impl NetworkError {
    /// For an official.
    pub fn sentence(&self) -> Bilingual {
        let zh = match self {
            Self::Empty => "没有可以步行的道路".to_owned(),
            Self::TooLarge(count) => format!("路网有 {count} 个顶点，太多了"),
            Self::NoProfile { wanted, known } => format!("没有“{wanted}”这种人群；有：{known}"),
            Self::Speed(speed) => format!("{speed} 米/秒不是步行速度"),
        };
        Bilingual::new(zh, self.to_string())
    }
}
