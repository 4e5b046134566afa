//! Two versions of divisions side by side, of two days of the register or of files: what became of each, as a list.
//!
//! The classes are those of [`crate::topology::compare`]; here they get names, areas and places.

use std::collections::BTreeMap;
use std::sync::Arc;

use geo_types::{Geometry, MultiPolygon};
use serde::{Deserialize, Serialize};

use super::Sight;
use crate::model::layers::DivisionLevel;
use crate::model::{Layer, Record, geometry};
use crate::snapshot::Snapshot;
use crate::topology::compare::{Comparison, FeatureChange, FeatureReport, Member, Thresholds, compare};
use crate::topology::{CoverageError, Metric};

/// Usual names of the column with the code, the likeliest first.
pub const CODES: &[&str] =
    &["code", "adcode", "代码", "区划代码", "district_adcode", "XZQDM", "PAC", "gb", "id", "编码"];
/// And of the one with the name.
pub const NAMES: &[&str] =
    &["name", "名称", "district_name", "XZQMC", "区划名称", "标准名称", "街道", "社区"];

/// One version: codes, names and areas in the same order, in degrees.
#[derive(Clone, Debug, Default)]
pub struct Version {
    /// codes, empty where there is none
    pub codes: Vec<String>,
    /// names, empty where there is none
    pub names: Vec<String>,
    /// areas
    pub shapes: Vec<MultiPolygon>,
}

impl Version {
    /// The divisions of a level that hold on a day, those below one division only if it is named by its code.
    pub fn of(snapshot: &Snapshot, sight: Sight, level: DivisionLevel, within: Option<&str>) -> Self {
        let is_wanted = |record: &&Arc<Record>| {
            let code = record.code.as_deref().unwrap_or_default();
            sight.sees(record)
                && record.text("level") == Some(level.code())
                && within.is_none_or(|within| {
                    record.text("parent_code") == Some(within) || code != within && code.starts_with(within)
                })
        };
        let mut version = Self::default();
        for record in snapshot.layer(Layer::Division).iter().filter(is_wanted) {
            let Some(shape) = record.geometry.as_deref().and_then(area) else { continue };
            version.push(
                record.code.as_deref().unwrap_or_default(),
                record.label().unwrap_or_default(),
                shape,
            );
        }
        version
    }

    /// One more.
    pub fn push(&mut self, code: &str, name: &str, shape: MultiPolygon) {
        self.codes.push(code.trim().to_owned());
        self.names.push(name.trim().to_owned());
        self.shapes.push(shape);
    }

    fn members(&self) -> Vec<Member<'_>> {
        let both = self.codes.iter().zip(&self.names).zip(&self.shapes);
        both.map(|((code, name), shape)| Member { code, name, shape }).collect()
    }

    fn side(&self, at: usize) -> Side {
        Side { code: self.codes[at].clone(), name: self.names[at].clone() }
    }
}

/// The polygons of a geometry.
pub fn area(shape: &Geometry) -> Option<MultiPolygon> {
    match shape {
        Geometry::Polygon(polygon) => Some(MultiPolygon(vec![polygon.clone()])),
        Geometry::MultiPolygon(parts) => Some(parts.clone()),
        _ => None,
    }
}

/// What a division is called in one version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = ComparedSide)]
pub struct Side {
    /// its code, empty where it has none
    pub code: String,
    /// its name, empty where it has none
    pub name: String,
}

/// What became of one division.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = ComparedDivision)]
pub struct Item {
    /// its place in the list
    pub n: usize,
    /// unchanged, redigitised, generalised, resurveyed, moved, split, merged, new or gone
    pub change: String,
    /// the names differ
    pub renamed: bool,
    /// the codes differ
    pub recoded: bool,
    /// in the old version
    pub old: Option<Side>,
    /// in the new one
    pub new: Option<Side>,
    /// parts of a split, those taken in by a merger, where ground came from or went
    pub others: Vec<Side>,
    /// m²
    pub area_old_m2: f64,
    /// m²
    pub area_new_m2: f64,
    /// ground that it got from others and gave to others, above the thresholds, m²
    pub moved_m2: f64,
    /// how far the borders lie apart at most, m
    pub max_m: Option<f64>,
    /// and on average, m
    pub mean_m: Option<f64>,
    /// box round both: west, south, east, north
    pub bbox: Option<[f64; 4]>,
}

/// A list of what became of all, with the shapes to draw.
pub struct Report {
    /// every division of both versions
    pub items: Vec<Item>,
    /// of each: before, after, and the pieces that changed hands
    pub shapes: Vec<Drawn>,
}

