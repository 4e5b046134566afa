//! D02 · no number is given twice on a street, none skipped without reason.

use std::collections::HashMap;
use std::sync::Arc;

use serde::Deserialize;

use super::Check;
use super::number::{counts, key};
use super::streets::Streets;
use crate::findings::{Found, Notice};
use crate::model::{Record, Severity};
use crate::rules::{Rule, RulesError};

/// The check.
pub const CHECK: Check = Check { rule: "D02", run };

#[derive(Deserialize)]
struct Parameters {
    spacing_m: f64,
    skipped: u32,
}

fn run(streets: &Streets<'_>, rule: &Rule, found: &mut Found) -> Result<(), RulesError> {
    let wanted: Parameters = rule.parameters()?;
    for street in &streets.all {
        let mut plates: Vec<&Arc<Record>> = street.plates.iter().copied().filter(|one| counts(one)).collect();
        plates.sort_by(|a, b| (&a.code, a.id).cmp(&(&b.code, b.id)));
        let mut first: HashMap<String, &Arc<Record>> = HashMap::new();
        for plate in plates {
            let Some(key) = key(plate) else { continue };
            match first.get(&key) {
                Some(other) => {
                    let (number, code) = (plate.label().unwrap_or_default(), other.code.as_deref());
                    let code = code.unwrap_or_default();
                    let zh = format!("{}{number}重号：与 {code} 相同", street.name);
                    let en = format!("{number} of {} is given twice: {code} has it too", street.name);
                    found.push(Notice::new(plate, zh, en).field("plate_no").with(other).evidence(key));
                }
                None => {
                    first.insert(key, plate);
                }
            }
        }
        for parity in [0, 1] {
            let mut placed = street.placed();
            placed.retain(|plate| plate.number % 2 == parity);
            placed.sort_by_key(|plate| plate.number);
            for pair in placed.windows(2) {
                let skipped = (pair[1].number - pair[0].number).saturating_sub(2) / 2;
                let room = (pair[1].along - pair[0].along).abs() / wanted.spacing_m.max(0.1);
                if skipped >= wanted.skipped.max(1) && f64::from(skipped) > room {
                    let (from, to) = (pair[0].number, pair[1].number);
                    let zh = format!("{}{from}号之后跳到{to}号，没有预留号", street.name);
                    let en = format!("on {} number {to} follows {from}, nothing is reserved", street.name);
                    let notice = Notice::new(pair[1].record, zh, en).field("plate_no").with(pair[0].record);
                    found.push(notice.severity(Severity::Warning).evidence(format!("{from} {to}")));
                }
            }
        }
    }
    Ok(())
}
