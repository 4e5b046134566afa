//! Photos, sounds and papers of a census folder, linked to the rows whose code their names begin with, or that name
//! them in a column of pictures.
//!
//! Pictures and PDF get the name under which they are to be kept; copying them is for whoever commits the plan. Of
//! sounds, videos and other papers only the links are kept, in `extra.media`; the files stay where they are.

use std::collections::HashMap;

use serde_json::{Value as Json, json};

use super::ImportError;
use super::report::{self, At, Report};
use super::row::Row;
use crate::formats::media::{MOST_MEDIA, Unfit, media_name};
use crate::formats::{FeatureSource, Media};
use crate::model::{FieldDef, Files, Layer, MediaName, Value};

/// Fewest characters of a code that a longer file name may begin with.
const SHORTEST: usize = 6;

/// Block and place in it of a row.
type Place = (usize, usize);

/// A row that names a file in one of its fields.
struct Named {
    place: Place,
    field: usize,
    entry: String,
}

/// Links all media; those of no row are noted. Gives the files that are to be kept, with their names. `tick` is asked
/// for each of them whether to go on.
pub(super) fn link(
    layer: Layer,
    rows: &mut [Vec<Row>],
    source: &mut dyn FeatureSource,
    report: &mut Report,
    tick: &mut dyn FnMut() -> Result<(), ImportError>,
) -> Result<Vec<(Media, MediaName)>, ImportError> {
    let (coded, named) = (coded(layer, rows), named(layer, rows));
    let (mut bring, mut met) = (Vec::new(), HashMap::<Place, usize>::new());
    for file in source.media().to_vec() {
        let codes = codes_of(file.stem());
        let by_name = named.get(&base_name(&file.path).to_lowercase());
        let by_code = codes.iter().find_map(|code| coded.get(code)).copied();
        let Some(place) = by_name.map(|named| named.place).or(by_code) else {
            report.note(&report::MEDIA_ALONE, At::default(), || {
                (
                    "文件名中没有表内的代码".into(),
                    "its name has no code of the table".into(),
                    file.path.clone(),
                )
            });
            continue;
        };
        tick()?;
        *met.entry(place).or_default() += 1;
        let name = kept_name(&file, source, report);
        let row = &mut rows[place.0][place.1];
        match by_name {
            Some(by_name) => rename(row, by_name, name.as_ref()),
            None => list(layer, row, &file, name.as_ref()),
        }
        bring.extend(name.map(|name| (file, name)));
    }
    let (rows_with, files) = (met.len(), met.values().sum::<usize>());
    if files > 0 {
        let kept = bring.len();
        report.note(&report::MEDIA, At::default(), || {
            (
                format!("{files} 个照片、录音、文档对上了 {rows_with} 行，其中 {kept} 个图片和 PDF 将存入"),
                format!("{files} photos, sounds and papers belong to {rows_with} rows; {kept} pictures and PDF are kept"),
                String::new(),
            )
        });
    }
    Ok(bring)
}

/// Rows by their codes.
fn coded(layer: Layer, rows: &[Vec<Row>]) -> HashMap<String, Place> {
    let own = layer.def().index_of("place_code");
    let mut places = HashMap::new();
    for (place, row) in each(rows) {
        let place_code = own.and_then(|own| row.get(own)).and_then(Value::as_text);
        for code in [row.code.as_deref(), place_code, row.said().and_then(|said| said.key.as_deref())]
            .into_iter()
            .flatten()
        {
            places.entry(code.to_lowercase()).or_insert(place);
        }
    }
    places
}

/// Rows by the names of files in their columns of pictures; a name of two rows is the first one's.
fn named(layer: Layer, rows: &[Vec<Row>]) -> HashMap<String, Named> {
    let mut places = HashMap::new();
    let fields: Vec<usize> = of_files(layer).map(|(at, _)| at).collect();
    for (place, row) in each(rows) {
        for &field in &fields {
            for entry in entries(row.get(field)).filter(|entry| MediaName::parse(entry).is_none()) {
                let named = Named { place, field, entry: entry.to_owned() };
                places.entry(base_name(entry).to_lowercase()).or_insert(named);
            }
        }
    }
    places
}

