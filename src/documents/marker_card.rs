//! The marker register sheet (界桩登记表): its fields from a marker's record, as docx and pdf.

use std::collections::BTreeMap;

use geo_types::Coord;

use super::fields::{Fields, Filled, Texts};
use super::{DocumentsError, Templates, sketch};
use crate::boundary::path::Path;
use crate::boundary::{Sight, objects, station};
use crate::crs::{Crs, GaussKruger, Transform, ZoneWidth};
use crate::model::layers::{BoundaryLine, BoundaryMarker, MarkerReference};
use crate::model::{Layer, Record, Secrecy, vocab};
use crate::snapshot::Snapshot;

/// File name of the docx template.
const DOCX: &str = "marker-card.docx";
/// File name of the Typst template.
const TYPST: &str = "marker-card.typ";
/// Rows for reference objects that a form has at least.
const LEAST_OBJECTS: usize = 3;

/// The fields of a marker's sheet.
///
/// # Errors
/// The record is no marker, or there is no Chinese font for its sketch.
pub fn fields(snapshot: &Snapshot, record: &Record, sight: Sight) -> Result<Fields, DocumentsError> {
    let name = || record.code.as_deref().unwrap_or("?").to_owned();
    let marker: BoundaryMarker = record.read().map_err(|_| DocumentsError::NoShape(name()))?;
    let mut texts = own(&marker);
    texts.extend(coordinates(record, &marker));
    texts.extend(lines(snapshot, record, &marker, sight));
    texts.extend(signatures(&marker));
    let class = record.secrecy;
    let secrecy = if class == Secrecy::Public { String::new() } else { word("secrecy", Some(class.code())) };
    texts.insert("密级", secrecy);
    texts.insert("登记册版次", format!("第 {} 版", snapshot.revision().0));
    texts.insert("数据日期", sight.as_of.to_string());
    let mut rows = BTreeMap::from([("方位物", references(record, &marker))]);
    let states = marker.condition_history.iter().map(|state| {
        Texts::from([
            ("日期", state.date.clone()),
            ("状态", word("marker_condition", Some(&state.condition))),
            ("情况", state.note.clone()),
            ("检查人", state.by.clone()),
        ])
    });
    rows.insert("状态变化", states.collect());
    let changes = marker.changes.iter().map(|change| {
        Texts::from([
            ("日期", change.date.clone()),
            ("变动", word("marker_change", Some(&change.kind))),
            ("协议", change.agreement_no.clone()),
            ("备案", change.filing_no.clone()),
            ("说明", change.note.clone()),
        ])
    });
    rows.insert("变动", changes.collect());
    let sketch = sketch::draw(snapshot, record, &marker, sight)?;
    let blank = || super::fields::Drawing {
        svg: format!("<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {0} {0}'/>", sketch::SIDE),
        width_mm: sketch::SIDE,
        height_mm: sketch::SIDE,
    };
    let drawings = BTreeMap::from([("位置略图", sketch.unwrap_or_else(blank))]);
    // What is public bears no class, and most markers have two sides.
    let third = marker.marker_type.as_deref() == Some("triple") || marker.faces == Some(3);
    let may_lack = if third { vec!["密级"] } else { vec!["密级", "丙方"] };
    Ok(Fields { texts, rows, drawings, may_lack })
}

/// The sheet as docx.
///
/// # Errors
/// See [`Fields::docx`].
pub fn docx(fields: &Fields, templates: &Templates) -> Result<Filled, DocumentsError> {
    fields.docx(templates, DOCX)
}

/// The sheet as pdf.
///
/// # Errors
/// See [`Fields::pdf`].
pub fn pdf(fields: &Fields, templates: &Templates) -> Result<Filled, DocumentsError> {
    let number = fields.texts.get("界桩编号").map(String::as_str).unwrap_or_default();
    fields.pdf(templates, TYPST, &format!("界桩登记表 {number}"))
}

fn text(value: Option<&str>) -> String {
    value.unwrap_or_default().to_owned()
}

