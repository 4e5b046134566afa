//! The law's checks on names (地名核查): one file each, named after its rule.
//!
//! A check looks at the names of a [`Scene`], be they those of a register or one that is proposed, and says what it
//! finds about each, beside all other names of the [`Inventory`]. Where a rule is a question for people
//! (`person_decides`), a decision with its reason and its person, kept with the record, settles it.

mod class;
mod conflict;
mod entry;
mod free;
mod inventory;
mod lines;
mod n01_parts;
mod n02_duplicate;
mod n03_homophone;
mod n04_rare;
mod n05_script;
mod n06_figures;
mod n07_large;
mod n08_foreign;
mod n09_persons;
mod n10_companies;
mod n11_borrowed;
mod n12_size;
mod n13_form;
mod n14_local;
mod n15_alike;
mod n16_old;
mod n17_papers;
mod n18_approver;
mod n19_clocks;
mod n20_spelling;
mod n21_position;
mod propose;
mod scene;
mod text;
mod within;

pub use class::NameClass;
pub use entry::{Entry, Standing};
pub use inventory::Inventory;
pub use propose::{Finding, Met, Proposed, propose};
pub use scene::{Decision, Measures, Proposal, Scene};
pub(super) use text::compared;

use std::collections::{HashMap, HashSet};

use super::spelling::Terms;
use super::{NamesError, plates};
use crate::findings::{self, Found, Noticed};
use crate::model::{Date, Layer, Record, RecordId};
use crate::rules::{ParameterValue, Rule, Rules, RulesError};
use crate::snapshot::Snapshot;
use entry::Reader;

/// Why names could not be checked.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// a word list cannot be used
    #[error(transparent)]
    Names(#[from] NamesError),
    /// a rule cannot be used
    #[error(transparent)]
    Rules(#[from] RulesError),
}

/// One check.
pub struct Check {
    /// the rule that it checks
    pub rule: &'static str,
    /// looks at the names in scope and says what it finds about them
    pub run: fn(&Scene<'_>, &Rule, &mut Found) -> Result<(), RulesError>,
}

/// All checks on names, by rule.
pub const ALL: &[Check] = &[
    n01_parts::CHECK,
    n02_duplicate::CHECK,
    n03_homophone::CHECK,
    n04_rare::CHECK,
    n05_script::CHECK,
    n06_figures::CHECK,
    n07_large::CHECK,
    n08_foreign::CHECK,
    n09_persons::CHECK,
    n10_companies::CHECK,
    n11_borrowed::CHECK,
    n12_size::CHECK,
    n13_form::CHECK,
    n14_local::CHECK,
    n15_alike::CHECK,
    n16_old::CHECK,
    n17_papers::CHECK,
    n18_approver::CHECK,
    n19_clocks::CHECK,
    n20_spelling::CHECK,
    n21_position::CHECK,
];

/// Runs the checks that are wanted and whose rules apply on the scene's day; without what people have settled.
pub fn run(
    scene: &Scene<'_>,
    rules: &Rules,
    wanted: &(dyn Fn(&str) -> bool + Sync),
) -> Result<Vec<Noticed>, RulesError> {
    findings::run(
        ALL,
        (rules, scene.day),
        |check| check.rule,
        wanted,
        |check, rule, found| {
            (check.run)(scene, rule, found)?;
            if is_for_people(rule) {
                let settled = settled(scene, &rule.id);
                found.retain(|one| !settled.contains_key(&(one.layer, one.id)));
            }
            Ok(())
        },
    )
}

/// All findings about the names, signs and plates of a register on a day, by rule, record and id; only those of the
/// rules that are wanted.
pub fn of_register(
    (snapshot, inventory): (&Snapshot, &Inventory),
    day: Date,
    rules: &Rules,
    wanted: &(dyn Fn(&str) -> bool + Sync),
) -> Result<Vec<Noticed>, CheckError> {
    let scene = Scene::of((snapshot, inventory), day, rules)?;
    let mut found = run(&scene, rules, wanted)?;
    found.extend(plates::run(&plates::Streets::of(snapshot, day), rules, wanted)?);
    found.sort_by(|a, b| a.order().cmp(&b.order()));
    Ok(found)
}

/// The findings about the names of some records, or of the places that they are of, beside all others.
pub fn of_records(
    (snapshot, inventory): (&Snapshot, &Inventory),
    day: Date,
    rules: &Rules,
    wanted: &HashSet<(Layer, RecordId)>,
) -> Result<Vec<Noticed>, CheckError> {
    let mut scene = Scene::of((snapshot, inventory), day, rules)?;
    let of = |record: &Record| wanted.contains(&(record.layer, record.id));
    scene.subjects.retain(|subject| of(subject.record) || of(subject.bearer));
    Ok(run(&scene, rules, &|_| true)?)
}

/// Whether records of a layer have names that the law is about.
pub fn are_named(layer: Layer) -> bool {
    Reader::LAYERS.contains(&layer)
}

/// The rules that [`of_register`] checks by.
pub fn checked_rules() -> impl Iterator<Item = &'static str> {
    ALL.iter().map(|check| check.rule).chain(plates::ALL.iter().map(|check| check.rule))
}

/// The layers whose records these findings depend on.
pub fn depends_on(layer: Layer) -> bool {
    Reader::LAYERS.contains(&layer) || matches!(layer, Layer::Sign | Layer::DoorPlate)
}

/// The specific part of a name.
pub(super) fn specific(
    name: &str,
    class: NameClass,
    terms: Result<&Terms, NamesError>,
) -> Result<Option<String>, NamesError> {
    let (specific, _) = text::parts(name, class, terms?, text::further());
    Ok(Some(specific).filter(|specific| !specific.is_empty()))
}

/// Whether a rule is a question that a person may settle.
pub fn is_for_people(rule: &Rule) -> bool {
    rule.parameters.get("person_decides").is_some_and(|one| one.value == ParameterValue::Bool(true))
}

/// The records about which people have decided under a rule.
fn settled(scene: &Scene<'_>, rule: &str) -> HashMap<(Layer, RecordId), Decision> {
    let mut settled = HashMap::new();
    for subject in &scene.subjects {
        if subject.record.extra.is_none() && subject.proposal.is_none() {
            continue;
        }
        let decision = subject.decisions().into_iter().find(|one| one.rule == rule && one.is_whole());
        if let Some(decision) = decision {
            settled.insert((subject.record.layer, subject.record.id), decision);
        }
    }
    settled
}

#[cfg(test)]
mod tests;
