//! `boundstone topology simplify`: fewer vertices, the same coverage.

use std::path::PathBuf;

use clap::{ArgGroup, Args, ValueEnum};
use geo_types::{Geometry, LineString};
use serde_json::json;

use super::features::{Features, Output, Reading, column};
use crate::cli::failure::Failure;
use crate::cli::stop;
use crate::cli::words::{self, language, line, t, thousands};
use crate::formats;
use crate::model::{Bilingual, Language};
use crate::topology::{Amount, Coverage, Keeping, Locks, Method, Simplified, Thinning, simplify};

/// Simplifies a coverage.
#[derive(Args)]
#[command(
    group = ArgGroup::new("amount").required(true).args(["tolerance", "area", "keep"]),
    after_help = t(
        "相邻的面共用的边界只化简一次；交会点不动，线不会互相穿越，面不会塌缩。\n例：\n  boundstone topology simplify 区县.geojson 区县50米.geojson --tolerance 50\n  boundstone topology simplify 街道.shp 街道10.shp --keep 10 --method douglas-peucker --lock 已勘定界线.geojson",
        "A border that neighbours share is simplified once; where borders meet nothing moves, no line crosses another, no area collapses.\nExamples:\n  boundstone topology simplify counties.geojson counties50m.geojson --tolerance 50\n  boundstone topology simplify streets.shp streets10.shp --keep 10 --method douglas-peucker --lock agreed.geojson"
    )
)]
pub struct Simplify {
    #[arg(value_name = "IN", help = t("任何可读的面文件", "any readable file of polygons"))]
    input: PathBuf,
    #[arg(value_name = "OUT", help = t("要写的文件：.geojson .shp .gpkg .fgb .kml", "the file to write: .geojson .shp .gpkg .fgb .kml"))]
    output: PathBuf,
    #[arg(long, value_name = "METRES", value_parser = positive, help = t("容差，米（平面坐标按其单位）；面积法取其平方", "tolerance in metres (the plane's unit); its square for the area method"))]
    tolerance: Option<f64>,
    #[arg(long, value_name = "M2", value_parser = positive, help = t("容差，三角形面积，平方米", "tolerance as a triangle's area in square metres"))]
    area: Option<f64>,
    #[arg(long, value_name = "PERCENT", value_parser = percent, help = t("保留百分之几的拐点", "the share of vertices to keep, in per cent"))]
    keep: Option<f64>,
    #[arg(long, value_enum, default_value = "visvalingam", help = t("方法", "method"))]
    method: By,
    #[arg(long, value_name = "FILE", help = t("锁定的界线：与之逐点重合的边界不动", "locked lines: borders that run along them vertex by vertex stay"))]
    lock: Option<PathBuf>,
    #[arg(long, value_name = "M2", value_parser = positive, help = t("略去小于此面积的孤岛和空洞，默认全留", "leave out islands and empty holes smaller than this, default none"))]
    drop_islands: Option<f64>,
    #[arg(long, help = t("外围边界不动", "leave the outer border as it is"))]
    inner_only: bool,
    #[command(flatten)]
    reading: Reading,
    #[arg(long, help = t("以 JSON 输出", "print JSON"))]
    json: bool,
}

/// How the weight of a vertex is measured.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum By {
    /// area
    #[value(help = t("面积法（Visvalingam），形状自然", "by area, looks natural"))]
    Visvalingam,
    /// distance
    #[value(help = t("距离法（Douglas–Peucker），偏离有界", "by distance, bounds how far the line departs"))]
    DouglasPeucker,
}

fn positive(text: &str) -> Result<f64, String> {
    match text.trim().parse::<f64>() {
        Ok(number) if number >= 0.0 && number.is_finite() => Ok(number),
        _ => Err(t("应为不小于零的数", "a number that is not negative").to_owned()),
    }
}

fn percent(text: &str) -> Result<f64, String> {
    match text.trim().trim_end_matches('%').parse::<f64>() {
        Ok(number) if (0.0..=100.0).contains(&number) => Ok(number),
        _ => Err(t("应为 0 到 100", "a number from 0 to 100").to_owned()),
    }
}

