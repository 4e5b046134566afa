//! A sentence for an official: Chinese first, English second.

use serde::{Deserialize, Serialize};

/// The language an answer is wanted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// 中文
    #[default]
    Zh,
    /// English
    En,
}

impl Language {
    /// Reads a locale (`zh_CN.UTF-8`) or an `Accept-Language` value; Chinese unless English comes first.
    pub fn from_locale(text: &str) -> Self {
        let text = text.trim().to_ascii_lowercase();
        if text.starts_with("en") || text == "c" || text.starts_with("c.") || text == "posix" {
            Self::En
        } else {
            Self::Zh
        }
    }
}

impl From<&std::io::Error> for Bilingual {
    /// What the disk or the network said; what is not common stays in the system's own words.
    fn from(error: &std::io::Error) -> Self {
        use std::io::ErrorKind;
        let zh = match error.kind() {
            ErrorKind::NotFound => "没有这个文件或文件夹",
            ErrorKind::PermissionDenied => "没有权限",
            ErrorKind::AlreadyExists => "已经存在",
            ErrorKind::IsADirectory => "是文件夹，不是文件",
            ErrorKind::NotADirectory => "路径中有一段不是文件夹",
            ErrorKind::StorageFull => "磁盘已满",
            ErrorKind::ReadOnlyFilesystem => "磁盘是只读的",
            ErrorKind::UnexpectedEof => "文件不完整，中途断开",
            ErrorKind::AddrInUse => "这个地址和端口已被占用",
            ErrorKind::AddrNotAvailable => "本机没有这个地址",
            _ => return Self::new(error.to_string(), error.to_string()),
        };
        Self::new(zh, error.to_string())
    }
}

/// The same sentence in both languages.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = Text)]
pub struct Bilingual {
    /// Chinese
    pub zh: String,
    /// English
    pub en: String,
}

impl Bilingual {
    /// Both sentences.
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { zh: zh.into(), en: en.into() }
    }

    /// The sentence in one language.
    pub fn get(&self, language: Language) -> &str {
        match language {
            Language::Zh => &self.zh,
            Language::En => &self.en,
        }
    }
}
