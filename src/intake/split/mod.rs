//! Roads of a drawing cut where they cross, so that one can turn there: bridges and tunnels stay whole.
//!
//! The first piece of a row keeps its id and its code, all keep its fields and the columns without a field; in
//! `extra.split` each says which piece of how many it is. Words for bridges are in `data/vocab/crossings.toml`.

mod cuts;

use std::sync::{Arc, OnceLock};

use geo_types::{Geometry, LineString, MultiLineString};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use self::cuts::Line;
use super::report::{self, At, Report};
use super::row::Row;
use crate::model::{GeometryKind, Layer, Value};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    columns: Vec<String>,
    words: Vec<String>,
}

#[expect(clippy::expect_used, reason = "the file is compiled in and a test reads it")]
fn words() -> &'static Words {
    static WORDS: OnceLock<Words> = OnceLock::new();
    WORDS.get_or_init(|| {
        toml::from_str(include_str!("../../../data/vocab/crossings.toml")).expect("crossings.toml")
    })
}

/// Whether a layer's lines can be split.
pub(super) fn suits(layer: Layer) -> bool {
    layer.def().geometry == GeometryKind::Line
}

/// All rows, those whose lines cross others in pieces.
pub(super) fn at_crossings(layer: Layer, rows: Vec<Vec<Row>>, report: &mut Report) -> Vec<Vec<Row>> {
    let mut lines: Vec<Line> = Vec::new();
    for row in rows.iter().flatten() {
        let (over, level) = passes(layer, row);
        let parts = parts(row).iter().map(|part| part.0.clone());
        lines.extend(parts.map(|coords| Line { coords, over, level }));
    }
    let Some((pieces, places)) = cuts::pieces(&lines) else {
        report.note(&report::NOT_SPLIT, At::default(), || {
            ("相互靠近的线段太多".into(), "too many segments lie close together".into(), String::new())
        });
        return rows;
    };
    let (mut split, mut made, mut whole) = (0_u64, 0_u64, 0_u64);
    let mut pieces = pieces.into_iter();
    let mut out = Vec::with_capacity(rows.len());
    for block in rows {
        let mut into = Vec::with_capacity(block.len());
        for row in block {
            whole += u64::from(passes(layer, &row).0);
            let count = parts(&row).len();
            let own: Vec<Vec<_>> = pieces.by_ref().take(count).collect();
            if own.iter().all(|pieces| pieces.len() == 1) {
                into.push(row);
                continue;
            }
            let own: Vec<LineString> = own.into_iter().flatten().map(LineString).collect();
            split += 1;
            made += own.len() as u64;
            into.extend(in_pieces(row, own));
        }
        out.push(into);
    }
    if split > 0 || whole > 0 {
        report.note(&report::SPLIT, At::default(), || {
            (
                format!("在 {places} 处路口断开：{split} 条线成为 {made} 段；{whole} 条桥梁、隧道等未断"),
                format!("cut at {places} crossings: {split} lines became {made}; {whole} bridges, tunnels and the like stay whole"),
                String::new(),
            )
        });
    }
    out
}

fn parts(row: &Row) -> &[LineString] {
    match row.geometry.as_deref() {
        Some(Geometry::MultiLineString(lines)) => &lines.0,
        _ => &[],
    }
}

/// Whether a row passes over or under others, and on which level.
fn passes(layer: Layer, row: &Row) -> (bool, i64) {
    let get = |name: &str| row.get(layer.def().index_of(name)?);
    let ticked = |name: &str| matches!(get(name), Some(Value::Bool(true)));
    let level = get("level").and_then(|value| value.to_json().as_i64()).unwrap_or(0);
    let words = words();
    let drawn = row.extra.iter().flat_map(|extra| extra.iter()).any(|(heading, cell)| {
        let heading = heading.trim().to_lowercase();
        let text = cell.as_str().unwrap_or_default().to_lowercase();
        words.columns.contains(&heading) && words.words.iter().any(|word| text.contains(word))
    });
    (drawn || ticked("bridge") || ticked("tunnel"), level)
}

fn in_pieces(row: Row, pieces: Vec<LineString>) -> Vec<Row> {
    let of = pieces.len();
    let mut all = Vec::with_capacity(of);
    for (at, piece) in pieces.into_iter().enumerate() {
        let mut own = row.clone();
        own.geometry = Some(Arc::new(Geometry::MultiLineString(MultiLineString(vec![piece]))));
        let mut split = json!({ "piece": at + 1, "of": of });
        if at > 0 {
            // Only one record can have the id, the code, the key.
            let id = own.said().and_then(|said| said.id);
            if let Some(code) = own.code.take().or_else(|| id.map(|id| id.to_string().into())) {
                split["from"] = Json::String(code.into());
            }
            if own.said().is_some() {
                let said = own.say();
                (said.id, said.version) = (None, None);
                said.key = said.key.take().map(|key| format!("{key}#{}", at + 1).into());
            }
        }
        own.keep("split", split);
        all.push(own);
    }
    all
}
