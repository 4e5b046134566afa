//! Looking into a register: `layers`, `show`, `log`, `locate`.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use serde::Serialize;
use serde_json::{Map, Value as Json, json};

use super::failure::Failure;
use super::registers::{open_to_read, today};
use super::words::{self, language, line, t, thousands};
use crate::model::layers::DivisionLevel;
use crate::model::{
    ActDescription, COMMON_FIELDS, Change, Date, Header, Layer, LayerCount, LayerDescription, LogDescription,
    Op, Record, RecordId, Revision, record_to_json, row_counts, vocab,
};
use crate::register::{HistoryEntry, LogItem, Register};
use crate::snapshot::Snapshot;

/// Which state of the register is looked at.
#[derive(Args)]
pub struct AsOf {
    #[arg(long, value_name = "DATE", help = t("法定日期，默认今天（上海时间）", "lawful date, default today in Shanghai"))]
    as_of: Option<Date>,
    #[arg(long, value_name = "N", help = t("登记册的第 N 版，默认最新", "revision N of the register, default the newest"))]
    revision: Option<u64>,
}

impl AsOf {
    /// The lawful date.
    pub fn date(&self) -> Date {
        self.as_of.unwrap_or_else(today)
    }

    /// The snapshot of the revision asked for.
    pub fn snapshot(&self, register: &Register) -> Result<Arc<Snapshot>, Failure> {
        Ok(match self.revision {
            None => register.snapshot(),
            Some(number) => register.at(Revision(number))?,
        })
    }
}

/// Lists layers.
#[derive(Args)]
#[command(after_help = t("例：\n  boundstone layers 五华区.gpkg\n  boundstone layers 五华区.gpkg division", "Examples:\n  boundstone layers wuhua.gpkg\n  boundstone layers wuhua.gpkg division"))]
pub struct Layers {
    #[arg(value_name = "REGISTER", help = t("登记册文件", "register file"))]
    register: PathBuf,
    #[arg(value_name = "LAYER", help = t("只看这个图层，并列出字段", "this layer only, with its fields"))]
    layer: Option<Layer>,
    #[command(flatten)]
    as_of: AsOf,
    #[arg(long, help = t("以 JSON 输出", "print JSON"))]
    json: bool,
}

impl Layers {
    /// Prints counts, and fields where one layer is asked for.
    pub fn run(self) -> Result<(), Failure> {
        let register = open_to_read(&self.register)?;
        let snapshot = self.as_of.snapshot(&register)?;
        let wanted: Vec<Layer> = self.layer.map_or_else(|| Layer::ALL.to_vec(), |layer| vec![layer]);
        if self.json {
            let describe = |layer: &Layer| LayerJson {
                description: layer.def().description(),
                count: snapshot.layer(*layer).count(self.as_of.date()),
                rows: snapshot.layer(*layer).len(),
            };
            let list: Vec<LayerJson> = wanted.iter().map(describe).collect();
            words::json(&json!({"revision": snapshot.revision().0, "layers": list}));
            return Ok(());
        }
        for layer in wanted {
            let count = snapshot.layer(layer).count(self.as_of.date());
            line(format!(
                "{:<22} {:>10}  {}",
                layer.name(),
                thousands(count as u64),
                words::say(&layer.def().title())
            ));
            if self.layer.is_some() {
                print_fields(layer);
            }
        }
        Ok(())
    }
}

fn print_fields(layer: Layer) {
    for field in COMMON_FIELDS.iter().chain(layer.def().fields) {
        let title = layer.def().field_title(field.name);
        let list = field.list.map(|name| format!("[{}]", words::say(&vocab::list(name).title)));
        line(format!(
            "  {:<20} {:<13} {} {} {}",
            field.name,
            field.kind.name(),
            words::say(&title),
            field.unit.unwrap_or_default(),
            list.unwrap_or_default()
        ));
    }
}

/// A layer with its counts, as JSON.
#[derive(Serialize)]
struct LayerJson {
    #[serde(flatten)]
    description: LayerDescription,
    /// records that hold on the day
    count: usize,
    /// rows, all lawful versions
    rows: usize,
}

