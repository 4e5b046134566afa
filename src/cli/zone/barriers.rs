//! Lines of roads, rivers and railways for `boundstone zone`, and what each of them is.

use std::path::Path;

use serde_json::Value as Json;

use crate::cli::failure::Failure;
use crate::cli::stop;
use crate::cli::topology::features::Features;
use crate::crs::Transform;
use crate::formats::{self, DeclaredCrs, ReadOptions};
use crate::model::{Bilingual, Finding, Severity, Spot, geometry};
use crate::zoning::{Barrier, Line};

/// Columns that say what a line is, the surest first.
const CLASSES: &[&str] = &[
    "barrier",
    "barrier_class",
    "class",
    "waterway",
    "railway",
    "highway",
    "natural",
    "fclass",
    "kind",
    "type",
    "等级",
    "道路等级",
    "类型",
    "类别",
];

/// Reads lines; outlines of areas (of water) count as lines. What does not say its class is a street.
pub(super) fn read(
    path: &Path,
    features: &Features,
    latitude: f64,
) -> Result<(Vec<Line>, Vec<Finding>), Failure> {
    let mut source = formats::open(path, &ReadOptions::default())?;
    let (mut lines, mut findings, mut rows) = (Vec::new(), Vec::new(), Vec::new());
    while let Some(next) = source.next_feature() {
        stop::check()?;
        match next {
            Err(finding) => findings.push(finding),
            Ok(feature) => rows.push(feature),
        }
    }
    findings.extend(source.take_findings());
    let transform = match (source.crs(), &features.crs) {
        (DeclaredCrs::Known(from), Some(to)) if from != to => Some(Transform::new(from, to)?),
        _ => None,
    };
    let columns: Vec<usize> = CLASSES
        .iter()
        .filter_map(|name| source.columns().iter().position(|column| column.eq_ignore_ascii_case(name)))
        .collect();
    let mut unknown = 0;
    for row in rows {
        let Some(mut geometry) = row.geometry else { continue };
        if let Some(transform) = &transform {
            geometry = transform.geometry(geometry)?;
        }
        let class = columns.iter().find_map(|column| {
            let value = row.values.iter().find(|(at, _)| at == column).map(|(_, value)| value);
            value.and_then(Json::as_str).and_then(Barrier::read)
        });
        unknown += usize::from(class.is_none());
        let class = class.unwrap_or(Barrier::Street);
        geometry::for_each_line(&geometry, &mut |line| {
            for pair in line.0.windows(2) {
                let [from, to] = [pair[0], pair[1]].map(|c| features.metric.metres(c, latitude));
                lines.push(Line { from, to, class });
            }
        });
    }
    if unknown > 0 {
        let spot = Spot { file: Some(path.display().to_string()), ..Spot::default() };
        let what = Bilingual::new(
            format!("{unknown} 条线没有认得的类别（列 class、highway、waterway、railway、等级 等）"),
            format!(
                "{unknown} lines have no class that is known (columns class, highway, waterway, railway, …)"
            ),
        );
        let done = Bilingual::new("按支路计", "taken as streets");
        findings.push(Finding::new("zone.barrier_class", Severity::Note, spot, what, done));
    }
    Ok((lines, findings))
}
