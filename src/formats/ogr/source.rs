//! Features that the child streams.

use std::path::Path;

use super::super::report::{Noticed, Report};
use super::super::{DeclaredCrs, FeatureSource, FormatError, SourceFeature, declared};
use super::frame::{Answer, Work};
use super::parent::Running;
use super::within::{self, Target, Wanted};
use super::{Worker, wkb};
use crate::model::{Finding, Severity};

/// A layer being read by the child.
pub(crate) struct OgrSource {
    running: Option<Running>,
    columns: Vec<String>,
    crs: DeclaredCrs,
    count: Option<u64>,
    row: u64,
    report: Report,
    /// what was unpacked stays as long as it is read
    _target: Target,
}

impl OgrSource {
    /// Starts the child and waits until it knows the layer.
    pub fn open(path: &Path, layer: Option<&str>, worker: &Worker) -> Result<Self, FormatError> {
        let Wanted { target, layer: within } = within::wanted(path, layer)?;
        let work = Work::Read { target: target.name.clone(), layer: within };
        let mut running = Running::start(path, work, worker)?;
        match running.next()?.0 {
            Answer::Start { columns, crs, geometry, count } => {
                let crs = match crs {
                    _ if !geometry => DeclaredCrs::NoGeometry,
                    Some(crs) => declared::read(&crs),
                    None => DeclaredCrs::Undeclared,
                };
                let report = Report::new(path);
                Ok(Self { running: Some(running), columns, crs, count, row: 0, report, _target: target })
            }
            Answer::Choose(layers) => Err(match layer {
                Some(layer) => {
                    FormatError::NoSuchLayer { path: path.into(), layer: layer.to_owned(), layers }
                }
                None => FormatError::ChooseLayer { path: path.into(), layers },
            }),
            answer => Err(running.refused(answer)),
        }
    }

    fn stopped(&mut self, error: &FormatError) -> Finding {
        self.running = None;
        let words = error.sentence();
        self.report.finding(
            Some(self.row),
            None,
            Noticed {
                rule: "import.file",
                severity: Severity::Error,
                what: (words.zh, words.en),
                done: ("其后的要素未读取", "what comes after was not read"),
            },
        )
    }
}

impl FeatureSource for OgrSource {
    fn columns(&self) -> &[String] {
        &self.columns
    }

    fn crs(&self) -> &DeclaredCrs {
        &self.crs
    }

    fn count_hint(&self) -> Option<u64> {
        self.count
    }

    fn next_feature(&mut self) -> Option<Result<SourceFeature, Finding>> {
        let running = self.running.as_mut()?;
        self.row += 1;
        let row = self.row;
        let (answer, body) = match running.next() {
            Ok(message) => message,
            Err(error) => return Some(Err(self.stopped(&error))),
        };
        match answer {
            Answer::Feature(values) => {
                let geometry = if body.is_empty() { Ok(None) } else { wkb::read(&body) };
                let geometry = geometry.unwrap_or_else(|why| {
                    self.report.geometry(row, None, "", "二进制图形（WKB）不完整", why);
                    None
                });
                let values = values.into_iter().filter(|(at, _)| *at < self.columns.len()).collect();
                Some(Ok(SourceFeature { row, geometry, values }))
            }
            Answer::Bad(why) => {
                Some(Err(self.report.refused(row, "", &format!("GDAL 读不出该要素（{why}）"), &why)))
            }
            Answer::End => {
                self.running = None;
                None
            }
            answer => {
                let error = running.refused(answer);
                Some(Err(self.stopped(&error)))
            }
        }
    }

    fn take_findings(&mut self) -> Vec<Finding> {
        self.report.take()
    }
}
