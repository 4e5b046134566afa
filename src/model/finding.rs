//! Findings: what a reader or a checker noticed. Bad data is not an error; it is data about data.

use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::Bilingual;

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// 提示
    Note,
    /// 请确认
    Warning,
    /// 必须改
    Error,
}

/// Where it was noticed: in a file, in the register, on the map. Absent parts are not known.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Spot {
    /// file, as the user named it
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// row, counted from 1 as a person would (a table's heading is row 1)
    #[serde(skip_serializing_if = "Option::is_none")]
    pub row: Option<u64>,
    /// field or column
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// layer and record
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<String>,
    /// longitude and latitude
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<[f64; 2]>,
}

/// A record that a row may be about: for a person to choose.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// the record's id
    pub id: String,
    /// what it is called
    pub label: String,
    /// its code and the divisions it lies in, where known
    pub within: String,
    /// how well it fits, 0 to 1
    pub score: f64,
}

/// One thing noticed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// deterministic: the same noticing has the same id
    pub id: String,
    /// which check, a stable word such as `import.date`
    pub rule: String,
    /// how much it weighs
    pub severity: Severity,
    /// where
    pub spot: Spot,
    /// what is wrong
    pub what: Bilingual,
    /// what was done, or what to do
    pub done: Bilingual,
    /// the value that gave rise to it, shortened
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<String>,
    /// how often it was noticed: rows with the same cause are one finding
    #[serde(default = "once")]
    pub count: u64,
    /// the first few of its rows, where it is about rows
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub rows: Vec<u64>,
    /// records to choose from, the best first
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub candidates: Vec<Candidate>,
}

fn once() -> u64 {
    1
}

impl Finding {
    /// A finding; its id follows from rule, spot and evidence.
    pub fn new(rule: &str, severity: Severity, spot: Spot, what: Bilingual, done: Bilingual) -> Self {
        Self::draft(rule, severity, spot, what, done).with_id()
    }

    /// The same without its id, which [`Findings`] gives to those that it keeps: of a million rows with one
    /// fault it keeps one.
    pub fn draft(rule: &str, severity: Severity, spot: Spot, what: Bilingual, done: Bilingual) -> Self {
        let rows = spot.row.into_iter().collect();
        let id = String::new();
        let rule = rule.into();
        let candidates = Vec::new();
        Self { id, rule, severity, spot, what, done, evidence: None, count: 1, rows, candidates }
    }

    /// With the value that gave rise to it, cut to 120 characters.
    #[must_use]
    pub fn with_evidence(mut self, evidence: impl AsRef<str>) -> Self {
        self.evidence = Some(evidence.as_ref().chars().take(120).collect());
        if self.id.is_empty() { self } else { self.with_id() }
    }

    /// Where the same is noticed in other rows of the file; a record or a place stands for itself.
    fn cause(&self) -> (&str, Option<&str>, Option<&str>, Option<&str>, Option<&str>, &str) {
        let Spot { file, field, record, .. } = &self.spot;
        let evidence = self.evidence.as_deref();
        (&self.rule, file.as_deref(), field.as_deref(), record.as_deref(), evidence, &self.what.zh)
    }

    /// Takes another with the same cause in.
    fn absorb(&mut self, other: &Self) {
        self.count += other.count;
        let room = Findings::ROWS.saturating_sub(self.rows.len());
        self.rows.extend(other.rows.iter().take(room));
    }

    fn with_id(mut self) -> Self {
        let mut hash = Sha256::new();
        let spot = serde_json::to_string(&self.spot).unwrap_or_default();
        for part in [&self.rule, &spot, self.evidence.as_deref().unwrap_or_default()] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part.as_bytes());
        }
        self.id = hash.finalize()[..8].iter().map(|byte| format!("{byte:02x}")).collect();
        self
    }
}

/// Findings with a bound: all are counted, those with the same cause are one, and of each rule the first
/// different ones are kept.
///
/// A table of 600,000 rows may have the same fault in each; nobody reads that list.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Findings {
    /// those kept
    pub kept: Vec<Finding>,
    /// how many there were by rule, every row counted
    pub counts: BTreeMap<String, u64>,
    /// places among those kept, by the hash of their cause
    #[serde(skip)]
    places: HashMap<u64, usize>,
    /// how many of each rule are kept
    #[serde(skip)]
    kept_of: BTreeMap<String, u64>,
}

