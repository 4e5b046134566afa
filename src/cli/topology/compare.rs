//! `boundstone topology compare`: what changed between two versions, and what kind of change it is.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use geo_types::{Geometry, MultiLineString, MultiPolygon};
use serde_json::{Value as Json, json};

use super::features::{Features, Output, Reading, column};
use super::simplify::too_large;
use crate::boundary::versions::{self, CODES, NAMES};
use crate::cli::failure::Failure;
use crate::cli::stop;
use crate::cli::words::{self, language, line, t, thousands};
use crate::crs::Transform;
use crate::model::{Bilingual, Language};
use crate::topology::compare::{
    Comparison, FeatureChange, FeatureReport, LineChange, Member, Thresholds, compare,
};

/// Compares two versions of a coverage.
#[derive(Args)]
#[command(after_help = t(
    "先按代码、再按名称、再按位置认出同一个面；每个面、每段边界各归一类：未变、重新数字化、概化、复测、法定变动（地块易手）、拆分、并入、新设、撤销，另注明更名、换码。\n例：\n  boundstone topology compare 2023.geojson 2024.geojson --out 差异.geojson\n  boundstone topology compare 旧.shp 新.shp --code 区划代码 --name 名称 --tolerance 100 --json",
    "The same polygon is found by code, then by name, then by place; each polygon and each border gets one class: unchanged, drawn again, generalised, surveyed again, moved in law (ground changed hands), split, merged, new, gone; renamed and re-coded are said beside it.\nExamples:\n  boundstone topology compare 2023.geojson 2024.geojson --out diff.geojson\n  boundstone topology compare old.shp new.shp --code code --name name --tolerance 100 --json"
))]
pub struct Compare {
    #[arg(value_name = "OLD", help = t("旧版，任何可读的面文件", "the old version, any readable file of polygons"))]
    old: PathBuf,
    #[arg(value_name = "NEW", help = t("新版", "the new version"))]
    new: PathBuf,
    #[arg(long, value_name = "FILE", help = t("写出变动的地块和边界：.geojson 等", "write pieces and borders that changed: .geojson and the like"))]
    out: Option<PathBuf>,
    #[arg(long, value_name = "FIELD", help = t("代码字段，默认自动认", "field of the code, by default a usual one"))]
    code: Option<String>,
    #[arg(long, value_name = "FIELD", help = t("名称字段，默认自动认", "field of the name, by default a usual one"))]
    name: Option<String>,
    #[arg(long, value_name = "METRES", default_value_t = Thresholds::default().noise_m, help = t("相差不超过此数为重新数字化", "lines no farther apart were drawn again"))]
    noise: f64,
    #[arg(long, value_name = "METRES", default_value_t = Thresholds::default().tolerance_m, help = t("相差不超过此数不算法定变动", "lines no farther apart are the same in law"))]
    tolerance: f64,
    #[arg(long, value_name = "M2", default_value_t = Thresholds::default().moved_area_m2, help = t("易手地块的最小面积", "smallest piece that changes hands"))]
    moved_area: f64,
    #[arg(long, value_name = "METRES", default_value_t = Thresholds::default().moved_width_m, help = t("易手地块的最小平均宽度", "smallest mean width of such a piece"))]
    moved_width: f64,
    #[command(flatten)]
    reading: Reading,
    #[arg(long, help = t("以 JSON 输出", "print JSON"))]
    json: bool,
}

/// One version as it is compared.
struct Version {
    codes: Vec<String>,
    names: Vec<String>,
    shapes: Vec<MultiPolygon>,
}

impl Version {
    fn of(features: &Features, code: &Option<String>, name: &Option<String>) -> Result<Self, Failure> {
        let column = |given: &Option<String>, usual: &[&str]| match given {
            Some(name) => features.wanted_column(name).map(Some),
            None => Ok(usual.iter().find_map(|name| features.column(name))),
        };
        let (code, name) = (column(code, CODES)?, column(name, NAMES)?);
        let texts = |at: Option<usize>| -> Vec<String> {
            let rows = 0..features.shapes.len();
            rows.map(|row| at.map_or_else(String::new, |at| features.text(row, at))).collect()
        };
        let shapes = features.shapes.iter().map(|shape| match shape {
            Geometry::Polygon(polygon) => MultiPolygon(vec![polygon.clone()]),
            Geometry::MultiPolygon(many) => many.clone(),
            _ => MultiPolygon(Vec::new()),
        });
        Ok(Self { codes: texts(code), names: texts(name), shapes: shapes.collect() })
    }

    fn members(&self) -> Vec<Member<'_>> {
        let both = self.codes.iter().zip(&self.names).zip(&self.shapes);
        both.map(|((code, name), shape)| Member { code, name, shape }).collect()
    }

    fn label(&self, at: usize) -> String {
        match (self.names[at].as_str(), self.codes[at].as_str()) {
            ("", "") => format!("#{}", at + 1),
            ("", code) => code.to_owned(),
            (name, "") => name.to_owned(),
            (name, code) => format!("{name} {code}"),
        }
    }
}

