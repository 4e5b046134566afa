//! `boundstone import`: a file comes in as one change set.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::check::rules_for;
use super::failure::Failure;
use super::import_checks;
use super::registers::{Authorship, ids, open_to_write, today};
use super::stop;
use super::words::{self, language, line, t, thousands, warn};
use crate::attachments::Attachments;
use crate::boundary::arrival::Arrival;
use crate::crs::{Crs, CrsError};
use crate::findings::Noticed;
use crate::formats::{self, FeatureSource, ReadOptions};
use crate::intake::{self, ImportOptions, ImportPlan, Invalid, OtherDatum, Placing};
use crate::jobs::import::{fit, may_carry};
use crate::model::{Bilingual, IdSource, Language, Layer, Revision, Secrecy, SetKind};
use crate::register::{CommitError, Decision};
use crate::snapshot::Snapshot;

/// Brings a file in.
#[derive(Args)]
#[command(after_help = t(
    "例：\n  boundstone import 五华区.gpkg 街道.shp --layer division --crs EPSG:4490 --by 张三 --reason 首次入库\n  boundstone import 五华区.gpkg 小区.csv --layer compound --crs gcj02 --map name=小区名 --key 编号 --dry-run --by 张三 --reason 试导\n  boundstone import 五华区.gpkg 人口.xlsx --layer division --join --by 张三 --reason 人口年报\n坐标系未注明又未给 --crs 时，退出码为 3 并列出最可能的答案。",
    "Examples:\n  boundstone import wuhua.gpkg streets.shp --layer division --crs EPSG:4490 --by Zhang --reason 'first import'\n  boundstone import wuhua.gpkg homes.csv --layer compound --crs gcj02 --map name=title --key no --dry-run --by Zhang --reason trial\n  boundstone import wuhua.gpkg population.xlsx --layer division --join --by Zhang --reason 'yearly figures'\nWhere the file does not say its coordinates and --crs is not given, the exit code is 3 and the probable answers are listed."
))]
pub struct Import {
    #[arg(value_name = "REGISTER", help = t("登记册文件", "register file"))]
    register: PathBuf,
    #[arg(value_name = "SOURCE", help = t("要导入的文件；或普查文件夹、zip：一份表加以代码命名的照片、录音等", "the file to bring in; or a folder or zip with one table and photos, sounds and papers named by code"))]
    source: PathBuf,
    #[arg(long, value_name = "LAYER", help = t("导入到哪个图层（boundstone layers 列出）", "into which layer (see boundstone layers)"))]
    layer: Layer,
    #[arg(long, value_name = "L", help = t("文件内的图层", "layer within the file"))]
    source_layer: Option<String>,
    #[arg(long, value_name = "CRS", help = t("文件的坐标系：EPSG:4490、gcj02、bd09……", "the file's coordinates: EPSG:4490, gcj02, bd09, …"))]
    crs: Option<Crs>,
    #[arg(long, value_name = "E", help = t("文字编码：GBK、UTF-8、Big5……", "text encoding: GBK, UTF-8, Big5, …"))]
    encoding: Option<String>,
    #[arg(long = "map", value_name = "FIELD=COLUMN", value_parser = pair, help = t("指定字段取自哪一列，可重复", "which column a field comes from; may be repeated"))]
    map: Vec<(String, String)>,
    #[arg(long = "set", value_name = "FIELD=VALUE", value_parser = pair, help = t("表里没有的项目，所有行统一填这个值（行内已有的不动），可重复", "a value for a field of all rows, where a row has none of its own; may be repeated"))]
    set: Vec<(String, String)>,
    #[arg(long, value_name = "COLUMN", help = t("按哪一列认出已有记录", "column by which existing records are recognised"))]
    key: Option<String>,
    #[arg(long, value_enum, default_value = "repair", help = t("自相交的面：repair 修复，keep 照原样，refuse 拒绝", "areas that cross themselves: repair, keep as they are, or refuse"))]
    invalid: OnInvalid,
    #[arg(long, help = t("道路等线图层：在相交处断开，桥梁、隧道、高架（按字段、层次或 CAD 图层名）除外", "layers of lines such as roads: cut where they cross, but for bridges, tunnels and viaducts (by field, level or the drawing's layer)"))]
    split_crossings: bool,
    #[arg(long, value_name = "N,N,N,N,N,N,N|FILE|keep", allow_hyphen_values = true, value_parser = other_datum, help = t("1980 西安、1954 北京坐标系的文件：测绘主管部门提供的到 CGCS2000 的七参数 dx,dy,dz（米）,rx,ry,rz（角秒）,s（百万分之一），位置矢量法；或写有它们的文件；keep 则不转换，原坐标连同基准保留。参数记入变更，原坐标一并保留", "files on Xi'an 1980 or Beijing 1954: the surveying authority's parameters to CGCS2000, dx,dy,dz (metres),rx,ry,rz (seconds of arc),s (ppm), position-vector convention; or a file with them; keep: not shifted, the coordinates are kept with their datum. The parameters go into the log, the received coordinates stay beside the record"))]
    datum_shift: Option<OtherDatum>,
    #[arg(long, help = t("无图形的表：按代码，或按所属区划加名称（容许简写和个别错字）对上已有记录，只更新，不新增，不改名；对不上的列出候选", "a table without geometry: rows find existing records by code, or by division and name (endings and slips of the pen allowed); nothing becomes new, nothing is renamed, what finds none is listed with candidates"))]
    join: bool,
    #[arg(long, value_name = "ROW=ID|ROW=LON,LAT", value_parser = placed, requires = "join", help = t("人工选定：第几行是哪条记录（标识）；或在哪个经纬度（CGCS2000）作为新记录，只用于点图层。可重复", "chosen by hand: the row and the id of its record; or longitude and latitude (CGCS2000) of a new record, for layers of points. May be repeated"))]
    place: Vec<(u64, Placing)>,
    #[arg(long, value_name = "M", num_args = 0..=1, default_missing_value = "50", value_parser = carried, help = t("导入区划：文件里没有的邻区和上级，边界随同调整，至多移动这么多米（默认 50）；不给则照原样导入，并指出对不上的地方。已勘定的界线不动", "divisions: neighbours and divisions above that are not in the file follow borders that moved by up to so many metres (50); without it they stay, and what no longer fits is told. Surveyed lines never move"))]
    carry_neighbours: Option<f64>,
    #[arg(long, help = t("只试算，不写入", "work it out, write nothing"))]
    dry_run: bool,
    #[arg(long, help = t("不核查导入的地名（N01–N21）", "leave the names that come in unchecked (N01 to N21)"))]
    no_check: bool,
    #[command(flatten)]
    authorship: Authorship,
    #[arg(long, help = t("以 JSON 输出", "print JSON"))]
    json: bool,
}

