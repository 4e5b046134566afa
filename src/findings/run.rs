//! Checks of any kind, run by their rules.

use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};

use super::{Found, Noticed};
use crate::model::Date;
use crate::rules::{Rule, Rules, RulesError};

/// Runs the checks whose rules are wanted and apply on a day, on all cores: `look` carries one out. Findings by rule,
/// layer, code, record and id.
pub fn run<C: Sync>(
    checks: &[C],
    (rules, day): (&Rules, Date),
    rule_of: impl Fn(&C) -> &'static str + Sync,
    wanted: &(dyn Fn(&str) -> bool + Sync),
    look: impl Fn(&C, &Rule, &mut Found) -> Result<(), RulesError> + Sync,
) -> Result<Vec<Noticed>, RulesError> {
    let found: Vec<Vec<Noticed>> = checks
        .par_iter()
        .filter(|check| wanted(rule_of(check)))
        .map(|check| {
            let Some(rule) = rules.on(rule_of(check), day) else { return Ok(Vec::new()) };
            let mut found = Found::of(rule);
            look(check, rule, &mut found)?;
            Ok(found.into_noticed())
        })
        .collect::<Result<_, RulesError>>()?;
    let mut found: Vec<Noticed> = found.into_iter().flatten().collect();
    found.sort_by(|a, b| a.order().cmp(&b.order()));
    Ok(found)
}