impl Compare {
    /// Reads both, compares, reports.
    pub fn run(self) -> Result<(), Failure> {
        stop::listen();
        let mut old = Features::read(&self.old, &self.reading)?;
        let mut new = Features::read(&self.new, &self.reading)?;
        same_coordinates(&old, &mut new)?;
        let versions =
            [Version::of(&old, &self.code, &self.name)?, Version::of(&new, &self.code, &self.name)?];
        let thresholds = Thresholds {
            noise_m: self.noise,
            tolerance_m: self.tolerance,
            moved_area_m2: self.moved_area,
            moved_width_m: self.moved_width,
            ..Thresholds::default()
        };
        let (before, after) = (versions[0].members(), versions[1].members());
        let found = compare(&before, &after, old.metric, &thresholds).map_err(too_large)?;
        stop::check()?;
        if let Some(path) = &self.out {
            let written = drawn(&found, &versions, &old).write(path)?;
            written.into_iter().for_each(|finding| old.findings.push(finding));
        }
        new.findings.kept.drain(..).for_each(|finding| old.findings.push(finding));
        if self.json {
            words::json(&described(&found, &versions, &thresholds, &old));
        } else {
            words::findings(&old.findings);
            printed(&found, &versions);
            if let Some(path) = &self.out {
                line(format!("{} {}", t("变动已写入", "changes written to"), path.display()));
            }
        }
        Ok(())
    }
}

/// Brings the new version into the old one's coordinates.
fn same_coordinates(old: &Features, new: &mut Features) -> Result<(), Failure> {
    if let (Some(to), Some(from)) = (&old.crs, &new.crs) {
        if !to.same_numbers(from) {
            let transform = Transform::new(from, to)?;
            let shapes = std::mem::take(&mut new.shapes);
            new.shapes =
                shapes.into_iter().map(|shape| transform.geometry(shape)).collect::<Result<_, _>>()?;
        }
    } else if old.metric != new.metric {
        return Err(Failure::Usage(Bilingual::new(
            "两个文件一个是经纬度，一个是平面坐标，无法比较",
            "one file is in degrees and the other in a plane: they cannot be compared",
        )));
    }
    Ok(())
}

fn feature_word(change: FeatureChange) -> &'static str {
    match language() {
        Language::Zh => versions::title(versions::word(change)).0,
        Language::En => versions::title(versions::word(change)).1,
    }
}

fn line_word(change: LineChange) -> &'static str {
    feature_word(match change {
        LineChange::Unchanged => FeatureChange::Unchanged,
        LineChange::Redigitised => FeatureChange::Redigitised,
        LineChange::Generalised => FeatureChange::Generalised,
        LineChange::Resurveyed => FeatureChange::Resurveyed,
        LineChange::Moved => FeatureChange::Moved,
    })
}

/// The word that programs read: as in the JSON of the report.
fn key(change: impl serde::Serialize) -> String {
    serde_json::to_value(change).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}

fn described(found: &Comparison, versions: &[Version; 2], t: &Thresholds, old: &Features) -> Json {
    let side = |version: usize, at: Option<usize>| {
        at.map(|at| {
            let of = &versions[version];
            json!({"row": at + 1, "code": of.codes[at], "name": of.names[at]})
        })
    };
    let mut counts: [BTreeMap<String, usize>; 2] = Default::default();
    found.features.iter().for_each(|one| *counts[0].entry(key(one.change)).or_default() += 1);
    found.borders.iter().for_each(|one| *counts[1].entry(key(one.change)).or_default() += 1);
    let others = |one: &FeatureReport| -> Vec<Json> {
        // Of what is only new the others are old; of a merger too.
        let version = usize::from(!(one.old.is_none() || one.change == FeatureChange::Merged));
        one.others.iter().filter_map(|at| side(version, Some(*at))).collect()
    };
    let features: Vec<Json> = found
        .features
        .iter()
        .map(|one| {
            json!({
                "change": key(one.change), "renamed": one.renamed, "recoded": one.recoded,
                "old": side(0, one.old), "new": side(1, one.new), "matched_by": one.matched_by,
                "others": others(one), "area_old_m2": one.area_old_m2, "area_new_m2": one.area_new_m2,
                "line": one.line,
            })
        })
        .collect();
    let borders: Vec<Json> = found
        .borders
        .iter()
        .map(|one| {
            json!({
                "change": key(one.change), "between": one.old.map(|at| side(0, at)),
                "exchanged_m2": one.exchanged_m2, "line": one.line,
            })
        })
        .collect();
    let exchanges: Vec<Json> = found
        .exchanges
        .iter()
        .map(|one| {
            json!({
                "from": side(0, one.from), "to": side(1, one.to), "area_m2": one.area_m2, "pieces": one.pieces,
            })
        })
        .collect();
    let renamed = found.features.iter().filter(|one| one.renamed).count();
    let recoded = found.features.iter().filter(|one| one.recoded).count();
    json!({
        "thresholds": t,
        "counts": {"features": counts[0], "borders": counts[1], "renamed": renamed, "recoded": recoded},
        "features": features, "borders": borders, "exchanges": exchanges, "findings": old.findings,
    })
}

