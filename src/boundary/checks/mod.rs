//! Checks that cite the law (依法检核): one file each, named after its rule.
//!
//! A check is a pure function of what holds on a day ([`Scene`]), its rule and the rule's parameters; it
//! answers with findings, each about one record. All checks run over a whole register, or over the records
//! that an edit may have touched ([`Board::after`]). Nothing here changes anything.

mod b01_papers;
mod b02_numbers;
mod b03_stones;
mod b04_side;
mod b05_references;
mod b06_coordinates;
mod b07_on_line;
mod b08_alignment;
mod b09_period;
mod b10_covered;
mod b11_neighbour;
mod b12_change_papers;
mod b13_signed;
mod b14_moved;
mod b15_tripoint;
mod b16_shared_edge;
mod board;
mod c01_households;
mod c02_area;
mod c03_premises;
mod c04_coverage;
mod c05_one_piece;
mod c06_whole_compounds;
mod c07_follows;
mod c08_grids;
mod c09_decision;
mod c10_codes;
mod communities;
mod fabric;
mod g01_coverage;
mod g02_parent;
mod ground;
mod number;
mod scene;
mod scope;
mod visits;

pub use b09_period::{Due, Period};
pub use b11_neighbour::repairs;
pub use b14_moved::Tolerance;
pub use board::Board;
pub(super) use c04_coverage::is_tiled;
pub use scene::{Line, Marker, Scene};
pub use scope::{Scope, line_codes};
pub use visits::{Inspected, Round};

pub use crate::findings::{Found, Ground, Notice, Noticed};

use crate::findings;
use crate::rules::{Rule, Rules, RulesError};

/// One check.
pub struct Check {
    /// the rule that it checks
    pub rule: &'static str,
    /// looks at the records in scope and says what it finds about them
    pub run: fn(&Scene<'_>, &Rule, &mut Found) -> Result<(), RulesError>,
}

/// All checks, by rule.
pub const ALL: &[Check] = &[
    b01_papers::CHECK,
    b02_numbers::CHECK,
    b03_stones::CHECK,
    b04_side::CHECK,
    b05_references::CHECK,
    b06_coordinates::CHECK,
    b07_on_line::CHECK,
    b08_alignment::CHECK,
    b09_period::CHECK,
    b10_covered::CHECK,
    b11_neighbour::CHECK,
    b12_change_papers::CHECK,
    b13_signed::CHECK,
    b14_moved::CHECK,
    b15_tripoint::CHECK,
    b16_shared_edge::CHECK,
    c01_households::CHECK,
    c02_area::CHECK,
    c03_premises::CHECK,
    c04_coverage::CHECK,
    c05_one_piece::CHECK,
    c06_whole_compounds::CHECK,
    c07_follows::CHECK,
    c08_grids::CHECK,
    c09_decision::CHECK,
    c10_codes::CHECK,
    g01_coverage::CHECK,
    g02_parent::CHECK,
];

/// Runs all checks whose rules apply on the scene's day, on all cores; findings by rule, record and id.
pub fn run(scene: &Scene<'_>, rules: &Rules) -> Result<Vec<Noticed>, RulesError> {
    run_some(scene, rules, &|_| true)
}

/// Runs the checks of the rules that are wanted.
pub fn run_some(
    scene: &Scene<'_>,
    rules: &Rules,
    wanted: &(dyn Fn(&str) -> bool + Sync),
) -> Result<Vec<Noticed>, RulesError> {
    let look = |check: &Check, rule: &Rule, found: &mut Found| {
        (check.run)(scene, rule, found)?;
        found.retain(|noticed| scene.scope().is_about(noticed));
        Ok(())
    };
    findings::run(ALL, (rules, scene.day()), |check| check.rule, wanted, look)
}

#[cfg(test)]
pub(super) mod scenes;
#[cfg(test)]
mod tests;
