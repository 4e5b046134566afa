//! Findings of one file, made in few words and bounded.

use std::path::Path;

use crate::model::{Bilingual, Finding, Findings, Severity, Spot};

/// What was noticed in one file so far.
#[derive(Debug)]
pub(crate) struct Report {
    file: String,
    findings: Findings,
}

/// One noticing: rule, weight, what is wrong, what was done; each text Chinese and English.
pub(crate) struct Noticed<'a> {
    /// stable word of the check
    pub rule: &'a str,
    /// how much it weighs
    pub severity: Severity,
    /// what is wrong, Chinese and English
    pub what: (String, String),
    /// what was done
    pub done: (&'a str, &'a str),
}

impl Report {
    /// Nothing noticed yet.
    pub fn new(path: &Path) -> Self {
        Self { file: path.display().to_string(), findings: Findings::default() }
    }

    /// A finding at a row and column, not kept here; without its id as yet.
    pub fn finding(&self, row: Option<u64>, field: Option<&str>, noticed: Noticed<'_>) -> Finding {
        let spot =
            Spot { file: Some(self.file.clone()), row, field: field.map(str::to_owned), ..Spot::default() };
        let (zh, en) = noticed.what;
        let done = Bilingual::new(noticed.done.0, noticed.done.1);
        Finding::draft(noticed.rule, noticed.severity, spot, Bilingual::new(zh, en), done)
    }

    /// Keeps a finding on the file as a whole.
    pub fn file(&mut self, noticed: Noticed<'_>) {
        let finding = self.finding(None, None, noticed);
        self.findings.push(finding);
    }

    /// The same with what it was concluded from, or what was concluded.
    pub fn file_with(&mut self, evidence: &str, noticed: Noticed<'_>) {
        let finding = self.finding(None, None, noticed).with_evidence(evidence);
        self.findings.push(finding);
    }

    /// Keeps a finding on one value of a row that itself is kept.
    pub fn value(&mut self, row: u64, field: Option<&str>, evidence: &str, noticed: Noticed<'_>) {
        let finding = self.finding(Some(row), field, noticed).with_evidence(evidence);
        self.findings.push(finding);
    }

    /// A row that cannot be read.
    pub fn refused(&self, row: u64, evidence: &str, zh: &str, en: &str) -> Finding {
        self.finding(
            Some(row),
            None,
            Noticed {
                rule: "import.row",
                severity: Severity::Error,
                what: (format!("无法读取：{zh}"), format!("it cannot be read: {en}")),
                done: ("该条未导入，其余照常导入", "this row was left out, the others were read"),
            },
        )
        .with_evidence(evidence)
    }

    /// A row whose geometry cannot be read; the row itself is kept without one.
    pub fn geometry(&mut self, row: u64, field: Option<&str>, evidence: &str, zh: &str, en: &str) {
        self.value(
            row,
            field,
            evidence,
            Noticed {
                rule: "import.geometry",
                severity: Severity::Error,
                what: (format!("图形无法读取：{zh}"), format!("its geometry cannot be read: {en}")),
                done: ("保留属性，图形留空", "the attributes were kept, the geometry left empty"),
            },
        );
    }

    /// Hands over what was kept.
    pub fn take(&mut self) -> Vec<Finding> {
        self.findings.take()
    }
}
