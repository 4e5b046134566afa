//! F03 · who is beyond reach: compounds and villages, and homes in no compound by community, most elders first.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Check, Scene};
use crate::findings::{Found, Notice};
use crate::model::Layer;
use crate::rules::{Rule, RulesError};

/// The check.
pub const CHECK: Check = Check { rule: "F03", run };

#[derive(Deserialize)]
struct Parameters {
    target: String,
    most: usize,
    fewest: f64,
}

/// Homes beyond reach in one place.
#[derive(Clone, Copy, Debug, Default)]
struct Beyond {
    households: f64,
    elders: f64,
    /// minutes of the nearest of them
    minutes: Option<f64>,
}

fn run(scene: &Scene<'_>, rule: &Rule, found: &mut Found) -> Result<(), RulesError> {
    let wanted: Parameters = rule.parameters()?;
    let Some((target, _, reach)) = scene.reached(&wanted.target) else { return Ok(()) };
    let (ground, mut places) = (scene.ground, BTreeMap::<(Layer, _), Beyond>::new());
    for (number, home) in ground.homes.all.iter().enumerate().filter(|(number, _)| !reach.covered[*number]) {
        let place = match (home.yard, home.community) {
            (Some(yard), _) => (Layer::Compound, ground.yards.yards[yard as usize].id),
            (None, Some(community)) => (Layer::Division, ground.units.communities[community as usize].id),
            (None, None) => continue,
        };
        let beyond = places.entry(place).or_default();
        beyond.households += home.households;
        beyond.elders += home.elders;
        let minutes = reach.minutes(number);
        beyond.minutes = beyond.minutes.into_iter().chain(minutes).reduce(f64::min);
    }
    let mut places: Vec<_> = places.into_iter().collect();
    places.sort_by(|(a, x), (b, y)| {
        y.elders.total_cmp(&x.elders).then(y.households.total_cmp(&x.households)).then(a.cmp(b))
    });
    for ((layer, id), beyond) in places.into_iter().take(wanted.most) {
        let Some(record) = scene.record(layer, id) else { continue };
        let few = beyond.households < wanted.fewest;
        let (zh_who, en_who) = if few {
            let fewest = wanted.fewest;
            (format!("不足 {fewest:.0} 户"), format!("fewer than {fewest:.0} households"))
        } else {
            let (households, elders) = (beyond.households, beyond.elders);
            (
                format!("{households:.0} 户、60 岁以上 {elders:.0} 人"),
                format!("{households:.0} households, {elders:.0} people of 60 and more"),
            )
        };
        let (zh_way, en_way) = match beyond.minutes {
            Some(minutes) => {
                (format!("最近的也要走 {minutes:.0} 分钟"), format!("{minutes:.0} minutes at the least"))
            }
            None => ("没有路走到".to_owned(), "no way there".to_owned()),
        };
        let at = record.geometry.as_deref().and_then(crate::model::geometry::bounds).map(|b| b.center());
        let notice = Notice::new(
            record,
            format!("{}：{zh_who}走不到，{zh_way}", target.title.zh),
            format!("{}: {en_who} beyond reach, {en_way}", target.title.en),
        );
        found.push(match at {
            Some(at) => notice.at(at),
            None => notice,
        });
    }
    Ok(())
}
