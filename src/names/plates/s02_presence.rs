//! S02 · local practice: signs stand at the start, the end and the crossings of a street, within sixty days of its
//! naming. What is missing is told with its places.

use super::Check;
use super::placement::{Practice, Stand, wanting};
use super::streets::Streets;
use crate::findings::{Found, Notice};
use crate::model::geometry;
use crate::rules::{Rule, RulesError};

/// The check.
pub const CHECK: Check = Check { rule: "S02", run };

/// Places that a sentence names.
const NAMED: usize = 4;

fn run(streets: &Streets<'_>, rule: &Rule, found: &mut Found) -> Result<(), RulesError> {
    let practice: Practice = rule.parameters()?;
    for wanting in wanting(streets, &practice) {
        let street = &streets.all[wanting.street];
        let (all, missing) = (wanting.all, wanting.missing);
        let Some((first, road)) = missing.first().zip(street.pieces.first()) else { continue };
        let (zh, en) = told(streets, &missing);
        let count = missing.len();
        let zh = format!("{}应设标志 {all} 处，缺 {count} 处：{zh}", street.name);
        let en = format!("{}: {count} of {all} signs are missing: {en}", street.name);
        let notice = Notice::new(road, zh, en).at(geometry::round(first.at));
        let crossed =
            missing.iter().take(NAMED).filter_map(|stand| streets.all[stand.crossing?].pieces.first());
        let notice = crossed.fold(notice, |notice, other| notice.with(other));
        found.push(notice.evidence(format!("{} {count}/{all}", street.name)));
    }
    Ok(())
}

fn told(streets: &Streets<'_>, missing: &[Stand]) -> (String, String) {
    let name = |stand: &Stand| stand.crossing.map(|other| streets.all[other].name.as_str());
    let place = |stand: &Stand| match name(stand) {
        Some(other) => (format!("与{other}交叉口"), format!("crossing with {other}")),
        None => ("起止点".to_owned(), "an end".to_owned()),
    };
    let first: Vec<(String, String)> = missing
        .iter()
        .take(NAMED)
        .map(|stand| {
            let ((zh, en), at) = (place(stand), geometry::round(stand.at));
            (format!("{zh}（{:.5}, {:.5}）", at.x, at.y), format!("{en} ({:.5}, {:.5})", at.x, at.y))
        })
        .collect();
    let join = |of: fn(&(String, String)) -> &str, by| first.iter().map(of).collect::<Vec<_>>().join(by);
    let more = missing.len() > NAMED;
    let (zh, en) = (join(|one| &one.0, "、"), join(|one| &one.1, "; "));
    (zh + if more { "等" } else { "" }, en + if more { " and more" } else { "" })
}
