//! What stops reading or writing a file altogether, each with a sentence in both languages.

use std::path::PathBuf;

use crate::model::Bilingual;

/// What stops reading or writing a file. A row that cannot be read is a finding instead.
#[derive(Debug, thiserror::Error)]
pub enum FormatError {
    /// the file cannot be opened or read from the disk
    #[error("{path}: {source}", path = path.display())]
    Read {
        /// the file
        path: PathBuf,
        /// why
        source: std::io::Error,
    },
    /// no reader knows such a file
    #[error("{path}: not a format this program reads", path = path.display())]
    UnknownFormat {
        /// the file
        path: PathBuf,
    },
    /// a format that must be turned into another first
    #[error("{path}: {}", how.en, path = path.display())]
    Convert {
        /// the file
        path: PathBuf,
        /// with which program, into what
        how: Bilingual,
    },
    /// the file is not what its name or its first bytes promise
    #[error("{path}: {}", what.en, path = path.display())]
    Broken {
        /// the file
        path: PathBuf,
        /// what is wrong
        what: Bilingual,
    },
    /// a bound against hostile or mistaken files was met
    #[error("{path}: {} is over the limit of {limit}", what.en, path = path.display())]
    TooLarge {
        /// the file
        path: PathBuf,
        /// what is too large
        what: Bilingual,
        /// the bound
        limit: u64,
    },
    /// several layers and none was chosen
    #[error("{path} has several layers; choose one of: {}", layers.join(", "), path = path.display())]
    ChooseLayer {
        /// the file
        path: PathBuf,
        /// what there is to choose from
        layers: Vec<String>,
    },
    /// the chosen layer is not in the file
    #[error("{path} has no layer {layer:?}; it has: {}", layers.join(", "), path = path.display())]
    NoSuchLayer {
        /// the file
        path: PathBuf,
        /// what was asked for
        layer: String,
        /// what there is
        layers: Vec<String>,
    },
    /// a text encoding nobody knows was asked for
    #[error("{name:?} is not a text encoding; known are for example UTF-8, GBK, GB18030, Big5")]
    UnknownEncoding {
        /// what was asked for
        name: String,
    },
    /// the child process that runs GDAL failed
    #[error("{path}: {}", what.en, path = path.display())]
    Worker {
        /// the file
        path: PathBuf,
        /// how it ended
        what: Bilingual,
    },
    /// no writer for such a file
    #[error("{path}: not a format this program writes", path = path.display())]
    NotWritten {
        /// the file
        path: PathBuf,
    },
    /// the file cannot be written
    #[error("{path}: {source}", path = path.display())]
    Write {
        /// the file
        path: PathBuf,
        /// why
        source: std::io::Error,
    },
    /// the format cannot hold what is to be written
    #[error("{path}: {}", what.en, path = path.display())]
    CannotHold {
        /// the file
        path: PathBuf,
        /// what it cannot hold
        what: Bilingual,
    },
}

impl FormatError {
    /// The same as a sentence for an official.
    pub fn sentence(&self) -> Bilingual {
        let en = self.to_string();
        let zh = match self {
            Self::Read { path, source } => {
                format!("{}：无法读取文件（{}）", path.display(), Bilingual::from(source).zh)
            }
            Self::UnknownFormat { path } => format!("{}：不是本程序能读取的文件格式", path.display()),
            Self::Convert { path, how } => format!("{}：{}", path.display(), how.zh),
            Self::Broken { path, what } | Self::Worker { path, what } | Self::CannotHold { path, what } => {
                format!("{}：{}", path.display(), what.zh)
            }
            Self::TooLarge { path, what, limit } => {
                format!("{}：{}超过上限 {limit}", path.display(), what.zh)
            }
            Self::ChooseLayer { path, layers } => {
                format!("{} 有多个图层，请选择其一：{}", path.display(), layers.join("、"))
            }
            Self::NoSuchLayer { path, layer, layers } => {
                format!("{} 没有图层“{layer}”，现有图层：{}", path.display(), layers.join("、"))
            }
            Self::UnknownEncoding { name } => {
                format!("不认识的文字编码“{name}”；可用的有 UTF-8、GBK、GB18030、Big5 等")
            }
            Self::NotWritten { path } => format!("{}：不是本程序能写出的文件格式", path.display()),
            Self::Write { path, source } => {
                format!("{}：无法写出文件（{}）", path.display(), Bilingual::from(source).zh)
            }
        };
        Bilingual { zh, en }
    }

    /// A file that is not what it promises.
    pub(crate) fn broken(path: impl Into<PathBuf>, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self::Broken { path: path.into(), what: Bilingual::new(zh, en) }
    }

    /// A reading error of the disk.
    pub(crate) fn read(path: impl Into<PathBuf>, source: std::io::Error) -> Self {
        Self::Read { path: path.into(), source }
    }

    /// A writing error of the disk.
    pub(crate) fn write(path: impl Into<PathBuf>, source: std::io::Error) -> Self {
        Self::Write { path: path.into(), source }
    }
}
