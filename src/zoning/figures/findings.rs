//! What is wrong with a division, by the rules that communities are held against.

use serde::Serialize;

use super::{Divided, Limits, NONE};
use crate::model::Bilingual;
use crate::zoning::problem::{ZoneKind, households};
use crate::zoning::score::ZoneScore;

/// One finding.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct PlanFinding {
    /// the rule: C01, C02, C05, C06, C08, or `plan.unassigned`, `plan.apart`
    pub rule: &'static str,
    /// `error`, `warning` or `note`
    pub severity: &'static str,
    /// the zone
    pub zone: Option<u32>,
    /// blocks that it is about
    pub units: Vec<u32>,
    /// the sentence
    pub what: Bilingual,
}

/// Blocks named in one finding at most.
const NAMED: usize = 500;

pub(super) fn findings(divided: &Divided<'_>, rows: &[ZoneScore], limits: Limits) -> Vec<PlanFinding> {
    let mut found = Vec::new();
    let without: Vec<u32> =
        (0..divided.zone.len() as u32).filter(|unit| divided.zone[*unit as usize] == NONE).collect();
    if !without.is_empty() {
        let what = Bilingual::new(
            format!("{} 个街区还没有划入任何区", without.len()),
            format!("{} blocks have no zone yet", without.len()),
        );
        found.push(finding("plan.unassigned", "error", None, without, what));
    }
    for row in rows {
        let members = &divided.members[&row.zone];
        found.extend(size(divided, row, limits));
        if row.pieces > 1 {
            let what = Bilingual::new(
                format!("不连片，分成 {} 块", row.pieces),
                format!("it lies in {} pieces", row.pieces),
            );
            found.push(finding("C05", "error", Some(row.zone), members.clone(), what));
        }
        if let Some(least) = limits.least_km2.filter(|least| row.area_m2 / 1e6 < *least) {
            let km2 = row.area_m2 / 1e6;
            let what = Bilingual::new(
                format!("面积 {km2:.3} 平方千米，不足 {least} 平方千米"),
                format!("its area is {km2:.3} km², less than {least} km²"),
            );
            found.push(finding("C02", "warning", Some(row.zone), Vec::new(), what));
        }
        found.extend(streets(divided, row.zone, members));
        if limits.grids {
            found.extend(kinds(divided, row, members));
        }
    }
    let apart = divided.task.problem.apart.iter().enumerate();
    for (unit, others) in apart {
        let zone = divided.zone[unit];
        let same =
            |other: &&u32| **other as usize > unit && zone != NONE && divided.zone[**other as usize] == zone;
        for other in others.iter().filter(same) {
            let what = Bilingual::new(
                "要求分属不同区的小区在同一区里",
                "compounds that are to be apart share a zone",
            );
            found.push(finding("plan.apart", "error", Some(zone), vec![unit as u32, *other], what));
        }
    }
    for (_, name) in &divided.blocks.cut {
        let what = Bilingual::new(
            format!("小区（院落）{name}被所选范围的外界切开，方案不能补救"),
            format!("the compound {name} is cut by the limit of the scope: no plan within it can mend that"),
        );
        found.push(finding("C06", "note", None, Vec::new(), what));
    }
    found
}

fn size(divided: &Divided<'_>, row: &ZoneScore, limits: Limits) -> Option<PlanFinding> {
    let band = divided.task.problem.band;
    let (zh, en) = if row.in_band {
        return None;
    } else if row.households > households(band.max) {
        let members = &divided.members[&row.zone];
        let dense = members.iter().any(|unit| divided.task.problem.weight[*unit as usize] > band.max);
        let most = households(if dense { band.most() } else { band.max });
        (
            format!("{} 户，超过上限 {most} 户", row.households),
            format!("{} households, more than {most}", row.households),
        )
    } else {
        let least = households(band.min);
        (
            format!("{} 户，不足下限 {least} 户", row.households),
            format!("{} households, fewer than {least}", row.households),
        )
    };
    let rule = if limits.grids { "C08" } else { "C01" };
    Some(finding(rule, "warning", Some(row.zone), Vec::new(), Bilingual::new(zh, en)))
}

/// Exclusive sites in a grid with other ground, and villages that share one.
fn kinds(divided: &Divided<'_>, row: &ZoneScore, members: &[u32]) -> Option<PlanFinding> {
    let named: Vec<(u32, &str)> = members
        .iter()
        .filter_map(|unit| Some((*unit, divided.blocks.blocks[*unit as usize].site.as_deref()?)))
        .filter(|(unit, _)| {
            row.kind != ZoneKind::Basic || divided.task.problem.kind_of(*unit) == ZoneKind::Exclusive
        })
        .collect();
    let mut names: Vec<&str> = named.iter().map(|(_, name)| *name).collect();
    names.sort_unstable();
    names.dedup();
    let list = names.iter().take(3).copied().collect::<Vec<_>>().join("、");
    let what = match row.kind {
        ZoneKind::Basic if !named.is_empty() => Bilingual::new(
            format!("{list}宜单独作专属网格，现与其他用地同格"),
            format!("{list} should be an exclusive grid, and shares one with other ground"),
        ),
        ZoneKind::Exclusive if names.len() > 1 => Bilingual::new(
            format!("{} 处专属单位同在一格：{list}", names.len()),
            format!("{} exclusive sites share a grid: {list}", names.len()),
        ),
        ZoneKind::Rural if named.is_empty() => Bilingual::new(
            "没有登记自然村或小组，整片作一个农村网格",
            "no village or group is entered here: all of it is one rural grid",
        ),
        _ => return None,
    };
    let units = named.into_iter().map(|(unit, _)| unit).collect();
    Some(finding("C08", "note", Some(row.zone), units, what))
}

/// A zone in several subdistricts.
fn streets(divided: &Divided<'_>, zone: u32, members: &[u32]) -> Option<PlanFinding> {
    let parent = |unit: &u32| divided.task.parent[*unit as usize];
    let first = parent(members.first()?);
    let beyond: Vec<u32> = members.iter().copied().filter(|unit| parent(unit) != first).collect();
    let what = Bilingual::new("跨越上级界线", "it reaches beyond the limit of what is above it");
    (!beyond.is_empty()).then(|| finding("C05", "error", Some(zone), beyond, what))
}

fn finding(
    rule: &'static str,
    severity: &'static str,
    zone: Option<u32>,
    mut units: Vec<u32>,
    what: Bilingual,
) -> PlanFinding {
    units.truncate(NAMED);
    PlanFinding { rule, severity, zone, units, what }
}