fn each(rows: &[Vec<Row>]) -> impl Iterator<Item = (Place, &Row)> {
    let block = |(block, rows)| {
        let rows: &Vec<Row> = rows;
        rows.iter().enumerate().map(move |(at, row)| ((block, at), row))
    };
    rows.iter().enumerate().flat_map(block)
}

fn of_files(layer: Layer) -> impl Iterator<Item = (usize, &'static FieldDef)> {
    layer.def().fields.iter().enumerate().filter(|(_, field)| field.files.is_some())
}

fn entries(value: Option<&Value>) -> impl Iterator<Item = &str> {
    let list = match value {
        Some(Value::List(list)) => list.as_array(),
        _ => None,
    };
    list.into_iter().flatten().filter_map(Json::as_str)
}

fn base_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// The name under which a file is to be kept; why it is not, is noted.
fn kept_name(file: &Media, source: &mut dyn FeatureSource, report: &mut Report) -> Option<MediaName> {
    if !matches!(file.kind, "image" | "document") {
        return None;
    }
    let why = match source.media_bytes(file, MOST_MEDIA as u64) {
        Ok(Some(bytes)) => match media_name(base_name(&file.path), &bytes, Files::Papers) {
            Ok(name) => return Some(name),
            Err(unfit) => unfit.sentence(),
        },
        Ok(None) => Unfit::TooLarge.sentence(),
        Err(error) => error.sentence(),
    };
    report.note(&report::MEDIA_LEFT, At::default(), || (why.zh, why.en, file.path.clone()));
    None
}

/// An entry that names a file becomes the name under which it is kept.
fn rename(row: &mut Row, by_name: &Named, name: Option<&MediaName>) {
    let Some(name) = name else { return };
    let one = |entry: &str| if entry == by_name.entry { name.to_string() } else { entry.to_owned() };
    let all: Vec<String> = entries(row.get(by_name.field)).map(one).collect();
    row.set(by_name.field, Value::List(Box::new(json!(all))));
}

/// A file among the pictures of a row, where its layer has such a field and it is one; else in `extra.media`.
fn list(layer: Layer, row: &mut Row, file: &Media, name: Option<&MediaName>) {
    let fit = |(_, field): &(usize, &FieldDef)| {
        name.is_some_and(|name| field.files.is_some_and(|files| name.kind().fits(files)))
    };
    match (of_files(layer).find(fit), name) {
        (Some((at, _)), Some(name)) => {
            let name = name.to_string();
            let mut all: Vec<String> = entries(row.get(at)).map(str::to_owned).collect();
            if !all.contains(&name) {
                all.push(name);
            }
            row.set(at, Value::List(Box::new(json!(all))));
        }
        (_, name) => {
            let mut item = json!({ "file": file.path, "kind": file.kind });
            if let Some(name) = name {
                item["kept"] = name.to_string().into();
            }
            let extra = row.extra.get_or_insert_default();
            match extra.entry("media").or_insert_with(|| json!([])) {
                Json::Array(items) => items.push(item),
                // A column of that name is the file's own.
                _ => row.keep("media", json!([item])),
            }
        }
    }
}

/// A list of files as a file has it, with those kept ones of the record that it does not name: a table takes no
/// picture away.
pub(super) fn joined(field: &FieldDef, before: Option<&Value>, value: Value) -> Value {
    if field.files.is_none() {
        return value;
    }
    let mut all: Vec<&str> = entries(Some(&value)).collect();
    let more = entries(before).filter(|entry| MediaName::parse(entry).is_some());
    let more: Vec<&str> = more.filter(|entry| !all.contains(entry)).collect();
    if more.is_empty() {
        return value;
    }
    all.extend(more);
    Value::List(Box::new(json!(all)))
}

/// The same for `extra.media`.
pub(super) fn joined_extra(before: Option<&Json>, value: Json) -> Json {
    let (Some(before), Json::Array(mut all)) = (before.and_then(Json::as_array), value.clone()) else {
        return value;
    };
    let there =
        |item: &Json| value.as_array().is_some_and(|all| all.iter().any(|one| one["kept"] == item["kept"]));
    let more: Vec<Json> =
        before.iter().filter(|item| item["kept"].is_string() && !there(item)).cloned().collect();
    all.extend(more);
    Json::Array(all)
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
