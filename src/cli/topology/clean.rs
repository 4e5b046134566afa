//! `boundstone topology clean`: a coverage mended, and what was done.

use std::path::PathBuf;

use clap::Args;
use geo_types::{Geometry, LineString};
use serde_json::{Value as Json, json};

use super::check::{self, width};
use super::features::{self, Features, Output, Reading};
use super::report::{self, Names};
use crate::cli::failure::Failure;
use crate::cli::stop;
use crate::cli::words::{self, language, line, t, thousands};
use crate::formats::{self, ReadOptions};
use crate::model::{Bilingual, Language};
use crate::topology::{self, Change, Cleaned, Cleaning, Flaw, Locks, OUTSIDE, Settings, Strategy};

/// Cleans a coverage.
#[derive(Args)]
#[command(after_help = t(
    "要素、代码和字段都不变；没有问题的边界一点不动，每处改动都报出面积。\n例：\n  boundstone topology clean 街道.shp 街道净.shp\n  boundstone topology clean 街道.geojson 街道净.gpkg --gap-width 5 --strategy larger-area --json\n  boundstone topology clean 街道.geojson 净.geojson --strategy owner=110105001 --locked 已勘界.geojson",
    "Features, codes and fields stay; sound borders are not touched, every change is told with its area.\nExamples:\n  boundstone topology clean streets.shp clean.shp\n  boundstone topology clean streets.geojson clean.gpkg --gap-width 5 --strategy larger-area --json\n  boundstone topology clean streets.geojson clean.geojson --strategy owner=110105001 --locked surveyed.geojson"
))]
pub struct Clean {
    #[arg(value_name = "IN", help = t("任何可读的面文件", "any readable file of polygons"))]
    input: PathBuf,
    #[arg(value_name = "OUT", help = t("要写的文件：.geojson .shp .gpkg .fgb …", "the file to write: .geojson .shp .gpkg .fgb …"))]
    output: PathBuf,
    #[command(flatten)]
    reading: Reading,
    #[arg(long, value_name = "M", default_value_t = 10.0, value_parser = width, help = t("补上不宽于此（米）的缝隙，0 为不补", "fill gaps up to this width (metres), 0 for none"))]
    gap_width: f64,
    #[arg(long, value_name = "STRATEGY", default_value = "longest-border", value_parser = wanted, help = t("归谁：longest-border 共边最长，larger-area 面积大的，owner=编号 指定的", "who gets it: longest-border, larger-area, or owner=ID"))]
    strategy: Wanted,
    #[arg(long, value_name = "FILE", help = t("不可移动的界线（线或面）", "borders that may not move, lines or polygons"))]
    locked: Option<PathBuf>,
    #[arg(long, help = t("以 JSON 输出", "print JSON"))]
    json: bool,
}

/// A strategy as it is asked for.
#[derive(Clone, Debug)]
enum Wanted {
    Plain(Strategy),
    Owner(String),
}

fn wanted(text: &str) -> Result<Wanted, String> {
    match text.split_once('=') {
        None if text == "longest-border" => Ok(Wanted::Plain(Strategy::LongestBorder)),
        None if text == "larger-area" => Ok(Wanted::Plain(Strategy::LargerArea)),
        Some(("owner", id)) if !id.is_empty() => Ok(Wanted::Owner(id.to_owned())),
        _ => Err(t(
            "可以是 longest-border、larger-area、owner=编号",
            "it may be longest-border, larger-area or owner=ID",
        )
        .to_owned()),
    }
}

impl Clean {
    /// Reads, cleans, writes; the file is there only when all of it is written.
    pub fn run(self) -> Result<(), Failure> {
        stop::listen();
        let mut features = Features::read(&self.input, &self.reading)?;
        let coverage = check::coverage(&features)?;
        let names = Names::of(&features);
        let strategy = match &self.strategy {
            Wanted::Plain(strategy) => *strategy,
            Wanted::Owner(id) => Strategy::Owner(names.find(&features, id).ok_or_else(|| {
                let (zh, en) = (format!("文件中没有“{id}”"), format!("there is no {id:?} in the file"));
                Failure::Usage(Bilingual::new(zh, en))
            })?),
        };
        let settings = Settings { gap_width: self.gap_width, ..Settings::new(features.metric) };
        let cleaning = Cleaning { settings, strategy, locks: self.locks()? };
        let cleaned = topology::clean(&coverage, &cleaning);
        if !cleaned.complete {
            return Err(check::too_many());
        }
        stop::check()?;
        for (feature, geometry) in &cleaned.changed {
            features.shapes[*feature] = geometry.clone();
        }
        let after = topology::validate(&check::coverage(&features)?, &settings);
        let findings = self.write(&features)?;
        if self.json {
            let mut answer = as_json(&cleaned, &features, &names);
            answer["after"] = json!({
                "valid": !after.has_errors(),
                "counts": report::counts(after.flaws.iter().map(|flaw| flaw.kind)),
                "findings": after.flaws.iter().map(|flaw| report::flaw(flaw, &features, &names)).collect::<Vec<_>>(),
            });
            answer["file"] = json!(self.output);
            answer["written"] = json!(findings);
            words::json(&answer);
        } else {
            self.say(cleaned, &after.flaws, &features, &names);
        }
        Ok(())
    }

