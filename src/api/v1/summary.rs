//! `GET /api/v1/layers/{layer}/summary`: counts and sums over all records that match, in groups of a field.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde::Serialize;
use serde_json::Value as Json;

use super::tally::{Figures, Summed, Tally};
use crate::api::answer::{Answer, holds, not_modified};
use crate::api::app::App;
use crate::api::ask::Ask;
use crate::api::ogc::{Asked, known_fields, page_tag, still_waited_for};
use crate::api::problem::Problem;
use crate::api::route::{Param, together};
use crate::api::view::View;
use crate::model::layers::DivisionLevel;
use crate::model::{Bilingual, FieldDef, FieldKind, Held, Layer, Place, Record, RefBy, Value, vocab};

/// Counts and sums.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Summary {
    layer: &'static str,
    revision: u64,
    /// how many match
    total: usize,
    /// by field, over all that match
    sums: BTreeMap<&'static str, Figures>,
    /// the field of the groups
    by: Option<&'static str>,
    /// in the order of the code list, else the largest first; those without a value last
    groups: Vec<Group>,
    /// the groups that are not listed, together
    others: Option<Others>,
}

/// Records with the same value.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Group {
    /// the value; null where there is none
    #[schema(value_type = Object)]
    value: Json,
    title: Bilingual,
    /// where divisions are taken together: the field's values in this group, as far as 500
    #[serde(skip_serializing_if = "Option::is_none")]
    values: Option<Vec<String>>,
    count: usize,
    sums: BTreeMap<&'static str, Figures>,
}

/// Groups that are not listed.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Others {
    /// how many groups
    groups: usize,
    count: usize,
    sums: BTreeMap<&'static str, Figures>,
}

/// What is asked beside the list.
const OWN: [Param; 4] = [
    Param { name: "by", shape: "string", about: "按此字段分组 · field of the groups" },
    Param {
        name: "level",
        shape: "string",
        about: "by 指向区划时，归到这一级的上级区划，如 township · divisions taken together at this level",
    },
    Param {
        name: "sum",
        shape: "string",
        about: "求和的数字字段，逗号分隔 · number fields to be summed, separated by commas",
    },
    Param {
        name: "limit",
        shape: "integer",
        about: "至多列出的组数，默认 200，至多 1000 · groups listed, 200, at most 1,000",
    },
];
/// All that may be asked.
pub const PARAMS: &[Param] = &together::<4, 6, 10>(OWN, super::WHICH);

/// Groups that are listed, usually and at most.
const GROUPS: (usize, usize) = (200, 1000);
/// Values that a group of divisions names.
const NAMED: usize = 500;
/// How far up divisions are followed.
const STEPS: usize = 8;

/// The handler.
pub fn get(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let asked = Asked::read(app, ask, PARAMS)?;
    let tag = page_tag(app, ask, &asked.view, "summary");
    if holds(ask, &tag) {
        return Ok(not_modified(&tag));
    }
    let fields = summed(ask, asked.layer)?;
    let by = grouped_by(ask, asked.layer)?;
    let level = level(ask, by)?;
    let placed = by.and_then(|field| Some((field, Place::of(asked.layer, field.name)?)));
    let list = asked.all(app, ask)?;
    let mut whole = Tally::of(&fields);
    let mut parts = Parts::new(&asked.view, placed, level, &fields);
    for (at, record) in list.iter().enumerate() {
        if at % 4096 == 0 {
            still_waited_for(ask)?;
        }
        whole.add(record);
        parts.add(record);
    }
    let limit = ask.limit(GROUPS.0, GROUPS.1)?;
    let (groups, others) = parts.finish(limit);
    let summary = Summary {
        layer: asked.layer.name(),
        revision: asked.view.revision().0,
        total: list.len(),
        sums: whole.figures(),
        by: by.map(|field| field.name),
        groups,
        others,
    };
    Ok(Answer::json(&summary)?.with(axum::http::header::ETAG, &tag))
}