impl Findings {
    /// How many different ones of one rule are kept.
    pub const KEPT_PER_RULE: u64 = 200;
    /// How many rows a finding names.
    pub const ROWS: usize = 10;

    /// Takes one in.
    pub fn push(&mut self, finding: Finding) {
        add(&mut self.counts, &finding.rule, finding.count);
        let mut hash = DefaultHasher::new();
        finding.cause().hash(&mut hash);
        let hash = hash.finish();
        match self.places.get(&hash).and_then(|at| self.kept.get_mut(*at)) {
            Some(known) if known.cause() == finding.cause() => known.absorb(&finding),
            _ if self.kept_of.get(&finding.rule).is_none_or(|kept| *kept < Self::KEPT_PER_RULE) => {
                add(&mut self.kept_of, &finding.rule, 1);
                self.places.insert(hash, self.kept.len());
                self.kept.push(if finding.id.is_empty() { finding.with_id() } else { finding });
            }
            _ => {}
        }
    }

    /// Hands over those kept and begins anew; those that were only counted are one more of each rule.
    pub fn take(&mut self) -> Vec<Finding> {
        let Self { mut kept, counts, .. } = std::mem::take(self);
        for (rule, count) in counts {
            let of_rule = kept.iter().filter(|finding| finding.rule == rule);
            let (known, last) =
                of_rule.fold((0, None), |(sum, _), finding| (sum + finding.count, Some(finding)));
            let Some(last) = last.filter(|_| count > known) else { continue };
            let spot = Spot { file: last.spot.file.clone(), ..Spot::default() };
            let what =
                Bilingual::new("其余同类问题，未逐条列出", "others of the same kind, not listed one by one");
            let others = Finding::new(&rule, last.severity, spot, what, last.done.clone());
            kept.push(Finding { count: count - known, ..others });
        }
        kept
    }

    /// How many in all, every row counted.
    pub fn total(&self) -> u64 {
        self.counts.values().sum()
    }
}

/// Adds to a count without a copy of the name where it is known.
fn add(counts: &mut BTreeMap<String, u64>, rule: &str, more: u64) {
    match counts.get_mut(rule) {
        Some(count) => *count += more,
        None => {
            counts.insert(rule.to_owned(), more);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_row(row: u64, field: &str, evidence: &str) -> Finding {
        let spot =
            Spot { file: Some("a.csv".into()), row: Some(row), field: Some(field.into()), ..Spot::default() };
        let what = Bilingual::new("不是日期", "not a date");
        Finding::new("import.value", Severity::Warning, spot, what, Bilingual::default())
            .with_evidence(evidence)
    }

    #[test]
    fn the_same_cause_in_many_rows_is_one_finding() {
        let mut findings = Findings::default();
        (2..=500).for_each(|row| findings.push(of_row(row, "day", "n/a")));
        findings.push(of_row(7, "day", "soon"));
        findings.push(of_row(8, "end", "n/a"));
        let counts: Vec<_> = findings.kept.iter().map(|f| (f.count, f.rows.len())).collect();
        assert_eq!(counts, [(499, Findings::ROWS), (1, 1), (1, 1)]);
        assert_eq!(findings.kept[0].rows[..3], [2, 3, 4]);
        assert_eq!((findings.kept[0].spot.row, findings.total()), (Some(2), 501));
        // Those that come folded already keep their counts.
        let mut all = Findings::default();
        all.push(of_row(1, "day", "n/a"));
        findings.take().into_iter().for_each(|finding| all.push(finding));
        assert_eq!((all.total(), all.kept[0].count, findings.total()), (502, 500, 0));
    }

    #[test]
    fn different_ones_are_kept_up_to_a_bound_and_known_ones_go_on_counting() {
        let mut findings = Findings::default();
        (0..1000).for_each(|row| findings.push(of_row(row, "day", &row.to_string())));
        assert_eq!((findings.kept.len() as u64, findings.total()), (Findings::KEPT_PER_RULE, 1000));
        findings.push(of_row(2000, "day", "0"));
        assert_eq!((findings.kept[0].count, findings.kept[0].rows.clone()), (2, vec![0, 2000]));
        assert!(findings.kept.iter().all(|finding| finding.id.len() == 16));
        // Handed on, nothing is lost from the count.
        let handed = findings.take();
        assert_eq!(handed.len() as u64, Findings::KEPT_PER_RULE + 1);
        assert_eq!(handed.iter().map(|finding| finding.count).sum::<u64>(), 1001);
    }
}
