//! Why a question about service circles has no answer.

use crate::model::Bilingual;

/// Why a question about service circles has no answer.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum AccessError {
    /// no facility on the network
    #[error("none of the facilities is on the network")]
    NoFacility,
    /// a model needs the number of sites
    #[error("this model needs the number of sites")]
    NoCount,
    /// no candidate on the network
    #[error("none of the candidates is on the network")]
    NoCandidate,
    /// more pairs of candidates and demand than can be held
    #[error("{0} pairs of a candidate and a demand point within reach are too many")]
    TooLarge(usize),
    /// the time is over before there is an answer
    #[error("the time is over before all candidates are looked at; give it more, or fewer candidates")]
    OutOfTime,
    /// the solver failed
    #[error("the solver gave up: {0}")]
    Solver(String),
}

impl AccessError {
    /// For an official.
    pub fn sentence(&self) -> Bilingual {
        let zh = match self {
            Self::NoFacility => "没有一处设施在路网上".to_owned(),
            Self::NoCount => "这种选址模型需要给出设施个数".to_owned(),
            Self::NoCandidate => "没有一处候选点在路网上".to_owned(),
            Self::TooLarge(count) => format!("候选点与需求点在范围内的配对有 {count} 对，太多了"),
            Self::OutOfTime => "时限已到，候选点还没有算完；请放宽时限或减少候选点".to_owned(),
            Self::Solver(why) => format!("求解器未能完成（{why}）"),
        };
        Bilingual::new(zh, self.to_string())
    }
}
