//! A source whose parts are known before they are read: what such sources have in common.

use super::report::Report;
use super::{DeclaredCrs, FeatureSource, SourceFeature};
use crate::model::Finding;

/// What reading has come to so far.
pub(crate) struct SoFar {
    /// columns seen
    pub columns: Vec<String>,
    /// number of the part being read, from 1
    pub row: u64,
    /// what was noticed
    pub report: Report,
}

/// Makes a feature of a part.
pub(crate) trait ReadPart: Send {
    /// where a feature stands, or what it is made of
    type Part: Send;

    /// The feature; a finding where it cannot be read; nothing where there is none.
    fn read(&mut self, part: Self::Part, so_far: &mut SoFar) -> Option<Result<SourceFeature, Finding>>;
}

/// A source that gives its parts one by one.
pub(crate) struct Parts<R: ReadPart> {
    reader: R,
    crs: DeclaredCrs,
    todo: std::vec::IntoIter<R::Part>,
    total: u64,
    so_far: SoFar,
}

impl<R: ReadPart> Parts<R> {
    /// All parts, in the order of the file.
    pub fn new(
        reader: R,
        parts: Vec<R::Part>,
        crs: DeclaredCrs,
        columns: Vec<String>,
        report: Report,
    ) -> Self {
        let total = parts.len() as u64;
        Self { reader, crs, todo: parts.into_iter(), total, so_far: SoFar { columns, row: 0, report } }
    }
}

impl<R: ReadPart> FeatureSource for Parts<R> {
    fn columns(&self) -> &[String] {
        &self.so_far.columns
    }

    fn crs(&self) -> &DeclaredCrs {
        &self.crs
    }

    fn count_hint(&self) -> Option<u64> {
        Some(self.total)
    }

    fn next_feature(&mut self) -> Option<Result<SourceFeature, Finding>> {
        let part = self.todo.next()?;
        self.so_far.row += 1;
        self.reader.read(part, &mut self.so_far)
    }

    fn take_findings(&mut self) -> Vec<Finding> {
        self.so_far.report.take()
    }
}