/// Shows a record.
#[derive(Args)]
#[command(after_help = t("例：\n  boundstone show 五华区.gpkg division 530102002 --history", "Example:\n  boundstone show wuhua.gpkg division 530102002 --history"))]
pub struct Show {
    #[arg(value_name = "REGISTER", help = t("登记册文件", "register file"))]
    register: PathBuf,
    #[arg(value_name = "LAYER", help = t("图层", "layer"))]
    layer: Layer,
    #[arg(value_name = "ID", help = t("记录的 ULID 或业务代码", "the record's ULID or business code"))]
    id: String,
    #[arg(long, help = t("列出历史", "with its history"))]
    history: bool,
    #[command(flatten)]
    as_of: AsOf,
    #[arg(long, help = t("以 JSON 输出", "print JSON"))]
    json: bool,
}

impl Show {
    /// Prints the record that holds on the day.
    pub fn run(self) -> Result<(), Failure> {
        let register = open_to_read(&self.register)?;
        let snapshot = self.as_of.snapshot(&register)?;
        let day = self.as_of.date();
        let view = snapshot.layer(self.layer);
        let by_id = self.id.parse::<RecordId>().ok().and_then(|id| view.get(id, day));
        let found = by_id.or_else(|| view.by_code(&self.id).find(|record| record.valid.contains(day)));
        let Some(record) = found else {
            return Err(Failure::nothing(
                format!("{} 中没有 {}（{day}）", self.layer, self.id),
                format!("no {} in {} on {day}", self.id, self.layer),
            )
            .then(
                "请核对编号或代码；别的日期用 --as-of，旧版用 --revision。",
                "Check the id or code; give another day with --as-of, an older state with --revision.",
            ));
        };
        let mut history = if self.history { register.history(self.layer, record.id)? } else { Vec::new() };
        history.reverse();
        if self.json {
            let geometry = record.geometry.as_deref().map(|g| json!(geojson::Geometry::from(g)));
            let history = self.history.then(|| history.iter().map(Happening::from).collect::<Vec<_>>());
            words::json(&json!({
                "layer": self.layer.name(), "properties": record_to_json(record), "geometry": geometry,
                "history": history,
            }));
            return Ok(());
        }
        print_record(record);
        for entry in &history {
            line(format!("\n{}", heading(entry.revision, &entry.header)));
            print_difference(&entry.change);
        }
        Ok(())
    }
}

/// One thing that happened to a record, as JSON.
#[derive(Serialize)]
struct Happening {
    #[serde(flatten)]
    act: ActDescription,
    op: Op,
    before: Option<Map<String, Json>>,
    after: Option<Map<String, Json>>,
}

impl From<&HistoryEntry> for Happening {
    fn from(entry: &HistoryEntry) -> Self {
        let change = &entry.change;
        Self {
            act: ActDescription::of(entry.revision, &entry.header, entry.undone_by),
            op: change.op(),
            before: change.before().map(record_to_json),
            after: change.after().map(record_to_json),
        }
    }
}

fn print_record(record: &Record) {
    let def = record.layer.def();
    line(format!("{} · {}", words::say(&def.title()), record.label().unwrap_or_default()));
    for (name, value) in record_to_json(record) {
        line(format!("  {:<20} {}", words::say(&def.field_title(&name)), plain(&value)));
    }
    if let Some(geometry) = record.geometry.as_deref() {
        let count = crate::model::geometry::coord_count(geometry);
        line(format!("  {:<20} {count}", t("坐标点数", "coordinates")));
    }
}

fn print_difference(change: &Change) {
    let empty = Map::new();
    let before = change.before().map(record_to_json);
    let after = change.after().map(record_to_json);
    let (before, after) = (before.as_ref().unwrap_or(&empty), after.as_ref().unwrap_or(&empty));
    let mut names: Vec<&String> = before.keys().chain(after.keys()).collect();
    names.sort_unstable();
    names.dedup();
    for name in names.into_iter().filter(|name| before.get(*name) != after.get(*name)) {
        let side = |object: &Map<String, Json>| object.get(name).map(plain).unwrap_or_else(|| "—".into());
        let title = change.layer().def().field_title(name);
        line(format!("    {}: {} → {}", words::say(&title), side(before), side(after)));
    }
    let moved =
        change.before().and_then(|r| r.geometry.as_ref()) != change.after().and_then(|r| r.geometry.as_ref());
    if moved && change.op() == Op::Update {
        line(format!("    {}", t("图形有变", "the geometry changed")));
    }
}

