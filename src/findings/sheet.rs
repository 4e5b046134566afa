//! Findings as rows of a table, in the language of whoever reads it.

use serde_json::Value as Json;

use super::{CheckFinding, severity_title};
use crate::model::{Bilingual, FieldKind, Language};

/// Name on the wire, Chinese, English and kind of each column.
const COLUMNS: [(&str, &str, &str, FieldKind); 16] = [
    ("rule", "规则", "Rule", FieldKind::Text),
    ("title", "规则名称", "Title", FieldKind::Text),
    ("article", "依据", "Article", FieldKind::Text),
    ("basis", "条文", "Basis", FieldKind::Text),
    ("severity", "轻重", "Severity", FieldKind::Text),
    ("layer", "图层", "Layer", FieldKind::Text),
    ("code", "代码", "Code", FieldKind::Text),
    ("name", "名称", "Name", FieldKind::Text),
    ("what", "问题", "What is wrong", FieldKind::Text),
    ("area_m2", "面积(平方米)", "Area (m²)", FieldKind::Real),
    ("width_m", "宽(米)", "Width (m)", FieldKind::Real),
    ("remedy", "处理办法", "What to do", FieldKind::Text),
    ("evidence", "所据数值", "Evidence", FieldKind::Text),
    ("lon", "经度", "Longitude", FieldKind::Real),
    ("lat", "纬度", "Latitude", FieldKind::Real),
    ("id", "问题编号", "Id of the finding", FieldKind::Text),
];

/// The columns: name, title, kind.
pub fn columns(language: Language) -> Vec<(&'static str, &'static str, FieldKind)> {
    let title = |zh, en| if language == Language::Zh { zh } else { en };
    COLUMNS.into_iter().map(|(name, zh, en, kind)| (name, title(zh, en), kind)).collect()
}

/// The cells of a finding.
pub fn row(finding: &CheckFinding, language: Language) -> Vec<Json> {
    let say = |text: &Bilingual| Json::from(text.get(language));
    let basis = match finding.basis {
        "read" => Bilingual::new("已核", "read"),
        _ => Bilingual::new("待核定", "assumed"),
    };
    vec![
        Json::from(finding.rule.as_str()),
        say(&finding.title),
        say(&finding.article),
        say(&basis),
        say(&severity_title(finding.severity)),
        say(&finding.layer_title()),
        Json::from(finding.code.as_deref()),
        Json::from(finding.name.as_deref()),
        say(&finding.what),
        finding.area_m2.map_or(Json::Null, Json::from),
        finding.width_m.map_or(Json::Null, Json::from),
        say(&finding.remedy),
        Json::from(finding.evidence.as_deref()),
        finding.at.map_or(Json::Null, |at| Json::from(at[0])),
        finding.at.map_or(Json::Null, |at| Json::from(at[1])),
        Json::from(finding.id.as_str()),
    ]
}
