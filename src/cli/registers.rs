//! Registers as a whole: `init`, `undo`, `verify`, and how the other commands open one.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use clap::Args;
use serde_json::json;

use super::failure::Failure;
use super::places::categories;
use super::words::{self, line, t, thousands};
use crate::attachments::Attachments;
use crate::model::{Bilingual, Date, Header, IdSource, MediaName, Revision, SetKind};
use crate::register::{Lister, Register};
use crate::store::{GeoPackageStore, RegisterInfo, Store, Union};

/// Milliseconds since 1970: the only clock of the command line.
pub fn now_ms() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map(|d| d.as_millis() as u64).unwrap_or_default()
}

/// Today in Shanghai.
pub fn today() -> Date {
    Date::in_shanghai(now_ms() as i64)
}

/// The present instant as RFC 3339 in UTC.
pub fn now_text() -> String {
    jiff::Timestamp::from_millisecond(now_ms() as i64)
        .map(|instant| format!("{instant:.3}"))
        .unwrap_or_default()
}

/// A source of ids seeded by the clock.
pub fn ids() -> IdSource {
    let nanos = SystemTime::now().duration_since(UNIX_EPOCH).map(|d| d.as_nanos() as u64).unwrap_or_default();
    IdSource::new(now_ms(), nanos ^ u64::from(std::process::id()).rotate_left(32))
}

/// Opens a register to change it.
pub fn open_to_write(path: &Path) -> Result<Register, Failure> {
    must_exist(path)?;
    categories::take_in(path)?;
    Ok(Register::open(Box::new(GeoPackageStore::open(path)?))?)
}

/// Opens a register to read it.
pub fn open_to_read(path: &Path) -> Result<Register, Failure> {
    must_exist(path)?;
    categories::take_in(path)?;
    Ok(Register::open(Box::new(GeoPackageStore::open_read_only(path)?))?)
}

/// Opens several registers to read them as one.
pub fn open_together(paths: &[PathBuf]) -> Result<Register, Failure> {
    let mut stores: Vec<(String, Box<dyn Store>)> = Vec::with_capacity(paths.len());
    let mut seen: Vec<PathBuf> = Vec::with_capacity(paths.len());
    for path in paths {
        must_exist(path)?;
        let full = std::fs::canonicalize(path).map_err(|error| Failure::disk(path, &error))?;
        if seen.contains(&full) {
            let name = path.display();
            let (zh, en) = (format!("{name} 给了两次"), format!("{name} is given twice"));
            return Err(Failure::Usage(Bilingual::new(zh, en)));
        }
        seen.push(full);
        let alone = paths.iter().filter(|other| other.file_name() == path.file_name()).count() == 1;
        let name = path.file_name().filter(|_| alone).unwrap_or(path.as_os_str());
        stores.push((name.to_string_lossy().into_owned(), Box::new(GeoPackageStore::open_read_only(path)?)));
    }
    Ok(Register::open(Box::new(Union::new(stores)?))?)
}