impl Simplify {
    /// Reads, simplifies, writes with all columns.
    pub fn run(self) -> Result<(), Failure> {
        stop::listen();
        formats::OutFormat::of(&self.output)?;
        let mut features = Features::read(&self.input, &self.reading)?;
        let coverage = Coverage::build(features.shapes.iter().map(Some)).map_err(too_large)?;
        let locked = self.locked(&coverage)?;
        let amount = match (self.tolerance, self.area, self.keep) {
            (Some(metres), ..) => Amount::Tolerance(metres),
            (_, Some(area), _) => Amount::Area(area),
            (_, _, keep) => Amount::Keep(keep.unwrap_or(100.0) / 100.0),
        };
        let method = match self.method {
            By::Visvalingam => Method::Visvalingam,
            By::DouglasPeucker => Method::DouglasPeucker,
        };
        let keeping = Keeping {
            locked: &locked,
            inner_only: self.inner_only,
            drop_islands_m2: self.drop_islands,
            drop_enclaves: false,
        };
        let how = Thinning { method, amount, metric: features.metric };
        let mut done = simplify(&coverage, &how, &keeping);
        stop::check()?;
        let columns = features
            .columns
            .iter()
            .enumerate()
            .map(|(at, name)| column(name, features.values.iter().map(|row| &row[at])))
            .collect();
        let shapes = std::mem::take(&mut done.features);
        let count = shapes.len();
        let rows = shapes.into_iter().zip(std::mem::take(&mut features.values)).collect();
        let found = Output { columns, crs: features.crs.clone(), rows }.write(&self.output)?;
        found.into_iter().for_each(|finding| features.findings.push(finding));
        self.report(&features, &done, count, locked.iter().filter(|locked| **locked).count());
        Ok(())
    }

    /// By arc, whether an edge of it is locked.
    fn locked(&self, coverage: &Coverage) -> Result<Vec<bool>, Failure> {
        let Some(path) = &self.lock else { return Ok(Vec::new()) };
        let locks = locks(path)?;
        let held = |arc: usize| {
            coverage
                .arc(arc)
                .windows(2)
                .any(|pair| locks.hold(coverage.point(pair[0]), coverage.point(pair[1])))
        };
        let locked: Vec<bool> = (0..coverage.arcs()).map(held).collect();
        if locked.contains(&true) {
            return Ok(locked);
        }
        Err(Failure::nothing(
            format!("{}：没有一段与边界逐点重合", path.display()),
            format!("{}: no line runs along a border vertex by vertex", path.display()),
        )
        .then(
            "请核对锁定文件与面文件是否同一坐标、同一版本。",
            "Check that both files have the same coordinates and edition.",
        ))
    }

    fn report(&self, features: &Features, done: &Simplified, count: usize, locked: usize) {
        let share = 100.0 * done.vertices_after as f64 / (done.vertices_before as f64).max(1.0);
        if self.json {
            words::json(&json!({
                "features": count, "vertices_before": done.vertices_before, "vertices_after": done.vertices_after,
                "kept_percent": (share * 100.0).round() / 100.0, "blocked": done.blocked, "dropped": done.dropped,
                "locked_arcs": locked, "findings": features.findings,
            }));
            return;
        }
        words::findings(&features.findings);
        let number = |n: usize| thousands(n as u64);
        let (before, after) = (number(done.vertices_before), number(done.vertices_after));
        let (count, blocked) = (number(count), number(done.blocked));
        let (dropped, locked) = (number(done.dropped), number(locked));
        let path = self.output.display();
        line(match language() {
            Language::Zh => format!(
                "{count} 个面；边界拐点（共用的只计一次）{before} → {after}（{share:.1}%）；因会与邻线相碰而保留 {blocked} 个；锁定 {locked} 段；略去孤岛空洞 {dropped} 个 → {path}"
            ),
            Language::En => format!(
                "{count} polygons; vertices of borders, shared ones once: {before} → {after} ({share:.1} %); {blocked} kept because another line is in the way; {locked} borders locked; {dropped} islands and holes left out → {path}"
            ),
        });
    }
}

/// Lines, and outlines of polygons, as locks.
fn locks(path: &std::path::Path) -> Result<Locks, Failure> {
    let mut source = formats::open(path, &formats::ReadOptions::default())?;
    let mut lines: Vec<LineString> = Vec::new();
    while let Some(next) = source.next_feature() {
        stop::check()?;
        let Ok(feature) = next else { continue };
        match feature.geometry {
            Some(Geometry::LineString(one)) => lines.push(one),
            Some(Geometry::MultiLineString(many)) => lines.extend(many.0),
            Some(Geometry::Polygon(polygon)) => lines.extend(outline(polygon)),
            Some(Geometry::MultiPolygon(many)) => lines.extend(many.0.into_iter().flat_map(outline)),
            _ => {}
        }
    }
    Ok(Locks::of_lines(&lines))
}

fn outline(polygon: geo_types::Polygon) -> Vec<LineString> {
    let (shell, mut holes) = polygon.into_inner();
    holes.push(shell);
    holes
}

/// More vertices than can be worked on.
pub fn too_large(error: crate::topology::CoverageError) -> Failure {
    Bilingual::new("顶点太多，一次处理不了", error.to_string()).into()
}
