//! Which features of a collection are asked for: window, day or interval, properties, page.

use geo::Intersects as _;
use geo_types::{Coord, Geometry, Polygon};

use super::ITEM_PARAMS;
use super::crs;
use crate::api::ask::Ask;
use crate::api::problem::Problem;
use crate::crs::Crs;
use crate::model::{COMMON_FIELDS, Date, FieldDef, FieldKind, Layer, Record, RecordId, Value, geometry};

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
    /// features per page
    pub limit: usize,
    /// the feature after which the page begins
    pub after: Option<RecordId>,
    /// how many to skip
    pub offset: usize,
}

/// Whether a field can be asked for by a parameter of its name.
pub fn queryable(field: &FieldDef) -> bool {
    !matches!(field.kind, FieldKind::List(_)) && !ITEM_PARAMS.iter().any(|param| param.name == field.name)
}

impl ItemQuery {
    /// Reads the query; unknown parameters are refused, as the standard demands.
    pub fn read(ask: &Ask, layer: Layer, today: Date, offered: &[Crs]) -> Result<Self, Problem> {
        let mut properties = Vec::new();
        for (name, text) in &ask.query {
            if ITEM_PARAMS.iter().any(|param| param.name == name) {
                continue;
            }
            let short: String = name.chars().take(60).collect();
            let field = layer.def().field(name).filter(|field| queryable(field)).ok_or_else(|| {
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
        let cursor = |text: &str| {
            text.strip_prefix('~').and_then(|text| text.parse().ok()).ok_or_else(|| {
                Problem::parameter("cursor", "不是本服务器给出的标记", "not a mark that this server gave")
            })
        };
        Ok(Self {
            when: when(ask, today)?,
            areas: areas(ask, offered)?,
            properties,
            limit: ask.limit(USUAL, MOST)?,
            after: ask.param("cursor").map(cursor).transpose()?,
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
            && self.properties.iter().all(|(field, wanted)| match record.layer.def().index_of(field.name) {
                Some(at) => record.fields.get(at) == Some(wanted),
                None => record.get(field.name).as_ref() == Some(wanted),
            })
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

    /// The boxes to look into.
    pub fn windows(&self) -> impl Iterator<Item = geo_types::Rect> {
        self.areas.iter().filter_map(|area| geometry::bounds(&Geometry::Polygon(area.clone())))
    }

    /// What is asked for, without the page, as a key for what is remembered of it.
    pub fn key(&self) -> String {
        format!("{:?} {:?} {:?}", self.when, self.areas, self.properties)
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
    COMMON_FIELDS.iter().chain(layer.def().fields).filter(|field| queryable(field))
}
