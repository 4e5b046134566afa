//! Which encoding a text is in, and its decoding: given, marked by a byte-order mark, or guessed.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{BIG5, Encoding, UTF_8};

use super::FormatError;
use super::report::{Noticed, Report};
use crate::model::Severity;

/// The encoding of a name as people and `.cpg` files write it: `GBK`, `936`, `cp936`, `UTF8`, `ANSI 950`.
pub(crate) fn by_name(name: &str) -> Option<&'static Encoding> {
    let plain = name.trim().trim_start_matches('\u{feff}');
    if let Some(found) = Encoding::for_label(plain.as_bytes()) {
        return Some(found);
    }
    let upper = plain.to_ascii_uppercase();
    let number = upper.trim_start_matches(|c: char| !c.is_ascii_digit());
    match number {
        "65001" => Some(UTF_8),
        "936" | "54936" | "18030" | "2312" => Some(encoding_rs::GB18030),
        "950" => Some(BIG5),
        "932" => Some(encoding_rs::SHIFT_JIS),
        "949" => Some(encoding_rs::EUC_KR),
        "88591" | "8859-1" | "28591" => Some(encoding_rs::WINDOWS_1252),
        _ if upper.starts_with("UTF8") || upper == "UTF-8" => Some(UTF_8),
        _ => number
            .strip_prefix("125")
            .and_then(|page| Encoding::for_label(format!("windows-125{page}").as_bytes())),
    }
}

/// As [`by_name`], for a name a person gave.
pub(crate) fn required(name: &str) -> Result<&'static Encoding, FormatError> {
    by_name(name).ok_or_else(|| FormatError::UnknownEncoding { name: name.into() })
}

/// Guesses the encoding of a text from a sample: valid UTF-8 is UTF-8, else what `chardetng` finds likely in China.
///
/// The flag says whether it is certain (pure ASCII or valid UTF-8 with more than ASCII in it).
pub(crate) fn guess(sample: &[u8]) -> (&'static Encoding, bool) {
    // A sample may end within a character.
    let valid = match std::str::from_utf8(sample) {
        Ok(_) => true,
        Err(e) => e.error_len().is_none() && e.valid_up_to() + 4 > sample.len(),
    };
    if valid {
        return (UTF_8, true);
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(sample, true);
    let guessed = detector.guess(Some(b"cn"), Utf8Detection::Deny);
    if guessed == encoding_rs::GBK {
        return (if looks_like_big5(sample) { BIG5 } else { encoding_rs::GB18030 }, false);
    }
    (guessed, false)
}

/// `chardetng` told that the text is Chinese leans to GBK. Everyday simplified characters lie in GB 2312 (second
/// byte from 0xA1), everyday traditional ones of Big5 have first bytes 0xA4–0xC6 and any second byte.
fn looks_like_big5(sample: &[u8]) -> bool {
    let (mut pairs, mut simplified, mut traditional, mut at) = (0, 0, 0, 0);
    while at + 1 < sample.len() {
        let (first, second) = (sample[at], sample[at + 1]);
        if first < 0x80 {
            at += 1;
            continue;
        }
        pairs += 1;
        simplified += usize::from((0xb0..=0xd7).contains(&first) && second >= 0xa1);
        traditional += usize::from((0xa4..=0xc6).contains(&first) && second >= 0x40);
        at += 2;
    }
    traditional * 10 > pairs * 8 && simplified * 10 < pairs * 6 && !BIG5.decode_without_bom_handling(sample).1
}

/// Says that an encoding was guessed.
pub(crate) fn report_guess(report: &mut Report, encoding: &'static Encoding) {
    let name = encoding.name();
    report.file_with(
        name,
        Noticed {
            rule: "import.encoding",
            severity: Severity::Note,
            what: (
                format!("文件未注明文字编码，内容看来是 {name}"),
                format!("the file does not say its text encoding; the content looks like {name}"),
            ),
            done: (
                "按此编码读取；如文字不对，请指定编码后再读一次",
                "read as such; if texts look wrong, name the encoding and read it again",
            ),
        },
    );
}

/// Decodes a value; the flag says whether bytes had to be replaced.
pub(crate) fn decode<'a>(encoding: &'static Encoding, bytes: &'a [u8]) -> (Cow<'a, str>, bool) {
    encoding.decode_without_bom_handling(bytes)
}

/// Decodes a whole text: by byte-order mark, else as given, else as guessed (reported).
pub(crate) fn whole(bytes: Vec<u8>, given: Option<&'static Encoding>, report: &mut Report) -> String {
    let marked = Encoding::for_bom(&bytes);
    let (encoding, skip) = match (marked, given) {
        (Some((encoding, length)), _) => (encoding, length),
        (None, Some(encoding)) => (encoding, 0),
        (None, None) => {
            let (encoding, certain) = guess(&bytes);
            if !certain {
                report_guess(report, encoding);
            }
            (encoding, 0)
        }
    };
    if encoding == UTF_8 && skip == 0 {
        match String::from_utf8(bytes) {
            Ok(text) => return text,
            Err(e) => return replaced(encoding, e.as_bytes(), report),
        }
    }
    replaced(encoding, &bytes[skip..], report)
}

fn replaced(encoding: &'static Encoding, bytes: &[u8], report: &mut Report) -> String {
    let (text, bad) = decode(encoding, bytes);
    if bad {
        let name = encoding.name();
        report.file(Noticed {
            rule: "import.encoding",
            severity: Severity::Warning,
            what: (format!("有的字节不是 {name} 文字"), format!("some bytes are not {name} text")),
            done: ("以 \u{fffd} 代替", "replaced by \u{fffd}"),
        });
    }
    text.into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_as_people_write_them() {
        for (name, encoding) in [
            ("GBK", "GBK"),
            ("gb2312", "GBK"),
            ("cp936", "gb18030"),
            ("ANSI 936", "gb18030"),
            ("936\r\n", "gb18030"),
            ("UTF8", "UTF-8"),
            ("utf-8 ", "UTF-8"),
            ("65001", "UTF-8"),
            ("OEM 950", "Big5"),
            ("ISO 88591", "windows-1252"),
            ("1252", "windows-1252"),
        ] {
            assert_eq!(by_name(name).map(Encoding::name), Some(encoding), "{name}");
        }
        assert_eq!(by_name("no such"), None);
    }

    #[test]
    fn guesses_chinese_encodings_from_short_texts() {
        let text = "昆明市五华区人民政府办公室关于护国街道的通知，蚌埠市怀远县";
        assert_eq!(guess(text.as_bytes()), (UTF_8, true));
        assert_eq!(guess(&text.as_bytes()[..text.len() - 1]), (UTF_8, true), "cut within a character");
        assert_eq!(guess(&encoding_rs::GBK.encode(text).0).0.name(), "gb18030");
        let trad = "臺北市中正區重慶南路一段，高雄縣鳳山市公所，國立臺灣大學";
        assert_eq!(guess(&BIG5.encode(trad).0).0.name(), "Big5");
    }
}
