//! `boundstone search`: records by name as people type it.

use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args;
use geo_types::Coord;
use serde_json::{Value as Json, json};

use super::failure::Failure;
use super::inspect::AsOf;
use super::registers::open_to_read;
use super::serve::Show;
use super::words::{self, line, t, warn};
use crate::model::{Bilingual, Language, Layer, Secrecy};
use crate::names::search::{Ask, Directory, Found};
use crate::snapshot::Snapshot;

/// Searches a register.
#[derive(Args)]
#[command(after_help = t("例：\n  boundstone search 五华区.gpkg 昆明五华\n  boundstone search 五华区.gpkg cuihuxilu --near 102.70,25.05\n  boundstone search 五华区.gpkg --queries 名单.txt --json\n全称、简称、曾用名、拼音、首字母、混写（wu华）、错一字、繁体、代码均可；见 docs/地名指南.md。", "Examples:\n  boundstone search wuhua.gpkg 昆明五华\n  boundstone search wuhua.gpkg cuihuxilu --near 102.70,25.05\n  boundstone search wuhua.gpkg --queries list.txt --json\nFull, short and former names, pinyin, initials, both mixed (wu华), one wrong character, traditional forms, codes."))]
pub struct Search {
    #[arg(value_name = "REGISTER", help = t("登记册文件", "register file"))]
    register: PathBuf,
    #[arg(value_name = "QUERY", required_unless_present = "queries", help = t("要查的名称、拼音或代码", "a name, pinyin or a code"))]
    query: Option<String>,
    #[arg(long, value_name = "FILE", conflicts_with = "query", help = t("逐行查询文件中的每一行", "search for each line of a file"))]
    queries: Option<PathBuf>,
    #[arg(long, value_name = "LON,LAT", value_parser = point, allow_hyphen_values = true, help = t("此点附近的优先（CGCS2000 经度,纬度）", "those near this point first (CGCS2000 longitude,latitude)"))]
    near: Option<Coord>,
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=200), help = t("最多列出几条", "how many at most"))]
    limit: u16,
    #[arg(long, value_name = "LAYER", help = t("只查这个图层", "this layer only"))]
    layer: Option<Layer>,
    #[command(flatten)]
    as_of: AsOf,
    #[arg(long, value_enum, default_value = "internal", help = t("查到哪一密级为止", "the highest class of secrecy found"))]
    show: Show,
    #[arg(long, help = t("以 JSON 输出", "print JSON"))]
    json: bool,
}

/// A longitude and a latitude.
pub fn point(text: &str) -> Result<Coord, String> {
    let wrong = || t("应为 经度,纬度，如 102.70,25.05", "expected LON,LAT as in 102.70,25.05").to_owned();
    let (x, y) = text.split_once([',', '，']).ok_or_else(wrong)?;
    let number = |text: &str| text.trim().parse::<f64>().map_err(|_| wrong());
    let at = Coord { x: number(x)?, y: number(y)? };
    if at.x.abs() <= 180.0 && at.y.abs() <= 90.0 { Ok(at) } else { Err(wrong()) }
}

/// Lines of a file of queries at most.
const MOST_QUERIES: usize = 1_000_000;

impl Search {
    /// Prints what each query finds.
    pub fn run(self) -> Result<(), Failure> {
        let queries = match (&self.query, &self.queries) {
            (Some(query), _) => vec![query.clone()],
            (None, Some(file)) => lines(file)?,
            (None, None) => Vec::new(),
        };
        let register = open_to_read(&self.register)?;
        let snapshot = self.as_of.snapshot(&register)?;
        let start = Instant::now();
        let broken = |error: crate::names::NamesError| {
            Failure::nothing(format!("词表有误：{error}"), format!("a word list is broken: {error}"))
        };
        let directory = Directory::build(&snapshot).map_err(broken)?;
        let built = start.elapsed();
        let show: Secrecy = self.show.into();
        let layers = self.layer.map_or_else(|| Layer::ALL.to_vec(), |layer| vec![layer]);
        let mut answers: Vec<Json> = Vec::with_capacity(queries.len());
        for text in &queries {
            let limit = usize::from(self.limit);
            let ask = Ask { text, near: self.near, limit, as_of: self.as_of.date(), layers: &layers };
            let found = directory.search(&snapshot, ask, |record| record.secrecy <= show).map_err(broken)?;
            match self.json {
                true => answers.push(answer(text, &found)),
                false => self.print(&snapshot, text, &found),
            }
        }
        if self.json {
            let one = (self.query.is_some()).then(|| answers.pop()).flatten();
            words::json(&one.unwrap_or(Json::Array(answers)));
        } else if queries.len() > 1 {
            let (names, bytes) = (directory.len(), directory.bytes() / 1_000_000);
            warn(match words::language() {
                Language::Zh => format!("索引：{names} 个名称，{bytes} MB，{built:.1?}"),
                Language::En => format!("index: {names} names, {bytes} MB, {built:.1?}"),
            });
        }
        Ok(())
    }

    fn print(&self, snapshot: &Snapshot, text: &str, found: &[Found<'_>]) {
        if self.queries.is_some() {
            line(format!("{text}:"));
        }
        if found.is_empty() {
            line(t("没有找到", "nothing is found"));
        }
        for one in found {
            let record = one.record;
            let former = match (one.former, words::language()) {
                (true, Language::Zh) => format!("（原名 {}）", one.matched),
                (true, Language::En) => format!(" (formerly {})", one.matched),
                _ => String::new(),
            };
            line(format!(
                "{}\t{}{former}\t{}\t{}\t{:.2}",
                record.code.as_deref().unwrap_or("—"),
                record.label().unwrap_or_default(),
                words::say(&record.layer.def().title()),
                above(snapshot, one, &self.as_of),
                one.score
            ));
        }
    }
}

/// The names of the divisions round a record, the highest first.
fn above(snapshot: &Snapshot, found: &Found<'_>, as_of: &AsOf) -> String {
    let middle =
        found.record.geometry.as_deref().and_then(crate::model::geometry::bounds).map(|b| b.center());
    let chain = middle.map(|at| snapshot.locate(at, as_of.date())).unwrap_or_default();
    let others = chain.iter().filter(|division| division.id != found.record.id);
    others.filter_map(|division| division.label()).collect::<Vec<_>>().join(" ")
}

fn answer(query: &str, found: &[Found<'_>]) -> Json {
    let result = |one: &Found| {
        json!({
            "code": one.record.code.as_deref().unwrap_or_default(),
            "name": one.record.label().unwrap_or_default(),
            "matched": one.matched,
            "kind": if one.former { json!("former") } else { json!(one.kind) },
            "score": (f64::from(one.score) * 100.0).round() / 100.0,
            "layer": one.record.layer.name(),
            "id": one.record.id,
        })
    };
    json!({ "query": query, "results": found.iter().map(result).collect::<Vec<_>>() })
}

/// The lines of a file; the last one may end without a line end.
fn lines(file: &Path) -> Result<Vec<String>, Failure> {
    let text = std::fs::read_to_string(file).map_err(|error| Failure::disk(file, &error))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let all: Vec<String> = text.lines().map(str::to_owned).collect();
    if all.len() > MOST_QUERIES {
        return Err(Failure::Usage(Bilingual::new(
            format!("查询超过 {MOST_QUERIES} 行，请分批"),
            format!("more than {MOST_QUERIES} lines of queries: part them"),
        )));
    }
    Ok(all)
}
