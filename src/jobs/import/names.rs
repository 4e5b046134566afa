//! Names of uploaded files: kept as people wrote them, for people; never a path of ours.

use crate::model::{Bilingual, Finding};

/// Characters of a name that are kept.
const MOST: usize = 200;

/// The last part of a name, without what cannot be shown.
pub(super) fn shown(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let unseen = |c: &char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    let clean: String = last.chars().filter(|c| !unseen(c)).collect();
    let clean = cut(clean.trim());
    if clean.is_empty() || clean.chars().all(|c| c == '.') { "file".into() } else { clean }
}

/// Cut to what is kept, in the middle: the ending says what it is.
fn cut(name: &str) -> String {
    let length = name.chars().count();
    if length <= MOST {
        return name.into();
    }
    let ending = name.rsplit_once('.').map_or(0, |(_, ending)| ending.chars().count() + 1);
    let ending = if ending > 20 { 0 } else { ending };
    name.chars().take(MOST - ending).chain(name.chars().skip(length - ending)).collect()
}

/// Stem and extension (two, where the last is `gz`), the extension in small ASCII letters and digits or empty.
pub(super) fn split(name: &str) -> (String, String) {
    let lower = name.to_lowercase();
    let plain = lower.strip_suffix(".gz").unwrap_or(&lower);
    let Some((stem, extension)) = plain.rsplit_once('.') else { return (plain.into(), String::new()) };
    let fits = (1..=10).contains(&extension.len()) && extension.bytes().all(|b| b.is_ascii_alphanumeric());
    if !fits {
        return (plain.into(), String::new());
    }
    let zipped = if plain.len() < lower.len() { ".gz" } else { "" };
    (stem.into(), format!("{extension}{zipped}"))
}

/// Files that say something about others of the same name and are nothing alone.
pub(super) fn is_companion(extension: &str) -> bool {
    const COMPANIONS: &[&str] = &[
        "shx", "prj", "cpg", "sbn", "sbx", "qix", "qpj", "cst", "xml", "mid", "dat", "map", "id", "ind",
        "xsd", "gfs", "dct",
    ];
    COMPANIONS.contains(&extension)
}

/// Puts the user's name in the place of our path, in all that is said of a file.
pub(super) struct Renaming {
    path: String,
    stored: String,
    name: String,
}

impl Renaming {
    pub(super) fn new(path: &std::path::Path, name: &str) -> Self {
        let stored = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        Self { path: path.display().to_string(), stored, name: name.into() }
    }

    fn text(&self, text: &str) -> String {
        if text == self.stored { self.name.clone() } else { text.replace(&self.path, &self.name) }
    }

    pub(super) fn both(&self, text: &Bilingual) -> Bilingual {
        Bilingual::new(self.text(&text.zh), self.text(&text.en))
    }

    pub(super) fn finding(&self, mut finding: Finding) -> Finding {
        finding.spot.file = finding.spot.file.map(|file| self.text(&file));
        finding.what = self.both(&finding.what);
        finding.done = self.both(&finding.done);
        finding
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_for_people_and_extensions_for_us() {
        assert_eq!(shown("../../etc/pass\u{0}wd"), "passwd");
        assert_eq!(shown("C:\\x\\五华区.zip"), "五华区.zip");
        assert_eq!((shown(".."), shown(""), shown("a/")), ("file".into(), "file".into(), "file".into()));
        assert_eq!(shown("\u{202e}gpj.exe"), "gpj.exe");
        assert_eq!(shown(&"长".repeat(5000)).chars().count(), MOST);
        assert!(shown(&format!("{}.csv", "长".repeat(5000))).ends_with("长.csv"));
        assert_eq!(split("A.b.SHP"), ("a.b".into(), "shp".into()));
        assert_eq!(split("x.csv.gz"), ("x".into(), "csv.gz".into()));
        assert_eq!(split("没有扩展名"), ("没有扩展名".into(), String::new()));
        assert_eq!(split("x.名字").1, "");
        assert_eq!(split("x.aaaaaaaaaaaaaaaa").1, "");
    }
}