fn plain(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Lists change sets.
#[derive(Args)]
pub struct Log {
    #[arg(value_name = "REGISTER", help = t("登记册文件", "register file"))]
    register: PathBuf,
    #[arg(long, default_value_t = 20, help = t("最多几条，最新在前", "how many, newest first"))]
    limit: usize,
    #[arg(long, help = t("以 JSON 输出", "print JSON"))]
    json: bool,
}

impl Log {
    /// Prints the newest change sets.
    pub fn run(self) -> Result<(), Failure> {
        let register = open_to_read(&self.register)?;
        let newest = register.head()?.revision;
        let after = Revision(newest.0.saturating_sub(self.limit as u64));
        let mut items = register.log_items(after, newest)?;
        items.reverse();
        if self.json {
            words::json(&json!(items.iter().map(described).collect::<Vec<_>>()));
            return Ok(());
        }
        for item in &items {
            let undone = item.undone_by.map(|by| format!("  [{} {}]", t("已被撤销：", "undone by"), by.0));
            let entry = &item.entry;
            line(format!(
                "{}  {}{}",
                heading(entry.revision, &entry.header),
                counts_text(&entry.counts),
                undone.unwrap_or_default()
            ));
        }
        Ok(())
    }
}

fn heading(revision: Revision, header: &Header) -> String {
    let document = header.document.as_deref().map(|d| format!("〔{d}〕")).unwrap_or_default();
    let undoes = header.undoes.map(|r| format!(" ({} {})", t("撤销", "undoes"), r.0)).unwrap_or_default();
    let unverified = if header.verified { "" } else { t("（未核身份）", " (unverified)") };
    format!(
        "{:>5}  {}  {}{undoes}  {}{unverified}：{}{document}",
        revision.0,
        header.at,
        words::say(&header.kind_title()),
        header.by,
        header.reason
    )
}

fn counts_text(counts: &[LayerCount]) -> String {
    let one = |count: &LayerCount| {
        let parts = [("+", count.inserted), ("~", count.updated), ("−", count.deleted)];
        let parts = parts.iter().filter(|(_, n)| *n > 0).map(|(sign, n)| format!("{sign}{}", thousands(*n)));
        format!("{} {}", count.layer, parts.collect::<Vec<_>>().join(" "))
    };
    counts.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn described(item: &LogItem) -> LogDescription {
    LogDescription::of(&item.entry, item.undone_by, row_counts(&item.entry.counts))
}

/// Finds the divisions round a point.
#[derive(Args)]
#[command(allow_negative_numbers = true, after_help = t("例：\n  boundstone locate 五华区.gpkg 102.7043 25.0433", "Example:\n  boundstone locate wuhua.gpkg 102.7043 25.0433"))]
pub struct Locate {
    #[arg(value_name = "REGISTER", help = t("登记册文件", "register file"))]
    register: PathBuf,
    #[arg(value_name = "LON", help = t("经度，度（CGCS2000）", "longitude, degrees (CGCS2000)"))]
    lon: f64,
    #[arg(value_name = "LAT", help = t("纬度，度（CGCS2000）", "latitude, degrees (CGCS2000)"))]
    lat: f64,
    #[command(flatten)]
    as_of: AsOf,
    #[arg(long, help = t("以 JSON 输出", "print JSON"))]
    json: bool,
}

impl Locate {
    /// Prints the chain from the highest level down.
    pub fn run(self) -> Result<(), Failure> {
        if !(self.lon.abs() <= 180.0 && self.lat.abs() <= 90.0) {
            return Err(Failure::Usage(crate::model::Bilingual::new(
                "经度在 ±180、纬度在 ±90 之间",
                "a longitude is within ±180 and a latitude within ±90",
            )));
        }
        let register = open_to_read(&self.register)?;
        let snapshot = self.as_of.snapshot(&register)?;
        let chain = snapshot.locate(geo_types::Coord { x: self.lon, y: self.lat }, self.as_of.date());
        if self.json {
            let chain: Vec<Json> = chain
                .iter()
                .map(|record| {
                    json!({
                        "id": record.id, "code": record.code, "name": record.label(), "level": record.text("level"),
                    })
                })
                .collect();
            words::json(&json!({"lon": self.lon, "lat": self.lat, "chain": chain}));
            return Ok(());
        }
        if chain.is_empty() {
            line(t("不在任何区划内", "in no division"));
        }
        for record in chain {
            let level = record.text("level").and_then(DivisionLevel::from_code).map(DivisionLevel::code);
            let level = level.and_then(|code| vocab::list("division_level").get(code));
            let level = level.map(|value| value.title.get(language())).unwrap_or_default();
            line(format!(
                "{level}\t{}\t{}",
                record.code.as_deref().unwrap_or("—"),
                record.label().unwrap_or_default()
            ));
        }
        Ok(())
    }
}
