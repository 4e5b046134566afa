//! Findings on coverages, for people and as JSON; and what features are called in them.

use std::collections::BTreeMap;

use geo_types::Geometry;
use serde_json::{Value as Json, json};

use super::features::Features;
use crate::cli::words::{self, language, line, t, thousands, warn};
use crate::model::{Language, Severity};
use crate::topology::{Coverage, Flaw, Kind, Metric, OUTSIDE, point_of};

/// Columns that say which feature it is, the best first.
const IDS: [&str; 8] = ["id", "code", "代码", "编码", "区划代码", "adcode", "name", "名称"];
/// Findings of one kind that are printed for people.
const SHOWN: usize = 8;
/// Features that are named in one line.
const NAMED: usize = 4;

/// What the features of a file are called.
pub struct Names {
    id: Option<usize>,
    name: Option<usize>,
}

impl Names {
    /// By the first column that says who it is, else by row.
    pub fn of(features: &Features) -> Self {
        let full =
            |column: &usize| (0..features.shapes.len()).all(|row| !features.text(row, *column).is_empty());
        let id = IDS.iter().filter_map(|name| features.column(name)).find(full);
        let name =
            ["name", "名称"].iter().find_map(|name| features.column(name)).filter(|at| Some(*at) != id);
        Self { id, name }
    }

    /// What stands in JSON for a feature.
    pub fn id(&self, features: &Features, feature: u32) -> Json {
        if feature == OUTSIDE {
            return Json::Null;
        }
        match self.id {
            Some(column) => features.values[feature as usize][column].clone(),
            None => Json::from(feature + 1),
        }
    }

    /// What a person reads.
    pub fn title(&self, features: &Features, feature: u32) -> String {
        if feature == OUTSIDE {
            return t("无", "none").into();
        }
        let row = feature as usize;
        let id = self.id.map(|column| features.text(row, column));
        let name = self.name.map(|column| features.text(row, column)).filter(|name| !name.is_empty());
        match (name, id) {
            (Some(name), Some(id)) => format!("{name} {id}"),
            (Some(one), None) | (None, Some(one)) => one,
            (None, None) => format!("#{}", row + 1),
        }
    }

    /// The feature with an id or a name.
    pub fn find(&self, features: &Features, wanted: &str) -> Option<u32> {
        let says = |row: usize| {
            let one =
                |column: Option<usize>| column.is_some_and(|column| features.text(row, column) == wanted);
            one(self.id) || one(self.name) || self.id.is_none() && wanted.parse() == Ok(row + 1)
        };
        (0..features.shapes.len()).find(|row| says(*row)).map(|row| row as u32)
    }

    fn list(&self, features: &Features, numbers: &[u32]) -> String {
        let named: Vec<String> =
            numbers.iter().take(NAMED).map(|feature| self.title(features, *feature)).collect();
        let more = numbers.len() - named.len();
        let tail = match (more, language()) {
            (0, _) => String::new(),
            (more, Language::Zh) => format!("等 {} 个", more + NAMED),
            (more, Language::En) => format!(" and {more} more"),
        };
        named.join(t("、", ", ")) + &tail
    }
}

/// Words of a kind.
pub fn title(kind: Kind) -> String {
    words::say(&kind.title()).to_owned()
}

/// A coordinate or a measure with the digits that are worth something.
fn short(value: f64) -> String {
    if value >= 1000.0 {
        thousands(value.round() as u64)
    } else if value >= 0.01 || value == 0.0 {
        let text = format!("{value:.2}");
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        format!("{value:.1e}")
    }
}

/// An area with its unit.
pub fn area(value: f64, metric: Metric) -> String {
    match metric {
        Metric::Degrees if value >= 1e6 => format!("{} km²", short(value / 1e6)),
        Metric::Degrees => format!("{} m²", short(value)),
        Metric::Plane => format!("{} {}", short(value), t("平方单位", "square units")),
    }
}