/// What becomes of areas whose outline crosses itself.
#[derive(Clone, Copy, clap::ValueEnum)]
enum OnInvalid {
    Repair,
    Keep,
    Refuse,
}

impl From<OnInvalid> for Invalid {
    fn from(wanted: OnInvalid) -> Self {
        match wanted {
            OnInvalid::Repair => Self::Repair,
            OnInvalid::Keep => Self::Keep,
            OnInvalid::Refuse => Self::Refuse,
        }
    }
}

/// Metres by which neighbours are carried along.
fn carried(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(metres) if may_carry(metres) => Ok(metres),
        _ => Err(t("应为 0 至 500 之间的米数", "it is a number of metres, 500 at most").to_owned()),
    }
}

/// Seven numbers, a file with them, or `keep`.
fn other_datum(text: &str) -> Result<OtherDatum, String> {
    let words = if Path::new(text).is_file() {
        std::fs::read_to_string(text).map_err(|error| Bilingual::from(&error).get(language()).to_owned())?
    } else {
        text.to_owned()
    };
    words.parse().map_err(|error: CrsError| error.sentence().get(language()).to_owned())
}

fn placed(text: &str) -> Result<(u64, Placing), String> {
    let placing = |text: &str| match text.split_once([',', '，']) {
        Some((lon, lat)) => Some(Placing::At([lon.trim().parse().ok()?, lat.trim().parse().ok()?])),
        None => Some(Placing::Record(text.parse().ok()?)),
    };
    text.split_once('=')
        .and_then(|(row, said)| Some((row.trim().parse().ok()?, placing(said.trim())?)))
        .ok_or_else(|| {
            t("应写作 行号=记录标识，或 行号=经度,纬度", "write it as row=id or row=lon,lat").to_owned()
        })
}

fn pair(text: &str) -> Result<(String, String), String> {
    text.split_once('=')
        .filter(|(field, column)| !field.trim().is_empty() && !column.trim().is_empty())
        .map(|(field, column)| (field.trim().to_owned(), column.trim().to_owned()))
        .ok_or_else(|| {
            t("应写作 字段=列名（--set 为 字段=值）", "write it as field=column (--set: field=value)")
                .to_owned()
        })
}

