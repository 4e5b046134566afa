//! What the first bytes of a file say: its kind, how large the picture is, and what the camera wrote down. Nothing
//! is decoded here.

use super::exif::{self, Exif};
use crate::model::MediaKind;

/// What a file is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Look {
    /// columns and lines of a picture
    pub pixels: Option<(u32, u32)>,
    /// what the camera wrote down; of a JPEG
    pub exif: Exif,
}

/// Looks at the head of a file of a kind; 256 KiB are enough for what cameras write.
pub fn look(kind: MediaKind, head: &[u8]) -> Look {
    match kind {
        MediaKind::Jpeg => jpeg(head),
        MediaKind::Png => Look { pixels: png(head), ..Look::default() },
        MediaKind::Webp => Look { pixels: webp(head), ..Look::default() },
        MediaKind::Pdf => Look::default(),
    }
}

fn be16(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?)))
}

/// Segment by segment up to the one that says how large the picture is.
fn jpeg(head: &[u8]) -> Look {
    let mut found = Look::default();
    let mut at = 2;
    while let Some([0xff, marker]) = head.get(at..at + 2).and_then(|two| <[u8; 2]>::try_from(two).ok()) {
        if marker == 0xff {
            at += 1;
            continue;
        }
        let Some(length) = be16(head, at + 2).filter(|length| *length >= 2) else { break };
        let end = at + 2 + length as usize;
        let body = head.get(at + 4..end.min(head.len())).unwrap_or_default();
        match marker {
            // Start of a frame, of whatever coding; C4, C8 and CC are tables.
            0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) => {
                found.pixels = be16(body, 3).zip(be16(body, 1));
                break;
            }
            0xe1 if body.starts_with(b"Exif\0\0") => found.exif = exif::read(&body[6..]),
            // The picture itself begins, or ends.
            0xd9 | 0xda => break,
            _ => {}
        }
        at = end;
    }
    found
}

fn png(head: &[u8]) -> Option<(u32, u32)> {
    let number = |at: usize| Some(u32::from_be_bytes(head.get(at..at + 4)?.try_into().ok()?));
    (head.get(12..16)? == b"IHDR").then_some(())?;
    Some((number(16)?, number(20)?))
}

fn webp(head: &[u8]) -> Option<(u32, u32)> {
    let byte = |at: usize| head.get(at).copied().map(u32::from);
    match head.get(12..16)? {
        b"VP8 " => {
            let side = |at: usize| Some((byte(at)? | byte(at + 1)? << 8) & 0x3fff);
            Some((side(26)?, side(28)?))
        }
        b"VP8L" => {
            let bits = byte(21)? | byte(22)? << 8 | byte(23)? << 16 | byte(24)? << 24;
            Some(((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1))
        }
        b"VP8X" => {
            let side = |at: usize| Some((byte(at)? | byte(at + 1)? << 8 | byte(at + 2)? << 16) + 1);
            Some((side(24)?, side(27)?))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_from_the_heads_of_real_layouts() {
        let mut png = vec![0x89, b'P', b'N', b'G', 13, 10, 26, 10, 0, 0, 0, 13];
        png.extend(b"IHDR\0\0\x02\x80\0\0\x01\xe0");
        assert_eq!(look(MediaKind::Png, &png).pixels, Some((640, 480)));
        // A comment, a table that is no frame, then a progressive frame of 3 by 5.
        let mut jpeg = vec![0xff, 0xd8, 0xff, 0xfe, 0, 4, b'h', b'i', 0xff, 0xc4, 0, 3, 0];
        jpeg.extend([0xff, 0xff, 0xc2, 0, 11, 8, 0, 5, 0, 3, 1, 1, 0x11, 0]);
        assert_eq!(look(MediaKind::Jpeg, &jpeg).pixels, Some((3, 5)));
        let mut lossy = b"RIFF\0\0\0\0WEBPVP8 \0\0\0\0\0\0\0\x9d\x01\x2a".to_vec();
        lossy.extend([0x40, 0x01, 0xf0, 0x00]);
        assert_eq!(look(MediaKind::Webp, &lossy).pixels, Some((320, 240)));
        let mut large = b"RIFF\0\0\0\0WEBPVP8X\0\0\0\0\0\0\0\0".to_vec();
        large.extend([0x3f, 0x01, 0, 0xef, 0, 0]);
        assert_eq!(look(MediaKind::Webp, &large).pixels, Some((320, 240)));
        let mut lossless = b"RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f".to_vec();
        lossless.extend((319u32 | 239 << 14).to_le_bytes());
        assert_eq!(look(MediaKind::Webp, &lossless).pixels, Some((320, 240)));
    }

    #[test]
    fn no_head_however_cut_or_filled_does_harm() {
        let mut seed = 1u32;
        for kind in MediaKind::ALL {
            for length in 0..200usize {
                let mut bytes: Vec<u8> = (0..length)
                    .map(|_| {
                        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                        if seed & 0x300 == 0 { 0xff } else { (seed >> 24) as u8 }
                    })
                    .collect();
                bytes.splice(0..0, [0xff, 0xd8, 0xff, 0xe1, 0, 200, b'E', b'x', b'i', b'f', 0, 0]);
                let _ = look(kind, &bytes);
            }
        }
    }
}
