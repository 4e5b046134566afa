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

/// The same sentence in both languages.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
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
