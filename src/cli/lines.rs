//! `boundstone lines`: boundary lines derived from the divisions, listed.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value as Json, json};

use super::failure::Failure;
use super::inspect::AsOf;
use super::registers::{Authorship, ids, open_to_read, open_to_write, today};
use super::words::{self, language, line, t};
use crate::boundary::Lead;
use crate::boundary::lines::{self as derived, Derivation, DeriveOptions, LineOutcome, LinesError, Outcome};
use crate::model::layers::{BoundaryLine, DivisionLevel};
use crate::model::{Date, Language, Layer, Record, SetKind, vocab};
use crate::register::{CommitError, Decision};
use crate::snapshot::Snapshot;

/// Boundary lines.
#[derive(Args)]
#[command(after_help = t(
    "例：\n  boundstone lines derive 昆明市.gpkg --level county --dry-run --by 张三 --reason 勘界整理\n  boundstone lines derive 官渡区.gpkg --level township --streets --by 张三 --reason 街道界线\n  boundstone lines list 昆明市.gpkg --level county",
    "Examples:\n  boundstone lines derive kunming.gpkg --level county --dry-run --by Zhang --reason 'line records'\n  boundstone lines derive guandu.gpkg --level township --streets --by Zhang --reason 'lines of subdistricts'\n  boundstone lines list kunming.gpkg --level county"
))]
pub struct Lines {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    #[command(about = t("由区划的共同边界推算界线：编码、命名、量算、分段；再次推算保留编号和人工录入的内容", "derive lines from the borders that divisions share: code, name, length, stretches; deriving again keeps ids and what people entered"))]
    Derive(Derive),
    #[command(about = t("列出界线", "list the lines"))]
    List(List),
    #[command(about = t("界线走向说明：由图形生成，或逐段读出已有的", "a line's alignment in words: written from its shape, or the one that is there leg by leg"))]
    Text(super::alignment::Text),
    #[command(about = t("写出界线一览表（xlsx、csv）", "write the table of lines (xlsx, csv)"))]
    Table(super::tables::TableOf),
    #[command(about = t("界线附图：A3 幅面、真实比例的 pdf", "the line's map: a pdf, A3, at a true scale"))]
    Sheet(super::papers::SheetOf),
}

impl Lines {
    /// Does what is asked.
    pub fn run(self) -> Result<(), Failure> {
        match self.what {
            What::Derive(derive) => derive.run(),
            What::List(list) => list.run(),
            What::Text(text) => text.run(),
            What::Table(table) => table.lines(),
            What::Sheet(sheet) => sheet.run(),
        }
    }
}

/// The level of the divisions on both sides of a line.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Level {
    #[value(help = t("省级界线", "lines of provinces"))]
    Province,
    #[value(help = t("地级界线", "lines of prefectures"))]
    Prefecture,
    #[value(help = t("县级界线", "lines of counties"))]
    County,
    #[value(help = t("乡级界线", "lines of townships"))]
    Township,
    #[value(help = t("社区、村：只有管辖范围，没有界线", "communities have limits, no lines"))]
    Community,
    #[value(help = t("网格：只有管辖范围，没有界线", "grids have limits, no lines"))]
    Grid,
}

impl From<Level> for DivisionLevel {
    fn from(level: Level) -> Self {
        match level {
            Level::Province => Self::Province,
            Level::Prefecture => Self::Prefecture,
            Level::County => Self::County,
            Level::Township => Self::Township,
            Level::Community => Self::Community,
            Level::Grid => Self::Grid,
        }
    }
}

/// How the lead of stretches is proposed.
#[derive(Clone, Copy, ValueEnum)]
enum LeadRule {
    #[value(help = t("奇数段甲方，偶数段乙方", "odd stretches A, even ones B"))]
    Alternate,
    #[value(help = t("全部甲方", "all A"))]
    A,
    #[value(help = t("全部乙方", "all B"))]
    B,
    #[value(help = t("前半线甲方，后半线乙方", "the first half A, the second B"))]
    Halves,
}

impl From<LeadRule> for Lead {
    fn from(rule: LeadRule) -> Self {
        match rule {
            LeadRule::Alternate => Self::Alternate,
            LeadRule::A => Self::A,
            LeadRule::B => Self::B,
            LeadRule::Halves => Self::Halves,
        }
    }
}

