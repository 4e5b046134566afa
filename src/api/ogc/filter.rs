//! Which features of a collection are asked for: window, day or interval, properties, filter, order, page.

use geo::Intersects as _;
use geo_types::{Coord, Geometry, Polygon};

use super::sort::{Mark, Order};
use super::{ITEM_PARAMS, crs};
use crate::api::ask::Ask;
use crate::api::problem::Problem;
use crate::api::route::Param;
use crate::crs::Crs;
use crate::filter::{Filter, FilterError, Form};
use crate::model::{Date, FieldDef, Layer, Record, RecordId, Value, geometry};

/// The most features of one page.
pub const MOST: usize = 10_000;
/// The usual features of one page.
pub const USUAL: usize = 100;

/// When the features are to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// on that day
    Day(Date),
    /// on any day from the first to the last; open where `None`
    Between(Option<Date>, Option<Date>),
}

/// What is asked for.
#[derive(Debug)]
pub struct ItemQuery {
    /// when
    pub when: When,
    /// areas, any of which a feature must meet; none for all
    pub areas: Vec<Polygon>,
    /// own and common fields with the values wanted
    pub properties: Vec<(&'static FieldDef, Value)>,
    /// the one feature wanted
    pub id: Option<RecordId>,
    /// a filter in CQL2
    pub filter: Option<Filter>,
    /// the filter as it was written, with its language and coordinate system
    written: String,
    /// the order of the features
    pub order: Order,
    /// features per page
    pub limit: usize,
    /// the place after which the page begins
    pub after: Option<Mark>,
    /// how many to skip
    pub offset: usize,
}

/// Whether a field can be asked for by a parameter of its name.
pub fn queryable(field: &FieldDef) -> bool {
    !ITEM_PARAMS.iter().any(|param| param.name == field.name)
}

impl ItemQuery {
    /// Reads the query; unknown parameters are refused, as the standard demands. Those that are the
    /// route's `own` are read elsewhere.
    pub fn read(
        ask: &Ask,
        layer: Layer,
        today: Date,
        offered: &[Crs],
        own: &[Param],
    ) -> Result<Self, Problem> {
        let (mut properties, mut id) = (Vec::new(), None);
        for (name, text) in &ask.query {
            if ITEM_PARAMS.iter().chain(own).any(|param| param.name == name) {
                continue;
            }
            let short: String = name.chars().take(60).collect();
            if name == "id" {
                let read = text.parse::<RecordId>();
                id = Some(read.map_err(|_| Problem::parameter("id", "应为 ULID", "a ULID is expected"))?);
                continue;
            }
            let field = queryables(layer).find(|field| field.name == name).ok_or_else(|| {
                Problem::parameter(
                    &short,
                    "此图层没有这个参数或字段",
                    "no parameter or property of the collection",
                )
            })?;
            let value = Value::from_text(field.kind, text)
                .map_err(|error| Problem::parameter(&short, &error.to_string(), &error.to_string()))?;
            let value =
                value.ok_or_else(|| Problem::parameter(&short, "不能为空", "it must not be empty"))?;
            properties.push((field, value));
        }
        let order = Order::read(ask, layer)?;
        let cursor = |text: &str| {
            order.mark_of(text).ok_or_else(|| {
                Problem::parameter("cursor", "不是本服务器给出的标记", "not a mark that this server gave")
            })
        };
        let said = |name: &str| ask.param(name).unwrap_or_default();
        Ok(Self {
            when: when(ask, today)?,
            areas: areas(ask, offered)?,
            properties,
            id,
            filter: filter(ask, layer, offered)?,
            written: format!("{} {} {}", said("filter-lang"), said("filter-crs"), said("filter")),
            limit: ask.limit(USUAL, MOST)?,
            after: ask.param("cursor").map(cursor).transpose()?,
            order,
            offset: ask.parsed("offset")?.unwrap_or(0),
        })
    }

    /// Whether the record's lawful period and values are those wanted (not its place).
    pub fn matches(&self, record: &Record) -> bool {
        let valid = record.valid;
        let timely = match self.when {
            When::Day(day) => valid.contains(day),
            When::Between(first, last) => {
                let begun = valid.from().zip(last).is_none_or(|(from, last)| from <= last);
                begun && valid.to().zip(first).is_none_or(|(to, first)| first < to)
            }
        };
        timely
            && self.id.is_none_or(|id| id == record.id)
            && self.properties.iter().all(|(field, wanted)| match record.layer.def().index_of(field.name) {
                Some(at) => record.fields.get(at).is_some_and(|value| holds(value, wanted)),
                None => record.get(field.name).as_ref() == Some(wanted),
            })
            && self.filter.as_ref().is_none_or(|filter| filter.admits(record))
    }

    /// Whether the geometry meets an area asked for; true where none is asked for.
    pub fn meets(&self, shape: Option<&Geometry>) -> bool {
        if self.areas.is_empty() {
            return true;
        }
        let Some(shape) = shape else { return false };
        self.areas.iter().any(|area| match shape {
            Geometry::Point(point) => area.intersects(point),
            _ => shape.intersects(area),
        })
    }