/// Pieces that changed hands, and borders that are not the same.
fn drawn(found: &Comparison, versions: &[Version; 2], old: &Features) -> Output {
    let label = |version: usize, at: Option<usize>| {
        at.map_or(Json::Null, |at| Json::from(versions[version].label(at)))
    };
    let mut rows = Vec::new();
    for exchange in &found.exchanges {
        for piece in &exchange.pieces {
            let values = vec![
                Json::from("piece"),
                Json::from("moved"),
                label(0, exchange.from),
                label(1, exchange.to),
                Json::from(piece.area_m2),
                Json::Null,
                Json::from(piece.width_m),
            ];
            rows.push((Geometry::Polygon(piece.shape.clone()), values));
        }
    }
    for border in found.borders.iter().filter(|one| one.change != LineChange::Unchanged) {
        let values = vec![
            Json::from("border"),
            Json::from(key(border.change)),
            label(0, border.old[0]),
            label(0, border.old[1]),
            Json::from(border.exchanged_m2),
            Json::from(border.line.max_m),
            Json::from(border.line.mean_m),
        ];
        rows.push((Geometry::MultiLineString(MultiLineString(border.now.clone())), values));
    }
    let names = ["part", "change", "from", "to", "area_m2", "max_m", "width_or_mean_m"];
    let columns = names
        .iter()
        .enumerate()
        .map(|(at, name)| column(name, rows.iter().map(|(_, values): &(Geometry, Vec<Json>)| &values[at])))
        .collect();
    Output { columns, crs: old.crs.clone(), rows }
}

/// Most lines printed of each kind.
const SHOWN: usize = 20;

fn printed(found: &Comparison, versions: &[Version; 2]) {
    let mut features: BTreeMap<FeatureChange, usize> = BTreeMap::new();
    found.features.iter().for_each(|one| *features.entry(one.change).or_default() += 1);
    let mut borders: BTreeMap<LineChange, usize> = BTreeMap::new();
    found.borders.iter().for_each(|one| *borders.entry(one.change).or_default() += 1);
    let list = |counts: Vec<(&str, usize)>| {
        let one = |(word, n): (&str, usize)| format!("{word} {}", thousands(n as u64));
        counts.into_iter().map(one).collect::<Vec<_>>().join(t("，", ", "))
    };
    let words = features.into_iter().map(|(change, n)| (feature_word(change), n)).collect();
    line(format!("{}{}", t("面：", "polygons: "), list(words)));
    let words = borders.into_iter().map(|(change, n)| (line_word(change), n)).collect();
    line(format!("{}{}", t("边界：", "borders: "), list(words)));
    let named = |one: &&FeatureReport| one.renamed || one.recoded || one.change >= FeatureChange::Moved;
    let told: Vec<&FeatureReport> = found.features.iter().filter(named).collect();
    told.iter().take(SHOWN).for_each(|one| line(feature_line(one, versions)));
    let outside = || t("范围之外", "outside").to_owned();
    let mut passed: Vec<_> = found.exchanges.iter().filter(|one| !one.pieces.is_empty()).collect();
    passed.sort_by(|a, b| b.area_m2.total_cmp(&a.area_m2));
    for one in passed.iter().take(SHOWN) {
        let from = one.from.map_or_else(outside, |at| versions[0].label(at));
        let to = one.to.map_or_else(outside, |at| versions[1].label(at));
        let (area, pieces) = (thousands(one.area_m2.round() as u64), one.pieces.len());
        line(match language() {
            Language::Zh => format!("  {from} → {to}：{area} 平方米，其中够大的 {pieces} 块"),
            Language::En => format!("  {from} → {to}: {area} m², {pieces} pieces that count"),
        });
    }
    let more = told.len().saturating_sub(SHOWN) + passed.len().saturating_sub(SHOWN);
    if more > 0 {
        line(format!(
            "  … {} {}",
            thousands(more as u64),
            t("条未列，--json 可列出", "more; --json lists them")
        ));
    }
}

fn feature_line(one: &FeatureReport, versions: &[Version; 2]) -> String {
    let label = match (one.old, one.new) {
        (Some(old), Some(new)) if one.renamed || one.recoded => {
            format!("{} → {}", versions[0].label(old), versions[1].label(new))
        }
        (Some(old), _) => versions[0].label(old),
        (None, Some(new)) => versions[1].label(new),
        (None, None) => String::new(),
    };
    let mut words = vec![feature_word(one.change)];
    words.extend(one.renamed.then(|| t("更名", "renamed")));
    words.extend(one.recoded.then(|| t("换码", "re-coded")));
    let figures = one.line.map(|line| match language() {
        Language::Zh => format!("；最远 {:.1} 米，平均 {:.1} 米", line.max_m, line.mean_m),
        Language::En => format!("; {:.1} m apart at most, {:.1} m on average", line.max_m, line.mean_m),
    });
    format!("  {label}：{}{}", words.join("、"), figures.unwrap_or_default())
}
