//! `boundstone lines table`, `boundstone markers table`: the tables that offices keep of lines and markers.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::failure::Failure;
use super::inspect::AsOf;
use super::registers::open_to_read;
use super::serve::Show;
use super::words::{self, line, t, thousands};
use crate::boundary::Sight;
use crate::boundary::tables::{self, Chosen, Table};
use crate::formats::{self, OutColumn, OutFeature, OutSchema};
use crate::model::Findings;
use crate::snapshot::Snapshot;

/// A table of lines or of markers.
#[derive(Args)]
pub struct TableOf {
    #[arg(value_name = "REGISTER", help = t("登记册文件", "register file"))]
    register: PathBuf,
    #[arg(long, value_name = "FILE", help = t("写到哪个文件：.xlsx 或 .csv", "the file to write: .xlsx or .csv"))]
    to: PathBuf,
    #[arg(long, value_name = "CODE", help = t("只要这条界线", "of this line only"))]
    line: Option<String>,
    #[command(flatten)]
    as_of: AsOf,
    #[arg(long, value_enum, default_value = "internal", help = t("写出到哪一密级为止", "the highest class of secrecy written"))]
    show: Show,
    #[arg(long, help = t("以 JSON 输出", "print JSON"))]
    json: bool,
}

/// What makes a table of a snapshot.
type Maker = fn(&Snapshot, Chosen<'_>) -> Table;

impl TableOf {
    /// Writes the table of lines.
    pub fn lines(self) -> Result<(), Failure> {
        self.write(tables::lines)
    }

    /// Writes the table of markers.
    pub fn markers(self) -> Result<(), Failure> {
        self.write(tables::markers)
    }

    fn write(self, make: Maker) -> Result<(), Failure> {
        let register = open_to_read(&self.register)?;
        let snapshot = self.as_of.snapshot(&register)?;
        let sight = Sight { as_of: self.as_of.date(), show: self.show.into() };
        let chosen = Chosen { sight, line: self.line.as_deref() };
        let table = make(&snapshot, chosen);
        let count = table.rows.len() as u64;
        let columns = table.columns.into_iter().map(|(name, kind)| OutColumn { name, title: None, kind });
        let schema =
            OutSchema { name: table.name.into(), columns: columns.collect(), crs: None, encoding: None };
        let mut sink = formats::create(&self.to, &schema)?;
        for values in table.rows {
            sink.write(OutFeature { geometry: None, values })?;
        }
        let mut findings = Findings::default();
        sink.finish()?.into_iter().for_each(|finding| findings.push(finding));
        if self.json {
            words::json(&json!({"rows": count, "file": self.to, "findings": findings}));
        } else {
            words::findings(&findings);
            line(format!("{} {} → {}", thousands(count), t("行", "rows"), self.to.display()));
        }
        Ok(())
    }
}
