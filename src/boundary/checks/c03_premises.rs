//! C03 · premises of communities: so many square metres at least, and so many to a hundred households.

use serde::Deserialize;

use super::communities::{Counts, about, communities, number};
use super::{Check, Found, Scene};
use crate::model::Bilingual;
use crate::rules::{Rule, RulesError};

/// The check.
pub const CHECK: Check = Check { rule: "C03", run };

#[derive(Deserialize)]
struct Parameters {
    least_m2: f64,
    per_100_m2: f64,
    counts: Vec<String>,
}

fn run(scene: &Scene<'_>, rule: &Rule, found: &mut Found) -> Result<(), RulesError> {
    let wanted: Parameters = rule.parameters()?;
    let mut known = None;
    for record in communities(scene) {
        // Premises that nobody entered are unknown, not missing.
        let Some(m2) = number(record, "premises_m2") else { continue };
        let what = if m2 < wanted.least_m2 {
            let least = wanted.least_m2;
            Bilingual::new(
                format!("办公服务用房 {m2:.0} 平方米，不足 {least:.0} 平方米"),
                format!("premises of {m2:.0} m², less than {least:.0} m²"),
            )
        } else {
            let known = known.get_or_insert_with(|| Counts::of(scene));
            let Some(count) = known.get(record, &wanted.counts).filter(|count| count.number > 0) else {
                continue;
            };
            let per_100 = m2 * 100.0 / count.number as f64;
            if per_100 >= wanted.per_100_m2 {
                continue;
            }
            let (words, least) = (count.words(), wanted.per_100_m2);
            Bilingual::new(
                format!(
                    "办公服务用房 {m2:.0} 平方米，{}，每百户 {per_100:.1} 平方米，不足 {least:.0} 平方米",
                    words.zh
                ),
                format!(
                    "premises of {m2:.0} m² for {}: {per_100:.1} m² to a hundred, less than {least:.0}",
                    words.en
                ),
            )
        };
        found.push(about(record, what).field("premises_m2").evidence(format!("{m2:.1}")));
    }
    Ok(())
}
