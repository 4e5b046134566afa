//! C01 · size of communities: the households of a community are within the band of the profile.

use serde::Deserialize;

use super::communities::{Counts, about, communities};
use super::{Check, Found, Scene};
use crate::model::Bilingual;
use crate::rules::{Rule, RulesError};

/// The check.
pub const CHECK: Check = Check { rule: "C01", run };

#[derive(Deserialize)]
struct Parameters {
    least: i64,
    most: i64,
    counts: Vec<String>,
}

fn run(scene: &Scene<'_>, rule: &Rule, found: &mut Found) -> Result<(), RulesError> {
    let Parameters { least, most, counts } = rule.parameters()?;
    let mut known = None;
    for record in communities(scene) {
        let known = known.get_or_insert_with(|| Counts::of(scene));
        let Some(count) = known.get(record, &counts) else { continue };
        let (zh, en) = if count.number > most {
            (format!("超过上限 {most} 户"), format!("more than {most}"))
        } else if count.number < least {
            (format!("不足下限 {least} 户"), format!("fewer than {least}"))
        } else {
            continue;
        };
        let words = count.words();
        let what = Bilingual::new(format!("{}，{zh}", words.zh), format!("{}: {en}", words.en));
        found.push(about(record, what).evidence(format!("{} {}", count.kind, count.number)));
    }
    Ok(())
}
