//! B01 · Decree 353, Arts. 2, 5 and 13: a line has two parties, an approver, an agreement, a map and markers.
//! Lines of communities and grids are no administrative boundaries.

use serde::Deserialize;

use super::{Check, Found, Line, Scene};
use crate::model::Layer;
use crate::model::layers::DivisionLevel;
use crate::rules::{Rule, RulesError};

/// The check.
pub const CHECK: Check = Check { rule: "B01", run };

#[derive(Deserialize)]
struct Parameters {
    required_county: Vec<String>,
    required_township: Vec<String>,
    markers_from: usize,
}

fn run(scene: &Scene<'_>, rule: &Rule, found: &mut Found) -> Result<(), RulesError> {
    let wanted: Parameters = rule.parameters()?;
    for line in scene.lines() {
        if line.level().is_some_and(|level| level > DivisionLevel::Township) {
            found.push(
                line.notice(
                    "社区、小组和网格的管辖范围不是行政区域界线，不应登记为界线",
                    "limits of communities, groups and grids are no administrative boundaries",
                )
                .field("level"),
            );
            continue;
        }
        let required = if line.is_county_up() { &wanted.required_county } else { &wanted.required_township };
        missing(line, required, found);
        parties(scene, line, found);
        let markers = scene.markers_of(line.code()).count();
        if line.is_county_up() && markers < wanted.markers_from {
            let (zh, en) = (
                format!("界线只登记了 {markers} 颗界桩，至少应有 {} 颗", wanted.markers_from),
                format!("the line has {markers} markers, at least {} are expected", wanted.markers_from),
            );
            found.push(line.notice(zh, en).field("marker_count"));
        }
    }
    Ok(())
}

fn missing(line: &Line<'_>, required: &[String], found: &mut Found) {
    let has = |field: &str| line.record.get(field).is_some();
    let lacking: Vec<&String> = required.iter().filter(|fields| !fields.split('|').any(&has)).collect();
    if lacking.is_empty() {
        return;
    }
    let def = Layer::BoundaryLine.def();
    let words = |separator: (&str, &str)| {
        let one = |fields: &&String| {
            let titles: Vec<_> = fields.split('|').map(|field| def.field_title(field)).collect();
            let zh: Vec<&str> = titles.iter().map(|title| title.zh.as_str()).collect();
            let en: Vec<&str> = titles.iter().map(|title| title.en.as_str()).collect();
            (zh.join("或"), en.join(" or "))
        };
        let (zh, en): (Vec<_>, Vec<_>) = lacking.iter().map(one).unzip();
        (zh.join(separator.0), en.join(separator.1))
    };
    let (zh, en) = words(("、", ", "));
    let names: Vec<&str> = lacking.iter().map(|fields| fields.as_str()).collect();
    let notice = line.notice(format!("界线缺少：{zh}"), format!("the line lacks: {en}"));
    found.push(notice.evidence(names.join(" ")));
}

/// Two different parties that are known and of the line's level.
fn parties(scene: &Scene<'_>, line: &Line<'_>, found: &mut Found) {
    let Some(fields) = line.fields() else { return };
    let codes = [("party_a_code", &fields.party_a_code), ("party_b_code", &fields.party_b_code)];
    if let [(_, Some(a)), (_, Some(b))] = codes
        && a == b
    {
        let notice = line.notice("界线的双方是同一政区", "both parties are one division");
        found.push(notice.field("party_b_code").evidence(b.as_str()));
        return;
    }
    for (field, code) in codes {
        let Some(code) = code.as_deref() else { continue };
        let Some(party) = scene.division(code) else { continue };
        let level = party.text("level").and_then(DivisionLevel::from_code);
        if level.is_some() && line.level().is_some() && level != line.level() {
            let (zh, en) = (
                format!("界线等级与一方政区（{code}）的级别不符"),
                format!("the line's level is not that of its party {code}"),
            );
            found.push(line.notice(zh, en).field(field).with(party));
        }
    }
}
