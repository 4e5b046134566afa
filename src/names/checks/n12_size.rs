//! N12 · local practice: a generic term is used only for things of its size.

use serde::Deserialize;

use super::Check;
use super::conflict::plain;
use super::lines::has;
use super::scene::{Measures, Scene};
use crate::findings::Found;
use crate::model::Severity;
use crate::rules::{Rule, RulesError};

/// The check.
pub const CHECK: Check = Check { rule: "N12", run };

#[derive(Deserialize)]
struct Parameters {
    thresholds: Vec<String>,
    classes: Vec<String>,
}

/// One condition: a measure and its least value.
struct Condition<'a> {
    measure: &'a str,
    least: f64,
}

/// What conditions say of a thing.
#[derive(Clone, Debug, PartialEq)]
enum Verdict {
    Fits,
    /// these measures are not known
    Unknown(Vec<String>),
    /// too small, as it is said
    Falls(String),
}

impl Condition<'_> {
    fn known(&self, measures: &Measures) -> Option<f64> {
        match self.measure {
            "floors" => measures.floors,
            "site_m2" => measures.site_m2,
            "floor_m2" => measures.floor_m2,
            "green_percent" => measures.green_percent,
            "open_percent" => measures.open_percent,
            _ => None,
        }
    }
}

/// The title of a measure.
fn titled(measure: &str) -> (&str, &str) {
    match measure {
        "floors" => ("层数", "层"),
        "site_m2" => ("用地面积", "平方米"),
        "floor_m2" => ("建筑面积", "平方米"),
        "green_percent" => ("绿地率", "%"),
        "open_percent" => ("空地率", "%"),
        other => (other, ""),
    }
}

/// `a>=1 & b>=2 | c>=3` as alternatives of conditions; what cannot be read is left out.
fn read(text: &str) -> Vec<Vec<Condition<'_>>> {
    let condition = |text: &'_ str| -> Option<(usize, f64)> {
        let at = text.find(">=")?;
        Some((at, text[at + 2..].trim().parse().ok()?))
    };
    text.split('|')
        .map(|all| {
            all.split('&')
                .filter_map(|one| {
                    let (at, least) = condition(one)?;
                    Some(Condition { measure: one[..at].trim(), least })
                })
                .collect()
        })
        .filter(|all: &Vec<Condition<'_>>| !all.is_empty())
        .collect()
}

fn judge(alternatives: &[Vec<Condition<'_>>], measures: &Measures) -> Verdict {
    let mut unknown: Vec<String> = Vec::new();
    let mut falls: Vec<String> = Vec::new();
    for all in alternatives {
        let short = all.iter().find(|one| one.known(measures).is_some_and(|value| value < one.least));
        let missing: Vec<&Condition<'_>> = all.iter().filter(|one| one.known(measures).is_none()).collect();
        match (short, missing.is_empty()) {
            (None, true) => return Verdict::Fits,
            (None, false) => {
                unknown.extend(missing.iter().map(|one| titled(one.measure).0.to_owned()));
            }
            (Some(one), _) => {
                let ((title, unit), value) = (titled(one.measure), one.known(measures).unwrap_or_default());
                falls.push(format!("{title} {value:.0} {unit}，不足 {:.0}", one.least));
            }
        }
    }
    unknown.sort();
    unknown.dedup();
    if unknown.is_empty() { Verdict::Falls(falls.join("；")) } else { Verdict::Unknown(unknown) }
}

fn run(scene: &Scene<'_>, rule: &Rule, found: &mut Found) -> Result<(), RulesError> {
    let wanted: Parameters = rule.parameters()?;
    for subject in scene.subjects.iter().filter(|subject| has(subject.class, &wanted.classes)) {
        let lines = wanted.thresholds.iter().filter_map(|line| line.split_once(':'));
        let longest = lines
            .filter(|(term, _)| subject.name.ends_with(term.trim()))
            .max_by_key(|(term, _)| term.trim().len());
        let Some((term, conditions)) = longest else { continue };
        let (term, conditions) = (term.trim(), read(conditions));
        match judge(&conditions, &subject.measures()) {
            Verdict::Fits => {}
            Verdict::Falls(why) => {
                let zh = format!("规模不合通名“{term}”的条件：{why}");
                let en = format!("too small for the generic term {term}: {why}");
                found.push(plain(subject, zh, en).evidence(why));
            }
            // What a register does not know it is not asked for; a proposal is.
            Verdict::Unknown(missing) if scene.proposed => {
                let missing = missing.join("、");
                let zh = format!("通名“{term}”有规模条件，还缺：{missing}");
                let en = format!("the generic term {term} has conditions; not known yet: {missing}");
                found.push(plain(subject, zh, en).severity(Severity::Note).evidence(missing));
            }
            Verdict::Unknown(_) => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_are_alternatives_of_all() {
        let read = read("floors>=12 | site_m2>=1000 & floor_m2>=10000");
        let judge = |floors, site_m2, floor_m2| {
            judge(&read, &Measures { floors, site_m2, floor_m2, ..Measures::default() })
        };
        assert_eq!(judge(Some(18.0), None, None), Verdict::Fits);
        assert_eq!(judge(Some(6.0), Some(2_000.0), Some(10_000.0)), Verdict::Fits);
        assert!(matches!(judge(Some(6.0), Some(500.0), None), Verdict::Falls(_)));
        assert!(matches!(judge(Some(6.0), Some(2_000.0), None), Verdict::Unknown(_)));
        assert!(matches!(judge(None, None, None), Verdict::Unknown(missing) if missing.len() == 3));
    }
}
