//! Shapefiles: .shp read record by record, .dbf joined row by row, .cpg and .prj where they are, from a folder or a zip.
//!
//! Each record is cut out and bounded here and then read by the crate `shapefile`: a broken record costs itself.

mod companions;
mod dbf;
mod prj;
mod shp;
mod text;
mod write;

use std::path::Path;

use super::report::{Noticed, Report};
use super::{DeclaredCrs, FeatureSource, FormatError, LayerInfo, ReadOptions, SourceFeature, declared};
use crate::model::{Finding, Severity};

pub(crate) use self::write::ShapefileSink;

use self::companions::Companions;
use self::dbf::Dbf;
use self::shp::{Shaped, Shapes};

/// A shapefile, or a .dbf alone, being read.
pub(crate) struct ShapefileSource {
    shapes: Option<Shapes>,
    table: Option<Dbf>,
    columns: Vec<String>,
    crs: DeclaredCrs,
    report: Report,
    row: u64,
    seen: Seen,
}

/// What is reported once at the end.
#[derive(Default)]
struct Seen {
    deleted: u64,
    strays: u64,
    ended: bool,
}

/// The layers of a zip with shapefiles in it.
pub(crate) fn zip_layers(path: &Path) -> Result<Vec<LayerInfo>, FormatError> {
    let names = companions::in_zip(path)?;
    Ok(names.into_iter().map(|name| LayerInfo { name, count: None }).collect())
}

impl ShapefileSource {
    /// Opens a .shp (or .shx) with what stands beside it.
    pub fn open(path: &Path, options: &ReadOptions) -> Result<Self, FormatError> {
        Self::with(path, Companions::beside(path)?, options)
    }

    /// Opens a .dbf as a table.
    pub fn open_dbf(path: &Path, options: &ReadOptions) -> Result<Self, FormatError> {
        Self::with(path, Companions::dbf_alone(path)?, options)
    }

    /// Opens a shapefile in a zip: the one chosen, or the only one.
    pub fn open_zip(path: &Path, options: &ReadOptions) -> Result<Self, FormatError> {
        let mut layers = companions::in_zip(path)?;
        let layer = match &options.layer {
            Some(layer) if layers.contains(layer) => layer.clone(),
            Some(layer) => {
                return Err(FormatError::NoSuchLayer { path: path.into(), layer: layer.clone(), layers });
            }
            None if layers.len() == 1 => layers.remove(0),
            None => return Err(FormatError::ChooseLayer { path: path.into(), layers }),
        };
        Self::with(path, Companions::of_zip(path, &layer)?, options)
    }

    fn with(path: &Path, files: Companions, options: &ReadOptions) -> Result<Self, FormatError> {
        let mut report = Report::new(path);
        let given = options.encoding.as_deref().map(super::encoding::required).transpose()?;
        let table_alone = files.shp.is_none();
        let shapes = files.shp.map(|shp| Shapes::open(path, shp, files.shx, &mut report)).transpose()?;
        let table = match files.dbf.map(|dbf| Dbf::open(path, dbf, given, files.cpg.as_deref(), &mut report))
        {
            None => {
                report.file(missing(".dbf", ("没有属性", "there are no attributes")));
                None
            }
            Some(Ok(table)) => Some(table),
            Some(Err(e)) if table_alone => return Err(e),
            Some(Err(e)) => {
                report.file(Noticed {
                    rule: "import.dbf",
                    severity: Severity::Error,
                    what: (format!("属性表（.dbf）无法读取：{}", e.sentence().zh), e.to_string()),
                    done: ("只读取图形，没有属性", "only the geometry was read, without attributes"),
                });
                None
            }
        };
        let crs = match (&shapes, files.prj) {
            (None, _) => DeclaredCrs::NoGeometry,
            (_, Some(prj)) => declared::read(&String::from_utf8_lossy(&prj)),
            _ => {
                report.file(missing(".prj", ("坐标系未注明", "the coordinate system is not declared")));
                DeclaredCrs::Undeclared
            }
        };
        let columns = table.as_ref().map(Dbf::columns).unwrap_or_default();
        Ok(Self { shapes, table, columns, crs, report, row: 0, seen: Seen::default() })
    }