/// A width with its unit.
pub fn width(value: f64, metric: Metric) -> String {
    match metric {
        Metric::Degrees => format!("{} m", short(value)),
        Metric::Plane => format!("{} {}", short(value), t("单位", "units")),
    }
}

/// One finding for people.
fn sentence(flaw: &Flaw, features: &Features, names: &Names) -> String {
    let mark = match flaw.severity {
        Severity::Error => t("必须改", "error"),
        Severity::Warning => t("请确认", "check"),
        Severity::Note => t("提示", "note"),
    };
    let at = point_of(&flaw.place).map(|c| match features.metric {
        Metric::Degrees => format!(" @ {:.6},{:.6}", c.x, c.y),
        Metric::Plane => format!(" @ {},{}", c.x, c.y),
    });
    let mut measures = String::new();
    if flaw.area > 0.0 {
        measures += &format!(" {}", area(flaw.area, features.metric));
    }
    if flaw.width > 0.0 {
        measures += &format!("{}{}", t("，宽 ", ", width "), width(flaw.width, features.metric));
    }
    let who = names.list(features, &flaw.features);
    format!("  {mark} {}{} {who}{measures}{}", title(flaw.kind), t("：", ":"), at.unwrap_or_default())
}

/// Prints findings, the first few of each kind.
pub fn print(flaws: &[Flaw], features: &Features, names: &Names) {
    for kind in Kind::ALL {
        let of_kind: Vec<&Flaw> = flaws.iter().filter(|flaw| flaw.kind == kind).collect();
        of_kind.iter().take(SHOWN).for_each(|flaw| warn(sentence(flaw, features, names)));
        let more = of_kind.len().saturating_sub(SHOWN) as u64;
        if more > 0 {
            warn(match language() {
                Language::Zh => format!("  … 另有 {} 处{}，--json 可列出", thousands(more), title(kind)),
                Language::En => format!("  … {} more ({}); --json lists them", thousands(more), title(kind)),
            });
        }
    }
}

/// Counts in a line.
pub fn print_counts(flaws: &[Flaw], coverage: &Coverage) {
    let counts: Vec<String> = Kind::ALL
        .iter()
        .map(|kind| (kind, flaws.iter().filter(|flaw| flaw.kind == *kind).count() as u64))
        .filter(|(_, count)| *count > 0)
        .map(|(kind, count)| format!("{} {}", title(*kind), thousands(count)))
        .collect();
    let (features, arcs) = (thousands(coverage.features() as u64), thousands(coverage.arcs() as u64));
    let found = if counts.is_empty() {
        t("没有问题", "nothing found").to_owned()
    } else {
        counts.join(t("，", ", "))
    };
    line(match language() {
        Language::Zh => format!("{features} 个面，{arcs} 段边界：{found}"),
        Language::En => format!("{features} features, {arcs} stretches of border: {found}"),
    });
}

/// Counts by kind, those found only.
pub fn counts(kinds: impl Iterator<Item = Kind>) -> Json {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    kinds.for_each(|kind| *counts.entry(kind.word()).or_default() += 1);
    json!(counts)
}

/// A geometry as GeoJSON.
pub fn place(geometry: &Geometry) -> Json {
    serde_json::to_value(geojson::Geometry::from(geometry)).unwrap_or(Json::Null)
}

/// A finding as JSON.
pub fn flaw(flaw: &Flaw, features: &Features, names: &Names) -> Json {
    let who: Vec<Json> = flaw.features.iter().map(|feature| names.id(features, *feature)).collect();
    json!({
        "kind": flaw.kind.word(),
        "severity": flaw.severity,
        "features": who,
        "where": place(&flaw.place),
        "area_m2": flaw.area,
        "width_m": flaw.width,
    })
}

/// The word for the units of measures.
pub fn units(metric: Metric) -> &'static str {
    match metric {
        Metric::Degrees => "degrees",
        Metric::Plane => "plane",
    }
}

/// Findings of the reader on standard error.
pub fn print_reading(features: &Features) {
    words::findings(&features.findings);
}
