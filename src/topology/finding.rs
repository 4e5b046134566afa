//! What can be wrong with a coverage.

use geo_types::Geometry;

use crate::model::{Bilingual, Severity};

/// A kind of finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// two features or more cover the same ground
    Overlap,
    /// ground between features that none covers
    Gap,
    /// a common border whose vertices differ, with no ground between
    Mismatch,
    /// features with the same outline
    Duplicate,
    /// a border that leads nowhere: a spike, or an edge inside one feature
    Dangle,
    /// an outline that crosses or touches itself
    SelfIntersection,
    /// a part that is narrower than the width asked for
    Sliver,
    /// ground outside of the parent's outline
    OutsideParent,
    /// ground of the parent that no feature covers
    Uncovered,
    /// a coordinate that is no number: the feature could not be looked at
    Unreadable,
    /// a part apart from the main one, with other features all round
    Exclave,
    /// a feature with one single neighbour all round
    Enclosed,
    /// a feature of several parts
    Multipart,
}

impl Kind {
    /// All kinds, the gravest first.
    pub const ALL: [Self; 13] = [
        Self::Overlap,
        Self::Gap,
        Self::Mismatch,
        Self::Duplicate,
        Self::Dangle,
        Self::SelfIntersection,
        Self::Sliver,
        Self::OutsideParent,
        Self::Uncovered,
        Self::Unreadable,
        Self::Exclave,
        Self::Enclosed,
        Self::Multipart,
    ];

    /// Its words for people.
    pub fn title(self) -> Bilingual {
        let (zh, en) = match self {
            Self::Overlap => ("重叠", "overlap"),
            Self::Gap => ("缝隙", "gap"),
            Self::Mismatch => ("边界顶点不一致", "border vertices differ"),
            Self::Duplicate => ("重复的面", "duplicate"),
            Self::Dangle => ("悬挂边", "dangling edge"),
            Self::SelfIntersection => ("自相交", "self-intersection"),
            Self::Sliver => ("碎面", "sliver"),
            Self::OutsideParent => ("超出上级范围", "outside of the parent"),
            Self::Uncovered => ("上级范围内未覆盖", "not covered within the parent"),
            Self::Unreadable => ("坐标不是数", "coordinates are no numbers"),
            Self::Exclave => ("飞地", "exclave"),
            Self::Enclosed => ("被一个单位包围", "enclosed by one neighbour"),
            Self::Multipart => ("由多块组成", "of several parts"),
        };
        Bilingual::new(zh, en)
    }

    /// Its stable word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Overlap => "overlap",
            Self::Gap => "gap",
            Self::Mismatch => "mismatch",
            Self::Duplicate => "duplicate",
            Self::Dangle => "dangle",
            Self::SelfIntersection => "self_intersection",
            Self::Sliver => "sliver",
            Self::OutsideParent => "outside_parent",
            Self::Uncovered => "uncovered",
            Self::Unreadable => "unreadable",
            Self::Exclave => "exclave",
            Self::Enclosed => "enclosed",
            Self::Multipart => "multipart",
        }
    }
}

/// One thing found.
#[derive(Clone, Debug, PartialEq)]
pub struct Flaw {
    /// what
    pub kind: Kind,
    /// how much it weighs
    pub severity: Severity,
    /// the features concerned, by number, in order
    pub features: Vec<u32>,
    /// where: the ground, the stretch of border or the point itself
    pub place: Geometry,
    /// how much ground, m² (or the file's unit squared)
    pub area: f64,
    /// how wide, m (or the file's unit); for borders how far they lie apart
    pub width: f64,
}