fn summed(ask: &Ask, layer: Layer) -> Result<Vec<Summed>, Problem> {
    let fields = known_fields("sum", ask.param("sum").unwrap_or_default(), layer)?;
    let figure = |field: &&FieldDef| matches!(field.kind, FieldKind::Int | FieldKind::Real);
    match fields.iter().find(|field| !figure(field)) {
        None => Ok(fields.into_iter().filter_map(|field| Summed::of(layer, field)).collect()),
        Some(other) => Err(Problem::parameter(
            "sum",
            &format!("“{}”不是数字", layer.def().field_title(other.name).zh),
            &format!("{} is no number", other.name),
        )),
    }
}

fn grouped_by(ask: &Ask, layer: Layer) -> Result<Option<&'static FieldDef>, Problem> {
    let Some(name) = ask.param("by") else { return Ok(None) };
    let field = known_fields("by", name, layer)?.into_iter().next();
    match field.filter(|field| !matches!(field.kind, FieldKind::List(_)) && field.name == name) {
        Some(field) => Ok(Some(field)),
        None => Err(Problem::parameter("by", "应为一个单值字段", "one field with single values is expected")),
    }
}

/// The level at which divisions are taken together.
fn level(ask: &Ask, by: Option<&FieldDef>) -> Result<Option<DivisionLevel>, Problem> {
    let Some(text) = ask.param("level") else { return Ok(None) };
    let refers = by.and_then(|field| field.refers);
    if refers.is_none_or(|to| (to.layer, to.by) != (Layer::Division, RefBy::Code)) {
        return Err(Problem::parameter(
            "level",
            "只用于指向区划代码的字段",
            "only for a field that refers to a division by its code",
        ));
    }
    DivisionLevel::from_code(text).map(Some).ok_or_else(|| {
        let known: Vec<&str> = DivisionLevel::ALL.iter().map(|level| level.code()).collect();
        let known = known.join(", ");
        Problem::parameter("level", &format!("应为 {known} 之一"), &format!("one of {known} is expected"))
    })
}

/// The groups while they are gathered.
struct Parts<'a> {
    view: &'a View,
    by: Option<(&'static FieldDef, Place)>,
    level: Option<DivisionLevel>,
    fields: &'a [Summed],
    found: Vec<Part<'a>>,
    /// own values to the places of their groups: what a value means is worked out once
    of_value: HashMap<Own<'a>, usize, foldhash::fast::RandomState>,
    /// keys of groups to their places
    of_key: HashMap<Option<String>, usize>,
}

struct Part<'a> {
    key: Option<String>,
    value: Json,
    values: Vec<String>,
    tally: Tally<'a>,
}

/// A value by which records are told apart.
#[derive(PartialEq, Eq, Hash)]
enum Own<'a> {
    Absent,
    Text(&'a str),
    Day(i32),
    Whole(i64),
    Real(u64),
    Flag(bool),
}

impl<'a> Own<'a> {
    fn of(held: Option<Held<'a>>) -> Self {
        match held {
            Some(Held::Text(text)) => Self::Text(text),
            Some(Held::Date(day)) => Self::Day(day.days()),
            Some(Held::Other(Value::Int(whole))) => Self::Whole(*whole),
            Some(Held::Other(Value::Real(real))) => Self::Real(real.to_bits()),
            Some(Held::Other(Value::Bool(flag))) => Self::Flag(*flag),
            _ => Self::Absent,
        }
    }
}

