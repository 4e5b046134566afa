//! Facilities that are full, made larger: the households within their reach that there is no place for now.

use super::{Asking, Choice, Gain, choice};
use crate::access::circle::lists::loads;
use crate::access::circle::question::{Change, Misshapen};
use crate::access::ground::Costs;
use crate::model::Bilingual;

/// Every facility whose capacity is below what its neighbourhood needs, extended by what is missing.
pub fn all(asking: &Asking<'_>, costs: &Costs) -> Result<Vec<Choice>, Misshapen> {
    let (ground, reach) = (asking.ground, asking.reach);
    let Some(measure) = reach.asked[0].service.capacity.as_ref() else { return Ok(Vec::new()) };
    let each = if measure.field == "floor_area_m2" { costs.extend_per_m2 } else { costs.extend_per_place };
    let mut choices = Vec::new();
    for load in loads(ground, reach) {
        let site = &reach.situation.sites[0].counting[load.site];
        let more = (load.needed - load.capacity).ceil();
        let Some(facility) = site.facility.filter(|_| more > 0.0) else { continue };
        let change = Change::Extend { facility: ground.facilities[facility].id().to_string(), by: more };
        let title = Bilingual::new(
            format!("扩建{}，增加 {more} {}", site.name, measure.unit.zh),
            format!("extend {} by {more} {}", site.name, measure.unit.en),
        );
        choices.push(choice(
            ("extend", Gain::Served),
            title,
            site.at,
            (load.short_households, more * each),
            change,
        ));
    }
    Ok(choices)
}
