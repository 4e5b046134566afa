//! `boundstone lines sheet`, `boundstone markers card`, `boundstone templates`: papers that an office files.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value as Json, json};

use super::failure::Failure;
use super::inspect::AsOf;
use super::registers::open_to_read;
use super::serve::Show;
use super::words::{self, language, line, t, warn};
use crate::boundary::{Sight, station};
use crate::documents::{DocumentsError, Filled, Sheet, SheetOptions, Templates, marker_card};
use crate::model::{Bilingual, Language, Layer, Record};
use crate::snapshot::Snapshot;

/// What is looked at, and with which templates.
#[derive(Args)]
struct Base {
    #[arg(value_name = "REGISTER", help = t("登记册文件", "register file"))]
    register: PathBuf,
    #[command(flatten)]
    as_of: AsOf,
    #[arg(long, value_enum, default_value = "internal", help = t("写出到哪一密级为止", "the highest class of secrecy written"))]
    show: Show,
    #[arg(long, value_name = "DIR", help = t("本单位的模板文件夹，默认为登记册旁的“登记册文件名.templates”", "the office's folder of templates, default REGISTER.templates beside the register"))]
    templates: Option<PathBuf>,
}

impl Base {
    fn sight(&self) -> Sight {
        Sight { as_of: self.as_of.date(), show: self.show.into() }
    }

    fn templates(&self) -> Result<Templates, Failure> {
        templates_for(self.templates.as_deref(), &self.register)
    }
}

/// An office's templates: of the folder named, else of the one beside the register, else ours.
pub fn templates_for(folder: Option<&Path>, register: &Path) -> Result<Templates, Failure> {
    let mut name = register.file_name().unwrap_or_default().to_owned();
    name.push(".templates");
    let beside = register.with_file_name(name);
    match folder.or_else(|| beside.is_dir().then_some(beside.as_path())) {
        Some(folder) => Ok(Templates::with_folder(folder)?),
        None => Ok(Templates::default()),
    }
}

/// The A3 map of a line.
#[derive(Args)]
#[command(after_help = t("例：\n  boundstone lines sheet 官渡区.gpkg --line 53010001030111 --to 官盘线附图.pdf\n  boundstone lines sheet 官渡区.gpkg --line 53010001030111 --scale 50000 --to 官盘线附图.pdf", "Examples:\n  boundstone lines sheet guandu.gpkg --line 53010001030111 --to guanpan.pdf\n  boundstone lines sheet guandu.gpkg --line 53010001030111 --scale 50000 --to guanpan.pdf"))]
pub struct SheetOf {
    #[command(flatten)]
    from: Base,
    #[arg(long, value_name = "CODE", help = t("界线代码", "the line's code"))]
    line: String,
    #[arg(long, value_name = "FILE", help = t("写到哪个 pdf 文件", "the pdf to write"))]
    to: PathBuf,
    #[arg(long, value_name = "N", help = t("比例尺分母，如 50000；默认取放得下的最大比例尺", "denominator of the scale, e.g. 50000; by default the largest that fits"))]
    scale: Option<u32>,
    #[arg(long, help = t("以 JSON 输出", "print JSON"))]
    json: bool,
}

impl SheetOf {
    /// Draws and writes it.
    pub fn run(self) -> Result<(), Failure> {
        let register = open_to_read(&self.from.register)?;
        let snapshot = self.from.as_of.snapshot(&register)?;
        let sight = self.from.sight();
        let code = self.line.trim();
        let mut found = snapshot.layer(Layer::BoundaryLine).by_code(code);
        let record = found.find(|record| sight.sees(record)).ok_or_else(|| unknown_line(code))?;
        let sheet = Sheet::draw(&snapshot, record, SheetOptions { sight, scale: self.scale })?;
        let (scale, markers) = (sheet.scale, sheet.markers);
        write(&self.to, &sheet.pdf(&self.from.templates()?)?)?;
        if self.json {
            words::json(&json!({"line": code, "scale": scale, "markers": markers, "file": self.to}));
        } else {
            let file = self.to.display();
            line(match language() {
                Language::Zh => format!("比例尺 1∶{scale}，界桩 {markers} 颗 → {file}"),
                Language::En => format!("scale 1:{scale}, {markers} markers → {file}"),
            });
        }
        Ok(())
    }
}

fn unknown_line(code: &str) -> Failure {
    Failure::nothing(format!("没有代码为 {code} 的界线"), format!("there is no line {code}"))
        .then("界线代码可用 boundstone lines list 列出。", "List the codes with boundstone lines list.")
}

/// The register sheet of a marker, or those of a line.
#[derive(Args)]
#[command(after_help = t("例：\n  boundstone markers card 官渡区.gpkg --number 53010001030111001A --to 1号桩.docx\n  boundstone markers card 官渡区.gpkg --line 53010001030111 --to 登记表/ --form pdf", "Examples:\n  boundstone markers card guandu.gpkg --number 53010001030111001A --to marker1.docx\n  boundstone markers card guandu.gpkg --line 53010001030111 --to sheets/ --form pdf"))]
pub struct Card {
    #[command(flatten)]
    from: Base,
    #[arg(long, value_name = "NO", required_unless_present = "line", conflicts_with = "line", help = t("界桩编号", "the marker's number"))]
    number: Option<String>,
    #[arg(long, value_name = "CODE", help = t("这条界线的全部界桩，每颗一个文件", "all markers of this line, a file each"))]
    line: Option<String>,
    #[arg(long, value_name = "FILE|DIR", help = t("写到哪个文件（.docx、.pdf）；给 --line 时是文件夹", "the file to write (.docx, .pdf); with --line a folder"))]
    to: PathBuf,
    #[arg(long, value_name = "FORM", value_parser = ["docx", "pdf"], help = t("docx 或 pdf，默认看文件名，成批时 docx", "docx or pdf, by default as the file's name says, docx for many"))]
    form: Option<String>,
    #[arg(long, help = t("以 JSON 输出", "print JSON"))]
    json: bool,
}

