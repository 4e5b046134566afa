//! Lines and markers as the tables that offices keep (界线一览表、界桩成果表): columns in the usual order and words,
//! which an import reads again.

use serde_json::Value as Json;

use super::sight::Sight;
use super::station;
use crate::crs::{Crs, GaussKruger, Transform, ZoneWidth, dms};
use crate::model::layers::{BoundaryLine, BoundaryMarker};
use crate::model::{Date, FieldKind, Layer, Record, vocab};
use crate::snapshot::Snapshot;

/// A table: its name, its columns, its rows in their order; absent cells are null.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// what it is called
    pub name: &'static str,
    /// columns
    pub columns: Vec<(String, FieldKind)>,
    /// rows
    pub rows: Vec<Vec<Json>>,
}

/// Reference objects that have columns of their own even where no marker has as many.
const OBJECTS: usize = 3;

/// Which records.
#[derive(Clone, Copy, Debug)]
pub struct Chosen<'a> {
    /// those that are seen
    pub sight: Sight,
    /// only this line, by its code
    pub line: Option<&'a str>,
}

/// All lines, by level and code (界线一览表).
pub fn lines(snapshot: &Snapshot, chosen: Chosen<'_>) -> Table {
    let records = snapshot.layer(Layer::BoundaryLine).iter().filter(|record| {
        chosen.sight.sees(record) && chosen.line.is_none_or(|code| record.code.as_deref() == Some(code))
    });
    let mut read: Vec<(&Record, BoundaryLine)> =
        records.filter_map(|record| Some((&**record, record.read::<BoundaryLine>().ok()?))).collect();
    let rank = |line: &BoundaryLine| {
        let levels = &vocab::list("division_level").values;
        line.level.as_deref().and_then(|level| levels.iter().position(|value| value.code == level))
    };
    read.sort_by(|(a, one), (b, other)| {
        rank(one).cmp(&rank(other)).then(a.code.cmp(&b.code)).then(a.key().cmp(&b.key()))
    });
    let rows = read.iter().map(|(record, line)| line_row(record, line)).collect();
    let columns = [
        ("界线代码", FieldKind::Text),
        ("界线名称", FieldKind::Text),
        ("界线等级", FieldKind::Text),
        ("甲方区划代码", FieldKind::Text),
        ("甲方", FieldKind::Text),
        ("乙方区划代码", FieldKind::Text),
        ("乙方", FieldKind::Text),
        ("起点", FieldKind::Text),
        ("止点", FieldKind::Text),
        ("长度(公里)", FieldKind::Real),
        ("量算长度(公里)", FieldKind::Real),
        ("界桩颗数", FieldKind::Int),
        ("单立界桩数", FieldKind::Int),
        ("同号双立界桩数", FieldKind::Int),
        ("同号三立界桩数", FieldKind::Int),
        ("依附地物", FieldKind::Text),
        ("是否勘定", FieldKind::Text),
        ("批准文号", FieldKind::Text),
        ("协议书编号", FieldKind::Text),
        ("管理分工", FieldKind::Text),
        ("界线详图版次", FieldKind::Text),
        ("上次联检日期", FieldKind::Date),
        ("下次联检日期", FieldKind::Date),
        ("档案号", FieldKind::Text),
        ("走向说明", FieldKind::Text),
    ];
    Table {
        name: "界线一览表", columns: columns.map(|(name, kind)| (name.to_owned(), kind)).to_vec(), rows
    }
}

fn line_row(record: &Record, line: &BoundaryLine) -> Vec<Json> {
    let day = |day: Option<Date>| day.map(|day| day.to_string()).map_or(Json::Null, Json::from);
    vec![
        text(record.code.as_deref()),
        text(Some(&line.name)),
        word("division_level", line.level.as_deref()),
        text(line.party_a_code.as_deref()),
        text(line.party_a.as_deref()),
        text(line.party_b_code.as_deref()),
        text(line.party_b.as_deref()),
        text(line.start_point.as_deref()),
        text(line.end_point.as_deref()),
        number(line.length_km),
        number(line.measured_km),
        whole(line.marker_count),
        whole(line.single_count),
        whole(line.double_count),
        whole(line.triple_count),
        word("line_feature", line.feature.as_deref()),
        line.surveyed.map_or(Json::Null, |yes| Json::from(if yes { "是" } else { "否" })),
        text(line.approval_no.as_deref()),
        text(line.agreement_no.as_deref()),
        text(line.management_split.as_deref()),
        text(line.map_edition.as_deref()),
        day(line.last_inspection),
        day(line.next_inspection),
        text(line.archive_no.as_deref()),
        text(line.alignment_text.as_deref()),
    ]
}