impl Import {
    /// Plans against the newest snapshot and appends the plan as one change set.
    pub fn run(self) -> Result<(), Failure> {
        stop::listen();
        let register = open_to_write(&self.register)?;
        let file = self.source.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let options = ImportOptions {
            crs: self.crs.clone(),
            map: self.map.clone(),
            set: self.set.clone(),
            key: self.key.clone(),
            encoding: self.encoding.clone(),
            invalid: self.invalid.into(),
            join: self.join,
            split_crossings: self.split_crossings,
            datum: self.datum_shift,
            place: self.place.clone(),
            ..ImportOptions::new(self.layer, file, today())
        };
        let header = self.authorship.clone().header(SetKind::Import);
        let (mut plan, mut ids) = (None, ids());
        let mut names = None;
        let done = register.commit(header, |snapshot| {
            let mut made = self.plan(snapshot, &options, &mut ids)?;
            if !self.dry_run {
                self.bring(&made)?;
            }
            // The last moment: what follows is one transaction.
            stop::check()?;
            names = import_checks::touched(self.layer, &made.changes).filter(|_| !self.no_check);
            let changes = if self.dry_run { Vec::new() } else { std::mem::take(&mut made.changes) };
            let origin = Some(made.origin.clone());
            plan = Some(made);
            Ok::<_, Failure>(Decision { changes, origin })
        });
        let revision = match done {
            Ok(head) => Some(head.revision.0),
            Err(CommitError::Nothing) => None,
            Err(error) => return Err(error.into()),
        };
        if let Some(plan) = plan {
            let rules = rules_for(None, &self.register)?;
            let checks = match names {
                Some(touched) => {
                    let now = register.snapshot();
                    let tried =
                        self.dry_run.then(|| now.apply(Revision(now.revision().0 + 1), &plan.changes));
                    let tried = tried.and_then(Result::ok);
                    import_checks::of(tried.as_ref().unwrap_or(&now), &touched, today(), &rules)?
                }
                None => Vec::new(),
            };
            report(&plan, revision, self.dry_run, self.json, &checks);
            if !self.json {
                import_checks::print(&checks, &rules, today());
            }
        }
        if let Some(revision) = revision.filter(|_| stop::asked()) {
            warn(match language() {
                Language::Zh => format!("停止得太晚，已写入。要撤销：boundstone undo … {revision}"),
                Language::En => {
                    format!("too late to stop, it is written. Take it back: boundstone undo … {revision}")
                }
            });
        }
        Ok(())
    }

    fn plan(
        &self,
        snapshot: &Snapshot,
        options: &ImportOptions,
        ids: &mut IdSource,
    ) -> Result<ImportPlan, Failure> {
        let mut source = self.open()?;
        let bar = words::progress(t("读取", "reading"), source.count_hint());
        let plan = intake::plan_import(snapshot, source.as_mut(), options, ids, &mut |progress| {
            bar.set_position(progress.done);
            stop::flow()
        });
        bar.finish_and_clear();
        let mut plan = plan?;
        let arrival = Arrival { day: options.as_of, carry_m: self.carry_neighbours, show: Secrecy::Secret };
        fit(&mut plan, snapshot, arrival, &*rules_for(None, &self.register)?)?;
        Ok(plan)
    }

    /// Copies the pictures that the records are going to list in beside the register.
    fn bring(&self, plan: &ImportPlan) -> Result<(), Failure> {
        let files = plan.media_listed();
        if files.is_empty() {
            return Ok(());
        }
        let media = Attachments::beside(std::slice::from_ref(&self.register));
        let bar = words::progress(t("存入照片", "keeping pictures"), Some(files.len() as u64));
        let brought = media.bring(self.open()?.as_mut(), &files, &mut |done| {
            bar.set_position(done);
            !stop::asked()
        });
        bar.finish_and_clear();
        stop::check()?;
        brought.map_err(|error| error.sentence().into())
    }

    fn open(&self) -> Result<Box<dyn FeatureSource>, Failure> {
        let options = ReadOptions { layer: self.source_layer.clone(), encoding: self.encoding.clone() };
        Ok(formats::open(&self.source, &options)?)
    }
}

fn report(plan: &ImportPlan, revision: Option<u64>, dry_run: bool, as_json: bool, checks: &[Noticed]) {
    let counts = &plan.counts;
    if as_json {
        words::json(&json!({
            "revision": revision, "dry_run": dry_run,
            "counts": {"new": counts.new, "changed": counts.changed, "unchanged": counts.unchanged, "refused": counts.refused},
            "findings": plan.findings,
            "unmatched": plan.unmatched,
            "checks": import_checks::counts(checks),
        }));
        return;
    }
    words::findings(&plan.findings);
    let number = |n: u64| thousands(n);
    line(match language() {
        Language::Zh => format!(
            "新增 {}，变更 {}，未变 {}，拒绝 {}；问题 {} 条",
            number(counts.new),
            number(counts.changed),
            number(counts.unchanged),
            number(counts.refused),
            number(plan.findings.total())
        ),
        Language::En => format!(
            "new {}, changed {}, unchanged {}, refused {}; {} findings",
            number(counts.new),
            number(counts.changed),
            number(counts.unchanged),
            number(counts.refused),
            number(plan.findings.total())
        ),
    });
    match revision {
        Some(revision) => line(words::now_at(revision)),
        None if dry_run => line(t("试算，未写入", "worked out only, nothing written")),
        None => line(t("没有要改的，登记册未变", "nothing to change, the register is as it was")),
    }
}
