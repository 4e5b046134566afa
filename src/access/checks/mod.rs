//! Checks of service circles: one file each, named after its rule. They look at a whole register, since one facility
//! serves many homes; figures are those of the desk, with their definitions.

mod f01_targets;
mod f02_standards;
mod f03_beyond;

use super::circle::{Misshapen, Question, Reach};
use super::ground::Ground;
use super::{Limit, Target, services};
use crate::findings::{Found, Noticed};
use crate::model::{Layer, Record, RecordId};
use crate::rules::{Rule, Rules, RulesError};
use crate::snapshot::Snapshot;

/// What is looked at.
pub struct Scene<'a> {
    /// the register
    pub snapshot: &'a Snapshot,
    /// its ground: day, class of records, count of households
    pub ground: &'a Ground,
}

/// One check.
pub struct Check {
    /// the rule that it checks
    pub rule: &'static str,
    /// looks and says what it finds
    pub run: fn(&Scene<'_>, &Rule, &mut Found) -> Result<(), RulesError>,
}

/// All checks, by rule.
pub const ALL: &[Check] = &[f01_targets::CHECK, f02_standards::CHECK, f03_beyond::CHECK];

/// Runs the checks that are wanted and whose rules apply on the ground's day; findings by rule, each rule's in its own
/// order: those beyond reach with most people of 60 and more first.
pub fn run(
    scene: &Scene<'_>,
    rules: &Rules,
    wanted: &(dyn Fn(&str) -> bool + Sync),
) -> Result<Vec<Noticed>, RulesError> {
    let found: Vec<Vec<Noticed>> = ALL
        .iter()
        .filter(|check| wanted(check.rule))
        .map(|check| {
            let Some(rule) = rules.on(check.rule, scene.ground.scope.day) else { return Ok(Vec::new()) };
            let mut found = Found::of(rule);
            (check.run)(scene, rule, &mut found)?;
            Ok(found.into_noticed())
        })
        .collect::<Result<_, RulesError>>()?;
    Ok(found.into_iter().flatten().collect())
}

impl Scene<'_> {
    /// A record on the ground's day.
    fn record(&self, layer: Layer, id: RecordId) -> Option<&Record> {
        let versions = self.snapshot.layer(layer).versions(id);
        versions.map(|record| &**record).find(|record| record.valid.contains(self.ground.scope.day))
    }

    /// What a target asks, and what is reached; none where there is no such target.
    fn reached(&self, id: &str) -> Option<(&'static Target, Question, Reach)> {
        let target = services().targets.iter().find(|target| target.id == id)?;
        let question = question_of(target);
        let reach: Result<Reach, Misshapen> = Reach::of(self.ground, &question);
        Some((target, question, reach.ok()?))
    }
}

/// The question that a target means.
pub fn question_of(target: &Target) -> Question {
    let (minutes, metres) = match target.limit {
        Some(Limit::Minutes(minutes)) => (Some(minutes), None),
        Some(Limit::Metres(metres)) => (None, Some(metres)),
        None => (None, None),
    };
    Question {
        class: target.class.clone(),
        profile: target.profile.clone(),
        minutes,
        metres,
        ..Question::default()
    }
}

#[cfg(test)]
mod tests;