/// Markers by number (界桩成果表). Plane coordinates that were not received are worked out in the 3° zone.
pub fn markers(snapshot: &Snapshot, chosen: Chosen<'_>) -> Table {
    let of_line = |record: &Record| {
        chosen.line.is_none_or(|code| station::line_codes(record).iter().any(|own| own == code))
    };
    let records = snapshot
        .layer(Layer::BoundaryMarker)
        .iter()
        .filter(|record| chosen.sight.sees(record) && of_line(record));
    let mut read: Vec<(&Record, BoundaryMarker)> =
        records.filter_map(|record| Some((&**record, record.read::<BoundaryMarker>().ok()?))).collect();
    read.sort_by(|(a, one), (b, other)| one.number.cmp(&other.number).then(a.key().cmp(&b.key())));
    let objects =
        read.iter().map(|(_, marker)| marker.references.len()).max().unwrap_or_default().max(OBJECTS);
    let rows = read.iter().map(|(record, marker)| marker_row(record, marker, objects)).collect();
    let mut columns: Vec<(String, FieldKind)> = [
        ("界桩编号", FieldKind::Text),
        ("所在界线代码", FieldKind::Text),
        ("界桩类型", FieldKind::Text),
        ("类型码", FieldKind::Text),
        ("面数", FieldKind::Int),
        ("材质", FieldKind::Text),
        ("甲方所在地", FieldKind::Text),
        ("乙方所在地", FieldKind::Text),
        ("丙方所在地", FieldKind::Text),
        ("东经", FieldKind::Text),
        ("北纬", FieldKind::Text),
        ("纵坐标X(m)", FieldKind::Real),
        ("横坐标Y(m)", FieldKind::Real),
        ("带号", FieldKind::Int),
        ("坐标系", FieldKind::Text),
        ("高程(m)", FieldKind::Real),
        ("高程基准", FieldKind::Text),
        ("测量方法", FieldKind::Text),
        ("测量日期", FieldKind::Date),
    ]
    .map(|(name, kind)| (name.to_owned(), kind))
    .to_vec();
    for at in 1..=objects {
        columns.push((format!("方位物{at}"), FieldKind::Text));
        columns.push((format!("方位角{at}(°)"), FieldKind::Real));
        columns.push((format!("距离{at}(m)"), FieldKind::Real));
    }
    for name in ["位置描述", "管理方", "托管单位（人）", "界桩状态"] {
        columns.push((name.to_owned(), FieldKind::Text));
    }
    Table { name: "界桩成果表", columns, rows }
}

fn marker_row(record: &Record, marker: &BoundaryMarker, objects: usize) -> Vec<Json> {
    let at = station::point(record);
    let angle = |value: Option<f64>, axis| {
        value.map_or(Json::Null, |degrees| Json::from(dms::format(degrees, axis, 4)))
    };
    let plane = plane(record, marker);
    let mut row = vec![
        text(Some(&marker.number)),
        text(Some(&marker.line_codes.join("；"))),
        word("marker_type", marker.marker_type.as_deref()),
        text(marker.type_code.as_deref()),
        whole(marker.faces),
        word("marker_material", marker.material.as_deref()),
        text(marker.place_a.as_deref()),
        text(marker.place_b.as_deref()),
        text(marker.place_c.as_deref()),
        angle(at.map(|c| c.x), dms::Axis::Longitude),
        angle(at.map(|c| c.y), dms::Axis::Latitude),
        number(plane.map(|(x, _, _)| x)),
        number(plane.map(|(_, y, _)| y)),
        whole(plane.and_then(|(_, _, zone)| zone)),
        text(marker.datum.as_deref().or(Some("CGCS2000"))),
        number(marker.elevation_m),
        text(marker.height_datum.as_deref()),
        text(marker.survey_method.as_deref()),
        marker.survey_date.map_or(Json::Null, |day| Json::from(day.to_string())),
    ];
    for place in 0..objects {
        let object = marker.references.get(place);
        row.push(text(object.map(|object| object.object.as_str())));
        row.push(number(object.and_then(|object| object.azimuth_deg)));
        row.push(number(object.and_then(|object| object.distance_m)));
    }
    row.extend([
        text(marker.position_text.as_deref()),
        word("side", marker.responsible_side.as_deref()),
        text(marker.custodian.as_deref()),
        word("marker_condition", marker.condition.as_deref()),
    ]);
    row
}

/// Northing, easting and zone: as received, else from the place in the 3° zone of CGCS2000, to a millimetre.
fn plane(record: &Record, marker: &BoundaryMarker) -> Option<(f64, f64, Option<i64>)> {
    if let (Some(x), Some(y)) = (marker.x_m, marker.y_m) {
        return Some((x, y, marker.zone));
    }
    let at = station::point(record)?;
    let zone = GaussKruger::at(at.x, ZoneWidth::Three)?;
    let plane = Transform::shared(&Crs::REGISTER, &Crs::Epsg(zone.epsg())).ok()?.coord(at).ok()?;
    let millimetres = |metres: f64| (metres * 1000.0).round() / 1000.0;
    Some((millimetres(plane.y), millimetres(plane.x), Some(i64::from(zone.zone))))
}

fn text(value: Option<&str>) -> Json {
    value.filter(|text| !text.is_empty()).map_or(Json::Null, Json::from)
}

fn number(value: Option<f64>) -> Json {
    value.map_or(Json::Null, Json::from)
}

fn whole(value: Option<i64>) -> Json {
    value.map_or(Json::Null, Json::from)
}

/// A code as people read it.
fn word(list: &str, code: Option<&str>) -> Json {
    let Some(code) = code else { return Json::Null };
    Json::from(vocab::list(list).get(code).map_or(code, |value| value.title.zh.as_str()))
}
