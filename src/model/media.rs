//! Files that records list: pictures and papers, called by what they are called and by what is in them.
//!
//! An entry of a list is `title~digest.ending`: the digest is the SHA-256 of the file's bytes, so that a name in the
//! log is true to its bytes for ever. An entry that is not of this form is a bare name, whose file nobody kept.

use std::fmt;

use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};

use super::{Digest, Files, Record, Value};

/// What stands between title and digest.
const MARK: char = '~';
/// Letters of a title.
const MOST_TITLE: usize = 80;
/// Member of `extra` that lists what an import brought along.
const IN_EXTRA: &str = "media";

/// What a file is, as its bytes say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MediaKind {
    /// JPEG
    Jpeg,
    /// PNG
    Png,
    /// WebP
    Webp,
    /// PDF
    Pdf,
}

impl MediaKind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Jpeg, Self::Png, Self::Webp, Self::Pdf];

    /// What its files' names end with.
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Webp => "webp",
            Self::Pdf => "pdf",
        }
    }

    /// Its media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Webp => "image/webp",
            Self::Pdf => "application/pdf",
        }
    }

    /// Whether it is a picture.
    pub const fn is_picture(self) -> bool {
        !matches!(self, Self::Pdf)
    }

    /// Whether a field of that sort lists it.
    pub fn fits(self, files: Files) -> bool {
        self.is_picture() || files == Files::Papers
    }

    /// By the first bytes of a file.
    pub fn of_bytes(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0xff, 0xd8, 0xff, ..] => Some(Self::Jpeg),
            [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => Some(Self::Png),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(Self::Webp),
            [b'%', b'P', b'D', b'F', b'-', ..] => Some(Self::Pdf),
            _ => None,
        }
    }
}

/// The name of a file that is kept.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MediaName {
    title: Box<str>,
    digest: Digest,
    kind: MediaKind,
}

impl MediaName {
    /// The name of these bytes, called as a person's file is called; `None` where they are of no kind that is kept.
    pub fn of(called: &str, bytes: &[u8]) -> Option<Self> {
        let kind = MediaKind::of_bytes(bytes)?;
        Some(Self { title: title_of(called).into(), digest: digest_of(bytes), kind })
    }

    /// From an entry of a list; `None` for a bare name.
    pub fn parse(entry: &str) -> Option<Self> {
        let (title, rest) = entry.rsplit_once(MARK)?;
        let (digest, ending) = rest.split_once('.')?;
        let kind = MediaKind::ALL.into_iter().find(|kind| kind.ending() == ending)?;
        let lower = digest.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
        let digest = Digest::from_hex(digest).filter(|_| lower)?;
        (title_of(title) == title).then(|| Self { title: title.into(), digest, kind })
    }

    /// What people call it.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// SHA-256 of its bytes.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// What it is.
    pub fn kind(&self) -> MediaKind {
        self.kind
    }
}

impl fmt::Display for MediaName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{MARK}{}.{}", self.title, self.digest, self.kind.ending())
    }
}

/// SHA-256 of a file's bytes.
pub fn digest_of(bytes: &[u8]) -> Digest {
    Digest(Sha256::digest(bytes).into())
}

/// A file's name without folders and endings, and without what separates entries of a list: the title of a title is
/// itself.
fn title_of(called: &str) -> String {
    let mut title = tamed(called);
    loop {
        let again = tamed(&title);
        if again == title {
            return title;
        }
        // Each round is shorter, or the last.
        title = again;
    }
}

fn tamed(called: &str) -> String {
    let plain = called.rsplit(['/', '\\']).next().unwrap_or_default();
    let known = |end: &str| end == "jpeg" || MediaKind::ALL.iter().any(|kind| kind.ending() == end);
    let stem = match plain.rsplit_once('.') {
        Some((stem, end)) if known(&end.to_ascii_lowercase()) => stem,
        _ => plain,
    };
    let tame = |c: char| match c {
        ';' | '；' | ',' | '，' | '、' | '|' | '"' | '<' | '>' | ':' | '*' | '?' | MARK => '_',
        c if c.is_control() || is_direction(c) => '_',
        c => c,
    };
    let title: String = stem.chars().map(tame).take(MOST_TITLE).collect();
    let title = title.trim_matches(|c: char| c == '.' || c.is_whitespace());
    if title.is_empty() { "file".to_owned() } else { title.to_owned() }
}

/// Marks that turn the direction of writing round, so that a name could be read as another.
fn is_direction(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// One file that a record lists.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed<'a> {
    /// the field that lists it; `extra` for what an import brought along
    pub field: &'static str,
    /// the entry as it stands
    pub entry: &'a str,
    /// its name, where the file is kept
    pub name: Option<MediaName>,
}

impl<'a> Listed<'a> {
    fn of(field: &'static str, entry: &'a str) -> Self {
        Self { field, entry, name: MediaName::parse(entry) }
    }
}

/// All files that a record lists, field by field and in their order.
pub fn listed(record: &Record) -> Vec<Listed<'_>> {
    let mut all = Vec::new();
    for (at, field) in record.layer.def().fields.iter().enumerate().filter(|(_, field)| field.files.is_some())
    {
        if let Some(Value::List(list)) = record.fields.get(at) {
            let texts = list.as_array().into_iter().flatten().filter_map(Json::as_str);
            all.extend(texts.map(|entry| Listed::of(field.name, entry)));
        }
    }
    all.extend(listed_in_extra(record).map(|entry| Listed::of("extra", entry)));
    all
}

/// Those that an import brought along: `extra.media`, each `{file, kind, kept}`.
fn listed_in_extra(record: &Record) -> impl Iterator<Item = &str> {
    let list = record.extra.as_deref().and_then(|extra| extra.get(IN_EXTRA)).and_then(Json::as_array);
    list.into_iter().flatten().filter_map(|item| {
        let text = |name: &str| item.get(name).and_then(Json::as_str);
        text("kept").or_else(|| text("file"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PNG: &[u8] = &[0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3];

    #[test]
    fn a_name_says_what_is_in_the_file_and_reads_back() {
        let name = MediaName::of("照片/东面.PNG", PNG).unwrap();
        let text = name.to_string();
        assert!(text.starts_with("东面~") && text.ends_with(".png"), "{text}");
        assert_eq!(text.len(), "东面~".len() + 64 + 4);
        assert_eq!(MediaName::parse(&text), Some(name.clone()));
        assert_eq!(name.kind(), MediaKind::Png);
        // The empty file's digest is known to everybody.
        let known = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(digest_of(b"").to_string(), known);
        assert_eq!(MediaName::of("东面.png", b"MZ"), None);
        for bare in ["东面.jpg", "", "a~b.jpg", &text.replace(".png", ".exe"), &text.to_uppercase()] {
            assert_eq!(MediaName::parse(bare), None, "{bare}");
        }
        assert_eq!(MediaName::parse(&format!("../{text}")), None);
    }

    #[test]
    fn titles_are_tame() {
        for (called, title) in [
            ("IMG_1.jpg", "IMG_1"),
            ("../../etc/passwd", "passwd"),
            ("C:\\x\\界桩.JPEG", "界桩"),
            ("a;b；c~d", "a_b_c_d"),
            ("", "file"),
            ("..", "file"),
            ("x\u{202e}gpj.exe", "x_gpj.exe"),
            ("v1.2 东面.webp", "v1.2 东面"),
            ("x.pdf.pdf", "x"),
            (" x.jpg. ", "x"),
        ] {
            assert_eq!(title_of(called), title);
            assert_eq!(title_of(title), title, "a title is its own title");
        }
    }
}
