//! Names like one that does not pass, which would: with a direction, another generic term of the class, or the
//! name of what lies near by.

use std::collections::BTreeSet;

use super::class::NameClass;
use super::scene::{Proposal, Scene, record_of};
use super::{CheckError, Standing, run};
use crate::model::{Secrecy, Severity};
use crate::rules::Rules;

/// Candidates that are tried at most, and how far names near by may be.
const TRIED: usize = 60;
const NEAR_M: f64 = 1_500.0;

/// Generic terms that stand for one another.
const fn generics(class: NameClass) -> &'static [&'static str] {
    match class {
        NameClass::Street => &["路", "街", "巷"],
        NameClass::Estate => &["小区", "家园", "苑"],
        NameClass::Building => &["大厦", "楼"],
        _ => &[],
    }
}

/// The best names that pass, those nearest to the proposal first.
pub fn names(
    scene: &Scene<'_>,
    proposal: &Proposal,
    rules: &Rules,
    (wanted, show): (usize, Secrecy),
) -> Result<Vec<String>, CheckError> {
    let Some(subject) = scene.subjects.first() else { return Ok(Vec::new()) };
    let generic = match (subject.generic.as_str(), generics(subject.class)) {
        ("", [first, ..]) => first,
        (generic, _) => generic,
    };
    let specific = &subject.specific;
    let mut candidates: Vec<String> = Vec::new();
    for direction in ["东", "西", "南", "北", "新"] {
        candidates.push(format!("{specific}{direction}{generic}"));
    }
    candidates.extend(generics(subject.class).iter().map(|other| format!("{specific}{other}")));
    // Old names of the place first, then what lies near by.
    let seen = |nth: &u32| scene.record(*nth).is_some_and(|record| record.secrecy <= show);
    let near: Vec<&super::Entry> = subject
        .at()
        .map(|at| {
            let near = scene.inventory.near(at, NEAR_M).filter(seen);
            near.map(|nth| scene.inventory.entry(nth)).collect()
        })
        .unwrap_or_default();
    let local = |entry: &&&super::Entry| {
        let old = matches!(entry.standing_on(scene.day), Standing::Former | Standing::Historic);
        old || matches!(entry.class, NameClass::Water | NameClass::Land | NameClass::Village)
    };
    let mut names: BTreeSet<(bool, String)> = BTreeSet::new();
    for entry in near.iter().filter(local) {
        let further = super::text::further();
        let (stem, _) = super::text::parts(&entry.name, entry.class, scene.terms, further);
        let stem = if stem.chars().count() < 2 { entry.name.to_string() } else { stem };
        names.insert((entry.standing.counts(), format!("{stem}{generic}")));
    }
    candidates.extend(names.into_iter().map(|(_, name)| name));
    let mut free: Vec<String> = Vec::new();
    for name in candidates.into_iter().filter(|name| *name != subject.name).take(TRIED) {
        if free.len() >= wanted {
            break;
        }
        if free.contains(&name) {
            continue;
        }
        let other =
            Proposal { name: name.clone(), class: Some(subject.class), roman: None, ..proposal.clone() };
        let record = record_of(&other);
        let scene = Scene::proposing((scene.snapshot, scene.inventory), scene.day, rules, (&other, &record))?;
        // Papers and approver are the application's, not the name's.
        let found = run(&scene, rules, &|rule| !matches!(rule, "N17" | "N18" | "N19"))?;
        if found.iter().all(|one| one.finding.severity == Severity::Note) {
            free.push(name);
        }
    }
    Ok(free)
}
