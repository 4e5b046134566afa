//! The fonts of this computer: looked for once, Chinese ones by what they cover, and the family for each role.

use std::sync::OnceLock;

use serde_json::{Value as Json, json};
use typst_kit::fonts::{FontStore, system};

use super::DocumentsError;

/// A letter that a font must have to be taken for Chinese.
const PROBE: u32 = '界' as u32;

/// Families by role, the preferred first. Those of Windows and of Chinese Linux come before the free ones, since
/// official papers ask for them (GB/T 9704: 小标宋、仿宋、黑体、楷体).
const ROLES: &[(&str, &[&str])] = &[
    ("sans", &["noto sans cjk sc", "source han sans sc", "microsoft yahei", "simhei", "wenquanyi micro hei"]),
    ("song", &["noto serif cjk sc", "source han serif sc", "simsun", "ar pl uming cn"]),
    ("fangsong", &["fangsong_gb2312", "fangsong", "stfangsong", "fandolfang"]),
    ("title", &["fzxiaobiaosong-b05s", "fzxiaobiaosong-b05", "方正小标宋简体"]),
    ("kai", &["kaiti_gb2312", "kaiti", "stkaiti", "ar pl ukai cn"]),
];

/// All fonts of the computer and the families to be used.
pub(super) struct Fonts {
    /// the fonts, loaded when they are first needed
    pub store: FontStore,
    chosen: Vec<(&'static str, String)>,
}

impl Fonts {
    /// The computer's, looked for once in the life of the program (about a tenth of a second).
    ///
    /// # Errors
    /// There is no Chinese font.
    pub fn shared() -> Result<&'static Self, DocumentsError> {
        static FONTS: OnceLock<Option<Fonts>> = OnceLock::new();
        FONTS.get_or_init(Self::look).as_ref().ok_or(DocumentsError::NoFont)
    }

    fn look() -> Option<Self> {
        let mut store = FontStore::new();
        let mut chinese: Vec<String> = Vec::new();
        for (path, info) in system() {
            if info.coverage.contains(PROBE) && !chinese.contains(&info.family) {
                chinese.push(info.family.clone());
            }
            store.push((path, info));
        }
        chinese.sort();
        let any = chinese.first()?.clone();
        let mut chosen: Vec<(&'static str, String)> = Vec::new();
        for (role, wanted) in ROLES {
            let found = wanted
                .iter()
                .find_map(|name| chinese.iter().find(|own| own.to_lowercase() == **name).cloned());
            let base = |role: &str| chosen.iter().find(|(own, _)| *own == role).map(|(_, name)| name.clone());
            let instead = if *role == "sans" { None } else { base("song").or_else(|| base("sans")) };
            chosen.push((role, found.or(instead).unwrap_or_else(|| any.clone())));
        }
        Some(Self { store, chosen })
    }

    /// The family for a role: sans, song, fangsong, title or kai.
    pub fn family(&self, role: &str) -> &str {
        let found = self.chosen.iter().find(|(own, _)| *own == role);
        found.or_else(|| self.chosen.first()).map_or("", |(_, name)| name.as_str())
    }

    /// Family by role, for templates.
    pub fn families(&self) -> Json {
        self.chosen.iter().fold(json!({}), |mut all, (role, name)| {
            all[*role] = Json::from(name.as_str());
            all
        })
    }
}
