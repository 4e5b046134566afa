//! Readers and writers on small files made here and on the messy real ones.

use std::path::{Path, PathBuf};

use boundstone::crs::Crs;
use boundstone::formats::{DeclaredCrs, FeatureSource, FormatError, ReadOptions, SourceFeature, open};
use boundstone::model::Finding;

use crate::shared::shared;

/// What reading a whole file gives.
struct Got {
    features: Vec<SourceFeature>,
    refused: Vec<Finding>,
    findings: Vec<Finding>,
    columns: Vec<String>,
    crs: DeclaredCrs,
}

impl Got {
    fn value(&self, row: usize, column: &str) -> Option<&serde_json::Value> {
        let at = self.columns.iter().position(|c| c == column)?;
        self.features[row].values.iter().find(|(c, _)| *c == at).map(|(_, v)| v)
    }

    fn text(&self, row: usize, column: &str) -> &str {
        self.value(row, column).and_then(|v| v.as_str()).unwrap_or_default()
    }

    fn rules(&self) -> Vec<&str> {
        self.findings.iter().chain(&self.refused).map(|f| f.rule.as_str()).collect()
    }
}

fn drain(mut source: Box<dyn FeatureSource>) -> Got {
    let (mut features, mut refused) = (vec![], vec![]);
    while let Some(next) = source.next_feature() {
        match next {
            Ok(feature) => features.push(feature),
            Err(finding) => refused.push(finding),
        }
    }
    let findings = source.take_findings();
    for finding in findings.iter().chain(&refused) {
        assert!(!finding.what.zh.is_empty() && !finding.what.en.is_empty() && !finding.done.zh.is_empty());
    }
    Got { features, refused, findings, columns: source.columns().to_vec(), crs: source.crs().clone() }
}

fn read(path: &Path) -> Got {
    read_with(path, &ReadOptions::default())
}

fn read_with(path: &Path, options: &ReadOptions) -> Got {
    drain(open(path, options).unwrap_or_else(|e| panic!("{e}")))
}

fn files_below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() { files_below(&path, found) } else { found.push(path) }
    }
    found.sort();
}

#[test]
fn every_messy_file_is_read_or_refused_in_words() {
    let Some(folder) = shared("data/messy-import") else { return };
    let mut files = vec![];
    files_below(&folder, &mut files);
    assert!(files.len() > 60, "{}", files.len());
    let mut lines = vec![];
    for file in &files {
        let name = file.strip_prefix(&folder).unwrap().display().to_string();
        let said = |e: FormatError| {
            let words = e.sentence();
            assert!(!words.zh.is_empty() && words.zh != words.en, "{name}");
            format!("{name}: refused: {}", words.en.rsplit('/').next().unwrap_or_default())
        };
        let mut layers = vec![None];
        let mut line = match open(file, &ReadOptions::default()) {
            Err(FormatError::ChooseLayer { layers: found, .. }) => {
                layers = found.into_iter().map(Some).collect();
                format!("{name}: {} layers", layers.len())
            }
            Err(e) => {
                lines.push(said(e));
                continue;
            }
            Ok(_) => format!("{name}:"),
        };
        for layer in layers {
            match open(file, &ReadOptions { layer, encoding: None, ..ReadOptions::default() }) {
                Ok(source) => {
                    let got = drain(source);
                    line += &format!(
                        " {} read, {} refused, {:?}",
                        got.features.len(),
                        got.refused.len(),
                        got.rules()
                    );
                }
                Err(e) => line += &said(e),
            }
        }
        lines.push(line);
    }
    println!("{}", lines.join("\n"));
    assert!(lines.iter().filter(|line| line.contains(" read")).count() >= 45);
}
