//! C02 · size of communities: a community is no smaller than the profile says.

use serde::Deserialize;

use super::communities::{about, communities};
use super::{Check, Found, Scene};
use crate::crs::geodesic;
use crate::model::Bilingual;
use crate::rules::{Rule, RulesError};

/// The check.
pub const CHECK: Check = Check { rule: "C02", run };

#[derive(Deserialize)]
struct Parameters {
    least_km2: f64,
}

fn run(scene: &Scene<'_>, rule: &Rule, found: &mut Found) -> Result<(), RulesError> {
    let Parameters { least_km2 } = rule.parameters()?;
    for record in communities(scene) {
        let Some(ground) = record.geometry.as_deref() else { continue };
        let km2 = geodesic::area_m2(ground) / 1e6;
        if km2 > 0.0 && km2 < least_km2 {
            let what = Bilingual::new(
                format!("辖区面积 {km2:.3} 平方千米，不足 {least_km2} 平方千米"),
                format!("its area is {km2:.3} km², less than {least_km2} km²"),
            );
            found.push(about(record, what).evidence(format!("{km2:.4}")));
        }
    }
    Ok(())
}
