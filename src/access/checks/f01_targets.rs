//! F01 · coverage reaches the plan's targets, each as it is defined; the district's and the subdistricts'.

use serde::Deserialize;

use super::{Check, Scene};
use crate::access::Share;
use crate::access::circle::{By, Definition, Figures, Part, Question, Reach, by_unit, figures};
use crate::access::circle::{Level, UnitFigures};
use crate::findings::{Found, Notice};
use crate::model::{Layer, Record};
use crate::rules::{Rule, RulesError};

/// The check.
pub const CHECK: Check = Check { rule: "F01", run };

#[derive(Deserialize)]
struct Parameters {
    targets: Vec<String>,
    streets: bool,
}

fn figure(figures: &Figures, word: &str) -> Part {
    match word {
        "residents" => figures.residents,
        "elders" => figures.elders,
        "buildings" => figures.buildings,
        "area_m2" => figures.area_m2,
        "units" => figures.units,
        _ => figures.households,
    }
}

fn of_unit(unit: &UnitFigures, word: &str) -> Part {
    match word {
        "residents" => unit.residents,
        "elders" => unit.elders,
        _ => unit.households,
    }
}

fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| "—".to_owned(), |share| format!("{:.1}%", share * 100.0))
}

/// The district that communities belong to.
fn district<'a>(scene: &Scene<'a>) -> Option<&'a Record> {
    let community = scene.ground.units.communities.first()?;
    let day = scene.ground.scope.day;
    let mut divisions = scene.snapshot.layer(Layer::Division).iter();
    let found = divisions.find(|record| {
        let code = record.code.as_deref();
        record.valid.contains(day)
            && record.text("level") == Some("county")
            && code.is_some_and(|code| !code.is_empty() && community.code.starts_with(code))
    });
    found.map(|record| &**record)
}

fn run(scene: &Scene<'_>, rule: &Rule, found: &mut Found) -> Result<(), RulesError> {
    let wanted: Parameters = rule.parameters()?;
    let ground = scene.ground;
    for id in &wanted.targets {
        let Some((target, question, reach)) = scene.reached(id) else { continue };
        let (all, share) = (figures(ground, &reach), target.share);
        let reached = figure(&all, &target.figure);
        let below = |part: Part| part.share.is_some_and(|own| own < share);
        if let (Some(record), true) = (district(scene), below(reached)) {
            let straight = Reach::of(ground, &Question { measure: By::Straight, ..question.clone() });
            let straight = straight.map(|reach| figure(&figures(ground, &reach), &target.figure));
            let straight = percent(straight.ok().and_then(|part| part.share));
            let definition = Definition::of(ground, &question, &reach);
            let missing = Share::of(share * reached.of - reached.covered, 1.0).0.unwrap_or(0.0);
            let [own, goal, households, people, elders, area, units] = [
                reached.share,
                Some(share),
                all.households.share,
                all.residents.share,
                all.elders.share,
                all.area_m2.share,
                all.units.share,
            ]
            .map(percent);
            let zh = format!(
                "{}：{own}，目标 {goal}，还差 {missing:.0}；户数 {households}，人口 {people}，60 岁以上 {elders}，住宅面积 {area}，有设施的社区 {units}；直线距离为 {straight}，仅供比较。口径：{}",
                target.title.zh, definition.zh,
            );
            let en = format!(
                "{}: {own}, target {goal}, {missing:.0} missing; households {households}, people {people}, of 60 and more {elders}, floor area of homes {area}, communities with a facility {units}; in a straight line {straight}, for comparison only. Definition: {}",
                target.title.en, definition.en,
            );
            found.push(Notice::new(record, zh, en).evidence(format!("{id} {}", definition.key)));
        }
        if !wanted.streets {
            continue;
        }
        let streets = by_unit(ground, &reach, None, Level::Street);
        for (unit, own) in ground.units.streets.iter().zip(&streets) {
            let part = of_unit(own, &target.figure);
            let Some(record) = scene.record(Layer::Division, unit.id).filter(|_| below(part)) else {
                continue;
            };
            let (reached, wanted) = (percent(part.share), percent(Some(share)));
            found.push(
                Notice::new(
                    record,
                    format!("{}：{reached}，目标 {wanted}", target.title.zh),
                    format!("{}: {reached}, target {wanted}", target.title.en),
                )
                .evidence(format!("{id} {}", unit.code)),
            );
        }
    }
    Ok(())
}