#[derive(Args)]
struct Derive {
    #[arg(value_name = "REGISTER", help = t("登记册文件", "register file"))]
    register: PathBuf,
    #[arg(long, value_enum, help = t("哪一级区划之间的界线", "between divisions of which level"))]
    level: Level,
    #[arg(long, help = t("乡级：街道一侧的也推算（街道是派出机关的辖区，默认不作界线）", "townships: also where a subdistrict is a side (the area of an office; left out by default)"))]
    streets: bool,
    #[arg(long, value_name = "CODE|NAME", help = t("界线名称以此区划开头，默认与登记册同名的区划；都不是时按代码先后", "names begin with this division, default the one that the register is named after, else the smaller code comes first"))]
    home: Option<String>,
    #[arg(long, help = t("已勘定的界线也改用区划边界的图形", "take the divisions' border for surveyed lines too"))]
    surveyed: bool,
    #[arg(long, value_enum, help = t("各段联检牵头方的建议", "how the side leading each stretch is proposed"))]
    lead: Option<LeadRule>,
    #[arg(long, value_name = "DATE", help = t("按哪一天的区划，默认今天", "the day whose divisions count, default today"))]
    as_of: Option<Date>,
    #[arg(long, help = t("只试算，不写入", "work it out, write nothing"))]
    dry_run: bool,
    #[command(flatten)]
    authorship: Authorship,
    #[arg(long, help = t("以 JSON 输出", "print JSON"))]
    json: bool,
}

impl Derive {
    fn run(self) -> Result<(), Failure> {
        let register = open_to_write(&self.register)?;
        let title = register.info()?.title;
        let mut options = DeriveOptions {
            streets: self.streets,
            home: Some(self.home.clone().unwrap_or(title)),
            surveyed: self.surveyed,
            ..DeriveOptions::new(self.level.into(), self.as_of.unwrap_or_else(today))
        };
        if let Some(lead) = self.lead {
            options.lead = lead.into();
        }
        let header = self.authorship.clone().header(SetKind::Edit);
        let (mut done, mut ids) = (None, ids());
        let committed = register.commit(header, |snapshot| {
            let mut made = derived::derive(snapshot, &options, &mut ids).map_err(Failure::from)?;
            let changes = if self.dry_run { Vec::new() } else { std::mem::take(&mut made.changes) };
            done = Some(made);
            let origin = json!({
                "derived": Layer::BoundaryLine.name(), "level": options.level.code(),
                "as_of": options.sight.as_of.to_string(), "streets": options.streets, "surveyed": options.surveyed,
            });
            Ok::<_, Failure>(Decision { changes, origin: Some(origin) })
        });
        let revision = match committed {
            Ok(head) => Some(head.revision.0),
            Err(CommitError::Nothing) => None,
            Err(error) => return Err(error.into()),
        };
        if let Some(done) = done {
            self.report(&done, revision);
        }
        Ok(())
    }

    fn report(&self, done: &Derivation, revision: Option<u64>) {
        let count = |outcome| done.lines.iter().filter(|one| one.outcome == outcome).count();
        let (new, changed) = (count(Outcome::New), count(Outcome::Changed));
        let unchanged = count(Outcome::Unchanged);
        if self.json {
            words::json(&json!({
                "revision": revision, "dry_run": self.dry_run,
                "counts": {"new": new, "changed": changed, "unchanged": unchanged},
                "lines": done.lines, "findings": done.findings,
            }));
            return;
        }
        words::findings(&done.findings);
        done.lines.iter().for_each(|one| line(outcome_line(one)));
        let metres: f64 = done.lines.iter().map(|one| one.length_m).sum();
        let km = metres / 1000.0;
        let written = match (revision, self.dry_run) {
            (Some(revision), _) => format!("{}{}", t("，", "; "), words::now_at(revision)),
            (None, true) => t("；试算，未写入", "; worked out only, nothing written").to_owned(),
            (None, false) => t("；无须改动", "; nothing to change").to_owned(),
        };
        line(match language() {
            Language::Zh => format!(
                "界线 {} 条，共 {km:.3} 公里：新增 {new}，更改 {changed}，未变 {unchanged}{written}",
                done.lines.len()
            ),
            Language::En => format!(
                "{} lines, {km:.3} km in all: {new} new, {changed} changed, {unchanged} unchanged{written}",
                done.lines.len()
            ),
        });
    }
}

fn outcome_line(one: &LineOutcome) -> String {
    let what = match one.outcome {
        Outcome::New => t("新增", "new"),
        Outcome::Changed => t("更改", "changed"),
        Outcome::Unchanged => t("未变", "unchanged"),
    };
    let ends = [&one.start, &one.end].map(|end| end.as_deref().unwrap_or("—").to_owned()).join(" → ");
    let before = one
        .before_m
        .filter(|before| (before - one.length_m).abs() >= 0.5)
        .map(|before| format!(" ({} {:.3} km)", t("原", "was"), before / 1000.0))
        .unwrap_or_default();
    let titles: Vec<String> = one
        .changed
        .iter()
        .filter(|_| one.outcome == Outcome::Changed)
        .map(|field| match *field {
            "geometry" => t("图形", "shape").to_owned(),
            field => words::say(&Layer::BoundaryLine.def().field_title(field)).to_owned(),
        })
        .collect();
    let fields = if titles.is_empty() { String::new() } else { format!("  [{}]", titles.join("、")) };
    let code = one.code.as_deref().unwrap_or("—");
    let km = one.length_m / 1000.0;
    let parts = if one.parts > 1 { format!(" ×{}", one.parts) } else { String::new() };
    format!("  {what}  {code:<16} {}  {km:.3} km{parts}{before}  {ends}{fields}", one.name)
}

