//! How far somebody's rights reach: a change set is refused where one of its records lies beyond.

use axum::http::StatusCode;
use geo_types::Coord;

use super::approval::{Needed, check_proposed_by_another, needed, reaches};
use crate::accounts::{Reach, Right};
use crate::api::app::App;
use crate::api::gate::lacking;
use crate::api::problem::Problem;
use crate::model::layers::{BoundaryLine, BoundaryMarker, InspectionRecord, InspectionRound};
use crate::model::{Change, Date, Layer, Record, geometry};
use crate::snapshot::Snapshot;

/// Points of a geometry that are looked up: both ends and evenly between.
const POINTS: usize = 200;

/// Refuses changes of records that whoever asks may not change: those of other layers, and those beyond the
/// divisions and lines within which the right was given. Where a record lies is asked of it as it was and as it
/// is to be; one that says nothing of where it lies is changed by those whose right is not bounded.
pub fn check_reach(app: &App, snapshot: &Snapshot, changes: &[Change]) -> Result<(), Problem> {
    if app.who.is_anybody() {
        return Ok(());
    }
    // Most change sets are of one layer: what was worked out for the rights of one change does for the next.
    let mut known: Vec<(Vec<Right>, Vec<Reach>)> = Vec::new();
    for change in changes {
        let Needed { rights, approval } = needed(change);
        for rights in rights {
            let at = known.iter().position(|(of, _)| *of == rights).unwrap_or_else(|| {
                let reaches = reaches(app, &rights);
                known.push((rights.clone(), reaches));
                known.len() - 1
            });
            check_within(app, snapshot, change, &known[at])?;
        }
        if let (Some(approval), Some(before)) = (approval, change.before()) {
            check_proposed_by_another(app, before, approval)?;
        }
    }
    Ok(())
}

fn check_within(
    app: &App,
    snapshot: &Snapshot,
    change: &Change,
    (rights, reach): &(Vec<Right>, Vec<Reach>),
) -> Result<(), Problem> {
    if reach.is_empty() {
        return Err(lacking(&app.who, rights));
    }
    if reach.contains(&Reach::Everywhere) {
        return Ok(());
    }
    let scene = Scene { snapshot, today: app.today() };
    let mut both = [change.before(), change.after()].into_iter().flatten();
    match both.find(|record| !reach.iter().any(|reach| scene.is_within(record, reach))) {
        Some(record) => Err(beyond(record)),
        None => Ok(()),
    }
}

fn beyond(record: &Record) -> Problem {
    let name: String = record.label().unwrap_or_default().chars().take(60).collect();
    Problem::new(
        StatusCode::FORBIDDEN,
        "right.beyond",
        format!("“{name}”不在您负责的区划或界线内，未作任何修改。"),
        format!("{name:?} lies beyond the divisions or lines that you were given; nothing was changed."),
    )
    .then(
        "请由负责该处的人员办理，或向安全管理员申请。",
        "Have it done by whoever is in charge there, or ask the security administrator.",
    )
    .with("layer", record.layer.name())
    .with("id", record.id.to_string())
}

struct Scene<'a> {
    snapshot: &'a Snapshot,
    today: Date,
}

/// A division's code without the zeros that stand for no division: 530102002000 is 530102002.
fn stem(code: &str) -> &str {
    match code.len() {
        12 => code.strip_suffix("000").map_or(code, stem),
        9 => code.strip_suffix("000").map_or(code, stem),
        6 => code.strip_suffix("0000").or(code.strip_suffix("00")).unwrap_or(code),
        _ => code,
    }
}

fn below(code: &str, divisions: &[String]) -> bool {
    !code.is_empty() && divisions.iter().any(|bound| stem(code).starts_with(stem(bound)))
}

impl Scene<'_> {
    fn is_within(&self, record: &Record, reach: &Reach) -> bool {
        let Reach::Within { divisions, lines } = reach else { return *reach == Reach::Everywhere };
        let named = lines_of(record);
        if !named.is_empty() && !lines.is_empty() {
            return named.iter().all(|code| lines.contains(code));
        }
        match record.layer {
            Layer::Division => record.code.as_deref().is_some_and(|code| below(code, divisions)),
            Layer::BoundaryLine => self.borders(record, divisions),
            Layer::BoundaryMarker | Layer::InspectionRound | Layer::InspectionRecord => {
                !named.is_empty() && named.iter().all(|code| self.line_borders(code, divisions))
            }
            _ => self.lies_within(record, divisions),
        }
    }

    /// A line is the business of those on either side of it.
    fn borders(&self, line: &Record, divisions: &[String]) -> bool {
        let Ok(line) = line.read::<BoundaryLine>() else { return false };
        [line.party_a_code, line.party_b_code].into_iter().flatten().any(|code| below(&code, divisions))
    }

    fn line_borders(&self, code: &str, divisions: &[String]) -> bool {
        self.snapshot.layer(Layer::BoundaryLine).by_code(code).any(|line| self.borders(line, divisions))
    }

    /// By where it is drawn: all of it below the divisions. Without a geometry by the division that it names.
    fn lies_within(&self, record: &Record, divisions: &[String]) -> bool {
        let Some(drawn) = record.geometry.as_deref() else {
            let named: Vec<&str> = ["community_code"].iter().filter_map(|field| record.text(field)).collect();
            return !named.is_empty() && named.iter().all(|code| below(code, divisions));
        };
        let mut all: Vec<Coord> = Vec::new();
        geometry::for_each_coord(drawn, &mut |at| all.push(at));
        let step = all.len().div_ceil(POINTS).max(1);
        let mut looked = all.iter().step_by(step).chain(all.last()).peekable();
        looked.peek().is_some()
            && looked.all(|at| {
                let here = self.snapshot.locate(*at, self.today);
                here.iter()
                    .any(|division| division.code.as_deref().is_some_and(|code| below(code, divisions)))
            })
    }
}

/// The boundary lines that a record is about.
fn lines_of(record: &Record) -> Vec<String> {
    match record.layer {
        Layer::BoundaryLine => record.code.iter().map(|code| code.to_string()).collect(),
        Layer::BoundaryMarker => {
            record.read::<BoundaryMarker>().map(|marker| marker.line_codes).unwrap_or_default()
        }
        Layer::InspectionRound => {
            record.read::<InspectionRound>().map(|round| round.line_codes).unwrap_or_default()
        }
        Layer::InspectionRecord => {
            record.read::<InspectionRecord>().ok().and_then(|found| found.line_code).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_below_a_division_whatever_zeros_they_carry() {
        let below = |code: &str, bound: &str| below(code, &[bound.to_owned()]);
        assert!(below("530102002003", "530102002") && below("530102002003", "530102002000"));
        assert!(below("530102002000", "530102") && below("530102", "5301") && below("530102", "530100"));
        assert!(below("530102", "530000000000") && below("530100", "530000"));
        assert!(
            !below("530102002", "530102003") && !below("530102", "530102002") && !below("530103", "530102")
        );
        assert!(!below("", "53") && !super::below("530102", &[]));
    }
}
