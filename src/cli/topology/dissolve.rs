//! `boundstone topology dissolve`: neighbours with the same value become one.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use geo_types::Geometry;
use serde_json::{Value as Json, json};

use super::features::{Features, Output, Reading, column};
use super::simplify::too_large;
use crate::cli::failure::Failure;
use crate::cli::stop;
use crate::cli::words::{self, language, line, t, thousands};
use crate::formats;
use crate::model::Language;
use crate::topology::{Coverage, dissolve};

/// Dissolves a coverage.
#[derive(Args)]
#[command(after_help = t(
    "同值的面之间的边界去掉，其余边界逐点不变；不相连的成为多部件。输出列：该字段、count（个数）、要求的 sum_…（合计）。\n例：\n  boundstone topology dissolve 街道.shp 区县.geojson --by 区县代码\n  boundstone topology dissolve 社区.geojson 街道.gpkg --by 街道 --sum 户数 --sum 人口",
    "Borders between polygons with the same value go, all others stay vertex by vertex; what does not touch becomes parts. Columns written: the field, count, and sum_… as asked for.\nExamples:\n  boundstone topology dissolve streets.shp counties.geojson --by county\n  boundstone topology dissolve communities.geojson streets.gpkg --by street --sum households --sum people"
))]
pub struct Dissolve {
    #[arg(value_name = "IN", help = t("任何可读的面文件", "any readable file of polygons"))]
    input: PathBuf,
    #[arg(value_name = "OUT", help = t("要写的文件：.geojson .shp .gpkg .fgb .kml", "the file to write: .geojson .shp .gpkg .fgb .kml"))]
    output: PathBuf,
    #[arg(long, value_name = "FIELD", help = t("按哪个字段", "by which field"))]
    by: String,
    #[arg(long, value_name = "FIELD", help = t("要合计的字段，可多次", "a field to sum up, may be given several times"))]
    sum: Vec<String>,
    #[command(flatten)]
    reading: Reading,
    #[arg(long, help = t("以 JSON 输出", "print JSON"))]
    json: bool,
}

/// One value of the field.
struct Group {
    value: Json,
    count: u64,
    sums: Vec<f64>,
}

impl Dissolve {
    /// Reads, dissolves, writes one row to a value, in the order of the values' first rows.
    pub fn run(self) -> Result<(), Failure> {
        stop::listen();
        formats::OutFormat::of(&self.output)?;
        let mut features = Features::read(&self.input, &self.reading)?;
        let by = features.wanted_column(&self.by)?;
        let sums = self.sum.iter().map(|name| features.wanted_column(name)).collect::<Result<Vec<_>, _>>()?;
        let (groups, group_of) = grouped(&features, by, &sums);
        let coverage = Coverage::build(features.shapes.iter().map(Some)).map_err(too_large)?;
        let shapes = dissolve(&coverage, groups.len(), |feature| Some(group_of[feature]));
        stop::check()?;
        let parts: usize = shapes.iter().map(|shape| shape.0.len()).sum();
        let rows: Vec<(Geometry, Vec<Json>)> = shapes
            .into_iter()
            .zip(&groups)
            .map(|(shape, group)| {
                let sums = group.sums.iter().map(|sum| number(*sum));
                let values = [group.value.clone(), Json::from(group.count)].into_iter().chain(sums);
                (Geometry::MultiPolygon(shape), values.collect())
            })
            .collect();
        let names = [features.columns[by].clone(), "count".to_owned()]
            .into_iter()
            .chain(sums.iter().map(|at| format!("sum_{}", features.columns[*at])));
        let columns = names
            .enumerate()
            .map(|(at, name)| column(&name, rows.iter().map(|(_, values)| &values[at])))
            .collect();
        let found = Output { columns, crs: features.crs.clone(), rows }.write(&self.output)?;
        found.into_iter().for_each(|finding| features.findings.push(finding));
        self.report(&features, groups.len(), parts);
        Ok(())
    }

    fn report(&self, features: &Features, groups: usize, parts: usize) {
        let count = features.shapes.len();
        if self.json {
            words::json(&json!({
                "features": count, "groups": groups, "parts": parts, "findings": features.findings,
            }));
            return;
        }
        words::findings(&features.findings);
        let [count, groups, parts] = [count, groups, parts].map(|n| thousands(n as u64));
        let path = self.output.display();
        line(match language() {
            Language::Zh => format!("{count} 个面 → {groups} 个（{parts} 个部件）→ {path}"),
            Language::En => format!("{count} polygons → {groups} in {parts} parts → {path}"),
        });
    }
}

/// Groups in the order of their first rows, and the group of every row. Rows without a value are one group.
fn grouped(features: &Features, by: usize, sums: &[usize]) -> (Vec<Group>, Vec<usize>) {
    let mut groups: Vec<Group> = Vec::new();
    let mut known: BTreeMap<String, usize> = BTreeMap::new();
    let group_of = features
        .values
        .iter()
        .enumerate()
        .map(|(row, values)| {
            let at = *known.entry(features.text(row, by)).or_insert_with(|| {
                groups.push(Group { value: values[by].clone(), count: 0, sums: vec![0.0; sums.len()] });
                groups.len() - 1
            });
            groups[at].count += 1;
            for (sum, column) in groups[at].sums.iter_mut().zip(sums) {
                *sum += amount(&values[*column]);
            }
            at
        })
        .collect();
    (groups, group_of)
}

/// A value as a number; texts of digits count, all else is nothing.
fn amount(value: &Json) -> f64 {
    let read = match value {
        Json::Number(number) => number.as_f64(),
        Json::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    read.filter(|number: &f64| number.is_finite()).unwrap_or(0.0)
}

/// Whole where it is.
fn number(sum: f64) -> Json {
    if sum.fract() == 0.0 && sum.abs() < 9e15 { Json::from(sum as i64) } else { Json::from(sum) }
}
