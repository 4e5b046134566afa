//! `boundstone places pending`, `codes` and `table`: the table of places, what the national database is sent, and what
//! it returns.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value as Json, json};

use crate::cli::failure::Failure;
use crate::cli::inspect::AsOf;
use crate::cli::registers::{Authorship, open_to_read, open_to_write};
use crate::cli::serve::Show;
use crate::cli::words::{self, language, line, t, thousands};
use crate::formats::{self, OutColumn, OutFeature, OutSchema};
use crate::model::{Change, SetKind, Value};
use crate::names::census_table::{self, Sheet};
use crate::names::codes;
use crate::register::CommitError;
use crate::snapshot::Snapshot;

/// Places that wait for a code.
#[derive(Args)]
pub struct Pending {
    #[arg(value_name = "REGISTER", help = t("登记册文件", "register file"))]
    register: PathBuf,
    #[arg(long, value_name = "FILE", help = t("写成上报表：.xlsx 或 .csv", "write the table: .xlsx or .csv"))]
    to: Option<PathBuf>,
    #[command(flatten)]
    as_of: AsOf,
    #[arg(long, value_enum, default_value = "internal", help = t("写出到哪一密级为止", "the highest class of secrecy written"))]
    show: Show,
    #[arg(long, help = t("以 JSON 输出", "print JSON"))]
    json: bool,
}

impl Pending {
    /// Lists them, writes the table.
    pub fn run(self) -> Result<(), Failure> {
        let register = open_to_read(&self.register)?;
        let snapshot = self.as_of.snapshot(&register)?;
        let day = self.as_of.date();
        let all = codes::pending(&snapshot, day, self.show.into());
        if let Some(file) = &self.to {
            write(file, t("地名上报表", "names"), &all, (&snapshot, day))?;
        }
        if self.json {
            let places: Vec<Json> = all
                .iter()
                .map(|sheet| {
                    let cell = |column| sheet.cell(&snapshot, day, column);
                    json!({
                        "id": cell("id"), "code": cell("code"), "name": cell("standard_name"),
                        "category": cell("category_code"), "lacks": codes::lacks(sheet, &snapshot, day),
                    })
                })
                .collect();
            words::json(&json!({"total": all.len(), "places": places}));
            return Ok(());
        }
        for sheet in all.iter().take(50) {
            let code = sheet.place.code.as_deref().unwrap_or_default();
            line(format!("  {code}  {}", sheet.name().unwrap_or_default()));
        }
        let count = thousands(all.len() as u64);
        line(format!("{count} {}", t("个地名待赋码", "places wait for a code")));
        Ok(())
    }
}

/// The table of all places.
#[derive(Args)]
pub struct Table {
    #[arg(value_name = "REGISTER", help = t("登记册文件", "register file"))]
    register: PathBuf,
    #[arg(long, value_name = "FILE", help = t("写到哪个文件：.xlsx 或 .csv", "the file to write: .xlsx or .csv"))]
    to: PathBuf,
    #[command(flatten)]
    as_of: AsOf,
    #[arg(long, value_enum, default_value = "internal", help = t("写出到哪一密级为止", "the highest class of secrecy written"))]
    show: Show,
}

impl Table {
    /// Writes it.
    pub fn run(self) -> Result<(), Failure> {
        let register = open_to_read(&self.register)?;
        let snapshot = self.as_of.snapshot(&register)?;
        let day = self.as_of.date();
        let all = census_table::sheets(&snapshot, day, self.show.into());
        write(&self.to, t("地名成果表", "places"), &all, (&snapshot, day))?;
        line(format!("{} {} → {}", thousands(all.len() as u64), t("行", "rows"), self.to.display()));
        Ok(())
    }
}

fn write(
    file: &Path,
    name: &str,
    all: &[Sheet<'_>],
    (snapshot, day): (&Snapshot, crate::model::Date),
) -> Result<(), Failure> {
    let columns = census_table::columns().map(|(name, title, kind)| OutColumn {
        name: name.into(),
        title: Some(title.get(language()).to_owned()),
        kind,
    });
    let schema = OutSchema { name: name.to_owned(), columns: columns.collect(), crs: None, encoding: None };
    let mut sink = formats::create(file, &schema)?;
    for sheet in all {
        sink.write(OutFeature { geometry: None, values: sheet.row(snapshot, day) })?;
    }
    sink.finish()?;
    Ok(())
}

/// The answer of the national database.
#[derive(Args)]
pub struct Codes {
    #[arg(value_name = "REGISTER", help = t("登记册文件", "register file"))]
    register: PathBuf,
    #[arg(value_name = "FILE", help = t("返回的表格：.xlsx 或 .csv，有地名代码一栏", "the table returned, with a column of codes"))]
    file: PathBuf,
    #[command(flatten)]
    authorship: Authorship,
    #[command(flatten)]
    as_of: AsOf,
    #[arg(long, help = t("只试读，不改登记册", "only read, change nothing"))]
    dry_run: bool,
    #[arg(long, help = t("以 JSON 输出", "print JSON"))]
    json: bool,
}

impl Codes {
    /// Enters them in one change set.
    pub fn run(self) -> Result<(), Failure> {
        let rows = formats::text_rows(&self.file, codes::MOST_ROWS)?;
        let day = self.as_of.date();
        let show = crate::model::Secrecy::Secret;
        if self.dry_run {
            let register = open_to_read(&self.register)?;
            let read = codes::answer(&register.snapshot(), day, show, &rows);
            self.report(&read, None);
            return Ok(());
        }
        let register = open_to_write(&self.register)?;
        let mut read = codes::Answer::default();
        let committed = register.commit(self.authorship.clone().header(SetKind::Edit), |snapshot| {
            read = codes::answer(snapshot, day, show, &rows);
            let changes = read.given.iter().filter_map(|given| {
                let before = snapshot.layer(codes::LAYER).get(given.id, day)?;
                let mut after = (**before).clone();
                let at = codes::LAYER.def().index_of("place_code")?;
                after.fields = after.fields.with(at, Some(Value::Text(given.place_code.as_str().into())));
                Some(Change::update((**before).clone(), after))
            });
            Ok::<_, Failure>(changes.collect::<Vec<_>>())
        });
        let revision = match committed {
            Ok(head) => Some(head.revision),
            Err(CommitError::Nothing) => None,
            Err(error) => return Err(error.into()),
        };
        self.report(&read, revision.map(|revision| revision.0));
        Ok(())
    }

    fn report(&self, read: &codes::Answer, revision: Option<u64>) {
        if self.json {
            words::json(&json!({
                "revision": revision, "matched": read.given.len(), "unchanged": read.unchanged,
                "refused": read.refused, "rows": read.given,
            }));
            return;
        }
        for one in &read.refused {
            line(format!("  {} {}  {}  {}", t("第", "row"), one.row, one.name, words::say(&one.why)));
        }
        let count = |number: usize| thousands(number as u64);
        line(format!(
            "{} {}，{} {}，{} {}",
            t("赋码", "given"),
            count(read.given.len()),
            t("已有", "there already"),
            count(read.unchanged),
            t("未用", "not used"),
            count(read.refused.len())
        ));
    }
}
