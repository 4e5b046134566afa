//! Photos, sounds and papers of a census folder, linked to the rows whose code their names begin with.
//!
//! Only the links are kept, in `extra.media`; the files themselves stay where they are.

use std::collections::HashMap;

use serde_json::{Value as Json, json};

use super::report::{self, At, Report};
use super::row::Row;
use crate::formats::Media;
use crate::model::{Layer, Value};

/// Fewest characters of a code that a longer file name may begin with.
const SHORTEST: usize = 6;

/// Links all media; those of no row are noted.
pub(super) fn link(layer: Layer, rows: &mut [Vec<Row>], media: &[Media], report: &mut Report) {
    let own = layer.def().index_of("place_code");
    let mut places: HashMap<String, (usize, usize)> = HashMap::new();
    for (block, at, row) in rows
        .iter()
        .enumerate()
        .flat_map(|(block, rows)| rows.iter().enumerate().map(move |(at, r)| (block, at, r)))
    {
        let place_code = own.and_then(|own| row.get(own)).and_then(Value::as_text);
        for code in [row.code.as_deref(), place_code, row.said().and_then(|said| said.key.as_deref())]
            .into_iter()
            .flatten()
        {
            places.entry(code.to_lowercase()).or_insert((block, at));
        }
    }
    let mut links: HashMap<(usize, usize), Vec<Json>> = HashMap::new();
    for file in media {
        let codes = codes_of(file.stem());
        match codes.iter().find_map(|code| places.get(code)) {
            Some(place) => {
                links.entry(*place).or_default().push(json!({ "file": file.path, "kind": file.kind }));
            }
            None => report.note(&report::MEDIA_ALONE, At::default(), || {
                (
                    "文件名中没有表内的代码".into(),
                    "its name has no code of the table".into(),
                    file.path.clone(),
                )
            }),
        }
    }
    let (rows_with, files) = (links.len(), links.values().map(Vec::len).sum::<usize>());
    for ((block, at), list) in links {
        rows[block][at].keep("media", Json::Array(list));
    }
    if files > 0 {
        report.note(&report::MEDIA, At::default(), || {
            (
                format!("{files} 个照片、录音、文档对上了 {rows_with} 行"),
                format!("{files} photos, sounds and papers belong to {rows_with} rows"),
                String::new(),
            )
        });
    }
}

/// The codes that a file's name may mean, the longest first: all of it, what stands before a number in brackets or
/// behind a dash, and the letters and digits that it begins with.
fn codes_of(stem: &str) -> Vec<String> {
    let stem = stem.trim().to_lowercase();
    let mut codes = vec![stem.clone()];
    let mut rest = stem.as_str();
    while let Some(at) = rest.rfind(['_', '-', '(', '（', ' ']) {
        rest = rest[..at].trim_end();
        codes.push(rest.to_owned());
    }
    let head: String = stem.chars().take_while(char::is_ascii_alphanumeric).collect();
    codes.push(head);
    codes.retain(|code| code.len() >= SHORTEST || *code == stem);
    codes.dedup();
    codes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_begin_with_codes() {
        for (stem, code) in [
            ("53010200001", "53010200001"),
            ("53010200001_1", "53010200001"),
            ("53010200001 (2)", "53010200001"),
            ("53010200001（3）", "53010200001"),
            ("53010200001五一路", "53010200001"),
            ("DM-530102-7_a_2", "dm-530102-7"),
        ] {
            assert!(codes_of(stem).contains(&code.to_owned()), "{stem}: {:?}", codes_of(stem));
        }
        assert_eq!(codes_of("IMG_1"), ["img_1"]);
        assert_eq!(codes_of(""), [""]);
    }
}
