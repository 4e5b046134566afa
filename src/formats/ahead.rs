//! Reading ahead: a thread of its own parses the file while the caller works on what came before.

use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::JoinHandle;

use super::{DeclaredCrs, FeatureSource, SourceFeature};
use crate::model::Finding;

/// Features that travel together.
const BLOCK: usize = 256;

/// Blocks that wait to be taken: bounds memory.
const QUEUE: usize = 4;

/// Some features, and what the source says after them.
struct Block {
    features: std::vec::IntoIter<Result<SourceFeature, Finding>>,
    findings: Vec<Finding>,
    /// columns beyond those of the blocks before
    columns: Vec<String>,
    count_hint: Option<u64>,
}

/// A source that is read by another thread. Columns and findings come with the features, some hundred early.
pub(super) struct ReadAhead {
    blocks: Receiver<Block>,
    reader: Option<JoinHandle<()>>,
    current: Block,
    columns: Vec<String>,
    geometry_columns: Vec<usize>,
    crs: DeclaredCrs,
}

impl ReadAhead {
    /// Begins to read. The thread ends with the file, or when this is dropped.
    pub(super) fn new(mut source: Box<dyn FeatureSource>) -> Self {
        let (sender, blocks) = sync_channel(QUEUE);
        let columns = source.columns().to_vec();
        let (geometry_columns, crs) = (source.geometry_columns().to_vec(), source.crs().clone());
        let current = Block {
            features: Vec::new().into_iter(),
            findings: source.take_findings(),
            columns: Vec::new(),
            count_hint: source.count_hint(),
        };
        let mut told = columns.len();
        let reader = std::thread::spawn(move || {
            loop {
                let features: Vec<_> = std::iter::from_fn(|| source.next_feature()).take(BLOCK).collect();
                let ended = features.len() < BLOCK;
                let block = Block {
                    features: features.into_iter(),
                    findings: source.take_findings(),
                    columns: source.columns()[told..].to_vec(),
                    count_hint: source.count_hint(),
                };
                told = source.columns().len();
                if sender.send(block).is_err() || ended {
                    break;
                }
            }
        });
        Self { blocks, reader: Some(reader), current, columns, geometry_columns, crs }
    }
}

impl FeatureSource for ReadAhead {
    fn columns(&self) -> &[String] {
        &self.columns
    }

    fn geometry_columns(&self) -> &[usize] {
        &self.geometry_columns
    }

    fn crs(&self) -> &DeclaredCrs {
        &self.crs
    }

    fn count_hint(&self) -> Option<u64> {
        self.current.count_hint
    }

    fn next_feature(&mut self) -> Option<Result<SourceFeature, Finding>> {
        loop {
            if let Some(feature) = self.current.features.next() {
                return Some(feature);
            }
            let Ok(Block { features, findings, columns, count_hint }) = self.blocks.recv() else {
                // At the end, or broken off: half a file must not look like a whole one.
                if let Some(Err(panic)) = self.reader.take().map(JoinHandle::join) {
                    std::panic::resume_unwind(panic);
                }
                return None;
            };
            self.columns.extend(columns);
            self.current.findings.extend(findings);
            self.current.features = features;
            self.current.count_hint = count_hint;
        }
    }

    fn take_findings(&mut self) -> Vec<Finding> {
        std::mem::take(&mut self.current.findings)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Numbers {
        next: u64,
        columns: Vec<String>,
        findings: Vec<Finding>,
        breaks_at: u64,
    }

    impl FeatureSource for Numbers {
        fn columns(&self) -> &[String] {
            &self.columns
        }

        fn crs(&self) -> &DeclaredCrs {
            &DeclaredCrs::Undeclared
        }

        fn count_hint(&self) -> Option<u64> {
            Some(self.next)
        }

        fn next_feature(&mut self) -> Option<Result<SourceFeature, Finding>> {
            assert!(self.next != self.breaks_at, "the reader breaks");
            self.next += 1;
            if self.next.is_multiple_of(400) {
                self.columns.push(format!("c{}", self.next));
            }
            let feature = SourceFeature {
                row: self.next,
                geometry: None,
                values: vec![(self.columns.len() - 1, 1.into())],
            };
            (self.next <= 1000).then_some(Ok(feature))
        }

        fn take_findings(&mut self) -> Vec<Finding> {
            std::mem::take(&mut self.findings)
        }
    }

    fn numbers(breaks_at: u64) -> ReadAhead {
        ReadAhead::new(Box::new(Numbers {
            next: 0,
            columns: vec!["first".into()],
            findings: Vec::new(),
            breaks_at,
        }))
    }

    #[test]
    fn every_feature_comes_in_order_with_its_columns() {
        let mut ahead = numbers(u64::MAX);
        let mut rows = Vec::new();
        while let Some(Ok(feature)) = ahead.next_feature() {
            assert!(feature.values.iter().all(|(column, _)| *column < ahead.columns().len()));
            rows.push(feature.row);
        }
        assert!(rows.into_iter().eq(1..=1000));
        assert_eq!(ahead.columns(), ["first", "c400", "c800"]);
        assert!(ahead.next_feature().is_none());
    }

    #[test]
    #[should_panic(expected = "the reader breaks")]
    fn a_reader_that_breaks_off_is_not_the_end_of_the_file() {
        let mut ahead = numbers(700);
        while ahead.next_feature().is_some() {}
    }
}
