//! D03 · sub-numbers have one level.

use super::Check;
use super::streets::Streets;
use crate::findings::{Found, Notice};
use crate::rules::{Rule, RulesError};

/// The check.
pub const CHECK: Check = Check { rule: "D03", run };

fn run(streets: &Streets<'_>, _: &Rule, found: &mut Found) -> Result<(), RulesError> {
    for plate in streets.plates() {
        let (own, sub) =
            (plate.text("plate_no").unwrap_or_default(), plate.text("sub_no").unwrap_or_default());
        let levels = levels(own).saturating_sub(1) + levels(sub);
        if levels > 1 {
            let text = format!("{own}{sub}");
            let zh = format!("“{text}”有 {levels} 级附号");
            let en = format!("{text:?} has {levels} levels of sub-numbers");
            let field = if sub.is_empty() { "plate_no" } else { "sub_no" };
            found.push(Notice::new(plate, zh, en).field(field).evidence(text));
        }
    }
    Ok(())
}

/// How many numbers follow one another: 12-3 are two, 附1号 is one.
fn levels(text: &str) -> usize {
    let runs = text.split(|c: char| !c.is_ascii_digit() && !('０'..='９').contains(&c));
    runs.filter(|run| !run.is_empty()).count()
}

#[cfg(test)]
mod tests {
    use super::levels;

    #[test]
    fn numbers_that_follow_are_levels() {
        assert_eq!([levels("12号"), levels("12-3号"), levels("12号附1-2"), levels("")], [1, 2, 3, 0]);
    }
}