    /// The boxes to look into; `None` for everywhere.
    pub fn windows(&self) -> Option<Vec<geo_types::Rect>> {
        if self.areas.is_empty() {
            return self.filter.as_ref().and_then(Filter::windows);
        }
        let bounds = |area: &Polygon| geometry::bounds(&Geometry::Polygon(area.clone()));
        Some(self.areas.iter().filter_map(bounds).collect())
    }

    /// What is asked for, without the page, as a key for what is remembered of it.
    pub fn key(&self) -> String {
        format!("{:?} {:?} {:?} {:?} {}", self.when, self.areas, self.properties, self.id, self.written)
    }
}

/// Whether a value is the one wanted; of a list, whether all that is wanted stands in it.
fn holds(value: &Value, wanted: &Value) -> bool {
    match (value, wanted) {
        (Value::List(list), Value::List(wanted)) => match (list.as_array(), wanted.as_array()) {
            (Some(list), Some(wanted)) => wanted.iter().all(|item| list.contains(item)),
            _ => false,
        },
        (value, wanted) => value == wanted,
    }
}

/// `filter` in the language of `filter-lang`, coordinates in `filter-crs`.
fn filter(ask: &Ask, layer: Layer, offered: &[Crs]) -> Result<Option<Filter>, Problem> {
    let form = match ask.param("filter-lang") {
        None | Some("cql2-text") => Form::Text,
        Some("cql2-json") => Form::Json,
        Some(_) => {
            let wanted = "cql2-text, cql2-json";
            return Err(Problem::parameter(
                "filter-lang",
                &format!("应为 {wanted} 之一"),
                &format!("one of {wanted} is expected"),
            ));
        }
    };
    let system = ask.param("filter-crs").map(|text| crs::read("filter-crs", text, offered)).transpose()?;
    let Some(text) = ask.param("filter") else { return Ok(None) };
    let read = Filter::read(text, form, layer, &system.unwrap_or(Crs::Crs84));
    read.map(Some).map_err(|error| refused(&error))
}

fn refused(error: &FilterError) -> Problem {
    let said = error.sentence();
    let problem = Problem::parameter("filter", &said.zh, &said.en);
    match error {
        FilterError::Property { name, known } => {
            problem.with("property", name.as_str()).with("queryables", known.clone())
        }
        _ => problem,
    }
}

/// `datetime`, else `as_of`, else today.
fn when(ask: &Ask, today: Date) -> Result<When, Problem> {
    let bad = || {
        Problem::parameter(
            "datetime",
            "应为日期、时刻，或以 / 分隔的期间（两端可为 ..）",
            "a day, an instant, or an interval with / (.. for an open end) is expected",
        )
    };
    let Some(text) = ask.param("datetime") else {
        return Ok(When::Day(ask.date("as_of")?.unwrap_or(today)));
    };
    let day = |text: &str| -> Result<Date, Problem> {
        // An instant belongs to the day that it is in China.
        if text.contains(['T', 't']) {
            let at: jiff::Timestamp = text.parse().map_err(|_| bad())?;
            return Ok(Date::in_shanghai(at.as_millisecond()));
        }
        text.parse().map_err(|_| bad())
    };
    let Some((first, last)) = text.split_once('/') else { return day(text).map(When::Day) };
    let end = |text: &str| if matches!(text, "" | "..") { Ok(None) } else { day(text).map(Some) };
    match (end(first)?, end(last)?) {
        (Some(first), Some(last)) if first > last => Err(bad()),
        (first, last) => Ok(When::Between(first, last)),
    }
}

/// `bbox` in the coordinates of `bbox-crs`.
fn areas(ask: &Ask, offered: &[Crs]) -> Result<Vec<Polygon>, Problem> {
    let system = ask.param("bbox-crs").map(|text| crs::read("bbox-crs", text, offered)).transpose()?;
    let Some(text) = ask.param("bbox") else { return Ok(Vec::new()) };
    let numbers: Option<Vec<f64>> =
        text.split(',').take(7).map(|n| n.trim().parse().ok().filter(|n: &f64| n.is_finite())).collect();
    let (low, high) = match numbers.as_deref() {
        Some([x0, y0, x1, y1]) | Some([x0, y0, _, x1, y1, _]) => {
            (Coord { x: *x0, y: *y0 }, Coord { x: *x1, y: *y1 })
        }
        _ => return Err(Problem::parameter("bbox", "应为 4 或 6 个数", "4 or 6 numbers are expected")),
    };
    crs::incoming(&system.unwrap_or(Crs::Crs84), low, high)
}

/// All fields of a layer that can be asked for.
pub fn queryables(layer: Layer) -> impl Iterator<Item = &'static FieldDef> {
    crate::filter::queryables(layer).filter(|field| queryable(field))
}
