//! F02 · facilities are as large as their kind asks, and the radius on record is no longer than its standard.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Check, Scene};
use crate::findings::{Found, Notice};
use crate::rules::{Rule, RulesError};

/// The check.
pub const CHECK: Check = Check { rule: "F02", run };

#[derive(Deserialize)]
struct Parameters {
    area_m2: Vec<String>,
    radius_m: Vec<String>,
}

/// `kind=number` each; what is no such text says nothing.
fn by_kind(texts: &[String]) -> BTreeMap<&str, f64> {
    let pair = |text: &String| text.split_once('=').map(|(kind, _)| kind.len());
    texts
        .iter()
        .filter_map(|text| {
            let at = pair(text)?;
            let number = text[at + 1..].trim().parse::<f64>().ok().filter(|number| number.is_finite())?;
            Some((text[..at].trim(), number))
        })
        .collect()
}

fn run(scene: &Scene<'_>, rule: &Rule, found: &mut Found) -> Result<(), RulesError> {
    let wanted: Parameters = rule.parameters()?;
    let (areas, radii) = (by_kind(&wanted.area_m2), by_kind(&wanted.radius_m));
    for facility in scene.ground.facilities.iter().filter(|facility| facility.status == "running") {
        let Some(kind) = facility.record.text("kind") else { continue };
        let number = |field: &str| facility.number(field);
        if let (Some(least), Some(own)) = (areas.get(kind), number("floor_area_m2"))
            && own < *least
        {
            let zh = format!("建筑面积 {own:.0} 平方米，标准不小于 {least:.0} 平方米");
            let en = format!("floor area {own:.0} m², the standard is {least:.0} m² at least");
            found.push(Notice::new(&facility.record, zh, en).field("floor_area_m2"));
        }
        if let (Some(most), Some(own)) = (radii.get(kind), number("radius_m"))
            && own > *most
        {
            let zh = format!("登记的服务半径 {own:.0} 米，标准不大于 {most:.0} 米");
            let en = format!("radius on record {own:.0} m, the standard is {most:.0} m at most");
            found.push(Notice::new(&facility.record, zh, en).field("radius_m"));
        }
    }
    Ok(())
}
