//! Why borders are not changed.

use geo_types::Coord;

use crate::model::{Bilingual, Finding, RecordId, Severity, Spot};
use crate::topology::Kind;
use crate::topology::edit::Refusal;

/// Why borders are not changed.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Refused {
    /// no division of that id with an area on that day
    #[error("no division {0} with an area on that day")]
    NoDivision(RecordId),
    /// an action that has cut nothing off before
    #[error("action {by} has made no division yet")]
    NothingMade {
        /// its place in the list
        by: usize,
    },
    /// none at all
    #[error("no divisions there")]
    NoDivisions,
    /// a coordinate that is no number
    #[error("a coordinate is not a number")]
    NotANumber,
    /// no border there
    #[error("no border runs between these points")]
    NoBorder {
        /// the first of them
        at: Coord,
    },
    /// divisions of different levels
    #[error("the divisions are of different levels")]
    OtherLevels,
    /// divisions with different parents
    #[error("the divisions have different parents")]
    OtherParents,
    /// a division that is made up of lower ones
    #[error("{0} is made up of lower divisions")]
    HasParts(String),
    /// a border of another level would have to bend in more ways than one
    #[error("a border of another level does not follow")]
    DoesNotFollow {
        /// where
        at: Coord,
    },
    /// more is wrong there than the fault asked about
    #[error("more is wrong there than can be mended at once")]
    TooMuch,
    /// a fault wider than is mended without a person
    #[error("{width_m:.1} m wide, more than {within_m:.1} m")]
    TooWide {
        /// how wide
        width_m: f64,
        /// how wide it may be
        within_m: f64,
    },
    /// mending it would bring another fault
    #[error("mending it would bring another fault: {}", .0.word())]
    NewFault(Kind),
    /// the fault would stay
    #[error("the fault would not go: {}", .0.word())]
    StillThere(Kind),
    /// nothing would change
    #[error("nothing changes")]
    Nothing,
    /// a new code that another division has
    #[error("the code {0} is in use")]
    CodeTaken(String),
    /// the coverage says no; with the names of the divisions by number
    #[error("{0}")]
    Edit(Refusal, Vec<String>),
}

impl Refused {
    /// Whether there is just nothing at that place, on that level.
    pub(super) fn is_absence(&self) -> bool {
        matches!(self, Self::Edit(Refusal::NoVertex { .. } | Refusal::NoEdge { .. }, _))
    }

