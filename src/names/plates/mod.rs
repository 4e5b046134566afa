//! Checks on signs and door plates (地名标志、门楼牌): one file each, named after its rule.
//!
//! A street is all pieces of road with one code or one name; plates and signs belong to it by its code, else by its
//! name. Numbers are held against where the plates stand along its centre line; `numbering` gives them, `signing`
//! proposes signs where they are missing.

mod d01_order;
mod d02_numbers;
mod d03_sub;
mod d04_concordance;
mod number;
pub mod numbering;
mod placement;
mod s01_text;
mod s02_presence;
pub mod signing;
mod streets;

pub use placement::{Place, Practice};
pub use streets::{Street, Streets};

use crate::findings::{self, Found, Noticed};
use crate::rules::{Rule, Rules, RulesError};

/// One check.
pub struct Check {
    /// the rule that it checks
    pub rule: &'static str,
    /// looks at all signs or plates and says what it finds about them
    pub run: fn(&Streets<'_>, &Rule, &mut Found) -> Result<(), RulesError>,
}

/// All checks, by rule.
pub const ALL: &[Check] = &[
    d01_order::CHECK,
    d02_numbers::CHECK,
    d03_sub::CHECK,
    d04_concordance::CHECK,
    s01_text::CHECK,
    s02_presence::CHECK,
];

/// Runs the checks that are wanted and whose rules apply on the day; findings by rule, record and id.
pub fn run(
    streets: &Streets<'_>,
    rules: &Rules,
    wanted: &(dyn Fn(&str) -> bool + Sync),
) -> Result<Vec<Noticed>, RulesError> {
    let look = |check: &Check, rule: &Rule, found: &mut Found| (check.run)(streets, rule, found);
    findings::run(ALL, (rules, streets.day), |check| check.rule, wanted, look)
}

#[cfg(test)]
mod tests;
