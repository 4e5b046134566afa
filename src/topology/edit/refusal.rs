//! Why an edit is not done.

use geo_types::Coord;

use crate::model::Bilingual;

/// Why an edit is not done. Places are coordinates, features their numbers.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Refusal {
    /// no feature of that number
    #[error("there is no feature {0}")]
    NoFeature(usize),
    /// the feature is no longer what it was
    #[error("feature {0} was changed meanwhile")]
    Changed(usize),
    /// no vertex at that place
    #[error("no border has a vertex at ({0}, {1})", at.x, at.y)]
    NoVertex {
        /// where
        at: Coord,
    },
    /// no edge between these two
    #[error("no border runs straight between ({0}, {1}) and ({2}, {3})", from.x, from.y, to.x, to.y)]
    NoEdge {
        /// one end
        from: Coord,
        /// the other
        to: Coord,
    },
    /// a locked border would move or go
    #[error("the border at ({0}, {1}) is locked", at.x, at.y)]
    Locked {
        /// where on it
        at: Coord,
    },
    /// borders meet there: the vertex cannot go
    #[error("borders meet at ({0}, {1}): the point cannot be taken out", at.x, at.y)]
    Node {
        /// where
        at: Coord,
    },
    /// a coordinate that is no number
    #[error("a coordinate is not a number")]
    NotANumber,
    /// a ring would have fewer than three corners, or two vertices in one place
    #[error("a ring at ({0}, {1}) would collapse", at.x, at.y)]
    Collapse {
        /// where
        at: Coord,
    },
    /// the border lies too far from the line
    #[error("the border lies {distance_m:.1} m from the line, more than {within_m:.1} m")]
    TooFar {
        /// how far
        distance_m: f64,
        /// how far it may
        within_m: f64,
    },
    /// the line leads nowhere along the border
    #[error("the line does not run along the border")]
    NotAlong,
    /// the line does not cut the feature in two
    #[error("the line does not lead across feature {0} from side to side")]
    NotAcross(usize),
    /// a line that crosses itself or cuts so that a part lies on both of its sides
    #[error("the line crosses itself or winds so that its sides cannot be told apart")]
    Tangled,
    /// more vertices than are cut at once
    #[error("the line has {0} vertices, more than 5000")]
    TooLong(usize),
    /// the piece has no ground in common with the feature
    #[error("the piece does not lie in feature {0}")]
    Outside(usize),
    /// the feature would be used up
    #[error("nothing of feature {0} would be left: merge it instead")]
    UsedUp(usize),
    /// features that have no border in common
    #[error("the features have no border in common")]
    NotNeighbours,
    /// fewer than two
    #[error("two different features are needed")]
    Few,
    /// the result would have faults that were not there
    #[error("the result would be faulty at ({0}, {1}): {kind}", at.x, at.y)]
    Faulty {
        /// which fault, as the check calls it
        kind: String,
        /// where
        at: Coord,
    },
}

impl Refusal {
    /// A stable word for it.
    pub fn rule(&self) -> &'static str {
        match self {
            Self::NoFeature(_) => "edit.no_feature",
            Self::Changed(_) => "edit.changed",
            Self::NoVertex { .. } => "edit.no_vertex",
            Self::NoEdge { .. } => "edit.no_edge",
            Self::Locked { .. } => "edit.locked",
            Self::Node { .. } => "edit.node",
            Self::NotANumber => "edit.not_a_number",
            Self::Collapse { .. } => "edit.collapse",
            Self::TooFar { .. } => "edit.too_far",
            Self::NotAlong => "edit.not_along",
            Self::NotAcross(_) => "edit.not_across",
            Self::Tangled => "edit.tangled",
            Self::TooLong(_) => "edit.too_long",
            Self::Outside(_) => "edit.outside",
            Self::UsedUp(_) => "edit.used_up",
            Self::NotNeighbours => "edit.not_neighbours",
            Self::Few => "edit.few",
            Self::Faulty { .. } => "edit.faulty",
        }
    }

    /// Where, if it is at one place.
    pub fn place(&self) -> Option<Coord> {
        match self {
            Self::NoVertex { at }
            | Self::Locked { at }
            | Self::Node { at }
            | Self::Collapse { at }
            | Self::Faulty { at, .. } => Some(*at),
            Self::NoEdge { from, .. } => Some(*from),
            _ => None,
        }
    }

    /// For an official.
    pub fn sentence(&self) -> Bilingual {
        let zh = match self {
            Self::NoFeature(number) => format!("没有第 {number} 个要素"),
            Self::Changed(number) => format!("第 {number} 个要素已被改动，请重新操作"),
            Self::NoVertex { at } => format!("({}, {}) 处没有界线拐点", at.x, at.y),
            Self::NoEdge { from, to } => {
                format!("({}, {}) 与 ({}, {}) 之间没有界线", from.x, from.y, to.x, to.y)
            }
            Self::Locked { at } => format!("({}, {}) 处的界线已锁定，不能改动", at.x, at.y),
            Self::Node { at } => format!("({}, {}) 是界线交会点，不能删除", at.x, at.y),
            Self::NotANumber => "坐标不是数字".to_owned(),
            Self::Collapse { at } => format!("({}, {}) 处的环将不足三个角", at.x, at.y),
            Self::TooFar { distance_m, within_m } => {
                format!("界线距中心线 {distance_m:.1} 米，超过 {within_m:.1} 米")
            }
            Self::NotAlong => "中心线没有沿着这段界线".to_owned(),
            Self::NotAcross(number) => format!("这条线没有从一边到另一边穿过第 {number} 个要素"),
            Self::Tangled => "这条线自相交，或绕行后分不清两侧".to_owned(),
            Self::TooLong(count) => format!("这条线有 {count} 个点，超过 5000 个"),
            Self::Outside(number) => format!("划出的地块不在第 {number} 个要素之内"),
            Self::UsedUp(number) => format!("第 {number} 个要素将一点不剩，请改用合并"),
            Self::NotNeighbours => "这些要素没有共同的界线".to_owned(),
            Self::Few => "需要两个不同的要素".to_owned(),
            Self::Faulty { kind, at } => format!("改动后 ({}, {}) 处将有拓扑错误：{kind}", at.x, at.y),
        };
        Bilingual::new(zh, self.to_string())
    }
}