/// What is drawn of one division.
#[derive(Clone, Debug, Default)]
pub struct Drawn {
    /// in the old version
    pub old: Option<Geometry>,
    /// in the new one
    pub new: Option<Geometry>,
    /// ground that changed hands
    pub pieces: Vec<Geometry>,
}

/// Compares two versions in degrees.
///
/// # Errors
/// More vertices than can be numbered.
pub fn report(old: &Version, new: &Version, thresholds: &Thresholds) -> Result<Report, CoverageError> {
    let found = compare(&old.members(), &new.members(), Metric::Degrees, thresholds)?;
    let mut made = Report { items: Vec::new(), shapes: Vec::new() };
    for (n, one) in found.features.iter().enumerate() {
        let drawn = drawn(&found, one, [old, new]);
        made.items.push(item(n, one, [old, new], &found, &drawn));
        made.shapes.push(drawn);
    }
    Ok(made)
}

fn item(n: usize, one: &FeatureReport, [old, new]: [&Version; 2], found: &Comparison, drawn: &Drawn) -> Item {
    // Of what is only new the others are old; of a merger too.
    let of_old = one.old.is_none() || one.change == FeatureChange::Merged;
    let others = one.others.iter().map(|at| if of_old { old.side(*at) } else { new.side(*at) });
    let bounds = [&drawn.old, &drawn.new].into_iter().flatten().filter_map(geometry::bounds);
    let bbox = bounds.map(|b| [b.min().x, b.min().y, b.max().x, b.max().y]);
    let bbox = bbox.reduce(|a, b| [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])]);
    let passed = touching(found, one).flat_map(|exchange| &exchange.pieces).map(|piece| piece.area_m2).sum();
    Item {
        n,
        change: word(one.change).to_owned(),
        renamed: one.renamed,
        recoded: one.recoded,
        old: one.old.map(|at| old.side(at)),
        new: one.new.map(|at| new.side(at)),
        others: others.collect(),
        area_old_m2: one.area_old_m2,
        area_new_m2: one.area_new_m2,
        moved_m2: passed,
        max_m: one.line.map(|line| line.max_m),
        mean_m: one.line.map(|line| line.mean_m),
        bbox,
    }
}

/// Ground that a division gave or got.
fn touching<'a>(
    found: &'a Comparison,
    one: &FeatureReport,
) -> impl Iterator<Item = &'a crate::topology::compare::Exchange> {
    let (old, new) = (one.old, one.new);
    found.exchanges.iter().filter(move |exchange| {
        exchange.from.is_some() && exchange.from == old || exchange.to.is_some() && exchange.to == new
    })
}

fn drawn(found: &Comparison, one: &FeatureReport, [old, new]: [&Version; 2]) -> Drawn {
    let shape = |version: &Version, at: Option<usize>| {
        at.map(|at| Geometry::MultiPolygon(version.shapes[at].clone()))
    };
    let pieces = touching(found, one).flat_map(|exchange| &exchange.pieces);
    Drawn {
        old: shape(old, one.old),
        new: shape(new, one.new),
        pieces: pieces.map(|piece| Geometry::Polygon(piece.shape.clone())).collect(),
    }
}

/// The stable word of a class.
pub const fn word(change: FeatureChange) -> &'static str {
    match change {
        FeatureChange::Unchanged => "unchanged",
        FeatureChange::Redigitised => "redigitised",
        FeatureChange::Generalised => "generalised",
        FeatureChange::Resurveyed => "resurveyed",
        FeatureChange::Moved => "moved",
        FeatureChange::Split => "split",
        FeatureChange::Merged => "merged",
        FeatureChange::New => "new",
        FeatureChange::Gone => "gone",
    }
}

/// A class as people read it: Chinese, English.
pub fn title(word: &str) -> (&'static str, &'static str) {
    match word {
        "unchanged" => ("未变", "unchanged"),
        "redigitised" => ("重新数字化", "drawn again"),
        "generalised" => ("概化", "generalised"),
        "resurveyed" => ("复测", "surveyed again"),
        "moved" => ("法定变动", "moved in law"),
        "split" => ("拆分", "split"),
        "merged" => ("并入", "merged"),
        "new" => ("新设", "new"),
        _ => ("撤销", "gone"),
    }
}

/// How many of each class; renamed and re-coded beside them.
pub fn counts(items: &[Item]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for item in items {
        *counts.entry(item.change.clone()).or_default() += 1;
        if item.renamed {
            *counts.entry("renamed".to_owned()).or_default() += 1;
        }
        if item.recoded {
            *counts.entry("recoded".to_owned()).or_default() += 1;
        }
    }
    counts
}
