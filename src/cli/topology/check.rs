//! `boundstone topology check`: what is wrong with a coverage.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value as Json, json};

use super::features::{Features, Reading};
use super::report::{self, Names};
use crate::cli::failure::Failure;
use crate::cli::stop;
use crate::cli::words::{self, t};
use crate::topology::{self, Coverage, CoverageError, Flaw, Settings, Validation};

/// Checks a coverage.
#[derive(Args)]
#[command(after_help = t(
    "退出码：0 没有必须改的，1 有必须改的（或读不了）\n例：\n  boundstone topology check 街道.geojson\n  boundstone topology check 街道.shp --parent 区.geojson --gap-width 5 --json",
    "Exit codes: 0 nothing is an error, 1 something is (or the file cannot be read)\nExamples:\n  boundstone topology check streets.geojson\n  boundstone topology check streets.shp --parent district.geojson --gap-width 5 --json"
))]
pub struct Check {
    #[arg(value_name = "IN", help = t("任何可读的面文件", "any readable file of polygons"))]
    input: PathBuf,
    #[command(flatten)]
    reading: Reading,
    #[arg(long, value_name = "FILE", help = t("上级范围（一个或多个面）", "the parent's outline, one polygon or more"))]
    parent: Option<PathBuf>,
    #[arg(long, value_name = "M", default_value_t = 10.0, value_parser = width, help = t("缝隙窄于此（米）算必须改，更宽的请人确认", "gaps up to this width (metres) are errors, wider ones are for a person to look at"))]
    gap_width: f64,
    #[arg(long, value_name = "M", default_value_t = 1.0, value_parser = width, help = t("面窄于此（米）算碎面", "parts narrower than this (metres) are slivers"))]
    sliver_width: f64,
    #[arg(long, help = t("以 JSON 输出", "print JSON"))]
    json: bool,
}

/// A width of 0 or more.
pub fn width(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(width) if width.is_finite() && width >= 0.0 => Ok(width),
        _ => Err(t("应是不小于 0 的数", "it must be a number, not below 0").to_owned()),
    }
}

impl Check {
    /// Reads, checks, prints; a failure only where a finding is an error.
    pub fn run(self) -> Result<(), Failure> {
        stop::listen();
        let features = Features::read(&self.input, &self.reading)?;
        let coverage = coverage(&features)?;
        let settings = Settings {
            gap_width: self.gap_width,
            sliver_width: self.sliver_width,
            ..Settings::new(features.metric)
        };
        let mut found = topology::validate(&coverage, &settings);
        if let Some(parent) = &self.parent {
            let parent = Features::read(parent, &Reading::default())?;
            found.flaws.extend(topology::against_parent(&features.shapes, &parent.shapes, &settings));
        }
        stop::check()?;
        let names = Names::of(&features);
        if self.json {
            words::json(&as_json(&found, &features, &names, &coverage));
        } else {
            report::print_reading(&features);
            report::print(&found.flaws, &features, &names);
            report::print_counts(&found.flaws, &coverage);
        }
        if !found.complete {
            return Err(too_many());
        }
        if found.has_errors() { Err(Failure::Found) } else { Ok(()) }
    }
}

/// What is said where edges cross more often than can be looked at.
pub fn too_many() -> Failure {
    Failure::nothing(
        "边界相互穿过的地方太多，没有查完",
        "borders cross each other in too many places; not all was looked at",
    )
    .then(
        "请核对：是不是把几个年份、几个级别的面放进了一个文件？",
        "Check whether several years or levels are in one file.",
    )
}

/// The coverage of a file.
pub fn coverage(features: &Features) -> Result<Coverage, Failure> {
    Coverage::build(features.shapes.iter().map(Some)).map_err(|error| match error {
        CoverageError::TooLarge(count) => {
            Failure::nothing(format!("{count} 个顶点，太多了"), format!("{count} vertices are too many"))
        }
    })
}

fn as_json(found: &Validation, features: &Features, names: &Names, coverage: &Coverage) -> Json {
    let findings: Vec<Json> = found.flaws.iter().map(|flaw| report::flaw(flaw, features, names)).collect();
    json!({
        "features": coverage.features(),
        "vertices": coverage.ring_vertices(),
        "arcs": coverage.arcs(),
        "arc_vertices": coverage.arc_vertices(),
        "crs": features.crs.as_ref().map(ToString::to_string),
        "units": report::units(features.metric),
        "complete": found.complete,
        "valid": !found.has_errors(),
        "counts": report::counts(found.flaws.iter().map(|flaw: &Flaw| flaw.kind)),
        "findings": findings,
        "reading": features.findings,
    })
}
