//! Papers that an office files: sheets and forms as pdf and docx, drawn and filled from a snapshot.
//!
//! A paper is made in two steps: its fields (pure data, from the snapshot) and its template, which an office may
//! replace by its own. Nothing here reads a clock or the register's file: day, revision and templates are passed in.

pub mod artwork;
mod docx;
pub mod fields;
mod fonts;
mod map;
pub mod marker_card;
pub mod sheet;
mod sketch;
mod templates;
mod typeset;

pub use fields::{Fields, Filled};
pub use sheet::{Sheet, SheetOptions};
pub use templates::Templates;

use crate::model::Bilingual;

/// Why no paper is made.
#[derive(Debug, thiserror::Error)]
pub enum DocumentsError {
    /// the system has no font with Chinese letters
    #[error("this computer has no font with Chinese characters")]
    NoFont,
    /// the record has no shape to draw
    #[error("{0} has no shape that could be drawn")]
    NoShape(String),
    /// the line does not fit the sheet at the scale asked for
    #[error("at 1:{asked} the line does not fit the sheet; it does at 1:{fits}")]
    TooLarge {
        /// denominator asked for
        asked: u32,
        /// the largest scale that fits, its denominator
        fits: u32,
    },
    /// an office's own template cannot be read
    #[error("the template {name} cannot be read: {why}")]
    Template {
        /// its file name
        name: String,
        /// what is wrong
        why: String,
    },
    /// a template is right but what it says cannot be set
    #[error("the template {name} cannot be set: {why}")]
    Typeset {
        /// its file name
        name: String,
        /// what the typesetter says, with its line
        why: String,
    },
}

impl DocumentsError {
    /// For an official: what happened, and what to do.
    pub fn sentences(&self) -> (Bilingual, Bilingual) {
        let (zh, en) = match self {
            Self::NoFont => (
                "这台计算机上没有中文字体，无法排版。".to_owned(),
                "在服务器上安装中文字体，如 Debian、统信、麒麟：apt install fonts-noto-cjk；或把单位的字体文件放进系统字体文件夹。",
            ),
            Self::NoShape(name) => {
                (format!("{name} 没有图形，画不出图。"), "先导入或绘出它的图形；界线可由区划推算。")
            }
            Self::TooLarge { asked, fits } => (
                format!("按 1∶{asked}，这条界线一幅图放不下；1∶{fits} 放得下。"),
                "改用较小的比例尺，或不指定，由系统选择。",
            ),
            Self::Template { name, why } => (
                format!("模板“{name}”读不了：{why}。"),
                "另存为 docx（或改正 typ）再放回模板文件夹；拿走它即用自带模板。",
            ),
            Self::Typeset { name, why } => {
                (format!("按模板“{name}”排版不成：{why}。"), "改正单位自己的模板；拿走它即用自带模板。")
            }
        };
        let todo = match self {
            Self::NoFont => "Install one on the server, on Debian: apt install fonts-noto-cjk.",
            Self::NoShape(_) => "Bring its shape in or draw it; lines can be derived from the divisions.",
            Self::TooLarge { .. } => "Ask for a smaller scale, or for none: one that fits is then taken.",
            Self::Template { .. } | Self::Typeset { .. } => {
                "Mend the office's own template; without it the built-in one is used."
            }
        };
        (Bilingual::new(zh, self.to_string()), Bilingual::new(en, todo))
    }
}
