//! C06 · principles of drawing: the limit of a community cuts no compound.

use geo::{BooleanOps as _, InteriorPoint as _};
use geo_types::{Geometry, MultiPolygon, Rect};
use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};
use serde::Deserialize;
use std::sync::Arc;

use super::b16_shared_edge::rings;
use super::fabric::{level, meets};
use super::{Check, Found, Notice, Scene};
use crate::crs::geodesic;
use crate::model::layers::DivisionLevel;
use crate::model::{Layer, Record, geometry};
use crate::rules::{Rule, RulesError};

/// The check.
pub const CHECK: Check = Check { rule: "C06", run };

#[derive(Clone, Copy, Deserialize)]
struct Parameters {
    part_m2: f64,
}

/// A compound with its share in each community, the largest first.
type Cut<'a> = (&'a Arc<Record>, Vec<(f64, &'a Arc<Record>, MultiPolygon)>);

fn run(scene: &Scene<'_>, rule: &Rule, found: &mut Found) -> Result<(), RulesError> {
    let wanted: Parameters = rule.parameters()?;
    let wants = |record: &&Arc<Record>| {
        record.valid.contains(scene.day()) && scene.scope().holds(Layer::Compound, record.id)
    };
    let compounds: Vec<&Arc<Record>> = scene.snapshot().layer(Layer::Compound).iter().filter(wants).collect();
    let cut: Vec<Cut<'_>> = compounds.par_iter().filter_map(|record| cut(scene, record, wanted)).collect();
    for (record, parts) in cut {
        let named = |m2: f64, one: &Record| format!("{} {m2:.0}", one.label().unwrap_or_default());
        let list: Vec<String> = parts.iter().map(|(m2, one, _)| named(*m2, one)).collect();
        let what = record.label().unwrap_or_default();
        let notice = Notice::new(
            record,
            format!("小区（院落）{what}被社区界线切开：{} 平方米", list.join("、")),
            format!("the compound {what} is cut by limits of communities: {} m²", list.join(", ")),
        );
        let smaller = parts.get(1).and_then(|(_, _, part)| part.interior_point());
        let notice = parts.iter().fold(notice, |notice, (_, one, _)| notice.with(one));
        let notice = notice.evidence(list.join(" "));
        found.push(match smaller {
            Some(at) => notice.at(geometry::round(at.0)),
            None => notice,
        });
    }
    Ok(())
}

fn cut<'a>(scene: &Scene<'a>, record: &'a Arc<Record>, wanted: Parameters) -> Option<Cut<'a>> {
    let ground = area(record)?;
    let bounds = record.geometry.as_deref().and_then(geometry::bounds)?;
    let mut beside: Vec<&Arc<Record>> = scene.snapshot().layer(Layer::Division).window(bounds);
    beside.retain(|one| level(one) == Some(DivisionLevel::Community) && one.valid.contains(scene.day()));
    beside.sort_by(|a, b| (&a.code, a.id).cmp(&(&b.code, b.id)));
    if beside.len() < 2 || !beside.iter().any(|one| crosses(one, &bounds)) {
        return None;
    }
    let mut parts: Vec<_> = beside
        .into_iter()
        .filter_map(|one| {
            let part = ground.intersection(&area(one)?);
            let m2 = geodesic::area_m2(&Geometry::MultiPolygon(part.clone()));
            (m2 >= wanted.part_m2).then_some((m2, one, part))
        })
        .collect();
    parts.sort_by(|a, b| b.0.total_cmp(&a.0));
    (parts.len() > 1).then_some((record, parts))
}

/// Whether an edge of a division's outline comes into a box.
fn crosses(division: &Record, window: &Rect) -> bool {
    rings(division).flat_map(|ring| ring.lines()).any(|edge| meets(&Rect::new(edge.start, edge.end), window))
}

fn area(record: &Record) -> Option<MultiPolygon> {
    match record.geometry.as_deref()? {
        Geometry::Polygon(polygon) => Some(MultiPolygon(vec![polygon.clone()])),
        Geometry::MultiPolygon(parts) => Some(parts.clone()),
        _ => None,
    }
}