    fn shape(&mut self) -> Option<Result<SourceFeature, Finding>> {
        let shaped = self.shapes.as_mut()?.next_shape(&mut self.report)?;
        self.row += 1;
        let row = self.row;
        let values = match self.table.as_mut().map(|table| table.row(row, &mut self.report)) {
            Some(dbf::Row::Deleted) => {
                self.seen.deleted += 1;
                return self.next_feature();
            }
            Some(dbf::Row::Values(values)) => values,
            Some(dbf::Row::Beyond) => {
                self.report_short_table();
                vec![]
            }
            None => vec![],
        };
        let geometry = match shaped {
            Shaped::Null => None,
            Shaped::Geometry(geometry, strays) => {
                self.seen.strays += strays as u64;
                Some(geometry)
            }
            Shaped::Broken(why) => {
                self.report.geometry(row, None, "", &format!("图形记录损坏（{why}）"), &why);
                None
            }
            Shaped::Lost(why) => {
                return Some(Err(self.report.refused(
                    row,
                    "",
                    &format!("其后的图形记录无法读取（{why}）"),
                    &why,
                )));
            }
        };
        Some(Ok(SourceFeature { row, geometry, values }))
    }

    fn table_row(&mut self) -> Option<Result<SourceFeature, Finding>> {
        loop {
            self.row += 1;
            match self.table.as_mut()?.row(self.row, &mut self.report) {
                dbf::Row::Deleted => self.seen.deleted += 1,
                dbf::Row::Values(values) => {
                    return Some(Ok(SourceFeature { row: self.row, geometry: None, values }));
                }
                dbf::Row::Beyond => return None,
            }
        }
    }

    fn report_short_table(&mut self) {
        let row = self.row;
        self.report.value(
            row,
            None,
            "",
            Noticed {
                rule: "import.dbf",
                severity: Severity::Warning,
                what: (format!("属性表没有第 {row} 行"), format!("the .dbf has no row {row}")),
                done: ("只读取图形", "only the geometry was read"),
            },
        );
    }

    /// Once, when all was read.
    fn report_end(&mut self) {
        if std::mem::replace(&mut self.seen.ended, true) {
            return;
        }
        let Seen { deleted, strays, .. } = self.seen;
        if deleted > 0 {
            self.report.file(Noticed {
                rule: "import.deleted",
                severity: Severity::Note,
                what: (
                    format!("{deleted} 行在 .dbf 中标记为已删除"),
                    format!("{deleted} rows are marked deleted in the .dbf"),
                ),
                done: ("未读取", "not read"),
            });
        }
        if strays > 0 {
            self.report.file(Noticed {
                rule: "import.rings",
                severity: Severity::Warning,
                what: (
                    format!("{strays} 个内环不在任何外环之内"),
                    format!("{strays} inner rings lie within no outer ring"),
                ),
                done: ("作为单独的面读取", "read as areas of their own"),
            });
        }
        let rows = self.table.as_ref().map_or(0, Dbf::count);
        if self.shapes.is_some() && rows > self.row {
            let (rows, shapes) = (rows, self.row);
            self.report.file(Noticed {
                rule: "import.dbf",
                severity: Severity::Warning,
                what: (
                    format!("属性表有 {rows} 行，图形只有 {shapes} 个"),
                    format!("the .dbf has {rows} rows for {shapes} shapes"),
                ),
                done: ("多出的行未读取", "the rows beyond were not read"),
            });
        }
    }
}

fn missing<'a>(what: &str, done: (&'a str, &'a str)) -> Noticed<'a> {
    Noticed {
        rule: "import.file",
        severity: Severity::Warning,
        what: (format!("缺少 {what} 文件"), format!("the {what} file is missing")),
        done,
    }
}

impl FeatureSource for ShapefileSource {
    fn columns(&self) -> &[String] {
        &self.columns
    }

    fn crs(&self) -> &DeclaredCrs {
        &self.crs
    }

    fn count_hint(&self) -> Option<u64> {
        self.table.as_ref().map(Dbf::count).or_else(|| self.shapes.as_ref()?.count_hint())
    }

    fn next_feature(&mut self) -> Option<Result<SourceFeature, Finding>> {
        let next = if self.shapes.is_some() { self.shape() } else { self.table_row() };
        if next.is_none() {
            self.report_end();
        }
        next
    }

    fn take_findings(&mut self) -> Vec<Finding> {
        self.report.take()
    }
}
