//! Places with all their names as one table (地名成果表): the fields that the census and the national database ask
//! for, a row to a place. The upload table of names without a code is the same.

use std::sync::Arc;

use serde_json::Value as Json;

use super::life;
use crate::crs::dms::{self, Axis};
use crate::model::layers::NameEvent;
use crate::model::{Bilingual, Date, FieldKind, Layer, Record, Secrecy, Value, geometry};
use crate::snapshot::Snapshot;

/// Name on the wire and titles of each column.
const COLUMNS: &[(&str, &str, &str)] = &[
    ("id", "记录标识", "Id of the record"),
    ("code", "代码", "Code"),
    ("place_code", "地名代码", "Place-name code"),
    ("standard_name", "标准名称", "Standard name"),
    ("specific", "专名", "Specific term"),
    ("generic", "通名", "Generic term"),
    ("minority_writing", "少数民族语书写", "Minority-language writing"),
    ("roman", "罗马字母拼写", "Roman spelling"),
    ("generic_roman", "通名罗马字母拼写", "Generic term in Latin letters"),
    ("pinyin_toned", "汉语拼音", "Pinyin with tones"),
    ("original_sound", "地名原读音", "Local sound"),
    ("language", "语种", "Language"),
    ("category_code", "类别代码", "Category code"),
    ("category", "类别名称", "Category"),
    ("alias", "别名", "Alias"),
    ("short", "简称", "Short name"),
    ("former", "曾用名", "Former name"),
    ("historic", "历史地名", "Historic name"),
    ("map_name", "原图名称", "Name on the map"),
    ("map_sheet", "图号（年版）", "Map sheet"),
    ("map_scale", "比例尺", "Scale"),
    ("east_from", "东经", "Longitude E"),
    ("east_to", "至东经", "to longitude E"),
    ("north_from", "北纬", "Latitude N"),
    ("north_to", "至北纬", "to latitude N"),
    ("coord_system", "坐标系", "Coordinate system"),
    ("survey_method", "测量方法", "Survey method"),
    ("division_codes", "所跨行政区代码", "Codes of divisions crossed"),
    ("divisions", "所跨行政区", "Divisions crossed"),
    ("origin", "地名来历", "Origin"),
    ("meaning", "地名含义", "Meaning"),
    ("history", "历史沿革", "History"),
    ("legend", "典故", "Legend"),
    ("overview", "地理实体概况", "Overview"),
    ("use_time", "使用时间", "Time of use"),
    ("set_up_year", "设立年份", "Set up"),
    ("abolished_year", "废止年份", "Abolished"),
    ("status", "法定状态", "Status in law"),
    ("approver", "批准机关", "Approved by"),
    ("approval_no", "批准文号", "Approval no."),
    ("approval_date", "批准日期", "Approved on"),
    ("filing_no", "备案文号", "Filing no."),
    ("filing_date", "备案日期", "Filed on"),
    ("announcement_no", "公告文号", "Announcement no."),
    ("announcement_date", "公告日期", "Announced on"),
    ("planned", "是否规划", "Planned"),
    ("protection_class", "保护名录类别", "Protection list"),
    ("protection_measures", "保护措施", "Protective measures"),
    ("census_status", "普查状态", "Census status"),
    ("secrecy", "密级", "Secrecy"),
    ("source", "资料来源", "Source"),
    ("registrar", "登记人", "Registered by"),
    ("registrar_unit", "登记单位", "Registering office"),
    ("registered", "登记日期", "Registered on"),
    ("remarks", "备注", "Remarks"),
];

/// The columns: name, titles, kind.
pub fn columns() -> impl Iterator<Item = (&'static str, Bilingual, FieldKind)> {
    COLUMNS.iter().map(|(name, zh, en)| (*name, Bilingual::new(*zh, *en), FieldKind::Text))
}

/// The column that a heading is of, by its name or a title.
pub fn column(heading: &str) -> Option<&'static str> {
    let plain = |text: &str| text.replace(['（', '('], "(").replace(['）', ')'], ")").trim().to_lowercase();
    let wanted = plain(heading);
    COLUMNS
        .iter()
        .find(|(name, zh, en)| [*name, *zh, *en].iter().any(|one| plain(one) == wanted))
        .map(|one| one.0)
}

/// A place with its names, as far as they may be told.
pub struct Sheet<'a> {
    /// the place
    pub place: &'a Arc<Record>,
    /// its names that hold on the day
    pub names: Vec<&'a Arc<Record>>,
}

/// The places that hold on a day with their names, up to a class of secrecy. O(places + names).
pub fn sheets(snapshot: &Snapshot, day: Date, show: Secrecy) -> Vec<Sheet<'_>> {
    let seen = move |record: &&Arc<Record>| record.valid.contains(day) && record.secrecy <= show;
    let mut names: std::collections::HashMap<String, Vec<&Arc<Record>>> = std::collections::HashMap::new();
    for name in snapshot.layer(Layer::Name).iter().filter(seen) {
        if let Some(place) = name.text("place_id") {
            names.entry(place.to_owned()).or_default().push(name);
        }
    }
    let places = snapshot.layer(Layer::Place).iter().filter(seen);
    places
        .map(|place| {
            let mut names = names.remove(&place.id.to_string()).unwrap_or_default();
            names.sort_by(|a, b| (&a.code, a.id).cmp(&(&b.code, b.id)));
            Sheet { place, names }
        })
        .collect()
}