/// Removes a register and what SQLite keeps beside it.
pub fn remove(register: &Path) -> Result<(), Failure> {
    for suffix in ["", "-wal", "-shm"] {
        let mut name = register.as_os_str().to_owned();
        name.push(suffix);
        match std::fs::remove_file(&name) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(Failure::disk(Path::new(&name), &error));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Refuses a register that is not there.
pub fn must_exist(path: &Path) -> Result<(), Failure> {
    if path.is_file() {
        return Ok(());
    }
    let name = path.display();
    let failure = Failure::nothing(format!("没有登记册 {name}"), format!("there is no register {name}"));
    Err(failure.then(
        &format!("请核对文件名；新建用 boundstone init {name}"),
        &format!("Check the name; make one with boundstone init {name}"),
    ))
}

/// Refuses a file that is there: an existing file is never touched.
pub fn must_be_new(path: &Path) -> Result<(), Failure> {
    if !path.exists() {
        return Ok(());
    }
    let name = path.display();
    let failure = Failure::nothing(format!("{name} 已存在"), format!("{name} exists already"));
    Err(failure
        .then("请另取文件名；已有的文件不会被改动。", "Take another name; the file there is left as it is."))
}

/// A file's name without its ending: what a register is called where nobody says.
pub fn stem(path: &Path) -> String {
    path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
}

/// Who changes something, why, by which document.
#[derive(Args, Clone)]
pub struct Authorship {
    #[arg(long, value_name = "NAME", help = t("经办人", "who does it"))]
    by: String,
    #[arg(long, value_name = "TEXT", help = t("事由", "why"))]
    reason: String,
    #[arg(long, value_name = "NO", help = t("依据文号", "number of the document that orders it"))]
    document: Option<String>,
}

impl Authorship {
    /// As given in arguments of their own.
    pub fn new(by: String, reason: String, document: Option<String>) -> Self {
        Self { by, reason, document }
    }

    /// The head of a change set. On the command line who it was is not proved.
    pub fn header(self, kind: SetKind) -> Header {
        Header {
            kind,
            by: self.by,
            verified: false,
            reason: self.reason,
            document: self.document,
            at: now_text(),
            undoes: None,
            idempotency_key: None,
            origin: None,
        }
    }
}

/// Makes a register.
#[derive(Args)]
#[command(after_help = t("例：\n  boundstone init 五华区.gpkg --title 五华区", "Example:\n  boundstone init wuhua.gpkg --title Wuhua"))]
pub struct Init {
    #[arg(value_name = "REGISTER", help = t("要新建的文件（.gpkg）", "the file to make (.gpkg)"))]
    register: PathBuf,
    #[arg(long, help = t("登记册名称，默认取文件名", "what it is called, default the file's name"))]
    title: Option<String>,
}

impl Init {
    /// Makes an empty register; an existing file is never touched.
    pub fn run(self) -> Result<(), Failure> {
        must_be_new(&self.register)?;
        let title = self.title.unwrap_or_else(|| stem(&self.register));
        GeoPackageStore::create(&self.register, &RegisterInfo { title, created: now_text() })?;
        line(format!("{} {}", t("已新建", "made"), self.register.display()));
        Ok(())
    }
}

/// Takes a change set back.
#[derive(Args)]
#[command(after_help = t("例：\n  boundstone undo 五华区.gpkg 3 --by 张三 --reason 导错文件", "Example:\n  boundstone undo wuhua.gpkg 3 --by Zhang --reason 'wrong file'"))]
pub struct Undo {
    #[arg(value_name = "REGISTER", help = t("登记册文件", "register file"))]
    register: PathBuf,
    #[arg(value_name = "REVISION", help = t("要撤销的变更集编号", "number of the change set to take back"))]
    revision: u64,
    #[command(flatten)]
    authorship: Authorship,
    #[arg(long, help = t("以 JSON 输出", "print JSON"))]
    json: bool,
}

impl Undo {
    /// Appends the inverse change set.
    pub fn run(self) -> Result<(), Failure> {
        let register = open_to_write(&self.register)?;
        let header = self.authorship.header(SetKind::Undo);
        let head = register.undo(Revision(self.revision), header)?;
        if self.json {
            words::json(&json!({"revision": head.revision.0, "undoes": self.revision}));
        } else {
            line(match words::language() {
                crate::model::Language::Zh => {
                    format!("已撤销变更集 {}，登记册现为第 {} 版", self.revision, head.revision.0)
                }
                crate::model::Language::En => {
                    format!(
                        "change set {} is taken back; the register is at revision {}",
                        self.revision, head.revision.0
                    )
                }
            });
        }
        Ok(())
    }
}

/// Verifies a register.
#[derive(Args)]
pub struct Verify {
    #[arg(value_name = "REGISTER", help = t("登记册文件", "register file"))]
    register: PathBuf,
    #[arg(long, help = t("以 JSON 输出", "print JSON"))]
    json: bool,
}

impl Verify {
    /// Checks hash chain, replay, tables and index; damage is exit code 1.
    pub fn run(self) -> Result<(), Failure> {
        let register = open_to_read(&self.register)?;
        let bar = words::progress(t("校验", "verifying"), None);
        let report = register.verify(&mut |_, done, _| bar.set_position(done))?;
        let mut findings = report.findings;
        let facts_sound = findings.total() == 0;
        let files = register.files_listed()?;
        let media = Attachments::beside(std::slice::from_ref(&self.register));
        media.verify(listers(&files))?.into_iter().for_each(|finding| findings.push(finding));
        let sound = findings.total() == 0;
        let head = register.head()?;
        bar.finish_and_clear();
        if self.json {
            words::json(&json!({
                "sound": sound, "revision": report.revision.0, "hash": head.hash.to_string(),
                "changes": report.changes, "rows": report.rows,
                "files": files.len(), "findings": findings,
            }));
        } else {
            line(format!(
                "{} {}，{} {}，{} {}，{} {}",
                t("变更集", "change sets"),
                thousands(report.revision.0),
                t("变更", "changes"),
                thousands(report.changes),
                t("记录", "rows"),
                thousands(report.rows),
                t("末尾哈希", "head hash"),
                head.hash
            ));
            if !files.is_empty() {
                line(format!(
                    "{} {}",
                    t("照片与扫描件", "pictures and papers"),
                    thousands(files.len() as u64)
                ));
            }
            words::findings(&findings);
        }
        if sound {
            line_unless(
                self.json,
                t("完好：哈希链、重放与数据表一致", "sound: hash chain, replay and tables agree"),
            );
            return Ok(());
        }
        Err(unsound(facts_sound))
    }
}

/// What is said at the end where something is wrong: with the facts, or only with files beside them.
fn unsound(facts_sound: bool) -> Failure {
    if !facts_sound {
        return Failure::nothing("登记册有损坏，见上", "the register is damaged, see above")
            .then("请停止写入，并从备份恢复。", "Stop writing to it and go back to a backup.");
    }
    let (zh, en) = (
        "登记册本身完好；照片或扫描件的文件有缺失或改动，见上",
        "the register itself is sound; files of pictures or papers are missing or altered, see above",
    );
    Failure::nothing(zh, en).then(
        "请从备份恢复登记册旁的 .media 文件夹。",
        "Restore the .media folder beside the register from a backup.",
    )
}

/// Files with the record that lists each.
pub fn listers(files: &BTreeMap<MediaName, Lister>) -> impl Iterator<Item = (&MediaName, String)> {
    files.iter().map(|(name, by)| (name, format!("{}/{}", by.layer, by.id)))
}

fn line_unless(quiet: bool, text: &str) {
    if !quiet {
        line(text);
    }
}
