//! Tables as texts by heading: lists that others fill in and send back.

use std::collections::HashMap;
use std::path::Path;

use serde_json::Value as Json;

use super::{FormatError, ReadOptions, open};
use crate::model::Bilingual;

/// A row's number in the file, and its texts by heading, or why it cannot be read.
pub type TextRow = (u64, Result<HashMap<String, String>, Bilingual>);

/// The rows of a table; what stands beyond so many rows is told of in the last one.
///
/// # Errors
/// The file is no table that can be read.
pub fn text_rows(path: &Path, most: usize) -> Result<Vec<TextRow>, FormatError> {
    let mut source = open(path, &ReadOptions::default())?;
    let headings = source.columns().to_vec();
    let mut rows = Vec::new();
    while let Some(next) = source.next_feature() {
        let number = match &next {
            Ok(feature) => feature.row,
            Err(finding) => finding.spot.row.unwrap_or_default(),
        };
        if rows.len() >= most {
            let why = Bilingual::new(
                format!("表格至多 {most} 行，从这一行起没有读，请分成几个文件"),
                format!("{most} rows at most: this one and those after it were not read, split the file"),
            );
            rows.push((number, Err(why)));
            break;
        }
        rows.push((
            number,
            next.map(|feature| {
                let cell = |(at, value): (usize, Json)| {
                    let text = match value {
                        Json::String(text) => text,
                        other => other.to_string(),
                    };
                    Some((headings.get(at)?.clone(), text))
                };
                feature.values.into_iter().filter_map(cell).collect()
            })
            .map_err(|finding| finding.what),
        ));
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_beyond_the_most_are_told_of() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("codes.csv");
        std::fs::write(&path, "名称,代码\n翠湖路,1\n东风路,2\n人民路,3\n").unwrap();
        let rows = text_rows(&path, 2).unwrap();
        assert_eq!(rows.len(), 3);
        assert_eq!(rows[1].1.as_ref().unwrap()["名称"], "东风路");
        assert!(rows[2].1.as_ref().unwrap_err().zh.contains("至多 2 行"));
        assert_eq!(text_rows(&path, 10).unwrap().iter().filter(|(_, row)| row.is_ok()).count(), 3);
    }
}