impl Card {
    /// Fills and writes it.
    pub fn run(self) -> Result<(), Failure> {
        let register = open_to_read(&self.from.register)?;
        let snapshot = self.from.as_of.snapshot(&register)?;
        let templates = self.from.templates()?;
        let records = self.records(&snapshot)?;
        let pdf = match (&self.form, self.to.extension()) {
            (Some(form), _) => form == "pdf",
            (None, Some(ending)) => ending.eq_ignore_ascii_case("pdf"),
            (None, None) => false,
        };
        if self.line.is_some() {
            fs::create_dir_all(&self.to).map_err(|error| Failure::disk(&self.to, &error))?;
        }
        let mut written: Vec<Json> = Vec::new();
        for record in records {
            let fields = marker_card::fields(&snapshot, record, self.from.sight())?;
            let filled = if pdf {
                marker_card::pdf(&fields, &templates)?
            } else {
                marker_card::docx(&fields, &templates)?
            };
            let number = record.text("number").unwrap_or_default();
            let to = match self.line {
                Some(_) => self.to.join(format!(
                    "界桩登记表-{}.{}",
                    file_name(number),
                    if pdf { "pdf" } else { "docx" }
                )),
                None => self.to.clone(),
            };
            write(&to, &filled.bytes)?;
            self.report(number, &filled, &to);
            written.push(
                json!({"number": number, "file": to, "empty": filled.empty, "unknown": filled.unknown}),
            );
        }
        if self.json {
            words::json(&Json::Array(written));
        }
        Ok(())
    }

    fn records<'a>(&self, snapshot: &'a Snapshot) -> Result<Vec<&'a Record>, Failure> {
        let sight = self.from.sight();
        let view = snapshot.layer(Layer::BoundaryMarker);
        let mut records: Vec<&Record> = view
            .iter()
            .map(|record| &**record)
            .filter(|record| sight.sees(record))
            .filter(|record| match (&self.number, &self.line) {
                (Some(number), _) => record.text("number") == Some(number.trim()),
                (None, Some(code)) => station::line_codes(record).iter().any(|own| own == code.trim()),
                (None, None) => false,
            })
            .collect();
        records.sort_by(|a, b| a.text("number").cmp(&b.text("number")).then(a.key().cmp(&b.key())));
        if self.number.is_some() {
            records.truncate(1);
        }
        if records.is_empty() {
            let wanted = self.number.as_deref().or(self.line.as_deref()).unwrap_or_default();
            return Err(Failure::nothing(
                format!("没有找到界桩：{wanted}"),
                format!("no marker was found: {wanted}"),
            )
            .then(
                "核对编号（含类型码）或界线代码；密级高于 --show 的不写出。",
                "Check the number with its letter, or the line's code; what is above --show is not written.",
            ));
        }
        Ok(records)
    }

    fn report(&self, number: &str, filled: &Filled, to: &Path) {
        if self.json {
            return;
        }
        line(format!("{number} → {}", to.display()));
        let names = |all: &[String]| all.join("、");
        if !filled.empty.is_empty() {
            line(format!(
                "  {}{}",
                t("登记册中没有，留空待填：", "not in the register, left blank: "),
                names(&filled.empty)
            ));
        }
        if !filled.unknown.is_empty() {
            warn(format!(
                "  {}{}",
                t("模板中有不认得的名称：", "names in the template that are not known: "),
                names(&filled.unknown)
            ));
        }
    }
}

/// A number as part of a file's name.
fn file_name(number: &str) -> String {
    number.chars().map(|c| if c.is_alphanumeric() || c == '-' { c } else { '_' }).take(80).collect()
}

fn write(to: &Path, bytes: &[u8]) -> Result<(), Failure> {
    fs::write(to, bytes).map_err(|error| Failure::disk(to, &error))
}

/// The built-in templates, written out for an office to begin with.
#[derive(Args)]
#[command(after_help = t("例：\n  boundstone templates 官渡区.gpkg.templates\n改好的模板放在登记册旁的“登记册文件名.templates”文件夹里，文件名不变；不改的可以删去。", "Example:\n  boundstone templates guandu.gpkg.templates\nKeep changed ones under their names in REGISTER.templates beside the register; remove those that stay as they are."))]
pub struct TemplatesTo {
    #[arg(value_name = "DIR", help = t("写到哪个文件夹", "the folder to write"))]
    folder: PathBuf,
}

impl TemplatesTo {
    /// Writes those that are not there yet.
    pub fn run(self) -> Result<(), Failure> {
        fs::create_dir_all(&self.folder).map_err(|error| Failure::disk(&self.folder, &error))?;
        for name in Templates::names() {
            let to = self.folder.join(name);
            if to.exists() {
                line(format!("{}  {}", to.display(), t("已有，未改动", "is there, left as it is")));
                continue;
            }
            write(&to, Templates::ours(name).unwrap_or_default())?;
            line(to.display().to_string());
        }
        Ok(())
    }
}

impl From<DocumentsError> for Failure {
    fn from(error: DocumentsError) -> Self {
        let (why, Bilingual { zh, en }) = error.sentences();
        Self::from(why).then(&zh, &en)
    }
}