impl From<LinesError> for Failure {
    fn from(error: LinesError) -> Self {
        let (zh, en) = match error {
            LinesError::NoBoundary(_) => (
                "界线只有省、地、县、乡四级：--level province、prefecture、county、township。",
                "Lines are kept of provinces, prefectures, counties and townships: --level province, prefecture, county, township.",
            ),
            LinesError::NoDivisions(_) => (
                "请先导入这一级区划的边界：boundstone import … --layer division。",
                "Bring in the borders of these divisions first: boundstone import … --layer division.",
            ),
        };
        Self::from(error.sentence()).then(zh, en)
    }
}

#[derive(Args)]
struct List {
    #[arg(value_name = "REGISTER", help = t("登记册文件", "register file"))]
    register: PathBuf,
    #[arg(long, value_enum, help = t("只列这一级", "of this level only"))]
    level: Option<Level>,
    #[command(flatten)]
    as_of: AsOf,
    #[arg(long, help = t("以 JSON 输出", "print JSON"))]
    json: bool,
}

impl List {
    fn run(self) -> Result<(), Failure> {
        let register = open_to_read(&self.register)?;
        let snapshot = self.as_of.snapshot(&register)?;
        let lines = self.lines(&snapshot);
        if self.json {
            words::json(&json!(lines.iter().map(|(record, own)| described(record, own)).collect::<Vec<_>>()));
            return Ok(());
        }
        for (record, own) in &lines {
            line(list_line(record, own));
        }
        let km: f64 = lines.iter().filter_map(|(_, own)| own.measured_km.or(own.length_km)).sum();
        line(match language() {
            Language::Zh => format!("界线 {} 条，共 {km:.3} 公里", lines.len()),
            Language::En => format!("{} lines, {km:.3} km in all", lines.len()),
        });
        Ok(())
    }

    /// The lines that hold on the day, by level and code; those that cannot be read are left out.
    fn lines<'a>(&self, snapshot: &'a Snapshot) -> Vec<(&'a Record, BoundaryLine)> {
        let level = self.level.map(DivisionLevel::from);
        let records = snapshot.layer(Layer::BoundaryLine).iter();
        let mut lines: Vec<(&Record, BoundaryLine)> = records
            .filter(|record| record.valid.contains(self.as_of.date()))
            .filter(|record| level.is_none_or(|level| record.text("level") == Some(level.code())))
            .filter_map(|record| Some((&**record, record.read::<BoundaryLine>().ok()?)))
            .collect();
        let rank = |own: &BoundaryLine| {
            own.level.as_deref().and_then(DivisionLevel::from_code).map_or(u8::MAX, |level| level as u8)
        };
        lines.sort_by(|(a, one), (b, other)| {
            rank(one).cmp(&rank(other)).then(a.code.cmp(&b.code)).then(a.id.cmp(&b.id))
        });
        lines
    }
}

fn list_line(record: &Record, own: &BoundaryLine) -> String {
    let level = own.level.as_deref().and_then(|code| vocab::list("division_level").get(code));
    let level = level.map(|value| value.title.get(language())).unwrap_or("—");
    let km = own.measured_km.or(own.length_km).map_or("—".to_owned(), |km| format!("{km:.3}"));
    let sides = [&own.party_a, &own.party_b].map(|side| side.as_deref().unwrap_or("—")).join(" — ");
    let next = own.next_inspection.map(|day| format!("  {} {day}", t("下次联检", "next inspection")));
    let markers = own.marker_count.unwrap_or_default();
    let (code, name) = (record.code.as_deref().unwrap_or("—"), &own.name);
    match language() {
        Language::Zh => format!(
            "  {level}  {code:<16} {name}  {sides}  {km} 公里  界桩 {markers}{}",
            next.unwrap_or_default()
        ),
        Language::En => format!(
            "  {level}  {code:<16} {name}  {sides}  {km} km  {markers} markers{}",
            next.unwrap_or_default()
        ),
    }
}

fn described(record: &Record, own: &BoundaryLine) -> Json {
    json!({
        "id": record.id, "code": record.code, "name": own.name, "level": own.level,
        "parties": [{"code": own.party_a_code, "name": own.party_a}, {"code": own.party_b_code, "name": own.party_b}],
        "start": own.start_point, "end": own.end_point, "length_km": own.length_km, "measured_km": own.measured_km,
        "markers": own.marker_count, "segments": own.segments, "feature": own.feature, "surveyed": own.surveyed,
        "last_inspection": own.last_inspection, "next_inspection": own.next_inspection,
    })
}