fn number(value: Option<f64>, decimals: usize) -> String {
    value.map(|value| format!("{value:.decimals$}")).unwrap_or_default()
}

/// A code as people read it.
fn word(list: &str, code: Option<&str>) -> String {
    let Some(code) = code else { return String::new() };
    vocab::list(list).get(code).map_or(code, |value| value.title.zh.as_str()).to_owned()
}

/// What stands in the record as it is.
fn own(marker: &BoundaryMarker) -> Texts {
    let kind = word("marker_type", marker.marker_type.as_deref());
    let faces = match marker.faces {
        Some(1) => "单面".to_owned(),
        Some(2) => "双面".to_owned(),
        Some(3) => "三面".to_owned(),
        Some(n) => format!("{n} 面"),
        None => String::new(),
    };
    Texts::from([
        ("界桩编号", marker.number.clone()),
        ("界桩名称", text(marker.name.as_deref())),
        ("界桩类型", format!("{kind}{faces}")),
        ("类型码", text(marker.type_code.as_deref())),
        ("面数", marker.faces.map(|n| n.to_string()).unwrap_or_default()),
        ("材质", word("marker_material", marker.material.as_deref())),
        ("碑文", marker.inscriptions.join("\n")),
        ("甲方所在地", text(marker.place_a.as_deref())),
        ("乙方所在地", text(marker.place_b.as_deref())),
        ("丙方所在地", text(marker.place_c.as_deref())),
        ("高程", number(marker.elevation_m, 2)),
        ("高程基准", text(marker.height_datum.as_deref())),
        ("测量方法", text(marker.survey_method.as_deref())),
        ("测量日期", marker.survey_date.map(|day| day.to_string()).unwrap_or_default()),
        ("点位中误差", number(marker.survey_error_m, 3)),
        ("位置描述", text(marker.position_text.as_deref())),
        ("管理方", word("side", marker.responsible_side.as_deref())),
        ("托管单位", text(marker.custodian.as_deref())),
        ("现状", word("marker_condition", marker.condition.as_deref())),
        ("界线等级", word("division_level", marker.level.as_deref())),
    ])
}

/// Places as the register has them, and as they were received.
fn coordinates(record: &Record, marker: &BoundaryMarker) -> Texts {
    let at = station::point(record);
    let (lon, lat) = at.map(sketch::place_text).unwrap_or_default();
    let plane = at.and_then(plane);
    let mut texts = Texts::from([
        ("东经", lon),
        ("北纬", lat),
        ("纵坐标X", number(plane.map(|(at, _)| at.y), 3)),
        ("横坐标Y", number(plane.map(|(at, _)| at.x), 3)),
        ("带号", plane.map(|(_, zone)| zone.zone.to_string()).unwrap_or_default()),
        ("中央子午线", plane.map(|(_, zone)| format!("{}°", zone.central_meridian())).unwrap_or_default()),
    ]);
    let mut received: Vec<String> = Vec::new();
    if let (Some(lon), Some(lat)) = (marker.received_lon, marker.received_lat) {
        let (lon, lat) = sketch::place_text(Coord { x: lon, y: lat });
        received.push(format!("{lon}，{lat}"));
    }
    if let (Some(x), Some(y)) = (marker.x_m, marker.y_m) {
        let zone = marker.zone.map(|zone| format!("，{zone} 带")).unwrap_or_default();
        received.push(format!("X {x:.3}，Y {y:.3}{zone}"));
    }
    if let (false, Some(datum)) = (received.is_empty(), &marker.datum) {
        received.push(format!("（{datum}）"));
    }
    texts.insert("原始成果", received.join(" "));
    texts
}

/// The place in the 3° zone of CGCS2000.
fn plane(at: Coord) -> Option<(Coord, GaussKruger)> {
    let zone = GaussKruger::at(at.x, ZoneWidth::Three)?;
    let way = Transform::shared(&Crs::REGISTER, &Crs::Epsg(zone.epsg())).ok()?;
    Some((way.coord(at).ok()?, zone))
}

