//! New facilities, and planned ones that are opened.

use super::{Asking, Choice, Gain, choice};
use crate::access::circle::question::Misshapen;
use crate::access::circle::siting::{Candidates, From, candidates, pairs};
use crate::access::ground::Costs;
use crate::model::Bilingual;

/// A new facility in each compound where people live.
pub fn new(asking: &Asking<'_>, costs: &Costs) -> Result<Vec<Choice>, Misshapen> {
    Ok(facilities(asking, From::Compounds, ("add", costs.add)))
}

/// What is planned, being built or closed.
pub fn planned(asking: &Asking<'_>, costs: &Costs) -> Result<Vec<Choice>, Misshapen> {
    Ok(facilities(asking, From::Planned, ("run", costs.run)))
}

fn facilities(asking: &Asking<'_>, from: From, (kind, cost): (&'static str, f64)) -> Vec<Choice> {
    let wanted = Candidates { from, ..Candidates::default() };
    // No candidate of a kind is no error here.
    let found = candidates(asking.ground, asking.reach, &wanted).unwrap_or_default();
    let Some(near) = pairs(asking.paced, &found, asking.limit_s(), asking.go_on) else { return Vec::new() };
    let title = &asking.reach.asked[0].service.title;
    let (zh, en) = if kind == "run" { ("启用", "open") } else { ("新设", "new") };
    let one = |(candidate, near): (crate::access::circle::Candidate, &Vec<(u32, f32)>)| {
        let gains = asking.beyond(near.iter().map(|(home, _)| *home));
        let name = &candidate.site.name;
        let title = Bilingual::new(
            format!("{zh}{}（{name}）", title.zh),
            format!("{en} {} ({name})", title.en.to_lowercase()),
        );
        choice((kind, Gain::Reached), title, candidate.site.at, (gains, cost), candidate.change)
    };
    found.into_iter().zip(&near).map(one).collect()
}
