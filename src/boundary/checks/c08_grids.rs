//! C08 · grids: of 300 to 500 households where they are counted, of a kind that is said, and inside of one community.

use geo::coordinate_position::{CoordPos, CoordinatePosition as _};
use serde::Deserialize;

use super::communities::{Counts, about};
use super::{Check, Found, Scene};
use crate::model::layers::DivisionLevel;
use crate::model::{Bilingual, Record, geometry};
use crate::rules::{Rule, RulesError};

/// The check.
pub const CHECK: Check = Check { rule: "C08", run };

#[derive(Deserialize)]
struct Parameters {
    least: i64,
    most: i64,
    counts: Vec<String>,
}

fn run(scene: &Scene<'_>, rule: &Rule, found: &mut Found) -> Result<(), RulesError> {
    let wanted: Parameters = rule.parameters()?;
    let mut known = None;
    for record in scene.divisions().filter(|record| record.text("level") == Some(DivisionLevel::Grid.code()))
    {
        let Some(kind) = record.text("grid_kind") else {
            let what = Bilingual::new(
                "没有写明是基础网格还是专属网格",
                "it is not said whether it is a basic or an exclusive grid",
            );
            found.push(about(record, what).field("grid_kind"));
            continue;
        };
        if kind == "basic" {
            let known = known.get_or_insert_with(|| Counts::of(scene));
            if let Some(count) = known.get(record, &wanted.counts)
                && !(wanted.least..=wanted.most).contains(&count.number)
            {
                let (words, least, most) = (count.words(), wanted.least, wanted.most);
                let what = Bilingual::new(
                    format!("{}，应在 {least} 至 {most} 户之间", words.zh),
                    format!("{}: {least} to {most} are wanted", words.en),
                );
                found.push(about(record, what).evidence(format!("{} {}", count.kind, count.number)));
            }
        }
        nested(scene, record, found);
    }
    Ok(())
}

/// That all its vertices lie in its community or on its limits.
fn nested(scene: &Scene<'_>, record: &Record, found: &mut Found) {
    let Some(code) = record.text("parent_code") else { return };
    let community = DivisionLevel::Community.code();
    let Some(parent) = scene.divisions().find(|other| other.code.as_deref() == Some(code)) else { return };
    let (Some(own), Some(whole)) = (record.geometry.as_deref(), parent.geometry.as_deref()) else { return };
    if parent.text("level") != Some(community) {
        return;
    }
    let mut outside = None;
    geometry::for_each_coord(own, &mut |c| {
        if outside.is_none() && whole.coordinate_position(&c) == CoordPos::Outside {
            outside = Some(c);
        }
    });
    if let Some(at) = outside {
        let name = parent.label().unwrap_or_default();
        let (zh, en) =
            (format!("网格超出所属社区 {name} 的界线"), format!("it reaches beyond its community {name}"));
        found.push(super::Notice::new(record, zh, en).at(at).with(parent));
    }
}
