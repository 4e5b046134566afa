//! `boundstone import`: a file comes in as one change set.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::failure::Failure;
use super::registers::{Authorship, ids, open_to_write, today};
use super::stop;
use super::words::{self, language, line, t, thousands, warn};
use crate::crs::Crs;
use crate::formats::{self, FeatureSource, ReadOptions};
use crate::intake::{self, ImportOptions, ImportPlan, Invalid};
use crate::model::{IdSource, Language, Layer, SetKind};
use crate::register::{CommitError, Decision};
use crate::snapshot::Snapshot;

/// Brings a file in.
#[derive(Args)]
#[command(after_help = t(
    "例：\n  boundstone import 五华区.gpkg 街道.shp --layer division --crs EPSG:4490 --by 张三 --reason 首次入库\n  boundstone import 五华区.gpkg 小区.csv --layer compound --crs gcj02 --map name=小区名 --key 编号 --dry-run --by 张三 --reason 试导\n坐标系未注明又未给 --crs 时，退出码为 3 并列出最可能的答案。",
    "Examples:\n  boundstone import wuhua.gpkg streets.shp --layer division --crs EPSG:4490 --by Zhang --reason 'first import'\n  boundstone import wuhua.gpkg homes.csv --layer compound --crs gcj02 --map name=title --key no --dry-run --by Zhang --reason trial\nWhere the file does not say its coordinates and --crs is not given, the exit code is 3 and the probable answers are listed."
))]
pub struct Import {
    #[arg(value_name = "REGISTER", help = t("登记册文件", "register file"))]
    register: PathBuf,
    #[arg(value_name = "SOURCE", help = t("要导入的文件", "the file to bring in"))]
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
    #[arg(long, value_name = "COLUMN", help = t("按哪一列认出已有记录", "column by which existing records are recognised"))]
    key: Option<String>,
    #[arg(long, value_enum, default_value = "repair", help = t("自相交的面：repair 修复，keep 照原样，refuse 拒绝", "areas that cross themselves: repair, keep as they are, or refuse"))]
    invalid: OnInvalid,
    #[arg(long, help = t("只试算，不写入", "work it out, write nothing"))]
    dry_run: bool,
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

fn pair(text: &str) -> Result<(String, String), String> {
    text.split_once('=')
        .filter(|(field, column)| !field.trim().is_empty() && !column.trim().is_empty())
        .map(|(field, column)| (field.trim().to_owned(), column.trim().to_owned()))
        .ok_or_else(|| t("应写作 字段=列名", "write it as field=column").to_owned())
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
            key: self.key.clone(),
            encoding: self.encoding.clone(),
            invalid: self.invalid.into(),
            ..ImportOptions::new(self.layer, file, today())
        };
        let header = self.authorship.clone().header(SetKind::Import);
        let (mut plan, mut ids) = (None, ids());
        let done = register.commit(header, |snapshot| {
            let mut made = self.plan(snapshot, &options, &mut ids)?;
            // The last moment: what follows is one transaction.
            stop::check()?;
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
            report(&plan, revision, self.dry_run, self.json);
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
        Ok(plan?)
    }

    fn open(&self) -> Result<Box<dyn FeatureSource>, Failure> {
        let options = ReadOptions { layer: self.source_layer.clone(), encoding: self.encoding.clone() };
        Ok(formats::open(&self.source, &options)?)
    }
}

fn report(plan: &ImportPlan, revision: Option<u64>, dry_run: bool, as_json: bool) {
    let counts = &plan.counts;
    if as_json {
        words::json(&json!({
            "revision": revision, "dry_run": dry_run,
            "counts": {"new": counts.new, "changed": counts.changed, "unchanged": counts.unchanged, "refused": counts.refused},
            "findings": plan.findings,
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
        Some(revision) => line(match language() {
            Language::Zh => format!("登记册现为第 {revision} 版"),
            Language::En => format!("the register is at revision {revision}"),
        }),
        None if dry_run => line(t("试算，未写入", "worked out only, nothing written")),
        None => line(t("没有要改的，登记册未变", "nothing to change, the register is as it was")),
    }
}