    fn locks(&self) -> Result<Locks, Failure> {
        let Some(path) = &self.locked else { return Ok(Locks::default()) };
        let mut source = formats::open(path, &ReadOptions::default())?;
        let mut lines = Vec::new();
        while let Some(next) = source.next_feature() {
            stop::check()?;
            if let Some(geometry) = next.ok().and_then(|feature| feature.geometry) {
                take_lines(geometry, &mut lines);
            }
        }
        Ok(Locks::of_lines(&lines))
    }

    fn write(&self, features: &Features) -> Result<Vec<crate::model::Finding>, Failure> {
        let columns = features
            .columns
            .iter()
            .enumerate()
            .map(|(at, name)| features::column(name, features.values.iter().map(|row| &row[at])));
        let rows = features.shapes.iter().cloned().zip(features.values.iter().cloned());
        let output = Output { columns: columns.collect(), crs: features.crs.clone(), rows: rows.collect() };
        output.write(&self.output)
    }

    fn say(&self, cleaned: Cleaned, after: &[Flaw], features: &Features, names: &Names) {
        report::print_reading(features);
        let total: f64 = cleaned.changes.iter().map(|change| change.area).sum();
        let (count, changed) = (cleaned.changes.len() as u64, cleaned.changed.len() as u64);
        let changes: Vec<Flaw> = cleaned.changes.into_iter().map(Flaw::from).collect();
        report::print(&changes, features, names);
        let area = report::area(total, features.metric);
        let (count, changed, file) = (thousands(count), thousands(changed), self.output.display());
        line(match language() {
            Language::Zh => format!("处理 {count} 处，共 {area}，涉及 {changed} 个面 → {file}"),
            Language::En => {
                format!("{count} places mended, {area} in all, {changed} features changed → {file}")
            }
        });
        if !after.is_empty() {
            line(t("清理后仍有：", "What is left:"));
            report::print(after, features, names);
        }
    }
}

fn take_lines(geometry: Geometry, lines: &mut Vec<LineString>) {
    match geometry {
        Geometry::LineString(line) => lines.push(line),
        Geometry::MultiLineString(more) => lines.extend(more.0),
        Geometry::Polygon(polygon) => {
            let (shell, holes) = polygon.into_inner();
            lines.push(shell);
            lines.extend(holes);
        }
        Geometry::MultiPolygon(parts) => {
            parts.0.into_iter().for_each(|part| take_lines(Geometry::Polygon(part), lines));
        }
        Geometry::GeometryCollection(parts) => parts.0.into_iter().for_each(|part| take_lines(part, lines)),
        _ => {}
    }
}

fn as_json(cleaned: &Cleaned, features: &Features, names: &Names) -> Json {
    let change = |change: &Change| {
        let among: Vec<Json> = change.among.iter().map(|feature| names.id(features, *feature)).collect();
        json!({
            "kind": change.kind.word(),
            "to": if change.to == OUTSIDE { Json::Null } else { names.id(features, change.to) },
            "features": among,
            "where": report::place(&change.place),
            "area_m2": change.area,
            "width_m": change.width,
        })
    };
    let changed: Vec<Json> = cleaned.changed.iter().map(|one| names.id(features, one.0 as u32)).collect();
    json!({
        "features": features.shapes.len(),
        "changed": changed,
        "counts": report::counts(cleaned.changes.iter().map(|change| change.kind)),
        "changes": cleaned.changes.iter().map(change).collect::<Vec<_>>(),
        "changed_area_m2": cleaned.changes.iter().map(|change| change.area).sum::<f64>(),
    })
}