    /// A stable word for it.
    pub fn rule(&self) -> &'static str {
        match self {
            Self::NoDivision(_) => "border.no_division",
            Self::NothingMade { .. } => "border.nothing_made",
            Self::NoDivisions => "border.no_divisions",
            Self::NotANumber => "border.not_a_number",
            Self::NoBorder { .. } => "border.no_border",
            Self::OtherLevels => "border.other_levels",
            Self::OtherParents => "border.other_parents",
            Self::HasParts(_) => "border.has_parts",
            Self::DoesNotFollow { .. } => "border.does_not_follow",
            Self::TooMuch => "border.too_much",
            Self::TooWide { .. } => "border.too_wide",
            Self::NewFault(_) => "border.new_fault",
            Self::StillThere(_) => "border.still_there",
            Self::Nothing => "border.nothing",
            Self::CodeTaken(_) => "border.code_taken",
            Self::Edit(refusal, _) => refusal.rule(),
        }
    }

    /// Where, if it is at one place.
    pub fn place(&self) -> Option<Coord> {
        match self {
            Self::NoBorder { at } | Self::DoesNotFollow { at } => Some(*at),
            Self::Edit(refusal, _) => refusal.place(),
            _ => None,
        }
    }

    /// For an official: what is wrong.
    pub fn sentence(&self) -> Bilingual {
        let zh = match self {
            Self::NoDivision(id) => format!("当日没有这个有图形的区划：{id}"),
            Self::NothingMade { by } => format!("第 {} 步改动没有划出新的部分", by + 1),
            Self::NoDivisions => "此处当日没有区划".into(),
            Self::NotANumber => "坐标不是数字".into(),
            Self::NoBorder { at } => format!("({}, {}) 处两点之间没有界线", at.x, at.y),
            Self::OtherLevels => "这些区划不是同一级".into(),
            Self::OtherParents => "这些区划的上级不同".into(),
            Self::HasParts(name) => format!("“{name}”由下级区划组成"),
            Self::DoesNotFollow { at } => format!("({}, {}) 处其他级别的界线无法随同改动", at.x, at.y),
            Self::TooMuch => "此处还有别的问题，不能一次修好".into(),
            Self::TooWide { width_m, within_m } => {
                format!("此处最宽 {width_m:.1} 米，超过 {within_m:.0} 米，归属要由人定")
            }
            Self::NewFault(kind) => format!("这样修复会带来新的问题：{}", kind.title().zh),
            Self::StillThere(kind) => format!("修复不了：{}仍在", kind.title().zh),
            Self::Nothing => "没有任何变化".into(),
            Self::CodeTaken(code) => format!("代码 {code} 已被使用"),
            Self::Edit(refusal, names) => return named(refusal, names),
        };
        Bilingual::new(zh, self.to_string())
    }

    /// What to do about it.
    pub fn remedy(&self) -> Bilingual {
        let (zh, en) = match self {
            Self::HasParts(_) => (
                "先改动下级（社区、村）的界线，上级的界线会随同改动。",
                "Change the borders of the lower divisions; those above follow.",
            ),
            Self::OtherParents => (
                "上级不同的区划不能直接合并：请先把其中一个改隶同一上级。",
                "Divisions of different parents are not merged: first give them one parent.",
            ),
            Self::Edit(Refusal::Locked { .. }, _) => (
                "这段界线已勘定。勘界有误的，先在界线记录中取消“已勘定”并注明依据。",
                "This border is surveyed. If the survey is wrong, clear “surveyed” in the line's record, with the document.",
            ),
            Self::TooMuch | Self::TooWide { .. } | Self::NewFault(_) | Self::StillThere(_) => (
                "核对批准文件后，在“界线”中移动界点、划转地块；或重新导入正确的图形。",
                "Compare the documents, then move points or hand over ground under Borders, or import the right areas.",
            ),
            Self::Edit(Refusal::Changed(_), _) => ("请刷新后再改。", "Load again and repeat."),
            _ => ("请在图上另选位置或另画。", "Choose another place or draw it anew."),
        };
        Bilingual::new(zh, en)
    }

    /// As a finding.
    pub fn finding(&self) -> Finding {
        let at = self.place().map(|at| [at.x, at.y]);
        let spot = Spot { at, ..Spot::default() };
        Finding::new(self.rule(), Severity::Error, spot, self.sentence(), self.remedy())
    }
}

/// The coverage counts its features; people call them by name.
fn named(refusal: &Refusal, names: &[String]) -> Bilingual {
    let number = match refusal {
        Refusal::NotAcross(number) | Refusal::Outside(number) | Refusal::UsedUp(number) => *number,
        Refusal::NoFeature(number) | Refusal::Changed(number) => *number,
        _ => return refusal.sentence(),
    };
    let Some(name) = names.get(number) else { return refusal.sentence() };
    let (zh, en) = match refusal {
        Refusal::NotAcross(_) => {
            (format!("这条线没有从一边到另一边穿过“{name}”"), format!("the line does not lead across {name}"))
        }
        Refusal::Outside(_) => {
            (format!("划出的地块不在“{name}”之内"), format!("the piece does not lie in {name}"))
        }
        Refusal::UsedUp(_) => {
            (format!("“{name}”将一点不剩，请改用合并"), format!("nothing of {name} would be left: merge it"))
        }
        _ => (format!("“{name}”已被改动"), format!("{name} was changed meanwhile")),
    };
    Bilingual::new(zh, en)
}
