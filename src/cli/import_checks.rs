//! What the law says of names that an import brought in: the checks of N01 to N21 on those records only.

use std::collections::{BTreeMap, HashSet};

use super::failure::Failure;
use super::name::failed;
use super::words::{self, line, t, thousands};
use crate::findings::{Noticed, severity_title, severity_word};
use crate::model::{Change, Date, Layer, RecordId};
use crate::names::checks::{Inventory, are_named, of_records};
use crate::rules::Rules;
use crate::snapshot::Snapshot;

/// Records beyond which the whole register is to be checked by a command of its own.
const MOST: usize = 100_000;
/// Findings of a rule that are told.
const SHOWN: usize = 5;

/// The records whose names are to be checked after some changes; none where the layer has no names in law.
pub fn touched(layer: Layer, changes: &[Change]) -> Option<HashSet<(Layer, RecordId)>> {
    let known = are_named(layer) && !changes.is_empty() && changes.len() <= MOST;
    known.then(|| changes.iter().map(|change| (change.layer(), change.key().id)).collect())
}

/// The findings about them.
pub fn of(
    snapshot: &Snapshot,
    touched: &HashSet<(Layer, RecordId)>,
    day: Date,
    rules: &Rules,
) -> Result<Vec<Noticed>, Failure> {
    let inventory = Inventory::build(snapshot, day).map_err(|error| failed(&error.into()))?;
    of_records((snapshot, &inventory), day, rules, touched).map_err(|error| failed(&error))
}

/// How many, by rule and weight.
pub fn counts(found: &[Noticed]) -> BTreeMap<String, BTreeMap<&'static str, usize>> {
    let mut counts: BTreeMap<String, BTreeMap<&'static str, usize>> = BTreeMap::new();
    for one in found {
        let of_rule = counts.entry(one.finding.rule.clone()).or_default();
        *of_rule.entry(severity_word(one.finding.severity)).or_default() += 1;
    }
    counts
}

/// Prints them by rule, the first of each.
pub fn print(found: &[Noticed], rules: &Rules, day: Date) {
    if found.is_empty() {
        return;
    }
    line(t("地名核查：", "names in law:"));
    for of_rule in found.chunk_by(|a, b| a.finding.rule == b.finding.rule) {
        let Some(rule) = rules.on(&of_rule[0].finding.rule, day) else { continue };
        line(format!("{}  {}  {}", rule.id, words::say(&rule.title), thousands(of_rule.len() as u64)));
        for one in of_rule.iter().take(SHOWN) {
            let severity = severity_title(severity_word(one.finding.severity));
            let name = one.name.as_deref().or(one.code.as_deref()).unwrap_or_default();
            line(format!("  {}  {name}  {}", words::say(&severity), words::say(&one.finding.what)));
        }
    }
    line(t("全部问题见 boundstone check。", "All of them: boundstone check."));
}
