//! Code lists, and how many records have which value of a field.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use axum::http::StatusCode;
use serde::Serialize;

use crate::api::answer::Answer;
use crate::api::app::App;
use crate::api::ask::Ask;
use crate::api::problem::Problem;
use crate::api::view::View;
use crate::model::{Bilingual, COMMON_FIELDS, FieldKind, ItemKind, Layer, vocab};

/// A code list.
#[derive(Serialize, utoipa::ToSchema)]
pub struct ListDoc {
    title: Bilingual,
    /// whether an office may use words of its own
    open: bool,
    values: Vec<ListValue>,
}

/// One value of a code list.
#[derive(Serialize, utoipa::ToSchema)]
pub struct ListValue {
    code: String,
    title: Bilingual,
}

/// How many records have which value.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Legend {
    field: &'static str,
    values: Vec<LegendValue>,
}

/// One value with its count; an absent value has code null.
#[derive(Serialize, utoipa::ToSchema)]
pub struct LegendValue {
    code: Option<String>,
    title: Bilingual,
    count: usize,
}

/// `GET /api/v1/lists`
pub fn lists(_: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let names = Layer::ALL.iter().flat_map(|layer| COMMON_FIELDS.iter().chain(layer.def().fields)).flat_map(
        |field| {
            let members = match field.kind {
                FieldKind::List(ItemKind::Object(members)) => members,
                _ => &[],
            };
            members.iter().filter_map(|member| member.list).chain(field.list)
        },
    );
    let doc: BTreeMap<&str, ListDoc> = names
        .map(|name| {
            let list = vocab::list(name);
            let value =
                |value: &vocab::CodeValue| ListValue { code: value.code.clone(), title: value.title.clone() };
            let values = list.values.iter().map(value).collect();
            (name, ListDoc { title: list.title.clone(), open: list.open, values })
        })
        .collect();
    Ok(Answer::json(&doc)?.tagged(ask, concat!("W/\"lists-", env!("CARGO_PKG_VERSION"), "\"")))
}

/// The most values that a legend lists; the rest of the records is left out.
const LEGEND_VALUES: usize = 200;

/// `GET /api/v1/layers/{layer}/legend`
pub fn legend(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let (layer, view) = (ask.layer()?, View::of(app, ask)?);
    let wanted = ask.param("field").unwrap_or("kind");
    let field = layer.def().field(wanted).filter(|field| !matches!(field.kind, FieldKind::List(_)));
    let field = field.ok_or_else(|| {
        let wanted: String = wanted.chars().take(60).collect();
        Problem::new(
            StatusCode::NOT_FOUND,
            "field.unknown",
            format!("该图层没有可计数的字段“{wanted}”。"),
            format!("The layer has no field {wanted:?} that can be counted."),
        )
    })?;
    let mut counts: HashMap<Option<String>, usize> = HashMap::new();
    for record in view.records(layer) {
        let code = record.get(field.name).map(|value| match value.to_json() {
            serde_json::Value::String(text) => text,
            other => other.to_string(),
        });
        *counts.entry(code).or_default() += 1;
    }
    let list = field.list.map(vocab::list);
    let place = |code: &str| list?.values.iter().position(|value| value.code == code);
    let mut values: Vec<LegendValue> = counts
        .into_iter()
        .map(|(code, count)| {
            let known = code.as_deref().and_then(|code| list?.get(code)).map(|value| value.title.clone());
            let plain =
                code.clone().map_or(Bilingual::new("未填", "none"), |c| Bilingual::new(c.clone(), c));
            LegendValue { title: known.unwrap_or(plain), code, count }
        })
        .collect();
    // In the order of the code list, then words of the office's own by count, absent ones last.
    let rank = |value: &LegendValue| {
        let code = value.code.as_deref();
        (code.is_none(), code.and_then(place).unwrap_or(usize::MAX), std::cmp::Reverse(value.count))
    };
    values.sort_by(|a, b| rank(a).cmp(&rank(b)).then_with(|| a.code.cmp(&b.code)));
    values.truncate(LEGEND_VALUES);
    Answer::json(&Legend { field: field.name, values })
}