impl<'a> Parts<'a> {
    fn new(
        view: &'a View,
        by: Option<(&'static FieldDef, Place)>,
        level: Option<DivisionLevel>,
        fields: &'a [Summed],
    ) -> Self {
        let (of_value, of_key) = (HashMap::default(), HashMap::new());
        Self { view, by, level, fields, found: Vec::new(), of_value, of_key }
    }

    fn add(&mut self, record: &'a Record) {
        let Some((_, place)) = self.by else { return };
        let held = record.held(place);
        let at = match self.of_value.get(&Own::of(held)) {
            Some(at) => *at,
            None => {
                let at = self.begin(held);
                self.of_value.insert(Own::of(held), at);
                at
            }
        };
        self.found[at].tally.add(record);
    }

    /// The group of a value that is met for the first time.
    fn begin(&mut self, held: Option<Held<'_>>) -> usize {
        let value = held.map(Held::to_value);
        let own = value.as_ref().map(|value| match value {
            Value::Text(text) => text.to_string(),
            other => other.to_json().to_string(),
        });
        let key = match (self.level, &own) {
            (Some(level), Some(code)) => above(self.view, code, level),
            _ => own.clone(),
        };
        let at = match self.of_key.get(&key) {
            Some(at) => *at,
            None => {
                let json = match self.level {
                    Some(_) => key.clone().map(Json::from).unwrap_or_default(),
                    None => value.as_ref().map(Value::to_json).unwrap_or_default(),
                };
                let tally = Tally::of(self.fields);
                self.found.push(Part { key: key.clone(), value: json, values: Vec::new(), tally });
                self.of_key.insert(key, self.found.len() - 1);
                self.found.len() - 1
            }
        };
        let named = &mut self.found[at].values;
        named.extend(own.filter(|_| self.level.is_some() && named.len() < NAMED));
        at
    }

    fn finish(self, limit: usize) -> (Vec<Group>, Option<Others>) {
        let Some((by, _)) = self.by else { return (Vec::new(), None) };
        let list = by.list.map(vocab::list);
        let place = |code: &Option<String>| {
            let code = code.as_deref()?;
            list?.values.iter().position(|value| value.code == code)
        };
        let mut found = self.found;
        found.sort_by_cached_key(|part| {
            let (key, count) = (&part.key, Reverse(part.tally.count));
            (key.is_none(), place(key).unwrap_or(usize::MAX), count, key.clone())
        });
        let rest = found.split_off(limit.min(found.len()));
        let levelled = self.level.is_some();
        let groups = found.into_iter().map(|part| Group {
            title: title(self.view, by, part.key.as_deref(), levelled),
            value: part.value,
            values: levelled.then_some(part.values),
            count: part.tally.count,
            sums: part.tally.figures(),
        });
        let mut together = Tally::of(self.fields);
        rest.iter().for_each(|part| together.join(&part.tally));
        let others = Others { groups: rest.len(), count: together.count, sums: together.figures() };
        (groups.collect(), Some(others).filter(|others| others.groups > 0))
    }
}

/// The division of a level that one lies in.
fn above(view: &View, code: &str, level: DivisionLevel) -> Option<String> {
    let mut at = Some(code.to_owned());
    for _ in 0..STEPS {
        let division = at.as_deref().and_then(|code| division(view, code))?;
        if division.text("level") == Some(level.code()) {
            return division.code.as_deref().map(str::to_owned);
        }
        at = division.text("parent_code").map(str::to_owned);
    }
    None
}

fn division<'a>(view: &'a View, code: &str) -> Option<&'a Arc<Record>> {
    view.snapshot.layer(Layer::Division).by_code(code).find(|record| view.holds(record))
}

/// What a group is called: by its code list, by the record referred to, else by the value itself.
fn title(view: &View, by: &FieldDef, key: Option<&str>, levelled: bool) -> Bilingual {
    let Some(key) = key else {
        return if levelled {
            Bilingual::new("未填或不属于该级", "none, or not within that level")
        } else {
            Bilingual::new("未填", "none")
        };
    };
    if let Some(known) = by.list.map(vocab::list).and_then(|list| list.get(key)) {
        return known.title.clone();
    }
    if by.kind == FieldKind::Bool {
        return if key == "true" { Bilingual::new("是", "yes") } else { Bilingual::new("否", "no") };
    }
    let target = by.refers.and_then(|to| {
        let rows = view.snapshot.layer(to.layer);
        match to.by {
            RefBy::Code => rows.by_code(key).find(|record| view.holds(record)),
            RefBy::Id => key.parse().ok().and_then(|id| rows.get(id, view.as_of)).filter(|r| view.sees(r)),
        }
    });
    let name = target.and_then(|record| record.label()).unwrap_or(key);
    Bilingual::new(name, name)
}