/// The lines that it stands on: names, codes, parties, how far along.
fn lines(snapshot: &Snapshot, record: &Record, marker: &BoundaryMarker, sight: Sight) -> Texts {
    let view = snapshot.layer(Layer::BoundaryLine);
    let found: Vec<(&Record, BoundaryLine)> = marker
        .line_codes
        .iter()
        .filter_map(|code| view.by_code(code).find(|line| sight.sees(line)))
        .filter_map(|line| Some((&**line, line.read().ok()?)))
        .collect();
    let all = |of: &dyn Fn(&Record, &BoundaryLine) -> String| {
        let texts: Vec<String> =
            found.iter().map(|(line, own)| of(line, own)).filter(|text| !text.is_empty()).collect();
        texts.join("\n")
    };
    let along = all(&|line, own| {
        let path = Path::of(line.geometry.as_deref());
        let place = station::point(record).and_then(|at| path.nearest(at));
        place.map(|place| format!("{}：距起点 {:.3} 公里", own.name, place.at_m / 1000.0)).unwrap_or_default()
    });
    let party = |own: Option<&String>| own.cloned().unwrap_or_default();
    let first = found.first().map(|(_, own)| own);
    Texts::from([
        ("所在界线", all(&|_, own| own.name.clone())),
        ("界线代码", marker.line_codes.join("\n")),
        ("沿线位置", along),
        ("甲方", party(first.and_then(|own| own.party_a.as_ref()))),
        ("乙方", party(first.and_then(|own| own.party_b.as_ref()))),
        ("丙方", third(&found)),
    ])
}

/// The division that is no party of the first line but of another: at tri-points.
fn third(found: &[(&Record, BoundaryLine)]) -> String {
    let Some((_, first)) = found.first() else { return String::new() };
    let known = [first.party_a.as_ref(), first.party_b.as_ref()];
    let others = found.iter().flat_map(|(_, own)| [own.party_a.as_ref(), own.party_b.as_ref()]);
    others.flatten().find(|name| !known.contains(&Some(*name))).cloned().unwrap_or_default()
}

fn references(record: &Record, marker: &BoundaryMarker) -> Vec<Texts> {
    let at = station::point(record);
    let row = |(place, object): (usize, &MarkerReference)| {
        let azimuth = object.azimuth_deg.map(objects::azimuth_text).unwrap_or_default();
        let computed = at.and_then(|at| objects::place(at, object.azimuth_deg?, object.distance_m?));
        let computed = computed.map(sketch::place_text).unwrap_or_default();
        Texts::from([
            ("序号", (place + 1).to_string()),
            ("名称", object.object.clone()),
            ("方位角", azimuth),
            ("距离", number(object.distance_m, 1)),
            ("东经", computed.0),
            ("北纬", computed.1),
        ])
    };
    let mut rows: Vec<Texts> = marker.references.iter().enumerate().map(row).collect();
    while rows.len() < LEAST_OBJECTS {
        let mut blank = row((rows.len(), &MarkerReference::default()));
        blank.insert("距离", String::new());
        rows.push(blank);
    }
    rows
}

/// Who answers for the survey and who signed, by side.
fn signatures(marker: &BoundaryMarker) -> Texts {
    let of = |side: &str, role: &str| {
        let found = marker.signatures.iter().find(|own| own.side == side && own.role == role);
        found.map(|own| (own.name.clone(), own.date.clone())).unwrap_or_default()
    };
    let mut texts = Texts::new();
    let names = [
        ("a", "technician", "甲方技术负责人", "甲方技术日期"),
        ("b", "technician", "乙方技术负责人", "乙方技术日期"),
        ("c", "technician", "丙方技术负责人", "丙方技术日期"),
        ("a", "office", "甲方签字人", "甲方签字日期"),
        ("b", "office", "乙方签字人", "乙方签字日期"),
        ("c", "office", "丙方签字人", "丙方签字日期"),
    ];
    for (side, role, name, date) in names {
        let (who, day) = of(side, role);
        texts.insert(name, who);
        texts.insert(date, day);
    }
    texts
}
