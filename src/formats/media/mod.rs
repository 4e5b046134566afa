//! Pictures and papers as files: which are taken, by their bytes and not their names, and what their heads say.
//! Nothing is decoded here.

mod exif;
mod look;

pub use exif::{Exif, orientation_segment};
pub use look::{Look, look};

use crate::model::{Bilingual, Files, MediaName};

/// The most that one file may hold, bytes.
pub const MOST_MEDIA: usize = 20 << 20;
/// Bytes in which cameras write what they have to say.
pub const MEDIA_HEAD: usize = 256 << 10;
/// The most pixels of a picture; the largest that phones take have 200 million.
const MOST_PIXELS: u64 = 200_000_000;

/// Why a file is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// nothing came
    #[error("the file is empty")]
    Empty,
    /// too many bytes
    #[error("the file is larger than 20 MB")]
    TooLarge,
    /// its bytes are those of no kind that is kept
    #[error("neither a JPEG, PNG or WebP picture nor a PDF, whatever it is called")]
    Unknown,
    /// a PDF where only pictures stand
    #[error("a PDF, where only pictures stand")]
    NotAPicture,
    /// the picture does not say its size
    #[error("the picture does not say its size, it may be cut off")]
    NoSize,
    /// too many pixels
    #[error("the picture has {0} by {1} pixels, more than 200 million")]
    Pixels(u32, u32),
}

impl Unfit {
    /// For an official.
    pub fn sentence(self) -> Bilingual {
        let zh = match self {
            Self::Empty => "文件是空的".to_owned(),
            Self::TooLarge => "文件超过 20 MB".to_owned(),
            Self::Unknown => "不是 JPEG、PNG、WebP 图片，也不是 PDF（按内容判断，不看扩展名）".to_owned(),
            Self::NotAPicture => "这里只能放图片；PDF 请放到扫描件中".to_owned(),
            Self::NoSize => "读不出图片的大小，文件可能不完整".to_owned(),
            Self::Pixels(width, height) => format!("图片有 {width}×{height} 像素，超过 2 亿"),
        };
        Bilingual::new(zh, self.to_string())
    }
}

/// The name that a file is kept under, for a list of that sort.
///
/// # Errors
/// No kind that is kept, or too large.
pub fn media_name(called: &str, bytes: &[u8], files: Files) -> Result<MediaName, Unfit> {
    if bytes.is_empty() {
        return Err(Unfit::Empty);
    }
    if bytes.len() > MOST_MEDIA {
        return Err(Unfit::TooLarge);
    }
    let name = MediaName::of(called, bytes).ok_or(Unfit::Unknown)?;
    if !name.kind().fits(files) {
        return Err(Unfit::NotAPicture);
    }
    if name.kind().is_picture() {
        let (width, height) = look(name.kind(), bytes).pixels.ok_or(Unfit::NoSize)?;
        match u64::from(width) * u64::from(height) {
            0 => return Err(Unfit::NoSize),
            pixels if pixels > MOST_PIXELS => return Err(Unfit::Pixels(width, height)),
            _ => {}
        }
    }
    Ok(name)
}