impl<'a> Sheet<'a> {
    /// Its names of a status.
    fn of<'s>(&'s self, statuses: &'static [&'static str]) -> impl Iterator<Item = &'a Arc<Record>> + 's {
        let status =
            |record: &Record| record.text("status").or_else(|| record.text("kind")).map(str::to_owned);
        self.names
            .iter()
            .copied()
            .filter(move |name| status(name).is_some_and(|status| statuses.contains(&status.as_str())))
    }

    /// The record of the name that it bears now.
    pub fn standard(&self) -> Option<&'a Arc<Record>> {
        self.of(&["standard"]).next().or_else(|| self.of(&["approved"]).next())
    }

    /// The name that it bears now.
    pub fn name(&self) -> Option<&'a str> {
        self.standard().and_then(|name| name.text("text")).or_else(|| self.place.text("name"))
    }

    /// The cells of its row, in the order of [`columns`].
    pub fn row(&self, snapshot: &Snapshot, day: Date) -> Vec<Json> {
        COLUMNS.iter().map(|(column, ..)| Json::from(self.cell(snapshot, day, column))).collect()
    }

    /// One cell.
    pub fn cell(&self, snapshot: &Snapshot, day: Date, column: &str) -> Option<String> {
        let place = self.place;
        let standard = self.standard();
        let own = |field: &str| place.text(field).map(str::to_owned);
        let of_name = |field: &str| standard.and_then(|name| name.text(field)).map(str::to_owned);
        let listed = |statuses: &'static [&'static str]| {
            let texts: Vec<&str> = self.of(statuses).filter_map(|name| name.text("text")).collect();
            Some(texts.join("；")).filter(|text| !text.is_empty())
        };
        let event = |kind: &str| -> Option<NameEvent> {
            let events = standard.map(|name| life::events(name)).unwrap_or_default();
            events.into_iter().rev().find(|event| event.kind == kind)
        };
        let bounds = place.geometry.as_deref().and_then(geometry::bounds);
        let degrees = |of: f64, axis| dms::format(of, axis, 2);
        match column {
            "id" => Some(place.id.to_string()),
            "code" => place.code.clone().map(Into::into),
            "standard_name" => self.name().map(str::to_owned),
            "roman" => of_name("roman").or_else(|| own("roman")),
            "category_code" => own("category"),
            "category" => own("category").map(|code| life::title("place_category", &code).zh),
            "alias" => listed(&["alias"]),
            "short" => listed(&["short"]),
            "former" => listed(&["former", "abolished"]),
            "historic" => listed(&["historic"]),
            "map_name" => {
                let of_map = self.names.iter().find(|name| name.text("kind") == Some("map"));
                of_map.and_then(|name| name.text("text")).map(str::to_owned)
            }
            "east_from" => bounds.map(|b| degrees(b.min().x, Axis::Longitude)),
            "east_to" => bounds.filter(|b| b.width() > 0.0).map(|b| degrees(b.max().x, Axis::Longitude)),
            "north_from" => bounds.map(|b| degrees(b.min().y, Axis::Latitude)),
            "north_to" => bounds.filter(|b| b.height() > 0.0).map(|b| degrees(b.max().y, Axis::Latitude)),
            "coord_system" => bounds.map(|_| "CGCS2000".to_owned()),
            "division_codes" => Some(divisions(place).join("；")).filter(|text| !text.is_empty()),
            "divisions" => {
                let layer = snapshot.layer(Layer::Division);
                let name = |code: &String| {
                    let found = layer.by_code(code).find(|division| division.valid.contains(day));
                    found.and_then(|division| division.label()).unwrap_or(code).to_owned()
                };
                Some(divisions(place).iter().map(name).collect::<Vec<_>>().join("；"))
                    .filter(|t| !t.is_empty())
            }
            "status" => of_name("status").map(|status| life::title("name_status", &status).zh),
            "approver" => event("approved").map(|event| event.authority),
            "approval_no" => event("approved").map(|event| event.document),
            "approval_date" => event("approved").map(told),
            "filing_no" => event("filed").map(|event| event.document),
            "filing_date" => event("filed").map(told),
            "announcement_no" => event("announced").map(|event| event.document),
            "announcement_date" => event("announced").map(told),
            "planned" => {
                place.get("planned").map(|flag| if flag == Value::Bool(true) { "是" } else { "否" }.into())
            }
            "protection_class" => own(column).map(|code| life::title("protection_class", &code).zh),
            "secrecy" => Some(life::title("secrecy", place.secrecy.code()).zh),
            "source" => place.source.as_deref().map(str::to_owned),
            "registered" => match place.get("registered") {
                Some(Value::Date(date)) => Some(date.to_string()),
                _ => None,
            },
            "remarks" => place.remarks.clone().map(Into::into),
            other => of_name(other).or_else(|| own(other)),
        }
        .filter(|text| !text.trim().is_empty())
    }
}

/// The date of an event as it is to be shown.
fn told(event: NameEvent) -> String {
    if event.date_text.is_empty() { event.date } else { event.date_text }
}

fn divisions(place: &Record) -> Vec<String> {
    match place.get("division_codes") {
        Some(Value::List(json)) => json
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|code| code.as_str().map(str::to_owned))
            .collect(),
        _ => Vec::new(),
    }
}
